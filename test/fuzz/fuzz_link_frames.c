/* SPDX-License-Identifier: MIT */
/* ARP and other frames, of all degrees of truth. */
#include "fuzz_link.h"
#include "bytes.h"
#include "checksum.h"
#include "wire_arp.h"
#include "wire_nd.h"
#include <string.h>

/* ---- addresses -------------------------------------------------------- */

struct hf_addr link_ipv4(struct input *in)
{
	uint8_t how = input_u8(in);

	switch (how & 15) {
	case 0:
	case 1:
		return hf_ipv4(10, 0, 0, 1);
	case 2:
	case 3:
		return hf_ipv4(10, 0, 0, 2);
	case 4:
		return hf_ipv4(0, 0, 0, 0);
	case 5:
		return hf_ipv4(10, 0, 0, 254);
	case 6:
		return hf_ipv4(10, 0, 0, 253);
	case 7:
		return hf_ipv4(10, 0, 0, 255);
	case 8:
		return hf_ipv4(255, 255, 255, 255);
	case 9:
		return hf_ipv4(127, 0, 0, 1);
	case 10:
		return hf_ipv4(input_u8(in), input_u8(in), 0, 1);
	default:
		return hf_ipv4(10, 0, 0, input_u8(in));
	}
}

const struct hf_addr link_local = {
	{ 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 1 },
};

struct hf_addr link_ipv6(struct input *in)
{
	struct hf_addr a = { { 0xfd, [15] = 1 } };
	uint8_t how = input_u8(in);

	switch (how & 15) {
	case 0:
	case 1:
		return a;
	case 2:
		return link_local;
	case 3:
		memset(&a, 0, sizeof a);
		return a;
	case 4:
		return (struct hf_addr){ { 0xff, 0x02, [15] = 1 } };
	case 5:
		return wire_nd_solicited_node(&a);
	case 6:
		return wire_nd_solicited_node(&link_local);
	case 7:
	case 8:
		a.octet[15] = 0xfe;
		return a;
	case 9:
	case 10:
	case 11: /* another's link-local address; a router's */
		a = link_local;
		a.octet[15] = input_u8(in);
		return a;
	case 12: /* one that the prefix of an advertisement makes */
		a = link_local;
		memcpy(a.octet, "\xfd\x00\x00\x00\x00\x00\x00", 8);
		a.octet[7] = input_u8(in);
		return a;
	default:
		a.octet[15] = input_u8(in);
		return a;
	}
}

struct hf_addr link_addr(const struct fuzz *f, struct input *in, bool is_ipv6)
{
	uint8_t how = input_u8(in);

	if (!(how & 3))
		return how & 4 ? f->local : f->remote;
	return is_ipv6 ? link_ipv6(in) : link_ipv4(in);
}

struct hf_mac link_mac(const struct fuzz *f, struct input *in)
{
	const struct hf_mac all = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	struct hf_mac mac = { { 2, 0, 1, 0, 0, 0 } };
	uint8_t how = input_u8(in);

	switch (how & 7) {
	case 0:
		return f->mac;
	case 1:
		return all;
	case 2:
		memset(&mac, 0, sizeof mac);
		return mac;
	case 3:
		mac.octet[0] |= 1;
		return mac;
	case 4:
	case 5:
		return f->peer_mac;
	default:
		mac.octet[5] = input_u8(in);
		return mac;
	}
}

struct wire_ethernet link_header(const struct fuzz *f, struct input *in,
				 uint16_t type, const struct hf_mac *src)
{
	struct wire_ethernet e = { .type = type, .vlan = f->vlan };
	uint8_t how = input_u8(in);

	e.src = *src;
	e.dst = f->mac;
	if (how & 1)
		memset(&e.dst, 0xff, sizeof e.dst);
	if ((how & 6) == 6)
		e.dst = link_mac(f, in);
	if ((how & 24) == 24)
		e.src = link_mac(f, in);
	if ((how & 0xe0) == 0xe0)
		e.vlan = input_u8(in) % 8;
	return e;
}

/* ---- ARP -------------------------------------------------------------- */

static void send_arp(struct fuzz *f, struct input *in)
{
	uint8_t octets[WIRE_ARP_LEN + 18] = { 0 };
	struct wire_arp arp = { .op = ARP_REQUEST };
	struct wire_ethernet e;
	uint8_t how = input_u8(in);
	uint32_t len = how & 8 ? sizeof octets : WIRE_ARP_LEN;

	if (how & 1)
		arp.op = ARP_REPLY;
	arp.sender = link_ipv4(in);
	arp.target = how & 2 ? arp.sender : link_ipv4(in);
	arp.sender_mac = how & 4 ? link_mac(f, in)
				 : fuzz_mac_of(f, &arp.sender);
	arp.target_mac = how & 16 ? link_mac(f, in) : f->mac;
	wire_arp_emit(&arp, octets);
	if ((how & 96) == 96) {
		uint8_t where = input_u8(in);

		octets[where % WIRE_ARP_LEN] = input_u8(in);
	}
	if ((how & 192) == 192)
		len -= input_u8(in) % len;
	e = link_header(f, in, WIRE_ETHERTYPE_ARP, &arp.sender_mac);
	fuzz_ethernet_frame(f, &e, octets, len);
}

/* Thousands of neighbours whom nobody has ever seen. */
static void flood(struct fuzz *f, struct input *in)
{
	uint8_t octets[WIRE_ARP_LEN];
	uint8_t first = input_u8(in), count = input_u8(in) % 64;
	uint8_t op = input_u8(in) & 1 ? ARP_REPLY : ARP_REQUEST;

	for (uint8_t i = 0; i < count; i++) {
		struct wire_arp arp = { .op = op };
		struct wire_ethernet e = { .dst = f->mac,
					   .type = WIRE_ETHERTYPE_ARP,
					   .vlan = f->vlan };

		arp.sender = hf_ipv4(10, 0, 0, (uint8_t)(first + i));
		arp.target = hf_ipv4(10, 0, 0, 1);
		arp.sender_mac = e.src = fuzz_mac_of(f, &arp.sender);
		fuzz_ethernet_frame(f, &e, octets, wire_arp_emit(&arp, octets));
	}
}

/* ---- other frames ----------------------------------------------------- */

static void finish_tcp(uint8_t *octets, uint32_t at, const struct wire_ip *ip)
{
	uint16_t sum;

	memset(octets + at + 16, 0, 2);
	sum = wire_checksum(wire_sum_pseudo(&ip->src, &ip->dst, ip->protocol,
					    WIRE_TCP_HEADER) +
			    wire_sum(octets + at, WIRE_TCP_HEADER));
	memcpy(octets + at + 16, &sum, sizeof sum);
}

/* A source route that has been gone along, or not quite: RFC 791 3.1. */
static void add_route(struct wire_ip *ip, struct input *in, uint8_t *route)
{
	struct hf_addr hop = link_ipv4(in);
	uint8_t how = input_u8(in);

	memset(route, 1, 8); /* no operation */
	route[1] = how & 1 ? 137 : 131;
	route[2] = 7;
	route[3] = how & 2 ? input_u8(in) : 8;
	memcpy(route + 4, hop.octet + 12, 4);
	ip->options = route;
	ip->options_len = 8;
}

/* A SYN or another segment from a neighbour that may not be there. */
static void send_segment(struct fuzz *f, struct input *in)
{
	uint8_t octets[WIRE_IPV6_HEADER + 8 + WIRE_TCP_HEADER], route[8];
	uint8_t how = input_u8(in);
	bool is_ipv6 = how & 1;
	struct wire_tcp_options none = { 0 };
	struct wire_tcp t = { .src_port = input_u8(in),
			      .dst_port = FUZZ_PORT,
			      .flags = how & 2 ? input_u8(in) : TCP_SYN,
			      .wnd = 1000 };
	struct wire_ip ip = { .protocol = WIRE_PROTOCOL_TCP, .ttl = 64 };
	struct wire_ethernet e;
	struct hf_mac mac;
	uint32_t at;

	ip.src = link_addr(f, in, is_ipv6);
	ip.dst = is_ipv6 ? (struct hf_addr){ { 0xfd, [15] = 1 } }
			 : hf_ipv4(10, 0, 0, 1);
	if (how & 4)
		ip.dst = link_addr(f, in, is_ipv6);
	if (how & 8)
		t.dst_port = input_u16(in);
	if (how & 16 && !is_ipv6)
		add_route(&ip, in, route);
	t.seq.n = input_u8(in);
	mac = fuzz_mac_of(f, &ip.src);
	at = wire_ip_emit(&ip, WIRE_TCP_HEADER, octets);
	wire_tcp_emit(&t, &none, octets + at);
	finish_tcp(octets, at, &ip);
	e = link_header(f, in,
			is_ipv6 ? WIRE_ETHERTYPE_IPV6 : WIRE_ETHERTYPE_IPV4,
			&mac);
	fuzz_ethernet_frame(f, &e, octets, at + WIRE_TCP_HEADER);
}

/* An echo request, or a datagram that deserves an error, of any source. */
static void send_question(struct fuzz *f, struct input *in)
{
	uint8_t octets[WIRE_IPV6_HEADER + 16] = { 0 };
	uint8_t how = input_u8(in);
	bool is_ipv6 = how & 1;
	struct wire_ip ip = { .ttl = 64 };
	struct wire_ethernet e;
	struct hf_mac mac;
	uint32_t at;

	ip.protocol = is_ipv6 ? WIRE_PROTOCOL_ICMPV6 : WIRE_PROTOCOL_ICMP;
	if (how & 2)
		ip.protocol = how & 4 ? WIRE_PROTOCOL_UDP : input_u8(in);
	ip.src = link_addr(f, in, is_ipv6);
	ip.dst = link_addr(f, in, is_ipv6);
	mac = fuzz_mac_of(f, &ip.src);
	at = wire_ip_emit(&ip, 16, octets);
	octets[at] = is_ipv6 ? 128 : 8;
	fuzz_repair(octets, at + 16);
	e = link_header(f, in,
			is_ipv6 ? WIRE_ETHERTYPE_IPV6 : WIRE_ETHERTYPE_IPV4,
			&mac);
	fuzz_ethernet_frame(f, &e, octets, at + 16);
}

/* The host's own last frame comes back, perhaps as if from another. */
static void reflect(struct fuzz *f, struct input *in)
{
	uint8_t data[FUZZ_FRAME];
	uint32_t len = f->last_frame_len;
	uint8_t how = input_u8(in), changes = how % 4;

	if (len == 0)
		return;
	memcpy(data, f->last_frame, len);
	if (how & 4)
		memcpy(data + 6, &f->peer_mac, sizeof f->peer_mac);
	if (how & 8)
		memcpy(data, &f->mac, sizeof f->mac);
	while (changes-- > 0) {
		uint8_t where = input_u8(in);

		data[where % len] = input_u8(in);
	}
	if ((how & 48) == 48)
		len -= input_u8(in) % len;
	fuzz_raw_frame(f, data, len);
}

static void send_octets(struct fuzz *f, struct input *in)
{
	uint8_t data[128];
	uint32_t len = input_u8(in) % sizeof data, at = 0;
	struct wire_ethernet e = { .vlan = f->vlan };
	uint8_t how = input_u8(in);

	if (len > in->left)
		len = (uint32_t)in->left;
	if (how & 1) {
		e = link_header(f, in,
				how & 2 ? input_u16(in) : WIRE_ETHERTYPE_ARP,
				&f->peer_mac);
		if (how & 4)
			e.type = input_u8(in); /* a length: LLC */
		at = wire_ethernet_emit(&e, data);
	}
	while (at < len)
		data[at++] = input_u8(in);
	fuzz_raw_frame(f, data, at);
}

void link_frame(struct fuzz *f, struct input *in)
{
	uint8_t what = input_u8(in) % 16;

	switch (what) {
	case 0:
		send_octets(f, in);
		break;
	case 1:
		reflect(f, in);
		break;
	case 2:
		flood(f, in);
		break;
	case 3:
	case 4:
		send_segment(f, in);
		break;
	case 5:
		send_question(f, in);
		break;
	case 6:
		link_send_nd(f, in, ND_ROUTER_SOLICITATION);
		break;
	case 7:
		link_send_nd(f, in, ND_REDIRECT);
		break;
	case 8:
	case 9:
		link_send_nd(f, in, ND_ROUTER_ADVERTISEMENT);
		break;
	case 10:
		link_send_nd(f, in, ND_NEIGHBOUR_SOLICITATION);
		break;
	case 11:
	case 12:
		link_send_nd(f, in, ND_NEIGHBOUR_ADVERTISEMENT);
		break;
	case 15:
		link_send_query(f, in);
		break;
	default:
		send_arp(f, in);
		break;
	}
}
