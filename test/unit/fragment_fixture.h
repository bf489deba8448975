/* SPDX-License-Identifier: MIT */
/*
 * For tests of fragments and ICMP: a whole host on a raw IP link, datagrams
 * built and cut by code that shares nothing with it, and what it answers, put
 * together again. Everything is there for both IP versions.
 */
#ifndef FRAGMENT_FIXTURE_H
#define FRAGMENT_FIXTURE_H

#define _DEFAULT_SOURCE
#include <handfast/host.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DATAGRAM_MOST 66000u
#define TCP 6
#define UDP 17
#define ECHO(v) ((v) == 4 ? 8 : 128)
#define ECHO_REPLY(v) ((v) == 4 ? 0 : 129)
#define ICMP(v) ((v) == 4 ? 1 : 58)

struct world {
	struct hf_config config;
	struct hf_host *host;
	void *block;
	size_t size;
	uint32_t link, mtu;
	hf_time now;
	struct hf_usage before;
};

/* A datagram, or a fragment. */
struct frame {
	uint32_t len;
	uint8_t octet[DATAGRAM_MOST];
};

/* ---- octets ----------------------------------------------------------- */

static inline void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static inline uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* RFC 1071, as it says. */
static inline uint32_t ones_sum(uint32_t sum, const uint8_t *p, uint32_t len)
{
	uint64_t wide = sum;

	for (; len > 1; p += 2, len -= 2)
		wide += get16(p);
	if (len > 0)
		wide += (uint32_t)p[0] << 8;
	while (wide >> 16)
		wide = (wide & 0xffff) + (wide >> 16);
	return (uint32_t)wide;
}

/* ---- addresses -------------------------------------------------------- */

static inline struct hf_addr addr_of(int v, unsigned network, unsigned host)
{
	struct hf_addr a = { { 0xfd, 0, 0, 9, 0, 0, 0, (uint8_t)network, 0, 0,
			       0, 0, 0, 0, 0, (uint8_t)host } };

	return v == 4 ? hf_ipv4(10, 9, (uint8_t)network, (uint8_t)host) : a;
}

#define US(v) addr_of(v, 0, 2)
#define PEER(v) addr_of(v, 0, 1)

/* ---- datagrams -------------------------------------------------------- */

static inline uint32_t header_of(int v)
{
	return v == 4 ? 20 : 40;
}

static inline void seal_ipv4(uint8_t *p)
{
	uint32_t len = (p[0] & 15u) * 4;

	put16(p + 10, 0);
	put16(p + 10, ~ones_sum(0, p, len) & 0xffff);
}

/* A header before `len` octets of payload. */
static inline void put_header(uint8_t *p, int v, struct hf_addr src,
			      struct hf_addr dst, uint8_t protocol,
			      uint32_t len)
{
	memset(p, 0, header_of(v));
	if (v == 4) {
		p[0] = 0x45;
		put16(p + 2, 20 + len);
		p[8] = 64;
		p[9] = protocol;
		memcpy(p + 12, src.octet + 12, 4);
		memcpy(p + 16, dst.octet + 12, 4);
		seal_ipv4(p);
		return;
	}
	p[0] = 0x60;
	put16(p + 4, len);
	p[6] = protocol;
	p[7] = 64;
	memcpy(p + 8, &src, 16);
	memcpy(p + 24, &dst, 16);
}

/* The pseudo header's sum of a datagram without options: RFC 8200 8.1. */
static inline uint32_t pseudo_sum(const uint8_t *p, uint8_t protocol,
				  uint32_t len)
{
	uint8_t tail[8] = { 0 };

	put32(tail, len);
	tail[7] = protocol;
	if (p[0] >> 4 == 4)
		return ones_sum(ones_sum(0, p + 12, 8), tail, 8);
	return ones_sum(ones_sum(0, p + 8, 32), tail, 8);
}

/* The sum over an ICMP message: 0xffff if its checksum is right. */
static inline uint32_t icmp_sum(const struct frame *d)
{
	int v = d->octet[0] >> 4;
	uint32_t header = header_of(v), len = d->len - header;
	uint32_t sum = v == 4 ? 0 : pseudo_sum(d->octet, 58, len);

	return ones_sum(sum, d->octet + header, len);
}

static inline uint8_t pattern(uint32_t i)
{
	return (uint8_t)(i * 31 + (i >> 8) * 7 + 5);
}

/* An echo request with `size` octets of data. */
static inline void make_echo(struct frame *d, int v, struct hf_addr src,
			     uint32_t size)
{
	uint8_t *p = d->octet + header_of(v);

	d->len = header_of(v) + 8 + size;
	put_header(d->octet, v, src, US(v), ICMP(v), 8 + size);
	p[0] = ECHO(v);
	p[1] = 0;
	put16(p + 2, 0);
	put32(p + 4, 0x12340007);
	for (uint32_t i = 0; i < size; i++)
		p[8 + i] = pattern(i);
	put16(p + 2, ~icmp_sum(d) & 0xffff);
}

/* The header of a UDP datagram, before octets that are there. */
static inline void put_udp(struct frame *d, int v)
{
	uint32_t header = header_of(v), len = d->len - header;
	uint8_t *p = d->octet + header;
	uint32_t sum;

	put16(p + 4, len);
	put16(p + 6, 0);
	sum = ones_sum(pseudo_sum(d->octet, UDP, len), p, len);
	put16(p + 6, sum == 0xffff ? sum : ~sum & 0xffff); /* RFC 768 */
}

/* Some other protocol's datagram. */
static inline void make_datagram(struct frame *d, int v, uint8_t protocol,
				 uint32_t size)
{
	d->len = header_of(v) + size;
	put_header(d->octet, v, PEER(v), US(v), protocol, size);
	for (uint32_t i = 0; i < size; i++)
		d->octet[header_of(v) + i] = pattern(i);
	if (protocol == UDP)
		put_udp(d, v);
}

static inline void set_tos(struct frame *d, uint8_t tos)
{
	if (d->octet[0] >> 4 == 4) {
		d->octet[1] = tos;
		seal_ipv4(d->octet);
		return;
	}
	d->octet[0] = (uint8_t)(0x60 | tos >> 4);
	d->octet[1] = (uint8_t)(tos << 4);
}

/* ---- fragments -------------------------------------------------------- */

/* What a fragment says, true or not. */
static inline void make_fragment(struct frame *f, const struct frame *whole,
				 uint32_t id, uint32_t offset, uint32_t len,
				 bool more)
{
	int v = whole->octet[0] >> 4;
	uint32_t header = header_of(v), before = v == 4 ? 0 : 8;
	uint8_t *p = f->octet;

	f->len = header + before + len;
	memcpy(p, whole->octet, header);
	memcpy(p + header + before, whole->octet + header + offset, len);
	if (v == 4) {
		put16(p + 2, f->len);
		put16(p + 4, id);
		put16(p + 6, (more ? 0x2000u : 0) | offset / 8);
		seal_ipv4(p);
		return;
	}
	put16(p + 4, before + len);
	p[40] = p[6];
	p[41] = 0;
	put16(p + 42, offset | more);
	put32(p + 44, id);
	p[6] = 44;
}

struct cut {
	uint32_t count;
	struct {
		uint32_t offset, len;
	} at[8200];
};

/* Cuts a payload into pieces of `size` octets, a multiple of 8. */
static inline void cut_payload(struct cut *c, const struct frame *whole,
			       uint32_t size)
{
	uint32_t len = whole->len - header_of(whole->octet[0] >> 4);

	c->count = 0;
	for (uint32_t at = 0; at < len; at += size) {
		c->at[c->count].offset = at;
		c->at[c->count++].len = len - at < size ? len - at : size;
	}
}

static inline void make_piece(struct frame *f, const struct frame *whole,
			      uint32_t id, const struct cut *c, uint32_t i)
{
	make_fragment(f, whole, id, c->at[i].offset, c->at[i].len,
		      i + 1 < c->count);
}

/* ---- the host --------------------------------------------------------- */

/* A multiplicative generator (Lehmer). */
static inline uint32_t dice(uint64_t *seed, uint32_t bound)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)((*seed >> 33) % bound);
}

static inline void world_config(struct world *w)
{
	*w = (struct world){ .size = (size_t)8 << 20,
			     .mtu = 1500,
			     .now = HF_SECOND };
	hf_config_default(&w->config, HF_PROFILE_LINUX);
	w->config.secret[0] = 42;
	w->config.icmp_per_second = 1000000;
}

/* With own addresses of both versions, and all others on the same link. */
static inline void world_start(struct world *w)
{
	const struct hf_addr any4 = hf_ipv4(0, 0, 0, 0), any6 = { { 0 } };
	struct hf_link link = { .mtu = w->mtu };

	w->block = aligned_alloc(4096, w->size);
	assert_non_null(w->block);
	memset(w->block, 0, w->size);
	assert_int_equal(
		hf_host_init(w->block, w->size, &w->config, w->now, &w->host),
		HF_OK);
	assert_int_equal(hf_link_add(w->host, &link, w->now, &w->link), HF_OK);
	assert_int_equal(hf_address_add(w->host, w->link, US(4), 24, w->now),
			 HF_OK);
	assert_int_equal(hf_address_add(w->host, w->link, US(6), 64, w->now),
			 HF_OK);
	assert_int_equal(hf_route_add(w->host, any4, 0, w->link, any6), HF_OK);
	assert_int_equal(hf_route_add(w->host, any6, 0, w->link, any6), HF_OK);
	hf_host_used(w->host, &w->before);
}

/* Nothing is left of what came. */
static inline void assert_nothing_held(struct world *w)
{
	struct hf_usage used;

	hf_host_used(w->host, &used);
	assert_int_equal(hf_host_check(w->host), 0);
	assert_int_equal(used.held, 0);
	assert_int_equal(used.replies, 0);
	for (int i = 0; i < HF_POOLS; i++)
		assert_int_equal(used.pool[i].used, w->before.pool[i].used);
}

static inline void world_end(struct world *w)
{
	assert_nothing_held(w);
	free(w->block);
}

/* The host takes a copy of exactly its length, and says what it did. */
static inline enum hf_drop in_on(struct world *w, uint32_t link,
				 const struct frame *f)
{
	uint8_t *copy = malloc(f->len != 0 ? f->len : 1);
	struct hf_frame frame = { .data = copy, .len = f->len };
	struct hf_report report;
	int line;

	assert_non_null(copy);
	memcpy(copy, f->octet, f->len);
	hf_input(w->host, link, &frame, 1, w->now, &report);
	free(copy);
	line = hf_host_check(w->host);
	assert_int_equal(line, 0);
	return (enum hf_drop)report.drop;
}

static inline enum hf_drop in(struct world *w, const struct frame *f)
{
	return in_on(w, w->link, f);
}

static inline bool out(struct world *w, struct frame *f)
{
	f->len = (uint32_t)hf_output(w->host, w->link, f->octet,
				     sizeof f->octet, w->now, NULL, NULL);
	assert_int_equal(hf_host_check(w->host), 0);
	assert_true(f->len <= w->mtu);
	if (f->len > 0 && f->octet[0] >> 4 == 4) {
		assert_int_equal(get16(f->octet + 2), f->len);
		assert_int_equal(ones_sum(0, f->octet, (f->octet[0] & 15u) * 4),
				 0xffff);
	} else if (f->len > 0) {
		assert_int_equal(get16(f->octet + 4) + 40, f->len);
	}
	return f->len > 0;
}

static inline bool is_silent(struct world *w)
{
	static struct frame f;

	return !out(w, &f);
}

static inline bool is_silent_on(struct world *w, uint32_t link)
{
	static uint8_t octets[DATAGRAM_MOST];

	return hf_output(w->host, link, octets, sizeof octets, w->now, NULL,
			 NULL) == 0;
}

static inline void wait_for(struct world *w, hf_time span)
{
	w->now += span;
	hf_advance(w->host, w->now, NULL);
	assert_int_equal(hf_host_check(w->host), 0);
}

static inline uint64_t drops(const struct world *w, enum hf_drop drop)
{
	return hf_drops(w->host, drop);
}

/*
 * What the host says next as one datagram: its fragments, which must come in
 * order and have one id, put together. Returns how many there were.
 */
static inline unsigned out_whole(struct world *w, struct frame *d)
{
	static struct frame f;
	uint32_t id = 0, end = 0;
	unsigned count = 0;
	bool more = true;

	d->len = 0;
	while (more && out(w, &f)) {
		int v = f.octet[0] >> 4;
		uint32_t header = header_of(v), field = 0, n, this_id = 0;
		uint8_t *p = f.octet;

		if (v == 4) {
			field = get16(p + 6);
			more = field & 0x2000;
			field = (field & 0x1fff) * 8;
			this_id = get16(p + 4);
		} else if (p[6] == 44) {
			field = get16(p + 42);
			more = field & 1;
			field &= 0xfff8;
			this_id = get32(p + 44);
			p[6] = p[40];
			memmove(p + 40, p + 48, f.len - 48);
			f.len -= 8;
		} else {
			more = false;
		}
		n = f.len - header;
		assert_int_equal(field, end);
		assert_true(count == 0 || this_id == id);
		assert_true(!more || (n > 0 && n % 8 == 0));
		id = this_id;
		if (count++ == 0)
			memcpy(d->octet, p, header);
		memcpy(d->octet + header + end, p + header, n);
		end += n;
		d->len = header + end;
	}
	assert_true(count == 0 || !more);
	return count;
}

/* The host gives back all `size` octets of an echo request. */
static inline unsigned expect_echo(struct world *w, int v, struct hf_addr to,
				   uint32_t size)
{
	static struct frame d;
	unsigned count = out_whole(w, &d);
	const uint8_t *p = d.octet + header_of(v);

	assert_int_equal(d.len, header_of(v) + 8 + size);
	if (v == 4)
		assert_memory_equal(d.octet + 16, to.octet + 12, 4);
	else
		assert_memory_equal(d.octet + 24, &to, 16);
	assert_int_equal(p[0], ECHO_REPLY(v));
	assert_int_equal(p[1], 0);
	assert_int_equal(get32(p + 4), 0x12340007);
	assert_int_equal(icmp_sum(&d), 0xffff);
	for (uint32_t i = 0; i < size; i++)
		if (p[8 + i] != pattern(i))
			assert_int_equal(p[8 + i], pattern(i));
	return count;
}

/* The host sends an ICMP error of this type, code and second word. */
static inline void expect_error(struct world *w, int type, int code,
				uint32_t value, const struct frame *about)
{
	static struct frame e;
	int v = about->octet[0] >> 4;
	uint32_t header = header_of(v);
	uint32_t most = (v == 4 ? 576u : 1280u) - header - 8;
	uint32_t quoted = about->len < most ? about->len : most;

	assert_true(out(w, &e));
	if (v == 4) {
		assert_int_equal(get16(e.octet + 6) & 0x3fff, 0);
		quoted = about->len < 548 ? about->len : 548;
	}
	assert_int_equal(e.octet[header], type);
	assert_int_equal(e.octet[header + 1], code);
	assert_int_equal(get32(e.octet + header + 4), value);
	assert_int_equal(icmp_sum(&e), 0xffff);
	assert_int_equal(e.len, header + 8 + quoted);
	assert_memory_equal(e.octet + header + 8, about->octet, quoted);
	assert_true(is_silent(w));
}

#endif
