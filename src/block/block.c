/* SPDX-License-Identifier: MIT */
#include "block.h"

#define BLOCK_MOST (UINT64_C(1) << 38) /* what 2^32 units reach */
#define BLOCK_VERSION 2u

_Static_assert(sizeof(struct page) == 20, "five per thousand of the block");

/*
 * The word reads differently in the other byte order; what else lays out
 * structs differently (a word's size, the alignment of 64 bits) is in it.
 */
static uint64_t magic(void)
{
	struct probe {
		char c;
		uint64_t word;
	};

	return UINT64_C(0x68616e6400000000) | BLOCK_VERSION << 16 |
	       (uint64_t)offsetof(struct probe, word) << 8 | sizeof(size_t);
}

static bool is_aligned(const struct block *b)
{
	return (uintptr_t)b % BLOCK_UNIT == 0;
}

static uint64_t units_of(uint64_t octets)
{
	return octets / BLOCK_UNIT + (octets % BLOCK_UNIT != 0);
}

enum hf_error block_init(struct block *b, size_t size, size_t header)
{
	uint64_t octets = size;

	assert(header >= sizeof *b);
	if (!is_aligned(b) || octets > BLOCK_MOST)
		return HF_ERR_ARGUMENT;
	/* The header, and the least that can hold a record behind it. */
	if (octets < BLOCK_PAGE || octets - BLOCK_PAGE < header)
		return HF_ERR_NO_MEMORY;
	b->magic = magic();
	b->octets = octets;
	b->carved = (uint32_t)units_of(header);
	return HF_OK;
}

uint32_t block_carve(struct block *b, size_t octets)
{
	uint64_t units = units_of(octets);
	uint32_t ref = b->carved;

	assert(b->end == 0);
	/* Never the very last unit, so that `carved` does not overflow. */
	if (units >= b->octets / BLOCK_UNIT - ref)
		return 0;
	b->carved += (uint32_t)units;
	return ref;
}

enum hf_error block_open(struct block *b)
{
	uint64_t pages = b->octets / BLOCK_PAGE;
	uint64_t octets = pages * sizeof(struct page);
	uint64_t first;

	if (octets > SIZE_MAX)
		return HF_ERR_NO_MEMORY;
	b->descriptors = block_carve(b, (size_t)octets);
	if (!b->descriptors)
		return HF_ERR_NO_MEMORY;
	first = ((uint64_t)b->carved + BLOCK_PAGE_UNITS - 1) / BLOCK_PAGE_UNITS;
	if (first >= pages)
		return HF_ERR_NO_MEMORY;
	b->first = (uint32_t)first;
	b->fresh = (uint32_t)first;
	b->end = (uint32_t)pages;
	return HF_OK;
}

bool block_is_valid(const struct block *b, size_t size)
{
	if (!is_aligned(b) || size < sizeof *b || b->magic != magic() ||
	    b->octets != size || b->octets > BLOCK_MOST)
		return false;
	return b->end == b->octets / BLOCK_PAGE && b->first < b->end &&
	       b->fresh >= b->first && b->fresh <= b->end &&
	       b->descriptors < b->carved &&
	       b->carved <= b->first * (uint64_t)BLOCK_PAGE_UNITS &&
	       b->recycled < b->fresh;
}

uint32_t block_page_take(struct block *b, uint8_t pool)
{
	uint32_t number = b->recycled;
	struct page *page;

	assert(pool != 0);
	if (number) {
		page = block_page(b, number * BLOCK_PAGE_UNITS);
		b->recycled = page->next;
		b->recycled_count--;
		page->next = 0;
	} else {
		if (b->fresh == b->end)
			return 0;
		number = b->fresh++;
		page = block_page(b, number * BLOCK_PAGE_UNITS);
	}
	page->pool = pool;
	b->pool_pages++;
	return number * BLOCK_PAGE_UNITS;
}

void block_page_give(struct block *b, uint32_t ref)
{
	struct page *page = block_page(b, ref);

	assert(ref % BLOCK_PAGE_UNITS == 0 && page->pool != 0);
	*page = (struct page){ .next = b->recycled,
			       .generation = page->generation };
	b->recycled = ref / BLOCK_PAGE_UNITS;
	b->recycled_count++;
	b->pool_pages--;
}

/* A page that was a pool's and becomes a table's for good, zeroed. */
static uint32_t convert_page(struct block *b)
{
	uint32_t ref = block_page_take(b, 1);

	if (ref == 0)
		return 0;
	block_page(b, ref)->pool = 0;
	b->pool_pages--;
	b->table_pages++;
	memset(block_at(b, ref), 0, BLOCK_PAGE);
	return ref;
}

uint32_t block_stretch(struct block *b, uint32_t count)
{
	uint32_t number = b->fresh;

	if (count == 1 && number == b->end)
		return convert_page(b);
	if (count > b->end - number)
		return 0;
	b->fresh += count;
	b->table_pages += count;
	return number * BLOCK_PAGE_UNITS;
}
