/* SPDX-License-Identifier: MIT */
/*
 * What router advertisements tell: RFC 4861 6.3.4 to 6.3.7. Each router and
 * each prefix is kept as long as its lifetime says, owns a route, and counts
 * for config.learned; so do addresses, for which see autoconf.c.
 */
#include "ip.h"

#define SOLICITATIONS 3u /* MAX_RTR_SOLICITATIONS */
#define SOLICITATION_INTERVAL (4 * HF_SECOND)
#define SOLICITATION_DELAY HF_SECOND /* at most */
#define INFINITE UINT32_MAX
#define QUERY_DELAY_MOST 60000u /* milliseconds */

/* What is learned is told apart by the route that it owns. */
static bool is_of(const struct learned *l, enum learned_kind kind,
		  const struct ip_route *route)
{
	return l->kind == kind && l->link == route->link &&
	       l->bits == route->bits &&
	       addr_eq(&l->addr, kind == LEARNED_ROUTER ? &route->gateway
							: &route->prefix);
}

uint32_t learned_find(const struct turn *t, enum learned_kind kind,
		      const struct ip_route *route)
{
	uint32_t ref = t->ip->first_learned;

	while (ref != 0 && !is_of(learned_at(t, ref), kind, route))
		ref = learned_at(t, ref)->next;
	return ref;
}

void learned_forget(struct turn *t, uint32_t ref)
{
	uint32_t *from = &t->ip->first_learned;

	while (*from != ref)
		from = &learned_at(t, *from)->next;
	*from = learned_at(t, ref)->next;
	ip_route_remove(t, ref);
	wheel_disarm(t->b, &t->ip->wheel, ref);
	pool_give(t->b, &t->ip->learned, ref);
}

/* A new one; 0 if there are too many. */
uint32_t learned_take(struct turn *t, enum learned_kind kind,
		      const struct ip_route *route)
{
	uint32_t ref = pool_take(t->b, &t->ip->learned);
	struct learned *l;

	if (ref == 0)
		return 0;
	l = learned_at(t, ref);
	l->addr = kind == LEARNED_ROUTER ? route->gateway : route->prefix;
	l->link = (uint8_t)route->link;
	l->bits = route->bits;
	l->kind = (uint8_t)kind;
	l->next = t->ip->first_learned;
	t->ip->first_learned = ref;
	return ref;
}

/* Adds a route, or prolongs it. */
static void learn(struct turn *t, enum learned_kind kind,
		  const struct ip_route *route, uint32_t lifetime)
{
	uint32_t ref = learned_find(t, kind, route);
	struct ip_route own = *route;

	if (ref == 0) {
		ref = learned_take(t, kind, route);
		if (ref == 0)
			return;
		own.owner = ref;
		if (ip_route_add(t, &own) != HF_OK) {
			learned_forget(t, ref);
			return;
		}
	}
	wheel_arm(t->b, &t->ip->wheel, ref,
		  lifetime != INFINITE ? t->now + lifetime * HF_SECOND
				       : HF_NEVER);
}

/* ---- asking ----------------------------------------------------------- */

void router_start(struct turn *t, uint32_t link)
{
	const struct ip_route none = { .link = link };
	uint32_t ref = learned_take(t, LEARNED_NOTHING, &none);
	uint32_t wait = (uint32_t)(SOLICITATION_DELAY / HF_MICROSECOND);

	if (ref != 0)
		wheel_arm(t->b, &t->ip->wheel, ref,
			  t->now + random_below(&t->ip->random, wait) *
					   HF_MICROSECOND);
}

/* RFC 4861 6.3.7 */
static void ask(struct turn *t, uint32_t ref)
{
	struct learned *l = learned_at(t, ref);

	if (l->asked == SOLICITATIONS) {
		learned_forget(t, ref);
		return;
	}
	l->asked++;
	nd_solicit_routers(t, l->link);
	wheel_arm(t->b, &t->ip->wheel, ref, t->now + SOLICITATION_INTERVAL);
}

void learned_expired(struct turn *t, uint32_t ref)
{
	const struct learned *l = learned_at(t, ref);

	switch ((enum learned_kind)l->kind) {
	case LEARNED_NOTHING:
		ask(t, ref);
		return;
	case LEARNED_ADDRESS:
		autoconf_expired(t, ref);
		return;
	case LEARNED_QUERY:
		mld_answer(t, l->link, l->is_v1);
		break;
	case LEARNED_ROUTER:
	case LEARNED_PREFIX:
		break;
	}
	learned_forget(t, ref);
}

/* One answer is for all queries of its time. */
void query_heard(struct turn *t, uint32_t link,
		 const struct wire_mld_query *query)
{
	const struct ip_route none = { .link = link };
	uint32_t most = query->delay < QUERY_DELAY_MOST ? query->delay
							: QUERY_DELAY_MOST;
	hf_time wait = random_below(&t->ip->random, most + 1) * HF_MILLISECOND;
	uint32_t ref = learned_find(t, LEARNED_QUERY, &none);

	if (ref == 0)
		ref = learned_take(t, LEARNED_QUERY, &none);
	else if (learned_at(t, ref)->record.deadline <= t->now + wait)
		return;
	if (ref == 0)
		return;
	learned_at(t, ref)->is_v1 = query->is_v1;
	wheel_arm(t->b, &t->ip->wheel, ref, t->now + wait);
}

/* ---- routers ---------------------------------------------------------- */

static void learn_router(struct turn *t, uint32_t link, uint32_t lifetime,
			 const struct hf_addr *from)
{
	const struct ip_route route = { .gateway = *from, .link = link };

	if (lifetime == 0)
		router_resigned(t, link, from);
	else
		learn(t, LEARNED_ROUTER, &route, lifetime);
}

void router_resigned(struct turn *t, uint32_t link,
		     const struct hf_addr *router)
{
	const struct ip_route route = { .gateway = *router, .link = link };
	uint32_t ref = learned_find(t, LEARNED_ROUTER, &route);

	if (ref != 0)
		learned_forget(t, ref);
}

/* ---- prefixes --------------------------------------------------------- */

static void learn_on_link(struct turn *t, uint32_t link,
			  const struct wire_nd_prefix *p)
{
	const struct ip_route route = {
		.prefix = p->prefix,
		.link = link,
		.bits = p->bits,
	};
	uint32_t ref = learned_find(t, LEARNED_PREFIX, &route);

	if (p->valid != 0)
		learn(t, LEARNED_PREFIX, &route, p->valid);
	else if (ref != 0)
		learned_forget(t, ref);
}

/* ---- an advertisement ------------------------------------------------- */

/* Within bounds that keep the link usable, whoever has sent it. */
static uint32_t bounded(uint32_t ms, uint32_t least, uint32_t most)
{
	return ms < least ? least : ms > most ? most : ms;
}

static void learn_parameters(struct turn *t, uint32_t link,
			     const struct wire_nd *nd)
{
	struct ip_link *l = ip_link_at(t, link);

	if (nd->hop_limit != 0)
		l->hop_limit = nd->hop_limit;
	if (nd->reachable != 0)
		ip_link_reachable(t, link,
				  bounded(nd->reachable, 1000, 3600000) *
					  HF_MILLISECOND);
	if (nd->retrans != 0)
		l->retrans = bounded(nd->retrans, 100, 60000);
	if (nd->mtu >= MTU_IPV6_MIN && nd->mtu <= l->mtu)
		l->mtu_ipv6 = nd->mtu;
}

/* RFC 4861 6.3.4: without its MAC it is only told of who is known. */
static void router_is_here(struct turn *t, uint32_t link,
			   const struct hf_addr *from, const struct wire_nd *nd)
{
	uint32_t ref = nd->has_mac ? neighbour_hold(t, link, from)
				   : neighbour_find(t, link, from);

	if (ref == 0)
		return;
	neighbour_at(t, ref)->is_router = true;
	if (nd->has_mac)
		neighbour_heard(t, ref, &nd->mac);
}

/* RFC 4861 6.3.7: but who has not asked yet asks once, to be told the rest. */
static void stop_asking(struct turn *t, uint32_t link)
{
	const struct ip_route none = { .link = link };
	uint32_t ref = learned_find(t, LEARNED_NOTHING, &none);

	if (ref == 0)
		return;
	if (learned_at(t, ref)->asked != 0)
		learned_forget(t, ref);
	else
		learned_at(t, ref)->asked = SOLICITATIONS - 1;
}

enum hf_drop router_advertised(struct turn *t, uint32_t link,
			       const struct wire_nd *nd,
			       const struct hf_addr *from)
{
	if (!ip_link_at(t, link)->accept_routers || ip_address_is_own(t, from))
		return HF_DROP_ND;
	if (nd->lifetime != 0)
		stop_asking(t, link);
	learn_parameters(t, link, nd);
	learn_router(t, link, nd->lifetime, from);
	for (uint32_t i = 0; i < nd->prefix_count; i++) {
		const struct wire_nd_prefix *p = &nd->prefix[i];

		if (addr_is_link_local(&p->prefix))
			continue;
		if (p->is_on_link)
			learn_on_link(t, link, p);
		if (p->is_autonomous)
			autoconf_prefix(t, link, p);
	}
	router_is_here(t, link, from, nd);
	return HF_ACCEPTED;
}
