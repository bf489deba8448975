/* SPDX-License-Identifier: MIT */
/* What programs call, recorded with what they were answered. */
#include "kit_parts.h"

#include <stdlib.h>
#include <string.h>

#define PIECE 4096u

static void record(struct kit *kit, struct kit_socket socket, const char *name,
		   const char *detail, enum hf_error error)
{
	const struct story_call call = { name, detail,
					 error ? hf_error_name(error) : "" };

	record_call(kit->record, socket.host, socket.handle, &call,
		    STORY_UNKNOWN);
}

/* A call that lets go of the socket: the host cannot be asked any more. */
static void record_end_of(struct kit *kit, struct kit_socket socket,
			  const char *name, enum hf_error error, uint8_t state)
{
	const struct story_call call = { name, "",
					 error ? hf_error_name(error) : "" };

	record_call(kit->record, socket.host, socket.handle, &call,
		    error ? STORY_UNKNOWN : state);
}

static void answer(enum hf_error *to, enum hf_error error)
{
	if (to)
		*to = error;
}

/* ---- opening ---------------------------------------------------------- */

struct kit_socket kit_listen_as(struct kit *kit, uint32_t host,
				const struct hf_listen *options,
				enum hf_error *to)
{
	struct kit_socket socket = { .host = host };
	enum hf_error error =
		hf_listen(kit_hf(kit, host), options, &socket.handle);

	record(kit, socket, "listen",
	       story_printf(kit->story, "%u", options->port), error);
	answer(to, error);
	hf_sim_kick(kit->sim, host);
	return socket;
}

struct kit_socket kit_listen(struct kit *kit, uint32_t host, uint16_t port)
{
	const struct hf_listen options = { .port = port };
	enum hf_error error;
	struct kit_socket socket = kit_listen_as(kit, host, &options, &error);

	if (error)
		kit_give_up(kit, "listen", hf_error_name(error));
	return socket;
}

struct kit_socket kit_connect_as(struct kit *kit, uint32_t host,
				 const struct hf_open *options,
				 enum hf_error *to)
{
	struct kit_socket socket = { .host = host };
	enum hf_error error = hf_open(kit_hf(kit, host), options, kit_now(kit),
				      &socket.handle);

	record(kit, socket, "connect",
	       story_printf(kit->story, "%s:%u",
			    kit_addr_text(kit, options->remote),
			    options->remote_port),
	       error);
	answer(to, error);
	hf_sim_kick(kit->sim, host);
	return socket;
}

struct kit_socket kit_connect(struct kit *kit, uint32_t host, uint32_t to,
			      uint16_t port)
{
	const struct hf_open options = { .remote = kit_address(kit, to),
					 .remote_port = port };
	enum hf_error error;
	struct kit_socket socket = kit_connect_as(kit, host, &options, &error);

	if (error)
		kit_give_up(kit, "connect", hf_error_name(error));
	return socket;
}

struct kit_socket kit_accept(struct kit *kit, struct kit_socket listener)
{
	struct kit_socket socket = { .host = listener.host };
	enum hf_error error = hf_accept(kit_hf(kit, listener.host),
					listener.handle, &socket.handle);

	if (error)
		socket.handle = (struct hf_handle){ 0 };
	record(kit, error ? listener : socket, "accept", "", error);
	hf_sim_kick(kit->sim, listener.host);
	return socket;
}

/* ---- data ------------------------------------------------------------- */

static size_t send(struct kit *kit, struct kit_socket socket, const void *data,
		   size_t len, enum hf_error *error)
{
	size_t sent = 0;

	*error = hf_send(kit_hf(kit, socket.host), socket.handle, data, len,
			 &sent);
	return *error ? 0 : sent;
}

static void record_octets(struct kit *kit, struct kit_socket socket,
			  const char *name, size_t octets, enum hf_error error)
{
	record(kit, socket, name, story_printf(kit->story, "%zu", octets),
	       octets ? HF_OK : error);
}

size_t kit_send(struct kit *kit, struct kit_socket socket, const char *text)
{
	enum hf_error error;
	size_t sent = send(kit, socket, text, strlen(text), &error);

	record_octets(kit, socket, "send", sent, error);
	hf_sim_kick(kit->sim, socket.host);
	return sent;
}

size_t kit_send_octets(struct kit *kit, struct kit_socket socket, size_t octets)
{
	enum hf_error error = HF_OK;
	uint8_t piece[PIECE];
	size_t total = 0;

	while (total < octets && !error) {
		size_t n = octets - total < PIECE ? octets - total : PIECE;

		for (size_t i = 0; i < n; i++)
			piece[i] = (uint8_t)('a' + (total + i) % 26);
		total += send(kit, socket, piece, n, &error);
	}
	record_octets(kit, socket, "send", total, error);
	hf_sim_kick(kit->sim, socket.host);
	return total;
}

enum hf_error kit_receive(struct kit *kit, struct kit_socket socket, void *to,
			  size_t cap, size_t *got)
{
	struct hf_host *host = kit_hf(kit, socket.host);
	enum hf_error error = HF_OK;
	uint8_t piece[PIECE];
	size_t n, total = 0;

	while (total < cap && !error) {
		n = cap - total < PIECE ? cap - total : PIECE;
		error = hf_receive(host, socket.handle, piece, n, &n);
		if (error || !n)
			break;
		if (to)
			memcpy((uint8_t *)to + total, piece, n);
		total += n;
	}
	if (total)
		error = HF_OK;
	record_octets(kit, socket, "receive", total, error);
	if (got)
		*got = total;
	hf_sim_kick(kit->sim, socket.host);
	return error;
}

/* ---- closing ---------------------------------------------------------- */

/* RFC 9293 3.10.4, and SHLD-3: what was not read resets the connection. */
static uint8_t state_after_close(const struct hf_status *status)
{
	switch (status->state) {
	case HF_SYN_RECEIVED:
	case HF_ESTABLISHED:
		return status->receive_queue ? HF_CLOSED : HF_FIN_WAIT_1;
	case HF_CLOSE_WAIT:
		return status->receive_queue ? HF_CLOSED : HF_LAST_ACK;
	case HF_CLOSED:
	case HF_LISTEN:
	case HF_SYN_SENT:
		return HF_CLOSED;
	case HF_FIN_WAIT_1:
	case HF_FIN_WAIT_2:
	case HF_CLOSING:
	case HF_LAST_ACK:
	case HF_TIME_WAIT:
	case HF_STATES:
		break;
	}
	return (uint8_t)status->state;
}

enum hf_error kit_shutdown(struct kit *kit, struct kit_socket socket)
{
	enum hf_error error =
		hf_shutdown(kit_hf(kit, socket.host), socket.handle);

	record(kit, socket, "shutdown", "", error);
	hf_sim_kick(kit->sim, socket.host);
	return error;
}

enum hf_error kit_close(struct kit *kit, struct kit_socket socket)
{
	struct hf_status status = { .state = HF_CLOSED };
	enum hf_error error;

	kit_status(kit, socket, &status);
	error = hf_close(kit_hf(kit, socket.host), socket.handle, kit_now(kit));
	record_end_of(kit, socket, "close", error, state_after_close(&status));
	hf_sim_kick(kit->sim, socket.host);
	return error;
}

enum hf_error kit_abort(struct kit *kit, struct kit_socket socket)
{
	enum hf_error error =
		hf_abort(kit_hf(kit, socket.host), socket.handle, kit_now(kit));

	record_end_of(kit, socket, "abort", error, HF_CLOSED);
	hf_sim_kick(kit->sim, socket.host);
	return error;
}

enum hf_error kit_set(struct kit *kit, struct kit_socket socket,
		      enum hf_option option, uint64_t value)
{
	enum hf_error error =
		hf_set(kit_hf(kit, socket.host), socket.handle, option, value);

	if (error)
		kit_give_up(kit, "set", hf_error_name(error));
	hf_sim_kick(kit->sim, socket.host);
	return error;
}

/* ---- asking ----------------------------------------------------------- */

enum hf_error kit_status(struct kit *kit, struct kit_socket socket,
			 struct hf_status *status)
{
	return hf_status(kit_hf(kit, socket.host), socket.handle, status);
}

enum hf_state kit_state(struct kit *kit, struct kit_socket socket)
{
	struct hf_status status;

	if (kit_status(kit, socket, &status))
		return HF_CLOSED;
	return status.state;
}

void kit_hear(struct kit *kit, uint32_t number, const struct hf_event *event)
{
	struct kit_host *host = &kit->host[number];
	struct kit_heard *heard = NULL;

	for (size_t i = 0; i < host->heard_count; i++)
		if (host->heard[i].handle.index == event->handle.index &&
		    host->heard[i].handle.generation ==
			    event->handle.generation)
			heard = &host->heard[i];
	if (!heard) {
		host->heard = realloc(host->heard,
				      (host->heard_count + 1) * sizeof *heard);
		if (!host->heard)
			abort();
		heard = &host->heard[host->heard_count++];
		*heard = (struct kit_heard){ .handle = event->handle };
	}
	heard->flags |= event->flags;
	if (event->flags & HF_EVENT_CLOSED)
		heard->error = event->error;
}

uint32_t kit_events(const struct kit *kit, struct kit_socket socket,
		    enum hf_error *error)
{
	const struct kit_host *host = &kit->host[socket.host];

	answer(error, HF_OK);
	for (size_t i = 0; i < host->heard_count; i++) {
		const struct kit_heard *heard = &host->heard[i];

		if (heard->handle.index != socket.handle.index ||
		    heard->handle.generation != socket.handle.generation)
			continue;
		answer(error, heard->error);
		return heard->flags;
	}
	return 0;
}
