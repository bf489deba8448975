/* SPDX-License-Identifier: MIT */
/*
 * The block: one stretch of memory, addressed by references.
 *
 * A reference (`ref`) counts units of 64 octets from the start of the block,
 * so 32 bits reach 256 GiB and a copy of the block is as good as the block.
 * Ref 0 is the block's own header and so means "none".
 *
 *	| header, host | tables made at init | page descriptors | pages ...
 *
 * Pages of 4096 octets are handed out by bumping `fresh`, and recycled
 * through one free list, so that they move between the pools that use them.
 * Nothing is linked or cleared in advance: what was never used was never
 * touched.
 */
#ifndef BLOCK_BLOCK_H
#define BLOCK_BLOCK_H

#include "core.h"
#include <handfast/types.h>

#define BLOCK_UNIT 64u
#define BLOCK_PAGE 4096u
#define BLOCK_PAGE_UNITS (BLOCK_PAGE / BLOCK_UNIT)

/* Who holds a page. A descriptor of all zero is a page never used. */
struct page {
	uint32_t next, prev; /* in the pool's list of partly free pages */
	uint16_t free; /* 1 + index of the first recycled record */
	uint16_t used; /* records in use */
	uint16_t fresh; /* records ever handed out */
	uint8_t pool; /* number of the pool, from 1; 0: none */
	bool listed; /* in the pool's list */
	uint32_t generation; /* past all that records in it have had */
};

struct block {
	uint64_t magic; /* version and byte order; see block.c */
	uint64_t octets; /* of the whole block */
	uint32_t carved; /* units before this are tables */
	uint32_t descriptors; /* ref of the page descriptors */
	uint32_t first; /* number of the first page */
	uint32_t fresh; /* number of the first page never used */
	uint32_t end; /* number past the last page */
	uint32_t recycled; /* page number; head of the free list; 0: none */
	uint32_t recycled_count;
	uint32_t reserve; /* pages left for those who may use the reserve */
	uint32_t table_pages; /* pages that tables took for good */
	uint32_t pool_pages; /* pages that pools hold */
};

/* What a ref names. Never NULL; ref is not 0. */
static inline void *block_at(const struct block *b, uint32_t ref)
{
	return (char *)(uintptr_t)b + (size_t)ref * BLOCK_UNIT;
}

/* The ref of something that starts a unit of the block. */
static inline uint32_t block_ref(const struct block *b, const void *p)
{
	return (uint32_t)((size_t)((const char *)p - (const char *)b) /
			  BLOCK_UNIT);
}

static inline struct page *block_page(const struct block *b, uint32_t ref)
{
	struct page *pages = block_at(b, b->descriptors);

	return &pages[ref / BLOCK_PAGE_UNITS];
}

/*
 * Starts a block whose first `header` octets are the caller's (struct block
 * first among them). HF_ERR_NO_MEMORY, HF_ERR_ARGUMENT as hf_host_init().
 * Then block_carve() makes tables, then block_open() the pages.
 */
enum hf_error block_init(struct block *b, size_t size, size_t header);

/* A zeroed table of `octets`, for good; 0 if it does not fit. */
uint32_t block_carve(struct block *b, size_t octets);
enum hf_error block_open(struct block *b);

/* True if this is a block made by this version with this size. */
bool block_is_valid(const struct block *b, size_t size);

/* Pages that could be taken now. */
static inline uint32_t block_pages_left(const struct block *b)
{
	return b->end - b->fresh + b->recycled_count;
}

/*
 * A page, by ref, its octets as the last user left them; 0 if none is left.
 * `pool` is what its descriptor will say.
 */
uint32_t block_page_take(struct block *b, uint8_t pool);
void block_page_give(struct block *b, uint32_t ref);

/*
 * `count` pages in a row for a table that grows and never shrinks, zeroed;
 * 0 if there is no such stretch that was never used. A single one may also
 * be a recycled page.
 */
uint32_t block_stretch(struct block *b, uint32_t count);

#endif
