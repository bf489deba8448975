/* SPDX-License-Identifier: MIT */
/* Neighbour discovery and queries for listeners, of all degrees of truth. */
#include "fuzz_link.h"
#include "bytes.h"
#include "checksum.h"
#include "wire_nd.h"
#include <string.h>

/* ---- neighbour discovery ---------------------------------------------- */

/* A message being written. */
struct message {
	uint8_t octet[512];
	uint32_t len;
};

static void put(struct message *m, const void *octets, uint32_t len)
{
	if (len > sizeof m->octet - m->len)
		len = (uint32_t)sizeof m->octet - m->len;
	memcpy(m->octet + m->len, octets, len);
	m->len += len;
}

static void put_u32(struct message *m, uint32_t value)
{
	uint8_t octets[4];

	put_be32(octets, value);
	put(m, octets, sizeof octets);
}

static void put_mac(struct message *m, uint8_t type, const struct hf_mac *mac)
{
	const uint8_t head[] = { type, 1 };

	put(m, head, sizeof head);
	put(m, mac, sizeof *mac);
}

/* None, short, of hours, for ever. */
static uint32_t lifetime(struct input *in)
{
	uint8_t how = input_u8(in);

	switch (how & 7) {
	case 0:
		return 0;
	case 1:
		return UINT32_MAX;
	case 2:
		return UINT32_MAX - 1;
	case 3:
		return input_u32(in);
	case 4:
		return 7200 + (how >> 3);
	default:
		return input_u16(in);
	}
}

static void put_prefix(struct message *m, struct input *in)
{
	uint8_t head[4] = { 3, 4, 64, 0xc0 };
	uint8_t prefix[16] = { 0xfd };
	uint8_t how = input_u8(in);

	prefix[7] = input_u8(in);
	if (how & 1)
		head[3] = input_u8(in);
	if ((how & 6) == 6)
		head[2] = input_u8(in);
	if ((how & 24) == 24)
		prefix[input_u8(in) % 16] = input_u8(in);
	put(m, head, sizeof head);
	put_u32(m, lifetime(in));
	put_u32(m, lifetime(in));
	put_u32(m, 0);
	put(m, prefix, sizeof prefix);
}

static void put_any_option(struct message *m, struct input *in)
{
	uint8_t octets[24] = { 0 };
	uint32_t len = 8 + input_u8(in) % 3 * 8u;

	octets[0] = input_u8(in) % 16;
	octets[1] = (uint8_t)(len / 8);
	for (uint32_t i = 2; i < 10 && i < len; i++)
		octets[i] = input_u8(in);
	if (input_u8(in) % 8 == 7)
		octets[1] = input_u8(in);
	put(m, octets, len);
}

static void put_options(struct message *m, struct fuzz *f, struct input *in,
			const struct hf_mac *mac, uint8_t mac_type)
{
	uint8_t count = input_u8(in) % 5;
	uint8_t mtu[4] = { 5, 1, 0, 0 };

	while (count-- > 0) {
		struct hf_mac other = link_mac(f, in);

		switch (input_u8(in) & 7) {
		case 0:
		case 1:
			put_mac(m, mac_type, mac);
			break;
		case 2:
			put_mac(m, mac_type, &other);
			break;
		case 3:
		case 4:
			put_prefix(m, in);
			break;
		case 5:
			put(m, mtu, sizeof mtu);
			put_u32(m, input_u8(in) & 1 ? input_u16(in) : 1280);
			break;
		case 6:
			put_mac(m, 14, &other); /* a nonce */
			break;
		default:
			put_any_option(m, in);
			break;
		}
	}
}

/* The fixed part of a message; returns the type of its own MAC's option. */
static uint8_t put_fixed(struct message *m, struct input *in, uint8_t type)
{
	const uint8_t head[4] = { type };
	struct hf_addr target;

	put(m, head, sizeof head);
	put_u32(m, (uint32_t)input_u8(in) << 24);
	if (type == ND_ROUTER_SOLICITATION)
		return 1;
	if (type == ND_ROUTER_ADVERTISEMENT) {
		put_be16(m->octet + 6, (uint16_t)lifetime(in));
		put_u32(m, input_u8(in) & 1 ? input_u32(in) : 30000);
		put_u32(m, input_u8(in) & 1 ? input_u16(in) : 0);
		return 1;
	}
	target = link_ipv6(in);
	put(m, &target, sizeof target);
	if (type == ND_REDIRECT) {
		target = link_ipv6(in);
		put(m, &target, sizeof target);
	}
	return type == ND_NEIGHBOUR_SOLICITATION ? 1 : 2;
}

static void put_checksum(struct message *m, const struct wire_ip *ip)
{
	uint16_t sum = wire_checksum(
		wire_sum_pseudo(&ip->src, &ip->dst, ip->protocol, m->len) +
		wire_sum(m->octet, m->len));

	memcpy(m->octet + 2, &sum, sizeof sum);
}

void link_send_nd(struct fuzz *f, struct input *in, uint8_t type)
{
	struct message m = { .len = 0 };
	uint8_t octets[WIRE_IPV6_HEADER + WIRE_FRAGMENT_HEADER +
		       sizeof m.octet];
	struct wire_ip ip = { .protocol = WIRE_PROTOCOL_ICMPV6,
			      .ttl = WIRE_ND_HOP_LIMIT };
	uint8_t how = input_u8(in), mac_type;
	struct wire_ethernet e;
	struct hf_mac mac;
	uint32_t at;

	ip.src = link_addr(f, in, true);
	ip.dst = how & 1 ? link_addr(f, in, true)
			 : (struct hf_addr){ { 0xfd, [15] = 1 } };
	mac = fuzz_mac_of(f, &ip.src);
	mac_type = put_fixed(&m, in, type);
	put_options(&m, f, in, &mac, mac_type);
	put_checksum(&m, &ip);
	if ((how & 6) == 6)
		ip.ttl = input_u8(in);
	if ((how & 24) == 24)
		m.octet[input_u8(in) % m.len] ^= 1;
	if ((how & 96) == 96)
		m.len -= input_u8(in) % m.len;
	ip.is_fragment = how & 128 && how & 1;
	at = wire_ip_emit(&ip, m.len, octets);
	memcpy(octets + at, m.octet, m.len);
	e = link_header(f, in, WIRE_ETHERTYPE_IPV6, &mac);
	fuzz_ethernet_frame(f, &e, octets, at + m.len);
}

/* ---- multicast listeners ---------------------------------------------- */

void link_send_query(struct fuzz *f, struct input *in)
{
	static const uint8_t router_alert[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	uint8_t octets[WIRE_IPV6_HEADER + sizeof router_alert + 32] = { 0 };
	const struct hf_addr all_nodes = { { 0xff, 0x02, [15] = 1 } };
	uint8_t how = input_u8(in);
	uint32_t len = how & 1 ? 24 : 28, at;
	struct wire_ip ip = { .src = link_local, .dst = all_nodes, .ttl = 1 };
	struct message m = { .len = 0 };
	struct hf_addr group = { 0 };
	struct wire_ethernet e;
	struct hf_mac mac;

	ip.src.octet[15] = 9;
	if ((how & 6) == 6)
		ip.src = link_ipv6(in);
	if ((how & 24) == 24)
		ip.ttl = input_u8(in);
	if (how & 32)
		group = ip.dst = link_ipv6(in);
	ip.protocol = WIRE_PROTOCOL_ICMPV6;
	put_u32(&m, 130u << 24);
	put_u32(&m, (uint32_t)input_u16(in) << 16);
	put(&m, &group, sizeof group);
	if (!(how & 1))
		put_u32(&m, input_u16(in));
	put_checksum(&m, &ip);
	if ((how & 192) == 192)
		len = input_u8(in) % len;
	ip.protocol = 0; /* hop-by-hop options */
	at = wire_ip_emit(&ip, (uint32_t)sizeof router_alert + len, octets);
	memcpy(octets + at, router_alert, sizeof router_alert);
	at += (uint32_t)sizeof router_alert;
	memcpy(octets + at, m.octet, len);
	mac = fuzz_mac_of(f, &ip.src);
	e = link_header(f, in, WIRE_ETHERTYPE_IPV6, &mac);
	fuzz_ethernet_frame(f, &e, octets, at + len);
}
