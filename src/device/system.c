/* SPDX-License-Identifier: MIT */
/* What a host in a process needs of the system: time, chance, memory. */
#define _GNU_SOURCE
#include <handfast/device.h>

#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>

static hf_time read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (hf_time)t.tv_sec * HF_SECOND + (hf_time)t.tv_nsec;
}

hf_time hf_clock(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

hf_time hf_clock_epoch(void)
{
	return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
}

bool hf_clock_secret(uint8_t secret[32])
{
	return getrandom(secret, 32, 0) == 32;
}

void *hf_block_map(size_t size)
{
	void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return block == MAP_FAILED ? NULL : block;
}

void hf_block_unmap(void *block, size_t size)
{
	if (block)
		munmap(block, size);
}
