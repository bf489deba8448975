/* SPDX-License-Identifier: MIT */
/*
 * A hierarchical timing wheel (Varghese and Lauck 1987) of records.
 *
 * A level has 64 slots and a 64-bit map of those that are not empty; a slot
 * of level 0 is 2^20 ns (about a millisecond), of level n 64 times that of
 * level n - 1. A record stands at the level of the highest digit in which
 * its deadline's tick differs from the wheel's, and is moved down when the
 * wheel gets there; empty slots are skipped by their maps, so that a jump of
 * minutes costs nothing. What is due by the tick, or will be within it,
 * stands in level 0's slot of the current tick as it was armed, and from the
 * next wheel_fire() on in `due`, sorted.
 *
 * Deadlines are exact to the nanosecond: the wheel only finds candidates.
 * Nothing fires early; of equal deadlines the one armed first fires first.
 */
#ifndef BLOCK_WHEEL_H
#define BLOCK_WHEEL_H

#include "pool.h"

#define WHEEL_LEVELS 8u
#define WHEEL_SLOTS 64u
#define WHEEL_TICK_SHIFT 20u

struct wheel_slot {
	uint32_t first, last; /* refs of records, in order of arming */
};

struct wheel {
	uint64_t tick; /* now, in units of 2^20 ns */
	hf_time earliest; /* what wheel_expiry() says, if known */
	bool is_known;
	uint64_t map[WHEEL_LEVELS];
	struct wheel_slot slot[WHEEL_LEVELS][WHEEL_SLOTS];
	struct wheel_slot due; /* taken from slots, sorted, to be fired */
};

void wheel_init(struct wheel *w, hf_time now);

/*
 * Arms a record's timer, moving it if it was armed: it goes behind the others
 * with the same deadline. HF_NEVER disarms.
 */
void wheel_arm(struct block *b, struct wheel *w, uint32_t ref,
	       hf_time deadline);
void wheel_disarm(struct block *b, struct wheel *w, uint32_t ref);

/*
 * The ref of the next record that is due at `now`, disarmed (its deadline
 * HF_NEVER), in the order of deadlines; 0 if none is. Whoever takes one may
 * arm and disarm others, and give back any record that is not armed.
 */
uint32_t wheel_fire(struct block *b, struct wheel *w, hf_time now);

/* Not later than the earliest deadline, exact within the current slot. */
hf_time wheel_expiry(const struct block *b, const struct wheel *w);

/* 0, or the line of the invariant that does not hold. */
int wheel_check(const struct block *b, const struct wheel *w);

#endif
