/* SPDX-License-Identifier: MIT */
/* Shell commands, cut into words as far as scripts write them. */
#ifndef DRILL_COMMAND_H
#define DRILL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_WORDS 64u
#define COMMAND_ROOM 4096u

/* One simple command. */
struct command {
	const char *word[COMMAND_WORDS];
	size_t words;
	const char *target; /* of > or >>; NULL */
	char room[COMMAND_ROOM]; /* what the words are in */
};

/*
 * Reads the next command of `*text`, which is moved behind it: up to the end
 * of the line, ";", "&&" or "||". False: there is none. Quotes and a backslash
 * at the end of a line mean what they do to a shell; of what a shell expands,
 * only $((256*1024)) is. What is too long is cut.
 */
bool command_next(const char **text, struct command *command);

#endif
