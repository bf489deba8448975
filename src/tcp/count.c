/* SPDX-License-Identifier: MIT */
/* What a measured connection has done, for STATUS: RFC 9293 3.9.1.6. */
#include "tcp.h"

void count_arrived(struct turn *t, struct tcb *tcb, const struct arrival *a)
{
	struct counts *counts = counts_of(t, tcb);

	if (counts == NULL)
		return;
	counts->total.segments_in++;
	counts->tos = a->ip->tos;
	if (a->seg.flags & TCP_ACK)
		counts->total.last_acked = t->now;
	if (a->seg.text_len == 0)
		return;
	counts->total.data_segments_in++;
	counts->total.last_received = t->now;
}

void count_acked(struct turn *t, struct tcb *tcb, uint32_t octets)
{
	struct counts *counts = counts_of(t, tcb);

	if (counts != NULL)
		counts->total.octets_acked += octets;
}

void count_received(struct turn *t, struct tcb *tcb, uint32_t octets)
{
	struct counts *counts = counts_of(t, tcb);

	if (counts != NULL)
		counts->total.octets_received += octets;
}

/* What was sent before is before SND.NXT, which has not moved yet. */
void count_sent(struct turn *t, struct tcb *tcb, const struct plan *plan)
{
	struct counts *counts = counts_of(t, tcb);
	uint32_t len = plan->len + !!(plan->flags & (TCP_SYN | TCP_FIN));

	if (counts == NULL)
		return;
	counts->total.segments_out++;
	if (len > 0 && seq_before(plan->seq, tcb->snd.nxt)) {
		counts->total.retransmissions++;
		counts->total.octets_retransmitted += plan->len;
	}
	if (plan->len == 0)
		return;
	counts->total.data_segments_out++;
	counts->total.octets_sent += plan->len;
	counts->total.last_sent = t->now;
}
