/* SPDX-License-Identifier: MIT */
/* What stands in a datagram, and how it is summed. */
#include "bytes.h"
#include "checksum.h"
#include "trace_lines.h"
#include "wire_ip.h"

enum protocol {
	IGMP = 2,
	IPIP = 4,
	IPV6_INSIDE = 41,
	ESP = 50,
	AH = 51,
	NO_NEXT = 59,
	SUN_ND = 77,
	ETHERNET = 143,
};

#define AH_HEADER 12u

void text_address(struct text *text, const struct payload *p,
		  const uint8_t *address)
{
	if (p->version == 4)
		text_ipv4(text, address);
	else
		text_ipv6(text, address);
}

void line_addresses(struct text *text, const struct payload *p)
{
	text_address(text, p, p->src);
	text_add(text, " > ");
	text_address(text, p, p->dst);
	text_add(text, ": ");
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

const char *protocol_name(uint8_t protocol)
{
	static const struct {
		uint8_t protocol;
		const char *name;
	} names[] = {
		{ 0, "Options" },
		{ 1, "ICMP" },
		{ 2, "IGMP" },
		{ 4, "IPIP" },
		{ 6, "TCP" },
		{ 8, "EGP" },
		{ 9, "IGRP" },
		{ 17, "UDP" },
		{ 33, "DCCP" },
		{ 41, "IPv6" },
		{ 43, "Routing" },
		{ 44, "Fragment" },
		{ 46, "RSVP" },
		{ 47, "GRE" },
		{ 50, "ESP" },
		{ 51, "AH" },
		{ 55, "Mobile IP" },
		{ 58, "ICMPv6" },
		{ 62, "Mobile IP (old)" },
		{ 88, "EIGRP" },
		{ 89, "OSPF" },
		{ 103, "PIM" },
		{ 108, "Compressed IP" },
		{ 112, "VRRP" },
		{ 113, "PGM" },
		{ 132, "SCTP" },
		{ 135, "Mobility" },
		{ 143, "Ethernet" },
	};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].protocol == protocol)
			return names[i].name;
	return NULL;
}

/* Partial sum of the pseudo-header (RFC 9293 3.1, RFC 8200 8.1). */
static uint64_t sum_pseudo(const struct payload *p, uint8_t protocol,
			   uint32_t len)
{
	uint32_t size = p->version == 4 ? 4 : 16;
	uint8_t rest[8] = { 0 };

	put_be32(rest, len);
	rest[7] = protocol;
	return wire_sum(p->src, size) + wire_sum(p->final_dst, size) +
	       wire_sum(rest, sizeof rest);
}

uint16_t payload_sum(const struct payload *p, uint8_t protocol, uint32_t len)
{
	return wire_checksum(sum_pseudo(p, protocol, len) +
			     wire_sum(p->data, len));
}

uint16_t checksum_should_be(uint16_t checksum, uint16_t sum)
{
	uint8_t octets[2];
	uint32_t right;

	memcpy(octets, &sum, sizeof octets); /* sums are in memory order */
	right = (uint32_t)checksum + get_be16(octets);
	right = (right & 0xffff) + (right >> 16);
	return (uint16_t)((right & 0xffff) + (right >> 16));
}

/* Goes past an authentication header; false: the line ends with it. */
static bool line_ah(struct text *text, struct payload *p, uint8_t *protocol)
{
	const uint8_t *data = p->data;
	uint32_t octets, icv;

	if (p->have < 1) {
		text_short(text, "ah"); /* what quotes it goes on */
		return false;
	}
	*protocol = data[0];
	text_add(text, "AH");
	if (p->have < 2)
		goto cut;
	octets = (data[1] + 2u) * 4;
	text_add(text, "(");
	if (p->style->verbose)
		text_add(text, "length=%u(%u-bytes),", data[1], octets);
	if (p->have < 4)
		goto cut;
	if (get_be16(data + 2))
		text_add(text, "reserved=0x%x[MustBeZero],",
			 get_be16(data + 2));
	if (p->have < 8)
		goto cut;
	text_add(text, "spi=0x%08x,", get_be32(data + 4));
	if (p->have < AH_HEADER)
		goto cut;
	text_add(text, "seq=0x%x,icv=0x", get_be32(data + 8));
	icv = octets < AH_HEADER ? 0 : octets - AH_HEADER;
	text_hex(text, data + AH_HEADER, least(icv, p->have - AH_HEADER));
	if (icv > p->have - AH_HEADER)
		goto cut;
	text_add(text, "): ");
	payload_skip(p, octets);
	return true;
cut:
	text_cut(text, "ah");
	return false;
}

static void line_esp(struct text *text, const struct payload *p)
{
	if (p->have <= 8) {
		text_short(text, "esp");
		return;
	}
	text_add(text, "ESP(spi=0x%08x,seq=0x%x), length %u", get_be32(p->data),
		 get_be32(p->data + 4), p->len);
}

static void line_needs(struct text *text, const char *name, unsigned version)
{
	text_add(text, "[%s requires IPv%u] (invalid)", name, version);
}

void line_protocol(struct text *text, struct payload *p, uint8_t protocol)
{
	while (protocol == AH)
		if (!line_ah(text, p, &protocol))
			return;
	switch (protocol) {
	case WIRE_PROTOCOL_TCP:
		line_tcp(text, p);
		break;
	case WIRE_PROTOCOL_UDP:
		line_udp(text, p);
		break;
	case WIRE_PROTOCOL_ICMP:
		if (p->version == 4)
			line_icmp(text, p);
		else
			line_needs(text, "ICMP", 4);
		break;
	case WIRE_PROTOCOL_ICMPV6:
		if (p->version == 6)
			line_icmp6(text, p);
		else
			line_needs(text, "ICMPv6", 6);
		break;
	case IGMP:
		if (p->version == 4)
			line_igmp(text, p);
		else
			line_needs(text, "IGMP", 4);
		break;
	case IPIP:
		line_ipv4(text, p);
		break;
	case IPV6_INSIDE:
		line_ipv6(text, p);
		break;
	case ESP:
		line_esp(text, p);
		break;
	case SUN_ND:
		text_add(text, " nd %u", p->len);
		break;
	case ETHERNET: /* RFC 8986 4.9 */
		if (p->version == 6)
			line_ethernet(text, p);
		else
			line_needs(text, "Ethernet", 6);
		break;
	case NO_NEXT:
		text_add(text, "no next header");
		break;
	default:
		text_add(text, " ip-proto-%u %u", protocol, p->len);
	}
}
