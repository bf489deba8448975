/* SPDX-License-Identifier: MIT */
/*
 * What the simulator itself promises, shown with bare frames between raw
 * ends: exact times, exact drops, and the same again for the same seed.
 */
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#include <handfast/sim.h>
#include "sim_random.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define MOST 4096u

/* A link with two raw ends; what end 1 gets is written down. */
struct net {
	struct hf_sim *sim;
	uint32_t link, from, to;
	uint32_t got; /* frames */
	struct {
		hf_time when;
		uint32_t number; /* its first four octets */
		uint32_t len;
		uint32_t flipped; /* bits, against what was sent */
	} frame[MOST];
	uint32_t fate[HF_SIM_FATES];
};

static void pattern(uint8_t *data, uint32_t number, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		data[i] = (uint8_t)(number * 31 + i);
	memcpy(data, &number, len < 4 ? len : 4);
}

static uint32_t bits_that_differ(const uint8_t *a, const uint8_t *b,
				 uint32_t len)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < len; i++)
		bits += (uint32_t)__builtin_popcount(a[i] ^ b[i]);
	return bits;
}

static void receive(struct hf_sim *sim, uint32_t link, uint32_t end,
		    const void *data, uint32_t len, void *context)
{
	struct net *n = context;
	uint8_t sent[2048];

	assert_int_equal(link, n->link);
	assert_int_equal(end, n->to);
	assert_true(n->got < MOST && len <= sizeof sent);
	n->frame[n->got].when = hf_sim_now(sim);
	n->frame[n->got].len = len;
	n->frame[n->got].number = 0;
	memcpy(&n->frame[n->got].number, data, len < 4 ? len : 4);
	pattern(sent, n->frame[n->got].number, len);
	n->frame[n->got].flipped = bits_that_differ(sent, data, len);
	n->got++;
}

static void count(const struct hf_sim_sight *sight, void *context)
{
	struct net *n = context;

	n->fate[sight->fate]++;
}

static struct net *net_new(uint64_t seed, const struct hf_sim_wire *wire)
{
	struct net *n = calloc(1, sizeof *n);

	assert_non_null(n);
	n->sim = hf_sim_new(seed, 0);
	hf_sim_link_add(n->sim, wire, &n->link);
	assert_int_equal(
		hf_sim_attach_raw(n->sim, n->link, NULL, NULL, &n->from), 0);
	assert_int_equal(hf_sim_attach_raw(n->sim, n->link, receive, n, &n->to),
			 0);
	hf_sim_tap_add(n->sim, count, n);
	return n;
}

static void net_free(struct net *n)
{
	hf_sim_free(n->sim);
	free(n);
}

static void offer(struct net *n, uint32_t number, uint32_t len)
{
	uint8_t data[2048];

	pattern(data, number, len);
	assert_int_equal(hf_sim_send(n->sim, n->link, n->from, data, len), 0);
}

/* Offers frames 0, 1, ... of `len` octets, one each `gap`. */
static void offer_many(struct net *n, uint32_t frames, uint32_t len,
		       hf_time gap)
{
	for (uint32_t i = 0; i < frames; i++) {
		hf_sim_run_until(n->sim, i * gap);
		offer(n, i, len);
	}
	while (hf_sim_step(n->sim))
		;
}

/* ---- a perfect wire --------------------------------------------------- */

static void test_perfect_wire_keeps_order_and_octets(void **state)
{
	struct hf_sim_wire wire = { .delay = 7 };
	struct net *n = net_new(1, &wire);

	(void)state;
	offer_many(n, 1000, 100, 3);
	assert_int_equal(n->got, 1000);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(n->frame[i].number, i);
		assert_int_equal(n->frame[i].len, 100);
		assert_int_equal(n->frame[i].flipped, 0);
		assert_int_equal(n->frame[i].when, i * 3 + 7);
	}
	net_free(n);
}

static void test_nothing_to_do_ends(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 5);

	(void)state;
	assert_false(hf_sim_step(sim));
	assert_true(hf_sim_next(sim) == HF_NEVER);
	hf_sim_run_until(sim, 99);
	assert_int_equal(hf_sim_now(sim), 99);
	hf_sim_free(sim);
}

/* ---- drops ------------------------------------------------------------ */

static void test_mask_drops_exactly_the_chosen(void **state)
{
	uint64_t mask = UINT64_C(0x8000000100000015);
	struct hf_sim_wire wire = { .drop_mask = mask };
	struct net *n = net_new(1, &wire);
	uint32_t got = 0;

	(void)state;
	offer_many(n, 200, 60, 10);
	for (uint32_t i = 0; i < 200; i++) {
		if (i < 64 && mask >> i & 1)
			continue;
		assert_true(got < n->got);
		assert_int_equal(n->frame[got++].number, i);
	}
	assert_int_equal(got, n->got);
	assert_int_equal(n->fate[HF_SIM_LOST_MASK], 5);
	net_free(n);
}

static void test_loss_certain_and_fair(void **state)
{
	struct hf_sim_wire all = { .loss = HF_SIM_CERTAIN };
	struct hf_sim_wire third = { .loss = 300000 };
	struct net *n = net_new(1, &all);

	(void)state;
	offer_many(n, 100, 60, 1);
	assert_int_equal(n->got, 0);
	assert_int_equal(n->fate[HF_SIM_LOST_CHANCE], 100);
	net_free(n);

	n = net_new(1, &third);
	offer_many(n, 4000, 60, 1);
	/* 2800 on average, 29 the standard deviation: six of them each way. */
	assert_in_range(n->got, 2626, 2974);
	assert_int_equal(n->got + n->fate[HF_SIM_LOST_CHANCE], 4000);
	net_free(n);
}

/* ---- rate and queue --------------------------------------------------- */

static void test_rate_gives_exact_times(void **state)
{
	/* 125 octets at 1 Mbit/s take a millisecond. */
	struct hf_sim_wire wire = { .rate = 1000000, .delay = 500 };
	struct net *n = net_new(1, &wire);

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		offer(n, i, 125);
	hf_sim_run_until(n->sim, 50 * HF_MILLISECOND);
	offer(n, 10, 250);
	while (hf_sim_step(n->sim))
		;
	assert_int_equal(n->got, 11);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(n->frame[i].when,
				 (i + 1) * HF_MILLISECOND + 500);
	assert_int_equal(n->frame[10].when, 52 * HF_MILLISECOND + 500);
	net_free(n);
}

static void test_queue_drops_the_tail(void **state)
{
	struct hf_sim_wire wire = { .rate = 1000000, .queue_frames = 4 };
	struct net *n = net_new(1, &wire);

	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		offer(n, i, 125);
	/* At 1 ms one has left, and there is room for one. */
	hf_sim_run_until(n->sim, HF_MILLISECOND);
	offer(n, 6, 125);
	offer(n, 7, 125);
	while (hf_sim_step(n->sim))
		;
	assert_int_equal(n->got, 5);
	assert_int_equal(n->frame[3].number, 3);
	assert_int_equal(n->frame[4].number, 6);
	assert_int_equal(n->frame[4].when, 5 * HF_MILLISECOND);
	assert_int_equal(n->fate[HF_SIM_LOST_QUEUE], 3);
	net_free(n);
}

static void test_queue_counts_octets(void **state)
{
	struct hf_sim_wire wire = { .rate = 8000, .queue_octets = 1000 };
	struct net *n = net_new(1, &wire);

	(void)state;
	offer(n, 0, 600);
	offer(n, 1, 600); /* does not fit */
	offer(n, 2, 400);
	offer(n, 3, 1); /* full to the octet */
	while (hf_sim_step(n->sim))
		;
	assert_int_equal(n->got, 2);
	assert_int_equal(n->frame[0].when, 600 * HF_MILLISECOND);
	assert_int_equal(n->frame[1].number, 2);
	assert_int_equal(n->frame[1].when, HF_SECOND);
	/* A queue of any size takes one frame. */
	offer(n, 4, 1500);
	while (hf_sim_step(n->sim))
		;
	assert_int_equal(n->got, 3);
	net_free(n);
}

/* ---- jitter and order ------------------------------------------------- */

static void test_jitter_is_bounded_and_keeps_order(void **state)
{
	struct hf_sim_wire wire = { .delay = 1000, .jitter = 500 };
	struct net *n = net_new(3, &wire);
	bool is_varied = false;

	(void)state;
	offer_many(n, 2000, 60, 50);
	assert_int_equal(n->got, 2000);
	for (uint32_t i = 0; i < n->got; i++) {
		assert_int_equal(n->frame[i].number, i);
		assert_in_range(n->frame[i].when - i * 50, 1000, 1500);
		is_varied |= n->frame[i].when - i * 50 != n->frame[0].when;
	}
	assert_true(is_varied);
	net_free(n);
}

static void test_reordering_overtakes_within_its_bound(void **state)
{
	struct hf_sim_wire wire = { .delay = 1000,
				    .reorder = 100000,
				    .reorder_delay = 400 };
	struct net *n = net_new(3, &wire);
	uint32_t late = 0, overtaken = 0;

	(void)state;
	offer_many(n, 2000, 60, 50);
	assert_int_equal(n->got, 2000);
	for (uint32_t i = 0; i < n->got; i++) {
		hf_time took = n->frame[i].when - n->frame[i].number * 50;

		assert_in_range(took, 1000, 1400);
		late += took > 1000;
		overtaken += i > 0 &&
			     n->frame[i].number < n->frame[i - 1].number;
	}
	/* 200 on average, 13 the standard deviation. */
	assert_in_range(late, 120, 280);
	assert_true(overtaken > 50);
	net_free(n);
}

/* ---- other faults ----------------------------------------------------- */

static void test_duplication_brings_each_twice(void **state)
{
	struct hf_sim_wire wire = { .delay = 5, .duplicate = HF_SIM_CERTAIN };
	struct net *n = net_new(1, &wire);

	(void)state;
	offer_many(n, 100, 60, 10);
	assert_int_equal(n->got, 200);
	for (uint32_t i = 0; i < n->got; i++)
		assert_int_equal(n->frame[i].number, i / 2);
	net_free(n);
}

static void test_corruption_flips_as_many_bits_as_said(void **state)
{
	struct hf_sim_wire wire = { .corrupt = HF_SIM_CERTAIN };
	struct net *n = net_new(1, &wire);
	uint32_t one = 0;

	(void)state;
	for (uint32_t i = 0; i < 500; i++)
		offer(n, i, 1000);
	while (hf_sim_step(n->sim))
		;
	/* A flip in the number itself makes a frame look like another. */
	for (uint32_t i = 0; i < n->got; i++)
		one += n->frame[i].flipped == 1;
	assert_int_equal(n->got, 500);
	assert_true(one > 480);
	net_free(n);

	wire.corrupt_bits = 12;
	n = net_new(1, &wire);
	offer(n, 0, 1000);
	hf_sim_step(n->sim);
	assert_int_equal(n->frame[0].flipped, 12);
	net_free(n);
}

struct marked {
	uint8_t data[64];
};

static void keep(struct hf_sim *sim, uint32_t link, uint32_t end,
		 const void *data, uint32_t len, void *context)
{
	(void)sim, (void)link, (void)end;
	memcpy(((struct marked *)context)->data, data, len);
}

/* What the ECN field is behind a wire that marks all. */
static uint32_t ecn_of(uint8_t *header, uint32_t len)
{
	struct hf_sim_wire wire = { .mark = HF_SIM_CERTAIN };
	struct hf_sim *sim = hf_sim_new(1, 0);
	struct marked m = { .data = { 0 } };
	uint32_t link, from, to;

	hf_sim_link_add(sim, &wire, &link);
	assert_int_equal(hf_sim_attach_raw(sim, link, NULL, NULL, &from), 0);
	assert_int_equal(hf_sim_attach_raw(sim, link, keep, &m, &to), 0);
	assert_int_equal(hf_sim_send(sim, link, from, header, len), 0);
	hf_sim_run_until(sim, HF_SECOND);
	hf_sim_free(sim);
	memcpy(header, m.data, len);
	return header[0] >> 4 == 4 ? header[1] & 3u : header[1] >> 4 & 3u;
}

/* The sum of a header and its checksum: all ones. */
static uint32_t sum_of(const uint8_t *header)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void test_marks_go_to_those_who_asked(void **state)
{
	static const uint8_t after[] = { 0, 3, 3, 3 };

	(void)state;
	for (uint8_t ecn = 0; ecn < 4; ecn++) {
		uint8_t ipv4[20] = { 0x45, (uint8_t)(0xb8 | ecn), 0, 20 };
		uint8_t ipv6[40] = { 0x60, (uint8_t)(ecn << 4) };
		uint32_t rest = 0xffff ^ sum_of(ipv4);

		ipv4[10] = (uint8_t)(rest >> 8);
		ipv4[11] = (uint8_t)rest;
		assert_int_equal(ecn_of(ipv4, sizeof ipv4), after[ecn]);
		assert_int_equal(sum_of(ipv4), 0xffff);
		assert_int_equal(ecn_of(ipv6, sizeof ipv6), after[ecn]);
	}
}

static void test_truncation_cuts_the_tail(void **state)
{
	struct hf_sim_wire wire = { .truncate = HF_SIM_CERTAIN };
	struct net *n = net_new(1, &wire);

	(void)state;
	offer_many(n, 500, 100, 1);
	assert_int_equal(n->got, 500);
	for (uint32_t i = 0; i < n->got; i++) {
		assert_in_range(n->frame[i].len, 1, 99);
		if (n->frame[i].len >= 4)
			assert_int_equal(n->frame[i].flipped, 0);
	}
	net_free(n);
}

/* ---- more than two ends ----------------------------------------------- */

struct ear {
	uint32_t got;
};

static void hear(struct hf_sim *sim, uint32_t link, uint32_t end,
		 const void *data, uint32_t len, void *context)
{
	struct ear *ear = context;

	(void)sim, (void)link, (void)end, (void)data, (void)len;
	ear->got++;
}

static void test_shared_link_goes_by_destination(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	struct ear ear[3] = { { 0 } };
	uint8_t frame[20] = { 0x45 };
	uint32_t link, end;

	(void)state;
	hf_sim_link_add(sim, NULL, &link);
	for (uint8_t i = 0; i < 3; i++) {
		hf_sim_attach_raw(sim, link, hear, &ear[i], &end);
		assert_int_equal(hf_sim_address(sim, link, end,
						hf_ipv4(10, 0, 0, i), 24),
				 0);
	}
	frame[16] = 10;
	frame[19] = 2;
	hf_sim_send(sim, link, 0, frame, sizeof frame);
	frame[19] = 9; /* nobody's */
	hf_sim_send(sim, link, 0, frame, sizeof frame);
	while (hf_sim_step(sim))
		;
	assert_int_equal(ear[0].got, 0);
	assert_int_equal(ear[1].got, 0);
	assert_int_equal(ear[2].got, 1);
	hf_sim_free(sim);
}

/* ---- timers ----------------------------------------------------------- */

struct notes {
	uint32_t order[4], count;
	hf_time when[4];
};

#define NOTE(n)                                                                \
	static void note_##n(struct hf_sim *sim, void *context)                \
	{                                                                      \
		struct notes *notes = context;                                 \
                                                                               \
		notes->when[notes->count] = hf_sim_now(sim);                   \
		notes->order[notes->count++] = n;                              \
	}
NOTE(1)
NOTE(2)
NOTE(3)

static void test_timers_of_one_instant_keep_their_order(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 100);
	struct notes notes = { 0 };

	(void)state;
	hf_sim_timer(sim, HF_SIM_NOBODY, 300, note_1, &notes);
	hf_sim_timer(sim, HF_SIM_NOBODY, 300, note_2, &notes);
	hf_sim_timer(sim, HF_SIM_NOBODY, 50, note_3, &notes); /* past: now */
	hf_sim_run_until(sim, 299);
	assert_int_equal(notes.count, 1);
	hf_sim_run_until(sim, 300);
	assert_int_equal(notes.count, 3);
	assert_int_equal(notes.order[0], 3);
	assert_int_equal(notes.when[0], 100);
	assert_int_equal(notes.order[1], 1);
	assert_int_equal(notes.order[2], 2);
	assert_int_equal(notes.when[2], 300);
	hf_sim_free(sim);
}

/* ---- the same again --------------------------------------------------- */

/* A capture of 500 frames over a bad wire; the file's octets. */
static char *captured(uint64_t seed, size_t *len)
{
	struct hf_sim_wire wire = {
		.delay = 3 * HF_MILLISECOND,
		.jitter = HF_MILLISECOND,
		.loss = 100000,
		.duplicate = 100000,
		.reorder = 100000,
		.reorder_delay = HF_MILLISECOND,
		.corrupt = 100000,
		.truncate = 100000,
	};
	struct net *n = net_new(seed, &wire);
	char path[] = "/tmp/hf_test_sim_XXXXXX", error[256];
	int fd = mkstemp(path);
	struct hf_sim_capture *capture;
	struct sim_random r = sim_random_stream(seed, 0);
	char *octets = malloc(1 << 20);
	FILE *file;

	assert_true(fd >= 0 && octets);
	capture = hf_sim_capture_open(n->sim, path, HF_SIM_NOBODY, error,
				      sizeof error);
	assert_non_null(capture);
	for (uint32_t i = 0; i < 500; i++) {
		hf_sim_run_until(n->sim, i * HF_MILLISECOND);
		offer(n, i, 60 + (uint32_t)sim_random_below(&r, 1000));
		/* What arrived goes into the capture too. */
		if (n->got > 0)
			offer(n, (uint32_t)n->frame[n->got - 1].when,
			      n->frame[n->got - 1].len + 4);
	}
	hf_sim_capture_close(capture);
	net_free(n);
	file = fopen(path, "rb");
	assert_non_null(file);
	*len = fread(octets, 1, 1 << 20, file);
	fclose(file);
	close(fd);
	unlink(path);
	return octets;
}

static void test_same_seed_same_capture(void **state)
{
	size_t a_len, b_len;
	char *a = captured(42, &a_len), *b = captured(42, &b_len);

	(void)state;
	assert_true(a_len > 100000);
	assert_int_equal(a_len, b_len);
	assert_memory_equal(a, b, a_len);
	free(a);
	free(b);
}

static void test_another_seed_another_capture(void **state)
{
	size_t a_len, b_len;
	char *a = captured(42, &a_len), *b = captured(43, &b_len);

	(void)state;
	assert_true(a_len != b_len || memcmp(a, b, a_len) != 0);
	free(a);
	free(b);
}

static void test_capture_that_cannot_be_written_says_why(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	char error[256] = "";

	(void)state;
	assert_null(hf_sim_capture_open(sim, "/nonexistent/x.pcap",
					HF_SIM_NOBODY, error, sizeof error));
	assert_true(error[0] != '\0');
	hf_sim_free(sim);
}

/* ---- wrong arguments -------------------------------------------------- */

static void test_wrong_arguments_are_named_errors(void **state)
{
	struct hf_sim *sim = hf_sim_new(1, 0);
	struct hf_sim_wire wire = { 0 };
	struct hf_link options = { .mtu = 1500 };
	uint32_t end, host;

	(void)state;
	assert_int_equal(hf_sim_attach(sim, 0, 0, &options, &end),
			 HF_ERR_ARGUMENT);
	assert_int_equal(hf_sim_attach_raw(sim, 0, NULL, NULL, &end),
			 HF_ERR_ARGUMENT);
	assert_int_equal(hf_sim_send(sim, 0, 0, "x", 1), HF_ERR_ARGUMENT);
	assert_int_equal(hf_sim_wire_set(sim, 0, 0, &wire), HF_ERR_ARGUMENT);
	assert_int_equal(hf_sim_host_move(sim, 0), HF_ERR_ARGUMENT);
	assert_int_equal(hf_sim_host_save(sim, 0, "/dev/null"),
			 HF_ERR_ARGUMENT);
	assert_int_equal(hf_sim_host_load(sim, "/dev/null", NULL, &host),
			 HF_ERR_ARGUMENT);
	assert_null(hf_sim_host(sim, 0));
	hf_sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perfect_wire_keeps_order_and_octets),
		cmocka_unit_test(test_nothing_to_do_ends),
		cmocka_unit_test(test_mask_drops_exactly_the_chosen),
		cmocka_unit_test(test_loss_certain_and_fair),
		cmocka_unit_test(test_rate_gives_exact_times),
		cmocka_unit_test(test_queue_drops_the_tail),
		cmocka_unit_test(test_queue_counts_octets),
		cmocka_unit_test(test_jitter_is_bounded_and_keeps_order),
		cmocka_unit_test(test_reordering_overtakes_within_its_bound),
		cmocka_unit_test(test_duplication_brings_each_twice),
		cmocka_unit_test(test_corruption_flips_as_many_bits_as_said),
		cmocka_unit_test(test_marks_go_to_those_who_asked),
		cmocka_unit_test(test_truncation_cuts_the_tail),
		cmocka_unit_test(test_shared_link_goes_by_destination),
		cmocka_unit_test(test_timers_of_one_instant_keep_their_order),
		cmocka_unit_test(test_same_seed_same_capture),
		cmocka_unit_test(test_another_seed_another_capture),
		cmocka_unit_test(test_capture_that_cannot_be_written_says_why),
		cmocka_unit_test(test_wrong_arguments_are_named_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
