/* SPDX-License-Identifier: MIT */
/*
 * Octets that come before their turn (SHLD-31): a few ranges, apart and in
 * order, whose buffers join the receive queue when the hole before them is
 * filled. None of it is acknowledged, so all of it may be forgotten when
 * memory is short (RFC 2018 8).
 */
#include "tcp.h"

static struct hf_seq right_of(const struct range *r)
{
	return seq_add(r->left, r->queue.len);
}

static void remove_range(struct turn *t, struct tcb_side *side, uint32_t i)
{
	side->range_count--;
	memmove(&side->range[i], &side->range[i + 1],
		(side->range_count - i) * sizeof side->range[0]);
	if (side->range_count == 0)
		list_leave(t->b, block_ref(t->b, side));
}

static struct range *insert_range(struct turn *t, struct tcb_side *side,
				  uint32_t i, struct hf_seq left)
{
	if (side->range_count == SIDE_RANGES)
		return NULL;
	if (side->range_count == 0)
		list_push(t->b, t->tcp->stashed, block_ref(t->b, side));
	memmove(&side->range[i + 1], &side->range[i],
		(side->range_count - i) * sizeof side->range[0]);
	side->range_count++;
	side->range[i] = (struct range){ .left = left };
	return &side->range[i];
}

/* Joins range i + 1 to range i if they touch. */
static void join_next(struct turn *t, struct tcb_side *side, uint32_t i)
{
	struct range *r = &side->range[i];

	if (i + 1 == side->range_count ||
	    !seq_eq(right_of(r), side->range[i + 1].left))
		return;
	queue_join(t->b, &t->ip->buffers, &r->queue, &side->range[i + 1].queue);
	remove_range(t, side, i + 1);
}

/* A piece of a segment: [seq, seq + len). */
struct piece {
	struct hf_seq seq;
	const uint8_t *text;
	uint32_t len;
};

static void skip(struct piece *p, uint32_t octets)
{
	p->seq = seq_add(p->seq, octets);
	p->text += octets;
	p->len -= octets;
}

/* Appends up to the next range what goes behind range i; false: no memory. */
static bool extend(struct turn *t, struct tcb_side *side, uint32_t i,
		   struct piece *p)
{
	struct range *r = &side->range[i];
	uint32_t n = p->len, done;

	if (i + 1 < side->range_count) {
		uint32_t gap = side->range[i + 1].left.n - p->seq.n;

		n = n < gap ? n : gap;
	}
	done = queue_append(t->b, &t->ip->buffers, &r->queue, p->text, n,
			    QUEUE_ORDINARY);
	skip(p, done);
	r->stamp = ++side->stamp;
	if (r->queue.len == 0)
		remove_range(t, side, i);
	else
		join_next(t, side, i);
	return done == n;
}

/* The first range that ends at or behind `seq`. */
static uint32_t find_range(const struct tcb_side *side, struct hf_seq seq)
{
	uint32_t i = 0;

	while (i < side->range_count &&
	       seq_before(right_of(&side->range[i]), seq))
		i++;
	return i;
}

bool reassembly_keep(struct turn *t, struct tcb *tcb, struct hf_seq seq,
		     const uint8_t *text, uint32_t len)
{
	struct tcb_side *side = tcb_side(t, tcb);
	struct piece p = { seq, text, len };

	if (side == NULL)
		return false;
	while (p.len > 0) {
		uint32_t i = find_range(side, p.seq);
		struct range *r = &side->range[i];

		if (i == side->range_count || seq_before(p.seq, r->left)) {
			if (insert_range(t, side, i, p.seq) == NULL)
				break;
		} else {
			uint32_t had = right_of(r).n - p.seq.n;

			had = had < p.len ? had : p.len;
			r->stamp = ++side->stamp;
			reassembly_came_twice(t, tcb, p.seq, had);
			skip(&p, had);
		}
		if (p.len > 0 && !extend(t, side, i, &p))
			break;
	}
	tcb_side_settle(t, tcb);
	return p.len < len;
}

void reassembly_deliver(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	while (side != NULL && side->range_count > 0 &&
	       seq_upto(side->range[0].left, tcb->rcv.nxt)) {
		struct range *r = &side->range[0];
		uint32_t had = tcb->rcv.nxt.n - r->left.n;

		if (had > r->queue.len)
			had = r->queue.len;
		queue_consume(t->b, &t->ip->buffers, &r->queue, had);
		tcb->rcv.nxt = seq_add(tcb->rcv.nxt, r->queue.len);
		queue_join(t->b, &t->ip->buffers, &tcb->receive, &r->queue);
		remove_range(t, side, 0);
	}
}

void reassembly_drop(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	if (side == NULL)
		return;
	side->has_fin = false;
	while (side->range_count > 0) {
		queue_clear(t->b, &t->ip->buffers,
			    &side->range[side->range_count - 1].queue);
		remove_range(t, side, side->range_count - 1u);
	}
}

bool reassembly_sacrifice(struct turn *t, struct tcb *first)
{
	struct tcb *victim = first;
	const struct tcb_side *side;
	uint32_t ref;

	if (reassembly_is_empty(t, first)) {
		ref = list_first(t->b, t->tcp->stashed);
		if (ref == 0)
			return false;
		side = block_at(t->b, ref);
		victim = tcb_at(t, side->owner);
	}
	reassembly_drop(t, victim);
	tcb_side_settle(t, victim);
	return true;
}

/*
 * RFC 2883 4: what came twice is reported once, before all ranges, by the ACK
 * that it causes.
 */
void reassembly_came_twice(struct turn *t, struct tcb *tcb, struct hf_seq seq,
			   uint32_t len)
{
	struct tcb_side *side;

	if (len == 0 || !(tcb->flags & TCB_SACK) || t->ip->config.no_dsack)
		return;
	side = tcb_side(t, tcb);
	if (side == NULL)
		return;
	side->has_duplicate = true;
	side->duplicate = (struct wire_sack_block){ seq, seq_add(seq, len) };
}

void reassembly_reported(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	if (!side->has_duplicate)
		return;
	side->has_duplicate = false;
	tcb_side_settle(t, tcb);
}

/* The range that came last first, then the others by age: RFC 2018 4. */
void reassembly_sack(const struct turn *t, const struct tcb *tcb,
		     struct wire_tcp *seg)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);
	uint32_t below = UINT32_MAX;

	if (side != NULL && side->has_duplicate)
		seg->sack[seg->sack_count++] = side->duplicate;
	while (side != NULL && seg->sack_count < WIRE_SACK_BLOCKS) {
		const struct range *latest = NULL;

		for (uint32_t i = 0; i < side->range_count; i++) {
			const struct range *r = &side->range[i];

			if (r->stamp < below &&
			    (latest == NULL || r->stamp > latest->stamp))
				latest = r;
		}
		if (latest == NULL)
			break;
		below = latest->stamp;
		seg->sack[seg->sack_count++] =
			(struct wire_sack_block){ latest->left,
						  right_of(latest) };
	}
}

#define CHECK(invariant) CHECK_IN(5, invariant)

int reassembly_check(const struct turn *t, const struct tcb *tcb)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);
	struct hf_seq after = tcb->rcv.nxt;
	int line;

	if (side == NULL)
		return 0;
	CHECK(list_has(&side->record) == (side->range_count > 0));
	for (uint32_t i = 0; i < side->range_count; i++) {
		const struct range *r = &side->range[i];

		CHECK(seq_before(after, r->left)); /* 10 */
		CHECK(r->queue.len > 0);
		after = right_of(r);
		line = queue_check(t->b, &r->queue);
		if (line != 0)
			return line;
	}
	CHECK(side->range_count == 0 || seq_upto(after, tcb->rcv.adv));
	return 0;
}
