/* SPDX-License-Identifier: MIT */
/* Closing: RFC 9293 3.6, 3.10.4, 3.10.5, 3.10.7.4 fifth and eighth. */
#include "script.h"

/* ---- whole closes ----------------------------------------------------- */

/* RFC 9293 3.6 figure 12, peer A; MUST-13: exactly twice the MSL. */
static void active_close(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	state(t, HF_FIN_WAIT_1);
	in(t, ". 1:1(0) ack 2");
	silence(t);
	state(t, HF_FIN_WAIT_2);
	no_event(t, HF_EVENT_EOF);
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	silence(t);
	state(t, HF_TIME_WAIT);
	event(t, HF_EVENT_EOF);
	user_eof(t);
	quiet(t, 59999);
	state(t, HF_TIME_WAIT);
	quiet(t, 2);
	ended(t, HF_OK);
}

/* RFC 9293 3.6 figure 12, peer B; MUST-12: closed normally. */
static void passive_close(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 1:1(0) ack 2");
	silence(t);
	state(t, HF_CLOSE_WAIT);
	event(t, HF_EVENT_EOF);
	user_eof(t);
	quiet(t, 200000);
	state(t, HF_CLOSE_WAIT);
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 2");
	state(t, HF_LAST_ACK);
	in(t, ". 2:2(0) ack 2");
	silence(t);
	ended(t, HF_OK);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* RFC 9293 3.6 figure 13. */
static void simultaneous_close(struct script *t)
{
	start(t);
	active(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 1");
	state(t, HF_CLOSING);
	out(t, ". 2:2(0) ack 2");
	silence(t);
	in(t, ". 2:2(0) ack 2");
	silence(t);
	state(t, HF_TIME_WAIT);
	quiet(t, 59999);
	state(t, HF_TIME_WAIT);
	quiet(t, 2);
	ended(t, HF_OK);
}

/* RFC 9293 3.10.7.4 eighth, FIN_WAIT_1: our FIN acknowledged by theirs. */
static void close_in_three(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	state(t, HF_TIME_WAIT);
}

/* Both at once: the user's FIN may ride on the acknowledgement of theirs. */
static void close_at_once_after_fin(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "F. 1:1(0) ack 1");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 2 | . 1:1(0) ack 2");
	if (t->chosen == 1)
		out(t, "F. 1:1(0) ack 2");
	state(t, HF_LAST_ACK);
	in(t, ". 2:2(0) ack 2");
	ended(t, HF_OK);
}

/* ---- half-close ------------------------------------------------------- */

/* Ours: the peer sends on, in FIN_WAIT_1 and FIN_WAIT_2. */
static void half_close_and_receive(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "P. 1:101(100) ack 1");
	due_within(t, 0, 499, ". 2:2(0) ack 101");
	user_receive(t, 100);
	in(t, ". 101:101(0) ack 2");
	state(t, HF_FIN_WAIT_2);
	for (unsigned i = 0; i < 20; i++) {
		in(t, ". %u:%u(1460) ack 2", 101 + i * 1460, 1561 + i * 1460);
		user_receive(t, 1460);
		after(t, 499);
	}
	out_last(t, ". 2:2(0) ack %u", 101 + 20 * 1460);
	in(t, "FP. %u:%u(50) ack 2", 29301, 29351);
	out(t, ". 2:2(0) ack 29352");
	user_receive(t, 50);
	user_eof(t);
	state(t, HF_TIME_WAIT);
}

static void ack_and_skip(struct script *t, uint32_t seq, uint32_t ack)
{
	script_in(t, ". %u:%u(0) ack %u", seq, seq, ack);
}

/* Theirs: we send on in CLOSE_WAIT, and only then FIN. */
static void half_close_and_send(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	user_send(t, 100);
	out(t, "P. 1:101(100) ack 2");
	ack_and_skip(t, 2, 101);
	user_send(t, 1460);
	out(t, "P. 101:1561(1460) ack 2");
	ack_and_skip(t, 2, 1561);
	silence(t);
	state(t, HF_CLOSE_WAIT);
	user_shutdown(t);
	out(t, "F. 1561:1561(0) ack 2");
	ack_and_skip(t, 2, 1562);
	ended(t, HF_OK);
}

/* RFC 9293 3.10.2, 3.10.4: "connection closing"; no second FIN. */
static void calls_after_shutdown(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	user_send_error(t, HF_ERR_CLOSING);
	error(t, HF_ERR_CLOSING, hf_shutdown(t->host, t->f->h));
	silence(t);
	in(t, ". 1:1(0) ack 2");
	user_send_error(t, HF_ERR_CLOSING);
	error(t, HF_ERR_CLOSING, hf_shutdown(t->host, t->f->h));
	quiet(t, 5000);
}

/* ---- FIN and text ----------------------------------------------------- */

static void fin_with_text_in(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "FP. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 12");
	state(t, HF_CLOSE_WAIT);
	event(t, HF_EVENT_READABLE | HF_EVENT_EOF);
	user_receive(t, 10);
	user_eof(t);
	user_eof(t);
}

/* A FIN beyond a hole waits for what is missing. */
static void fin_out_of_order(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "F. 11:11(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	state(t, HF_ESTABLISHED);
	no_event(t, HF_EVENT_EOF);
	in(t, "P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 12 | . 1:1(0) ack 11");
	if (t->chosen == 1)
		in(t, "F. 11:11(0) ack 1");
	skip(t);
	state(t, HF_CLOSE_WAIT);
	user_receive(t, 10);
	user_eof(t);
}

static void fin_out_of_order_with_text(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "FP. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1");
	state(t, HF_ESTABLISHED);
	in(t, "P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 22 | . 1:1(0) ack 21");
	if (t->chosen == 1)
		in(t, "FP. 11:21(10) ack 1");
	skip(t);
	state(t, HF_CLOSE_WAIT);
	user_receive(t, 20);
	user_eof(t);
}

/* Text past a FIN is no part of the stream. */
static void text_after_fin(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	in(t, "P. 2:12(10) ack 1");
	after(t, 499);
	skip(t);
	state(t, HF_CLOSE_WAIT);
	user_eof(t);
	no_event(t, HF_EVENT_READABLE);
	user_send(t, 5);
	out(t, "P. 1:6(5) ack 2");
}

/* RFC 9293 3.10.4, ESTABLISHED: FIN follows what is queued. */
static void fin_with_text_out(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	user_shutdown(t);
	out(t, "FP. 1:11(10) ack 1 | P. 1:11(10) ack 1");
	if (t->chosen == 1)
		out(t, "F. 11:11(0) ack 1");
	state(t, HF_FIN_WAIT_1);
	in(t, ". 1:1(0) ack 11");
	silence(t);
	state(t, HF_FIN_WAIT_1);
	due(t, 1000, "F. 11:11(0) ack 1");
	in(t, ". 1:1(0) ack 12");
	silence(t);
	state(t, HF_FIN_WAIT_2);
}

/* The window holds back text, and FIN with it. */
static void fin_waits_for_window(struct script *t)
{
	start(t);
	t->f->win = 2000;
	passive(t, "mss 1460");
	user_send(t, 2920);
	user_shutdown(t);
	out(t, ". 1:1461(1460) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 1461");
	out(t, "FP. 1461:2921(1460) ack 1 | P. 1461:2921(1460) ack 1");
	if (t->chosen == 1)
		out(t, "F. 2921:2921(0) ack 1");
	in(t, ". 1:1(0) ack 2922 win 65535");
	state(t, HF_FIN_WAIT_2);
}

/* RFC 9293 3.6: retransmitted until acknowledged. */
static void fin_retransmission(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	due(t, 1000, "F. 1:1(0) ack 1");
	due(t, 2000, "F. 1:1(0) ack 1");
	due(t, 4000, "F. 1:1(0) ack 1");
	state(t, HF_FIN_WAIT_1);
	in(t, ". 1:1(0) ack 2");
	quiet(t, 20000);
	state(t, HF_FIN_WAIT_2);
}

/* Text and FIN both lost. */
static void text_and_fin_lost(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_shutdown(t);
	out(t, "F. 11:11(0) ack 1");
	due(t, 1000, "P. 1:11(10) ack 1 | FP. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack %u", t->chosen == 0 ? 11 : 12);
	if (t->chosen == 0) {
		due_within(t, 0, 2001, "F. 11:11(0) ack 1");
		in(t, ". 1:1(0) ack 12");
	}
	silence(t);
	state(t, HF_FIN_WAIT_2);
}

static void last_ack_retransmission(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 2");
	due(t, 1000, "F. 1:1(0) ack 2");
	due(t, 2000, "F. 1:1(0) ack 2");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 2:2(0) ack 2");
	state(t, HF_LAST_ACK);
	in(t, ". 2:2(0) ack 2");
	silence(t);
	ended(t, HF_OK);
}

/* RFC 9293 3.6 case 2: after the user timeout the connection is aborted. */
static void last_ack_gives_up(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 2");
	after(t, 99000);
	state(t, HF_LAST_ACK);
	after(t, 70000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/* ---- CLOSING ---------------------------------------------------------- */

static void closing(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 2:2(0) ack 2");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 2:2(0) ack 2");
	state(t, HF_CLOSING);
	due(t, 1000, "F. 1:1(0) ack 2");
	in(t, ". 2:2(0) ack 1");
	silence(t);
	state(t, HF_CLOSING);
	in(t, ". 2:2(0) ack 2");
	silence(t);
	state(t, HF_TIME_WAIT);
	quiet(t, 59999);
	state(t, HF_TIME_WAIT);
}

/* Connections, in whatever record. */
static unsigned held(struct script *t)
{
	struct hf_usage usage;

	hf_host_used(t->host, &usage);
	return usage.pool[HF_POOL_CONNECTION].used +
	       usage.pool[HF_POOL_TIME_WAIT].used;
}

/* Both close at once with text in flight both ways. */
static void simultaneous_close_with_text(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	user_shutdown(t);
	out(t, "FP. 1:11(10) ack 1 | P. 1:11(10) ack 1");
	if (t->chosen == 1)
		out(t, "F. 11:11(0) ack 1");
	in(t, "FP. 1:21(20) ack 1");
	out(t, ". 12:12(0) ack 22");
	state(t, HF_CLOSING);
	user_receive(t, 20);
	user_eof(t);
	in(t, ". 22:22(0) ack 11");
	state(t, HF_CLOSING);
	in(t, ". 22:22(0) ack 12");
	state(t, HF_TIME_WAIT);
	silence(t);
}

/* Released in CLOSING: the record shrinks when TIME_WAIT begins. */
static void closing_released(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 2:2(0) ack 2");
	due(t, 1000, "F. 1:1(0) ack 2");
	in(t, ". 2:2(0) ack 2");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 59999);
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 2);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* What arrived before a FIN stays to be read until the user has done so. */
static void unread_in_time_wait(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "FP. 1:101(100) ack 2");
	out(t, ". 2:2(0) ack 102");
	state(t, HF_TIME_WAIT);
	quiet(t, 60100);
	user_receive(t, 100);
	user_eof(t);
	user_close(t);
	silence(t);
}

/* ---- FIN_WAIT_2 ------------------------------------------------------- */

/* A half-closed connection whose user still holds it waits for ever. */
static void fin_wait_2_for_ever(struct script *t)
{
	start(t);
	MARK(t);
	to_fin_wait_2(t);
	quiet(t, 3600000);
	state(t, HF_FIN_WAIT_2);
	in(t, "P. 1:11(10) ack 2");
	due_within(t, 0, 499, ". 2:2(0) ack 11");
	user_receive(t, 10);
	in(t, "F. 11:11(0) ack 2");
	out(t, ". 2:2(0) ack 12");
	state(t, HF_TIME_WAIT);
}

/* Once released it has a limit. */
static void fin_wait_2_timeout(struct script *t)
{
	start(t);
	MARK(t);
	to_fin_wait_2(t);
	quiet(t, 600000);
	user_close(t);
	silence(t);
	quiet(t, 59900);
	require(t, held(t) == 1);
	quiet(t, 200);
	require(t, held(t) == 0);
	in(t, "F. 1:1(0) ack 2");
	out(t, "R 2:2(0)");
}

static void fin_wait_2_without_timeout(struct script *t)
{
	t->config.fin_wait_2 = HF_NEVER;
	start(t);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	quiet(t, 3600000);
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	used(t, HF_POOL_TIME_WAIT, 1);
}

/* ---- the other profile ------------------------------------------------ */

static void linux_closes(struct script *t)
{
	script_profile(t, HF_PROFILE_LINUX);
	start(t);
	passive(t, "mss 1460,sackOK,ts,nop,wscale 7");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	in(t, "P. 1:11(10) ack 2");
	due_within(t, 0, 499, ". 2:2(0) ack 11");
	user_receive(t, 10);
	in(t, "F. 11:11(0) ack 2");
	due_within(t, 0, 499, ". 2:2(0) ack 12");
	state(t, HF_TIME_WAIT);
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(active_close),
	SCRIPT(passive_close),
	ROBUST(simultaneous_close),
	ROBUST(close_in_three),
	SCRIPT(close_at_once_after_fin),
	ROBUST(half_close_and_receive),
	SCRIPT(half_close_and_send),
	ROBUST(calls_after_shutdown),
	ROBUST(fin_with_text_in),
	SCRIPT(fin_out_of_order),
	SCRIPT(fin_out_of_order_with_text),
	ROBUST(text_after_fin),
	ROBUST(fin_with_text_out),
	ROBUST(fin_waits_for_window),
	ROBUST(fin_retransmission),
	ROBUST(text_and_fin_lost),
	SCRIPT(last_ack_retransmission),
	ROBUST(last_ack_gives_up),
	SCRIPT(closing),
	ROBUST(simultaneous_close_with_text),
	ROBUST(closing_released),
	ROBUST(unread_in_time_wait),
	ROBUST(fin_wait_2_for_ever),
	SCRIPT(fin_wait_2_timeout),
	ROBUST(fin_wait_2_without_timeout),
	ROBUST(linux_closes),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("close", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
