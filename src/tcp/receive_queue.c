/* SPDX-License-Identifier: MIT */
#include "tcp.h"

uint32_t receive_append(struct turn *t, struct tcb *tcb, const uint8_t *text,
			uint32_t len)
{
	enum queue_claim claim = tcb->receive.len == 0 ? QUEUE_URGENT
						       : QUEUE_ORDINARY;
	uint32_t done = 0;

	for (;;) {
		done += queue_append(t->b, &t->ip->buffers, &tcb->receive,
				     text + done, len - done, claim);
		if (done == len || !reassembly_sacrifice(t, tcb))
			return done;
	}
}

struct hf_seq receive_edge(const struct tcb *tcb)
{
	uint32_t room = tcb->receive_buffer > tcb->receive.len
				? tcb->receive_buffer - tcb->receive.len
				: 0;
	uint32_t most = UINT32_C(65535) << tcb->rcv_scale;

	return seq_add(tcb->rcv.nxt, room < most ? room : most);
}

/* RFC 9293 3.8.6.2.2: not by crumbs; MUST-39. */
static uint32_t least_step(const struct tcb *tcb, uint32_t segments)
{
	uint32_t half = tcb->receive_buffer / 2;
	uint32_t step = segments * tcb->rcv_mss;

	return half < step ? half : step;
}

bool receive_update_is_due(const struct tcb *tcb)
{
	int32_t step = seq_diff(receive_edge(tcb), tcb->rcv.adv);

	/* Two segments: more would only double the peer's ACKs. */
	return step > 0 && (uint32_t)step >= least_step(tcb, 2);
}

uint16_t receive_first_window(const struct tcb *tcb)
{
	return (uint16_t)(tcb->receive_buffer < 65535 ? tcb->receive_buffer
						      : 65535);
}

uint16_t receive_window(struct tcb *tcb)
{
	struct hf_seq edge = receive_edge(tcb);
	int32_t step = seq_diff(edge, tcb->rcv.adv);
	unsigned scale = tcb->rcv_scale;
	uint32_t wnd, field;

	if (step < 0 || (uint32_t)step < least_step(tcb, 1))
		edge = tcb->rcv.adv; /* SHLD-14: never to the left */
	wnd = edge.n - tcb->rcv.nxt.n;
	field = wnd >> scale;
	/*
	 * What the scale cannot say must not make the edge move left, nor
	 * close the window of a buffer smaller than one step of the scale.
	 */
	if (seq_before(seq_add(tcb->rcv.nxt, field << scale), tcb->rcv.adv) ||
	    (field == 0 && wnd > 0))
		field++;
	if (field > 65535)
		field = 65535;
	edge = seq_add(tcb->rcv.nxt, field << scale);
	tcb->rcv.adv = seq_max(edge, tcb->rcv.adv);
	return (uint16_t)field;
}
