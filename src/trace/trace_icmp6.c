/* SPDX-License-Identifier: MIT */
/* ICMPv6 (RFC 4443) in a line; in more lines with -v. */
#include "trace_icmp.h"
#include "wire_ip.h"

static const char *const names[] = {
	[ICMP6_UNREACHABLE] = "destination unreachable",
	[ICMP6_TOO_BIG] = "packet too big",
	[ICMP6_TIME_EXCEEDED] = "time exceeded in-transit",
	[ICMP6_PARAMETER_PROBLEM] = "parameter problem",
	[ICMP6_ECHO] = "echo request",
	[ICMP6_ECHO_REPLY] = "echo reply",
	[ICMP6_MLD_QUERY] = "multicast listener query",
	[ICMP6_MLD_REPORT] = "multicast listener report",
	[ICMP6_MLD_DONE] = "multicast listener done",
	[ICMP6_ROUTER_SOLICITATION] = "router solicitation",
	[ICMP6_ROUTER_ADVERTISEMENT] = "router advertisement",
	[ICMP6_NEIGHBOR_SOLICITATION] = "neighbor solicitation",
	[ICMP6_NEIGHBOR_ADVERTISEMENT] = "neighbor advertisement",
	[ICMP6_ND_REDIRECT] = "redirect",
	[ICMP6_ROUTER_RENUMBERING] = "router renumbering",
	[ICMP6_NODE_QUERY] = "who-are-you request",
	[ICMP6_NODE_REPLY] = "who-are-you reply",
	[ICMP6_INVERSE_SOLICITATION] = "inverse neighbor solicitation",
	[ICMP6_INVERSE_ADVERTISEMENT] = "inverse neighbor advertisement",
	[ICMP6_MLD_V2_REPORT] = "multicast listener report v2",
	[ICMP6_HOME_AGENT_REQUEST] = "ha discovery request",
	[ICMP6_HOME_AGENT_REPLY] = "ha discovery reply",
	[ICMP6_MOBILE_SOLICITATION] = "mobile router solicitation",
	[ICMP6_MOBILE_ADVERTISEMENT] = "mobile router advertisement",
	[ICMP6_RPL] = "RPL",
	[ICMP6_MTRACE_RESPONSE] = "mtrace response",
	[ICMP6_MTRACE] = "mtrace message",
};

/* NULL: it has none. */
static const char *type_name(uint8_t type)
{
	return type < COUNT(names) ? names[type] : NULL;
}

/* These tell the length before what they say, and only then with -v. */
static bool tells_length_first(uint8_t type)
{
	return (type >= ICMP6_ROUTER_SOLICITATION &&
		type <= ICMP6_ND_REDIRECT) ||
	       type == ICMP6_HOME_AGENT_REPLY ||
	       type == ICMP6_MOBILE_ADVERTISEMENT;
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

/* Words are told only if all of what they say is there. */
static void tell_echo(const struct reader *r)
{
	if (reader_needs(r, 4, 4))
		text_add(r->text, ", id %u, seq %u", read16(r, 4),
			 read16(r, 6));
}

static void tell_mld(const struct reader *r, const struct payload *p,
		     uint8_t type)
{
	if (type == ICMP6_MLD_QUERY)
		line_mld_query(r, p);
	else if (type == ICMP6_MLD_V2_REPORT)
		line_mld_v2_report(r, p);
	else
		line_mld_v1(r);
}

static void tell_message(const struct reader *r, const struct payload *p,
			 uint8_t type)
{
	switch (type) {
	case ICMP6_ECHO:
	case ICMP6_ECHO_REPLY:
		tell_echo(r);
		break;
	case ICMP6_MLD_QUERY:
	case ICMP6_MLD_REPORT:
	case ICMP6_MLD_DONE:
	case ICMP6_MLD_V2_REPORT:
		tell_mld(r, p, type);
		break;
	case ICMP6_ROUTER_SOLICITATION:
	case ICMP6_ROUTER_ADVERTISEMENT:
	case ICMP6_NEIGHBOR_SOLICITATION:
	case ICMP6_NEIGHBOR_ADVERTISEMENT:
	case ICMP6_ND_REDIRECT:
		line_nd(r, p);
		break;
	case ICMP6_ROUTER_RENUMBERING:
		line_router_renumbering(r, p);
		break;
	case ICMP6_NODE_QUERY:
	case ICMP6_NODE_REPLY:
		line_node_information(r, p);
		break;
	case ICMP6_HOME_AGENT_REQUEST:
	case ICMP6_HOME_AGENT_REPLY:
	case ICMP6_MOBILE_SOLICITATION:
	case ICMP6_MOBILE_ADVERTISEMENT:
		line_home_agent(r, p);
		break;
	case ICMP6_RPL:
		line_rpl(r, p);
		break;
	default:
		break; /* told by its name alone */
	}
}

/* What is not understood is shown, and then no length is told after it. */
static bool tell_unknown(const struct reader *r, const struct payload *p,
			 uint8_t type, uint8_t code)
{
	if (type == ICMP6_UNREACHABLE && code > 4)
		text_add(r->text, ", unknown unreach code (%u)", code);
	else if (type_name(type) && type != ICMP6_MTRACE &&
		 type != ICMP6_MTRACE_RESPONSE)
		return false;
	else
		text_add(r->text, ", length %u", p->len);
	reader_tell_hex(r, 0, p->len, "\n\t");
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
	if (type < ICMP6_ECHO)
		line_icmp6_error(&r);
	else
		tell_message(&r, p, type);
	if (!p->style->verbose)
		text_add(text, ", length %u", p->len);
}
