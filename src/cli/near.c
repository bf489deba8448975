/* SPDX-License-Identifier: MIT */
/* Words that are near each other: by the edits that lie between them. */
#include "cli.h"

#include <string.h>

#define WORD_MOST 32u

/* Insertions, deletions and exchanges of a letter, from one to the other. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MOST + 1], columns = strlen(b);

	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 1; *a; i++, a++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= columns; j++) {
			size_t best = diagonal + (*a != b[j - 1]);

			diagonal = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
		}
	}
	return row[columns];
}

bool cli_is_near(const char *word, const char *other)
{
	size_t len = strlen(word);

	if (len > WORD_MOST || strlen(other) > WORD_MOST)
		return false;
	if (len >= 3 && strstr(other, word))
		return true;
	return distance(word, other) <= (len < 6 ? 1 : 2);
}
