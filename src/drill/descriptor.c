/* SPDX-License-Identifier: MIT */
/* Descriptors: the script's numbers and the stack's. */
#include "run.h"

#define NONE DRILL_DESCRIPTORS

static size_t find(const struct drill_descriptors *descriptors, int script)
{
	for (size_t i = 0; i < descriptors->count; i++)
		if (descriptors->row[i].script == script)
			return i;
	return NONE;
}

int drill_descriptors_live(const struct drill_descriptors *descriptors,
			   int script)
{
	size_t i = find(descriptors, script);

	return i == NONE ? -1 : descriptors->row[i].live;
}

int drill_descriptors_script(const struct drill_descriptors *descriptors,
			     int live)
{
	for (size_t i = 0; i < descriptors->count; i++)
		if (descriptors->row[i].live == live)
			return descriptors->row[i].script;
	return -1;
}

const char *drill_descriptors_add(struct drill_descriptors *descriptors,
				  int script, int live, struct drill_flow *flow)
{
	if (find(descriptors, script) != NONE)
		return "the script has a descriptor of this number already";
	if (descriptors->count == DRILL_DESCRIPTORS)
		return "the script has too many descriptors";
	descriptors->row[descriptors->count].script = script;
	descriptors->row[descriptors->count].live = live;
	descriptors->row[descriptors->count].flow = flow;
	descriptors->count++;
	return NULL;
}

void drill_descriptors_remove(struct drill_descriptors *descriptors, int script)
{
	size_t i = find(descriptors, script);

	if (i != NONE)
		descriptors->row[i] =
			descriptors->row[--descriptors->count];
}

struct drill_flow *
drill_descriptors_flow(const struct drill_descriptors *descriptors, int script)
{
	size_t i = find(descriptors, script);

	return i == NONE ? NULL : descriptors->row[i].flow;
}

void drill_descriptors_set_flow(struct drill_descriptors *descriptors,
				int script, struct drill_flow *flow)
{
	size_t i = find(descriptors, script);

	if (i != NONE)
		descriptors->row[i].flow = flow;
}
