/* SPDX-License-Identifier: MIT */
/* < [ect0] ipv4 192.0.2.1 > 10.0.0.1: P. 1:1001(1000) ack 1 win 257 */
#include "parse.h"

/* ---- the IP header ---------------------------------------------------- */

static const struct mark {
	const char *name;
	enum drill_ecn ecn;
} marks[] = {
	{ "noecn", DRILL_ECN_NONE }, { "ect0", DRILL_ECN_ECT0 },
	{ "ect1", DRILL_ECN_ECT1 },  { "ect01", DRILL_ECN_ECT01 },
	{ "ce", DRILL_ECN_CE },	     { NULL, DRILL_ECN_UNSAID },
};

void parse_refuse_twice(struct parser *parser, bool again)
{
	const struct scan_token *token = &parser->token;

	if (again)
		scan_fail(parser, token->from.at, "%.*s is said twice",
			  (int)token->len, token->text);
}

static bool parse_mark(struct parser *parser, struct drill_ip *ip, bool inbound)
{
	const struct mark *mark;

	for (mark = marks; mark->name; mark++)
		if (scan_is_word(parser, mark->name))
			break;
	if (!mark->name)
		return false;
	parse_refuse_twice(parser, ip->ecn != DRILL_ECN_UNSAID);
	if (inbound && mark->ecn == DRILL_ECN_ECT01)
		scan_fail(parser, parser->token.from.at,
			  "ect01 is only for packets that are sent");
	ip->ecn = mark->ecn;
	scan_next(parser);
	return true;
}

uint32_t parse_named_number(struct parser *parser, bool *has, uint32_t max,
			    const char *name)
{
	parse_refuse_twice(parser, *has);
	*has = true;
	scan_next(parser);
	return scan_number(parser, max, name);
}

static void parse_df(struct parser *parser, struct drill_ip *ip)
{
	parse_refuse_twice(parser, ip->has_df);
	ip->has_df = true;
	ip->df = scan_is_word(parser, "df");
	scan_next(parser);
}

static void parse_ip_field(struct parser *parser, struct drill_ip *ip,
			   bool inbound)
{
	if (parse_mark(parser, ip, inbound))
		return;
	if (scan_is_word(parser, "tos"))
		ip->tos = (uint8_t)parse_named_number(parser, &ip->has_tos,
						      UINT8_MAX, "tos");
	else if (scan_is_word(parser, "ttl"))
		ip->ttl = (uint8_t)parse_named_number(parser, &ip->has_ttl,
						      UINT8_MAX, "ttl");
	else if (scan_is_word(parser, "flowlabel"))
		ip->flow_label = parse_named_number(parser, &ip->has_flow_label,
						    0xfffff, "flowlabel");
	else if (scan_is_word(parser, "id"))
		ip->id = (uint16_t)parse_named_number(parser, &ip->has_id,
						      UINT16_MAX, "id");
	else if (scan_is_word(parser, "df") || scan_is_word(parser, "nodf"))
		parse_df(parser, ip);
	else
		scan_fail_unknown(parser, "field of the IP header",
				  &parser->token);
}

void parse_ip(struct parser *parser, struct drill_ip *ip, bool inbound)
{
	while (scan_is(parser, '[') || scan_is(parser, '(')) {
		char close = scan_is(parser, '[') ? ']' : ')';

		scan_next(parser);
		do {
			parse_ip_field(parser, ip, inbound);
			scan_take(parser, ',');
		} while (!scan_take(parser, close));
	}
}

/* ---- headers around the packet ---------------------------------------- */

bool parse_ports(struct parser *parser, uint16_t *source, uint16_t *destination)
{
	if (parser->token.kind != SCAN_NUMBER)
		return false;
	*source = (uint16_t)scan_number(parser, UINT16_MAX, "port");
	scan_expect(parser, '>');
	*destination = (uint16_t)scan_number(parser, UINT16_MAX, "port");
	return true;
}

/* ---- the packet ------------------------------------------------------- */

void parse_udp(struct parser *parser, enum drill_protocol protocol,
	       struct drill_udp *udp)
{
	scan_expect(parser, '(');
	udp->len = scan_number(parser, UINT16_MAX, "length");
	if (protocol == DRILL_UDPLITE && scan_take(parser, ',')) {
		udp->has_coverage = true;
		udp->coverage =
			(uint16_t)scan_number(parser, UINT16_MAX, "coverage");
	}
	scan_expect(parser, ')');
}

static void parse_user_datagram(struct parser *parser,
				struct drill_packet *packet)
{
	packet->has_ports = parse_ports(parser, &packet->source_port,
					&packet->destination_port);
	parse_udp(parser, packet->protocol, &packet->udp);
}

static void refuse_protocol(struct parser *parser)
{
	static const char *const refused[] = { "sctp", "dccp", "igmp", "arp" };
	size_t i;

	for (i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (scan_is_word(parser, refused[i]))
			scan_fail(parser, parser->token.from.at,
				  "%s packets are not supported", refused[i]);
}

static void parse_protocol(struct parser *parser, struct drill_packet *packet)
{
	static const struct {
		const char *name;
		enum drill_protocol protocol;
		void (*parse)(struct parser *parser,
			      struct drill_packet *packet);
	} protocols[] = {
		{ "udp", DRILL_UDP, parse_user_datagram },
		{ "udplite", DRILL_UDPLITE, parse_user_datagram },
		{ "icmp", DRILL_ICMP, parse_icmp },
		{ "icmpv6", DRILL_ICMPV6, parse_icmp },
	};
	size_t i;

	refuse_protocol(parser);
	for (i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
		if (!scan_take_word(parser, protocols[i].name))
			continue;
		packet->protocol = protocols[i].protocol;
		protocols[i].parse(parser, packet);
		return;
	}
	packet->protocol = DRILL_TCP;
	packet->has_ports = parse_ports(parser, &packet->source_port,
					&packet->destination_port);
	parse_tcp(parser, packet);
}

void parse_packet(struct parser *parser, struct drill_packet *packet)
{
	packet->inbound = scan_is(parser, '<');
	scan_next(parser);
	parse_headers(parser, packet);
	parse_ip(parser, &packet->ip, packet->inbound);
	parse_protocol(parser, packet);
}
