/* SPDX-License-Identifier: MIT */
/* Domain names, as they are and compressed: RFC 1035 4.1.4. */
#include "trace_icmp.h"

#define KIND_MASK 0xc0u
#define POINTER 0xc0u
#define EXTENDED 0x40u /* RFC 6891 5 */
#define BIT_LABEL 1u /* RFC 2673 3, given up by RFC 6891 */

/* A name while it is read. */
struct name {
	uint32_t at;
	uint32_t start; /* of the message */
	uint32_t limit; /* a pointer must lead to before this offset */
	uint32_t end; /* past the first pointer; 0: none was followed */
};

/* These three return false if the name ends in the middle. */
static bool tell_label(const struct reader *r, struct name *n, uint8_t len)
{
	for (; len; len--, n->at++) {
		if (!reader_has(r, n->at, 1))
			return false;
		reader_tell_character(r, r->data[n->at]);
	}
	return true;
}

/* A number of bits, and they in hexadecimal: "\[xabc/12]" */
static bool tell_bits(const struct reader *r, struct name *n)
{
	unsigned bits, left;

	if (!reader_has(r, n->at, 1))
		return false;
	bits = r->data[n->at++];
	bits = bits ? bits : 256;
	text_add(r->text, "\\[x");
	for (left = bits; left; n->at++) {
		if (!reader_has(r, n->at, 1))
			return false;
		if (left > 4)
			text_add(r->text, "%02x",
				 r->data[n->at] &
					 (left < 8 ? 0xff00u >> left : 0xff));
		else
			text_add(r->text, "%x",
				 (r->data[n->at] & (0xff00u >> left)) >> 4 &
					 0xf);
		left -= left < 8 ? left : 8;
	}
	text_add(r->text, "/%u]", bits);
	return true;
}

static bool follow(const struct reader *r, struct name *n, uint8_t high)
{
	uint32_t offset;

	if (!reader_has(r, n->at, 1))
		return false;
	offset = (high & ~KIND_MASK) << 8 | r->data[n->at];
	if (!n->end)
		n->end = n->at + 1;
	if (offset >= n->limit) { /* so it always ends */
		text_add(r->text, "<BAD PTR>");
		return false;
	}
	n->limit = offset;
	n->at = n->start + offset;
	return true;
}

/* False: there is no such label. */
static bool is_label(const struct reader *r, uint8_t first)
{
	unsigned kind = first & KIND_MASK;

	if (!kind || kind == POINTER || first == (EXTENDED | BIT_LABEL))
		return true;
	if (kind == EXTENDED)
		text_add(r->text, "<ELT %u>", first & ~KIND_MASK);
	else
		text_add(r->text, "<BAD LABEL TYPE>");
	return false;
}

/* One label or pointer that starts with the octet `first`, now behind us. */
static bool tell_part(const struct reader *r, struct name *n, uint8_t first)
{
	unsigned kind = first & KIND_MASK;
	bool is_whole;

	if (kind == POINTER)
		return follow(r, n, first);
	is_whole = kind ? tell_bits(r, n) : tell_label(r, n, first);
	if (is_whole)
		text_add(r->text, ".");
	return is_whole;
}

uint32_t line_domain_name(const struct reader *r, uint32_t at, uint32_t start)
{
	struct name n = { .at = at, .start = start, .limit = at - start };
	uint8_t first;

	while (reader_has(r, n.at, 1)) {
		first = r->data[n.at++];
		if (!is_label(r, first))
			return 0;
		/* a length with nothing after it ends the name, too */
		if (!first || !reader_has(r, n.at, 1))
			return n.end ? n.end : n.at;
		if (!tell_part(r, &n, first))
			return 0;
	}
	return 0;
}
