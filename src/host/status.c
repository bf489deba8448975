/* SPDX-License-Identifier: MIT */
/* STATUS: RFC 9293 3.9.1.6, 3.10.6. */
#include "internal.h"

static void listener_status(const struct turn *t, const struct listener *l,
			    struct hf_status *status)
{
	status->state = HF_LISTEN;
	status->local_port = l->flow.local_port;
	if (l->flow.local != 0)
		status->local = *flow_local(t, &l->flow);
	status->user = l->user;
}

static enum hf_recovery recovery(const struct turn *t, const struct tcb *tcb)
{
	if (tcb->flags & TCB_RECOVERY)
		return HF_RECOVERY_FAST;
	if (tcb->flags & TCB_RECOVER_SET &&
	    seq_before(tcb->snd.una, tcb_side_of(t, tcb)->recover))
		return HF_RECOVERY_LOSS;
	return tcb->duplicates > 0 ? HF_RECOVERY_DISORDER : HF_RECOVERY_OPEN;
}

/* After a timeout all is taken for lost; in fast recovery the first segment. */
static void estimate_losses(const struct turn *t, const struct tcb *tcb,
			    struct hf_status *status)
{
	uint32_t flight = in_flight(tcb);
	uint32_t first = flight < tcb->mss ? flight : tcb->mss;

	if (status->recovery == HF_RECOVERY_LOSS) {
		status->lost = tcb_side_of(t, tcb)->recover.n - tcb->snd.una.n;
		status->resent = tcb->snd.resend.n - tcb->snd.una.n;
		if (status->resent > status->lost)
			status->resent = status->lost;
	} else if (status->recovery == HF_RECOVERY_FAST) {
		status->lost = first;
		if (!(tcb->flags & (TCB_FAST_DUE | TCB_PARTIAL_DUE)))
			status->resent = first;
	}
}

static void connection_status(const struct turn *t, const struct tcb *tcb,
			      struct hf_status *status)
{
	const struct counts *counts = counts_of(t, tcb);
	bool has_room = state_may_send((enum hf_state)tcb->state) &&
			!(tcb->flags & TCB_FIN_QUEUED) &&
			tcb->send.len < tcb->send_buffer;

	*status = (struct hf_status){
		.state = (enum hf_state)tcb->state,
		.error = (enum hf_error)tcb->error,
		.local = *flow_local(t, &tcb->flow),
		.remote = tcb->flow.remote,
		.local_port = tcb->flow.local_port,
		.remote_port = tcb->flow.remote_port,
		.send_queue = tcb->send.len,
		.send_room = has_room ? tcb->send_buffer - tcb->send.len : 0,
		.receive_queue = tcb->receive.len,
		.in_flight = in_flight(tcb),
		.unsent = send_unsent(tcb),
		.send_window = tcb->snd.wnd,
		.receive_window = tcb->rcv.adv.n - tcb->rcv.nxt.n,
		.mss = tcb->mss,
		.cwnd = tcb->cwnd,
		.ssthresh = tcb->ssthresh,
		.srtt = tcb->srtt * HF_MICROSECOND,
		.rttvar = tcb->rttvar * HF_MICROSECOND,
		.rto = rto(t, tcb),
		.retransmissions = tcb->backoff,
		.probes = tcb->probes,
		.recovery = recovery(t, tcb),
		.duplicates = tcb->duplicates,
		.receive_mss = tcb->rcv_mss,
		.advertised_mss = tcb_mss_offer(t, tcb),
		.ts_offset = tcb->ts_offset,
		.tos = tcb->tos,
		.is_quick = tcb->quick_acks > 0,
		.send_scale = tcb->snd_scale,
		.receive_scale = tcb->rcv_scale,
		.timestamps = tcb->flags & TCB_TIMESTAMPS,
		.sack = tcb->flags & TCB_SACK,
		.ecn = tcb->kind & TCB_ECN_ON && tcb->state != HF_SYN_SENT,
		.ecn_seen = tcb->kind & TCB_ECN_SEEN,
		.user = tcb->owner.user,
	};
	status->mtu =
		tcb->mss + ip_header_len(&tcb->flow.remote) + WIRE_TCP_HEADER;
	status->has_urgent = urgent_is_ahead(t, tcb, &status->urgent);
	estimate_losses(t, tcb, status);
	if (counts != NULL) {
		status->counts = counts->total;
		status->received_tos = counts->tos;
		status->min_rtt = counts->min_rtt * HF_MICROSECOND;
	}
	if (tcb->flags & TCB_TIMESTAMPS)
		status->mss -= 12;
	if (tcb->flags & TCB_ROUTED)
		status->mss -= wire_source_route_len(flow_route(t, &tcb->flow));
}

enum hf_error hf_status(const struct hf_host *host, struct hf_handle handle,
			struct hf_status *status)
{
	struct turn t = turn_of(host, 0, NULL);
	const struct tcb *tcb = find_connection(host, handle);
	const struct listener *l =
		pool_find(&host->block, &host->tcp.listeners, handle);

	*status = (struct hf_status){ .state = HF_CLOSED };
	if (tcb != NULL)
		connection_status(&t, tcb, status);
	else if (l != NULL)
		listener_status(&t, l, status);
	else
		return HF_ERR_HANDLE;
	return HF_OK;
}
