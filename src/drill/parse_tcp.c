/* SPDX-License-Identifier: MIT */
/* P. 1:1001(1000) ack 1 win 257 urg 1 <nop,nop,TS val 1 ecr 2> */
#include "parse.h"

#define OPTIONS 40u /* octets that a header has for them */

/* ---- flags ------------------------------------------------------------ */

static uint16_t flag_of(char letter)
{
	switch (letter) {
	case 'F':
		return DRILL_FIN;
	case 'S':
		return DRILL_SYN;
	case 'R':
		return DRILL_RST;
	case 'P':
		return DRILL_PSH;
	case '.':
		return DRILL_ACK;
	case 'U':
		return DRILL_URG;
	case 'E':
		return DRILL_ECE;
	case 'W':
	case 'C':
		return DRILL_CWR;
	case 'A':
		return DRILL_AE;
	default:
		return 0;
	}
}

/* A digit is the ACE field of RFC 9768: AE, CWR and ECE. */
static uint16_t ace_of(char digit)
{
	unsigned ace = (unsigned)(digit - '0');

	return (uint16_t)((ace & 4 ? DRILL_AE : 0) | (ace & 2 ? DRILL_CWR : 0) |
			  (ace & 1 ? DRILL_ECE : 0));
}

void parse_tcp_flags(struct parser *parser, struct drill_tcp *tcp)
{
	struct scan_token token;
	size_t i;

	if (parser->token.kind == SCAN_END)
		scan_fail_expected(parser, "TCP flags");
	token = scan_letters(parser, "");
	if (scan_token_equals(&token, "-"))
		return;
	for (i = 0; i < token.len; i++) {
		char letter = token.text[i];
		bool is_ace = letter >= '0' && letter <= '7';
		uint16_t flag = is_ace ? ace_of(letter) : flag_of(letter);
		struct drill_place at = token.from.at;

		at.column += (uint32_t)i;
		if (!flag && !is_ace)
			scan_fail(parser, at, "unknown TCP flag '%c'",
				  letter >= ' ' && letter <= '~' ? letter
								 : '?');
		if (tcp->flags & flag)
			scan_fail(parser, at, "TCP flag '%c' twice", letter);
		tcp->flags |= flag;
	}
}

/* ---- sequence numbers ------------------------------------------------- */

void parse_tcp_seq(struct parser *parser, struct drill_tcp *tcp)
{
	struct drill_place at = parser->token.from.at;

	tcp->seq.start = scan_number(parser, UINT32_MAX, "sequence number");
	scan_expect(parser, ':');
	tcp->seq.end = scan_number(parser, UINT32_MAX, "sequence number");
	scan_expect(parser, '(');
	tcp->len = scan_number(parser, UINT16_MAX, "length");
	scan_expect(parser, ')');
	if ((uint32_t)(tcp->seq.end - tcp->seq.start) != tcp->len)
		scan_fail(parser, at, "%u:%u is not %u octets",
			  (unsigned)tcp->seq.start, (unsigned)tcp->seq.end,
			  (unsigned)tcp->len);
}

static bool parse_field(struct parser *parser, struct drill_tcp *tcp)
{
	if (scan_is_word(parser, "ack"))
		tcp->ack = parse_named_number(parser, &tcp->has_ack, UINT32_MAX,
					      "ack");
	else if (scan_is_word(parser, "win"))
		tcp->win = (uint16_t)parse_named_number(parser, &tcp->has_win,
							UINT16_MAX, "win");
	else if (scan_is_word(parser, "urg"))
		tcp->urg = (uint16_t)parse_named_number(parser, &tcp->has_urg,
							UINT16_MAX, "urg");
	else
		return false;
	return true;
}

/* ---- the segment ------------------------------------------------------ */

/*
 * An event without a time may follow, and begin with < too: but not on this
 * line, and with a blank behind it.
 */
static bool options_follow(const struct parser *parser)
{
	const struct scan_cursor *cursor = &parser->cursor;

	if (!scan_is(parser, '<'))
		return false;
	return scan_is_same_line(parser) ||
	       (cursor->next < cursor->end && *cursor->next != ' ' &&
		*cursor->next != '\t');
}

static void check_options(struct parser *parser, struct drill_place at,
			  const struct drill_packet *packet)
{
	size_t len = parse_tcp_options_length(&packet->tcp);

	if (packet->inbound && packet->tcp.any_options)
		scan_fail(parser, at,
			  "<...> is only for segments that are "
			  "sent");
	if (len > OPTIONS)
		scan_fail(parser, at, "%u octets of TCP options, %u fit",
			  (unsigned)len, OPTIONS);
	if (len % 4)
		scan_fail(parser, at,
			  "%u octets of TCP options are not padded to 4",
			  (unsigned)len);
}

/* What is sent to the host must be whole; only a RST needs no window. */
static void check_window(struct parser *parser, struct drill_place at,
			 const struct drill_packet *packet)
{
	if (packet->inbound && !packet->tcp.has_win &&
	    !(packet->tcp.flags & DRILL_RST))
		scan_fail(parser, at, "an inbound segment needs a window");
}

void parse_tcp(struct parser *parser, struct drill_packet *packet)
{
	struct drill_tcp *tcp = &packet->tcp;
	struct drill_place at = parser->token.from.at;

	parse_tcp_flags(parser, tcp);
	parse_tcp_seq(parser, tcp);
	while (parse_field(parser, tcp))
		;
	check_window(parser, at, packet);
	if (!options_follow(parser))
		return;
	at = parser->token.from.at;
	parse_tcp_options(parser, tcp);
	check_options(parser, at, packet);
}
