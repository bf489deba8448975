/* SPDX-License-Identifier: MIT */
#include "block_fixture.h"

static void check(const struct block *b, const struct pool *p)
{
	assert_int_equal(pool_check(b, p), 0);
}

static struct hf_handle handle_of(const struct block *b, uint32_t ref)
{
	const struct record *r = block_at(b, ref);

	return (struct hf_handle){ ref, r->generation };
}

static void a_record_is_zero_and_unarmed(void **state)
{
	struct block *b = new_block(4);
	struct pool p;
	uint32_t ref;

	(void)state;
	pool_init(&p, 1, 256, 100, true);
	for (int round = 0; round < 2; round++) {
		struct record *r;
		const unsigned char *rest;

		ref = pool_take(b, &p);
		assert_int_not_equal(ref, 0);
		r = block_at(b, ref);
		assert_true(r->deadline == HF_NEVER);
		assert_int_equal(r->timer_next | r->timer_prev | r->chain, 0);
		assert_int_not_equal(r->generation, 0);
		rest = (const unsigned char *)(r + 1);
		for (size_t i = 0; i < 256 - sizeof *r; i++)
			assert_int_equal(rest[i], 0);
		memset(r + 1, 0xff, 256 - sizeof *r);
		r->timer_next = r->timer_prev = r->chain = 77;
		pool_give(b, &p, ref);
	}
	free(b);
}

static void a_raw_record_keeps_what_follows(void **state)
{
	struct block *b = new_block(4);
	struct pool p;
	uint32_t ref;
	struct record *r;

	(void)state;
	pool_init(&p, 1, 4096, 2, false);
	ref = pool_take_raw(b, &p);
	r = block_at(b, ref);
	memset(r, 0xff, 4096);
	pool_give(b, &p, ref);
	assert_int_equal(pool_take_raw(b, &p), ref);
	assert_true(r->deadline == HF_NEVER);
	assert_int_equal(r->generation, 0);
	assert_int_equal(((unsigned char *)r)[4095], 0xff);
	check(b, &p);
	free(b);
}

static void limit_and_exhaustion_refuse_cleanly(void **state)
{
	struct block *b = new_block(3);
	uint32_t pages = block_pages_left(b);
	struct pool p, q;
	uint32_t ref[1000], n = 0;

	(void)state;
	pool_init(&p, 1, 128, 5, true);
	pool_init(&q, 2, 128, UINT32_MAX, true);
	while ((ref[n] = pool_take(b, &p)))
		n++;
	assert_int_equal(n, 5);
	while ((ref[n] = pool_take(b, &q)))
		n++;
	assert_int_equal(n, 5 + (pages - 1) * 32);
	assert_int_equal(q.pages, pages - 1);
	check(b, &p);
	check(b, &q);
	for (uint32_t i = 0; i < n; i++)
		pool_give(b, i < 5 ? &p : &q, ref[i]);
	assert_int_equal(p.used + q.used + p.pages + q.pages, 0);
	assert_int_equal(block_pages_left(b), pages);
	check(b, &p);
	check(b, &q);
	free(b);
}

static void every_size_fills_its_page(void **state)
{
	(void)state;
	for (uint32_t octets = 64; octets <= 4096; octets *= 2) {
		struct block *b = new_block(2);
		struct pool p;
		uint32_t ref[128], n = 4096 / octets, i;

		pool_init(&p, 9, octets, 1000, true);
		for (i = 0; i < n; i++)
			ref[i] = pool_take(b, &p);
		assert_int_equal(p.pages, 1);
		for (i = 1; i < n; i++)
			assert_int_equal(ref[i] - ref[0], i * octets / 64);
		assert_int_equal(pool_take(b, &p) / 64, ref[0] / 64 + 1);
		assert_int_equal(p.pages, 2);
		check(b, &p);
		free(b);
	}
}

static void any_index_is_safe(void **state)
{
	struct block *b = new_block(4);
	struct pool p, q;
	uint32_t mine, other, index, found = 0;
	uint64_t seed = 1;

	(void)state;
	pool_init(&p, 1, 256, 100, true);
	pool_init(&q, 2, 64, 100, true);
	mine = pool_take(b, &p);
	other = pool_take(b, &q);
	for (index = 0; index < 40 * BLOCK_PAGE_UNITS; index++) {
		for (uint32_t generation = 0; generation < 4; generation++) {
			struct hf_handle h = { index, generation };

			found += pool_find(b, &p, h) != NULL;
		}
	}
	assert_int_equal(found, 1);
	assert_ptr_equal(pool_find(b, &p, handle_of(b, mine)),
			 block_at(b, mine));
	assert_null(pool_find(b, &p, handle_of(b, other)));
	for (int i = 0; i < 100000; i++) {
		struct hf_handle h = { dice(&seed, 0x80000000) * 2 + 1,
				       dice(&seed, 8) };

		assert_null(pool_find(b, &p, h));
	}
	free(b);
}

/* Octets of a user, of this pool or the one before, that look like a record. */
static void no_octets_pass_for_a_record(void **state)
{
	struct block *b = new_block(4);
	struct pool p, q;
	uint32_t ref, unit;

	(void)state;
	pool_init(&p, 1, 256, 100, true);
	pool_init(&q, 2, 4096, 100, false);
	ref = pool_take(b, &q);
	for (unit = 0; unit < BLOCK_PAGE_UNITS; unit++)
		((struct record *)block_at(b, ref + unit))->generation = 1;
	pool_give(b, &q, ref);
	assert_int_equal(pool_take_raw(b, &p), ref);
	for (unit = 0; unit < BLOCK_PAGE_UNITS; unit++) {
		struct hf_handle h = { ref + unit, 1 };

		assert_int_equal(pool_find(b, &p, h) != NULL, unit == 0);
	}
	free(b);
}

static void no_guess_names_a_free_record(void **state)
{
	struct block *b = new_block(4);
	struct pool p;
	uint32_t keep, ref;
	uint32_t generation;

	(void)state;
	pool_init(&p, 1, 256, 100, true);
	keep = pool_take(b, &p);
	ref = pool_take(b, &p);
	generation = handle_of(b, ref).generation;
	pool_give(b, &p, ref);
	for (uint32_t guess = 0; guess < generation + 100; guess++)
		assert_null(pool_find(b, &p, (struct hf_handle){ ref, guess }));
	/* Nor a fresh one. */
	for (uint32_t guess = 0; guess < 100; guess++)
		assert_null(
			pool_find(b, &p, (struct hf_handle){ ref + 4, guess }));
	assert_non_null(pool_find(b, &p, handle_of(b, keep)));
	free(b);
}

/* The page goes from pool to pool; a handle of its past stays stale. */
static void stale_handles_stay_stale(void **state)
{
	struct block *b = new_block(2);
	struct pool p, q;
	struct hf_handle old[200];
	uint32_t ref, n = 0;

	(void)state;
	pool_init(&p, 1, 4096, 100, true);
	pool_init(&q, 2, 64, 100, false);
	for (int round = 0; round < 100; round++) {
		ref = pool_take(b, &p);
		for (uint32_t i = 0; i < n; i++)
			assert_null(pool_find(b, &p, old[i]));
		old[n++] = handle_of(b, ref);
		assert_non_null(pool_find(b, &p, old[n - 1]));
		pool_give(b, &p, ref);
		assert_int_equal(p.pages, 0);
		ref = pool_take(b, &q);
		assert_int_equal(ref, old[0].index);
		memset(block_at(b, ref), 0xff, 64);
		for (uint32_t i = 0; i < n; i++)
			assert_null(pool_find(b, &p, old[i]));
		pool_give(b, &q, ref);
		b = move_block(b);
	}
	free(b);
}

static void used_up_generations_retire_the_record(void **state)
{
	struct block *b = new_block(2);
	struct pool p;
	uint32_t ref, other;
	struct record *r;
	struct hf_handle last;

	(void)state;
	pool_init(&p, 1, 2048, 100, true);
	/* Two steps before the end, as after four thousand million uses. */
	ref = pool_take(b, &p);
	r = block_at(b, ref);
	r->generation = UINT32_MAX - 2;
	pool_give(b, &p, ref);
	assert_int_equal(pool_take(b, &p), ref);
	last = handle_of(b, ref);
	assert_int_equal(last.generation, UINT32_MAX);
	assert_non_null(pool_find(b, &p, last));
	pool_give(b, &p, ref);
	assert_int_equal(p.used, 0);
	assert_int_equal(p.pages, 1); /* never goes back */
	check(b, &p);
	for (int i = 0; i < 8; i++) {
		other = pool_take(b, &p);
		assert_int_not_equal(other, 0);
		assert_int_not_equal(other, ref);
		assert_null(pool_find(b, &p, last));
		assert_null(pool_find(b, &p, (struct hf_handle){ ref, 0 }));
		pool_give(b, &p, other);
		check(b, &p);
	}
	assert_int_equal(block_page(b, ref)->pool, 1);
	free(b);
}

/* ---- against a model -------------------------------------------------- */

#define MOST 3000

struct model {
	struct pool pool;
	struct hf_handle live[MOST];
	uint32_t count;
};

static struct hf_handle gone[MOST];
static uint32_t gone_count;
static struct model models[3];

/* The user's part: who the record is. */
static uint32_t *mark(const struct block *b, uint32_t ref)
{
	return (uint32_t *)((struct record *)block_at(b, ref) + 1);
}

static void take_one(struct block *b, struct model *m, bool is_expected)
{
	uint32_t ref = pool_take(b, &m->pool);

	assert_int_equal(ref != 0, is_expected);
	if (!ref)
		return;
	assert_int_equal(*mark(b, ref), 0);
	*mark(b, ref) = ref * 31 + m->pool.number;
	m->live[m->count++] = handle_of(b, ref);
}

static void give_one(struct block *b, struct model *m, uint32_t at)
{
	struct hf_handle h = m->live[at];

	assert_int_equal(*mark(b, h.index), h.index * 31 + m->pool.number);
	pool_give(b, &m->pool, h.index);
	m->live[at] = m->live[--m->count];
	if (m->pool.has_generations && gone_count < MOST)
		gone[gone_count++] = h;
}

static void check_model(const struct block *b, const struct model *m)
{
	check(b, &m->pool);
	assert_int_equal(m->pool.used, m->count);
	if (!m->pool.has_generations)
		return;
	for (uint32_t i = 0; i < m->count; i++)
		assert_ptr_equal(pool_find(b, &m->pool, m->live[i]),
				 block_at(b, m->live[i].index));
	for (uint32_t i = 0; i < gone_count; i++)
		assert_null(pool_find(b, &m->pool, gone[i]));
}

/* Pools take turns to grow and shrink, so that pages move between them. */
static void random_use_of_three_pools(void **state)
{
	struct block *b = new_block(40);
	uint64_t seed = 42;

	(void)state;
	pool_init(&models[0].pool, 1, 64, MOST - 1, true);
	pool_init(&models[1].pool, 2, 256, 300, true);
	pool_init(&models[2].pool, 3, 512, MOST - 1, false);
	for (int step = 0; step < 300000; step++) {
		struct model *m = &models[dice(&seed, 3)];
		uint32_t phase = (uint32_t)(step / 3000) % 3;
		bool grows = dice(&seed, 10) < (m == &models[phase] ? 8u : 3u);

		if (grows && (m->pool.partial || block_pages_left(b)))
			take_one(b, m, m->count < m->pool.limit);
		else if (grows)
			take_one(b, m, false);
		else if (m->count)
			give_one(b, m, dice(&seed, m->count));
		if (step % 1500 == 0) {
			for (int i = 0; i < 3; i++)
				check_model(b, &models[i]);
		}
		if (step % 30000 == 0)
			b = move_block(b);
	}
	assert_int_equal(gone_count, MOST);
	for (int i = 0; i < 3; i++) {
		while (models[i].count)
			give_one(b, &models[i], 0);
		check_model(b, &models[i]);
		assert_int_equal(models[i].pool.pages, 0);
	}
	assert_int_equal(b->pool_pages, 0);
	free(b);
}

static void check_sees_damage(void **state)
{
	struct block *b = new_block(4);
	struct pool p;
	uint32_t ref[3];
	struct page *page;

	(void)state;
	pool_init(&p, 1, 1024, 100, true);
	for (int i = 0; i < 3; i++)
		ref[i] = pool_take(b, &p);
	pool_give(b, &p, ref[1]);
	check(b, &p);
	page = block_page(b, ref[0]);
	p.used++;
	assert_int_not_equal(pool_check(b, &p), 0);
	p.used--;
	page->free = 0;
	assert_int_not_equal(pool_check(b, &p), 0);
	page->free = 2;
	check(b, &p);
	((struct record *)block_at(b, ref[1]))->chain = 2; /* a ring */
	assert_int_not_equal(pool_check(b, &p), 0);
	((struct record *)block_at(b, ref[1]))->chain = 0;
	check(b, &p);
	p.partial = 0;
	assert_int_not_equal(pool_check(b, &p), 0);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_zero_and_unarmed),
		cmocka_unit_test(a_raw_record_keeps_what_follows),
		cmocka_unit_test(limit_and_exhaustion_refuse_cleanly),
		cmocka_unit_test(every_size_fills_its_page),
		cmocka_unit_test(any_index_is_safe),
		cmocka_unit_test(no_octets_pass_for_a_record),
		cmocka_unit_test(no_guess_names_a_free_record),
		cmocka_unit_test(stale_handles_stay_stale),
		cmocka_unit_test(used_up_generations_retire_the_record),
		cmocka_unit_test(random_use_of_three_pools),
		cmocka_unit_test(check_sees_damage),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
