/* SPDX-License-Identifier: MIT */
/*
 * SYN_RECEIVED by a passive OPEN: RFC 9293 3.10.7.4 for a half-open connection.
 * When the peer acknowledges our SYN, a TCB takes the entry's place.
 */
#include "half_open.h"

/*
 * The first SYN-ACK is timed by what is left of its timer: RFC 6298 (2.2). It
 * has none when it waits to go again; nor has what was never kept: cookie.c.
 */
static void time_syn_ack(const struct turn *t, struct tcb *tcb,
			 const struct half_open *h)
{
	hf_time deadline = h->flow.record.deadline;

	if (half_open_retries(h) > 0 || deadline <= t->now ||
	    deadline == HF_NEVER)
		return;
	rtt_start(tcb, tcb->snd.iss, deadline - t->ip->config.rto_initial);
}

static void fill_in(struct turn *t, struct tcb *tcb, const struct half_open *h)
{
	const struct wire_tcp syn = {
		.seq = h->irs,
		.has_mss = true,
		.mss = h->mss, /* 0: not said */
		.has_wscale = h->wscale != HALF_OPEN_NO_SCALE,
		.wscale = h->wscale,
		.has_ts = h->has_ts,
		.ts_val = h->ts_recent,
		.has_sack_permitted = h->has_sack,
	};

	begin(tcb, HF_SYN_RECEIVED);
	tcb->snd.iss = tcb->snd.una = half_open_iss(h);
	tcb->snd.nxt = tcb->snd.resend = seq_add(half_open_iss(h), 1);
	tcb->ts_offset = ts_offset(t, &h->flow);
	tcb->flags |= TCB_PASSIVE;
	if (half_open_retries(h) > 0)
		tcb->flags |= TCB_SYN_RETRANSMITTED;
	if (h->kind & HALF_OPEN_ECN)
		ecn_agree(tcb);
	take_syn_options(t, tcb, &syn);
	time_syn_ack(t, tcb, h);
}

uint32_t half_open_become(struct turn *t, struct half_open *h,
			  const struct arrival *a, enum hf_drop *drop)
{
	struct endpoints ends = { &a->ip->dst, &a->ip->src, h->flow.local_port,
				  h->flow.remote_port };
	uint32_t ref, link;
	struct tcb *tcb;

	*drop = HF_DROP_SOURCE; /* nobody could be answered */
	if (!half_open_link(t, h, &link))
		return 0;
	*drop = HF_DROP_NO_MEMORY;
	ref = tcb_create(t, &ends, h->flow.local, link);
	if (ref == 0)
		return 0;
	tcb = tcb_at(t, ref);
	*drop = listen_complete(t, h, tcb);
	if (*drop != HF_ACCEPTED) {
		ip_address_drop(t, h->flow.local);
		pool_give(t->b, &t->tcp->connections, ref);
		return 0;
	}
	fill_in(t, tcb, h);
	return ref;
}

/* Too many are complete: the peer tries again, or is told. */
static enum hf_drop overflow(struct turn *t, struct half_open *h,
			     const struct arrival *a)
{
	if (t->ip->config.abort_on_overflow) {
		reset_reply(t, a, true);
		report_step(t, &h->flow, HF_SYN_RECEIVED, HF_CLOSED);
		half_open_free(t, h);
	}
	return HF_DROP_BACKLOG;
}

/* Our SYN is acknowledged: a TCB takes over and sees the same segment. */
static enum hf_drop promote(struct turn *t, struct half_open *h,
			    struct arrival *a)
{
	enum hf_drop drop;
	uint32_t ref = half_open_become(t, h, a, &drop), old;

	if (ref == 0)
		return drop == HF_DROP_BACKLOG ? overflow(t, h, a) : drop;
	old = reopen_old(t, block_ref(t->b, h));
	if (old != 0)
		time_wait_gone(t, block_at(t->b, old));
	half_open_give_route(t, h, tcb_at(t, ref));
	flow_replace(t, block_ref(t->b, h), ref);
	ip_address_drop(t, h->flow.local);
	half_open_discard(t, h);
	return arrive_tcb(t, tcb_at(t, ref), a);
}

/* ---- a listener that waits for text: HF_OPTION_DEFER_ACCEPT ------------- */

/* Its seconds as SYN-ACKs that go again, the way Linux counts them. */
uint32_t half_open_deferrals(const struct turn *t, const struct half_open *h)
{
	const struct listener *l = block_at(t->b, h->listener);
	hf_time wait = l->wish.defer * HF_SECOND, sum = 0;
	uint32_t n = 0;

	while (sum < wait && n < HALF_OPEN_RETRIES_MOST)
		sum += half_open_timeout(t, n++);
	return n;
}

/*
 * A bare ACK of one that waits is not heard. The peer knows that we are here,
 * so SYN-ACK goes again only at the end: for an ACK that counts.
 */
static bool is_deferred(struct turn *t, struct half_open *h,
			const struct arrival *a)
{
	uint32_t most = half_open_deferrals(t, h);
	hf_time until = h->flow.record.deadline;

	if (a->len > 0 || half_open_retries(h) >= most)
		return false;
	if (list_has(&h->flow.record))
		return true;
	while (half_open_retries(h) + 1 < most) {
		half_open_count_retry(h);
		until += half_open_timeout(t, half_open_retries(h));
	}
	wheel_arm(t->b, &t->ip->wheel, block_ref(t->b, h), until);
	return true;
}

/* ---- segments ---------------------------------------------------------- */

/* The window of our SYN-ACK, never 0: 3.10.7.4, first, two of four cases. */
static bool is_acceptable(const struct turn *t, const struct half_open *h,
			  const struct arrival *a)
{
	uint32_t wnd = half_open_window(t, h);
	uint32_t first = a->seg.seq.n - (h->irs.n + 1);
	uint32_t last = first + a->len - 1;

	if (h->has_ts && a->seg.has_ts && !(a->seg.flags & TCP_RST) &&
	    (int32_t)(a->seg.ts_val - h->ts_recent) < 0)
		return false;
	if (a->len > 0 && last < wnd)
		return true;
	return first < wnd;
}

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
static void challenge(struct turn *t, const struct half_open *h)
{
	const struct ack_reply ack = {
		.snd_nxt = seq_add(half_open_iss(h), 1),
		.rcv_nxt = seq_add(h->irs, 1),
		.wnd = half_open_window(t, h),
		.has_ts = h->has_ts,
		.ts_recent = h->ts_recent,
		.why = HF_WHY_CHALLENGE_ACK,
	};

	if (challenge_is_allowed(t))
		ack_reply(t, &h->flow, &ack);
}

/* Of a passive OPEN, so nobody is told: MUST-11. */
static enum hf_drop arrive_rst(struct turn *t, struct half_open *h,
			       const struct arrival *a)
{
	if (a->seg.seq.n != h->irs.n + 1) {
		challenge(t, h);
		return HF_DROP_RST_CHALLENGED;
	}
	report_step(t, &h->flow, HF_SYN_RECEIVED, HF_LISTEN);
	half_open_free(t, h);
	return HF_ACCEPTED;
}

enum hf_drop arrive_half_open(struct turn *t, struct half_open *h,
			      struct arrival *a)
{
	bool is_same_syn = (a->seg.flags & (TCP_SYN | TCP_ACK | TCP_RST)) ==
				   TCP_SYN &&
			   seq_eq(a->seg.seq, h->irs);

	report_flow(t, &h->flow);
	if (h->is_asked)
		return HF_DROP_DUPLICATE;
	if (t->ip->config.strict_timestamps && h->has_ts && !a->seg.has_ts &&
	    !(a->seg.flags & TCP_RST))
		return HF_DROP_PAWS; /* RFC 7323 3.2 */
	if (is_same_syn) {
		if (!ecn_is_setup_syn(t, &a->seg)) /* RFC 3168 6.1.1 */
			h->kind &= (uint8_t)~HALF_OPEN_ECN;
		if (!list_has(&h->flow.record))
			half_open_count_retry(h);
		half_open_answer(t, h); /* our SYN-ACK was lost */
		return HF_DROP_DUPLICATE;
	}
	if (!is_acceptable(t, h, a)) {
		if (!(a->seg.flags & TCP_RST))
			challenge(t, h);
		return HF_DROP_SEQUENCE;
	}
	if (a->seg.flags & TCP_RST)
		return arrive_rst(t, h, a);
	if (a->seg.flags & TCP_SYN) {
		report_step(t, &h->flow, HF_SYN_RECEIVED, HF_LISTEN);
		half_open_free(t, h);
		return HF_ACCEPTED;
	}
	if (!(a->seg.flags & TCP_ACK))
		return HF_DROP_NO_ACK;
	if (a->seg.ack.n != half_open_iss(h).n + 1) {
		reset_reply(t, a, true);
		return HF_DROP_ACK;
	}
	return is_deferred(t, h, a) ? HF_DROP_DEFERRED : promote(t, h, a);
}
