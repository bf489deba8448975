/* SPDX-License-Identifier: MIT */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_ip.h"

#define HEADER 8u

/* "[udp sum ok] ": of IPv6 only, as -vv alone has that of IPv4. */
static void line_checksum(struct text *text, const struct payload *p,
			  uint32_t len)
{
	uint16_t checksum = get_be16(p->data + 6), sum;

	if (p->version == 4 || p->have < len)
		return;
	sum = payload_sum(p, WIRE_PROTOCOL_UDP, len);
	if (sum)
		text_add(text, "[bad udp cksum 0x%04x -> 0x%04x!] ", checksum,
			 checksum_should_be(checksum, sum));
	else
		text_add(text, "[udp sum ok] ");
}

void line_udp(struct text *text, struct payload *p)
{
	uint32_t len;

	if (p->have < 4) {
		if (!p->addresses_told)
			line_addresses(text, p);
		text_short(text, "udp");
		return;
	}
	line_ports(text, p);
	if (p->len < HEADER) {
		text_add(text, "truncated-udp %u", p->len);
		return;
	}
	if (p->have < 6) {
		text_short(text, "udp");
		return;
	}
	len = get_be16(p->data + 4);
	if (!len && p->len > 65535)
		len = p->len; /* RFC 2675 4 */
	if (len < HEADER) {
		text_add(text, "truncated-udplength %u", len);
		return;
	}
	if (p->have < HEADER) {
		text_short(text, "udp");
		return;
	}
	if (p->style->verbose && !p->is_fragment)
		line_checksum(text, p, least(len, p->len));
	if (len > p->len && !p->is_fragment)
		text_add(text, "UDP, bad length %u > %u", len - HEADER,
			 p->len - HEADER);
	else
		text_add(text, "UDP, length %u", len - HEADER);
}
