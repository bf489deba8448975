/* SPDX-License-Identifier: MIT */
#include "block_fixture.h"
#include "random.h"

/* Key 00 01 .. 0f, as in the paper. */
static const struct siphash_key KEY = { UINT64_C(0x0706050403020100),
					UINT64_C(0x0f0e0d0c0b0a0908) };

/* A second, plain SipHash-c-d over octets, to compare with. */
static uint64_t rotl(uint64_t x, int n)
{
	return (x << n) | (x >> (64 - n));
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13);
	v[1] ^= v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16);
	v[3] ^= v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21);
	v[3] ^= v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17);
	v[1] ^= v[2];
	v[2] = rotl(v[2], 32);
}

static uint64_t model(int c, int d, const uint8_t *octets, size_t len)
{
	uint64_t v[4] = { KEY.k0 ^ UINT64_C(0x736f6d6570736575),
			  KEY.k1 ^ UINT64_C(0x646f72616e646f6d),
			  KEY.k0 ^ UINT64_C(0x6c7967656e657261),
			  KEY.k1 ^ UINT64_C(0x7465646279746573) };
	size_t padded = (len / 8 + 1) * 8, at;

	for (at = 0; at < padded; at += 8) {
		uint64_t word = 0;

		for (size_t i = 0; i < 8; i++) {
			uint64_t octet = at + i < len ? octets[at + i] : 0;

			if (at + i == padded - 1)
				octet = len & 0xff;
			word |= octet << (8 * i);
		}
		v[3] ^= word;
		for (int i = 0; i < c; i++)
			sip_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (int i = 0; i < d; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void published_vectors(void **state)
{
	/* Of the inputs "", 00, 00 01, ...; little-endian octets. */
	static const uint8_t expected[][8] = {
		{ 0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72 },
		{ 0xfd, 0x67, 0xdc, 0x93, 0xc5, 0x39, 0xf8, 0x74 },
		{ 0x5a, 0x4f, 0xa9, 0xd9, 0x09, 0x80, 0x6c, 0x0d },
		{ 0x2d, 0x7e, 0xfb, 0xd7, 0x96, 0x66, 0x67, 0x85 },
	};
	uint8_t input[16];

	(void)state;
	for (size_t i = 0; i < sizeof input; i++)
		input[i] = (uint8_t)i;
	for (size_t len = 0; len < 4; len++) {
		uint64_t hash = siphash_2_4(&KEY, input, len);

		for (size_t i = 0; i < 8; i++)
			assert_int_equal((uint8_t)(hash >> (8 * i)),
					 expected[len][i]);
	}
	/* The paper's worked example, of 15 octets. */
	assert_true(siphash_2_4(&KEY, input, 15) ==
		    UINT64_C(0xa129ca6149be45e5));
}

static void all_lengths_and_alignments(void **state)
{
	uint8_t input[400];

	(void)state;
	for (size_t i = 0; i < sizeof input; i++)
		input[i] = (uint8_t)(i * 7 + 3);
	for (size_t len = 0; len < 300; len++)
		assert_true(siphash_2_4(&KEY, input + len % 9, len) ==
			    model(2, 4, input + len % 9, len));
}

static void words_equal_their_octets(void **state)
{
	uint64_t seed = 5, words[40];
	uint8_t octets[sizeof words];

	(void)state;
	for (size_t count = 0; count <= 40; count++) {
		for (size_t i = 0; i < 8 * count; i++) {
			octets[i] = (uint8_t)dice(&seed, 256);
			if (i % 8 == 0)
				words[i / 8] = 0;
			words[i / 8] |= (uint64_t)octets[i] << (i % 8 * 8);
		}
		assert_true(siphash_2_4_words(&KEY, words, count) ==
			    siphash_2_4(&KEY, octets, 8 * count));
		assert_true(siphash_1_3_words(&KEY, words, count) ==
			    model(1, 3, octets, 8 * count));
	}
}

static void key_matters(void **state)
{
	struct siphash_key a = { 1, 2 }, b = { 1, 3 }, c = { 0, 2 };
	uint64_t word = 0;

	(void)state;
	assert_true(siphash_1_3_words(&a, &word, 1) !=
		    siphash_1_3_words(&b, &word, 1));
	assert_true(siphash_1_3_words(&a, &word, 1) !=
		    siphash_1_3_words(&c, &word, 1));
}

static void random_repeats_with_its_state_only(void **state)
{
	struct random a = { KEY, 0 }, copy;
	uint64_t first = random_next(&a), second;

	(void)state;
	copy = a;
	second = random_next(&a);
	assert_true(first != second);
	assert_true(random_next(&copy) == second);
	copy.key.k0++;
	copy.counter--;
	assert_true(random_next(&copy) != second);
}

static void random_is_uniform_below_its_bound(void **state)
{
	struct random r = { KEY, 0 };
	uint32_t count[7] = { 0 };
	uint32_t upper = 0;

	(void)state;
	for (int i = 0; i < 70000; i++) {
		uint32_t n = random_below(&r, 7);

		assert_true(n < 7);
		count[n]++;
	}
	/* Five standard deviations are 463. */
	for (int i = 0; i < 7; i++)
		assert_in_range(count[i], 9537, 10463);
	for (int i = 0; i < 100; i++)
		assert_int_equal(random_below(&r, 1), 0);
	/*
	 * A third of 3 * 2^30 is 2^30; without rejection the thirds would
	 * be uneven: 1/2, 1/4, 1/4.
	 */
	for (int i = 0; i < 30000; i++) {
		uint32_t n = random_below(&r, 3u << 30);

		assert_true(n < 3u << 30);
		upper += n % 3 == 0;
	}
	assert_in_range(upper, 9592, 10408);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(all_lengths_and_alignments),
		cmocka_unit_test(words_equal_their_octets),
		cmocka_unit_test(key_matters),
		cmocka_unit_test(random_repeats_with_its_state_only),
		cmocka_unit_test(random_is_uniform_below_its_bound),
	};

	return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
