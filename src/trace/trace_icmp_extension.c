/* SPDX-License-Identifier: MIT */
/* What follows the datagram that an ICMP error quotes: RFC 4884 7. */
#include "checksum.h"
#include "trace_icmp.h"

#define LENGTH_AT 5u
/* Header, and the datagram padded to 128 octets. */
#define EXTENSION_AT 136u
#define EXTENSION_HEADER 4u
#define EXTENSION_VERSION 2u
#define OBJECT_HEADER 4u

enum object_class {
	MPLS_STACK = 1, /* RFC 4950 */
	INTERFACE = 2, /* RFC 5837 */
};

/* The message has `len` octets, all told. */
static uint16_t sum(const struct reader *r, uint32_t len)
{
	return wire_checksum(
		wire_sum(r->data + EXTENSION_AT, len - EXTENSION_AT));
}

/*
 * Without a length of what is quoted (RFC 4884 5.5) only a right checksum
 * tells that there is an extension; one that is cut gets the benefit.
 */
static bool is_extension(const struct reader *r, uint32_t len)
{
	return read8(r, LENGTH_AT) || !reader_has(r, 0, len) || !sum(r, len);
}

static void tell_checksum(const struct reader *r, uint32_t len)
{
	if (reader_has(r, 0, len))
		text_add(r->text, ", checksum 0x%04x (%scorrect), length %u",
			 read16(r, EXTENSION_AT + 2), sum(r, len) ? "in" : "",
			 len - EXTENSION_AT);
}

/* Only the top of the stack is told. */
static void tell_label(const struct reader *r, uint32_t at)
{
	uint32_t entry = read32(r, at);

	text_add(r->text, "\n\t    label %u, tc %u", entry >> 12,
		 entry >> 9 & 7);
	if (entry & 0x100)
		text_add(r->text, ", [S]");
	text_add(r->text, ", ttl %u", entry & 0xff);
}

static const char *class_name(uint8_t class)
{
	if (class == MPLS_STACK)
		return "MPLS Stack Entry";
	return class == INTERFACE ? "Interface Identification" : "unknown";
}

/* Its length, all told; 0: nothing can follow. */
static uint32_t tell_object(const struct reader *r, uint32_t at)
{
	uint16_t len = read16(r, at);
	uint8_t class = read8(r, at + 2), type = read8(r, at + 3);

	text_add(r->text, "\n\t  %s Object (%u), Class-Type: %u, length %u",
		 class_name(class), class, type, len);
	if (!class || len < OBJECT_HEADER)
		return 0;
	if (class == MPLS_STACK && type == 1)
		tell_label(r, at + OBJECT_HEADER);
	else
		reader_tell_hex(r, at + OBJECT_HEADER, len - OBJECT_HEADER,
				"\n\t    ");
	return len;
}

void line_icmp_extension(const struct reader *r, uint32_t len)
{
	uint32_t at = EXTENSION_AT + EXTENSION_HEADER, octets;
	unsigned version;

	if (len <= EXTENSION_AT || !reader_needs(r, EXTENSION_AT, 5))
		return;
	if (!is_extension(r, len))
		return;
	version = read8(r, EXTENSION_AT) >> 4;
	text_add(r->text, "\n\tICMP Multi-Part extension v%u", version);
	if (version != EXTENSION_VERSION) {
		text_add(r->text, " packet not supported");
		return;
	}
	tell_checksum(r, len);
	while (at + OBJECT_HEADER < len && !r->text->ended) {
		octets = tell_object(r, at);
		if (!octets || octets > len - at)
			return;
		at += octets;
	}
}
