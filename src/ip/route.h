/* SPDX-License-Identifier: MIT */
/* Routes: the link and the next hop towards an address. */
#ifndef IP_ROUTE_H
#define IP_ROUTE_H

#include "turn.h"

struct ip_route {
	struct hf_addr prefix; /* mapped for IPv4, bits counted from there */
	struct hf_addr gateway; /* unspecified: on the link */
	uint32_t link;
	uint32_t owner; /* ref of the address, or the learned, it came with */
	uint8_t bits; /* 0-128 */
	bool is_ipv4;
	bool is_connected; /* came with an address */
	bool is_dead; /* its gateway does not answer: RFC 1122 3.3.1.4 */
};

_Static_assert(sizeof(struct ip_route) <= BLOCK_UNIT, "one unit");

/* The route to an address: own addresses by loopback; NULL if none. */
const struct ip_route *ip_route_find(const struct turn *t,
				     const struct hf_addr *to);
/* The link by which an address is reached; loopback for own ones. */
bool ip_link_towards(const struct turn *t, const struct hf_addr *to,
		     uint32_t *link);
/* The source address for a destination; 0 if none fits. MUST-44 */
uint32_t ip_source_for(const struct turn *t, const struct hf_addr *to);
/* The same on a link that is known. */
uint32_t ip_source_on(const struct turn *t, uint32_t link,
		      const struct hf_addr *to);
/* True if an address is of a network of the link: no gateway is between. */
bool ip_is_on_link(const struct turn *t, uint32_t link,
		   const struct hf_addr *a);
/* True if it is a broadcast address of a connected network. */
bool ip_is_broadcast(const struct turn *t, const struct hf_addr *a);

enum hf_error ip_route_add(struct turn *t, const struct ip_route *route);
/* Removes the route that came with an address or a learned, if any. */
void ip_route_remove(struct turn *t, uint32_t owner);
/* A gateway answers, or does not: others are preferred to a dead one. */
void ip_route_gateway(struct turn *t, uint32_t link, const struct hf_addr *addr,
		      bool is_dead);
/* True if a route leads by it. */
bool ip_is_gateway(const struct turn *t, uint32_t link,
		   const struct hf_addr *addr);
/* A gateway has failed; if all have, the others are tried again. */
void ip_route_revive(struct turn *t, uint32_t link, const struct hf_addr *addr);
/* True if a gateway that is not known to be dead leads there. */
bool ip_has_gateway(const struct turn *t, uint32_t link,
		    const struct hf_addr *to);
/* Where a datagram for `to` goes next on a link: a gateway, or `to` itself. */
struct hf_addr ip_next_hop(const struct turn *t, uint32_t link,
			   const struct hf_addr *to);

#endif
