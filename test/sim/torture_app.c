/* SPDX-License-Identifier: MIT */
/*
 * The programs on both hosts, and what must be true of their connections.
 * The octet at position p of a stream is a function of the stream and p, so
 * that anything lost, doubled or misplaced shows.
 */
#include "torture.h"
#include <string.h>

/* A prime, so that no power of two is a period. */
#define CONTENT 65521u

static uint8_t content[CONTENT];

static void content_make(void)
{
	struct sim_random r = sim_random_stream(1, 1);

	if (content[0])
		return;
	for (uint32_t i = 0; i < CONTENT; i++)
		content[i] = (uint8_t)(sim_random_next(&r) | !i);
}

/* The octets of what `user` sends from `at` on; *len is cut to what is so. */
static const uint8_t *stream(uint32_t user, uint32_t at, uint32_t *len)
{
	uint32_t from = (user * 4099u + at) % CONTENT;

	if (*len > CONTENT - from)
		*len = CONTENT - from;
	return content + from;
}

static void work(struct end *e);

static void release(struct end *e)
{
	enum hf_error error =
		hf_close(end_host(e), e->handle, hf_sim_now(e->world->sim));

	e->is_held = false;
	if (error)
		end_fail(e, "hf_close", error);
	if (hf_close(end_host(e), e->handle, hf_sim_now(e->world->sim)) !=
	    HF_ERR_HANDLE)
		end_fail(e, "a released handle is still good", HF_OK);
}

/* ---- receiving -------------------------------------------------------- */

static void compare(struct end *e, const uint8_t *data, size_t len)
{
	struct end *peer = end_peer(e);

	while (len > 0) {
		uint32_t part = len > CONTENT ? CONTENT : (uint32_t)len;
		const uint8_t *want = stream(peer->user, e->received, &part);

		if (memcmp(data, want, part) != 0) {
			end_fail(e, "received a wrong octet", HF_OK);
			return;
		}
		e->received += part;
		data += part;
		len -= part;
	}
	if (e->received > peer->sent)
		end_fail(e, "received more than was sent", HF_OK);
}

static enum hf_error receive_copy(struct end *e, uint32_t most, size_t *got)
{
	uint8_t buf[65536];
	enum hf_error error = hf_receive(end_host(e), e->handle, buf,
					 most < sizeof buf ? most : sizeof buf,
					 got);

	if (!error && *got > most)
		end_fail(e, "hf_receive gave more than asked", HF_OK);
	if (!error)
		compare(e, buf, *got);
	return error;
}

static enum hf_error receive_in_place(struct end *e, uint32_t most, size_t *got)
{
	const void *data;
	enum hf_error error = hf_peek(end_host(e), e->handle, &data, got);

	if (error || *got == 0)
		return error;
	if (*got > most)
		*got = most;
	compare(e, data, *got);
	return hf_consume(end_host(e), e->handle, *got);
}

static void resume(struct hf_sim *sim, void *context)
{
	struct end *e = context;

	(void)sim;
	e->is_paused = false;
	work(e);
}

static bool wants_to_read(const struct end *e)
{
	if (e->is_eof || e->is_paused || e->world->failure[0])
		return false;
	return e->plan->manner != MANNER_DEAF || e->received < e->plan->after;
}

static void receive_some(struct end *e)
{
	while (wants_to_read(e)) {
		uint32_t most = e->plan->chunk;
		enum hf_error error;
		size_t got = 0;

		if (e->plan->manner == MANNER_DEAF &&
		    most > e->plan->after - e->received)
			most = e->plan->after - e->received;
		error = e->plan->in_place ? receive_in_place(e, most, &got)
					  : receive_copy(e, most, &got);
		if (error == HF_ERR_WOULD_BLOCK)
			return;
		if (error) {
			/* The error that ended it; the event tells it too. */
			if (!e->has_ended)
				end_fail(e, "receiving from a live connection",
					 error);
			return;
		}
		if (got == 0)
			e->is_eof = true;
		if (e->plan->pause && !e->has_ended) {
			e->is_paused = true;
			hf_sim_timer(e->world->sim, e->world->host[e->host],
				     hf_sim_now(e->world->sim) + e->plan->pause,
				     resume, e);
		}
	}
}

/* ---- sending ---------------------------------------------------------- */

static enum hf_error send_copy(struct end *e, uint32_t most, size_t *sent)
{
	const uint8_t *data = stream(e->user, e->sent, &most);
	enum hf_error error = hf_send_as(end_host(e), e->handle, data, most,
					 wish_flags(e), sent);

	if (!error && (*sent == 0 || *sent > most))
		end_fail(e, "hf_send took a wrong number", HF_OK);
	return error;
}

static enum hf_error send_in_place(struct end *e, uint32_t most, size_t *sent)
{
	void *to;
	enum hf_error error = hf_reserve(end_host(e), e->handle, &to, sent);
	const uint8_t *data;
	uint32_t part;

	if (error)
		return error;
	if (*sent == 0)
		end_fail(e, "hf_reserve lent nothing", HF_OK);
	part = *sent < most ? (uint32_t)*sent : most;
	data = stream(e->user, e->sent, &part);
	memcpy(to, data, part);
	*sent = part;
	return hf_commit(end_host(e), e->handle, part);
}

static void retry(struct hf_sim *sim, void *context)
{
	struct end *e = context;

	(void)sim;
	e->is_waiting_for_memory = false;
	work(e);
}

static void wait_for_memory(struct end *e)
{
	if (e->is_waiting_for_memory)
		return;
	if (e->world->plan->is_strict)
		end_fail(e, "no memory although there is plenty", HF_OK);
	e->is_waiting_for_memory = true;
	hf_sim_timer(e->world->sim, e->world->host[e->host],
		     hf_sim_now(e->world->sim) + 100 * HF_MILLISECOND, retry,
		     e);
}

static void send_some(struct end *e)
{
	if (e->has_ended || e->is_shut ||
	    (e->plan->manner == MANNER_PATIENT && !e->is_eof))
		return;
	while (e->sent < e->plan->octets && !e->world->failure[0]) {
		uint32_t most = e->plan->octets - e->sent;
		enum hf_error error;
		size_t sent = 0;

		if (most > e->plan->chunk)
			most = e->plan->chunk;
		error = e->plan->in_place ? send_in_place(e, most, &sent)
					  : send_copy(e, most, &sent);
		if (error == HF_ERR_NO_MEMORY)
			wait_for_memory(e);
		else if (error && error != HF_ERR_WOULD_BLOCK)
			end_fail(e, "sending on a live connection", error);
		if (error)
			return;
		e->sent += (uint32_t)sent;
		wish_something(e);
	}
}

/* ---- ending ----------------------------------------------------------- */

static void shut(struct end *e)
{
	enum hf_error error = hf_shutdown(end_host(e), e->handle);

	if (error)
		end_fail(e, "hf_shutdown", error);
	e->is_shut = true;
	error = hf_shutdown(end_host(e), e->handle);
	if (error != HF_ERR_CLOSING && error != HF_ERR_NOT_CONNECTED)
		end_fail(e, "a second hf_shutdown", error);
}

/* All but HASTY shut down when they have sent: nobody waits for ever. */
static bool shut_is_due(const struct end *e)
{
	if (e->is_shut || !e->is_connected || e->sent < e->plan->octets)
		return false;
	switch (e->plan->manner) {
	case MANNER_PATIENT:
		return e->is_eof;
	case MANNER_HASTY:
		return false;
	case MANNER_ORDERLY:
	case MANNER_LINGER:
	case MANNER_DEAF:
	case MANNER_ABORT:
	case MANNERS:
		break;
	}
	return true;
}

static void finish(struct end *e)
{
	bool is_through = e->is_shut && e->is_eof;

	switch (e->plan->manner) {
	case MANNER_ORDERLY:
	case MANNER_PATIENT:
		if (is_through)
			release(e);
		return;
	case MANNER_LINGER:
		return;
	case MANNER_HASTY:
		if (e->sent == e->plan->octets)
			release(e);
		return;
	case MANNER_DEAF:
		if (is_through || e->received >= e->plan->after)
			release(e);
		return;
	case MANNER_ABORT:
		if (is_through || e->sent + e->received >= e->plan->after)
			end_abort(e);
		return;
	case MANNERS:
		return;
	}
}

static void work(struct end *e)
{
	if (!e->is_held || e->world->failure[0])
		return;
	receive_some(e);
	send_some(e);
	if (e->world->failure[0])
		return;
	if (!e->has_ended) {
		if (shut_is_due(e))
			shut(e);
		finish(e);
	} else if (!e->is_paused) {
		/* What came before the end has been read. */
		release(e);
	}
}

/* ---- beginning -------------------------------------------------------- */

static void hold(struct end *e, struct hf_handle handle)
{
	struct hf_host *host = end_host(e);
	enum hf_error error;
	uint64_t value = 0;

	e->handle = handle;
	e->is_held = true;
	e->was_held = true;
	error = hf_set(host, handle, HF_OPTION_USER, e->user);
	if (!error)
		error = hf_get(host, handle, HF_OPTION_USER, &value);
	if (error || value != e->user)
		end_fail(e, "HF_OPTION_USER", error);
	if (e->plan->nodelay)
		error = hf_set(host, handle, HF_OPTION_NODELAY, 1);
	if (!error && e->plan->keepalive)
		error = hf_set(host, handle, HF_OPTION_KEEPALIVE, 1);
	if (error && error != HF_ERR_NO_MEMORY)
		end_fail(e, "hf_set", error);
	wish_options(e);
}

static void open_end(struct end *e, const struct hf_open *options)
{
	struct world *world = e->world;
	struct hf_status status;
	struct hf_handle handle;
	enum hf_error error =
		hf_open(end_host(e), options, hf_sim_now(world->sim), &handle);

	if (error) {
		end_pair(e)->open_error = error;
		if (world->plan->is_strict ||
		    (error != HF_ERR_LIMIT && error != HF_ERR_NO_MEMORY))
			end_fail(e, "hf_open", error);
		return;
	}
	hold(e, handle);
	error = hf_status(end_host(e), handle, &status);
	if (error || status.state != HF_SYN_SENT)
		end_fail(e, "status after hf_open", error);
	e->port = status.local_port;
}

void app_start(struct hf_sim *sim, void *context)
{
	struct pair *pair = context;
	struct end *a = &pair->end[0], *b = &pair->end[1];
	const struct plan *plan = a->world->plan;
	struct hf_open open = { 0 };

	content_make();
	pair->is_started = true;
	open.user = a->user;
	open.remote = world_addr(plan, b->host);
	open.remote_port = TORTURE_PORT;
	if (pair->plan->kind == PAIR_REFUSED)
		open.remote_port = TORTURE_CLOSED_PORT;
	if (pair->plan->kind != PAIR_SIMULTANEOUS) {
		open_end(a, &open);
		work(a);
		return;
	}
	open.local_port = (uint16_t)(1000 + a->user);
	open.remote_port = (uint16_t)(1000 + b->user);
	open_end(a, &open);
	open.user = b->user;
	open.remote = world_addr(plan, a->host);
	open.local_port = (uint16_t)(1000 + b->user);
	open.remote_port = (uint16_t)(1000 + a->user);
	open_end(b, &open);
	work(a);
	work(b);
	hf_sim_kick(sim, a->world->host[b->host]);
}

/* ---- events ----------------------------------------------------------- */

static bool is_opener(const struct world *world, const struct end *e,
		      const struct hf_status *status)
{
	struct hf_addr addr = world_addr(world->plan, e->host);

	return e->was_held && e->port == status->remote_port &&
	       memcmp(&addr, &status->remote, sizeof addr) == 0;
}

/* The end that an accepted connection is, by who has opened it. */
static struct end *accepted(struct world *world, uint32_t host,
			    const struct hf_status *status)
{
	for (uint32_t i = 0; i < world->plan->pairs; i++) {
		struct pair *p = &world->pair[i];

		if (p->plan->kind != PAIR_SIMULTANEOUS &&
		    p->plan->kind != PAIR_REFUSED && p->end[1].host == host &&
		    is_opener(world, &p->end[0], status) && !p->end[1].was_held)
			return &p->end[1];
	}
	return NULL;
}

/* An ACK that was long under way may bring back what has ended already. */
static bool has_cookies(const struct world *world, uint32_t host)
{
	struct hf_cookies cookies;

	hf_cookies(hf_sim_host(world->sim, world->host[host]), &cookies);
	return cookies.sent > 0;
}

static void accept_all(struct world *world, uint32_t host)
{
	struct hf_host *h = hf_sim_host(world->sim, world->host[host]);
	struct hf_status status;
	struct hf_handle handle;
	enum hf_error error;

	while (!(error = hf_accept(h, world->listener[host], &handle))) {
		struct end *e;

		error = hf_status(h, handle, &status);
		if (error) {
			world_fail(world, "hf_status of an accepted one: %s",
				   hf_error_name(error));
			return;
		}
		e = accepted(world, host, &status);
		if (!e && has_cookies(world, host)) {
			hf_abort(h, handle, hf_sim_now(world->sim));
			continue;
		}
		if (!e) {
			world_fail(world,
				   "accepted what nobody opened, port %u",
				   status.remote_port);
			return;
		}
		e->port = status.local_port;
		e->is_connected = true;
		hold(e, handle);
		work(e);
	}
	if (error != HF_ERR_WOULD_BLOCK)
		world_fail(world, "hf_accept: %s", hf_error_name(error));
}

static void decide(struct world *world, uint32_t host, struct hf_handle syn)
{
	struct hf_host *h = hf_sim_host(world->sim, world->host[host]);
	enum hf_verdict verdict = HF_VERDICT_ACCEPT;
	struct hf_syn about;
	enum hf_error error = hf_syn(h, syn, &about);

	if (error || about.local_port != TORTURE_PORT)
		world_fail(world, "hf_syn: %s", hf_error_name(error));
	if (sim_random_chance(&world->random, world->plan->refusals))
		verdict = (enum hf_verdict)(
			1 + sim_random_below(&world->random, 3));
	error = hf_decide(h, syn, verdict, hf_sim_now(world->sim));
	if (error && (world->plan->is_strict || error != HF_ERR_NO_MEMORY))
		world_fail(world, "hf_decide: %s", hf_error_name(error));
}

static void check_drained(struct end *e)
{
	struct hf_status status;

	e->drained++;
	if (hf_status(end_host(e), e->handle, &status) == HF_OK &&
	    status.send_queue != 0)
		end_fail(e, "DRAINED, but the send queue is not empty", HF_OK);
}

static void connection_event(struct end *e, const struct hf_event *event)
{
	if (event->user != e->user)
		end_fail(e, "an event carries another's user value", HF_OK);
	if (e->has_ended)
		end_fail(e, "an event after CLOSED", event->error);
	if (event->flags & HF_EVENT_CONNECTED)
		e->is_connected = true;
	if (event->flags & HF_EVENT_DRAINED)
		check_drained(e);
	if (event->flags & HF_EVENT_CLOSED) {
		e->has_ended = true;
		e->error = event->error;
	}
	work(e);
}

static bool is_same(struct hf_handle a, struct hf_handle b)
{
	return a.index == b.index && a.generation == b.generation;
}

/* Nobody else has it, whatever the wire makes of a probe. */
static void check_address(struct world *world, uint32_t host)
{
	struct hf_host *h = hf_sim_host(world->sim, world->host[host]);
	struct hf_addr addr = world_addr(world->plan, host);

	if (hf_address_state(h, addr) == HF_ADDRESS_DUPLICATE)
		world_fail(world, "host %u finds its address a duplicate",
			   host);
}

void app_event(struct hf_sim *sim, uint32_t host, const struct hf_event *event,
	       void *context)
{
	struct world *world = context;
	uint32_t at = host == world->host[1];

	(void)sim;
	if (world->failure[0])
		return;
	if (event->flags & HF_EVENT_ADDRESS) {
		check_address(world, at);
		return;
	}
	if (event->flags & HF_EVENT_SYN) {
		decide(world, at, event->handle);
		return;
	}
	if (world->is_listening &&
	    is_same(event->handle, world->listener[at])) {
		if (event->flags & HF_EVENT_ACCEPT)
			accept_all(world, at);
		return;
	}
	for (uint32_t i = 0; i < 2 * world->plan->pairs; i++) {
		struct end *e = &world->pair[i / 2].end[i % 2];

		if (e->is_held && e->host == at &&
		    is_same(e->handle, event->handle)) {
			connection_event(e, event);
			return;
		}
	}
	world_fail(world, "event %x for a handle that nobody holds",
		   event->flags);
}
