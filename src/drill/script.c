/* SPDX-License-Identifier: MIT */
/* Scripts that are files, and questions to a script. */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct drill_expr *drill_expr_member(const struct drill_expr *expr,
					   const char *name)
{
	size_t i;

	for (i = 0; i < expr->fields; i++)
		if (expr->field[i].name.data &&
		    !strcmp(expr->field[i].name.data, name))
			return expr->field[i].value;
	return NULL;
}

const char *drill_script_option(const struct drill_script *script,
				const char *name)
{
	size_t i;

	for (i = script->options; i; i--)
		if (!strcmp(script->option[i - 1].name.data, name))
			return script->option[i - 1].value.data;
	return NULL;
}

/* ---- files ------------------------------------------------------------ */

/* All that is left of the file, as it may be a pipe; NULL: errno says why. */
static char *read_all(FILE *file, size_t *len)
{
	size_t room = 0;
	char *text = NULL;

	for (*len = 0; !feof(file);) {
		if (*len == room) {
			char *larger;

			room = room ? 2 * room : 16384;
			larger = realloc(text, room);
			if (!larger)
				break;
			text = larger;
		}
		*len += fread(text + *len, 1, room - *len, file);
		if (ferror(file))
			break;
	}
	if (feof(file))
		return text;
	free(text);
	return NULL;
}

static struct drill_script *fail(const char *name, struct drill_error *error)
{
	memset(error, 0, sizeof *error);
	snprintf(error->text, sizeof error->text, "%s: %s", name,
		 strerror(errno));
	return NULL;
}

struct drill_script *drill_parse_file(const char *name,
				      const struct drill_define *define,
				      struct drill_error *error)
{
	FILE *file = fopen(name, "rb");
	struct drill_script *script;
	size_t len;
	char *text;

	if (!file)
		return fail(name, error);
	text = read_all(file, &len);
	script = text ? drill_parse_with(name, text, len, define, error)
		      : fail(name, error);
	free(text);
	fclose(file);
	return script;
}
