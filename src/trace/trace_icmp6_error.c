/* SPDX-License-Identifier: MIT */
/* The errors of ICMPv6: RFC 4443 3. */
#include "extension.h"
#include "trace_icmp.h"
#include "wire_ip.h"

#define QUOTE_SRC 16u
#define QUOTE_DST 32u

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
	reader_tell_ipv6(r, QUOTE_DST);
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
	reader_tell_ipv6(r, QUOTE_DST);
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
	reader_tell_ipv6(r, QUOTE_SRC);
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

static void tell_too_big(const struct reader *r)
{
	if (reader_needs(r, 4, 4))
		text_add(r->text, ", mtu %u", read32(r, 4));
}

void line_icmp6_error(const struct reader *r)
{
	uint8_t code = read8(r, 1);

	switch (read8(r, 0)) {
	case ICMP6_UNREACHABLE:
		if (code == 4)
			tell_port_unreachable(r);
		else
			tell_unreachable(r, code);
		break;
	case ICMP6_TOO_BIG:
		tell_too_big(r);
		break;
	case ICMP6_TIME_EXCEEDED:
		tell_time_exceeded(r, code);
		break;
	case ICMP6_PARAMETER_PROBLEM:
		tell_parameter_problem(r, code);
		break;
	}
}
