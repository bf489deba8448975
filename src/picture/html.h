/* SPDX-License-Identifier: MIT */
/* A book of stories as one HTML page that needs nothing else. */
#ifndef PICTURE_HTML_H
#define PICTURE_HTML_H

#include "story.h"
#include <stdio.h>

/* False: not all of it could be written. */
bool html_print(FILE *out, const struct story_book *book, enum story_lang lang);

#endif
