/* SPDX-License-Identifier: MIT */
#include "row.h"

#include <string.h>

/* ---- characters ------------------------------------------------------- */

/* The code point at text, and its octets; what is no UTF-8 is one octet. */
static size_t decode(const char *text, uint32_t *code)
{
	const uint8_t *c = (const uint8_t *)text;
	size_t len = c[0] < 0x80   ? 1
		     : c[0] < 0xc2 ? 0
		     : c[0] < 0xe0 ? 2
		     : c[0] < 0xf0 ? 3
		     : c[0] < 0xf5 ? 4
				   : 0;

	*code = len < 2 ? c[0] : c[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			len = 0;
		else
			*code = *code << 6 | (c[i] & 0x3fu);
	}
	if (len)
		return len;
	*code = '?';
	return 1;
}

struct range {
	uint32_t first, last;
};

static bool is_in(const struct range *range, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++)
		if (code >= range[i].first && code <= range[i].last)
			return true;
	return false;
}

/* East Asian Wide and Fullwidth (Unicode Standard Annex 11), in the rough. */
static bool is_wide(uint32_t code)
{
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e }, { 0x3041, 0xa4cf },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 },   { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff },
		{ 0x20000, 0x3fffd },
	};

	return is_in(wide, sizeof wide / sizeof wide[0], code);
}

static bool is_combining(uint32_t code)
{
	static const struct range combining[] = {
		{ 0x0300, 0x036f }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
	};

	return is_in(combining, sizeof combining / sizeof combining[0], code);
}

size_t row_character(const char *text, unsigned *columns)
{
	uint32_t code;
	size_t len = decode(text, &code);

	*columns = is_combining(code) ? 0 : is_wide(code) ? 2 : 1;
	return len;
}

size_t row_columns(const char *text)
{
	size_t total = 0;
	unsigned columns;

	while (*text) {
		text += row_character(text, &columns);
		total += columns;
	}
	return total;
}

/* Chinese punctuation that does not begin a line. */
static bool is_closing(const char *text)
{
	static const char *const closing[] = {
		"，", "。", "、", "：", "；", "）", "」", "”", "？", "！", "》",
	};

	for (size_t i = 0; i < sizeof closing / sizeof closing[0]; i++)
		if (strncmp(text, closing[i], strlen(closing[i])) == 0)
			return true;
	return false;
}

/* And what does not end one. */
static bool is_opening(const char *text, size_t len)
{
	return len == 3 &&
	       (memcmp(text, "（", 3) == 0 || memcmp(text, "「", 3) == 0 ||
		memcmp(text, "“", 3) == 0 || memcmp(text, "《", 3) == 0);
}

size_t row_break(const char *text, unsigned columns)
{
	size_t at = 0, good = 0;
	unsigned used = 0, wide = 0, c;

	while (text[at]) {
		size_t len = row_character(text + at, &c);

		if (at && (text[at] == ' ' ||
			   ((c == 2 || wide == 2) && !is_closing(text + at) &&
			    !(wide == 2 && is_opening(text + at - 3, 3)))))
			good = at;
		if (used + c > columns)
			return good ? good : at ? at : len;
		used += c;
		wide = c;
		at += len;
	}
	return at;
}

/* ---- cells ------------------------------------------------------------ */

void row_clear(struct row *row)
{
	memset(row->cell, 0, sizeof row->cell);
}

static void put_character(struct row *row, unsigned column, const char *text,
			  size_t len, unsigned columns, enum row_style style)
{
	struct row_cell *cell = &row->cell[column];

	memset(cell, 0, sizeof *cell);
	memcpy(cell->text, text, len);
	/* What would move the cursor is not printed: captures are foreign. */
	if (len == 1 && ((uint8_t)text[0] < ' ' || (uint8_t)text[0] >= 0x7f))
		cell->text[0] = '?';
	cell->style = (uint8_t)style;
	if (columns == 2) {
		memset(cell + 1, 0, sizeof cell[1]);
		cell[1].is_tail = true;
	}
}

static void put_ellipsis(struct row *row, unsigned column, enum row_style style)
{
	/* Half of a wide character must not stay. */
	if (row->cell[column].is_tail && column)
		memset(&row->cell[column - 1], 0, sizeof row->cell[0]);
	if (row->unicode)
		put_character(row, column, "…", strlen("…"), 1, style);
	else
		put_character(row, column, "~", 1, 1, style);
}

unsigned row_put(struct row *row, unsigned column, unsigned room,
		 const char *text, enum row_style style)
{
	unsigned used = 0, columns;

	if (column >= row->width)
		return 0;
	if (room > row->width - column)
		room = row->width - column;
	while (*text && room) {
		size_t len = row_character(text, &columns);

		if (used + columns > room) {
			put_ellipsis(row, column + room - 1, style);
			return room;
		}
		if (columns)
			put_character(row, column + used, text, len, columns,
				      style);
		used += columns;
		text += len;
	}
	return used;
}

void row_fill(struct row *row, unsigned column, unsigned count,
	      const char *glyph, enum row_style style)
{
	for (unsigned i = 0; i < count && column + i < row->width; i++)
		put_character(row, column + i, glyph, strlen(glyph), 1, style);
}

static const char *const escape[ROW_STYLES] = {
	[ROW_PLAIN] = "",	  [ROW_DIM] = "\033[2m",
	[ROW_BOLD] = "\033[1m",	  [ROW_RED] = "\033[31m",
	[ROW_GREEN] = "\033[32m", [ROW_YELLOW] = "\033[33m",
	[ROW_CYAN] = "\033[36m",
};

static void change_style(const struct row *row, uint8_t from, uint8_t to,
			 FILE *out)
{
	if (!row->colour || from == to)
		return;
	if (from != ROW_PLAIN)
		fputs("\033[0m", out);
	fputs(escape[to], out);
}

void row_print(const struct row *row, FILE *out)
{
	uint8_t style = ROW_PLAIN;
	unsigned end = row->width;

	while (end && !row->cell[end - 1].is_tail &&
	       (!row->cell[end - 1].text[0] ||
		row->cell[end - 1].text[0] == ' '))
		end--;
	for (unsigned i = 0; i < end; i++) {
		const struct row_cell *cell = &row->cell[i];

		if (cell->is_tail)
			continue;
		change_style(row, style, cell->style, out);
		style = cell->style;
		fputs(cell->text[0] ? cell->text : " ", out);
	}
	change_style(row, style, ROW_PLAIN, out);
	fputc('\n', out);
}
