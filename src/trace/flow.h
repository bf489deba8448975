/* SPDX-License-Identifier: MIT */
/*
 * The memory of connections: what their sequence numbers are told relative
 * to, and the state that each end was last told to be in. Bounded: past
 * FLOWS_MOST the first seen is forgotten.
 */
#ifndef TRACE_FLOW_H
#define TRACE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#define FLOWS_MOST 65536u

/* An end of a connection. */
struct flow_end {
	uint8_t address[16];
	uint16_t port;
	uint8_t version; /* an IPv6 address may look like a mapped one */
};

/* The number that stands for 0, of the octets that each end sends. */
struct flow_base {
	uint32_t mine; /* of the segment's source */
	uint32_t peer;
};

struct flows;

struct flows *flows_new(void);
void flows_free(struct flows *flows);

#define FLOW_STATE_UNKNOWN 0xffu

/* False: no base is known for the connection from src to dst. */
bool flows_find(const struct flows *flows, const struct flow_end *src,
		const struct flow_end *dst, struct flow_base *base);

/* Sets the base of a connection, new or known. */
void flows_set(struct flows *flows, const struct flow_end *src,
	       const struct flow_end *dst, const struct flow_base *base);

/* The state of the end `local`: enum hf_state, or FLOW_STATE_UNKNOWN. */
uint8_t flows_state(const struct flows *flows, const struct flow_end *local,
		    const struct flow_end *remote);
void flows_set_state(struct flows *flows, const struct flow_end *local,
		     const struct flow_end *remote, uint8_t state);

#endif
