/* SPDX-License-Identifier: MIT */
/* A script that is being run, as the files of the engine share it. */
#ifndef DRILL_RUN_H
#define DRILL_RUN_H

#include "arena.h"
#include "flows.h"
#include "packets.h"
#include "report.h"
#include "rules.h"

#define DRILL_DESCRIPTORS 256u

/* A descriptor of a script, and what the stack calls it. */
struct drill_descriptor {
	int script, live;
	struct drill_flow *flow; /* NULL: none that is known */
	uint16_t port; /* that it is bound to; 0: none, or any */
	bool listens;
};

struct drill_descriptors {
	struct drill_descriptor row[DRILL_DESCRIPTORS];
	size_t count;
};

struct drill_invocation;

/* Of an outgoing packet that is met by several segments. */
struct drill_pieces {
	uint32_t got; /* octets of it that came */
};

struct drill_run {
	const char *file;
	const struct drill_script *script;
	const struct drill_rules *rules;
	struct drill_stack *stack;
	struct drill_report report;
	struct drill_arena *arena;
	struct drill_flows flows;
	struct drill_descriptors descriptors;
	struct drill_code *code;
	bool is_silent_at_end; /* the script says that nothing more comes */

	hf_time origin; /* when the script began, by the stack's clock */
	size_t next; /* the event that is next */
	bool is_settled; /* its times are known */
	int64_t start, end; /* of the next event, since the origin */
	int64_t before; /* of the event before */
	struct drill_invocation *blocked; /* a call that has not returned */

	struct drill_pieces pieces;
	struct drill_sent sent; /* what came out and is looked at */
	bool has_sent;
	uint8_t *octets[2]; /* room to build datagrams: DRILL_PACKET each */
	uint32_t expected; /* octets of the one that was expected; 0: none */
};

/* ---- time.c ----------------------------------------------------------- */

/* Nanoseconds since the script began. */
int64_t drill_run_now(const struct drill_run *run);

/* Settles the times of the next event; relative ones count from now. */
void drill_run_settle(struct drill_run *run);

/* How far from its time the next event may be. */
int64_t drill_run_tolerance(const struct drill_run *run);

/* True if the next event may happen at `when`. */
bool drill_run_is_in_time(const struct drill_run *run, int64_t when);

/*
 * False, and a failure, if `when` is not when the next event should happen:
 * "outgoing packet".
 */
bool drill_run_check_time(struct drill_run *run, const char *what,
			  int64_t when);

/* The same for what should happen at one moment. */
bool drill_run_check_moment(struct drill_run *run, struct drill_place at,
			    const char *what, int64_t expected, int64_t when);

/* ---- engine.c --------------------------------------------------------- */

const struct drill_event *drill_run_event(const struct drill_run *run);

/* A failure of the next event; always false. */
__attribute__((format(printf, 2, 3))) bool
drill_run_fail(struct drill_run *run, const char *format, ...);

/* Lets time go on; false: the stack has failed. */
bool drill_run_pass(struct drill_run *run, int64_t until);

/* The next event is over. */
void drill_run_done(struct drill_run *run);

/* Runs all events; false: see run->report. */
bool drill_run_all(struct drill_run *run);

/* ---- inbound.c, outbound.c -------------------------------------------- */

/* The next event, which is a packet to the stack. */
bool drill_run_inbound(struct drill_run *run);

/* One step of the next event, a packet from the stack; false: failure. */
bool drill_run_outbound(struct drill_run *run, int64_t until);

/* Fails if something more comes out until `until`. */
bool drill_run_silence(struct drill_run *run, int64_t until);

/* A flow to the peer, which packets are of from now on; NULL: failure. */
struct drill_flow *drill_run_flow(struct drill_run *run, uint16_t script_port);

/* ---- descriptor.c ----------------------------------------------------- */

/* By the script's number, or by the stack's; NULL: there is none. */
struct drill_descriptor *drill_descriptor_find(struct drill_run *run,
					       int script);
struct drill_descriptor *drill_descriptor_of(struct drill_run *run, int live);
/* NULL: a failure. */
struct drill_descriptor *drill_descriptor_add(struct drill_run *run, int script,
					      int live);
void drill_descriptor_remove(struct drill_run *run, int script);

/* ---- call.c ----------------------------------------------------------- */

/* The next event, which is a call. One that blocks is in run->blocked. */
bool drill_run_call(struct drill_run *run);

/* Looks at the result of run->blocked, which has returned. */
bool drill_run_call_returned(struct drill_run *run);

/* When run->blocked should return, and where it stands. */
int64_t drill_run_blocked_until(const struct drill_run *run);
struct drill_place drill_run_blocked_at(const struct drill_run *run);

/* ---- command.c -------------------------------------------------------- */

/* What stands in backticks; `text` may have several lines. */
bool drill_run_command(struct drill_run *run, struct drill_text text,
		       struct drill_place at);

/* --init_scripts=a.sh,b.sh */
bool drill_run_init_scripts(struct drill_run *run, const char *files);

#endif
