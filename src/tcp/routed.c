/* SPDX-License-Identifier: MIT */
/*
 * Source routes of connections: RFC 9293 3.9.2.1. A route is kept for all
 * that is sent while the connection is half-open or has a TCB. What goes
 * without one: resets, and the ACKs of half-open and TIME_WAIT entries, which
 * are replies like those to strangers, and get there or not.
 */
#include "tcp.h"

static bool is_routed(const struct flow *flow)
{
	switch (flow_kind(flow)) {
	case FLOW_CONNECTION:
		return ((const struct tcb *)flow)->flags & TCB_ROUTED;
	case FLOW_HALF_OPEN:
		return ((const struct half_open *)flow)->is_routed;
	case FLOW_NONE:
	case FLOW_TIME_WAIT:
	case FLOW_LISTENER:
	case FLOW_ASK:
		break;
	}
	return false;
}

const struct wire_source_route *flow_route(const struct turn *t,
					   const struct flow *flow)
{
	return is_routed(flow) ? source_route_of(t, block_ref(t->b, flow))
			       : NULL;
}

static struct hf_addr first_hop(const struct wire_source_route *route)
{
	const uint8_t *hop = route->hop[0];

	return hf_ipv4(hop[0], hop[1], hop[2], hop[3]);
}

struct hf_addr flow_next(const struct turn *t, const struct flow *flow)
{
	const struct wire_source_route *route = flow_route(t, flow);

	return route != NULL ? first_hop(route) : flow->remote;
}

bool flow_next_link(const struct turn *t, const struct flow *flow,
		    uint32_t *link)
{
	struct hf_addr next;

	if (!is_routed(flow))
		return flow_link(t, flow, link);
	next = flow_next(t, flow);
	return ip_link_towards(t, &next, link);
}

bool route_is_known(const struct turn *t, const struct arrival *a)
{
	struct hf_addr next = a->ip->src;
	uint32_t link;

	if (a->route != NULL)
		next = first_hop(a->route);
	else if (!addr_is_ipv4(&next) && addr_is_link_local(&next))
		return true; /* the link that it arrived on */
	return ip_link_towards(t, &next, &link);
}

/* MUST-53 */
bool half_open_take_route(struct turn *t, struct half_open *h,
			  const struct arrival *a)
{
	if (a->route == NULL)
		return true;
	if (!source_route_set(t, block_ref(t->b, h), a->route))
		return false;
	h->is_routed = 1;
	return true;
}

/*
 * SHLD-24: the later route overrides the earlier one. That a program has
 * chosen stays (MUST-52): such a connection is not a passive one.
 */
void tcb_take_route(struct turn *t, struct tcb *tcb, const struct arrival *a)
{
	const struct wire_source_route *known = flow_route(t, &tcb->flow);
	struct hf_addr next = first_hop(a->route);
	bool is_ready = tcb_is_ready(tcb);
	uint32_t link;

	if (!(tcb->flags & TCB_PASSIVE) ||
	    (known != NULL && memcmp(known, a->route, sizeof *known) == 0))
		return;
	if (!ip_link_towards(t, &next, &link) ||
	    !source_route_set(t, tcb_ref(t, tcb), a->route))
		return;
	tcb->flags |= TCB_ROUTED;
	/* The list that it waits in is that of its way until now. */
	tcb_not_ready(t, tcb);
	tcb->link = (uint8_t)link;
	if (is_ready)
		tcb_ready(t, tcb);
}

/* MUST-51 */
bool tcb_choose_route(struct turn *t, struct tcb *tcb,
		      const struct hf_open *options)
{
	struct wire_source_route route = {
		.count = (uint8_t)options->hop_count,
	};

	if (options->hop_count == 0)
		return true;
	for (unsigned i = 0; i < options->hop_count; i++)
		memcpy(route.hop[i], options->hops[i].octet + 12, 4);
	if (!source_route_set(t, tcb_ref(t, tcb), &route))
		return false;
	tcb->flags |= TCB_ROUTED;
	return true;
}

void half_open_give_route(struct turn *t, struct half_open *h, struct tcb *tcb)
{
	if (!h->is_routed)
		return;
	source_route_move(t, block_ref(t->b, h), tcb_ref(t, tcb));
	tcb->flags |= TCB_ROUTED;
}

void flow_forget_route(struct turn *t, const struct flow *flow)
{
	if (is_routed(flow))
		source_route_move(t, block_ref(t->b, flow), 0);
}
