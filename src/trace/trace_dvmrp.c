/* SPDX-License-Identifier: MIT */
/* DVMRP (RFC 1075, draft-ietf-idmr-dvmrp-v3), which travels in IGMP. */
#include "trace_igmp.h"

#define HEADER 8u

enum dvmrp_code {
	PROBE = 1,
	REPORT = 2,
	ASK_NEIGHBORS = 3,
	NEIGHBORS = 4,
	ASK_NEIGHBORS_2 = 5,
	NEIGHBORS_2 = 6,
	PRUNE = 7,
	GRAFT = 8,
	GRAFT_ACK = 9,
};

/* The forms of a list of neighbours: the newer has flags. */
struct form {
	uint32_t header;
	bool has_flags;
};

static void tell_probe(const struct reader *r, uint32_t len)
{
	if (len < HEADER + 4) {
		text_add(r->text, " [full length %u < 4] (invalid)",
			 len - HEADER);
		return;
	}
	text_add(r->text, " ");
	if (reader_needs(r, HEADER, 4))
		text_add(r->text, "genid %u", read32(r, HEADER));
}

static void tell_flags(const struct reader *r, uint8_t flags)
{
	text_add(r->text, "%s%s%s%s%s", flags & 0x01 ? "/tunnel" : "",
		 flags & 0x02 ? "/srcrt" : "", flags & 0x40 ? "/querier" : "",
		 flags & 0x20 ? "/disabled" : "", flags & 0x10 ? "/down" : "");
}

/* A neighbour at `to`, of the interface that is described at `at`. */
static void tell_neighbor(const struct reader *r, const struct form *form,
			  uint32_t at, uint32_t to)
{
	text_add(r->text, " [");
	reader_tell_ipv4(r, at);
	text_add(r->text, form->has_flags ? " -> " : " ->");
	if (!reader_needs(r, to, 4))
		return;
	text_add(r->text, form->has_flags ? "" : " ");
	reader_tell_ipv4(r, to);
	text_add(r->text, "%s (%u/%u", form->has_flags ? "" : ",",
		 read8(r, at + 4), read8(r, at + 5));
	if (form->has_flags)
		tell_flags(r, read8(r, at + 6));
	text_add(r->text, ")]");
}

static bool has_length(const struct reader *r, uint32_t len, uint32_t least)
{
	if (len >= least)
		return true;
	text_add(r->text, " [length %u < %u] (invalid)", len, least);
	return false;
}

/* The neighbours of one interface; where the next is, 0 if there is none. */
static uint32_t tell_interface(const struct reader *r, const struct form *form,
			       uint32_t at, uint32_t len)
{
	uint32_t to = at + form->header;
	uint8_t count;

	if (!has_length(r, len - at, form->header) ||
	    !reader_needs(r, at, form->header))
		return 0;
	for (count = read8(r, to - 1); count; count--, to += 4) {
		if (form->has_flags && to == len) {
			text_add(r->text, " [invalid ncount] (invalid)");
			return 0;
		}
		if (!has_length(r, len - to, 4))
			return 0;
		tell_neighbor(r, form, at, to);
		if (r->text->ended)
			return 0;
	}
	return to;
}

static void tell_neighbors(const struct reader *r, uint32_t len,
			   const struct form *form)
{
	uint32_t at = HEADER;

	while (at && at < len)
		at = tell_interface(r, form, at, len);
}

static void tell_version(const struct reader *r)
{
	uint8_t minor, major;

	if (!reader_needs(r, 4, 4))
		return;
	minor = read8(r, 6);
	major = read8(r, 7);
	text_add(r->text, " (v %u.%u):", major, minor);
}

static void tell_source_and_group(const struct reader *r, const char *words)
{
	text_add(r->text, "%s", words);
	if (!reader_needs(r, HEADER, 8))
		return;
	text_add(r->text, " src ");
	reader_tell_ipv4(r, HEADER);
	text_add(r->text, " grp ");
	reader_tell_ipv4(r, HEADER + 4);
}

static void tell_prune(const struct reader *r)
{
	uint32_t timer;

	tell_source_and_group(r, " Prune");
	text_add(r->text, " timer ");
	timer = read32(r, HEADER + 8);
	igmp_tell_duration(r, timer);
}

static void tell_message(const struct reader *r, const struct payload *p,
			 uint8_t code)
{
	static const struct form old = { 7, false }, new = { 8, true };

	switch (code) {
	case PROBE:
		text_add(r->text, " Probe");
		if (p->style->verbose)
			tell_probe(r, p->len);
		break;
	case REPORT:
		text_add(r->text, " Report");
		break;
	case ASK_NEIGHBORS:
		text_add(r->text, " Ask-neighbors(old)");
		break;
	case NEIGHBORS:
		text_add(r->text, " Neighbors(old)");
		tell_neighbors(r, p->len, &old);
		break;
	case ASK_NEIGHBORS_2:
		text_add(r->text, " Ask-neighbors2");
		break;
	case NEIGHBORS_2:
		text_add(r->text, " Neighbors2");
		tell_version(r);
		tell_neighbors(r, p->len, &new);
		break;
	case PRUNE:
		tell_prune(r);
		break;
	case GRAFT:
		tell_source_and_group(r, " Graft");
		break;
	case GRAFT_ACK:
		tell_source_and_group(r, " Graft-ACK");
		break;
	default:
		text_add(r->text, " [type %u]", code);
	}
}

void line_dvmrp(struct text *text, const struct payload *p)
{
	struct reader r = reader_of(text, p, "dvmrp");
	uint8_t code;

	if (p->len < HEADER) {
		text_add(text, " [len %u]", p->len);
		return;
	}
	code = read8(&r, 1);
	tell_message(&r, p, code);
}
