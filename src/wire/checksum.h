/* SPDX-License-Identifier: MIT */
/*
 * The Internet checksum (RFC 1071). Sums are partial, in 64 bits, in the
 * machine's own byte order, and may be added to each other; only the last
 * piece of a sum may have an odd length.
 */
#ifndef WIRE_CHECKSUM_H
#define WIRE_CHECKSUM_H

#include "core.h"
#include <handfast/types.h>

/* The partial sum of octets. */
uint64_t wire_sum(const void *data, size_t len);

/* The same for a header: a few words of four octets. */
static inline uint64_t wire_sum_header(const void *header, uint32_t len)
{
	const uint8_t *octets = header;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < len; i += 4) {
		uint32_t word;

		memcpy(&word, octets + i, sizeof word);
		sum += word;
	}
	return sum;
}

/* Copies octets and returns their partial sum, in one pass. */
uint64_t wire_copy_sum(void *to, const void *from, size_t len);

/*
 * A partial sum moved by one octet: for a piece that starts at an odd
 * offset of the whole.
 */
uint64_t wire_sum_swap(uint64_t sum);

/* The pseudo header of IPv4 (both addresses mapped) or IPv6. */
uint64_t wire_sum_pseudo(const struct hf_addr *src, const struct hf_addr *dst,
			 uint8_t protocol, uint32_t len);

/* The 16-bit sum, folded, in memory order: store with memcpy. */
uint16_t wire_sum_fold(uint64_t sum);

/* Its complement: what goes into a checksum field, in memory order. MUST-2 */
static inline uint16_t wire_checksum(uint64_t sum)
{
	return (uint16_t)~wire_sum_fold(sum);
}

/* True if octets that include their checksum field add up. MUST-3 */
static inline bool wire_sum_is_good(uint64_t sum)
{
	return wire_sum_fold(sum) == 0xffff;
}

#endif
