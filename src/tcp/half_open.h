/* SPDX-License-Identifier: MIT */
/*
 * Before a passive OPEN is a connection: LISTEN, and SYN_RECEIVED in 64 octets
 * or, as a cookie, in none.
 */
#ifndef TCP_HALF_OPEN_H
#define TCP_HALF_OPEN_H

#include "tcp.h"

/* ---- what is in a half-open one ---------------------------------------- */

#define HALF_OPEN_RETRIES_SHIFT 4u /* in `kind` */
#define HALF_OPEN_RETRIES_MOST 15u

static inline struct hf_seq half_open_iss(const struct half_open *h)
{
	return (struct hf_seq){ h->flow.record.value };
}

/* SYN-ACKs after the first, sent or held back by the link. */
static inline uint32_t half_open_retries(const struct half_open *h)
{
	return h->kind >> HALF_OPEN_RETRIES_SHIFT;
}

static inline void half_open_count_retry(struct half_open *h)
{
	const unsigned one = 1u << HALF_OPEN_RETRIES_SHIFT;

	if (half_open_retries(h) < HALF_OPEN_RETRIES_MOST)
		h->kind = (uint8_t)(h->kind + one);
}

/* RFC 6298 (5.5) */
static inline hf_time half_open_timeout(const struct turn *t, uint32_t backoff)
{
	hf_time wait = t->ip->config.rto_initial << backoff;

	return wait < t->ip->config.rto_max ? wait : t->ip->config.rto_max;
}

/* The link towards the peer, or its first gateway; false: there is none. */
static inline bool half_open_link(const struct turn *t,
				  const struct half_open *h, uint32_t *link)
{
	return h->is_routed ? flow_next_link(t, &h->flow, link)
			    : flow_link(t, &h->flow, link);
}

/* ---- listen.c: LISTEN, 3.10.7.2 ---------------------------------------- */

enum hf_error listen_open(struct turn *t, const struct hf_listen *options,
			  struct hf_handle *handle);
void listen_close(struct turn *t, struct listener *l);
enum hf_error listen_accept(struct turn *t, struct listener *l,
			    struct hf_handle *connection);
/* Whether anybody listens where a segment goes. */
bool listen_hears(const struct turn *t, const struct arrival *a);
/* A SYN for a pair that is in TIME_WAIT, and may be opened again. */
enum hf_drop arrive_listen_again(struct turn *t, struct arrival *a,
				 struct time_wait *w);
enum hf_drop arrive_listen(struct turn *t, struct arrival *a);
/* Puts the TCB made from `h` among the completed, or says why it cannot. */
enum hf_drop listen_complete(struct turn *t, struct half_open *h,
			     struct tcb *tcb);

/* ---- ask.c: SYNs that a program decides on ------------------------------ */

/* Asks about a SYN; false: no memory. */
bool ask_program(struct turn *t, struct half_open *h);
/* Nobody needs to be asked any more, if anybody was. */
void ask_end(struct turn *t, struct half_open *h);
/* The half-open connection that is asked about. */
struct half_open *ask_about(const struct turn *t, const struct ask *ask);
void ask_decide(struct turn *t, struct ask *ask, enum hf_verdict verdict);

/* ---- half_open.c: life, and the SYN-ACK --------------------------------- */

/* `w` is NULL, or what this one is to follow. */
enum hf_drop half_open_create(struct turn *t, struct listener *l,
			      const struct arrival *a, struct time_wait *w);
/*
 * Of a SYN (or what follows it) to a listener: kind, addresses, ports, and
 * what its options say. Holds the local address; false: no memory.
 */
bool half_open_describe(struct turn *t, struct half_open *h,
			const struct listener *l, const struct arrival *a);
/* Those of a SYN-ACK: less than usual if the program wants it so; MUST-67. */
uint16_t half_open_window(const struct turn *t, const struct half_open *h);
uint16_t half_open_mss(const struct turn *t, const struct half_open *h,
		       uint32_t link);
/* Queues the SYN-ACK, unless it is queued already. */
void half_open_answer(struct turn *t, struct half_open *h);
void half_open_free(struct turn *t, struct half_open *h);
/* The entry alone: whoever calls knows what becomes of its addresses. */
void half_open_discard(struct turn *t, struct half_open *h);
void half_open_expired(struct turn *t, struct half_open *h);
/* The ref of one whose SYN-ACK is due on a link; 0. */
static inline uint32_t half_open_due(const struct turn *t, uint32_t link)
{
	return list_first(t->b, ip_link_ref(t, link));
}
/* Keeps it until a neighbour's MAC is known (0: for a while). */
void half_open_hold(struct turn *t, struct half_open *h, uint32_t neighbour);
/* Writes it; 0: no room. */
size_t half_open_write(struct turn *t, struct half_open *h, uint32_t link,
		       uint8_t *to, size_t cap);

/* ---- syn_received.c: 3.10.7.4 ------------------------------------------- */

enum hf_drop arrive_half_open(struct turn *t, struct half_open *h,
			      struct arrival *a);
/*
 * The ref of a TCB made from `h`, among the completed ones of its listener,
 * not yet in the table; 0: *drop says why. `h` keeps its local address.
 */
uint32_t half_open_become(struct turn *t, struct half_open *h,
			  const struct arrival *a, enum hf_drop *drop);
/* How many SYN-ACKs go again before a bare ACK counts. */
uint32_t half_open_deferrals(const struct turn *t, const struct half_open *h);

/* ---- cookie.c: RFC 4987 3.6 ------------------------------------------- */

/* Whether a SYN can be answered by a cookie. */
bool cookie_may_answer(const struct turn *t, const struct listener *l,
		       const struct arrival *a);
enum hf_drop cookie_answer(struct turn *t, struct listener *l,
			   const struct arrival *a);
/* An ACK in LISTEN; false: it brings back no cookie, and nothing was done. */
bool cookie_arrived(struct turn *t, struct listener *l, struct arrival *a,
		    enum hf_drop *drop);

/* ---- reopen.c: RFC 6191 ------------------------------------------------ */

/*
 * A SYN that is no old duplicate opens the connection again. HF_DROP_CLOSED:
 * it is none, or nobody listens; nothing was done.
 */
enum hf_drop reopen_time_wait(struct turn *t, struct time_wait *w,
			      struct arrival *a);
/* The same for a whole TCB in TIME_WAIT. */
enum hf_drop reopen_tcb(struct turn *t, struct tcb *tcb, struct arrival *a);
void reopen_begin(struct turn *t, struct time_wait *w, uint32_t half_open);
/* The half-open one that would follow is no more. */
void reopen_forget(struct turn *t, struct time_wait *w);
/* The ref of what a half-open one would follow; 0. */
uint32_t reopen_old(const struct turn *t, uint32_t half_open);
struct hf_seq reopen_iss(const struct turn *t, const struct half_open *h);
/* Whether an active OPEN may use a pair; takes it out of TIME_WAIT if so. */
bool reopen_is_free(const struct turn *t, const struct endpoints *ends);
struct hf_seq reopen_take(struct turn *t, const struct endpoints *ends,
			  struct hf_seq iss);

#endif
