/* SPDX-License-Identifier: MIT */
/*
 * Pools of records of one size: 64 octets or a multiple that divides a page.
 *
 * A pool takes a page when it has no free record, fills the page by bumping,
 * recycles, and gives a page back when its last record is. Every record
 * begins with struct record; what follows is the user's.
 *
 * A record that handles name has a generation, which changes whenever the
 * record is given back and survives the page's change of pool: the page
 * descriptor remembers a number past all that were used in it. Generations
 * are odd in a record that is in use and even in a free one, so that no
 * handle, be it guessed, names a free record. A record whose generations are
 * used up is never used again.
 */
#ifndef BLOCK_POOL_H
#define BLOCK_POOL_H

#include "block.h"

/* The common start of everything that has a timer or is in a table. */
struct record {
	hf_time deadline; /* of its timer; HF_NEVER: not armed */
	uint32_t timer_next, timer_prev; /* wheel.h */
	uint32_t chain; /* table.h */
	union {
		uint32_t generation; /* if the pool keeps generations */
		uint32_t value; /* else the user's */
	};
};

struct pool {
	uint32_t units; /* of a record */
	uint32_t partial; /* first page (number) with a free record; 0 */
	uint32_t used; /* records */
	uint32_t limit; /* most records */
	uint32_t pages; /* held */
	uint8_t number; /* of this pool, for page descriptors; from 1 */
	bool has_generations;
	bool may_use_reserve; /* of the block's pages */
};

void pool_init(struct pool *p, uint8_t number, uint32_t octets, uint32_t limit,
	       bool has_generations);

/*
 * A record, all zero but its generation, its deadline HF_NEVER; 0 if the
 * limit is reached or no page is left.
 */
uint32_t pool_take(struct block *b, struct pool *p);

/*
 * The same for buffers: only struct record is set; what follows it is as the
 * last user left it.
 */
uint32_t pool_take_raw(struct block *b, struct pool *p);

/* The record's timer is not armed and it is in no table. */
void pool_give(struct block *b, struct pool *p, uint32_t ref);

/*
 * The record that a handle names, or NULL if there is none any more (or
 * never was: any index is safe).
 */
void *pool_find(const struct block *b, const struct pool *p,
		struct hf_handle handle);

/* 0, or the line of the invariant that does not hold. */
int pool_check(const struct block *b, const struct pool *p);

#endif
