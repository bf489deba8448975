/* SPDX-License-Identifier: MIT */
/* Arguments and results of system calls. */
#include "parse.h"
#include "shape.h"
#include "symbol.h"

#include <string.h>

#define DEPTH 64u /* of brackets in brackets */

static const char *const functions[] = {
	"htons",     "htonl",	 "ntohs",      "ntohl",	 "inet_addr",
	"inet_pton", "CMSG_LEN", "CMSG_SPACE", "sizeof", NULL,
};

struct drill_expr *parse_expr_new(struct parser *parser,
				  enum drill_expr_kind kind)
{
	struct drill_expr *expr = scan_alloc(parser, sizeof *expr);

	expr->kind = kind;
	expr->at = parser->token.from.at;
	return expr;
}

/* ---- lists ------------------------------------------------------------ */

/* What stands up to the closing sign, which is passed. */
static void parse_items(struct parser *parser, struct drill_expr *expr,
			char close)
{
	struct drill_expr **item = NULL;

	while (!scan_take(parser, close)) {
		if (expr->items)
			scan_expect(parser, ',');
		item = scan_grow(parser, item, expr->items, sizeof(void *));
		item[expr->items++] = parse_expr(parser);
	}
	expr->item = item;
}

static struct drill_expr *parse_array(struct parser *parser)
{
	struct drill_expr *expr = parse_expr_new(parser, DRILL_ARRAY);

	scan_next(parser);
	parse_items(parser, expr, ']');
	return expr;
}

/* ---- words ------------------------------------------------------------ */

static bool is_function(const struct scan_token *token)
{
	const char *const *name;

	for (name = functions; *name; name++)
		if (scan_token_equals(token, *name))
			return true;
	return false;
}

/* The name is passed; the token is the parenthesis. */
static struct drill_expr *parse_function(struct parser *parser,
					 const struct scan_token *name)
{
	struct drill_expr *expr = parse_expr_new(parser, DRILL_CALL);

	if (!is_function(name))
		scan_fail_unknown(parser, "function", name);
	expr->at = name->from.at;
	expr->text = scan_copy(parser, name->text, name->len);
	scan_next(parser);
	parse_items(parser, expr, ')');
	return expr;
}

static struct drill_expr *symbol_expr(struct parser *parser,
				      const struct scan_token *name)
{
	const struct drill_symbol *symbol;
	struct drill_expr *expr = parse_expr_new(parser, DRILL_NUMBER);

	symbol = drill_symbol_find(name->text, name->len);
	if (symbol)
		expr->value = symbol->value;
	else if (drill_symbol_is_foreign(name->text, name->len))
		expr->kind = DRILL_FOREIGN;
	else
		scan_fail_unknown(parser, "symbol", name);
	expr->at = name->from.at;
	expr->text = scan_copy(parser, name->text, name->len);
	return expr;
}

/* The word is passed. */
static struct drill_expr *word_expr(struct parser *parser,
				    const struct scan_token *word)
{
	if (scan_is(parser, '('))
		return parse_function(parser, word);
	return symbol_expr(parser, word);
}

static struct drill_expr *parse_word(struct parser *parser)
{
	struct scan_token word = parser->token;

	scan_next(parser);
	return word_expr(parser, &word);
}

/* &sin6_addr */
static struct drill_expr *parse_address(struct parser *parser)
{
	struct drill_expr *expr = parse_expr_new(parser, DRILL_ADDRESS);
	struct scan_token name;

	scan_next(parser);
	name = scan_expect_kind(parser, SCAN_WORD, "a name");
	expr->text = scan_copy(parser, name.text, name.len);
	return expr;
}

/* ---- numbers ---------------------------------------------------------- */

static struct drill_expr *parse_integer(struct parser *parser)
{
	struct drill_expr *expr = parse_expr_new(parser, DRILL_NUMBER);
	struct scan_token token = parser->token;
	uint64_t value;

	if (!scan_integer(&token, 0, &value))
		scan_fail(parser, token.from.at, "bad number '%.*s'",
			  token.len < 40 ? (int)token.len : 40, token.text);
	expr->value = (int64_t)value;
	expr->text = scan_copy(parser, token.text, token.len);
	scan_next(parser);
	return expr;
}

static struct drill_text join(struct parser *parser, struct drill_text left,
			      char sign, struct drill_text right)
{
	struct drill_text both = { .len = left.len + 1 + right.len };
	char *data = scan_alloc(parser, both.len + 1);

	if (left.len)
		memcpy(data, left.data, left.len);
	data[left.len] = sign;
	memcpy(data + left.len + 1, right.data, right.len);
	both.data = data;
	return both;
}

static bool is_constant(const struct drill_expr *expr)
{
	return expr->kind == DRILL_NUMBER || expr->kind == DRILL_FOREIGN;
}

static struct drill_expr *parse_constant(struct parser *parser)
{
	struct drill_place at = parser->token.from.at;
	struct drill_expr *expr = NULL;

	if (parser->token.kind == SCAN_NUMBER)
		expr = parse_integer(parser);
	else if (parser->token.kind == SCAN_WORD)
		expr = parse_word(parser);
	else
		scan_fail_expected(parser, "a number");
	if (!is_constant(expr))
		scan_fail(parser, at, "not a number: %s()", expr->text.data);
	return expr;
}

/* -1 or ~0 */
static struct drill_expr *parse_signed(struct parser *parser)
{
	const struct drill_text nothing = { 0 };
	struct drill_place at = parser->token.from.at;
	char sign = *parser->token.text;
	struct drill_expr *expr;

	scan_next(parser);
	expr = parse_constant(parser);
	expr->at = at;
	expr->text = join(parser, nothing, sign, expr->text);
	expr->value = (int64_t)(sign == '-' ? -(uint64_t)expr->value
					    : ~(uint64_t)expr->value);
	return expr;
}

/* What may follow a constant: | POLLOUT | 4 */
static void parse_alternatives(struct parser *parser, struct drill_expr *expr)
{
	struct drill_place at = parser->token.from.at;

	while (scan_take(parser, '|')) {
		const struct drill_expr *next;

		if (!is_constant(expr))
			scan_fail(parser, at, "what is before | is no number");
		next = parse_constant(parser);
		if (next->kind == DRILL_FOREIGN)
			expr->kind = DRILL_FOREIGN;
		expr->value |= next->value;
		expr->text = join(parser, expr->text, '|', next->text);
	}
}

/* ---- structs ---------------------------------------------------------- */

/* inet_pton(AF_INET6, "::1", &sin6_addr) is the member sin6_addr. */
static void name_by_address(struct drill_field *field)
{
	const struct drill_expr *call = field->value;

	if (call->kind == DRILL_CALL && call->items == 3 &&
	    !strcmp(call->text.data, "inet_pton") &&
	    call->item[2]->kind == DRILL_ADDRESS)
		field->name = call->item[2]->text;
}

/* The word is passed, and = or ( follows. */
static void parse_named(struct parser *parser, const struct scan_token *word,
			struct drill_field *field)
{
	if (!is_function(word)) {
		field->name = scan_copy(parser, word->text, word->len);
		if (scan_take(parser, '(')) {
			field->count = parse_expr(parser);
			scan_expect(parser, ')');
		}
		scan_expect(parser, '=');
		field->value = parse_expr(parser);
		return;
	}
	field->value = word_expr(parser, word);
	name_by_address(field);
}

static void parse_field(struct parser *parser, struct drill_field *field)
{
	struct scan_token word = parser->token;
	struct drill_expr *expr;

	field->at = word.from.at;
	if (word.kind != SCAN_WORD) {
		field->value = parse_expr(parser);
		return;
	}
	scan_next(parser);
	if (scan_is(parser, '=') || scan_is(parser, '(')) {
		parse_named(parser, &word, field);
		return;
	}
	expr = word_expr(parser, &word);
	parse_alternatives(parser, expr);
	field->value = expr;
}

static struct drill_expr *parse_struct(struct parser *parser)
{
	struct drill_expr *expr = parse_expr_new(parser, DRILL_STRUCT);
	struct drill_field *field = NULL;

	scan_next(parser);
	while (!scan_take(parser, '}')) {
		if (expr->fields)
			scan_expect(parser, ',');
		field = scan_grow(parser, field, expr->fields, sizeof *field);
		memset(&field[expr->fields], 0, sizeof *field);
		parse_field(parser, &field[expr->fields]);
		expr->fields++;
	}
	expr->field = field;
	expr->shape = shape_find(parser, expr);
	return expr;
}

/* ---- expressions ------------------------------------------------------ */

static struct drill_expr *parse_any(struct parser *parser)
{
	struct drill_expr *expr = parse_expr_new(parser, DRILL_ANY);

	scan_next(parser);
	return expr;
}

static struct drill_expr *parse_term(struct parser *parser)
{
	switch (parser->token.kind) {
	case SCAN_ELLIPSIS:
		return parse_any(parser);
	case SCAN_NUMBER:
		return parse_integer(parser);
	case SCAN_WORD:
		return parse_word(parser);
	case SCAN_STRING:
		return parse_string(parser);
	case SCAN_SIGN:
	case SCAN_COMMAND:
	case SCAN_CODE:
	case SCAN_END:
		break;
	}
	if (scan_is(parser, '['))
		return parse_array(parser);
	if (scan_is(parser, '{'))
		return parse_struct(parser);
	if (scan_is(parser, '&'))
		return parse_address(parser);
	if (scan_is(parser, '-') || scan_is(parser, '~'))
		return parse_signed(parser);
	scan_fail_expected(parser, "a value");
}

struct drill_expr *parse_expr(struct parser *parser)
{
	struct drill_expr *expr;

	if (++parser->depth > DEPTH)
		scan_fail(parser, parser->token.from.at,
			  "brackets are nested too deep");
	expr = parse_term(parser);
	parse_alternatives(parser, expr);
	parser->depth--;
	return expr;
}
