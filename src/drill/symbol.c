/* SPDX-License-Identifier: MIT */
#include "symbol.h"

#include <string.h>

static bool is(const char *known, const char *name, size_t len)
{
	return strlen(known) == len && !memcmp(known, name, len);
}

static const struct drill_symbol *find(const struct drill_symbol *symbol,
				       const char *name, size_t len)
{
	for (; symbol->name; symbol++)
		if (is(symbol->name, name, len))
			return symbol;
	return NULL;
}

const struct drill_symbol *drill_errno_find(const char *name, size_t len)
{
	return find(drill_errnos, name, len);
}

const struct drill_symbol *drill_symbol_find(const char *name, size_t len)
{
	const struct drill_symbol *symbol = find(drill_symbols, name, len);

	return symbol ? symbol : drill_errno_find(name, len);
}

bool drill_symbol_is_foreign(const char *name, size_t len)
{
	const char *const *known;

	for (known = drill_foreign_symbols; *known; known++)
		if (is(*known, name, len))
			return true;
	return false;
}

/* Where two names have one number, the first of the table is the usual. */
const char *drill_errno_name(int error)
{
	const struct drill_symbol *symbol;

	for (symbol = drill_errnos; symbol->name; symbol++)
		if (symbol->value == error)
			return symbol->name;
	return NULL;
}
