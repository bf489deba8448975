/* SPDX-License-Identifier: MIT */
/* The invariants of fragment.h. */
#include "fragment.h"

#define CHECK(invariant) CHECK_IN(7, invariant)

static int check_pieces(const struct datagram *d)
{
	uint32_t received = 0;
	bool has_first = false;

	for (uint32_t i = 0; i < d->count; i++) {
		const struct piece *p = &d->piece[i];

		CHECK(p->len > 0);
		CHECK(d->total == 0 || piece_end(p) <= d->total); /* 3 */
		for (uint32_t j = 0; j < i; j++)
			CHECK(piece_end(p) <= piece_start(&d->piece[j]) ||
			      piece_end(&d->piece[j]) <= piece_start(p));
		has_first = has_first || p->offset == 0;
		received += p->len;
	}
	CHECK(received == d->received); /* 2 */
	CHECK(has_first == (d->header_len != 0));
	CHECK(d->octets.len == d->received + d->header_len);
	return 0;
}

static uint32_t cost_of(const struct turn *t, const struct queue *q)
{
	uint32_t cost = 0, ref = q->head;

	while (ref != 0) {
		const struct buffer *buffer = block_at(t->b, ref);

		cost += buffer->room == BUFFER_SMALL_ROOM ? BUFFER_SMALL
							  : BLOCK_PAGE;
		ref = buffer->next;
	}
	return cost;
}

static int check_datagram(const struct turn *t, const struct datagram *d)
{
	int line = queue_check(t->b, &d->octets);

	if (line != 0)
		return line;
	CHECK(d->count <= DATAGRAM_PIECES);
	CHECK(d->refused ? d->count == 0 : d->count > 0); /* 4, 5 */
	CHECK(!datagram_is_whole(d));
	CHECK(d->cost == cost_of(t, &d->octets)); /* 6 */
	return check_pieces(d);
}

int fragment_check(const struct turn *t)
{
	uint32_t count = 0, cost = 0, before = 0;
	hf_time deadline = 0;

	for (uint32_t ref = t->ip->oldest.first; ref != 0;
	     ref = datagram_at(t, ref)->newer) {
		const struct datagram *d = datagram_at(t, ref);
		int line = check_datagram(t, d);

		if (line != 0)
			return line;
		CHECK(d->older == before); /* 1 */
		CHECK(d->record.deadline >= deadline);
		CHECK(d->record.deadline != HF_NEVER);
		before = ref;
		deadline = d->record.deadline;
		cost += d->cost;
		count++;
	}
	CHECK(t->ip->oldest.last == before);
	CHECK(count == t->ip->datagrams.used);
	CHECK(cost <= t->ip->held); /* 6 */
	CHECK(t->ip->held <= t->ip->config.held);
	return 0;
}
