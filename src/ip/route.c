/* SPDX-License-Identifier: MIT */
#include "ip.h"

static struct ip_route *route_at(const struct turn *t, uint32_t i)
{
	return block_at(t->b, t->ip->routes + i);
}

/* What was found before may not hold any more. */
static void forget_ways(struct turn *t)
{
	t->ip->towards_link = IP_NO_LINK;
	for (uint32_t i = 0; i < t->ip->link_count; i++)
		ip_link_at(t, i)->way = 0;
}

enum hf_error ip_route_add(struct turn *t, const struct ip_route *route)
{
	if (route->link >= t->ip->link_count)
		return HF_ERR_ARGUMENT;
	if (t->ip->route_count == t->ip->config.routes)
		return HF_ERR_LIMIT;
	*route_at(t, t->ip->route_count++) = *route;
	forget_ways(t);
	return HF_OK;
}

void ip_route_remove(struct turn *t, uint32_t owner)
{
	uint32_t i = 0;

	while (i < t->ip->route_count && route_at(t, i)->owner != owner)
		i++;
	if (i == t->ip->route_count)
		return;
	t->ip->route_count--;
	for (; i < t->ip->route_count; i++)
		*route_at(t, i) = *route_at(t, i + 1);
	forget_ways(t);
}

void ip_route_gateway(struct turn *t, uint32_t link, const struct hf_addr *addr,
		      bool is_dead)
{
	for (uint32_t i = 0; i < t->ip->route_count; i++) {
		struct ip_route *r = route_at(t, i);

		if (r->link != link || r->is_dead == is_dead ||
		    !addr_eq(&r->gateway, addr))
			continue;
		r->is_dead = is_dead;
		forget_ways(t);
	}
}

bool ip_is_gateway(const struct turn *t, uint32_t link,
		   const struct hf_addr *addr)
{
	for (uint32_t i = 0; i < t->ip->route_count; i++)
		if (route_at(t, i)->link == link &&
		    addr_eq(&route_at(t, i)->gateway, addr))
			return true;
	return false;
}

static bool is_alternative(const struct ip_route *a, const struct ip_route *b)
{
	return a->bits == b->bits && a->is_ipv4 == b->is_ipv4 &&
	       addr_has_prefix(&a->prefix, &b->prefix, b->bits);
}

/* Gives the others of a prefix another chance, if none is left alive. */
static void revive_others(struct turn *t, const struct ip_route *dead)
{
	uint32_t i, n = t->ip->route_count;

	for (i = 0; i < n; i++)
		if (is_alternative(route_at(t, i), dead) &&
		    !route_at(t, i)->is_dead)
			return;
	for (i = 0; i < n; i++)
		if (is_alternative(route_at(t, i), dead) &&
		    !addr_eq(&route_at(t, i)->gateway, &dead->gateway))
			route_at(t, i)->is_dead = false;
	forget_ways(t);
}

/* RFC 4861 6.3.6: one after the other, for ever. */
void ip_route_revive(struct turn *t, uint32_t link, const struct hf_addr *addr)
{
	for (uint32_t i = 0; i < t->ip->route_count; i++) {
		const struct ip_route *r = route_at(t, i);

		if (r->link == link && r->is_dead && addr_eq(&r->gateway, addr))
			revive_others(t, r);
	}
}

/* The longest prefix; of equals one whose gateway answers; the first. */
static bool is_better(const struct ip_route *r, const struct ip_route *best)
{
	if (best == NULL || r->bits != best->bits)
		return best == NULL || r->bits > best->bits;
	return best->is_dead && !r->is_dead;
}

static const struct ip_route *find_on(const struct turn *t,
				      const struct hf_addr *to, uint32_t link)
{
	const struct ip_route *best = NULL;
	bool is_ipv4 = addr_is_ipv4(to);

	for (uint32_t i = 0; i < t->ip->route_count; i++) {
		const struct ip_route *r = route_at(t, i);

		if (r->is_ipv4 == is_ipv4 &&
		    (link == IP_NO_LINK || r->link == link) &&
		    addr_has_prefix(to, &r->prefix, r->bits) &&
		    is_better(r, best))
			best = r;
	}
	return best;
}

const struct ip_route *ip_route_find(const struct turn *t,
				     const struct hf_addr *to)
{
	return find_on(t, to, IP_NO_LINK);
}

struct hf_addr ip_next_hop(const struct turn *t, uint32_t link,
			   const struct hf_addr *to)
{
	const struct ip_route *route = find_on(t, to, link);

	if (route == NULL || addr_is_unspecified(&route->gateway))
		return *to;
	return route->gateway;
}

bool ip_has_gateway(const struct turn *t, uint32_t link,
		    const struct hf_addr *to)
{
	const struct ip_route *route = find_on(t, to, link);

	return route != NULL && !addr_is_unspecified(&route->gateway) &&
	       !route->is_dead;
}

bool ip_is_on_link(const struct turn *t, uint32_t link, const struct hf_addr *a)
{
	const struct ip_route *route = find_on(t, a, link);

	return addr_is_unicast(a) && !ip_is_broadcast(t, a) && route != NULL &&
	       addr_is_unspecified(&route->gateway);
}

bool ip_link_towards(const struct turn *t, const struct hf_addr *to,
		     uint32_t *link)
{
	const struct ip_route *route;

	*link = t->ip->towards_link;
	if (*link != IP_NO_LINK && addr_eq(to, &t->ip->towards))
		return true;
	*link = HF_LINK_LOOPBACK;
	if (!ip_address_is_own(t, to)) {
		route = ip_route_find(t, to);
		if (route == NULL)
			return false;
		*link = route->link;
	}
	/* One segment asks several times. */
	t->ip->towards = *to;
	t->ip->towards_link = *link;
	return true;
}

/*
 * How well an address fits as a source: RFC 6724 5, rules 2, 3 and 8. An
 * IPv4 address of 169.254/16 is of no smaller scope here.
 */
static unsigned fitness(const struct ip_address *a, const struct hf_addr *to)
{
	bool is_narrow = addr_is_link_local(&a->addr);
	bool wants_narrow = addr_is_link_local(to) || addr_is_multicast(to);
	unsigned fit = 1 + addr_common_bits(&a->addr, to);

	if (a->state == HF_ADDRESS_READY) /* RFC 4429 3.1 */
		fit += 256;
	if (is_narrow == wants_narrow || addr_is_ipv4(to))
		fit += 512;
	return fit;
}

/*
 * Addresses are few and this runs once per active open or question for a
 * neighbour, so it looks at all of them.
 */
uint32_t ip_source_on(const struct turn *t, uint32_t link,
		      const struct hf_addr *to)
{
	uint32_t best = 0;
	unsigned best_fit = 0;

	for (uint32_t ref = t->ip->first_own; ref != 0;
	     ref = ip_address_at(t, ref)->next) {
		const struct ip_address *a = ip_address_at(t, ref);
		unsigned fit;

		if (a->link != link || !address_is_usable(a) ||
		    addr_is_ipv4(&a->addr) != addr_is_ipv4(to))
			continue;
		fit = fitness(a, to);
		if (fit > best_fit) {
			best = ref;
			best_fit = fit;
		}
	}
	return best;
}

uint32_t ip_source_for(const struct turn *t, const struct hf_addr *to)
{
	uint32_t link;

	if (ip_address_is_own(t, to))
		return ip_address_find(t, to);
	if (!ip_link_towards(t, to, &link))
		return 0;
	return ip_source_on(t, link, to);
}

/* The host part of an IPv4 address, all ones or, as of old, all zeros. */
static bool host_part_is_of_all(const struct hf_addr *a, unsigned bits)
{
	uint32_t mask = UINT32_MAX >> (bits - 96);
	uint32_t host = get_be32(a->octet + 12) & mask;

	return host == mask || host == 0;
}

bool ip_is_broadcast(const struct turn *t, const struct hf_addr *a)
{
	if (!addr_is_ipv4(a))
		return false;
	for (uint32_t i = 0; i < t->ip->route_count; i++) {
		const struct ip_route *r = route_at(t, i);

		if (r->is_connected && r->is_ipv4 && r->bits < 127 &&
		    r->bits >= 96 && addr_has_prefix(a, &r->prefix, r->bits) &&
		    host_part_is_of_all(a, r->bits))
			return true;
	}
	return false;
}
