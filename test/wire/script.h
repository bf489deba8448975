/* SPDX-License-Identifier: MIT */
/*
 * Scripts: one handfast host in virtual time and a peer that says what it is
 * told. A test reads like the trace of a wire, in the words of packetdrill:
 *
 *	passive(t, "mss 1460");
 *	in(t, "P. 1:11(10) ack 1");
 *	due_within(t, 0, 499, ". 1:1(0) ack 11");
 *	user_receive(t, 10);
 *
 * Sequence numbers are relative: of a segment in, to the peer's ISS; of its
 * acknowledgement, to handfast's; of a segment out, the other way round. A
 * number of a connection that handfast knows nothing of is as it stands.
 *
 * Every frame must be asked for by out() (or due...) at the moment it comes:
 * one that nobody expected makes the next out(), silence() or the end fail.
 * hf_host_check() is asserted after each step. Checksums, lengths, options
 * and the right edge of the window are checked in each frame that comes out,
 * by code of its own (packet.h, spec.c).
 *
 * Each test runs for IPv4 and IPv6, with and without header prediction; one
 * marked ROBUST also with each segment of the peer duplicated, and with each
 * split in two. In those variants pure acknowledgements come and go as they
 * like; all the rest must be the same.
 */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include "packet.h"

#define SCRIPT_FLOWS 24
#define SCRIPT_LOG 64

/* One connection, as the peer sees it. */
struct script_flow {
	struct hf_handle h;
	uint16_t local_port, peer_port;
	uint32_t iss, irs; /* handfast's, the peer's */
	bool iss_known;
	uint16_t win; /* what in() advertises if it says nothing, raw */
	uint16_t peer_mss;
	uint32_t peer_max; /* highest that the peer has sent, relative */
	bool peer_fin;
	bool hf_ts, peer_ts; /* the SYNs carried timestamps */
	bool hf_scaled, peer_scaled;
	uint8_t scale, peer_scale; /* of handfast's and the peer's windows */
	bool ts_seen, edge_known, is_synchronized;
	uint32_t ts_last; /* TSval last seen */
	uint32_t edge; /* right edge last promised, relative */
	uint32_t ts_clock; /* the peer's; 0: milliseconds of the script */
	uint64_t sent, received; /* by the user */
};

struct script {
	struct hf_config config; /* change before script_start() */
	uint32_t mtu; /* 0: such that both families have an MSS of 1460 */
	bool accept_any, no_address;
	bool sends_urgent; /* so that URG is to be expected */
	bool lax; /* noise: but lengths and checksums are looked at */
	/* the variant */
	bool v6, dup, split;

	void *block;
	size_t block_size;
	struct hf_host *host;
	uint32_t link;
	struct hf_addr local, peer;
	hf_time start, now;
	struct hf_handle listener;
	struct script_flow flow[SCRIPT_FLOWS];
	struct script_flow *f; /* the one that in() and out() speak of */

	struct packet *queue[1024];
	size_t queue_head, queue_len;
	struct packet last; /* what out() matched */
	unsigned chosen; /* which of the alternatives */
	struct hf_report in_report; /* of the last frame in */
	struct hf_event event[64]; /* not yet asked for */
	size_t events;
	struct hf_usage before;

	const void *about; /* of the test; see struct script_test */
	const char *file;
	int line;
	char log[SCRIPT_LOG][320];
	size_t logged;
};

#define MS(n) ((hf_time)(n)*HF_MILLISECOND)
#define SEC(n) ((hf_time)(n)*HF_SECOND)

#define MARK(t) script_mark(t, __FILE__, __LINE__)

/* ---- the wire (script.c) ---------------------------------------------- */

/* Makes the host by t->config. */
#define start(t) (MARK(t), script_start(t))
/* Injects "FLAGS SEQ:END(LEN) [ack N] [win N] [urg N] [<options>]". */
#define in(t, ...) (MARK(t), script_in(t, __VA_ARGS__))
/*
 * Takes the next frame, which must have come at this very moment and be as
 * said: "FLAGS [SEQ:END(LEN)] [ack N] [win N] [<options>]", or one of
 * several with " | " between. What is not said is not compared; a P that is
 * not said is free where there is text; options are compared as a set, a
 * list of SACK blocks as a list; "ts" is any timestamp. "[ect0]", "[ect1]" or
 * "[ce]" may stand before the flags, and is not there if it is not said.
 */
#define out(t, ...) (MARK(t), script_out(t, __VA_ARGS__))
/* The same if anything came at all; says whether it did. */
#define maybe_out(t, ...) (MARK(t), script_maybe(t, __VA_ARGS__))
/* The same of the last of what came; those before are pure acknowledgements. */
#define out_last(t, ...) (MARK(t), script_last(t, __VA_ARGS__))
/* Lets time pass until a frame comes, which must be within [lo, hi] ms. */
#define due_within(t, lo, hi, ...)                                             \
	(MARK(t), script_due(t, MS(lo), MS(hi), __VA_ARGS__))
/* The same at an exact time; timers may have a granularity of 1 ms. */
#define due(t, ms, ...)                                                        \
	(MARK(t), script_due(t, MS(ms), MS(ms) + MS(1), __VA_ARGS__))
/* Nothing to send just now. */
#define silence(t) (MARK(t), script_silence(t))
/* Time passes, and nothing may be sent in it. */
#define quiet(t, ms) (MARK(t), script_quiet(t, MS(ms)))
/* Time passes; what is sent in it must be thrown away by skip(). */
#define after(t, ms) (MARK(t), script_after(t, MS(ms)))
/* The same, to a time since script_start(). */
#define at(t, ms) (MARK(t), script_at(t, MS(ms)))
/* Throws away what was sent up to now; says how many frames it was. */
#define skip(t) (MARK(t), script_skip(t))
/* What became of the last frame in. */
#define dropped(t, why) (MARK(t), script_dropped(t, why))
/* The other of several connections of a script. */
#define flow(t, i) script_flow_use(t, i)
/* An ICMP message: IPv4's type and code, or IPv6's; it is t->last. */
#define out_icmp(t, t4, c4, t6, c6)                                            \
	(MARK(t), script_out_icmp(t, t4, c4, t6, c6))
#define require(t, cond)                                                       \
	(MARK(t), (cond) ? (void)0 : script_fail(t, "not so: %s", #cond))

void script_mark(struct script *t, const char *file, int line);
_Noreturn void script_fail(struct script *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void script_start(struct script *t);
void script_in(struct script *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void script_out(struct script *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool script_maybe(struct script *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void script_last(struct script *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void script_due(struct script *t, hf_time lo, hf_time hi, const char *format,
		...) __attribute__((format(printf, 4, 5)));
void script_silence(struct script *t);
void script_quiet(struct script *t, hf_time span);
void script_after(struct script *t, hf_time span);
void script_at(struct script *t, hf_time since_start);
size_t script_skip(struct script *t);
void script_dropped(struct script *t, enum hf_drop why);
void script_flow_use(struct script *t, int i);
void script_flow_reset(struct script *t);
void script_out_icmp(struct script *t, int t4, int c4, int t6, int c6);
void script_check(struct script *t);
/* Moves time on to `target`, gathering what comes out. */
void script_step_to(struct script *t, hf_time target);
void script_collect(struct script *t);
void script_log(struct script *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Frames made by hand: craft() builds what in() would, for the test to spoil.
 */
#define craft(t, buf, ...) (MARK(t), script_craft(t, buf, __VA_ARGS__))
#define raw_in(t, buf, len) (MARK(t), script_raw_in(t, buf, len))
uint32_t script_craft(struct script *t, uint8_t *buf, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void script_raw_in(struct script *t, const void *data, uint32_t len);
/* Several segments, ";" between, in one hf_input(). */
#define burst(t, ...) (MARK(t), script_burst(t, __VA_ARGS__))
void script_burst(struct script *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- segments in words (spec.c) --------------------------------------- */

struct script_spec {
	uint8_t flags;
	bool has_seq, has_ack, has_win, has_urg, has_opt;
	bool any_val, any_ecr;
	uint8_t ecn; /* of the IP header */
	uint32_t seq, len, ack, win, urg; /* seq and ack absolute */
	struct packet_options opt;
	uint8_t raw[40]; /* the options in the order written */
	uint32_t raw_len;
};

/* Parses words; `is_in` says whose numbers they are. Fails the test. */
void spec_parse(struct script *t, struct script_spec *s, const char *text,
		bool is_in);
/* NULL if the packet is as said, else what differs. */
const char *spec_match(struct script *t, const struct script_spec *s,
		       const struct packet *p);
void spec_print(struct script *t, const struct packet *p, bool is_in, char *to,
		size_t size);
/* What must hold of any frame of the current flow; learns from it. */
void spec_learn(struct script *t, const struct packet *p);
uint8_t octet_in(uint32_t index);
uint8_t octet_out(uint32_t index);

/* ---- the user (call.c) ------------------------------------------------ */

/* A connection made by a real handshake; options of the peer's SYN. */
#define passive(t, options) (MARK(t), script_passive(t, options))
#define active(t, options) (MARK(t), script_active(t, options))
#define user_listen(t) (MARK(t), script_listen(t))
#define user_accept(t) (MARK(t), script_accept(t))
#define user_open(t) (MARK(t), script_open(t))
#define user_send(t, n) (MARK(t), script_send(t, n))
/* SEND with flags HF_SEND_... */
#define user_send_as(t, n, flags) (MARK(t), script_send_as(t, n, flags))
#define user_send_error(t, e) (MARK(t), script_send_error(t, e))
#define user_receive(t, n) (MARK(t), script_receive(t, n))
#define user_receive_error(t, e) (MARK(t), script_receive_error(t, e))
#define user_eof(t) (MARK(t), script_eof(t))
#define user_shutdown(t) (MARK(t), script_shutdown(t))
#define user_close(t) (MARK(t), script_close(t))
#define user_abort(t) (MARK(t), script_abort(t))
#define user_set(t, option, v) (MARK(t), script_set(t, option, v))
#define ok(t, call) (MARK(t), script_expect(t, HF_OK, call))
#define error(t, e, call) (MARK(t), script_expect(t, e, call))
#define state(t, s) (MARK(t), script_state(t, s))
#define ended(t, e) (MARK(t), script_ended(t, e))
/* The flags have been announced for the current connection; once. */
#define event(t, flags) (MARK(t), script_event(t, (t)->f->h, flags))
#define event_of(t, h, flags) (MARK(t), script_event(t, h, flags))
#define no_event(t, flags) (MARK(t), script_no_event(t, (t)->f->h, flags))
#define used(t, pool, n) (MARK(t), script_used(t, pool, n))

void script_passive(struct script *t, const char *options);
void script_active(struct script *t, const char *options);
void script_listen(struct script *t);
void script_accept(struct script *t);
void script_open(struct script *t);
void script_send(struct script *t, size_t n);
void script_send_as(struct script *t, size_t n, unsigned flags);
void script_send_error(struct script *t, enum hf_error e);
void script_receive(struct script *t, size_t n);
void script_receive_error(struct script *t, enum hf_error e);
void script_eof(struct script *t);
void script_shutdown(struct script *t);
void script_close(struct script *t);
void script_abort(struct script *t);
void script_set(struct script *t, enum hf_option option, uint64_t value);
void script_expect(struct script *t, enum hf_error want, enum hf_error got);
void script_state(struct script *t, enum hf_state state);
void script_ended(struct script *t, enum hf_error error);
/* Takes the flags if all of them have come; returns the event's error. */
enum hf_error script_event(struct script *t, struct hf_handle h,
			   uint32_t flags);
void script_no_event(struct script *t, struct hf_handle h, uint32_t flags);
void script_events_clear(struct script *t);
void script_used(struct script *t, enum hf_pool pool, uint32_t n);
struct hf_status script_status(struct script *t);
struct hf_listen listen_options(struct script *t);
struct hf_open open_options(struct script *t);

/* Passive connections brought to a state; MARK() first. */
void to_fin_wait_2(struct script *t);
void to_time_wait(struct script *t);
void to_close_wait(struct script *t);

#define MSS 1460u

/* Takes n full segments from the one numbered `first` on (0 is at 1). */
void out_segments(struct script *t, unsigned first, unsigned n);
/* An ACK of everything before segment n. */
void ack_segments(struct script *t, unsigned n);

enum icmp_kind {
	UNREACHABLE_NET,
	UNREACHABLE_HOST,
	UNREACHABLE_PROTOCOL,
	UNREACHABLE_PORT,
	TOO_BIG, /* value: the MTU */
	SOURCE_QUENCH, /* IPv4 only */
	TIME_EXCEEDED,
	PARAMETER_PROBLEM,
};

/*
 * An ICMP error from a router about a segment that handfast sent, or could
 * have: sequence number relative to its ISS.
 */
#define icmp_in(t, kind, seq, value) (MARK(t), script_icmp(t, kind, seq, value))
void script_icmp(struct script *t, enum icmp_kind kind, uint32_t seq,
		 uint32_t value);

/* ---- running (run.c) -------------------------------------------------- */

#define ROBUST_TEST 1u
#define V4_TEST 2u /* IPv4 only */
#define V6_TEST 4u

struct script_test {
	const char *name;
	void (*run)(struct script *t);
	unsigned flags;
	const void *about; /* what one function for many tests wants to know */
};

#define SCRIPT(f)                                                              \
	{                                                                      \
#f, f, 0, NULL                                                 \
	}
#define ROBUST(f)                                                              \
	{                                                                      \
#f, f, ROBUST_TEST, NULL                                       \
	}
#define SCRIPT_V4(f)                                                           \
	{                                                                      \
#f, f, V4_TEST, NULL                                           \
	}
#define SCRIPT_V6(f)                                                           \
	{                                                                      \
#f, f, V6_TEST, NULL                                           \
	}

/* A block for one more host. */
void *block_new(size_t size);
void block_free(void *block, size_t size);
/* Throws the host away, so that another can be started. */
void script_stop(struct script *t);
/* Takes another profile as it is, but for limits and the secret. */
void script_profile(struct script *t, enum hf_profile profile);

/* Runs all variants of all; argv[1] may be a pattern of names. */
int script_main(const char *group, const struct script_test *tests, size_t n,
		int argc, char **argv);

#endif
