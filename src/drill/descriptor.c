/* SPDX-License-Identifier: MIT */
/* Descriptors: the script's numbers and the stack's. */
#include "run.h"

#include <string.h>

struct drill_descriptor *drill_descriptor_find(struct drill_run *run,
					       int script)
{
	struct drill_descriptors *all = &run->descriptors;

	for (size_t i = 0; i < all->count; i++)
		if (all->row[i].script == script)
			return &all->row[i];
	return NULL;
}

struct drill_descriptor *drill_descriptor_of(struct drill_run *run, int live)
{
	struct drill_descriptors *all = &run->descriptors;

	for (size_t i = 0; i < all->count; i++)
		if (all->row[i].live == live)
			return &all->row[i];
	return NULL;
}

struct drill_descriptor *drill_descriptor_add(struct drill_run *run, int script,
					      int live)
{
	struct drill_descriptors *all = &run->descriptors;
	struct drill_descriptor *row = &all->row[all->count];

	if (drill_descriptor_find(run, script)) {
		drill_run_fail(run, "the script has a descriptor %d already",
			       script);
		return NULL;
	}
	if (all->count == DRILL_DESCRIPTORS) {
		drill_run_fail(run, "the script has too many descriptors");
		return NULL;
	}
	memset(row, 0, sizeof *row);
	row->script = script;
	row->live = live;
	all->count++;
	return row;
}

void drill_descriptor_remove(struct drill_run *run, int script)
{
	struct drill_descriptor *row = drill_descriptor_find(run, script);

	if (row)
		*row = run->descriptors.row[--run->descriptors.count];
}
