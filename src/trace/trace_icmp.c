/* SPDX-License-Identifier: MIT */
/* ICMP (RFC 792) in a line. */
#include "checksum.h"
#include "trace_icmp.h"
#include "wire_ip.h"

enum icmp_type {
	ECHO_REPLY = 0,
	UNREACHABLE = 3,
	SOURCE_QUENCH = 4,
	REDIRECT = 5,
	ECHO = 8,
	ROUTER_ADVERTISEMENT = 9,
	ROUTER_SOLICITATION = 10,
	TIME_EXCEEDED = 11,
	PARAMETER_PROBLEM = 12,
	TIMESTAMP = 13,
	TIMESTAMP_REPLY = 14,
	INFORMATION_REQUEST = 15,
	INFORMATION_REPLY = 16,
	MASK_REQUEST = 17,
	MASK_REPLY = 18,
};

/* Of a quoted datagram, from the start of the message. */
#define QUOTE_TOTAL 10u
#define QUOTE_PROTOCOL 17u
#define QUOTE_DST 24u

/* What tcpdump has room for, before the length. */
#define WORDS_MOST 163u

/* What stands before and after the address in an unreachable message. */
static const struct {
	const char *before, *after;
} unreachables[] = {
	{ "net ", " unreachable" },
	{ "host ", " unreachable" },
	{ "", "" }, /* protocol: told apart */
	{ "", "" }, /* port: told apart */
	{ "", " unreachable - need to frag" },
	{ "", " unreachable - source route failed" },
	{ "net ", " unreachable - unknown" },
	{ "host ", " unreachable - unknown" },
	{ "", " unreachable - source host isolated" },
	{ "net ", " unreachable - admin prohibited" },
	{ "host ", " unreachable - admin prohibited" },
	{ "net ", " unreachable - tos prohibited" },
	{ "host ", " unreachable - tos prohibited" },
	{ "host ", " unreachable - admin prohibited filter" },
	{ "host ", " unreachable - host precedence violation" },
	{ "host ", " unreachable - precedence cutoff" },
};

static void tell_protocol_unreachable(const struct reader *r)
{
	reader_tell_ipv4(r, QUOTE_DST);
	text_add(r->text, " protocol %u unreachable", read8(r, QUOTE_PROTOCOL));
}

static void tell_port_unreachable(const struct reader *r)
{
	uint32_t header = (read8(r, ICMP_HEADER) & 0xfu) * 4;
	uint16_t port = read16(r, ICMP_HEADER + header + 2);
	uint8_t protocol = read8(r, QUOTE_PROTOCOL);

	reader_tell_ipv4(r, QUOTE_DST);
	if (protocol == WIRE_PROTOCOL_TCP)
		text_add(r->text, " tcp");
	else if (protocol == WIRE_PROTOCOL_UDP)
		text_add(r->text, " udp");
	else
		text_add(r->text, " protocol %u", protocol);
	text_add(r->text, " port %u unreachable", port);
}

static void tell_unreachable(const struct reader *r, uint8_t code)
{
	uint16_t mtu;

	if (code == 2) {
		tell_protocol_unreachable(r);
	} else if (code == 3) {
		tell_port_unreachable(r);
	} else if (code >= COUNT(unreachables)) {
		reader_tell_ipv4(r, QUOTE_DST);
		text_add(r->text, " unreachable - #%u", code);
	} else {
		text_add(r->text, "%s", unreachables[code].before);
		reader_tell_ipv4(r, QUOTE_DST);
		text_add(r->text, "%s", unreachables[code].after);
		mtu = code == 4 ? read16(r, 6) : 0;
		if (mtu)
			text_add(r->text, " (mtu %u)", mtu);
	}
}

static void tell_redirect(const struct reader *r, uint8_t code)
{
	static const char *const what[] = { "", "", "-tos", "-tos" };

	text_add(r->text, "redirect");
	if (code < COUNT(what))
		text_add(r->text, "%s ", what[code]);
	else
		text_add(r->text, "-#%u ", code);
	reader_tell_ipv4(r, QUOTE_DST);
	text_add(r->text, " to ");
	if (code < COUNT(what))
		text_add(r->text, code % 2 ? "host " : "net ");
	reader_tell_ipv4(r, 4);
}

/* Seconds, in hours and minutes if there are such. */
static void tell_lifetime(const struct reader *r, unsigned seconds)
{
	unsigned minutes = seconds / 60, hours = minutes / 60;

	if (!minutes)
		text_add(r->text, "%u", seconds);
	else if (!hours)
		text_add(r->text, "%u:%02u", minutes, seconds % 60);
	else
		text_add(r->text, "%u:%02u:%02u", hours, minutes % 60,
			 seconds % 60);
}

/* RFC 1256 */
static void tell_router_advertisement(const struct reader *r)
{
	uint8_t count = read8(r, 4), words = read8(r, 5);

	text_add(r->text, "router advertisement lifetime ");
	tell_lifetime(r, read16(r, 6));
	text_add(r->text, " %u:", count);
	if (words != 2) {
		text_add(r->text, " [size %u]", words);
		return;
	}
	for (uint32_t i = 0; i < count && !r->text->ended; i++) {
		text_add(r->text, " {");
		reader_tell_ipv4(r, ICMP_HEADER + 8 * i);
		text_add(r->text, " %u}", read32(r, ICMP_HEADER + 8 * i + 4));
	}
}

static void tell_time_exceeded(const struct reader *r, uint8_t code)
{
	reader_needs(r, QUOTE_DST, 4);
	if (code == 0)
		text_add(r->text, "time exceeded in-transit");
	else if (code == 1)
		text_add(r->text, "ip reassembly time exceeded");
	else
		text_add(r->text, "time exceeded-#%u", code);
}

static void tell_parameter_problem(const struct reader *r, uint8_t code)
{
	if (code)
		text_add(r->text, "parameter problem - code %u", code);
	else
		text_add(r->text, "parameter problem - octet %u", read8(r, 4));
}

/* Milliseconds since midnight. */
static void tell_time(const struct reader *r, const char *name, uint32_t at)
{
	uint32_t ms = read32(r, at);

	text_add(r->text, " %s %02u:%02u:%02u.%03u", name, ms / 3600000,
		 ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

static void tell_timestamp_reply(const struct reader *r)
{
	text_add(r->text, "time stamp reply id %u seq %u:", read16(r, 4),
		 read16(r, 6));
	tell_time(r, "org", 8);
	text_add(r->text, ",");
	tell_time(r, "recv", 12);
	text_add(r->text, ",");
	tell_time(r, "xmit", 16);
}

static void tell_other(const struct reader *r, uint8_t type)
{
	if (type == SOURCE_QUENCH)
		text_add(r->text, "source quench");
	else if (type == ROUTER_SOLICITATION)
		text_add(r->text, "router solicitation");
	else if (type == INFORMATION_REQUEST)
		text_add(r->text, "information request");
	else if (type == INFORMATION_REPLY)
		text_add(r->text, "information reply");
	else if (type == MASK_REQUEST)
		text_add(r->text, "address mask request");
	else
		text_add(r->text, "type-#%u", type);
}

static void tell_message(const struct reader *r, uint8_t type, uint8_t code)
{
	switch (type) {
	case ECHO_REPLY:
	case ECHO:
		text_add(r->text, "echo %s, id %u, seq %u",
			 type == ECHO ? "request" : "reply", read16(r, 4),
			 read16(r, 6));
		break;
	case UNREACHABLE:
		tell_unreachable(r, code);
		break;
	case REDIRECT:
		tell_redirect(r, code);
		break;
	case ROUTER_ADVERTISEMENT:
		tell_router_advertisement(r);
		break;
	case TIME_EXCEEDED:
		tell_time_exceeded(r, code);
		break;
	case PARAMETER_PROBLEM:
		tell_parameter_problem(r, code);
		break;
	case TIMESTAMP:
		text_add(r->text, "time stamp query id %u seq %u", read16(r, 4),
			 read16(r, 6));
		break;
	case TIMESTAMP_REPLY:
		tell_timestamp_reply(r);
		break;
	case MASK_REPLY:
		text_add(r->text, "address mask is 0x%08x", read32(r, 8));
		break;
	default:
		tell_other(r, type);
	}
}

/*
 * Whether tcpdump looks first if a message is all there. If it is not, then
 * only this message ends, and what quotes it goes on.
 */
static bool ends_alone(const struct reader *r)
{
	if (r->have < 2)
		return false;
	if (r->data[0] == UNREACHABLE)
		return r->data[1] == 3 && r->have <= QUOTE_PROTOCOL;
	return r->data[0] == ROUTER_ADVERTISEMENT ||
	       r->data[0] == TIME_EXCEEDED || r->data[0] == TIMESTAMP_REPLY;
}

/* Nothing of a message is told if what it tells is not all there. */
static bool tell_all_or_nothing(const struct reader *r)
{
	struct text *text = r->text;
	size_t start = text->len, words;
	uint8_t type = read8(r, 0), code = read8(r, 1);

	text_add(text, "ICMP ");
	words = text->len;
	tell_message(r, type, code);
	if (text->ended) {
		text->len = start;
		text->ended = false;
		text_cut(text, r->protocol);
		text->ended = !ends_alone(r);
		return false;
	}
	if (text->len - words > WORDS_MOST)
		text->len = words + WORDS_MOST;
	return true;
}

static void tell_checksum(const struct reader *r, const struct payload *p)
{
	uint16_t sum;

	if (p->is_fragment || p->have < p->len)
		return;
	sum = wire_checksum(wire_sum(p->data, p->len));
	if (!sum)
		return;
	text_add(r->text, " (wrong icmp cksum %x (->%x)!)", read16(r, 2),
		 checksum_should_be(read16(r, 2), sum));
}

static bool is_error(uint8_t type)
{
	return type == UNREACHABLE || type == SOURCE_QUENCH ||
	       type == REDIRECT || type == TIME_EXCEEDED ||
	       type == PARAMETER_PROBLEM;
}

static void tell_quoted(const struct reader *r, const struct payload *p)
{
	uint32_t total;

	text_add(r->text, "\n\t");
	total = read16(r, QUOTE_TOTAL);
	if (total < 4) { /* the length is past what it says */
		text_cut(r->text, "icmp");
		return;
	}
	if (!r->text->ended)
		line_quoted(r->text, p, p->data + ICMP_HEADER, total,
			    least(total, p->have - ICMP_HEADER));
}

/* RFC 4884 4 */
static bool may_be_extended(uint8_t type)
{
	return type == UNREACHABLE || type == TIME_EXCEEDED ||
	       type == PARAMETER_PROBLEM;
}

void line_icmp(struct text *text, struct payload *p)
{
	struct reader r = reader_of(text, p, "icmp");
	uint8_t type;

	if (!tell_all_or_nothing(&r))
		return;
	type = read8(&r, 0);
	text_add(text, ", length %u", p->len);
	if (!p->style->verbose)
		return;
	tell_checksum(&r, p);
	if (is_error(type))
		tell_quoted(&r, p);
	if (may_be_extended(type) && !text->ended)
		line_icmp_extension(&r, p->len);
}
