/* SPDX-License-Identifier: MIT */
/* Source routes: RFC 9293 3.9.2.1. */
#ifndef IP_SOURCE_ROUTE_H
#define IP_SOURCE_ROUTE_H

#include "turn.h"
#include "wire_source_route.h"

/* The route that is used for all that goes to the owner's peer: MUST-53. */
struct source_route {
	struct record record; /* chained to the next; value: its owner's ref */
	struct wire_source_route route;
};

_Static_assert(sizeof(struct source_route) <= BLOCK_UNIT, "one unit");

/* The route of an owner; NULL. */
const struct wire_source_route *source_route_of(const struct turn *t,
						uint32_t owner);
/* Sets it, anew or in place of another: SHLD-24. False: too many. */
bool source_route_set(struct turn *t, uint32_t owner,
		      const struct wire_source_route *route);
/* Gives it to another owner (0: nobody), if there is one. */
void source_route_move(struct turn *t, uint32_t from, uint32_t to);

#endif
