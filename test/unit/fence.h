/* SPDX-License-Identifier: MIT */
/*
 * For tests of parsers: octets that end where a page begins that must not be
 * touched, so that reading past them is a fault without any sanitizer too;
 * and random numbers that are the same in every run.
 */
#ifndef FENCE_H
#define FENCE_H

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define FENCE_SIZE 65536u

/* Maps the fence; NULL if it could not. `end` is past the last octet. */
static inline uint8_t *fence_make(void)
{
	uint8_t *p = mmap(NULL, 2 * FENCE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + FENCE_SIZE, FENCE_SIZE, PROT_NONE) != 0)
		return NULL;
	return p + FENCE_SIZE;
}

/* A copy of `len` octets that ends at the fence. */
static inline uint8_t *fence_copy(uint8_t *end, const void *data, size_t len)
{
	return len ? memcpy(end - len, data, len) : end;
}

/* xorshift64*, Vigna 2016 */
struct dice {
	uint64_t state; /* not 0 */
};

static inline uint64_t dice_roll(struct dice *d)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return d->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 .. bound - 1 */
static inline uint32_t dice_below(struct dice *d, uint32_t bound)
{
	return (uint32_t)((dice_roll(d) >> 32) % bound);
}

static inline void dice_fill(struct dice *d, void *to, size_t len)
{
	uint8_t *p = to;

	while (len--)
		*p++ = (uint8_t)(dice_roll(d) >> 56);
}

/* Changes one to four octets. */
static inline void dice_mutate(struct dice *d, uint8_t *data, uint32_t len)
{
	uint32_t count = 1 + dice_below(d, 4);

	while (len && count--)
		data[dice_below(d, len)] = (uint8_t)(dice_roll(d) >> 56);
}

#endif
