/* SPDX-License-Identifier: MIT */
/* What a program asks for, where it meets limits, closed windows and time. */
#include "script.h"

/* ---- counts ------------------------------------------------------------ */

/* Of text: FIN has a number too, and is none. */
static void fin_is_not_counted(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_COUNT, 1);
	user_send(t, 10);
	user_shutdown(t);
	out(t, "P. 1:11(10) ack 1 | FP. 1:11(10) ack 1");
	maybe_out(t, "F. 11:11(0) ack 1");
	in(t, ". 1:1(0) ack 12");
	state(t, HF_FIN_WAIT_2);
	require(t, script_status(t).counts.octets_acked == 10);
}

/* ---- windows ----------------------------------------------------------- */

/* MUST-39 is about crumbs of what may be offered, not of a segment. */
static void clamp_below_a_segment(struct script *t)
{
	start(t);
	user_listen(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_WINDOW_CLAMP, 500));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 win 500");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	in(t, ". 1:501(500) ack 1");
	after(t, 499);
	out_last(t, ". 1:1(0) ack 501 win 500");
	user_receive(t, 500);
	in(t, ". 501:1001(500) ack 1");
	user_receive(t, 500);
	after(t, 499);
	out_last(t, ". 1:1(0) ack 1001 win 500");
}

/* MUST-60: the clock starts with what is held back, not with the last of it. */
static void more_and_more_does_not_wait(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send_as(t, 10, HF_SEND_MORE);
	for (int i = 0; i < 3; i++) {
		quiet(t, 300);
		user_send_as(t, 10, HF_SEND_MORE);
	}
	due_within(t, 50, 200, ". 1:41(40) ack 1");
	in(t, ". 1:1(0) ack 41");
	silence(t);
}

/* Nor does a peer that has much to say wind it back. */
static void more_does_not_wait_for_silence(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send_as(t, 10, HF_SEND_MORE);
	for (uint32_t i = 1; i < 4; i++) {
		after(t, 300);
		skip(t);
		in(t, ". %u:%u(1) ack 1", i, i + 1);
	}
	due_within(t, 50, 200, ". 1:11(10) ack 4");
	in(t, ". 4:4(0) ack 11");
	silence(t);
}

/* What was held back goes as soon as it fills a segment. */
static void more_fills_a_segment(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send_as(t, 10, HF_SEND_MORE);
	quiet(t, 500);
	user_send_as(t, 1450, HF_SEND_MORE);
	out(t, ". 1:1461(1460) ack 1");
	due_within(t, 1000, 1001, ". 1:1461(1460) ack 1");
	in(t, ". 1:1(0) ack 1461");
	quiet(t, 5000);
}

/* MUST-20: a peer that says nothing at all has R2, window or not. */
static void retries_of_probes(struct script *t)
{
	t->config.retries = 2;
	t->config.rto_min = SEC(1);
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 10);
	due(t, 1000, "P. 1:2(1) ack 1 | . 1:2(1) ack 1");
	after(t, 100000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/* MUST-37: and one that answers is waited for. */
static void retries_of_answered_probes(struct script *t)
{
	t->config.retries = 2;
	t->config.rto_min = SEC(1);
	t->config.rto_max = SEC(4);
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 10);
	for (int i = 0; i < 20; i++) {
		due_within(t, 900, 4100, "P. 1:2(1) ack 1 | . 1:2(1) ack 1");
		in(t, ". 1:1(0) ack 1 win 0");
	}
	state(t, HF_ESTABLISHED);
}

/* ---- patience ---------------------------------------------------------- */

/* What is configured anew does not undo a limit that runs. */
static void other_patience(struct script *t)
{
	struct hf_config config;

	t->config.r2 = SEC(100);
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	hf_config_get(t->host, &config);
	config.r2 = SEC(100000);
	ok(t, hf_config_set(t->host, &config));
	after(t, 64000);
	skip(t);
	user_set(t, HF_OPTION_NODELAY, 1);
	user_set(t, HF_OPTION_USER_TIMEOUT, 70000);
	after(t, 40000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/* ---- side records ------------------------------------------------------ */

/* RFC 5961 7: it is remembered for as long as it says something. */
static void challenge_is_forgotten(struct script *t)
{
	t->config.challenge_interval = MS(500);
	start(t);
	passive(t, "mss 1460");
	in(t, ". 0:0(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	script_used(t, HF_POOL_SIDE, 1);
	in(t, ". 0:0(0) ack 1");
	silence(t);
	quiet(t, 600);
	script_used(t, HF_POOL_SIDE, 0);
	in(t, ". 0:0(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	quiet(t, 600);
	script_used(t, HF_POOL_SIDE, 0);
}

/* ---- urgent data ------------------------------------------------------- */

/* What follows the peer's FIN is no octet, urgent or not. */
static void urgent_past_the_end(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "FP.U 1:11(10) ack 1 urg 500");
	out(t, ". 1:1(0) ack 12");
	require(t, script_status(t).urgent == 10);
	user_receive(t, 10);
	require(t, !script_status(t).has_urgent);
	script_used(t, HF_POOL_SIDE, 0);
	user_eof(t);
}

/* ---- PUSH -------------------------------------------------------------- */

/* MAY-15: whichever way the next octets come. */
static void push_before_a_loan(struct script *t)
{
	void *room;
	size_t n;

	t->config.initial_window = 1;
	start(t);
	passive(t, "mss 1460");
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	user_send_as(t, 1000, HF_SEND_PUSH);
	ok(t, hf_reserve(t->host, t->f->h, &room, &n));
	require(t, n >= 600);
	for (size_t i = 0; i < 600; i++)
		((uint8_t *)room)[i] = octet_out((uint32_t)(t->f->sent + i));
	ok(t, hf_commit(t->host, t->f->h, 600));
	t->f->sent += 600;
	user_send(t, 2000);
	in(t, ". 1:1(0) ack 1461");
	out(t, "P. 1461:2921(1460) ack 1");
	require(t, t->last.flags & F_PSH);
	out(t, ". 2921:4381(1460) ack 1");
	require(t, !(t->last.flags & F_PSH));
}

/* A cork holds back what does not fill a segment; it does not unmark. */
static void push_in_a_cork(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_CORK, 1);
	user_send_as(t, 1460, HF_SEND_PUSH);
	out(t, "P. 1:1461(1460) ack 1");
	require(t, t->last.flags & F_PSH);
}

/* ---- quiet time: RFC 9293 3.4.3 ---------------------------------------- */

/* Nothing is said about what is being opened either. */
static void no_reset_in_quiet_time(struct script *t)
{
	t->config.quiet_time = SEC(30);
	start(t);
	user_open(t);
	script_in(t, "S. 0:0(0) ack 77 <mss 1460>");
	silence(t);
	dropped(t, HF_DROP_QUIET);
	due_within(t, 29999, 30001, "S 0:0(0)");
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(fin_is_not_counted),
	SCRIPT(clamp_below_a_segment),
	SCRIPT(more_and_more_does_not_wait),
	SCRIPT(more_does_not_wait_for_silence),
	SCRIPT(more_fills_a_segment),
	SCRIPT(retries_of_probes),
	SCRIPT(retries_of_answered_probes),
	SCRIPT(other_patience),
	SCRIPT(challenge_is_forgotten),
	SCRIPT(urgent_past_the_end),
	SCRIPT(push_before_a_loan),
	SCRIPT(push_in_a_cork),
	SCRIPT(no_reset_in_quiet_time),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("wishes_corners", tests,
			   sizeof tests / sizeof tests[0], argc, argv);
}
