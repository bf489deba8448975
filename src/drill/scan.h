/* SPDX-License-Identifier: MIT */
/*
 * The lexer, and what the parts of the parser share. The language has no
 * tokens that hold everywhere: flags, addresses, cookies and notes are read
 * letter by letter, from where the present token begins.
 *
 * Whoever finds a mistake calls scan_fail(), which does not return: it jumps
 * to where the parser was entered, and all memory is in the script's arena.
 */
#ifndef DRILL_SCAN_H
#define DRILL_SCAN_H

#include "script.h"

#include <setjmp.h>

enum scan_kind {
	SCAN_END,
	SCAN_WORD, /* frag_needed */
	SCAN_NUMBER, /* 8080, 0x2, and what looks like one: 00ff */
	SCAN_STRING, /* "abc" */
	SCAN_COMMAND, /* `abc` */
	SCAN_CODE, /* %{ abc }% */
	SCAN_ELLIPSIS, /* ... */
	SCAN_SIGN, /* any other character */
};

struct scan_cursor {
	const char *next, *end;
	struct drill_place at;
};

struct scan_token {
	enum scan_kind kind;
	struct scan_cursor from; /* where it begins */
	const char *text; /* without its quotes */
	size_t len;
};

struct scan_macro {
	struct drill_text name, value;
};

struct parser {
	struct drill_script *script;
	struct drill_error *error;
	jmp_buf failed;
	struct scan_token token; /* the present one */
	struct scan_cursor cursor; /* behind it */
	struct scan_cursor outside; /* where the script goes on, */
	bool in_macro; /* while the value of a macro is read */
	struct scan_cursor done; /* behind the token before this one */
	const struct scan_macro *macro;
	size_t macros, given; /* given: those of the command line */
	unsigned depth; /* of expressions */
};

_Noreturn void scan_fail(struct parser *parser, struct drill_place at,
			 const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "expected a number, found 'x'" */
_Noreturn void scan_fail_expected(struct parser *parser, const char *what);
/* "unknown symbol 'x'" */
_Noreturn void scan_fail_unknown(struct parser *parser, const char *what,
				 const struct scan_token *token);

/* ---- memory ----------------------------------------------------------- */

void *scan_alloc(struct parser *parser, size_t size);
struct drill_text scan_copy(struct parser *parser, const char *text,
			    size_t len);
/* The array, or a copy of it, with room for one more. */
void *scan_grow(struct parser *parser, const void *array, size_t items,
		size_t size);

/* ---- tokens ----------------------------------------------------------- */

/* Goes on to the next token. */
void scan_next(struct parser *parser);

bool scan_is(const struct parser *parser, char sign);
bool scan_is_word(const struct parser *parser, const char *word);
/* The token stands on the line where the one before it ended. */
bool scan_is_same_line(const struct parser *parser);
bool scan_token_equals(const struct scan_token *token, const char *word);

/* True: it was the present token, and is passed. */
bool scan_take(struct parser *parser, char sign);
bool scan_take_word(struct parser *parser, const char *word);

void scan_expect(struct parser *parser, char sign);
void scan_expect_word(struct parser *parser, const char *word);
struct scan_token scan_expect_kind(struct parser *parser, enum scan_kind kind,
				   const char *what);

/* Of a hexadecimal digit; 16 if it is none. */
unsigned scan_digit(char c);
/* Base 10, or 0: as in C. After 0x it is 16 in both. False: it is none. */
bool scan_integer(const struct scan_token *token, unsigned base,
		  uint64_t *value);
/* A decimal or 0x number that is not above max; what: "window". */
uint32_t scan_number(struct parser *parser, uint32_t max, const char *what);

/* ---- letter by letter, from where the present token begins ------------ */

/* Letters up to a blank, or to one of the stops, which may be empty. */
struct scan_token scan_letters(struct parser *parser, const char *stops);
/* From behind the present '=' to the next blank that is not quoted. */
struct drill_text scan_value(struct parser *parser);
/* What stands between the present '(' and its ')', on one line. */
struct drill_text scan_note(struct parser *parser);
/* 0.25 or .25 or 3, as nanoseconds. */
int64_t scan_seconds(struct parser *parser);

#endif
