/* SPDX-License-Identifier: MIT */
/*
 * Circular lists of what has something to do, through two links that stand at
 * one place in every kind of member and in every head, so that a member
 * leaves without knowing which list it is in. A member that is in no list has
 * links of 0. (Unlike the lists of list.h, members may have a timer armed.)
 */
#ifndef BLOCK_READY_H
#define BLOCK_READY_H

#include "block.h"

struct ready {
	uint32_t next, prev; /* refs */
};

#define READY_OFFSET 68u

static inline struct ready *ready_at(const struct block *b, uint32_t ref)
{
	return (struct ready *)(void *)((char *)block_at(b, ref) +
					READY_OFFSET);
}

static inline void ready_init(struct block *b, uint32_t head)
{
	*ready_at(b, head) = (struct ready){ head, head };
}

static inline uint32_t ready_first(const struct block *b, uint32_t head)
{
	uint32_t first = ready_at(b, head)->next;

	return first == head ? 0 : first;
}

/* Puts one that is in no list behind the last. */
static inline void ready_push(struct block *b, uint32_t head, uint32_t ref)
{
	struct ready *h = ready_at(b, head);

	*ready_at(b, ref) = (struct ready){ head, h->prev };
	ready_at(b, h->prev)->next = ref;
	h->prev = ref;
}

static inline void ready_leave(struct block *b, uint32_t ref)
{
	struct ready *r = ready_at(b, ref);

	ready_at(b, r->prev)->next = r->next;
	ready_at(b, r->next)->prev = r->prev;
	*r = (struct ready){ 0, 0 };
}

/* Moves all of one list behind those of another. */
static inline void ready_join(struct block *b, uint32_t head, uint32_t from)
{
	uint32_t ref;

	while ((ref = ready_first(b, from)) != 0) {
		ready_leave(b, ref);
		ready_push(b, head, ref);
	}
}

#endif
