/* SPDX-License-Identifier: MIT */
/* The TCP part of a line; its options are in trace_tcp_options.c. */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_ip.h"
#include "wire_tcp.h"

#define RESET_TEXT 30u

static void line_flags(struct text *text, uint8_t flags)
{
	/* The order and the letters of tcpdump. */
	static const struct {
		uint8_t flag;
		char letter;
	} letters[] = {
		{ TCP_FIN, 'F' }, { TCP_SYN, 'S' }, { TCP_RST, 'R' },
		{ TCP_PSH, 'P' }, { TCP_ACK, '.' }, { TCP_URG, 'U' },
		{ TCP_ECE, 'E' }, { TCP_CWR, 'W' },
	};

	text_add(text, "Flags [");
	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (flags & letters[i].flag)
			text_add(text, "%c", letters[i].letter);
	text_add(text, "%s]", flags ? "" : "none");
}

static void end_of(struct flow_end *end, const struct payload *p,
		   const uint8_t *address, uint16_t port)
{
	*end = (struct flow_end){ .port = port, .version = p->version };
	if (p->version == 6) {
		memcpy(end->address, address, 16);
		return;
	}
	memset(end->address + 10, 0xff, 2); /* mapped, as in struct hf_addr */
	memcpy(end->address + 12, address, 4);
}

/*
 * What the numbers of this segment are told relative to. As in tcpdump, only
 * segments with ACK count; the first of a connection, and each SYN, sets the
 * base and is told with absolute numbers; the base of octets to come from the
 * peer is one before the acknowledgement, so that the first ack is 1.
 */
static struct flow_base recall(const struct payload *p, uint32_t seq,
			       uint32_t ack)
{
	struct flow_base base = { 0, 0 }, first = { seq, ack - 1 };
	struct flows *flows = p->flows;
	uint8_t flags = p->data[13];
	struct flow_end src, dst;

	if (p->style->absolute || !(flags & TCP_ACK))
		return base;
	end_of(&src, p, p->src, get_be16(p->data));
	end_of(&dst, p, p->dst, get_be16(p->data + 2));
	if (flags & TCP_SYN || !flows_find(flows, &src, &dst, &base)) {
		flows_set(flows, &src, &dst, &first);
		base = (struct flow_base){ 0, 0 };
	}
	return base;
}

static void line_numbers(struct text *text, const struct payload *p,
			 uint32_t header, const struct flow_base *base)
{
	uint32_t seq = get_be32(p->data + 4) - base->mine;
	uint32_t ack = get_be32(p->data + 8) - base->peer;
	uint32_t len = p->len - header;
	uint8_t flags = p->data[13];

	if (len || flags & (TCP_SYN | TCP_FIN | TCP_RST))
		text_add(text, ", seq %u", seq);
	if (len)
		text_add(text, ":%u", seq + len);
	if (flags & TCP_ACK)
		text_add(text, ", ack %u", ack);
	text_add(text, ", win %u", get_be16(p->data + 14));
	if (flags & TCP_URG)
		text_add(text, ", urg %u", get_be16(p->data + 18));
}

/*
 * SACK blocks speak of the peer's octets. In the segment that sets the base
 * they are told relative to it already, unlike its seq and ack.
 */
static uint32_t sack_base(const struct payload *p)
{
	struct flow_end src, dst;
	struct flow_base base;

	if (p->style->absolute || !(p->data[13] & TCP_ACK))
		return 0;
	end_of(&src, p, p->src, get_be16(p->data));
	end_of(&dst, p, p->dst, get_be16(p->data + 2));
	return flows_find(p->flows, &src, &dst, &base) ? base.peer : 0;
}

/* ", cksum 0x1234 (correct)", if all of the segment is there. */
static void line_checksum(struct text *text, const struct payload *p)
{
	uint16_t checksum = get_be16(p->data + 16), sum;

	if (p->have < p->len || p->is_fragment)
		return;
	sum = payload_sum(p, WIRE_PROTOCOL_TCP, p->len);
	text_add(text, ", cksum 0x%04x", checksum);
	if (sum)
		text_add(text, " (incorrect -> 0x%04x)",
			 checksum_should_be(checksum, sum));
	else
		text_add(text, " (correct)");
}

static bool line_options(struct text *text, const struct payload *p,
			 uint32_t header, const char **protocol)
{
	const struct tcp_options options = {
		.data = p->data + WIRE_TCP_HEADER,
		.len = header - WIRE_TCP_HEADER,
		.have = p->have - WIRE_TCP_HEADER,
		.base = sack_base(p),
		.flags = p->data[13],
		.segment_is_whole = p->have >= p->len,
	};

	text_add(text, ", options [");
	return line_tcp_options(text, &options, protocol);
}

/* What a reset says of itself (RFC 9293 3.5.3). */
static void line_reset(struct text *text, const struct payload *p,
		       uint32_t header)
{
	uint32_t len = p->len - header, have = p->have - least(header, p->have);
	const uint8_t *data = p->data + header;

	text_add(text, have < len ? " [!RST" : " [RST");
	if (len > RESET_TEXT)
		text_add(text, "+");
	text_add(text, " ");
	have = least(have, least(len, RESET_TEXT));
	for (uint32_t i = 0; i < have; i++)
		text_char(text, data[i]);
	text_add(text, "]");
}

static void line_segment(struct text *text, const struct payload *p,
			 uint32_t header)
{
	struct flow_base base =
		recall(p, get_be32(p->data + 4), get_be32(p->data + 8));
	const char *protocol = "tcp";

	line_flags(text, p->data[13]);
	if (header > p->len) {
		text_add(text, " [bad hdr length %u - too long, > %u]", header,
			 p->len);
		return;
	}
	if (p->style->verbose)
		line_checksum(text, p);
	line_numbers(text, p, header, &base);
	if (header > WIRE_TCP_HEADER &&
	    !line_options(text, p, header, &protocol))
		return;
	text_add(text, ", length %u", p->len - header);
	if (p->len > header && p->have < header) {
		text_add(text, " [remaining caplen(%u) < header length(%u)]",
			 p->have, header);
		text_cut(text, protocol);
		return;
	}
	if (p->style->verbose && p->data[13] & TCP_RST && p->len > header)
		line_reset(text, p, header);
}

void line_tcp(struct text *text, struct payload *p)
{
	uint32_t header;

	if (p->have < 4) {
		text_address(text, p, p->src);
		text_add(text, " > ");
		text_address(text, p, p->dst);
		text_add(text, ":");
		text_short(text, "tcp");
		return;
	}
	line_ports(text, p);
	if (p->have < WIRE_TCP_HEADER) {
		text_short(text, "tcp");
		return;
	}
	header = (p->data[12] >> 4) * 4u;
	if (header < WIRE_TCP_HEADER)
		text_add(text, " tcp %u [bad hdr length %u - too short, < %u]",
			 p->len - header, header, WIRE_TCP_HEADER);
	else
		line_segment(text, p, header);
}
