/* SPDX-License-Identifier: MIT */
/* What the tests of the parser begin with. */
#ifndef DRILL_CASE_H
#define DRILL_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "script.h"

static struct drill_script *script; /* of the case that runs */

static inline int release(void **state)
{
	(void)state;
	drill_script_free(script);
	script = NULL;
	return 0;
}

static inline void parse_with(const char *text,
			      const struct drill_define *define)
{
	struct drill_error error;

	drill_script_free(script);
	script = drill_parse_with("a.pkt", text, strlen(text), define, &error);
	if (!script)
		fail_msg("%s", error.text);
}

static inline void parse(const char *text)
{
	parse_with(text, NULL);
}

static inline const struct drill_event *one(const char *text,
					    enum drill_event_kind kind)
{
	parse(text);
	assert_int_equal(script->events, 1);
	assert_int_equal(script->event[0].kind, kind);
	return &script->event[0];
}

static inline void is_text(struct drill_text text, const char *expected)
{
	assert_non_null(text.data);
	assert_string_equal(text.data, expected);
	assert_int_equal(text.len, strlen(expected));
}

#define CASE(name) cmocka_unit_test_teardown(name, release)

#endif
