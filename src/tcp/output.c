/* SPDX-License-Identifier: MIT */
/*
 * What to say next. Each planner below looks for one kind of thing to send;
 * the first that finds something decides, and what was decided is then
 * carried out: written, and the TCB told of it.
 */
#include "tcp.h"

/* ---- the send queue as sequence numbers ------------------------------- */

struct hf_seq send_end(const struct tcb *tcb)
{
	return seq_add(tcb->snd.una, tcb->send.len);
}

uint32_t send_unsent(const struct tcb *tcb)
{
	if (tcb->flags & TCB_FIN_SENT ||
	    !state_is_synchronized((enum hf_state)tcb->state))
		return 0;
	return tcb->send.len - in_flight(tcb);
}

static bool fin_is_due(const struct tcb *tcb)
{
	return (tcb->flags & (TCB_FIN_QUEUED | TCB_FIN_SENT)) == TCB_FIN_QUEUED;
}

static bool may_send_text(const struct tcb *tcb)
{
	enum hf_state state = (enum hf_state)tcb->state;

	return state_is_synchronized(state) && state != HF_TIME_WAIT;
}

bool send_has_more(const struct tcb *tcb)
{
	return tcb->send.len > 0 || in_flight(tcb) > 0 || fin_is_due(tcb);
}

bool output_is_due(const struct tcb *tcb)
{
	const uint32_t due = TCB_ACK_FLAGS | TCB_SYN_DUE | TCB_CHALLENGE_DUE |
			     TCB_FAST_DUE | TCB_PARTIAL_DUE | TCB_PROBE_DUE |
			     TCB_KEEPALIVE_DUE;

	return tcb->flags & due || tcb->acks_owed > 0 ||
	       !seq_eq(tcb->snd.resend, tcb->snd.nxt) || send_unsent(tcb) > 0 ||
	       fin_is_due(tcb);
}

/* ---- planning --------------------------------------------------------- */

/* A TCB that is asked what to send, and how much fits into a segment. */
struct planning {
	struct turn *t;
	struct tcb *tcb;
	uint32_t room; /* octets of text */
	struct plan plan;
};

static bool decide(struct planning *p, struct hf_seq seq, uint32_t len,
		   enum hf_why why)
{
	p->plan = (struct plan){
		.seq = seq, .len = len, .flags = TCP_ACK, .why = (uint8_t)why
	};
	return true;
}

static bool acknowledge(struct planning *p, enum hf_why why)
{
	return decide(p, p->tcb->snd.nxt, 0, why);
}

/* The program has said that more follows, and that it wants to wait for it. */
static bool is_corked(const struct planning *p)
{
	return p->tcb->side != 0 &&
	       tcb_wishes(p->t, p->tcb)->flags & (WISH_CORK | WISH_MORE) &&
	       !(p->tcb->flags & TCB_FIN_QUEUED);
}

/* What ends the queue is pushed, unless more is to follow. */
static bool is_pushed(const struct planning *p)
{
	return !is_corked(p) || p->tcb->flags & TCB_PUSH_AT_END;
}

/* MAY-15: a SEND that asked for PUSH ends within these octets. */
static bool ends_push(const struct planning *p, struct hf_seq seq, uint32_t len)
{
	const struct tcb_side *side = tcb_side_of(p->t, p->tcb);

	for (unsigned i = 0; side != NULL && i < side->push_count; i++)
		if (seq_in(side->push[i], seq_add(seq, 1), len))
			return true;
	return false;
}

/*
 * Text from `seq` on, as much as one segment may take (SHLD-28), FIN behind
 * it if it has its turn; one PSH at the end, for all that was sent: SHLD-27.
 */
static bool send_from(struct planning *p, struct hf_seq seq, uint32_t most,
		      enum hf_why why)
{
	const struct tcb *tcb = p->tcb;
	uint32_t left = seq_upto(seq, send_end(tcb)) ? send_end(tcb).n - seq.n
						     : 0;
	uint32_t len = left < most ? left : most;

	decide(p, seq, len, why);
	if (len > 0 && (len == left ? is_pushed(p) : ends_push(p, seq, len)))
		p->plan.flags |= TCP_PSH; /* MUST-61 */
	if (len == left && tcb->flags & TCB_FIN_QUEUED &&
	    (len == 0 || seq.n + len - tcb->snd.una.n < tcb->snd.wnd))
		p->plan.flags |= TCP_FIN;
	return true;
}

static bool plan_syn(struct planning *p)
{
	struct tcb *tcb = p->tcb;
	bool is_again = tcb->flags & TCB_SYN_RETRANSMITTED;
	bool is_active = tcb->state == HF_SYN_SENT;

	if (!(tcb->flags & TCB_SYN_DUE) || tcp_is_quiet(p->t))
		return false;
	decide(p, tcb->snd.iss, 0,
	       is_again	   ? HF_WHY_RTO
	       : is_active ? HF_WHY_OPEN
			   : HF_WHY_ACCEPT);
	p->plan.flags = is_active ? TCP_SYN : TCP_SYN | TCP_ACK;
	return true;
}

/* RFC 5681 4.2: one for each segment that came out of order. */
static bool plan_duplicate_ack(struct planning *p)
{
	return p->tcb->acks_owed > 0 && acknowledge(p, HF_WHY_DUPLICATE_ACK);
}

static bool plan_challenge(struct planning *p)
{
	return p->tcb->flags & TCB_CHALLENGE_DUE &&
	       acknowledge(p, HF_WHY_CHALLENGE_ACK);
}

/* Fast retransmit, and the next hole after a partial acknowledgement. */
static bool plan_recovery(struct planning *p)
{
	const struct tcb *tcb = p->tcb;

	if (!(tcb->flags & (TCB_FAST_DUE | TCB_PARTIAL_DUE)) ||
	    tcb->snd.wnd == 0)
		return false;
	return send_from(p, tcb->snd.una,
			 p->room < tcb->snd.wnd ? p->room : tcb->snd.wnd,
			 tcb->flags & TCB_FAST_DUE ? HF_WHY_FAST_RETRANSMIT
						   : HF_WHY_PARTIAL_ACK);
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * Octets that may go beyond `sent` of them: window and congestion window.
 * Nothing, if the window was drawn in to the left of it: MUST-34, SHLD-15.
 */
static uint32_t usable(const struct tcb *tcb, uint32_t sent, uint32_t cwnd)
{
	uint32_t most = lesser(tcb->snd.wnd, cwnd);

	return most > sent ? most - sent : 0;
}

/* After a timeout: all that is outstanding, as the window allows: SHLD-16. */
static bool plan_resend(struct planning *p)
{
	struct tcb *tcb = p->tcb;
	uint32_t sent = tcb->snd.resend.n - tcb->snd.una.n;
	uint32_t room = usable(tcb, sent, tcb->cwnd);

	if (!seq_before(tcb->snd.resend, tcb->snd.nxt))
		return false;
	if (tcb->snd.wnd == 0 && p->t->ip->config.resend_past_edge)
		room = sent == 0 ? p->room : 0; /* MAY-7 */
	else if (tcb->snd.wnd == 0)
		timer_window_closed(p->t, tcb);
	if (room == 0)
		return false;
	return send_from(p, tcb->snd.resend, lesser(room, p->room), HF_WHY_RTO);
}

/* Nothing follows for now, so it is pushed. */
static bool send_override(struct planning *p, uint32_t len)
{
	send_from(p, p->tcb->snd.una, len, HF_WHY_OVERRIDE);
	p->plan.flags |= TCP_PSH;
	return true;
}

/* An octet; or, as on Linux, a number that has been acknowledged already. */
static bool send_probe(struct planning *p)
{
	struct hf_seq una = p->tcb->snd.una;

	return p->t->ip->config.bare_probes
		       ? decide(p, seq_add(una, UINT32_MAX), 0,
				HF_WHY_WINDOW_PROBE)
		       : send_from(p, una, 1, HF_WHY_WINDOW_PROBE);
}

/*
 * MUST-35, MUST-36: at least an octet, whatever the window says. 3.8.6.2.1: or
 * what was held back, when that has lasted long enough.
 */
static bool plan_probe(struct planning *p)
{
	struct tcb *tcb = p->tcb;
	uint32_t len = lesser(p->room, tcb->snd.wnd);

	if (!(tcb->flags & TCB_PROBE_DUE))
		return false;
	if (in_flight(tcb) == 0 && send_unsent(tcb) == 0 && !fin_is_due(tcb)) {
		timer_window_opened(tcb);
		return false;
	}
	return len > 0 ? send_override(p, len) : send_probe(p);
}

static bool is_small_outstanding(const struct tcb *tcb)
{
	return seq_in(tcb->snd.small, seq_add(tcb->snd.una, 1), in_flight(tcb));
}

/*
 * Nagle (SHLD-7) and the sender's silly-window avoidance (MUST-38), RFC 9293
 * 3.8.6.2.1 and 3.7.4: a full segment; or all there is, when nothing is
 * outstanding or nobody minds; or half of the largest window ever offered.
 */
static bool is_worth_sending(const struct planning *p, uint32_t len,
			     uint32_t unsent)
{
	const struct tcb *tcb = p->tcb;
	bool is_idle = in_flight(tcb) == 0;
	bool may_go = is_idle || (p->t->ip->config.nagle_for_small &&
				  !is_small_outstanding(tcb));

	if (len == 0)
		return false;
	if (len >= p->room)
		return true;
	if (is_corked(p)) /* MAY-16 */
		return false;
	if (len == unsent &&
	    (may_go || tcb->flags & (TCB_NODELAY | TCB_FIN_QUEUED) ||
	     urgent_is_sending(p->t, tcb)))
		return true; /* MUST-17 */
	return is_idle && len >= tcb->snd.max_wnd / 2;
}

/* RFC 3042: the first two duplicate ACKs each let a new segment go. */
static uint32_t limited_cwnd(const struct tcb *tcb)
{
	uint32_t extra = tcb->duplicates < 3 ? tcb->duplicates : 0;

	return tcb->cwnd + extra * tcb->mss;
}

/*
 * The window is not closed, but what there is was not worth a segment. That
 * may have changed; time goes on all the same, so MUST-60 holds.
 */
static bool is_held_back(const struct tcb *tcb)
{
	return tcb->snd.wnd > 0 && in_flight(tcb) == 0;
}

static bool send_new(struct planning *p, uint32_t len, enum hf_why why)
{
	if (p->tcb->flags & TCB_PROBING)
		timer_window_opened(p->tcb);
	return send_from(p, p->tcb->snd.nxt, len, why);
}

static bool plan_data(struct planning *p)
{
	struct tcb *tcb = p->tcb;
	uint32_t unsent = send_unsent(tcb), flight = in_flight(tcb);
	uint32_t room, len;

	if ((unsent == 0 && !fin_is_due(tcb)) ||
	    (tcb->flags & TCB_PROBING && !is_held_back(tcb)) ||
	    seq_before(tcb->snd.resend, tcb->snd.nxt))
		return false;
	room = usable(tcb, flight, limited_cwnd(tcb));
	len = lesser(lesser(unsent, room), p->room);
	if (is_worth_sending(p, len, unsent))
		return send_new(p, len,
				flight + len > tcb->cwnd
					? HF_WHY_LIMITED_TRANSMIT
					: HF_WHY_NEW_DATA);
	if (unsent == 0 && tcb->snd.wnd > flight)
		return send_new(p, 0, HF_WHY_FIN);
	if (flight == 0) /* no ACK will come, so time must: MUST-60 */
		timer_window_closed(p->t, tcb);
	return false;
}

static bool plan_keepalive(struct planning *p)
{
	if (!(p->tcb->flags & TCB_KEEPALIVE_DUE) || in_flight(p->tcb) > 0)
		return false;
	/* SHLD-12: no data, and a sequence number that must be answered. */
	decide(p, seq_add(p->tcb->snd.nxt, UINT32_MAX), 0, HF_WHY_KEEPALIVE);
	if (tcb_wishes(p->t, p->tcb)->flags & WISH_KEEPALIVE_OCTET)
		p->plan.len = 1; /* MAY-6 */
	return true;
}

static bool plan_ack(struct planning *p)
{
	uint32_t flags = p->tcb->flags;

	if (flags & TCB_ACK_NOW)
		return acknowledge(p, HF_WHY_ACK);
	if (flags & TCB_UPDATE_DUE)
		return acknowledge(p, HF_WHY_WINDOW_UPDATE);
	return flags & TCB_DELACK_DUE && acknowledge(p, HF_WHY_DELAYED_ACK);
}

static bool make_plan(struct planning *p)
{
	if (plan_syn(p))
		return true;
	if (!state_is_synchronized((enum hf_state)p->tcb->state))
		return plan_challenge(p) || plan_ack(p);
	if (plan_duplicate_ack(p) || plan_challenge(p))
		return true;
	if (may_send_text(p->tcb) &&
	    (plan_recovery(p) || plan_resend(p) || plan_probe(p) ||
	     plan_data(p) || plan_keepalive(p)))
		return true;
	return plan_ack(p);
}

/* ---- carrying it out -------------------------------------------------- */

/* What a SYN offers; its answer only what the peer offered too. */
static void offer_options(struct turn *t, struct tcb *tcb, struct wire_tcp *seg)
{
	const struct hf_config *config = &t->ip->config;
	bool is_first = tcb->state == HF_SYN_SENT;

	/* Before the peer's ISS is known only the width counts. */
	if (is_first)
		receive_promise(tcb, receive_first_window(t, tcb));
	seg->wnd = (uint16_t)(tcb->rcv.adv.n - tcb->rcv.nxt.n);
	seg->has_mss = true; /* MUST-14, MUST-67, SHLD-5, MAY-3 */
	seg->mss = tcb_mss_offer(t, tcb);
	seg->has_wscale = !config->no_window_scale;
	seg->wscale = config->window_scale;
	seg->has_sack_permitted = is_first ? !config->no_sack
					   : !!(tcb->flags & TCB_SACK);
	seg->has_ts = is_first ? !config->no_timestamps
			       : !!(tcb->flags & TCB_TIMESTAMPS);
}

static void describe(struct turn *t, struct tcb *tcb, const struct plan *plan,
		     struct wire_tcp *seg)
{
	seg->src_port = tcb->flow.local_port;
	seg->dst_port = tcb->flow.remote_port;
	seg->seq = plan->seq;
	seg->ack.n = plan->flags & TCP_ACK ? tcb->rcv.nxt.n : 0;
	seg->flags = plan->flags;
	seg->urgent = 0;
	seg->sack_count = 0;
	seg->has_mss = seg->has_wscale = seg->has_sack_permitted = false;
	seg->has_ts = tcb->flags & TCB_TIMESTAMPS;
	if (plan->flags & TCP_SYN)
		offer_options(t, tcb, seg);
	else
		seg->wnd = receive_window(t, tcb);
	if (tcb->side != 0) {
		urgent_describe(t, tcb, seg);
		if (tcb->flags & TCB_SACK)
			reassembly_sack(t, tcb, seg);
	}
	if (!seg->has_ts)
		return;
	seg->ts_val = ts_clock(t) + tcb->ts_offset;
	seg->ts_ecr = plan->flags & TCP_ACK ? tcb->ts_recent : 0;
}

/* Every segment but a SYN acknowledges all that has come: MUST-58. */
static void acknowledged(struct turn *t, struct tcb *tcb,
			 const struct plan *plan)
{
	if (!(plan->flags & TCP_ACK))
		return;
	tcb->flags &= ~TCB_ACK_FLAGS;
	timer_stop(tcb, TIMER_ACK);
	tcb->rcv.acked = tcb->rcv.nxt;
	if (tcb->side != 0)
		reassembly_reported(t, tcb);
	if (plan->why == HF_WHY_DUPLICATE_ACK)
		tcb->acks_owed--;
}

/* What has its turn is no longer due. */
static void done(struct turn *t, struct tcb *tcb, const struct plan *plan)
{
	switch ((enum hf_why)plan->why) {
	case HF_WHY_FAST_RETRANSMIT:
	case HF_WHY_PARTIAL_ACK:
		tcb->flags &= ~(TCB_FAST_DUE | TCB_PARTIAL_DUE);
		break;
	case HF_WHY_WINDOW_PROBE:
	case HF_WHY_OVERRIDE:
		tcb->flags &= ~TCB_PROBE_DUE;
		break;
	case HF_WHY_KEEPALIVE:
		if (t->now - tcb->timed_at > rto(t, tcb))
			congestion_idle(t, tcb);
		timer_probe_sent(t, tcb);
		break;
	case HF_WHY_CHALLENGE_ACK:
		tcb->flags &= ~TCB_CHALLENGE_DUE;
		break;
	default:
		break;
	}
	if (plan->flags & TCP_SYN)
		tcb->flags &= ~TCB_SYN_DUE;
	if (plan->flags & TCP_FIN)
		tcb->flags |= TCB_FIN_SENT;
}

/* Text that answers text: the next ACK may wait for such a ride, too. */
static bool is_reply(const struct turn *t, const struct tcb *tcb)
{
	return tcb->flags & TCB_TEXT_RECEIVED && tcb->quick_acks > 0 &&
	       t->ip->config.reply_delays_acks &&
	       t->now - tcb->heard < t->ip->config.delayed_ack;
}

static void sequence_sent(struct turn *t, struct tcb *tcb,
			  const struct plan *plan)
{
	uint32_t len = plan->len + !!(plan->flags & (TCP_SYN | TCP_FIN));
	struct hf_seq after = seq_add(plan->seq, len);
	bool is_new = seq_eq(plan->seq, tcb->snd.nxt);

	if (tcb->side != 0)
		count_sent(t, tcb, plan);
	if ((len == 0 && plan->why != HF_WHY_WINDOW_PROBE) ||
	    plan->why == HF_WHY_KEEPALIVE)
		return;
	if (!is_new && tcb->flags & TCB_TIMING && seq_before(tcb->timed, after))
		tcb->flags &= ~TCB_TIMING; /* Karn: MUST-18 */
	if (is_new && !(tcb->flags & TCB_TIMING))
		rtt_start(tcb, plan->seq, t->now);
	if (is_new && plan->len > 0 && is_reply(t, tcb))
		tcb->quick_acks = 0;
	if (seq_upto(plan->seq, tcb->snd.resend))
		tcb->snd.resend = seq_max(tcb->snd.resend, after);
	tcb->snd.nxt = seq_max(tcb->snd.nxt, after);
	timer_segment_sent(t, tcb);
}

/* MUST-16: options come out of what fits into a segment. */
static uint32_t text_room(const struct turn *t, const struct tcb *tcb,
			  size_t cap)
{
	uint32_t headers = ip_header_len(&tcb->flow.remote) + WIRE_TCP_HEADER;
	uint32_t most = tcb->mss, options = 0;

	if (tcb->flags & TCB_ROUTED)
		options += wire_source_route_len(flow_route(t, &tcb->flow));
	if (tcb->flags & TCB_TIMESTAMPS)
		options += 12;
	if (tcb->flags & TCB_SACK && reassembly_blocks(t, tcb) > 0) {
		uint32_t n = reassembly_blocks(t, tcb);
		uint32_t fit = (40 - options - 4) / 8;

		options += 4 + 8 * (n < fit ? n : fit);
	}
	if (cap - headers < most)
		most = (uint32_t)cap - headers;
	return most > options ? most - options : 1;
}

/* RFC 5681 4.1: nothing was sent for an RTO, and now there is something. */
static void wake(struct turn *t, struct tcb *tcb)
{
	if (in_flight(tcb) == 0 && tcb->send.len > 0 &&
	    state_is_synchronized((enum hf_state)tcb->state) &&
	    t->now - tcb->timed_at > rto(t, tcb))
		congestion_idle(t, tcb);
}

size_t tcp_output(struct turn *t, struct tcb *tcb, uint8_t *to, size_t cap)
{
	struct planning p = { .t = t, .tcb = tcb };
	struct outgoing out;
	struct outgoing_text text;
	size_t len;

	p.room = text_room(t, tcb, cap);
	wake(t, tcb);
	if (!make_plan(&p))
		return 0;
	out.local = flow_local(t, &tcb->flow); /* MUST-45 */
	out.remote = &tcb->flow.remote;
	out.route = tcb->flags & TCB_ROUTED ? flow_route(t, &tcb->flow) : NULL;
	out.ttl = tcb->ttl; /* MUST-49 */
	out.tos = tcb->tos; /* SHLD-22 */
	out.may_fragment = tcb_wishes(t, tcb)->flags & WISH_FRAGMENT;
	if (ecn_is_used(tcb))
		out.tos |= ecn_mark(tcb, &p.plan);
	describe(t, tcb, &p.plan, &out.seg);
	text = (struct outgoing_text){ &tcb->send, &tcb->cursor,
				       p.plan.seq.n - tcb->snd.una.n,
				       p.plan.len };
	if (p.plan.why == HF_WHY_KEEPALIVE)
		text.queue = NULL; /* garbage, if anything */
	len = write_text(t, &out, &text, to, cap);
	acknowledged(t, tcb, &p.plan);
	done(t, tcb, &p.plan);
	if (p.plan.len > 0 && p.plan.len < p.room)
		tcb->snd.small = seq_add(p.plan.seq, p.plan.len);
	sequence_sent(t, tcb, &p.plan);
	report_tcb(t, tcb);
	if (t->report != NULL)
		t->report->why = p.plan.why;
	if (!output_is_due(tcb))
		tcb_not_ready(t, tcb);
	if (tcb->state == HF_TIME_WAIT)
		tcb_shrink(t, tcb);
	return len;
}
