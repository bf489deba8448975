/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target: the first octet chooses a state, the next two a
 * configuration, and the others what happens to the host in that state.
 * Whatever it is, the invariants hold after each step, what the host sends is
 * well formed, and in the end nothing is left in any pool.
 */
#include "fuzz_host.h"

#define MOST_ACTIONS 300u

const char fuzz_target_name[] = "fuzz_replay";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz f;
	const struct hf_link link = { .mtu = FUZZ_MTU };
	struct input in = { data, size };
	uint32_t path = input_u8(&in) % FUZZ_PATHS;
	uint32_t actions = 0;

	fuzz_configure(&f, input_u16(&in));
	fuzz_make(&f, &link);
	fuzz_reach(&f, path);
	while (in.left > 0 && actions++ < MOST_ACTIONS)
		fuzz_act(&f, &in);
	fuzz_end(&f);
	return 0;
}

/* Three in four are not tight. */
void fuzz_target_shape(uint8_t *data, uint64_t seed, struct sim_random *r)
{
	data[0] = (uint8_t)(seed % FUZZ_PATHS);
	if (sim_random_below(r, 4))
		data[2] &= (uint8_t)~64;
}

const char *fuzz_target_start(const uint8_t *data)
{
	return fuzz_path_name(data[0] % FUZZ_PATHS);
}
