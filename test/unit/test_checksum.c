/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "checksum.h"
#include "bytes.h"
#include "fence.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define BIG (65536u * 4 + 3)

/* RFC 1071 1, word by word, as a number: what the others must agree with. */
static uint32_t plain_sum(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* A partial sum as a number. */
static uint16_t number(uint64_t sum)
{
	uint16_t folded = wire_sum_fold(sum);

	return get_be16(&folded);
}

static void adds_up_the_example_of_rfc_1071(void **state)
{
	static const uint8_t octets[] = { 0x00, 0x01, 0xf2, 0x03,
					  0xf4, 0xf5, 0xf6, 0xf7 };
	uint16_t checksum;

	(void)state;
	assert_int_equal(number(wire_sum(octets, sizeof octets)), 0xddf2);
	checksum = wire_checksum(wire_sum(octets, sizeof octets));
	assert_int_equal(get_be16(&checksum), 0x220d);
}

static void an_odd_last_octet_is_padded_with_zero(void **state)
{
	static const uint8_t octets[] = { 0x12, 0x34, 0x56 };

	(void)state;
	assert_int_equal(number(wire_sum(octets, 3)), 0x1234 + 0x5600);
	assert_int_equal(number(wire_sum(octets + 2, 1)), 0x5600);
}

static void nothing_sums_to_zero(void **state)
{
	uint8_t octet = 0xaa;

	(void)state;
	assert_true(wire_sum(NULL, 0) == 0);
	assert_true(wire_copy_sum(NULL, NULL, 0) == 0);
	assert_true(wire_copy_sum(&octet, &octet, 0) == 0);
	assert_int_equal(octet, 0xaa);
}

/* MUST-2, MUST-3: the same sum for every length at every alignment. */
static void is_right_at_any_alignment_and_length(void **state)
{
	struct dice dice = { 1 };
	uint8_t *end = fence_make(), octets[700], copy[700 + 2];
	size_t at, len;

	(void)state;
	assert_non_null(end);
	dice_fill(&dice, octets, sizeof octets);
	for (at = 0; at < 16; at++) {
		for (len = 0; len + at <= 640; len++) {
			uint32_t want = plain_sum(0, octets + at, len);
			uint8_t *p = fence_copy(end, octets + at, len);

			assert_int_equal(number(wire_sum(octets + at, len)),
					 want);
			assert_int_equal(number(wire_sum(p, len)), want);
			memset(copy, 0xa5, sizeof copy);
			assert_int_equal(number(wire_copy_sum(copy + 1 + at % 8,
							      p, len)),
					 want);
			assert_memory_equal(copy + 1 + at % 8, octets + at,
					    len);
			assert_int_equal(copy[at % 8], 0xa5);
			assert_int_equal(copy[1 + at % 8 + len], 0xa5);
		}
	}
}

static void loses_no_carry_of_many_ones(void **state)
{
	uint8_t *octets = malloc(BIG), *copy = malloc(BIG);
	static const size_t len[] = { 1460, 65535, 65536, BIG - 1, BIG };
	size_t i;

	(void)state;
	assert_non_null(octets);
	assert_non_null(copy);
	memset(octets, 0xff, BIG);
	for (i = 0; i < sizeof len / sizeof *len; i++) {
		uint32_t want = plain_sum(0, octets, len[i]);
		uint64_t sum = wire_copy_sum(copy, octets, len[i]);

		assert_int_equal(number(wire_sum(octets, len[i])), want);
		assert_int_equal(number(sum), want);
		/* Reduced: a thousand may be added. */
		assert_true(sum < UINT64_C(1) << 34);
		assert_memory_equal(copy, octets, len[i]);
	}
	free(octets);
	free(copy);
}

static void random_octets_of_any_length_agree(void **state)
{
	struct dice dice = { 2 };
	uint8_t *octets = malloc(BIG), *copy = malloc(BIG);
	int i;

	(void)state;
	assert_non_null(octets);
	assert_non_null(copy);
	for (i = 0; i < 300; i++) {
		uint32_t at = dice_below(&dice, 64);
		uint32_t len = dice_below(&dice, i % 10 ? 4096 : BIG - 64);
		uint32_t want;

		dice_fill(&dice, octets + at, len);
		want = plain_sum(0, octets + at, len);
		assert_int_equal(number(wire_sum(octets + at, len)), want);
		assert_int_equal(number(wire_copy_sum(copy, octets + at, len)),
				 want);
		assert_memory_equal(copy, octets + at, len);
	}
	free(octets);
	free(copy);
}

static void sums_of_pieces_add_to_the_sum_of_the_whole(void **state)
{
	struct dice dice = { 3 };
	uint8_t octets[3000];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		uint32_t len = dice_below(&dice, i % 100 ? 64 : 3000);
		uint32_t at = 0;
		uint64_t sum = 0;

		dice_fill(&dice, octets, len);
		while (at < len) {
			uint32_t size = 1 + dice_below(&dice, len - at);
			uint64_t piece = wire_sum(octets + at, size);

			sum += at & 1 ? wire_sum_swap(piece) : piece;
			at += size;
		}
		assert_int_equal(number(sum), plain_sum(0, octets, len));
	}
}

static void folds_any_64_bits(void **state)
{
	static const uint64_t sums[] = {
		0,
		1,
		0xffff,
		0x10000,
		0x1fffe,
		UINT32_MAX,
		UINT64_C(0x1fffffffe),
		UINT64_C(0x1ffffffff),
		UINT64_C(0xffffffff00000000),
		UINT64_C(0xfffffffffffffffe),
		UINT64_MAX,
	};
	struct dice dice = { 4 };
	size_t i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		uint64_t sum = i < sizeof sums / sizeof *sums
				       ? sums[i]
				       : dice_roll(&dice);
		uint64_t want = sum % 0xffff;

		/* Zero is written as ones, unless all was zero. */
		if (want == 0 && sum != 0)
			want = 0xffff;
		assert_int_equal(wire_sum_fold(sum), want);
	}
}

/* The pseudo headers as RFC 9293 3.1 and RFC 8200 8.1 draw them. */
static uint32_t plain_pseudo(const struct hf_addr *src,
			     const struct hf_addr *dst, uint8_t protocol,
			     uint32_t len, bool is_ipv4)
{
	uint8_t header[40] = { 0 };

	if (is_ipv4) {
		memcpy(header, src->octet + 12, 4);
		memcpy(header + 4, dst->octet + 12, 4);
		header[9] = protocol;
		put_be16(header + 10, (uint16_t)len);
		return plain_sum(0, header, 12);
	}
	memcpy(header, src, 16);
	memcpy(header + 16, dst, 16);
	put_be32(header + 32, len);
	header[39] = protocol;
	return plain_sum(0, header, 40);
}

static void the_pseudo_header_is_that_of_the_address_family(void **state)
{
	struct dice dice = { 5 };
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		bool is_ipv4 = i & 1;
		uint8_t protocol = (uint8_t)(1 + dice_below(&dice, 255));
		uint32_t len = dice_below(&dice, is_ipv4 ? 65536 : 1000000);
		struct hf_addr src, dst;
		uint32_t want;

		dice_fill(&dice, &src, sizeof src);
		dice_fill(&dice, &dst, sizeof dst);
		if (is_ipv4) {
			src = hf_ipv4(src.octet[0], src.octet[1], 0, 1);
			dst = hf_ipv4(dst.octet[0], 0, 0, dst.octet[1]);
		}
		want = plain_pseudo(&src, &dst, protocol, len, is_ipv4);
		assert_int_equal(
			number(wire_sum_pseudo(&src, &dst, protocol, len)),
			want);
	}
}

/* SYNs that a Linux 6 kernel sent: tcp is good only with its addresses. */
static const uint8_t syn_ipv4[] = {
	0x45, 0x00, 0x00, 0x3c, 0xdb, 0xdf, 0x40, 0x00, 0x40, 0x06, 0x4a, 0xc8,
	0x0a, 0x09, 0x00, 0x01, 0x0a, 0x09, 0x00, 0x02, 0xa1, 0xe2, 0x26, 0x95,
	0xf3, 0x97, 0xdc, 0x66, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x02, 0xfa, 0xf0,
	0x62, 0xd4, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a,
	0x21, 0x21, 0x1c, 0x8c, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x0a,
};

static const uint8_t syn_ipv6[] = {
	0x60, 0x0e, 0xdc, 0xe9, 0x00, 0x28, 0x06, 0x40, 0xfd, 0x00, 0x00, 0x09,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x98, 0x94, 0x26, 0x95, 0x83, 0x62, 0xdb, 0x64,
	0x00, 0x00, 0x00, 0x00, 0xa0, 0x02, 0xfd, 0x20, 0x6c, 0x20, 0x00, 0x00,
	0x02, 0x04, 0x05, 0xa0, 0x04, 0x02, 0x08, 0x0a, 0xfb, 0xb0, 0xcb, 0x17,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x0a,
};

/* MUST-3: a good segment is known as good, and any changed bit is found. */
static void check_kernel_segment(const uint8_t *tcp, uint32_t len,
				 const struct hf_addr *src,
				 const struct hf_addr *dst)
{
	uint64_t pseudo = wire_sum_pseudo(src, dst, 6, len);
	uint8_t changed[60];
	uint32_t bit;

	assert_true(wire_sum_is_good(pseudo + wire_sum(tcp, len)));
	for (bit = 0; bit < len * 8; bit++) {
		memcpy(changed, tcp, len);
		changed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(wire_sum_is_good(pseudo + wire_sum(changed, len)));
	}
}

static void a_segment_of_the_kernel_is_good(void **state)
{
	struct hf_addr src = hf_ipv4(10, 9, 0, 1), dst = hf_ipv4(10, 9, 0, 2);

	(void)state;
	assert_true(wire_sum_is_good(wire_sum(syn_ipv4, 20)));
	check_kernel_segment(syn_ipv4 + 20, 40, &src, &dst);
	memcpy(&src, syn_ipv6 + 8, sizeof src);
	memcpy(&dst, syn_ipv6 + 24, sizeof dst);
	check_kernel_segment(syn_ipv6 + 40, 40, &src, &dst);
}

/* MUST-2: what is generated is what the kernel generates. */
static void generates_the_checksum_of_the_kernel(void **state)
{
	struct hf_addr src = hf_ipv4(10, 9, 0, 1), dst = hf_ipv4(10, 9, 0, 2);
	uint8_t tcp[40], to[40];
	uint16_t checksum;

	(void)state;
	memcpy(tcp, syn_ipv4 + 20, 40);
	memset(tcp + 16, 0, 2);
	checksum = wire_checksum(wire_sum_pseudo(&src, &dst, 6, 40) +
				 wire_copy_sum(to, tcp, 40));
	memcpy(to + 16, &checksum, sizeof checksum);
	assert_memory_equal(to, syn_ipv4 + 20, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up_the_example_of_rfc_1071),
		cmocka_unit_test(an_odd_last_octet_is_padded_with_zero),
		cmocka_unit_test(nothing_sums_to_zero),
		cmocka_unit_test(is_right_at_any_alignment_and_length),
		cmocka_unit_test(loses_no_carry_of_many_ones),
		cmocka_unit_test(random_octets_of_any_length_agree),
		cmocka_unit_test(sums_of_pieces_add_to_the_sum_of_the_whole),
		cmocka_unit_test(folds_any_64_bits),
		cmocka_unit_test(
			the_pseudo_header_is_that_of_the_address_family),
		cmocka_unit_test(a_segment_of_the_kernel_is_good),
		cmocka_unit_test(generates_the_checksum_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
