/* SPDX-License-Identifier: MIT */
/* accept(3, ..., ...) = -1 EAGAIN (Resource temporarily unavailable) */
#include "parse.h"
#include "symbol.h"

#include <string.h>

static void parse_arguments(struct parser *parser, struct drill_call *call)
{
	struct drill_expr **argument = NULL;

	scan_expect(parser, '(');
	while (!scan_take(parser, ')')) {
		if (call->arguments)
			scan_expect(parser, ',');
		argument = scan_grow(parser, argument, call->arguments,
				     sizeof(void *));
		argument[call->arguments++] = parse_expr(parser);
	}
	call->argument = argument;
}

static void parse_error(struct parser *parser, struct drill_call *call)
{
	struct scan_token name = parser->token;
	const struct drill_symbol *error;

	error = drill_errno_find(name.text, name.len);
	if (!error)
		scan_fail_unknown(parser, "errno", &name);
	call->error = (int)error->value;
	call->error_name = scan_copy(parser, name.text, name.len);
	scan_next(parser);
}

void parse_call(struct parser *parser, struct drill_call *call)
{
	struct scan_token name;

	name = scan_expect_kind(parser, SCAN_WORD, "a system call");
	if (name.len > 5 && !memcmp(name.text, "sctp_", 5))
		scan_fail(parser, name.from.at, "SCTP is not supported");
	call->name = scan_copy(parser, name.text, name.len);
	parse_arguments(parser, call);
	scan_expect(parser, '=');
	call->result = parse_expr(parser);
	if (parser->token.kind == SCAN_WORD && scan_is_same_line(parser))
		parse_error(parser, call);
	if (scan_is(parser, '('))
		call->note = scan_note(parser);
}
