/* SPDX-License-Identifier: MIT */
/*
 * Queues of octets: chains of buffers of 256 or 4096 octets. An empty queue
 * holds no buffer.
 *
 * When memory is short, who asks decides: a part of the block is kept for
 * octets that a peer sends in order to a queue that is empty, so that every
 * connection goes on while its program reads.
 */
#ifndef BLOCK_QUEUE_H
#define BLOCK_QUEUE_H

#include "pool.h"

/* The start of a buffer; what follows are its octets. */
struct buffer {
	uint32_t next; /* ref */
	uint16_t start, end; /* of what is queued, from the first octet */
	uint16_t room; /* octets of the whole */
	uint16_t lent; /* octets behind the last, by queue_reserve() */
	uint16_t reserved[2];
};

#define BUFFER_SMALL 256u
#define BUFFER_SMALL_ROOM (BUFFER_SMALL - (uint32_t)sizeof(struct buffer))
#define BUFFER_PAGE_ROOM (BLOCK_PAGE - (uint32_t)sizeof(struct buffer))

struct buffers {
	struct pool small;
	uint32_t pages; /* buffers of a page, in use */
	uint8_t page_pool; /* number of the pool that pages count for */
};

struct queue {
	uint32_t head, tail; /* refs of buffers */
	uint32_t len; /* octets */
};

enum queue_claim {
	QUEUE_ORDINARY,
	QUEUE_URGENT, /* may take from the reserve */
};

static inline uint8_t *buffer_octets(struct buffer *buffer)
{
	return (uint8_t *)(buffer + 1);
}

void buffers_init(struct buffers *all, uint8_t small_pool, uint8_t page_pool);

/*
 * Appends octets and returns how many; fewer than `len` only if there was no
 * memory for the rest.
 */
uint32_t queue_append(struct block *b, struct buffers *all, struct queue *q,
		      const void *data, uint32_t len, enum queue_claim claim);

/*
 * Lends room behind the last octet: *len octets at least 1, at most what is
 * contiguous; NULL if there is no memory. queue_commit() takes them in.
 */
uint8_t *queue_reserve(struct block *b, struct buffers *all, struct queue *q,
		       uint32_t *len);
/* `len` is not more than queue_lent(); a buffer left empty is given back. */
void queue_commit(struct block *b, struct buffers *all, struct queue *q,
		  uint32_t len);
/* What queue_reserve() has lent; 0 after a commit or an append. */
uint32_t queue_lent(const struct block *b, const struct queue *q);

/* The first octets, contiguous, and how many; the queue is not empty. */
const uint8_t *queue_peek(const struct block *b, const struct queue *q,
			  uint32_t *len);

/* Drops `len` octets, not more than there are, from the front. */
void queue_consume(struct block *b, struct buffers *all, struct queue *q,
		   uint32_t len);
/* Drops all behind the first `len` octets, not more than there are. */
void queue_truncate(struct block *b, struct buffers *all, struct queue *q,
		    uint32_t len);
void queue_clear(struct block *b, struct buffers *all, struct queue *q);

/*
 * Moves all of `from` behind `q`; without copying, unless it fits into the
 * last buffer, so that crumbs do not hold a buffer each.
 */
void queue_join(struct block *b, struct buffers *all, struct queue *q,
		struct queue *from);

/* Where an octet of a queue stands: for reading on without counting again. */
struct queue_cursor {
	uint32_t buffer; /* ref; 0: the head */
	uint32_t offset; /* of its first queued octet, from the queue's start */
};

/*
 * The contiguous octets at `offset` and how many; moves the cursor to their
 * buffer. The queue is longer than `offset`.
 */
const uint8_t *queue_at(const struct block *b, const struct queue *q,
			struct queue_cursor *cursor, uint32_t offset,
			uint32_t *len);

/* 0, or the line of the invariant that does not hold. */
int queue_check(const struct block *b, const struct queue *q);

#endif
