/* SPDX-License-Identifier: MIT */
/*
 * RFC 1122 3.2.1.8: a datagram from S to D through G1, G2 ... Gn leaves S for
 * G1 with the route {G2 ... Gn, D}. Each gateway puts its own address, the one
 * that faces the next, in the place of the next; so it arrives at D with
 * {G1, G2 ... Gn}, and the answer to S goes through Gn ... G2, G1.
 */
#include "wire_source_route.h"

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_LOOSE = 131,
	OPTION_STRICT = 137,
};

#define POINTER_FIRST 4u /* counted from 1: the first address */
#define ROUTE_HEADER 3u

/* Class A to C, and neither this network nor loopback: RFC 1122 3.2.1.3. */
static bool can_be_gateway(const uint8_t *p)
{
	return p[0] != 0 && p[0] != 127 && p[0] < 224;
}

static bool is_complete(const uint8_t *option)
{
	uint32_t len = option[1];

	return len >= ROUTE_HEADER && (len - ROUTE_HEADER) % 4 == 0 &&
	       option[2] > len;
}

static enum hf_drop reverse(struct wire_source_route *route,
			    const uint8_t *option, const struct wire_ip *ip)
{
	const uint8_t *source = ip->src.octet + 12, *hop;
	uint32_t at;

	if (!is_complete(option))
		return HF_DROP_SOURCE_ROUTE;
	for (at = option[1]; at > ROUTE_HEADER; at -= 4) {
		hop = option + at - 4;
		/*
		 * RFC 1122 3.2.1.8 case (B): some sources record themselves
		 * first. The answer ends there anyway.
		 */
		if (at == ROUTE_HEADER + 4 && memcmp(hop, source, 4) == 0)
			break;
		if (!can_be_gateway(hop))
			return HF_DROP_SOURCE_ROUTE;
		memcpy(route->hop[route->count++], hop, 4);
	}
	route->is_strict = route->count != 0 && option[0] == OPTION_STRICT;
	return HF_ACCEPTED;
}

/* Of an option that is well formed. */
static uint32_t option_len(const uint8_t *option)
{
	return option[0] == OPTION_NOP ? 1 : option[1];
}

enum hf_drop wire_source_route_parse(struct wire_source_route *route,
				     const struct wire_ip *ip)
{
	bool is_found = false;
	uint32_t at = 0;

	*route = (struct wire_source_route){ 0 };
	while (at < ip->options_len && ip->options[at] != OPTION_END) {
		const uint8_t *option = ip->options + at;

		at += option_len(option);
		if (option[0] != OPTION_LOOSE && option[0] != OPTION_STRICT)
			continue;
		/* RFC 1122 3.2.1.8: more than one MUST NOT be sent. */
		if (is_found || reverse(route, option, ip) != HF_ACCEPTED) {
			*route = (struct wire_source_route){ 0 };
			return HF_DROP_SOURCE_ROUTE;
		}
		is_found = true;
	}
	return HF_ACCEPTED;
}

uint32_t wire_source_route_emit(const struct wire_source_route *route,
				const struct hf_addr *dst, uint8_t *to)
{
	uint32_t len = wire_source_route_len(route);

	assert(route->count <= WIRE_SOURCE_ROUTE_HOPS);
	if (len == 0)
		return 0;
	to[0] = OPTION_NOP; /* aligns the addresses */
	to[1] = route->is_strict ? OPTION_STRICT : OPTION_LOOSE;
	to[2] = (uint8_t)(len - 1);
	to[3] = POINTER_FIRST;
	memcpy(to + 4, route->hop + 1, len - 8);
	memcpy(to + len - 4, dst->octet + 12, 4);
	return len;
}

/* True if an option is all there, and a route with gateways to come. */
static bool is_on_its_way(const uint8_t *option, uint32_t room)
{
	return room > ROUTE_HEADER && option[1] <= room &&
	       option[1] > ROUTE_HEADER && !is_complete(option) &&
	       (option[1] - ROUTE_HEADER) % 4 == 0;
}

bool wire_source_route_end(struct hf_addr *dst, const uint8_t *options,
			   uint32_t len)
{
	uint32_t at = 0;

	while (at + 1 < len && options[at] != OPTION_END) {
		const uint8_t *option = options + at, *end;

		if (option[0] == OPTION_LOOSE || option[0] == OPTION_STRICT) {
			if (!is_on_its_way(option, len - at))
				return false;
			end = option + option[1] - 4;
			*dst = hf_ipv4(end[0], end[1], end[2], end[3]);
			return true;
		}
		if (option_len(option) == 0)
			return false;
		at += option_len(option);
	}
	return false;
}
