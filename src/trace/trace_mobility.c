/* SPDX-License-Identifier: MIT */
/* The mobility header (RFC 6275 6.1) in a line. */
#include "bytes.h"
#include "trace_lines.h"

enum message {
	MESSAGE_REFRESH,
	MESSAGE_HOME_INIT,
	MESSAGE_CARE_OF_INIT,
	MESSAGE_HOME,
	MESSAGE_CARE_OF,
	MESSAGE_BINDING_UPDATE,
	MESSAGE_BINDING_ACK,
	MESSAGE_BINDING_ERROR,
	MESSAGES,
};

/* Octets of each up to its options. */
static const uint8_t least_len[MESSAGES] = { 8, 16, 16, 24, 24, 12, 12, 24 };

/* False: the message is cut short before so many octets. */
static bool has(struct text *text, const struct payload *p, uint32_t octets)
{
	if (p->have >= octets)
		return true;
	text_cut(text, "mobility");
	return false;
}

static void add_cookie(struct text *text, const struct payload *p,
		       const char *name, uint32_t at)
{
	if (has(text, p, at + 8))
		text_add(text, " %s=%08x:%08x", name, get_be32(p->data + at),
			 get_be32(p->data + at + 4));
}

static void line_init(struct text *text, const struct payload *p,
		      const char *name, const char *cookie)
{
	text_add(text, "mobility: %s", name);
	if (p->style->verbose)
		add_cookie(text, p, cookie, 8);
}

static void line_test(struct text *text, const struct payload *p, bool is_home)
{
	text_add(text, "mobility: %s", is_home ? "HoT" : "CoT");
	if (!has(text, p, 8))
		return;
	text_add(text, " nonce id=0x%x", get_be16(p->data + 6));
	if (!p->style->verbose)
		return;
	add_cookie(text, p,
		   is_home ? "Home Init Cookie" : "Care-of Init Cookie", 8);
	add_cookie(text, p,
		   is_home ? "Home Keygen Token" : "Care-of Keygen Token", 16);
}

static void line_binding_update(struct text *text, const struct payload *p)
{
	static const char letters[] = "AHLK";
	unsigned flags;

	text_add(text, "mobility: BU");
	if (!has(text, p, 8))
		return;
	text_add(text, " seq#=%u", get_be16(p->data + 6));
	if (!has(text, p, 10))
		return;
	flags = p->data[8] >> 4;
	if (flags)
		text_add(text, " ");
	for (unsigned i = 0; i < 4; i++)
		if (flags & 8u >> i)
			text_add(text, "%c", letters[i]);
	if (has(text, p, 12))
		text_add(text, " lifetime=%u", get_be16(p->data + 10) * 4);
}

static void line_binding_ack(struct text *text, const struct payload *p)
{
	text_add(text, "mobility: BA");
	if (!has(text, p, 7))
		return;
	text_add(text, " status=%u", p->data[6]);
	if (!has(text, p, 8))
		return;
	if (p->data[7] & 0x80)
		text_add(text, " K");
	if (!has(text, p, 10))
		return;
	text_add(text, " seq#=%u", get_be16(p->data + 8));
	if (has(text, p, 12))
		text_add(text, " lifetime=%u", get_be16(p->data + 10) * 4);
}

static void line_binding_error(struct text *text, const struct payload *p)
{
	text_add(text, "mobility: BE");
	if (!has(text, p, 7))
		return;
	text_add(text, " status=%u", p->data[6]);
	if (!has(text, p, 24))
		return;
	text_add(text, " homeaddr ");
	text_ipv6(text, p->data + 8);
}

static void line_message(struct text *text, const struct payload *p)
{
	switch ((enum message)p->data[2]) {
	case MESSAGE_REFRESH:
		text_add(text, "mobility: BRR");
		break;
	case MESSAGE_HOME_INIT:
		line_init(text, p, "HoTI", "Home Init Cookie");
		break;
	case MESSAGE_CARE_OF_INIT:
		line_init(text, p, "CoTI", "Care-of Init Cookie");
		break;
	case MESSAGE_HOME:
	case MESSAGE_CARE_OF:
		line_test(text, p, p->data[2] == MESSAGE_HOME);
		break;
	case MESSAGE_BINDING_UPDATE:
		line_binding_update(text, p);
		break;
	case MESSAGE_BINDING_ACK:
		line_binding_ack(text, p);
		break;
	case MESSAGE_BINDING_ERROR:
		line_binding_error(text, p);
		break;
	case MESSAGES:
		break;
	}
}

/* ---- options ---------------------------------------------------------- */

enum option {
	OPTION_PAD_1,
	OPTION_PAD_N,
	OPTION_REFRESH,
	OPTION_ALTERNATE_CARE_OF,
	OPTION_NONCES,
	OPTION_AUTHORIZATION,
};

/* False: what is left is less than is told of an option. */
static bool is_sized(struct text *text, uint8_t kind, uint32_t len)
{
	static const struct {
		uint8_t least;
		const char *name;
	} kinds[] = {
		[OPTION_REFRESH] = { 4, "refresh" },
		[OPTION_ALTERNATE_CARE_OF] = { 18, "altcoa" },
		[OPTION_NONCES] = { 6, "ni" },
		[OPTION_AUTHORIZATION] = { 12, "auth" },
	};

	if (kind >= sizeof kinds / sizeof kinds[0] || len >= kinds[kind].least)
		return true;
	text_add(text, "(%s: trunc)", kinds[kind].name);
	return false;
}

static void line_option(struct text *text, const uint8_t *data)
{
	switch (data[0]) {
	case OPTION_PAD_N:
		text_add(text, "(padn)");
		break;
	case OPTION_REFRESH:
		text_add(text, "(refresh: %u)", get_be16(data + 2) * 4);
		break;
	case OPTION_ALTERNATE_CARE_OF:
		text_add(text, "(alt-CoA: ");
		text_ipv6(text, data + 2);
		text_add(text, ")");
		break;
	case OPTION_NONCES:
		text_add(text, "(ni: ho=0x%04x co=0x%04x)", get_be16(data + 2),
			 get_be16(data + 4));
		break;
	case OPTION_AUTHORIZATION:
		text_add(text, "(auth)");
		break;
	default:
		text_add(text, "(type-0x%02x: len=%u)", data[0], data[1]);
	}
}

/*
 * False: cut short, or too short for what it should have. Of an option, and
 * of the octet after it, tcpdump wants all to be there.
 */
static bool line_options(struct text *text, const uint8_t *data, uint32_t len,
			 uint32_t have)
{
	uint32_t used;

	for (; len; data += used, len -= used, have -= used) {
		used = 1;
		if (have < 2)
			return false;
		if (data[0] == OPTION_PAD_1) {
			text_add(text, "(pad1)");
			continue;
		}
		used = data[1] + 2u;
		if (used > len || used >= have || !is_sized(text, data[0], len))
			return false;
		line_option(text, data);
	}
	return true;
}

void line_mobility(struct text *text, const struct payload *p)
{
	uint32_t octets, type, start;

	if (p->have < 3) {
		text_cut(text, "mobility");
		return;
	}
	octets = (p->data[1] + 1u) * 8;
	type = p->data[2];
	if (type >= MESSAGES) {
		text_add(text, "mobility: type-#%u len=%u", type, p->data[1]);
		return;
	}
	start = least_len[type];
	if (octets < start) {
		text_add(text, "(header length %u is too small for type %u)",
			 octets, type);
		text_cut(text, "mobility");
		return;
	}
	line_message(text, p);
	if (p->style->verbose &&
	    !line_options(text, p->data + least(start, p->have), octets - start,
			  p->have - least(start, p->have)))
		text_cut(text, "mobility");
}
