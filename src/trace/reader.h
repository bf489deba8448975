/* SPDX-License-Identifier: MIT */
/*
 * Octets that are looked at while they are told. One that was not captured
 * reads as 0 and ends the text with " [|protocol]", so that whoever reads
 * need not ask; only a loop must look at text->ended.
 */
#ifndef TRACE_READER_H
#define TRACE_READER_H

#include "bytes.h"
#include "trace_lines.h"

struct reader {
	struct text *text;
	const uint8_t *data;
	uint32_t have;
	const char *protocol;
};

static inline struct reader
reader_of(struct text *text, const struct payload *p, const char *protocol)
{
	return (struct reader){ text, p->data, p->have, protocol };
}

/* True if they are all there. */
static inline bool reader_has(const struct reader *r, uint32_t at,
			      uint32_t octets)
{
	return at <= r->have && octets <= r->have - at;
}

/* True if they are all there; else the text has ended. */
bool reader_needs(const struct reader *r, uint32_t at, uint32_t octets);

/* Up to 16 octets. */
const uint8_t *read_octets(const struct reader *r, uint32_t at,
			   uint32_t octets);

static inline uint8_t read8(const struct reader *r, uint32_t at)
{
	return read_octets(r, at, 1)[0];
}

static inline uint16_t read16(const struct reader *r, uint32_t at)
{
	return get_be16(read_octets(r, at, 2));
}

static inline uint32_t read32(const struct reader *r, uint32_t at)
{
	return get_be32(read_octets(r, at, 4));
}

/* Addresses. */
void reader_tell_ipv4(const struct reader *r, uint32_t at);
void reader_tell_ipv6(const struct reader *r, uint32_t at);

/*
 * "0x0000:  0102 0304" of `len` octets or those that are there, 16 in each
 * line; `indent` begins a line.
 */
void reader_tell_hex(const struct reader *r, uint32_t at, uint32_t len,
		     const char *indent);

/* "a", "^@", "M-a", "M-^@" */
void reader_tell_character(const struct reader *r, uint8_t c);

/* "01:02:03" */
void reader_tell_octets(const struct reader *r, uint32_t at, uint32_t len);

#endif
