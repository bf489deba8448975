/* SPDX-License-Identifier: MIT */
#include "random.h"

uint64_t random_next(struct random *r)
{
	uint64_t word = r->counter++;

	return siphash_2_4_words(&r->key, &word, 1);
}

/*
 * The high half of a product of 32 random bits and the bound is uniform once
 * the few products whose low half is under 2^32 modulo bound are rejected.
 */
uint32_t random_below(struct random *r, uint32_t bound)
{
	uint64_t product = (random_next(r) >> 32) * bound;

	if ((uint32_t)product < bound) {
		uint32_t excess = (0u - bound) % bound;

		while ((uint32_t)product < excess)
			product = (random_next(r) >> 32) * bound;
	}
	return (uint32_t)(product >> 32);
}
