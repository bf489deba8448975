/* SPDX-License-Identifier: MIT */
/* What is to happen, in order of time; of one instant, in order of asking. */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <handfast/sim.h>

/* A frame under way. */
struct sim_frame {
	uint32_t link, end; /* where it arrives */
	uint32_t len;
	uint8_t data[];
};

enum sim_event_kind {
	SIM_EVENT_FRAME,
	SIM_EVENT_EXPIRY,
	SIM_EVENT_TIMER,
};

struct sim_event {
	hf_time when;
	uint64_t order;
	enum sim_event_kind kind;
	uint32_t host; /* of EXPIRY and TIMER */
	union {
		struct sim_frame *frame;
		struct {
			void (*call)(struct hf_sim *sim, void *context);
			void *context;
		} timer;
	} u;
};

/* A binary heap. */
struct sim_queue {
	struct sim_event *event;
	size_t count, room;
	uint64_t order; /* of the next one pushed */
};

/* Files *event under its `when`; sets its order. */
void sim_queue_push(struct sim_queue *q, struct sim_event *event);
/* The first event, or NULL; stays where it is. */
const struct sim_event *sim_queue_first(const struct sim_queue *q);
/* Takes the first; the queue is not empty. */
struct sim_event sim_queue_pop(struct sim_queue *q);
/* Frees the queue and the frames in it. */
void sim_queue_clear(struct sim_queue *q);

/* realloc(3) that ends the process when there is no memory. */
void *sim_memory(void *old, size_t octets);

#endif
