/* SPDX-License-Identifier: MIT */
/* The options that a script, or the command line, may give. */
#ifndef DRILL_OPTION_H
#define DRILL_OPTION_H

#include <stddef.h>

enum drill_value_kind {
	DRILL_VALUE_FLAG, /* no value, or any */
	DRILL_VALUE_NUMBER,
	DRILL_VALUE_DECIMAL,
	DRILL_VALUE_ADDRESS,
	DRILL_VALUE_VERSION,
	DRILL_VALUE_DEFINE,
	DRILL_VALUE_TEXT,
};

struct drill_option_row {
	const char *name;
	enum drill_value_kind kind;
};

/* NULL: there is no such option. The name is without its --. */
const struct drill_option_row *drill_option_find(const char *name);

/* NULL: the value will do; otherwise what it ought to be: "a number". */
const char *drill_option_wants(const struct drill_option_row *row,
			       const char *value);

#endif
