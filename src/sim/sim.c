/* SPDX-License-Identifier: MIT */
/* The loop: takes the next event and gives it to whom it is for. */
#include "sim_parts.h"
#include <stdlib.h>
#include <string.h>

struct hf_sim *hf_sim_new(uint64_t seed, hf_time start)
{
	struct hf_sim *sim = sim_memory(NULL, sizeof *sim);

	memset(sim, 0, sizeof *sim);
	sim->seed = seed;
	sim->now = start;
	return sim;
}

void hf_sim_free(struct hf_sim *sim)
{
	if (!sim)
		return;
	for (uint32_t i = 0; i < sim->host_count; i++)
		sim_host_free(&sim->host[i]);
	for (uint32_t i = 0; i < sim->link_count; i++)
		sim_link_free(&sim->link[i]);
	sim_queue_clear(&sim->queue);
	free(sim->host);
	free(sim->link);
	free(sim->tap);
	free(sim->dirty);
	free(sim);
}

hf_time hf_sim_now(const struct hf_sim *sim)
{
	return sim->now;
}

const char *hf_sim_complaint(const struct hf_sim *sim)
{
	return sim->complaint;
}

void hf_sim_timer(struct hf_sim *sim, uint32_t host, hf_time when,
		  void (*call)(struct hf_sim *sim, void *context),
		  void *context)
{
	struct sim_event event = { .kind = SIM_EVENT_TIMER, .host = host };

	event.when = when < sim->now ? sim->now : when;
	event.u.timer.call = call;
	event.u.timer.context = context;
	sim_queue_push(&sim->queue, &event);
}

void hf_sim_tap_add(struct hf_sim *sim, hf_sim_tap *tap, void *context)
{
	sim->tap =
		sim_memory(sim->tap, (sim->tap_count + 1) * sizeof *sim->tap);
	sim->tap[sim->tap_count++] = (struct sim_tap){ tap, context };
}

void sim_show(struct hf_sim *sim, struct hf_sim_sight *sight)
{
	sight->when = sim->now;
	for (uint32_t i = 0; i < sim->tap_count; i++)
		sim->tap[i].tap(sight, sim->tap[i].context);
}

/* ---- frames ----------------------------------------------------------- */

static bool is_companion(const struct sim_event *next,
			 const struct sim_frame *frame, hf_time now)
{
	return next && next->kind == SIM_EVENT_FRAME && next->when == now &&
	       next->u.frame->link == frame->link &&
	       next->u.frame->end == frame->end;
}

static void show_lost(struct hf_sim *sim, const struct sim_frame *frame,
		      uint32_t host)
{
	struct hf_sim_sight sight = {
		.fate = HF_SIM_LOST_OFF,
		.host = host,
		.link = frame->link,
		.end = frame->end,
		.data = frame->data,
		.len = frame->len,
	};

	sim_show(sim, &sight);
}

static void arrive_raw(struct hf_sim *sim, struct sim_frame *frame)
{
	struct sim_end *end = sim_end_at(sim, frame->link, frame->end);
	struct hf_sim_sight sight = {
		.fate = HF_SIM_DELIVERED,
		.host = HF_SIM_NOBODY,
		.link = frame->link,
		.end = frame->end,
		.data = frame->data,
		.len = frame->len,
	};

	sim_show(sim, &sight);
	if (end->frame)
		end->frame(sim, frame->link, frame->end, frame->data,
			   frame->len, end->context);
}

/* Gathers what arrives at the same end in the same instant. */
static void arrive(struct hf_sim *sim, struct sim_frame *frame)
{
	struct sim_end *end = sim_end_at(sim, frame->link, frame->end);
	struct sim_frame *burst[SIM_BURST] = { frame };
	uint32_t most = end->wire.burst < SIM_BURST ? end->wire.burst
						    : SIM_BURST;
	size_t n = 1;

	if (end->host == HF_SIM_NOBODY) {
		arrive_raw(sim, frame);
	} else if (sim->host[end->host].is_off) {
		show_lost(sim, frame, end->host);
	} else {
		while (n < most && is_companion(sim_queue_first(&sim->queue),
						frame, sim->now))
			burst[n++] = sim_queue_pop(&sim->queue).u.frame;
		sim_host_input(sim, burst, n);
	}
	for (size_t i = 0; i < n; i++)
		free(burst[i]);
}

/* ---- running ---------------------------------------------------------- */

hf_time hf_sim_next(const struct hf_sim *sim)
{
	const struct sim_event *first = sim_queue_first(&sim->queue);

	return first ? first->when : HF_NEVER;
}

bool hf_sim_step(struct hf_sim *sim)
{
	struct sim_event event;

	if (!sim_queue_first(&sim->queue))
		return false;
	event = sim_queue_pop(&sim->queue);
	sim->now = event.when;
	switch (event.kind) {
	case SIM_EVENT_FRAME:
		arrive(sim, event.u.frame);
		break;
	case SIM_EVENT_EXPIRY:
		sim_host_expire(sim, event.host);
		break;
	case SIM_EVENT_TIMER:
		event.u.timer.call(sim, event.u.timer.context);
		if (event.host < sim->host_count)
			hf_sim_kick(sim, event.host);
		break;
	}
	return true;
}

void hf_sim_run_until(struct hf_sim *sim, hf_time when)
{
	while (hf_sim_next(sim) <= when && hf_sim_next(sim) != HF_NEVER)
		hf_sim_step(sim);
	if (sim->now < when && when != HF_NEVER)
		sim->now = when;
}
