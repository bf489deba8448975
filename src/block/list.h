/* SPDX-License-Identifier: MIT */
/*
 * Circular lists of records that are not armed, through the links that the
 * timing wheel uses when they are. A list has a record of its own as its
 * head, so that a member leaves without knowing which list it is in. A
 * record that is in no list has links of 0.
 */
#ifndef BLOCK_LIST_H
#define BLOCK_LIST_H

#include "pool.h"

static inline struct record *record_at(const struct block *b, uint32_t ref)
{
	return block_at(b, ref);
}

static inline void list_init(struct block *b, uint32_t head)
{
	struct record *h = record_at(b, head);

	h->deadline = HF_NEVER;
	h->timer_next = h->timer_prev = head;
}

static inline uint32_t list_first(const struct block *b, uint32_t head)
{
	uint32_t first = record_at(b, head)->timer_next;

	return first == head ? 0 : first;
}

static inline bool list_has(const struct record *member)
{
	return member->timer_next != 0;
}

/* Puts a record that is in no list and not armed behind the last. */
static inline void list_push(struct block *b, uint32_t head, uint32_t ref)
{
	struct record *h = record_at(b, head);
	struct record *r = record_at(b, ref);

	r->timer_next = head;
	r->timer_prev = h->timer_prev;
	record_at(b, h->timer_prev)->timer_next = ref;
	h->timer_prev = ref;
}

static inline void list_leave(struct block *b, uint32_t ref)
{
	struct record *r = record_at(b, ref);

	record_at(b, r->timer_prev)->timer_next = r->timer_next;
	record_at(b, r->timer_next)->timer_prev = r->timer_prev;
	r->timer_next = r->timer_prev = 0;
}

#endif
