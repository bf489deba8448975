/* SPDX-License-Identifier: MIT */
#include "pcapng.h"

#include <string.h>

/* Blocks, options and link types, by their numbers in the specification. */
#define SECTION_HEADER 0x0a0d0d0au
#define INTERFACE_DESCRIPTION 1u
#define ENHANCED_PACKET 6u
#define BYTE_ORDER 0x1a2b3c4du /* written as this machine does */
#define OPTION_END 0u
#define OPTION_COMMENT 1u
#define OPTION_PROGRAM 4u /* of a section */
#define OPTION_NAME 2u /* of an interface */
#define OPTION_RESOLUTION 9u
#define NANOSECONDS 9u /* a power of ten */
#define COMMENT_MOST 65000u

static const uint8_t padding[4];

static uint32_t padded(uint32_t len)
{
	return (len + 3) & ~3u;
}

static bool put(FILE *out, const void *data, size_t len)
{
	return !len || fwrite(data, len, 1, out) == 1;
}

static bool put32(FILE *out, uint32_t value)
{
	return put(out, &value, sizeof value);
}

static bool put_padded(FILE *out, const void *data, uint32_t len)
{
	return put(out, data, len) && put(out, padding, padded(len) - len);
}

static uint32_t option_len(uint32_t len)
{
	return 4 + padded(len);
}

static bool put_option(FILE *out, uint16_t code, const void *data, uint32_t len)
{
	uint16_t head[2] = { code, (uint16_t)len };

	return put(out, head, sizeof head) && put_padded(out, data, len);
}

/* Type and length before a block's body; behind it the length again. */
static bool put_head(FILE *out, uint32_t type, uint32_t body)
{
	return put32(out, type) && put32(out, body + 12);
}

static bool put_section(FILE *out)
{
	static const char program[] = "handfast";
	static const uint16_t version[2] = { 1, 0 };
	static const uint64_t unknown_len = UINT64_MAX;
	uint32_t body = 16 + option_len(sizeof program - 1) + option_len(0);

	return put_head(out, SECTION_HEADER, body) && put32(out, BYTE_ORDER) &&
	       put(out, version, sizeof version) &&
	       put(out, &unknown_len, sizeof unknown_len) &&
	       put_option(out, OPTION_PROGRAM, program, sizeof program - 1) &&
	       put_option(out, OPTION_END, NULL, 0) && put32(out, body + 12);
}

static uint16_t link_type(enum hf_trace_link link)
{
	switch (link) {
	case HF_TRACE_ETHERNET:
		return 1;
	case HF_TRACE_LINUX_SLL:
		return 113;
	case HF_TRACE_LINUX_SLL2:
		return 276;
	case HF_TRACE_NULL:
		return 0;
	case HF_TRACE_LOOP:
		return 108;
	case HF_TRACE_IP:
	case HF_TRACE_OCTETS:
	case HF_TRACE_LINKS:
		break;
	}
	return 101; /* raw IP, the version told by the first octet */
}

bool pcapng_section(FILE *out, enum hf_trace_link link, const char *interface)
{
	const uint16_t type[2] = { link_type(link), 0 };
	const uint8_t resolution = NANOSECONDS;
	uint32_t name = (uint32_t)strlen(interface);
	uint32_t body = 8 + option_len(name) + option_len(1) + option_len(0);

	return put_section(out) && put_head(out, INTERFACE_DESCRIPTION, body) &&
	       put(out, type, sizeof type) && put32(out, 0) &&
	       put_option(out, OPTION_NAME, interface, name) &&
	       put_option(out, OPTION_RESOLUTION, &resolution, 1) &&
	       put_option(out, OPTION_END, NULL, 0) && put32(out, body + 12);
}

/* An option's length has 16 bits. */
static uint32_t comment_len(const char *comment)
{
	size_t len = strlen(comment);

	return len < COMMENT_MOST ? (uint32_t)len : COMMENT_MOST;
}

bool pcapng_packet(FILE *out, hf_time when, const void *frame, uint32_t len,
		   const char *comment)
{
	uint32_t text = comment_len(comment);
	uint32_t options = text ? option_len(text) + option_len(0) : 0;
	uint32_t body = 20 + padded(len) + options;

	return put_head(out, ENHANCED_PACKET, body) && put32(out, 0) &&
	       put32(out, (uint32_t)(when >> 32)) &&
	       put32(out, (uint32_t)when) && put32(out, len) &&
	       put32(out, len) && put_padded(out, frame, len) &&
	       (!text || (put_option(out, OPTION_COMMENT, comment, text) &&
			  put_option(out, OPTION_END, NULL, 0))) &&
	       put32(out, body + 12);
}
