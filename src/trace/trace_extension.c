/* SPDX-License-Identifier: MIT */
/* The extension headers of IPv6 apart from options and mobility. */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_ip.h"

enum extension {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	DESTINATION = 60,
	MOBILITY_OLD = 62,
	MOBILITY = 135,
};

#define ADDRESS 16u

/* ---- routing headers -------------------------------------------------- */

enum routing {
	ROUTING_SOURCE = 0,
	ROUTING_MOBILE = 2,
	ROUTING_SEGMENTS = 4,
};

/* "len=2, type=0 [Deprecated], segleft=1"; false: cut short. */
static bool line_routing_start(struct text *text, const struct payload *p)
{
	text_add(text, "RT6");
	if (p->have < 2)
		return false;
	text_add(text, " (len=%u", p->data[1]);
	if (p->have < 3)
		return false;
	text_add(text, ", type=%u%s", p->data[2],
		 p->data[2] == ROUTING_SOURCE ? " [Deprecated]" : "");
	if (p->have < 4)
		return false;
	text_add(text, ", segleft=%u", p->data[3]);
	return true;
}

/* What stands between that and the addresses; false: cut short. */
static bool line_routing_middle(struct text *text, const struct payload *p)
{
	const uint8_t *data = p->data;

	if (data[2] != ROUTING_SEGMENTS) {
		if (p->have < 8)
			return false;
		if (get_be32(data + 4) || p->style->verbose)
			text_add(text, ", rsv=0x%0x", get_be32(data + 4));
		return true;
	}
	if (p->have < 5)
		return false;
	text_add(text, ", last-entry=%u", data[4]);
	if (p->have < 6)
		return false;
	if (data[5] || p->style->verbose)
		text_add(text, ", flags=0x%0x", data[5]);
	if (p->have < 8)
		return false;
	text_add(text, ", tag=%x", get_be16(data + 6));
	return true;
}

static bool line_routing_addresses(struct text *text, const struct payload *p)
{
	for (uint32_t i = 0; i < p->data[1] / 2u; i++) {
		uint32_t at = 8 + i * ADDRESS;

		if (at + ADDRESS > p->have)
			return false;
		text_add(text, ", [%u]", i);
		text_ipv6(text, p->data + at);
	}
	text_add(text, ") ");
	return true;
}

static bool is_known_routing(uint8_t type)
{
	return type == ROUTING_SOURCE || type == ROUTING_MOBILE ||
	       type == ROUTING_SEGMENTS;
}

static uint32_t line_routing(struct text *text, const struct payload *p)
{
	if (!p->have) {
		text_cut(text, "ip6");
		return 0;
	}
	if (!line_routing_start(text, p))
		goto cut;
	if (!is_known_routing(p->data[2])) {
		text_add(text, " (unknown type) (invalid)");
		return 0;
	}
	if (!line_routing_middle(text, p))
		goto cut;
	if (p->data[1] % 2) {
		text_add(text, " (invalid length %u) (invalid)", p->data[1]);
		return 0;
	}
	if (line_routing_addresses(text, p))
		return (p->data[1] + 1u) * 8;
cut:
	text_cut(text, "rt6");
	return 0;
}

/* ---- fragments -------------------------------------------------------- */

/*
 * The length is that of the IPv6 header, less what was read: tcpdump does
 * not mind if that is negative.
 */
static uint32_t line_fragment(struct text *text, struct payload *p)
{
	uint64_t len;
	unsigned offset;

	if (p->have < 4) {
		text_cut(text, "frag6");
		return 0;
	}
	offset = get_be16(p->data + 2) & 0xfff8u;
	len = (uint64_t)get_be16(p->header + 4) -
	      (uint64_t)(p->data - p->header - WIRE_IPV6_HEADER) - 8;
	if (!p->style->verbose) {
		text_add(text, "frag (");
	} else if (p->have < 8) {
		text_cut(text, "frag6");
		return 0;
	} else {
		text_add(text, "frag (0x%08x:", get_be32(p->data + 4));
	}
	text_add(text, "%u|%llu)", offset, (unsigned long long)len);
	if (offset)
		return 0;
	text_add(text, " ");
	p->is_fragment = true;
	return p->have > 8 ? 8 : 0;
}

/* ---- any -------------------------------------------------------------- */

bool protocol_is_extension(uint8_t protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING ||
	       protocol == FRAGMENT || protocol == DESTINATION ||
	       protocol == MOBILITY || protocol == MOBILITY_OLD;
}

uint32_t line_extension(struct text *text, struct payload *p, uint8_t *next,
			struct jumbo *jumbo)
{
	uint8_t kind = *next;

	if (p->have)
		*next = p->data[0];
	switch ((enum extension)kind) {
	case HOP_BY_HOP:
		return line_ipv6_options(text, p, false, jumbo);
	case DESTINATION:
		return line_ipv6_options(text, p, true, jumbo);
	case FRAGMENT:
		return line_fragment(text, p);
	case ROUTING:
		return line_routing(text, p);
	case MOBILITY:
	case MOBILITY_OLD:
		line_mobility(text, p);
	}
	return 0;
}
