/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <string.h>

/* ---- letters ---------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       is_digit(c);
}

static bool is_at(const struct scan_cursor *cursor, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(cursor->end - cursor->next) >= len &&
	       !memcmp(cursor->next, text, len);
}

/* What a macro stands for is all at the place where it is used. */
static void advance(struct parser *parser, size_t n)
{
	struct scan_cursor *cursor = &parser->cursor;

	for (; n; n--) {
		bool line_ends = *cursor->next++ == '\n';

		if (parser->in_macro)
			continue;
		cursor->at.column++;
		if (line_ends) {
			cursor->at.line++;
			cursor->at.column = 1;
		}
	}
}

/* ---- blanks and comments ---------------------------------------------- */

static void skip_line(struct parser *parser)
{
	const struct scan_cursor *cursor = &parser->cursor;

	while (cursor->next < cursor->end && *cursor->next != '\n')
		advance(parser, 1);
}

static void skip_comment(struct parser *parser)
{
	struct drill_place at = parser->cursor.at;

	advance(parser, 2);
	while (!is_at(&parser->cursor, "*/")) {
		if (parser->cursor.next == parser->cursor.end)
			scan_fail(parser, at, "the comment does not end");
		advance(parser, 1);
	}
	advance(parser, 2);
}

static void skip(struct parser *parser)
{
	const struct scan_cursor *cursor = &parser->cursor;

	while (cursor->next < cursor->end) {
		if (is_blank(*cursor->next))
			advance(parser, 1);
		else if (*cursor->next == '#' || is_at(cursor, "//"))
			skip_line(parser);
		else if (is_at(cursor, "/*"))
			skip_comment(parser);
		else
			return;
	}
}

/* ---- tokens ----------------------------------------------------------- */

static void set(struct parser *parser, enum scan_kind kind, size_t len)
{
	parser->token.kind = kind;
	parser->token.text = parser->cursor.next;
	parser->token.len = len;
	advance(parser, len);
}

/* What stands between two marks; with escapes a backslash hides a mark. */
static void set_between(struct parser *parser, enum scan_kind kind,
			const char *begin, const char *end, bool escapes)
{
	struct scan_cursor *cursor = &parser->cursor;
	struct drill_place at = cursor->at;

	advance(parser, strlen(begin));
	parser->token.kind = kind;
	parser->token.text = cursor->next;
	while (!is_at(cursor, end)) {
		bool hides = escapes && is_at(cursor, "\\");

		if (cursor->end - cursor->next <= (hides ? 1 : 0))
			scan_fail(parser, at, "no %s ends what %s begins", end,
				  begin);
		advance(parser, hides ? 2 : 1);
	}
	parser->token.len = (size_t)(cursor->next - parser->token.text);
	advance(parser, strlen(end));
}

static size_t word_length(const struct scan_cursor *cursor)
{
	const char *p = cursor->next;

	while (p < cursor->end && is_word(*p))
		p++;
	return (size_t)(p - cursor->next);
}

static void read_token(struct parser *parser)
{
	const struct scan_cursor *cursor = &parser->cursor;

	parser->token.from = *cursor;
	if (cursor->next == cursor->end)
		set(parser, SCAN_END, 0);
	else if (is_digit(*cursor->next))
		set(parser, SCAN_NUMBER, word_length(cursor));
	else if (is_word(*cursor->next))
		set(parser, SCAN_WORD, word_length(cursor));
	else if (*cursor->next == '"')
		set_between(parser, SCAN_STRING, "\"", "\"", true);
	else if (*cursor->next == '`')
		set_between(parser, SCAN_COMMAND, "`", "`", true);
	else if (is_at(cursor, "%{"))
		set_between(parser, SCAN_CODE, "%{", "}%", false);
	else if (is_at(cursor, "..."))
		set(parser, SCAN_ELLIPSIS, 3);
	else
		set(parser, SCAN_SIGN, 1);
}

static const struct scan_macro *find_macro(const struct parser *parser)
{
	size_t i;

	for (i = parser->macros; i; i--)
		if (scan_token_equals(&parser->token,
				      parser->macro[i - 1].name.data))
			return &parser->macro[i - 1];
	return NULL;
}

/* Words of a macro's value are not looked up again. */
static void enter(struct parser *parser, const struct scan_macro *macro)
{
	parser->outside = parser->cursor;
	parser->cursor.next = macro->value.data;
	parser->cursor.end = macro->value.data + macro->value.len;
	parser->cursor.at = parser->token.from.at;
	parser->in_macro = true;
}

void scan_next(struct parser *parser)
{
	const struct scan_macro *macro;

	parser->done = parser->in_macro ? parser->outside : parser->cursor;
	for (;;) {
		skip(parser);
		if (parser->in_macro &&
		    parser->cursor.next == parser->cursor.end) {
			parser->in_macro = false;
			parser->cursor = parser->outside;
			continue;
		}
		read_token(parser);
		if (parser->token.kind != SCAN_WORD || parser->in_macro)
			return;
		macro = find_macro(parser);
		if (!macro)
			return;
		enter(parser, macro);
	}
}

/* ---- questions -------------------------------------------------------- */

bool scan_token_equals(const struct scan_token *token, const char *word)
{
	return strlen(word) == token->len &&
	       !memcmp(token->text, word, token->len);
}

bool scan_is(const struct parser *parser, char sign)
{
	return parser->token.kind == SCAN_SIGN && *parser->token.text == sign;
}

bool scan_is_word(const struct parser *parser, const char *word)
{
	return parser->token.kind == SCAN_WORD &&
	       scan_token_equals(&parser->token, word);
}

bool scan_is_same_line(const struct parser *parser)
{
	return parser->token.kind != SCAN_END &&
	       parser->token.from.at.line == parser->done.at.line;
}

bool scan_take(struct parser *parser, char sign)
{
	if (!scan_is(parser, sign))
		return false;
	scan_next(parser);
	return true;
}

bool scan_take_word(struct parser *parser, const char *word)
{
	if (!scan_is_word(parser, word))
		return false;
	scan_next(parser);
	return true;
}

void scan_expect(struct parser *parser, char sign)
{
	char what[] = { '\'', sign, '\'', '\0' };

	if (!scan_take(parser, sign))
		scan_fail_expected(parser, what);
}

void scan_expect_word(struct parser *parser, const char *word)
{
	if (!scan_take_word(parser, word))
		scan_fail_expected(parser, word);
}

struct scan_token scan_expect_kind(struct parser *parser, enum scan_kind kind,
				   const char *what)
{
	struct scan_token token = parser->token;

	if (token.kind != kind)
		scan_fail_expected(parser, what);
	scan_next(parser);
	return token;
}

/* ---- letter by letter ------------------------------------------------- */

static void rewind_to_token(struct parser *parser)
{
	parser->cursor = parser->token.from;
}

struct scan_token scan_letters(struct parser *parser, const char *stops)
{
	struct scan_cursor *cursor = &parser->cursor;
	struct scan_token token = parser->token;

	rewind_to_token(parser);
	token.kind = SCAN_WORD;
	token.text = cursor->next;
	while (cursor->next < cursor->end && !is_blank(*cursor->next) &&
	       *cursor->next && !strchr(stops, *cursor->next))
		advance(parser, 1);
	token.len = (size_t)(cursor->next - token.text);
	scan_next(parser);
	return token;
}

struct drill_text scan_value(struct parser *parser)
{
	struct scan_cursor *cursor = &parser->cursor;
	const char *begin = cursor->next;
	struct drill_text value;
	char quote = '\0';

	for (; cursor->next < cursor->end; advance(parser, 1)) {
		char c = *cursor->next;

		if (!quote && is_blank(c))
			break;
		if (c == quote)
			quote = '\0';
		else if (!quote && (c == '"' || c == '`'))
			quote = c;
	}
	if (quote)
		scan_fail(parser, parser->token.from.at, "no %c ends the value",
			  quote);
	value = scan_copy(parser, begin, (size_t)(cursor->next - begin));
	scan_next(parser);
	return value;
}

struct drill_text scan_note(struct parser *parser)
{
	struct scan_cursor *cursor = &parser->cursor;
	struct drill_place at = parser->token.from.at;
	const char *begin = cursor->next;
	struct drill_text note;
	unsigned open = 1;

	for (;; advance(parser, 1)) {
		if (cursor->next == cursor->end || *cursor->next == '\n')
			scan_fail(parser, at, "no ) ends the note");
		if (*cursor->next == '(')
			open++;
		if (*cursor->next == ')' && !--open)
			break;
	}
	note = scan_copy(parser, begin, (size_t)(cursor->next - begin));
	advance(parser, 1);
	scan_next(parser);
	return note;
}

static bool at_digit(const struct scan_cursor *cursor)
{
	return cursor->next < cursor->end && is_digit(*cursor->next);
}

#define SECOND INT64_C(1000000000)

/* What follows the point, which is passed. */
static int64_t read_fraction(struct parser *parser)
{
	struct scan_cursor *cursor = &parser->cursor;
	int64_t unit = SECOND, sum = 0;

	for (; at_digit(cursor); advance(parser, 1)) {
		unit /= 10;
		if (!unit && *cursor->next != '0')
			scan_fail(parser, cursor->at,
				  "times are not finer than a nanosecond");
		sum += (*cursor->next - '0') * unit;
	}
	return sum;
}

int64_t scan_seconds(struct parser *parser)
{
	struct scan_cursor *cursor = &parser->cursor;
	bool has_digits;
	int64_t sum = 0;

	rewind_to_token(parser);
	has_digits = at_digit(cursor);
	for (; at_digit(cursor); advance(parser, 1)) {
		sum = sum * 10 + (*cursor->next - '0');
		if (sum > INT32_MAX)
			scan_fail(parser, cursor->at, "the time is too large");
	}
	sum *= SECOND;
	if (is_at(cursor, ".") && !is_at(cursor, "..")) {
		advance(parser, 1);
		has_digits = has_digits || at_digit(cursor);
		sum += read_fraction(parser);
	}
	if (!has_digits)
		scan_fail_expected(parser, "a time");
	scan_next(parser);
	return sum;
}
