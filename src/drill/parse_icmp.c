/* SPDX-License-Identifier: MIT */
/* icmp unreachable frag_needed mtu 1460 [1:1461(1460)] */
#include "parse.h"

#include <string.h>

/* ---- names ------------------------------------------------------------ */

struct name {
	const char *type, *code; /* code NULL: the type alone */
	uint8_t type_number, code_number;
};

static const struct name names4[] = {
	{ "echo_reply", NULL, 0, 0 },
	{ "unreachable", NULL, 3, 0 },
	{ "unreachable", "net_unreachable", 3, 0 },
	{ "unreachable", "host_unreachable", 3, 1 },
	{ "unreachable", "protocol_unreachable", 3, 2 },
	{ "unreachable", "port_unreachable", 3, 3 },
	{ "unreachable", "frag_needed", 3, 4 },
	{ "unreachable", "source_route_failed", 3, 5 },
	{ "unreachable", "net_unknown", 3, 6 },
	{ "unreachable", "host_unknown", 3, 7 },
	{ "unreachable", "source_host_isolated", 3, 8 },
	{ "unreachable", "net_prohibited", 3, 9 },
	{ "unreachable", "host_prohibited", 3, 10 },
	{ "unreachable", "net_unreachable_for_tos", 3, 11 },
	{ "unreachable", "host_unreachable_for_tos", 3, 12 },
	{ "unreachable", "packet_filtered", 3, 13 },
	{ "unreachable", "precedence_violation", 3, 14 },
	{ "unreachable", "precedence_cutoff", 3, 15 },
	{ "source_quench", NULL, 4, 0 },
	{ "redirect", NULL, 5, 0 },
	{ "redirect", "net", 5, 0 },
	{ "redirect", "host", 5, 1 },
	{ "redirect", "net_for_tos", 5, 2 },
	{ "redirect", "host_for_tos", 5, 3 },
	{ "echo_request", NULL, 8, 0 },
	{ "time_exceeded", NULL, 11, 0 },
	{ "time_exceeded", "ttl", 11, 0 },
	{ "time_exceeded", "reassembly", 11, 1 },
	{ "parameter_problem", NULL, 12, 0 },
	{ "timestamp_request", NULL, 13, 0 },
	{ "timestamp_reply", NULL, 14, 0 },
	{ "information_request", NULL, 15, 0 },
	{ "information_reply", NULL, 16, 0 },
	{ "address_mask_request", NULL, 17, 0 },
	{ "address_mask_reply", NULL, 18, 0 },
	{ NULL, NULL, 0, 0 },
};

static const struct name names6[] = {
	{ "unreachable", NULL, 1, 0 },
	{ "unreachable", "no_route", 1, 0 },
	{ "unreachable", "admin_prohibited", 1, 1 },
	{ "unreachable", "not_neighbour", 1, 2 },
	{ "unreachable", "beyond_scope", 1, 2 },
	{ "unreachable", "address_unreachable", 1, 3 },
	{ "unreachable", "port_unreachable", 1, 4 },
	{ "unreachable", "policy_failed", 1, 5 },
	{ "unreachable", "reject_route", 1, 6 },
	{ "packet_too_big", NULL, 2, 0 },
	{ "time_exceeded", NULL, 3, 0 },
	{ "time_exceeded", "ttl", 3, 0 },
	{ "time_exceeded", "reassembly", 3, 1 },
	{ "parameter_problem", NULL, 4, 0 },
	{ "parameter_problem", "header_field", 4, 0 },
	{ "parameter_problem", "next_header", 4, 1 },
	{ "parameter_problem", "option", 4, 2 },
	{ "echo_request", NULL, 128, 0 },
	{ "echo_reply", NULL, 129, 0 },
	{ NULL, NULL, 0, 0 },
};

static bool type_is(const struct name *name, const struct scan_token *type)
{
	uint64_t number;

	if (type->kind == SCAN_NUMBER)
		return scan_integer(type, 10, &number) &&
		       number == name->type_number;
	return scan_token_equals(type, name->type);
}

static bool is_type(const struct name *names, const struct scan_token *type)
{
	for (; names->type; names++)
		if (type_is(names, type))
			return true;
	return false;
}

/* Either may be a number; a number need not have a name. */
static struct drill_icmp_type resolve(const struct name *name,
				      const struct scan_token *type,
				      const struct scan_token *code)
{
	struct drill_icmp_type found = { 0 };
	uint64_t number = 0, n;

	if (code->kind == SCAN_NUMBER && scan_integer(code, 10, &n))
		found.code = (uint8_t)n;
	if (type->kind == SCAN_NUMBER && scan_integer(type, 10, &number)) {
		found.type = (uint8_t)number;
		found.known = code->kind != SCAN_WORD;
	}
	for (; name->type && !found.known; name++) {
		if (!type_is(name, type))
			continue;
		found.type = name->type_number;
		if (code->kind != SCAN_WORD) {
			found.known = true;
		} else if (name->code && scan_token_equals(code, name->code)) {
			found.code = name->code_number;
			found.known = true;
		}
	}
	return found;
}

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

	if (type.kind == SCAN_WORD && !is_type(names6, &type) &&
	    !(maybe4 && is_type(names4, &type)))
		scan_fail_unknown(parser, maybe4 ? "ICMP type" : "ICMPv6 type",
				  &type);
	if (code_follows(parser))
		code = parse_name(parser, "an ICMP code");
	if (maybe4)
		icmp->v4 = resolve(names4, &type, &code);
	icmp->v6 = resolve(names6, &type, &code);
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
	if (!icmp->has_mtu && scan_take_word(parser, "mtu")) {
		icmp->mtu = scan_number(parser, UINT32_MAX, "mtu");
		icmp->has_mtu = true;
	} else if (!icmp->has_id && scan_take_word(parser, "id")) {
		icmp->id = (uint16_t)scan_number(parser, UINT16_MAX, "id");
		icmp->has_id = true;
	} else if (!icmp->has_seq && scan_take_word(parser, "seq")) {
		icmp->seq = (uint16_t)scan_number(parser, UINT16_MAX, "seq");
		icmp->has_seq = true;
	} else {
		return false;
	}
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
