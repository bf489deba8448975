/* SPDX-License-Identifier: MIT */
#include "ip.h"

static struct ip_route *route_at(const struct turn *t, uint32_t i)
{
	return block_at(t->b, t->ip->routes + i);
}

enum hf_error ip_route_add(struct turn *t, const struct ip_route *route)
{
	if (route->link >= t->ip->link_count)
		return HF_ERR_ARGUMENT;
	if (t->ip->route_count == t->ip->config.routes)
		return HF_ERR_LIMIT;
	*route_at(t, t->ip->route_count++) = *route;
	t->ip->towards_link = IP_NO_LINK;
	return HF_OK;
}

void ip_route_remove(struct turn *t, uint32_t address)
{
	uint32_t i = 0;

	while (i < t->ip->route_count && route_at(t, i)->address != address)
		i++;
	t->ip->route_count--;
	for (; i < t->ip->route_count; i++)
		*route_at(t, i) = *route_at(t, i + 1);
	t->ip->towards_link = IP_NO_LINK;
}

const struct ip_route *ip_route_find(const struct turn *t,
				     const struct hf_addr *to)
{
	const struct ip_route *best = NULL;
	bool is_ipv4 = addr_is_ipv4(to);

	for (uint32_t i = 0; i < t->ip->route_count; i++) {
		const struct ip_route *r = route_at(t, i);

		if (r->is_ipv4 != is_ipv4 ||
		    !addr_has_prefix(to, &r->prefix, r->bits))
			continue;
		if (best == NULL || r->bits > best->bits)
			best = r;
	}
	return best;
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
 * Addresses are few and this runs once per active open, so it looks at the
 * connected routes, each of which came with an address: on the outgoing link
 * the one that shares the longest prefix with the destination.
 */
uint32_t ip_source_for(const struct turn *t, const struct hf_addr *to)
{
	bool is_ipv4 = addr_is_ipv4(to);
	uint32_t link, best = 0;
	unsigned best_bits = 0;

	if (ip_address_is_own(t, to))
		return ip_address_find(t, to);
	if (!ip_link_towards(t, to, &link))
		return 0;
	for (uint32_t i = 0; i < t->ip->route_count; i++) {
		const struct ip_route *r = route_at(t, i);
		unsigned bits;

		if (!r->is_connected || r->is_ipv4 != is_ipv4 ||
		    r->link != link)
			continue;
		if (!ip_address_at(t, r->address)->is_own)
			continue;
		bits = addr_common_bits(&r->prefix, to); /* RFC 6724 8 */
		if (best == 0 || bits > best_bits) {
			best = r->address;
			best_bits = bits;
		}
	}
	return best;
}

static bool host_part_is_all_ones(const struct hf_addr *a, unsigned bits)
{
	for (unsigned i = bits; i < 128; i++)
		if (!(a->octet[i / 8] & 0x80u >> i % 8))
			return false;
	return true;
}

bool ip_is_broadcast(const struct turn *t, const struct hf_addr *a)
{
	if (!addr_is_ipv4(a))
		return false;
	for (uint32_t i = 0; i < t->ip->route_count; i++) {
		const struct ip_route *r = route_at(t, i);

		if (r->is_connected && r->is_ipv4 && r->bits < 127 &&
		    addr_has_prefix(a, &r->prefix, r->bits) &&
		    host_part_is_all_ones(a, r->bits))
			return true;
	}
	return false;
}
