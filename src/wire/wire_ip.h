/* SPDX-License-Identifier: MIT */
/*
 * IPv4 (RFC 791) and IPv6 (RFC 8200) headers, between octets and a plain
 * struct that serves both.
 */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include "bytes.h"
#include <handfast/host.h>

#define WIRE_IPV4_HEADER 20u
#define WIRE_IPV6_HEADER 40u

#define WIRE_PROTOCOL_ICMP 1u
#define WIRE_PROTOCOL_TCP 6u
#define WIRE_PROTOCOL_UDP 17u
#define WIRE_PROTOCOL_ICMPV6 58u

struct wire_ip {
	struct hf_addr src, dst; /* IPv4 mapped */
	const uint8_t *payload; /* past all headers; within the datagram */
	uint32_t payload_len; /* as the headers say; of a fragment, its own */
	uint32_t header_len; /* options and extension headers included */
	uint32_t total_len; /* of the datagram, without link padding */
	uint8_t version; /* 4 or 6 */
	uint8_t protocol; /* IPv6: after the extension headers */
	uint8_t ttl; /* or hop limit */
	uint8_t tos; /* or traffic class */
	uint32_t id; /* 16 bits in IPv4; in IPv6 of the fragment header */
	bool dont_fragment; /* IPv4 */
	bool is_fragment; /* offset not 0, or more to come */
	bool more_fragments;
	uint32_t fragment_offset; /* octets */
	/*
	 * IPv6, a fragment: the unfragmentable part is the first so many
	 * octets, and the octet at `fragment_named` names what follows it.
	 * Also of an atomic one (RFC 6946); 0: there is no such header.
	 */
	uint32_t fragment_header, fragment_named;
	bool has_options;
	const uint8_t *options; /* IPv4: behind the fixed header; or NULL */
	uint32_t options_len;
	/*
	 * For a parameter problem; offset into the datagram. With no problem,
	 * of the octet that named `protocol`, in case it is not served (IPv6).
	 */
	uint32_t problem_offset;
	uint8_t problem_code; /* ICMPv6 code: 0 field, 1 header, 2 option */
	bool problem; /* the drop reason asks for a parameter problem */
};

/* The two halves of an address, to be compared as words. */
struct wire_addr_words {
	uint64_t high, low;
};

static inline struct wire_addr_words addr_words(const struct hf_addr *a)
{
	struct wire_addr_words w;

	memcpy(&w, a->octet, sizeof w);
	return w;
}

static inline bool addr_eq(const struct hf_addr *a, const struct hf_addr *b)
{
	struct wire_addr_words x = addr_words(a), y = addr_words(b);

	return ((x.high ^ y.high) | (x.low ^ y.low)) == 0;
}

static inline bool addr_is_ipv4(const struct hf_addr *a)
{
	uint64_t zero;

	memcpy(&zero, a->octet, sizeof zero);
	return zero == 0 && get_be32(a->octet + 8) == 0xffff;
}

/*
 * Parses the headers of a datagram of `len` octets: HF_ACCEPTED, or
 * HF_DROP_TRUNCATED, _VERSION, _IP_HEADER, _IP_CHECKSUM or _IP_OPTION.
 * IPv4: version, IHL, total length, checksum, options well formed (known or
 * not; their content is not acted on).
 * IPv6: payload length, extension headers hop-by-hop (first only),
 * destination options, routing (segments left must be 0, else a parameter
 * problem), fragment (RFC 6946: an atomic one is no fragment), AH skipped;
 * unknown options by their action bits (RFC 8200 4.2; bit patterns 10 and 11
 * ask for a parameter problem); unknown next headers are left in `protocol`.
 * Of a fragment only the headers up to the fragment header are walked;
 * `protocol` is what that names, which may be an extension header still.
 * A mapped address in an IPv6 header is HF_DROP_SOURCE (or _DESTINATION).
 * With HF_CSUM_VERIFIED the IPv4 header checksum is still checked.
 */
enum hf_drop wire_ip_parse(struct wire_ip *ip, const void *data, uint32_t len);

#define WIRE_FRAGMENT_HEADER 8u

/*
 * Writes a header for `payload_len` octets of payload into `to` and returns
 * its length: 20 octets and options (IPv4); 40, and 8 of a fragment header if
 * is_fragment (IPv6). Uses src, dst, protocol, ttl, tos, id, dont_fragment,
 * is_fragment, with it more_fragments and fragment_offset, and in IPv4 options
 * and options_len, a multiple of 4. The options may stand in `to` already.
 */
uint32_t wire_ip_emit(const struct wire_ip *ip, uint32_t payload_len,
		      uint8_t *to);

#endif
