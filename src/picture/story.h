/* SPDX-License-Identifier: MIT */
/*
 * A story: what happened between hosts, in the order of time, from which all
 * pictures are drawn. The laboratory records stories of what it knows of both
 * ends (lab/record.c); infer.c makes one of a capture, with the states that
 * RFC 9293 leaves the ends and with findings about what breaks it.
 *
 *	story = story_new(&title, HF_TRACE_IP);
 *	story_end_add(story, "client", &address); ... "server"
 *	moment = story_moment_add(story, STORY_CALL, when, 0);
 *	moment->call.name = story_keep(story, "connect"); ...
 *	... draw it: ladder.h, capture.h ...
 *	story_free(story);
 *
 * All texts and octets that a story points to live as long as the story:
 * story_keep() copies them into it. What draws a story walks its steps
 * (struct story_walk), since a segment leaves one end at one time and reaches
 * the other at another, and something else may happen between.
 *
 * The process ends when the machine has no memory left for a story.
 */
#ifndef PICTURE_STORY_H
#define PICTURE_STORY_H

#include "wire_ip.h"
#include "wire_tcp.h"
#include <handfast/host.h>
#include <handfast/trace.h>

/* ---- prose ------------------------------------------------------------ */

enum story_lang {
	STORY_EN,
	STORY_ZH,
	STORY_LANGS
};

/*
 * A message in all languages, so that none is without another. "{0}" to "{9}"
 * stand for values: see story_fill().
 */
struct story_text {
	const char *en;
	const char *zh;
};

/* The text in a language; "" if there is none. */
const char *story_pick(const struct story_text *text, enum story_lang lang);

/* The language of the environment: LC_ALL, LC_MESSAGES, LANG, in this order. */
enum story_lang story_lang_default(void);

/* The values of story_fill() and its like: STORY_VALUES("1", name). */
#define STORY_VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* ---- who -------------------------------------------------------------- */

#define STORY_ENDS 8u
#define STORY_NOBODY 0xffu
#define STORY_UNKNOWN 0xffu /* a state that is not known, beside hf_state */
#define STORY_NO_CONNECTION UINT32_MAX

/* A host: one column of a ladder. */
struct story_end {
	const char *name; /* "client"; of a capture its address */
	struct hf_addr addr;
};

/* Two ends by address and port; the first is that which opened, if known. */
struct story_connection {
	uint8_t end[2]; /* number of an end; STORY_NOBODY */
	struct hf_addr addr[2];
	uint16_t port[2];
};

/* ---- what an end was like --------------------------------------------- */

/* Which timer runs; the host tells only when its earliest is due. */
enum story_timer {
	STORY_TIMER_NONE, /* none runs */
	STORY_TIMER_RETRANSMISSION,
	STORY_TIMER_DELAYED_ACK,
	STORY_TIMER_PERSIST,
	STORY_TIMER_KEEPALIVE,
	STORY_TIMER_FIN_WAIT_2,
	STORY_TIMER_TIME_WAIT,
	STORY_TIMER_OTHER, /* one does, and it is not known which */
	STORY_TIMERS
};

/* "retransmission" */
const char *story_timer_name(enum story_timer timer, enum story_lang lang);

/* One end of a connection before or after a moment. */
struct story_tcb {
	uint8_t state; /* enum hf_state; STORY_UNKNOWN */
	bool is_inferred; /* from the wire alone */
	bool has_status; /* the host was asked */
	bool has_send, has_receive; /* of the sequence numbers below */
	struct hf_status status;
	struct hf_seq iss, snd_una, snd_nxt; /* has_send */
	struct hf_seq irs, rcv_nxt; /* has_receive */
	uint8_t timer; /* enum story_timer: the earliest */
	hf_time deadline; /* of it; HF_NEVER */
};

#define STORY_PATH (HF_REPORT_STEPS + 2u)

/* What a moment did to one end. */
struct story_side {
	struct story_tcb before, after;
	uint8_t path[STORY_PATH]; /* states passed through; [0]: before */
	uint8_t steps; /* path[steps]: after; 0: nothing changed */
};

/* ---- what happened ---------------------------------------------------- */

enum story_kind {
	STORY_SEGMENT, /* a frame, of TCP or not */
	STORY_TIMER, /* a timer fired */
	STORY_CALL, /* the program asked for something */
	STORY_EVENT, /* the program was told of something */
	STORY_FAULT, /* somebody pulled a cable, a host crashed */
	STORY_NOTE, /* prose at this place */
	STORY_KINDS
};

enum story_fate {
	STORY_ARRIVED = 0,
	STORY_UNDER_WAY, /* the story ended before */
	STORY_LOST_QUEUE, /* a queue was full */
	STORY_LOST_MASK, /* the experiment chose it */
	STORY_LOST_CHANCE,
	STORY_LOST_NOBODY, /* no host has the address */
	STORY_LOST_UNPLUGGED,
	STORY_LOST_OFF, /* the host at the end is off */
	STORY_FATES
};

static inline bool story_is_lost(enum story_fate fate)
{
	return fate >= STORY_LOST_QUEUE;
}

/* "lost: the queue was full"; "" if it was not lost. */
const char *story_fate_text(enum story_fate fate, enum story_lang lang);

/* A frame, from the sending end to the other. */
struct story_segment {
	const uint8_t *frame; /* as sent; of the link that the story says */
	uint32_t len; /* octets of it that are here */
	uint8_t fate; /* enum story_fate */
	hf_time arrived; /* or was lost */
	uint8_t why; /* enum hf_why; NONE: not known */
	uint8_t drop; /* enum hf_drop, of the receiver */
	bool is_tcp; /* `ip` and `tcp` are filled in, and point into frame */
	bool is_forged; /* no host has sent it: the experiment did */
	bool is_copy; /* of an earlier frame, by the wire or later */
	bool is_again; /* all of it was sent before */
	bool is_cut; /* not all of it was captured: 0 stands for the rest */
	bool is_bad; /* its checksum is wrong */
	bool is_altered; /* it arrived with other octets */
	struct wire_ip ip;
	struct wire_tcp tcp;
	const char *line; /* of tcpdump, without the time */
};

/* What a program called, and what it was answered. */
struct story_call {
	const char *name; /* "send"; of an event "EOF" */
	const char *detail; /* "10 octets"; or "" */
	const char *answer; /* "HF_ERR_REFUSED"; "" if it went well */
};

struct story_moment {
	hf_time when; /* a segment: when it was sent */
	enum story_kind kind;
	uint8_t end; /* whose; of a segment the sender; STORY_NOBODY */
	uint8_t to; /* of a segment the receiver; STORY_NOBODY */
	uint32_t connection; /* number; STORY_NO_CONNECTION */
	struct story_side side; /* at `end`, at `when` */
	struct story_side far; /* at `to`, when the segment arrived */
	struct story_segment segment; /* STORY_SEGMENT */
	struct story_call call; /* STORY_CALL, STORY_EVENT */
	uint8_t timer; /* STORY_TIMER: enum story_timer */
	struct story_text text; /* STORY_FAULT, STORY_NOTE; or empty */
};

/* ---- what is said of it ----------------------------------------------- */

enum story_weight {
	STORY_ODD, /* allowed, and worth a look */
	STORY_SHOULD, /* against a SHOULD */
	STORY_MUST, /* against a MUST */
};

/* What breaks the RFC, found in a capture. */
struct story_finding {
	uint32_t moment;
	enum story_weight weight;
	struct story_text text;
	const char *cite; /* "RFC 9293 3.10.7.3" */
};

/* A paragraph of the explanation; it cites as comments do. */
struct story_paragraph {
	struct story_text text;
	bool is_claim; /* something that was shown, and did hold or not */
	bool holds;
};

/* A plot beside the ladder: a few series of points. */
struct story_series {
	struct story_text name;
	double *x, *y;
	size_t count;
};

struct story_plot {
	struct story_text title, x, y; /* of the axes, with their units */
	struct story_series *series;
	size_t count;
};

struct story_arena; /* where its texts and octets are */

struct story {
	struct story_text title;
	enum hf_trace_link link; /* what frames begin with */
	bool is_capture; /* states are inferred; whens are since 1970 */
	hf_time begin; /* what times are told relative to */
	struct story_end end[STORY_ENDS];
	size_t ends;
	struct story_connection *connection;
	size_t connections;
	struct story_moment *moment; /* by `when`; of equal ones as added */
	size_t moments;
	struct story_finding *finding;
	size_t findings;
	struct story_paragraph *paragraph;
	size_t paragraphs;
	struct story_plot *plot;
	size_t plots;
	struct story_arena *arena;
};

/* An experiment may be told in several scenes: with and without something. */
struct story_book {
	const char *name; /* "time-wait"; of a capture its file */
	struct story_text title;
	struct story **scene;
	size_t scenes;
};

/* ---- making one ------------------------------------------------------- */

struct story *story_new(const struct story_text *title,
			enum hf_trace_link link);
void story_free(struct story *story);

struct story_book *story_book_new(const char *name,
				  const struct story_text *title);
/* Adds an empty scene, which is the book's. */
struct story *story_book_add(struct story_book *book,
			     const struct story_text *title,
			     enum hf_trace_link link);
void story_book_free(struct story_book *book);

/* Copies that the story owns: a string; octets; a text with its values. */
const char *story_keep(struct story *story, const char *text);
__attribute__((format(printf, 2, 3))) const char *
story_printf(struct story *story, const char *format, ...);
const uint8_t *story_keep_octets(struct story *story, const void *data,
				 size_t len);
/* Each "{i}" becomes values[i]; the last value is followed by NULL. */
struct story_text story_fill(struct story *story, const struct story_text *text,
			     const char *const *values);

/* The number of the new end; STORY_NOBODY: there are STORY_ENDS already. */
uint8_t story_end_add(struct story *story, const char *name,
		      const struct hf_addr *addr);
/* The number of a connection, which is added if it was not known. */
uint32_t story_connection_add(struct story *story,
			      const struct story_connection *connection);

/*
 * A new moment with nothing in it but what is said here; both sides are
 * STORY_UNKNOWN and without timers. The pointer is good until the next is
 * added. `when` must not go back.
 */
struct story_moment *story_moment_add(struct story *story, enum story_kind kind,
				      hf_time when, uint8_t end);
/* Where in a frame its datagram begins; false: it has none. */
bool story_datagram(enum hf_trace_link link, const uint8_t *frame, uint32_t len,
		    uint32_t *at);
/* Copies a frame into a moment and parses it. */
void story_segment_set(struct story *story, struct story_moment *moment,
		       const void *frame, size_t len);

void story_find(struct story *story, uint32_t moment, enum story_weight weight,
		const char *cite, const struct story_text *text,
		const char *const *values);
void story_explain(struct story *story, const struct story_text *text,
		   const char *const *values);
void story_claim(struct story *story, bool holds, const struct story_text *text,
		 const char *const *values);
/* A plot without series, and a series without points. */
struct story_plot *story_plot_add(struct story *story,
				  const struct story_text *title,
				  const struct story_text *x,
				  const struct story_text *y);
struct story_series *story_series_add(struct story_plot *plot,
				      const struct story_text *name);
void story_point_add(struct story_series *series, double x, double y);

/* ---- reading one ------------------------------------------------------ */

enum story_phase {
	STORY_WHOLE, /* all of a moment: nothing happened meanwhile */
	STORY_LEAVES, /* a segment is sent, and something else comes next */
	STORY_ARRIVES, /* and here it arrives, or is lost */
};

/*
 * The steps of a story in the order of time. `state` is what each end is in
 * after the step, by the connection that the step is about.
 */
struct story_walk {
	const struct story *story;
	uint32_t connection; /* only of this one; STORY_NO_CONNECTION: all */
	/* the step */
	const struct story_moment *moment;
	uint32_t number; /* of the moment */
	enum story_phase phase;
	hf_time when;
	uint8_t state[STORY_ENDS]; /* enum hf_state; STORY_UNKNOWN */
	/* its own */
	uint32_t next;
	uint32_t *under_way; /* numbers of moments */
	size_t under_way_count;
};

void story_walk_start(struct story_walk *walk, const struct story *story,
		      uint32_t connection);
/* False: there are no more steps; what the walk held is given back. */
bool story_walk_next(struct story_walk *walk);

#endif
