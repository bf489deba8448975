/* SPDX-License-Identifier: MIT */
/* Queues of octets against a plain array that does the same. */
#include "block_fixture.h"
#include "queue.h"

#define MODEL_MOST 40000u
#define SMALL_POOL 3
#define PAGE_POOL 4

struct model {
	struct queue q;
	struct queue_cursor cursor;
	uint8_t octets[MODEL_MOST];
	uint32_t len;
};

struct world {
	struct block *b;
	struct buffers all;
	struct model m[2];
	uint64_t seed;
	uint8_t next; /* octet to write */
};

static struct world *new_world(uint32_t pages, uint32_t reserve)
{
	struct world *w = new_memory(sizeof *w);

	w->b = new_block(pages);
	w->b->reserve = reserve;
	buffers_init(&w->all, SMALL_POOL, PAGE_POOL);
	return w;
}

static void end_world(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		queue_clear(w->b, &w->all, &w->m[i].q);
		assert_int_equal(w->m[i].q.len, 0);
		assert_int_equal(w->m[i].q.head, 0);
		assert_int_equal(w->m[i].q.tail, 0);
	}
	assert_int_equal(w->all.pages, 0);
	assert_int_equal(w->all.small.used, 0);
	assert_int_equal(w->b->pool_pages, 0);
	free(w->b);
	free(w);
}

/* Reads the whole queue by queue_at() with a fresh cursor. */
static void same_octets(struct world *w, const struct model *m)
{
	struct queue_cursor cursor = { 0 };
	uint32_t at = 0, n;

	assert_int_equal(m->q.len, m->len);
	while (at < m->len) {
		const uint8_t *p = queue_at(w->b, &m->q, &cursor, at, &n);

		assert_true(n > 0 && n <= m->len - at);
		assert_memory_equal(p, m->octets + at, n);
		at += n;
	}
}

static void sound(struct world *w)
{
	for (int i = 0; i < 2; i++)
		assert_int_equal(queue_check(w->b, &w->m[i].q), 0);
	assert_int_equal(pool_check(w->b, &w->all.small), 0);
	assert_int_equal(w->b->pool_pages, w->all.pages + w->all.small.pages);
}

/* ---- the operations ----------------------------------------------------- */

static uint32_t size_of_step(struct world *w)
{
	static const uint32_t most[] = { 2, 20, 260, 1500, 9000 };

	return dice(&w->seed, most[dice(&w->seed, 5)]);
}

static void write_octets(struct world *w, uint8_t *to, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		to[i] = w->next++;
}

static void append(struct world *w, struct model *m)
{
	uint32_t len = size_of_step(w), room = MODEL_MOST - m->len, done;
	uint32_t left = block_pages_left(w->b);
	bool is_urgent = dice(&w->seed, 4) == 0;

	if (len > room)
		len = room;
	write_octets(w, m->octets + m->len, len);
	done = queue_append(w->b, &w->all, &m->q, m->octets + m->len, len,
			    is_urgent ? QUEUE_URGENT : QUEUE_ORDINARY);
	assert_true(done <= len);
	/* Fewer only if memory is short, and the reserve is for the urgent. */
	if (done < len)
		assert_true(block_pages_left(w->b) <=
			    (is_urgent ? 0 : w->b->reserve));
	if (!is_urgent && left <= w->b->reserve)
		assert_true(block_pages_left(w->b) >= left);
	m->len += done;
	assert_int_equal(queue_lent(w->b, &m->q) * (len > 0), 0);
}

/* A loan is contiguous, not yet queued, and used up by its commit. */
static void reserve(struct world *w, struct model *m)
{
	uint32_t room = MODEL_MOST - m->len, lent = 0, len;
	uint8_t *to = queue_reserve(w->b, &w->all, &m->q, &lent);

	if (to == NULL) {
		assert_true(block_pages_left(w->b) <= w->b->reserve);
		return;
	}
	assert_true(lent >= 1 && lent <= BUFFER_PAGE_ROOM);
	assert_int_equal(queue_lent(w->b, &m->q), lent);
	assert_int_equal(m->q.len, m->len);
	sound(w);
	len = dice(&w->seed, lent + 1);
	if (len > room)
		len = room;
	write_octets(w, m->octets + m->len, len);
	memcpy(to, m->octets + m->len, len);
	queue_commit(w->b, &w->all, &m->q, len);
	m->len += len;
	assert_int_equal(queue_lent(w->b, &m->q), 0);
}

static void consume(struct world *w, struct model *m)
{
	uint32_t n, len = size_of_step(w);

	if (len > m->len)
		len = m->len;
	if (m->len > 0) {
		const uint8_t *p = queue_peek(w->b, &m->q, &n);

		assert_true(n >= 1 && n <= m->len);
		assert_memory_equal(p, m->octets, n);
	}
	queue_consume(w->b, &w->all, &m->q, len);
	m->len -= len;
	memmove(m->octets, m->octets + len, m->len);
	m->cursor = (struct queue_cursor){ 0 };
}

static void truncate_at_random(struct world *w, struct model *m)
{
	uint32_t cut = size_of_step(w);

	m->len -= cut < m->len ? cut : m->len;
	queue_truncate(w->b, &w->all, &m->q, m->len);
	m->cursor = (struct queue_cursor){ 0 };
	assert_int_equal(queue_lent(w->b, &m->q), 0);
}

static void clear(struct world *w, struct model *m)
{
	queue_clear(w->b, &w->all, &m->q);
	m->len = 0;
	m->cursor = (struct queue_cursor){ 0 };
}

static void join(struct world *w, struct model *m, struct model *from)
{
	if (m->len + from->len > MODEL_MOST)
		return;
	queue_join(w->b, &w->all, &m->q, &from->q);
	memcpy(m->octets + m->len, from->octets, from->len);
	m->len += from->len;
	from->len = 0;
	from->cursor = (struct queue_cursor){ 0 };
	assert_int_equal(from->q.len, 0);
	assert_int_equal(from->q.head, 0);
}

/* The cursor stays from call to call, wherever the next offset is. */
static void look(struct world *w, struct model *m)
{
	uint32_t at, n;
	const uint8_t *p;

	if (m->len == 0)
		return;
	at = dice(&w->seed, m->len);
	p = queue_at(w->b, &m->q, &m->cursor, at, &n);
	assert_true(n >= 1 && n <= m->len - at);
	assert_memory_equal(p, m->octets + at, n);
}

static void step(struct world *w)
{
	struct model *m = &w->m[dice(&w->seed, 2)];
	struct model *other = m == w->m ? w->m + 1 : w->m;
	uint32_t what = dice(&w->seed, 100);

	if (what < 35)
		append(w, m);
	else if (what < 45)
		reserve(w, m);
	else if (what < 50)
		truncate_at_random(w, m);
	else if (what < 75)
		consume(w, m);
	else if (what < 80)
		join(w, m, other);
	else if (what < 81)
		clear(w, m);
	else
		look(w, m);
}

static void run(struct world *w, uint64_t seed, unsigned steps)
{
	w->seed = seed;
	for (unsigned i = 0; i < steps; i++) {
		step(w);
		sound(w);
		assert_int_equal(w->m[0].q.len, w->m[0].len);
		assert_int_equal(w->m[1].q.len, w->m[1].len);
		if (i % 16 == 0)
			same_octets(w, &w->m[i / 16 % 2]);
	}
	end_world(w);
}

/* ---- the tests ---------------------------------------------------------- */

static void queues_do_what_an_array_does(void **state)
{
	(void)state;
	run(new_world(100, 0), 1, 100000);
}

/* The same where memory is short, and part of it kept for the urgent. */
static void queues_do_what_fits_into_memory(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++)
		run(new_world(6, seed % 4), seed, 10000);
}

/* "every connection goes on while its program reads": queue.h */
static void reserve_is_for_the_urgent(void **state)
{
	struct world *w = new_world(8, 2);
	static uint8_t text[MODEL_MOST];
	struct model *m = w->m;
	uint32_t lent, n;

	(void)state;
	n = queue_append(w->b, &w->all, &m->q, text, sizeof text,
			 QUEUE_ORDINARY);
	assert_true(n > 0 && n < sizeof text);
	assert_true(block_pages_left(w->b) >= 2);
	assert_int_equal(
		queue_append(w->b, &w->all, &m->q, text, 1, QUEUE_ORDINARY), 0);
	assert_null(queue_reserve(w->b, &w->all, &m->q, &lent));
	assert_int_equal(
		queue_append(w->b, &w->all, &m[1].q, text, 1460, QUEUE_URGENT),
		1460);
	while (queue_append(w->b, &w->all, &m->q, text, 1460, QUEUE_URGENT))
		;
	assert_int_equal(block_pages_left(w->b), 0);
	sound(w);
	end_world(w);
}

/* Crumbs joined do not hold a buffer each; what does not fit is not copied. */
static void joined_crumbs_share_a_buffer(void **state)
{
	struct world *w = new_world(20, 0);
	struct model *m = w->m;

	(void)state;
	for (uint32_t i = 0; i < BUFFER_SMALL_ROOM; i++) {
		uint8_t octet = (uint8_t)i;

		queue_append(w->b, &w->all, &m[1].q, &octet, 1, QUEUE_ORDINARY);
		m->octets[m->len++] = octet;
		queue_join(w->b, &w->all, &m->q, &m[1].q);
		assert_int_equal(m[1].q.len, 0);
		assert_int_equal(w->all.small.used, 1);
	}
	same_octets(w, m);
	queue_append(w->b, &w->all, &m[1].q, m->octets, 2, QUEUE_ORDINARY);
	queue_join(w->b, &w->all, &m->q, &m[1].q);
	assert_int_equal(w->all.small.used, 2);
	assert_int_equal(m->q.len, BUFFER_SMALL_ROOM + 2);
	sound(w);
	end_world(w);
}

/* queue_lent(): "0 after a commit or an append", and without any loan. */
static void loan_ends(void **state)
{
	struct world *w = new_world(8, 0);
	struct queue *q = &w->m->q;
	uint32_t lent;

	(void)state;
	assert_int_equal(queue_lent(w->b, q), 0);
	queue_append(w->b, &w->all, q, "x", 1, QUEUE_ORDINARY);
	assert_int_equal(queue_lent(w->b, q), 0);
	assert_non_null(queue_reserve(w->b, &w->all, q, &lent));
	assert_int_equal(lent, BUFFER_SMALL_ROOM - 1);
	assert_int_equal(queue_lent(w->b, q), lent);
	queue_append(w->b, &w->all, q, "y", 1, QUEUE_ORDINARY);
	assert_int_equal(queue_lent(w->b, q), 0);
	queue_reserve(w->b, &w->all, q, &lent);
	queue_commit(w->b, &w->all, q, lent);
	assert_int_equal(queue_lent(w->b, q), 0);
	assert_int_equal(q->len, BUFFER_SMALL_ROOM);
	/* The octets go, and the loan behind them. */
	queue_append(w->b, &w->all, q, "z", 1, QUEUE_ORDINARY);
	queue_reserve(w->b, &w->all, q, &lent);
	queue_consume(w->b, &w->all, q, q->len);
	assert_int_equal(queue_lent(w->b, q), 0);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_do_what_an_array_does),
		cmocka_unit_test(queues_do_what_fits_into_memory),
		cmocka_unit_test(reserve_is_for_the_urgent),
		cmocka_unit_test(joined_crumbs_share_a_buffer),
		cmocka_unit_test(loan_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
