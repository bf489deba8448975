/* SPDX-License-Identifier: MIT */
/*
 * What fragments and echoes that wait cost: config.held. A buffer counts in
 * full, however few octets are in it.
 *
 *	uint32_t before = held_mark(t);
 *	... queue_append(), queue_clear() ...
 *	held_add(t, before);
 */
#ifndef IP_HELD_H
#define IP_HELD_H

#include "ip.h"

/* Octets of all buffers; modulo 2^32, for differences are taken of them. */
static inline uint32_t held_mark(const struct turn *t)
{
	const struct buffers *all = &t->ip->buffers;

	return all->small.used * BUFFER_SMALL + all->pages * BLOCK_PAGE;
}

/* Counts what buffers were taken, or given, since; says how much. */
static inline uint32_t held_add(struct turn *t, uint32_t before)
{
	uint32_t taken = held_mark(t) - before;

	t->ip->held += taken;
	return taken;
}

#endif
