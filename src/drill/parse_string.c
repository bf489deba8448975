/* SPDX-License-Identifier: MIT */
/* "abc\n\x00" among arguments. */
#include "parse.h"

#include <string.h>

/* Up to three digits; *p is at the first. */
static char read_octal(const char **p, const char *end)
{
	unsigned value = 0, n;

	for (n = 0; n < 3 && *p < end && **p >= '0' && **p <= '7'; n++)
		value = value * 8 + (unsigned)(*(*p)++ - '0');
	return (char)value;
}

static char read_hex(struct parser *parser, const struct scan_token *token,
		     const char **p, const char *end)
{
	unsigned value = 0, n;

	for (n = 0; n < 2 && *p < end && scan_digit(**p) < 16; n++)
		value = value * 16 + scan_digit(*(*p)++);
	if (!n)
		scan_fail(parser, token->from.at, "no digits after \\x");
	return (char)value;
}

/* *p is behind the backslash. */
static char read_escape(struct parser *parser, const struct scan_token *token,
			const char **p, const char *end)
{
	static const char letters[] = "ntrabfv\\\"'";
	static const char meanings[] = "\n\t\r\a\b\f\v\\\"'";
	const char *letter;

	if (**p >= '0' && **p <= '7')
		return read_octal(p, end);
	if (**p == 'x') {
		(*p)++;
		return read_hex(parser, token, p, end);
	}
	letter = **p ? strchr(letters, **p) : NULL;
	if (!letter)
		scan_fail(parser, token->from.at, "unknown escape '\\%c'",
			  **p >= ' ' && **p <= '~' ? **p : '?');
	(*p)++;
	return meanings[letter - letters];
}

/* "abc", and "abc"... */
struct drill_expr *parse_string(struct parser *parser)
{
	struct drill_expr *expr = parse_expr_new(parser, DRILL_STRING);
	struct scan_token token = parser->token;
	const char *p = token.text, *end = p + token.len;
	char *data = scan_alloc(parser, token.len + 1);

	expr->text.data = data;
	while (p < end) {
		char c = *p++;

		if (c == '\\')
			c = read_escape(parser, &token, &p, end);
		data[expr->text.len++] = c;
	}
	scan_next(parser);
	if (parser->token.kind == SCAN_ELLIPSIS) {
		expr->more = true;
		scan_next(parser);
	}
	return expr;
}
