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

	if (!room)
		return;
	va_start(args, format);
	n = vsnprintf(text->to + text->len, room, format, args);
	va_end(args);
	if (n > 0)
		text->len += (size_t)n < room ? (size_t)n : room - 1;
}

void text_hex(struct text *text, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text_add(text, "%02x", data[i]);
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
