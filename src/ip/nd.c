/* SPDX-License-Identifier: MIT */
/* Neighbour solicitations and advertisements: RFC 4861 7.2, RFC 4862 5.4. */
#include "ip.h"

static const struct hf_addr all_nodes = { { 0xff, 0x02, [15] = 1 } };
static const struct hf_addr all_routers = { { 0xff, 0x02, [15] = 2 } };
static const struct hf_addr nobody;

/* ---- what we say ------------------------------------------------------ */

static bool is_optimistic(const struct ip_address *a)
{
	return a->state == HF_ADDRESS_OPTIMISTIC;
}

/* RFC 4429 3.2: not from an address that we may have to give up. */
bool nd_solicit(struct turn *t, const struct neighbour *n, bool to_all)
{
	uint32_t source = ip_source_on(t, n->link, &n->addr);
	struct reply *r;

	if (source == 0 || is_optimistic(ip_address_at(t, source)))
		return false;
	r = reply_push_on(t, n->link, REPLY_ND, &n->addr);
	if (r == NULL)
		return false;
	r->why = to_all ? HF_WHY_SOLICIT : HF_WHY_NEIGHBOUR_PROBE;
	r->u.link.op = ND_NEIGHBOUR_SOLICITATION;
	r->local = ip_address_at(t, source)->addr;
	r->u.link.has_mac = true;
	if (!to_all)
		r->u.link.to = n->mac;
	return true;
}

/* What only we say of an address of ours, another each time: RFC 7527 4.1. */
static struct hf_mac nonce_of(const struct turn *t, const struct ip_address *a,
			      uint8_t probe)
{
	uint64_t words[3] = { 0 }, hash;
	struct hf_mac nonce;

	memcpy(words, &a->addr, sizeof a->addr);
	memcpy(words + 2, &ip_link_at(t, a->link)->mac, sizeof nonce);
	words[2] ^= (uint64_t)probe << 56;
	hash = siphash_2_4_words(&t->ip->neighbour_key, words, 3);
	memcpy(&nonce, &hash, sizeof nonce);
	return nonce;
}

/* With a nonce, by which we know it if it comes back: RFC 7527. */
void nd_probe(struct turn *t, const struct ip_address *a)
{
	struct reply *r = reply_push_on(t, a->link, REPLY_ND, &a->addr);
	struct hf_mac nonce = nonce_of(t, a, a->probes);

	if (r == NULL)
		return;
	r->why = HF_WHY_ADDRESS_PROBE;
	r->u.link.op = ND_NEIGHBOUR_SOLICITATION;
	memcpy(r->u.link.nonce, &nonce, sizeof nonce);
}

static struct reply *advertise(struct turn *t, uint32_t link,
			       const struct ip_address *a,
			       const struct hf_addr *remote)
{
	struct reply *r = reply_push_on(t, link, REPLY_ND, remote);

	if (r == NULL)
		return NULL;
	r->u.link.op = ND_NEIGHBOUR_ADVERTISEMENT;
	r->u.link.has_mac = true;
	r->u.link.is_override = !is_optimistic(a);
	r->local = a->addr;
	return r;
}

/* RFC 4861 7.2.6: so that a change of MAC is known soon. */
void nd_announce(struct turn *t, const struct ip_address *a)
{
	struct reply *r = advertise(t, a->link, a, &all_nodes);

	if (r != NULL)
		r->why = HF_WHY_ANNOUNCE;
}

void nd_solicit_routers(struct turn *t, uint32_t link)
{
	uint32_t source = ip_source_on(t, link, &all_routers);
	struct reply *r = reply_push_on(t, link, REPLY_ND, &all_routers);

	if (r == NULL)
		return;
	r->why = HF_WHY_ROUTER_SOLICIT;
	r->u.link.op = ND_ROUTER_SOLICITATION;
	if (source == 0)
		return;
	r->local = ip_address_at(t, source)->addr;
	r->u.link.has_mac = !is_optimistic(ip_address_at(t, source));
}

static void answer(struct turn *t, uint32_t link, const struct ip_address *a,
		   const struct hf_addr *who)
{
	bool is_probe = addr_is_unspecified(who);
	struct reply *r = advertise(t, link, a, is_probe ? &all_nodes : who);

	if (r == NULL)
		return;
	r->u.link.is_solicited = !is_probe; /* RFC 4861 7.2.4 */
	r->why = HF_WHY_ADVERTISE;
}

/* ---- writing ---------------------------------------------------------- */

/* A solicitation without a MAC to send it to is for all that may be meant. */
struct hf_addr nd_destination(const struct reply *r)
{
	if (r->u.link.op == ND_NEIGHBOUR_SOLICITATION &&
	    mac_is_zero(&r->u.link.to))
		return wire_nd_solicited_node(&r->remote);
	return r->remote;
}

uint32_t nd_write(const struct turn *t, uint32_t link, const struct reply *r,
		  uint8_t *to)
{
	bool is_solicitation = r->u.link.op == ND_NEIGHBOUR_SOLICITATION;
	struct wire_nd nd = {
		.type = r->u.link.op,
		.target = is_solicitation ? r->remote : r->local,
		.is_solicited = r->u.link.is_solicited,
		.is_override = r->u.link.is_override,
		.has_mac = r->u.link.has_mac,
		.mac = ip_link_at(t, link)->mac,
		.has_nonce = r->why == HF_WHY_ADDRESS_PROBE,
	};
	struct wire_ip ip = {
		.src = r->local,
		.dst = nd_destination(r),
		.protocol = WIRE_PROTOCOL_ICMPV6,
		.ttl = WIRE_ND_HOP_LIMIT,
	};
	uint32_t len;

	memcpy(nd.nonce, r->u.link.nonce, sizeof nd.nonce);
	len = wire_nd_emit(&nd, &ip.src, &ip.dst, to + WIRE_IPV6_HEADER);
	return wire_ip_emit(&ip, len, to) + len;
}

/* ---- what we hear ----------------------------------------------------- */

/* It is one of our own, come back: RFC 7527 4.2. */
static bool is_echo(const struct turn *t, const struct ip_address *a,
		    const struct wire_nd *nd)
{
	for (unsigned probe = 0; nd->has_nonce && probe <= a->probes; probe++) {
		struct hf_mac nonce = nonce_of(t, a, (uint8_t)probe);

		if (memcmp(nd->nonce, &nonce, sizeof nonce) == 0)
			return true;
	}
	return false;
}

/* RFC 4862 5.4.3 */
static enum hf_drop probed(struct turn *t, uint32_t link, uint32_t ref,
			   const struct wire_nd *nd)
{
	struct ip_address *a = ip_address_at(t, ref);

	if (a->state > HF_ADDRESS_OPTIMISTIC) {
		answer(t, link, a, &nobody);
		return HF_ACCEPTED;
	}
	if (is_echo(t, a, nd)) {
		probe_echoed(a);
		return HF_DROP_ND;
	}
	conflict_heard(t, ref);
	return HF_DROP_CONFLICT;
}

/* The ref of an own address of a link that is not given up; 0. */
static uint32_t own(const struct turn *t, uint32_t link,
		    const struct hf_addr *addr)
{
	uint32_t ref = ip_address_find(t, addr);
	const struct ip_address *a;

	if (ref == 0)
		return 0;
	a = ip_address_at(t, ref);
	if (!a->is_own || a->link != link || a->state == HF_ADDRESS_DUPLICATE)
		return 0;
	return ref;
}

/* RFC 4861 7.2.3 */
static enum hf_drop solicited(struct turn *t, uint32_t link,
			      const struct wire_nd *nd,
			      const struct hf_addr *from)
{
	uint32_t ref = own(t, link, &nd->target), asker;

	if (ref == 0)
		return HF_DROP_ND;
	if (addr_is_unspecified(from))
		return probed(t, link, ref, nd);
	if (own(t, link, from) != 0)
		return HF_DROP_SOURCE; /* a neighbour of our own name */
	if (!address_is_usable(ip_address_at(t, ref)))
		return HF_DROP_ND;
	if (nd->has_mac) {
		asker = neighbour_hold(t, link, from);
		if (asker != 0)
			neighbour_heard(t, asker, &nd->mac);
	}
	answer(t, link, ip_address_at(t, ref), from);
	return HF_ACCEPTED;
}

/* RFC 4861 7.2.5 I: another MAC, and no word that it is to count. */
static bool is_disputed(const struct neighbour *n, const struct wire_nd *nd)
{
	return n->state != HF_NEIGHBOUR_INCOMPLETE && nd->has_mac &&
	       !nd->is_override && !mac_eq(&n->mac, &nd->mac);
}

/* RFC 4861 7.2.5 */
static enum hf_drop advertised(struct turn *t, uint32_t link,
			       const struct wire_nd *nd)
{
	uint32_t ref = own(t, link, &nd->target);
	struct neighbour *n;
	struct hf_mac mac;

	if (ref != 0) {
		conflict_heard(t, ref);
		return HF_DROP_CONFLICT;
	}
	ref = neighbour_find(t, link, &nd->target);
	if (ref == 0)
		return HF_DROP_ND; /* nobody asked */
	n = neighbour_at(t, ref);
	if (n->state == HF_NEIGHBOUR_INCOMPLETE && !nd->has_mac)
		return HF_DROP_ND;
	if (is_disputed(n, nd)) {
		if (n->state == HF_NEIGHBOUR_REACHABLE)
			neighbour_disputed(t, ref);
		return HF_ACCEPTED;
	}
	if (n->is_router && !nd->is_router)
		router_resigned(t, link, &n->addr);
	n->is_router = nd->is_router;
	mac = nd->has_mac ? nd->mac : n->mac;
	if (nd->is_solicited)
		neighbour_answered(t, ref, &mac);
	else
		neighbour_heard(t, ref, &mac);
	return HF_ACCEPTED;
}

/* Nobody says anything of such an address, not even we: RFC 4862 5.4.4. */
static bool is_tentative(const struct turn *t, const struct hf_addr *addr)
{
	uint32_t ref = ip_address_find(t, addr);

	return ref != 0 && ip_address_at(t, ref)->is_own &&
	       ip_address_at(t, ref)->state == HF_ADDRESS_TENTATIVE;
}

/* To us, to all nodes, or to those that may have the target. */
static bool is_for_us(const struct turn *t, uint32_t link,
		      const struct wire_ip *ip, const struct wire_nd *nd)
{
	struct hf_addr group = wire_nd_solicited_node(&nd->target);

	return addr_is_all_nodes(&ip->dst) || own(t, link, &ip->dst) != 0 ||
	       (nd->type == ND_NEIGHBOUR_SOLICITATION &&
		addr_eq(&ip->dst, &group));
}

enum hf_drop nd_arrived(struct turn *t, uint32_t link, const struct wire_ip *ip,
			bool is_verified)
{
	struct wire_nd nd;
	enum hf_drop drop = wire_nd_parse(&nd, ip, is_verified);

	if (drop != HF_ACCEPTED)
		return drop;
	if (!addr_is_unicast(&ip->src) && !addr_is_unspecified(&ip->src))
		return HF_DROP_SOURCE;
	if (!is_for_us(t, link, ip, &nd))
		return HF_DROP_DESTINATION;
	if (nd.has_mac && mac_eq(&nd.mac, &ip_link_at(t, link)->mac) &&
	    !is_tentative(t, &nd.target))
		return HF_DROP_ND; /* our own, come back */
	switch ((enum wire_nd_type)nd.type) {
	case ND_NEIGHBOUR_SOLICITATION:
		return solicited(t, link, &nd, &ip->src);
	case ND_NEIGHBOUR_ADVERTISEMENT:
		return advertised(t, link, &nd);
	case ND_ROUTER_ADVERTISEMENT:
		return router_advertised(t, link, &nd, &ip->src);
	case ND_ROUTER_SOLICITATION:
	case ND_REDIRECT:
		break; /* we are no router, and take no redirects */
	}
	return HF_DROP_ND;
}
