/* SPDX-License-Identifier: MIT */
/*
 * Source routes that a program chooses: RFC 9293 3.9.2.1 (MUST-51, MUST-52);
 * and where datagrams with a route go first.
 */
#include "route_fixture.h"

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
		cmocka_unit_test(active_open_by_a_route),
		cmocka_unit_test(active_open_takes_no_route),
		cmocka_unit_test(hops_that_cannot_be),
		cmocka_unit_test(first_gateway_decides_the_link),
		cmocka_unit_test(only_way_is_the_route),
		cmocka_unit_test(gateway_is_the_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
