/* SPDX-License-Identifier: MIT */
/*
 * What the files of TCP are to each other and to the host. A TCB and the
 * segment that arrives for it are passed along; nothing about the current
 * segment outlives the call.
 */
#ifndef TCP_TCP_H
#define TCP_TCP_H

#include "tcb.h"

/* The hash of a pair of addresses and ports: flow.c */
struct flow_hash {
	struct hf_addr local, remote;
	uint16_t local_port, remote_port;
	uint32_t value;
};

struct tcp {
	struct table flows; /* connections, half-open ones, TIME_WAIT */
	struct table bound; /* listeners */
	uint32_t last_found; /* ref of a flow in the table; 0 */
	struct flow_hash last_hash;
	struct pool connections, half_open, time_wait, listeners, asks, sides;
	struct siphash_key flow_key, iss_key, ts_key, port_key, cookie_key;
	struct hf_cookies cookies;
	hf_time quiet_until; /* no segment is sent before: tcp_is_quiet() */
	uint32_t reopening; /* entries in TIME_WAIT: reopen.c */
	uint32_t stashed; /* head: side records with out-of-order octets */
	uint32_t first_notice, last_notice; /* refs of what has events */
	uint32_t port_table[16]; /* RFC 6056 3.3.4 */
};

static inline struct tcb *tcb_at(const struct turn *t, uint32_t ref)
{
	return block_at(t->b, ref);
}

static inline uint32_t tcb_ref(const struct turn *t, const struct tcb *tcb)
{
	return block_ref(t->b, tcb);
}

static inline const struct hf_addr *flow_local(const struct turn *t,
					       const struct flow *flow)
{
	return &ip_address_at(t, flow->local)->addr;
}

enum hf_error tcp_init(struct turn *t);

/*
 * RFC 9293 3.4.3: who may have forgotten which numbers he has used sends no
 * segment at all until they are gone from the network.
 */
static inline bool tcp_is_quiet(const struct turn *t)
{
	return t->now < t->tcp->quiet_until;
}

/* ---- flow.c: finding what a segment is for ---------------------------- */

struct endpoints {
	const struct hf_addr *local, *remote;
	uint16_t local_port, remote_port;
};

/* The ref of a connection in any of its three forms; 0. */
uint32_t flow_find(const struct turn *t, const struct endpoints *ends);
/* `flow` has its addresses and ports; its local address is held already. */
void flow_insert(struct turn *t, uint32_t ref);
/* The first ref of the chain that a flow is or would be in; 0. */
uint32_t flow_first(const struct turn *t, const struct flow *flow);
/* The link towards its peer; false: there is none. */
bool flow_link(const struct turn *t, const struct flow *flow, uint32_t *link);
void flow_remove(struct turn *t, uint32_t ref);
/* Puts `to` in the place of `from`, which has the same addresses. */
void flow_replace(struct turn *t, uint32_t from, uint32_t to);

/* ---- port.c: who uses which port -------------------------------------- */

/*
 * True if a flow of any state has this port at this address (0: any). Looks
 * at all of them: who binds a port by its number does so rarely, and nothing
 * is kept for its sake.
 */
bool port_is_used(const struct turn *t, uint16_t port, uint32_t local);
/* An ephemeral port free for the pair, by RFC 6056 3.3.4; 0. */
uint16_t port_choose(struct turn *t, const struct endpoints *ends);

/* ---- iss.c ------------------------------------------------------------ */

/* RFC 6528 3: a 4-microsecond clock and a keyed hash of the connection. */
struct hf_seq iss_choose(const struct turn *t, const struct flow *flow);
/* What of it does not depend on the time. */
uint32_t iss_offset(const struct turn *t, const struct flow *flow);
/* A hash of addresses and ports that nobody can compute without the key. */
uint64_t flow_hash(const struct turn *t, const struct siphash_key *key,
		   const struct flow *flow);
/* RFC 7323 5.4, with the offset of RFC 7323 7.1. */
uint32_t ts_offset(const struct turn *t, const struct flow *flow);
/* The timestamp clock. */
static inline uint32_t ts_clock(const struct turn *t)
{
	return (uint32_t)(t->now / t->ip->config.ts_tick);
}

/* ---- state.c ---------------------------------------------------------- */

/* The only writer of a connection's state; tells the report. */
void enter(struct turn *t, struct tcb *tcb, enum hf_state state);
/* Tells the report of a change of something that is no TCB. */
void report_step(struct turn *t, const struct flow *flow, enum hf_state from,
		 enum hf_state to);
void report_flow(struct turn *t, const struct flow *flow);
/* Tells the report which connection it is about, and how that stands. */
void report_tcb(struct turn *t, const struct tcb *tcb);

/* A new TCB takes over the state of what it is made from. */
void begin(struct tcb *tcb, enum hf_state state);

/* What a state may do. */
bool state_may_send(enum hf_state state); /* accepts SEND */
bool state_may_receive(enum hf_state state); /* text may arrive */
bool state_is_synchronized(enum hf_state state);
bool state_has_sent_fin(enum hf_state state); /* or will, once drained */
bool state_has_received_fin(enum hf_state state);

/* ---- routed.c: source routes, RFC 9293 3.9.2.1 ------------------------ */

struct arrival;

/* The route of a connection or a half-open one; NULL. */
const struct wire_source_route *flow_route(const struct turn *t,
					   const struct flow *flow);
/* Where its datagrams go first, and the link to there. */
struct hf_addr flow_next(const struct turn *t, const struct flow *flow);
bool flow_next_link(const struct turn *t, const struct flow *flow,
		    uint32_t *link);
/* Whether there is a link to where an answer to a segment goes first. */
bool route_is_known(const struct turn *t, const struct arrival *a);
/* Takes over the route of a segment that has one; false: no memory. */
bool half_open_take_route(struct turn *t, struct half_open *h,
			  const struct arrival *a);
void tcb_take_route(struct turn *t, struct tcb *tcb, const struct arrival *a);
/* The one that the program wants, if any; false: no memory. */
bool tcb_choose_route(struct turn *t, struct tcb *tcb,
		      const struct hf_open *options);
/* The TCB takes the place of the half-open one. */
void half_open_give_route(struct turn *t, struct half_open *h, struct tcb *tcb);
void flow_forget_route(struct turn *t, const struct flow *flow);

/* ---- connection.c: the life of a TCB ---------------------------------- */

/*
 * A new TCB, defaults set, CLOSED, not yet in the table and its port not yet
 * counted; 0. Holds `local`, and sends by `link`.
 */
uint32_t tcb_create(struct turn *t, const struct endpoints *ends,
		    uint32_t local, uint32_t link);
/* MUST-16, from link and path and what the peer said. */
uint16_t tcb_mss_for(const struct turn *t, const struct tcb *tcb,
		     uint16_t peer_mss);
/* Less than this a peer cannot make us send, nor a program. */
#define TCP_MSS_LEAST 64u
/* MUST-67: what our SYN says. */
uint16_t tcb_mss_offer(const struct turn *t, const struct tcb *tcb);
/*
 * Ends a connection: CLOSED, timers and queued output gone, `error` for the
 * program. Gone for good if it was released; what was received stays
 * readable else.
 */
void tcb_end(struct turn *t, struct tcb *tcb, enum hf_error error);
/* Frees a TCB and all it holds. */
void tcb_free(struct turn *t, struct tcb *tcb);
/* Both SYNs are acknowledged: what begins with that. */
void tcb_established(struct turn *t, struct tcb *tcb);
/* Enters TIME_WAIT; a small entry replaces the TCB if nothing needs it. */
void tcb_time_wait(struct turn *t, struct tcb *tcb);
/* In TIME_WAIT: an entry takes its place, and to its user it has ended. */
bool tcb_make_way(struct turn *t, struct tcb *tcb, uint32_t *entry);
/* The user has let go of a TCB in TIME_WAIT. */
void tcb_shrink(struct turn *t, struct tcb *tcb);
/* The side record; made if there is none; NULL if there is no memory. */
struct tcb_side *tcb_side(struct turn *t, struct tcb *tcb);
static inline struct tcb_side *tcb_side_of(const struct turn *t,
					   const struct tcb *tcb)
{
	return tcb->side != 0 ? block_at(t->b, tcb->side) : NULL;
}
/* Gives the side record back if nothing is in it. */
void tcb_side_settle(struct turn *t, struct tcb *tcb);
/* What its program asks for; nothing without a side record. */
extern const struct wishes no_wishes;
static inline const struct wishes *tcb_wishes(const struct turn *t,
					      const struct tcb *tcb)
{
	return tcb->side != 0 ? &tcb_side_of(t, tcb)->wish : &no_wishes;
}
/* Takes over what a listener's connections begin with; false: no memory. */
bool tcb_inherit(struct turn *t, struct tcb *tcb, const struct listener *l);
/* What is held back, or how to acknowledge, is no longer as it was. */
void tcb_send_changed(struct turn *t, struct tcb *tcb);
void tcb_ack_changed(struct turn *t, struct tcb *tcb);
/* There is room in the receive queue: the peer may have to be told. */
void tcb_window_changed(struct turn *t, struct tcb *tcb);
/*
 * The output side has something to do, or no more. It is in the list of its
 * link, or in that of the neighbour whose MAC it waits for.
 */
void tcb_ready(struct turn *t, struct tcb *tcb);
void tcb_not_ready(struct turn *t, struct tcb *tcb);
static inline bool tcb_is_ready(const struct tcb *tcb)
{
	return tcb->ready.next != 0;
}
/* Where its datagrams go first: the peer, or a gateway of a source route. */
static inline struct hf_addr tcb_next(const struct turn *t,
				      const struct tcb *tcb)
{
	return tcb->flags & TCB_ROUTED ? flow_next(t, &tcb->flow)
				       : tcb->flow.remote;
}
/* The peer hears us: RFC 4861 7.3.1. */
static inline void tcb_progressed(struct turn *t, const struct tcb *tcb)
{
	struct hf_addr next;

	if (ip_link_at(t, tcb->link)->kind != HF_LINK_ETHERNET)
		return;
	next = tcb_next(t, tcb);
	way_confirmed(t, tcb->link, &next);
}
/* Or perhaps not: RFC 1122 3.3.1.4. */
static inline void tcb_doubted(struct turn *t, const struct tcb *tcb)
{
	const struct hf_addr next = tcb_next(t, tcb);

	way_doubted(t, tcb->link, &next);
}

/* ---- notice.c: events ------------------------------------------------- */

struct notice *notice_of(const struct turn *t, uint32_t ref);
void notice_add(struct turn *t, uint32_t ref, uint32_t flags);
void notice_remove(struct turn *t, uint32_t ref);
/* Unless the program has let go of the connection. */
void tcb_tell(struct turn *t, struct tcb *tcb, uint32_t flags);
void tcb_tell_soft(struct turn *t, struct tcb *tcb, enum hf_error error);
bool notice_next(struct turn *t, struct hf_event *event);

/* ---- arrive.c, syn_sent.c: 3.10.7 ------------------------------------- */

/* A segment that has arrived, with the datagram that brought it. */
struct arrival {
	struct wire_tcp seg;
	const struct wire_ip *ip;
	uint32_t len; /* SEG.LEN, of what has not been trimmed */
	uint32_t len_sent; /* SEG.LEN, as it came */
	uint32_t wnd; /* SEG.WND in octets: scaled, unless with SYN */
	uint32_t link;
	const struct wire_source_route *route; /* for the answer; or NULL */
};

enum hf_drop tcp_arrive(struct turn *t, struct arrival *a);
/* A segment for a TCB in any state, and the report about it. */
enum hf_drop arrive_tcb(struct turn *t, struct tcb *tcb, struct arrival *a);
/* 3.10.7.4 for a TCB in any state but SYN_SENT. */
enum hf_drop arrive_connection(struct turn *t, struct tcb *tcb,
			       struct arrival *a);
/* 3.10.7.3 */
enum hf_drop arrive_syn_sent(struct turn *t, struct tcb *tcb,
			     struct arrival *a);
/* 3.10.7.1, and wherever a reset is due: 3.5.2 */
void reset_reply(struct turn *t, const struct arrival *a, bool is_limited);
/* An acknowledgement from an entry that is not a TCB. */
struct ack_reply {
	struct hf_seq snd_nxt, rcv_nxt;
	uint32_t ts_recent;
	uint16_t wnd;
	bool has_ts;
	enum hf_why why;
};

void ack_reply(struct turn *t, const struct flow *flow,
	       const struct ack_reply *ack);
/* A segment of a flow: for `seq`, `ack` and flags to be set; NULL. */
struct reply *tcp_reply_on(struct turn *t, uint32_t link,
			   const struct flow *flow, enum hf_why why);
/* The same by the link towards its peer. */
struct reply *tcp_reply(struct turn *t, const struct flow *flow,
			enum hf_why why);
/* Takes over what the peer's SYN says; SEG.SEQ is its ISS. */
void take_syn_options(struct turn *t, struct tcb *tcb,
		      const struct wire_tcp *seg);

/* ---- text.c: what arrives, in order and out of it --------------------- */

/* 3.10.7.4 seventh and eighth; the segment is within the window. */
enum hf_drop text_arrived(struct turn *t, struct tcb *tcb, struct arrival *a);

/* ---- acknowledge.c: what an acknowledgement does ---------------------- */

/* snd.una < SEG.ACK <= snd.nxt, or a duplicate, or a window update. */
void ack_arrived(struct turn *t, struct tcb *tcb, const struct arrival *a);
void window_arrived(struct tcb *tcb, const struct arrival *a);

/* ---- listen.c: the rest is in half_open.h ------------------------------ */

/* The unaccepted connection leaves its listener. */
void listen_forget(struct turn *t, struct tcb *tcb);

/* ---- time_wait.c ------------------------------------------------------ */

enum hf_drop arrive_time_wait(struct turn *t, struct time_wait *w,
			      struct arrival *a);
void time_wait_expired(struct turn *t, struct time_wait *w);
void time_wait_gone(struct turn *t, struct time_wait *w);
/* Puts an entry into the place of a TCB; false: there is none to be had. */
bool time_wait_replace(struct turn *t, struct tcb *tcb, uint32_t *ref);

/* ---- send_queue.c ------------------------------------------------------ */

/* Queues octets and returns how many: fewer only if memory ran out. */
uint32_t send_append(struct turn *t, struct tcb *tcb, const void *data,
		     uint32_t len);
/* Lends room for *len octets; NULL: no memory. */
uint8_t *send_reserve(struct turn *t, struct tcb *tcb, uint32_t *len);
/* Octets are about to be queued behind those of an earlier SEND. */
void send_push_remember(struct turn *t, struct tcb *tcb);
/* Makes sure of a place for what HF_SEND_... ask; false: no memory. */
bool send_may_mark(struct turn *t, struct tcb *tcb, unsigned flags);
/* Octets have been queued as HF_SEND_... say; there is a side record. */
void send_marked(struct turn *t, struct tcb *tcb, unsigned flags);
/* Drops what is right of the window and was never sent; returns how much. */
uint32_t send_drop_unsent(struct turn *t, struct tcb *tcb);

/* ---- receive_queue.c, reassembly.c ------------------------------------ */

/* Octets in order; fewer than `len` if memory ran out. */
uint32_t receive_append(struct turn *t, struct tcb *tcb, const uint8_t *text,
			uint32_t len);
/* True if the edge has moved enough to say so: RFC 9293 3.8.6.2.2 */
bool receive_update_is_due(const struct turn *t, const struct tcb *tcb);
/* The window field to send, and what it promises. */
uint16_t receive_window(const struct turn *t, struct tcb *tcb);
/* Makes the window no narrower than this; it never was wider. */
void receive_promise(struct tcb *tcb, uint32_t wnd);
/* That of a SYN, which is never scaled: RFC 7323 2.2. */
struct first_window {
	uint32_t buffer, clamp; /* 0: no clamp */
	uint16_t mss; /* that we offer */
	bool has_timestamps;
};

uint16_t receive_window_of_syn(const struct turn *t,
			       const struct first_window *of);
/* The same of a TCB. */
uint16_t receive_first_window(const struct turn *t, const struct tcb *tcb);

/* Keeps octets [seq, seq + len) for later; false if nothing was kept. */
bool reassembly_keep(struct turn *t, struct tcb *tcb, struct hf_seq seq,
		     const uint8_t *text, uint32_t len);
/* Moves what is in order now into the receive queue, rcv.nxt with it. */
void reassembly_deliver(struct turn *t, struct tcb *tcb);
/* Forgets all ranges of a connection. */
void reassembly_drop(struct turn *t, struct tcb *tcb);
/* Makes room by forgetting some connection's ranges; false if none has any. */
bool reassembly_sacrifice(struct turn *t, struct tcb *first);
static inline bool reassembly_is_empty(const struct turn *t,
				       const struct tcb *tcb)
{
	return tcb->side == 0 || tcb_side_of(t, tcb)->range_count == 0;
}
/* Octets have come that were here already; and that has been said. */
void reassembly_came_twice(struct turn *t, struct tcb *tcb, struct hf_seq seq,
			   uint32_t len);
void reassembly_reported(struct turn *t, struct tcb *tcb);
/* How many SACK blocks wait to be sent. */
static inline uint32_t reassembly_blocks(const struct turn *t,
					 const struct tcb *tcb)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	return side != NULL ? (uint32_t)side->range_count + side->has_duplicate
			    : 0;
}
/* Fills in the SACK blocks to send: RFC 2018 4. */
void reassembly_sack(const struct turn *t, const struct tcb *tcb,
		     struct wire_tcp *seg);
int reassembly_check(const struct turn *t, const struct tcb *tcb);

/* ---- urgent.c: 3.8.5, RFC 6093 ---------------------------------------- */

/* All that is queued is urgent; there is a side record. */
void urgent_queued(const struct turn *t, const struct tcb *tcb);
/* Sets URG and the pointer of a segment that comes before SND.UP. */
void urgent_describe(const struct turn *t, const struct tcb *tcb,
		     struct wire_tcp *seg);
/* SND.UNA has moved. */
void urgent_acknowledged(struct turn *t, struct tcb *tcb);
/* 3.10.7.4, sixth. */
void urgent_arrived(struct turn *t, struct tcb *tcb, const struct arrival *a);
/* The program has taken octets. */
void urgent_consumed(struct turn *t, struct tcb *tcb);
/* The peer's FIN has come: what would follow it is no octet. */
void urgent_ended(struct turn *t, struct tcb *tcb);
/* True if urgent data is ahead: *octets up to its end. MUST-33 */
bool urgent_is_ahead(const struct turn *t, const struct tcb *tcb,
		     uint32_t *octets);
bool urgent_is_sending(const struct turn *t, const struct tcb *tcb);

/* ---- count.c: what a measured connection has done ---------------------- */

static inline struct counts *counts_of(const struct turn *t,
				       const struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	return side != NULL && side->wish.flags & WISH_COUNT ? &side->counts
							     : NULL;
}
struct plan;
void count_arrived(struct turn *t, struct tcb *tcb, const struct arrival *a);
void count_acked(struct turn *t, struct tcb *tcb, uint32_t octets);
void count_received(struct turn *t, struct tcb *tcb, uint32_t octets);
void count_sent(struct turn *t, struct tcb *tcb, const struct plan *plan);

/* ---- rtt.c: RFC 6298 -------------------------------------------------- */

hf_time rto(const struct turn *t, const struct tcb *tcb);
void rtt_sample(struct turn *t, struct tcb *tcb, hf_time rtt);
/* An acknowledgement of new octets: takes a sample if it can. */
void rtt_acknowledged(struct turn *t, struct tcb *tcb,
		      const struct wire_tcp *seg);
static inline void rtt_start(struct tcb *tcb, struct hf_seq seq, hf_time now)
{
	tcb->flags |= TCB_TIMING;
	tcb->timed = seq;
	tcb->timed_at = now;
}

/* ---- congestion/newreno.c --------------------------------------------- */

void congestion_init(const struct turn *t, struct tcb *tcb);
void congestion_acked(const struct turn *t, struct tcb *tcb, uint32_t octets);
void congestion_enter_recovery(struct tcb *tcb);
/* RFC 3168 6.1.2: as if a segment had been lost, but none was. */
void congestion_marked(struct tcb *tcb);
void congestion_duplicate(struct tcb *tcb);
void congestion_partial(struct tcb *tcb, uint32_t octets);
void congestion_leave_recovery(struct tcb *tcb);
void congestion_timeout(struct tcb *tcb, bool is_first);
void congestion_idle(const struct turn *t, struct tcb *tcb);

/* ---- ecn.c: RFC 3168 -------------------------------------------------- */

struct plan;

static inline bool ecn_is_used(const struct tcb *tcb)
{
	return tcb->kind & TCB_ECN_BITS;
}
/* A SYN asks for ECN, and may have it. */
bool ecn_is_setup_syn(const struct turn *t, const struct wire_tcp *seg);
/* Our SYN will ask for it, if that is configured. */
void ecn_ask(const struct turn *t, struct tcb *tcb);
void ecn_unanswered(struct tcb *tcb);
/* The peer's SYN or SYN-ACK, after our SYN. */
void ecn_syn_arrived(struct tcb *tcb, const struct wire_tcp *syn);
/* Both SYNs were with it. */
void ecn_agree(struct tcb *tcb);
/* An acceptable segment: is it marked, and what does the peer say? */
void ecn_text_arrived(struct tcb *tcb, const struct arrival *a);
void ecn_echo_arrived(struct tcb *tcb, struct hf_seq ack);
/* The congestion window has been made smaller, for whatever reason. */
void ecn_reduced(struct tcb *tcb);
/* ECE, and no loss, has done so since what is outstanding was sent. */
bool ecn_has_halved(const struct tcb *tcb);
/* Adds flags to what is planned; the ECN field of its datagram. */
uint8_t ecn_mark(struct tcb *tcb, struct plan *plan);
bool ecn_is_sound(const struct tcb *tcb);

/* ---- timeout.c: 3.10.8, and the events that arm timers ---------------- */

void timer_set(struct turn *t, struct tcb *tcb, enum tcp_timer timer,
	       hf_time deadline);
static inline void timer_stop(struct tcb *tcb, enum tcp_timer timer)
{
	tcb->deadline[timer] = HF_NEVER;
}
/* The earliest deadline of a TCB; HF_NEVER. */
hf_time timer_earliest(const struct turn *t, const struct tcb *tcb);
void timer_segment_sent(struct turn *t, struct tcb *tcb);
void timer_acked(struct turn *t, struct tcb *tcb);
void timer_quiet(struct turn *t, struct tcb *tcb);
void timer_ack_delayed(struct turn *t, struct tcb *tcb);
void timer_challenged(struct turn *t, struct tcb *tcb);
void timer_window_closed(struct turn *t, struct tcb *tcb);
void timer_probe_answered(struct tcb *tcb);
void timer_window_opened(struct tcb *tcb);
void timer_fin_wait_2(struct turn *t, struct tcb *tcb);
void timer_time_wait(struct turn *t, struct tcb *tcb);
void timer_keepalive(struct turn *t, struct tcb *tcb);
void timer_probe_sent(struct turn *t, struct tcb *tcb);

/* What is due waits for its link; or its link does not lead anywhere. */
void timer_delayed_by_link(struct turn *t, struct tcb *tcb);
void timer_unreachable(struct turn *t, struct tcb *tcb);
/* Its address is another host's now: it ends at once. */
void timer_address_lost(struct turn *t, struct tcb *tcb);

/* How long to go on without progress: R2 or the user timeout. */
hf_time timer_patience(const struct turn *t, const struct tcb *tcb);
/* It was `before`, and has been changed: a LIMIT that runs moves along. */
void timer_patience_changed(struct turn *t, struct tcb *tcb, hf_time before);
/* The record's timer has fired. */
void timer_fired(struct turn *t, struct tcb *tcb);

/* ---- output.c, write.c ------------------------------------------------ */

/* What to say next. */
struct plan {
	struct hf_seq seq;
	uint32_t len; /* octets of text */
	uint8_t flags; /* enum wire_tcp_flag */
	uint8_t why; /* enum hf_why */
};

/* The next segment of a connection as a datagram; 0 if there is none. */
size_t tcp_output(struct turn *t, struct tcb *tcb, uint8_t *to, size_t cap);
/* Octets sent and not acknowledged, SYN and FIN counted. */
static inline uint32_t in_flight(const struct tcb *tcb)
{
	return tcb->snd.nxt.n - tcb->snd.una.n;
}
/* The sequence number past all queued text: that of FIN. */
struct hf_seq send_end(const struct tcb *tcb);
/* Octets of text queued and never sent. */
uint32_t send_unsent(const struct tcb *tcb);
/* Anything that waits to be sent or acknowledged. */
bool send_has_more(const struct tcb *tcb);
/* False if tcp_output() would surely find nothing. */
bool output_is_due(const struct tcb *tcb);

/* A segment to be written as a datagram. */
struct outgoing {
	const struct hf_addr *local, *remote;
	const struct wire_source_route *route; /* or NULL */
	struct wire_tcp seg;
	uint8_t ttl, tos;
	bool may_fragment; /* no DF */
};

/* Text that is copied from a send queue; from none: zeros. */
struct outgoing_text {
	const struct queue *queue;
	struct queue_cursor *cursor;
	uint32_t offset, len;
};

/* Room for the IP header of a family. */
static inline uint32_t ip_header_len(const struct hf_addr *remote)
{
	return addr_is_ipv4(remote) ? WIRE_IPV4_HEADER : WIRE_IPV6_HEADER;
}

/* Writes a datagram without text; 0 if it does not fit. */
size_t write_segment(struct turn *t, const struct outgoing *out, uint8_t *to,
		     size_t cap);
/* The same with text. */
size_t write_text(struct turn *t, const struct outgoing *out,
		  const struct outgoing_text *text, uint8_t *to, size_t cap);
size_t write_reply(struct turn *t, uint32_t link, const struct reply *reply,
		   uint8_t *to, size_t cap);

/* ---- call.c: 3.10.1-3.10.6 -------------------------------------------- */

enum hf_error call_open(struct turn *t, const struct hf_open *options,
			struct hf_handle *handle);
enum hf_error call_shutdown(struct turn *t, struct tcb *tcb);
enum hf_error call_flush(struct turn *t, struct tcb *tcb, uint32_t *dropped);
void call_close(struct turn *t, struct tcb *tcb);
void call_abort(struct turn *t, struct tcb *tcb);
/* Queues RST for the peer, where RFC 9293 3.10.5 asks for it. */
void abort_reply(struct turn *t, const struct tcb *tcb);

/* ---- icmp_error.c: 3.9.2.2, RFC 5927 ---------------------------------- */

/* No neighbour leads to the peer. */
void tcp_unreachable(struct turn *t, struct tcb *tcb);

enum hf_drop tcp_icmp_error(struct turn *t, const struct wire_icmp *icmp,
			    const struct wire_icmp_quote *quote);

#endif
