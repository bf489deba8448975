/* SPDX-License-Identifier: MIT */
/*
 * A pair of addresses and ports in TIME_WAIT that is wanted again: by the
 * peer's SYN (MAY-2; RFC 6191, SHLD-4), or by an active OPEN.
 *
 * The peer's SYN may be an old duplicate, and TIME_WAIT must then go on. So
 * the half-open connection that it makes stands in the table beside the
 * entry, which names it in record.value; only when the peer acknowledges our
 * SYN is the entry gone.
 */
#include "half_open.h"

#define REUSE_AFTER HF_SECOND /* the finest that old timestamps differ by */

/* ---- what the old one leaves behind ------------------------------------ */

/* Numbers start so far beyond the old ones: MAY-2, first. */
static struct hf_seq beyond(const struct turn *t, struct hf_seq iss,
			    struct hf_seq snd_nxt)
{
	const uint32_t gap = UINT32_C(1) << 16;

	if (t->ip->config.reopen_step != 0)
		return seq_add(snd_nxt, t->ip->config.reopen_step);
	return seq_before(snd_nxt, iss)
		       ? iss
		       : seq_add(snd_nxt, gap + (iss.n & (gap - 1)));
}

struct hf_seq reopen_iss(const struct turn *t, const struct half_open *h)
{
	struct hf_seq iss = iss_choose(t, &h->flow);
	uint32_t ref = reopen_old(t, block_ref(t->b, h));
	const struct time_wait *w = block_at(t->b, ref);

	return ref != 0 ? beyond(t, iss, w->snd_nxt) : iss;
}

/* ---- passive: RFC 6191 2 ----------------------------------------------- */

/* SHLD-4 */
static bool is_new(const struct turn *t, const struct time_wait *w,
		   const struct wire_tcp *syn)
{
	bool has_ts = syn->has_ts && !t->ip->config.no_timestamps;
	bool is_beyond = !seq_before(syn->seq, w->rcv_nxt);
	int32_t later = (int32_t)(syn->ts_val - w->ts_recent);

	if (!w->has_ts)
		return has_ts || is_beyond;
	if (!has_ts || later == 0)
		return is_beyond;
	return later > 0;
}

static bool is_wanted(const struct turn *t, const struct time_wait *w,
		      const struct arrival *a)
{
	const uint8_t flags = TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN;

	return (a->seg.flags & flags) == TCP_SYN && is_new(t, w, &a->seg);
}

/* MAY-2 */
enum hf_drop reopen_time_wait(struct turn *t, struct time_wait *w,
			      struct arrival *a)
{
	return is_wanted(t, w, a) ? arrive_listen_again(t, a, w)
				  : HF_DROP_CLOSED;
}

enum hf_drop reopen_tcb(struct turn *t, struct tcb *tcb, struct arrival *a)
{
	const struct time_wait like = {
		.has_ts = tcb->flags & TCB_TIMESTAMPS,
		.rcv_nxt = tcb->rcv.nxt,
		.ts_recent = tcb->ts_recent,
	};
	uint32_t ref;

	if (!is_wanted(t, &like, a) || !listen_hears(t, a) ||
	    !tcb_make_way(t, tcb, &ref))
		return HF_DROP_CLOSED;
	return arrive_listen_again(t, a, block_at(t->b, ref));
}

uint32_t reopen_old(const struct turn *t, uint32_t half_open)
{
	const struct half_open *h = block_at(t->b, half_open);
	uint32_t ref;

	if (t->tcp->reopening == 0)
		return 0; /* as nearly always */
	ref = flow_first(t, &h->flow);
	for (; ref != 0; ref = record_at(t->b, ref)->chain)
		if (flow_kind(block_at(t->b, ref)) == FLOW_TIME_WAIT &&
		    record_at(t->b, ref)->value == half_open)
			return ref;
	return 0;
}

void reopen_begin(struct turn *t, struct time_wait *w, uint32_t half_open)
{
	w->flow.record.value = half_open;
	t->tcp->reopening++;
}

void reopen_forget(struct turn *t, struct time_wait *w)
{
	if (w->flow.record.value == 0)
		return;
	w->flow.record.value = 0;
	t->tcp->reopening--;
}

/* ---- active ------------------------------------------------------------ */

static bool is_loopback(const struct turn *t, const struct flow *flow)
{
	return addr_is_loopback(&flow->remote) ||
	       addr_is_loopback(flow_local(t, flow));
}

/* Its timestamps keep old segments apart from new ones: RFC 7323 5. */
static bool may_reuse(const struct turn *t, const struct time_wait *w)
{
	hf_time since = w->flow.record.deadline - 2 * t->ip->config.msl;

	switch ((enum hf_reuse)t->ip->config.time_wait_reuse) {
	case HF_REUSE_OFF:
		return false;
	case HF_REUSE_LOOPBACK:
		if (!is_loopback(t, &w->flow))
			return false;
		break;
	case HF_REUSE_ON:
		break;
	}
	return w->has_ts && !t->ip->config.no_timestamps &&
	       w->flow.record.value == 0 && t->now >= since + REUSE_AFTER;
}

bool reopen_is_free(const struct turn *t, const struct endpoints *ends)
{
	uint32_t ref = flow_find(t, ends);

	return ref == 0 || (flow_kind(block_at(t->b, ref)) == FLOW_TIME_WAIT &&
			    may_reuse(t, block_at(t->b, ref)));
}

struct hf_seq reopen_take(struct turn *t, const struct endpoints *ends,
			  struct hf_seq iss)
{
	uint32_t ref = flow_find(t, ends);
	struct time_wait *w;

	if (ref == 0)
		return iss;
	w = block_at(t->b, ref);
	iss = beyond(t, iss, w->snd_nxt);
	time_wait_gone(t, w);
	return iss;
}
