/* SPDX-License-Identifier: MIT */
/* Blocks for unit tests, and a small generator of test numbers. */
#ifndef BLOCK_FIXTURE_H
#define BLOCK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "pool.h"

/* A zeroed stretch, aligned as a block must be. */
static inline void *new_memory(size_t size)
{
	void *p = aligned_alloc(BLOCK_PAGE, (size + BLOCK_PAGE - 1) /
						    BLOCK_PAGE * BLOCK_PAGE);

	assert_non_null(p);
	memset(p, 0, size);
	return p;
}

/* A block of `pages` pages that are free, its tables and header aside. */
static inline struct block *new_block(uint32_t pages)
{
	size_t tables =
		(pages * sizeof(struct page) / BLOCK_PAGE + 2) * BLOCK_PAGE;
	size_t size = tables + (size_t)pages * BLOCK_PAGE;
	struct block *b = new_memory(size);

	assert_int_equal(block_init(b, size, sizeof *b), HF_OK);
	assert_int_equal(block_open(b), HF_OK);
	assert_true(block_pages_left(b) >= pages);
	return b;
}

/* Copies a block to another address and scribbles over the old one. */
static inline struct block *move_block(struct block *b)
{
	size_t size = (size_t)b->octets;
	struct block *copy = new_memory(size);

	memcpy(copy, b, size);
	memset(b, 0xa5, size);
	free(b);
	assert_true(block_is_valid(copy, size));
	return copy;
}

/* A multiplicative generator (Lehmer), good enough to choose operations. */
static inline uint32_t dice(uint64_t *seed, uint32_t bound)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)((*seed >> 33) % bound);
}

#endif
