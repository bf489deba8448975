/* SPDX-License-Identifier: MIT */
/*
 * The connections of a script, as the wire shows them: their addresses, and
 * what the numbers that the script writes are on the wire ("live").
 *
 * In a segment with SYN the numbers of a script are absolute, in all others
 * they are relative to the SYN's, as tcpdump prints them. Of a connection that
 * the stack knows nothing of they are as they stand.
 */
#ifndef DRILL_FLOWS_H
#define DRILL_FLOWS_H

#include "script.h"
#include "stack.h"

#define DRILL_FLOWS 64u
#define DRILL_STAMPS 256u

/* A sequence number space of one direction. */
struct drill_isn {
	bool is_known; /* the live one */
	uint32_t script, live;
};

/* A TS val of the script, and what was sent in its place. */
struct drill_stamp {
	uint32_t script, live;
};

struct drill_flow {
	struct hf_addr local, remote; /* local: the stack's */
	uint16_t local_port, remote_port; /* local 0: not known yet */
	uint16_t script_port; /* the remote one that the script says; 0 */
	struct drill_isn sent, received; /* by the stack */
	bool is_active; /* the stack opened it */
	bool is_stray; /* no listener and no call stands behind it */
	uint32_t next_received; /* ISN of a further SYN that came in */
	bool has_next_received;
	/* The latest TS vals sent, by what the script calls them. */
	struct drill_stamp stamp[DRILL_STAMPS];
	uint32_t stamps; /* all, of which the last are kept */
	uint32_t stamp_script, stamp_live; /* the first ones */
	/* By the program: octets of either direction, and if it is not known
	 * which octets they are. */
	uint32_t written, read;
	bool written_unknown, read_unknown;
	bool is_lenient; /* not all that comes out is looked at */
};

uint32_t drill_flow_seq(const struct drill_isn *isn, uint32_t script,
			bool is_syn);

/* Remembers what was sent where the script says `script`. */
void drill_flow_stamp(struct drill_flow *flow, uint32_t script, uint32_t live);

/* What was sent when the script said `script`; false: it never did. */
bool drill_flow_find_stamp(const struct drill_flow *flow, uint32_t script,
			   uint32_t *live);

/* All of a script. */
struct drill_flows {
	struct drill_flow *flow[DRILL_FLOWS];
	size_t count;
	struct drill_flow *tested; /* the one that packets are of */
	bool listened; /* there is or was a listener */
	bool listens; /* and the next SYN in begins another flow */
	uint16_t local_port; /* where the last listener listens */
	uint16_t next_port; /* the peer's next */
};

/* NULL: there are too many, or no memory. */
struct drill_flow *drill_flows_add(struct drill_flows *flows);
void drill_flows_free(struct drill_flows *flows);

/* The flow of the peer's address and port; NULL. */
struct drill_flow *drill_flows_find(struct drill_flows *flows,
				    const struct hf_addr *remote,
				    uint16_t remote_port);

/* The flow that the script gave this remote port; NULL. */
struct drill_flow *drill_flows_find_script(struct drill_flows *flows,
					   uint16_t script_port);

#endif
