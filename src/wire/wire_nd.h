/* SPDX-License-Identifier: MIT */
/* Neighbour discovery for IPv6 (RFC 4861), messages of ICMPv6. */
#ifndef WIRE_ND_H
#define WIRE_ND_H

#include "wire_ethernet.h"
#include "wire_ip.h"

#define WIRE_ND_HOP_LIMIT 255u
#define WIRE_ND_PREFIXES 8u /* of one advertisement; more are passed over */
#define WIRE_ND_LEN_MAX 40u /* of a message that wire_nd_emit() writes */

enum wire_nd_type {
	ND_ROUTER_SOLICITATION = 133,
	ND_ROUTER_ADVERTISEMENT = 134,
	ND_NEIGHBOUR_SOLICITATION = 135,
	ND_NEIGHBOUR_ADVERTISEMENT = 136,
	ND_REDIRECT = 137,
};

struct wire_nd_prefix {
	struct hf_addr prefix; /* past `bits` all zero */
	uint8_t bits;
	bool is_on_link, is_autonomous;
	uint32_t valid, preferred; /* seconds; all ones: for ever */
};

struct wire_nd {
	uint8_t type; /* enum wire_nd_type */
	/* neighbour solicitation, advertisement; redirect */
	struct hf_addr target;
	struct hf_addr destination; /* redirect */
	bool is_router, is_solicited, is_override; /* advertisement */
	/* source (solicitations, router advertisement) or target link-layer */
	bool has_mac;
	struct hf_mac mac;
	bool has_nonce; /* RFC 3971 5.3.2, of 6 octets: RFC 7527 */
	uint8_t nonce[6];
	/* router advertisement; 0: not said */
	uint8_t hop_limit;
	uint16_t lifetime; /* seconds, as a default router */
	uint32_t reachable, retrans; /* milliseconds */
	uint32_t mtu;
	uint32_t prefix_count;
	struct wire_nd_prefix prefix[WIRE_ND_PREFIXES];
};

/* True if an ICMPv6 type is one of these. */
static inline bool wire_nd_is(uint8_t type)
{
	return type >= ND_ROUTER_SOLICITATION && type <= ND_REDIRECT;
}

/*
 * Parses and validates the payload of a datagram whose type wire_nd_is() one
 * (RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1: hop limit 255, code 0, lengths,
 * options, addresses, and the checksum unless `verified`): HF_ACCEPTED,
 * HF_DROP_TRUNCATED (there is less than the fixed part of the message),
 * HF_DROP_ICMP_CHECKSUM or HF_DROP_ND. A target that is an IPv4 address or
 * unspecified, and a fragment header on the way (RFC 6980), are HF_DROP_ND.
 *
 * Options that are not understood are passed over. As if they were not there
 * are link-layer addresses of another length than Ethernet's, multicast or
 * zero; nonces and MTUs of another length; prefixes that are longer than an
 * address, link-local or IPv4, or preferred for longer than valid. Of
 * options that may be there once, the first counts.
 */
enum hf_drop wire_nd_parse(struct wire_nd *nd, const struct wire_ip *ip,
			   bool verified);

/*
 * Writes a router solicitation, or a neighbour solicitation or advertisement
 * with its checksum, and the link-layer address and nonce options as
 * has_mac and has_nonce say; returns the octets. A solicitation from the
 * unspecified address must not have a MAC.
 */
uint32_t wire_nd_emit(const struct wire_nd *nd, const struct hf_addr *src,
		      const struct hf_addr *dst, uint8_t *to);

/* ff02::1:ffXX:XXXX: RFC 4291 2.7.1 */
struct hf_addr wire_nd_solicited_node(const struct hf_addr *target);

#endif
