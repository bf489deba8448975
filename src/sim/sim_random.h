/* SPDX-License-Identifier: MIT */
/*
 * SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixer. Every user has
 * a stream of its own, so that one more draw here moves nothing there.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct sim_random {
	uint64_t state;
};

/* Stream number `stream` of a seed. */
struct sim_random sim_random_stream(uint64_t seed, uint64_t stream);
uint64_t sim_random_next(struct sim_random *r);
/* Uniform in 0 .. bound - 1; bound is not 0. */
uint64_t sim_random_below(struct sim_random *r, uint64_t bound);
/* True with a probability of `ppm` parts per million; draws only if asked. */
bool sim_random_chance(struct sim_random *r, uint32_t ppm);

#endif
