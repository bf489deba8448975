/* SPDX-License-Identifier: MIT */
/*
 * What experiments are written with: hosts joined by cables, programs that
 * call and wait, faults, claims. An experiment is a function that reads from
 * top to bottom; time passes only where it runs the network:
 *
 *	uint32_t client = kit_host(kit, "client", NULL);
 *	uint32_t server = kit_host(kit, "server", NULL);
 *	struct kit_socket listener, ours, theirs;
 *
 *	kit_cable(kit, client, server, NULL);
 *	listener = kit_listen(kit, server, LAB_PORT);
 *	ours = kit_connect(kit, client, server, LAB_PORT);
 *	kit_run(kit, HF_SECOND);
 *	theirs = kit_accept(kit, listener);
 *	kit_claim(kit, kit_state(kit, ours) == HF_ESTABLISHED, &text[OPEN],
 *		  NULL);
 *
 * All that happens is recorded as a story, with both ends' TCBs; a claim that
 * does not hold is told, and fails the experiment. Nothing here returns an
 * error that an experiment must look at: what cannot be done at all ends the
 * process with a line that says why.
 */
#ifndef LAB_KIT_H
#define LAB_KIT_H

#include "lab.h"
#include "story.h"

#include <handfast/sim.h>

struct kit;

/* A connection or a listener at a host; no handle (index 0): none. */
struct kit_socket {
	uint32_t host;
	struct hf_handle handle;
};

/* ---- scenes ----------------------------------------------------------- */

/*
 * Begins another scene: a new network, a new time, a new story. An experiment
 * with one scene has no need of it. Hosts and sockets of the scene before
 * are no more.
 */
void kit_scene(struct kit *kit, const struct story_text *title);

struct hf_sim *kit_sim(struct kit *kit);
struct story *kit_story(struct kit *kit);
hf_time kit_now(const struct kit *kit);

/* ---- hosts and cables ------------------------------------------------- */

/* What a host of this experiment is configured with, to be changed. */
void kit_config(const struct kit *kit, struct hf_config *config);

/* A host, called so; `config` NULL: as kit_config(). Its number. */
uint32_t kit_host(struct kit *kit, const char *name,
		  const struct hf_config *config);
struct hf_host *kit_hf(struct kit *kit, uint32_t host);

/* Its (first) address: 10.9.0.1 of the first host, 10.9.0.2, ... */
struct hf_addr kit_address(const struct kit *kit, uint32_t host);

/* How two hosts are joined. All zero is a perfect cable. */
struct kit_cable {
	struct hf_sim_wire wire;
	uint8_t kind; /* enum hf_link_kind */
	uint16_t mtu; /* 0: 1500 */
};

#define KIT_DELAY (500 * HF_MICROSECOND)

/*
 * Joins two hosts that have no address yet, in 10.9.0.0/24; `cable` NULL:
 * raw IP with a delay of KIT_DELAY. The number of the link.
 */
uint32_t kit_cable(struct kit *kit, uint32_t a, uint32_t b,
		   const struct kit_cable *cable);

/*
 * Attaches a host to a link of hf_sim_link_add(), with this address: for
 * networks of more than two. The end's number.
 */
uint32_t kit_attach(struct kit *kit, uint32_t link, uint32_t host,
		    const struct hf_link *options, struct hf_addr addr,
		    unsigned prefix_len);

/* ---- programs --------------------------------------------------------- */

/* A program that answers the events of a host, after they were recorded. */
typedef void kit_program(struct kit *kit, uint32_t host,
			 const struct hf_event *event, void *context);
void kit_program_set(struct kit *kit, uint32_t host, kit_program *program,
		     void *context);

/* The calls. Each is recorded with its answer; `error` may be NULL. */
struct kit_socket kit_listen(struct kit *kit, uint32_t host, uint16_t port);
struct kit_socket kit_listen_as(struct kit *kit, uint32_t host,
				const struct hf_listen *options,
				enum hf_error *error);
struct kit_socket kit_connect(struct kit *kit, uint32_t host, uint32_t to,
			      uint16_t port);
struct kit_socket kit_connect_as(struct kit *kit, uint32_t host,
				 const struct hf_open *options,
				 enum hf_error *error);
/* The next completed connection; index 0: there is none. */
struct kit_socket kit_accept(struct kit *kit, struct kit_socket listener);
/* Octets taken: a string; so many of a pattern. */
size_t kit_send(struct kit *kit, struct kit_socket socket, const char *text);
size_t kit_send_octets(struct kit *kit, struct kit_socket socket,
		       size_t octets);
/*
 * Takes what has come, up to `cap` octets (`to` NULL: thrown away; HF_OK
 * with 0 is the end), and says how many.
 */
enum hf_error kit_receive(struct kit *kit, struct kit_socket socket, void *to,
			  size_t cap, size_t *got);
enum hf_error kit_shutdown(struct kit *kit, struct kit_socket socket);
enum hf_error kit_close(struct kit *kit, struct kit_socket socket);
enum hf_error kit_abort(struct kit *kit, struct kit_socket socket);
enum hf_error kit_set(struct kit *kit, struct kit_socket socket,
		      enum hf_option option, uint64_t value);

/* The state: CLOSED, too, of a handle that is no more (as after a close). */
enum hf_state kit_state(struct kit *kit, struct kit_socket socket);
enum hf_error kit_status(struct kit *kit, struct kit_socket socket,
			 struct hf_status *status);

/* All events that a socket had so far, or'ed, and the last error of CLOSED. */
uint32_t kit_events(const struct kit *kit, struct kit_socket socket,
		    enum hf_error *error);

/* ---- time ------------------------------------------------------------- */

/* Lets so much time pass. */
void kit_run(struct kit *kit, hf_time time);
void kit_run_until(struct kit *kit, hf_time when);
/*
 * Runs until the socket is in this state, for at most so long; true if it is.
 * A socket that was closed is gone: see kit_run_quiet().
 */
bool kit_await(struct kit *kit, struct kit_socket socket, enum hf_state state,
	       hf_time patience);
/* Runs until no host has a connection left, TIME_WAIT included; true: none. */
bool kit_run_quiet(struct kit *kit, hf_time patience);

/* ---- faults ----------------------------------------------------------- */

/* Loses the n-th (1: the next) segment that a host sends from now on. */
void kit_lose(struct kit *kit, uint32_t from, unsigned n);
/* Loses the next `n` segments of a host with all of these TCP flags. */
void kit_lose_flags(struct kit *kit, uint32_t from, uint8_t flags, unsigned n);
/* Pulls the cable, or plugs it in again. */
void kit_unplug(struct kit *kit, uint32_t link);
void kit_plug(struct kit *kit, uint32_t link);
/* Turns a host off without a word; on again, it has forgotten everything. */
void kit_crash(struct kit *kit, uint32_t host);
void kit_restart(struct kit *kit, uint32_t host);
/* Something that a host sent before comes a second time, as if from it. */
void kit_repeat(struct kit *kit, const struct story_moment *moment);
/*
 * A segment that no host has sent, from one to another: ports, numbers,
 * flags, window, text and options are as `segment` says.
 */
void kit_forge(struct kit *kit, uint32_t from, uint32_t to,
	       const struct wire_tcp *segment);

/* ---- what was seen ---------------------------------------------------- */

/* The n-th (from 1) segment of TCP that a host has sent; NULL: none. */
const struct story_moment *kit_sent(const struct kit *kit, uint32_t from,
				    unsigned n);
/* How many it has sent. */
unsigned kit_sent_count(const struct kit *kit, uint32_t from);
/* The last one with all of these flags; NULL: none. */
const struct story_moment *kit_sent_last(const struct kit *kit, uint32_t from,
					 uint8_t flags);

/* ---- prose ------------------------------------------------------------ */

/* `values` as story_fill(): STORY_VALUES(...), or NULL. */
void kit_note(struct kit *kit, const struct story_text *text,
	      const char *const *values);
void kit_explain(struct kit *kit, const struct story_text *text,
		 const char *const *values);
void kit_claim(struct kit *kit, bool holds, const struct story_text *text,
	       const char *const *values);

/* Values: "4294967296"; "1.5 s", "250 ms", "500 us"; "10.9.0.1". */
const char *kit_number(struct kit *kit, uint64_t number);
const char *kit_time(struct kit *kit, hf_time time);
const char *kit_addr_text(struct kit *kit, struct hf_addr addr);

#endif
