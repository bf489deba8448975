/* SPDX-License-Identifier: MIT */
#include "grid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static void refuse(const char *what, const char *which)
{
	fprintf(stderr, "grid.txt: %s: %s\n", what, which);
	exit(1);
}

/* Cuts a line at its bars, and the blanks off each part. */
static size_t split(char *line, char **part, size_t most)
{
	size_t n = 0;

	for (char *at = strtok(line, "|\n"); at; at = strtok(NULL, "|\n")) {
		char *end = at + strlen(at);

		while (*at == ' ')
			at++;
		while (end > at && end[-1] == ' ')
			*--end = '\0';
		if (n == most)
			refuse("too many columns", at);
		part[n++] = at;
	}
	return n;
}

static size_t find_event(const struct grid *g, const char *name)
{
	for (size_t i = 0; i < g->events; i++)
		if (!strcmp(g->event[i].name, name))
			return i;
	refuse("an event without a segment", name);
}

static const struct grid_state *find_state(const struct grid_state *states,
					   size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(states[i].name, name))
			return &states[i];
	refuse("no such state", name);
}

static void add_event(struct grid *g, char **part, size_t n)
{
	if (n != 2 || g->events == GRID_EVENTS)
		refuse("not an event, or one too many", part[0]);
	snprintf(g->event[g->events].name, GRID_CELL, "%s", part[0]);
	snprintf(g->event[g->events].segment, GRID_CELL, "%s", part[1]);
	g->events++;
}

static void add_cell(struct grid *g, size_t event,
		     const struct grid_state *state, const char *text)
{
	struct grid_cell *c = &g->cell[g->cells++];
	char *word;

	if (g->cells == GRID_CELLS)
		refuse("too many cells", text);
	c->state = state;
	c->segment = g->event[event].segment;
	snprintf(c->name, GRID_CELL, "%s/%.50s", state->name,
		 g->event[event].name);
	for (char *at = c->name; *at; at++)
		if (*at == ' ')
			*at = '_';
	for (size_t i = 0; i + 1 < g->cells; i++)
		if (!strcmp(g->cell[i].name, c->name))
			refuse("a cell is there twice", c->name);
	snprintf(c->text, GRID_CELL, "%s", text);
	for (word = strtok(c->text, " "); word; word = strtok(NULL, " "))
		if (c->words == GRID_WORDS)
			refuse("too many words", text);
		else if (strcmp(word, "-") != 0)
			c->word[c->words++] = word;
}

size_t grid_read(struct grid *g, const char *path,
		 const struct grid_state *states, size_t n)
{
	const struct grid_state *column[GRID_COLUMNS] = { NULL };
	char line[400], *part[GRID_COLUMNS + 1];
	FILE *file = fopen(path, "r");
	size_t columns = 0;

	if (!file)
		refuse("cannot be read", path);
	while (fgets(line, sizeof line, file)) {
		size_t parts = line[0] == '#'
				       ? 0
				       : split(line, part, GRID_COLUMNS + 1);

		if (parts < 2)
			continue;
		if (!strcmp(part[0], "event")) {
			columns = strcmp(part[1], "segment") ? parts - 1 : 0;
			for (size_t i = 0; i < columns; i++)
				column[i] = find_state(states, n, part[i + 1]);
		} else if (columns == 0) {
			add_event(g, part, parts);
		} else if (parts != columns + 1) {
			refuse("a row of another length", part[0]);
		} else {
			size_t event = find_event(g, part[0]);

			for (size_t i = 0; i < columns; i++)
				add_cell(g, event, column[i], part[i + 1]);
		}
	}
	fclose(file);
	if (g->cells != g->events * n)
		refuse("not every event has a cell for every state", path);
	return g->cells;
}

bool grid_has(const struct grid_cell *c, const char *word)
{
	for (size_t i = 0; i < c->words; i++)
		if (!strcmp(c->word[i], word))
			return true;
	return false;
}
