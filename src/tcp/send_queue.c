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
