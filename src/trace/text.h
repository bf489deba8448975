/* SPDX-License-Identifier: MIT */
/* Text that grows to the right and stops at its room. */
#ifndef TRACE_TEXT_H
#define TRACE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *to;
	size_t cap, len; /* len stays under cap */
	bool ended; /* by text_cut(): nothing is added any more */
};

__attribute__((format(printf, 2, 3))) void text_add(struct text *text,
						    const char *format, ...);

/* " [|tcp]": the captured octets end here, and so does the text. */
void text_cut(struct text *text, const char *protocol);
/* The same where tcpdump goes on with what is around that protocol. */
void text_short(struct text *text, const char *protocol);

void text_hex(struct text *text, const uint8_t *data, size_t len);
/* A character, or "^A", "M-a", "M-^A" for one that is not printed. */
void text_char(struct text *text, uint8_t c);
/* Octets in hexadecimal and as characters, on lines of their own. */
void text_dump(struct text *text, const uint8_t *data, uint32_t len);
void text_ipv4(struct text *text, const uint8_t *address);
void text_ipv6(struct text *text, const uint8_t *address);

#endif
