/* SPDX-License-Identifier: MIT */
/*
 * Source routes of TCP connections: RFC 9293 3.9.2.1 (MUST-50 to MUST-53,
 * SHLD-24), RFC 1122 3.2.1.8 (c), RFC 7126 4.3 and 4.4. The peer is a few
 * lines here; each segment that the host sends is taken apart.
 */
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
static uint32_t put_completed(uint8_t *to, const struct route *r)
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
static void insert_options(const uint8_t *options, uint32_t len)
{
	memmove(f.octet + 20 + len, f.octet + 20, f.len - 20);
	memcpy(f.octet + 20, options, len);
	f.len += len;
	f.octet[0] = (uint8_t)(0x45 + len / 4);
	put16(f.octet + 2, f.len);
	seal_ipv4(f.octet);
}

static void make_segment(uint8_t flags, uint32_t seq, uint32_t ack,
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

static enum hf_drop in_by(struct world *w, const struct route *r, uint8_t flags,
			  uint32_t seq, uint32_t ack, uint32_t text_len)
{
	uint8_t options[48];

	make_segment(flags, seq, ack, text_len);
	insert_options(options, put_completed(options, r));
	return in(w, &f);
}

static uint8_t last_octet(const uint8_t *addr)
{
	return addr[3] > 100 ? (uint8_t)(addr[3] - 100) : addr[3];
}

static void read_route(struct route *r, const uint8_t *options, uint32_t len)
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
static bool out_segment(struct world *w, uint32_t link, struct segment *s)
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
static void assert_by(const struct segment *s, uint8_t type, unsigned count,
		      const uint8_t *hops)
{
	assert_int_equal(s->dst, count != 0 ? hops[0] : 1);
	assert_int_equal(s->route.type, count != 0 ? type : 0);
	assert_int_equal(s->route.count, count);
	for (unsigned i = 1; i < count; i++)
		assert_int_equal(s->route.hop[i - 1], hops[i]);
	if (count != 0)
		assert_int_equal(s->route.hop[count - 1], 1);
}

static void out_by(struct world *w, struct segment *s, uint8_t flags,
		   uint8_t type, unsigned count, const uint8_t *hops)
{
	assert_true(out_segment(w, w->link, s));
	assert_int_equal(s->flags & (SYN | ACK | RST | FIN), flags);
	assert_by(s, type, count, hops);
}

/* ---- the host --------------------------------------------------------- */

static struct hf_handle start(struct world *w, uint32_t routes)
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
static void end(struct world *w, struct hf_handle listener)
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
static uint32_t establish(struct world *w, struct hf_handle listener,
			  const struct route *r, struct hf_handle *connection)
{
	struct segment s;

	assert_int_equal(in_by(w, r, SYN, 1000, 0, 0), HF_ACCEPTED);
	assert_true(out_segment(w, w->link, &s));
	assert_int_equal(s.flags, SYN | ACK);
	assert_int_equal(in_by(w, r, ACK, 1001, s.seq + 1, 0), HF_ACCEPTED);
	assert_int_equal(hf_accept(w->host, listener, connection), HF_OK);
	return s.seq;
}

static uint32_t routes_used(struct world *w)
{
	struct hf_usage used;

	hf_host_used(w->host, &used);
	return used.pool[HF_POOL_SOURCE_ROUTE].used;
}

/* ---- refused ---------------------------------------------------------- */

/* RFC 7126: unless configured, whatever is in the datagram. */
static void refused_by_default(void **state)
{
	static const struct route loose = { LOOSE, 2, { 1, 2 } };
	static const struct route strict = { STRICT, 1, { 1 } };
	static const struct route empty = { LOOSE, 0, { 0 } };
	struct hf_handle listener;
	uint8_t options[48];
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 0);
	assert_int_equal(in_by(&w, &loose, SYN, 1000, 0, 0),
			 HF_DROP_SOURCE_ROUTE);
	assert_int_equal(in_by(&w, &strict, SYN, 1000, 0, 0),
			 HF_DROP_SOURCE_ROUTE);
	make_echo(&f, 4, PEER(4), 100);
	insert_options(options, put_completed(options, &loose));
	assert_int_equal(in(&w, &f), HF_DROP_SOURCE_ROUTE);
	assert_false(out_segment(&w, w.link, &s));
	/* One without any hop leads nowhere else. */
	assert_int_equal(in_by(&w, &empty, SYN, 1000, 0, 0), HF_ACCEPTED);
	out_by(&w, &s, SYN | ACK, 0, 0, NULL);
	end(&w, listener);
}

/* RFC 1122 3.2.1.8 (c): not at its end, or more than one. */
static void refused_although_configured(void **state)
{
	static const uint8_t options[][16] = {
		{ 1, LOOSE, 7, 4, 10, 9, 0, 101 }, /* we are a gateway */
		{ 1, LOOSE, 7, 8, 10, 9, 0, 101, 1, STRICT, 7, 8, 10, 9, 0,
		  102 },
		{ 1, LOOSE, 7, 8, 224, 0, 0, 1 }, /* no gateway */
		{ 1, LOOSE, 6, 8, 10, 9, 0, 0 },
	};
	struct hf_handle listener;
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 4);
	for (unsigned i = 0; i < sizeof options / sizeof *options; i++) {
		make_segment(SYN, 1000, 0, 0);
		insert_options(options[i], options[i][8] != 0 ? 16 : 8);
		assert_int_equal(in(&w, &f), HF_DROP_SOURCE_ROUTE);
		assert_false(out_segment(&w, w.link, &s));
	}
	end(&w, listener);
}

/* MUST-50: options that are not understood are passed over. */
static void unknown_options_are_ignored(void **state)
{
	static const uint8_t options[12] = { 7, 7,   4, 0, 0, 0,
					     0, 148, 4, 0, 0, 0 };
	struct hf_handle listener;
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 0);
	make_segment(SYN, 1000, 0, 0);
	insert_options(options, 12);
	assert_int_equal(in(&w, &f), HF_ACCEPTED);
	out_by(&w, &s, SYN | ACK, 0, 0, NULL);
	end(&w, listener);
}

/* ---- the way back ------------------------------------------------------ */

/* MUST-53: all segments, from the SYN-ACK on, again and again. */
static void passive_open_answers_by_the_route(void **state)
{
	static const struct route route[] = {
		{ LOOSE, 2, { 1, 2 } },
		{ STRICT, 3, { 1, 2, 3 } },
		{ LOOSE, 1, { 7 } },
		{ LOOSE, 8, { 1, 2, 3, 4, 5, 6, 7, 8 } },
	};
	struct hf_handle listener, connection;
	static uint8_t text[20000];
	struct hf_status status;
	struct segment s;
	struct world w;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < sizeof route / sizeof *route; i++) {
		const struct route *r = &route[i];
		uint32_t room = 1460 - 4 - 4 * r->count, iss;
		uint8_t back[8];

		for (unsigned j = 0; j < r->count; j++)
			back[j] = r->hop[r->count - 1 - j];
		listener = start(&w, 4);
		assert_int_equal(in_by(&w, r, SYN, 1000, 0, 0), HF_ACCEPTED);
		out_by(&w, &s, SYN | ACK, r->type, r->count, back);
		wait_for(&w, HF_SECOND); /* lost: again, the same way */
		out_by(&w, &s, SYN | ACK, r->type, r->count, back);
		iss = s.seq;
		assert_int_equal(routes_used(&w), 1);
		/* The ACK may come without: what was saved is used. */
		assert_int_equal(
			in_by(&w, i & 1 ? &none : r, ACK, 1001, iss + 1, 0),
			HF_ACCEPTED);
		assert_int_equal(hf_accept(w.host, listener, &connection),
				 HF_OK);
		hf_status(w.host, connection, &status);
		assert_int_equal(status.mss, room);
		hf_send(w.host, connection, text, sizeof text, &n);
		/* MUST-16: what the options take, text cannot have. */
		out_by(&w, &s, ACK, r->type, r->count, back);
		assert_int_equal(s.text_len, room);
		assert_int_equal(f.len, 1500);
		while (out_segment(&w, w.link, &s))
			assert_by(&s, r->type, r->count, back);
		assert_int_equal(in_by(&w, &none, ACK, 1001, iss + 1, 10),
				 HF_ACCEPTED);
		wait_for(&w, HF_SECOND); /* ACK, and retransmission */
		assert_true(out_segment(&w, w.link, &s));
		assert_by(&s, r->type, r->count, back);
		while (out_segment(&w, w.link, &s))
			assert_by(&s, r->type, r->count, back);
		hf_abort(w.host, connection, w.now);
		assert_int_equal(routes_used(&w), 0);
		end(&w, listener);
	}
}

/* SHLD-24, by a segment that counts; and the list of its link goes along. */
static void later_route_overrides(void **state)
{
	static const struct route first = { LOOSE, 2, { 1, 2 } };
	static const struct route second = { LOOSE, 1, { 5 } };
	static const uint8_t back[2] = { 2, 1 }, other[1] = { 5 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;
	uint32_t iss;
	size_t n;

	(void)state;
	listener = start(&w, 4);
	iss = establish(&w, listener, &first, &connection);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 2, back);
	/* outside the window; an ACK of what was never sent */
	assert_int_equal(in_by(&w, &second, ACK, 1000 + 200000, iss + 6, 0),
			 HF_DROP_SEQUENCE);
	assert_int_equal(in_by(&w, &second, ACK, 1001, iss + 600, 0),
			 HF_DROP_ACK);
	out_by(&w, &s, ACK, LOOSE, 2, back);
	/* acceptable */
	assert_int_equal(in_by(&w, &second, ACK, 1001, iss + 6, 10),
			 HF_ACCEPTED);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 1, other);
	assert_int_equal(routes_used(&w), 1);
	/* without one the last one stays */
	assert_int_equal(in_by(&w, &none, ACK, 1011, iss + 11, 0), HF_ACCEPTED);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 1, other);
	hf_abort(w.host, connection, w.now);
	end(&w, listener);
}

/* One that began without may get one: "a packet arrives", MUST-53. */
static void route_may_come_late(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	static const uint8_t back[1] = { 5 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;
	uint32_t iss;
	size_t n;

	(void)state;
	listener = start(&w, 1);
	iss = establish(&w, listener, &none, &connection);
	assert_int_equal(routes_used(&w), 0);
	assert_int_equal(in_by(&w, &route, ACK, 1001, iss + 1, 1), HF_ACCEPTED);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 1, back);
	hf_abort(w.host, connection, w.now);
	end(&w, listener);
}

/* A SYN from another port by gateway 6. */
static enum hf_drop in_other(struct world *w)
{
	static const uint8_t options[8] = { 1, LOOSE, 7, 8, 10, 9, 0, 106 };

	make_segment(SYN, 5000, 0, 0);
	f.octet[21]++;
	f.octet[37]--; /* so that the sum is right again */
	insert_options(options, 8);
	return in(w, &f);
}

/* A SYN whose way back cannot be remembered is not answered by another. */
static void no_room_for_another_route(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	static const uint8_t back[1] = { 6 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 1);
	establish(&w, listener, &route, &connection);
	assert_int_equal(in_other(&w), HF_DROP_NO_MEMORY);
	assert_false(out_segment(&w, w.link, &s));
	hf_abort(w.host, connection, w.now);
	assert_true(out_segment(&w, w.link, &s)); /* the reset */
	assert_by(&s, 0, 0, NULL);
	assert_int_equal(in_other(&w), HF_ACCEPTED);
	out_by(&w, &s, SYN | ACK, LOOSE, 1, back);
	end(&w, listener);
}

/* One of several ends, and the others go on by their own. */
static void routes_of_several(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	static const uint8_t other[1] = { 6 };
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;
	size_t n;

	(void)state;
	for (int first_ends = 0; first_ends < 2; first_ends++) {
		listener = start(&w, 2);
		establish(&w, listener, &route, &connection);
		assert_int_equal(in_other(&w), HF_ACCEPTED);
		out_by(&w, &s, SYN | ACK, LOOSE, 1, other);
		assert_int_equal(routes_used(&w), 2);
		if (first_ends) {
			hf_abort(w.host, connection, w.now);
			assert_true(out_segment(&w, w.link, &s));
			assert_int_equal(s.flags & RST, RST);
			wait_for(&w, HF_SECOND); /* the SYN-ACK, again */
			out_by(&w, &s, SYN | ACK, LOOSE, 1, other);
		} else {
			make_segment(RST, 5001, 0, 0);
			f.octet[21]++; /* as in_other() does */
			f.octet[37]--;
			assert_int_equal(in(&w, &f), HF_ACCEPTED);
			hf_send(w.host, connection, "hello", 5, &n);
			out_by(&w, &s, ACK, LOOSE, 1, route.hop);
			hf_abort(w.host, connection, w.now);
		}
		assert_int_equal(routes_used(&w), first_ends);
		end(&w, listener);
	}
}

/* Each way that a half-open connection or a connection can end. */
static void route_ends_with_its_connection(void **state)
{
	static const struct route route = { LOOSE, 1, { 5 } };
	struct hf_handle listener, connection;
	struct hf_status status;
	struct segment s;
	struct world w;
	uint32_t iss;

	(void)state;
	listener = start(&w, 1);
	/* half-open: reset */
	in_by(&w, &route, SYN, 1000, 0, 0);
	assert_true(out_segment(&w, w.link, &s));
	in_by(&w, &route, RST, 1001, 0, 0);
	assert_int_equal(routes_used(&w), 0);
	/* half-open: never answered */
	in_by(&w, &route, SYN, 1000, 0, 0);
	for (int i = 0; i < 200; i++) {
		out_segment(&w, w.link, &s);
		wait_for(&w, HF_SECOND);
	}
	assert_int_equal(routes_used(&w), 0);
	/* reset while the program has it */
	iss = establish(&w, listener, &route, &connection);
	in_by(&w, &route, RST, 1001, iss + 1, 0);
	assert_int_equal(routes_used(&w), 0);
	assert_int_equal(hf_status(w.host, connection, &status), HF_OK);
	hf_close(w.host, connection, w.now);
	/* TIME_WAIT: its ACKs go straight */
	iss = establish(&w, listener, &route, &connection);
	hf_close(w.host, connection, w.now);
	assert_true(out_segment(&w, w.link, &s));
	assert_int_equal(s.flags & FIN, FIN);
	in_by(&w, &route, ACK | FIN, 1001, iss + 2, 0);
	assert_true(out_segment(&w, w.link, &s));
	assert_by(&s, LOOSE, 1, route.hop);
	assert_int_equal(routes_used(&w), 0);
	in_by(&w, &route, ACK | FIN, 1001, iss + 2, 0);
	assert_true(out_segment(&w, w.link, &s));
	assert_by(&s, 0, 0, NULL);
	wait_for(&w, 61 * HF_SECOND);
	/* with the listener */
	in_by(&w, &route, SYN, 1000, 0, 0);
	end(&w, listener);
}

/* ---- the program's own ------------------------------------------------- */

static struct hf_open open_by(const struct hf_addr *hops, unsigned count)
{
	return (struct hf_open){
		.remote = PEER(4),
		.remote_port = PEER_PORT,
		.local_port = 7,
		.reuse = true,
		.hops = hops,
		.hop_count = count,
	};
}

/* MUST-51; MUST-52: what arrives does not change it. */
static void active_open_by_a_route(void **state)
{
	const struct hf_addr hops[3] = { GATEWAY(3), GATEWAY(4), GATEWAY(5) };
	static const struct route answer = { LOOSE, 2, { 8, 9 } };
	static const uint8_t way[3] = { 3, 4, 5 };
	struct hf_open options = open_by(hops, 3);
	struct hf_handle listener, connection, another;
	struct segment s;
	struct world w;
	size_t n;

	(void)state;
	listener = start(&w, 1);
	assert_int_equal(hf_open(w.host, &options, w.now, &connection), HF_OK);
	out_by(&w, &s, SYN, LOOSE, 3, way);
	wait_for(&w, 2 * HF_SECOND);
	out_by(&w, &s, SYN, LOOSE, 3, way);
	assert_int_equal(in_by(&w, &answer, SYN | ACK, 1000, s.seq + 1, 0),
			 HF_ACCEPTED);
	out_by(&w, &s, ACK, LOOSE, 3, way);
	assert_int_equal(in_by(&w, &answer, ACK, 1001, s.seq, 5), HF_ACCEPTED);
	hf_send(w.host, connection, "hello", 5, &n);
	out_by(&w, &s, ACK, LOOSE, 3, way);
	assert_int_equal(s.text_len, 5);
	hf_shutdown(w.host, connection);
	out_by(&w, &s, ACK | FIN, LOOSE, 3, way);
	/* Another finds no room, and leaves nothing behind. */
	options.local_port = 8;
	assert_int_equal(hf_open(w.host, &options, w.now, &another),
			 HF_ERR_LIMIT);
	assert_int_equal(routes_used(&w), 1);
	in_by(&w, &none, RST, 1006, 0, 0);
	assert_int_equal(routes_used(&w), 0);
	assert_int_equal(hf_open(w.host, &options, w.now, &another), HF_OK);
	hf_abort(w.host, another, w.now);
	hf_close(w.host, connection, w.now);
	end(&w, listener);
}

/* Who opens without a route goes without one: MUST-53 is of passive opens. */
static void active_open_takes_no_route(void **state)
{
	static const struct route answer = { LOOSE, 2, { 8, 9 } };
	struct hf_open options = open_by(NULL, 0);
	struct hf_handle listener, connection;
	struct segment s;
	struct world w;

	(void)state;
	listener = start(&w, 1);
	assert_int_equal(hf_open(w.host, &options, w.now, &connection), HF_OK);
	out_by(&w, &s, SYN, 0, 0, NULL);
	assert_int_equal(in_by(&w, &answer, SYN | ACK, 1000, s.seq + 1, 0),
			 HF_ACCEPTED);
	out_by(&w, &s, ACK, 0, 0, NULL);
	assert_int_equal(routes_used(&w), 0);
	hf_abort(w.host, connection, w.now);
	end(&w, listener);
}

static void hops_that_cannot_be(void **state)
{
	const struct hf_addr bad[] = {
		hf_ipv4(224, 0, 0, 1),
		hf_ipv4(10, 9, 0, 255),
		hf_ipv4(0, 0, 0, 0),
		hf_ipv4(127, 0, 0, 1),
		hf_ipv4(255, 255, 255, 255),
		US(4),
		PEER(6),
		{ { 0 } },
	};
	struct hf_addr hops[10];
	struct hf_open options = open_by(hops, 10);
	struct hf_handle listener, connection;
	struct world w;

	(void)state;
	listener = start(&w, 4);
	for (int i = 0; i < 10; i++)
		hops[i] = GATEWAY(i);
	assert_int_equal(hf_open(w.host, &options, w.now, &connection),
			 HF_ERR_ARGUMENT);
	options.hop_count = 9;
	options.remote = PEER(6);
	assert_int_equal(hf_open(w.host, &options, w.now, &connection),
			 HF_ERR_ARGUMENT);
	options = open_by(NULL, 1);
	assert_int_equal(hf_open(w.host, &options, w.now, &connection),
			 HF_ERR_ARGUMENT);
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		options = open_by(hops, 3);
		hops[i % 3] = bad[i];
		assert_int_equal(hf_open(w.host, &options, w.now, &connection),
				 HF_ERR_ARGUMENT);
		hops[i % 3] = GATEWAY(i % 3);
	}
	end(&w, listener);
}

/* ---- several links ------------------------------------------------------ */

/* It is the first gateway that decides by which link it goes. */
static void first_gateway_decides_the_link(void **state)
{
	const struct hf_addr far[1] = { hf_ipv4(10, 8, 0, 101) };
	static const struct route route = { LOOSE, 1, { 5 } };
	struct hf_open options = open_by(far, 1);
	struct hf_link link = { .mtu = 600 };
	struct hf_handle listener, connection;
	uint8_t by[8] = { 1, LOOSE, 7, 8, 10, 8, 0, 101 };
	uint32_t other, iss;
	struct segment s;
	struct world w;
	size_t n;

	(void)state;
	listener = start(&w, 2);
	assert_int_equal(hf_link_add(w.host, &link, w.now, &other), HF_OK);
	assert_int_equal(
		hf_address_add(w.host, other, hf_ipv4(10, 8, 0, 2), 24, w.now),
		HF_OK);
	w.before.pool[HF_POOL_ADDRESS].used++;
	/* active */
	assert_int_equal(hf_open(w.host, &options, w.now, &connection), HF_OK);
	assert_false(out_segment(&w, w.link, &s));
	f.len = (uint32_t)hf_output(w.host, other, f.octet, sizeof f.octet,
				    w.now, NULL, NULL);
	assert_true(f.len > 0);
	assert_memory_equal(f.octet + 12, "\x0a\x08\x00\x02", 4);
	assert_memory_equal(f.octet + 16, "\x0a\x08\x00\x65", 4);
	hf_abort(w.host, connection, w.now);
	/* passive: the SYN-ACK, and all after it */
	make_segment(SYN, 1000, 0, 0);
	insert_options(by, 8);
	assert_int_equal(in(&w, &f), HF_ACCEPTED);
	assert_false(out_segment(&w, w.link, &s));
	assert_true(out_segment(&w, other, &s));
	iss = s.seq;
	assert_int_equal(in_by(&w, &none, ACK, 1001, iss + 1, 0), HF_ACCEPTED);
	assert_int_equal(hf_accept(w.host, listener, &connection), HF_OK);
	for (int i = 0; i < 8; i++)
		hf_send(w.host, connection, f.octet, 500, &n);
	assert_true(out_segment(&w, other, &s));
	assert_int_equal(f.len, 600);
	assert_false(out_segment(&w, w.link, &s));
	/* with another route it changes over, though it has more to say */
	assert_int_equal(in_by(&w, &route, ACK, 1001, iss + 1 + s.text_len, 0),
			 HF_ACCEPTED);
	assert_false(out_segment(&w, other, &s));
	assert_true(out_segment(&w, w.link, &s));
	assert_by(&s, LOOSE, 1, route.hop);
	hf_abort(w.host, connection, w.now);
	end(&w, listener);
}

/* There is no route to the peer but the one that it has told. */
static void only_way_is_the_route(void **state)
{
	static const uint8_t options[8] = { 1, LOOSE, 7, 8, 10, 9, 0, 101 };
	struct hf_listen listen = { .port = 7 };
	struct hf_link link = { .mtu = 1500 };
	struct hf_handle listener, connection;
	struct world w;

	(void)state;
	world_config(&w);
	w.config.source_routes = 1;
	w.block = aligned_alloc(4096, w.size);
	assert_non_null(w.block);
	memset(w.block, 0, w.size);
	assert_int_equal(
		hf_host_init(w.block, w.size, &w.config, w.now, &w.host),
		HF_OK);
	hf_link_add(w.host, &link, w.now, &w.link);
	hf_address_add(w.host, w.link, US(4), 24, w.now);
	assert_int_equal(hf_listen(w.host, &listen, &listener), HF_OK);
	for (int by_route = 0; by_route < 2; by_route++) {
		make_segment(SYN, 1000, 0, 0);
		memcpy(f.octet + 12, "\xc0\x00\x02\x01", 4);
		put16(f.octet + 36, 0);
		put16(f.octet + 36, ~ones_sum(pseudo_sum(f.octet, TCP, 24),
					      f.octet + 20, 24) &
					    0xffff);
		insert_options(options, by_route ? 8 : 0);
		assert_int_equal(in(&w, &f),
				 by_route ? HF_ACCEPTED : HF_DROP_SOURCE);
	}
	assert_true(out(&w, &f));
	assert_memory_equal(f.octet + 16, "\x0a\x09\x00\x65", 4);
	assert_memory_equal(f.octet + 24, "\xc0\x00\x02\x01", 4);
	assert_int_equal(hf_accept(w.host, listener, &connection),
			 HF_ERR_WOULD_BLOCK);
	hf_close(w.host, listener, w.now);
	free(w.block);
}

/* On Ethernet it is the gateway whose MAC is asked for. */
static void gateway_is_the_neighbour(void **state)
{
	const struct hf_addr hops[2] = { GATEWAY(3), GATEWAY(4) };
	const struct hf_addr self = hf_ipv4(10, 7, 0, 2);
	struct hf_addr prefix = hf_ipv4(10, 7, 0, 0), any = { { 0 } };
	struct hf_link link = { .mtu = 1500,
				.kind = HF_LINK_ETHERNET,
				.mac = { { 2, 0, 0, 0, 0, 2 } } };
	struct hf_open options = open_by(hops, 2);
	const struct hf_addr near[2] = { hf_ipv4(10, 7, 0, 9), hops[1] };
	struct hf_handle connection;
	bool is_asked = false;
	uint32_t ethernet;
	struct world w;

	(void)state;
	world_config(&w);
	w.config.source_routes = 1;
	w.config.arp_probes = w.config.dad_transmits = 0;
	world_start(&w);
	assert_int_equal(hf_link_add(w.host, &link, w.now, &ethernet), HF_OK);
	assert_int_equal(hf_address_add(w.host, ethernet, self, 24, w.now),
			 HF_OK);
	assert_int_equal(hf_route_add(w.host, prefix, 24, ethernet, any),
			 HF_OK);
	options.hops = near;
	assert_int_equal(hf_open(w.host, &options, w.now, &connection), HF_OK);
	while ((f.len = (uint32_t)hf_output(w.host, ethernet, f.octet,
					    sizeof f.octet, w.now, NULL,
					    NULL)) > 0) {
		bool is_arp = get16(f.octet + 12) == 0x0806;

		assert_int_not_equal(get16(f.octet + 12), 0x0800);
		is_asked |= is_arp && get32(f.octet + 38) == 0x0a070009;
	}
	assert_true(is_asked);
	hf_abort(w.host, connection, w.now);
	assert_int_equal(hf_host_check(w.host), 0);
	free(w.block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_by_default),
		cmocka_unit_test(refused_although_configured),
		cmocka_unit_test(unknown_options_are_ignored),
		cmocka_unit_test(passive_open_answers_by_the_route),
		cmocka_unit_test(later_route_overrides),
		cmocka_unit_test(route_may_come_late),
		cmocka_unit_test(no_room_for_another_route),
		cmocka_unit_test(routes_of_several),
		cmocka_unit_test(route_ends_with_its_connection),
		cmocka_unit_test(active_open_by_a_route),
		cmocka_unit_test(active_open_takes_no_route),
		cmocka_unit_test(hops_that_cannot_be),
		cmocka_unit_test(first_gateway_decides_the_link),
		cmocka_unit_test(only_way_is_the_route),
		cmocka_unit_test(gateway_is_the_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
