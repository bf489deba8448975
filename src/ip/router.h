/* SPDX-License-Identifier: MIT */
/* What router advertisements tell. */
#ifndef IP_ROUTER_H
#define IP_ROUTER_H

#include "turn.h"
#include "wire_mld.h"
#include "wire_nd.h"

/*
 * What router advertisements told: a default router, a prefix on the link;
 * or that none has come yet, and routers are to be asked. Its timer is its
 * lifetime; it owns a route.
 */
enum learned_kind {
	LEARNED_ROUTER,
	LEARNED_PREFIX,
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
};

_Static_assert(sizeof(struct learned) <= BLOCK_UNIT, "one unit");

/* A link that accepts routers begins to ask for them. */
void router_start(struct turn *t, uint32_t link);
enum hf_drop router_advertised(struct turn *t, uint32_t link,
			       const struct wire_nd *nd,
			       const struct hf_addr *from);
/* A neighbour says that it is no router any more: RFC 4861 7.2.5. */
void router_resigned(struct turn *t, uint32_t link,
		     const struct hf_addr *router);
/* Somebody asks for the multicast groups of a link: RFC 3810 6.2. */
void query_heard(struct turn *t, uint32_t link,
		 const struct wire_mld_query *query);
void learned_expired(struct turn *t, uint32_t ref);

#endif
