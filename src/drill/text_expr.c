/* SPDX-License-Identifier: MIT */
/* Arguments and results as text. */
#include "text.h"

#include <string.h>

static void add_octet(struct text *text, char c)
{
	if (c == '"' || c == '\\')
		text_add(text, "\\%c", c);
	else if (c == '\n')
		text_add(text, "\\n");
	else if (c >= ' ' && c <= '~')
		text_add(text, "%c", c);
	else
		text_add(text, "\\x%02x", (unsigned)(unsigned char)c);
}

static void add_string(struct text *text, const struct drill_expr *expr)
{
	size_t i;

	text_add(text, "\"");
	for (i = 0; i < expr->text.len; i++)
		add_octet(text, expr->text.data[i]);
	text_add(text, expr->more ? "\"..." : "\"");
}

static void add_items(struct text *text, const struct drill_expr *expr)
{
	size_t i;

	for (i = 0; i < expr->items; i++) {
		text_add(text, i ? ", " : "");
		text_add_expr(text, expr->item[i]);
	}
}

/* inet_pton() is written without the name of its member. */
static bool is_named(const struct drill_field *field)
{
	return field->name.data &&
	       !(field->value->kind == DRILL_CALL &&
		 !strcmp(field->value->text.data, "inet_pton"));
}

static void add_field(struct text *text, const struct drill_field *field)
{
	if (is_named(field)) {
		text_add(text, "%s", field->name.data);
		if (field->count) {
			text_add(text, "(");
			text_add_expr(text, field->count);
			text_add(text, ")");
		}
		text_add(text, "=");
	}
	text_add_expr(text, field->value);
}

static void add_struct(struct text *text, const struct drill_expr *expr)
{
	size_t i;

	text_add(text, "{");
	for (i = 0; i < expr->fields; i++) {
		text_add(text, i ? ", " : "");
		add_field(text, &expr->field[i]);
	}
	text_add(text, "}");
}

void text_add_expr(struct text *text, const struct drill_expr *expr)
{
	switch (expr->kind) {
	case DRILL_ANY:
		text_add(text, "...");
		break;
	case DRILL_NUMBER:
	case DRILL_FOREIGN:
		text_add(text, "%s", expr->text.data);
		break;
	case DRILL_STRING:
		add_string(text, expr);
		break;
	case DRILL_ARRAY:
		text_add(text, "[");
		add_items(text, expr);
		text_add(text, "]");
		break;
	case DRILL_STRUCT:
		add_struct(text, expr);
		break;
	case DRILL_CALL:
		text_add(text, "%s(", expr->text.data);
		add_items(text, expr);
		text_add(text, ")");
		break;
	case DRILL_ADDRESS:
		text_add(text, "&%s", expr->text.data);
		break;
	}
}
