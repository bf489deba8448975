/* SPDX-License-Identifier: MIT */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_ip.h"

enum extension {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	DESTINATION = 60,
};

#define ROUTING_SEGMENTS 4u

/* "(class 0x2, flowlabel 0x3, hlim 64, ...) " */
static void line_header(struct text *text, const struct payload *p)
{
	uint32_t word = get_be32(p->data);
	const char *name = protocol_name(p->data[6]);

	text_add(text, "(");
	if (word >> 20 & 0xff)
		text_add(text, "class 0x%02x, ", word >> 20 & 0xff);
	if (word & 0xfffff)
		text_add(text, "flowlabel 0x%05x, ", word & 0xfffff);
	text_add(text, "hlim %u, next-header %s (%u) payload length: %u) ",
		 p->data[7], name ? name : "unknown", p->data[6],
		 get_be16(p->data + 4));
}

/* The last to be visited, of a routing header. */
static const uint8_t *find_last(const struct payload *p, const uint8_t *header,
				uint32_t have)
{
	uint32_t octets = (header[1] + 1u) * 8;

	if (header[2] == ROUTING_SEGMENTS) /* RFC 8754: the first told */
		return have >= 24 ? header + 8 : p->dst;
	return header[1] >= 2 && octets <= have ? header + octets - 16 : p->dst;
}

/* What is summed instead of the destination, if there is a routing header. */
static const uint8_t *find_destination(const struct payload *p)
{
	const uint8_t *data = p->data + WIRE_IPV6_HEADER;
	uint32_t have = p->have - WIRE_IPV6_HEADER;
	uint8_t next = p->data[6];

	while (have >= 8 && (next == HOP_BY_HOP || next == DESTINATION ||
			     next == ROUTING || next == FRAGMENT)) {
		uint32_t octets = next == FRAGMENT ? 8 : (data[1] + 1u) * 8;

		if (next == ROUTING)
			return find_last(p, data, have);
		if (octets > have)
			break;
		next = data[0];
		data += octets;
		have -= octets;
	}
	return p->dst;
}

/*
 * Goes past a header: false if the length of the payload ends before. Behind
 * hop-by-hop options, a payload length of 0 asks for a jumbo option.
 */
static bool go_past(struct text *text, struct payload *p, uint32_t octets,
		    const struct jumbo *jumbo)
{
	if (jumbo->is_due && !jumbo->len) {
		text_add(text, "[No valid Jumbo Payload Hop-by-Hop option "
			       "found] (invalid)");
		return false;
	}
	if (!octets)
		return false;
	if (jumbo->is_due) {
		p->have = least(p->have, jumbo->len);
		p->len = jumbo->len;
	}
	if (p->len < octets) {
		text_cut(text, "ip6");
		return false;
	}
	payload_skip(p, octets);
	return true;
}

/* The headers from the first on, whose kind is `next`. */
static void line_headers(struct text *text, struct payload *p, uint8_t next)
{
	struct jumbo jumbo = { .is_due = !p->len && next == HOP_BY_HOP };
	const uint8_t *first = p->data;
	bool had_options = next == HOP_BY_HOP;

	p->addresses_told = next != WIRE_PROTOCOL_TCP &&
			    next != WIRE_PROTOCOL_UDP;
	if (p->addresses_told)
		line_addresses(text, p);
	while (protocol_is_extension(next)) {
		uint32_t octets;

		if (next == HOP_BY_HOP && p->data != first) {
			text_add(text,
				 "[The Hop-by-Hop Options header %s] "
				 "(invalid)",
				 had_options ? "was already found"
					     : "don't follow the IPv6 header");
			return;
		}
		octets = line_extension(text, p, &next, &jumbo);
		if (!go_past(text, p, octets, &jumbo))
			return;
		jumbo.is_due = false;
	}
	if (p->link_len < jumbo.len)
		text_add(text, "truncated-ip6 - %u bytes missing!",
			 jumbo.len - p->link_len);
	if (!p->len)
		p->have = 0;
	line_protocol(text, p, next);
}

static void line_version_6(struct text *text, struct payload *p)
{
	uint32_t len = get_be16(p->data + 4);
	uint8_t next = p->data[6];

	p->version = 6;
	p->header = p->data;
	p->src = p->data + 8;
	p->dst = p->data + 24;
	p->final_dst = find_destination(p);
	p->link_len = p->len - WIRE_IPV6_HEADER;
	if (p->link_len < len)
		text_add(text, "truncated-ip6 - %u bytes missing!",
			 len - p->link_len);
	if (p->style->verbose)
		line_header(text, p);
	payload_skip(p, WIRE_IPV6_HEADER);
	p->len = len;
	if (len) /* else tcpdump looks past the end, for extension headers */
		p->have = least(p->have, len);
	line_headers(text, p, next);
}

void line_ipv6(struct text *text, struct payload *p)
{
	if (p->have < WIRE_IPV6_HEADER || p->len < WIRE_IPV6_HEADER) {
		text_short(text, "ip6"); /* what quotes it goes on */
		return;
	}
	if (!p->style->link_header)
		text_add(text, "IP6 ");
	if (p->data[0] >> 4 == 6)
		line_version_6(text, p);
	else
		text_add(text, "version error: %u != 6", p->data[0] >> 4);
}

void line_ip(struct text *text, struct payload *p)
{
	uint8_t version;

	if (!p->len) {
		text_add(text, "truncated-ip 0");
		return;
	}
	if (!p->have) {
		text_cut(text, "ip");
		return;
	}
	version = p->data[0] >> 4;
	if (version == 4)
		line_ipv4(text, p);
	else if (version == 6)
		line_ipv6(text, p);
	else
		text_add(text, "unknown ip %u", version);
}
