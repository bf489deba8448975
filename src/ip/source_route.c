/* SPDX-License-Identifier: MIT */
/*
 * The source routes of those few connections that have one, in a list that
 * is looked at only for them.
 */
#include "ip.h"

static struct source_route *route_at(const struct turn *t, uint32_t ref)
{
	return block_at(t->b, ref);
}

/* What names the route of an owner, or ends the list. */
static uint32_t *link_to(const struct turn *t, uint32_t owner)
{
	uint32_t *link = &t->ip->first_source_route;

	while (*link != 0 && route_at(t, *link)->record.value != owner)
		link = &route_at(t, *link)->record.chain;
	return link;
}

const struct wire_source_route *source_route_of(const struct turn *t,
						uint32_t owner)
{
	uint32_t ref = *link_to(t, owner);

	return ref != 0 ? &route_at(t, ref)->route : NULL;
}

bool source_route_set(struct turn *t, uint32_t owner,
		      const struct wire_source_route *route)
{
	uint32_t ref = *link_to(t, owner);

	if (ref == 0) {
		ref = pool_take(t->b, &t->ip->source_routes);
		if (ref == 0)
			return false;
		route_at(t, ref)->record.value = owner;
		route_at(t, ref)->record.chain = t->ip->first_source_route;
		t->ip->first_source_route = ref;
	}
	route_at(t, ref)->route = *route;
	return true;
}

void source_route_move(struct turn *t, uint32_t from, uint32_t to)
{
	uint32_t *link = link_to(t, from);
	uint32_t ref = *link;

	if (ref == 0)
		return;
	if (to != 0) {
		route_at(t, ref)->record.value = to;
		return;
	}
	*link = route_at(t, ref)->record.chain;
	route_at(t, ref)->record.chain = 0;
	pool_give(t->b, &t->ip->source_routes, ref);
}
