/* SPDX-License-Identifier: MIT */
/* The first version of PIM, which travelled in IGMP; there is no RFC of it. */
#include "trace_igmp.h"

#define BODY 8u

enum pim_code {
	QUERY = 0,
	REGISTER = 1,
	REGISTER_STOP = 2,
	JOIN = 3,
	RP_REACHABLE = 4,
	ASSERT = 5,
	GRAFT = 6,
	GRAFT_ACK = 7,
};

static const char *const names[] = {
	"Query",	"Register", "Register-Stop", "Join/Prune",
	"RP-reachable", "Assert",   "Graft",	     "Graft-ACK",
};

static void tell_time(const struct reader *r, const char *words, uint32_t at)
{
	uint16_t seconds;

	text_add(r->text, "%s ", words);
	seconds = read16(r, at);
	igmp_tell_duration(r, seconds);
}

static void tell_query(const struct reader *r, bool verbose)
{
	static const char *const modes[] = { "Dense-mode", "Sparse-mode",
					     "Sparse-Dense-mode" };
	unsigned mode;

	if (reader_has(r, BODY, 1)) {
		mode = read8(r, BODY) >> 4;
		if (mode < sizeof modes / sizeof modes[0])
			text_add(r->text, " %s", modes[mode]);
		else
			text_add(r->text, " mode-%u", mode);
	}
	if (verbose) {
		tell_time(r, " (Hold-time", BODY + 2);
		text_add(r->text, ")");
	}
}

/* " for A > B" */
static void tell_pair(const struct reader *r, uint32_t from, uint32_t to)
{
	if (!reader_needs(r, to, 4) || !reader_needs(r, from, 4))
		return;
	text_add(r->text, " for ");
	reader_tell_ipv4(r, from);
	text_add(r->text, " > ");
	reader_tell_ipv4(r, to);
}

/* "/255.255.255.0", if it is not for one host. */
static void tell_mask(const struct reader *r, uint32_t at)
{
	if (read32(r, at) == UINT32_MAX)
		return;
	text_add(r->text, "/");
	reader_tell_ipv4(r, at);
}

static void tell_rp(const struct reader *r)
{
	if (!reader_needs(r, BODY, 4))
		return;
	text_add(r->text, " group ");
	reader_tell_ipv4(r, BODY);
	tell_mask(r, BODY + 4);
	if (!reader_needs(r, BODY + 8, 4))
		return;
	text_add(r->text, " RP ");
	reader_tell_ipv4(r, BODY + 8);
	tell_time(r, " hold", BODY + 14);
}

static void tell_assert(const struct reader *r)
{
	uint32_t preference, metric;

	tell_pair(r, BODY + 8, BODY);
	tell_mask(r, BODY + 4);
	preference = read32(r, BODY + 12);
	metric = read32(r, BODY + 16);
	text_add(r->text, " %s pref %u metric %u",
		 preference & 0x80000000 ? "RP-tree" : "SPT",
		 preference & 0x7fffffff, metric);
}

/* A length that is too short ends only this part. */
static void tell_join(const struct reader *r, uint32_t len)
{
	if (len < BODY + 4) {
		text_add(r->text, " [|pimv1]");
		return;
	}
	if (!reader_needs(r, BODY, 4))
		return;
	text_add(r->text, " Upstream Nbr: ");
	reader_tell_ipv4(r, BODY);
	if (len < BODY + 8)
		text_add(r->text, " [|pimv1]");
	else
		tell_time(r, " Hold time:", BODY + 6);
}

static bool is_join(uint8_t code)
{
	return code == JOIN || code == GRAFT || code == GRAFT_ACK;
}

static void tell_body(const struct reader *r, const struct payload *p,
		      uint8_t code)
{
	bool verbose = p->style->verbose;

	if (code == QUERY)
		tell_query(r, verbose);
	else if (code == REGISTER)
		tell_pair(r, BODY + 12, BODY + 16);
	else if (code == REGISTER_STOP)
		tell_pair(r, BODY, BODY + 4);
	else if (code == ASSERT)
		tell_assert(r);
	else if (code == RP_REACHABLE && verbose)
		tell_rp(r);
	else if (is_join(code) && verbose)
		tell_join(r, p->len);
}

void line_pim_v1(struct text *text, const struct payload *p)
{
	struct reader r = reader_of(text, p, "pimv1");
	uint8_t code = read8(&r, 1);
	unsigned version;

	if (is_join(code) && p->style->verbose && p->len < BODY) {
		text_add(text, " %s [|pimv1]", names[code]);
		return; /* the version too is not told */
	}
	if (code < sizeof names / sizeof names[0]) {
		text_add(text, " %s", names[code]);
		tell_body(&r, p, code);
	} else {
		text_add(text, " [type %u]", code);
	}
	if (code == REGISTER && !reader_has(&r, BODY, 20)) {
		text->ended = false; /* what is around goes on */
		return;
	}
	if (text->ended)
		return;
	version = read8(&r, 4) >> 4;
	if (version != 1)
		text_add(text, " [v%u]", version);
}
