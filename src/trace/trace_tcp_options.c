/* SPDX-License-Identifier: MIT */
/*
 * Options in the order of the wire, padding included. What tcpdump makes of
 * malformed ones is kept too: it goes by the length that a kind should have,
 * and tells the one that it has.
 */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_tcp.h"

enum kind {
	KIND_EOL = 0,
	KIND_NOP = 1,
	KIND_MSS = 2,
	KIND_WSCALE = 3,
	KIND_SACK_OK = 4,
	KIND_SACK = 5,
	KIND_TS = 8,
	KIND_TFO = 34,
	KIND_EXPERIMENT = 254,
};

#define MAGIC_TFO 0xf989u /* RFC 7413 appendix B */

/* One option: its data are `len` octets by its length, `room` at most. */
struct option {
	const uint8_t *data;
	uint32_t len, room;
	uint8_t kind;
};

/* What became of one option. */
struct told {
	bool good;
	uint32_t used; /* octets of its data */
};

static const struct told bad = { false, 0 };

static struct told told(uint32_t used)
{
	return (struct told){ true, used };
}

static struct told line_sack(struct text *text, const struct option *o,
			     uint32_t base)
{
	text_add(text, "sack");
	if (o->len % 8) {
		text_add(text, " invalid sack");
		return told(o->len);
	}
	text_add(text, " %u ", o->len / 8);
	for (uint32_t i = 0; i < o->len; i += 8)
		text_add(text, "{%u:%u}", get_be32(o->data + i) - base,
			 get_be32(o->data + i + 4) - base);
	return told(o->len);
}

/* A cookie of fast open, RFC 7413 4.1.1: 4 to 16 octets and even, or none. */
static void line_cookie(struct text *text, const uint8_t *data, uint32_t len)
{
	if (len == 0) {
		text_add(text, " cookiereq");
	} else if (len % 2 || len < 4 || len > 16) {
		text_add(text, " (invalid)");
	} else {
		text_add(text, " cookie ");
		text_hex(text, data, len);
	}
}

static struct told line_experiment(struct text *text, const struct option *o)
{
	text_add(text, "exp");
	if (o->len < 2)
		return bad;
	if (get_be16(o->data) == MAGIC_TFO) {
		text_add(text, "-tfo");
		line_cookie(text, o->data + 2, o->len - 2);
	} else {
		text_add(text, "-%04x", get_be16(o->data));
	}
	return told(o->len);
}

static struct told line_unknown(struct text *text, const struct option *o)
{
	text_add(text, "unknown-%u", o->kind);
	if (o->len) {
		text_add(text, " 0x");
		text_hex(text, o->data, o->len);
	}
	return told(o->len);
}

static struct told line_mss(struct text *text, const struct option *o)
{
	text_add(text, "mss");
	if (o->room < 2)
		return bad;
	text_add(text, " %u", get_be16(o->data));
	return told(2);
}

static struct told line_wscale(struct text *text, const struct option *o)
{
	text_add(text, "wscale");
	if (o->room < 1)
		return bad;
	text_add(text, " %u", o->data[0]);
	return told(1);
}

static struct told line_ts(struct text *text, const struct option *o)
{
	text_add(text, "TS");
	if (o->room < 8)
		return bad;
	text_add(text, " val %u ecr %u", get_be32(o->data),
		 get_be32(o->data + 4));
	return told(8);
}

static struct told line_option(struct text *text, const struct option *o,
			       uint32_t base)
{
	switch (o->kind) {
	case KIND_MSS:
		return line_mss(text, o);
	case KIND_WSCALE:
		return line_wscale(text, o);
	case KIND_SACK_OK:
		text_add(text, "sackOK");
		return told(0);
	case KIND_SACK:
		return line_sack(text, o, base);
	case KIND_TS:
		return line_ts(text, o);
	case KIND_TFO:
		text_add(text, "tfo ");
		line_cookie(text, o->data, o->len);
		return told(o->len);
	case KIND_EXPERIMENT:
		return line_experiment(text, o);
	default:
		return line_unknown(text, o);
	}
}

/* The bracket stays open if the first option is bad already. */
static bool end_badly(struct text *text, bool is_first)
{
	text_add(text, "[bad opt]%s", is_first ? "" : "]");
	return false;
}

bool line_tcp_options(struct text *text, const uint8_t *options, uint32_t len,
		      uint32_t have, uint32_t base)
{
	uint32_t at = 0;

	while (at < len) {
		struct option o = { .kind = 0 };
		struct told what;
		bool is_first = at == 0;

		if (!is_first)
			text_add(text, ",");
		if (at >= have)
			goto cut;
		o.kind = options[at++];
		if (o.kind <= KIND_NOP) {
			text_add(text, o.kind == KIND_NOP ? "nop" : "eol");
			if (o.kind == KIND_EOL)
				break;
			continue;
		}
		if (at >= have)
			goto cut;
		o.len = options[at];
		if (o.len < 2 || o.len - 1 > len - at)
			return end_badly(text, is_first);
		at++;
		o.len -= 2;
		o.data = options + at;
		o.room = len - at;
		if (have < len && o.room > have - at)
			goto cut;
		what = line_option(text, &o, base);
		if (!what.good)
			return end_badly(text, is_first);
		if (what.used != o.len)
			text_add(text, "[len %u]", o.len + 2);
		at += what.used;
	}
	text_add(text, "]");
	return true;
cut:
	text_add(text, " [|tcp]");
	return false;
}
