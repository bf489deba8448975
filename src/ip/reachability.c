/* SPDX-License-Identifier: MIT */
/*
 * What is known of a neighbour, and for how long: RFC 4861 7.3, used for
 * IPv4 too, as RFC 1122 2.3.2.1 lets us.
 *
 *	INCOMPLETE	asks all for the MAC, every RetransTimer, three times
 *	REACHABLE	has answered, or TCP got on, within ReachableTime
 *	STALE		was heard of, or was reachable once; good enough to use
 *	DELAY		used while STALE: TCP may yet say that all is well
 *	PROBE		asks the neighbour itself, three times
 *
 * A timer that moves away costs a store: the wheel comes by at the old time
 * and finds `confirmed` later than it thought.
 */
#include "ip.h"

#define SOLICITATIONS 3u /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT */
#define TRIES 30u /* with no address of ours to ask from, or no room */
#define DELAY_FIRST_PROBE (5 * HF_SECOND)

static void arm(struct turn *t, uint32_t ref, hf_time wait)
{
	wheel_arm(t->b, &t->ip->wheel, ref, t->now + wait);
}

static hf_time retrans(const struct turn *t, const struct neighbour *n)
{
	return ip_link_at(t, n->link)->retrans * HF_MILLISECOND;
}

/*
 * RFC 1122 2.3.2.1: whoever makes us look for many is not obeyed; but
 * gateways are few, and all depends on them.
 */
static bool may_ask_all(struct turn *t, const struct neighbour *n)
{
	return ip_is_gateway(t, n->link, &n->addr) ||
	       limiter_allows(&t->ip->questions, t->now);
}

static void solicit(struct turn *t, uint32_t ref)
{
	struct neighbour *n = neighbour_at(t, ref);
	bool to_all = n->state == HF_NEIGHBOUR_INCOMPLETE, is_asked;

	if (to_all && !may_ask_all(t, n))
		is_asked = false;
	else if (addr_is_ipv4(&n->addr))
		is_asked = arp_solicit(t, n, to_all);
	else
		is_asked = nd_solicit(t, n, to_all);
	n->probes += is_asked; /* what was not asked is not unanswered */
	n->tries++;
	arm(t, ref, retrans(t, n));
}

static void become_stale(struct turn *t, uint32_t ref)
{
	neighbour_at(t, ref)->state = HF_NEIGHBOUR_STALE;
	arm(t, ref, t->ip->config.neighbour_stale);
}

static void become_probed(struct turn *t, uint32_t ref)
{
	struct neighbour *n = neighbour_at(t, ref);

	n->state = HF_NEIGHBOUR_PROBE;
	n->probes = n->tries = 0;
	solicit(t, ref);
}

/* ---- what is heard ---------------------------------------------------- */

static void take_mac(struct turn *t, struct neighbour *n,
		     const struct hf_mac *mac)
{
	n->mac = *mac;
	ip_route_gateway(t, n->link, &n->addr, false);
}

void neighbour_heard(struct turn *t, uint32_t ref, const struct hf_mac *mac)
{
	struct neighbour *n = neighbour_at(t, ref);
	bool was_known = n->state != HF_NEIGHBOUR_INCOMPLETE;

	if (was_known && mac_eq(&n->mac, mac))
		return;
	take_mac(t, n, mac);
	become_stale(t, ref);
	if (!was_known)
		neighbour_release(t, ref);
}

void neighbour_answered(struct turn *t, uint32_t ref, const struct hf_mac *mac)
{
	struct neighbour *n = neighbour_at(t, ref);
	bool was_known = n->state != HF_NEIGHBOUR_INCOMPLETE;

	take_mac(t, n, mac);
	n->state = HF_NEIGHBOUR_STALE; /* known: so it can be confirmed */
	neighbour_confirmed(t, ref);
	if (!was_known)
		neighbour_release(t, ref);
}

void neighbour_confirmed(struct turn *t, uint32_t ref)
{
	struct neighbour *n = neighbour_at(t, ref);

	n->confirmed = t->now;
	if (n->state == HF_NEIGHBOUR_REACHABLE)
		return;
	n->state = HF_NEIGHBOUR_REACHABLE;
	if (!n->is_proven)
		neighbour_prove(t, ref);
	arm(t, ref, ip_link_at(t, n->link)->reachable);
}

void neighbour_suspected(struct turn *t, uint32_t ref)
{
	const struct neighbour *n = neighbour_at(t, ref);

	if (n->state == HF_NEIGHBOUR_REACHABLE ||
	    n->state == HF_NEIGHBOUR_STALE || n->state == HF_NEIGHBOUR_DELAY)
		become_probed(t, ref);
}

void neighbour_disputed(struct turn *t, uint32_t ref)
{
	become_stale(t, ref);
}

void neighbour_used(struct turn *t, uint32_t ref, bool may_ask)
{
	struct neighbour *n = neighbour_at(t, ref);

	if (n->state == HF_NEIGHBOUR_STALE) {
		n->state = HF_NEIGHBOUR_DELAY;
		arm(t, ref, DELAY_FIRST_PROBE);
	} else if (n->state == HF_NEIGHBOUR_INCOMPLETE && n->tries == 0) {
		if (may_ask)
			solicit(t, ref);
		else if (n->record.deadline == HF_NEVER)
			arm(t, ref, retrans(t, n));
	}
}

/* ---- time ------------------------------------------------------------- */

static void reachable_expired(struct turn *t, uint32_t ref)
{
	const struct neighbour *n = neighbour_at(t, ref);
	hf_time until = n->confirmed + ip_link_at(t, n->link)->reachable;

	if (until > t->now)
		wheel_arm(t->b, &t->ip->wheel, ref, until);
	else
		become_stale(t, ref);
}

/* It does not answer: nothing is known of it any more. */
static bool give_up(struct turn *t, const struct neighbour *n)
{
	if (n->probes > 0)
		ip_route_gateway(t, n->link, &n->addr, true);
	return false;
}

bool neighbour_expired(struct turn *t, uint32_t ref)
{
	const struct neighbour *n = neighbour_at(t, ref);

	switch ((enum hf_neighbour_state)n->state) {
	case HF_NEIGHBOUR_REACHABLE:
		reachable_expired(t, ref);
		return true;
	case HF_NEIGHBOUR_STALE:
		return false; /* unused for long */
	case HF_NEIGHBOUR_DELAY:
		become_probed(t, ref);
		return true;
	case HF_NEIGHBOUR_INCOMPLETE:
	case HF_NEIGHBOUR_PROBE:
		break;
	}
	if (n->probes >= SOLICITATIONS || n->tries >= TRIES)
		return give_up(t, n);
	solicit(t, ref);
	return true;
}
