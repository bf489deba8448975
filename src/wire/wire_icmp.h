/* SPDX-License-Identifier: MIT */
/*
 * ICMP (RFC 792) and ICMPv6 (RFC 4443), told in one vocabulary, so that
 * nobody past this file asks which version it was.
 */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include "wire_ip.h"
#include "seq.h"

#define WIRE_ICMP_HEADER 8u

enum wire_icmp_kind {
	ICMP_OTHER = 0, /* not understood */
	ICMP_ECHO,
	ICMP_ECHO_REPLY,
	ICMP_NET_UNREACHABLE,
	ICMP_HOST_UNREACHABLE,
	ICMP_PROTOCOL_UNREACHABLE,
	ICMP_PORT_UNREACHABLE,
	ICMP_ADMIN_PROHIBITED,
	ICMP_SOURCE_ROUTE_FAILED,
	ICMP_OTHER_UNREACHABLE,
	ICMP_PACKET_TOO_BIG, /* IPv4: fragmentation needed and DF set */
	ICMP_SOURCE_QUENCH,
	ICMP_TIME_EXCEEDED, /* in transit */
	ICMP_REASSEMBLY_EXCEEDED,
	ICMP_PARAMETER_PROBLEM,
};

struct wire_icmp {
	enum wire_icmp_kind kind;
	uint8_t code; /* parameter problem, IPv6 */
	uint32_t value; /* next-hop MTU; or pointer; or echo id << 16 | seq */
	const uint8_t *body; /* echo data; or the datagram that is quoted */
	uint32_t body_len;
};

/*
 * Parses the payload of a whole datagram and checks its checksum (skipped if
 * `verified`): HF_ACCEPTED, HF_DROP_TRUNCATED or HF_DROP_ICMP_CHECKSUM.
 */
enum hf_drop wire_icmp_parse(struct wire_icmp *icmp, const struct wire_ip *ip,
			     bool verified);

/* What an ICMP error quotes. */
struct wire_icmp_quote {
	struct hf_addr src, dst;
	uint16_t src_port, dst_port;
	struct hf_seq seq; /* TCP */
	uint8_t protocol;
	bool is_fragment; /* not the first: no ports */
};

/*
 * Reads what is quoted: at least the IP header and 8 octets; lengths in it
 * need not agree with what is there. False if there is too little.
 */
bool wire_icmp_quote(struct wire_icmp_quote *quote, const uint8_t *body,
		     uint32_t len);

/*
 * True if it must not be answered by another: RFC 1122 3.2.2. What OTHER is
 * nobody knows (a redirect, perhaps): it wants no answer either.
 */
bool wire_icmp_is_error(enum wire_icmp_kind kind);

/*
 * Writes the header alone into `to`, with the checksum for a body of
 * icmp->body_len octets whose partial sum is `body_sum`; icmp->body is not
 * looked at. Else as wire_icmp_emit(). Returns WIRE_ICMP_HEADER.
 */
uint32_t wire_icmp_emit_header(const struct wire_icmp *icmp,
			       const struct hf_addr *src,
			       const struct hf_addr *dst, uint64_t body_sum,
			       uint8_t *to);

/*
 * Writes header and body (checksum included) into `to`; returns the octets.
 * src and dst are those of the datagram to send, for ICMPv6's checksum. The
 * kind is one that a host sends: not OTHER, OTHER_UNREACHABLE, SOURCE_QUENCH
 * or SOURCE_ROUTE_FAILED. PROTOCOL_UNREACHABLE is in ICMPv6 a parameter
 * problem of code 1, and `value` its pointer.
 */
uint32_t wire_icmp_emit(const struct wire_icmp *icmp, const struct hf_addr *src,
			const struct hf_addr *dst, uint8_t *to);

#endif
