/* SPDX-License-Identifier: MIT */
/*
 * An address on Ethernet and those who want it too. It is probed for (RFC
 * 5227 2.1, RFC 4862 5.4), announced if it is IPv4, and defended. One that the
 * host was told to have is not given up for a claim that comes later, RFC
 * 5227 2.4 (c): two forged frames would do otherwise.
 */
#include "ip.h"

#define PROBE_MIN HF_SECOND /* RFC 5227 1.1 */
#define PROBE_SPREAD HF_SECOND /* PROBE_MAX - PROBE_MIN; PROBE_WAIT */
#define ANNOUNCE_WAIT (2 * HF_SECOND)
#define ANNOUNCE_NUM 2u
#define ANNOUNCE_INTERVAL (2 * HF_SECOND)
#define PROBES_MOST 16u
#define MORE_PROBES 3u /* RFC 7527 4.1: MAX_MULTICAST_SOLICIT */
#define DEFEND_INTERVAL (10 * HF_SECOND)

bool address_is_usable(const struct ip_address *a)
{
	return a->state >= HF_ADDRESS_OPTIMISTIC &&
	       a->state <= HF_ADDRESS_DEPRECATED;
}

static void arm(struct turn *t, uint32_t ref, hf_time wait)
{
	wheel_arm(t->b, &t->ip->wheel, ref, t->now + wait);
}

static hf_time random_wait(struct turn *t, hf_time most)
{
	return random_below(&t->ip->random, (uint32_t)(most / HF_MICROSECOND)) *
	       HF_MICROSECOND;
}

static void change(struct turn *t, struct ip_address *a,
		   enum hf_address_state state)
{
	a->state = (uint8_t)state;
	t->ip->towards_link = IP_NO_LINK;
	t->ip->addresses_changed = true;
}

void address_deprecate(struct turn *t, uint32_t ref, bool is_deprecated)
{
	struct ip_address *a = ip_address_at(t, ref);

	a->is_deprecated = is_deprecated;
	if (a->state == HF_ADDRESS_READY && is_deprecated)
		change(t, a, HF_ADDRESS_DEPRECATED);
	else if (a->state == HF_ADDRESS_DEPRECATED && !is_deprecated)
		change(t, a, HF_ADDRESS_READY);
}

/* ---- probing and announcing ------------------------------------------- */

static uint8_t probes_of(const struct turn *t, const struct ip_address *a)
{
	return addr_is_ipv4(&a->addr) ? t->ip->config.arp_probes
				      : t->ip->config.dad_transmits;
}

static void announce(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);

	a->probes++;
	arp_announce(t, a);
	if (a->probes < ANNOUNCE_NUM)
		arm(t, ref, ANNOUNCE_INTERVAL);
}

static void become_ready(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);

	change(t, a,
	       a->is_deprecated ? HF_ADDRESS_DEPRECATED : HF_ADDRESS_READY);
	a->probes = 0;
	if (addr_is_ipv4(&a->addr)) {
		announce(t, ref);
		return;
	}
	nd_announce(t, a);
	mld_join(t, a); /* again: RFC 3810 6.1, and from an address now */
	a->probes = ANNOUNCE_NUM;
}

/* The wait after a probe: before the next, or for the last one's answer. */
static hf_time probe_wait(struct turn *t, const struct ip_address *a)
{
	if (!addr_is_ipv4(&a->addr))
		return ip_link_at(t, a->link)->retrans * HF_MILLISECOND;
	if (a->probes >= a->probes_due)
		return ANNOUNCE_WAIT;
	return PROBE_MIN + random_wait(t, PROBE_SPREAD);
}

static void probe(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);

	if (a->probes >= a->probes_due) {
		become_ready(t, ref);
		return;
	}
	if (a->probes == 0)
		mld_join(t, a); /* RFC 4862 5.4.2: before the first probe */
	a->probes++;
	if (addr_is_ipv4(&a->addr))
		arp_probe(t, a);
	else
		nd_probe(t, a);
	arm(t, ref, probe_wait(t, a));
}

/* Whoever gives back each one of them does not keep it up for ever. */
void probe_echoed(struct ip_address *a)
{
	if (a->probes < PROBES_MOST)
		a->probes_due = (uint8_t)(a->probes + MORE_PROBES);
}

static void start_probing(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);

	a->probes = 0;
	a->probes_due = probes_of(t, a);
	a->state = HF_ADDRESS_TENTATIVE;
	if (t->ip->config.optimistic || a->probes_due == 0) {
		a->state = HF_ADDRESS_OPTIMISTIC;
		probe(t, ref);
	} else {
		arm(t, ref, random_wait(t, PROBE_SPREAD));
	}
}

void conflict_start(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);
	bool had_changed = t->ip->addresses_changed;

	t->ip->towards_link = IP_NO_LINK;

	if (ip_link_at(t, a->link)->kind == HF_LINK_ETHERNET) {
		start_probing(t, ref);
	} else {
		a->state = HF_ADDRESS_READY;
		a->probes = ANNOUNCE_NUM;
	}
	/* This change is the caller's doing. */
	t->ip->addresses_changed = had_changed;
}

void address_expired(struct turn *t, uint32_t ref)
{
	if (ip_address_at(t, ref)->state <= HF_ADDRESS_OPTIMISTIC)
		probe(t, ref);
	else
		announce(t, ref);
}

/* ---- conflicts -------------------------------------------------------- */

/* RFC 5227 2.4; RFC 4862 has nothing like it. */
static void defend(struct turn *t, struct ip_address *a)
{
	if (!addr_is_ipv4(&a->addr) ||
	    (a->defended_at != HF_NEVER &&
	     t->now - a->defended_at < DEFEND_INTERVAL))
		return;
	a->defended_at = t->now;
	arp_announce(t, a);
}

void conflict_heard(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);

	switch ((enum hf_address_state)a->state) {
	case HF_ADDRESS_TENTATIVE:
	case HF_ADDRESS_OPTIMISTIC:
		change(t, a, HF_ADDRESS_DUPLICATE);
		wheel_disarm(t->b, &t->ip->wheel, ref);
		break;
	case HF_ADDRESS_READY:
	case HF_ADDRESS_DEPRECATED:
		defend(t, a);
		break;
	case HF_ADDRESS_DUPLICATE:
	case HF_ADDRESS_NONE:
		break;
	}
}
