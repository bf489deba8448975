/* SPDX-License-Identifier: MIT */
/* What must be true of the connections, while they last and in the end. */
#include "torture.h"
#include <string.h>

struct pair *end_pair(struct end *e)
{
	return &e->world->pair[(e->user - 1) / 2];
}

struct end *end_peer(struct end *e)
{
	return &end_pair(e)->end[e->user % 2];
}

struct hf_host *end_host(const struct end *e)
{
	return hf_sim_host(e->world->sim, e->world->host[e->host]);
}

void end_fail(struct end *e, const char *what, enum hf_error error)
{
	world_fail(e->world, "pair %u, %s end: %s (%s)", (e->user - 1) / 2,
		   e->user % 2 ? "opening" : "other", what,
		   hf_error_name(error));
}

void end_abort(struct end *e)
{
	enum hf_error error =
		hf_abort(end_host(e), e->handle, hf_sim_now(e->world->sim));

	e->is_held = false;
	if (error)
		end_fail(e, "hf_abort", error);
}

/* ---- between two steps ------------------------------------------------ */

/*
 * What `from` was told is acknowledged is in the peer's hands or in its
 * queue: hf_status() says so of both at the same moment.
 */
static void check_acknowledged(struct end *from, struct end *to)
{
	struct hf_status a, b;
	enum hf_error error;

	if (!from->is_held)
		return;
	error = hf_status(end_host(from), from->handle, &a);
	if (error) {
		end_fail(from, "hf_status of a held handle", error);
		return;
	}
	if (a.send_queue > from->sent)
		end_fail(from, "more is queued than was sent", HF_OK);
	if (from->has_ended || a.state == HF_CLOSED || !to->is_held)
		return;
	error = hf_status(end_host(to), to->handle, &b);
	if (error) {
		end_fail(to, "hf_status of a held handle", error);
		return;
	}
	if (to->received + b.receive_queue < from->sent - a.send_queue)
		end_fail(from, "acknowledged octets are not with the peer",
			 HF_OK);
}

/* What is counted is what the program has seen. */
static void check_counts(struct end *e)
{
	struct hf_status s;

	if (!e->is_held || !e->is_counted || e->has_ended ||
	    hf_status(end_host(e), e->handle, &s) != HF_OK ||
	    s.state == HF_CLOSED)
		return;
	if (s.counts.octets_acked != e->sent - s.send_queue)
		end_fail(e, "counted wrongly what is acknowledged", HF_OK);
	if (s.counts.octets_received != e->received + s.receive_queue)
		end_fail(e, "counted wrongly what has come", HF_OK);
	if (s.has_urgent && s.urgent == 0)
		end_fail(e, "urgent, but no octet is", HF_OK);
}

void app_check(struct world *world)
{
	for (uint32_t i = 0; i < world->plan->pairs; i++) {
		struct pair *p = &world->pair[i];

		check_acknowledged(&p->end[0], &p->end[1]);
		check_acknowledged(&p->end[1], &p->end[0]);
		check_counts(&p->end[0]);
		check_counts(&p->end[1]);
	}
}

static bool is_orderly(const struct end *e)
{
	return e->plan->manner == MANNER_ORDERLY ||
	       e->plan->manner == MANNER_LINGER ||
	       e->plan->manner == MANNER_PATIENT;
}

static bool is_whole(struct end *e)
{
	return e->is_eof && e->is_shut && e->sent == e->plan->octets &&
	       e->received == end_peer(e)->plan->octets;
}

/* An end that waits for a peer that is gone waits rightly, for ever. */
void app_give_up(struct hf_sim *sim, void *context)
{
	struct world *world = context;

	for (uint32_t i = 0; i < 2 * world->plan->pairs; i++) {
		struct end *e = &world->pair[i / 2].end[i % 2];
		struct end *peer = end_peer(e);
		struct hf_status status;

		if (!e->is_held || world->failure[0])
			continue;
		hf_status(end_host(e), e->handle, &status);
		if (peer->is_held || (is_orderly(peer) && is_whole(peer) &&
				      world->plan->is_strict)) {
			end_fail(e, "stuck", status.error);
			world_fail(world, "stuck in %s",
				   hf_state_name(status.state));
			continue;
		}
		e->is_forced = true;
		end_abort(e);
	}
	hf_sim_kick(sim, world->host[0]);
	hf_sim_kick(sim, world->host[1]);
}

bool app_is_done(const struct world *world)
{
	for (uint32_t i = 0; i < world->plan->pairs; i++) {
		const struct pair *p = &world->pair[i];

		if (!p->is_started || p->end[0].is_held || p->end[1].is_held)
			return false;
	}
	return true;
}

/*
 * Who opens a connection over Ethernet needs his neighbour's MAC first, and
 * both the question and the answer may be lost. What is open outlives that.
 */
static bool is_unreachable(const struct end *e)
{
	return e->world->plan->is_ethernet && e->was_held && !e->is_connected &&
	       e->error == HF_ERR_HOST_UNREACHABLE;
}

static void judge_unreachable(struct end *e)
{
	/* ICMP says so too, if the other's program has refused. */
	if (e->error == HF_ERR_HOST_UNREACHABLE && !is_unreachable(e) &&
	    e->world->plan->refusals == 0)
		end_fail(e, "unreachable, though nothing says so", e->error);
}

static void judge_refused(struct pair *p)
{
	struct end *e = &p->end[0];

	if (!e->was_held)
		return;
	if (e->plan->manner == MANNER_ABORT || e->plan->manner == MANNER_HASTY)
		return;
	if (e->received != 0 || e->is_eof)
		end_fail(e, "received from a closed port", HF_OK);
	if (e->plan->manner != MANNER_DEAF && e->error != HF_ERR_REFUSED &&
	    !is_unreachable(e) &&
	    (e->world->plan->is_strict || e->error != HF_ERR_TIMED_OUT) &&
	    !e->is_forced)
		end_fail(e, "not refused", e->error);
}

/* Who stays to the end of an orderly connection is told of the last ACK. */
static void judge_drained(struct end *e)
{
	if (e->plan->manner == MANNER_LINGER && e->has_ended && !e->error &&
	    e->sent > 0 && e->drained == 0)
		end_fail(e, "all was acknowledged, but no DRAINED came", HF_OK);
}

/* Both meant well: both have everything, or have a reason that excuses. */
static void judge_orderly(struct pair *p)
{
	struct end *a = &p->end[0], *b = &p->end[1];
	bool is_excused = a->error || b->error || a->is_forced ||
			  b->is_forced || p->open_error || !a->was_held ||
			  !b->was_held;

	judge_drained(a);
	judge_drained(b);
	if (is_whole(a) && is_whole(b))
		return;
	if (!is_excused)
		end_fail(is_whole(a) ? b : a, "ended without everything",
			 HF_OK);
	else if (a->world->plan->is_strict && !is_unreachable(a) &&
		 !is_unreachable(b))
		end_fail(a->error ? a : b, "an error that nothing excuses",
			 a->error ? a->error : b->error);
}

void app_judge(struct world *world)
{
	for (uint32_t i = 0; i < world->plan->pairs; i++) {
		struct pair *p = &world->pair[i];

		judge_unreachable(&p->end[0]);
		judge_unreachable(&p->end[1]);
		if (p->plan->kind == PAIR_REFUSED)
			judge_refused(p);
		else if (is_orderly(&p->end[0]) && is_orderly(&p->end[1]))
			judge_orderly(p);
	}
}
