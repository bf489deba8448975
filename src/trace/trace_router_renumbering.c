/* SPDX-License-Identifier: MIT */
/*
 * Router renumbering: RFC 2894. The prefix to match is four octets behind
 * where tcpdump looks for it, and so is all after it; we follow tcpdump.
 */
#include "trace_icmp.h"

#define HEADER 16u
#define MATCH_LEN 24u
#define USE_LEN 32u

enum code {
	COMMAND = 0,
	RESULT = 1,
	RESET = 255,
};

static void tell_code(const struct reader *r, uint8_t code)
{
	if (code == COMMAND)
		text_add(r->text, ", command");
	else if (code == RESULT)
		text_add(r->text, ", result");
	else if (code == RESET)
		text_add(r->text, ", sequence number reset");
	else
		text_add(r->text, ", code-#%u", code);
}

/* RFC 2894 3.1 */
static void tell_header(const struct reader *r)
{
	uint8_t flags = read8(r, 9);
	uint32_t reserved = read32(r, 12);

	text_add(r->text, "[%s%s%s%s%s%s", flags & 0x80 ? "T" : "",
		 flags & 0x40 ? "R" : "", flags & 0x20 ? "A" : "",
		 flags & 0x10 ? "S" : "", flags & 0x08 ? "P" : "",
		 flags ? "," : "");
	text_add(r->text, "seg=%u,maxdelay=%u", read8(r, 8), read16(r, 10));
	if (reserved)
		text_add(r->text, "rsvd=0x%x", reserved);
	text_add(r->text, "]");
}

/* RFC 2894 3.2.1.1 */
static void tell_match(const struct reader *r, bool verbose)
{
	static const char *const names[] = { "add", "change", "setglobal" };
	uint8_t operation = read8(r, HEADER);

	text_add(r->text, " match(");
	if (operation >= 1 && operation <= COUNT(names))
		text_add(r->text, "%s,", names[operation - 1]);
	else
		text_add(r->text, "#%u,", operation);
	if (verbose)
		text_add(r->text, "ord=%u,min=%u,max=%u,", read8(r, HEADER + 2),
			 read8(r, HEADER + 4), read8(r, HEADER + 5));
	reader_tell_ipv6(r, HEADER + 8);
	text_add(r->text, "/%u)", read8(r, HEADER + 3));
}

static void tell_time(const struct reader *r, const char *name, uint32_t at)
{
	uint32_t seconds = read32(r, at);

	if (seconds == UINT32_MAX)
		text_add(r->text, "%s=infty,", name);
	else
		text_add(r->text, "%s=%u,", name, seconds);
}

/* RFC 2894 3.2.1.2 */
static void tell_use(const struct reader *r, uint32_t at, bool verbose)
{
	uint8_t flags = read8(r, at + 12);

	text_add(r->text, " use(");
	if (flags)
		text_add(r->text, "%s%s,", flags & 0x80 ? "V" : "",
			 flags & 0x40 ? "P" : "");
	if (verbose) {
		text_add(r->text, "mask=0x%x,raflags=0x%x,", read8(r, at + 2),
			 read8(r, at + 3));
		tell_time(r, "vltime", at + 4);
		tell_time(r, "pltime", at + 8);
	}
	reader_tell_ipv6(r, at + 16);
	text_add(r->text, "/%u/%u)", read8(r, at), read8(r, at + 1));
}

/* False: a part of it is missing, or its length is none that can be. */
static bool tell_command(const struct reader *r, bool verbose)
{
	uint32_t at = HEADER + MATCH_LEN;
	int uses;

	if (!reader_has(r, HEADER, MATCH_LEN))
		return false;
	tell_match(r, verbose);
	uses = read8(r, HEADER + 1) - 3;
	if (uses % 4)
		return false;
	for (uses /= 4; uses > 0; uses--, at += USE_LEN) {
		if (!reader_has(r, at, USE_LEN))
			return false;
		tell_use(r, at, verbose);
	}
	return true;
}

void line_router_renumbering(const struct reader *r, const struct payload *p)
{
	uint8_t code = read8(r, 1);
	bool is_whole = reader_has(r, 0, HEADER);

	if (is_whole) {
		tell_code(r, code);
		text_add(r->text, ", seq=%u", read32(r, 4));
		if (p->style->verbose)
			tell_header(r);
		if (code == COMMAND)
			is_whole = tell_command(r, p->style->verbose);
	}
	if (!is_whole)
		text_add(r->text, " [|icmp6]");
}
