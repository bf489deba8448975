/* SPDX-License-Identifier: MIT */
/*
 * The torture: two hosts, bad wires, random programs; everything follows
 * from one seed. torture_plan.c decides what will be tried, torture_world.c
 * builds it and lets it run, torture_app.c are the programs on the hosts,
 * torture_wish.c what some of them ask for, torture_judge.c says what must be
 * true, and torture.c is the command.
 */
#ifndef TORTURE_H
#define TORTURE_H

#include <handfast/sim.h>
#include "sim_random.h"

#define TORTURE_PAIRS 8u
#define TORTURE_PORT 7u /* of the listeners */
#define TORTURE_CLOSED_PORT 9u /* nobody listens there */

/* By when a connection that can go on must have ended. */
#define TORTURE_PATIENCE (36000 * HF_SECOND)
/* By when nothing may be left to happen at all. */
#define TORTURE_END (43200 * HF_SECOND)

/* ---- the plan --------------------------------------------------------- */

/* How a program uses its end of a connection. */
enum manner {
	MANNER_ORDERLY, /* sends all, shuts down, reads to the end, closes */
	MANNER_LINGER, /* the same, but closes only when told it has ended */
	MANNER_PATIENT, /* sends nothing before it has read to the end */
	MANNER_HASTY, /* sends all and closes, whatever else comes */
	MANNER_DEAF, /* closes after some octets, though more be unread */
	MANNER_ABORT, /* aborts after some octets sent and received */
	MANNERS
};

struct end_plan {
	enum manner manner;
	uint32_t octets; /* to send */
	uint32_t after; /* DEAF, ABORT */
	uint32_t chunk; /* most octets for one call */
	hf_time pause; /* before each read; 0: reads as it comes */
	bool in_place; /* reserve and commit, peek and consume */
	bool nodelay, keepalive;
	bool is_busy; /* uses whatever a program may ask for: torture_wish.c */
};

enum pair_kind {
	PAIR_CLIENT_SERVER,
	PAIR_SIMULTANEOUS, /* both open actively, at once */
	PAIR_LOOPBACK, /* a host with itself */
	PAIR_REFUSED, /* to a port where nobody listens */
};

struct pair_plan {
	enum pair_kind kind;
	uint32_t opener; /* which host opens */
	hf_time start;
	struct end_plan end[2]; /* of the opener; of the other */
};

struct plan {
	uint64_t seed;
	struct hf_config config[2];
	size_t size[2]; /* of the blocks; made larger if it must */
	uint32_t mtu[2];
	struct hf_sim_wire wire[2];
	struct hf_listen listen[2];
	uint32_t refusals; /* ppm of SYNs that an asking listener refuses */
	bool is_ipv6;
	bool is_ethernet;
	hf_time lead; /* before all that follows: addresses are probed */
	hf_time outage_start, outage; /* the link is unplugged; 0: never */
	uint32_t noise; /* fragments of echo requests that nobody has asked for
			 */
	/* Nothing that was chosen excuses an error of an orderly pair. */
	bool is_strict;
	bool moves; /* blocks are moved at random moments */
	bool twice; /* run again, and the same must happen */
	uint32_t check_every; /* steps */
	uint32_t pairs;
	struct pair_plan pair[TORTURE_PAIRS];
};

void plan_make(struct plan *plan, uint64_t seed);
void plan_print(const struct plan *plan);
const char *manner_name(enum manner manner);

/* ---- the world -------------------------------------------------------- */

struct end {
	struct world *world;
	const struct end_plan *plan;
	uint32_t host;
	uint32_t user; /* what its events carry: unique, not 0 */
	struct hf_handle handle;
	bool is_held; /* the handle is ours, not released yet */
	bool was_held;
	bool is_connected;
	bool has_ended; /* HF_EVENT_CLOSED was seen */
	bool is_shut, is_eof;
	bool is_paused, is_waiting_for_memory; /* a timer is under way */
	bool is_forced; /* aborted by the test, for its peer was gone */
	enum hf_error error;
	uint32_t sent, received;
	uint32_t drained; /* DRAINED events */
	bool is_counted; /* from its first octet on */
	uint16_t port; /* local */
};

struct pair {
	const struct pair_plan *plan;
	struct end end[2];
	bool is_started;
	enum hf_error open_error;
};

/* A datagram that is being sent in fragments; see torture_noise.c. */
struct noise {
	struct sim_random random;
	uint32_t left; /* fragments to send */
	uint32_t from; /* host */
	uint32_t id, len, unit, next;
};

struct totals {
	uint64_t seeds, failed, connections, whole, octets, frames, steps;
	uint64_t strict, ethernet; /* seeds */
	uint64_t drops[HF_DROPS]; /* of the hosts */
	uint64_t error[HF_ERRORS];
};

struct world {
	const struct plan *plan;
	struct hf_sim *sim;
	uint32_t host[2], sim_end[2], link;
	struct hf_handle listener[2];
	bool is_listening;
	struct pair pair[TORTURE_PAIRS];
	struct sim_random random; /* verdicts */
	struct sim_random whims; /* torture_wish.c */
	struct noise noise;
	uint64_t hash; /* of all frames and their times so far */
	uint64_t *trail; /* the hash after each frame of the first run */
	uint64_t trail_len;
	bool is_second; /* must follow the trail */
	uint64_t steps, frames;
	struct hf_usage at_start[2];
	uint64_t drops[HF_DROPS]; /* in the end */
	char failure[256];
	hf_time failed_at;
};

/* Keeps the first failure. */
void world_fail(struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct hf_addr world_addr(const struct plan *plan, uint32_t host);
struct hf_mac world_mac(uint32_t host);

/* Runs one plan; the result is in *world. */
void world_run(struct world *world, const struct plan *plan, bool is_verbose,
	       const char *capture);
/* Runs it again, without moving blocks: nothing may be different. */
void world_repeat(struct world *again, const struct world *world);
void world_count(const struct world *world, struct totals *totals);

/* Fragments that come in between, as many as the plan says. */
void noise_start(struct world *world);

/* ---- the programs ----------------------------------------------------- */

void app_start(struct hf_sim *sim, void *pair);
void app_event(struct hf_sim *sim, uint32_t host, const struct hf_event *event,
	       void *world);

/* ---- what programs ask for -------------------------------------------- */

/* Options of a new connection, some of them. */
void wish_options(struct end *e);
/* How to send what comes next: HF_SEND_... */
unsigned wish_flags(struct end *e);
/* FLUSH, corks, another configuration: between two sends. */
void wish_something(struct end *e);

/* ---- what must be true ------------------------------------------------ */

struct pair *end_pair(struct end *e);
struct end *end_peer(struct end *e);
/* Where the end's host is just now. */
struct hf_host *end_host(const struct end *e);
/* A failure of the world that tells which end it is about. */
void end_fail(struct end *e, const char *what, enum hf_error error);
void end_abort(struct end *e);

/* Checks what can be known of all pairs between two steps. */
void app_check(struct world *world);
/* Gives up ends whose peer is gone; complains of others that still stand. */
void app_give_up(struct hf_sim *sim, void *world);
/* True if no program holds a connection or has one to open. */
bool app_is_done(const struct world *world);
/* Checks the outcome of all pairs once everything has ended. */
void app_judge(struct world *world);

#endif
