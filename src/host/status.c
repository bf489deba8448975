/* SPDX-License-Identifier: MIT */
/* STATUS, and the options of a connection: RFC 9293 3.9.1.6, 3.10.6. */
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

static void connection_status(const struct turn *t, const struct tcb *tcb,
			      struct hf_status *status)
{
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
		.send_window = tcb->snd.wnd,
		.receive_window = tcb->rcv.adv.n - tcb->rcv.nxt.n,
		.mss = tcb->mss,
		.cwnd = tcb->cwnd,
		.ssthresh = tcb->ssthresh,
		.srtt = tcb->srtt * HF_MICROSECOND,
		.rttvar = tcb->rttvar * HF_MICROSECOND,
		.rto = rto(t, tcb),
		.retransmissions = tcb->backoff,
		.send_scale = tcb->snd_scale,
		.receive_scale = tcb->rcv_scale,
		.timestamps = tcb->flags & TCB_TIMESTAMPS,
		.sack = tcb->flags & TCB_SACK,
		.ecn = tcb->kind & TCB_ECN_ON && tcb->state != HF_SYN_SENT,
		.ecn_seen = tcb->kind & TCB_ECN_SEEN,
		.user = tcb->owner.user,
	};
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

/* ---- options ---------------------------------------------------------- */

/* What an option may be set to. */
static const struct {
	uint64_t least, most;
} range[HF_OPTIONS] = {
	[HF_OPTION_USER] = { 0, UINT64_MAX },
	[HF_OPTION_NODELAY] = { 0, 1 },
	[HF_OPTION_KEEPALIVE] = { 0, 1 },
	[HF_OPTION_KEEPALIVE_IDLE] = { 1, UINT16_MAX },
	[HF_OPTION_KEEPALIVE_INTERVAL] = { 1, UINT16_MAX },
	[HF_OPTION_KEEPALIVE_PROBES] = { 1, UINT8_MAX },
	[HF_OPTION_USER_TIMEOUT] = { 0, UINT32_MAX },
	[HF_OPTION_TTL] = { 1, UINT8_MAX },
	[HF_OPTION_TOS] = { 0, UINT8_MAX },
	[HF_OPTION_SEND_BUFFER] = { 1, BUFFER_MOST },
	[HF_OPTION_RECEIVE_BUFFER] = { 1, BUFFER_MOST },
};

static void set_flag(struct tcb *tcb, uint32_t flag, bool is_on)
{
	tcb->flags = is_on ? tcb->flags | flag : tcb->flags & ~flag;
}

/* Those that live in the side record. */
static enum hf_error set_in_side(struct turn *t, struct tcb *tcb,
				 enum hf_option option, uint64_t value)
{
	struct tcb_side *side = tcb_side(t, tcb);

	if (side == NULL)
		return HF_ERR_NO_MEMORY;
	tcb->flags |= TCB_SIDE_KEPT;
	if (option == HF_OPTION_KEEPALIVE_IDLE)
		side->keepalive_idle = (uint16_t)value;
	else if (option == HF_OPTION_KEEPALIVE_INTERVAL)
		side->keepalive_interval = (uint16_t)value;
	else if (option == HF_OPTION_KEEPALIVE_PROBES)
		side->keepalive_probes = (uint8_t)value;
	else
		side->user_timeout = (uint32_t)value;
	return HF_OK;
}

static enum hf_error set(struct turn *t, struct tcb *tcb, enum hf_option option,
			 uint64_t value)
{
	switch (option) {
	case HF_OPTION_USER:
		tcb->owner.user = value;
		return HF_OK;
	case HF_OPTION_NODELAY:
		set_flag(tcb, TCB_NODELAY, value);
		tcb_ready(t, tcb);
		return HF_OK;
	case HF_OPTION_KEEPALIVE:
		set_flag(tcb, TCB_KEEPALIVE, value);
		tcb->probes = 0;
		return HF_OK;
	case HF_OPTION_KEEPALIVE_IDLE:
	case HF_OPTION_KEEPALIVE_INTERVAL:
	case HF_OPTION_KEEPALIVE_PROBES:
	case HF_OPTION_USER_TIMEOUT:
		return set_in_side(t, tcb, option, value);
	case HF_OPTION_TTL:
		tcb->ttl = (uint8_t)value;
		return HF_OK;
	case HF_OPTION_TOS:
		tcb->tos = (uint8_t)value;
		return HF_OK;
	case HF_OPTION_SEND_BUFFER:
		tcb->send_buffer = (uint32_t)value;
		return HF_OK;
	case HF_OPTION_RECEIVE_BUFFER:
		tcb->receive_buffer = (uint32_t)value;
		tcb_window_changed(t, tcb);
		return HF_OK;
	case HF_OPTIONS:
		break;
	}
	return HF_ERR_ARGUMENT;
}

enum hf_error hf_set(struct hf_host *host, struct hf_handle connection,
		     enum hf_option option, uint64_t value)
{
	struct turn t = turn_of(host, 0, NULL);
	struct tcb *tcb = find_connection(host, connection);
	enum hf_error error;
	hf_time before;

	if (tcb == NULL)
		return HF_ERR_HANDLE;
	if ((unsigned)option >= HF_OPTIONS || value < range[option].least ||
	    value > range[option].most ||
	    (option == HF_OPTION_TOS && value & 3))
		return HF_ERR_ARGUMENT;
	if (tcb->state == HF_CLOSED && option != HF_OPTION_USER)
		return HF_ERR_NOT_CONNECTED;
	before = timer_patience(&t, tcb);
	error = set(&t, tcb, option, value);
	timer_keepalive(&t, tcb);
	timer_patience_changed(&t, tcb, before);
	return error;
}

static uint64_t or_default(uint64_t value, hf_time normal, hf_time unit)
{
	return value != 0 ? value : normal / unit;
}

static uint64_t get(const struct turn *t, const struct tcb *tcb,
		    enum hf_option option)
{
	const struct tcb_side none = { .owner = 0 };
	const struct tcb_side *side = tcb_side_of(t, tcb);
	const struct hf_config *config = &t->ip->config;

	if (side == NULL)
		side = &none;
	switch (option) {
	case HF_OPTION_USER:
		return tcb->owner.user;
	case HF_OPTION_NODELAY:
		return !!(tcb->flags & TCB_NODELAY);
	case HF_OPTION_KEEPALIVE:
		return !!(tcb->flags & TCB_KEEPALIVE);
	case HF_OPTION_KEEPALIVE_IDLE:
		return or_default(side->keepalive_idle, config->keepalive_idle,
				  HF_SECOND);
	case HF_OPTION_KEEPALIVE_INTERVAL:
		return or_default(side->keepalive_interval,
				  config->keepalive_interval, HF_SECOND);
	case HF_OPTION_KEEPALIVE_PROBES:
		return or_default(side->keepalive_probes,
				  config->keepalive_probes, 1);
	case HF_OPTION_USER_TIMEOUT:
		return side->user_timeout;
	case HF_OPTION_TTL:
		return tcb->ttl;
	case HF_OPTION_TOS:
		return tcb->tos;
	case HF_OPTION_SEND_BUFFER:
		return tcb->send_buffer;
	case HF_OPTION_RECEIVE_BUFFER:
		return tcb->receive_buffer;
	case HF_OPTIONS:
		break;
	}
	return 0;
}

enum hf_error hf_get(const struct hf_host *host, struct hf_handle connection,
		     enum hf_option option, uint64_t *value)
{
	struct turn t = turn_of(host, 0, NULL);
	const struct tcb *tcb = find_connection(host, connection);

	if (tcb == NULL)
		return HF_ERR_HANDLE;
	if ((unsigned)option >= HF_OPTIONS)
		return HF_ERR_ARGUMENT;
	*value = get(&t, tcb, option);
	return HF_OK;
}
