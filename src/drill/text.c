/* SPDX-License-Identifier: MIT */
/* Events and calls as text. */
#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_add(struct text *text, const char *format, ...)
{
	size_t room = text->len < text->cap ? text->cap - text->len : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? text->buf + text->len : NULL, room, format, args);
	va_end(args);
	if (n > 0)
		text->len += (size_t)n;
}

void text_add_text(struct text *text, struct drill_text added)
{
	size_t room = text->len < text->cap ? text->cap - text->len : 0;
	size_t n = added.len < room ? added.len : room ? room - 1 : 0;

	if (room) {
		memcpy(text->buf + text->len, added.data, n);
		text->buf[text->len + n] = '\0';
	}
	text->len += added.len;
}

/* ---- calls ------------------------------------------------------------ */

static void add_call(struct text *text, const struct drill_call *call)
{
	size_t i;

	text_add(text, "%s(", call->name.data);
	for (i = 0; i < call->arguments; i++) {
		text_add(text, i ? ", " : "");
		text_add_expr(text, call->argument[i]);
	}
	text_add(text, ") = ");
	text_add_expr(text, call->result);
	if (call->error_name.data)
		text_add(text, " %s", call->error_name.data);
	if (call->note.data) {
		text_add(text, " (");
		text_add_text(text, call->note);
		text_add(text, ")");
	}
}

/* ---- times ------------------------------------------------------------ */

static void add_seconds(struct text *text, int64_t time)
{
	int64_t fraction = time % 1000000000;
	int digits = 9;

	text_add(text, "%" PRId64, time / 1000000000);
	if (!fraction)
		return;
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	text_add(text, ".%0*" PRId64, digits, fraction);
}

static void add_time(struct text *text, const struct drill_event *event)
{
	bool relative = event->time == DRILL_TIME_RELATIVE ||
			event->time == DRILL_TIME_RELATIVE_RANGE;
	bool range = event->time == DRILL_TIME_ABSOLUTE_RANGE ||
		     event->time == DRILL_TIME_RELATIVE_RANGE;

	if (event->time == DRILL_TIME_NONE)
		return;
	if (event->time == DRILL_TIME_ANY) {
		text_add(text, "* ");
		return;
	}
	text_add(text, relative ? "+" : "");
	add_seconds(text, event->start);
	if (range || event->call.blocks) {
		text_add(text, range ? "~" : "...");
		text_add(text, range && relative ? "+" : "");
		add_seconds(text, event->end);
	}
	text_add(text, " ");
}

/* ---- events ----------------------------------------------------------- */

/* A backtick of the text has its backslash still. */
static void add_event(struct text *text, const struct drill_event *event)
{
	add_time(text, event);
	switch (event->kind) {
	case DRILL_EVENT_PACKET:
		text_add_packet(text, &event->packet);
		break;
	case DRILL_EVENT_CALL:
		add_call(text, &event->call);
		break;
	case DRILL_EVENT_COMMAND:
		text_add(text, "`");
		text_add_text(text, event->text);
		text_add(text, "`");
		break;
	case DRILL_EVENT_CODE:
		text_add(text, "%%{");
		text_add_text(text, event->text);
		text_add(text, "}%%");
		break;
	}
}

size_t drill_event_text(const struct drill_event *event, char *buf, size_t cap)
{
	struct text text = { .buf = buf, .cap = cap };

	add_event(&text, event);
	return text.len;
}

size_t drill_packet_text(const struct drill_packet *packet, char *buf,
			 size_t cap)
{
	struct text text = { .buf = buf, .cap = cap };

	text_add_packet(&text, packet);
	return text.len;
}

size_t drill_call_text(const struct drill_call *call, char *buf, size_t cap)
{
	struct text text = { .buf = buf, .cap = cap };

	add_call(&text, call);
	return text.len;
}

size_t drill_expr_text(const struct drill_expr *expr, char *buf, size_t cap)
{
	struct text text = { .buf = buf, .cap = cap };

	text_add_expr(&text, expr);
	return text.len;
}
