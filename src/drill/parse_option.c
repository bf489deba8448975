/* SPDX-License-Identifier: MIT */
/* --name=value at the top of a script. */
#include "option.h"
#include "parse.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- values ----------------------------------------------------------- */

static bool is_decimal(const char *text, bool whole)
{
	size_t digits = strspn(text, "0123456789");
	size_t more = 0;

	text += digits;
	if (!whole && *text == '.')
		more = strspn(++text, "0123456789");
	return digits + more && !text[more];
}

static bool is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ||
	       inet_pton(AF_INET6, text, &address) == 1;
}

static bool is_version(const char *text)
{
	return !strcmp(text, "ipv4") || !strcmp(text, "ipv6") ||
	       !strcmp(text, "ipv4-mapped-ipv6");
}

const char *drill_option_wants(const struct drill_option_row *row,
			       const char *value)
{
	switch (row->kind) {
	case DRILL_VALUE_FLAG:
		return NULL;
	case DRILL_VALUE_NUMBER:
		return is_decimal(value, true) ? NULL : "a whole number";
	case DRILL_VALUE_DECIMAL:
		return is_decimal(value, false) ? NULL : "a number";
	case DRILL_VALUE_ADDRESS:
		return is_address(value) ? NULL : "an IP address";
	case DRILL_VALUE_VERSION:
		return is_version(value) ? NULL
					 : "ipv4, ipv6 or ipv4-mapped-ipv6";
	case DRILL_VALUE_DEFINE:
		return *value != '=' && strchr(value, '=') ? NULL
							   : "NAME=value";
	case DRILL_VALUE_TEXT:
		return *value ? NULL : "a value";
	}
	return NULL;
}

/* ---- macros ----------------------------------------------------------- */

/* What the command line defines stays. */
static void add_macro(struct parser *parser, const struct drill_option *option)
{
	const char *value = strchr(option->value.data, '=') + 1;
	size_t name = (size_t)(value - 1 - option->value.data);
	struct scan_macro *macro;
	size_t i;

	for (i = 0; i < parser->macros; i++)
		if (parser->macro[i].name.len == name &&
		    !memcmp(parser->macro[i].name.data, option->value.data,
			    name))
			break;
	if (i < parser->given)
		return;
	if (i < parser->macros)
		scan_fail(parser, option->at, "macro '%s' is defined twice",
			  parser->macro[i].name.data);
	macro = scan_grow(parser, parser->macro, i, sizeof *macro);
	macro[i].name = scan_copy(parser, option->value.data, name);
	macro[i].value = scan_copy(parser, value, strlen(value));
	parser->macro = macro;
	parser->macros++;
}

/* ---- options ---------------------------------------------------------- */

/* The value of a macro keeps its quotes, as it is read as part of a script. */
static struct drill_text unquote(struct parser *parser, struct drill_text text)
{
	const char *data = text.data;
	size_t len = text.len;

	if (len < 2 || (*data != '"' && *data != '`') || data[len - 1] != *data)
		return text;
	return scan_copy(parser, data + 1, len - 2);
}

static void parse_value(struct parser *parser,
			const struct drill_option_row *row,
			struct drill_option *option)
{
	const char *wants;

	if (scan_is(parser, '=')) {
		option->value = scan_value(parser);
		if (row->kind != DRILL_VALUE_DEFINE)
			option->value = unquote(parser, option->value);
	} else if (row->kind == DRILL_VALUE_FLAG) {
		option->value = scan_copy(parser, "", 0);
	} else {
		scan_fail(parser, option->at, "option '--%s' needs =value",
			  row->name);
	}
	if (strlen(option->value.data) != option->value.len)
		scan_fail(parser, option->at, "a NUL in the value");
	wants = drill_option_wants(row, option->value.data);
	if (wants)
		scan_fail(parser, option->at, "option '--%s' needs %s",
			  row->name, wants);
}

static void parse_option(struct parser *parser, struct drill_option *option)
{
	struct scan_token name = scan_letters(parser, "=");
	const struct drill_option_row *row;

	if (name.len < 3 || memcmp(name.text, "--", 2))
		scan_fail_unknown(parser, "script option", &name);
	memset(option, 0, sizeof *option);
	option->at = name.from.at;
	option->name = scan_copy(parser, name.text + 2, name.len - 2);
	row = drill_option_find(option->name.data);
	if (!row)
		scan_fail_unknown(parser, "script option", &name);
	parse_value(parser, row, option);
	if (row->kind == DRILL_VALUE_DEFINE)
		add_macro(parser, option);
}

void parse_options(struct parser *parser)
{
	struct drill_script *script = parser->script;
	struct drill_option *option = NULL;

	while (scan_is(parser, '-')) {
		option = scan_grow(parser, option, script->options,
				   sizeof *option);
		parse_option(parser, &option[script->options++]);
	}
	script->option = option;
}
