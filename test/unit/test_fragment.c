/* SPDX-License-Identifier: MIT */
/*
 * Fragments come in (RFC 791 3.2, RFC 8200 4.5, RFC 6946, RFC 3168 5.3), and
 * what a whole host answers is the proof that it has put them together.
 */
#include "fragment_fixture.h"

static struct frame whole, piece, other;
static struct cut cut;

/* Sends the pieces of `whole` in this order; all but the last are kept. */
static void in_order(struct world *w, uint32_t id, const uint32_t *order)
{
	for (uint32_t i = 0; i < cut.count; i++) {
		make_piece(&piece, &whole, id, &cut, order[i]);
		assert_int_equal(in(w, &piece), HF_ACCEPTED);
		if (i + 1 < cut.count)
			assert_true(is_silent(w));
	}
}

static void in_turn(struct world *w, uint32_t id)
{
	static uint32_t order[8200];

	for (uint32_t i = 0; i < cut.count; i++)
		order[i] = i;
	in_order(w, id, order);
}

static void shuffle(uint32_t *order, uint32_t count, uint64_t *seed)
{
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	for (uint32_t i = count; i > 1; i--) {
		uint32_t j = dice(seed, i), kept = order[i - 1];

		order[i - 1] = order[j];
		order[j] = kept;
	}
}

/* ---- whole again ------------------------------------------------------ */

/* Every order in which five fragments can come. */
static void every_order_makes_it_whole(void **state)
{
	struct world w;
	uint32_t order[5], number;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		make_echo(&whole, v, PEER(v), 5 * 40 - 8 - 3);
		cut_payload(&cut, &whole, 40);
		assert_int_equal(cut.count, 5);
		for (number = 0; number < 120; number++) {
			uint32_t left[5] = { 0, 1, 2, 3, 4 }, n = number;

			for (uint32_t i = 0; i < 5; i++) {
				uint32_t j = n % (5 - i);

				n /= 5 - i;
				order[i] = left[j];
				left[j] = left[4 - i];
			}
			in_order(&w, number, order);
			assert_int_equal(expect_echo(&w, v, PEER(v), 189), 1);
			assert_nothing_held(&w);
		}
	}
	world_end(&w);
}

static void echo_of(struct world *w, int v, uint32_t size, uint32_t id)
{
	uint32_t room = w->mtu - header_of(v) - (v == 6 ? 8 : 0);
	uint32_t len = 8 + size, most = room & ~7u;

	make_echo(&whole, v, PEER(v), size);
	if (whole.len <= w->mtu) {
		assert_int_equal(in(w, &whole), HF_ACCEPTED);
		assert_int_equal(expect_echo(w, v, PEER(v), size), 1);
		return;
	}
	cut_payload(&cut, &whole, most);
	in_turn(w, id);
	/* The last one may be as long as fits. */
	assert_int_equal(expect_echo(w, v, PEER(v), size),
			 1 + (len - room + most - 1) / most);
}

/* Requests of any size come in fragments, and go back in fragments. */
static void echo_of_any_size_is_answered(void **state)
{
	static const uint32_t mtu[] = { 576, 1280, 1500, 9000, 65535 };
	struct world w;

	(void)state;
	for (unsigned i = 0; i < sizeof mtu / sizeof *mtu; i++) {
		world_config(&w);
		w.mtu = mtu[i];
		world_start(&w);
		for (int v = 4; v <= 6; v += 2) {
			uint32_t most = v == 4 ? 65507 : 65527;

			for (uint32_t size = 0; size <= most; size += 331)
				echo_of(&w, v, size, size);
			for (uint32_t size = w.mtu - 60; size < w.mtu; size++)
				if (size <= most)
					echo_of(&w, v, size, size);
			echo_of(&w, v, most, 1);
		}
		world_end(&w);
	}
}

/* In any order, each perhaps more than once, several at a time. */
static void shuffled_and_doubled(void **state)
{
	static uint32_t order[3][8200];
	struct world w;
	uint64_t seed = 7;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int round = 0; round < 60; round++) {
		int v = round & 1 ? 4 : 6;
		uint32_t size = 1000 + dice(&seed, 20000);
		unsigned answers = 0;

		make_echo(&whole, v, PEER(v), size);
		cut_payload(&cut, &whole, 104 + 8 * dice(&seed, 150));
		for (int k = 0; k < 3; k++)
			shuffle(order[k], cut.count, &seed);
		for (uint32_t i = 0; i < 3 * cut.count; i++) {
			make_piece(&piece, &whole, 100 + i % 3, &cut,
				   order[i % 3][i / 3]);
			assert_int_equal(in(&w, &piece), HF_ACCEPTED);
			answers += i / 3 + 1 == cut.count;
			if (i / 3 + 1 < cut.count && dice(&seed, 4) == 0)
				assert_int_equal(in(&w, &piece),
						 HF_DROP_DUPLICATE);
		}
		for (; answers > 0; answers--)
			expect_echo(&w, v, PEER(v), size);
		assert_nothing_held(&w);
	}
	world_end(&w);
}

/* RFC 8200 4.5: which fragment has which id, addresses and protocol. */
static void other_datagrams_do_not_mix(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		const struct hf_addr too = addr_of(v, 0, 3);

		assert_int_equal(hf_address_add(w.host, w.link, too,
						v == 4 ? 24 : 64, w.now),
				 HF_OK);
		make_echo(&whole, v, PEER(v), 100);
		make_fragment(&piece, &whole, 5, 0, 56, true);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		/* another destination, id or source; IPv4: protocol */
		make_fragment(&piece, &whole, 5, 56, 52, false);
		if (v == 4) {
			memcpy(piece.octet + 16, too.octet + 12, 4);
			seal_ipv4(piece.octet);
		} else {
			memcpy(piece.octet + 24, &too, 16);
		}
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		make_fragment(&piece, &whole, 6, 56, 52, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		make_echo(&other, v, addr_of(v, 0, 9), 100);
		make_fragment(&piece, &other, 5, 56, 52, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		make_datagram(&other, v, 99, 108);
		make_fragment(&piece, &other, v == 4 ? 5 : 7, 56, 52, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		assert_true(is_silent(&w));
		make_fragment(&piece, &whole, 5, 56, 52, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		expect_echo(&w, v, PEER(v), 100);
	}
	wait_for(&w, 31 * HF_SECOND);
	assert_true(is_silent(&w)); /* nobody has seen a first one */
	assert_int_equal(drops(&w, HF_DROP_FRAGMENT_TIME), 8);
	for (int v = 4; v <= 6; v += 2)
		hf_address_remove(w.host, addr_of(v, 0, 3));
	world_end(&w);
}

/* Fragments may come on several links; link-local addresses stay on theirs. */
static void links_of_fragments(void **state)
{
	const struct hf_addr local = { { 0xfe, 0x80, [15] = 9 } };
	const struct hf_link link = { .mtu = 1500 };
	uint32_t other_link;
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	assert_int_equal(hf_link_add(w.host, &link, w.now, &other_link), HF_OK);
	make_echo(&whole, 6, PEER(6), 100);
	make_fragment(&piece, &whole, 5, 0, 56, true);
	assert_int_equal(in_on(&w, other_link, &piece), HF_ACCEPTED);
	make_fragment(&piece, &whole, 5, 56, 52, false);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	expect_echo(&w, 6, PEER(6), 100);
	make_echo(&whole, 6, local, 100);
	make_fragment(&piece, &whole, 5, 0, 56, true);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_fragment(&other, &whole, 5, 56, 52, false);
	assert_int_equal(in_on(&w, other_link, &other), HF_ACCEPTED);
	assert_true(is_silent(&w));
	assert_true(is_silent_on(&w, other_link));
	/* and the answer goes where the question came from */
	assert_int_equal(in_on(&w, other_link, &piece), HF_ACCEPTED);
	assert_true(is_silent(&w));
	assert_int_equal(in(&w, &other), HF_ACCEPTED);
	expect_echo(&w, 6, local, 100);
	w.link = other_link;
	expect_echo(&w, 6, local, 100);
	world_end(&w);
}

/* RFC 8200 4.5: the next header of the first fragment is the one used. */
static void first_ipv6_fragment_names_the_protocol(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_echo(&whole, 6, PEER(6), 100);
	make_fragment(&piece, &whole, 5, 56, 52, false);
	piece.octet[40] = 99;
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_fragment(&piece, &whole, 5, 0, 56, true);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	expect_echo(&w, 6, PEER(6), 100);
	world_end(&w);
}

/* Headers before the fragment header stay; it alone goes. */
static void unfragmentable_part_stays(void **state)
{
	static const uint8_t options[8] = { 44, 0, 1, 4, 0, 0, 0, 0 };
	struct world w;

	(void)state;
	world_config(&w);
	w.config.unserved = HF_UNSERVED_PORT;
	world_start(&w);
	/* UDP: what the error quotes shows the datagram as it was made. */
	make_datagram(&whole, 6, UDP, 104);
	for (int i = 1; i >= 0; i--) {
		make_fragment(&other, &whole, 5, 56u * (unsigned)i, i ? 48 : 56,
			      !i);
		memcpy(piece.octet, other.octet, 40);
		memcpy(piece.octet + 40, options, 8);
		memcpy(piece.octet + 48, other.octet + 40, other.len - 40);
		piece.len = other.len + 8;
		piece.octet[6] = 60;
		put16(piece.octet + 4, piece.len - 40);
		assert_int_equal(in(&w, &piece),
				 i ? HF_ACCEPTED : HF_DROP_NOT_OURS);
	}
	memcpy(other.octet, whole.octet, 40);
	memcpy(other.octet + 40, options, 8);
	other.octet[40] = UDP;
	memcpy(other.octet + 48, whole.octet + 40, 104);
	other.len = whole.len + 8;
	other.octet[6] = 60;
	put16(other.octet + 4, other.len - 40);
	expect_error(&w, 1, 4, 0, &other);
	world_end(&w);
}

/* The header of an IPv4 datagram is that of its first fragment. */
static void first_ipv4_header_stays(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_datagram(&whole, 4, UDP, 104);
	make_fragment(&piece, &whole, 5, 56, 48, false);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_fragment(&other, &whole, 5, 0, 56, true);
	memcpy(piece.octet, other.octet, 20);
	memcpy(piece.octet + 20, "\x01\x01\x01\x00", 4);
	memcpy(piece.octet + 24, other.octet + 20, 56);
	piece.octet[0] = 0x46;
	piece.len = 80;
	put16(piece.octet + 2, 80);
	seal_ipv4(piece.octet);
	assert_int_equal(in(&w, &piece), HF_DROP_NOT_OURS);
	memcpy(other.octet, piece.octet, 24);
	memcpy(other.octet + 24, whole.octet + 20, 104);
	other.len = 128;
	put16(other.octet + 2, 128);
	put16(other.octet + 6, 0);
	seal_ipv4(other.octet);
	expect_error(&w, 3, 3, 0, &other);
	world_end(&w);
}

/* RFC 6946: an atomic fragment is whole, whatever else has its id. */
static void atomic_fragment_is_whole(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	make_echo(&whole, 6, PEER(6), 100);
	make_fragment(&piece, &whole, 5, 0, 56, true);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	make_fragment(&piece, &whole, 5, 0, 108, false);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	expect_echo(&w, 6, PEER(6), 100);
	make_fragment(&piece, &whole, 5, 56, 52, false);
	assert_int_equal(in(&w, &piece), HF_ACCEPTED);
	expect_echo(&w, 6, PEER(6), 100);
	world_end(&w);
}

/* A SYN in two fragments, its text in the second. */
static void syn_in_fragments_is_answered(void **state)
{
	const struct hf_listen listen = { .port = 7 };
	struct hf_handle listener;
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	assert_int_equal(hf_listen(w.host, &listen, &listener), HF_OK);
	for (int v = 4; v <= 6; v += 2) {
		uint8_t *p = whole.octet + header_of(v);
		uint32_t sum;

		make_datagram(&whole, v, TCP, 100);
		memset(p, 0, 20);
		put16(p, 4321);
		put16(p + 2, 7);
		put32(p + 4, 1000);
		p[12] = 0x50;
		p[13] = 2; /* SYN */
		put16(p + 14, 65535);
		sum = pseudo_sum(whole.octet, TCP, 100);
		put16(p + 16, ~ones_sum(sum, p, 100) & 0xffff);
		for (int reversed = 0; reversed < 2; reversed++) {
			make_fragment(&piece, &whole, 9, 24, 76, false);
			make_fragment(&other, &whole, 9, 0, 24, true);
			assert_int_equal(in(&w, reversed ? &other : &piece),
					 HF_ACCEPTED);
			assert_int_equal(in(&w, reversed ? &piece : &other),
					 reversed ? HF_DROP_DUPLICATE
						  : HF_ACCEPTED);
			assert_true(out(&w, &other));
			p = other.octet + header_of(v);
			assert_int_equal(p[13], 0x12); /* SYN, ACK */
			assert_int_equal(get32(p + 8), 1001);
		}
	}
	hf_close(w.host, listener, w.now);
	world_end(&w);
}

/* RFC 3168 5.3 */
static void ecn_of_fragments(void **state)
{
	static const struct {
		uint8_t first, second, whole;
		bool is_dropped;
	} ecn[] = {
		{ 0, 0, 0, false }, { 1, 1, 1, false }, { 2, 2, 2, false },
		{ 2, 3, 3, false }, { 3, 2, 3, false }, { 3, 1, 3, false },
		{ 3, 3, 3, false }, { 2, 1, 2, false }, { 0, 3, 0, true },
		{ 3, 0, 0, true },  { 0, 2, 0, true },	{ 1, 0, 0, true },
	};
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2)
		for (unsigned i = 0; i < sizeof ecn / sizeof *ecn; i++) {
			make_datagram(&whole, v, UDP, 104);
			make_fragment(&piece, &whole, i, 0, 56, true);
			set_tos(&piece, (uint8_t)(0xa0 | ecn[i].first));
			assert_int_equal(in(&w, &piece), HF_ACCEPTED);
			make_fragment(&piece, &whole, i, 56, 48, false);
			set_tos(&piece, (uint8_t)(0x40 | ecn[i].second));
			assert_int_equal(in(&w, &piece),
					 ecn[i].is_dropped ? HF_DROP_FRAGMENT
							   : HF_DROP_NOT_OURS);
			set_tos(&whole, (uint8_t)(0xa0 | ecn[i].whole));
			if (v == 4) {
				put16(whole.octet + 4, i);
				seal_ipv4(whole.octet);
			}
			if (!ecn[i].is_dropped)
				expect_error(&w, v == 4 ? 3 : 1, v == 4 ? 3 : 4,
					     0, &whole);
			assert_nothing_held(&w);
		}
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_makes_it_whole),
		cmocka_unit_test(echo_of_any_size_is_answered),
		cmocka_unit_test(shuffled_and_doubled),
		cmocka_unit_test(other_datagrams_do_not_mix),
		cmocka_unit_test(links_of_fragments),
		cmocka_unit_test(first_ipv6_fragment_names_the_protocol),
		cmocka_unit_test(unfragmentable_part_stays),
		cmocka_unit_test(first_ipv4_header_stays),
		cmocka_unit_test(atomic_fragment_is_whole),
		cmocka_unit_test(syn_in_fragments_is_answered),
		cmocka_unit_test(ecn_of_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
