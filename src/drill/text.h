/* SPDX-License-Identifier: MIT */
/*
 * Parts of a script as text, in the script's own language: for errors, where
 * what happened stands beside what was expected, and for --verbose. All return
 * the length of the whole text, as snprintf does; what does not fit is cut.
 */
#ifndef DRILL_TEXT_H
#define DRILL_TEXT_H

#include "script.h"

size_t drill_event_text(const struct drill_event *event, char *buf, size_t cap);
size_t drill_packet_text(const struct drill_packet *packet, char *buf,
			 size_t cap);
size_t drill_call_text(const struct drill_call *call, char *buf, size_t cap);
size_t drill_expr_text(const struct drill_expr *expr, char *buf, size_t cap);

/* ---- for the parts of it ---------------------------------------------- */

struct text {
	char *buf;
	size_t cap, len; /* len: of the whole */
};

void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* With its NULs, if it has any. */
void text_add_text(struct text *text, struct drill_text added);
void text_add_expr(struct text *text, const struct drill_expr *expr);
void text_add_packet(struct text *text, const struct drill_packet *packet);

#endif
