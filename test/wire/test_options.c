/* SPDX-License-Identifier: MIT */
/* Options: RFC 9293 3.2; RFC 7323; RFC 2018. */
#include "script.h"

#define TS(v) "<nop,nop,TS val " #v " ecr last>"
#define ECHO(v) "<nop,nop,TS val * ecr " #v ">"

/* A connection with timestamps whose peer's clock starts at 1000. */
static void start_with_timestamps(struct script *t)
{
	script_start(t);
	t->f->ts_clock = 1000;
	script_passive(t, "mss 1460,ts");
}

/* ---- timestamps: RFC 7323 3, 4 ---------------------------------------- */

static void echo(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	in(t, "P. 1:11(10) ack 1 " TS(1500));
	due_within(t, 0, 499, ". 1:1(0) ack 11 " ECHO(1500));
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 11 " ECHO(1500));
	in(t, ". 11:11(0) ack 11 " TS(1600));
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 11 " ECHO(1600));
}

/* 4.3 (A): a delayed ACK echoes the earliest segment it answers. */
static void echo_delayed(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	in(t, ". 1:1449(1448) ack 1 " TS(1500));
	if (maybe_out(t, ". 1:1(0) ack 1449 " ECHO(1500)))
		return;
	after(t, 10);
	in(t, ". 1449:2897(1448) ack 1 " TS(1600));
	out(t, ". 1:1(0) ack 2897 " ECHO(1500));
}

/* 4.3 (B): above a hole, the last segment that advanced the window. */
static void echo_above_hole(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	in(t, "P. 1:11(10) ack 1 " TS(1500));
	due_within(t, 0, 499, ". 1:1(0) ack 11 " ECHO(1500));
	in(t, "P. 21:31(10) ack 1 " TS(1700));
	out(t, ". 1:1(0) ack 11 " ECHO(1500));
	in(t, "P. 31:41(10) ack 1 " TS(1800));
	out(t, ". 1:1(0) ack 11 " ECHO(1500));
}

/* 4.3 (C): what fills the hole is the one to echo. */
static void echo_filled_hole(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	in(t, "P. 11:21(10) ack 1 " TS(1700));
	out(t, ". 1:1(0) ack 1 " ECHO(1000));
	in(t, "P. 1:11(10) ack 1 " TS(1600));
	out(t, ". 1:1(0) ack 21 " ECHO(1600));
}

/* 4.3: an older TSval in a later segment is a duplicate's, 5.3 R3. */
static void recent_never_goes_back(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	in(t, "P. 1:11(10) ack 1 " TS(1500));
	due_within(t, 0, 499, ". 1:1(0) ack 11 " ECHO(1500));
	in(t, "P. 1:11(10) ack 1 " TS(1400));
	out(t, ". 1:1(0) ack 11 " ECHO(1500));
	in(t, ". 5:5(0) ack 1 " TS(1800));
	out(t, ". 1:1(0) ack 11");
}

/* 5.4: one tick is between 1 ms and 1 s. */
static void clock_rate(struct script *t)
{
	uint32_t before, ticks;

	MARK(t);
	start_with_timestamps(t);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1 <nop,nop,ts>");
	before = t->last.opt.ts_val;
	in(t, ". 1:1(0) ack 11 " TS(1001));
	after(t, 100000);
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1 <nop,nop,ts>");
	ticks = t->last.opt.ts_val - before;
	require(t, ticks >= 100 && ticks <= 100001);
}

/* 3.2: a retransmission carries the time at which it is sent. */
static void retransmission_is_stamped(struct script *t)
{
	uint32_t before;

	MARK(t);
	start_with_timestamps(t);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1 <nop,nop,ts>");
	before = t->last.opt.ts_val;
	due(t, 1000, "P. 1:11(10) ack 1 <nop,nop,ts>");
	require(t, t->last.opt.ts_val != before);
}

/* 3.2: a segment without the option should be dropped silently. */
static void missing_timestamps(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	in(t, "P. 1:11(10) ack 1 <>");
	quiet(t, 1000);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	in(t, "P. 1:11(10) ack 1 " TS(1001));
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* 3.2, RFC 6691: options count against the MSS. */
static void options_count(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	user_send(t, 1448 * 2);
	out(t, ". 1:1449(1448) ack 1 <nop,nop,ts>");
	out(t, "P. 1449:2897(1448) ack 1 <nop,nop,ts>");
	require(t, script_status(t).mss == 1448);
}

/* Not negotiated, an option that comes all the same is ignored. */
static void timestamps_unasked(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1 <nop,nop,TS val 5 ecr 9>");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11 <>");
}

/* The SYN-ACK has none: none are used. */
static void timestamps_declined(struct script *t)
{
	start(t);
	active(t, "mss 1460,sackOK,nop,wscale 7");
	require(t, !script_status(t).timestamps);
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1 <>");
}

/* ---- PAWS: RFC 7323 5 ------------------------------------------------- */

static void paws(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	in(t, "P. 1:11(10) ack 1 " TS(999));
	dropped(t, HF_DROP_PAWS);
	out(t, ". 1:1(0) ack 1 " ECHO(1000));
	in(t, "F. 1:1(0) ack 1 <nop,nop,TS val 0x90000000 ecr last>");
	dropped(t, HF_DROP_PAWS);
	out(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	in(t, "P. 1:11(10) ack 1 " TS(1000));
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* An old ACK is no ACK. */
static void paws_of_ack(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11 " TS(10));
	out(t, ". 11:11(0) ack 1");
	require(t, script_status(t).in_flight == 10);
	in(t, ". 1:1(0) ack 11 " TS(1001));
	require(t, script_status(t).in_flight == 0);
}

/* 5.2: the clock is unsigned and wraps. */
static void timestamps_wrap(struct script *t)
{
	start(t);
	t->f->ts_clock = 0xfffffff0u;
	passive(t, "mss 1460,ts");
	in(t, "P. 1:11(10) ack 1 " TS(5));
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11 " ECHO(5));
	in(t, "P. 11:21(10) ack 1 <nop,nop,TS val 0xfffffff8 ecr last>");
	out(t, ". 1:1(0) ack 11");
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
}

/* 5.5: after 24 days of silence TS.Recent means nothing. */
static void paws_is_outdated(struct script *t)
{
	MARK(t);
	start_with_timestamps(t);
	for (int day = 0; day < 25; day++)
		quiet(t, 86400000);
	t->f->ts_seen = false; /* half the circle has gone by */
	in(t, "P. 1:11(10) ack 1 " TS(900));
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11 " ECHO(900));
}

/* ---- window scale: RFC 7323 2 ----------------------------------------- */

static void scaled_passive(struct script *t)
{
	start(t);
	t->f->win = 1000;
	user_listen(t);
	in(t, "S 0:0(0) win 1000 <mss 1460,nop,wscale 3>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1 win 1000");
	user_accept(t);
	require(t, script_status(t).send_window == 8000);
	require(t, script_status(t).send_scale == 3);
	user_set(t, HF_OPTION_NODELAY, 1);
	in(t, ". 1:1(0) ack 1 win 500");
	user_send(t, 10000);
	out(t, ". 1:1461(1460) ack 1");
	out(t, ". 1461:2921(1460) ack 1");
	silence(t);
	require(t, script_status(t).send_window == 4000);
}

/* 2.2: the window of a SYN itself is never scaled. */
static void scaled_active(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S. 0:0(0) ack 1 win 1000 <mss 1460,nop,wscale 3>");
	out(t, ". 1:1(0) ack 1");
	require(t, script_status(t).send_window == 1000);
	in(t, ". 1:1(0) ack 1 win 1000");
	require(t, script_status(t).send_window == 8000);
}

/* Ours: more than 65535 is told once both have agreed. */
static void scaled_receive_window(struct script *t)
{
	t->config.receive_buffer = 1 << 20;
	start(t);
	passive(t, "mss 1460,nop,wscale 0");
	require(t, script_status(t).receive_scale == 7);
	in(t, "P. 1:11(10) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	require(t, t->f->edge > 65536 && t->f->edge <= (1 << 20) + 11);
	flow(t, 1);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	require(t, t->f->edge <= 65536 + 10);
}

/* 2.3: a shift over 14 means 14. */
static void scale_is_at_most_14(struct script *t)
{
	start(t);
	passive(t, "mss 1460,nop,wscale 15");
	require(t, script_status(t).send_scale == 14);
	in(t, ". 1:1(0) ack 1 win 2");
	require(t, script_status(t).send_window == 32768);
	flow(t, 1);
	passive(t, "mss 1460,nop,wscale 255");
	require(t, script_status(t).send_scale == 14);
}

/* 2.2: both must have sent it. */
static void scale_needs_both(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	require(t, script_status(t).send_scale == 0);
	require(t, script_status(t).receive_scale == 0);
	flow(t, 1);
	active(t, "mss 1460");
	require(t, script_status(t).send_scale == 0);
	require(t, script_status(t).receive_scale == 0);
	require(t, script_status(t).send_window == 65535);
}

/* ---- SACK: RFC 2018 --------------------------------------------------- */

/* 4: the first block is what came last, then the latest told before. */
static void sack_blocks(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 11:21>");
	in(t, "P. 31:41(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 31:41 11:21>");
	in(t, "P. 51:61(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 51:61 31:41 11:21>");
	in(t, "P. 71:81(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 71:81 51:61 31:41 11:21>");
	in(t, "P. 41:46(5) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 31:46 71:81 51:61 11:21>");
	in(t, "P. 21:31(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 11:46 71:81 51:61>");
	in(t, "P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 46 <nop,nop,sack 71:81 51:61>");
	in(t, "P. 46:51(5) ack 1");
	out(t, ". 1:1(0) ack 61 <nop,nop,sack 71:81>");
	in(t, "P. 61:71(10) ack 1");
	out(t, ". 1:1(0) ack 81 <>");
	user_receive(t, 80);
}

/* Blocks on text as well: an option of any segment with ACK. */
static void sack_with_text(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 11:21>");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1 <nop,nop,sack 11:21>");
}

/* 3: with timestamps there is room for three. */
static void sack_with_timestamps(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK,ts");
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,ts,nop,nop,sack 11:21>");
	in(t, "P. 31:41(10) ack 1");
	in(t, "P. 51:61(10) ack 1");
	in(t, "P. 71:81(10) ack 1");
	out_last(t, ". 1:1(0) ack 1 <ts,sack 71:81 51:61 31:41>");
}

/* 2: never to a peer that did not permit it. */
static void sack_not_permitted(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <>");
}

/* Blocks that the peer sends tell of nothing that may be trusted blindly. */
static void sack_of_nonsense(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	user_send(t, 2920);
	skip(t);
	in(t, ". 1:1(0) ack 1 <nop,nop,sack 5000:4000>");
	in(t, ". 1:1(0) ack 1 <nop,nop,sack 9000:9100 0:1 1:1>");
	in(t, ". 1:1(0) ack 1 <nop,nop,sack 0x80000000:0x80000010>");
	in(t, ". 1:1(0) ack 1 <nop,nop,hex 0506000000010000>");
	skip(t);
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 2921");
	require(t, script_status(t).send_queue == 0);
	quiet(t, 10000);
}

/* ---- what options may look like: RFC 9293 3.2 ------------------------- */

/* MUST-6: unknown ones are ignored by their length; MUST-5: anywhere. */
static void unknown_options(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <hex fd04abcd,mss 1000,hex fe02,hex 1e0400ff>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1 <hex fd0f000102030405060708090a0b0c>");
	user_accept(t);
	require(t, script_status(t).mss == 1000);
	in(t, "P. 1:11(10) ack 1 <hex fd06f9890000>");
	user_receive(t, 10);
	after(t, 499);
	skip(t);
}

/* MUST-4, MUST-64: at any alignment. */
static void unaligned_options(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <nop,mss 1111,nop,wscale 5,nop,nop,sackOK>");
	out(t, "S. 0:0(0) ack 1 <mss 1460,wscale 7,sackOK>");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, script_status(t).mss == 1111);
	require(t, script_status(t).send_scale == 5);
	flow(t, 1);
	in(t, "S 0:0(0) <wscale 2,TS val 7 ecr 0,sackOK,mss 900>");
	out(t, "S. 0:0(0) ack 1 <mss 1460,sackOK,TS val * ecr 7,wscale 7>");
}

/* What follows End of Option List is padding. */
static void after_end_of_list(struct script *t)
{
	start(t);
	passive(t, "mss 1000,eol,mss 100");
	t->f->peer_mss = 1000;
	require(t, script_status(t).mss == 1000);
}

/* MUST-65: an MSS without SYN says nothing. */
static void late_mss(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 <mss 100>");
	in(t, ". 1:1(0) ack 1 <nop,wscale 9>");
	silence(t);
	require(t, script_status(t).mss == 1460);
	require(t, script_status(t).send_scale == 0);
}

/* MUST-7: length 0, 1, or past the end; no harm, and no answer needed. */
static void illegal_lengths(struct script *t)
{
	static const char *const bad[] = {
		"hex 0200", "hex 0201",	    "hex 02ff", "hex 08",
		"hex fd00", "nop,hex 0305", "hex 0500", "nop,nop,hex 080a01",
	};

	start(t);
	passive(t, "mss 1460");
	for (int i = 0; i < 8; i++) {
		in(t, "P. 1:11(10) ack 1 <%s>", bad[i]);
		dropped(t, HF_DROP_TCP_OPTION);
		silence(t);
		user_receive_error(t, HF_ERR_WOULD_BLOCK);
	}
	skip(t);
	state(t, HF_ESTABLISHED);
	flow(t, 1);
	in(t, "S 0:0(0) <hex 0200>");
	dropped(t, HF_DROP_TCP_OPTION);
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 0);
	flow(t, 0);
	after(t, 499);
	skip(t);
}

/* ---- what a SYN says of windows and timestamps ------------------------ */

/* RFC 7323 2.2: "in a segment where the SYN bit is set ... MUST NOT be
 * scaled", though the SYN itself is trimmed off before the window is used. */
static void syn_window_of_simultaneous_open(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) win 60000 <mss 1460,nop,wscale 7>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "S. 0:0(0) ack 1 win 60000 <mss 1460,nop,wscale 7>");
	skip(t);
	state(t, HF_ESTABLISHED);
	require(t, script_status(t).send_window == 60000);
	in(t, ". 1:1(0) ack 1 win 1000");
	require(t, script_status(t).send_window == 128000);
}

static void syn_window_with_text(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S. 0:10(10) ack 1 win 60000 <mss 1460,nop,wscale 7>");
	skip(t);
	state(t, HF_ESTABLISHED);
	require(t, script_status(t).send_window == 60000);
	after(t, 500);
	skip(t);
}

static void syn_window_with_fin(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "SF. 0:0(0) ack 1 win 60000 <mss 1460,nop,wscale 7>");
	skip(t);
	require(t, script_status(t).send_window == 60000);
	after(t, 500);
	skip(t);
}

/*
 * RFC 7323 3.2: what lacks the option is dropped, the handshake's ACK too:
 * nobody is to accept a connection that has not been made.
 */
static void handshake_ack_without_timestamps(struct script *t)
{
	struct hf_handle none;

	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460,TS val 1000 ecr 0>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1 <>");
	dropped(t, HF_DROP_PAWS);
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_HALF_OPEN, 1);
	error(t, HF_ERR_WOULD_BLOCK, hf_accept(t->host, t->listener, &none));
	in(t, ". 1:1(0) ack 1 " TS(1001));
	user_accept(t);
	state(t, HF_ESTABLISHED);
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460,TS val 1000 ecr 0>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1 <>");
	after(t, 200000);
	skip(t);
	used(t, HF_POOL_CONNECTION, 1);
	used(t, HF_POOL_HALF_OPEN, 0);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(echo),
	SCRIPT(echo_delayed),
	SCRIPT(echo_above_hole),
	SCRIPT(echo_filled_hole),
	SCRIPT(recent_never_goes_back),
	ROBUST(clock_rate),
	ROBUST(retransmission_is_stamped),
	SCRIPT(missing_timestamps),
	ROBUST(options_count),
	ROBUST(timestamps_unasked),
	ROBUST(timestamps_declined),
	SCRIPT(paws),
	ROBUST(paws_of_ack),
	SCRIPT(timestamps_wrap),
	SCRIPT(paws_is_outdated),
	ROBUST(scaled_passive),
	ROBUST(scaled_active),
	ROBUST(scaled_receive_window),
	ROBUST(scale_is_at_most_14),
	ROBUST(scale_needs_both),
	SCRIPT(sack_blocks),
	SCRIPT(sack_with_text),
	SCRIPT(sack_with_timestamps),
	ROBUST(sack_not_permitted),
	ROBUST(sack_of_nonsense),
	ROBUST(unknown_options),
	SCRIPT(unaligned_options),
	SCRIPT(after_end_of_list),
	ROBUST(late_mss),
	SCRIPT(illegal_lengths),
	SCRIPT(syn_window_of_simultaneous_open),
	SCRIPT(syn_window_with_text),
	SCRIPT(syn_window_with_fin),
	SCRIPT(handshake_ack_without_timestamps),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("options", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
