/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *p;
	struct command *command;
	size_t used;
};

static void put(struct reader *reader, char c)
{
	if (reader->used < COMMAND_ROOM - 1)
		reader->command->room[reader->used++] = c;
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\r\n;&|<>", c) != NULL;
}

/* ---- $((256*1024)), $[256*1024] ---------------------------------------- */

static long long read_sum(struct reader *reader, unsigned depth);

#define DEPTH 16u /* of parentheses */

static void skip_blanks(struct reader *reader)
{
	reader->p += strspn(reader->p, " ");
}

static long long read_factor(struct reader *reader, unsigned depth)
{
	long long number;
	char *end;

	skip_blanks(reader);
	if (*reader->p == '(' && depth < DEPTH) {
		reader->p++;
		number = read_sum(reader, depth + 1);
		if (*reader->p == ')')
			reader->p++;
	} else {
		number = strtoll(reader->p, &end, 0);
		reader->p = end;
	}
	skip_blanks(reader);
	return number;
}

static long long read_product(struct reader *reader, unsigned depth)
{
	long long product = read_factor(reader, depth);

	while (*reader->p == '*' || *reader->p == '/') {
		bool divides = *reader->p++ == '/';
		long long factor = read_factor(reader, depth);

		if (!divides)
			__builtin_mul_overflow(product, factor, &product);
		else
			product = factor ? product / factor : 0;
	}
	return product;
}

static long long read_sum(struct reader *reader, unsigned depth)
{
	long long sum = read_product(reader, depth);

	while (*reader->p == '+' || *reader->p == '-') {
		bool negative = *reader->p++ == '-';
		long long next = read_product(reader, depth);

		if (negative)
			__builtin_sub_overflow(sum, next, &sum);
		else
			__builtin_add_overflow(sum, next, &sum);
	}
	return sum;
}

/* Numbers, and no names; true if it was one, and is replaced by its value. */
static bool read_arithmetic(struct reader *reader)
{
	bool is_old = strncmp(reader->p, "$[", 2) == 0;
	const char *begin = reader->p, *end = is_old ? "]" : "))";
	char digits[32];
	long long sum;

	if (!is_old && strncmp(reader->p, "$((", 3) != 0)
		return false;
	reader->p += is_old ? 2 : 3;
	sum = read_sum(reader, 0);
	if (strncmp(reader->p, end, strlen(end)) != 0) {
		reader->p = begin;
		return false;
	}
	reader->p += strlen(end);
	snprintf(digits, sizeof digits, "%lld", sum);
	for (const char *digit = digits; *digit; digit++)
		put(reader, *digit);
	return true;
}

/* ---- words ------------------------------------------------------------ */

static void read_quoted(struct reader *reader)
{
	char quote = *reader->p++;

	while (*reader->p && *reader->p != quote) {
		if (quote == '"' && read_arithmetic(reader))
			continue;
		if (quote == '"' && *reader->p == '\\' && reader->p[1])
			reader->p++;
		put(reader, *reader->p++);
	}
	if (*reader->p)
		reader->p++;
}

/* The word that begins here; it may be partly quoted. */
static const char *read_word(struct reader *reader)
{
	const char *word = reader->command->room + reader->used;

	while (!ends_word(*reader->p)) {
		if (*reader->p == '"' || *reader->p == '\'') {
			read_quoted(reader);
			continue;
		}
		if (read_arithmetic(reader))
			continue;
		if (*reader->p == '\\' && reader->p[1])
			reader->p++;
		put(reader, *reader->p++);
	}
	put(reader, '\0');
	return word;
}

/* Blanks, comments and lines that go on. */
static void skip(struct reader *reader)
{
	for (;;) {
		if (*reader->p == ' ' || *reader->p == '\t' ||
		    *reader->p == '\r')
			reader->p++;
		else if (reader->p[0] == '\\' && reader->p[1] == '\n')
			reader->p += 2;
		else if (*reader->p == '#')
			reader->p += strcspn(reader->p, "\n");
		else
			return;
	}
}

/* 2>&1, >file, <file: only where the first output goes matters. */
static void read_redirection(struct reader *reader, bool is_output)
{
	bool is_input = *reader->p == '<';
	const char *target;

	while (*reader->p == '>' || *reader->p == '<')
		reader->p++;
	if (*reader->p == '&') {
		reader->p++;
		read_word(reader);
		return;
	}
	skip(reader);
	target = read_word(reader);
	if (is_output && !is_input)
		reader->command->target = target;
}

static bool is_numbered_redirection(const char *p)
{
	return p[0] >= '0' && p[0] <= '9' && (p[1] == '>' || p[1] == '<');
}

static void read_part(struct reader *reader)
{
	struct command *command = reader->command;

	if (is_numbered_redirection(reader->p)) {
		bool is_output = *reader->p++ == '1';

		read_redirection(reader, is_output);
	} else if (*reader->p == '>' || *reader->p == '<') {
		read_redirection(reader, true);
	} else if (command->words < COMMAND_WORDS) {
		const char *word = read_word(reader);

		command->word[command->words++] = word;
	} else {
		read_word(reader);
	}
}

bool command_next(const char **text, struct command *command)
{
	struct reader reader = { *text, command, 0 };

	memset(command, 0, sizeof *command);
	while (!command->words && !command->target) {
		skip(&reader);
		while (*reader.p && strchr("\n;&|", *reader.p)) {
			reader.p++;
			skip(&reader);
		}
		if (!*reader.p)
			break;
		while (skip(&reader), *reader.p && !strchr("\n;&|", *reader.p))
			read_part(&reader);
	}
	*text = reader.p;
	return command->words != 0;
}
