/* SPDX-License-Identifier: MIT */
/* Neighbour discovery: the messages of RFC 4861 4. */
#include "trace_icmp.h"

#define TARGET_AT 8u
#define DESTINATION_AT 24u

/* RFC 4861 4.2, RFC 4191 2.2, RFC 6275 7.1 */
static void tell_router(const struct reader *r)
{
	static const struct flag_name names[] = { { 0x80, "managed" },
						  { 0x40, "other stateful" },
						  { 0x20, "home agent" },
						  { 0x02, "ipv6 only" } };
	uint8_t flags;

	if (!reader_needs(r, 0, 16))
		return;
	flags = read8(r, 5);
	text_add(r->text, "\n\thop limit %u, Flags [", read8(r, 4));
	nd_tell_flags(r, flags, names, COUNT(names));
	text_add(r->text, "], pref %s, router lifetime %us",
		 nd_router_preference(flags), read16(r, 6));
	text_add(r->text, ", reachable time %ums, retrans timer %ums",
		 read32(r, 8), read32(r, 12));
}

static void tell_target(const struct reader *r, const char *words)
{
	if (!reader_needs(r, TARGET_AT, 16))
		return;
	text_add(r->text, ", %s ", words);
	reader_tell_ipv6(r, TARGET_AT);
}

static void tell_advertised(const struct reader *r)
{
	static const struct flag_name names[] = { { 0x80, "router" },
						  { 0x40, "solicited" },
						  { 0x20, "override" } };

	text_add(r->text, ", Flags [");
	nd_tell_flags(r, read8(r, 4), names, COUNT(names));
	text_add(r->text, "]");
}

static void tell_redirect(const struct reader *r)
{
	if (!reader_needs(r, TARGET_AT, 32))
		return;
	text_add(r->text, ", ");
	reader_tell_ipv6(r, DESTINATION_AT);
	text_add(r->text, " to ");
	reader_tell_ipv6(r, TARGET_AT);
}

/* Where the options start. */
static uint32_t tell_message(const struct reader *r, bool verbose)
{
	switch (read8(r, 0)) {
	case ICMP6_ROUTER_ADVERTISEMENT:
		if (verbose)
			tell_router(r);
		return 16;
	case ICMP6_NEIGHBOR_SOLICITATION:
		tell_target(r, "who has");
		return 24;
	case ICMP6_NEIGHBOR_ADVERTISEMENT:
		tell_target(r, "tgt is");
		if (verbose)
			tell_advertised(r);
		return 24;
	case ICMP6_ND_REDIRECT:
		tell_redirect(r);
		return 40;
	default:
		return ICMP_HEADER;
	}
}

void line_nd(const struct reader *r, const struct payload *p)
{
	uint32_t options = tell_message(r, p->style->verbose);

	if (p->style->verbose)
		line_nd_options(r, options, p->len);
}
