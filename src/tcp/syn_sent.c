/* SPDX-License-Identifier: MIT */
/* SYN_SENT: RFC 9293 3.10.7.3. */
#include "tcp.h"

void take_syn_options(struct turn *t, struct tcb *tcb,
		      const struct wire_tcp *seg)
{
	const struct hf_config *config = &t->ip->config;
	uint32_t said = tcb->rcv.adv.n - tcb->rcv.nxt.n, first;

	if (seg->has_ts && !config->no_timestamps) {
		tcb->flags |= TCB_TIMESTAMPS;
		tcb->ts_recent = seg->ts_val;
	}
	tcb->rcv.nxt = seq_add(seg->seq, 1);
	tcb->rcv.acked = tcb->rcv.nxt;
	/* As it stood in our own SYN, or will stand in our SYN-ACK. */
	first = receive_first_window(t, tcb);
	/* What is less than a segment is left out for good. */
	if (config->whole_first_window && tcb->receive_buffer > first &&
	    tcb->receive_buffer - first < tcb_mss_offer(t, tcb))
		tcb->receive_buffer = first;
	tcb->rcv.edge = seq_add(tcb->rcv.nxt, first);
	tcb->rcv.edge = seq_max(tcb->rcv.edge, seq_add(tcb->rcv.nxt, said));
	tcb->rcv.adv = tcb->rcv.edge;
	tcb->mss = tcb_mss_for(t, tcb, seg->has_mss ? seg->mss : 0);
	/* RFC 7323 2.2, 3.2: both must offer. */
	if (seg->has_wscale && !config->no_window_scale) {
		tcb->snd_scale = (seg->wscale > 14 ? 14u : seg->wscale) & 15u;
		tcb->rcv_scale = config->window_scale & 15u;
	}
	/* What a full segment of the peer will carry: a first guess. */
	tcb->rcv_mss =
		(uint16_t)(tcb->mss - (tcb->flags & TCB_TIMESTAMPS ? 12 : 0));
	if (seg->has_sack_permitted && !config->no_sack)
		tcb->flags |= TCB_SACK;
}

static void become_established(struct turn *t, struct tcb *tcb,
			       struct arrival *a)
{
	rtt_acknowledged(t, tcb, &a->seg);
	tcb->snd.una = a->seg.ack;
	tcb->snd.resend = tcb->snd.una;
	tcb->snd.wnd = a->seg.wnd; /* not scaled: RFC 7323 2.2 */
	tcb->snd.max_wnd = tcb->snd.wnd;
	tcb->snd.wl1 = a->seg.seq;
	tcb->flags |= TCB_ACK_NOW;
	tcb->flags &= ~TCB_SYN_DUE;
	enter(t, tcb, HF_ESTABLISHED);
	tcb_established(t, tcb);
	tcb->heard = t->now;
	tcb_tell(t, tcb, HF_EVENT_CONNECTED);
	tcb_ready(t, tcb);
}

/* Simultaneous open, MUST-10; our own SYN goes again with an ACK: MUST-11. */
static void become_syn_received(struct turn *t, struct tcb *tcb,
				const struct arrival *a)
{
	tcb->snd.wnd = a->seg.wnd;
	tcb->flags |= TCB_SYN_DUE;
	enter(t, tcb, HF_SYN_RECEIVED);
	tcb_ready(t, tcb);
}

enum hf_drop arrive_syn_sent(struct turn *t, struct tcb *tcb, struct arrival *a)
{
	bool has_ack = a->seg.flags & TCP_ACK;

	if (tcp_is_quiet(t))
		return HF_DROP_QUIET; /* nothing was said yet */
	if (has_ack &&
	    !seq_in(a->seg.ack, seq_add(tcb->snd.iss, 1), in_flight(tcb))) {
		reset_reply(t, a, true);
		return HF_DROP_ACK;
	}
	if (a->seg.flags & TCP_RST) {
		if (!has_ack)
			return HF_DROP_NO_ACK;
		tcb_end(t, tcb, HF_ERR_REFUSED);
		return HF_ACCEPTED;
	}
	if (!(a->seg.flags & TCP_SYN))
		return HF_DROP_NO_ACK;
	take_syn_options(t, tcb, &a->seg);
	ecn_syn_arrived(tcb, &a->seg);
	if (!has_ack) {
		become_syn_received(t, tcb, a);
		return HF_ACCEPTED;
	}
	become_established(t, tcb, a);
	/* Text and FIN that came with the SYN: 3.10.7.3, fifth. */
	a->seg.flags &= (uint8_t)~TCP_SYN;
	a->seg.seq = tcb->rcv.nxt;
	a->len = wire_tcp_len(&a->seg);
	return a->len > 0 ? arrive_connection(t, tcb, a) : HF_ACCEPTED;
}
