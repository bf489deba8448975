/* SPDX-License-Identifier: MIT */
#include "bytes.h"
#include "checksum.h"
#include "trace_lines.h"
#include "wire_ip.h"

#define MORE_FRAGMENTS 0x2000u
#define OFFSET 0x1fffu

static void line_ecn(struct text *text, uint8_t tos)
{
	static const char *const names[] = { "", ",ECT(1)", ",ECT(0)", ",CE" };

	text_add(text, "%s", names[tos & 3]);
}

static void line_flags(struct text *text, unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = { { 0x2000, "+" }, { 0x4000, "DF" }, { 0x8000, "rsvd" } };
	const char *between = "";

	text_add(text, ", flags [");
	for (unsigned i = 0; i < 3; i++) {
		if (!(flags & names[i].flag))
			continue;
		text_add(text, "%s%s", between, names[i].name);
		between = ", ";
	}
	text_add(text, "%s]", *between ? "" : "none");
}

static void line_checksum(struct text *text, const struct payload *p,
			  uint32_t header)
{
	uint16_t checksum = get_be16(p->data + 10), sum;

	if (p->have < header)
		return;
	sum = wire_checksum(wire_sum(p->data, header));
	if (sum)
		text_add(text, ", bad cksum %x (->%x)!", checksum,
			 checksum_should_be(checksum, sum));
}

/*
 * "(tos 0x0, ttl 64, ...)", and a new line for what is in the datagram. False:
 * cut short.
 */
static bool line_header(struct text *text, const struct payload *p,
			uint32_t header)
{
	const uint8_t *data = p->data;
	unsigned fragment = get_be16(data + 6);
	struct payload options = *p;
	const char *name = protocol_name(data[9]);
	bool is_whole = true;

	text_add(text, "(tos 0x%x", data[1]);
	line_ecn(text, data[1]);
	if (data[8])
		text_add(text, ", ttl %u", data[8]);
	text_add(text, ", id %u, offset %u", get_be16(data + 4),
		 (fragment & OFFSET) * 8);
	line_flags(text, fragment & ~OFFSET);
	text_add(text, ", proto %s (%u), length %u", name ? name : "unknown",
		 data[9], get_be16(data + 2));
	if (header > WIRE_IPV4_HEADER) {
		payload_skip(&options, WIRE_IPV4_HEADER);
		options.len = header - WIRE_IPV4_HEADER;
		text_add(text, ", options (");
		is_whole = line_ip_options(text, &options);
		text_add(text, ")");
	}
	line_checksum(text, p, header);
	text_add(text, ")\n    ");
	return is_whole;
}

/* Where a source route leads to: its last address. */
static const uint8_t *find_destination(const uint8_t *data, uint32_t header,
				       uint32_t have)
{
	uint32_t at = WIRE_IPV4_HEADER, len;

	header = least(header, have);
	for (; at < header; at += len) {
		uint8_t kind = data[at];

		if (kind == 0)
			break;
		len = kind == 1 || at + 1 >= header ? 1 : data[at + 1];
		if (kind != 1 && (len < 2 || at + 1 >= header))
			break;
		if (at + len > header)
			break;
		if ((kind == 131 || kind == 137) && len >= 7)
			return data + at + len - 4;
	}
	return data + 16;
}

static void line_datagram(struct text *text, struct payload *p, uint32_t header,
			  uint32_t total)
{
	const uint8_t *data = p->data;
	unsigned fragment = get_be16(data + 6);
	uint8_t protocol = data[9];

	p->version = 4;
	p->src = data + 12;
	p->dst = data + 16;
	p->final_dst = find_destination(data, header, p->have);
	p->have = least(p->have, total);
	p->len = total;
	if (p->style->verbose && !line_header(text, p, header)) {
		line_addresses(text, p);
		text_short(text, "ip");
		return;
	}
	if (fragment & OFFSET) {
		line_addresses(text, p);
		text_add(text, "ip-proto-%u", protocol);
		return;
	}
	p->is_fragment = fragment & MORE_FRAGMENTS;
	p->addresses_told = protocol != WIRE_PROTOCOL_TCP &&
			    protocol != WIRE_PROTOCOL_UDP;
	if (p->addresses_told)
		line_addresses(text, p);
	if (p->have < header) {
		text_add(text, " [remaining caplen(%u) < header length(%u)]",
			 p->have, header);
		text_cut(text, "ip");
		return;
	}
	payload_skip(p, header);
	line_protocol(text, p, protocol);
}

/* The version is 4, in the octet that is there. */
static void line_version_4(struct text *text, struct payload *p)
{
	uint32_t header = (p->data[0] & 0x0fu) * 4, total;

	if (!p->style->link_header)
		text_add(text, "IP ");
	if (p->have < WIRE_IPV4_HEADER) {
		text_short(text, "ip");
		return;
	}
	total = get_be16(p->data + 2);
	if (header < WIRE_IPV4_HEADER) {
		text_add(text, "bad-hlen %u", header);
		return;
	}
	if (total > p->len)
		text_add(text, "truncated-ip - %u bytes missing! ",
			 total - p->len);
	if (total < header) {
		text_add(text, "bad-len %u", total);
		return;
	}
	line_datagram(text, p, header, total);
}

void line_ipv4(struct text *text, struct payload *p)
{
	if (!p->have)
		text_cut(text, "ip");
	else if (p->data[0] >> 4 == 4)
		line_version_4(text, p);
	else if (p->data[0] >> 4 == 6)
		text_add(text, "IP6, wrong link-layer encapsulation (invalid)");
	else
		text_add(text, "IP%u (invalid)", p->data[0] >> 4);
}

void line_quoted(struct text *text, const struct payload *p,
		 const uint8_t *data, uint32_t len, uint32_t have)
{
	struct payload quoted = {
		.style = p->style,
		.flows = p->flows,
		.data = data,
		.len = len,
		.have = have,
	};

	if (p->version == 4)
		line_ipv4(text, &quoted);
	else
		line_ipv6(text, &quoted);
}
