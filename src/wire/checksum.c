/* SPDX-License-Identifier: MIT */
/*
 * Ones' complement sums do not mind the size of the words that are added
 * (RFC 1071 2(C)): 64-bit words are added here, several at a time.
 *
 * A carry out of 64 bits must not be lost. Beside the sum of the words,
 * modulo 2^64, the sum of their upper halves is kept, which cannot overflow;
 * the sum of the lower halves is then
 *
 *	words - (upper << 32)	(mod 2^64)
 *
 * and exact, as it cannot overflow either. This needs two additions and a
 * shift for each word and no carry flag, so that it also works on vectors.
 */
#include "checksum.h"
#include "bytes.h"

/* Two words. A compiler without vectors makes plain words of it. */
typedef uint64_t pair __attribute__((vector_size(16)));

#define PAIR sizeof(pair)
#define CHUNK (4 * PAIR)

struct tally {
	pair words; /* sum of the words, modulo 2^64 */
	pair upper; /* sum of their upper halves */
};

#define INLINE static inline __attribute__((always_inline))

INLINE void tally_pair(struct tally *t, uint8_t *to, const uint8_t *from,
		       size_t at, bool copy)
{
	pair v;

	memcpy(&v, from + at, PAIR);
	if (copy)
		memcpy(to + at, &v, PAIR);
	t->words += v;
	t->upper += v >> 32;
}

INLINE uint64_t tally_sum(const struct tally *a, const struct tally *b)
{
	pair words = a->words + b->words;
	pair upper = a->upper + b->upper;
	uint64_t high = upper[0] + upper[1];

	return words[0] + words[1] - (high << 32) + high;
}

/* The sum of the last octets, from `at`, which are fewer than a pair. */
INLINE uint64_t sum_rest(uint8_t *to, const uint8_t *from, size_t at,
			 size_t len, bool copy)
{
	uint64_t sum = 0, word;
	uint32_t half;
	uint16_t quarter;

	if (len - at >= 8) {
		memcpy(&word, from + at, 8);
		if (copy)
			memcpy(to + at, &word, 8);
		sum += (word >> 32) + (uint32_t)word;
		at += 8;
	}
	if (len - at >= 4) {
		memcpy(&half, from + at, 4);
		if (copy)
			memcpy(to + at, &half, 4);
		sum += half;
		at += 4;
	}
	if (len - at >= 2) {
		memcpy(&quarter, from + at, 2);
		if (copy)
			memcpy(to + at, &quarter, 2);
		sum += quarter;
		at += 2;
	}
	if (at < len) {
		/* The first octet of a 16-bit word, whose second is zero. */
		quarter = 0;
		memcpy(&quarter, from + at, 1);
		if (copy)
			to[at] = from[at];
		sum += quarter;
	}
	return sum;
}

/* One body for both, so that they cannot differ; `copy` is a constant. */
INLINE uint64_t sum_octets(uint8_t *to, const uint8_t *from, size_t len,
			   bool copy)
{
	uint64_t sum = 0;
	size_t at = 0;

	if (len >= PAIR) {
		struct tally a = { { 0, 0 }, { 0, 0 } }, b = a;

		for (; len - at >= CHUNK; at += CHUNK) {
			tally_pair(&a, to, from, at, copy);
			tally_pair(&b, to, from, at + PAIR, copy);
			tally_pair(&a, to, from, at + 2 * PAIR, copy);
			tally_pair(&b, to, from, at + 3 * PAIR, copy);
		}
		for (; len - at >= PAIR; at += PAIR)
			tally_pair(&a, to, from, at, copy);
		sum = tally_sum(&a, &b);
	}
	if (at < len)
		sum += sum_rest(to, from, at, len, copy);
	/* Reduced, so that many such sums may be added. */
	return (sum & UINT32_MAX) + (sum >> 32);
}

uint64_t wire_sum(const void *data, size_t len)
{
	return sum_octets(NULL, data, len, false);
}

uint64_t wire_copy_sum(void *to, const void *from, size_t len)
{
	return sum_octets(to, from, len, true);
}

uint64_t wire_sum_swap(uint64_t sum)
{
	return __builtin_bswap16(wire_sum_fold(sum));
}

/*
 * An address, by words that are no wider than what was stored: a load of
 * several stores waits for them.
 */
INLINE uint64_t sum_addr(const struct hf_addr *a)
{
	uint64_t word;
	uint32_t low, high;

	memcpy(&word, a->octet, 8);
	memcpy(&low, a->octet + 8, 4);
	memcpy(&high, a->octet + 12, 4);
	return (word >> 32) + (uint32_t)word + low + high;
}

/*
 * RFC 9293 3.1 and RFC 8200 8.1 in one: a mapped address differs from the
 * IPv4 address in it by a word of ones, which is zero in ones' complement;
 * and a length of 32 bits is worth as much as one of 16.
 */
uint64_t wire_sum_pseudo(const struct hf_addr *src, const struct hf_addr *dst,
			 uint8_t protocol, uint32_t len)
{
	uint32_t word;
	uint16_t half;

	put_be32(&word, len);
	put_be16(&half, protocol);
	return sum_addr(src) + sum_addr(dst) + word + half;
}

uint16_t wire_sum_fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)sum;
}
