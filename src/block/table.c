/* SPDX-License-Identifier: MIT */
#include "table.h"
#include "pool.h"

#define SEGMENT_0_OCTETS (TABLE_SEGMENT_0 * (uint32_t)sizeof(uint32_t))
/* Segments 1 to this are small; they share one page. */
#define SMALL_SEGMENTS 4u

_Static_assert(SEGMENT_0_OCTETS << SMALL_SEGMENTS == BLOCK_PAGE,
	       "segment 0 would fill the page that the small ones share");

/* Octets of segment k > 0. */
static uint64_t segment_octets(uint32_t k)
{
	return (uint64_t)SEGMENT_0_OCTETS << (k - 1);
}

enum hf_error table_init(struct block *b, struct table *t)
{
	*t = (struct table){ .buckets = TABLE_SEGMENT_0 };
	t->segment[0] = block_carve(b, SEGMENT_0_OCTETS);
	return t->segment[0] ? HF_OK : HF_ERR_NO_MEMORY;
}

static bool add_small_segments(struct block *b, struct table *t)
{
	uint32_t ref = block_stretch(b, 1);
	uint32_t k;

	if (!ref)
		return false;
	for (k = 1; k <= SMALL_SEGMENTS; k++) {
		t->segment[k] = ref;
		ref += (uint32_t)segment_octets(k) / BLOCK_UNIT;
	}
	return true;
}

/* Makes sure that segment k > 0 is there. */
static bool add_segment(struct block *b, struct table *t, uint32_t k)
{
	if (k >= TABLE_SEGMENTS)
		return false;
	if (t->segment[k])
		return true;
	if (k <= SMALL_SEGMENTS)
		return add_small_segments(b, t);
	t->segment[k] =
		block_stretch(b, (uint32_t)(segment_octets(k) / BLOCK_PAGE));
	return t->segment[k] != 0;
}

/*
 * Adds bucket number `buckets`, which takes its part of the one bucket that
 * has stood for it. Order within a chain is kept.
 */
static void split(struct block *b, struct table *t, table_hash *rehash,
		  const void *context)
{
	uint32_t added = t->buckets;
	uint32_t low = 31u - (uint32_t)__builtin_clz(added);
	uint32_t mask = (2u << low) - 1;
	uint32_t *to[2];
	uint32_t ref;

	/* A stretch that does not fit is refused at once, each time. */
	if (!add_segment(b, t, low - 5))
		return;
	to[0] = table_chain(b, t, added);
	ref = *to[0];
	t->buckets++;
	to[1] = table_chain(b, t, added);
	while (ref) {
		struct record *r = block_at(b, ref);
		bool moves = (rehash(b, context, ref) & mask) == added;

		*to[moves] = ref;
		to[moves] = &r->chain;
		ref = r->chain;
	}
	*to[0] = 0;
	*to[1] = 0;
}

void table_insert(struct block *b, struct table *t, uint32_t ref, uint32_t hash,
		  table_hash *rehash, const void *context)
{
	struct record *r = block_at(b, ref);
	uint32_t *chain = table_chain(b, t, hash);

	r->chain = *chain;
	*chain = ref;
	t->entries++;
	if (t->entries > t->buckets)
		split(b, t, rehash, context);
}

void table_remove(struct block *b, struct table *t, uint32_t ref, uint32_t hash)
{
	struct record *r = block_at(b, ref);
	uint32_t *chain = table_chain(b, t, hash);

	while (*chain != ref) {
		assert(*chain != 0);
		chain = &((struct record *)block_at(b, *chain))->chain;
	}
	*chain = r->chain;
	r->chain = 0;
	t->entries--;
}

uint64_t table_octets(const struct table *t)
{
	uint64_t octets = SEGMENT_0_OCTETS;
	uint32_t k;

	if (t->segment[1])
		octets += BLOCK_PAGE;
	for (k = SMALL_SEGMENTS + 1; k < TABLE_SEGMENTS; k++) {
		if (t->segment[k])
			octets += segment_octets(k);
	}
	return octets;
}
