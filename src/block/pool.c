/* SPDX-License-Identifier: MIT */
/*
 * A free record is threaded, through its `chain`, on its page's list of free
 * records; a page with a free record, or with room for a fresh one, is on its
 * pool's list. Hence taking and giving look at one descriptor and one record.
 */
#include "pool.h"

#define CHECK(invariant) CHECK_IN(1, invariant)

static struct page *descriptor(const struct block *b, uint32_t number)
{
	return block_page(b, number * BLOCK_PAGE_UNITS);
}

/* Sizes are powers of two, so nothing needs to be divided. */
static uint32_t shift(const struct pool *p)
{
	return (uint32_t)__builtin_ctz(p->units);
}

static uint32_t slots(const struct pool *p)
{
	return BLOCK_PAGE_UNITS >> shift(p);
}

static bool is_in_use(uint32_t generation)
{
	return generation & 1;
}

void pool_init(struct pool *p, uint8_t number, uint32_t octets, uint32_t limit,
	       bool has_generations)
{
	assert(number != 0);
	assert(octets >= BLOCK_UNIT && BLOCK_PAGE % octets == 0);
	*p = (struct pool){ .units = octets / BLOCK_UNIT,
			    .limit = limit,
			    .number = number,
			    .has_generations = has_generations };
}

static void list_page(struct block *b, struct pool *p, uint32_t number)
{
	struct page *page = descriptor(b, number);

	page->listed = true;
	page->prev = 0;
	page->next = p->partial;
	if (p->partial)
		descriptor(b, p->partial)->prev = number;
	p->partial = number;
}

static void unlist_page(struct block *b, struct pool *p, struct page *page)
{
	page->listed = false;
	if (page->next)
		descriptor(b, page->next)->prev = page->prev;
	if (page->prev)
		descriptor(b, page->prev)->next = page->next;
	else
		p->partial = page->next;
}

static bool add_page(struct block *b, struct pool *p)
{
	uint32_t ref;

	if (!p->may_use_reserve && block_pages_left(b) <= b->reserve)
		return false;
	ref = block_page_take(b, p->number);
	if (!ref)
		return false;
	p->pages++;
	list_page(b, p, ref / BLOCK_PAGE_UNITS);
	return true;
}

/* A record of a page that has one left, the generation not yet set. */
static uint32_t take_slot(struct block *b, const struct pool *p,
			  uint32_t number, uint32_t *generation)
{
	struct page *page = descriptor(b, number);
	uint32_t ref = number * BLOCK_PAGE_UNITS;
	const struct record *r;

	page->used++;
	if (!page->free) {
		*generation = page->generation + 1;
		return ref + ((uint32_t)page->fresh++ << shift(p));
	}
	ref += (page->free - 1u) << shift(p);
	r = block_at(b, ref);
	page->free = (uint16_t)r->chain;
	*generation = r->generation + 1;
	return ref;
}

uint32_t pool_take_raw(struct block *b, struct pool *p)
{
	uint32_t generation, ref;
	struct record *r;
	struct page *page;

	if (p->used >= p->limit || (!p->partial && !add_page(b, p)))
		return 0;
	page = descriptor(b, p->partial);
	ref = take_slot(b, p, p->partial, &generation);
	if (!page->free && page->fresh == slots(p))
		unlist_page(b, p, page);
	p->used++;
	r = block_at(b, ref);
	*r = (struct record){ .deadline = HF_NEVER,
			      .generation = p->has_generations ? generation
							       : 0 };
	return ref;
}

uint32_t pool_take(struct block *b, struct pool *p)
{
	uint32_t ref = pool_take_raw(b, p);

	if (ref) {
		struct record *r = block_at(b, ref);

		memset(r + 1, 0, (size_t)p->units * BLOCK_UNIT - sizeof *r);
	}
	return ref;
}

/*
 * Ends the life of a record's generation; false if it was the last one. Then
 * the record stays counted in its page's `used`, so that the page never goes
 * back and the record is never found again: its generation is now 0.
 */
static bool end_generation(struct page *page, struct record *r)
{
	assert(is_in_use(r->generation));
	assert(r->deadline == HF_NEVER);
	r->generation++;
	if (r->generation == 0)
		return false;
	if (r->generation > page->generation)
		page->generation = r->generation;
	return true;
}

void pool_give(struct block *b, struct pool *p, uint32_t ref)
{
	struct page *page = block_page(b, ref);
	uint32_t number = ref / BLOCK_PAGE_UNITS;
	struct record *r = block_at(b, ref);

	assert(page->pool == p->number && page->used > 0);
	assert(ref % p->units == 0);
	p->used--;
	if (p->has_generations && !end_generation(page, r))
		return;
	page->used--;
	if (page->used == 0) {
		if (page->listed)
			unlist_page(b, p, page);
		p->pages--;
		block_page_give(b, number * BLOCK_PAGE_UNITS);
		return;
	}
	r->chain = page->free;
	page->free = (uint16_t)(1 + ((ref % BLOCK_PAGE_UNITS) >> shift(p)));
	if (!page->listed)
		list_page(b, p, number);
}

void *pool_find(const struct block *b, const struct pool *p,
		struct hf_handle handle)
{
	uint32_t number = handle.index / BLOCK_PAGE_UNITS;
	uint32_t unit = handle.index % BLOCK_PAGE_UNITS;
	const struct page *page;
	struct record *r;

	/* Tables have descriptors too, of all zero. */
	if (number >= b->fresh || !is_in_use(handle.generation))
		return NULL;
	page = descriptor(b, number);
	if (page->pool != p->number || unit % p->units != 0 ||
	    unit >> shift(p) >= page->fresh)
		return NULL;
	r = block_at(b, handle.index);
	return r->generation == handle.generation ? r : NULL;
}

static struct record *slot(const struct block *b, const struct pool *p,
			   uint32_t number, uint32_t index)
{
	return block_at(b, number * BLOCK_PAGE_UNITS + (index << shift(p)));
}

static int check_free(const struct block *b, const struct pool *p,
		      uint32_t number)
{
	const struct page *page = descriptor(b, number);
	uint32_t next = page->free, count = 0;

	while (next) {
		const struct record *r;

		CHECK(next <= page->fresh);
		CHECK(count < (uint32_t)page->fresh - page->used);
		r = slot(b, p, number, next - 1);
		CHECK(!p->has_generations || !is_in_use(r->generation));
		next = r->chain;
		count++;
	}
	CHECK(count == (uint32_t)page->fresh - page->used);
	return 0;
}

/* Adds to *used the page's records in use, without the retired. */
static int check_page(const struct block *b, const struct pool *p,
		      uint32_t number, uint32_t *used)
{
	const struct page *page = descriptor(b, number);
	uint32_t retired = 0, live = 0, i;

	CHECK(page->used > 0 && page->used <= page->fresh);
	CHECK(page->fresh <= slots(p));
	CHECK(page->listed == (page->free || page->fresh < slots(p)));
	CHECK(!is_in_use(page->generation));
	for (i = 0; p->has_generations && i < page->fresh; i++) {
		uint32_t generation = slot(b, p, number, i)->generation;

		live += is_in_use(generation);
		retired += generation == 0;
	}
	if (!p->has_generations)
		live = page->used;
	CHECK(page->used == live + retired);
	*used += live;
	return check_free(b, p, number);
}

int pool_check(const struct block *b, const struct pool *p)
{
	uint32_t number, prev = 0, listed = 0, pages = 0, used = 0;

	for (number = b->first; number < b->fresh; number++) {
		const struct page *page = descriptor(b, number);
		int line;

		if (page->pool != p->number)
			continue;
		line = check_page(b, p, number, &used);
		if (line)
			return line;
		pages++;
		listed += page->listed;
	}
	CHECK(pages == p->pages && used == p->used);
	for (number = p->partial; number; number = descriptor(b, prev)->next) {
		CHECK(number >= b->first && number < b->fresh && listed > 0);
		CHECK(descriptor(b, number)->pool == p->number);
		CHECK(descriptor(b, number)->listed);
		CHECK(descriptor(b, number)->prev == prev);
		prev = number;
		listed--;
	}
	CHECK(listed == 0);
	return 0;
}
