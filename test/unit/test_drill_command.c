/* SPDX-License-Identifier: MIT */
/* Shell commands as words, and the comments that the runner knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command.h"
#include "marker.h"

#include <string.h>

static struct command command;
static const char *rest;

static void begin(const char *text)
{
	rest = text;
}

/* The next command is these words, with one blank between. */
static void next(const char *words)
{
	char joined[512] = "";

	assert_true(command_next(&rest, &command));
	for (size_t i = 0; i < command.words; i++) {
		if (i)
			strcat(joined, " ");
		strcat(joined, command.word[i]);
	}
	assert_string_equal(joined, words);
}

static void end(void)
{
	assert_false(command_next(&rest, &command));
}

static void commands_end_where_a_shell_ends_them(void **state)
{
	(void)state;
	begin("a b\nc ; d && e || f | g & h\n\n");
	next("a b");
	next("c");
	next("d");
	next("e");
	next("f");
	next("g");
	next("h");
	end();
	begin("");
	end();
	begin(" \t\n;;");
	end();
}

static void lines_go_on(void **state)
{
	(void)state;
	begin("sysctl -q \\\n  a=1 \\\n  b=2\nc");
	next("sysctl -q a=1 b=2");
	next("c");
	end();
}

static void quotes_keep_blanks(void **state)
{
	(void)state;
	begin("a \"b  c\" 'd;e' f\"g h\"i \\\"");
	next("a b  c d;e fg hi \"");
	assert_int_equal(command.words, 5);
	assert_string_equal(command.word[1], "b  c");
	end();
	begin("a \"b"); /* a quote that nobody closes ends with the text */
	next("a b");
	end();
}

static void comments_are_skipped(void **state)
{
	(void)state;
	begin("#!/bin/sh\n# a b\nc # d ; e\nf#g");
	next("c");
	next("f#g");
	end();
}

static void redirections_are_no_words(void **state)
{
	(void)state;
	begin("echo 1 > /proc/sys/x; echo 2 >>y 2>/dev/null 2>&1; z <in; "
	      "w 1>out");
	next("echo 1");
	assert_string_equal(command.target, "/proc/sys/x");
	next("echo 2");
	assert_string_equal(command.target, "y");
	next("z");
	assert_null(command.target);
	next("w");
	assert_string_equal(command.target, "out");
	end();
}

static void what_is_too_long_is_cut(void **state)
{
	static char text[3 * COMMAND_ROOM];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	begin(text);
	assert_true(command_next(&rest, &command));
	assert_int_equal(strlen(command.word[0]), COMMAND_ROOM - 1);
	end();
	for (size_t i = 1; i < sizeof text - 1; i += 2)
		text[i] = ' ';
	begin(text);
	assert_true(command_next(&rest, &command));
	assert_int_equal(command.words, COMMAND_WORDS);
	end();
}

/* ---- markers ---------------------------------------------------------- */

static void markers_are_comments_of_their_own(void **state)
{
	struct drill_markers markers;

	(void)state;
	drill_markers_read(&markers, "// profile: rfc\n"
				     "  // long: 127 s\n"
				     "//silent at the end\n"
				     "+0 > . 1:1(0) // not split: no marker\n"
				     "// is not duplicated: no marker\n"
				     "// differs from Linux: it does");
	assert_true(markers.rfc);
	assert_true(markers.is_long);
	assert_true(markers.silent_at_end);
	assert_true(markers.differs);
	assert_false(markers.not_split);
	assert_false(markers.not_duplicated);
	assert_false(markers.ipv4_only);
	assert_false(markers.linux_profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_end_where_a_shell_ends_them),
		cmocka_unit_test(lines_go_on),
		cmocka_unit_test(quotes_keep_blanks),
		cmocka_unit_test(comments_are_skipped),
		cmocka_unit_test(redirections_are_no_words),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(markers_are_comments_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
