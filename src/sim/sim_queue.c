/* SPDX-License-Identifier: MIT */
#include "sim_queue.h"
#include <stdio.h>
#include <stdlib.h>

void *sim_memory(void *old, size_t octets)
{
	void *memory = realloc(old, octets ? octets : 1);

	if (!memory) {
		fprintf(stderr, "simulator: out of memory\n");
		exit(1);
	}
	return memory;
}

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
	if (a->when != b->when)
		return a->when < b->when;
	return a->order < b->order;
}

void sim_queue_push(struct sim_queue *q, struct sim_event *event)
{
	size_t i = q->count;

	if (q->count == q->room) {
		q->room = q->room ? 2 * q->room : 64;
		q->event = sim_memory(q->event, q->room * sizeof *q->event);
	}
	event->order = q->order++;
	while (i > 0 && is_before(event, &q->event[(i - 1) / 2])) {
		q->event[i] = q->event[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	q->event[i] = *event;
	q->count++;
}

const struct sim_event *sim_queue_first(const struct sim_queue *q)
{
	return q->count ? &q->event[0] : NULL;
}

struct sim_event sim_queue_pop(struct sim_queue *q)
{
	struct sim_event first = q->event[0];
	struct sim_event last = q->event[--q->count];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= q->count)
			break;
		if (child + 1 < q->count &&
		    is_before(&q->event[child + 1], &q->event[child]))
			child++;
		if (!is_before(&q->event[child], &last))
			break;
		q->event[i] = q->event[child];
		i = child;
	}
	if (q->count > 0)
		q->event[i] = last;
	return first;
}

void sim_queue_clear(struct sim_queue *q)
{
	for (size_t i = 0; i < q->count; i++) {
		if (q->event[i].kind == SIM_EVENT_FRAME)
			free(q->event[i].u.frame);
	}
	free(q->event);
	*q = (struct sim_queue){ 0 };
}
