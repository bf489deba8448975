/* SPDX-License-Identifier: MIT */
/*
 * Makes a story of what the taps of a simulation show and of what programs
 * call. Of each connection at each host it keeps what was last known, so that
 * a moment can tell what was before it and after it.
 */
#ifndef LAB_RECORD_H
#define LAB_RECORD_H

#include "story.h"

#include <handfast/sim.h>

struct record;

/* Records into `story` from now on, which outlives the record. */
struct record *record_new(struct hf_sim *sim, struct story *story);
void record_free(struct record *record);

/* The host is a column of the story. */
void record_host(struct record *record, uint32_t host, const char *name,
		 const struct hf_addr *addr);
/* The host has been turned off: nothing is known of its connections. */
void record_off(struct record *record, uint32_t host);

/* What hf_sim_send() sends now is as if this host had sent it. */
void record_forge(struct record *record, uint32_t host, bool is_copy);

/* The column of a host. */
uint8_t record_end(const struct record *record, uint32_t host);

/*
 * A program has called: `state` is what the call leaves the connection in, or
 * STORY_UNKNOWN: the host can be asked.
 */
void record_call(struct record *record, uint32_t host, struct hf_handle handle,
		 const struct story_call *call, uint8_t state);
void record_event(struct record *record, uint32_t host,
		  const struct hf_event *event);

#endif
