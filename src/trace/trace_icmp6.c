/* SPDX-License-Identifier: MIT */
/* ICMPv6 (RFC 4443) in a line; in more lines with -v. */
#include "extension.h"
#include "trace_icmp.h"
#include "wire_ip.h"

#define QUOTE_SRC 16u
#define QUOTE_DST 32u

enum icmp6_type {
	UNREACHABLE = 1,
	TOO_BIG = 2,
	TIME_EXCEEDED = 3,
	PARAMETER_PROBLEM = 4,
	ECHO = 128,
	ECHO_REPLY = 129,
	MLD_QUERY = 130,
	MLD_REPORT = 131,
	MLD_DONE = 132,
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
	NEIGHBOR_SOLICITATION = 135,
	NEIGHBOR_ADVERTISEMENT = 136,
	ND_REDIRECT = 137,
	ROUTER_RENUMBERING = 138,
	NODE_QUERY = 139,
	NODE_REPLY = 140,
	INVERSE_SOLICITATION = 141,
	INVERSE_ADVERTISEMENT = 142,
	MLD_V2_REPORT = 143,
	HOME_AGENT_REQUEST = 144,
	HOME_AGENT_REPLY = 145,
	MOBILE_SOLICITATION = 146,
	MOBILE_ADVERTISEMENT = 147,
	RPL = 155,
	MTRACE_RESPONSE = 200,
	MTRACE = 201,
};

static const char *const error_names[] = {
	[UNREACHABLE] = "destination unreachable",
	[TOO_BIG] = "packet too big",
	[TIME_EXCEEDED] = "time exceeded in-transit",
	[PARAMETER_PROBLEM] = "parameter problem",
};

static const char *const names[] = {
	[ECHO - ECHO] = "echo request",
	[ECHO_REPLY - ECHO] = "echo reply",
	[MLD_QUERY - ECHO] = "multicast listener query",
	[MLD_REPORT - ECHO] = "multicast listener report",
	[MLD_DONE - ECHO] = "multicast listener done",
	[ROUTER_SOLICITATION - ECHO] = "router solicitation",
	[ROUTER_ADVERTISEMENT - ECHO] = "router advertisement",
	[NEIGHBOR_SOLICITATION - ECHO] = "neighbor solicitation",
	[NEIGHBOR_ADVERTISEMENT - ECHO] = "neighbor advertisement",
	[ND_REDIRECT - ECHO] = "redirect",
	[ROUTER_RENUMBERING - ECHO] = "router renumbering",
	[NODE_QUERY - ECHO] = "who-are-you request",
	[NODE_REPLY - ECHO] = "who-are-you reply",
	[INVERSE_SOLICITATION - ECHO] = "inverse neighbor solicitation",
	[INVERSE_ADVERTISEMENT - ECHO] = "inverse neighbor advertisement",
	[MLD_V2_REPORT - ECHO] = "multicast listener report v2",
	[HOME_AGENT_REQUEST - ECHO] = "ha discovery request",
	[HOME_AGENT_REPLY - ECHO] = "ha discovery reply",
	[MOBILE_SOLICITATION - ECHO] = "mobile router solicitation",
	[MOBILE_ADVERTISEMENT - ECHO] = "mobile router advertisement",
	[RPL - ECHO] = "RPL",
	[MTRACE_RESPONSE - ECHO] = "mtrace response",
	[MTRACE - ECHO] = "mtrace message",
};

/* NULL: it has none. */
static const char *type_name(uint8_t type)
{
	if (type < COUNT(error_names))
		return error_names[type];
	if (type < ECHO || type - ECHO >= (int)COUNT(names))
		return NULL;
	return names[type - ECHO];
}

/* These tell the length before what they say, and only then with -v. */
static bool tells_length_first(uint8_t type)
{
	return (type >= ROUTER_SOLICITATION && type <= ND_REDIRECT) ||
	       type == HOME_AGENT_REPLY || type == MOBILE_ADVERTISEMENT;
}

static void tell_checksum(const struct reader *r, const struct payload *p)
{
	uint16_t sum;

	if (p->is_fragment || p->have < p->len)
		return;
	sum = payload_sum(p, WIRE_PROTOCOL_ICMPV6, p->len);
	if (sum)
		text_add(r->text, "[bad icmp6 cksum 0x%04x -> 0x%04x!] ",
			 read16(r, 2), checksum_should_be(read16(r, 2), sum));
	else
		text_add(r->text, "[icmp6 sum ok] ");
}

/*
 * Where the segment of the quoted datagram is, if it is one of TCP or UDP that
 * has ports; else 0.
 */
static uint32_t find_segment(const struct reader *r, uint8_t *protocol)
{
	uint32_t at = ICMP_HEADER + WIRE_IPV6_HEADER;
	const uint8_t *header;

	*protocol = read8(r, ICMP_HEADER + 6);
	while (is_extension(*protocol)) {
		if (!reader_has(r, at, EXTENSION_LEN_MIN))
			return 0;
		header = r->data + at;
		if (*protocol == FRAGMENT && get_be16(header + 2) & 0xfff8)
			return 0;
		at += extension_len(*protocol, header);
		*protocol = header[0];
	}
	if (*protocol != WIRE_PROTOCOL_TCP && *protocol != WIRE_PROTOCOL_UDP)
		return 0;
	return reader_has(r, at, 4) ? at : 0;
}

static void tell_port_unreachable(const struct reader *r)
{
	uint8_t protocol;
	uint32_t at;

	text_add(r->text, ", unreachable port");
	at = find_segment(r, &protocol);
	if (!at) {
		text_cut(r->text, "icmp6");
		return;
	}
	text_add(r->text, ", ");
	tell_ipv6(r, QUOTE_DST);
	text_add(r->text, " %s port %u",
		 protocol == WIRE_PROTOCOL_TCP ? "tcp" : "udp",
		 read16(r, at + 2));
}

/* " 2001:db8::1", if it is there. */
static void tell_quoted_dst(const struct reader *r)
{
	if (!reader_needs(r, QUOTE_DST, 16))
		return;
	text_add(r->text, " ");
	tell_ipv6(r, QUOTE_DST);
}

static void tell_unreachable(const struct reader *r, uint8_t code)
{
	static const char *const what[] = { "unreachable route",
					    " unreachable prohibited",
					    "beyond scope",
					    "unreachable address" };

	text_add(r->text, ", %s", what[code]);
	tell_quoted_dst(r);
	if (code != 2)
		return;
	text_add(r->text, ", source address ");
	tell_ipv6(r, QUOTE_SRC);
}

static void tell_time_exceeded(const struct reader *r, uint8_t code)
{
	if (code == 0) {
		if (reader_needs(r, QUOTE_DST, 16))
			text_add(r->text, " for");
		tell_quoted_dst(r);
	} else if (code == 1) {
		text_add(r->text, " (reassembly)");
	} else {
		text_add(r->text, ", unknown code (%u)", code);
	}
}

static void tell_parameter_problem(const struct reader *r, uint8_t code)
{
	static const char *const what[] = { "erroneous", "next header",
					    "option",
					    "incomplete header chain" };

	if (!reader_needs(r, QUOTE_DST, 16))
		return;
	if (code < COUNT(what))
		text_add(r->text, ", %s - octet %u", what[code], read32(r, 4));
	else
		text_add(r->text, ", code-#%u", code);
}

/* Words are told only if all of what they say is there. */
static void tell_number(const struct reader *r, const char *name, uint32_t at)
{
	if (reader_needs(r, at, 4))
		text_add(r->text, ", %s %u", name, read32(r, at));
}

static void tell_echo(const struct reader *r)
{
	if (reader_needs(r, 4, 4))
		text_add(r->text, ", id %u, seq %u", read16(r, 4),
			 read16(r, 6));
}

static void tell_id(const struct reader *r)
{
	if (reader_needs(r, 4, 2))
		text_add(r->text, ", id 0x%04x", read16(r, 4));
}

/* RFC 6275 6.6 */
static void tell_home_agents(const struct reader *r, const struct payload *p)
{
	tell_id(r);
	for (uint32_t at = ICMP_HEADER; at < p->len && !r->text->ended;
	     at += 16) {
		if (!reader_needs(r, at, 16))
			return;
		text_add(r->text, ", ");
		tell_ipv6(r, at);
	}
}

/* RFC 6275 6.8 */
static void tell_mobile_prefixes(const struct reader *r,
				 const struct payload *p)
{
	uint16_t flags;

	tell_id(r);
	flags = read16(r, 6);
	if (flags & 0xc000)
		text_add(r->text, " %s%s", flags & 0x8000 ? "M" : "",
			 flags & 0x4000 ? "O" : "");
	line_nd_options(r, ICMP_HEADER, p->len);
}

static void tell_mld(const struct reader *r, const struct payload *p,
		     uint8_t type)
{
	if (type == MLD_QUERY)
		line_mld_query(r, p);
	else if (type == MLD_V2_REPORT)
		line_mld_v2_report(r, p);
	else
		line_mld_v1(r);
}

/* What is told with -v only. */
static void tell_details(const struct reader *r, const struct payload *p,
			 uint8_t type)
{
	if (type == HOME_AGENT_REPLY)
		tell_home_agents(r, p);
	else if (type == MOBILE_ADVERTISEMENT)
		tell_mobile_prefixes(r, p);
}

/* False: it is an error or a message that nothing is known of. */
static bool tell_message(const struct reader *r, const struct payload *p,
			 uint8_t type)
{
	switch (type) {
	case ECHO:
	case ECHO_REPLY:
		tell_echo(r);
		return true;
	case MLD_QUERY:
	case MLD_REPORT:
	case MLD_DONE:
	case MLD_V2_REPORT:
		tell_mld(r, p, type);
		return true;
	case ROUTER_SOLICITATION:
	case ROUTER_ADVERTISEMENT:
	case NEIGHBOR_SOLICITATION:
	case NEIGHBOR_ADVERTISEMENT:
	case ND_REDIRECT:
		line_nd(r, p);
		return true;
	case ROUTER_RENUMBERING:
		line_router_renumbering(r, p);
		return true;
	case NODE_QUERY:
	case NODE_REPLY:
		line_node_information(r, p);
		return true;
	case INVERSE_SOLICITATION:
	case INVERSE_ADVERTISEMENT:
		return true;
	case HOME_AGENT_REQUEST:
	case MOBILE_SOLICITATION:
		tell_id(r);
		return true;
	case HOME_AGENT_REPLY:
	case MOBILE_ADVERTISEMENT:
		if (p->style->verbose)
			tell_details(r, p, type);
		return true;
	case RPL:
		line_rpl(r, p);
		return true;
	default:
		return false;
	}
}

/* False: it is no error either. */
static bool tell_error(const struct reader *r, uint8_t type, uint8_t code)
{
	switch (type) {
	case UNREACHABLE:
		if (code == 4)
			tell_port_unreachable(r);
		else
			tell_unreachable(r, code);
		return true;
	case TOO_BIG:
		tell_number(r, "mtu", 4);
		return true;
	case TIME_EXCEEDED:
		tell_time_exceeded(r, code);
		return true;
	case PARAMETER_PROBLEM:
		tell_parameter_problem(r, code);
		return true;
	default:
		return false;
	}
}

/* What is not understood is shown, and then no length is told after it. */
static bool tell_unknown(const struct reader *r, const struct payload *p,
			 uint8_t type, uint8_t code)
{
	if (type == UNREACHABLE && code > 4)
		text_add(r->text, ", unknown unreach code (%u)", code);
	else if (type_name(type) && type != MTRACE && type != MTRACE_RESPONSE)
		return false;
	else
		text_add(r->text, ", length %u", p->len);
	tell_hex(r, 0, p->len, "\n\t");
	return true;
}

static void tell_type(const struct reader *r, const struct payload *p,
		      uint8_t type)
{
	text_add(r->text, "ICMP6, ");
	if (type_name(type))
		text_add(r->text, "%s", type_name(type));
	else
		text_add(r->text, "unknown icmp6 type (%u)", type);
	if (p->style->verbose && tells_length_first(type))
		text_add(r->text, ", length %u", p->len);
}

void line_icmp6(struct text *text, struct payload *p)
{
	struct reader r = reader_of(text, p, "icmp6");
	uint8_t type, code;

	if (!p->len) {
		text_add(text, "ICMP6, length 0 (invalid)");
		return;
	}
	if (p->style->verbose)
		tell_checksum(&r, p);
	type = read8(&r, 0);
	tell_type(&r, p, type);
	code = read8(&r, 1);
	if (text->ended || tell_unknown(&r, p, type, code))
		return;
	if (!tell_error(&r, type, code))
		tell_message(&r, p, type);
	if (!p->style->verbose)
		text_add(text, ", length %u", p->len);
}
