/* SPDX-License-Identifier: MIT */
/* The source route options of IPv4 (RFC 791 3.1; RFC 1122 3.2.1.8 c). */
#ifndef WIRE_SOURCE_ROUTE_H
#define WIRE_SOURCE_ROUTE_H

#include "wire_ip.h"

/* Gateways, the destination not counted: what 40 octets of options hold. */
#define WIRE_SOURCE_ROUTE_HOPS 9u
#define WIRE_SOURCE_ROUTE_LEN_MAX 40u /* of the options, padded */

/*
 * A route in the order in which a datagram of ours goes along it: by the
 * first gateway first, the destination being the datagram's own.
 */
struct wire_source_route {
	uint8_t count; /* gateways; 0: no source route */
	bool is_strict;
	uint8_t hop[WIRE_SOURCE_ROUTE_HOPS][4]; /* IPv4 addresses */
};

/* Octets of the options that wire_source_route_emit() writes. */
static inline uint32_t
wire_source_route_len(const struct wire_source_route *route)
{
	return route->count != 0 ? 4u + 4u * route->count : 0;
}

/*
 * Reads the source route of a datagram that has arrived at its end, reversed
 * for the answer to its source: HF_ACCEPTED (count 0: it has none);
 * HF_DROP_SOURCE_ROUTE: it is not complete (we are a hop on the way), is
 * malformed, has a hop that cannot be a gateway, or there are two. `ip` is as
 * wire_ip_parse() accepted it.
 */
enum hf_drop wire_source_route_parse(struct wire_source_route *route,
				     const struct wire_ip *ip);

/*
 * Writes NOP and the option for a datagram to `dst`: with the first gateway
 * left to the header's destination address, and `dst` last. Returns octets:
 * a multiple of 4, and 0 if there are no gateways.
 */
uint32_t wire_source_route_emit(const struct wire_source_route *route,
				const struct hf_addr *dst, uint8_t *to);

/*
 * Reads the options of a datagram that an ICMP error quotes, well formed or
 * not: true if it was still on its way by a source route, whose end is *dst.
 */
bool wire_source_route_end(struct hf_addr *dst, const uint8_t *options,
			   uint32_t len);

#endif
