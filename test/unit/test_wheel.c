/* SPDX-License-Identifier: MIT */
#include "block_fixture.h"
#include "wheel.h"

/* The model: for each record its deadline and when it was armed. */
#define RECORDS 300u

struct entry {
	uint32_t ref;
	hf_time deadline; /* HF_NEVER: not armed */
	uint64_t order; /* of arming */
};

struct bench {
	struct block *b;
	struct wheel w;
	struct pool pool;
	hf_time now;
	uint64_t order;
	struct entry entry[RECORDS];
};

static struct bench *start(hf_time now)
{
	struct bench *t = calloc(1, sizeof *t);

	assert_non_null(t);
	t->b = new_block(16);
	t->now = now;
	wheel_init(&t->w, now);
	pool_init(&t->pool, 1, 64, RECORDS, true);
	for (uint32_t i = 0; i < RECORDS; i++) {
		t->entry[i].ref = pool_take(t->b, &t->pool);
		assert_int_not_equal(t->entry[i].ref, 0);
		t->entry[i].deadline = HF_NEVER;
	}
	assert_true(wheel_expiry(t->b, &t->w) == HF_NEVER);
	return t;
}

static void stop(struct bench *t)
{
	assert_int_equal(wheel_check(t->b, &t->w), 0);
	free(t->b);
	free(t);
}

static void arm(struct bench *t, uint32_t i, hf_time deadline)
{
	struct record *r = block_at(t->b, t->entry[i].ref);

	wheel_arm(t->b, &t->w, t->entry[i].ref, deadline);
	t->entry[i].deadline = deadline;
	t->entry[i].order = t->order++;
	assert_true(r->deadline == deadline);
}

static void disarm(struct bench *t, uint32_t i)
{
	struct record *r = block_at(t->b, t->entry[i].ref);

	wheel_disarm(t->b, &t->w, t->entry[i].ref);
	t->entry[i].deadline = HF_NEVER;
	assert_true(r->deadline == HF_NEVER);
}

/* The entry that is to fire first, or NULL if none is armed. */
static struct entry *first(struct bench *t)
{
	struct entry *best = NULL;

	for (uint32_t i = 0; i < RECORDS; i++) {
		struct entry *e = &t->entry[i];

		if (e->deadline == HF_NEVER)
			continue;
		if (!best || e->deadline < best->deadline ||
		    (e->deadline == best->deadline && e->order < best->order))
			best = e;
	}
	return best;
}

/* Fires once at t->now and compares; returns what fired, or NULL. */
static struct entry *fire(struct bench *t)
{
	struct entry *expected = first(t);
	uint32_t ref = wheel_fire(t->b, &t->w, t->now);
	const struct record *r;

	if (!expected || expected->deadline > t->now) {
		assert_int_equal(ref, 0);
		assert_true(wheel_expiry(t->b, &t->w) > t->now);
		return NULL;
	}
	assert_int_equal(ref, expected->ref);
	r = block_at(t->b, ref);
	assert_true(r->deadline == HF_NEVER);
	expected->deadline = HF_NEVER;
	return expected;
}

/* Not later than the earliest deadline, and exact at level 0. */
static void check_expiry(struct bench *t)
{
	const struct entry *e = first(t);
	hf_time expiry = wheel_expiry(t->b, &t->w);

	if (!e) {
		assert_true(expiry == HF_NEVER);
		return;
	}
	assert_true(expiry <= e->deadline);
	if (e->deadline >> (WHEEL_TICK_SHIFT + 6) <= t->w.tick >> 6)
		assert_true(expiry == e->deadline);
}

static void nothing_armed_never_expires(void **state)
{
	struct bench *t = start(12345);

	(void)state;
	assert_null(fire(t));
	t->now = HF_NEVER - 1;
	assert_null(fire(t));
	check_expiry(t);
	stop(t);
}

static void fires_to_the_nanosecond(void **state)
{
	struct bench *t = start(1000);

	(void)state;
	arm(t, 0, 5000);
	arm(t, 1, 250 * HF_MILLISECOND + 1);
	assert_true(wheel_expiry(t->b, &t->w) == 5000);
	t->now = 4999;
	assert_null(fire(t));
	assert_true(wheel_expiry(t->b, &t->w) == 5000);
	t->now = 5000;
	assert_ptr_equal(fire(t), &t->entry[0]);
	assert_null(fire(t));
	t->now = 250 * HF_MILLISECOND;
	assert_null(fire(t));
	assert_true(wheel_expiry(t->b, &t->w) == 250 * HF_MILLISECOND + 1);
	t->now++;
	assert_ptr_equal(fire(t), &t->entry[1]);
	check_expiry(t);
	stop(t);
}

static void equal_deadlines_fire_as_armed(void **state)
{
	struct bench *t = start(0);
	hf_time deadline = 3 * HF_SECOND;

	(void)state;
	/* From different distances, so that they enter at other levels. */
	arm(t, 5, deadline);
	t->now = HF_SECOND;
	assert_null(fire(t));
	arm(t, 3, deadline);
	arm(t, 4, deadline - 1);
	t->now = deadline - 2;
	assert_null(fire(t));
	arm(t, 2, deadline);
	arm(t, 5, deadline); /* anew: behind the others */
	t->now = deadline;
	arm(t, 1, deadline);
	assert_ptr_equal(fire(t), &t->entry[4]);
	assert_ptr_equal(fire(t), &t->entry[3]);
	arm(t, 0, deadline);
	assert_ptr_equal(fire(t), &t->entry[2]);
	assert_ptr_equal(fire(t), &t->entry[5]);
	assert_ptr_equal(fire(t), &t->entry[1]);
	assert_ptr_equal(fire(t), &t->entry[0]);
	assert_null(fire(t));
	stop(t);
}

static void past_deadlines_are_due_at_once(void **state)
{
	struct bench *t = start(HF_SECOND);

	(void)state;
	arm(t, 0, HF_SECOND);
	arm(t, 1, 0);
	arm(t, 2, HF_SECOND - 1);
	assert_true(wheel_expiry(t->b, &t->w) == 0);
	assert_ptr_equal(fire(t), &t->entry[1]);
	arm(t, 3, 17);
	assert_ptr_equal(fire(t), &t->entry[3]);
	assert_ptr_equal(fire(t), &t->entry[2]);
	assert_ptr_equal(fire(t), &t->entry[0]);
	assert_null(fire(t));
	stop(t);
}

static void due_records_can_be_disarmed_and_moved(void **state)
{
	struct bench *t = start(0);

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		arm(t, i, 1000 + i);
	t->now = 2000;
	assert_ptr_equal(fire(t), &t->entry[0]); /* the others are sorted */
	disarm(t, 1); /* the head */
	disarm(t, 9); /* the tail */
	disarm(t, 5);
	arm(t, 6, 1002); /* in the middle, behind 2 */
	arm(t, 7, 3000); /* not due any more */
	assert_int_equal(wheel_check(t->b, &t->w), 0);
	assert_ptr_equal(fire(t), &t->entry[2]);
	assert_ptr_equal(fire(t), &t->entry[6]);
	assert_ptr_equal(fire(t), &t->entry[3]);
	assert_ptr_equal(fire(t), &t->entry[4]);
	assert_ptr_equal(fire(t), &t->entry[8]);
	assert_null(fire(t));
	assert_true(wheel_expiry(t->b, &t->w) == 3000);
	disarm(t, 7);
	check_expiry(t);
	stop(t);
}

static void never_disarms(void **state)
{
	struct bench *t = start(0);

	(void)state;
	arm(t, 0, 500);
	arm(t, 0, HF_NEVER);
	check_expiry(t);
	disarm(t, 0);
	arm(t, 0, HF_NEVER);
	t->now = HF_NEVER - 1;
	assert_null(fire(t));
	stop(t);
}

static void the_last_nanosecond_fires(void **state)
{
	struct bench *t = start(0);

	(void)state;
	arm(t, 0, HF_NEVER - 1);
	arm(t, 1, HF_NEVER - 2);
	arm(t, 2, UINT64_C(1) << 63);
	t->now = HF_NEVER - 2;
	assert_ptr_equal(fire(t), &t->entry[2]);
	assert_ptr_equal(fire(t), &t->entry[1]);
	assert_null(fire(t));
	assert_true(wheel_expiry(t->b, &t->w) == HF_NEVER - 1);
	t->now = HF_NEVER - 1;
	assert_ptr_equal(fire(t), &t->entry[0]);
	assert_null(fire(t));
	stop(t);
}

/* Whoever sleeps until the expiry wakes at most once for each level. */
static void expiry_closes_in(void **state)
{
	(void)state;
	for (unsigned bits = 1; bits < 64; bits++) {
		struct bench *t = start(77);
		int wakes = 0;

		arm(t, 0, (UINT64_C(1) << bits) + 99);
		for (;;) {
			t->now = wheel_expiry(t->b, &t->w);
			assert_true(t->now != HF_NEVER);
			if (fire(t))
				break;
			wakes++;
		}
		assert_true(t->now == (UINT64_C(1) << bits) + 99);
		assert_true(wakes <= 8);
		stop(t);
	}
}

/* Even if what was known is gone, the wheel does not wake for nothing. */
static void expiry_is_ahead_of_now(void **state)
{
	struct bench *t = start(0);

	(void)state;
	arm(t, 0, 110 * HF_MILLISECOND);
	arm(t, 1, 120 * HF_MILLISECOND);
	t->now = 105 * HF_MILLISECOND;
	assert_null(fire(t));
	disarm(t, 0);
	assert_true(wheel_expiry(t->b, &t->w) > t->now);
	assert_null(fire(t));
	t->now = 120 * HF_MILLISECOND;
	assert_ptr_equal(fire(t), &t->entry[1]);
	stop(t);
}

/* ---- against the model ------------------------------------------------ */

/* A duration of any size: as likely short as long. */
static hf_time duration(uint64_t *seed, uint32_t bits)
{
	uint32_t shift = dice(seed, bits);
	uint64_t high = (uint64_t)dice(seed, 1u << 30) << 31;

	return (high | dice(seed, 1u << 30) << 1) >> (61 - shift);
}

static hf_time later(hf_time now, hf_time by)
{
	return by < HF_NEVER - 1 - now ? now + by : HF_NEVER - 1;
}

/* Sets a timer: most lie ahead, some are past, some equal another's. */
static void arm_any(struct bench *t, uint64_t *seed, uint32_t bits)
{
	uint32_t i = dice(seed, RECORDS);
	uint32_t how = dice(seed, 16);
	hf_time by = duration(seed, bits);

	if (how == 0)
		arm(t, i, by < t->now ? t->now - by : 0);
	else if (how < 4)
		arm(t, i, t->entry[dice(seed, RECORDS)].deadline);
	else
		arm(t, i, later(t->now, by));
}

static void jump(struct bench *t, uint64_t *seed, uint32_t bits)
{
	const struct entry *e = first(t);

	if (dice(seed, 3) == 0 && e && e->deadline > t->now)
		t->now = e->deadline - dice(seed, 2);
	else if (dice(seed, 2) == 0 && e)
		t->now = wheel_expiry(t->b, &t->w) > t->now
				 ? wheel_expiry(t->b, &t->w)
				 : t->now;
	else
		t->now = later(t->now, duration(seed, bits));
}

static void run(uint64_t seed, hf_time from, uint32_t bits, int steps)
{
	struct bench *t = start(from);
	uint64_t fired = 0;

	for (int step = 0; step < steps; step++) {
		uint32_t what = dice(&seed, 10);

		if (what < 4)
			arm_any(t, &seed, bits);
		else if (what < 5)
			disarm(t, dice(&seed, RECORDS));
		else if (what < 8)
			fired += fire(t) != NULL;
		else if (what < 9 || dice(&seed, 2))
			jump(t, &seed, bits);
		else
			while (fire(t))
				fired++;
		check_expiry(t);
		if (step % 16 == 0)
			assert_int_equal(wheel_check(t->b, &t->w), 0);
		if (step % 10000 == 0)
			t->b = move_block(t->b);
	}
	t->now = HF_NEVER - 1;
	while (fire(t))
		fired++;
	assert_true(fired > (uint64_t)steps / 100);
	check_expiry(t);
	for (uint32_t i = 0; i < RECORDS; i++)
		pool_give(t->b, &t->pool, t->entry[i].ref);
	assert_int_equal(pool_check(t->b, &t->pool), 0);
	stop(t);
}

static void random_within_a_tick(void **state)
{
	(void)state;
	run(1, 0, 12, 30000);
}

static void random_milliseconds(void **state)
{
	(void)state;
	run(2, UINT64_C(1700000000) * HF_SECOND, 28, 40000);
}

static void random_minutes(void **state)
{
	(void)state;
	run(3, 1, 38, 60000);
}

static void random_years(void **state)
{
	(void)state;
	run(4, 0, 50, 30000);
	run(5, UINT64_C(1) << 62, 61, 20000);
}

/* What the wheel forgets when it fires, in the user's part of a record. */
static hf_time *own_deadline(const struct block *b, uint32_t ref)
{
	return (hf_time *)((struct record *)block_at(b, ref) + 1);
}

/* A jump with all of many thousand records due, sorted without recursion. */
static void many_at_once(void **state)
{
	struct block *b = new_block(1000);
	struct wheel w;
	struct pool p;
	hf_time last = 0;
	uint64_t seed = 6;
	uint32_t ref, fired = 0;

	(void)state;
	wheel_init(&w, 0);
	pool_init(&p, 1, 64, 50000, true);
	while ((ref = pool_take(b, &p))) {
		hf_time deadline = duration(&seed, 40);

		*own_deadline(b, ref) = deadline;
		wheel_arm(b, &w, ref, deadline);
	}
	while ((ref = wheel_fire(b, &w, UINT64_C(1) << 42))) {
		assert_true(*own_deadline(b, ref) >= last);
		last = *own_deadline(b, ref);
		pool_give(b, &p, ref);
		fired++;
	}
	assert_int_equal(fired, 50000);
	assert_int_equal(p.pages, 0);
	assert_int_equal(wheel_check(b, &w), 0);
	free(b);
}

static void check_sees_damage(void **state)
{
	struct bench *t = start(0);
	struct record *r = block_at(t->b, t->entry[0].ref);

	(void)state;
	arm(t, 0, HF_SECOND);
	arm(t, 1, HF_SECOND);
	r->deadline = 2 * HF_SECOND; /* not where it belongs */
	assert_int_not_equal(wheel_check(t->b, &t->w), 0);
	r->deadline = HF_SECOND;
	t->w.map[3] = 1;
	assert_int_not_equal(wheel_check(t->b, &t->w), 0);
	t->w.map[3] = 0;
	r->timer_next = 0;
	assert_int_not_equal(wheel_check(t->b, &t->w), 0);
	r->timer_next = t->entry[1].ref;
	t->w.earliest = HF_SECOND + 1;
	assert_int_not_equal(wheel_check(t->b, &t->w), 0);
	t->w.earliest = HF_SECOND;
	stop(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_armed_never_expires),
		cmocka_unit_test(fires_to_the_nanosecond),
		cmocka_unit_test(equal_deadlines_fire_as_armed),
		cmocka_unit_test(past_deadlines_are_due_at_once),
		cmocka_unit_test(due_records_can_be_disarmed_and_moved),
		cmocka_unit_test(never_disarms),
		cmocka_unit_test(the_last_nanosecond_fires),
		cmocka_unit_test(expiry_closes_in),
		cmocka_unit_test(expiry_is_ahead_of_now),
		cmocka_unit_test(random_within_a_tick),
		cmocka_unit_test(random_milliseconds),
		cmocka_unit_test(random_minutes),
		cmocka_unit_test(random_years),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(check_sees_damage),
	};

	return cmocka_run_group_tests_name("wheel", tests, NULL, NULL);
}
