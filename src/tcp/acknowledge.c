/* SPDX-License-Identifier: MIT */
/* What an acknowledgement does: RFC 9293 3.10.7.4, fifth; RFC 5681, 6582. */
#include "tcp.h"

#define DUPLICATES 3u /* RFC 5681 2: take it for lost */

/* Frees what is acknowledged of the send queue, and knows of SYN and FIN. */
static void consume(struct turn *t, struct tcb *tcb, uint32_t acked)
{
	uint32_t text = acked < tcb->send.len ? acked : tcb->send.len;

	if (text == 0)
		return;
	count_acked(t, tcb, text);
	queue_consume(t->b, &t->ip->buffers, &tcb->send, text);
	if (tcb->cursor.offset < text)
		tcb->cursor = (struct queue_cursor){ 0 };
	else
		tcb->cursor.offset -= text;
}

static void tell_program(struct turn *t, struct tcb *tcb)
{
	uint32_t flags = 0;

	if (tcb->send.len == 0)
		flags |= HF_EVENT_DRAINED;
	if (tcb->flags & TCB_WANTS_ROOM &&
	    tcb->send.len <= tcb->send_buffer - tcb->send_buffer / 4) {
		tcb->flags &= ~TCB_WANTS_ROOM;
		flags |= HF_EVENT_WRITABLE;
	}
	if (flags != 0)
		tcb_tell(t, tcb, flags);
}

/* RFC 6582 3.2 (5): a full or a partial acknowledgement in recovery. */
static void recovery_acked(struct turn *t, struct tcb *tcb, uint32_t acked)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	if (seq_upto(side->recover, tcb->snd.una)) {
		tcb->flags &= ~TCB_RECOVERY;
		congestion_leave_recovery(tcb);
		return;
	}
	congestion_partial(tcb, acked);
	tcb->flags |= TCB_PARTIAL_DUE;
}

/* Nothing that `recover` guards against is outstanding any more. */
static void forget_recover(struct turn *t, struct tcb *tcb)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	if (tcb->flags & TCB_RECOVERY || !(tcb->flags & TCB_RECOVER_SET) ||
	    seq_before(tcb->snd.una, side->recover))
		return;
	tcb->flags &= ~TCB_RECOVER_SET;
	tcb_side_settle(t, tcb);
}

/* What the side record says of octets that are acknowledged by now. */
static void forget_marks(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	if (side == NULL)
		return;
	while (side->push_count > 0 && seq_upto(side->push[0], tcb->snd.una))
		memmove(side->push, side->push + 1,
			--side->push_count * sizeof *side->push);
	urgent_acknowledged(t, tcb);
}

static void advance(struct turn *t, struct tcb *tcb, const struct arrival *a)
{
	uint32_t acked = a->seg.ack.n - tcb->snd.una.n;

	rtt_acknowledged(t, tcb, &a->seg);
	consume(t, tcb, acked);
	tcb->snd.una = a->seg.ack;
	tcb->snd.resend = seq_max(tcb->snd.resend, tcb->snd.una);
	tcb->flags &= ~(TCB_FAST_DUE | TCB_PARTIAL_DUE);
	if (tcb->flags & TCB_RECOVERY)
		recovery_acked(t, tcb, acked);
	else if (!(a->seg.flags & TCP_ECE) || !(tcb->kind & TCB_ECN_ON))
		congestion_acked(t, tcb, acked); /* RFC 3168 6.1.2 */
	tcb->duplicates = 0;
	forget_recover(t, tcb);
	forget_marks(t, tcb);
	if (tcb->flags & TCB_PROBING && !send_has_more(tcb))
		timer_window_opened(tcb); /* it does not matter any more */
	timer_acked(t, tcb);
	tcb_progressed(t, tcb);
	tell_program(t, tcb);
}

/* RFC 5681 2: all five conditions, the window's aside. */
static bool is_duplicate(const struct tcb *tcb, const struct arrival *a)
{
	return in_flight(tcb) > 0 && a->len_sent == 0 &&
	       seq_eq(a->seg.ack, tcb->snd.una) && a->wnd == tcb->snd.wnd;
}

/* RFC 6582 3.2 (2): not for what a timeout has sent again already. */
static bool recovery_is_due(const struct turn *t, const struct tcb *tcb)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	return !(tcb->flags & TCB_RECOVER_SET) ||
	       seq_before(side->recover, tcb->snd.una);
}

static void duplicate(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side;

	if (tcb->flags & TCB_RECOVERY) {
		congestion_duplicate(tcb);
		return;
	}
	if (tcb->duplicates < UINT8_MAX)
		tcb->duplicates++;
	if (tcb->duplicates != DUPLICATES || !recovery_is_due(t, tcb))
		return;
	side = tcb_side(t, tcb);
	if (side == NULL)
		return; /* the timer will do */
	congestion_enter_recovery(tcb);
	ecn_reduced(tcb);
	side->recover = tcb->snd.nxt;
	tcb->flags |= TCB_RECOVERY | TCB_RECOVER_SET | TCB_FAST_DUE;
	tcb->flags &= ~TCB_TIMING;
}

void ack_arrived(struct turn *t, struct tcb *tcb, const struct arrival *a)
{
	if (a->seg.flags & TCP_ECE)
		ecn_echo_arrived(tcb, a->seg.ack);
	if (seq_before(tcb->snd.una, a->seg.ack))
		advance(t, tcb, a);
	else if (is_duplicate(tcb, a) && !(tcb->flags & TCB_PROBING))
		duplicate(t, tcb);
}

/*
 * 3.10.7.4, fifth: SND.WL1 keeps old segments from being used. So would
 * SND.WL2, but it is never past SND.UNA, from which on an ACK counts anyhow.
 */
void window_arrived(struct tcb *tcb, const struct arrival *a)
{
	uint32_t wnd = a->wnd, before = tcb->snd.wnd;

	if (seq_before(a->seg.seq, tcb->snd.wl1) ||
	    seq_before(a->seg.ack, tcb->snd.una))
		return;
	tcb->snd.wnd = wnd;
	tcb->snd.wl1 = a->seg.seq;
	if (wnd > tcb->snd.max_wnd)
		tcb->snd.max_wnd = wnd;
	if (wnd == 0)
		timer_probe_answered(tcb);
	if (wnd == 0 || !(tcb->flags & TCB_PROBING))
		return;
	/* It was not closed: what is held back has its time, MUST-60. */
	if (before > 0 && in_flight(tcb) == 0)
		return;
	/* What a probe sent past the window was most likely thrown away. */
	tcb->snd.resend = tcb->snd.una;
	timer_window_opened(tcb);
}
