/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "text.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

void text_add(struct text *text, const char *format, ...)
{
	size_t room = text->cap - text->len;
	va_list args;
	int n;

	if (!room || text->ended)
		return;
	va_start(args, format);
	n = vsnprintf(text->to + text->len, room, format, args);
	va_end(args);
	if (n > 0)
		text->len += (size_t)n < room ? (size_t)n : room - 1;
}

void text_short(struct text *text, const char *protocol)
{
	text_add(text, " [|%s]", protocol);
}

void text_cut(struct text *text, const char *protocol)
{
	text_short(text, protocol);
	text->ended = true;
}

void text_hex(struct text *text, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text_add(text, "%02x", data[i]);
}

void text_char(struct text *text, uint8_t c)
{
	if (c & 0x80)
		text_add(text, "M-");
	c &= 0x7f;
	if (c < 32 || c == 127)
		text_add(text, "^%c", c ^ 0x40);
	else
		text_add(text, "%c", c);
}

void text_dump(struct text *text, const uint8_t *data, uint32_t len)
{
	for (uint32_t at = 0; at < len; at += 16) {
		uint32_t n = len - at < 16 ? len - at : 16;

		text_add(text, "\n\t0x%04x: ", at);
		for (uint32_t i = 0; i < n; i++)
			text_add(text, "%s%02x", i % 2 ? "" : " ",
				 data[at + i]);
		text_add(text, "%*s", (int)(42 - n / 2 * 5 - n % 2 * 3), "");
		for (uint32_t i = 0; i < n; i++)
			text_add(text, "%c",
				 data[at + i] > 32 && data[at + i] < 127
					 ? data[at + i]
					 : '.');
	}
}

void text_ipv4(struct text *text, const uint8_t *address)
{
	text_add(text, "%u.%u.%u.%u", address[0], address[1], address[2],
		 address[3]);
}

void text_ipv6(struct text *text, const uint8_t *address)
{
	char name[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, address, name, sizeof name);
	text_add(text, "%s", name);
}
