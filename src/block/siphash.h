/* SPDX-License-Identifier: MIT */
/*
 * SipHash (Aumasson and Bernstein 2012), a keyed pseudorandom function for
 * short inputs. SipHash-2-4 makes what others may see (ISS, timestamp
 * offsets, ports) and derives keys; SipHash-1-3 spreads chains.
 */
#ifndef BLOCK_SIPHASH_H
#define BLOCK_SIPHASH_H

#include <handfast/types.h>

struct siphash_key {
	uint64_t k0, k1;
};

uint64_t siphash_2_4(const struct siphash_key *key, const void *data,
		     size_t len);

/* Of whole words: the same value as over their little-endian octets. */
uint64_t siphash_1_3_words(const struct siphash_key *key, const uint64_t *words,
			   size_t count);
uint64_t siphash_2_4_words(const struct siphash_key *key, const uint64_t *words,
			   size_t count);

#endif
