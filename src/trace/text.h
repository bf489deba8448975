/* SPDX-License-Identifier: MIT */
/* Text that grows to the right and stops at its room. */
#ifndef TRACE_TEXT_H
#define TRACE_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char *to;
	size_t cap, len; /* len stays under cap */
};

__attribute__((format(printf, 2, 3))) void text_add(struct text *text,
						    const char *format, ...);

void text_hex(struct text *text, const uint8_t *data, size_t len);
void text_ipv4(struct text *text, const uint8_t *address);
void text_ipv6(struct text *text, const uint8_t *address);

#endif
