/* SPDX-License-Identifier: MIT */
/* icmp unreachable frag_needed mtu 1460 [1:1461(1460)] */
#include "icmp_name.h"
#include "parse.h"

/* ---- type and code ---------------------------------------------------- */

/* A name or a number of eight bits. */
static struct scan_token parse_name(struct parser *parser, const char *what)
{
	struct scan_token token = parser->token;

	if (token.kind == SCAN_NUMBER) {
		scan_number(parser, UINT8_MAX, what);
		return token;
	}
	return scan_expect_kind(parser, SCAN_WORD, what);
}

static bool code_follows(const struct parser *parser)
{
	if (parser->token.kind == SCAN_NUMBER)
		return scan_is_same_line(parser);
	return parser->token.kind == SCAN_WORD && scan_is_same_line(parser) &&
	       !scan_is_word(parser, "mtu") && !scan_is_word(parser, "id") &&
	       !scan_is_word(parser, "seq");
}

static void parse_type(struct parser *parser, enum drill_protocol protocol,
		       struct drill_icmp *icmp)
{
	bool maybe4 = protocol == DRILL_ICMP;
	struct scan_token code = { .kind = SCAN_END };
	struct scan_token type = parse_name(parser, "an ICMP type");

	if (type.kind == SCAN_WORD && !icmp_name_is_type(icmp_names6, &type) &&
	    !(maybe4 && icmp_name_is_type(icmp_names4, &type)))
		scan_fail_unknown(parser, maybe4 ? "ICMP type" : "ICMPv6 type",
				  &type);
	if (code_follows(parser))
		code = parse_name(parser, "an ICMP code");
	if (maybe4)
		icmp->v4 = icmp_name_resolve(icmp_names4, &type, &code);
	icmp->v6 = icmp_name_resolve(icmp_names6, &type, &code);
	if (!icmp->v4.known && !icmp->v6.known)
		scan_fail_unknown(parser, maybe4 ? "ICMP code" : "ICMPv6 code",
				  &code);
}

/* ---- the packet that is echoed ---------------------------------------- */

static void parse_echoed_tcp(struct parser *parser, struct drill_echoed *echoed)
{
	echoed->protocol = DRILL_TCP;
	echoed->has_flags = parser->token.kind != SCAN_NUMBER;
	if (echoed->has_flags)
		parse_tcp_flags(parser, &echoed->tcp);
	parse_tcp_seq(parser, &echoed->tcp);
}

/* [1:1461(1460)] or [udp (1000)] */
static const struct drill_echoed *parse_echoed(struct parser *parser)
{
	struct drill_echoed *echoed = scan_alloc(parser, sizeof *echoed);

	echoed->at = parser->token.from.at;
	if (scan_take_word(parser, "udp"))
		echoed->protocol = DRILL_UDP;
	else if (scan_take_word(parser, "udplite"))
		echoed->protocol = DRILL_UDPLITE;
	else if (scan_take_word(parser, "sctp"))
		scan_fail(parser, echoed->at, "sctp packets are not supported");
	else
		scan_take_word(parser, "tcp");
	if (echoed->protocol == DRILL_TCP)
		parse_echoed_tcp(parser, echoed);
	else
		parse_udp(parser, echoed->protocol, &echoed->udp);
	scan_expect(parser, ']');
	return echoed;
}

/* ---- the message ------------------------------------------------------ */

static bool parse_field(struct parser *parser, struct drill_icmp *icmp)
{
	if (scan_is_word(parser, "mtu"))
		icmp->mtu = parse_named_number(parser, &icmp->has_mtu,
					       UINT32_MAX, "mtu");
	else if (scan_is_word(parser, "id"))
		icmp->id = (uint16_t)parse_named_number(parser, &icmp->has_id,
							UINT16_MAX, "id");
	else if (scan_is_word(parser, "seq"))
		icmp->seq = (uint16_t)parse_named_number(parser, &icmp->has_seq,
							 UINT16_MAX, "seq");
	else
		return false;
	return true;
}

void parse_icmp(struct parser *parser, struct drill_packet *packet)
{
	struct drill_icmp *icmp = &packet->icmp;

	parse_type(parser, packet->protocol, icmp);
	while (parse_field(parser, icmp))
		;
	if (scan_take(parser, '(')) {
		icmp->len = scan_number(parser, UINT16_MAX, "length");
		scan_expect(parser, ')');
	}
	if (scan_take(parser, '['))
		icmp->echoed = parse_echoed(parser);
}
