/* SPDX-License-Identifier: MIT */
/* A book of stories as one SVG picture. */
#ifndef PICTURE_SVG_H
#define PICTURE_SVG_H

#include "story.h"
#include <stdio.h>

/* False: not all of it could be written. */
bool svg_print(FILE *out, const struct story_book *book, enum story_lang lang);

#endif
