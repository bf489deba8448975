/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target: the first octet chooses a state, the next two a
 * configuration, and the others what happens to the host in that state.
 * Whatever it is, the invariants hold after each step, what the host sends is
 * well formed, and in the end nothing is left in any pool.
 */
#include "fuzz_host.h"

#define MOST_ACTIONS 300u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz f;
	struct input in = { data, size };
	uint32_t path = input_u8(&in) % FUZZ_PATHS;
	uint32_t actions = 0;

	fuzz_start(&f, input_u16(&in));
	fuzz_reach(&f, path);
	while (in.left > 0 && actions++ < MOST_ACTIONS)
		fuzz_act(&f, &in);
	fuzz_end(&f);
	return 0;
}
