/* SPDX-License-Identifier: MIT */
/* Home agents and mobile prefixes in ICMPv6: RFC 6275 6.5 to 6.8. */
#include "trace_icmp.h"

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
		reader_tell_ipv6(r, at);
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

void line_home_agent(const struct reader *r, const struct payload *p)
{
	switch (read8(r, 0)) {
	case ICMP6_HOME_AGENT_REPLY:
		if (p->style->verbose)
			tell_home_agents(r, p);
		break;
	case ICMP6_MOBILE_ADVERTISEMENT:
		if (p->style->verbose)
			tell_mobile_prefixes(r, p);
		break;
	default:
		tell_id(r);
	}
}
