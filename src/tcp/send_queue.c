/* SPDX-License-Identifier: MIT */
/* What the program has sent and the peer has not acknowledged. */
#include "tcp.h"

/*
 * Out-of-order octets are given up before the program is told that there is
 * no memory; and an empty queue may begin from the reserve, so that everyone
 * goes on, if slowly.
 */
uint32_t send_append(struct turn *t, struct tcb *tcb, const void *data,
		     uint32_t len)
{
	struct buffers *all = &t->ip->buffers;
	const uint8_t *from = data;
	uint32_t done = 0;

	do {
		done += queue_append(t->b, all, &tcb->send, from + done,
				     len - done, QUEUE_ORDINARY);
	} while (done < len && reassembly_sacrifice(t, tcb));
	if (tcb->send.len == 0)
		done = queue_append(t->b, all, &tcb->send, from,
				    len < BUFFER_SMALL_ROOM ? len
							    : BUFFER_SMALL_ROOM,
				    QUEUE_URGENT);
	return done;
}

uint8_t *send_reserve(struct turn *t, struct tcb *tcb, uint32_t *len)
{
	uint8_t *room;

	do {
		room = queue_reserve(t->b, &t->ip->buffers, &tcb->send, len);
	} while (room == NULL && reassembly_sacrifice(t, tcb));
	return room;
}

/* FLUSH drops behind the window only, and what was sent keeps its place. */
uint32_t send_drop_unsent(struct turn *t, struct tcb *tcb)
{
	uint32_t keep = in_flight(tcb), had = tcb->send.len;

	if (!state_is_synchronized((enum hf_state)tcb->state))
		keep = 0; /* SYN is all that can be in flight */
	else if (keep < tcb->snd.wnd)
		keep = tcb->snd.wnd;
	if (keep >= had)
		return 0;
	queue_truncate(t->b, &t->ip->buffers, &tcb->send, keep);
	tcb->cursor = (struct queue_cursor){ 0 };
	return had - keep;
}

/*
 * The last SEND asked for PUSH, and more comes behind it. What ends the queue
 * is pushed anyway, so that only now there is something to remember. SHLD-27:
 * when there are too many, the last two collapse.
 */
void send_push_remember(struct turn *t, struct tcb *tcb)
{
	bool is_open = state_is_synchronized((enum hf_state)tcb->state);
	struct tcb_side *side;

	if (!(tcb->flags & TCB_PUSH_AT_END))
		return;
	tcb->flags &= ~TCB_PUSH_AT_END;
	if (tcb->send.len == 0 || (is_open && send_unsent(tcb) == 0))
		return;
	side = tcb_side(t, tcb);
	if (side == NULL)
		return; /* it goes without */
	if (side->push_count == SIDE_PUSHES)
		side->push_count--;
	side->push[side->push_count++] =
		seq_add(send_end(tcb), is_open ? 0 : 1); /* SYN */
}

/* A SEND without HF_SEND_MORE ends what an earlier one held back. */
void send_marked(struct turn *t, struct tcb *tcb, unsigned flags)
{
	struct tcb_side *side = tcb_side_of(t, tcb);
	uint8_t others = side->wish.flags & (uint8_t)~WISH_MORE;

	side->wish.flags = flags & HF_SEND_MORE ? others | WISH_MORE : others;
	if (flags & HF_SEND_URGENT)
		urgent_queued(t, tcb);
}

/* It is kept, whatever else memory is wanted for in the meantime. */
bool send_may_mark(struct turn *t, struct tcb *tcb, unsigned flags)
{
	if (!(flags & (HF_SEND_URGENT | HF_SEND_MORE)))
		return true;
	if (tcb_side(t, tcb) == NULL)
		return false;
	tcb->flags |= TCB_SIDE_KEPT;
	return true;
}
