/* SPDX-License-Identifier: MIT */
/* Reads grid.txt: what comes of each event in each state. */
#ifndef TEST_GRID_H
#define TEST_GRID_H

#include "script.h"

#define GRID_CELL 80 /* characters, with the 0 at the end */
#define GRID_WORDS 8
#define GRID_EVENTS 64
#define GRID_COLUMNS 8
#define GRID_CELLS 800

/* A column: how the state is reached, and the numbers it has then. */
struct grid_state {
	const char *name;
	void (*reach)(struct script *t);
	enum hf_state state;
	uint32_t rcv_nxt, snd_una, snd_nxt; /* relative */
};

struct grid_cell {
	char name[GRID_CELL];
	const struct grid_state *state;
	const char *segment; /* or the name of a call */
	char text[GRID_CELL];
	char *word[GRID_WORDS]; /* in `text` */
	size_t words; /* 0: nothing comes of it */
};

struct grid {
	struct {
		char name[GRID_CELL], segment[GRID_CELL];
	} event[GRID_EVENTS];
	size_t events;
	struct grid_cell cell[GRID_CELLS];
	size_t cells;
};

/*
 * Reads the whole grid; each event must have one cell for each state. Says
 * what is wrong and ends the program if it is none. Returns the cells.
 */
size_t grid_read(struct grid *g, const char *path,
		 const struct grid_state *states, size_t n);

bool grid_has(const struct grid_cell *c, const char *word);

#endif
