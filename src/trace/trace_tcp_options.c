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
	KIND_ECHO = 6,
	KIND_ECHO_REPLY = 7,
	KIND_TS = 8,
	KIND_CC = 11,
	KIND_CC_NEW = 12,
	KIND_CC_ECHO = 13,
	KIND_MD5 = 19,
	KIND_SCPS = 20,
	KIND_USER_TIMEOUT = 28,
	KIND_AO = 29,
	KIND_MPTCP = 30,
	KIND_TFO = 34,
	KIND_EXPERIMENT = 254,
};

#define MAGIC_TFO 0xf989u /* RFC 7413 appendix B */

/*
 * One option: its data are `len` octets by its length; up to the end of the
 * header are `room`, of which `have` are there.
 */
struct option {
	const uint8_t *data;
	uint32_t len, room, have;
	uint8_t kind;
	bool is_first;
	bool *is_cut; /* set if octets are missing that are told of */
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

/* In an option, tcpdump closes a bracket that it did not open. */
static void cut(struct text *text, const struct option *o)
{
	text_add(text, " [|tcp]%s", o->is_first ? "" : ">");
	*o->is_cut = true;
}

/* True if an option has so many octets, whatever its length says. */
static bool has(struct text *text, const struct option *o, uint32_t octets)
{
	if (octets > o->room)
		return false;
	if (octets <= o->have)
		return true;
	cut(text, o);
	return false;
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
	for (uint32_t i = 0; i < o->len; i += 8) {
		if (!has(text, o, i + 8))
			return bad;
		text_add(text, "{%u:%u}", get_be32(o->data + i) - base,
			 get_be32(o->data + i + 4) - base);
	}
	return told(o->len);
}

/* The octets of an option from `from` on. */
static void add_hex(struct text *text, const struct option *o, uint32_t from)
{
	if (from < o->have)
		text_hex(text, o->data + from, least(o->len, o->have) - from);
	if (o->have < o->len)
		cut(text, o);
}

/* A cookie of fast open, RFC 7413 4.1.1: 4 to 16 octets and even, or none. */
static void line_cookie(struct text *text, const struct option *o,
			uint32_t from)
{
	uint32_t len = o->len - from;

	if (len == 0) {
		text_add(text, " cookiereq");
	} else if (len % 2 || len < 4 || len > 16) {
		text_add(text, " (invalid)");
	} else {
		text_add(text, " cookie ");
		add_hex(text, o, from);
	}
}

static struct told line_experiment(struct text *text, const struct option *o)
{
	text_add(text, "exp");
	if (!has(text, o, o->len) || o->len < 2)
		return bad;
	if (get_be16(o->data) == MAGIC_TFO) {
		text_add(text, "-tfo");
		line_cookie(text, o, 2);
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
		add_hex(text, o, 0);
	}
	return told(o->len);
}

static struct told line_mss(struct text *text, const struct option *o)
{
	text_add(text, "mss");
	if (!has(text, o, 2))
		return bad;
	text_add(text, " %u", get_be16(o->data));
	return told(2);
}

static struct told line_wscale(struct text *text, const struct option *o)
{
	text_add(text, "wscale");
	if (!has(text, o, 1))
		return bad;
	text_add(text, " %u", o->data[0]);
	return told(1);
}

static struct told line_ts(struct text *text, const struct option *o)
{
	text_add(text, "TS");
	if (!has(text, o, 8))
		return bad;
	text_add(text, " val %u ecr %u", get_be32(o->data),
		 get_be32(o->data + 4));
	return told(8);
}

/* An option of four octets that are a number. */
static struct told line_number(struct text *text, const struct option *o,
			       const char *name)
{
	text_add(text, "%s", name);
	if (!has(text, o, 4))
		return bad;
	text_add(text, " %u", get_be32(o->data));
	return told(4);
}

static struct told line_md5(struct text *text, const struct option *o,
			    bool is_whole)
{
	text_add(text, "md5");
	if (!has(text, o, 16))
		return bad;
	text_add(text, " %s, can't check - ",
		 is_whole ? "shared secret not supplied with -M"
			  : "snaplen too short");
	text_hex(text, o->data, 16);
	return told(16);
}

static struct told line_scps(struct text *text, const struct option *o)
{
	text_add(text, "scps");
	if (!has(text, o, 2))
		return bad;
	text_add(text, " cap %02x id %u", o->data[0], o->data[1]);
	return told(2);
}

/* RFC 5482: a unit of seconds or minutes, and how many of them. */
static struct told line_user_timeout(struct text *text, const struct option *o)
{
	unsigned value, unit;

	text_add(text, "uto");
	if (!has(text, o, 2))
		return bad;
	value = get_be16(o->data);
	unit = value & 1 ? 60 : 1; /* tcpdump has the bit at the wrong end */
	text_add(text, " 0x%x %u", value, (value >> 1) * unit);
	return told(2);
}

static struct told line_ao(struct text *text, const struct option *o)
{
	text_add(text, "tcp-ao");
	if (o->len < 2) {
		text_add(text, " (invalid)");
		return told(o->len);
	}
	if (!has(text, o, 1))
		return bad;
	text_add(text, " keyid %u", o->data[0]);
	if (!has(text, o, 2))
		return bad;
	text_add(text, " rnextkeyid %u", o->data[1]);
	if (o->len > 2) {
		text_add(text, " mac 0x");
		add_hex(text, o, 2);
	}
	return told(o->len);
}

static struct told line_option(struct text *text, const struct option *o,
			       const struct tcp_options *options)
{
	switch (o->kind) {
	case KIND_ECHO:
		return line_number(text, o, "echo");
	case KIND_ECHO_REPLY:
		return line_number(text, o, "echoreply");
	case KIND_CC:
		return line_number(text, o, "cc");
	case KIND_CC_NEW:
		return line_number(text, o, "ccnew");
	case KIND_CC_ECHO:
		return line_number(text, o, "");
	case KIND_MD5:
		return line_md5(text, o, options->segment_is_whole);
	case KIND_SCPS:
		return line_scps(text, o);
	case KIND_USER_TIMEOUT:
		return line_user_timeout(text, o);
	case KIND_AO:
		return line_ao(text, o);
	case KIND_MPTCP:
		text_add(text, "mptcp");
		if (!has(text, o, o->len) ||
		    !line_mptcp(text, o->data - 2, o->len + 2, options->flags))
			return bad;
		return told(o->len);
	case KIND_MSS:
		return line_mss(text, o);
	case KIND_WSCALE:
		return line_wscale(text, o);
	case KIND_SACK_OK:
		text_add(text, "sackOK");
		return told(0);
	case KIND_SACK:
		return line_sack(text, o, options->base);
	case KIND_TS:
		return line_ts(text, o);
	case KIND_TFO:
		text_add(text, "tfo");
		if (!has(text, o, o->len))
			return bad;
		text_add(text, " ");
		line_cookie(text, o, 0);
		return told(o->len);
	case KIND_EXPERIMENT:
		return line_experiment(text, o);
	default:
		return line_unknown(text, o);
	}
}

/* Where the options are read, and how many octets are left or there. */
struct cursor {
	const uint8_t *data;
	uint32_t len, have;
	bool is_first, is_cut;
	const char *protocol; /* the last that was spoken of */
};

static void go_past(struct cursor *at, uint32_t octets)
{
	at->data += least(octets, at->have);
	at->have -= least(octets, at->have);
	at->len -= octets;
}

/* An option with a length; false: it is bad, or cut short. */
static bool line_sized(struct text *text, struct cursor *at, uint8_t kind,
		       const struct tcp_options *options)
{
	struct option o = { .kind = kind, .len = at->data[0] };
	struct told what;

	if (o.len < 2 || o.len - 1 > at->len)
		return false;
	go_past(at, 1);
	o.len -= 2;
	o.data = at->data;
	o.room = at->len;
	o.have = at->have;
	o.is_first = at->is_first;
	o.is_cut = &at->is_cut;
	what = line_option(text, &o, options);
	if (!what.good || at->is_cut)
		return false;
	if (what.used != o.len)
		text_add(text, "[len %u]", o.len + 2);
	go_past(at, what.used);
	if (kind == KIND_MPTCP)
		at->protocol = "mptcp";
	return true;
}

enum verdict {
	MORE,
	LAST,
	BAD, /* or cut short */
};

static enum verdict line_next(struct text *text, struct cursor *at,
			      const struct tcp_options *options)
{
	uint8_t kind;

	if (!at->have) {
		text_cut(text, at->protocol);
		return BAD;
	}
	kind = at->data[0];
	go_past(at, 1);
	if (kind <= KIND_NOP) {
		text_add(text, kind == KIND_NOP ? "nop" : "eol");
		return kind == KIND_NOP ? MORE : LAST;
	}
	if (!at->have) {
		text_cut(text, at->protocol);
		return BAD;
	}
	return line_sized(text, at, kind, options) ? MORE : BAD;
}

bool line_tcp_options(struct text *text, const struct tcp_options *options,
		      const char **protocol)
{
	struct cursor at = { .data = options->data,
			     .len = options->len,
			     .have = options->have,
			     .is_first = true,
			     .protocol = *protocol };
	enum verdict verdict = MORE;

	while (verdict == MORE && at.len) {
		if (!at.is_first)
			text_add(text, ",");
		verdict = line_next(text, &at, options);
		/* The bracket stays open if the first is bad already. */
		if (verdict == BAD && !at.is_cut)
			text_add(text, "[bad opt]%s", at.is_first ? "" : "]");
		at.is_first = false;
	}
	if (verdict != BAD)
		text_add(text, "]");
	*protocol = at.protocol;
	return verdict != BAD;
}
