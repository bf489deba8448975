/* SPDX-License-Identifier: MIT */
/* What router advertisements tell. */
#ifndef IP_ROUTER_H
#define IP_ROUTER_H

#include "address.h"
#include "route.h"
#include "wire_mld.h"
#include "wire_nd.h"

/*
 * What router advertisements told: a default router, a prefix on the link,
 * an address of our own; or that none has come yet, and routers are to be
 * asked. Its timer is its lifetime; the first two own a route.
 */
enum learned_kind {
	LEARNED_ROUTER,
	LEARNED_PREFIX,
	LEARNED_ADDRESS, /* of our own, by its lifetimes */
	LEARNED_NOTHING, /* asks again */
	LEARNED_QUERY, /* for multicast groups; answers: mld.h */
};

struct learned {
	struct record record;
	struct hf_addr addr;
	uint32_t next; /* ref of another; first: struct ip.first_learned */
	uint8_t link;
	uint8_t kind; /* enum learned_kind */
	uint8_t bits; /* of a prefix */
	uint8_t asked : 7; /* solicitations sent */
	uint8_t is_v1 : 1; /* of a query */
	hf_time preferred_until, valid_until; /* of an address */
};

_Static_assert(sizeof(struct learned) <= BLOCK_UNIT, "one unit");

static inline struct learned *learned_at(const struct turn *t, uint32_t ref)
{
	return block_at(t->b, ref);
}

/* It is told apart by the route that it owns, or could own; 0: none. */
uint32_t learned_find(const struct turn *t, enum learned_kind kind,
		      const struct ip_route *route);
/* A new one; 0 if there are too many. */
uint32_t learned_take(struct turn *t, enum learned_kind kind,
		      const struct ip_route *route);
void learned_forget(struct turn *t, uint32_t ref);
void learned_expired(struct turn *t, uint32_t ref);

/* ---- autoconf.c: RFC 4862 5.5.3, 5.5.4 -------------------------------- */

void autoconf_prefix(struct turn *t, uint32_t link,
		     const struct wire_nd_prefix *p);
void autoconf_expired(struct turn *t, uint32_t ref);

/* ---- router.c --------------------------------------------------------- */

/* A link that accepts routers begins to ask for them. */
void router_start(struct turn *t, uint32_t link);
enum hf_drop router_advertised(struct turn *t, uint32_t link,
			       const struct wire_nd *nd,
			       const struct hf_addr *from);
/* A neighbour says that it is no router any more: RFC 4861 7.2.5. */
void router_resigned(struct turn *t, uint32_t link,
		     const struct hf_addr *router);
/* A learned address is no more. */
void address_unlearned(struct turn *t, const struct ip_address *a);
/* How long one is valid. */
hf_time address_valid_until(const struct turn *t, const struct ip_address *a);
/* Somebody asks for the multicast groups of a link: RFC 3810 6.2. */
void query_heard(struct turn *t, uint32_t link,
		 const struct wire_mld_query *query);

#endif
