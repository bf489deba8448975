/* SPDX-License-Identifier: MIT */
#include "sim_random.h"

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t sim_random_next(struct sim_random *r)
{
	r->state += UINT64_C(0x9e3779b97f4a7c15);
	return mix(r->state);
}

struct sim_random sim_random_stream(uint64_t seed, uint64_t stream)
{
	struct sim_random r = { mix(seed + UINT64_C(0x9e3779b97f4a7c15)) };

	r.state ^= mix(stream * UINT64_C(0xd1342543de82ef95) + 1);
	return r;
}

uint64_t sim_random_below(struct sim_random *r, uint64_t bound)
{
	/* Values from `limit` on would make the low remainders likelier. */
	uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
	uint64_t value;

	do
		value = sim_random_next(r);
	while (value >= limit);
	return value % bound;
}

bool sim_random_chance(struct sim_random *r, uint32_t ppm)
{
	return ppm != 0 && sim_random_below(r, 1000000) < ppm;
}
