/* SPDX-License-Identifier: MIT */
/* What a program asks for: flags of SEND, FLUSH, options, configuration. */
#include "script.h"
#include <string.h>

/* ---- SEND and FLUSH: RFC 9293 3.9.1.2, 3.9.1.7 ------------------------ */

/* MAY-15: PSH where the SEND ended, though more is queued behind it. */
static void push_marks_its_end(struct script *t)
{
	t->config.initial_window = 1;
	start(t);
	passive(t, "mss 1460");
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	user_send_as(t, 1000, HF_SEND_PUSH);
	user_send(t, 3000);
	silence(t);
	in(t, ". 1:1(0) ack 1461");
	out(t, "P. 1461:2921(1460) ack 1");
	out(t, ". 2921:4381(1460) ack 1");
	require(t, !(t->last.flags & 0x08));
	in(t, ". 1:1(0) ack 4381");
	out(t, "P. 4381:5461(1080) ack 1");
}

/* SHLD-27: of several pushes in one segment there is one PSH. */
static void pushes_collapse(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	for (int i = 0; i < 5; i++)
		user_send_as(t, 10, HF_SEND_PUSH);
	in(t, ". 1:1(0) ack 1 win 5000");
	out(t, "P. 1:51(50) ack 1");
	silence(t);
}

/* MAY-16: a part of a segment waits for the rest of it, and only a part. */
static void more_is_waited_for(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send_as(t, 1000, HF_SEND_MORE);
	silence(t);
	user_send_as(t, 1000, HF_SEND_MORE);
	out(t, ". 1:1461(1460) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 1461");
	silence(t);
	user_send(t, 1);
	out(t, "P. 1461:2002(541) ack 1");
	in(t, ". 1:1(0) ack 2002");
	user_send_as(t, 10, HF_SEND_MORE);
	silence(t);
	user_shutdown(t);
	out(t, "FP. 2002:2012(10) ack 1");
}

/* MUST-60: not for ever: the override timeout of 3.8.6.2.1. */
static void more_does_not_wait_for_ever(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send_as(t, 1000, HF_SEND_MORE);
	due_within(t, 100, 1100, ". 1:1001(1000) ack 1");
	require(t, t->last.report.why == HF_WHY_OVERRIDE);
	in(t, ". 1:1(0) ack 1001");
	silence(t);
}

static void cork(struct script *t)
{
	uint64_t on = 0;

	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_CORK, 1);
	ok(t, hf_get(t->host, t->f->h, HF_OPTION_CORK, &on));
	require(t, on == 1);
	user_send(t, 10);
	user_send(t, 10);
	silence(t);
	user_send(t, 1441);
	out(t, ". 1:1461(1460) ack 1");
	in(t, ". 1:1(0) ack 1461");
	silence(t);
	user_set(t, HF_OPTION_CORK, 0);
	out(t, "P. 1461:1462(1) ack 1");
	in(t, ". 1:1(0) ack 1462");
	quiet(t, 5000);
}

/* MAY-14: what is right of the window and was never sent is gone. */
static void flush(struct script *t)
{
	size_t n = 0;

	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 2000");
	user_send(t, 10000);
	out(t, ". 1:1461(1460) ack 1");
	silence(t);
	ok(t, hf_flush(t->host, t->f->h, &n));
	require(t, n == 8000);
	require(t, script_status(t).send_queue == 2000);
	ok(t, hf_flush(t->host, t->f->h, &n));
	require(t, n == 0);
	in(t, ". 1:1(0) ack 1461 win 2000");
	out(t, "P. 1461:2001(540) ack 1");
	in(t, ". 1:1(0) ack 2001 win 9000");
	t->f->sent = 2000;
	user_send(t, 100);
	out(t, "P. 2001:2101(100) ack 1");
	user_shutdown(t);
	error(t, HF_ERR_CLOSING, hf_flush(t->host, t->f->h, &n));
	out(t, "F. 2101:2101(0) ack 1");
}

/* A program that waits for room hears of it; urgency ends where text does. */
static void flush_makes_room(struct script *t)
{
	size_t n = 0;

	t->config.send_buffer = 4000;
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send_as(t, 4000, HF_SEND_URGENT | HF_SEND_PUSH);
	user_send_error(t, HF_ERR_WOULD_BLOCK);
	ok(t, hf_flush(t->host, t->f->h, &n));
	require(t, n == 4000);
	event(t, HF_EVENT_WRITABLE);
	t->f->sent = 0;
	in(t, ". 1:1(0) ack 1 win 5000");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	require(t, !(t->last.flags & 0x20));
}

static void wrong_flags(struct script *t)
{
	size_t n;

	start(t);
	passive(t, "mss 1460");
	error(t, HF_ERR_ARGUMENT, hf_send_as(t->host, t->f->h, "x", 1, 8, &n));
	error(t, HF_ERR_ARGUMENT,
	      hf_send_as(t->host, t->f->h, "x", 0, HF_SEND_PUSH, &n));
}

/* ---- options ---------------------------------------------------------- */

/* What connections begin with can be said to their listener. */
static void listener_is_inherited(struct script *t)
{
	static const struct {
		enum hf_option option;
		uint64_t value;
	} set[] = {
		{ HF_OPTION_NODELAY, 1 },
		{ HF_OPTION_KEEPALIVE, 1 },
		{ HF_OPTION_KEEPALIVE_IDLE, 11 },
		{ HF_OPTION_KEEPALIVE_INTERVAL, 12 },
		{ HF_OPTION_KEEPALIVE_PROBES, 13 },
		{ HF_OPTION_USER_TIMEOUT, 140000 },
		{ HF_OPTION_TTL, 15 },
		{ HF_OPTION_TOS, 16 },
		{ HF_OPTION_SEND_BUFFER, 17000 },
		{ HF_OPTION_RECEIVE_BUFFER, 18000 },
		{ HF_OPTION_CORK, 1 },
		{ HF_OPTION_MSS, 1000 },
		{ HF_OPTION_WINDOW_CLAMP, 12000 },
		{ HF_OPTION_FIN_WAIT_2, 21 },
		{ HF_OPTION_QUICK_ACK, 1 },
		{ HF_OPTION_KEEPALIVE_OCTET, 1 },
		{ HF_OPTION_OPEN_RETRIES, 24 },
		{ HF_OPTION_FRAGMENT, 1 },
		{ HF_OPTION_COUNT, 1 },
	};
	uint64_t value;

	start(t);
	user_listen(t);
	for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
		ok(t,
		   hf_set(t->host, t->listener, set[i].option, set[i].value));
		ok(t, hf_get(t->host, t->listener, set[i].option, &value));
		require(t, value == set[i].value);
	}
	t->config.ttl = 15; /* what out() wants to see */
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 win 12000 <mss 1000>");
	require(t, t->last.ttl == 15 && t->last.tos == 16);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
		ok(t, hf_get(t->host, t->f->h, set[i].option, &value));
		require(t, value == set[i].value);
	}
	require(t, script_status(t).mss == 1000);
}

static void out_of_range(struct script *t)
{
	start(t);
	user_listen(t);
	error(t, HF_ERR_ARGUMENT,
	      hf_set(t->host, t->listener, HF_OPTION_MSS, 63));
	error(t, HF_ERR_ARGUMENT,
	      hf_set(t->host, t->listener, HF_OPTION_TOS, 1));
	error(t, HF_ERR_ARGUMENT,
	      hf_set(t->host, t->listener, HF_OPTION_TTL, 0));
	error(t, HF_ERR_ARGUMENT, hf_set(t->host, t->listener, HF_OPTIONS, 0));
	ok(t, hf_set(t->host, t->listener, HF_OPTION_MSS, 0));
}

/* The SYN that has not been written yet has it. */
static void smaller_segments(struct script *t)
{
	start(t);
	user_open(t);
	user_set(t, HF_OPTION_MSS, 500);
	out(t, "S 0:0(0)");
	require(t, t->last.opt.mss == 500);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	user_send(t, 600);
	out(t, ". 1:501(500) ack 1");
}

static void window_is_clamped(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_WINDOW_CLAMP, 5000);
	for (uint32_t seq = 1; seq < 1 + 70 * 1000; seq += 1000) {
		in(t, ". %u:%u(1000) ack 1", seq, seq + 1000);
		user_receive(t, 1000);
		after(t, 499);
		skip(t);
	}
	in(t, ". 70001:71001(1000) ack 1");
	user_receive(t, 1000);
	after(t, 499);
	out_last(t, ". 1:1(0) ack 71001 win 5000 | "
		    ". 1:1(0) ack 71001 win 4000");
}

/* SHLD-18 can be done without, if a program says so. */
static void acknowledges_at_once(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:11(10) ack 1");
	silence(t);
	user_set(t, HF_OPTION_QUICK_ACK, 1);
	out(t, ". 1:1(0) ack 11");
	for (uint32_t seq = 11; seq < 511; seq += 10) {
		in(t, ". %u:%u(10) ack 1", seq, seq + 10);
		out(t, ". 1:1(0) ack %u", seq + 10);
	}
	user_set(t, HF_OPTION_QUICK_ACK, 0);
	in(t, ". 511:521(10) ack 1");
	silence(t);
	after(t, 499);
	skip(t);
	user_receive(t, 520);
}

/* MAY-6: one octet that has been acknowledged already. */
static void keepalive_with_an_octet(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_KEEPALIVE_OCTET, 1);
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 100);
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	t->lax = true; /* the octet is garbage */
	due(t, 100000, ". 0:1(1) ack 1");
	require(t, t->last.report.why == HF_WHY_KEEPALIVE);
	t->lax = false;
	in(t, ". 1:1(0) ack 1");
	require(t, script_status(t).in_flight == 0);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
}

static void fin_wait_2_of_its_own(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_FIN_WAIT_2, 5);
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	used(t, HF_POOL_CONNECTION, 1);
	quiet(t, 4999);
	used(t, HF_POOL_CONNECTION, 1);
	quiet(t, 2);
	used(t, HF_POOL_CONNECTION, 0);
}

/* ---- how often, instead of how long ----------------------------------- */

/* R2 for SYN as a count: MUST-21, MUST-22. */
static void syn_retries(struct script *t)
{
	t->config.syn_retries = 2;
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	due(t, 2000, "S 0:0(0)");
	quiet(t, 3999);
	state(t, HF_SYN_SENT);
	quiet(t, 2);
	ended(t, HF_ERR_TIMED_OUT);
}

static void syn_retries_of_its_own(struct script *t)
{
	t->config.syn_retries = 2;
	start(t);
	user_open(t);
	user_set(t, HF_OPTION_OPEN_RETRIES, 1);
	out(t, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	quiet(t, 2001);
	ended(t, HF_ERR_TIMED_OUT);
}

/* Linux's first timeouts of a SYN are not followed by a doubling. */
static void syn_linear_timeouts(struct script *t)
{
	t->config.syn_retries = 2;
	t->config.syn_linear_timeouts = 2;
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	due(t, 2000, "S 0:0(0)");
	quiet(t, 4001);
	ended(t, HF_ERR_TIMED_OUT);
}

static void retries(struct script *t)
{
	t->config.retries = 2;
	t->config.rto_min = SEC(1);
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	due(t, 1000, "P. 1:11(10) ack 1");
	due(t, 2000, "P. 1:11(10) ack 1");
	due(t, 4000, "P. 1:11(10) ack 1"); /* 6 s of 7 since the first */
	quiet(t, 7999);
	state(t, HF_ESTABLISHED);
	quiet(t, 2);
	ended(t, HF_ERR_TIMED_OUT);
}

/* ---- a listener's queue ------------------------------------------------ */

static void complete(struct script *t, int which)
{
	script_flow_use(t, which);
	script_in(t, "S 0:0(0) <mss 1460>");
	script_out(t, "S. 0:0(0) ack 1");
}

/* What is complete when the queue is full is reset, if that is asked for. */
static void overflow_resets(struct script *t)
{
	struct hf_listen options;

	t->config.abort_on_overflow = true;
	start(t);
	options = listen_options(t);
	options.completed = 1;
	ok(t, hf_listen(t->host, &options, &t->listener));
	MARK(t);
	complete(t, 0);
	complete(t, 1);
	flow(t, 0);
	in(t, ". 1:1(0) ack 1");
	silence(t);
	flow(t, 1);
	in(t, ". 1:1(0) ack 1");
	out(t, "R 1:1(0)");
	dropped(t, HF_DROP_BACKLOG);
	used(t, HF_POOL_HALF_OPEN, 0);
	flow(t, 0);
	user_accept(t);
	state(t, HF_ESTABLISHED);
}

/* HF_OPTION_DEFER_ACCEPT: a bare ACK does not complete the handshake. */
static void text_is_waited_for(struct script *t)
{
	start(t);
	user_listen(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_DEFER_ACCEPT, 7));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, 100);
	in(t, ". 1:1(0) ack 1");
	dropped(t, HF_DROP_DEFERRED);
	quiet(t, 6890); /* 1, 2 and 4 seconds since the SYN-ACK */
	error(t, HF_ERR_WOULD_BLOCK, hf_accept(t->host, t->listener, &t->f->h));
	due(t, 10, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	state(t, HF_ESTABLISHED);
}

/* Text completes it at once. */
static void text_is_enough(struct script *t)
{
	start(t);
	user_listen(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_DEFER_ACCEPT, 7));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	silence(t);
	in(t, "P. 1:11(10) ack 1");
	user_accept(t);
	user_receive(t, 10);
	after(t, 499);
	out_last(t, ". 1:1(0) ack 11");
}

/* ---- another configuration -------------------------------------------- */

static void configured_anew(struct script *t)
{
	struct hf_config config;

	start(t);
	passive(t, "mss 1460");
	hf_config_get(t->host, &config);
	config.delayed_ack = MS(100);
	config.quick_acks = 0;
	ok(t, hf_config_set(t->host, &config));
	in(t, ". 1:11(10) ack 1");
	due(t, 100, ". 1:1(0) ack 11");
	user_receive(t, 10);
	config.connections++;
	error(t, HF_ERR_ARGUMENT, hf_config_set(t->host, &config));
	config.connections--;
	config.secret[5] ^= 1;
	error(t, HF_ERR_ARGUMENT, hf_config_set(t->host, &config));
	config.secret[5] ^= 1;
	config.delayed_ack = MS(500); /* MUST-40 */
	error(t, HF_ERR_ARGUMENT, hf_config_set(t->host, &config));
	hf_config_get(t->host, &config);
	require(t, config.delayed_ack == MS(100));
}

/* A replay has the numbers of what was captured, and its timestamp clock. */
static void fixed_numbers(struct script *t)
{
	t->config.fixed_numbers = true;
	t->config.fixed_iss = 589530732;
	t->config.fixed_ts = 383644;
	t->config.ts_tick = MS(4);
	start(t);
	at(t, 4000000);
	user_open(t);
	out(t, "S 0:0(0)");
	require(t, t->last.seq == 589530732);
	require(t, t->last.opt.ts_val == 383644 + (uint32_t)(t->now / MS(4)));
}

/* RFC 7323 4.1: what an echo says of the round trip, in ticks of our clock. */
static void round_trip_in_ticks(struct script *t)
{
	hf_time srtt;

	t->config.ts_tick = MS(10);
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	after(t, 500);
	in(t, "S. 0:0(0) ack 1 <mss 1460,ts>");
	out(t, ". 1:1(0) ack 1");
	srtt = script_status(t).srtt;
	require(t, srtt >= MS(490) && srtt <= MS(1510));
}

/* ---- counts ----------------------------------------------------------- */

/* MAY-9: the Diffserv field that came is told, too. */
static void counted(struct script *t)
{
	struct hf_counts counts;

	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_COUNT, 1);
	user_send(t, 2000);
	out(t, ". 1:1461(1460) ack 1");
	in(t, ". 1:101(100) ack 1461");
	out(t, "P. 1461:2001(540) ack 101");
	due_within(t, 100, 1100, "P. 1461:2001(540) ack 101");
	in(t, ". 101:101(0) ack 2001");
	user_receive(t, 100);
	in(t, ". 51:111(60) ack 2001");
	user_receive(t, 10);
	counts = script_status(t).counts;
	require(t, counts.segments_out == 3 && counts.segments_in == 3);
	require(t, counts.data_segments_out == 3);
	require(t, counts.data_segments_in == 2);
	require(t, counts.octets_sent == 2540);
	require(t, counts.octets_retransmitted == 540);
	require(t, counts.retransmissions == 1);
	require(t, counts.octets_acked == 2000);
	require(t, counts.octets_received == 110);
	require(t, counts.last_acked == t->now);
	require(t, counts.last_received == t->now);
	after(t, 499);
	skip(t);
	user_set(t, HF_OPTION_COUNT, 0);
	require(t, script_status(t).counts.segments_in == 0);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(push_marks_its_end),
	SCRIPT(pushes_collapse),
	SCRIPT(more_is_waited_for),
	SCRIPT(more_does_not_wait_for_ever),
	SCRIPT(cork),
	SCRIPT(flush),
	SCRIPT(flush_makes_room),
	SCRIPT(wrong_flags),
	SCRIPT(listener_is_inherited),
	SCRIPT(out_of_range),
	SCRIPT(smaller_segments),
	SCRIPT(window_is_clamped),
	SCRIPT(acknowledges_at_once),
	SCRIPT(keepalive_with_an_octet),
	SCRIPT(fin_wait_2_of_its_own),
	SCRIPT(syn_retries),
	SCRIPT(syn_retries_of_its_own),
	SCRIPT(syn_linear_timeouts),
	SCRIPT(retries),
	SCRIPT(overflow_resets),
	SCRIPT(text_is_waited_for),
	SCRIPT(text_is_enough),
	SCRIPT(configured_anew),
	SCRIPT(fixed_numbers),
	SCRIPT(round_trip_in_ticks),
	SCRIPT(counted),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("wishes", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
