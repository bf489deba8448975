/* SPDX-License-Identifier: MIT */
/* Resets: RFC 9293 3.5.2, 3.5.3, 3.10.7; RFC 5961 3, 4, 5 and 10. */
#include "script.h"

/* ---- CLOSED: RFC 9293 3.5.2 group 1, 3.10.7.1 ------------------------- */

/* Without ACK: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>. */
static void closed_without_ack(struct script *t)
{
	start(t);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_CLOSED);
	out(t, "R. 0:0(0) ack 1");
	in(t, "S 0:10(10) <mss 1460>");
	out(t, "R. 0:0(0) ack 11");
	in(t, "F 5:5(0)");
	out(t, "R. 0:0(0) ack 6");
	in(t, "P 5:15(10)");
	out(t, "R. 0:0(0) ack 15");
	in(t, "SF 5:15(10)");
	out(t, "R. 0:0(0) ack 17");
	silence(t);
}

/* With ACK: <SEQ=SEG.ACK><CTL=RST>. */
static void closed_with_ack(struct script *t)
{
	start(t);
	in(t, ". 5:5(0) ack 7777");
	dropped(t, HF_DROP_CLOSED);
	out(t, "R 7777:7777(0)");
	in(t, "S. 5:5(0) ack 0xffffffff <mss 1460>");
	out(t, "R 0xffffffff:0xffffffff(0)");
	in(t, "FP. 5:105(100) ack 1");
	out(t, "R 1:1(0)");
	silence(t);
}

static void closed_reset(struct script *t)
{
	start(t);
	in(t, "R 5:5(0)");
	dropped(t, HF_DROP_CLOSED_RST);
	in(t, "R. 5:5(0) ack 5");
	dropped(t, HF_DROP_CLOSED_RST);
	in(t, "SR 5:5(0)");
	dropped(t, HF_DROP_CLOSED_RST);
	silence(t);
}

/* A flood is answered with so many a second. */
static void closed_rate(struct script *t)
{
	size_t n;

	t->config.reset_per_second = 5;
	start(t);
	for (int i = 0; i < 20; i++)
		in(t, "S 0:0(0) <mss 1460>");
	n = skip(t);
	require(t, n >= 1 && n <= 5);
	after(t, 2000);
	skip(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "R. 0:0(0) ack 1");
}

/* ---- LISTEN: group 2, 3.10.7.2 ---------------------------------------- */

static void listen_with_ack(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, ". 5:5(0) ack 7777");
	dropped(t, HF_DROP_LISTEN_ACK);
	out(t, "R 7777:7777(0)");
	in(t, "S. 0:0(0) ack 500 <mss 1460>");
	out(t, "R 500:500(0)");
	in(t, "F. 5:15(10) ack 3");
	out(t, "R 3:3(0)");
	silence(t);
	passive(t, "mss 1460");
}

static void listen_ignores(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "R 0:0(0)");
	dropped(t, HF_DROP_LISTEN_FLAGS);
	in(t, "R. 0:0(0) ack 1");
	silence(t);
	in(t, "SR 0:0(0) <mss 1460>");
	silence(t);
	in(t, "F 0:0(0)");
	dropped(t, HF_DROP_LISTEN_FLAGS);
	silence(t);
	in(t, "P 0:10(10)");
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 0);
	passive(t, "mss 1460");
}

/* ---- SYN_RECEIVED ----------------------------------------------------- */

/* MUST-11. From LISTEN: back to LISTEN, the user need not know. 3.5.3. */
static void syn_received_passive_reset(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "R 1:1(0)");
	quiet(t, 10000);
	used(t, HF_POOL_HALF_OPEN, 0);
	no_event(t, ~0u);
	script_no_event(t, t->listener, ~0u);
	script_flow_reset(t);
	passive(t, "mss 1460");
}

/* RFC 5961 3 holds here as well. */
static void syn_received_reset_in_window(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "R 100:100(0)");
	out(t, ". 1:1(0) ack 1");
	in(t, "R 200000:200000(0)");
	silence(t);
	in(t, "R 0:0(0)");
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* From SYN_SENT: refused. MUST-11. */
static void syn_received_active_reset(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "R 1:1(0)");
	silence(t);
	ended(t, HF_ERR_REFUSED);
	quiet(t, 10000);
}

/* ---- ESTABLISHED ------------------------------------------------------ */

/* RFC 9293 3.10.7.4 second, 2): exactly RCV.NXT. MUST-12. */
static void reset_exact(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "R 1:1(0)");
	silence(t);
	ended(t, HF_ERR_RESET);
	user_send_error(t, HF_ERR_RESET);
	user_receive_error(t, HF_ERR_RESET);
	quiet(t, 10000);
	flow(t, 1);
	active(t, "mss 1460,sackOK,ts,wscale 7");
	in(t, "R. 1:1(0) ack 1");
	silence(t);
	ended(t, HF_ERR_RESET);
}

/* 3): in the window, challenged; its far end counts. */
static void reset_in_window(struct script *t)
{
	uint32_t last;

	start(t);
	passive(t, "mss 1460");
	last = t->f->edge - 1;
	in(t, "R 2:2(0)");
	dropped(t, HF_DROP_RST_CHALLENGED);
	out(t, ". 1:1(0) ack 1");
	in(t, "R. %u:%u(0) ack 1", last, last);
	dropped(t, HF_DROP_RST_CHALLENGED);
	out(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	no_event(t, HF_EVENT_CLOSED);
}

/* 1): outside, silently dropped. */
static void reset_outside_window(struct script *t)
{
	uint32_t edge;

	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	in(t, "R 0:0(0)");
	dropped(t, HF_DROP_SEQUENCE);
	in(t, "R %u:%u(0)", edge, edge);
	dropped(t, HF_DROP_SEQUENCE);
	in(t, "R. 0x80000000:0x80000000(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
}

/* SHLD-2: with text in it. */
static void reset_with_text(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "R. 1:21(20) ack 1");
	silence(t);
	ended(t, HF_ERR_RESET);
}

/* What came before is still handed out, then the error (host.h). */
static void reset_after_text(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	in(t, "R 11:11(0)");
	skip(t);
	ended(t, HF_ERR_RESET);
	user_receive(t, 10);
	user_receive_error(t, HF_ERR_RESET);
	quiet(t, 10000);
}

/* Retransmission stops, all queues are flushed. */
static void reset_with_text_in_flight(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 20000);
	skip(t);
	in(t, "R 1:1(0)");
	ended(t, HF_ERR_RESET);
	quiet(t, 200000);
	used(t, HF_POOL_SIDE, 0);
	user_close(t);
	used(t, HF_POOL_CONNECTION, 0);
}

/* MUST-66: also when the window is closed. */
static void reset_with_zero_window(struct script *t)
{
	uint32_t seq = 1;

	t->config.receive_buffer = 4096;
	start(t);
	passive(t, "mss 1460");
	while (seq < t->f->edge) {
		uint32_t n = t->f->edge - seq;

		n = n > 1000 ? 1000 : n;
		in(t, "P. %u:%u(%u) ack 1", seq, seq + n, n);
		seq += n;
		after(t, 499);
		skip(t);
	}
	require(t, script_status(t).receive_window == 0);
	in(t, "R %u:%u(0)", seq + 1, seq + 1);
	skip(t);
	state(t, HF_ESTABLISHED);
	in(t, "R %u:%u(0)", seq, seq);
	silence(t);
	ended(t, HF_ERR_RESET);
}

/* RFC 5961 4: any SYN is challenged, wherever it is. */
static void syn_challenged(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "S 100:100(0) <mss 1460>");
	dropped(t, HF_DROP_SYN_CHALLENGED);
	out(t, ". 1:1(0) ack 1");
	in(t, "S 1:1(0) <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	in(t, "S. 50:50(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	in(t, "S 800000:800000(0) <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	no_event(t, HF_EVENT_CLOSED);
}

/* A challenge answered with a true RST ends a half-open connection. */
static void syn_challenged_then_reset(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "S 700000:700000(0) <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	in(t, "R 1:1(0)");
	ended(t, HF_ERR_RESET);
}

/* RFC 5961 10. */
static void challenge_rate(struct script *t)
{
	size_t n;

	t->config.challenge_per_second = 5;
	start(t);
	passive(t, "mss 1460");
	for (int i = 0; i < 20; i++)
		in(t, "R 100:100(0)");
	n = skip(t);
	require(t, n >= 1 && n <= 5);
	after(t, 2000);
	skip(t);
	in(t, "R 100:100(0)");
	out(t, ". 1:1(0) ack 1");
	in(t, "R 1:1(0)");
	ended(t, HF_ERR_RESET);
}

/* ---- other unacceptable segments: 3.5.2 group 3 ----------------------- */

static void outside_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 100001:100011(10) ack 1");
	out(t, ". 1:1(0) ack 1");
	in(t, ". 0:0(0) ack 1");
	dropped(t, HF_DROP_SEQUENCE);
	out(t, ". 1:1(0) ack 1");
	in(t, "F. 900000:900000(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
}

/* 3.10.7.4 fifth: not yet sent; MAY-12, RFC 5961 5: or long ago. */
static void unacceptable_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 2");
	dropped(t, HF_DROP_ACK);
	out(t, ". 1:1(0) ack 1");
	in(t, "P. 1:11(10) ack %u", 0u - 100000u);
	dropped(t, HF_DROP_ACK);
	out(t, ". 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 0x7fffffff");
	out(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
}

/* 3.10.7.4 fifth: "if the ACK bit is off, drop the segment and return". */
static void no_ack_bit(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P 1:11(10)");
	dropped(t, HF_DROP_NO_ACK);
	in(t, "F 1:1(0)");
	dropped(t, HF_DROP_NO_ACK);
	silence(t);
	state(t, HF_ESTABLISHED);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
}

/* An acknowledgement that says nothing new must not be answered. */
static void no_ack_of_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	for (int i = 0; i < 5; i++)
		in(t, ". 1:1(0) ack 1");
	quiet(t, 1000);
}

/* ---- a reset in each closing state: 3.10.7.4 second ------------------- */

static void reset_fin_wait_1(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "R 2:2(0)");
	out(t, ". 2:2(0) ack 1");
	in(t, "R 1:1(0)");
	silence(t);
	ended(t, HF_ERR_RESET);
	quiet(t, 10000);
}

static void reset_fin_wait_2(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	in(t, "R 1:1(0)");
	silence(t);
	ended(t, HF_ERR_RESET);
}

static void reset_close_wait(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 1:1(0) ack 2");
	in(t, "S 2:2(0) <mss 1460>");
	out(t, ". 1:1(0) ack 2");
	in(t, "R 2:2(0)");
	silence(t);
	ended(t, HF_ERR_RESET);
}

/* In these the user has no call left that could fail: just CLOSED. */
static void reset_closing(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 2:2(0) ack 2");
	in(t, "R 2:2(0)");
	silence(t);
	state(t, HF_CLOSED);
	event(t, HF_EVENT_CLOSED);
	quiet(t, 10000);
}

static void reset_last_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 1:1(0) ack 2");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 2");
	in(t, "R 2:2(0)");
	silence(t);
	state(t, HF_CLOSED);
	event(t, HF_EVENT_CLOSED);
	quiet(t, 10000);
}

/* Released: the record goes at once. */
static void reset_released(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "R 1:1(0)");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	flow(t, 1);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	in(t, "R 1:1(0)");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* A reset is valid without timestamps, and old ones do not spoil it. */
static void reset_knows_no_paws(struct script *t)
{
	start(t);
	t->f->ts_clock = 5000;
	passive(t, "mss 1460,ts");
	in(t, "R 1:1(0)");
	ended(t, HF_ERR_RESET);
	flow(t, 1);
	t->f->ts_clock = 5000;
	passive(t, "mss 1460,ts");
	in(t, "R 1:1(0) <nop,nop,TS val 1 ecr last>");
	ended(t, HF_ERR_RESET);
}

/* ---- numbers as far away as they can be ------------------------------- */

/*
 * RFC 9293 3.4: arithmetic modulo 2^32 has no order at half its size;
 * 3.10.7.4 fifth and RFC 5961 5.2: such an ACK is discarded with an answer.
 */
static void ack_half_the_space_away(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	for (uint32_t far = 0x7fffffffu; far <= 0x80000002u; far++) {
		in(t, "P. 1:11(10) ack %u", 1 + far);
		dropped(t, HF_DROP_ACK);
		out(t, ". 1:1(0) ack 1");
		silence(t);
	}
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* RFC 9293 3.10.7.3, first: outside of ISS < SEG.ACK <= SND.NXT, a reset. */
static void ack_half_the_space_away_of_syn(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	for (uint32_t far = 0x7fffffffu; far <= 0x80000002u; far++) {
		in(t, ". 300:300(0) ack %u", far);
		dropped(t, HF_DROP_ACK);
		out(t, "R %u:%u(0)", far, far);
	}
	state(t, HF_SYN_SENT);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(closed_without_ack),
	SCRIPT(closed_with_ack),
	SCRIPT(closed_reset),
	SCRIPT(closed_rate),
	SCRIPT(listen_with_ack),
	SCRIPT(listen_ignores),
	SCRIPT(syn_received_passive_reset),
	SCRIPT(syn_received_reset_in_window),
	SCRIPT(syn_received_active_reset),
	SCRIPT(reset_exact),
	SCRIPT(reset_in_window),
	SCRIPT(reset_outside_window),
	SCRIPT(reset_with_text),
	ROBUST(reset_after_text),
	ROBUST(reset_with_text_in_flight),
	SCRIPT(reset_with_zero_window),
	SCRIPT(syn_challenged),
	SCRIPT(syn_challenged_then_reset),
	SCRIPT(challenge_rate),
	SCRIPT(outside_window),
	SCRIPT(unacceptable_ack),
	ROBUST(no_ack_bit),
	SCRIPT(no_ack_of_ack),
	SCRIPT(reset_fin_wait_1),
	SCRIPT(reset_fin_wait_2),
	SCRIPT(reset_close_wait),
	SCRIPT(reset_closing),
	SCRIPT(reset_last_ack),
	SCRIPT(reset_released),
	SCRIPT(reset_knows_no_paws),
	SCRIPT(ack_half_the_space_away),
	SCRIPT(ack_half_the_space_away_of_syn),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("reset", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
