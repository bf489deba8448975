/* SPDX-License-Identifier: MIT */
/*
 * Explicit Congestion Notification, RFC 3168 6.1: routers mark (CE) what they
 * would have dropped, the receiver says so (ECE) until it hears (CWR) that
 * the sender has halved its window. SHLD-8
 *
 * The bits of a TCB, beside its kind:
 *
 *	ON	in SYN_SENT: our first SYN asks for it; then: it is agreed on,
 *		CE and ECE are heeded
 *	ECT	none of our SYNs was without it: our text may be marked
 *	ECHO	CE has come: ECE, until CWR comes
 *	CWR	the window was made smaller: the next new text says so
 *	SEEN	the peer has sent something that may be marked
 *
 * snd.reduced is snd.nxt as it was when the window was last made smaller: an
 * ACK up to it tells of the same window of data.
 */
#include "tcp.h"

#define ECN_FIELD 3u /* of the IP header: RFC 3168 5 */
#define ECN_CE 3u
#define ECN_ECT_0 2u

#define ECN_FLAGS (TCP_ECE | TCP_CWR)

/* ---- 6.1.1: agreeing -------------------------------------------------- */

bool ecn_is_setup_syn(const struct turn *t, const struct wire_tcp *seg)
{
	return (seg->flags & ECN_FLAGS) == ECN_FLAGS && t->ip->config.ecn != 0;
}

static void set(struct tcb *tcb, uint8_t bits)
{
	tcb->kind = (uint8_t)(tcb->kind | bits);
}

static void clear(struct tcb *tcb, uint8_t bits)
{
	tcb->kind = (uint8_t)(tcb->kind & ~bits);
}

/* SHLD-8 */
void ecn_ask(const struct turn *t, struct tcb *tcb)
{
	if (t->ip->config.ecn == HF_ECN_ASK)
		set(tcb, TCB_ECN_ON | TCB_ECN_ECT);
}

void ecn_agree(struct tcb *tcb)
{
	set(tcb, TCB_ECN_ON | TCB_ECN_ECT);
}

/* 6.1.1.1: perhaps somebody on the way drops what asks for ECN. */
void ecn_unanswered(struct tcb *tcb)
{
	clear(tcb, TCB_ECN_ECT);
}

void ecn_syn_arrived(struct tcb *tcb, const struct wire_tcp *syn)
{
	uint8_t agrees = syn->flags & TCP_ACK ? TCP_ECE : ECN_FLAGS;

	if ((syn->flags & ECN_FLAGS) != agrees)
		clear(tcb, TCB_ECN_ON | TCB_ECN_ECT);
}

/* ---- what is received: 6.1.3 ------------------------------------------ */

void ecn_text_arrived(struct tcb *tcb, const struct arrival *a)
{
	unsigned field = a->ip->tos & ECN_FIELD;

	if (a->len == 0)
		return; /* 6.1.4: a mark on a pure ACK says nothing */
	if (a->seg.flags & TCP_CWR)
		clear(tcb, TCB_ECN_ECHO);
	if (field == ECN_CE)
		set(tcb, TCB_ECN_ECHO);
	if (field != 0)
		set(tcb, TCB_ECN_SEEN);
}

/* ---- what is sent: 6.1.2 ---------------------------------------------- */

static bool has_reduced(const struct tcb *tcb, struct hf_seq ack)
{
	return tcb->kind & TCB_ECN_ON &&
	       seq_in(tcb->snd.reduced, ack, tcb->snd.nxt.n - ack.n + 1);
}

/* A loss that follows a loss is another matter: RFC 5681 4.3. */
bool ecn_has_halved(const struct tcb *tcb)
{
	return has_reduced(tcb, tcb->snd.una) &&
	       !(tcb->flags & TCB_RECOVER_SET);
}

void ecn_reduced(struct tcb *tcb)
{
	if (!(tcb->kind & TCB_ECN_ON))
		return;
	tcb->snd.reduced = tcb->snd.nxt;
	set(tcb, TCB_ECN_CWR);
}

void ecn_echo_arrived(struct tcb *tcb, struct hf_seq ack)
{
	if (!(tcb->kind & TCB_ECN_ON) || in_flight(tcb) == 0 ||
	    has_reduced(tcb, ack))
		return;
	congestion_marked(tcb);
	ecn_reduced(tcb);
}

static uint8_t flags_of_syn(const struct tcb *tcb, uint8_t flags)
{
	if (flags & TCP_ACK)
		return TCP_ECE;
	return tcb->kind & TCB_ECN_ECT ? ECN_FLAGS : 0;
}

/*
 * 6.1.4 to 6.1.6: neither pure ACKs nor what goes again nor probes of a
 * window are ECT, as nobody would notice that one of them got lost.
 */
uint8_t ecn_mark(struct tcb *tcb, struct plan *plan)
{
	bool is_new = plan->len > 0 && seq_eq(plan->seq, tcb->snd.nxt) &&
		      plan->why != HF_WHY_WINDOW_PROBE;
	uint8_t flags = 0;

	if (plan->flags & TCP_SYN) {
		plan->flags |= flags_of_syn(tcb, plan->flags);
		return 0;
	}
	if (tcb->kind & TCB_ECN_ECHO)
		flags |= TCP_ECE;
	if (is_new && tcb->kind & TCB_ECN_CWR) {
		clear(tcb, TCB_ECN_CWR);
		flags |= TCP_CWR;
	}
	plan->flags |= flags;
	return is_new && tcb->kind & TCB_ECN_ECT ? ECN_ECT_0 : 0;
}

/* ---- the invariants ---------------------------------------------------- */

bool ecn_is_sound(const struct tcb *tcb)
{
	return tcb->kind & TCB_ECN_ON ||
	       !(tcb->kind & TCB_ECN_BITS & ~TCB_ECN_ON);
}
