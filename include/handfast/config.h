/* SPDX-License-Identifier: MIT */
/* What a host is configured with: profiles, limits, times, and choices. */
#ifndef HANDFAST_CONFIG_H
#define HANDFAST_CONFIG_H

#include <handfast/types.h>

struct hf_host;

/*
 * Where the RFCs leave freedom, or Linux differs: HF_PROFILE_RFC does every
 * SHOULD as written, HF_PROFILE_LINUX what the Linux kernel is observed to
 * do. doc/profiles.md has the table.
 */
enum hf_profile {
	HF_PROFILE_LINUX = 0,
	HF_PROFILE_RFC,
};

/*
 * Limits, times and the secret of a host. hf_config_default() fills it;
 * every member may then be changed. Times are in nanoseconds. A limit costs
 * nothing until it is used, except where said.
 */
struct hf_config {
	size_t size; /* of this struct: set by hf_config_default() */
	enum hf_profile profile;
	uint8_t secret[32]; /* random; all keys derive from it */

	uint32_t links; /* most links, loopback counted; costs 128 each */
	uint32_t addresses; /* most addresses in use, own or intercepted */
	uint32_t routes; /* most routes; costs 64 each */
	uint32_t replies; /* queued resets, echoes, ARP, ND, ... */
	uint32_t neighbours; /* of all links: RFC 4861 5.1, ARP entries too */
	uint32_t learned; /* routers and prefixes of router advertisements */
	uint32_t datagrams; /* in reassembly, 0-1024; 0: no fragments */
	uint32_t held; /* octets of fragments and of queued echoes */
	uint32_t source_routes; /* remembered: MUST-53; 0: refuse them */
	uint32_t listeners;
	uint32_t connections; /* whole connections, listeners not counted */
	uint32_t half_open; /* all listeners together */
	uint32_t time_wait; /* past it a connection waits as a whole one */

	uint32_t send_buffer; /* default octets of each send queue */
	uint32_t receive_buffer; /* default octets of each receive queue */

	hf_time quiet_time; /* no segment for so long: RFC 9293 3.4.3; 0: off */
	hf_time msl; /* RFC 9293 3.4.2; TIME_WAIT is twice this */
	hf_time fin_wait_2; /* after release only; HF_NEVER: wait for ever */
	hf_time rto_min; /* RFC 6298 (2.4) */
	hf_time rto_max; /* RFC 6298 (2.5) */
	hf_time rto_initial; /* RFC 6298 (2.1) */
	hf_time delayed_ack; /* RFC 9293 3.8.6.3: less than 0.5 s */
	hf_time r2; /* give up an established connection; SHLD-11 */
	hf_time r2_syn; /* give up opening; MUST-23 */
	uint32_t r1; /* retransmissions before a soft error; SHLD-10 */
	uint32_t retries; /* R2 as what so many would take that begin with
			     `rto_min`, from the first on; 0: `r2` alone */
	uint32_t syn_retries; /* of an active open, to 127; 0: `r2_syn` */
	uint32_t syn_linear_timeouts; /* without back-off, to 127 more */
	uint32_t syn_ack_retries; /* of a half-open connection */
	hf_time ts_tick; /* of our timestamps, 1 ms to 1 s: RFC 7323 5.4 */
	hf_time keepalive_idle; /* MUST-28: not under two hours by default */
	hf_time keepalive_interval;
	uint32_t keepalive_probes; /* unanswered ones that end it; MUST-29 */
	uint32_t initial_window; /* segments; 0: RFC 5681 3.1; RFC 6928 */
	uint8_t slow_start_limit; /* segments that an ACK may count for */
	uint8_t quick_acks; /* first segments acknowledged at once, at most */

	hf_time reassembly; /* give up a datagram: RFC 1122 3.3.2, RFC 8200 */
	hf_time neighbour_reachable; /* RFC 4861 BASE_REACHABLE_TIME */
	hf_time neighbour_retrans; /* RFC 4861 RETRANS_TIMER */
	hf_time neighbour_stale; /* unused for so long: forgotten */
	uint8_t arp_probes; /* RFC 5227 PROBE_NUM, to 16; 0: do not probe */
	uint8_t dad_transmits; /* RFC 4862 5.1, to 16; 0: do not probe */
	bool optimistic; /* use addresses while they are probed: RFC 4429 */
	uint8_t unserved; /* enum hf_unserved */

	uint32_t icmp_per_second; /* ICMP messages sent; RFC 1812 4.3.2.8 */
	uint32_t reset_per_second; /* resets for unknown connections */
	uint32_t challenge_per_second; /* RFC 5961 10 */

	uint16_t port_low, port_high; /* ephemeral ports; RFC 6056 */
	uint8_t ttl; /* MUST-49 */
	uint8_t window_scale; /* offered, 0-14; RFC 7323 2.3 */
	bool no_window_scale, no_timestamps, no_sack; /* do not offer */
	bool strict_timestamps; /* drop what lacks one: RFC 7323 3.2 */
	/* what Linux is observed to do beside the letter of the RFCs */
	hf_time challenge_interval; /* RFC 5961 7: least, of a connection */
	uint32_t reopen_step; /* ISS past TIME_WAIT's; 0: by the clock */
	bool nagle_for_small; /* a small segment waits for a small one only */
	bool reply_delays_acks; /* text sent after text: no quick ACKs */
	bool rto_min_is_variance; /* RTO: SRTT and at least `rto_min` */
	bool whole_first_window; /* the SYN's is a multiple of the MSS */
	bool updates_when_doubled; /* no window update before that */
	bool bare_probes; /* an old sequence number probes the window */
	bool resend_past_edge; /* though the window shrank: MAY-7 */
	bool acks_syn_ack; /* one that completes a simultaneous open */
	bool abort_on_overflow; /* reset what the completed queue is full for */
	bool no_dsack; /* do not report duplicates: RFC 2883 */
	/* to replay what was captured, and for nothing else: RFC 6528 */
	bool fixed_numbers; /* the next two instead of keyed hashes */
	uint32_t fixed_iss, fixed_ts; /* each ISS; timestamps at time 0 */
	bool no_header_prediction; /* every segment takes the slow path */
	uint8_t ecn; /* enum hf_ecn */
	uint8_t syn_cookies; /* enum hf_syn_cookies */
	uint8_t time_wait_reuse; /* enum hf_reuse */
	bool rfc1337; /* no reset ends TIME_WAIT */
};

/* Explicit Congestion Notification: RFC 3168. */
enum hf_ecn {
	HF_ECN_OFF,
	HF_ECN_ASK, /* who opens asks for it, who is asked agrees */
	HF_ECN_ANSWER, /* who is asked agrees */
};

/*
 * Whether an active OPEN may use a pair in TIME_WAIT, a second after it began
 * and if both ends had timestamps: RFC 6191 with the roles changed. Another
 * port is preferred where it may be chosen.
 */
enum hf_reuse {
	HF_REUSE_OFF,
	HF_REUSE_ON,
	HF_REUSE_LOOPBACK, /* where an address is 127.0.0.0/8 or ::1 */
};

/*
 * When a SYN is answered without being remembered: RFC 4987 3.6. A listener
 * that asks about each SYN never does so.
 */
enum hf_syn_cookies {
	HF_COOKIES_OFF,
	HF_COOKIES_PRESSURE, /* when there is no room for one more */
	HF_COOKIES_ALWAYS,
};

/*
 * What is said of datagrams for protocols that the host does not speak: they
 * are HF_DROP_NOT_OURS, and the caller may have a use for them.
 */
enum hf_unserved {
	HF_UNSERVED_PORT, /* UDP: port unreachable; others: protocol */
	HF_UNSERVED_PROTOCOL, /* all: protocol unreachable: RFC 1122 3.2.2.1 */
	HF_UNSERVED_SILENCE, /* nothing: the caller speaks them */
};

/* Fills `config` for `profile`; the secret is left all zero. */
HF_PUBLIC void hf_config_default(struct hf_config *config,
				 enum hf_profile profile);

/*
 * What a host was configured with, and another configuration from now on.
 * Members that limit a number of objects, and the secret, stay as they were
 * when the host was made. HF_ERR_ARGUMENT: one of these differs, or a member
 * has no meaning; nothing is changed then.
 */
HF_PUBLIC void hf_config_get(const struct hf_host *host,
			     struct hf_config *config);
HF_PUBLIC enum hf_error hf_config_set(struct hf_host *host,
				      const struct hf_config *config);

#endif
