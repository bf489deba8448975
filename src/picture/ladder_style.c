/* SPDX-License-Identifier: MIT */
/* What a terminal can show. */
#define _GNU_SOURCE
#include "ladder.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILE_WIDTH 80u

/* Columns of the terminal; 0: it is none, or does not tell. */
static unsigned window_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

/* The environment's locale, as setlocale(3) would choose it. */
static bool is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") ||
			       strcasestr(value, "UTF8");
	}
	return false;
}

static bool wants_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !(no && *no) &&
	       !(term && strcmp(term, "dumb") == 0);
}

void ladder_style_default(struct ladder_style *style, FILE *out, unsigned width)
{
	unsigned window = window_width(fileno(out));

	*style = (struct ladder_style){
		.lang = story_lang_default(),
		.width = width,
		.colour = wants_colour(fileno(out)),
		.unicode = is_utf8(),
		.connection = STORY_NO_CONNECTION,
	};
	if (!style->width)
		style->width = window ? window : FILE_WIDTH;
	if (window && style->width > window)
		style->width = window;
}
