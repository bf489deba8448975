/* SPDX-License-Identifier: MIT */
/*
 * Stories of a capture: what the ends of each connection must have been in,
 * by RFC 9293 and by what was on the wire alone, and what breaks the RFCs
 * there. A segment counts as arrived where it was captured; that it was lost
 * shows when it is sent again.
 */
#ifndef PICTURE_INFER_H
#define PICTURE_INFER_H

#include "story.h"

/* Segments that are kept, of all connections together; more are counted. */
#define INFER_SEGMENTS_MOST 50000u

struct infer;

struct infer *infer_new(enum hf_trace_link link);
/* Gives the stories back, too. */
void infer_free(struct infer *infer);

/*
 * The next frame: `len` octets on the wire, of which `caplen` are here; when:
 * nanoseconds since 1970.
 */
void infer_frame(struct infer *infer, hf_time when, const void *data,
		 uint32_t caplen, uint32_t len);

/* No more frames: says of each story how it began and ended. */
void infer_finish(struct infer *infer);

/* Connections, in the order of their first segments; from 0. */
size_t infer_count(const struct infer *infer);
struct story *infer_story(const struct infer *infer, size_t number);
/* Segments of TCP that were left out, past INFER_SEGMENTS_MOST. */
uint64_t infer_left_out(const struct infer *infer);

#endif
