/* SPDX-License-Identifier: MIT */
/* Frames in, octet by octet, by no code of the host's. */
#include "net.h"
#include <arpa/inet.h>
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- addresses -------------------------------------------------------- */

struct hf_addr addr(const char *text)
{
	struct hf_addr a = { { 0 } };

	if (inet_pton(AF_INET, text, a.octet + 12) == 1) {
		memset(a.octet + 10, 0xff, 2);
		return a;
	}
	if (inet_pton(AF_INET6, text, a.octet) != 1)
		abort(); /* the test is at fault */
	return a;
}

struct hf_mac mac_of(int number)
{
	struct hf_mac mac = { { 2, 0, 0, 0, (uint8_t)(number >> 8),
				(uint8_t)number } };

	if (number == 0)
		memset(&mac, 0, sizeof mac);
	else if (number < 0)
		memset(&mac, 0xff, sizeof mac);
	return mac;
}

const char *text(const char *format, ...)
{
	static char texts[16][128];
	static unsigned next;
	char *to = texts[next++ % 16];
	va_list args;

	va_start(args, format);
	vsnprintf(to, sizeof texts[0], format, args);
	va_end(args);
	return to;
}

static bool is_ipv4(const char *text)
{
	return !strchr(text, ':');
}

static bool is_multicast(const char *text)
{
	return strncmp(text, "ff", 2) == 0;
}

/* ---- octets ----------------------------------------------------------- */

void build_octets(struct net_builder *b, const void *data, uint32_t len)
{
	assert(b->len + len <= sizeof b->data);
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

void build_zeros(struct net_builder *b, uint32_t len)
{
	assert(b->len + len <= sizeof b->data);
	memset(b->data + b->len, 0, len);
	b->len += len;
}

void build_be16(struct net_builder *b, uint32_t value)
{
	uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	build_octets(b, octets, 2);
}

void build_be32(struct net_builder *b, uint32_t value)
{
	build_be16(b, value >> 16);
	build_be16(b, value & 0xffff);
}

static void build_mac(struct net_builder *b, int number)
{
	struct hf_mac mac = mac_of(number);

	build_octets(b, &mac, 6);
}

/* IPv4: 4 octets; IPv6: 16. */
static void build_address(struct net_builder *b, const char *text)
{
	struct hf_addr a = addr(text);

	if (is_ipv4(text))
		build_octets(b, a.octet + 12, 4);
	else
		build_octets(b, a.octet, 16);
}

static void put_be16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* RFC 1071, added up two octets at a time. */
static uint32_t add_up(uint32_t sum, const uint8_t *data, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* ---- Ethernet --------------------------------------------------------- */

void build_ethernet(struct net *n, struct net_builder *b, int from, int to,
		    uint16_t type)
{
	uint16_t vlan = n->link[n->at].options.vlan;

	b->len = 0;
	build_mac(b, to);
	build_mac(b, from);
	if (b->tag >= 0 || vlan) {
		build_be16(b, 0x8100);
		build_be16(b, b->tag >= 0 ? (uint32_t)b->tag : vlan);
	}
	build_be16(b, type);
}

/* Padding need not be zeros (RFC 894 only asks the sender for them). */
void net_in(struct net *n, struct net_builder *b)
{
	while (b->len < 60 && !b->unpadded)
		build_octets(b, "\xa5", 1);
	net_raw_in(n, b->data, b->len);
}

/* ---- ARP -------------------------------------------------------------- */

struct net_arp_packet arp_request(const char *target, const char *sender,
				  int mac)
{
	return (struct net_arp_packet){ 1,   0x800, 6,	    4,	   1,
					mac, 0,	    sender, target };
}

struct net_arp_packet arp_reply(const char *sender, int mac, const char *target,
				int target_mac)
{
	return (struct net_arp_packet){ 1,   0x800,	 6,	 4,	2,
					mac, target_mac, sender, target };
}

void net_arp_packet(struct net *n, int from, int to,
		    const struct net_arp_packet *packet)
{
	struct net_builder b = { .tag = -1 };

	build_ethernet(n, &b, from, to, 0x806);
	build_be16(&b, packet->hardware);
	build_be16(&b, packet->protocol);
	build_octets(&b, &packet->hardware_len, 1);
	build_octets(&b, &packet->protocol_len, 1);
	build_be16(&b, packet->op);
	build_mac(&b, packet->sender_mac);
	build_address(&b, packet->sender);
	build_mac(&b, packet->target_mac);
	build_address(&b, packet->target);
	net_in(n, &b);
}

void net_arp(struct net *n, int from, int to, const char *format, ...)
{
	char said[200], a[64], b[64];
	struct net_arp_packet packet;
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof said, format, args);
	va_end(args);
	if (sscanf(said, "who-has %63s tell %63s", a, b) == 2)
		packet = arp_request(a, b, from);
	else if (sscanf(said, "%63s is-at", a) == 1)
		packet = arp_reply(a, from, "10.0.0.1", to > 0 ? to : 1);
	else
		net_fail(n, "no ARP: %s", said);
	net_arp_packet(n, from, to, &packet);
}

/* ---- IP --------------------------------------------------------------- */

static void build_ipv4(struct net_builder *b, const struct net_datagram *d,
		       uint32_t len)
{
	uint32_t at = b->len, header = 20 + d->options_len;

	build_be16(b, (0x40 + header / 4) << 8 | d->tos);
	build_be16(b, header + len);
	build_be16(b, d->id);
	build_be16(b, d->fragment);
	build_be16(b, (d->ttl ? d->ttl : 64u) << 8 | d->protocol);
	build_be16(b, 0);
	build_address(b, d->src);
	build_address(b, d->dst);
	build_octets(b, d->options, d->options_len);
	put_be16(b->data + at + 10, ~add_up(0, b->data + at, header));
}

static void build_ipv6(struct net_builder *b, const struct net_datagram *d,
		       uint32_t len)
{
	uint8_t next = d->options_len ? d->options_type : d->protocol;

	build_be16(b, 0x6000u | (uint32_t)d->tos << 4);
	build_be16(b, 0);
	build_be16(b, d->options_len + len);
	build_be16(b, (uint32_t)next << 8 | (d->ttl ? d->ttl : 64u));
	build_address(b, d->src);
	build_address(b, d->dst);
	build_octets(b, d->options, d->options_len);
}

/* The checksum of ICMP, ICMPv6, UDP or TCP, where it belongs. */
void net_seal(const struct net_datagram *d, uint8_t *payload, uint32_t len)
{
	uint32_t at = d->protocol == 6 ? 16 : d->protocol == 17 ? 6 : 2;
	struct net_builder pseudo = { .len = 0 };
	uint32_t sum = 0;

	if (d->no_checksum || len < at + 2)
		return;
	if (d->protocol != 1) {
		build_address(&pseudo, d->src);
		build_address(&pseudo, d->dst);
		build_be32(&pseudo, len);
		build_be32(&pseudo, d->protocol);
		sum = add_up(0, pseudo.data, pseudo.len);
	}
	put_be16(payload + at, 0);
	put_be16(payload + at,
		 ~add_up(sum, payload, len) ^ (d->bad_checksum ? 0x0100 : 0));
}

/* Where frames for `d` go if nothing else is said. */
static struct hf_mac frame_mac(const struct net_datagram *d)
{
	struct hf_addr dst = addr(d->dst);
	struct hf_mac mac = { { 0x33, 0x33, 0, 0, 0, 0 } };

	if (!is_ipv4(d->dst) && is_multicast(d->dst))
		memcpy(mac.octet + 2, dst.octet + 12, 4);
	else if (is_ipv4(d->dst) && dst.octet[15] == 255)
		return mac_of(BROADCAST);
	else
		return mac_of(1);
	return mac;
}

void net_ip(struct net *n, const struct net_datagram *d, const void *payload,
	    uint32_t len)
{
	bool v4 = is_ipv4(d->dst);
	struct net_builder b = { .tag = -1 };
	struct hf_mac to = d->to ? mac_of(d->to) : frame_mac(d);
	uint32_t at;

	build_ethernet(n, &b, d->from, 1, v4 ? 0x800 : 0x86dd);
	memcpy(b.data, &to, 6);
	if (v4)
		build_ipv4(&b, d, len);
	else
		build_ipv6(&b, d, len);
	at = b.len;
	build_octets(&b, payload, len);
	net_seal(d, b.data + at, len);
	net_in(n, &b);
}

void net_echo(struct net *n, int from, const char *src, const char *dst,
	      unsigned seq)
{
	bool v4 = is_ipv4(dst);
	struct net_datagram d = { .from = from, .src = src, .dst = dst };
	uint8_t message[64] = { v4 ? 8 : 128, 0, 0, 0, 0, 7 };

	put_be16(message + 6, seq);
	d.protocol = v4 ? 1 : 58;
	net_ip(n, &d, message, sizeof message);
}

void net_udp(struct net *n, const struct net_datagram *d, unsigned port,
	     uint32_t len)
{
	struct net_datagram one = *d;
	uint8_t datagram[1500] = { 0x9c, 0x40 };

	one.protocol = 17;
	put_be16(datagram + 2, port);
	put_be16(datagram + 4, 8 + len);
	net_ip(n, &one, datagram, 8 + len);
}

/* ---- neighbour discovery ---------------------------------------------- */

static struct net_nd nd_new(uint8_t type, const char *src, const char *dst)
{
	struct net_nd nd = { .type = type };

	nd.d = (struct net_datagram){
		.from = 2, .src = src, .dst = dst, .ttl = 255, .protocol = 58
	};
	return nd;
}

void nd_option(struct net_nd *nd, uint8_t type, const void *data, uint32_t len)
{
	uint8_t *to = nd->option + nd->option_len;

	assert(nd->option_len + len <= sizeof nd->option && len % 8 == 0);
	memset(to, 0, len);
	to[0] = type;
	to[1] = (uint8_t)(len / 8);
	if (data)
		memcpy(to + 2, data, len - 2);
	nd->option_len += len;
}

static void link_layer(struct net_nd *nd, uint8_t type, int mac)
{
	struct hf_mac octets = mac_of(mac);

	if (mac == 0)
		return;
	nd->d.from = mac;
	nd_option(nd, type, &octets, 8);
}

static void put_address(uint8_t *to, const char *text)
{
	struct hf_addr a = addr(text);

	memcpy(to, a.octet, 16);
}

struct net_nd nd_solicitation(const char *src, const char *target, int mac)
{
	struct hf_addr a = addr(target);
	const char *dst = text("ff02::1:ff%02x:%x", a.octet[13],
			       (unsigned)a.octet[14] << 8 | a.octet[15]);
	struct net_nd nd = nd_new(135, src, dst);

	nd.head_len = 20;
	put_address(nd.head + 4, target);
	link_layer(&nd, 1, mac);
	return nd;
}

struct net_nd nd_advertisement(const char *src, const char *dst,
			       const char *target, unsigned flags, int mac)
{
	struct net_nd nd = nd_new(136, src, dst);

	nd.head_len = 20;
	nd.head[0] = (uint8_t)flags;
	put_address(nd.head + 4, target);
	link_layer(&nd, 2, mac);
	return nd;
}

struct net_nd nd_router(const char *src, unsigned lifetime, int mac)
{
	struct net_nd nd = nd_new(134, src, "ff02::1");

	nd.head_len = 12;
	put_be16(nd.head + 2, lifetime);
	link_layer(&nd, 1, mac);
	return nd;
}

void nd_prefix(struct net_nd *nd, const char *prefix, unsigned bits,
	       unsigned flags, uint32_t valid, uint32_t preferred)
{
	uint8_t data[30] = { (uint8_t)bits, (uint8_t)flags };

	put_be16(data + 2, valid >> 16);
	put_be16(data + 4, valid);
	put_be16(data + 6, preferred >> 16);
	put_be16(data + 8, preferred);
	put_address(data + 14, prefix);
	nd_option(nd, 3, data, 32);
}

void net_nd(struct net *n, const struct net_nd *nd)
{
	uint8_t message[4 + sizeof nd->head + sizeof nd->option];
	uint32_t len = 4 + nd->head_len + nd->option_len;

	memset(message, 0, 4);
	message[0] = nd->type;
	message[1] = nd->code;
	memcpy(message + 4, nd->head, nd->head_len);
	memcpy(message + 4 + nd->head_len, nd->option, nd->option_len);
	net_ip(n, &nd->d, message, len - nd->cut);
}
