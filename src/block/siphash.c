/* SPDX-License-Identifier: MIT */
#include "siphash.h"
#include "core.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void mix(struct state *s, unsigned rounds)
{
	while (rounds--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

/* The constants are the ASCII octets of "somepseudorandomlygeneratedbytes". */
static inline struct state start(const struct siphash_key *key)
{
	return (struct state){ key->k0 ^ UINT64_C(0x736f6d6570736575),
			       key->k1 ^ UINT64_C(0x646f72616e646f6d),
			       key->k0 ^ UINT64_C(0x6c7967656e657261),
			       key->k1 ^ UINT64_C(0x7465646279746573) };
}

static inline void compress(struct state *s, uint64_t word, unsigned rounds)
{
	s->v3 ^= word;
	mix(s, rounds);
	s->v0 ^= word;
}

static inline uint64_t finish(struct state *s, unsigned rounds)
{
	s->v2 ^= 0xff;
	mix(s, rounds);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* The last word: the octets left over, and the length modulo 256 on top. */
static inline uint64_t last_word(const uint8_t *rest, size_t len)
{
	uint64_t word = (uint64_t)len << 56;
	size_t i;

	for (i = 0; i < len % 8; i++)
		word |= (uint64_t)rest[i] << (8 * i);
	return word;
}

static inline uint64_t hash_words(const struct siphash_key *key,
				  const uint64_t *words, size_t count,
				  unsigned c, unsigned d)
{
	struct state s = start(key);
	size_t i;

	for (i = 0; i < count; i++)
		compress(&s, words[i], c);
	compress(&s, (uint64_t)count << 59, c);
	return finish(&s, d);
}

static inline uint64_t get_le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

uint64_t siphash_2_4(const struct siphash_key *key, const void *data,
		     size_t len)
{
	const uint8_t *octets = data;
	struct state s = start(key);
	size_t i;

	for (i = 0; i < len / 8; i++)
		compress(&s, get_le64(octets + 8 * i), 2);
	compress(&s, last_word(octets + 8 * i, len), 2);
	return finish(&s, 4);
}

uint64_t siphash_1_3_words(const struct siphash_key *key, const uint64_t *words,
			   size_t count)
{
	return hash_words(key, words, count, 1, 3);
}

uint64_t siphash_2_4_words(const struct siphash_key *key, const uint64_t *words,
			   size_t count)
{
	return hash_words(key, words, count, 2, 4);
}
