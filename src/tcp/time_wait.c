/* SPDX-License-Identifier: MIT */
/* TIME_WAIT in 64 octets: RFC 9293 3.10.7.4 for what may still arrive. */
#include "half_open.h"

void time_wait_gone(struct turn *t, struct time_wait *w)
{
	uint32_t ref = block_ref(t->b, w);

	reopen_forget(t, w);
	wheel_disarm(t->b, &t->ip->wheel, ref);
	flow_remove(t, ref);
	ip_address_drop(t, w->flow.local);
	pool_give(t->b, &t->tcp->time_wait, ref);
}

void time_wait_expired(struct turn *t, struct time_wait *w)
{
	report_step(t, &w->flow, HF_TIME_WAIT, HF_CLOSED);
	time_wait_gone(t, w);
}

static void acknowledge(struct turn *t, const struct time_wait *w)
{
	const struct ack_reply ack = {
		.snd_nxt = w->snd_nxt,
		.rcv_nxt = w->rcv_nxt,
		.wnd = w->wnd,
		.has_ts = w->has_ts,
		.ts_recent = w->ts_recent,
		.why = HF_WHY_TIME_WAIT_ACK,
	};

	ack_reply(t, &w->flow, &ack);
}

static enum hf_drop challenge(struct turn *t, const struct time_wait *w,
			      enum hf_drop drop)
{
	if (challenge_is_allowed(t))
		acknowledge(t, w);
	return drop;
}

static bool paws_rejects(const struct time_wait *w, const struct wire_tcp *seg)
{
	return w->has_ts && seg->has_ts && !(seg->flags & TCP_RST) &&
	       (int32_t)(seg->ts_val - w->ts_recent) < 0;
}

enum hf_drop arrive_time_wait(struct turn *t, struct time_wait *w,
			      struct arrival *a)
{
	const struct wire_tcp *seg = &a->seg;
	bool is_next = seq_eq(seg->seq, w->rcv_nxt);
	enum hf_drop drop;

	if (w->flow.record.value != 0)
		return arrive_half_open(t, block_at(t->b, w->flow.record.value),
					a);
	report_flow(t, &w->flow);
	drop = reopen_time_wait(t, w, a);
	if (drop != HF_DROP_CLOSED)
		return drop;
	if (paws_rejects(w, seg))
		return challenge(t, w, HF_DROP_PAWS);
	if (seg->flags & TCP_RST) {
		if (!is_next)
			return HF_DROP_SEQUENCE;
		/* RFC 1337 3, F1: not by whatever may come late. */
		if (t->ip->config.rfc1337)
			return HF_DROP_RST_IGNORED;
		report_step(t, &w->flow, HF_TIME_WAIT, HF_CLOSED);
		time_wait_gone(t, w);
		return HF_ACCEPTED;
	}
	if (seg->flags & TCP_SYN)
		return challenge(t, w, HF_DROP_SYN_CHALLENGED);
	if (seg->flags & TCP_FIN &&
	    seq_eq(seq_add(seg->seq, a->len), w->rcv_nxt)) {
		/* Our last ACK was lost: acknowledge, and wait anew. */
		wheel_arm(t->b, &t->ip->wheel, block_ref(t->b, w),
			  t->now + 2 * t->ip->config.msl);
		acknowledge(t, w);
		return HF_ACCEPTED;
	}
	if (a->len > 0 || !is_next)
		return challenge(t, w, HF_DROP_SEQUENCE);
	/* RFC 9293 3.5.2, group 3: of something not yet sent. */
	if (seg->flags & TCP_ACK && seq_before(w->snd_nxt, seg->ack))
		return challenge(t, w, HF_DROP_ACK);
	return HF_ACCEPTED;
}
