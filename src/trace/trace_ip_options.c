/* SPDX-License-Identifier: MIT */
/* The options of an IPv4 header, as -v tells them. */
#include "bytes.h"
#include "trace_lines.h"

enum kind {
	KIND_EOL = 0,
	KIND_NOP = 1,
	KIND_RR = 7,
	KIND_TIMESTAMP = 68,
	KIND_TRACEROUTE = 82,
	KIND_SECURITY = 130,
	KIND_LSRR = 131,
	KIND_SSRR = 137,
	KIND_ROUTER_ALERT = 148,
};

/* One option: `have` octets from its kind on are there, perhaps past it. */
struct option {
	const uint8_t *data;
	uint32_t len, have;
};

static void line_kind(struct text *text, uint8_t kind)
{
	static const struct {
		uint8_t kind;
		const char *name;
	} names[] = {
		{ KIND_EOL, "EOL" },
		{ KIND_NOP, "NOP" },
		{ KIND_RR, "RR" },
		{ KIND_TIMESTAMP, "timestamp" },
		{ KIND_TRACEROUTE, "traceroute" },
		{ KIND_SECURITY, "security" },
		{ KIND_LSRR, "LSRR" },
		{ KIND_SSRR, "SSRR" },
		{ KIND_ROUTER_ALERT, "RA" },
	};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].kind == kind) {
			text_add(text, "%s", names[i].name);
			return;
		}
	text_add(text, "unknown %u", kind);
}

/* Each of these is false if an entry is not all there. */

static bool line_route(struct text *text, const struct option *o)
{
	uint32_t pointer;

	if (o->len < 3) {
		text_add(text, " [bad length %u]", o->len);
		return true;
	}
	if ((o->len + 1) % 4)
		text_add(text, " [bad length %u]", o->len);
	pointer = o->data[2];
	if (pointer < 4 || pointer % 4 || pointer > o->len + 2)
		text_add(text, " [bad ptr %u]", pointer);
	for (uint32_t at = 3; at < o->len; at += 4) {
		if (at + 4 > o->have)
			return false;
		text_add(text, " ");
		text_ipv4(text, o->data + at);
		if (pointer - 1 > at) /* 0 is far beyond */
			text_add(text, ",");
	}
	return true;
}

static void line_timestamp_type(struct text *text, uint8_t type)
{
	if (type == 0)
		text_add(text, "TSONLY");
	else if (type == 1)
		text_add(text, "TS+ADDR");
	else if (type == 3)
		text_add(text, "PRESPEC");
	else
		text_add(text, "[bad ts type %u]", type);
}

static bool line_timestamps(struct text *text, const struct option *o,
			    uint32_t step)
{
	uint32_t pointer = o->data[2] - 1u, at = 4;
	const char *between = " ";

	for (; at < o->len; at += step) {
		if (pointer == at)
			between = " ^ ";
		if (at + step > o->have)
			return false;
		text_add(text, "%s%u@", between,
			 get_be32(o->data + at + step - 4));
		if (step == 8)
			text_ipv4(text, o->data + at);
		between = " ";
	}
	if (pointer == at)
		text_add(text, " ^ ");
	return true;
}

static bool line_timestamp(struct text *text, const struct option *o)
{
	uint32_t step, pointer;
	uint8_t type;

	if (o->len < 4) {
		text_add(text, "[bad length %u]", o->len);
		return true;
	}
	text_add(text, " TS{");
	type = o->data[3] & 0xf;
	step = type ? 8 : 4;
	if ((o->len - 4) % step)
		text_add(text, "[bad length %u]", o->len);
	pointer = o->data[2];
	if (pointer < 5 || (pointer - 5) % step || pointer > o->len + 2)
		text_add(text, "[bad ptr %u]", pointer);
	line_timestamp_type(text, type);
	if (type == 2 || type > 3)
		text_add(text, pointer == 1 ? " ^ " : "");
	else if (!line_timestamps(text, o, step))
		return false;
	if (o->data[3] >> 4)
		text_add(text, " [%u hops not recorded]} ", o->data[3] >> 4);
	else
		text_add(text, "}");
	return true;
}

static void line_router_alert(struct text *text, const struct option *o)
{
	if (o->len < 4)
		text_add(text, " [bad length %u]", o->len);
	else if (get_be16(o->data + 2))
		text_add(text, " value %u", get_be16(o->data + 2));
}

static bool line_option(struct text *text, const struct option *o)
{
	switch (o->data[0]) {
	case KIND_RR:
	case KIND_LSRR:
	case KIND_SSRR:
		return line_route(text, o);
	case KIND_TIMESTAMP:
		return line_timestamp(text, o);
	case KIND_ROUTER_ALERT:
		line_router_alert(text, o);
		return true;
	default:
		return true;
	}
}

enum verdict {
	MORE,
	LAST,
	CUT, /* in the middle of an option */
};

static enum verdict line_next_option(struct text *text, struct payload *p)
{
	struct option o = { .data = p->data, .have = p->have };

	if (!p->have) {
		text_cut(text, "ip");
		return LAST;
	}
	line_kind(text, p->data[0]);
	if (p->data[0] <= KIND_NOP) {
		payload_skip(p, 1);
		return o.data[0] == KIND_NOP ? MORE : LAST;
	}
	if (p->have < 2) {
		text_cut(text, "ip");
		return LAST;
	}
	o.len = p->data[1];
	if (o.len < 2 || o.len > p->len) {
		text_add(text, " [bad length %u]", o.len);
		return LAST;
	}
	if (o.len > p->have || !line_option(text, &o)) {
		text_add(text, " [truncated-option]");
		return CUT;
	}
	payload_skip(p, o.len);
	return MORE;
}

bool line_ip_options(struct text *text, struct payload *p)
{
	enum verdict verdict = MORE;

	while (p->len && verdict == MORE) {
		verdict = line_next_option(text, p);
		if (p->len && verdict == MORE)
			text_add(text, ",");
	}
	return verdict != CUT;
}
