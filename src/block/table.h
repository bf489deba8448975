/* SPDX-License-Identifier: MIT */
/*
 * A hash table that grows by one bucket at a time (linear hashing, Litwin
 * 1980), so that no insertion pays for all the others. Records are chained
 * through struct record's `chain`. The caller hashes, with a key that nobody
 * outside knows: then nobody outside can build a long chain.
 *
 * Buckets live in segments that double in size; segment 0 is carved at init.
 * If there is no memory for the next segment, chains grow longer instead.
 */
#ifndef BLOCK_TABLE_H
#define BLOCK_TABLE_H

#include "block.h"

#define TABLE_SEGMENTS 24u
#define TABLE_SEGMENT_0 64u /* buckets; segment k > 0 has 64 << (k - 1) */

struct table {
	uint32_t segment[TABLE_SEGMENTS]; /* refs; 0: not there yet */
	uint32_t buckets; /* in use now */
	uint32_t entries;
};

/* The hash of a record, by ref, for when its bucket is split. */
typedef uint32_t table_hash(const struct block *b, const void *context,
			    uint32_t ref);

/* HF_ERR_NO_MEMORY */
enum hf_error table_init(struct block *b, struct table *t);

/* The head of the chain of all records with this hash. */
static inline uint32_t *table_chain(const struct block *b,
				    const struct table *t, uint32_t hash)
{
	uint32_t low = 31u - (uint32_t)__builtin_clz(t->buckets);
	uint32_t i = hash & ((2u << low) - 1);

	if (i >= t->buckets)
		i &= (1u << low) - 1;
	if (i < TABLE_SEGMENT_0)
		return (uint32_t *)block_at(b, t->segment[0]) + i;
	uint32_t top = 31u - (uint32_t)__builtin_clz(i);

	return (uint32_t *)block_at(b, t->segment[top - 5]) + (i - (1u << top));
}

void table_insert(struct block *b, struct table *t, uint32_t ref, uint32_t hash,
		  table_hash *rehash, const void *context);
/* The record is in the table. */
void table_remove(struct block *b, struct table *t, uint32_t ref,
		  uint32_t hash);

/* Octets of its segments. */
uint64_t table_octets(const struct table *t);

#endif
