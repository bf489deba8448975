/* SPDX-License-Identifier: MIT */
/* A line for a datagram: IPv4 and IPv6 headers, and who tells the rest. */
#define _GNU_SOURCE
#include "bytes.h"
#include "trace_lines.h"
#include "wire_ip.h"

#include <stdlib.h>
#include <time.h>

struct hf_trace *hf_trace_new(bool absolute)
{
	struct hf_trace *trace = calloc(1, sizeof *trace);

	if (!trace)
		return NULL;
	trace->absolute = absolute;
	trace->flows = flows_new();
	if (trace->flows)
		return trace;
	free(trace);
	return NULL;
}

void hf_trace_free(struct hf_trace *trace)
{
	if (trace)
		flows_free(trace->flows);
	free(trace);
}

void text_address(struct text *text, const struct payload *p,
		  const uint8_t *address)
{
	if (p->version == 4)
		text_ipv4(text, address);
	else
		text_ipv6(text, address);
}

void line_addresses(struct text *text, struct payload *p)
{
	if (p->addresses_told)
		return;
	text_address(text, p, p->src);
	text_add(text, " > ");
	text_address(text, p, p->dst);
	text_add(text, ": ");
	p->addresses_told = true;
}

void line_ports(struct text *text, const struct payload *p)
{
	uint16_t src = get_be16(p->data), dst = get_be16(p->data + 2);

	if (p->addresses_told) {
		text_add(text, "%u > %u: ", src, dst);
		return;
	}
	text_address(text, p, p->src);
	text_add(text, ".%u > ", src);
	text_address(text, p, p->dst);
	text_add(text, ".%u: ", dst);
}

static void line_udp(struct text *text, struct payload *p)
{
	uint32_t len;

	if (p->have < 8) {
		line_addresses(text, p);
		text_add(text, " [|udp]");
		return;
	}
	line_ports(text, p);
	len = get_be16(p->data + 4);
	if (len < 8)
		text_add(text, "truncated-udplength %u", len);
	else
		text_add(text, "UDP, length %u", len - 8);
}

static void line_protocol(struct text *text, struct payload *p,
			  uint8_t protocol, struct flows *flows)
{
	if (protocol == WIRE_PROTOCOL_TCP) {
		line_tcp(text, p, flows);
	} else if (protocol == WIRE_PROTOCOL_UDP) {
		line_udp(text, p);
	} else if (protocol == WIRE_PROTOCOL_ICMP && p->version == 4) {
		line_addresses(text, p);
		line_icmp(text, p);
	} else if (protocol == WIRE_PROTOCOL_ICMPV6 && p->version == 6) {
		line_addresses(text, p);
		line_icmp6(text, p);
	} else {
		line_addresses(text, p);
		text_add(text, " ip-proto-%u %u", protocol, p->len);
	}
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void line_ipv4(struct text *text, const uint8_t *data, uint32_t have,
		      struct flows *flows)
{
	uint32_t header = (data[0] & 0x0fu) * 4, total;
	struct payload p = { .version = 4 };

	text_add(text, "IP ");
	if (have < WIRE_IPV4_HEADER) {
		text_add(text, " [|ip]");
		return;
	}
	total = get_be16(data + 2);
	if (header < WIRE_IPV4_HEADER) {
		text_add(text, "bad-hlen %u", header);
		return;
	}
	if (total < header) {
		text_add(text, "bad-len %u", total);
		return;
	}
	if (total > have)
		text_add(text, "truncated-ip - %u bytes missing! ",
			 total - have);
	p.data = data + least(header, have);
	p.len = total - header;
	p.have = least(total, have) - least(header, have);
	p.src = data + 12;
	p.dst = data + 16;
	if (get_be16(data + 6) & 0x1fff) {
		line_addresses(text, &p);
		text_add(text, "ip-proto-%u", data[9]);
		return;
	}
	line_protocol(text, &p, data[9], flows);
}

/* Goes past `octets` of an extension header; false: it does not end here. */
static bool skip(struct payload *p, uint32_t octets)
{
	if (octets > p->have || octets > p->len)
		return false;
	p->data += octets;
	p->len -= octets;
	p->have -= octets;
	return true;
}

enum extension {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	NO_NEXT = 59,
	DESTINATION = 60,
};

static bool is_extension(uint8_t next)
{
	return next == HOP_BY_HOP || next == ROUTING || next == FRAGMENT ||
	       next == DESTINATION;
}

/* True if what follows is to be told too. */
static bool line_fragment(struct text *text, const struct payload *p)
{
	unsigned offset = get_be16(p->data + 2) & 0xfff8u;

	text_add(text, "frag (%u|%u)", offset, p->len - 8);
	if (!offset)
		text_add(text, " ");
	return !offset;
}

/* One extension header; false: the line ends with it. */
static bool line_extension(struct text *text, struct payload *p, uint8_t *next)
{
	uint8_t kind = *next;
	uint32_t octets;

	line_addresses(text, p);
	if (p->have < 8) {
		text_add(text, kind == DESTINATION ? " [|dstopt]" : " [|ip6]");
		return false;
	}
	*next = p->data[0];
	octets = kind == FRAGMENT ? 8 : (p->data[1] + 1u) * 8;
	if (kind == HOP_BY_HOP)
		text_add(text, "HBH ");
	else if (kind == DESTINATION)
		text_add(text, "DSTOPT ");
	else if (kind == ROUTING)
		text_add(text, "RT6 (len=%u, type=%u, segleft=%u) ", p->data[1],
			 p->data[2], p->data[3]);
	else if (!line_fragment(text, p))
		return false;
	if (skip(p, octets))
		return true;
	text_add(text, " [|ip6]");
	return false;
}

static void line_ipv6(struct text *text, const uint8_t *data, uint32_t have,
		      struct flows *flows)
{
	struct payload p = { .version = 6 };
	uint8_t next;

	if (have < WIRE_IPV6_HEADER) {
		text_add(text, " [|ip6]");
		return;
	}
	text_add(text, "IP6 ");
	p.len = get_be16(data + 4);
	p.have = have - WIRE_IPV6_HEADER;
	if (p.len > p.have)
		text_add(text, "truncated-ip6 - %u bytes missing!",
			 p.len - p.have);
	p.have = least(p.have, p.len);
	p.data = data + WIRE_IPV6_HEADER;
	p.src = data + 8;
	p.dst = data + 24;
	next = data[6];
	while (is_extension(next))
		if (!line_extension(text, &p, &next))
			return;
	if (next == NO_NEXT) {
		line_addresses(text, &p);
		text_add(text, "no next header");
		return;
	}
	line_protocol(text, &p, next, flows);
}

size_t hf_trace_line(struct hf_trace *trace, const void *datagram, size_t len,
		     char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };
	struct flows *flows = trace->absolute ? NULL : trace->flows;
	const uint8_t *data = datagram;
	uint32_t have = len < 65575 ? (uint32_t)len : 65575;

	if (cap)
		to[0] = '\0';
	if (!len)
		text_add(&text, "[Invalid header: caplen==0, len==0]");
	else if (data[0] >> 4 == 4)
		line_ipv4(&text, data, have, flows);
	else if (data[0] >> 4 == 6)
		line_ipv6(&text, data, have, flows);
	else
		text_add(&text, "unknown ip %u", data[0] >> 4);
	return text.len;
}

size_t hf_trace_time(hf_time since_1970, char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };
	time_t seconds = (time_t)(since_1970 / HF_SECOND);
	unsigned micro = (unsigned)(since_1970 % HF_SECOND / HF_MICROSECOND);
	struct tm tm;

	localtime_r(&seconds, &tm);
	text_add(&text, "%02d:%02d:%02d.%06u", tm.tm_hour, tm.tm_min, tm.tm_sec,
		 micro);
	return text.len;
}

size_t hf_trace_address(const struct hf_addr *addr, char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };

	if (addr_is_ipv4(addr))
		text_ipv4(&text, addr->octet + 12);
	else
		text_ipv6(&text, addr->octet);
	return text.len;
}
