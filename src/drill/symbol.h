/* SPDX-License-Identifier: MIT */
/* The constants that scripts name, with the values of this system. */
#ifndef DRILL_SYMBOL_H
#define DRILL_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct drill_symbol {
	const char *name; /* NULL: the end of the table */
	int64_t value;
};

extern const struct drill_symbol drill_symbols[];
extern const struct drill_symbol drill_errnos[];
/* What other systems have and this one has not; the last is NULL. */
extern const char *const drill_foreign_symbols[];

/* NULL: there is no such symbol; errno's are among them. */
const struct drill_symbol *drill_symbol_find(const char *name, size_t len);
const struct drill_symbol *drill_errno_find(const char *name, size_t len);
bool drill_symbol_is_foreign(const char *name, size_t len);

/* "EAGAIN"; NULL: it has no name. */
const char *drill_errno_name(int error);

#endif
