/* SPDX-License-Identifier: MIT */
/* ARP: RFC 826, with what RFC 5227 adds to keep addresses apart. */
#include "ip.h"
#include "wire_arp.h"

static const struct hf_mac everybody = {
	{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
};

/* ---- what we say ------------------------------------------------------ */

static struct reply *push(struct turn *t, uint32_t link, enum wire_arp_op op,
			  const struct hf_addr *target)
{
	struct reply *r = reply_push_on(t, link, REPLY_ARP, target);

	if (r == NULL)
		return NULL;
	r->u.link.to = everybody;
	r->u.link.op = (uint8_t)op;
	return r;
}

bool arp_solicit(struct turn *t, const struct neighbour *n, bool to_all)
{
	uint32_t source = ip_source_on(t, n->link, &n->addr);
	struct reply *r;

	if (source == 0)
		return false;
	r = push(t, n->link, ARP_REQUEST, &n->addr);
	if (r == NULL)
		return false;
	r->why = to_all ? HF_WHY_SOLICIT : HF_WHY_NEIGHBOUR_PROBE;
	r->local = ip_address_at(t, source)->addr;
	if (!to_all)
		r->u.link.to = n->mac;
	return true;
}

/* The sender is not told: nobody is to learn it yet. RFC 5227 2.1.1 */
void arp_probe(struct turn *t, const struct ip_address *a)
{
	struct reply *r = push(t, a->link, ARP_REQUEST, &a->addr);

	if (r == NULL)
		return;
	r->local = hf_ipv4(0, 0, 0, 0);
	r->why = HF_WHY_ADDRESS_PROBE;
}

/* RFC 5227 2.3 */
void arp_announce(struct turn *t, const struct ip_address *a)
{
	struct reply *r = push(t, a->link, ARP_REQUEST, &a->addr);

	if (r == NULL)
		return;
	r->local = a->addr;
	r->why = HF_WHY_ANNOUNCE;
}

static void answer(struct turn *t, uint32_t link, const struct wire_arp *arp)
{
	struct reply *r = push(t, link, ARP_REPLY, &arp->sender);

	if (r == NULL)
		return;
	r->local = arp->target;
	r->u.link.to = r->u.link.target = arp->sender_mac;
	r->why = HF_WHY_ADVERTISE;
}

uint32_t arp_write(const struct turn *t, uint32_t link, const struct reply *r,
		   uint8_t *to)
{
	const struct wire_arp arp = {
		.op = r->u.link.op,
		.sender_mac = ip_link_at(t, link)->mac,
		.sender = r->local,
		.target_mac = r->u.link.target,
		.target = r->remote,
	};

	return wire_arp_emit(&arp, to);
}

/* ---- what we hear ----------------------------------------------------- */

/* It answers what we asked, rather than tells what nobody wanted to know. */
static bool is_answer(const struct turn *t, const struct wire_arp *arp,
		      uint32_t neighbour)
{
	enum hf_neighbour_state state =
		(enum hf_neighbour_state)neighbour_at(t, neighbour)->state;

	return arp->op == ARP_REPLY && ip_address_is_own(t, &arp->target) &&
	       (state == HF_NEIGHBOUR_INCOMPLETE ||
		state == HF_NEIGHBOUR_PROBE);
}

/*
 * Whoever is known is refreshed by all that he says; who asks for us becomes
 * known, as we shall have to answer him; nobody else does.
 */
static void learn(struct turn *t, uint32_t link, const struct wire_arp *arp,
		  bool is_for_us)
{
	uint32_t ref = neighbour_find(t, link, &arp->sender);

	if (ref != 0 && is_answer(t, arp, ref)) {
		neighbour_answered(t, ref, &arp->sender_mac);
		return;
	}
	if (ref == 0 && is_for_us && arp->op == ARP_REQUEST)
		ref = neighbour_hold(t, link, &arp->sender);
	if (ref != 0)
		neighbour_heard(t, ref, &arp->sender_mac);
}

/* RFC 5227 2.1.1: another who probes for the address that we probe for. */
static bool is_rival(const struct turn *t, const struct wire_arp *arp)
{
	uint32_t ref = ip_address_find(t, &arp->target);

	return ref != 0 && ip_address_at(t, ref)->is_own &&
	       addr_is_unspecified(&arp->sender) && arp->op == ARP_REQUEST &&
	       ip_address_at(t, ref)->state <= HF_ADDRESS_OPTIMISTIC;
}

/* The ref of an own address that another host says to have; 0. */
static uint32_t claimed(const struct turn *t, const struct wire_arp *arp)
{
	uint32_t ref = ip_address_find(t, &arp->sender);

	if (ref != 0 && ip_address_at(t, ref)->is_own)
		return ref;
	return is_rival(t, arp) ? ip_address_find(t, &arp->target) : 0;
}

enum hf_drop arp_arrived(struct turn *t, uint32_t link, const uint8_t *payload,
			 uint32_t len)
{
	struct wire_arp arp;
	enum hf_drop drop = wire_arp_parse(&arp, payload, len);
	bool is_for_us;
	uint32_t ref;

	if (drop != HF_ACCEPTED)
		return drop;
	ref = ip_address_find(t, &arp.sender);
	if (mac_eq(&arp.sender_mac, &ip_link_at(t, link)->mac) &&
	    (ref == 0 || ip_address_at(t, ref)->state != HF_ADDRESS_TENTATIVE))
		return HF_DROP_ARP; /* our own, come back; or RFC 5227 2.1.1 */
	ref = claimed(t, &arp);
	if (ref != 0 && ip_address_at(t, ref)->link == link) {
		conflict_heard(t, ref);
		return HF_DROP_CONFLICT;
	}
	is_for_us = ip_address_is_own(t, &arp.target) &&
		    !addr_is_loopback(&arp.target);
	if (ip_is_on_link(t, link, &arp.sender))
		learn(t, link, &arp, is_for_us);
	if (!is_for_us)
		return HF_DROP_ARP;
	if (arp.op == ARP_REQUEST)
		answer(t, link, &arp);
	return HF_ACCEPTED;
}
