/* SPDX-License-Identifier: MIT */
#include "queue.h"

static struct buffer *buffer_at(const struct block *b, uint32_t ref)
{
	return block_at(b, ref);
}

void buffers_init(struct buffers *all, uint8_t small_pool, uint8_t page_pool)
{
	pool_init(&all->small, small_pool, BUFFER_SMALL, UINT32_MAX, false);
	all->small.may_use_reserve = true; /* take_small() has asked */
	all->pages = 0;
	all->page_pool = page_pool;
}

static bool page_is_allowed(const struct block *b, enum queue_claim claim)
{
	return claim == QUEUE_URGENT || block_pages_left(b) > b->reserve;
}

static uint32_t take_page(struct block *b, struct buffers *all,
			  enum queue_claim claim)
{
	uint32_t ref;

	if (!page_is_allowed(b, claim))
		return 0;
	ref = block_page_take(b, all->page_pool);
	if (ref == 0)
		return 0;
	all->pages++;
	*buffer_at(b, ref) = (struct buffer){ .room = BUFFER_PAGE_ROOM };
	return ref;
}

static uint32_t take_small(struct block *b, struct buffers *all,
			   enum queue_claim claim)
{
	uint32_t ref;

	if (all->small.partial == 0 && !page_is_allowed(b, claim))
		return 0;
	ref = pool_take_raw(b, &all->small);
	if (ref != 0)
		*buffer_at(b, ref) =
			(struct buffer){ .room = BUFFER_SMALL_ROOM };
	return ref;
}

/* A buffer for `len` octets to come; small ones also stand in for a page. */
static uint32_t take(struct block *b, struct buffers *all, uint32_t len,
		     enum queue_claim claim)
{
	uint32_t ref = 0;

	if (len > BUFFER_SMALL_ROOM)
		ref = take_page(b, all, claim);
	return ref != 0 ? ref : take_small(b, all, claim);
}

static void give(struct block *b, struct buffers *all, uint32_t ref)
{
	if (buffer_at(b, ref)->room == BUFFER_SMALL_ROOM) {
		pool_give(b, &all->small, ref);
	} else {
		block_page_give(b, ref);
		all->pages--;
	}
}

static bool grow(struct block *b, struct buffers *all, struct queue *q,
		 uint32_t len, enum queue_claim claim)
{
	uint32_t ref = take(b, all, len, claim);

	if (ref == 0)
		return false;
	if (q->tail != 0)
		buffer_at(b, q->tail)->next = ref;
	else
		q->head = ref;
	q->tail = ref;
	return true;
}

static uint32_t room_left(const struct block *b, const struct queue *q)
{
	const struct buffer *tail;

	if (q->tail == 0)
		return 0;
	tail = buffer_at(b, q->tail);
	return (uint32_t)tail->room - tail->end;
}

uint32_t queue_lent(const struct block *b, const struct queue *q)
{
	return q->tail != 0 ? buffer_at(b, q->tail)->lent : 0;
}

uint32_t queue_append(struct block *b, struct buffers *all, struct queue *q,
		      const void *data, uint32_t len, enum queue_claim claim)
{
	const uint8_t *from = data;
	uint32_t done = 0;

	while (done < len) {
		uint32_t n = room_left(b, q);
		struct buffer *tail;

		if (n == 0) {
			if (!grow(b, all, q, q->len + len - done, claim))
				break;
			n = room_left(b, q);
		}
		if (n > len - done)
			n = len - done;
		tail = buffer_at(b, q->tail);
		memcpy(buffer_octets(tail) + tail->end, from + done, n);
		tail->end = (uint16_t)(tail->end + n);
		tail->lent = 0;
		done += n;
	}
	q->len += done;
	return done;
}

uint8_t *queue_reserve(struct block *b, struct buffers *all, struct queue *q,
		       uint32_t *len)
{
	struct buffer *tail;

	if (room_left(b, q) == 0 &&
	    !grow(b, all, q, BUFFER_PAGE_ROOM, QUEUE_ORDINARY))
		return NULL;
	tail = buffer_at(b, q->tail);
	tail->lent = (uint16_t)(tail->room - tail->end);
	*len = tail->lent;
	return buffer_octets(tail) + tail->end;
}

/* Gives back an empty last buffer. */
static void drop_empty_tail(struct block *b, struct buffers *all,
			    struct queue *q)
{
	uint32_t before = 0, ref = q->head;

	while (ref != q->tail) {
		before = ref;
		ref = buffer_at(b, ref)->next;
	}
	give(b, all, q->tail);
	q->tail = before;
	if (before != 0)
		buffer_at(b, before)->next = 0;
	else
		q->head = 0;
}

void queue_commit(struct block *b, struct buffers *all, struct queue *q,
		  uint32_t len)
{
	struct buffer *tail = buffer_at(b, q->tail);

	tail->end = (uint16_t)(tail->end + len);
	tail->lent = 0;
	q->len += len;
	if (tail->start == tail->end)
		drop_empty_tail(b, all, q);
}

const uint8_t *queue_peek(const struct block *b, const struct queue *q,
			  uint32_t *len)
{
	struct buffer *head = buffer_at(b, q->head);

	*len = (uint32_t)head->end - head->start;
	return buffer_octets(head) + head->start;
}

void queue_consume(struct block *b, struct buffers *all, struct queue *q,
		   uint32_t len)
{
	q->len -= len;
	while (len > 0) {
		struct buffer *head = buffer_at(b, q->head);
		uint32_t n = (uint32_t)head->end - head->start;
		uint32_t ref = q->head;

		if (len < n) {
			head->start = (uint16_t)(head->start + len);
			return;
		}
		len -= n;
		q->head = head->next;
		if (q->head == 0)
			q->tail = 0;
		give(b, all, ref);
	}
}

void queue_truncate(struct block *b, struct buffers *all, struct queue *q,
		    uint32_t len)
{
	struct queue_cursor cursor = { 0 };
	struct queue rest;
	struct buffer *last;
	uint32_t n;

	if (len == 0) {
		queue_clear(b, all, q);
		return;
	}
	queue_at(b, q, &cursor, len - 1, &n);
	last = buffer_at(b, cursor.buffer);
	rest = (struct queue){ .head = last->next };
	last->end = (uint16_t)(last->start + len - cursor.offset);
	last->lent = 0;
	last->next = 0;
	q->tail = cursor.buffer;
	q->len = len;
	queue_clear(b, all, &rest);
}

void queue_clear(struct block *b, struct buffers *all, struct queue *q)
{
	while (q->head != 0) {
		uint32_t ref = q->head;

		q->head = buffer_at(b, ref)->next;
		give(b, all, ref);
	}
	*q = (struct queue){ 0 };
}

static void append_all(struct block *b, struct buffers *all, struct queue *q,
		       struct queue *from)
{
	while (from->len > 0) {
		uint32_t n;
		const uint8_t *data = queue_peek(b, from, &n);

		queue_append(b, all, q, data, n, QUEUE_ORDINARY);
		queue_consume(b, all, from, n);
	}
}

void queue_join(struct block *b, struct buffers *all, struct queue *q,
		struct queue *from)
{
	if (from->len <= room_left(b, q)) {
		append_all(b, all, q, from);
		return;
	}
	if (q->tail != 0)
		buffer_at(b, q->tail)->next = from->head;
	else
		q->head = from->head;
	q->tail = from->tail;
	q->len += from->len;
	*from = (struct queue){ 0 };
}

const uint8_t *queue_at(const struct block *b, const struct queue *q,
			struct queue_cursor *cursor, uint32_t offset,
			uint32_t *len)
{
	struct buffer *buffer;
	uint32_t n;

	if (cursor->buffer == 0 || offset < cursor->offset)
		*cursor = (struct queue_cursor){ .buffer = q->head };
	for (;;) {
		buffer = buffer_at(b, cursor->buffer);
		n = (uint32_t)buffer->end - buffer->start;
		if (offset - cursor->offset < n)
			break;
		cursor->offset += n;
		cursor->buffer = buffer->next;
	}
	offset -= cursor->offset;
	*len = n - offset;
	return buffer_octets(buffer) + buffer->start + offset;
}

#define CHECK(invariant) CHECK_IN(2, invariant)

int queue_check(const struct block *b, const struct queue *q)
{
	uint32_t len = 0, last = 0;

	for (uint32_t ref = q->head; ref != 0; ref = buffer_at(b, ref)->next) {
		const struct buffer *buffer = buffer_at(b, ref);

		CHECK(buffer->room == BUFFER_SMALL_ROOM ||
		      buffer->room == BUFFER_PAGE_ROOM);
		/* A loan not yet committed leaves the last one empty. */
		CHECK(buffer->start < buffer->end || ref == q->tail);
		CHECK(buffer->end <= buffer->room);
		len += (uint32_t)buffer->end - buffer->start;
		last = ref;
	}
	CHECK(len == q->len);
	CHECK(last == q->tail);
	return 0;
}
