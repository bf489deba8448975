/* SPDX-License-Identifier: MIT */
/* The invariants of tcb.h, by their numbers. */
#include "tcp.h"

#define CHECK(invariant) CHECK_IN(4, invariant)

static bool is_open(const struct tcb *tcb)
{
	return state_is_synchronized((enum hf_state)tcb->state);
}

static int check_send(const struct tcb *tcb)
{
	uint32_t syn = tcb->state == HF_SYN_SENT ||
		       tcb->state == HF_SYN_RECEIVED;
	uint32_t fin = !!(tcb->flags & TCB_FIN_SENT);

	CHECK(seq_upto(tcb->snd.una, tcb->snd.resend)); /* 1 */
	CHECK(seq_upto(tcb->snd.resend, tcb->snd.nxt));
	CHECK(in_flight(tcb) <= tcb->send.len + syn + fin); /* 2 */
	CHECK(tcb->cwnd >= 1 && tcb->ssthresh >= 2); /* 11 */
	CHECK(tcb->cursor.buffer == 0 || tcb->cursor.offset < tcb->send.len ||
	      tcb->send.len == 0); /* 12 */
	return 0;
}

static int check_receive(const struct tcb *tcb)
{
	uint32_t wnd = tcb->rcv.adv.n - tcb->rcv.nxt.n;

	if (!is_open(tcb))
		return 0;
	CHECK(seq_upto(tcb->rcv.nxt, tcb->rcv.adv)); /* 3 */
	CHECK(wnd <= UINT32_C(65535) << tcb->rcv_scale); /* 4 */
	CHECK(seq_upto(tcb->rcv.acked, tcb->rcv.nxt));
	return 0;
}

static int check_timers(const struct turn *t, const struct tcb *tcb)
{
	hf_time armed = tcb->flow.record.deadline;

	CHECK(timer_earliest(t, tcb) >= armed); /* 6 */
	if (!is_open(tcb) || tcb->state == HF_TIME_WAIT)
		return 0;
	/*
	 * Between the expiry and the output that it asks for, none runs; nor
	 * does it for an address that is another's: all ends soon.
	 */
	CHECK(!send_has_more(tcb) || tcb_is_ready(tcb) ||
	      address_is_lost(ip_address_at(t, tcb->flow.local)) ||
	      tcb->deadline[TIMER_RETRANSMIT] != HF_NEVER); /* 5 */
	return 0;
}

static int check_close(const struct tcb *tcb)
{
	enum hf_state state = (enum hf_state)tcb->state;

	if (state == HF_TIME_WAIT || state == HF_CLOSED)
		CHECK(tcb->send.len == 0); /* 7 */
	if (state == HF_CLOSED || !is_open(tcb))
		return 0;
	CHECK(!!(tcb->flags & TCB_FIN_QUEUED) ==
	      state_has_sent_fin(state)); /* 8 */
	CHECK(!!(tcb->flags & TCB_FIN_RECEIVED) ==
	      state_has_received_fin(state)); /* 9 */
	return 0;
}

int tcb_check(const struct turn *t, const struct tcb *tcb)
{
	int line = check_send(tcb);

	if (line == 0)
		line = check_receive(tcb);
	if (line == 0)
		line = check_timers(t, tcb);
	if (line == 0)
		line = check_close(tcb);
	if (line == 0)
		line = ecn_is_sound(tcb) ? 0 : __LINE__; /* 13 */
	if (line == 0)
		line = reassembly_check(t, tcb); /* 10 */
	if (line == 0)
		line = queue_check(t->b, &tcb->send); /* 12 */
	if (line == 0)
		line = queue_check(t->b, &tcb->receive);
	return line;
}
