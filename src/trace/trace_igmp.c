/* SPDX-License-Identifier: MIT */
/* IGMP, all three versions: RFC 1112, RFC 2236, RFC 3376. */
#include "checksum.h"
#include "trace_igmp.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define V2_LEN 8u
#define V3_QUERY_LEN 12u
#define V3_REPORT_LEN 16u
#define RECORD_HEADER 8u
#define TRACE_LEN 24u
#define USUAL_TIME 100u

enum igmp_type {
	QUERY = 0x11,
	V1_REPORT = 0x12,
	DVMRP = 0x13,
	PIM_V1 = 0x14,
	V2_REPORT = 0x16,
	LEAVE = 0x17,
	TRACE_RESPONSE = 0x1e,
	TRACE = 0x1f,
	V3_REPORT = 0x22,
};

void igmp_tell_duration(const struct reader *r, uint32_t seconds)
{
	static const struct {
		uint32_t seconds;
		char name;
	} units[] = { { 31536000, 'y' }, { 604800, 'w' }, { 86400, 'd' },
		      { 3600, 'h' },	 { 60, 'm' },	  { 1, 's' } };

	if (!seconds)
		text_add(r->text, "0s");
	for (unsigned i = 0; i < COUNT(units); i++) {
		if (seconds >= units[i].seconds)
			text_add(r->text, "%u%c", seconds / units[i].seconds,
				 units[i].name);
		seconds %= units[i].seconds;
	}
}

static void tell_old_query(const struct reader *r, uint32_t len)
{
	uint8_t time = read8(r, 1);

	text_add(r->text, " v%u", time ? 2 : 1);
	if (time && time != USUAL_TIME)
		text_add(r->text, " [max resp time %u]", time);
	if (read32(r, 4)) {
		text_add(r->text, " [gaddr ");
		reader_tell_ipv4(r, 4);
		text_add(r->text, "]");
	}
	if (len != V2_LEN)
		text_add(r->text, " [len %u]", len);
}

/* In tenths of a second. RFC 3376 4.1.1 */
static void tell_time(const struct reader *r, uint8_t code)
{
	unsigned time = code;

	if (code == USUAL_TIME)
		return;
	if (code >= 0x80)
		time = ((code & 0xfu) | 0x10u) << ((code >> 4 & 7) + 3);
	text_add(r->text, " [max resp time ");
	if (time < 600)
		text_add(r->text, "%u.%us", time / 10, time % 10);
	else
		text_add(r->text, "%um", time / 600);
	if (time >= 600 && time % 600 / 10)
		text_add(r->text, "%us", time % 600 / 10);
	text_add(r->text, "]");
}

static void tell_v3_query(const struct reader *r, uint32_t len)
{
	uint32_t sources;

	text_add(r->text, " v3");
	if (len % 4) {
		text_add(r->text, " [invalid len %u]", len);
		return;
	}
	tell_time(r, read8(r, 1));
	if (!read32(r, 4))
		return;
	text_add(r->text, " [gaddr ");
	reader_tell_ipv4(r, 4);
	sources = read16(r, 10);
	if (len < V3_QUERY_LEN + sources * 4)
		text_add(r->text, " [invalid number of sources]");
	else if (sources)
		text_add(r->text, ", %u source(s)", sources);
	text_add(r->text, "]");
}

/* Where the next is; 0: the report ends here. */
static uint32_t tell_record(const struct reader *r, uint32_t len, uint32_t at)
{
	/* RFC 3376 4.2.12 */
	static const char *const names[] = { "is_in", "is_ex", "to_in",
					     "to_ex", "allow", "block" };
	uint32_t sources, next;
	uint8_t type;

	if (len < at + RECORD_HEADER) {
		text_add(r->text, " [invalid number of groups]");
		return 0;
	}
	if (!reader_needs(r, at, RECORD_HEADER))
		return 0;
	type = read8(r, at);
	sources = read16(r, at + 2);
	next = at + RECORD_HEADER + sources * 4; /* auxiliary data ignored */
	text_add(r->text, " [gaddr ");
	reader_tell_ipv4(r, at + 4);
	if (type >= 1 && type <= COUNT(names))
		text_add(r->text, " %s", names[type - 1]);
	else
		text_add(r->text, "  [v3-report-#%u]", type);
	if (len < next) {
		text_add(r->text, " [invalid number of sources %u]", sources);
		return 0;
	}
	text_add(r->text, ", %u source(s)]", sources);
	return next;
}

static void tell_v3_report(const struct reader *r, const struct payload *p)
{
	uint32_t at = 8, records;

	text_add(r->text, "igmp v3 report");
	if (p->len < V3_REPORT_LEN || p->len % 4) {
		text_add(r->text, " [invalid len %u]", p->len);
		return;
	}
	records = read16(r, 6);
	text_add(r->text, ", %u group record(s)", records);
	if (!p->style->verbose)
		return;
	while (records-- && at && !r->text->ended)
		at = tell_record(r, p->len, at);
}

static void tell_group(const struct reader *r, const char *words)
{
	if (!reader_needs(r, 4, 4))
		return;
	text_add(r->text, "%s ", words);
	reader_tell_ipv4(r, 4);
}

/* draft-ietf-idmr-traceroute-ipm */
static void tell_trace(const struct reader *r, const char *name, uint32_t len)
{
	if (len < TRACE_LEN) {
		text_add(r->text, " [invalid len %u]", len);
		return;
	}
	if (!reader_needs(r, 0, TRACE_LEN))
		return;
	text_add(r->text, "%s %u: ", name, read32(r, 20) & 0xffffff);
	reader_tell_ipv4(r, 8);
	text_add(r->text, " to ");
	reader_tell_ipv4(r, 12);
	text_add(r->text, " reply-to ");
	reader_tell_ipv4(r, 16);
	if ((read8(r, 16) & 0xf0) == 0xe0)
		text_add(r->text, " with-ttl %u", read8(r, 20));
}

static void tell_message(const struct reader *r, const struct payload *p)
{
	uint8_t type = read8(r, 0);

	switch (type) {
	case QUERY:
		text_add(r->text, "igmp query");
		if (p->len >= V3_QUERY_LEN)
			tell_v3_query(r, p->len);
		else
			tell_old_query(r, p->len);
		break;
	case V1_REPORT:
		tell_group(r, "igmp v1 report");
		if (p->len != V2_LEN)
			text_add(r->text, " [len %u]", p->len);
		break;
	case DVMRP:
		text_add(r->text, "igmp dvmrp");
		line_dvmrp(r->text, p);
		break;
	case PIM_V1:
		text_add(r->text, "igmp pimv1");
		line_pim_v1(r->text, p);
		break;
	case V2_REPORT:
		tell_group(r, "igmp v2 report");
		break;
	case LEAVE:
		tell_group(r, "igmp leave");
		break;
	case V3_REPORT:
		tell_v3_report(r, p);
		break;
	case TRACE:
		tell_trace(r, "mtrace", p->len);
		break;
	case TRACE_RESPONSE:
		tell_trace(r, "mresp", p->len);
		break;
	default:
		text_add(r->text, "igmp-%u", type);
	}
}

void line_igmp(struct text *text, struct payload *p)
{
	struct reader r = reader_of(text, p, "igmp");

	tell_message(&r, p);
	if (p->style->verbose && p->len >= 4 && p->have >= p->len &&
	    wire_checksum(wire_sum(p->data, p->len)))
		text_add(text, " bad igmp cksum %x!", read16(&r, 2));
}
