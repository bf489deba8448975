/* SPDX-License-Identifier: MIT */
/* What is said before a ladder and after it. */
#include "ladder.h"
#include "row.h"

#include <string.h>

static const struct story_text held = { "shown: ", "已验证：" };
static const struct story_text failed = { "DOES NOT HOLD: ", "不成立：" };

static unsigned prose_width(const struct ladder_style *style)
{
	unsigned width = style->width;

	if (width < LADDER_WIDTH_LEAST)
		width = LADDER_WIDTH_LEAST;
	return width > ROW_MOST ? ROW_MOST : width;
}

/* Text in lines; those after the first are indented as `first` is wide. */
static void wrap(FILE *out, const struct ladder_style *style, const char *first,
		 const char *text, enum row_style row_style)
{
	struct row row = { .width = prose_width(style),
			   .colour = style->colour,
			   .unicode = style->unicode };
	unsigned indent = (unsigned)row_columns(first);

	row_put(&row, 0, row.width, first, row_style);
	while (*text) {
		char line[4 * ROW_MOST + 1];
		size_t n = row_break(text, row.width - indent);

		if (n >= sizeof line)
			n = sizeof line - 1;
		memcpy(line, text, n);
		line[n] = '\0';
		row_put(&row, indent, row.width, line, row_style);
		row_print(&row, out);
		row_clear(&row);
		text += n;
		text += *text == ' ';
	}
}

void ladder_print_prose(FILE *out, const struct story *story,
			const struct ladder_style *style)
{
	for (size_t i = 0; i < story->paragraphs; i++) {
		const struct story_paragraph *p = &story->paragraph[i];
		const char *text = story_pick(&p->text, style->lang);

		fputc('\n', out);
		if (!p->is_claim)
			wrap(out, style, "", text, ROW_PLAIN);
		else
			wrap(out, style,
			     story_pick(p->holds ? &held : &failed,
					style->lang),
			     text, p->holds ? ROW_GREEN : ROW_RED);
	}
}

void ladder_print_book(FILE *out, const struct story_book *book,
		       const struct ladder_style *style)
{
	const char *title = story_pick(&book->title, style->lang);

	wrap(out, style, "", title, ROW_BOLD);
	for (size_t i = 0; i < book->scenes; i++) {
		const struct story *story = book->scene[i];

		if (i || *title)
			fputc('\n', out);
		wrap(out, style, "", story_pick(&story->title, style->lang),
		     ROW_BOLD);
		ladder_print(out, story, style);
		ladder_print_prose(out, story, style);
	}
}

size_t ladder_columns(const char *text)
{
	return row_columns(text);
}
