/* SPDX-License-Identifier: MIT */
/*
 * SEGMENT ARRIVES, RFC 9293 3.10.7, in the RFC's order: each step ends the
 * segment or passes it on, and says what became of it.
 */
#include "half_open.h"

/* A step either passes the segment on or ends it with a drop reason. */
struct verdict {
	bool ends;
	enum hf_drop drop;
};

static const struct verdict pass = { false, HF_ACCEPTED };

static struct verdict end(enum hf_drop drop)
{
	return (struct verdict){ true, drop };
}

/* ---- answers ---------------------------------------------------------- */

/* RFC 5961 7: not one after the other of the same connection. */
static bool was_challenged(struct turn *t, struct tcb *tcb)
{
	hf_time interval = t->ip->config.challenge_interval;
	struct tcb_side *side = interval != 0 ? tcb_side(t, tcb) : NULL;

	if (side == NULL)
		return false;
	if (t->now < side->challenge_after)
		return true;
	side->challenge_after = t->now + interval;
	timer_challenged(t, tcb);
	return false;
}

/* RFC 5961 3-5: an ACK that a true peer answers as it should. */
static void challenge(struct turn *t, struct tcb *tcb)
{
	if (was_challenged(t, tcb) || !challenge_is_allowed(t))
		return;
	tcb->flags |= TCB_CHALLENGE_DUE;
	tcb_ready(t, tcb);
}

static void acknowledge_now(struct turn *t, struct tcb *tcb)
{
	tcb->flags |= TCB_ACK_NOW;
	tcb_ready(t, tcb);
}

/* ---- first: sequence number ------------------------------------------- */

/* RFC 7323 5.5: older than 24 days, a timestamp says nothing. */
#define TS_STALE (24 * 24 * 3600 * HF_SECOND)

static bool ts_is_stale(const struct turn *t, const struct tcb *tcb)
{
	return t->now - tcb->heard >= TS_STALE;
}

/* RFC 7323 3.2: once agreed on, in every segment. */
static bool lacks_timestamp(const struct turn *t, const struct tcb *tcb,
			    const struct arrival *a)
{
	return tcb->flags & TCB_TIMESTAMPS && !a->seg.has_ts &&
	       !(a->seg.flags & TCP_RST) && t->ip->config.strict_timestamps;
}

/* RFC 7323 5.3 R1 */
static bool paws_rejects(const struct turn *t, const struct tcb *tcb,
			 const struct arrival *a)
{
	return tcb->flags & TCB_TIMESTAMPS && a->seg.has_ts &&
	       (int32_t)(a->seg.ts_val - tcb->ts_recent) < 0 &&
	       !(a->seg.flags & TCP_RST) && !ts_is_stale(t, tcb);
}

/* 3.10.7.4, first: the four cases. */
static bool is_acceptable(const struct tcb *tcb, const struct arrival *a)
{
	uint32_t wnd = tcb->rcv.adv.n - tcb->rcv.nxt.n;
	uint32_t first = a->seg.seq.n - tcb->rcv.nxt.n;
	uint32_t last = first + a->len - 1;

	if (a->len == 0)
		return wnd == 0 ? first == 0 : first < wnd;
	return wnd != 0 && (first < wnd || last < wnd);
}

/* The urgent pointer is an offset from the sequence number. */
static void trim_urgent(struct wire_tcp *seg, uint32_t octets)
{
	if (seg->urgent > octets)
		seg->urgent = (uint16_t)(seg->urgent - octets);
	else
		seg->flags &= (uint8_t)~TCP_URG;
}

/*
 * What lies outside the window is cut off, and SYN and FIN with it: what
 * goes on starts at RCV.NXT or beyond. The segment is acceptable.
 */
static void trim(const struct tcb *tcb, struct arrival *a)
{
	struct wire_tcp *seg = &a->seg;
	uint32_t wnd = tcb->rcv.adv.n - tcb->rcv.nxt.n;
	int32_t old = seq_diff(tcb->rcv.nxt, seg->seq);
	uint32_t room;

	if (old > 0 && seg->flags & TCP_SYN) {
		seg->flags &= (uint8_t)~TCP_SYN;
		seg->seq = seq_add(seg->seq, 1);
		trim_urgent(seg, 1);
		old--;
	}
	if (old > 0) {
		uint32_t n = (uint32_t)old < seg->text_len ? (uint32_t)old
							   : seg->text_len;

		seg->text += n;
		seg->text_len -= n;
		seg->seq = seq_add(seg->seq, n);
		trim_urgent(seg, n);
	}
	room = wnd - (seg->seq.n - tcb->rcv.nxt.n);
	if (seg->text_len + !!(seg->flags & TCP_FIN) > room) {
		seg->flags &= (uint8_t)~TCP_FIN;
		if (seg->text_len > room)
			seg->text_len = room;
	}
	a->len = wire_tcp_len(seg);
}

/* The SYN-ACK of a simultaneous open: RFC 9293 figure 8, line 6. */
static bool completes_simultaneous_open(const struct tcb *tcb,
					const struct arrival *a)
{
	return tcb->state == HF_SYN_RECEIVED &&
	       (a->seg.flags & (TCP_SYN | TCP_ACK | TCP_RST)) ==
		       (TCP_SYN | TCP_ACK) &&
	       seq_eq(seq_add(a->seg.seq, 1), tcb->rcv.nxt) &&
	       seq_eq(a->seg.ack, tcb->snd.nxt);
}

/* TIME_WAIT is there for exactly this: the last ACK may be lost. */
static bool is_fin_again(const struct tcb *tcb, const struct arrival *a)
{
	return tcb->state == HF_TIME_WAIT && a->seg.flags & TCP_FIN &&
	       seq_eq(seq_add(a->seg.seq, a->len), tcb->rcv.nxt);
}

/* What cannot be taken into a closed window; the rest of it is heard. */
static bool is_text_for_closed_window(const struct tcb *tcb,
				      const struct arrival *a)
{
	return seq_eq(tcb->rcv.adv, tcb->rcv.nxt) &&
	       seq_eq(a->seg.seq, tcb->rcv.nxt) && !(a->seg.flags & TCP_SYN);
}

/* False: it is not that SYN-ACK. What it says of ECN counts. */
static bool take_simultaneous_open(struct tcb *tcb, const struct arrival *a)
{
	if (!completes_simultaneous_open(tcb, a))
		return false;
	ecn_syn_arrived(tcb, &a->seg);
	return true;
}

/* RFC 2883 4.1: what came has come before, as far as RCV.NXT. */
static void report_old_text(struct turn *t, struct tcb *tcb,
			    const struct arrival *a)
{
	uint32_t old = tcb->rcv.nxt.n - a->seg.seq.n;

	if (a->seg.text_len == 0 || !seq_before(a->seg.seq, tcb->rcv.nxt))
		return;
	reassembly_came_twice(t, tcb, a->seg.seq,
			      old < a->seg.text_len ? old : a->seg.text_len);
}

static struct verdict check_sequence(struct turn *t, struct tcb *tcb,
				     struct arrival *a)
{
	if (tcb->state == HF_TIME_WAIT && a->seg.flags & TCP_SYN) {
		enum hf_drop drop = reopen_tcb(t, tcb, a);

		if (drop != HF_DROP_CLOSED)
			return end(drop);
	}
	if (lacks_timestamp(t, tcb, a))
		return end(HF_DROP_PAWS);
	if (paws_rejects(t, tcb, a)) {
		acknowledge_now(t, tcb);
		return end(HF_DROP_PAWS);
	}
	if (is_acceptable(tcb, a) || take_simultaneous_open(tcb, a)) {
		if (a->seg.flags & TCP_RST)
			return pass;
		report_old_text(t, tcb, a);
		trim(tcb, a);
		return pass;
	}
	if (is_text_for_closed_window(tcb, a)) {
		/* MUST-66: ACK, RST and URG count all the same. */
		if (!(a->seg.flags & TCP_RST))
			acknowledge_now(t, tcb);
		trim(tcb, a);
		return pass;
	}
	if (a->seg.flags & TCP_RST)
		return end(HF_DROP_SEQUENCE);
	if (a->seg.flags & TCP_SYN) {
		/* RFC 5961 4.2: whatever its sequence number. */
		challenge(t, tcb);
		return end(HF_DROP_SYN_CHALLENGED);
	}
	if (is_fin_again(tcb, a))
		timer_time_wait(t, tcb);
	report_old_text(t, tcb, a);
	/* Two ends that disagree must not answer each other for ever. */
	if (a->len > 0)
		acknowledge_now(t, tcb);
	else
		challenge(t, tcb);
	return end(a->len > 0 && seq_upto(seq_add(a->seg.seq, a->len),
					  tcb->rcv.nxt)
			   ? HF_DROP_DUPLICATE
			   : HF_DROP_SEQUENCE);
}

/* ---- second: RST ------------------------------------------------------ */

static enum hf_error reset_means(const struct tcb *tcb)
{
	if (tcb->state == HF_SYN_RECEIVED)
		return HF_ERR_REFUSED;
	if (tcb->state == HF_TIME_WAIT)
		return HF_OK;
	return HF_ERR_RESET;
}

/*
 * RFC 9293 3.10.7.4, second; RFC 5961 3.2: exact, or challenged; whatever
 * text comes with it: SHLD-2.
 */
static struct verdict check_rst(struct turn *t, struct tcb *tcb,
				struct arrival *a)
{
	if (!(a->seg.flags & TCP_RST))
		return pass;
	if (!seq_eq(a->seg.seq, tcb->rcv.nxt)) {
		challenge(t, tcb);
		return end(HF_DROP_RST_CHALLENGED);
	}
	/* RFC 1337 3, F1: TIME_WAIT ends by its timer alone. */
	if (tcb->state == HF_TIME_WAIT && t->ip->config.rfc1337)
		return end(HF_DROP_RST_IGNORED);
	tcb_end(t, tcb, reset_means(tcb));
	return end(HF_ACCEPTED);
}

/* ---- fourth: SYN ------------------------------------------------------ */

static struct verdict check_syn(struct turn *t, struct tcb *tcb,
				struct arrival *a)
{
	if (!(a->seg.flags & TCP_SYN))
		return pass;
	challenge(t, tcb);
	return end(HF_DROP_SYN_CHALLENGED);
}

/* ---- fifth: ACK ------------------------------------------------------- */

/* A SYN-ACK that crossed ours: its SYN has been trimmed off by now. */
static bool is_crossing(const struct tcb *tcb, const struct arrival *a)
{
	return !(tcb->flags & TCB_PASSIVE) && a->len_sent > a->len;
}

/* SYN_RECEIVED: our SYN is acknowledged, or the segment is not for us. */
static struct verdict complete_open(struct turn *t, struct tcb *tcb,
				    struct arrival *a)
{
	if (!seq_in(a->seg.ack, seq_add(tcb->snd.una, 1), in_flight(tcb))) {
		reset_reply(t, a, true);
		return end(HF_DROP_ACK);
	}
	tcb->snd.wl1 = a->seg.seq;
	tcb->snd.wnd = a->wnd;
	tcb->snd.max_wnd = tcb->snd.wnd;
	tcb->flags &= ~TCB_SYN_DUE;
	rtt_acknowledged(t, tcb, &a->seg);
	tcb->snd.una = tcb->snd.resend = a->seg.ack;
	enter(t, tcb, HF_ESTABLISHED);
	if (is_crossing(tcb, a) && t->ip->config.acks_syn_ack)
		acknowledge_now(t, tcb);
	if (tcb->flags & TCB_FIN_QUEUED)
		enter(t, tcb, HF_FIN_WAIT_1);
	tcb_established(t, tcb);
	if (!(tcb->flags & TCB_UNACCEPTED))
		tcb_tell(t, tcb, HF_EVENT_CONNECTED);
	return pass;
}

/* RFC 5961 5.2 (MAY-12): not older than the largest window seen. */
static bool ack_is_plausible(const struct tcb *tcb, const struct arrival *a)
{
	return seq_in(a->seg.ack, tcb->snd.una, in_flight(tcb) + 1) ||
	       tcb->snd.una.n - a->seg.ack.n <= tcb->snd.max_wnd;
}

/* RFC 7323 4.3 (2): the timestamp of what the last ACK was about. */
static void take_timestamp(const struct turn *t, struct tcb *tcb,
			   const struct arrival *a)
{
	if (tcb->flags & TCB_TIMESTAMPS && a->seg.has_ts &&
	    seq_upto(a->seg.seq, tcb->rcv.acked) &&
	    ((int32_t)(a->seg.ts_val - tcb->ts_recent) >= 0 ||
	     ts_is_stale(t, tcb)))
		tcb->ts_recent = a->seg.ts_val;
}

static bool fin_is_acknowledged(const struct tcb *tcb)
{
	return tcb->flags & TCB_FIN_SENT && tcb->send.len == 0 &&
	       in_flight(tcb) == 0;
}

/* Where the acknowledgement of our FIN leads. */
static struct verdict fin_acknowledged(struct turn *t, struct tcb *tcb)
{
	switch ((enum hf_state)tcb->state) {
	case HF_FIN_WAIT_1:
		enter(t, tcb, HF_FIN_WAIT_2);
		timer_fin_wait_2(t, tcb);
		return pass;
	case HF_CLOSING:
		tcb_time_wait(t, tcb);
		tcb_shrink(t, tcb);
		return end(HF_ACCEPTED);
	case HF_LAST_ACK:
		tcb_end(t, tcb, HF_OK);
		return end(HF_ACCEPTED);
	case HF_CLOSED:
	case HF_LISTEN:
	case HF_SYN_SENT:
	case HF_SYN_RECEIVED:
	case HF_ESTABLISHED:
	case HF_FIN_WAIT_2:
	case HF_CLOSE_WAIT:
	case HF_TIME_WAIT:
	case HF_STATES:
		break;
	}
	return pass;
}

static struct verdict check_ack(struct turn *t, struct tcb *tcb,
				struct arrival *a)
{
	if (!(a->seg.flags & TCP_ACK))
		return end(HF_DROP_NO_ACK);
	if (tcb->state == HF_SYN_RECEIVED) {
		struct verdict v = complete_open(t, tcb, a);

		if (v.ends)
			return v;
	}
	if (!ack_is_plausible(tcb, a)) {
		challenge(t, tcb);
		return end(HF_DROP_ACK);
	}
	take_timestamp(t, tcb, a);
	ack_arrived(t, tcb, a);
	window_arrived(tcb, a);
	if (output_is_due(tcb))
		tcb_ready(t, tcb);
	return fin_is_acknowledged(tcb) ? fin_acknowledged(t, tcb) : pass;
}

/* ---- the steps in a row ----------------------------------------------- */

/*
 * Header prediction (Jacobson 1990): the next segment of a connection where
 * nothing is special. What it skips would not do anything.
 */
static bool is_predicted(const struct turn *t, const struct tcb *tcb,
			 const struct arrival *a)
{
	uint32_t wnd = tcb->rcv.adv.n - tcb->rcv.nxt.n;
	const uint8_t special = TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK | TCP_URG;

	return tcb->state == HF_ESTABLISHED &&
	       (a->seg.flags & special) == TCP_ACK &&
	       seq_eq(a->seg.seq, tcb->rcv.nxt) &&
	       (a->seg.text_len == 0 || a->seg.text_len <= wnd) &&
	       !t->ip->config.no_header_prediction &&
	       !lacks_timestamp(t, tcb, a) && !paws_rejects(t, tcb, a);
}

enum hf_drop arrive_connection(struct turn *t, struct tcb *tcb,
			       struct arrival *a)
{
	static struct verdict (*const step[])(struct turn *, struct tcb *,
					      struct arrival *) = {
		check_sequence,
		check_rst,
		/* third, security and compartment: RFC 9293 A.1 drops it */
		check_syn,
		check_ack,
	};
	struct verdict v = pass;

	if (is_predicted(t, tcb, a)) {
		v = check_ack(t, tcb, a);
	} else {
		for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
			v = step[i](t, tcb, a);
			if (v.ends)
				break;
		}
	}
	if (v.ends)
		return v.drop;
	if (a->route != NULL)
		tcb_take_route(t, tcb, a);
	if (ecn_is_used(tcb))
		ecn_text_arrived(tcb, a);
	tcb->heard = t->now;
	if (tcb->probes > 0) {
		tcb->probes = 0;
		timer_keepalive(t, tcb);
	}
	if (a->seg.flags & TCP_URG)
		urgent_arrived(t, tcb, a);
	return text_arrived(t, tcb, a);
}

/* 3.10.7.1 */
static enum hf_drop arrive_closed(struct turn *t, const struct arrival *a)
{
	if (a->seg.flags & TCP_RST)
		return HF_DROP_CLOSED_RST;
	reset_reply(t, a, true);
	return HF_DROP_CLOSED;
}

/* RFC 7323 2.2: never with SYN, which may be trimmed off later. */
static void scale_window(const struct tcb *tcb, struct arrival *a)
{
	a->wnd = a->seg.wnd;
	if (!(a->seg.flags & TCP_SYN))
		a->wnd <<= tcb->snd_scale;
}

enum hf_drop arrive_tcb(struct turn *t, struct tcb *tcb, struct arrival *a)
{
	const struct hf_handle handle = { tcb_ref(t, tcb),
					  tcb->flow.record.generation };
	enum hf_drop drop;

	report_tcb(t, tcb);
	scale_window(tcb, a);
	if (tcb->side != 0)
		count_arrived(t, tcb, a);
	drop = tcb->state == HF_SYN_SENT ? arrive_syn_sent(t, tcb, a)
					 : arrive_connection(t, tcb, a);
	if (t->report != NULL &&
	    pool_find(t->b, &t->tcp->connections, handle) != NULL)
		report_tcb(t, tcb);
	return drop;
}

enum hf_drop tcp_arrive(struct turn *t, struct arrival *a)
{
	struct endpoints ends = { &a->ip->dst, &a->ip->src, a->seg.dst_port,
				  a->seg.src_port };
	uint32_t ref = flow_find(t, &ends);
	struct flow *flow;
	enum hf_drop drop;

	if (ref == 0 && tcp_is_quiet(t))
		return HF_DROP_QUIET;
	if (ref == 0) {
		drop = ip_may_talk(t, a->ip, a->link);
		if (drop == HF_ACCEPTED)
			drop = arrive_listen(t, a);
		return drop == HF_DROP_CLOSED ? arrive_closed(t, a) : drop;
	}
	/* Nobody outside sends from an address of ours. */
	if (a->link != HF_LINK_LOOPBACK && ip_address_is_own(t, &a->ip->src))
		return HF_DROP_SOURCE;
	flow = block_at(t->b, ref);
	switch (flow_kind(flow)) {
	case FLOW_HALF_OPEN:
		return arrive_half_open(t, block_at(t->b, ref), a);
	case FLOW_TIME_WAIT:
		return arrive_time_wait(t, block_at(t->b, ref), a);
	case FLOW_CONNECTION:
	case FLOW_LISTENER:
	case FLOW_ASK:
	case FLOW_NONE:
		break;
	}
	return arrive_tcb(t, tcb_at(t, ref), a);
}
