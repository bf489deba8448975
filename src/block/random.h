/* SPDX-License-Identifier: MIT */
/* The host's own random numbers: SipHash-2-4 of a counter under a key. */
#ifndef BLOCK_RANDOM_H
#define BLOCK_RANDOM_H

#include "siphash.h"

struct random {
	struct siphash_key key;
	uint64_t counter;
};

uint64_t random_next(struct random *r);
/* Uniform in 0 .. bound - 1; bound is not 0. */
uint32_t random_below(struct random *r, uint32_t bound);

#endif
