/* SPDX-License-Identifier: MIT */
/*
 * Where an armed record stands follows from its deadline and the wheel's
 * tick alone: records with the same deadline share a list at all times, and
 * every move of a list keeps its order. Hence the order of arming survives.
 */
#include "wheel.h"

#define DIGIT_BITS 6u
#define DIGIT_MASK (WHEEL_SLOTS - 1u)
#define RUNS 32u /* 2^RUNS records are more than a block holds */

#define CHECK(invariant) CHECK_IN(3, invariant)

_Static_assert(WHEEL_LEVELS *DIGIT_BITS + WHEEL_TICK_SHIFT >= 64,
	       "the levels cover every tick");

static struct record *record(const struct block *b, uint32_t ref)
{
	return block_at(b, ref);
}

static uint64_t tick_of(hf_time t)
{
	return t >> WHEEL_TICK_SHIFT;
}

/* The level of the highest digit in which two different ticks differ. */
static uint32_t level_of(uint64_t a, uint64_t b)
{
	return (63u - (uint32_t)__builtin_clzll(a ^ b)) / DIGIT_BITS;
}

static uint32_t digit(uint64_t tick, uint32_t level)
{
	return (uint32_t)(tick >> (level * DIGIT_BITS)) & DIGIT_MASK;
}

static uint32_t first_in(uint64_t map)
{
	return (uint32_t)__builtin_ctzll(map);
}

void wheel_init(struct wheel *w, hf_time now)
{
	memset(w, 0, sizeof *w);
	w->tick = tick_of(now);
	w->earliest = HF_NEVER;
	w->is_known = true;
}

/* ---- lists ------------------------------------------------------------ */

/* Moves all of `from` behind all of `to`. */
static void append(struct block *b, struct wheel_slot *to,
		   struct wheel_slot *from)
{
	if (!from->first)
		return;
	if (to->first) {
		record(b, to->last)->timer_next = from->first;
		record(b, from->first)->timer_prev = to->last;
		to->last = from->last;
	} else {
		*to = *from;
	}
	*from = (struct wheel_slot){ 0, 0 };
}

/*
 * Merges two sorted chains, linked by timer_next only; of equal deadlines
 * those of `a` come first.
 */
static uint32_t merge(struct block *b, uint32_t a, uint32_t c)
{
	uint32_t head = 0;
	uint32_t *to = &head;

	while (a && c) {
		uint32_t *from = record(b, c)->deadline < record(b, a)->deadline
					 ? &c
					 : &a;

		*to = *from;
		to = &record(b, *from)->timer_next;
		*from = *to;
	}
	*to = a ? a : c;
	return head;
}

/* Makes a chain linked by timer_next only a list again. */
static struct wheel_slot relink(struct block *b, uint32_t first)
{
	struct wheel_slot list = { first, 0 };
	uint32_t ref;

	for (ref = first; ref; ref = record(b, ref)->timer_next) {
		record(b, ref)->timer_prev = list.last;
		list.last = ref;
	}
	return list;
}

/*
 * A stable merge sort from the bottom up: run[i] is empty or a sorted chain
 * of 2^i records, all of which stood before those of the runs below it.
 */
static uint32_t sort(struct block *b, uint32_t ref)
{
	uint32_t run[RUNS] = { 0 };
	uint32_t sorted = 0;
	uint32_t i;

	while (ref) {
		uint32_t carry = ref;

		ref = record(b, carry)->timer_next;
		record(b, carry)->timer_next = 0;
		for (i = 0; i < RUNS - 1 && run[i]; i++) {
			carry = merge(b, run[i], carry);
			run[i] = 0;
		}
		run[i] = carry;
	}
	for (i = 0; i < RUNS; i++)
		sorted = merge(b, run[i], sorted);
	return sorted;
}

/* ---- arming ----------------------------------------------------------- */

/* Level 0's slot of the current tick holds what is due by its end. */
static struct wheel_slot *place(struct wheel *w, hf_time deadline,
				uint32_t *level, uint32_t *at)
{
	uint64_t tick = tick_of(deadline);

	if (tick <= w->tick)
		tick = w->tick;
	*level = tick == w->tick ? 0 : level_of(tick, w->tick);
	*at = digit(tick, *level);
	return &w->slot[*level][*at];
}

/* Puts an unlinked record into the slot of its deadline. */
static void insert(struct block *b, struct wheel *w, uint32_t ref)
{
	struct record *r = record(b, ref);
	uint32_t level, at;
	struct wheel_slot *slot = place(w, r->deadline, &level, &at);

	r->timer_next = 0;
	r->timer_prev = slot->last;
	if (slot->last)
		record(b, slot->last)->timer_next = ref;
	else
		slot->first = ref;
	slot->last = ref;
	w->map[level] |= UINT64_C(1) << at;
}

/* At either end of its list a record tells whose list it is. */
static void unlink_end(struct wheel *w, uint32_t ref, const struct record *r)
{
	uint32_t level, at;
	struct wheel_slot *list = place(w, r->deadline, &level, &at);

	if (w->due.first == ref || w->due.last == ref)
		list = &w->due;
	if (!r->timer_prev)
		list->first = r->timer_next;
	if (!r->timer_next)
		list->last = r->timer_prev;
	if (list->first)
		return;
	w->is_known = false;
	if (list != &w->due)
		w->map[level] &= ~(UINT64_C(1) << at);
}

void wheel_disarm(struct block *b, struct wheel *w, uint32_t ref)
{
	struct record *r = record(b, ref);

	if (r->deadline == HF_NEVER)
		return;
	if (r->timer_prev)
		record(b, r->timer_prev)->timer_next = r->timer_next;
	if (r->timer_next)
		record(b, r->timer_next)->timer_prev = r->timer_prev;
	if (!r->timer_prev || !r->timer_next)
		unlink_end(w, ref, r);
	if (r->deadline == w->earliest)
		w->is_known = false;
	r->deadline = HF_NEVER;
	r->timer_next = r->timer_prev = 0; /* may be listed now: list.h */
}

void wheel_arm(struct block *b, struct wheel *w, uint32_t ref, hf_time deadline)
{
	wheel_disarm(b, w, ref);
	if (deadline == HF_NEVER)
		return;
	record(b, ref)->deadline = deadline;
	insert(b, w, ref);
	if (deadline < w->earliest)
		w->earliest = deadline;
}

/* ---- firing ----------------------------------------------------------- */

/* Takes the slots of a level that `which` has a bit for. */
static void gather(struct block *b, struct wheel *w, uint32_t level,
		   uint64_t which, struct wheel_slot *to)
{
	uint64_t map = w->map[level] & which;

	w->map[level] &= ~which;
	for (; map; map &= map - 1)
		append(b, to, &w->slot[level][first_in(map)]);
}

/*
 * Moves the wheel on. All levels below that of the highest digit that
 * changes have passed, and at that level the slots before the new digit; the
 * slot of the new digit is spread over the levels below, which are empty.
 */
static void advance(struct block *b, struct wheel *w, uint64_t tick)
{
	uint32_t top = level_of(tick, w->tick);
	uint32_t at = digit(tick, top);
	struct wheel_slot passed = { 0, 0 }, spread = { 0, 0 };
	uint32_t level, ref;

	for (level = 0; level < top; level++)
		gather(b, w, level, UINT64_MAX, &passed);
	gather(b, w, top, (UINT64_C(1) << at) - 1, &passed);
	gather(b, w, top, UINT64_C(1) << at, &spread);
	w->tick = tick;
	if (passed.first) {
		w->slot[0][digit(tick, 0)] = passed;
		w->map[0] |= UINT64_C(1) << digit(tick, 0);
	}
	for (ref = spread.first; ref;) {
		uint32_t next = record(b, ref)->timer_next;

		insert(b, w, ref);
		ref = next;
	}
}

/* Sorts what has gathered in the slot of the current tick into `due`. */
static void sort_due(struct block *b, struct wheel *w)
{
	struct wheel_slot list = { 0, 0 };

	gather(b, w, 0, UINT64_C(1) << digit(w->tick, 0), &list);
	if (!list.first)
		return;
	if (list.first != list.last)
		list = relink(b, sort(b, list.first));
	if (!w->due.first ||
	    record(b, list.first)->deadline >= record(b, w->due.last)->deadline)
		append(b, &w->due, &list);
	else
		w->due = relink(b, merge(b, w->due.first, list.first));
}

/* The least deadline in a list; HF_NEVER if it is empty. */
static hf_time least(const struct block *b, uint32_t ref)
{
	hf_time earliest = HF_NEVER;

	for (; ref; ref = record(b, ref)->timer_next) {
		if (record(b, ref)->deadline < earliest)
			earliest = record(b, ref)->deadline;
	}
	return earliest;
}

/* A lower level is earlier than a higher one, a lower slot than a higher. */
static hf_time find_earliest(const struct block *b, const struct wheel *w)
{
	hf_time due = HF_NEVER, slot;
	uint32_t level = 0, bits;

	if (w->due.first)
		due = record(b, w->due.first)->deadline;
	if (w->map[0]) {
		slot = least(b, w->slot[0][first_in(w->map[0])].first);
		return slot < due ? slot : due;
	}
	while (level < WHEEL_LEVELS && !w->map[level])
		level++;
	if (w->due.first || level == WHEEL_LEVELS)
		return due;
	/* The slot's first tick: a new digit, and zeros below it. */
	bits = level * DIGIT_BITS;
	slot = (w->tick >> bits & ~(hf_time)DIGIT_MASK) |
	       first_in(w->map[level]);
	return slot << bits << WHEEL_TICK_SHIFT;
}

uint32_t wheel_fire(struct block *b, struct wheel *w, hf_time now)
{
	uint32_t ref;

	if (tick_of(now) > w->tick)
		advance(b, w, tick_of(now));
	if (w->is_known && now < w->earliest)
		return 0;
	sort_due(b, w);
	ref = w->due.first;
	if (ref && record(b, ref)->deadline <= now) {
		wheel_disarm(b, w, ref);
		w->is_known = false;
		return ref;
	}
	w->earliest = find_earliest(b, w);
	w->is_known = true;
	return 0;
}

hf_time wheel_expiry(const struct block *b, const struct wheel *w)
{
	return w->is_known ? w->earliest : find_earliest(b, w);
}

/* ---- checking --------------------------------------------------------- */

static int check_list(const struct block *b, const struct wheel *w,
		      const struct wheel_slot *list, hf_time *earliest)
{
	uint32_t prev = 0, ref;

	for (ref = list->first; ref; ref = record(b, ref)->timer_next) {
		const struct record *r = record(b, ref);

		CHECK(ref < b->fresh * (uint64_t)BLOCK_PAGE_UNITS);
		CHECK(r->deadline != HF_NEVER && r->timer_prev == prev);
		if (list == &w->due) {
			CHECK(tick_of(r->deadline) <= w->tick);
			CHECK(!prev ||
			      record(b, prev)->deadline <= r->deadline);
		} else {
			uint32_t level, at;

			CHECK(list == place((struct wheel *)(uintptr_t)w,
					    r->deadline, &level, &at));
		}
		if (r->deadline < *earliest)
			*earliest = r->deadline;
		prev = ref;
	}
	CHECK(list->last == prev);
	return 0;
}

int wheel_check(const struct block *b, const struct wheel *w)
{
	hf_time earliest = HF_NEVER;
	uint32_t level, at;
	int line = check_list(b, w, &w->due, &earliest);

	for (level = 0; !line && level < WHEEL_LEVELS; level++) {
		for (at = 0; !line && at < WHEEL_SLOTS; at++) {
			const struct wheel_slot *slot = &w->slot[level][at];

			CHECK((w->map[level] >> at & 1) == (slot->first != 0));
			line = check_list(b, w, slot, &earliest);
		}
	}
	if (line)
		return line;
	CHECK(find_earliest(b, w) <= earliest);
	CHECK(!w->is_known || w->earliest <= earliest);
	return 0;
}
