/* SPDX-License-Identifier: MIT */
/* A story as a ladder of text, for a terminal or a file. */
#ifndef PICTURE_LADDER_H
#define PICTURE_LADDER_H

#include "story.h"
#include <stdio.h>

#define LADDER_WIDTH_LEAST 40u

struct ladder_style {
	enum story_lang lang;
	unsigned width; /* columns; a line is never wider */
	bool colour;
	bool unicode; /* arrows and lines; else ASCII */
	uint32_t connection; /* only this one; STORY_NO_CONNECTION: all */
};

/*
 * The style that fits a stream: the width of the terminal (of a file 80),
 * colour for a terminal unless NO_COLOR is set, unicode if the locale
 * is UTF-8. `width` is what the user asked for, and cut to the window's; 0:
 * nothing.
 */
void ladder_style_default(struct ladder_style *style, FILE *out,
			  unsigned width);

/* The ladder; what there is to say before and after it; all scenes so. */
void ladder_print(FILE *out, const struct story *story,
		  const struct ladder_style *style);
void ladder_print_prose(FILE *out, const struct story *story,
			const struct ladder_style *style);
void ladder_print_book(FILE *out, const struct story_book *book,
		       const struct ladder_style *style);

/* Columns that text takes in a terminal: those of CJK take two. */
size_t ladder_columns(const char *text);

#endif
