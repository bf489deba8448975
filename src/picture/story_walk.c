/* SPDX-License-Identifier: MIT */
/*
 * The steps of a story. A segment that arrives before anything else happens
 * is one step; else it leaves in one, and arrives in another.
 */
#include "story.h"

#include <stdlib.h>
#include <string.h>

void story_walk_start(struct story_walk *walk, const struct story *story,
		      uint32_t connection)
{
	memset(walk, 0, sizeof *walk);
	memset(walk->state, STORY_UNKNOWN, sizeof walk->state);
	walk->story = story;
	walk->connection = connection;
	walk->under_way = malloc((story->moments + 1) * sizeof(uint32_t));
	if (!walk->under_way)
		abort();
}

/* What is of no connection is shown with each. */
static bool is_wanted(const struct story_walk *walk, uint32_t number)
{
	uint32_t connection = walk->story->moment[number].connection;

	return walk->connection == STORY_NO_CONNECTION ||
	       connection == STORY_NO_CONNECTION ||
	       connection == walk->connection;
}

static uint32_t next_wanted(const struct story_walk *walk, uint32_t number)
{
	while (number < walk->story->moments && !is_wanted(walk, number))
		number++;
	return number;
}

/* Index in under_way of what arrives first; of equals the first that left. */
static size_t first_arrival(const struct story_walk *walk)
{
	const struct story_moment *moment = walk->story->moment;
	size_t first = 0;

	for (size_t i = 1; i < walk->under_way_count; i++)
		if (moment[walk->under_way[i]].segment.arrived <
		    moment[walk->under_way[first]].segment.arrived)
			first = i;
	return first;
}

/* What a listener is in is told where it begins to listen, and no more. */
static void pass(struct story_walk *walk, uint8_t end,
		 const struct story_side *side)
{
	bool is_told = walk->moment->connection != STORY_NO_CONNECTION ||
		       walk->moment->kind == STORY_FAULT;

	if (end >= STORY_ENDS)
		return;
	if (side->steps)
		walk->state[end] = side->path[side->steps];
	else if (is_told && side->after.state != STORY_UNKNOWN)
		walk->state[end] = side->after.state;
}

static void step(struct story_walk *walk, uint32_t number,
		 enum story_phase phase)
{
	const struct story_moment *moment = &walk->story->moment[number];

	walk->moment = moment;
	walk->number = number;
	walk->phase = phase;
	walk->when = phase == STORY_ARRIVES ? moment->segment.arrived
					    : moment->when;
	if (phase != STORY_ARRIVES)
		pass(walk, moment->end, &moment->side);
	if (phase != STORY_LEAVES && moment->kind == STORY_SEGMENT)
		pass(walk, moment->to, &moment->far);
}

static void step_arrival(struct story_walk *walk)
{
	size_t i = first_arrival(walk);
	uint32_t number = walk->under_way[i];

	walk->under_way_count--;
	memmove(&walk->under_way[i], &walk->under_way[i + 1],
		(walk->under_way_count - i) * sizeof walk->under_way[0]);
	step(walk, number, STORY_ARRIVES);
}

/*
 * True if this, which happens while a segment is under way, has to be shown
 * before it arrives: all but what its sender does after it, in order.
 */
static bool is_between(const struct story_moment *segment,
		       const struct story_moment *other)
{
	if (other->end != segment->end)
		return true;
	if (other->kind == STORY_CALL)
		return false;
	return other->kind != STORY_SEGMENT ||
	       (!story_is_lost((enum story_fate)other->segment.fate) &&
		other->segment.arrived < segment->segment.arrived);
}

static bool is_overtaken(const struct story_walk *walk, uint32_t number)
{
	const struct story_moment *moment = walk->story->moment;
	const struct story_moment *m = &moment[number];
	uint32_t next = next_wanted(walk, number + 1);

	if (m->kind != STORY_SEGMENT || m->segment.fate != STORY_ARRIVED)
		return false;
	for (; next < walk->story->moments &&
	       moment[next].when < m->segment.arrived;
	     next = next_wanted(walk, next + 1))
		if (is_between(m, &moment[next]))
			return true;
	return walk->under_way_count &&
	       moment[walk->under_way[first_arrival(walk)]].segment.arrived <=
		       m->segment.arrived;
}

bool story_walk_next(struct story_walk *walk)
{
	const struct story_moment *moment = walk->story->moment;
	uint32_t number = next_wanted(walk, walk->next);
	bool is_more = number < walk->story->moments;

	if (walk->under_way_count &&
	    (!is_more ||
	     moment[walk->under_way[first_arrival(walk)]].segment.arrived <=
		     moment[number].when)) {
		step_arrival(walk);
		return true;
	}
	if (!is_more) {
		free(walk->under_way);
		walk->under_way = NULL;
		return false;
	}
	walk->next = number + 1;
	if (is_overtaken(walk, number)) {
		walk->under_way[walk->under_way_count++] = number;
		step(walk, number, STORY_LEAVES);
	} else {
		step(walk, number, STORY_WHOLE);
	}
	return true;
}
