/* SPDX-License-Identifier: MIT */
/* OPEN, CLOSE, ABORT: RFC 9293 3.10.1, 3.10.4, 3.10.5. */
#include "half_open.h"

/* ---- the active OPEN -------------------------------------------------- */

/* Where datagrams go first: the peer, or the first gateway of a route. */
static const struct hf_addr *first_stop(const struct hf_open *options)
{
	return options->hop_count != 0 ? options->hops : &options->remote;
}

/* Gateways are other hosts, and only IPv4 has routes by them. */
static bool hops_are_valid(const struct turn *t, const struct hf_open *options)
{
	unsigned count = options->hop_count;

	if (count == 0)
		return true;
	if (count > WIRE_SOURCE_ROUTE_HOPS || options->hops == NULL ||
	    !addr_is_ipv4(&options->remote))
		return false;
	for (unsigned i = 0; i < count; i++) {
		const struct hf_addr *hop = &options->hops[i];

		if (!addr_is_ipv4(hop) || !addr_is_unicast(hop) ||
		    ip_is_broadcast(t, hop) || ip_address_is_own(t, hop))
			return false;
	}
	return true;
}

static enum hf_error check_addresses(const struct turn *t,
				     const struct hf_open *options,
				     bool has_local)
{
	uint32_t link;

	if (!addr_is_unicast(&options->remote) || options->remote_port == 0 ||
	    ip_is_broadcast(t, &options->remote))
		return HF_ERR_ARGUMENT; /* MUST-46 */
	if (has_local &&
	    addr_is_ipv4(&options->local) != addr_is_ipv4(&options->remote))
		return HF_ERR_ARGUMENT;
	if (has_local && !ip_address_is_own(t, &options->local))
		return HF_ERR_ADDRESS_NOT_AVAILABLE;
	if (!hops_are_valid(t, options))
		return HF_ERR_ARGUMENT;
	if (!ip_link_towards(t, first_stop(options), &link))
		return HF_ERR_NO_ROUTE;
	/* RFC 1122 3.2.1.3 (g): such an address stays within the host. */
	if (has_local && addr_is_loopback(&options->local) &&
	    link != HF_LINK_LOOPBACK)
		return HF_ERR_ADDRESS_NOT_AVAILABLE;
	return HF_OK;
}

/* The ref of the local address, held; 0: *error says why. MUST-43, MUST-44 */
static uint32_t choose_local(struct turn *t, const struct hf_open *options,
			     bool has_local, enum hf_error *error)
{
	uint32_t ref;

	*error = HF_ERR_NO_MEMORY;
	if (has_local)
		return ip_address_hold(t, &options->local, HF_LINK_LOOPBACK);
	if (ip_address_is_own(t, &options->remote))
		return ip_address_hold(t, &options->remote, HF_LINK_LOOPBACK);
	*error = HF_ERR_ADDRESS_NOT_AVAILABLE;
	ref = ip_source_for(t, first_stop(options));
	if (ref != 0)
		ip_address_use(t, ref);
	return ref;
}

static enum hf_error choose_port(struct turn *t, const struct hf_open *options,
				 uint32_t local, struct endpoints *ends)
{
	if (ends->local_port == 0) {
		ends->local_port = port_choose(t, ends);
		return ends->local_port != 0 ? HF_OK : HF_ERR_ADDRESS_IN_USE;
	}
	if (!reopen_is_free(t, ends) ||
	    (!options->reuse && port_is_used(t, ends->local_port, local)))
		return HF_ERR_ADDRESS_IN_USE;
	return HF_OK;
}

static bool find_link(const struct turn *t, const struct hf_open *options,
		      uint32_t local, uint32_t *link)
{
	const struct flow flow = { .local = local, .remote = options->remote };

	if (options->hop_count != 0)
		return ip_link_towards(t, first_stop(options), link);
	return flow_link(t, &flow, link);
}

static bool is_at_limit(const struct turn *t, const struct hf_open *options)
{
	const struct pool *routes = &t->ip->source_routes;

	return t->tcp->connections.used == t->tcp->connections.limit ||
	       (options->hop_count != 0 && routes->used >= routes->limit);
}

static enum hf_error create(struct turn *t, const struct hf_open *options,
			    const struct endpoints *ends, uint32_t local,
			    uint32_t *ref)
{
	uint32_t link;

	if (is_at_limit(t, options))
		return HF_ERR_LIMIT;
	if (!find_link(t, options, local, &link))
		return HF_ERR_NO_ROUTE;
	*ref = tcb_create(t, ends, local, link);
	if (*ref == 0)
		return HF_ERR_NO_MEMORY;
	if (tcb_choose_route(t, tcb_at(t, *ref), options))
		return HF_OK;
	tcb_free(t, tcb_at(t, *ref));
	return HF_ERR_NO_MEMORY;
}

static void start(struct turn *t, struct tcb *tcb,
		  const struct hf_open *options, const struct endpoints *ends)
{
	if (options->send_buffer != 0)
		tcb->send_buffer = options->send_buffer;
	if (options->receive_buffer != 0)
		tcb->receive_buffer = options->receive_buffer;
	tcb->owner.user = options->user;
	tcb->snd.iss = reopen_take(t, ends, iss_choose(t, &tcb->flow));
	tcb->snd.una = tcb->snd.nxt = tcb->snd.resend = tcb->snd.iss;
	tcb->ts_offset = ts_offset(t, &tcb->flow);
	tcb->mss = tcb_mss_for(t, tcb, 0);
	tcb->rcv_mss = tcb->mss;
	tcb->flags |= TCB_SYN_DUE;
	ecn_ask(t, tcb);
	enter(t, tcb, HF_SYN_SENT);
	flow_insert(t, tcb_ref(t, tcb));
	timer_quiet(t, tcb);
	tcb_ready(t, tcb);
}

enum hf_error call_open(struct turn *t, const struct hf_open *options,
			struct hf_handle *handle)
{
	bool has_local = !addr_is_unspecified(&options->local);
	enum hf_error error = check_addresses(t, options, has_local);
	struct endpoints ends = { .remote = &options->remote,
				  .local_port = options->local_port,
				  .remote_port = options->remote_port };
	uint32_t local, ref = 0;

	if (error != HF_OK)
		return error;
	local = choose_local(t, options, has_local, &error);
	if (local == 0)
		return error;
	ends.local = &ip_address_at(t, local)->addr;
	error = choose_port(t, options, local, &ends);
	if (error == HF_OK)
		error = create(t, options, &ends, local, &ref);
	ip_address_drop(t, local); /* the TCB holds it now, or nobody */
	if (error != HF_OK)
		return error;
	start(t, tcb_at(t, ref), options, &ends);
	*handle = (struct hf_handle){ ref,
				      tcb_at(t, ref)->flow.record.generation };
	return HF_OK;
}

/* ---- CLOSE ------------------------------------------------------------ */

/* Our FIN follows the data; the state changes at once: 3.10.4. */
static void queue_fin(struct turn *t, struct tcb *tcb)
{
	tcb->flags |= TCB_FIN_QUEUED;
	if (tcb->state == HF_ESTABLISHED)
		enter(t, tcb, HF_FIN_WAIT_1);
	else if (tcb->state == HF_CLOSE_WAIT)
		enter(t, tcb, HF_LAST_ACK);
	tcb_ready(t, tcb);
}

enum hf_error call_shutdown(struct turn *t, struct tcb *tcb)
{
	switch ((enum hf_state)tcb->state) {
	case HF_SYN_SENT:
		tcb_end(t, tcb, HF_ERR_ABORTED);
		return HF_OK;
	case HF_SYN_RECEIVED:
	case HF_ESTABLISHED:
	case HF_CLOSE_WAIT:
		if (tcb->flags & TCB_FIN_QUEUED)
			return HF_ERR_CLOSING;
		queue_fin(t, tcb);
		return HF_OK;
	case HF_FIN_WAIT_1:
	case HF_FIN_WAIT_2:
	case HF_CLOSING:
	case HF_LAST_ACK:
	case HF_TIME_WAIT:
		return HF_ERR_CLOSING;
	case HF_CLOSED:
	case HF_LISTEN:
	case HF_STATES:
		break;
	}
	return HF_ERR_NOT_CONNECTED;
}

/* What marked the end of what is gone now marks the end of what is left. */
static void pull_marks(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);
	struct hf_seq end = send_end(tcb);

	if (side == NULL)
		return;
	if (side->has_snd_up && seq_before(end, side->snd_up))
		side->snd_up = end;
	for (unsigned i = 0; i < side->push_count; i++)
		if (seq_before(end, side->push[i]))
			side->push[i] = end;
	urgent_acknowledged(t, tcb);
}

/* RFC 9293 3.9.1.7, MAY-14 */
enum hf_error call_flush(struct turn *t, struct tcb *tcb, uint32_t *dropped)
{
	if (tcb->state == HF_CLOSED)
		return HF_ERR_NOT_CONNECTED;
	if (tcb->flags & TCB_FIN_QUEUED)
		return HF_ERR_CLOSING;
	*dropped = send_drop_unsent(t, tcb);
	if (*dropped == 0)
		return HF_OK;
	pull_marks(t, tcb);
	if (tcb->flags & TCB_WANTS_ROOM) {
		tcb->flags &= ~TCB_WANTS_ROOM;
		tcb_tell(t, tcb, HF_EVENT_WRITABLE);
	}
	return HF_OK;
}

void call_abort(struct turn *t, struct tcb *tcb)
{
	abort_reply(t, tcb);
	tcb_free(t, tcb);
}

/*
 * Orderly, in its own time; SHLD-3: unless octets would be lost by it. This
 * is the half-duplex close of MAY-1: nobody can read any more.
 */
void call_close(struct turn *t, struct tcb *tcb)
{
	/* All is said already; MUST-13 does not ask who read it. */
	if (tcb->state == HF_TIME_WAIT)
		queue_clear(t->b, &t->ip->buffers, &tcb->receive);
	if (tcb->receive.len > 0 || tcb->state == HF_CLOSED ||
	    tcb->state == HF_SYN_SENT) {
		call_abort(t, tcb);
		return;
	}
	tcb->flags |= TCB_RELEASED;
	notice_remove(t, tcb_ref(t, tcb));
	if (!(tcb->flags & TCB_FIN_QUEUED))
		queue_fin(t, tcb);
	if (tcb->state == HF_FIN_WAIT_2)
		timer_fin_wait_2(t, tcb);
	else if (tcb->state == HF_TIME_WAIT)
		tcb_shrink(t, tcb);
}
