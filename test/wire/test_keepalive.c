/* SPDX-License-Identifier: MIT */
/* Keep-alives: RFC 9293 3.8.4. */
#include "script.h"

/* MUST-25: off unless asked for. */
static void off_by_default(struct script *t)
{
	uint64_t on = 9;

	start(t);
	passive(t, "mss 1460");
	ok(t, hf_get(t->host, t->f->h, HF_OPTION_KEEPALIVE, &on));
	require(t, on == 0);
	quiet(t, 20000000);
	state(t, HF_ESTABLISHED);
}

/* MUST-28: two hours at least, whatever the profile. */
static void two_hours(struct script *t)
{
	struct hf_config config;
	uint64_t idle = 0;

	hf_config_default(&config, HF_PROFILE_LINUX);
	hf_config_default(&t->config, HF_PROFILE_RFC);
	start(t);
	require(t, config.keepalive_idle >= SEC(7200));
	require(t, t->config.keepalive_idle >= SEC(7200));
	passive(t, "mss 1460");
	ok(t, hf_get(t->host, t->f->h, HF_OPTION_KEEPALIVE_IDLE, &idle));
	require(t, idle >= 7200);
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	quiet(t, 7199000);
}

static void keep(struct script *t)
{
	script_set(t, HF_OPTION_KEEPALIVE_IDLE, 100);
	script_set(t, HF_OPTION_KEEPALIVE_INTERVAL, 10);
	script_set(t, HF_OPTION_KEEPALIVE_PROBES, 3);
	script_set(t, HF_OPTION_KEEPALIVE, 1);
}

/* MAY-5, MUST-24, MUST-27, SHLD-12: SEG.SEQ = SND.NXT-1, no text. */
static void answered(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	for (int i = 0; i < 5; i++) {
		due(t, 100000, ". 0:0(0) ack 1");
		require(t, t->last.report.why == HF_WHY_KEEPALIVE);
		in(t, ". 1:1(0) ack 1");
		silence(t);
	}
	state(t, HF_ESTABLISHED);
}

/* MUST-29: one that is lost is no sign of death, all of them are. */
static void unanswered(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	due(t, 100000, ". 0:0(0) ack 1");
	due(t, 10000, ". 0:0(0) ack 1");
	state(t, HF_ESTABLISHED);
	due(t, 10000, ". 0:0(0) ack 1");
	quiet(t, 9990);
	state(t, HF_ESTABLISHED);
	after(t, 20);
	if (skip(t)) /* a reset besides does no harm */
		require(t, t->last.flags & F_RST);
	ended(t, HF_ERR_TIMED_OUT);
	quiet(t, 500000);
}

static void answered_at_last(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	due(t, 100000, ". 0:0(0) ack 1");
	due(t, 10000, ". 0:0(0) ack 1");
	due(t, 10000, ". 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	due(t, 100000, ". 0:0(0) ack 1");
	due(t, 10000, ". 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
}

/* A peer that has forgotten the connection resets it. */
static void answered_by_reset(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	due(t, 100000, ". 0:0(0) ack 1");
	in(t, "R 1:1(0)");
	ended(t, HF_ERR_RESET);
	quiet(t, 500000);
}

/* MUST-26: only when nothing was received for the interval. */
static void received_in_between(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	quiet(t, 50000);
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 11");
	in(t, ". 11:11(0) ack 11");
	due_within(t, 99990, 100010, ". 10:10(0) ack 11");
	in(t, ". 11:11(0) ack 11");
}

/* MUST-26: nor while anything is outstanding. */
static void outstanding(struct script *t)
{
	unsigned ms = 1000;

	t->config.r2 = SEC(600);
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	for (int i = 0; i < 8; i++) {
		due(t, ms, "P. 1:11(10) ack 1");
		ms = ms < 32000 ? 2 * ms : 60000;
	}
	in(t, ". 1:1(0) ack 11");
	due(t, 100000, ". 10:10(0) ack 1");
	in(t, ". 1:1(0) ack 11");
}

/* Turned off again. */
static void turned_off(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	quiet(t, 99000);
	user_set(t, HF_OPTION_KEEPALIVE, 0);
	quiet(t, 500000);
	state(t, HF_ESTABLISHED);
}

/* By the peer: answered as any old segment; its garbage octet is no text. */
static void of_the_peer(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 0:0(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	in(t, ". 0:1(1) ack 1");
	out(t, ". 1:1(0) ack 1");
	silence(t);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	in(t, ". 10:11(1) ack 1");
	out(t, ". 1:1(0) ack 11");
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
}

/* The half-closed are kept as well. */
static void in_close_wait(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	keep(t);
	due(t, 100000, ". 0:0(0) ack 2");
	in(t, ". 2:2(0) ack 1");
	due(t, 100000, ". 0:0(0) ack 2");
	in(t, ". 2:2(0) ack 1");
	state(t, HF_CLOSE_WAIT);
}

static void in_fin_wait_2(struct script *t)
{
	start(t);
	MARK(t);
	to_fin_wait_2(t);
	keep(t);
	due(t, 100000, ". 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	due(t, 100000, ". 1:1(0) ack 1");
	due(t, 10000, ". 1:1(0) ack 1");
	due(t, 10000, ". 1:1(0) ack 1");
	after(t, 10010);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

static void refuse(struct script *t, enum hf_option option, uint64_t value)
{
	script_expect(t, HF_ERR_ARGUMENT,
		      hf_set(t->host, t->f->h, option, value));
}

static void out_of_range(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	refuse(t, HF_OPTION_KEEPALIVE_IDLE, 0);
	refuse(t, HF_OPTION_KEEPALIVE_IDLE, 65536);
	refuse(t, HF_OPTION_KEEPALIVE_INTERVAL, 0);
	refuse(t, HF_OPTION_KEEPALIVE_INTERVAL, 65536);
	refuse(t, HF_OPTION_KEEPALIVE_PROBES, 0);
	refuse(t, HF_OPTION_KEEPALIVE_PROBES, 256);
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 65535);
	user_set(t, HF_OPTION_KEEPALIVE_PROBES, 255);
}

/* ---- time that nobody looked at --------------------------------------- */

/* No unanswered probe is counted before it is sent. */
static void three_more_probes(struct script *t)
{
	script_due(t, 0, MS(1), ". 0:0(0) ack 1");
	script_quiet(t, MS(9990));
	script_due(t, MS(0), MS(20), ". 0:0(0) ack 1");
	script_quiet(t, MS(9990));
	script_due(t, MS(0), MS(20), ". 0:0(0) ack 1");
	script_quiet(t, MS(9970));
	script_state(t, HF_ESTABLISHED);
	script_after(t, MS(40));
	script_skip(t);
	script_ended(t, HF_ERR_TIMED_OUT);
}

/*
 * MUST-29: never dead for want of an answer to one probe, so not for want of
 * any probe: keep-alives turned on when the peer was silent for long.
 */
static void turned_on_when_idle_for_long(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	quiet(t, 3 * 3600000);
	MARK(t);
	keep(t);
	state(t, HF_ESTABLISHED);
	MARK(t);
	three_more_probes(t);
}

/* The same when the interval is made shorter than the silence was. */
static void interval_shortened_when_idle_for_long(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 7200);
	quiet(t, 7000000);
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 100);
	state(t, HF_ESTABLISHED);
	MARK(t);
	three_more_probes(t);
}

/* And when it was the driver that slept: one probe, not all at once. */
static void driver_slept(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	MARK(t);
	keep(t);
	t->now += SEC(3600);
	hf_advance(t->host, t->now, NULL);
	out(t, ". 0:0(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	t->now += SEC(3600);
	hf_advance(t->host, t->now, NULL);
	out(t, ". 0:0(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 1");
	due(t, 100000, ". 0:0(0) ack 1");
}

/* host.h: "keepalive_probes: unanswered ones that end it", to the last. */
static void most_probes(struct script *t)
{
	t->config.keepalive_probes = 255;
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 100);
	user_set(t, HF_OPTION_KEEPALIVE_INTERVAL, 1);
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	due(t, 100000, ". 0:0(0) ack 1");
	for (int i = 1; i < 255; i++)
		due(t, 1000, ". 0:0(0) ack 1");
	quiet(t, 990);
	state(t, HF_ESTABLISHED);
	after(t, 20);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(off_by_default),
	SCRIPT(two_hours),
	ROBUST(answered),
	ROBUST(unanswered),
	ROBUST(answered_at_last),
	SCRIPT(answered_by_reset),
	ROBUST(received_in_between),
	ROBUST(outstanding),
	ROBUST(turned_off),
	SCRIPT(of_the_peer),
	ROBUST(in_close_wait),
	ROBUST(in_fin_wait_2),
	SCRIPT(out_of_range),
	SCRIPT(turned_on_when_idle_for_long),
	SCRIPT(interval_shortened_when_idle_for_long),
	SCRIPT(driver_slept),
	SCRIPT(most_probes),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("keepalive", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
