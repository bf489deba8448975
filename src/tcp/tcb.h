/* SPDX-License-Identifier: MIT */
/*
 * The Transmission Control Block (RFC 9293 3.3.1), in the RFC's words, and
 * the two small entries that stand for a connection before and after it:
 * half-open and TIME_WAIT. All three are found by their addresses and ports
 * in one table, and told apart by their kind. IRS is not kept: as long as
 * anybody asks for it, in SYN_RECEIVED, it is rcv.nxt - 1.
 *
 * Invariants of a TCB, numbered; tcb_check() asserts them.
 *
 *  1	snd.una <= snd.resend <= snd.nxt
 *  2	snd.nxt - snd.una <= octets queued, and 1 for SYN, and 1 for FIN
 *  3	rcv.nxt <= rcv.adv; the right edge rcv.adv never moves left
 *  4	rcv.adv - rcv.nxt <= what 16 bits and the window scale can say
 *  5	what is outstanding, or waits to be sent and is not ready to be, has a
 *	retransmission timer, unless in TIME_WAIT
 *  6	a timer of the TCB that runs is not earlier than the record's
 *  7	in TIME_WAIT and CLOSED nothing is queued to be sent
 *  8	FIN has been queued exactly in FIN_WAIT_1, FIN_WAIT_2, CLOSING,
 *	TIME_WAIT and LAST_ACK (or, while opening, waits to be)
 *  9	the peer's FIN has been taken in exactly in CLOSE_WAIT, CLOSING,
 *	LAST_ACK and TIME_WAIT (or the connection has ended)
 * 10	out-of-order ranges are apart, in order, beyond rcv.nxt, and not past
 *	rcv.adv; their octets are queued
 * 11	cwnd >= 1 octet; ssthresh >= 2 octets
 * 12	the queues are well formed; sent data is within the send queue
 * 13	where ECN is not agreed on or asked for, it does nothing
 */
#ifndef TCP_TCB_H
#define TCP_TCB_H

#include "ip.h"
#include "wire_tcp.h"

enum flow_kind {
	FLOW_NONE = 0,
	FLOW_CONNECTION,
	FLOW_HALF_OPEN,
	FLOW_TIME_WAIT,
	FLOW_LISTENER,
	FLOW_ASK,
};

/*
 * What all that has addresses and ports begins with; in each of them the
 * kind comes next (inside, padding would cost more than the budget has).
 */
struct flow {
	struct record record;
	uint32_t local; /* ref of struct ip_address; 0: any */
	struct hf_addr remote;
	uint16_t local_port, remote_port;
};

#define FLOW_KIND 0x07u /* the other bits are the object's own */

static inline enum flow_kind flow_kind(const struct flow *flow)
{
	return (enum flow_kind)(*(const uint8_t *)(flow + 1) & FLOW_KIND);
}

/*
 * What has events for the program, at one place in a TCB, a listener and a
 * SYN that waits for a verdict.
 */
struct notice {
	uint16_t flags; /* HF_EVENT_... */
	uint8_t soft_error; /* enum hf_error */
	bool is_listed;
	uint32_t next, prev; /* refs: events; or a listener's completed ones */
};

#define NOTICE_OFFSET 52u

/* Deadlines of a TCB: timeout.c */
enum tcp_timer {
	TIMER_RETRANSMIT, /* SYN, data, FIN; or probes a closed window */
	TIMER_ACK, /* delayed ACK */
	TIMER_LIMIT, /* R2, user timeout, FIN_WAIT_2, TIME_WAIT */
	TIMERS
};

/* Flags of a TCB. */
#define TCB_RELEASED 0x00000001u /* the user has let go */
#define TCB_FIN_QUEUED 0x00000002u /* shut down; FIN follows the data */
#define TCB_NODELAY 0x00000004u
#define TCB_KEEPALIVE 0x00000008u
#define TCB_TIMESTAMPS 0x00000010u /* agreed on: RFC 7323 3.2 */
#define TCB_SACK 0x00000020u /* agreed on: RFC 2018 2 */
#define TCB_SYN_DUE 0x00000040u /* SYN or SYN-ACK is to be sent */
#define TCB_ACK_NOW 0x00000080u /* acknowledge without delay */
#define TCB_DELACK_DUE 0x00000100u /* the delay is over */
#define TCB_UPDATE_DUE 0x00000200u /* the window has opened */
#define TCB_CHALLENGE_DUE 0x00000400u /* RFC 5961 */
#define TCB_FAST_DUE 0x00000800u /* send snd.una again: fast retransmit */
#define TCB_PARTIAL_DUE 0x00001000u /* send snd.una again: partial ACK */
#define TCB_PROBE_DUE 0x00002000u /* probe a closed window */
#define TCB_KEEPALIVE_DUE 0x00004000u
#define TCB_RECOVERY 0x00008000u /* fast recovery, until `recover` */
#define TCB_RECOVER_SET 0x00010000u /* `recover` holds: RFC 6582 3.2 */
#define TCB_TIMING 0x00020000u /* an octet is timed: rtt.c */
#define TCB_PROBING 0x00040000u /* the window is closed */
#define TCB_WANTS_ROOM 0x00080000u /* HF_ERR_WOULD_BLOCK was said */
#define TCB_PASSIVE 0x00100000u /* opened by the peer's SYN */
#define TCB_FIN_SENT 0x00200000u
#define TCB_FIN_RECEIVED 0x00400000u
#define TCB_UNACCEPTED 0x00800000u /* `owner` is its listener */
#define TCB_SIDE_KEPT 0x01000000u /* the side record holds user options */
#define TCB_SYN_RETRANSMITTED 0x02000000u /* RFC 6298 (5.7) */
#define TCB_ROUTED 0x04000000u /* has a source route: routed.c */
#define TCB_LINGERS 0x08000000u /* TIMER_LIMIT is FIN_WAIT_2, TIME_WAIT */
#define TCB_TEXT_RECEIVED 0x10000000u
#define TCB_PUSH_AT_END 0x20000000u /* the last SEND asked for PUSH */

/* In `kind`: ecn.c. */
#define TCB_ECN_ON 0x08u
#define TCB_ECN_ECT 0x10u
#define TCB_ECN_ECHO 0x20u
#define TCB_ECN_CWR 0x40u
#define TCB_ECN_SEEN 0x80u
#define TCB_ECN_BITS 0xf8u

#define TCB_ACK_FLAGS (TCB_ACK_NOW | TCB_DELACK_DUE | TCB_UPDATE_DUE)

struct tcb {
	struct flow flow;
	uint8_t kind; /* and TCB_ECN_... */
	uint8_t state; /* enum hf_state; only enter() changes it */
	uint8_t link;
	uint8_t error; /* enum hf_error: why it ended */
	struct notice notice;
	/* 64: what every segment needs */
	uint32_t flags; /* TCB_... */
	struct ready ready; /* in its link's list, or its neighbour's */
	struct {
		struct hf_seq una, nxt;
		struct hf_seq
			resend; /* what goes next: < nxt after a timeout */
		struct hf_seq wl1;
		struct hf_seq small; /* end of the last small segment: Nagle */
		uint32_t wnd, max_wnd; /* octets: REC-1 */
		union {
			struct hf_seq iss; /* while opening */
			struct hf_seq reduced; /* then: ecn.c */
		};
	} snd;
	struct {
		struct hf_seq nxt;
		struct hf_seq edge; /* right edge that the buffer allows */
		struct hf_seq adv; /* right edge ever advertised */
		struct hf_seq acked; /* the last ACK sent */
	} rcv;
	uint32_t ts_recent; /* TS.Recent: RFC 7323 4.3 */
	/* 128 */
	struct queue send, receive;
	struct queue_cursor cursor; /* into `send`, near snd.nxt */
	uint32_t side; /* ref of struct tcb_side; 0 */
	uint32_t cwnd, ssthresh; /* octets: RFC 5681 */
	uint32_t ts_offset; /* RFC 7323 5.4 */
	uint32_t send_buffer, receive_buffer; /* most octets queued */
	uint16_t mss; /* most octets to send, options included: MUST-16 */
	uint16_t rcv_mss; /* of the longest segment received: RFC 5681 4.2 */
	struct hf_seq timed; /* the octet that is timed: rtt.c */
	/* 192 */
	hf_time deadline[TIMERS];
	hf_time heard; /* when the last segment came: keepalive, PAWS */
	hf_time timed_at; /* when the octet that is timed was sent */
	uint32_t srtt, rttvar; /* microseconds: RFC 6298 */
	uint8_t snd_scale : 4, rcv_scale : 4; /* RFC 7323 2 */
	uint8_t backoff; /* doublings of the RTO */
	uint8_t duplicates; /* duplicate ACKs in a row */
	uint8_t acks_owed; /* of one duplicate ACK each */
	uint8_t probes; /* keepalive probes unanswered */
	uint8_t ttl, tos;
	uint8_t quick_acks; /* segments yet to be acknowledged at once */
	union {
		uint64_t user; /* the program's value */
		uint32_t listener; /* while TCB_UNACCEPTED */
	} owner;
};

_Static_assert(offsetof(struct tcb, notice) == NOTICE_OFFSET, "one place");
_Static_assert(offsetof(struct tcb, ready) == READY_OFFSET, "one place");
_Static_assert(sizeof(struct tcb) <= 256, "budget of a connection");

/*
 * What a program asks for a connection, or for those of a listener, where it
 * is not as configured; 0: as configured.
 */
struct wishes {
	uint32_t user_timeout; /* milliseconds */
	uint32_t window_clamp; /* octets */
	uint16_t keepalive_idle, keepalive_interval; /* seconds */
	uint16_t fin_wait_2; /* seconds */
	uint16_t mss; /* octets */
	uint8_t keepalive_probes;
	uint8_t open_retries;
	uint8_t flags; /* WISH_... */
	uint8_t defer; /* seconds; of a listener: half_open.c */
};

#define WISH_CORK 0x01u /* hold back what does not fill a segment */
#define WISH_MORE 0x02u /* the same, until the next SEND */
#define WISH_QUICK_ACK 0x04u /* no delayed ACKs */
#define WISH_KEEPALIVE_OCTET 0x08u /* MAY-6 */
#define WISH_FRAGMENT 0x10u /* let routers fragment: no DF */
#define WISH_COUNT 0x20u /* keep `counts` */

/* What a measured connection has done; see struct hf_counts. */
struct counts {
	struct hf_counts total;
	uint32_t min_rtt; /* microseconds; 0: none yet */
	uint8_t tos; /* of the last segment that came: MAY-9 */
};

/* Most separate ranges of out-of-order octets that are kept. */
#define SIDE_RANGES 10u

/* Most ends of SENDs that are remembered; more collapse: SHLD-27. */
#define SIDE_PUSHES 12u

/* Octets that came before their turn: [left, right). */
struct range {
	struct hf_seq left;
	uint32_t stamp; /* larger: came later; RFC 2018 4 */
	struct queue queue;
};

#define SIDE_OCTETS 512u /* a page holds a whole number of them */

/* What only a busy, lossy or specially configured connection needs. */
struct tcb_side {
	struct record record; /* listed among those with ranges */
	uint32_t owner; /* ref of its TCB */
	struct hf_seq recover; /* RFC 6582 */
	struct wishes wish;
	uint8_t range_count;
	bool has_fin;
	bool has_snd_up, has_rcv_up; /* urgent.c */
	bool has_duplicate; /* reassembly.c */
	uint8_t push_count;
	struct hf_seq fin; /* the peer's FIN came before its turn */
	struct hf_seq snd_up, rcv_up; /* SND.UP, RCV.UP: RFC 9293 3.3.1 */
	struct hf_seq push[SIDE_PUSHES]; /* where SENDs ended: MAY-15 */
	struct wire_sack_block duplicate; /* to be reported: RFC 2883 */
	hf_time challenge_after; /* none before: RFC 5961 7; 0: any time */
	uint32_t stamp; /* of the latest range */
	struct range range[SIDE_RANGES];
	struct counts counts;
};

_Static_assert(sizeof(struct tcb_side) <= SIDE_OCTETS, "a side record");

#define HALF_OPEN_NO_SCALE 15u /* in `wscale` */
#define HALF_OPEN_ECN 0x08u /* agreed on: ecn.c */

/* A connection that a SYN asks for: SYN_RECEIVED by a passive OPEN. */
struct half_open {
	struct flow flow; /* record.value: iss, or the ref of its ask */
	uint8_t kind; /* and HALF_OPEN_ECN; from bit 4 on, SYN-ACKs sent */
	uint8_t wscale : 4; /* of the peer */
	uint8_t has_ts : 1;
	uint8_t has_sack : 1;
	uint8_t is_asked : 1; /* waits for a verdict, not yet answered */
	uint8_t is_routed : 1; /* has a source route: routed.c */
	uint16_t mss; /* of the peer */
	struct hf_seq irs;
	uint32_t ts_recent;
	uint32_t listener; /* ref */
};

_Static_assert(sizeof(struct half_open) == 64, "budget of a half-open one");

/* What remains of a connection that its user has let go: TIME_WAIT. */
struct time_wait {
	struct flow flow;
	uint8_t kind;
	bool has_ts;
	uint16_t wnd; /* as on the wire */
	struct hf_seq snd_nxt, rcv_nxt;
	uint32_t ts_recent;
};

_Static_assert(sizeof(struct time_wait) == 64, "budget of TIME_WAIT");

#define LISTENER_OCTETS 256u

struct listener {
	struct flow flow; /* remote unused */
	uint8_t kind;
	bool ask : 1, wants_ipv4 : 1, wants_ipv6 : 1;
	bool has_cookies : 1; /* `cookie_minute` holds */
	uint16_t cookie_minute; /* of the last one given out: cookie.c */
	struct notice notice;
	uint32_t first_completed, last_completed; /* refs of TCBs */
	uint32_t completed, completed_limit;
	uint32_t half_open, half_open_limit;
	uint32_t send_buffer, receive_buffer;
	uint64_t user;
	/* what its connections begin with */
	struct wishes wish;
	uint8_t ttl, tos; /* ttl 0: as configured */
	bool nodelay, keepalive;
};

/* A SYN that the program is asked about. */
struct ask {
	struct flow flow; /* only `chain`: ref of the half-open one */
	uint8_t kind;
	uint8_t unused[3];
	struct notice notice;
};

_Static_assert(offsetof(struct tcb, kind) == sizeof(struct flow), "next");
_Static_assert(offsetof(struct listener, notice) == NOTICE_OFFSET, "one place");
_Static_assert(sizeof(struct listener) <= LISTENER_OCTETS, "a listener");
_Static_assert(offsetof(struct ask, notice) == NOTICE_OFFSET, "one place");

struct tcp;

/* 0, or the line of the invariant that does not hold. */
int tcb_check(const struct turn *t, const struct tcb *tcb);

#endif
