/* SPDX-License-Identifier: MIT */
/* Text and FIN of an acceptable segment: RFC 9293 3.10.7.4, sixth to eighth. */
#include "tcp.h"

/* RFC 5681 4.2: acknowledge at least every second full-sized segment. */
static void owe_ack(struct turn *t, struct tcb *tcb)
{
	uint32_t unacked = tcb->rcv.nxt.n - tcb->rcv.acked.n;

	if (tcb_wishes(t, tcb)->flags & WISH_QUICK_ACK) {
		tcb->flags |= TCB_ACK_NOW;
	} else if (tcb->quick_acks > 0) {
		tcb->quick_acks--;
		tcb->flags |= TCB_ACK_NOW;
	} else if (unacked >= 2u * tcb->rcv_mss) {
		tcb->flags |= TCB_ACK_NOW; /* SHLD-19 */
	} else {
		timer_ack_delayed(t, tcb); /* SHLD-18 */
	}
}

static void learn_segment_size(struct tcb *tcb, uint32_t len)
{
	if (len > tcb->rcv_mss)
		tcb->rcv_mss = len < UINT16_MAX ? (uint16_t)len : UINT16_MAX;
}

/* In order; a hole it fills is no longer worth a duplicate ACK. */
static enum hf_drop take_in_order(struct turn *t, struct tcb *tcb,
				  const struct arrival *a)
{
	const struct hf_seq before = tcb->rcv.nxt;
	bool had_hole = !reassembly_is_empty(t, tcb);
	uint32_t n = receive_append(t, tcb, a->seg.text, a->seg.text_len);

	tcb->rcv.nxt = seq_add(tcb->rcv.nxt, n);
	tcb->flags |= TCB_TEXT_RECEIVED;
	if (n < a->seg.text_len) {
		tcb->flags |= TCB_ACK_NOW; /* it will have to come again */
		if (n == 0)
			return HF_DROP_NO_MEMORY;
	}
	learn_segment_size(tcb, a->seg.text_len);
	tcb_progressed(t, tcb);
	if (had_hole) {
		reassembly_deliver(t, tcb);
		tcb_side_settle(t, tcb);
		tcb->acks_owed = 0;
		tcb->flags |= TCB_ACK_NOW; /* RFC 5681 4.2 */
	} else {
		owe_ack(t, tcb);
	}
	count_received(t, tcb, tcb->rcv.nxt.n - before.n);
	tcb_tell(t, tcb, HF_EVENT_READABLE);
	return HF_ACCEPTED;
}

/* Out of order: kept if there is room, and owed a duplicate ACK: MAY-13. */
static enum hf_drop take_out_of_order(struct turn *t, struct tcb *tcb,
				      const struct arrival *a)
{
	bool is_kept = reassembly_keep(t, tcb, a->seg.seq, a->seg.text,
				       a->seg.text_len);

	if (tcb->acks_owed < UINT8_MAX)
		tcb->acks_owed++;
	return is_kept ? HF_ACCEPTED : HF_DROP_NO_MEMORY;
}

static void remember_fin(struct turn *t, struct tcb *tcb, struct hf_seq fin)
{
	struct tcb_side *side = tcb_side(t, tcb);

	if (tcb->acks_owed == 0)
		tcb->acks_owed = 1;
	if (side == NULL)
		return;
	side->has_fin = true;
	side->fin = fin;
}

/* Where the peer's FIN leads. */
static void take_fin(struct turn *t, struct tcb *tcb)
{
	tcb->rcv.nxt = seq_add(tcb->rcv.nxt, 1);
	tcb->rcv.adv = seq_max(tcb->rcv.adv, tcb->rcv.nxt);
	tcb->rcv.edge = seq_max(tcb->rcv.edge, tcb->rcv.nxt);
	tcb->flags |= TCB_FIN_RECEIVED | TCB_ACK_NOW;
	reassembly_drop(t, tcb);
	urgent_ended(t, tcb);
	tcb_side_settle(t, tcb);
	tcb->acks_owed = 0;
	tcb_tell(t, tcb, HF_EVENT_EOF); /* MUST-12 */
	tcb_ready(t, tcb);
	if (tcb->state == HF_ESTABLISHED)
		enter(t, tcb, HF_CLOSE_WAIT);
	else if (tcb->state == HF_FIN_WAIT_1)
		enter(t, tcb, HF_CLOSING);
	else if (tcb->state == HF_FIN_WAIT_2)
		tcb_time_wait(t, tcb);
}

static bool fin_is_next(const struct turn *t, const struct tcb *tcb)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	return side != NULL && side->has_fin && seq_eq(side->fin, tcb->rcv.nxt);
}

/*
 * SHLD-3: nobody is there to read it; the peer should know. As from CLOSED:
 * 3.10.7.1 has the number that the peer waits for.
 */
static enum hf_drop refuse_text(struct turn *t, struct tcb *tcb,
				const struct arrival *a)
{
	reset_reply(t, a, false);
	tcb_end(t, tcb, HF_ERR_ABORTED);
	return HF_DROP_AFTER_CLOSE;
}

enum hf_drop text_arrived(struct turn *t, struct tcb *tcb, struct arrival *a)
{
	struct hf_seq fin = seq_add(a->seg.seq, a->seg.text_len);
	enum hf_drop drop = HF_ACCEPTED;

	if (a->len == 0 || !state_may_receive((enum hf_state)tcb->state))
		return HF_ACCEPTED;
	if (a->seg.text_len > 0 && tcb->flags & TCB_RELEASED)
		return refuse_text(t, tcb, a);
	if (a->seg.text_len > 0)
		drop = seq_eq(a->seg.seq, tcb->rcv.nxt)
			       ? take_in_order(t, tcb, a)
			       : take_out_of_order(t, tcb, a);
	if (a->seg.flags & TCP_FIN && seq_eq(fin, tcb->rcv.nxt))
		take_fin(t, tcb);
	else if (a->seg.flags & TCP_FIN && seq_before(tcb->rcv.nxt, fin))
		remember_fin(t, tcb, fin);
	else if (fin_is_next(t, tcb))
		take_fin(t, tcb);
	if (output_is_due(tcb))
		tcb_ready(t, tcb);
	return drop;
}
