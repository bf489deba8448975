/* SPDX-License-Identifier: MIT */
/*
 * A book as a capture: each frame as it was sent, with what both ends knew of
 * it as its comment; a section for each scene.
 */
#ifndef PICTURE_STORY_PCAPNG_H
#define PICTURE_STORY_PCAPNG_H

#include "story.h"
#include <stdio.h>

/* False: not all of it could be written. */
bool story_pcapng(FILE *out, const struct story_book *book,
		  enum story_lang lang);

#endif
