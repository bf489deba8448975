/* SPDX-License-Identifier: MIT */
/* Multicast listener discovery: RFC 2710 and RFC 3810. */
#include "trace_icmp.h"

#define V1_LEN 24u
#define V2_QUERY_LEN 28u
#define GROUP_AT 8u
#define RECORD_HEADER 20u

/* "max resp delay: 0 addr: ff02::fb"; nothing if it is not all there. */
void line_mld_v1(const struct reader *r)
{
	if (!reader_has(r, 0, V1_LEN))
		return;
	text_add(r->text, "max resp delay: %u addr: ", read16(r, 4));
	reader_tell_ipv6(r, GROUP_AT);
}

/* RFC 3810 5.1.3: past 32767 a number of floating point. */
static unsigned delay_ms(uint16_t code)
{
	if (code < 0x8000)
		return code;
	return ((code & 0xfffu) | 0x1000u) << ((code >> 12 & 7) + 3);
}

/* RFC 3810 5.1.9 */
static unsigned interval_seconds(uint8_t code)
{
	if (code < 0x80)
		return code;
	return ((code & 0xfu) | 0x10u) << ((code >> 4 & 7) + 3);
}

static void tell_robustness(const struct reader *r)
{
	uint8_t flags = read8(r, 24);
	unsigned interval;

	if (flags & 8)
		text_add(r->text, " sflag");
	if (flags & 7)
		text_add(r->text, " robustness=%u", flags & 7);
	interval = interval_seconds(read8(r, 25));
	text_add(r->text, " qqi=%u", interval);
}

static void tell_v2_query(const struct reader *r, const struct payload *p)
{
	unsigned delay, sources;

	text_add(r->text, " v2");
	if (p->style->verbose) {
		delay = delay_ms(read16(r, 4));
		text_add(r->text, " [max resp delay=%u]", delay);
	}
	if (!reader_needs(r, GROUP_AT, 16))
		return;
	text_add(r->text, " [gaddr ");
	reader_tell_ipv6(r, GROUP_AT);
	if (p->style->verbose)
		tell_robustness(r);
	sources = read16(r, 26);
	if (p->len < V2_QUERY_LEN + sources * 16)
		text_add(r->text, " [invalid number of sources]");
	else if (sources)
		text_add(r->text, ", %u source(s)", sources);
	text_add(r->text, "]");
}

void line_mld_query(const struct reader *r, const struct payload *p)
{
	if (p->len >= V2_QUERY_LEN)
		tell_v2_query(r, p);
	else if (p->len == V1_LEN)
		line_mld_v1(r);
	else
		text_add(r->text, " unknown-version (len %u) ", p->len);
}

static void tell_record_type(const struct reader *r, uint8_t type)
{
	/* RFC 3810 5.2.12 */
	static const char *const names[] = { "is_in", "is_ex", "to_in",
					     "to_ex", "allow", "block" };

	if (type >= 1 && type <= COUNT(names))
		text_add(r->text, " %s", names[type - 1]);
	else
		text_add(r->text, "  [v2-report-#%u]", type);
}

/* Where the next is; 0: the report ends here. */
static uint32_t tell_record(const struct reader *r, const struct payload *p,
			    uint32_t at)
{
	uint32_t sources, next;
	uint8_t type;

	if (p->len < at + RECORD_HEADER) {
		text_add(r->text, " [invalid number of groups]");
		return 0;
	}
	if (!reader_needs(r, at, RECORD_HEADER))
		return 0;
	text_add(r->text, " [gaddr ");
	reader_tell_ipv6(r, at + 4);
	type = read8(r, at);
	tell_record_type(r, type);
	sources = read16(r, at + 2);
	next = at + RECORD_HEADER + sources * 16; /* auxiliary data ignored */
	if (p->len < next) {
		text_add(r->text, " [invalid number of sources %u]", sources);
		return 0;
	}
	text_add(r->text, ", %u source(s)]", sources);
	return next;
}

void line_mld_v2_report(const struct reader *r, const struct payload *p)
{
	uint32_t at = ICMP_HEADER, records;

	if (p->len < ICMP_HEADER) {
		text_add(r->text, " [invalid len %u]", p->len);
		return;
	}
	records = read16(r, 6);
	text_add(r->text, ", %u group record(s)", records);
	if (!p->style->verbose)
		return;
	while (records-- && at && !r->text->ended)
		at = tell_record(r, p, at);
}
