/* SPDX-License-Identifier: MIT */
/*
 * For tests of source routes: a TCP peer of a few lines, whose segments come
 * by a route, and all that the host sends taken apart.
 */
#ifndef ROUTE_FIXTURE_H
#define ROUTE_FIXTURE_H

#include "fragment_fixture.h"

#define FIN 1
#define SYN 2
#define RST 4
#define ACK 16
#define LOOSE 131
#define STRICT 137
#define PEER_PORT 4000

#define GATEWAY(n) hf_ipv4(10, 9, 0, (uint8_t)(100 + (n)))

static struct frame f;

/* A source route option, or several hops that a program wants. */
struct route {
	uint8_t type;
	unsigned count;
	uint8_t hop[10];
};

static const struct route none;

/* What the host says: its last segment, and how that went. */
struct segment {
	uint32_t link, seq, ack, text_len;
	uint8_t flags, dst; /* dst: last octet of the header's destination */
	struct route route; /* with the final destination as the last */
};

/* The IPv4 options of a datagram that has come to the end of a route. */
static inline uint32_t put_completed(uint8_t *to, const struct route *r)
{
	uint32_t len = 3 + 4 * r->count;

	if (r->type == 0)
		return 0;
	to[0] = 1;
	to[1] = r->type;
	to[2] = (uint8_t)len;
	to[3] = (uint8_t)(len + 1);
	for (unsigned i = 0; i < r->count; i++) {
		const struct hf_addr hop = GATEWAY(r->hop[i]);

		memcpy(to + 4 + (size_t)i * 4, hop.octet + 12, 4);
	}
	return len + 1;
}

/* Puts options between the header of `f` and its payload. */
static inline void insert_options(const uint8_t *options, uint32_t len)
{
	memmove(f.octet + 20 + len, f.octet + 20, f.len - 20);
	memcpy(f.octet + 20, options, len);
	f.len += len;
	f.octet[0] = (uint8_t)(0x45 + len / 4);
	put16(f.octet + 2, f.len);
	seal_ipv4(f.octet);
}

static inline void make_segment(uint8_t flags, uint32_t seq, uint32_t ack,
				uint32_t text_len)
{
	uint32_t mss = flags & SYN ? 4 : 0, len = 20 + mss + text_len;
	uint8_t *p = f.octet + 20;

	make_datagram(&f, 4, TCP, len);
	put16(p, PEER_PORT);
	put16(p + 2, 7);
	put32(p + 4, seq);
	put32(p + 8, ack);
	p[12] = (uint8_t)((20 + mss) << 2);
	p[13] = flags;
	put16(p + 14, 65535);
	put32(p + 16, 0);
	if (mss != 0)
		put32(p + 20, 0x02040000 | 1460);
	put16(p + 16,
	      ~ones_sum(pseudo_sum(f.octet, TCP, len), p, len) & 0xffff);
}

static inline enum hf_drop in_by(struct world *w, const struct route *r,
				 uint8_t flags, uint32_t seq, uint32_t ack,
				 uint32_t text_len)
{
	uint8_t options[48];

	make_segment(flags, seq, ack, text_len);
	insert_options(options, put_completed(options, r));
	return in(w, &f);
}

static inline uint8_t last_octet(const uint8_t *addr)
{
	return addr[3] > 100 ? (uint8_t)(addr[3] - 100) : addr[3];
}

static inline void read_route(struct route *r, const uint8_t *options,
			      uint32_t len)
{
	*r = none;
	if (len == 0)
		return;
	assert_int_equal(options[0], 1);
	assert_int_equal(options[2], len - 1);
	assert_int_equal(options[3], 4); /* nothing of it is done yet */
	r->type = options[1];
	r->count = (len - 4) / 4;
	for (unsigned i = 0; i < r->count; i++)
		r->hop[i] = last_octet(options + 4 + (size_t)i * 4);
}

/* The next segment of the host on a link; its checksum is for the peer. */
static inline bool out_segment(struct world *w, uint32_t link,
			       struct segment *s)
{
	struct hf_addr peer = PEER(4);
	uint32_t header, len;
	uint8_t *p = f.octet;

	f.len = (uint32_t)hf_output(w->host, link, p, sizeof f.octet, w->now,
				    NULL, NULL);
	assert_int_equal(hf_host_check(w->host), 0);
	if (f.len == 0)
		return false;
	assert_true(f.len <= w->mtu);
	header = (p[0] & 15u) * 4;
	len = f.len - header;
	assert_int_equal(ones_sum(0, p, header), 0xffff);
	assert_int_equal(p[9], TCP);
	/* With a route, routers may fragment. */
	assert_int_equal(get16(p + 6), header > 20 ? 0 : 0x4000);
	s->link = link;
	s->dst = last_octet(p + 16);
	read_route(&s->route, p + 20, header - 20);
	s->seq = get32(p + header + 4);
	s->ack = get32(p + header + 8);
	s->flags = p[header + 13];
	s->text_len = len - (p[header + 12] >> 4) * 4u;
	memcpy(p + 16, peer.octet + 12, 4);
	assert_int_equal(ones_sum(pseudo_sum(p, TCP, len), p + header, len),
			 0xffff);
	return true;
}

/* It went to the first of these hops, with the rest and the peer behind. */
static inline void assert_by(const struct segment *s, uint8_t type,
			     unsigned count, const uint8_t *hops)
{
	assert_int_equal(s->dst, count != 0 ? hops[0] : 1);
	assert_int_equal(s->route.type, count != 0 ? type : 0);
	assert_int_equal(s->route.count, count);
	for (unsigned i = 1; i < count; i++)
		assert_int_equal(s->route.hop[i - 1], hops[i]);
	if (count != 0)
		assert_int_equal(s->route.hop[count - 1], 1);
}

static inline void out_by(struct world *w, struct segment *s, uint8_t flags,
			  uint8_t type, unsigned count, const uint8_t *hops)
{
	assert_true(out_segment(w, w->link, s));
	assert_int_equal(s->flags & (SYN | ACK | RST | FIN), flags);
	assert_by(s, type, count, hops);
}

/* ---- the host --------------------------------------------------------- */

static inline struct hf_handle start(struct world *w, uint32_t routes)
{
	struct hf_listen listen = { .port = 7 };
	struct hf_handle listener;

	world_config(w);
	w->config.source_routes = routes;
	w->config.no_timestamps = w->config.no_sack = true;
	w->config.initial_window = 4;
	world_start(w);
	assert_int_equal(hf_listen(w->host, &listen, &listener), HF_OK);
	return listener;
}

/* Nothing is left when the listener and all its connections are gone. */
static inline void end(struct world *w, struct hf_handle listener)
{
	struct hf_event event;
	struct segment s;

	hf_close(w->host, listener, w->now);
	while (hf_event(w->host, &event))
		;
	while (out_segment(w, w->link, &s))
		;
	world_end(w);
}

/* A passive connection; the host's ISS. */
static inline uint32_t establish(struct world *w, struct hf_handle listener,
				 const struct route *r,
				 struct hf_handle *connection)
{
	struct segment s;

	assert_int_equal(in_by(w, r, SYN, 1000, 0, 0), HF_ACCEPTED);
	assert_true(out_segment(w, w->link, &s));
	assert_int_equal(s.flags, SYN | ACK);
	assert_int_equal(in_by(w, r, ACK, 1001, s.seq + 1, 0), HF_ACCEPTED);
	assert_int_equal(hf_accept(w->host, listener, connection), HF_OK);
	return s.seq;
}

static inline uint32_t routes_used(struct world *w)
{
	struct hf_usage used;

	hf_host_used(w->host, &used);
	return used.pool[HF_POOL_SOURCE_ROUTE].used;
}

#endif
