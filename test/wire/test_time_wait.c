/* SPDX-License-Identifier: MIT */
/* TIME_WAIT: RFC 9293 3.6.1, 3.10.7.4. */
#include "script.h"

/* ---- TIME_WAIT -------------------------------------------------------- */

/* RFC 9293 3.10.7.4 eighth, TIME_WAIT: acknowledge, restart 2MSL. */
static void time_wait_restarts(struct script *t)
{
	start(t);
	MARK(t);
	to_time_wait(t);
	quiet(t, 30000);
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	silence(t);
	quiet(t, 59999);
	state(t, HF_TIME_WAIT);
	quiet(t, 2);
	ended(t, HF_OK);
}

/* The same when the user is gone and but an entry is left. */
static void time_wait_released(struct script *t)
{
	start(t);
	passive(t, "mss 1460,ts");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 30000);
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2 <nop,nop,ts>");
	quiet(t, 59999);
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 2);
	used(t, HF_POOL_TIME_WAIT, 0);
	in(t, "F. 1:1(0) ack 2");
	out(t, "R 2:2(0)");
}

/* RFC 9293 3.5.2 group 3: answered, and nothing restarts. */
static void time_wait_answers_strays(struct script *t)
{
	start(t);
	MARK(t);
	to_time_wait(t);
	quiet(t, 30000);
	in(t, ". 0:0(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	in(t, ". 2:2(0) ack 2");
	silence(t);
	in(t, ". 500000:500000(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	quiet(t, 29999);
	state(t, HF_TIME_WAIT);
	quiet(t, 2);
	ended(t, HF_OK);
}

/* RFC 9293 3.10.7.4 second, TIME_WAIT. */
static void time_wait_reset(struct script *t)
{
	start(t);
	MARK(t);
	to_time_wait(t);
	in(t, "R 500000:500000(0)");
	silence(t);
	state(t, HF_TIME_WAIT);
	in(t, "R 2:2(0)");
	silence(t);
	state(t, HF_CLOSED);
}

/* An old duplicate SYN: RFC 9293 3.10.7.4 first. */
static void time_wait_old_syn(struct script *t)
{
	start(t);
	MARK(t);
	to_time_wait(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, ". 2:2(0) ack 2");
	state(t, HF_TIME_WAIT);
}

/*
 * MAY-2, SHLD-4, RFC 6191: a new SYN with a later timestamp opens a new
 * incarnation, whose ISS is beyond the old one's last: test_reopen.c.
 */
static void time_wait_new_syn(struct script *t)
{
	uint32_t iss;

	start(t);
	passive(t, "mss 1460,ts");
	iss = t->f->iss;
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	after(t, 20000);
	script_flow_reset(t);
	t->f->irs += 1000000;
	t->f->hf_ts = true;
	in(t, "S 0:0(0) <mss 1460,ts>");
	script_collect(t);
	require(t, t->queue_len == 1);
	require(t, skip(t) == 1);
	require(t, t->last.flags == (F_SYN | F_ACK));
	require(t, (int32_t)(t->last.seq - iss - 2) > 0);
}

/* MUST-13: past config.time_wait a connection waits as a whole one. */
static void time_wait_limit(struct script *t)
{
	t->config.time_wait = 2;
	start(t);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		passive(t, "mss 1460");
		user_close(t);
		out(t, "F. 1:1(0) ack 1");
		in(t, "F. 1:1(0) ack 2");
		out(t, ". 2:2(0) ack 2");
		after(t, 10);
	}
	used(t, HF_POOL_TIME_WAIT, 2);
	used(t, HF_POOL_CONNECTION, 1);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		in(t, "F. 1:1(0) ack 2");
		out(t, ". 2:2(0) ack 2");
	}
}

/*
 * MUST-13: "MUST linger in the TIME-WAIT state", also if the program lets go
 * of octets unread: all was acknowledged, so no reset would tell anybody.
 */
static void time_wait_outlives_unread(struct script *t)
{
	start(t);
	MARK(t);
	to_fin_wait_2(t);
	in(t, "FP. 1:11(10) ack 2");
	out(t, ". 2:2(0) ack 12");
	state(t, HF_TIME_WAIT);
	user_close(t);
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
	used(t, HF_POOL_SMALL, 0);
	quiet(t, 30000);
	in(t, "FP. 1:11(10) ack 2");
	out(t, ". 2:2(0) ack 12");
	quiet(t, 59999);
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 2);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(time_wait_restarts),
	SCRIPT(time_wait_released),
	ROBUST(time_wait_answers_strays),
	SCRIPT(time_wait_reset),
	SCRIPT(time_wait_old_syn),
	SCRIPT(time_wait_new_syn),
	SCRIPT(time_wait_limit),
	SCRIPT(time_wait_outlives_unread),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("time_wait", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
