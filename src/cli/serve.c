/* SPDX-License-Identifier: MIT */
/*
 * A server for any number of connections. Each has a session, whose number
 * the host hands back with its events; what blocks is taken up again with the
 * event that says so.
 */
#define _GNU_SOURCE
#include "cli.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#define FAREWELL (3 * HF_SECOND)
#define NONE UINT32_MAX

/* A slot; its number in the host is its index plus 1, as 0 is no session. */
struct slot {
	struct lab_session session;
	uint32_t next_free;
	bool in_use;
};

struct server {
	struct station station;
	enum lab_service service;
	struct hf_handle listener;
	struct slot *slot;
	uint32_t room, used; /* slots; those below `used` were used once */
	uint32_t free; /* the first free one; NONE */
	uint32_t live;
	uint64_t served, count, octets;
	uint64_t in, out;
	hf_time deadline; /* of the farewell; HF_NEVER: not begun */
	bool has_no_address; /* other hosts have all of them */
};

/* ---- sessions --------------------------------------------------------- */

static uint32_t take_slot(struct server *server)
{
	uint32_t i = server->free, room;
	struct slot *slot;

	if (i != NONE) {
		server->free = server->slot[i].next_free;
		return i;
	}
	if (server->used == server->room) {
		room = server->room ? server->room * 2 : 64;
		slot = realloc(server->slot, room * sizeof *slot);
		if (!slot)
			return NONE;
		server->slot = slot;
		server->room = room;
	}
	return server->used++;
}

static void end_session(struct server *server, uint32_t i, hf_time now)
{
	struct slot *slot = &server->slot[i];

	hf_close(server->station.host, slot->session.connection, now);
	server->in += slot->session.in;
	server->out += slot->session.out;
	server->served++;
	server->live--;
	slot->in_use = false;
	slot->next_free = server->free;
	server->free = i;
}

static void run_session(struct server *server, uint32_t i, hf_time now)
{
	if (lab_serve(server->station.host, &server->slot[i].session))
		end_session(server, i, now);
}

static void start_session(struct server *server, struct hf_handle connection,
			  hf_time now)
{
	struct hf_host *host = server->station.host;
	uint32_t i = take_slot(server);

	if (i == NONE) {
		hf_abort(host, connection, now);
		return;
	}
	server->slot[i] = (struct slot){
		.in_use = true,
		.session = { .connection = connection,
			     .service = server->service,
			     .limit = server->octets },
	};
	server->live++;
	hf_set(host, connection, HF_OPTION_USER, i + 1);
	run_session(server, i, now); /* what came before it was accepted */
}

static void answer(void *context, const struct hf_event *event, hf_time now)
{
	struct server *server = context;
	struct hf_handle connection;

	if (event->flags & HF_EVENT_ADDRESS) {
		server->has_no_address =
			!station_keeps_address(&server->station);
	} else if (event->flags & HF_EVENT_ACCEPT) {
		while (hf_accept(server->station.host, event->handle,
				 &connection) == HF_OK)
			start_session(server, connection, now);
	} else if (event->user && event->user <= server->used) {
		uint32_t i = (uint32_t)event->user - 1;
		struct slot *slot = &server->slot[i];

		if (slot->in_use &&
		    slot->session.connection.index == event->handle.index &&
		    slot->session.connection.generation ==
			    event->handle.generation)
			run_session(server, i, now);
	}
}

/* ---- the end ---------------------------------------------------------- */

/* No more connections; those that there are say goodbye. */
static void begin_farewell(struct server *server)
{
	struct hf_host *host = server->station.host;
	hf_time now = hf_clock();

	server->deadline = now + FAREWELL;
	hf_close(host, server->listener, now);
	for (uint32_t i = 0; i < server->used; i++) {
		if (!server->slot[i].in_use)
			continue;
		hf_shutdown(host, server->slot[i].session.connection);
		server->slot[i].session.service = LAB_DISCARD;
		run_session(server, i, now);
	}
}

static void abort_all(struct server *server)
{
	hf_time now = hf_clock();

	for (uint32_t i = 0; i < server->used; i++) {
		struct slot *slot = &server->slot[i];

		if (!slot->in_use)
			continue;
		hf_abort(server->station.host, slot->session.connection, now);
		end_session(server, i, now);
	}
}

static bool is_enough(const struct server *server)
{
	return server->count && server->served >= server->count;
}

/* False: end at once. */
static bool heed_signals(struct server *server)
{
	int signal;

	while ((signal = station_signal(&server->station))) {
		if (signal == SIGUSR1) {
			station_print_pools(&server->station);
		} else if (server->deadline != HF_NEVER) {
			return false;
		} else {
			begin_farewell(server);
		}
	}
	return true;
}

static bool is_over(const struct server *server)
{
	if (server->deadline == HF_NEVER)
		return false;
	return hf_clock() >= server->deadline ||
	       (!server->live && station_is_quiet(&server->station));
}

/* The last resets, if there is a way to send them. */
static int fail(struct server *server, const struct cli_about *about,
		const char *why)
{
	abort_all(server);
	hf_loop_turn(&server->station.loop, NULL, 0, 0);
	return cli_fail(about, "%s", why);
}

static int run(struct server *server, const struct cli_about *about)
{
	struct hf_loop *loop = &server->station.loop;
	struct pollfd signals = { .fd = server->station.signals,
				  .events = POLLIN };

	while (heed_signals(server) && !is_over(server)) {
		if (!hf_loop_turn(loop, &signals, 1, server->deadline))
			return fail(server, about, loop->device->failure->text);
		if (server->has_no_address)
			return fail(server, about, "no address is left to use");
		if (is_enough(server) && server->deadline == HF_NEVER)
			begin_farewell(server);
	}
	abort_all(server);
	if (!hf_loop_turn(loop, NULL, 0, 0)) /* the last resets */
		return cli_fail(about, "%s", loop->device->failure->text);
	return CLI_OK;
}

/* ---- the beginning ---------------------------------------------------- */

static void print_start(const struct cli_options *options, const char *what)
{
	char name[64];

	fprintf(stderr, "handfast: %s on port %u of", what, options->port);
	for (unsigned i = 0; i < options->addresses; i++) {
		hf_trace_address(&options->address[i].addr, name, sizeof name);
		fprintf(stderr, " %s", name);
	}
	fprintf(stderr, ", interface %s\n", cli_interface(options));
}

static void print_summary(const struct server *server, bool verbose)
{
	fprintf(stderr,
		"handfast: %llu connections served, "
		"%llu octets in, %llu octets out\n",
		(unsigned long long)server->served,
		(unsigned long long)server->in,
		(unsigned long long)server->out);
	station_print_drops(&server->station);
	if (!verbose)
		return;
	station_print_pools(&server->station);
	station_print_neighbours(&server->station);
}

static enum hf_error start(struct server *server,
			   const struct cli_options *options)
{
	struct hf_listen listen = {
		.port = options->port,
		.completed = 4096, /* a burst of clients is welcome */
	};

	server->station.loop.event = answer;
	server->station.loop.context = server;
	return hf_listen(server->station.host, &listen, &server->listener);
}

int serve_run(const struct cli_options *options, const struct cli_about *about,
	      enum lab_service service)
{
	static const char *const names[] = { "echo", "discard", "chargen" };
	struct server server = {
		.service = service,
		.count = options->count,
		.octets = options->octets,
		.free = NONE,
		.deadline = HF_NEVER,
	};
	enum hf_error error;
	int status = station_open(&server.station, options, about);

	if (status)
		return status;
	error = start(&server, options);
	if (error) {
		status = cli_fail(about, "cannot listen: %s",
				  cli_error_text(error));
	} else {
		print_start(options, names[service]);
		status = run(&server, about);
		if (status == CLI_OK || options->verbose)
			print_summary(&server, options->verbose);
	}
	station_close(&server.station);
	free(server.slot);
	return status;
}
