/* SPDX-License-Identifier: MIT */
/* Hop-by-hop and destination options (RFC 8200 4.2) in a line. */
#include "bytes.h"
#include "trace_lines.h"

enum option {
	OPTION_PAD_1 = 0,
	OPTION_PAD_N = 1,
	OPTION_ROUTER_ALERT = 5,
	OPTION_JUMBO = 0xc2,
	OPTION_HOME_ADDRESS = 0xc9,
};

#define HEADER 2u
#define ADDRESS 16u

/* The options that are read: `len` octets from one of them on. */
struct options {
	const uint8_t *data;
	uint32_t len;
	bool verbose, is_destination;
	struct jumbo *jumbo;
};

/* Of the option and what follows it there must be `least_len` octets. */
static bool is_sized(struct text *text, const struct options *o,
		     const char *name, uint32_t least_len)
{
	uint32_t len = o->data[1];
	bool is_address = o->data[0] == OPTION_HOME_ADDRESS;

	if (o->len < least_len) {
		text_add(text, "(%s: trunc)", name);
		return false;
	}
	if (is_address ? len >= ADDRESS : len == least_len - HEADER)
		return true;
	text_add(text, "(%s: invalid len %u)", name, len);
	return false;
}

static bool line_router_alert(struct text *text, const struct options *o)
{
	if (!is_sized(text, o, "rtalert", 4))
		return false;
	if (o->verbose)
		text_add(text, "(rtalert: 0x%04x) ", get_be16(o->data + 2));
	return true;
}

/* RFC 2675 2 */
static bool line_jumbo(struct text *text, const struct options *o)
{
	struct jumbo *jumbo = o->jumbo;
	const char *problem = "";
	uint32_t len;

	if (!is_sized(text, o, "jumbo", 6))
		return false;
	len = get_be32(o->data + 2);
	if (jumbo->is_seen)
		problem = " - already seen";
	else if (o->is_destination)
		problem = " - not a hop-by-hop option";
	else if (!jumbo->is_due)
		problem = " - payload len != 0";
	else if (len < 65536)
		problem = " - < 65536";
	else
		jumbo->len = len;
	jumbo->is_seen = true;
	if (o->verbose)
		text_add(text, "(jumbo: %u%s) ", len, problem);
	return true;
}

static bool line_suboptions(struct text *text, const uint8_t *data,
			    uint32_t len)
{
	uint32_t used;

	for (; len; data += used, len -= used) {
		used = 1;
		if (data[0] != OPTION_PAD_1) {
			if (len < HEADER)
				return false;
			used = data[1] + HEADER;
		}
		if (used > len)
			return false;
		if (data[0] == OPTION_PAD_1)
			text_add(text, ", pad1");
		else if (data[0] == OPTION_PAD_N)
			text_add(text, ", padn");
		else
			text_add(text, ", sopt_type 0x%02x: len=%u", data[0],
				 data[1]);
	}
	return true;
}

static bool line_home_address(struct text *text, const struct options *o)
{
	if (!is_sized(text, o, "homeaddr", HEADER + ADDRESS))
		return false;
	if (!o->verbose)
		return true;
	text_add(text, "(homeaddr: ");
	text_ipv6(text, o->data + HEADER);
	if (!line_suboptions(text, o->data + HEADER + ADDRESS,
			     o->data[1] - ADDRESS))
		return false;
	text_add(text, ")");
	return true;
}

static bool line_option(struct text *text, const struct options *o)
{
	switch (o->data[0]) {
	case OPTION_PAD_1:
		if (o->verbose)
			text_add(text, "(pad1)");
		return true;
	case OPTION_PAD_N:
		if (o->verbose)
			text_add(text, "(padn)");
		return true;
	case OPTION_ROUTER_ALERT:
		return line_router_alert(text, o);
	case OPTION_JUMBO:
		return line_jumbo(text, o);
	case OPTION_HOME_ADDRESS:
		return line_home_address(text, o);
	default:
		if (o->verbose)
			text_add(text, "(opt_type 0x%02x: len=%u)", o->data[0],
				 o->data[1]);
		return true;
	}
}

static bool line_all(struct text *text, struct options *o)
{
	uint32_t used;

	for (; o->len; o->data += used, o->len -= used) {
		used = 1;
		if (o->data[0] != OPTION_PAD_1) {
			if (o->len < HEADER)
				return false;
			used = o->data[1] + HEADER;
		}
		if (used > o->len || !line_option(text, o))
			return false;
	}
	if (o->verbose)
		text_add(text, " ");
	return true;
}

uint32_t line_ipv6_options(struct text *text, const struct payload *p,
			   bool is_destination, struct jumbo *jumbo)
{
	struct options o = {
		.verbose = p->style->verbose,
		.is_destination = is_destination,
		.jumbo = jumbo,
	};
	const char *protocol = is_destination ? "dstopt" : "hbhopt";
	uint32_t octets;

	jumbo->is_seen = false;
	if (p->have < HEADER) {
		text_cut(text, protocol);
		return 0;
	}
	octets = (p->data[1] + 1u) * 8;
	if (p->have >= octets) {
		text_add(text, is_destination ? "DSTOPT " : "HBH ");
		o.data = p->data + HEADER;
		o.len = octets - HEADER;
		if ((is_destination && !o.verbose) || line_all(text, &o))
			return octets;
	}
	text_add(text, " [|%s]", protocol); /* more may follow, of jumbo */
	return 0;
}
