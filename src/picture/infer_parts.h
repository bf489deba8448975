/* SPDX-License-Identifier: MIT */
/* What the files that infer share. */
#ifndef PICTURE_INFER_PARTS_H
#define PICTURE_INFER_PARTS_H

#include "infer.h"

/* One end, as far as the wire has told. */
struct infer_side {
	uint8_t state; /* enum hf_state; STORY_UNKNOWN */
	bool has_sent; /* `first`, `nxt` and `whole` hold */
	bool has_syn; /* its SYN was seen: what it offered is known */
	bool has_una, has_edge, has_fin, has_sent_rst;
	struct hf_seq first; /* of what was seen; its ISS if has_syn */
	struct hf_seq nxt; /* right of all that it has sent */
	struct hf_seq whole; /* right of what came without a gap */
	struct hf_seq una; /* the highest acknowledgement of it */
	struct hf_seq edge; /* right edge of the window that it gave */
	struct hf_seq fin; /* the number of its FIN */
	uint16_t mss; /* offered; 0: no option */
	uint8_t scale;
	bool offers_scale, offers_ts, offers_sack;
	uint32_t wnd; /* last one given, in octets */
	/* what was sent again last */
	struct hf_seq again;
	hf_time again_at, again_after; /* when, and how long after the last */
	bool has_again;
};

struct infer_connection {
	struct story *story;
	struct infer_side side[2];
	struct hf_addr addr[2];
	uint16_t port[2];
	bool is_whole; /* it began with a SYN */
	uint32_t next; /* with the same hash; UINT32_MAX */
};

/* A segment that is being looked at. */
struct infer_turn {
	struct infer_connection *c;
	unsigned from; /* the side that sent it */
	uint32_t number; /* of its moment */
	struct story_moment *moment;
	hf_time now;
	unsigned repairs; /* INFER_REPAIRED_... */
	bool is_cut; /* not all octets were captured */
	bool is_offloaded; /* the device was to finish it */
	bool is_bad; /* its checksum is wrong */
	bool is_again; /* nothing in it is new */
};

static inline struct infer_side *turn_from(const struct infer_turn *t)
{
	return &t->c->side[t->from];
}

static inline struct infer_side *turn_to(const struct infer_turn *t)
{
	return &t->c->side[!t->from];
}

static inline const struct wire_tcp *turn_tcp(const struct infer_turn *t)
{
	return &t->moment->segment.tcp;
}

/* What a frame was damaged in, and is told of. */
#define INFER_REPAIRED_IP 1u /* the checksum of its IPv4 header */
#define INFER_REPAIRED_OFFSET 2u /* where TCP's options end */
#define INFER_REPAIRED_OPTIONS 4u /* TCP's options are no options */
#define INFER_REPAIRED_TCP (INFER_REPAIRED_OFFSET | INFER_REPAIRED_OPTIONS)

/* Makes a frame one that can be parsed, where so little is wrong. */
unsigned infer_repair(enum hf_trace_link link, uint8_t *frame, uint32_t len);

/* Octets that a window of this side is worth; it is not scaled in a SYN. */
uint32_t infer_window(const struct infer_connection *c, unsigned from,
		      const struct wire_tcp *tcp);

/* What breaks an RFC; to be asked before the states and numbers move. */
void infer_find(struct infer_turn *t);
/* The same of the options, which are looked at octet by octet. */
void infer_find_options(struct infer_turn *t);
/* Moves both ends, and tells the moment. */
void infer_states(struct infer_turn *t);
/* Tells a moment that moves nothing. */
void infer_stay(struct infer_turn *t);
/* Learns the numbers, windows and offers of the segment. */
void infer_numbers(struct infer_turn *t);

#endif
