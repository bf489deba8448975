/* SPDX-License-Identifier: MIT */
/*
 * Timers. A TCB has deadlines as data, and one place in the timing wheel,
 * never later than the earliest of them: a deadline that moves away, as the
 * retransmission timer's does with every acknowledgement, costs a store; the
 * wheel comes by at the old time and finds nothing to do.
 *
 *	RETRANSMIT	something sent is not acknowledged for an RTO, or the
 *			peer's window is closed and wants a probe
 *	ACK		received text waits for its acknowledgement
 *	LIMIT		R2 or the user timeout: no progress for so long; or
 *			FIN_WAIT_2 of a released connection, or TIME_WAIT
 *	keepalive	computed from `heard`: nothing has been heard for long
 *	challenge	of the side record: the next one may be sent again
 */
#include "tcp.h"

void timer_set(struct turn *t, struct tcb *tcb, enum tcp_timer timer,
	       hf_time deadline)
{
	tcb->deadline[timer] = deadline;
	if (deadline < tcb->flow.record.deadline)
		wheel_arm(t->b, &t->ip->wheel, tcb_ref(t, tcb), deadline);
}

static bool is_running(const struct tcb *tcb, enum tcp_timer timer)
{
	return tcb->deadline[timer] != HF_NEVER;
}

/* MAY-5; MUST-25, MUST-26: only if asked for, and nothing is outstanding. */
static hf_time keepalive_deadline(const struct turn *t, const struct tcb *tcb)
{
	const struct wishes *wish = tcb_wishes(t, tcb);
	hf_time idle = t->ip->config.keepalive_idle;
	hf_time interval = t->ip->config.keepalive_interval;

	if ((tcb->flags & (TCB_KEEPALIVE | TCB_KEEPALIVE_DUE)) !=
		    TCB_KEEPALIVE ||
	    in_flight(tcb) != 0 ||
	    !state_is_synchronized((enum hf_state)tcb->state))
		return HF_NEVER;
	if (wish->keepalive_idle != 0)
		idle = wish->keepalive_idle * HF_SECOND;
	if (wish->keepalive_interval != 0)
		interval = wish->keepalive_interval * HF_SECOND;
	/* The last probe was the last thing sent: see timer_probe_sent(). */
	return tcb->probes == 0 ? tcb->heard + idle : tcb->timed_at + interval;
}

/* RFC 5961 7: when the last challenge may be forgotten; HF_NEVER. */
static hf_time challenge_after(const struct turn *t, const struct tcb *tcb)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	return side != NULL && side->challenge_after != 0
		       ? side->challenge_after
		       : HF_NEVER;
}

hf_time timer_earliest(const struct turn *t, const struct tcb *tcb)
{
	hf_time earliest = keepalive_deadline(t, tcb);

	for (unsigned i = 0; i < TIMERS; i++)
		if (tcb->deadline[i] < earliest)
			earliest = tcb->deadline[i];
	if (challenge_after(t, tcb) < earliest)
		earliest = challenge_after(t, tcb);
	return earliest;
}

/* ---- events ----------------------------------------------------------- */

/* What timeouts take that double from `rto` on, the first `from` left out. */
static hf_time doublings(const struct turn *t, hf_time rto, unsigned from,
			 unsigned to)
{
	hf_time sum = 0;

	for (unsigned i = 0; i <= to; i++) {
		if (rto > t->ip->config.rto_max)
			rto = t->ip->config.rto_max;
		if (i >= from)
			sum += rto;
		rto *= 2;
	}
	return sum;
}

static hf_time retries_as_time(const struct turn *t)
{
	const struct hf_config *config = &t->ip->config;

	return doublings(t, config->rto_min, 0, config->retries);
}

/* MUST-20, MUST-21, MUST-23 */
hf_time timer_patience(const struct turn *t, const struct tcb *tcb)
{
	uint32_t user_timeout = tcb_wishes(t, tcb)->user_timeout;

	if (user_timeout != 0)
		return user_timeout * HF_MILLISECOND;
	if (!state_is_synchronized((enum hf_state)tcb->state))
		return t->ip->config.r2_syn;
	if (t->ip->config.retries == 0)
		return t->ip->config.r2;
	/* Timeouts are counted, but for probes: is_out_of_time(). */
	return tcb->snd.wnd == 0 ? retries_as_time(t) : HF_NEVER;
}

static void restart_limit(struct turn *t, struct tcb *tcb)
{
	hf_time wait = timer_patience(t, tcb);

	if (!(tcb->flags & TCB_LINGERS))
		timer_set(t, tcb, TIMER_LIMIT,
			  wait < HF_NEVER - t->now ? t->now + wait : HF_NEVER);
}

static void stop_limit(struct tcb *tcb)
{
	if (!(tcb->flags & TCB_LINGERS))
		timer_stop(tcb, TIMER_LIMIT);
}

void timer_patience_changed(struct turn *t, struct tcb *tcb, hf_time before)
{
	hf_time wait = timer_patience(t, tcb), since = 0;

	if (wait == before || !is_running(tcb, TIMER_LIMIT) ||
	    tcb->flags & TCB_LINGERS)
		return;
	/* It need not be what the limit was set by: hf_config_set(). */
	if (tcb->deadline[TIMER_LIMIT] > before)
		since = tcb->deadline[TIMER_LIMIT] - before;
	timer_set(t, tcb, TIMER_LIMIT,
		  wait < HF_NEVER - since ? since + wait : HF_NEVER);
}

/* RFC 6298 (5.1) */
void timer_segment_sent(struct turn *t, struct tcb *tcb)
{
	if (!is_running(tcb, TIMER_RETRANSMIT))
		timer_set(t, tcb, TIMER_RETRANSMIT, t->now + rto(t, tcb));
	if (!is_running(tcb, TIMER_LIMIT))
		restart_limit(t, tcb);
}

/* RFC 6298 (5.2), (5.3) */
void timer_acked(struct turn *t, struct tcb *tcb)
{
	tcb->backoff = 0;
	if (in_flight(tcb) > 0) {
		timer_set(t, tcb, TIMER_RETRANSMIT, t->now + rto(t, tcb));
		restart_limit(t, tcb);
		return;
	}
	if (tcb->flags & TCB_PROBING)
		timer_set(t, tcb, TIMER_RETRANSMIT, t->now + rto(t, tcb));
	else
		timer_stop(tcb, TIMER_RETRANSMIT);
	stop_limit(tcb);
	timer_keepalive(t, tcb);
}

void timer_challenged(struct turn *t, struct tcb *tcb)
{
	hf_time deadline = challenge_after(t, tcb);

	if (deadline < tcb->flow.record.deadline)
		wheel_arm(t->b, &t->ip->wheel, tcb_ref(t, tcb), deadline);
}

void timer_ack_delayed(struct turn *t, struct tcb *tcb)
{
	if (!is_running(tcb, TIMER_ACK))
		timer_set(t, tcb, TIMER_ACK,
			  t->now + t->ip->config.delayed_ack);
}

/* RFC 9293 3.8.6.1: the first probe after an RTO, SHLD-29. */
void timer_window_closed(struct turn *t, struct tcb *tcb)
{
	if (tcb->flags & TCB_PROBING)
		return;
	tcb->flags |= TCB_PROBING;
	tcb->backoff = 0;
	timer_set(t, tcb, TIMER_RETRANSMIT, t->now + rto(t, tcb));
	timer_stop(tcb, TIMER_LIMIT);
}

/*
 * MUST-37: open as long as the peer answers; the next probe starts it anew.
 * What is beyond the right edge, sent or not, does not count: SHLD-17.
 */
void timer_probe_answered(struct tcb *tcb)
{
	stop_limit(tcb);
}

void timer_window_opened(struct tcb *tcb)
{
	tcb->flags &= ~(TCB_PROBING | TCB_PROBE_DUE);
	tcb->backoff = 0;
	timer_stop(tcb, TIMER_RETRANSMIT);
	stop_limit(tcb);
}

/* Only once the user has let go: a half-close may last for ever. */
void timer_fin_wait_2(struct turn *t, struct tcb *tcb)
{
	uint16_t wish = tcb_wishes(t, tcb)->fin_wait_2;
	hf_time wait = wish != 0 ? wish * HF_SECOND : t->ip->config.fin_wait_2;

	timer_stop(tcb, TIMER_LIMIT);
	if (!(tcb->flags & TCB_RELEASED) || wait == HF_NEVER)
		return;
	tcb->flags |= TCB_LINGERS;
	timer_set(t, tcb, TIMER_LIMIT, t->now + wait);
}

/* MUST-13 */
void timer_time_wait(struct turn *t, struct tcb *tcb)
{
	tcb->flags |= TCB_LINGERS;
	timer_set(t, tcb, TIMER_LIMIT, t->now + 2 * t->ip->config.msl);
}

/* What is not sent cannot be unanswered: probes are counted here. */
void timer_probe_sent(struct turn *t, struct tcb *tcb)
{
	tcb->flags &= ~TCB_KEEPALIVE_DUE;
	tcb->timed_at = t->now;
	if (tcb->probes < UINT8_MAX)
		tcb->probes++;
	timer_keepalive(t, tcb);
}

/* What a peer would have to acknowledge. */
static bool wants_to_send(const struct tcb *tcb)
{
	return tcb->flags & TCB_SYN_DUE || send_has_more(tcb);
}

/* Nothing is sent, but patience ends all the same. */
void timer_delayed_by_link(struct turn *t, struct tcb *tcb)
{
	if (!is_running(tcb, TIMER_LIMIT) && wants_to_send(tcb))
		restart_limit(t, tcb);
}

void timer_address_lost(struct turn *t, struct tcb *tcb)
{
	timer_set(t, tcb, TIMER_LIMIT, t->now);
}

/* What could not be sent is tried again as if it had been lost. */
void timer_unreachable(struct turn *t, struct tcb *tcb)
{
	if (wants_to_send(tcb) && !is_running(tcb, TIMER_RETRANSMIT))
		timer_set(t, tcb, TIMER_RETRANSMIT, t->now + rto(t, tcb));
	timer_delayed_by_link(t, tcb);
}

void timer_keepalive(struct turn *t, struct tcb *tcb)
{
	hf_time deadline = keepalive_deadline(t, tcb);

	if (deadline < tcb->flow.record.deadline)
		wheel_arm(t->b, &t->ip->wheel, tcb_ref(t, tcb), deadline);
}

/* ---- expiries: each returns false if the TCB is gone ------------------ */

static enum hf_error limit_error(const struct turn *t, const struct tcb *tcb)
{
	if (tcb->flags & TCB_LINGERS)
		return HF_OK;
	return address_is_lost(ip_address_at(t, tcb->flow.local))
		       ? HF_ERR_ADDRESS_NOT_AVAILABLE
		       : HF_ERR_TIMED_OUT;
}

static bool limit_expired(struct turn *t, struct tcb *tcb)
{
	/* Who slept through it has sent nothing again yet: RFC 9293 3.8.3. */
	if (tcb->backoff == 0 && tcb->deadline[TIMER_RETRANSMIT] <= t->now &&
	    !(tcb->flags & TCB_LINGERS)) {
		restart_limit(t, tcb);
		return true;
	}
	tcb_end(t, tcb, limit_error(t, tcb));
	return false;
}

/* RFC 6582 3.2 (1): not again for what was sent before the timeout. */
static void remember_recover(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side(t, tcb);

	tcb->flags &= ~TCB_RECOVERY;
	if (side == NULL)
		return;
	side->recover = tcb->snd.nxt;
	tcb->flags |= TCB_RECOVER_SET;
}

/* RFC 6298 (5.4) to (5.6) */
static void retransmit(struct turn *t, struct tcb *tcb)
{
	congestion_timeout(tcb, tcb->backoff == 0);
	ecn_reduced(tcb);
	remember_recover(t, tcb);
	tcb->snd.resend = tcb->snd.una;
	tcb->duplicates = 0;
	tcb->flags &= ~(TCB_FAST_DUE | TCB_PARTIAL_DUE);
}

/* Linux's R2: by the clock, but looked at when a timer expires. */
static bool is_out_of_time(const struct turn *t, struct tcb *tcb)
{
	const struct hf_config *config = &t->ip->config;
	uint8_t backoff = tcb->backoff;
	hf_time first;

	if (config->retries == 0 || tcb->snd.wnd == 0 || backoff == 0 ||
	    tcb_wishes(t, tcb)->user_timeout != 0)
		return false; /* MUST-37; the user knows better */
	tcb->backoff = 0;
	first = rto(t, tcb);
	tcb->backoff = backoff;
	return doublings(t, first, 1, backoff) >= retries_as_time(t);
}

/* R2 as a number of retransmissions, where it is one. */
static bool is_out_of_retries(const struct turn *t, struct tcb *tcb)
{
	const struct hf_config *config = &t->ip->config;
	uint32_t most = tcb_wishes(t, tcb)->open_retries;

	if (state_is_synchronized((enum hf_state)tcb->state))
		return is_out_of_time(t, tcb);
	if (most == 0)
		most = config->syn_retries;
	if (tcb->state == HF_SYN_SENT && most != 0)
		most += config->syn_linear_timeouts;
	return most != 0 && tcb->backoff >= most;
}

static bool retransmit_expired(struct turn *t, struct tcb *tcb)
{
	if (is_out_of_retries(t, tcb)) {
		tcb_end(t, tcb, HF_ERR_TIMED_OUT);
		return false;
	}
	tcb->flags &= ~TCB_TIMING; /* Karn: MUST-18 */
	if (tcb->state == HF_SYN_SENT)
		ecn_unanswered(tcb);
	if (!state_is_synchronized((enum hf_state)tcb->state)) /* MUST-22 */
		tcb->flags |= TCB_SYN_DUE | TCB_SYN_RETRANSMITTED;
	else if (tcb->flags & TCB_PROBING)
		tcb->flags |= TCB_PROBE_DUE;
	else
		retransmit(t, tcb);
	if (tcb->backoff < UINT8_MAX)
		tcb->backoff++; /* of probes, too: SHLD-30 */
	/* SHLD-9; and IP is told to look for another way: MUST-20. */
	if (tcb->backoff == t->ip->config.r1 && !(tcb->flags & TCB_PROBING)) {
		tcb_tell_soft(t, tcb, HF_ERR_TIMED_OUT);
		tcb_doubted(t, tcb);
	}
	tcb_ready(t, tcb);
	return true;
}

/* A SYN waits for the end of the quiet time: RFC 9293 3.4.3. */
void timer_quiet(struct turn *t, struct tcb *tcb)
{
	if (tcp_is_quiet(t))
		timer_set(t, tcb, TIMER_ACK, t->tcp->quiet_until);
}

static bool ack_expired(struct turn *t, struct tcb *tcb)
{
	if (tcb->state == HF_SYN_SENT) { /* see timer_quiet() */
		tcb_ready(t, tcb);
		return true;
	}
	tcb->flags |= TCB_DELACK_DUE;
	tcb_ready(t, tcb);
	return true;
}

static bool keepalive_expired(struct turn *t, struct tcb *tcb)
{
	uint32_t wish = tcb_wishes(t, tcb)->keepalive_probes;
	uint32_t most = wish != 0 ? wish : t->ip->config.keepalive_probes;

	if (tcb->probes >= most) { /* MUST-29: never by one probe alone */
		abort_reply(t, tcb);
		tcb_end(t, tcb, HF_ERR_TIMED_OUT);
		return false;
	}
	tcb->flags |= TCB_KEEPALIVE_DUE;
	tcb_ready(t, tcb);
	return true;
}

static void forget_challenge(struct turn *t, struct tcb *tcb)
{
	if (challenge_after(t, tcb) > t->now)
		return;
	tcb_side_of(t, tcb)->challenge_after = 0;
	tcb_side_settle(t, tcb);
}

static bool expire(struct turn *t, struct tcb *tcb, enum tcp_timer timer,
		   bool (*expired)(struct turn *, struct tcb *))
{
	if (tcb->deadline[timer] > t->now)
		return true;
	tcb->deadline[timer] = HF_NEVER;
	return expired(t, tcb);
}

void timer_fired(struct turn *t, struct tcb *tcb)
{
	report_tcb(t, tcb);
	if (!expire(t, tcb, TIMER_LIMIT, limit_expired) ||
	    !expire(t, tcb, TIMER_RETRANSMIT, retransmit_expired) ||
	    !expire(t, tcb, TIMER_ACK, ack_expired))
		return;
	if (keepalive_deadline(t, tcb) <= t->now && !keepalive_expired(t, tcb))
		return;
	forget_challenge(t, tcb);
	wheel_arm(t->b, &t->ip->wheel, tcb_ref(t, tcb), timer_earliest(t, tcb));
	report_tcb(t, tcb);
}
