/* SPDX-License-Identifier: MIT */
#include "block_fixture.h"

#define SIZE (64 * (size_t)BLOCK_PAGE)

static void refuses_what_is_not_a_block(void **state)
{
	char *memory = new_memory(SIZE);
	struct block *b = (void *)memory;
	struct block *odd = (void *)(memory + 8);

	(void)state;
	assert_int_equal(block_init(odd, SIZE - 64, sizeof *b),
			 HF_ERR_ARGUMENT);
	assert_int_equal(block_init(b, 0, sizeof *b), HF_ERR_NO_MEMORY);
	assert_int_equal(block_init(b, BLOCK_PAGE, sizeof *b),
			 HF_ERR_NO_MEMORY);
	assert_int_equal(block_init(b, SIZE, SIZE), HF_ERR_NO_MEMORY);
#if SIZE_MAX > UINT32_MAX
	assert_int_equal(block_init(b, ((size_t)1 << 38) + 1, sizeof *b),
			 HF_ERR_ARGUMENT);
#endif
	/* What was refused was not written to. */
	assert_int_equal(b->magic, 0);
	assert_int_equal(b->octets, 0);
	free(memory);
}

static void largest_block_is_laid_out(void **state)
{
#if SIZE_MAX > UINT32_MAX
	/* Only the header is written until pages are opened. */
	struct block *b = new_memory(SIZE);

	(void)state;
	assert_int_equal(block_init(b, (size_t)1 << 38, 4096), HF_OK);
	assert_int_equal(block_carve(b, ((size_t)1 << 38) - 4096), 0);
	assert_int_equal(block_carve(b, SIZE_MAX), 0);
	assert_int_equal(block_open(b), HF_OK);
	assert_int_equal(b->end, 1u << 26);
	assert_int_equal(b->first, 1 + (sizeof(struct page) << 26) / 4096);
	assert_int_equal(block_pages_left(b), b->end - b->first);
	free(b);
#else
	(void)state;
	skip();
#endif
}

static void tables_are_apart_and_zero(void **state)
{
	struct block *b = new_memory(SIZE);
	uint32_t x, y;
	const char *octet;
	size_t i;

	(void)state;
	assert_int_equal(block_init(b, SIZE, sizeof *b + 1000), HF_OK);
	x = block_carve(b, 65);
	y = block_carve(b, 1);
	assert_true((size_t)x * 64 >= sizeof *b + 1000);
	assert_int_equal(y, x + 2);
	assert_int_equal(block_carve(b, SIZE), 0);
	assert_int_equal(b->carved, y + 1);
	octet = block_at(b, x);
	for (i = 0; i < 192; i++)
		assert_int_equal(octet[i], 0);
	assert_ptr_equal(octet, (char *)b + (size_t)x * 64);
	assert_int_equal(block_ref(b, octet), x);
	free(b);
}

static void pages_lie_behind_the_tables(void **state)
{
	struct block *b = new_memory(SIZE + 100);
	uint32_t ref;

	(void)state;
	assert_int_equal(block_init(b, SIZE + 100, sizeof *b), HF_OK);
	assert_int_not_equal(block_carve(b, 3 * BLOCK_PAGE), 0);
	assert_int_equal(block_open(b), HF_OK);
	assert_int_equal(b->end, 64);
	assert_true(b->carved <= b->first * BLOCK_PAGE_UNITS);
	assert_true(b->carved > (b->first - 1) * BLOCK_PAGE_UNITS);
	ref = block_page_take(b, 1);
	assert_int_equal(ref, b->first * BLOCK_PAGE_UNITS);
	assert_int_equal((uintptr_t)block_at(b, ref) % BLOCK_PAGE, 0);
	assert_int_equal(block_page(b, ref)->pool, 1);
	free(b);
}

static void no_room_for_a_page_is_an_error(void **state)
{
	struct block *b = new_memory(SIZE);

	(void)state;
	assert_int_equal(block_init(b, SIZE, sizeof *b), HF_OK);
	assert_int_not_equal(block_carve(b, SIZE - BLOCK_PAGE - 512), 0);
	assert_int_equal(block_open(b), HF_ERR_NO_MEMORY);
	free(b);
	b = new_memory(SIZE);
	assert_int_equal(block_init(b, SIZE, sizeof *b), HF_OK);
	assert_int_not_equal(block_carve(b, SIZE - 512), 0);
	assert_int_equal(block_open(b), HF_ERR_NO_MEMORY);
	free(b);
}

static void all_pages_are_taken_once_and_again(void **state)
{
	struct block *b = new_block(50);
	uint32_t count = block_pages_left(b);
	uint32_t ref[60], i, j;

	(void)state;
	assert_true(count <= 60);
	for (i = 0; i < count; i++) {
		assert_int_equal(block_pages_left(b), count - i);
		ref[i] = block_page_take(b, 3);
		assert_int_not_equal(ref[i], 0);
		memset(block_at(b, ref[i]), (int)i, BLOCK_PAGE);
		for (j = 0; j < i; j++)
			assert_int_not_equal(ref[i], ref[j]);
	}
	assert_int_equal(block_page_take(b, 3), 0);
	assert_int_equal(b->pool_pages, count);
	for (i = 0; i < count; i++) {
		const unsigned char *octets = block_at(b, ref[i]);

		assert_int_equal(octets[0], i);
		assert_int_equal(octets[BLOCK_PAGE - 1], i);
		block_page(b, ref[i])->generation = i;
		block_page_give(b, ref[i]);
		assert_int_equal(block_page(b, ref[i])->pool, 0);
	}
	assert_int_equal(b->pool_pages, 0);
	b = move_block(b);
	for (i = count; i-- > 0;) {
		assert_int_equal(block_page_take(b, 4), ref[i]);
		assert_int_equal(block_page(b, ref[i])->generation, i);
		assert_int_equal(block_page(b, ref[i])->next, 0);
	}
	assert_int_equal(block_pages_left(b), 0);
	free(b);
}

static void stretches_are_fresh_and_in_a_row(void **state)
{
	struct block *b = new_block(20);
	uint32_t used = block_page_take(b, 1), left, ref;
	const char *octets;
	size_t i;

	(void)state;
	memset(block_at(b, used), 0xff, BLOCK_PAGE);
	block_page_give(b, used);
	left = block_pages_left(b);
	assert_int_equal(block_stretch(b, left), 0); /* one is not fresh */
	ref = block_stretch(b, 3);
	octets = block_at(b, ref);
	for (i = 0; i < 3 * BLOCK_PAGE; i++)
		assert_int_equal(octets[i], 0);
	assert_int_equal(b->table_pages, 3);
	assert_int_equal(block_pages_left(b), left - 3);
	assert_int_equal(block_stretch(b, left - 3), 0);
	assert_int_equal(block_stretch(b, left - 4),
			 ref + 3 * BLOCK_PAGE_UNITS);
	assert_int_equal(block_stretch(b, 2), 0);
	assert_int_equal(block_stretch(b, UINT32_MAX), 0);
	/* A single page may be one that was a pool's, zeroed. */
	assert_int_equal(block_stretch(b, 1), used);
	octets = block_at(b, used);
	for (i = 0; i < BLOCK_PAGE; i++)
		assert_int_equal(octets[i], 0);
	assert_int_equal(block_page(b, used)->pool, 0);
	assert_int_equal(b->pool_pages, 0);
	assert_int_equal(b->table_pages, left);
	assert_int_equal(block_stretch(b, 1), 0);
	assert_int_equal(block_page_take(b, 1), 0);
	free(b);
}

static void a_foreign_block_is_not_valid(void **state)
{
	struct block *b = new_block(20);
	size_t size = (size_t)b->octets;
	struct block was = *b;

	(void)state;
	assert_true(block_is_valid(b, size));
	assert_false(block_is_valid(b, size - 1));
	assert_false(block_is_valid(b, 8));
	assert_false(block_is_valid((void *)((char *)b + 8), size));
	b->magic = __builtin_bswap64(b->magic);
	assert_false(block_is_valid(b, size));
	*b = was;
	b->magic += UINT64_C(1) << 16; /* the next version */
	assert_false(block_is_valid(b, size));
	*b = was;
	b->fresh = b->end + 1;
	assert_false(block_is_valid(b, size));
	*b = was;
	b->recycled = b->end;
	assert_false(block_is_valid(b, size));
	*b = was;
	assert_true(block_is_valid(b, size));
	memset(b, 0, sizeof *b);
	assert_false(block_is_valid(b, size));
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_not_a_block),
		cmocka_unit_test(largest_block_is_laid_out),
		cmocka_unit_test(tables_are_apart_and_zero),
		cmocka_unit_test(pages_lie_behind_the_tables),
		cmocka_unit_test(no_room_for_a_page_is_an_error),
		cmocka_unit_test(all_pages_are_taken_once_and_again),
		cmocka_unit_test(stretches_are_fresh_and_in_a_row),
		cmocka_unit_test(a_foreign_block_is_not_valid),
	};

	return cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
