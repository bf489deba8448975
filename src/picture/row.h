/* SPDX-License-Identifier: MIT */
/*
 * A row of a terminal: cells that text is put into by column, so that no line
 * can be wider than it may be. Text is UTF-8; CJK characters take two columns.
 */
#ifndef PICTURE_ROW_H
#define PICTURE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ROW_MOST 500u

enum row_style {
	ROW_PLAIN,
	ROW_DIM,
	ROW_BOLD,
	ROW_RED,
	ROW_GREEN,
	ROW_YELLOW,
	ROW_CYAN,
	ROW_STYLES
};

struct row_cell {
	char text[8]; /* one character and what combines with it; "": blank */
	uint8_t style; /* enum row_style */
	bool is_tail; /* the second column of the character before */
};

struct row {
	struct row_cell cell[ROW_MOST];
	unsigned width;
	bool colour, unicode;
};

void row_clear(struct row *row);

/*
 * Puts text from `column` on, into at most `room` columns; what does not fit
 * ends in an ellipsis. Returns the columns that it took.
 */
unsigned row_put(struct row *row, unsigned column, unsigned room,
		 const char *text, enum row_style style);

/* Puts `glyph`, of one column, into each of `count`. */
void row_fill(struct row *row, unsigned column, unsigned count,
	      const char *glyph, enum row_style style);

/* Writes the row without what is blank at its end, and a newline. */
void row_print(const struct row *row, FILE *out);

/* One character of UTF-8: its octets, 1 if it is none; its columns, 0-2. */
size_t row_character(const char *text, unsigned *columns);
size_t row_columns(const char *text);

/*
 * How many octets of text go into a line of so many columns, broken at a
 * blank or around a CJK character where that is allowed; at least one
 * character.
 */
size_t row_break(const char *text, unsigned columns);

#endif
