/* SPDX-License-Identifier: MIT */
/*
 * What a host says by ICMP, and about what it does not: RFC 1122 3.2.2,
 * RFC 4443 2.4, 3 and 4.2; of echoes, what waits to be sent.
 */
#include "fragment_fixture.h"

static struct frame whole, piece, e;
static struct cut cut;

/* ---- protocols that are not spoken ------------------------------------ */

static void unserved_protocols(void **state)
{
	struct world w;

	(void)state;
	for (unsigned served = 0; served <= HF_UNSERVED_SILENCE; served++) {
		world_config(&w);
		w.config.unserved = (uint8_t)served;
		world_start(&w);
		for (int v = 4; v <= 6; v += 2) {
			bool is_port = served == HF_UNSERVED_PORT;

			make_datagram(&whole, v, UDP, 100);
			assert_int_equal(in(&w, &whole), HF_DROP_NOT_OURS);
			if (served == HF_UNSERVED_SILENCE)
				assert_true(is_silent(&w));
			else if (v == 4)
				expect_error(&w, 3, is_port ? 3 : 2, 0, &whole);
			else
				expect_error(&w, is_port ? 1 : 4,
					     is_port ? 4 : 1, is_port ? 0 : 6,
					     &whole);
			make_datagram(&whole, v, 132, 1000);
			assert_int_equal(in(&w, &whole), HF_DROP_NOT_OURS);
			if (served == HF_UNSERVED_SILENCE)
				assert_true(is_silent(&w));
			else if (v == 4)
				expect_error(&w, 3, 2, 0, &whole);
			else
				expect_error(&w, 4, 1, 6, &whole);
		}
		world_end(&w);
	}
}

/* The pointer is to what named the protocol: RFC 4443 3.4. */
static void pointer_past_extension_headers(void **state)
{
	static const uint8_t header[8] = { 132, 0, 1, 4, 0, 0, 0, 0 };
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_datagram(&whole, 6, 60, 100);
	memcpy(whole.octet + 40, header, 8);
	assert_int_equal(in(&w, &whole), HF_DROP_NOT_OURS);
	expect_error(&w, 4, 1, 40, &whole);
	world_end(&w);
}

/* RFC 8200 4.7: there is nothing that could be refused. */
static void no_next_header_is_no_fault(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_datagram(&whole, 6, 59, 0);
	assert_int_equal(in(&w, &whole), HF_DROP_NOT_OURS);
	assert_true(is_silent(&w));
	world_end(&w);
}

/* A datagram that came in fragments is quoted as it would have been whole. */
static void refused_after_reassembly(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		make_datagram(&whole, v, UDP, 4000);
		cut_payload(&cut, &whole, 1448);
		for (uint32_t i = 0; i < cut.count; i++) {
			make_piece(&piece, &whole, 5, &cut, i);
			in(&w, &piece);
		}
		if (v == 4) {
			put16(whole.octet + 4, 5);
			seal_ipv4(whole.octet);
		}
		expect_error(&w, v == 4 ? 3 : 1, v == 4 ? 3 : 4, 0, &whole);
	}
	world_end(&w);
}

/* ---- about what nothing is said --------------------------------------- */

/* The source of an otherwise innocent UDP datagram. */
static void from_nobody(void **state)
{
	static const uint8_t ipv4[][4] = {
		{ 0, 0, 0, 0 },	  { 255, 255, 255, 255 }, { 10, 9, 0, 255 },
		{ 224, 0, 0, 1 }, { 240, 0, 0, 1 },	  { 0, 0, 0, 9 },
	};
	struct hf_addr multicast = { { 0xff, 2, [15] = 1 } }, zero = { { 0 } };
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (unsigned i = 0; i < sizeof ipv4 / sizeof *ipv4; i++) {
		make_datagram(&whole, 4, UDP, 100);
		memcpy(whole.octet + 12, ipv4[i], 4);
		seal_ipv4(whole.octet);
		assert_int_equal(in(&w, &whole), HF_DROP_SOURCE);
		assert_true(is_silent(&w));
	}
	make_datagram(&whole, 6, UDP, 100);
	memcpy(whole.octet + 8, &multicast, 16);
	assert_int_equal(in(&w, &whole), HF_DROP_SOURCE);
	memcpy(whole.octet + 8, &zero, 16);
	assert_int_equal(in(&w, &whole), HF_DROP_SOURCE);
	assert_true(is_silent(&w));
	world_end(&w);
}

/* ICMP errors, and messages that may be such. */
static void no_error_about_errors(void **state)
{
	/* A destination option that must be told of: RFC 8200 4.2. */
	static const uint8_t option[8] = { 58, 0, 0x9e, 4, 0, 0, 0, 0 };
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int type = 0; type < 256; type++) {
		make_echo(&whole, 4, PEER(4), 100);
		whole.octet[20] = (uint8_t)type;
		/* an option whose length lies: RFC 1122 3.2.2.5 */
		memmove(whole.octet + 24, whole.octet + 20, 108);
		memcpy(whole.octet + 20, "\x07\x09\x04\x00", 4);
		whole.octet[0] = 0x46;
		whole.len += 4;
		put16(whole.octet + 2, whole.len);
		seal_ipv4(whole.octet);
		assert_int_equal(in(&w, &whole), HF_DROP_IP_OPTION);
		if (type == 8 || type == 0)
			expect_error(&w, 12, 0, 21u << 24, &whole);
		assert_true(is_silent(&w));
	}
	make_datagram(&whole, 6, 60, 100);
	memcpy(whole.octet + 40, option, 8);
	assert_int_equal(in(&w, &whole), HF_DROP_IP_OPTION);
	expect_error(&w, 4, 2, 42, &whole);
	world_end(&w);
}

/* RFC 1122 3.2.2: of an IPv4 datagram only the first fragment. */
static void no_error_about_later_fragments(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (uint32_t offset = 0; offset <= 80; offset += 80) {
		make_datagram(&whole, 4, UDP, 400);
		make_fragment(&e, &whole, 5, offset, 80, true);
		memcpy(piece.octet, e.octet, 20);
		memcpy(piece.octet + 20, "\x07\x09\x04\x00", 4);
		memcpy(piece.octet + 24, e.octet + 20, 80);
		piece.octet[0] = 0x46;
		piece.len = e.len + 4;
		put16(piece.octet + 2, piece.len);
		seal_ipv4(piece.octet);
		assert_int_equal(in(&w, &piece), HF_DROP_IP_OPTION);
		if (offset == 0)
			expect_error(&w, 12, 0, 21u << 24, &piece);
		assert_true(is_silent(&w));
	}
	world_end(&w);
}

/* RFC 1812 4.3.2.8, RFC 4443 2.4 (f). */
static void errors_are_limited(void **state)
{
	unsigned told = 0;
	struct world w;

	(void)state;
	world_config(&w);
	w.config.icmp_per_second = 10;
	world_start(&w);
	make_datagram(&whole, 4, UDP, 100);
	for (int i = 0; i < 1000; i++) {
		in(&w, &whole);
		told += out(&w, &e);
	}
	assert_int_equal(told, 10);
	wait_for(&w, HF_SECOND);
	in(&w, &whole);
	assert_true(out(&w, &e));
	world_end(&w);
}

/* ---- echoes that wait -------------------------------------------------- */

/* What waits is held; what does not fit is not answered; nothing is lost. */
static void waiting_echoes_are_limited(void **state)
{
	struct hf_usage used;
	unsigned taken, given;
	struct world w;

	(void)state;
	for (int v = 4; v <= 6; v += 2) {
		world_config(&w);
		w.mtu = 9000;
		w.config.held = 100000;
		world_start(&w);
		make_echo(&whole, v, PEER(v), 8000);
		for (taken = 0; in(&w, &whole) == HF_ACCEPTED; taken++) {
			hf_host_used(w.host, &used);
			assert_true(used.held <= w.config.held);
		}
		assert_int_equal(taken, 12); /* two pages each */
		assert_int_equal(drops(&w, HF_DROP_NO_MEMORY), 1);
		for (given = 0; given < taken; given++)
			expect_echo(&w, v, PEER(v), 8000);
		assert_true(is_silent(&w));
		assert_int_equal(in(&w, &whole), HF_ACCEPTED);
		expect_echo(&w, v, PEER(v), 8000);
		world_end(&w);
	}
}

/* Between the fragments of an answer its memory is given back. */
static void answer_gives_back_as_it_goes(void **state)
{
	struct hf_usage used;
	uint32_t before = UINT32_MAX;
	unsigned steps = 0;
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_echo(&whole, 4, PEER(4), 60000);
	cut_payload(&cut, &whole, 1480);
	for (uint32_t i = 0; i < cut.count; i++) {
		make_piece(&piece, &whole, 5, &cut, i);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	}
	while (out(&w, &e)) {
		hf_host_used(w.host, &used);
		assert_true(used.held <= before);
		steps += used.held < before;
		before = used.held;
	}
	assert_true(steps > 10);
	world_end(&w);
}

/* RFC 7739: who sees one does not know the next. */
static void ids_do_not_tell_the_next(void **state)
{
	uint32_t last = 0, near = 0, same = 0;
	struct world w;

	(void)state;
	for (int v = 4; v <= 6; v += 2) {
		world_config(&w);
		world_start(&w);
		make_echo(&whole, v, PEER(v), 3000);
		cut_payload(&cut, &whole, 1448);
		for (int i = 0; i < 200; i++) {
			uint32_t id = 0;

			for (uint32_t j = 0; j < cut.count; j++) {
				make_piece(&piece, &whole, 5, &cut, j);
				in(&w, &piece);
			}
			while (out(&w, &e))
				id = v == 4 ? get16(e.octet + 4)
					    : get32(e.octet + 44);
			near += id - last + 100 < 200;
			same += id == last;
			last = id;
		}
		world_end(&w);
	}
	assert_true(near < 10);
	assert_true(same < 3);
}

/*
 * Beyond a router, where nobody has asked for the path's MTU: RFC 8200 5. In
 * IPv4 routers fragment.
 */
static void fragments_beyond_a_router_are_small(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		const struct hf_addr beyond = addr_of(v, 200, 1);
		uint32_t left = 3008, most = v == 4 ? 1480 : 1232;

		assert_int_equal(hf_route_add(w.host, addr_of(v, 200, 0),
					      v == 4 ? 24 : 64, w.link,
					      PEER(v)),
				 HF_OK);
		make_echo(&whole, v, beyond, 1400);
		assert_int_equal(in(&w, &whole), HF_ACCEPTED);
		assert_int_equal(expect_echo(&w, v, beyond, 1400), 1);
		make_echo(&whole, v, beyond, 3000);
		cut_payload(&cut, &whole, 1448);
		for (uint32_t j = 0; j < cut.count; j++) {
			make_piece(&piece, &whole, 5, &cut, j);
			in(&w, &piece);
		}
		for (; left > 0; left -= left < most ? left : most) {
			assert_true(out(&w, &e));
			assert_int_equal(e.len,
					 (v == 4 ? 20 : 48) +
						 (left < most ? left : most));
		}
		assert_true(is_silent(&w));
	}
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unserved_protocols),
		cmocka_unit_test(pointer_past_extension_headers),
		cmocka_unit_test(no_next_header_is_no_fault),
		cmocka_unit_test(refused_after_reassembly),
		cmocka_unit_test(from_nobody),
		cmocka_unit_test(no_error_about_errors),
		cmocka_unit_test(no_error_about_later_fragments),
		cmocka_unit_test(errors_are_limited),
		cmocka_unit_test(waiting_echoes_are_limited),
		cmocka_unit_test(answer_gives_back_as_it_goes),
		cmocka_unit_test(ids_do_not_tell_the_next),
		cmocka_unit_test(fragments_beyond_a_router_are_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
