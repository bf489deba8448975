/* SPDX-License-Identifier: MIT */
/* The round-trip time and what follows from it: RFC 6298. */
#include "tcp.h"

#define MOST_US UINT32_C(0x3fffffff)

/* Timeouts that are not followed by a doubling: Linux's first ones of a SYN. */
static uint32_t linear_timeouts(const struct turn *t, const struct tcb *tcb)
{
	return tcb->state == HF_SYN_SENT ? t->ip->config.syn_linear_timeouts
					 : 0;
}

/* (2.3), (2.4), (2.5), and (5.5) by doubling `backoff` times. */
hf_time rto(const struct turn *t, const struct tcb *tcb)
{
	const struct hf_config *config = &t->ip->config;
	hf_time value = config->rto_initial;

	if (tcb->srtt != 0) {
		hf_time variance = (hf_time)tcb->rttvar * 4;

		/* G, the clock's granularity, is the timestamp clock's. */
		if (variance < 1000)
			variance = 1000;
		if (config->rto_min_is_variance &&
		    variance * HF_MICROSECOND < config->rto_min)
			variance = config->rto_min / HF_MICROSECOND;
		value = ((hf_time)tcb->srtt + variance) * HF_MICROSECOND;
	} else if (tcb->flags & TCB_SYN_RETRANSMITTED &&
		   state_is_synchronized((enum hf_state)tcb->state)) {
		value = 3 * HF_SECOND; /* (5.7) */
	}
	if (value < config->rto_min)
		value = config->rto_min;
	for (unsigned i = linear_timeouts(t, tcb);
	     i < tcb->backoff && value < config->rto_max; i++)
		value *= 2;
	return value < config->rto_max ? value : config->rto_max;
}

/* (2.2) and (2.3) */
void rtt_sample(struct turn *t, struct tcb *tcb, hf_time rtt)
{
	uint64_t us = rtt / HF_MICROSECOND;
	uint32_t r = us < 1 ? 1 : us > MOST_US ? MOST_US : (uint32_t)us;
	struct counts *counts = counts_of(t, tcb);
	uint32_t delta;

	if (counts != NULL && (counts->min_rtt == 0 || r < counts->min_rtt))
		counts->min_rtt = r;
	if (tcb->srtt == 0) {
		tcb->srtt = r;
		tcb->rttvar = r / 2;
		return;
	}
	delta = r > tcb->srtt ? r - tcb->srtt : tcb->srtt - r;
	tcb->rttvar = tcb->rttvar - tcb->rttvar / 4 + delta / 4;
	tcb->srtt = tcb->srtt - tcb->srtt / 8 + r / 8;
	if (tcb->srtt == 0)
		tcb->srtt = 1;
}

/*
 * One octet of a flight is timed, and none that was sent again (Karn,
 * MUST-18). When the timing was given up for a retransmission, the echoed
 * timestamp says which transmission was acknowledged: RFC 7323 4.1.
 */
void rtt_acknowledged(struct turn *t, struct tcb *tcb,
		      const struct wire_tcp *seg)
{
	if (tcb->flags & TCB_TIMING) {
		if (!seq_before(tcb->timed, seg->ack))
			return;
		tcb->flags &= ~TCB_TIMING;
		rtt_sample(t, tcb, t->now - tcb->timed_at);
	} else if (tcb->flags & TCB_TIMESTAMPS && seg->has_ts &&
		   seg->ts_ecr != 0) {
		uint32_t sent = seg->ts_ecr - tcb->ts_offset;
		hf_time rtt = (ts_clock(t) - sent) * t->ip->config.ts_tick;

		/* An echo of something else than our clock is no sample. */
		if (rtt <= t->ip->config.rto_max)
			rtt_sample(t, tcb, rtt);
	}
}
