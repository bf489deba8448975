/* SPDX-License-Identifier: MIT */
/* What neighbours of both families say and hear, and what TCP says to them. */
#include "net.h"
#include <stdio.h>
#include <string.h>

const char *self(const struct net *n)
{
	return n->v6 ? "fd00::1" : "10.0.0.1";
}

const char *peer(const struct net *n, int i)
{
	return n->v6 ? text("fd00::%x", (unsigned)i) : text("10.0.0.%d", i);
}

static const char *mac_text(int mac)
{
	return text("02:00:00:00:%02x:%02x", mac >> 8 & 0xff, mac & 0xff);
}

/* ---- who is where ----------------------------------------------------- */

void net_query(struct net *n, hf_time lo, hf_time hi, int i)
{
	unsigned u = (unsigned)i;

	if (n->v6)
		net_due(n, lo, hi, MULTICAST,
			"IP6 * > ff02::1:ff00:%x: ICMP6, neighbor "
			"solicitation, who has fd00::%x, length 32",
			u, u);
	else
		net_due(n, lo, hi, BROADCAST,
			"ARP, Request who-has 10.0.0.%d tell 10.0.0.1, "
			"length 28",
			i);
}

void net_probe(struct net *n, hf_time lo, hf_time hi, int i, int mac)
{
	unsigned u = (unsigned)i;

	if (n->v6)
		net_due(n, lo, hi, mac,
			"IP6 * > fd00::%x: ICMP6, neighbor solicitation, who "
			"has fd00::%x, length *",
			u, u);
	else
		net_due(n, lo, hi, mac,
			"ARP, Request who-has 10.0.0.%d* tell 10.0.0.1, "
			"length 28",
			i);
}

void net_answer(struct net *n, int i, int mac)
{
	struct net_nd nd;

	if (!n->v6) {
		net_arp(n, mac, 1, "%s is-at %s", peer(n, i), mac_text(mac));
		return;
	}
	nd = nd_advertisement(peer(n, i), self(n), peer(n, i), ND_S | ND_O,
			      mac);
	net_nd(n, &nd);
}

void net_asks(struct net *n, int i)
{
	struct net_nd nd;

	if (!n->v6) {
		net_arp(n, i, BROADCAST, "who-has %s tell %s", self(n),
			peer(n, i));
		net_out(n, i, "ARP, Reply 10.0.0.1 is-at %s, length 28",
			mac_text(1));
		return;
	}
	nd = nd_solicitation(peer(n, i), self(n), i);
	net_nd(n, &nd);
	net_out(n, i,
		"IP6 fd00::1 > fd00::%x: ICMP6, neighbor advertisement, tgt "
		"is fd00::1, length 32",
		(unsigned)i);
}

void net_moves(struct net *n, int i, int mac)
{
	struct net_nd nd;

	if (!n->v6) {
		net_arp(n, mac, BROADCAST, "who-has %s tell %s", peer(n, i),
			peer(n, i));
		return;
	}
	nd = nd_advertisement(peer(n, i), "ff02::1", peer(n, i), ND_O, mac);
	net_nd(n, &nd);
}

void net_ping(struct net *n, int i, int mac, unsigned seq)
{
	net_echo(n, mac, peer(n, i), self(n), seq);
}

void net_pong(struct net *n, int i, int mac, unsigned seq)
{
	net_out(n, mac, "%s %s > %s: %s echo reply, id 7, seq %u, length 64",
		n->v6 ? "IP6" : "IP", self(n), peer(n, i),
		n->v6 ? "ICMP6," : "ICMP", seq);
}

void net_reachable(struct net *n, int i)
{
	net_ping(n, i, i, 1);
	net_query(n, 0, 0, i);
	net_answer(n, i, i);
	net_pong(n, i, i, 1);
	require(n, neighbour_state(n, peer(n, i)) == HF_NEIGHBOUR_REACHABLE);
}

/* ---- what the host knows ---------------------------------------------- */

static bool is_same(const struct hf_addr *a, const struct hf_addr *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

bool neighbour_get(struct net *n, const char *address,
		   struct hf_neighbour *neighbour)
{
	static struct hf_neighbour all[2048];
	size_t count = hf_neighbours(n->host, all, 2048);
	struct hf_addr a = addr(address);

	for (size_t i = 0; i < count && i < 2048; i++)
		if (is_same(&all[i].addr, &a)) {
			*neighbour = all[i];
			return true;
		}
	return false;
}

int neighbour_state(struct net *n, const char *address)
{
	struct hf_neighbour neighbour;

	if (!neighbour_get(n, address, &neighbour))
		return -1;
	return (int)neighbour.state;
}

int neighbour_mac(struct net *n, const char *address)
{
	struct hf_neighbour neighbour;

	if (!neighbour_get(n, address, &neighbour))
		return 0;
	return neighbour.mac.octet[4] << 8 | neighbour.mac.octet[5];
}

bool neighbour_is_router(struct net *n, const char *address)
{
	struct hf_neighbour neighbour;

	if (!neighbour_get(n, address, &neighbour))
		net_fail(n, "%s is not known", address);
	return neighbour.is_router;
}

size_t neighbour_count(struct net *n)
{
	return hf_neighbours(n->host, NULL, 0);
}

enum hf_address_state address_state(struct net *n, const char *address)
{
	return hf_address_state(n->host, addr(address));
}

static struct hf_event *find(struct net *n, struct hf_handle h, uint32_t flags)
{
	net_collect(n);
	for (size_t i = 0; i < n->events; i++) {
		struct hf_event *e = &n->event[i];

		if (e->handle.index == h.index && (e->flags & flags) &&
		    (h.index == 0 || e->handle.generation == h.generation))
			return e;
	}
	return NULL;
}

enum hf_error net_event(struct net *n, struct hf_handle h, uint32_t flags)
{
	struct hf_event *e = find(n, h, flags);

	if (!e)
		net_fail(n, "no event of %#x has come", flags);
	e->flags &= ~flags;
	return e->error;
}

void net_no_event(struct net *n, struct hf_handle h, uint32_t flags)
{
	struct hf_event *e = find(n, h, flags);

	if (e)
		net_fail(n, "an event of %#x has come", e->flags & flags);
}

/* ---- TCP -------------------------------------------------------------- */

static uint32_t be16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t be32(const uint8_t *at)
{
	return be16(at) << 16 | be16(at + 2);
}

/* Puts a 16-bit word each. */
static void put(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

void net_open(struct net *n, struct net_flow *f, const char *address, int mac)
{
	struct hf_open options = { .remote = addr(address), .remote_port = 80 };
	static uint16_t port;

	*f = (struct net_flow){ .mac = mac, .peer_port = 80 };
	snprintf(f->peer, sizeof f->peer, "%s", address);
	snprintf(f->local, sizeof f->local, "%s", self(n));
	f->next = 1000000u + 1000u * ++port;
	if (n->handles == sizeof n->handle / sizeof n->handle[0])
		net_fail(n, "too many connections for a test");
	net_expect(n, HF_OK, hf_open(n->host, &options, n->now, &f->h));
	n->handle[n->handles++] = f->h;
}

void net_tcp(struct net *n, struct net_flow *f, unsigned flags, uint32_t len)
{
	struct net_datagram d = { .from = f->mac, .protocol = 6 };
	uint8_t segment[1500] = { 0 };

	d.src = f->peer;
	d.dst = f->local;
	put(segment, f->peer_port);
	put(segment + 2, f->local_port);
	put(segment + 4, f->next >> 16);
	put(segment + 6, f->next);
	put(segment + 8, flags & ACK ? f->want >> 16 : 0);
	put(segment + 10, flags & ACK ? f->want : 0);
	segment[12] = 5 << 4;
	segment[13] = (uint8_t)flags;
	put(segment + 14, 65535);
	net_ip(n, &d, segment, 20 + len);
	f->next += len + !!(flags & SYN) + !!(flags & FIN);
}

/* Learns from the segment in n->last; returns the octets of its text. */
static uint32_t learn(struct net *n, struct net_flow *f, const uint8_t *tcp,
		      uint32_t len, unsigned flags)
{
	uint32_t text = len - (uint32_t)(tcp[12] >> 4) * 4;

	if ((tcp[13] & 0x3fu & ~PSH) != flags)
		net_fail(n, "other flags: %s", n->last.text);
	if (be16(tcp + 2) != f->peer_port ||
	    (f->local_port && be16(tcp) != f->local_port))
		net_fail(n, "another connection's: %s", n->last.text);
	f->local_port = (uint16_t)be16(tcp);
	f->want = be32(tcp + 4) + text + !!(flags & SYN) + !!(flags & FIN);
	return text;
}

uint32_t net_segment(struct net *n, hf_time lo, hf_time hi, struct net_flow *f,
		     unsigned flags)
{
	const uint8_t *ip = n->last.data + 14;
	bool v6 = strchr(f->peer, ':') != NULL;
	uint32_t header;

	net_due(n, lo, hi, f->mac, "%s * > %s.%u: Flags *", v6 ? "IP6" : "IP",
		f->peer, f->peer_port);
	if (n->link[n->at].options.vlan)
		ip += 4;
	header = v6 ? 40 : (ip[0] & 15u) * 4;
	return learn(n, f, ip + header,
		     (v6 ? be16(ip + 4) : be16(ip + 2) - header), flags);
}

void net_connect(struct net *n, struct net_flow *f, int i)
{
	net_open(n, f, peer(n, i), i);
	net_query(n, 0, 0, i);
	net_answer(n, i, i);
	net_segment(n, 0, 0, f, SYN);
	net_tcp(n, f, SYN | ACK, 0);
	net_segment(n, 0, 0, f, ACK);
	net_event(n, f->h, HF_EVENT_CONNECTED);
}

void net_send(struct net *n, struct net_flow *f, size_t len)
{
	static const uint8_t zeros[65536];
	size_t sent;

	net_expect(n, HF_OK, hf_send(n->host, f->h, zeros, len, &sent));
	if (sent != len)
		net_fail(n, "hf_send() took %zu of %zu octets", sent, len);
}
