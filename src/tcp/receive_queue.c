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

/* What the queue has room for. */
static struct hf_seq possible_edge(const struct turn *t, const struct tcb *tcb)
{
	uint32_t room = tcb->receive_buffer > tcb->receive.len
				? tcb->receive_buffer - tcb->receive.len
				: 0;
	uint32_t most = UINT32_C(65535) << tcb->rcv_scale;
	uint32_t clamp = tcb_wishes(t, tcb)->window_clamp;

	if (clamp != 0 && clamp < most)
		most = clamp;
	return seq_add(tcb->rcv.nxt, room < most ? room : most);
}

/* RFC 9293 3.8.6.2.2: not by crumbs; MUST-39. Never to the left: SHLD-14. */
static bool may_move_edge(const struct turn *t, const struct tcb *tcb,
			  uint32_t segments)
{
	int32_t step = seq_diff(possible_edge(t, tcb), tcb->rcv.edge);
	uint32_t half = tcb->receive_buffer / 2;
	uint32_t least = segments * tcb->rcv_mss;

	return step > 0 && (uint32_t)step >= (half < least ? half : least);
}

bool receive_update_is_due(const struct turn *t, const struct tcb *tcb)
{
	/* Two segments: more would only double the peer's ACKs. */
	return may_move_edge(t, tcb, 2);
}

uint16_t receive_first_window(const struct turn *t, const struct tcb *tcb)
{
	uint32_t clamp = tcb_wishes(t, tcb)->window_clamp;
	uint32_t wnd = tcb->receive_buffer;

	if (clamp != 0 && wnd > clamp)
		wnd = clamp;
	return (uint16_t)(wnd < 65535 ? wnd : 65535);
}

void receive_promise(struct tcb *tcb, uint32_t wnd)
{
	tcb->rcv.adv = seq_max(tcb->rcv.adv, seq_add(tcb->rcv.nxt, wnd));
}

/*
 * MAY-8: closed for as long as the program likes. The edge stays exact; only
 * what is said of it is rounded up to a step of the scale, as Linux does, so
 * that rounding does not add up.
 */
uint16_t receive_window(const struct turn *t, struct tcb *tcb)
{
	uint32_t unit = UINT32_C(1) << tcb->rcv_scale;
	uint32_t field;
	int32_t wnd;

	if (may_move_edge(t, tcb, 1))
		tcb->rcv.edge = possible_edge(t, tcb);
	wnd = seq_diff(tcb->rcv.edge, tcb->rcv.nxt);
	field = wnd > 0 ? ((uint32_t)wnd + unit - 1) / unit : 0;
	if (field > 65535)
		field = 65535;
	tcb->rcv.adv =
		seq_max(tcb->rcv.adv, seq_add(tcb->rcv.nxt, field * unit));
	return (uint16_t)field;
}
