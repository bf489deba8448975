/* SPDX-License-Identifier: MIT */
/*
 * Sequence numbers, modulo 2^32 (RFC 9293 3.4). A struct, so that `a < b`
 * does not compile. Two are compared by their distance, which must be under
 * 2^31 to mean anything.
 */
#ifndef WIRE_SEQ_H
#define WIRE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

struct hf_seq {
	uint32_t n;
};

static inline struct hf_seq seq_add(struct hf_seq a, uint32_t octets)
{
	return (struct hf_seq){ a.n + octets };
}

/* From b to a, as a number of octets; negative if a is before b. */
static inline int32_t seq_diff(struct hf_seq a, struct hf_seq b)
{
	return (int32_t)(a.n - b.n);
}

static inline bool seq_eq(struct hf_seq a, struct hf_seq b)
{
	return a.n == b.n;
}

static inline bool seq_before(struct hf_seq a, struct hf_seq b)
{
	return seq_diff(a, b) < 0;
}

static inline bool seq_upto(struct hf_seq a, struct hf_seq b)
{
	return seq_diff(a, b) <= 0;
}

/* True if a is one of the `len` numbers from `first` on, wherever it may be. */
static inline bool seq_in(struct hf_seq a, struct hf_seq first, uint32_t len)
{
	return a.n - first.n < len;
}

static inline struct hf_seq seq_max(struct hf_seq a, struct hf_seq b)
{
	return seq_before(a, b) ? b : a;
}

static inline struct hf_seq seq_min(struct hf_seq a, struct hf_seq b)
{
	return seq_before(a, b) ? a : b;
}

#endif
