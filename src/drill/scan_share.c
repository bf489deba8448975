/* SPDX-License-Identifier: MIT */
/* What the parts of the parser share beside tokens: failing, memory. */
#include "arena.h"
#include "scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 40u /* letters of a token, in an error */

/* ---- failing ---------------------------------------------------------- */

void scan_fail(struct parser *parser, struct drill_place at, const char *format,
	       ...)
{
	struct drill_error *error = parser->error;
	const char *name = parser->script->name;
	va_list args;
	int n;

	error->at = at;
	n = snprintf(error->text, sizeof error->text, "%s:%u:%u: ", name,
		     (unsigned)at.line, (unsigned)at.column);
	if (n > 0 && (size_t)n < sizeof error->text) {
		va_start(args, format);
		vsnprintf(error->text + n, sizeof error->text - (size_t)n,
			  format, args);
		va_end(args);
	}
	longjmp(parser->failed, 1);
}

/* As it is written, but on one line, and of letters that can be printed. */
static void show(const struct scan_token *token, char shown[SHOWN + 8])
{
	const char *from = token->from.next;
	size_t len = (size_t)(token->text + token->len - from);
	size_t i, cut = len < SHOWN ? len : SHOWN;

	if (token->kind == SCAN_STRING || token->kind == SCAN_COMMAND)
		cut = ++len < SHOWN ? len : SHOWN;
	for (i = 0; i < cut; i++)
		shown[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	strcpy(shown + cut, cut < len ? "..." : "");
}

void scan_fail_expected(struct parser *parser, const char *what)
{
	const struct scan_token *token = &parser->token;
	char shown[SHOWN + 8];

	if (token->kind == SCAN_END)
		scan_fail(parser, token->from.at,
			  "expected %s, found the end of the file", what);
	show(token, shown);
	scan_fail(parser, token->from.at, "expected %s, found '%s'", what,
		  shown);
}

void scan_fail_unknown(struct parser *parser, const char *what,
		       const struct scan_token *token)
{
	char shown[SHOWN + 8];

	show(token, shown);
	scan_fail(parser, token->from.at, "unknown %s '%s'", what, shown);
}

/* ---- memory ----------------------------------------------------------- */

void *scan_alloc(struct parser *parser, size_t size)
{
	void *data = drill_arena_alloc(parser->script->arena, size);

	if (!data)
		scan_fail(parser, parser->token.from.at, "out of memory");
	return data;
}

struct drill_text scan_copy(struct parser *parser, const char *text, size_t len)
{
	struct drill_text copy = { .len = len };
	char *data = scan_alloc(parser, len + 1);

	memcpy(data, text, len);
	copy.data = data;
	return copy;
}

/* The room is 4, 8, 16 ... items, so that it is known when it is full. */
void *scan_grow(struct parser *parser, const void *array, size_t items,
		size_t size)
{
	void *larger;

	if (items && (items < 4 || (items & (items - 1))))
		return (void *)(uintptr_t)array;
	larger = scan_alloc(parser, (items ? 2 * items : 4) * size);
	if (items)
		memcpy(larger, array, items * size);
	return larger;
}

/* ---- numbers ---------------------------------------------------------- */

unsigned scan_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

bool scan_integer(const struct scan_token *token, unsigned base,
		  uint64_t *value)
{
	const char *p = token->text, *end = p + token->len;

	if (token->len > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	} else if (base == 0) {
		base = token->len > 1 && p[0] == '0' ? 8 : 10;
	}
	for (*value = 0; p < end; p++) {
		unsigned n = scan_digit(*p);

		if (n >= base || *value > (UINT64_MAX - n) / base)
			return false;
		*value = *value * base + n;
	}
	return true;
}

uint32_t scan_number(struct parser *parser, uint32_t max, const char *what)
{
	struct scan_token token = parser->token;
	char expected[64];
	uint64_t value;

	if (token.kind == SCAN_NUMBER && scan_integer(&token, 10, &value)) {
		if (value > max)
			scan_fail(parser, token.from.at, "%s above %u", what,
				  (unsigned)max);
		scan_next(parser);
		return (uint32_t)value;
	}
	snprintf(expected, sizeof expected, "a number (%s)", what);
	scan_fail_expected(parser, expected);
}
