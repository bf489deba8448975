/* SPDX-License-Identifier: MIT */
/*
 * Urgent data: RFC 9293 3.8.5, RFC 6093. It stays in the stream, and its end
 * is a sequence number: SND.UP of what is sent, RCV.UP of what comes (MUST-31:
 * of any length). Both live in the side record as long as they say anything.
 */
#include "tcp.h"

/* ---- sending ---------------------------------------------------------- */

/* MUST-62: the pointer is to the octet after the last urgent one. */
void urgent_queued(const struct turn *t, const struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	side->has_snd_up = true;
	side->snd_up = send_end(tcb);
	/* While opening, SYN still stands before the first octet. */
	if (!state_is_synchronized((enum hf_state)tcb->state))
		side->snd_up = seq_add(side->snd_up, 1);
}

bool urgent_is_sending(const struct turn *t, const struct tcb *tcb)
{
	return tcb->side != 0 && tcb_side_of(t, tcb)->has_snd_up;
}

/*
 * The field has 16 bits: an end that is farther away is pointed to as it comes
 * within reach, and meanwhile all that can be pointed to is urgent.
 */
void urgent_describe(const struct turn *t, const struct tcb *tcb,
		     struct wire_tcp *seg)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);
	uint32_t ahead;

	if (!side->has_snd_up || seg->flags & TCP_SYN ||
	    !seq_before(seg->seq, side->snd_up))
		return;
	ahead = side->snd_up.n - seg->seq.n;
	seg->flags |= TCP_URG;
	seg->urgent = (uint16_t)(ahead < UINT16_MAX ? ahead : UINT16_MAX);
}

void urgent_acknowledged(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	if (!side->has_snd_up || seq_before(tcb->snd.una, side->snd_up))
		return;
	side->has_snd_up = false;
	tcb_side_settle(t, tcb);
}

/* ---- receiving -------------------------------------------------------- */

/* The sequence number of the octet that the program takes next. */
static struct hf_seq next_octet(const struct tcb *tcb)
{
	uint32_t fin = !!(tcb->flags & TCB_FIN_RECEIVED);

	return (struct hf_seq){ tcb->rcv.nxt.n - fin - tcb->receive.len };
}

/* MUST-32: told when there is some, and when there is more. */
void urgent_arrived(struct turn *t, struct tcb *tcb, const struct arrival *a)
{
	struct hf_seq up = seq_add(a->seg.seq, a->seg.urgent);
	struct tcb_side *side = tcb_side_of(t, tcb);

	if (!state_may_receive((enum hf_state)tcb->state) ||
	    !seq_before(next_octet(tcb), up) ||
	    (side != NULL && side->has_rcv_up && !seq_before(side->rcv_up, up)))
		return;
	side = tcb_side(t, tcb);
	if (side == NULL)
		return; /* the octets come all the same */
	side->has_rcv_up = true;
	side->rcv_up = up;
	tcb_tell(t, tcb, HF_EVENT_URGENT);
}

void urgent_consumed(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	if (!side->has_rcv_up || seq_before(next_octet(tcb), side->rcv_up))
		return;
	side->has_rcv_up = false;
	tcb_side_settle(t, tcb);
}

void urgent_ended(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);
	const struct hf_seq end = seq_add(next_octet(tcb), tcb->receive.len);

	if (side == NULL || !side->has_rcv_up)
		return;
	if (seq_before(end, side->rcv_up))
		side->rcv_up = end;
	urgent_consumed(t, tcb);
}

bool urgent_is_ahead(const struct turn *t, const struct tcb *tcb,
		     uint32_t *octets)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	*octets = 0;
	if (side == NULL || !side->has_rcv_up)
		return false;
	*octets = side->rcv_up.n - next_octet(tcb).n;
	return true;
}
