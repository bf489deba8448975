/* SPDX-License-Identifier: MIT */
#include "reader.h"

#define HEX_OCTETS_OF_LINE 16u

bool reader_needs(const struct reader *r, uint32_t at, uint32_t octets)
{
	if (reader_has(r, at, octets))
		return true;
	text_cut(r->text, r->protocol);
	return false;
}

const uint8_t *read_octets(const struct reader *r, uint32_t at, uint32_t octets)
{
	static const uint8_t nothing[16];

	return reader_needs(r, at, octets) ? r->data + at : nothing;
}

void reader_tell_ipv4(const struct reader *r, uint32_t at)
{
	text_ipv4(r->text, read_octets(r, at, 4));
}

void reader_tell_ipv6(const struct reader *r, uint32_t at)
{
	text_ipv6(r->text, read_octets(r, at, 16));
}

void reader_tell_hex(const struct reader *r, uint32_t at, uint32_t len,
		     const char *indent)
{
	if (at >= r->have)
		return;
	len = least(len, r->have - at);
	for (uint32_t i = 0; i < len; i++) {
		if (i % HEX_OCTETS_OF_LINE == 0)
			text_add(r->text, "%s0x%04x: ", indent, i);
		text_add(r->text, i % 2 ? "%02x" : " %02x", r->data[at + i]);
	}
}

void reader_tell_character(const struct reader *r, uint8_t c)
{
	if (c >= 0x80)
		text_add(r->text, "M-");
	c &= 0x7f;
	if (c >= 0x20 && c < 0x7f)
		text_add(r->text, "%c", c);
	else
		text_add(r->text, "^%c", c ^ 0x40);
}

void reader_tell_octets(const struct reader *r, uint32_t at, uint32_t len)
{
	if (!reader_needs(r, at, len))
		return;
	for (uint32_t i = 0; i < len; i++)
		text_add(r->text, i ? ":%02x" : "%02x", r->data[at + i]);
}
