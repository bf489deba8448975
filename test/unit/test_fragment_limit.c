/* SPDX-License-Identifier: MIT */
/*
 * What fragments may cost: number, octets, time (RFC 1122 3.3.2, RFC 8200
 * 4.5), who pays when there is too much of them, and that nothing is ever
 * left of them.
 */
#include "fragment_fixture.h"

static struct frame whole, piece;
static struct cut cut;

static uint32_t held(const struct world *w)
{
	struct hf_usage used;

	hf_host_used(w->host, &used);
	return used.held;
}

static uint32_t count(const struct world *w)
{
	struct hf_usage used;

	hf_host_used(w->host, &used);
	return used.pool[HF_POOL_DATAGRAM].used;
}

/* Begins a datagram of `len` octets that lacks its end. */
static enum hf_drop begin(struct world *w, int v, struct hf_addr src,
			  uint32_t id, uint32_t len)
{
	make_echo(&whole, v, src, len + 100);
	make_fragment(&piece, &whole, id, 0, len, true);
	return in(w, &piece);
}

/* Whether its end still makes it whole; false: the end begins a new one. */
static bool ends_well(struct world *w, int v, struct hf_addr src, uint32_t id,
		      uint32_t len)
{
	make_echo(&whole, v, src, len + 100);
	make_fragment(&piece, &whole, id, len, 108, false);
	assert_int_equal(in(w, &piece), HF_ACCEPTED);
	if (is_silent(w))
		return false;
	while (!is_silent(w))
		;
	return true;
}

/* ---- time ------------------------------------------------------------- */

/* From the first arrival on, of whichever fragment that is. */
static void time_is_up(void **state)
{
	static const struct {
		enum hf_profile profile;
		hf_time time;
	} profile[] = {
		{ HF_PROFILE_LINUX, 30 * HF_SECOND },
		{ HF_PROFILE_RFC, 60 * HF_SECOND },
	};
	struct world w;

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		for (int v = 4; v <= 6; v += 2) {
			world_config(&w);
			hf_config_default(&w.config, profile[i].profile);
			world_start(&w);
			make_echo(&whole, v, PEER(v), 300);
			make_fragment(&piece, &whole, 5, 104, 56, true);
			assert_int_equal(in(&w, &piece), HF_ACCEPTED);
			assert_true(hf_expiry(w.host) <=
				    w.now + profile[i].time);
			wait_for(&w, profile[i].time - HF_SECOND);
			make_fragment(&piece, &whole, 5, 0, 104, true);
			assert_int_equal(in(&w, &piece), HF_ACCEPTED);
			wait_for(&w, HF_SECOND - 1);
			assert_true(is_silent(&w));
			assert_int_equal(count(&w), 1);
			wait_for(&w, 1);
			/* With the first fragment, as it came. */
			expect_error(&w, v == 4 ? 11 : 3, 1, 0, &piece);
			assert_int_equal(drops(&w, HF_DROP_FRAGMENT_TIME), 1);
			world_end(&w);
		}
}

/* A long first fragment is quoted as far as an error may be. */
static void long_first_fragment_is_quoted_in_part(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		assert_int_equal(begin(&w, v, PEER(v), 5, 1400), HF_ACCEPTED);
		wait_for(&w, 30 * HF_SECOND);
		expect_error(&w, v == 4 ? 11 : 3, 1, 0, &piece);
	}
	world_end(&w);
}

/* Who has not seen the first fragment says nothing. */
static void silence_without_the_first(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		make_echo(&whole, v, PEER(v), 300);
		make_fragment(&piece, &whole, 5, 8, 56, true);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		make_fragment(&piece, &whole, 5, 64, 244, false);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		wait_for(&w, 30 * HF_SECOND);
		assert_true(is_silent(&w));
	}
	assert_int_equal(drops(&w, HF_DROP_FRAGMENT_TIME), 2);
	world_end(&w);
}

/* What was an error itself is not answered by one. */
static void no_error_about_an_error(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	world_start(&w);
	for (int v = 4; v <= 6; v += 2) {
		make_echo(&whole, v, PEER(v), 300);
		whole.octet[header_of(v)] = v == 4 ? 3 : 1;
		make_fragment(&piece, &whole, 5, 0, 104, true);
		assert_int_equal(in(&w, &piece), HF_ACCEPTED);
		wait_for(&w, 30 * HF_SECOND);
		assert_true(is_silent(&w));
	}
	world_end(&w);
}

/* ---- number ----------------------------------------------------------- */

/* The oldest goes, for it is the least likely to become whole. */
static void oldest_goes_first(void **state)
{
	struct world w;

	(void)state;
	for (int v = 4; v <= 6; v += 2) {
		world_config(&w);
		w.config.datagrams = 4;
		world_start(&w);
		for (unsigned i = 0; i < 6; i++) {
			assert_int_equal(
				begin(&w, v, addr_of(v, i + 1, 1), 5, 104),
				HF_ACCEPTED);
			assert_int_equal(count(&w), i < 4 ? i + 1 : 4);
		}
		assert_int_equal(drops(&w, HF_DROP_FRAGMENT_LIMIT), 2);
		for (unsigned i = 2; i < 6; i++)
			assert_true(
				ends_well(&w, v, addr_of(v, i + 1, 1), 5, 104));
		for (unsigned i = 0; i < 2; i++)
			assert_false(
				ends_well(&w, v, addr_of(v, i + 1, 1), 5, 104));
		wait_for(&w, 30 * HF_SECOND);
		world_end(&w);
	}
}

/* Who has more than half of all pays himself, with all his addresses. */
static void greedy_source_pays_itself(void **state)
{
	struct world w;

	(void)state;
	for (int v = 4; v <= 6; v += 2) {
		world_config(&w);
		w.config.datagrams = 8;
		world_start(&w);
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(
				begin(&w, v, addr_of(v, i + 1, 1), 5, 104),
				HF_ACCEPTED);
		for (unsigned i = 0; i < 100; i++)
			assert_int_equal(begin(&w, v,
					       addr_of(v, 9, v == 4 ? 1 : i), i,
					       104),
					 HF_ACCEPTED);
		assert_int_equal(count(&w), 8);
		assert_int_equal(drops(&w, HF_DROP_FRAGMENT_LIMIT), 95);
		for (unsigned i = 0; i < 3; i++)
			assert_true(
				ends_well(&w, v, addr_of(v, i + 1, 1), 5, 104));
		/* of his own the newest are left */
		for (unsigned i = 95; i < 100; i++)
			assert_true(ends_well(
				&w, v, addr_of(v, 9, v == 4 ? 1 : i), i, 104));
		wait_for(&w, 30 * HF_SECOND);
		while (!is_silent(&w))
			;
		world_end(&w);
	}
}

/* One that was given up for an overlap counts as long as it is remembered. */
static void discarded_ones_count_and_hold_nothing(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	w.config.datagrams = 4;
	world_start(&w);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(begin(&w, 4, addr_of(4, i + 1, 1), 5, 104),
				 HF_ACCEPTED);
		make_fragment(&piece, &whole, 5, 96, 16, true);
		assert_int_equal(in(&w, &piece), HF_DROP_FRAGMENT_OVERLAP);
	}
	assert_int_equal(count(&w), 4);
	assert_int_equal(held(&w), 0);
	assert_int_equal(begin(&w, 4, addr_of(4, 9, 1), 5, 104), HF_ACCEPTED);
	assert_true(ends_well(&w, 4, addr_of(4, 9, 1), 5, 104));
	wait_for(&w, 30 * HF_SECOND);
	assert_true(is_silent(&w));
	world_end(&w);
}

/* So many pieces that nobody sends them: it is given up, and what follows. */
static void too_many_pieces(void **state)
{
	enum hf_drop drop = HF_ACCEPTED;
	struct world w;
	uint32_t i;

	(void)state;
	for (int v = 4; v <= 6; v += 2) {
		world_config(&w);
		world_start(&w);
		make_echo(&whole, v, PEER(v), 20000);
		cut_payload(&cut, &whole, 8);
		for (i = 0; i < cut.count; i++) {
			make_piece(&piece, &whole, 5, &cut, i);
			drop = in(&w, &piece);
			/* Octets are held, not a buffer for each piece. */
			assert_true(held(&w) <= 8 * i + 4096 + 256);
			if (drop != HF_ACCEPTED)
				break;
		}
		assert_int_equal(drop, HF_DROP_FRAGMENT_LIMIT);
		assert_true(i >= 128);
		assert_int_equal(held(&w), 0);
		for (; i < cut.count; i++) {
			make_piece(&piece, &whole, 5, &cut, i);
			assert_int_equal(in(&w, &piece),
					 HF_DROP_FRAGMENT_LIMIT);
		}
		assert_true(is_silent(&w));
		wait_for(&w, 30 * HF_SECOND);
		assert_true(is_silent(&w));
		world_end(&w);
	}
}

/* ---- octets ----------------------------------------------------------- */

/* What is held is what it costs: pages and small buffers. */
static void assert_cost(const struct world *w)
{
	struct hf_usage used;

	hf_host_used(w->host, &used);
	assert_int_equal(used.held,
			 used.pool[HF_POOL_SMALL].used * 256 +
				 used.pool[HF_POOL_PAGE].used * 4096);
	assert_true(used.held <= w->config.held);
}

static void octets_are_limited(void **state)
{
	struct world w;

	(void)state;
	for (int v = 4; v <= 6; v += 2) {
		world_config(&w);
		w.config.held = 40000;
		world_start(&w);
		for (unsigned i = 0; i < 200; i++) {
			struct hf_addr from = addr_of(v, i % 100 + 1, 1);
			uint32_t len = i % 3 == 0 ? 24 : 1400;

			assert_int_equal(begin(&w, v, from, i, len),
					 HF_ACCEPTED);
			assert_cost(&w);
			if (i % 7 == 0)
				assert_true(ends_well(&w, v, from, i, len));
		}
		assert_true(held(&w) > 30000);
		assert_true(drops(&w, HF_DROP_FRAGMENT_LIMIT) > 100);
		/* The newest of them all has been spared. */
		assert_true(ends_well(&w, v, addr_of(v, 199 % 100 + 1, 1), 199,
				      1400));
		wait_for(&w, 30 * HF_SECOND);
		while (!is_silent(&w))
			;
		world_end(&w);
	}
}

/* One alone that needs more than there is: it goes, and the others stay. */
static void greedy_datagram_pays_itself(void **state)
{
	enum hf_drop drop = HF_ACCEPTED;
	struct world w;

	(void)state;
	world_config(&w);
	w.config.held = 40000;
	world_start(&w);
	for (unsigned i = 0; i < 3; i++)
		begin(&w, 4, addr_of(4, i + 1, 1), 5, 1400);
	make_echo(&whole, 4, addr_of(4, 9, 9), 60000);
	cut_payload(&cut, &whole, 1480);
	for (uint32_t i = 0; i < cut.count && drop == HF_ACCEPTED; i++) {
		make_piece(&piece, &whole, 7, &cut, i);
		drop = in(&w, &piece);
		assert_cost(&w);
	}
	assert_int_equal(drop, HF_DROP_FRAGMENT_LIMIT);
	assert_int_equal(count(&w), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_true(ends_well(&w, 4, addr_of(4, i + 1, 1), 5, 1400));
	world_end(&w);
}

/* None at all. */
static void nothing_may_be_held(void **state)
{
	struct world w;

	(void)state;
	world_config(&w);
	w.config.held = 0;
	world_start(&w);
	assert_int_equal(begin(&w, 4, PEER(4), 5, 104), HF_DROP_FRAGMENT_LIMIT);
	make_echo(&whole, 4, PEER(4), 10);
	assert_int_equal(in(&w, &whole), HF_DROP_NO_MEMORY);
	assert_true(is_silent(&w));
	make_echo(&whole, 4, PEER(4), 0);
	assert_int_equal(in(&w, &whole), HF_ACCEPTED);
	expect_echo(&w, 4, PEER(4), 0);
	world_end(&w);
}

/* A small block: refused for want of memory, and no harm done. */
static void no_memory_is_no_harm(void **state)
{
	unsigned refused = 0, answered = 0;
	struct world w;

	(void)state;
	for (size_t pages = 8; pages < 60; pages++)
		for (int v = 4; v <= 6; v += 2) {
			world_config(&w);
			w.size = pages << 12;
			w.config.links = 2;
			world_start(&w);
			make_echo(&whole, v, PEER(v), 60000);
			cut_payload(&cut, &whole, 1448);
			for (uint32_t i = 0; i < cut.count; i++) {
				make_piece(&piece, &whole, 7, &cut, i);
				refused += in(&w, &piece) == HF_DROP_NO_MEMORY;
			}
			answered += !is_silent(&w);
			wait_for(&w, 30 * HF_SECOND);
			while (!is_silent(&w))
				;
			world_end(&w);
		}
	assert_true(refused > 0);
	assert_true(answered > 0);
}

/* ---- anything at all -------------------------------------------------- */

/* A fragment of a few datagrams, right or wrong. */
static void make_any(struct frame *f, uint64_t *seed)
{
	int v = dice(seed, 2) ? 4 : 6;
	uint32_t offset = dice(seed, 20) * 8, len = dice(seed, 12) * 8;
	bool more = dice(seed, 3);

	if (dice(seed, 8) == 0)
		len += dice(seed, 8);
	if (dice(seed, 20) == 0) {
		offset = dice(seed, 8192) * 8;
		len = dice(seed, 1400);
	}
	if (dice(seed, 3))
		make_echo(&whole, v, addr_of(v, dice(seed, 4), 1), 65000);
	else
		make_datagram(&whole, v, dice(seed, 2) ? TCP : UDP, 65000);
	make_fragment(f, &whole, dice(seed, 6), offset < 64000 ? offset : 0,
		      len, more);
	if (offset >= 64000) {
		put16(f->octet + (v == 4 ? 6 : 42),
		      v == 4 ? (more ? 0x2000u : 0) | offset / 8
			     : offset | more);
		if (v == 4)
			seal_ipv4(f->octet);
	}
	if (dice(seed, 16) == 0) {
		uint32_t at = dice(seed, f->len);

		f->octet[at] = (uint8_t)dice(seed, 256);
		if (v == 4 && dice(seed, 2))
			put16(f->octet + 10, 0);
	}
}

static void anything_leaves_nothing(void **state)
{
	static const uint32_t limit[] = { 1, 3, 64 };
	uint64_t seed = 1, bad = 0, overlaps = 0, late = 0;
	struct world w;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		world_config(&w);
		w.config.datagrams = limit[i];
		w.config.held = 20000 + 20000 * i;
		w.config.icmp_per_second = 1000;
		world_start(&w);
		for (int n = 0; n < 10000; n++) {
			make_any(&piece, &seed);
			in(&w, &piece);
			if (dice(&seed, 3))
				is_silent(&w);
			if (dice(&seed, 50) == 0)
				wait_for(&w, dice(&seed, 10) * HF_SECOND);
			assert_true(held(&w) <= w.config.held);
			assert_true(count(&w) <= limit[i]);
		}
		wait_for(&w, 31 * HF_SECOND);
		while (!is_silent(&w))
			;
		bad += drops(&w, HF_DROP_FRAGMENT);
		overlaps += drops(&w, HF_DROP_FRAGMENT_OVERLAP);
		late += drops(&w, HF_DROP_FRAGMENT_TIME);
		world_end(&w);
	}
	assert_true(bad > 1000 && overlaps > 1000 && late > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_up),
		cmocka_unit_test(long_first_fragment_is_quoted_in_part),
		cmocka_unit_test(silence_without_the_first),
		cmocka_unit_test(no_error_about_an_error),
		cmocka_unit_test(oldest_goes_first),
		cmocka_unit_test(greedy_source_pays_itself),
		cmocka_unit_test(discarded_ones_count_and_hold_nothing),
		cmocka_unit_test(too_many_pieces),
		cmocka_unit_test(octets_are_limited),
		cmocka_unit_test(greedy_datagram_pays_itself),
		cmocka_unit_test(nothing_may_be_held),
		cmocka_unit_test(no_memory_is_no_harm),
		cmocka_unit_test(anything_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
