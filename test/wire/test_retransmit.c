/* SPDX-License-Identifier: MIT */
/* The retransmission timer and giving up: RFC 9293 3.8.1, 3.8.3; RFC 6298. */
#include "script.h"

static bool is_about(hf_time a, hf_time b)
{
	return a < b + MS(1) && b < a + MS(1);
}

/* ---- the timer: RFC 6298 ---------------------------------------------- */

/* MUST-19, (5.4)-(5.6), (2.5): the earliest segment, ever more seldom. */
static void backoff(struct script *t)
{
	t->config.r2 = SEC(600);
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	for (unsigned ms = 1000; ms <= 32000; ms *= 2) {
		due(t, ms, "P. 1:11(10) ack 1");
		require(t, t->last.report.why == HF_WHY_RTO);
		silence(t);
	}
	due(t, 60000, "P. 1:11(10) ack 1");
	due(t, 60000, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	quiet(t, 200000);
}

/* (2.2), (2.3): the first measurement is the handshake's. */
static void measured(struct script *t)
{
	struct hf_status s;

	t->config.rto_min = MS(1);
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	after(t, 100);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	s = script_status(t);
	require(t, is_about(s.srtt, MS(100)));
	require(t, is_about(s.rttvar, MS(50)));
	require(t, is_about(s.rto, MS(300)));
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	after(t, 200);
	in(t, ". 1:1(0) ack 11");
	s = script_status(t);
	require(t, is_about(s.rttvar, HF_MICROSECOND * 62500));
	require(t, is_about(s.srtt, HF_MICROSECOND * 112500));
	require(t, is_about(s.rto, HF_MICROSECOND * 362500));
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	due_within(t, 361, 364, "P. 11:21(10) ack 1");
	due_within(t, 722, 728, "P. 11:21(10) ack 1");
}

/* (2.4): at least rto_min, here one second. */
static void minimum(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	after(t, 10);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	require(t, script_status(t).rto == SEC(1));
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	due(t, 1000, "P. 1:11(10) ack 1");
}

/* (3), MUST-18: Karn: no sample from what was sent twice. */
static void karn(struct script *t)
{
	struct hf_status before, now;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	after(t, 200);
	in(t, ". 1:1(0) ack 11");
	before = script_status(t);
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	due(t, 1000, "P. 11:21(10) ack 1");
	after(t, 50);
	in(t, ". 1:1(0) ack 21");
	now = script_status(t);
	require(t, now.srtt == before.srtt && now.rttvar == before.rttvar);
}

/* (5.3): an ACK of something new starts the timer again. */
static void timer_restarts(struct script *t)
{
	unsigned rto;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 2 * MSS);
	MARK(t);
	out_segments(t, 0, 2);
	after(t, 500);
	ack_segments(t, 1);
	rto = (unsigned)(script_status(t).rto / HF_MILLISECOND);
	require(t, rto >= 1000);
	due(t, rto, ". 1461:2921(1460) ack 1");
}

/* A duplicate does not. */
static void timer_keeps_running(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 2 * MSS);
	MARK(t);
	out_segments(t, 0, 2);
	after(t, 500);
	in(t, ". 1:1(0) ack 1");
	due(t, 500, ". 1:1461(1460) ack 1");
}

/* (5.2): off when nothing is outstanding. */
static void timer_stops(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 3 * MSS);
	MARK(t);
	out_segments(t, 0, 3);
	ack_segments(t, 3);
	quiet(t, 300000);
	state(t, HF_ESTABLISHED);
}

/* (5.7): three seconds, if the SYN had to be sent again. */
static void after_lost_syn(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	after(t, 20);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	due(t, 3000, "P. 1:11(10) ack 1");
}

/* After a loss that was repaired, a new sample brings the RTO back. */
static void backoff_ends(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	due(t, 1000, "P. 1:11(10) ack 1");
	due(t, 2000, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	after(t, 10);
	in(t, ". 1:1(0) ack 21");
	user_send(t, 10);
	out(t, "P. 21:31(10) ack 1");
	due(t, 1000, "P. 21:31(10) ack 1");
}

/* ---- giving up: RFC 9293 3.8.3 ---------------------------------------- */

/* MUST-20 (b), SHLD-9, SHLD-10, MUST-47: R1 is three retransmissions. */
static void soft_error(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	due(t, 1000, "P. 1:11(10) ack 1");
	due(t, 2000, "P. 1:11(10) ack 1");
	no_event(t, HF_EVENT_SOFT_ERROR);
	due(t, 4000, "P. 1:11(10) ack 1");
	due(t, 8000, "P. 1:11(10) ack 1");
	event(t, HF_EVENT_SOFT_ERROR);
	require(t, script_status(t).retransmissions == 4);
	in(t, ". 1:1(0) ack 11");
	state(t, HF_ESTABLISHED);
	require(t, script_status(t).retransmissions == 0);
	quiet(t, 100000);
}

/*
 * SHLD-20: who never looks at reports is not disturbed by them: what comes
 * is one event, and the connection goes its way.
 */
static void soft_error_ignored(struct script *t)
{
	struct hf_event e;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	for (int i = 0; i < 5; i++)
		icmp_in(t, UNREACHABLE_HOST, 1, 0);
	after(t, 40000);
	skip(t);
	in(t, "P. 1:11(10) ack 11");
	user_receive(t, 10);
	require(t, hf_event(t->host, &e) && !hf_event(t->host, &e));
	require(t, !(e.flags & HF_EVENT_CLOSED));
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 11");
	in(t, ". 11:11(0) ack 21");
	state(t, HF_ESTABLISHED);
}

/* MUST-20 (c), SHLD-11: not before R2, here 100 s; then it is closed. */
static void gives_up(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	after(t, 99000);
	state(t, HF_ESTABLISHED);
	no_event(t, HF_EVENT_CLOSED);
	after(t, 70000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
	user_send_error(t, HF_ERR_TIMED_OUT);
	quiet(t, 200000);
}

/* MUST-21; RFC 9293 3.10.8, USER TIMEOUT. */
static void user_timeout(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_USER_TIMEOUT, 5000);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	after(t, 4900);
	skip(t);
	state(t, HF_ESTABLISHED);
	after(t, 3200);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/* Longer than R2: it is the user's that counts. */
static void long_user_timeout(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_USER_TIMEOUT, 400000);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	after(t, 390000);
	skip(t);
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 11");
	quiet(t, 100000);
	state(t, HF_ESTABLISHED);
}

/* It is the age of what waits that counts, not of the connection. */
static void user_timeout_is_per_octet(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_USER_TIMEOUT, 5000);
	for (uint32_t i = 0; i < 10; i++) {
		user_send(t, 10);
		out(t, "P. %u:%u(10) ack 1", 1 + 10 * i, 11 + 10 * i);
		after(t, 900);
		in(t, ". 1:1(0) ack %u", 11 + 10 * i);
	}
	quiet(t, 100000);
	state(t, HF_ESTABLISHED);
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(backoff),
	SCRIPT(measured),
	ROBUST(minimum),
	ROBUST(karn),
	SCRIPT(timer_restarts),
	ROBUST(timer_keeps_running),
	ROBUST(timer_stops),
	ROBUST(after_lost_syn),
	ROBUST(backoff_ends),
	ROBUST(soft_error),
	SCRIPT(soft_error_ignored),
	ROBUST(gives_up),
	ROBUST(user_timeout),
	ROBUST(long_user_timeout),
	ROBUST(user_timeout_is_per_octet),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("retransmit", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
