/* SPDX-License-Identifier: MIT */
/*
 * Slow start, congestion avoidance, fast recovery: RFC 5681 with NewReno's
 * handling of partial acknowledgements, RFC 6582. MUST-19
 */
#include "tcp.h"

/* Without what limited transmit has added: RFC 5681 3.2 (2). */
static uint32_t half_flight(const struct tcb *tcb)
{
	uint32_t flight = in_flight(tcb);
	uint32_t half = (flight < tcb->cwnd ? flight : tcb->cwnd) / 2;
	uint32_t least = 2u * tcb->mss;

	return half > least ? half : least;
}

/* RFC 5681 3.1; RFC 6928 with ten segments. */
static uint32_t initial_window(const struct turn *t, const struct tcb *tcb)
{
	uint32_t segments = t->ip->config.initial_window;

	if (segments == 0)
		segments = tcb->mss > 2190 ? 2 : tcb->mss > 1095 ? 3 : 4;
	return segments * tcb->mss;
}

/* One segment after a lost SYN: RFC 5681 3.1. */
void congestion_init(const struct turn *t, struct tcb *tcb)
{
	tcb->cwnd = tcb->flags & TCB_SYN_RETRANSMITTED ? tcb->mss
						       : initial_window(t, tcb);
	tcb->ssthresh = UINT32_MAX;
}

/* RFC 5681 3.1 (2) and (3), by octets acknowledged. */
void congestion_acked(const struct turn *t, struct tcb *tcb, uint32_t octets)
{
	uint32_t mss = tcb->mss, more;

	if (tcb->cwnd < tcb->ssthresh) {
		/*
		 * RFC 5681 lets one segment count, RFC 3465 2.3 two, Linux all;
		 * as many as that must not go past where slow start ends.
		 */
		uint32_t most = t->ip->config.slow_start_limit * mss;
		uint32_t left = tcb->ssthresh - tcb->cwnd;

		more = octets < most ? octets : most;
		if (more > mss && more > left)
			more = left > mss ? left : mss;
	} else {
		uint64_t n = octets < mss ? octets : mss;

		more = (uint32_t)(n * mss / tcb->cwnd);
		if (more == 0)
			more = 1;
	}
	if (tcb->cwnd < UINT32_MAX / 2)
		tcb->cwnd += more;
}

void congestion_marked(struct tcb *tcb)
{
	tcb->ssthresh = half_flight(tcb);
	if (tcb->cwnd > tcb->ssthresh)
		tcb->cwnd = tcb->ssthresh;
}

/* RFC 5681 3.2 (2) and (3); RFC 3168 6.1.2: but once for a window of data. */
void congestion_enter_recovery(struct tcb *tcb)
{
	if (!ecn_has_halved(tcb))
		tcb->ssthresh = half_flight(tcb);
	tcb->cwnd = tcb->ssthresh + 3u * tcb->mss;
}

/* RFC 5681 3.2 (4): a segment has left the network. */
void congestion_duplicate(struct tcb *tcb)
{
	if (tcb->cwnd < UINT32_MAX / 2)
		tcb->cwnd += tcb->mss;
}

/* RFC 6582 3.2 (5), partial acknowledgement */
void congestion_partial(struct tcb *tcb, uint32_t octets)
{
	tcb->cwnd = tcb->cwnd > octets ? tcb->cwnd - octets : 0;
	if (octets >= tcb->mss || tcb->cwnd < tcb->mss)
		tcb->cwnd += tcb->mss;
}

/* RFC 6582 3.2 (5), full acknowledgement, (1) */
void congestion_leave_recovery(struct tcb *tcb)
{
	uint32_t flight = in_flight(tcb);

	if (flight < tcb->mss)
		flight = tcb->mss;
	flight += tcb->mss;
	tcb->cwnd = flight < tcb->ssthresh ? flight : tcb->ssthresh;
}

/* RFC 5681 3.1 (4) and after: halved once for a segment, however often lost. */
void congestion_timeout(struct tcb *tcb, bool is_first)
{
	if (is_first && !ecn_has_halved(tcb))
		tcb->ssthresh = half_flight(tcb);
	tcb->cwnd = tcb->mss;
}

/* RFC 5681 4.1: after an idle RTO the window starts anew. */
void congestion_idle(const struct turn *t, struct tcb *tcb)
{
	uint32_t restart = initial_window(t, tcb);

	if (tcb->cwnd > restart)
		tcb->cwnd = restart;
}
