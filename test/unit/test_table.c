/* SPDX-License-Identifier: MIT */
#include "block_fixture.h"
#include "table.h"

/* A record of the test: its key follows struct record. */
struct item {
	struct record record;
	uint32_t key;
};

static uint32_t hash_key(uint32_t key)
{
	key ^= key >> 16;
	key *= 0x7feb352du;
	key ^= key >> 15;
	key *= 0x846ca68bu;
	return key ^ key >> 16;
}

static uint64_t rehashed;

static uint32_t hash_item(const struct block *b, const void *context,
			  uint32_t ref)
{
	const struct item *item = block_at(b, ref);

	assert_ptr_equal(context, &rehashed);
	rehashed++;
	return hash_key(item->key);
}

/* All in one bucket of the first 64, and apart only by the last bits. */
static uint32_t hash_badly(const struct block *b, const void *context,
			   uint32_t ref)
{
	const struct item *item = block_at(b, ref);

	(void)context;
	return item->key << 20 | 5;
}

static struct block *new_table(uint32_t pages, struct table *t)
{
	size_t size = (size_t)pages * BLOCK_PAGE;
	struct block *b = new_memory(size);

	assert_int_equal(block_init(b, size, sizeof *b), HF_OK);
	assert_int_equal(table_init(b, t), HF_OK);
	assert_int_equal(block_open(b), HF_OK);
	return b;
}

static uint32_t add(struct block *b, struct table *t, struct pool *p,
		    uint32_t key)
{
	uint32_t ref = pool_take(b, p);
	struct item *item = block_at(b, ref);

	assert_int_not_equal(ref, 0);
	item->key = key;
	table_insert(b, t, ref, hash_key(key), hash_item, &rehashed);
	return ref;
}

static uint32_t find(const struct block *b, const struct table *t, uint32_t key)
{
	uint32_t ref = *table_chain(b, t, hash_key(key));

	while (ref) {
		const struct item *item = block_at(b, ref);

		if (item->key == key)
			return ref;
		ref = item->record.chain;
	}
	return 0;
}

static void it_starts_small(void **state)
{
	struct block *b = new_memory(BLOCK_PAGE * 4);
	struct table t;

	(void)state;
	assert_int_equal(block_init(b, BLOCK_PAGE * 4, sizeof *b), HF_OK);
	assert_int_equal(table_init(b, &t), HF_OK);
	assert_int_equal(table_octets(&t), 256);
	assert_int_equal(t.buckets, 64);
	assert_int_equal(t.entries, 0);
	for (uint32_t hash = 0; hash < 1000; hash++)
		assert_int_equal(*table_chain(b, &t, hash), 0);
	assert_int_not_equal(block_carve(b, BLOCK_PAGE * 3), 0);
	assert_int_not_equal(block_carve(b, BLOCK_PAGE - 512), 0);
	assert_int_equal(table_init(b, &t), HF_ERR_NO_MEMORY);
	free(b);
}

static void the_newest_stands_first(void **state)
{
	struct table t;
	struct block *b = new_table(8, &t);
	struct pool p;
	uint32_t first, second, third;

	(void)state;
	pool_init(&p, 1, 64, 100, false);
	first = add(b, &t, &p, 7);
	second = add(b, &t, &p, 7);
	third = add(b, &t, &p, 7);
	assert_int_equal(find(b, &t, 7), third);
	table_remove(b, &t, second, hash_key(7));
	table_remove(b, &t, third, hash_key(7));
	assert_int_equal(find(b, &t, 7), first);
	table_remove(b, &t, first, hash_key(7));
	assert_int_equal(find(b, &t, 7), 0);
	assert_int_equal(t.entries, 0);
	free(b);
}

/* Bucket i is where table_chain() says, and nowhere else. */
static void buckets_are_apart(void **state)
{
	struct table t;
	struct block *b = new_table(200, &t);
	struct pool p;
	uint32_t i;

	(void)state;
	pool_init(&p, 1, 64, UINT32_MAX, false);
	for (i = 0; i < 5000; i++)
		add(b, &t, &p, i);
	assert_int_equal(t.buckets, 5000);
	/* Segments to 4096 buckets, then the one for 4096 to 8191. */
	assert_int_equal(table_octets(&t), 256 + 4096 + 4096 + 8192 + 16384);
	assert_int_equal(b->table_pages, 1 + 1 + 2 + 4);
	for (i = 0; i < t.buckets; i++)
		*table_chain(b, &t, i) = i + 1;
	for (i = 0; i < t.buckets; i++)
		assert_int_equal(*table_chain(b, &t, i), i + 1);
	for (i = 5000; i < 8192; i++)
		assert_int_equal(*table_chain(b, &t, i), (i & 4095) + 1);
	free(b);
}

static void splits_keep_every_chain_and_its_order(void **state)
{
	struct table t;
	struct block *b = new_table(64, &t);
	struct pool p;
	uint32_t ref, seen = 0, last = UINT32_MAX;

	(void)state;
	pool_init(&p, 1, 64, UINT32_MAX, false);
	for (uint32_t i = 0; i < 1500; i++) {
		struct item *item;

		ref = pool_take(b, &p);
		item = block_at(b, ref);
		item->key = i;
		table_insert(b, &t, ref, hash_badly(b, NULL, ref), hash_badly,
			     NULL);
	}
	for (ref = *table_chain(b, &t, 5); ref; seen++) {
		const struct item *item = block_at(b, ref);

		assert_true(item->key < last);
		last = item->key;
		ref = item->record.chain;
	}
	assert_int_equal(seen, 1500);
	free(b);
}

/* Where memory for buckets ends, they stay as many, and chains grow. */
static void fill_with(uint32_t kept, uint32_t n, uint32_t buckets)
{
	struct table t;
	struct block *b = new_table(120, &t);
	struct pool p;
	uint32_t refs[5000];

	pool_init(&p, 1, 64, UINT32_MAX, false);
	for (uint32_t i = 0; i < n; i++)
		refs[i] = pool_take(b, &p);
	while (b->end - b->fresh > kept)
		block_page_take(b, 2);
	for (uint32_t i = 0; i < n; i++) {
		struct item *item = block_at(b, refs[i]);

		item->key = i;
		table_insert(b, &t, refs[i], hash_key(i), hash_item, &rehashed);
	}
	assert_int_equal(t.buckets, buckets);
	assert_int_equal(t.entries, n);
	assert_int_equal(b->table_pages, kept);
	b = move_block(b);
	for (uint32_t i = 0; i < n; i += 2) {
		assert_int_equal(find(b, &t, i), refs[i]);
		table_remove(b, &t, refs[i], hash_key(i));
	}
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(find(b, &t, i), i % 2 ? refs[i] : 0);
	assert_int_equal(t.entries, n / 2);
	free(b);
}

static void chains_grow_where_memory_does_not(void **state)
{
	(void)state;
	fill_with(0, 128, 64);
	fill_with(1, 2000, 1024);
	fill_with(2, 5000, 2048);
	fill_with(4, 5000, 4096);
	fill_with(8, 5000, 5000);
}

#define KEYS 150000u

static uint32_t where[KEYS]; /* the model: the ref of a key, or 0 */

static void check_all(const struct block *b, const struct table *t)
{
	uint32_t entries = 0;

	for (uint32_t key = 0; key < KEYS; key++) {
		assert_int_equal(find(b, t, key), where[key]);
		entries += where[key] != 0;
	}
	assert_int_equal(t->entries, entries);
}

static void random_use_past_100000_entries(void **state)
{
	struct table t;
	struct block *b = new_table(3000, &t);
	struct pool p;
	uint64_t seed = 9;
	uint32_t step, most = 0;

	(void)state;
	rehashed = 0;
	pool_init(&p, 1, 64, UINT32_MAX, true);
	for (step = 0; step < 600000; step++) {
		uint32_t key = dice(&seed, KEYS);
		bool shrinks = step / 200000 == 1;

		if (!where[key] && (!shrinks || dice(&seed, 4) == 0)) {
			where[key] = add(b, &t, &p, key);
		} else if (where[key] && (shrinks || dice(&seed, 8) == 0)) {
			table_remove(b, &t, where[key], hash_key(key));
			pool_give(b, &p, where[key]);
			where[key] = 0;
		}
		if (t.entries > most)
			most = t.entries;
		if (step % 60000 == 0) {
			b = move_block(b);
			check_all(b, &t);
		}
	}
	check_all(b, &t);
	assert_true(most > 100000);
	assert_true(t.buckets >= most);
	/* A split rehashes one chain: about one record for each insertion. */
	assert_true(rehashed < 2 * (uint64_t)t.buckets);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_starts_small),
		cmocka_unit_test(the_newest_stands_first),
		cmocka_unit_test(buckets_are_apart),
		cmocka_unit_test(splits_keep_every_chain_and_its_order),
		cmocka_unit_test(chains_grow_where_memory_does_not),
		cmocka_unit_test(random_use_past_100000_entries),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
