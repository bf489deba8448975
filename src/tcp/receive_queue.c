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

/* The most that may ever be offered, as the program wants it. */
static uint32_t most_offered(const struct turn *t, const struct tcb *tcb)
{
	uint32_t clamp = tcb_wishes(t, tcb)->window_clamp;

	return clamp != 0 && clamp < tcb->receive_buffer ? clamp
							 : tcb->receive_buffer;
}

/* What the queue has room for. */
static struct hf_seq possible_edge(const struct turn *t, const struct tcb *tcb)
{
	uint32_t room = tcb->receive_buffer > tcb->receive.len
				? tcb->receive_buffer - tcb->receive.len
				: 0;
	uint32_t most = UINT32_C(65535) << tcb->rcv_scale;

	if (most > most_offered(t, tcb))
		most = most_offered(t, tcb);
	return seq_add(tcb->rcv.nxt, room < most ? room : most);
}

/* RFC 9293 3.8.6.2.2: not by crumbs; MUST-39. Never to the left: SHLD-14. */
static bool may_move_edge(const struct turn *t, const struct tcb *tcb,
			  uint32_t segments)
{
	int32_t step = seq_diff(possible_edge(t, tcb), tcb->rcv.edge);
	uint32_t half = most_offered(t, tcb) / 2;
	uint32_t least = segments * tcb->rcv_mss;

	return step > 0 && (uint32_t)step >= (half < least ? half : least);
}

bool receive_update_is_due(const struct turn *t, const struct tcb *tcb)
{
	uint32_t now = tcb->rcv.adv.n - tcb->rcv.nxt.n;

	if (t->ip->config.updates_when_doubled)
		return now <= tcb->receive_buffer / 2 &&
		       (uint32_t)seq_diff(possible_edge(t, tcb),
					  tcb->rcv.nxt) >= 2 * now &&
		       may_move_edge(t, tcb, 1);
	/* Two segments: more would only double the peer's ACKs. */
	return may_move_edge(t, tcb, 2);
}

uint16_t receive_window_of_syn(const struct turn *t,
			       const struct first_window *of)
{
	uint32_t wnd = of->buffer, mss = of->mss;

	if (of->has_timestamps)
		mss -= 12;
	if (of->clamp != 0 && wnd > of->clamp)
		wnd = of->clamp;
	if (t->ip->config.whole_first_window && wnd > mss)
		wnd -= wnd % mss;
	return (uint16_t)(wnd < 65535 ? wnd : 65535);
}

uint16_t receive_first_window(const struct turn *t, const struct tcb *tcb)
{
	const struct first_window of = {
		.buffer = tcb->receive_buffer,
		.clamp = tcb_wishes(t, tcb)->window_clamp,
		.mss = tcb_mss_offer(t, tcb),
		/* An active open does not know yet. */
		.has_timestamps =
			(tcb->flags & (TCB_PASSIVE | TCB_TIMESTAMPS)) ==
			(TCB_PASSIVE | TCB_TIMESTAMPS),
	};

	return receive_window_of_syn(t, &of);
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
