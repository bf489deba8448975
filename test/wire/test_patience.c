/* SPDX-License-Identifier: MIT */
/* How long a connection waits: R2, user timeout, probes; RFC 9293 3.8.3. */
#include "script.h"

/* ---- windows that stay shut ------------------------------------------- */

/* With all acknowledged there is nothing that could time out. */
static void last_octet_went_as_probe(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 1);
	due(t, 1000, "P. 1:2(1) ack 1 | . 1:2(1) ack 1");
	in(t, ". 1:1(0) ack 2 win 0");
	quiet(t, 1000000);
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 2 win 1000");
	quiet(t, 1000000);
	user_send(t, 10);
	out(t, "P. 2:12(10) ack 1");
	in(t, ". 1:1(0) ack 12");
}

/* The window that the last octet came back with may open much later. */
static void window_opens_with_nothing_to_send(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 2);
	due(t, 1000, ". 1:2(1) ack 1");
	in(t, ". 1:1(0) ack 2 win 0");
	due_within(t, 900, 2101, "P. 2:3(1) ack 1 | . 2:3(1) ack 1");
	in(t, ". 1:1(0) ack 3 win 0");
	quiet(t, 50000);
	in(t, ". 1:1(0) ack 3 win 1000");
	quiet(t, 1000000);
	state(t, HF_ESTABLISHED);
}

/* Nor is a FIN that a closed window let through. */
static void fin_went_through_closed_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 1);
	user_shutdown(t);
	due(t, 1000, "FP. 1:2(1) ack 1 | P. 1:2(1) ack 1 | . 1:2(1) ack 1");
	in(t, ". 1:1(0) ack 2 win 0");
	due_within(t, 0, 4000, "F. 2:2(0) ack 1");
	in(t, ". 1:1(0) ack 3 win 0");
	quiet(t, 1000000);
	state(t, HF_FIN_WAIT_2);
}

static void answer_probes(struct script *t, unsigned most)
{
	unsigned ms = 1000;

	for (int i = 0; i < 20; i++) {
		script_due(t, MS(ms), MS(ms + 1), ". 1:2(1) ack 1");
		script_in(t, ". 1:1(0) ack 1 win 0");
		script_silence(t);
		ms = 2 * ms < most ? 2 * ms : most;
	}
	script_state(t, HF_ESTABLISHED);
}

/*
 * MUST-37: "As long as the receiving TCP peer continues to send
 * acknowledgments in response to the probe segments, the sending TCP peer
 * MUST allow the connection to stay open", though R2 is less than the time
 * between two probes.
 */
static void probes_rarer_than_r2(struct script *t)
{
	t->config.rto_max = SEC(120);
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	MARK(t);
	answer_probes(t, 120000);
	in(t, ". 1:1(0) ack 1 win 1000");
	out(t, "P. 1:101(100) ack 1");
	in(t, ". 1:1(0) ack 101");
	quiet(t, 1000000);
}

/* MUST-37 again: nor is the user's own timeout a matter of answered probes. */
static void probes_rarer_than_user_timeout(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_USER_TIMEOUT, 5000);
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	MARK(t);
	answer_probes(t, 60000);
}

/* SHLD-11: but a peer that falls silent then is given up after R2. */
static void probes_answered_no_more(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	due(t, 1000, ". 1:2(1) ack 1");
	in(t, ". 1:1(0) ack 1 win 0");
	due(t, 2000, ". 1:2(1) ack 1");
	after(t, 99000);
	skip(t);
	state(t, HF_ESTABLISHED);
	after(t, 60000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/* ---- for ever --------------------------------------------------------- */

/*
 * host.h: HF_OPTION_USER_TIMEOUT "0: R2 decides (MUST-21)"; an R2 of
 * HF_NEVER cannot be over at once.
 */
static void no_user_timeout_and_no_r2(struct script *t)
{
	t->config.r2 = HF_NEVER;
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_USER_TIMEOUT, 60000);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_set(t, HF_OPTION_USER_TIMEOUT, 0);
	due(t, 1000, "P. 1:11(10) ack 1");
	state(t, HF_ESTABLISHED);
	after(t, 1000000);
	require(t, skip(t) > 5);
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 11");
	quiet(t, 200000);
}

/* The same with the longest R2 that the configuration takes. */
static void no_user_timeout_and_longest_r2(struct script *t)
{
	t->config.r2 = HF_NEVER / 4 - 1;
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_USER_TIMEOUT, UINT32_MAX);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_set(t, HF_OPTION_USER_TIMEOUT, 0);
	due(t, 1000, "P. 1:11(10) ack 1");
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 11");
}

/* And what is set shorter while something is in flight counts from then. */
static void user_timeout_while_in_flight(struct script *t)
{
	t->config.r2 = HF_NEVER;
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_set(t, HF_OPTION_USER_TIMEOUT, 60000);
	after(t, 59000);
	skip(t);
	state(t, HF_ESTABLISHED);
	after(t, 2000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/*
 * RFC 9293 3.8.3 (a): R2 is "measuring the amount of retransmission that has
 * occurred for the same segment"; a driver that slept has made none yet.
 */
static void driver_slept_past_r2(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	t->now += SEC(500);
	hf_advance(t->host, t->now, NULL);
	out(t, "P. 1:11(10) ack 1");
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 11");
	quiet(t, 200000);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(last_octet_went_as_probe),
	SCRIPT(window_opens_with_nothing_to_send),
	SCRIPT(fin_went_through_closed_window),
	ROBUST(probes_rarer_than_r2),
	ROBUST(probes_rarer_than_user_timeout),
	SCRIPT(probes_answered_no_more),
	SCRIPT(no_user_timeout_and_no_r2),
	SCRIPT(no_user_timeout_and_longest_r2),
	SCRIPT(user_timeout_while_in_flight),
	SCRIPT(driver_slept_past_r2),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("patience", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
