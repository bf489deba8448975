/* SPDX-License-Identifier: MIT */
/*
 * A TCP/IP host in one block of memory.
 *
 * Give hf_host_init() a zeroed block and the host lives in it: no heap, no
 * global, no pointer is kept. Copy the block and the host is copied; write
 * it to a file and another process goes on. Two things drive it, frames and
 * time; two things come out, frames and events. Nothing here blocks, calls
 * back, or reads a clock.
 *
 * A driver's loop:
 *
 *	hf_input(host, link, frames, n, now, NULL);
 *	hf_advance(host, now, NULL);
 *	while (hf_event(host, &event))
 *		... answer with hf_receive, hf_send, hf_close ...
 *	while ((len = hf_output(host, link, buf, sizeof buf, now, NULL, NULL)))
 *		... put it on the wire ...
 *	sleep until a frame arrives or hf_expiry(host) is reached
 *
 * A host is not locked: one thread at a time. Two hosts share nothing.
 */
#ifndef HANDFAST_HOST_H
#define HANDFAST_HOST_H

#include <handfast/config.h>
#include <handfast/link.h>
#include <handfast/types.h>

/* ---- making a host ---------------------------------------------------- */

/* Least and preferred alignment of a block, in octets. */
#define HF_BLOCK_ALIGN 64

/*
 * Makes a host in `block`, which is aligned to HF_BLOCK_ALIGN, all zero and
 * the caller's for ever. Pages that are not used are not touched.
 *
 * HF_ERR_ARGUMENT: misaligned block, or a member of config has no meaning.
 * HF_ERR_NO_MEMORY: the block is too small for the configured tables.
 */
HF_PUBLIC enum hf_error hf_host_init(void *block, size_t size,
				     const struct hf_config *config,
				     hf_time now, struct hf_host **host);

/*
 * Takes over a block that was copied, mapped or loaded from a file.
 * HF_ERR_ARGUMENT: misaligned, or not a block of this version and size.
 */
HF_PUBLIC enum hf_error hf_host_attach(void *block, size_t size,
				       struct hf_host **host);

/* What is in use, by whom. */
enum hf_pool {
	HF_POOL_CONNECTION,
	HF_POOL_HALF_OPEN,
	HF_POOL_TIME_WAIT,
	HF_POOL_LISTENER,
	HF_POOL_SIDE, /* side records of busy connections */
	HF_POOL_ADDRESS,
	HF_POOL_NEIGHBOUR,
	HF_POOL_LEARNED, /* routers and prefixes that were advertised */
	HF_POOL_DATAGRAM, /* in reassembly */
	HF_POOL_SOURCE_ROUTE,
	HF_POOL_SMALL, /* buffers of 256 octets */
	HF_POOL_PAGE, /* buffers of 4096 octets */
	HF_POOLS
};

struct hf_usage {
	uint64_t block; /* octets of the block */
	uint64_t tables; /* octets of tables that do not shrink */
	uint64_t pages; /* octets of pages that pools hold now */
	uint64_t touched; /* octets from the block's start ever used */
	struct {
		uint32_t used; /* records */
		uint32_t octets; /* of one record */
		uint32_t pages; /* held */
	} pool[HF_POOLS];
	uint32_t replies; /* queued */
	uint32_t held; /* octets, see hf_config */
};

HF_PUBLIC void hf_host_used(const struct hf_host *host, struct hf_usage *used);
HF_PUBLIC const char *hf_pool_name(enum hf_pool pool);

/* SYN cookies since the host was made. */
struct hf_cookies {
	uint64_t sent;
	uint64_t accepted; /* came back, and made a connection */
	uint64_t refused; /* ACKs that looked like one, and were none */
};

HF_PUBLIC void hf_cookies(const struct hf_host *host,
			  struct hf_cookies *cookies);

/* ---- frames and time -------------------------------------------------- */

enum hf_csum {
	HF_CSUM_NONE = 0, /* in: check it; out: it is complete */
	HF_CSUM_VERIFIED, /* in: the device has checked it */
	HF_CSUM_PARTIAL, /* only the pseudo header is summed */
};

/* What a device may know of a frame beside its octets (offloads). */
struct hf_frame_info {
	uint8_t csum; /* enum hf_csum */
	uint8_t gso_type; /* 0: one segment */
	uint16_t gso_size; /* payload octets of each segment */
	uint16_t csum_start, csum_offset; /* of HF_CSUM_PARTIAL */
};

struct hf_frame {
	const void *data; /* as its link's kind says; read only in the call */
	uint32_t len; /* octets */
	struct hf_frame_info info;
};

/* What became of a frame. Every value but HF_ACCEPTED has a counter. */
enum hf_drop {
	HF_ACCEPTED = 0,
	HF_DROP_NOT_OURS, /* a protocol the host does not speak: the caller's */
	/* the link */
	HF_DROP_LINK_TYPE, /* an EtherType that is not served */
	HF_DROP_LINK_ADDRESS, /* a frame for another MAC */
	HF_DROP_VLAN, /* the tag of another VLAN */
	HF_DROP_ARP, /* malformed, or it concerns no address of ours */
	HF_DROP_ND, /* malformed or not trustworthy: RFC 4861 6.1, 7.1 */
	HF_DROP_CONFLICT, /* another host claims an address of ours */
	/* IP */
	HF_DROP_TRUNCATED, /* shorter than its headers say */
	HF_DROP_VERSION, /* neither 4 nor 6 */
	HF_DROP_IP_HEADER, /* a header field lies */
	HF_DROP_IP_CHECKSUM,
	HF_DROP_IP_OPTION, /* malformed, or it says to discard */
	HF_DROP_SOURCE, /* an address that must not be a source */
	HF_DROP_DESTINATION, /* not an address of this host */
	HF_DROP_SOURCE_ROUTE, /* refused, or we are not its last hop */
	HF_DROP_FRAGMENT, /* malformed, too small, or not to be reassembled */
	HF_DROP_FRAGMENT_OVERLAP, /* the datagram is given up: RFC 5722 */
	HF_DROP_FRAGMENT_LIMIT, /* too many; one datagram is given up */
	HF_DROP_FRAGMENT_TIME, /* a datagram never became whole */
	/* ICMP */
	HF_DROP_ICMP_CHECKSUM,
	HF_DROP_ICMP_TYPE, /* not understood, or needs no answer */
	HF_DROP_ICMP_UNMATCHED, /* quotes nothing that we sent */
	HF_DROP_ICMP_SEQUENCE, /* quotes a sequence number not in flight */
	/* TCP, RFC 9293 3.10.7 */
	HF_DROP_TCP_HEADER, /* data offset lies */
	HF_DROP_TCP_CHECKSUM,
	HF_DROP_TCP_OPTION, /* illegal option length: MUST-7 */
	HF_DROP_CLOSED, /* no such connection; answered by a reset */
	HF_DROP_CLOSED_RST, /* a reset for no such connection */
	HF_DROP_LISTEN_FLAGS, /* in LISTEN: no SYN, or a reset */
	HF_DROP_LISTEN_ACK, /* in LISTEN: an ACK, answered by a reset */
	HF_DROP_QUIET, /* config.quiet_time is not over */
	HF_DROP_DEFERRED, /* a listener waits for text: HF_OPTION_DEFER_ACCEPT
			   */
	HF_DROP_BACKLOG, /* half-open or completed queue is full */
	HF_DROP_REFUSED, /* the program said no to this SYN */
	HF_DROP_SEQUENCE, /* unacceptable: outside the window */
	HF_DROP_PAWS, /* RFC 7323 5 */
	HF_DROP_RST_CHALLENGED, /* RFC 5961 3 */
	HF_DROP_RST_IGNORED, /* in TIME_WAIT: RFC 1337 */
	HF_DROP_SYN_CHALLENGED, /* RFC 5961 4 */
	HF_DROP_NO_ACK, /* ACK bit is off */
	HF_DROP_ACK, /* acknowledges what was never sent, or long ago */
	HF_DROP_DUPLICATE, /* nothing new in it */
	HF_DROP_AFTER_CLOSE, /* text for a released connection: SHLD-3 */
	HF_DROP_NO_MEMORY, /* a pool is empty; nothing acknowledged */
	HF_DROPS
};

/* The name of a drop reason, such as "HF_DROP_PAWS"; never NULL. */
HF_PUBLIC const char *hf_drop_name(enum hf_drop drop);

/* Why a frame was sent. */
enum hf_why {
	HF_WHY_NONE = 0,
	HF_WHY_OPEN, /* SYN */
	HF_WHY_ACCEPT, /* SYN-ACK */
	HF_WHY_COOKIE, /* SYN-ACK of which nothing is kept: RFC 4987 */
	HF_WHY_NEW_DATA,
	HF_WHY_FIN,
	HF_WHY_RTO, /* retransmission timer */
	HF_WHY_FAST_RETRANSMIT,
	HF_WHY_PARTIAL_ACK, /* NewReno, RFC 6582 */
	HF_WHY_LIMITED_TRANSMIT, /* RFC 3042 */
	HF_WHY_WINDOW_PROBE,
	HF_WHY_OVERRIDE, /* held back long enough: RFC 9293 3.8.6.2.1 */
	HF_WHY_KEEPALIVE,
	HF_WHY_ACK, /* acknowledges at once */
	HF_WHY_DELAYED_ACK,
	HF_WHY_DUPLICATE_ACK, /* something came out of order */
	HF_WHY_WINDOW_UPDATE,
	HF_WHY_CHALLENGE_ACK,
	HF_WHY_RESET, /* for a segment that belongs to no connection */
	HF_WHY_ABORT,
	HF_WHY_TIME_WAIT_ACK,
	HF_WHY_ECHO_REPLY,
	HF_WHY_ICMP_ERROR,
	HF_WHY_SOLICIT, /* where is this neighbour? */
	HF_WHY_NEIGHBOUR_PROBE, /* is this neighbour still there? */
	HF_WHY_ADVERTISE, /* answers who asked for us */
	HF_WHY_ADDRESS_PROBE, /* has anybody this address? RFC 5227, 4862 */
	HF_WHY_ANNOUNCE, /* this address is ours: RFC 5227 2.3 */
	HF_WHY_ROUTER_SOLICIT, /* is there a router? */
	HF_WHY_GROUP_REPORT, /* which multicast group is heard: RFC 3810 */
	HF_WHYS
};

/* The name of a reason, such as "DELAYED_ACK"; never NULL. */
HF_PUBLIC const char *hf_why_name(enum hf_why why);

/*
 * What a frame or a timer did, for tracers. The states passed through are
 * path[0] (before) to path[steps] (after); steps is 0 if none changed.
 */
#define HF_REPORT_STEPS 4

struct hf_report {
	struct hf_handle connection; /* index 0: none, or no handle yet */
	uint8_t drop; /* enum hf_drop */
	uint8_t why; /* enum hf_why */
	uint8_t steps;
	uint8_t path[HF_REPORT_STEPS + 1]; /* enum hf_state */
	uint16_t local_port, remote_port; /* of what it concerned; or 0 */
	struct hf_addr local, remote;
	uint32_t cwnd, ssthresh; /* octets, after; 0: not applicable */
	hf_time rto; /* after, back-off included; 0: not applicable */
	hf_time deadline; /* its earliest timer; HF_NEVER */
};

/*
 * Takes in a burst of n frames that arrived on `link`. `reports` is NULL or
 * an array of n. A frame is never an error: it is accepted or a counted
 * drop. Acknowledgements are decided once the burst is in.
 */
HF_PUBLIC void hf_input(struct hf_host *host, uint32_t link,
			const struct hf_frame *frames, size_t n, hf_time now,
			struct hf_report *reports);

/*
 * Writes the next frame to send on `link` into buf, and returns its octets;
 * 0 when there is none. What was returned counts as sent: a device that is
 * busy keeps it and retries. `cap` should hold the link's MTU; a smaller one
 * makes shorter segments, and under 576 returns 0. `info` and `report` may
 * be NULL.
 */
HF_PUBLIC size_t hf_output(struct hf_host *host, uint32_t link, void *buf,
			   size_t cap, hf_time now, struct hf_frame_info *info,
			   struct hf_report *report);

/*
 * Carries at most `most` frames over the loopback link, through `buf`.
 * Returns how many; call again while it returns `most`.
 */
HF_PUBLIC size_t hf_loopback(struct hf_host *host, void *buf, size_t cap,
			     size_t most, hf_time now);

/*
 * When to call hf_advance() at the latest; HF_NEVER. It may come sooner than
 * the earliest deadline, never later; after hf_advance() it is in the future.
 */
HF_PUBLIC hf_time hf_expiry(const struct hf_host *host);

/*
 * Runs the timers that are due at `now`. With a report it runs one of them
 * and returns true while there may be more; without, all, and returns false.
 */
HF_PUBLIC bool hf_advance(struct hf_host *host, hf_time now,
			  struct hf_report *report);

/* Times a frame met this fate since the host was made. */
HF_PUBLIC uint64_t hf_drops(const struct hf_host *host, enum hf_drop drop);

/* ---- events ----------------------------------------------------------- */

/* What may have changed; flags are gathered until the event is taken. */
#define HF_EVENT_ACCEPT 0x0001u /* a listener has connections to accept */
#define HF_EVENT_SYN 0x0002u /* a SYN waits for hf_decide() */
#define HF_EVENT_CONNECTED 0x0004u /* an active open has succeeded */
#define HF_EVENT_READABLE 0x0008u /* new octets to receive */
#define HF_EVENT_WRITABLE 0x0010u /* room again after HF_ERR_WOULD_BLOCK */
#define HF_EVENT_EOF 0x0020u /* the peer has sent FIN */
#define HF_EVENT_CLOSED 0x0040u /* the connection has ended; see error */
#define HF_EVENT_SOFT_ERROR 0x0080u /* trouble under way: MUST-47, SHLD-9 */
#define HF_EVENT_DRAINED 0x0100u /* all that was sent is acknowledged */
#define HF_EVENT_ADDRESS 0x0200u /* of no handle: see hf_address_state() */
#define HF_EVENT_URGENT 0x0400u /* urgent data is ahead: MUST-32 */

struct hf_event {
	struct hf_handle handle; /* connection, listener or undecided SYN */
	uint32_t flags; /* HF_EVENT_... */
	enum hf_error error; /* of CLOSED (HF_OK: orderly) or SOFT_ERROR */
	uint64_t user; /* the user's value */
};

/* Takes the next event; false when there is none. */
HF_PUBLIC bool hf_event(struct hf_host *host, struct hf_event *event);

/* ---- user calls, RFC 9293 3.9.1 and 3.10.1-3.10.6 --------------------- */

struct hf_listen {
	struct hf_addr local; /* unspecified: any; hf_ipv4(0,0,0,0): any IPv4 */
	uint16_t port; /* 0: any port (a gateway's listener) */
	bool reuse; /* bind although connections of the port linger */
	bool ask; /* HF_EVENT_SYN for each SYN; see hf_decide() */
	bool ipv6_only; /* with an unspecified address */
	uint32_t half_open; /* most half-open; 0: config.half_open */
	uint32_t completed; /* most waiting for hf_accept(); 0: 128 */
	uint32_t send_buffer, receive_buffer; /* 0: as configured */
	uint64_t user; /* of the listener, and at first its connections */
};

/*
 * A passive OPEN. MUST-41: touches no other connection.
 * HF_ERR_ADDRESS_IN_USE: another listener has address and port; or, unless
 * `reuse`, a connection has, be it in TIME_WAIT (looked for among all: with
 * millions of connections, `reuse` is also the quicker).
 * HF_ERR_ADDRESS_NOT_AVAILABLE: `local` is not an address of this host.
 * HF_ERR_LIMIT, HF_ERR_NO_MEMORY.
 */
HF_PUBLIC enum hf_error hf_listen(struct hf_host *host,
				  const struct hf_listen *options,
				  struct hf_handle *listener);

/*
 * Takes the next completed connection of a listener.
 * HF_ERR_WOULD_BLOCK: there is none. HF_ERR_HANDLE.
 */
HF_PUBLIC enum hf_error hf_accept(struct hf_host *host,
				  struct hf_handle listener,
				  struct hf_handle *connection);

/*
 * How many completed connections of a listener may wait from now on; 0: none,
 * and SYNs are dropped. Those that wait already stay. HF_ERR_HANDLE.
 */
HF_PUBLIC enum hf_error
hf_backlog(struct hf_host *host, struct hf_handle listener, uint32_t completed);

enum hf_verdict {
	HF_VERDICT_ACCEPT, /* answer with SYN-ACK */
	HF_VERDICT_RESET, /* refuse with RST */
	HF_VERDICT_UNREACHABLE, /* refuse with ICMP, administratively */
	HF_VERDICT_SILENCE, /* forget it */
};

/* A SYN that waits for a verdict. */
struct hf_syn {
	struct hf_handle listener;
	struct hf_addr local, remote;
	uint16_t local_port, remote_port;
};

/* What HF_EVENT_SYN is about. HF_ERR_HANDLE. */
HF_PUBLIC enum hf_error hf_syn(struct hf_host *host, struct hf_handle syn,
			       struct hf_syn *about);

/*
 * Says what to do with a SYN; undecided, it is forgotten after 5 seconds.
 * HF_ERR_HANDLE: gone, or decided already. HF_ERR_ARGUMENT.
 */
HF_PUBLIC enum hf_error hf_decide(struct hf_host *host, struct hf_handle syn,
				  enum hf_verdict verdict, hf_time now);

struct hf_open {
	struct hf_addr local; /* unspecified: chosen by the route (MUST-44) */
	uint16_t local_port; /* 0: chosen by RFC 6056 */
	struct hf_addr remote;
	uint16_t remote_port;
	bool reuse; /* take local_port although others linger on it */
	uint32_t send_buffer, receive_buffer; /* 0: as configured */
	uint64_t user;
	/* A loose source route by so many IPv4 gateways, at most 9: MUST-51. */
	const struct hf_addr *hops;
	unsigned hop_count;
};

/*
 * An active OPEN. Both ends of the connection may be the same.
 * HF_ERR_ARGUMENT: remote is not unicast (MUST-46), families differ, the
 * source route is none, or remote_port is 0. HF_ERR_NO_ROUTE.
 * HF_ERR_ADDRESS_NOT_AVAILABLE. HF_ERR_ADDRESS_IN_USE: the pair exists, be it
 * in TIME_WAIT; or, unless `reuse`, local_port is in use; or no ephemeral port
 * is free. HF_ERR_LIMIT, HF_ERR_NO_MEMORY.
 */
HF_PUBLIC enum hf_error hf_open(struct hf_host *host,
				const struct hf_open *options, hf_time now,
				struct hf_handle *connection);

/*
 * Queues up to len octets and says how many it took (never 0 with HF_OK).
 * HF_ERR_WOULD_BLOCK: the queue is full; HF_EVENT_WRITABLE will come.
 * HF_ERR_CLOSING: after hf_shutdown(). HF_ERR_NO_MEMORY.
 * HF_ERR_NOT_CONNECTED and the errors of an ended connection.
 */
HF_PUBLIC enum hf_error hf_send(struct hf_host *host,
				struct hf_handle connection, const void *data,
				size_t len, size_t *sent);

/* How to SEND: RFC 9293 3.9.1.2. */
#define HF_SEND_PUSH 0x1u /* PSH where these octets end: MAY-15 */
/* They are urgent, up to the last: MUST-30. Not for new programs: SHLD-13. */
#define HF_SEND_URGENT 0x2u
#define HF_SEND_MORE 0x4u /* more follows: do not send a part of a segment */

/*
 * The same, as `flags` of HF_SEND_... say; they count for what was taken. What
 * HF_SEND_MORE holds back goes with the next hf_send(), hf_shutdown() or
 * hf_close(), and after an RTO in any case. HF_ERR_ARGUMENT: other flags.
 * HF_ERR_NO_MEMORY: also if there is none for what the flags ask.
 */
HF_PUBLIC enum hf_error hf_send_as(struct hf_host *host,
				   struct hf_handle connection,
				   const void *data, size_t len, unsigned flags,
				   size_t *sent);

/*
 * FLUSH, RFC 9293 3.9.1.7 (MAY-14): throws away what is queued, was never
 * sent and is right of the peer's window; says how many octets that was.
 * HF_ERR_CLOSING: after hf_shutdown(), when FIN has its place already.
 * HF_ERR_NOT_CONNECTED, HF_ERR_HANDLE.
 */
HF_PUBLIC enum hf_error hf_flush(struct hf_host *host,
				 struct hf_handle connection, size_t *dropped);

/*
 * The same in place: lends *len octets of the send queue to write into;
 * hf_commit() queues the first `len` of them. The loan ends with the next
 * call about the host. Errors as hf_send(); HF_ERR_ARGUMENT: more committed
 * than lent.
 */
HF_PUBLIC enum hf_error hf_reserve(struct hf_host *host,
				   struct hf_handle connection, void **data,
				   size_t *len);
HF_PUBLIC enum hf_error hf_commit(struct hf_host *host,
				  struct hf_handle connection, size_t len);

/*
 * Takes up to cap received octets. *got is 0 with HF_OK at the end of what
 * the peer sent (its FIN). HF_ERR_WOULD_BLOCK: nothing yet.
 * Octets that came before a reset are still handed out, then its error.
 */
HF_PUBLIC enum hf_error hf_receive(struct hf_host *host,
				   struct hf_handle connection, void *buf,
				   size_t cap, size_t *got);

/*
 * The same in place: shows the *len contiguous octets that come next (0 at
 * the end); hf_consume() takes the first `len` of them. Errors as
 * hf_receive(); HF_ERR_ARGUMENT: more consumed than there are.
 */
HF_PUBLIC enum hf_error hf_peek(struct hf_host *host,
				struct hf_handle connection, const void **data,
				size_t *len);
HF_PUBLIC enum hf_error hf_consume(struct hf_host *host,
				   struct hf_handle connection, size_t len);

/*
 * Shows the contiguous octets that come `offset` later than the next one, and
 * takes nothing; *len is 0 if none has come so far. Errors as hf_receive().
 */
HF_PUBLIC enum hf_error hf_peek_at(struct hf_host *host,
				   struct hf_handle connection, uint32_t offset,
				   const void **data, size_t *len);

/*
 * The RFC's CLOSE: no more will be sent; FIN follows what is queued. The
 * other direction stays open as long as the peer likes (half-close).
 * HF_ERR_CLOSING: done already. HF_ERR_NOT_CONNECTED, HF_ERR_HANDLE.
 */
HF_PUBLIC enum hf_error hf_shutdown(struct hf_host *host,
				    struct hf_handle connection);

/*
 * Releases a connection or a listener: the handle is no more, the connection
 * ends in its own time. With octets unread it is reset (SHLD-3), unless it
 * is in TIME_WAIT, where both ends have had their say; a listener
 * takes its half-open and unaccepted connections with it. HF_ERR_HANDLE.
 */
HF_PUBLIC enum hf_error hf_close(struct hf_host *host, struct hf_handle handle,
				 hf_time now);

/* ABORT: sends RST, throws away what is queued, and releases. HF_ERR_HANDLE */
HF_PUBLIC enum hf_error hf_abort(struct hf_host *host,
				 struct hf_handle connection, hf_time now);

/* What a sender knows of its losses. */
enum hf_recovery {
	HF_RECOVERY_OPEN = 0, /* of none */
	HF_RECOVERY_DISORDER, /* there are duplicate ACKs */
	HF_RECOVERY_CWR, /* the window was reduced for ECN: RFC 3168 */
	HF_RECOVERY_FAST, /* fast recovery */
	HF_RECOVERY_LOSS, /* a retransmission timeout */
};

/* What a connection has done, from when HF_OPTION_COUNT was set. */
struct hf_counts {
	uint64_t segments_out, segments_in;
	uint64_t data_segments_out, data_segments_in; /* those with text */
	uint64_t octets_sent, octets_retransmitted; /* of text */
	uint64_t octets_acked, octets_received; /* each once */
	hf_time last_sent, last_received; /* text; 0: none yet */
	hf_time last_acked; /* an ACK came; 0: none yet */
	uint32_t retransmissions; /* segments */
};

/* STATUS, RFC 9293 3.9.1.6. */
struct hf_status {
	enum hf_state state;
	enum hf_error error; /* why it ended; HF_OK */
	struct hf_addr local, remote;
	uint16_t local_port, remote_port;
	uint32_t send_queue; /* octets not acknowledged, sent or not */
	uint32_t send_room; /* octets that hf_send() takes */
	uint32_t receive_queue; /* octets to receive */
	uint32_t in_flight; /* octets sent and not acknowledged */
	uint32_t unsent; /* octets queued and never sent */
	bool has_urgent; /* urgent data is yet to be received */
	uint32_t urgent; /* octets to receive up to its end: MUST-33 */
	uint32_t send_window, receive_window; /* octets */
	uint32_t mss; /* effective send MSS: MUST-16 */
	uint32_t cwnd, ssthresh; /* octets */
	hf_time srtt, rttvar, rto;
	uint32_t retransmissions; /* of the oldest octet */
	uint32_t probes; /* keepalive probes unanswered */
	enum hf_recovery recovery;
	uint32_t lost,
		resent; /* octets in flight: taken for lost, sent again */
	uint32_t duplicates; /* duplicate ACKs in a row */
	uint32_t receive_mss; /* the longest segment that came */
	uint32_t advertised_mss; /* in our SYN: MUST-67 */
	uint32_t mtu; /* of the path, as far as known */
	hf_time min_rtt; /* counted with the rest; 0: unknown */
	uint32_t ts_offset; /* our timestamps are ticks plus this */
	uint8_t tos; /* of what is sent */
	uint8_t received_tos; /* of the last segment, if counted: MAY-9 */
	bool is_quick; /* acknowledges at once for now */
	uint8_t send_scale, receive_scale;
	bool timestamps, sack;
	bool ecn; /* agreed on: RFC 3168 */
	bool ecn_seen; /* the peer has sent what routers may mark */
	uint64_t user;
	struct hf_counts counts;
};

/* HF_ERR_HANDLE. Works on listeners too: state is HF_LISTEN. */
HF_PUBLIC enum hf_error hf_status(const struct hf_host *host,
				  struct hf_handle handle,
				  struct hf_status *status);

enum hf_option {
	HF_OPTION_USER, /* the value that events carry */
	HF_OPTION_NODELAY, /* 1: no Nagle algorithm (MUST-17) */
	HF_OPTION_KEEPALIVE, /* 1: on (MUST-24; off by default MUST-25) */
	HF_OPTION_KEEPALIVE_IDLE, /* seconds, 1-65535 (MUST-27) */
	HF_OPTION_KEEPALIVE_INTERVAL, /* seconds, 1-65535 */
	HF_OPTION_KEEPALIVE_PROBES, /* 1-255 */
	HF_OPTION_USER_TIMEOUT, /* milliseconds; 0: R2 decides (MUST-21) */
	HF_OPTION_TTL, /* 1-255 (MUST-49) */
	/* Diffserv field, 0-255, ECN bits 0 (MUST-48); set it once: SHLD-23 */
	HF_OPTION_TOS,
	HF_OPTION_SEND_BUFFER, /* octets */
	HF_OPTION_RECEIVE_BUFFER, /* octets; the window never shrinks */
	HF_OPTION_CORK, /* 1: hold back what does not fill a segment */
	HF_OPTION_MSS, /* most octets of a segment, 64-65535; 0: no limit */
	HF_OPTION_WINDOW_CLAMP, /* most octets of window offered; 0: no limit */
	HF_OPTION_FIN_WAIT_2, /* seconds, to 65535; 0: as configured */
	HF_OPTION_QUICK_ACK, /* 1: acknowledge without delay */
	HF_OPTION_KEEPALIVE_OCTET, /* 1: probes carry an octet (MAY-6) */
	HF_OPTION_OPEN_RETRIES, /* SYNs sent again, to 127; 0: as configured */
	HF_OPTION_FRAGMENT, /* 1: routers may fragment: no path MTU discovery */
	HF_OPTION_COUNT, /* 1: keep struct hf_counts */
	HF_OPTION_DEFER_ACCEPT, /* seconds, to 255, that a listener waits for
				   text after the handshake; 0: no time */
	HF_OPTIONS
};

/*
 * Changes or reads an option of a connection, or what a listener's future
 * connections begin with. Set between hf_open() and the next hf_output(), it
 * is there before the SYN.
 * HF_ERR_ARGUMENT: no such option, or value out of range. HF_ERR_HANDLE.
 * HF_ERR_NOT_CONNECTED: it has ended. HF_ERR_NO_MEMORY.
 */
HF_PUBLIC enum hf_error hf_set(struct hf_host *host,
			       struct hf_handle connection,
			       enum hf_option option, uint64_t value);
HF_PUBLIC enum hf_error hf_get(const struct hf_host *host,
			       struct hf_handle connection,
			       enum hf_option option, uint64_t *value);

/*
 * Checks every invariant of every object of the host, for tests: 0 if all
 * hold, else 10000 times the number of the source file that found one broken
 * (its CHECK_IN) plus the line.
 */
HF_PUBLIC int hf_host_check(const struct hf_host *host);

#endif
