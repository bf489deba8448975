/* SPDX-License-Identifier: MIT */
/* What time and the program ask for: timers, and events. */
#include "internal.h"

/* RFC 1122 3.3.1.5: another gateway, if there is one. */
static void try_elsewhere(struct turn *t, struct tcb *tcb)
{
	const struct hf_addr next = tcb_next(t, tcb);

	report_tcb(t, tcb);
	if (ip_has_gateway(t, tcb->link, &next))
		tcb_ready(t, tcb);
	else
		tcp_unreachable(t, tcb);
}

/*
 * Nobody answers for a neighbour: what waits for it has waited in vain, one
 * connection after the other, so that each has a report of its own.
 */
static void fire_neighbour(struct turn *t, uint32_t ref)
{
	uint32_t waits;

	if (neighbour_expired(t, ref))
		return;
	waits = neighbour_waiter(t, ref);
	if (waits != 0) {
		try_elsewhere(t, tcb_at(t, waits));
		wheel_arm(t->b, &t->ip->wheel, ref, t->now);
		return;
	}
	ip_route_revive(t, neighbour_at(t, ref)->link,
			&neighbour_at(t, ref)->addr);
	neighbour_free(t, ref);
}

static void fire(const struct hf_host *host, struct turn *t, uint32_t ref)
{
	switch (pool_of(host, ref)) {
	case HF_POOL_CONNECTION:
		timer_fired(t, tcb_at(t, ref));
		break;
	case HF_POOL_HALF_OPEN:
		half_open_expired(t, block_at(t->b, ref));
		break;
	case HF_POOL_TIME_WAIT:
		time_wait_expired(t, block_at(t->b, ref));
		break;
	case HF_POOL_ADDRESS:
		address_expired(t, ref);
		break;
	case HF_POOL_NEIGHBOUR:
		fire_neighbour(t, ref);
		break;
	case HF_POOL_LEARNED:
		learned_expired(t, ref);
		break;
	case HF_POOL_DATAGRAM:
		fragment_expired(t, ref);
		break;
	case HF_POOL_LISTENER:
	case HF_POOL_SIDE:
	case HF_POOL_SOURCE_ROUTE:
	case HF_POOL_SMALL:
	case HF_POOL_PAGE:
	case HF_POOLS:
		assert(false); /* these have no timers */
	}
}

hf_time hf_expiry(const struct hf_host *host)
{
	return wheel_expiry(&host->block, &host->ip.wheel);
}

bool hf_advance(struct hf_host *host, hf_time now, struct hf_report *report)
{
	struct turn t = turn_of(host, now, report);
	uint32_t ref;

	if (report != NULL)
		*report = (struct hf_report){ .deadline = HF_NEVER };
	while ((ref = wheel_fire(t.b, &t.ip->wheel, now)) != 0) {
		fire(host, &t, ref);
		if (report != NULL)
			return true;
	}
	return false;
}

bool hf_event(struct hf_host *host, struct hf_event *event)
{
	struct turn t = turn_of(host, 0, NULL);

	if (host->ip.addresses_changed) {
		host->ip.addresses_changed = false;
		*event = (struct hf_event){ .flags = HF_EVENT_ADDRESS };
		return true;
	}
	return notice_next(&t, event);
}
