/* SPDX-License-Identifier: MIT */
/* Scripts: options, the first command, events. */
#include "arena.h"
#include "parse.h"

#include <stdio.h>
#include <string.h>

/* ---- events ----------------------------------------------------------- */

/* The end of a range, or of a call that blocks. */
static void parse_end(struct parser *parser, struct drill_event *event)
{
	struct drill_place at = parser->token.from.at;

	event->end = scan_seconds(parser);
	if (event->end < event->start)
		scan_fail(parser, at, "the end is before the start");
}

static void parse_time(struct parser *parser, struct drill_event *event)
{
	bool relative = scan_take(parser, '+');

	if (!relative && scan_take(parser, '*')) {
		event->time = DRILL_TIME_ANY;
		return;
	}
	if (!relative && !scan_is(parser, '.') &&
	    parser->token.kind != SCAN_NUMBER)
		return;
	event->time = relative ? DRILL_TIME_RELATIVE : DRILL_TIME_ABSOLUTE;
	event->start = event->end = scan_seconds(parser);
	if (scan_take(parser, '~')) {
		event->time = relative ? DRILL_TIME_RELATIVE_RANGE
				       : DRILL_TIME_ABSOLUTE_RANGE;
		if (relative)
			scan_take(parser, '+');
		parse_end(parser, event);
	} else if (parser->token.kind == SCAN_ELLIPSIS) {
		scan_next(parser);
		parse_end(parser, event);
		event->call.blocks = true;
	}
}

static void parse_text(struct parser *parser, struct drill_event *event)
{
	struct scan_token token = parser->token;

	event->text = scan_copy(parser, token.text, token.len);
	scan_next(parser);
}

static void parse_action(struct parser *parser, struct drill_event *event)
{
	if (scan_is(parser, '<') || scan_is(parser, '>')) {
		event->kind = DRILL_EVENT_PACKET;
		parse_packet(parser, &event->packet);
	} else if (parser->token.kind == SCAN_WORD) {
		event->kind = DRILL_EVENT_CALL;
		parse_call(parser, &event->call);
	} else if (parser->token.kind == SCAN_COMMAND) {
		event->kind = DRILL_EVENT_COMMAND;
		parse_text(parser, event);
	} else if (parser->token.kind == SCAN_CODE) {
		event->kind = DRILL_EVENT_CODE;
		parse_text(parser, event);
	} else {
		scan_fail_expected(parser, "an event");
	}
	if (event->call.blocks && event->kind != DRILL_EVENT_CALL)
		scan_fail(parser, event->at, "only a call can block");
}

void parse_event(struct parser *parser, struct drill_event *event)
{
	const char *from;

	memset(event, 0, sizeof *event);
	event->at = parser->token.from.at;
	parse_time(parser, event);
	event->action = parser->token.from.at;
	from = parser->in_macro ? parser->done.next : parser->token.from.next;
	parse_action(parser, event);
	event->source =
		scan_copy(parser, from, (size_t)(parser->done.next - from));
}

/* ---- the script ------------------------------------------------------- */

static void parse_init(struct parser *parser)
{
	struct drill_script *script = parser->script;
	struct scan_token token = parser->token;

	if (token.kind != SCAN_COMMAND)
		return;
	script->init_at = token.from.at;
	script->init = scan_copy(parser, token.text, token.len);
	scan_next(parser);
}

static void parse_script(struct parser *parser)
{
	struct drill_script *script = parser->script;
	struct drill_event *event = NULL;

	scan_next(parser);
	parse_options(parser);
	parse_init(parser);
	while (parser->token.kind != SCAN_END) {
		event = scan_grow(parser, event, script->events, sizeof *event);
		parse_event(parser, &event[script->events++]);
	}
	script->event = event;
}

/* ---- entering the parser ---------------------------------------------- */

static struct drill_script *script_new(const char *name)
{
	struct drill_arena *arena = drill_arena_new();
	struct drill_script *script;
	char *copy;

	if (!arena)
		return NULL;
	script = drill_arena_alloc(arena, sizeof *script);
	copy = drill_arena_alloc(arena, strlen(name) + 1);
	if (!script || !copy) {
		drill_arena_free(arena);
		return NULL;
	}
	strcpy(copy, name);
	script->name = copy;
	script->arena = arena;
	return script;
}

static void add_defines(struct parser *parser,
			const struct drill_define *define)
{
	struct scan_macro *macro = NULL;

	for (; define && define->name; define++) {
		struct scan_macro *next;

		macro = scan_grow(parser, macro, parser->macros, sizeof *macro);
		next = &macro[parser->macros++];
		next->name =
			scan_copy(parser, define->name, strlen(define->name));
		next->value =
			scan_copy(parser, define->value, strlen(define->value));
	}
	parser->macro = macro;
	parser->given = parser->macros;
}

struct drill_script *drill_parse_with(const char *name, const char *text,
				      size_t len,
				      const struct drill_define *define,
				      struct drill_error *error)
{
	struct parser parser = {
		.script = script_new(name),
		.error = error,
		.cursor = { .next = text, .end = text + len, .at = { 1, 1 } },
	};

	memset(error, 0, sizeof *error);
	if (!parser.script) {
		snprintf(error->text, sizeof error->text, "%s: out of memory",
			 name);
		return NULL;
	}
	if (setjmp(parser.failed)) {
		drill_script_free(parser.script);
		return NULL;
	}
	add_defines(&parser, define);
	parse_script(&parser);
	return parser.script;
}

struct drill_script *drill_parse(const char *name, const char *text, size_t len,
				 struct drill_error *error)
{
	return drill_parse_with(name, text, len, NULL, error);
}

void drill_script_free(struct drill_script *script)
{
	if (script)
		drill_arena_free(script->arena);
}
