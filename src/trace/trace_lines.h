/* SPDX-License-Identifier: MIT */
/*
 * Writers of the parts of a text, each in the words of tcpdump. Where the
 * captured octets end, text_cut() ends the text, whatever follows.
 */
#ifndef TRACE_LINES_H
#define TRACE_LINES_H

#include "flow.h"
#include "text.h"

#include <handfast/trace.h>

struct hf_trace {
	struct flows *flows;
	struct hf_trace_style style;
};

/*
 * What is left of a frame at some layer: `len` octets by the header before
 * it, of which `have` are there. Past an IP header it has the addresses.
 */
struct payload {
	const struct hf_trace_style *style;
	struct flows *flows;
	const uint8_t *data;
	uint32_t len, have;
	const uint8_t *header; /* of IPv6 */
	uint32_t link_len; /* past it, as the link tells */
	const uint8_t *src, *dst; /* 4 or 16 octets, by version */
	const uint8_t *final_dst; /* past a source route; else dst */
	uint8_t version;
	bool is_fragment; /* the first of several: sums cannot be checked */
	bool addresses_told; /* the ports that follow are told alone */
};

static inline uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Goes past `octets`, of which all, some or none may be there. */
static inline void payload_skip(struct payload *p, uint32_t octets)
{
	p->data += least(octets, p->have);
	p->len -= least(octets, p->len);
	p->have -= least(octets, p->have);
}

/* The sum of a segment with its pseudo-header: 0 if it is right. */
uint16_t payload_sum(const struct payload *p, uint8_t protocol, uint32_t len);
/* What a checksum should be, if the sum over it is `sum`. */
uint16_t checksum_should_be(uint16_t checksum, uint16_t sum);

void text_address(struct text *text, const struct payload *p,
		  const uint8_t *address);
void text_mac(struct text *text, const uint8_t *mac);

/* "10.0.0.1 > 10.0.0.2: " */
void line_addresses(struct text *text, const struct payload *p);
/* "10.0.0.1.1024 > 10.0.0.2.80: " of the ports that `p` starts with. */
void line_ports(struct text *text, const struct payload *p);

/* A whole frame that begins with this header. */
void line_ethernet(struct text *text, struct payload *p);
void line_sll(struct text *text, struct payload *p);
void line_sll2(struct text *text, struct payload *p);
void line_null(struct text *text, struct payload *p);
/* "02:... > 02:..." of a header that starts with the destination. */
void line_macs(struct text *text, const uint8_t *header);
/* "vlan 5, p 0, " */
void line_tag(struct text *text, uint16_t tag);
/* 802.2, as a frame of 802.3 has it; `macs` may be NULL. */
void line_llc(struct text *text, struct payload *p, const uint8_t *macs);

enum ethertype {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_REVERSE_ARP = 0x8035,
	ETHERTYPE_IPV6 = 0x86dd,
};

/* "IPv4"; "Unknown" for most. */
const char *ethertype_name(uint16_t type);
/* What an ethertype announces; false, and no text: the type is not known. */
bool line_ethertype(struct text *text, struct payload *p, uint16_t type);

/* Datagrams, of either version, or of the one that is announced. */
void line_ip(struct text *text, struct payload *p);
void line_ipv4(struct text *text, struct payload *p);
void line_ipv6(struct text *text, struct payload *p);
/* "EOL,RR 1.2.3.4" of the octets at `p`; false: one is cut short. */
bool line_ip_options(struct text *text, struct payload *p);
bool protocol_is_extension(uint8_t protocol);
/* A jumbo payload option (RFC 2675): looked for, and found. */
struct jumbo {
	bool is_due; /* the payload length is 0 */
	bool is_seen; /* in this header */
	uint32_t len; /* 0: none that is good */
};

/* "HBH ", and so on: octets of the header; 0: the text ends with it. */
uint32_t line_extension(struct text *text, struct payload *p, uint8_t *next,
			struct jumbo *jumbo);
uint32_t line_ipv6_options(struct text *text, const struct payload *p,
			   bool is_destination, struct jumbo *jumbo);
void line_mobility(struct text *text, const struct payload *p);

/* The name of an IP protocol; NULL: it has none. */
const char *protocol_name(uint8_t protocol);
/* What an IP header announces, past addresses and extension headers. */
void line_protocol(struct text *text, struct payload *p, uint8_t protocol);

void line_udp(struct text *text, struct payload *p);
void line_tcp(struct text *text, struct payload *p);
/*
 * "mss 1460,nop,wscale 7]" of `len` octets of options, of which `have` are
 * there, in a segment with `flags`; SACK blocks are told relative to `base`.
 * False if they are so bad that the line ends with them.
 */
struct tcp_options {
	const uint8_t *data;
	uint32_t len, have;
	uint32_t base;
	uint8_t flags;
	bool segment_is_whole;
};

/* `protocol`: in whose name it is told that the rest is cut short. */
bool line_tcp_options(struct text *text, const struct tcp_options *options,
		      const char **protocol);
/* The option from its kind on, which is all there; false: it is bad. */
bool line_mptcp(struct text *text, const uint8_t *option, uint32_t len,
		uint8_t flags);

/* ARP past the link header: `len` octets, of which `have` are there. */
void line_arp(struct text *text, const struct hf_trace_style *style,
	      const uint8_t *data, uint32_t len, uint32_t have);

/* Whole payloads, from after the addresses on, to the end of the line. */
void line_igmp(struct text *text, struct payload *p);
void line_icmp(struct text *text, struct payload *p);
void line_icmp6(struct text *text, struct payload *p);

/*
 * The datagram of p->version that an ICMP error `p` quotes, as -v tells it:
 * `len` octets, of which `have` are there.
 */
void line_quoted(struct text *text, const struct payload *p,
		 const uint8_t *data, uint32_t len, uint32_t have);

#endif
