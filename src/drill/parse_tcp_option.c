/* SPDX-License-Identifier: MIT */
/* <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7> */
#include "parse.h"

#include <string.h>

#define COUNTER_MAX 0xffffffu /* 24 bits, RFC 9768 3.2.3 */

/* ---- what stands behind the names ------------------------------------- */

static void parse_nothing(struct parser *parser, struct drill_tcp_option *opt)
{
	(void)parser;
	(void)opt;
}

static void parse_mss(struct parser *parser, struct drill_tcp_option *opt)
{
	opt->number = scan_number(parser, UINT16_MAX, "mss");
}

static void parse_wscale(struct parser *parser, struct drill_tcp_option *opt)
{
	opt->number = scan_number(parser, UINT8_MAX, "wscale");
}

static void parse_sack(struct parser *parser, struct drill_tcp_option *opt)
{
	struct drill_range *range = NULL;

	while (parser->token.kind == SCAN_NUMBER) {
		range = scan_grow(parser, range, opt->sacks, sizeof *range);
		range[opt->sacks].start =
			scan_number(parser, UINT32_MAX, "sack");
		scan_expect(parser, ':');
		range[opt->sacks].end = scan_number(parser, UINT32_MAX, "sack");
		opt->sacks++;
	}
	if (!opt->sacks)
		scan_fail_expected(parser, "a range");
	opt->sack = range;
}

static void parse_timestamp(struct parser *parser, struct drill_tcp_option *opt)
{
	scan_expect_word(parser, "val");
	opt->ts_val = scan_number(parser, UINT32_MAX, "TS val");
	scan_expect_word(parser, "ecr");
	opt->ts_ecr = scan_number(parser, UINT32_MAX, "TS ecr");
}

/* ---- octets ----------------------------------------------------------- */

static bool ends(const struct parser *parser)
{
	return scan_is(parser, ',') || scan_is(parser, '>') ||
	       parser->token.kind == SCAN_END;
}

/* Hexadecimal, two digits an octet, with or without 0x. */
static void parse_octets(struct parser *parser, struct drill_tcp_option *opt)
{
	struct scan_token token;
	uint8_t *data;
	size_t i;

	if (ends(parser))
		return;
	token = scan_letters(parser, ",>");
	if (token.len > 2 && token.text[0] == '0' && token.text[1] == 'x') {
		token.text += 2;
		token.len -= 2;
	}
	data = scan_alloc(parser, token.len / 2 + 1);
	for (i = 0; i < token.len; i++) {
		unsigned n = scan_digit(token.text[i]);

		if (n > 15 || token.len % 2)
			scan_fail(parser, token.from.at,
				  "not hexadecimal octets: %.*s",
				  token.len < 64 ? (int)token.len : 64,
				  token.text);
		data[i / 2] = (uint8_t)((unsigned)data[i / 2] << 4 | n);
	}
	opt->data = data;
	opt->len = token.len / 2;
}

static void parse_md5(struct parser *parser, struct drill_tcp_option *opt)
{
	struct drill_place at = parser->token.from.at;

	parse_octets(parser, opt);
	if (opt->data && opt->len != 16)
		scan_fail(parser, at, "an MD5 digest has 16 octets");
}

static void parse_other(struct parser *parser, struct drill_tcp_option *opt)
{
	opt->number = scan_number(parser, UINT8_MAX, "kind");
	parse_octets(parser, opt);
}

/* ---- Accurate ECN ----------------------------------------------------- */

static bool parse_counter(struct parser *parser, enum drill_counter *counter)
{
	if (scan_take_word(parser, "e0b"))
		*counter = DRILL_E0B;
	else if (scan_take_word(parser, "ceb"))
		*counter = DRILL_CEB;
	else if (scan_take_word(parser, "e1b"))
		*counter = DRILL_E1B;
	else
		return false;
	return true;
}

/* Either order of RFC 9768 3.2.3, cut anywhere. */
static bool is_order(const struct drill_tcp_option *opt)
{
	const enum drill_counter *c = opt->counter;

	return (opt->counters < 1 || c[0] != DRILL_CEB) &&
	       (opt->counters < 2 || c[1] == DRILL_CEB) &&
	       (opt->counters < 3 || (c[2] != DRILL_CEB && c[2] != c[0]));
}

static void parse_ecn(struct parser *parser, struct drill_tcp_option *opt)
{
	struct drill_place at = parser->token.from.at;

	while (!ends(parser)) {
		if (opt->counters == 3 ||
		    !parse_counter(parser, &opt->counter[opt->counters]))
			scan_fail_unknown(parser, "ECN counter",
					  &parser->token);
		opt->count[opt->counters++] =
			scan_number(parser, COUNTER_MAX, "ECN counter");
	}
	if (!is_order(opt))
		scan_fail(parser, at,
			  "the order is e0b ceb e1b, or e1b ceb e0b");
}

/* ---- the list --------------------------------------------------------- */

static const struct form {
	const char *name;
	enum drill_option_kind kind;
	void (*parse)(struct parser *parser, struct drill_tcp_option *opt);
} forms[] = {
	{ "eol", DRILL_OPT_EOL, parse_nothing },
	{ "nop", DRILL_OPT_NOP, parse_nothing },
	{ "mss", DRILL_OPT_MSS, parse_mss },
	{ "wscale", DRILL_OPT_WSCALE, parse_wscale },
	{ "sackOK", DRILL_OPT_SACK_OK, parse_nothing },
	{ "sack", DRILL_OPT_SACK, parse_sack },
	{ "TS", DRILL_OPT_TIMESTAMP, parse_timestamp },
	{ "md5", DRILL_OPT_MD5, parse_md5 },
	{ "FO", DRILL_OPT_FAST_OPEN, parse_octets },
	{ "FOEXP", DRILL_OPT_FAST_OPEN_EXP, parse_octets },
	{ "ECN", DRILL_OPT_ACC_ECN, parse_ecn },
	{ "kind", DRILL_OPT_OTHER, parse_other },
	{ NULL, DRILL_OPT_EOL, NULL },
};

static void parse_option(struct parser *parser, struct drill_tcp_option *opt)
{
	struct scan_token name;
	const struct form *form;

	name = scan_expect_kind(parser, SCAN_WORD, "a TCP option");
	for (form = forms; form->name; form++)
		if (scan_token_equals(&name, form->name))
			break;
	if (!form->name)
		scan_fail_unknown(parser, "TCP option", &name);
	memset(opt, 0, sizeof *opt);
	opt->kind = form->kind;
	opt->at = name.from.at;
	form->parse(parser, opt);
}

void parse_tcp_options(struct parser *parser, struct drill_tcp *tcp)
{
	struct drill_tcp_option *opt = NULL;

	scan_expect(parser, '<');
	if (parser->token.kind == SCAN_ELLIPSIS) {
		scan_next(parser);
		tcp->any_options = true;
		scan_expect(parser, '>');
		return;
	}
	while (!scan_take(parser, '>')) {
		if (tcp->options)
			scan_expect(parser, ',');
		opt = scan_grow(parser, opt, tcp->options, sizeof *opt);
		parse_option(parser, &opt[tcp->options++]);
	}
	tcp->option = opt;
}

/* ---- lengths ---------------------------------------------------------- */

static size_t length(const struct drill_tcp_option *opt)
{
	switch (opt->kind) {
	case DRILL_OPT_EOL:
	case DRILL_OPT_NOP:
		return 1;
	case DRILL_OPT_MSS:
		return 4;
	case DRILL_OPT_WSCALE:
		return 3;
	case DRILL_OPT_SACK_OK:
		return 2;
	case DRILL_OPT_SACK:
		return 2 + 8 * opt->sacks;
	case DRILL_OPT_TIMESTAMP:
		return 10;
	case DRILL_OPT_MD5:
		return 18;
	case DRILL_OPT_FAST_OPEN:
	case DRILL_OPT_OTHER:
		return 2 + opt->len;
	case DRILL_OPT_FAST_OPEN_EXP:
		return 4 + opt->len;
	case DRILL_OPT_ACC_ECN:
		return 2 + 3 * opt->counters;
	}
	return 0;
}

size_t parse_tcp_options_length(const struct drill_tcp *tcp)
{
	size_t i, sum = 0;

	for (i = 0; i < tcp->options; i++)
		sum += length(&tcp->option[i]);
	return sum;
}
