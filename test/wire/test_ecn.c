/* SPDX-License-Identifier: MIT */
/* Explicit Congestion Notification: RFC 3168 6.1. SHLD-8 */
#include "script.h"

/* ---- beginnings ------------------------------------------------------- */

#define ASKS 1
#define ANSWERS 2

static void start_with(struct script *t, uint8_t ecn)
{
	t->config.ecn = ecn;
	start(t);
}

/* A connection that the peer has opened, both with ECN. */
static void agreed(struct script *t)
{
	start_with(t, ANSWERS);
	user_listen(t);
	in(t, "SEW 0:0(0) <mss 1460>");
	out(t, "SE. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, script_status(t).ecn);
}

/* ---- 6.1.1: agreeing -------------------------------------------------- */

/* SHLD-8: an ECN-setup SYN is answered with an ECN-setup SYN-ACK; neither has
 * ECT. */
static void answers(struct script *t)
{
	agreed(t);
	silence(t);
	user_send(t, 100);
	out(t, "[ect0] P. 1:101(100) ack 1");
}

static void does_not_answer(struct script *t)
{
	start_with(t, 0);
	user_listen(t);
	in(t, "SEW 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, !script_status(t).ecn);
	user_send(t, 100);
	out(t, "P. 1:101(100) ack 1");
}

/* One bit of the two, or none, is no ECN-setup SYN. */
static void syn_does_not_ask(struct script *t)
{
	static const char *const syns[] = { "S", "SE", "SW" };

	start_with(t, ASKS);
	user_listen(t);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		in(t, "%s 0:0(0) <mss 1460>", syns[i]);
		out(t, "S. 0:0(0) ack 1");
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
		require(t, !script_status(t).ecn);
	}
}

/* SHLD-8 */
static void asks(struct script *t)
{
	start_with(t, ASKS);
	user_open(t);
	out(t, "SEW 0:0(0)");
	require(t, !script_status(t).ecn);
	in(t, "SE. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	require(t, script_status(t).ecn);
	user_send(t, 100);
	out(t, "[ect0] P. 1:101(100) ack 1");
}

static void does_not_ask(struct script *t)
{
	start_with(t, ANSWERS);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "SE. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	require(t, !script_status(t).ecn);
	user_send(t, 100);
	out(t, "P. 1:101(100) ack 1");
}

/* One that only reflects what it was sent has not understood. */
static void syn_ack_does_not_agree(struct script *t)
{
	static const char *const answers[] = { "S.", "SEW.", "SW." };

	start_with(t, ASKS);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		t->f->local_port = 0;
		user_open(t);
		out(t, "SEW 0:0(0)");
		in(t, "%s 0:0(0) ack 1 <mss 1460>", answers[i]);
		out(t, ". 1:1(0) ack 1");
		require(t, !script_status(t).ecn);
		user_send(t, 100);
		out(t, "P. 1:101(100) ack 1");
		in(t, "[ce] P.E 1:11(10) ack 101");
		due_within(t, 0, 499, ". 101:101(0) ack 11");
		user_receive(t, 10);
	}
}

/* 6.1.1.1: who is not answered asks without ECN. */
static void falls_back(struct script *t)
{
	start_with(t, ASKS);
	user_open(t);
	out(t, "SEW 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	due(t, 2000, "S 0:0(0)");
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	require(t, !script_status(t).ecn);
	user_send(t, 100);
	out(t, "P. 1:101(100) ack 1");
}

/*
 * 6.1.1: who has sent one SYN without ECN must not set ECT, but who has sent
 * one with it and was answered with it must heed CE.
 */
static void falls_back_too_early(struct script *t)
{
	start_with(t, ASKS);
	user_open(t);
	out(t, "SEW 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	in(t, "SE. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	user_send(t, 100);
	out(t, "P. 1:101(100) ack 1");
	in(t, "[ce] P. 1:11(10) ack 101");
	due_within(t, 0, 499, ".E 101:101(0) ack 11");
	user_receive(t, 10);
}

/* The peer falls back: its second SYN is none of ECN, nor is our answer. */
static void peer_falls_back(struct script *t)
{
	start_with(t, ANSWERS);
	user_listen(t);
	in(t, "SEW 0:0(0) <mss 1460>");
	out(t, "SE. 0:0(0) ack 1");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, !script_status(t).ecn);
}

/* Retransmitted SYN-ACKs go on agreeing. */
static void syn_ack_again(struct script *t)
{
	start_with(t, ANSWERS);
	user_listen(t);
	in(t, "SEW 0:0(0) <mss 1460>");
	out(t, "SE. 0:0(0) ack 1");
	due(t, 1000, "SE. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, script_status(t).ecn);
}

/* RFC 9293 3.5, figure 8, with ECN-setup SYNs on both sides. */
static void simultaneous(struct script *t)
{
	start_with(t, ASKS);
	user_open(t);
	out(t, "SEW 0:0(0)");
	in(t, "SEW 0:0(0) <mss 1460>");
	out(t, "SE. 0:0(0) ack 1");
	in(t, "SE. 0:0(0) ack 1 <mss 1460>");
	skip(t);
	state(t, HF_ESTABLISHED);
	require(t, script_status(t).ecn);
	user_send(t, 100);
	out(t, "[ect0] P. 1:101(100) ack 1");
}

static void simultaneous_without(struct script *t)
{
	static const char *const first[] = { "S", "SEW", "SEW" };
	static const char *const second[] = { "S.", "S.", "SEW." };

	start_with(t, ASKS);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		t->f->local_port = 0;
		user_open(t);
		out(t, "SEW 0:0(0)");
		in(t, "%s 0:0(0) <mss 1460>", first[i]);
		out(t, i == 0 ? "S. 0:0(0) ack 1" : "SE. 0:0(0) ack 1");
		in(t, "%s 0:0(0) ack 1 <mss 1460>", second[i]);
		skip(t);
		require(t, !script_status(t).ecn);
		user_send(t, 100);
		out(t, "P. 1:101(100) ack 1");
	}
}

/* It was none of ours that asked: 6.1.1 forbids ECT. */
static void simultaneous_unasked(struct script *t)
{
	start_with(t, ANSWERS);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "SEW 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	skip(t);
	require(t, !script_status(t).ecn);
}

/* ---- 6.1.3: the receiver ---------------------------------------------- */

/* ECE in all ACKs from the CE on until CWR comes. */
static void echoes_until_cwr(struct script *t)
{
	agreed(t);
	require(t, !script_status(t).ecn_seen);
	in(t, "[ect0] P. 1:11(10) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	require(t, script_status(t).ecn_seen);
	in(t, "[ce] P. 11:21(10) ack 1");
	due_within(t, 0, 499, ".E 1:1(0) ack 21");
	in(t, "[ect0] P. 21:31(10) ack 1");
	due_within(t, 0, 499, ".E 1:1(0) ack 31");
	user_send(t, 100);
	out(t, "[ect0] PE. 1:101(100) ack 31");
	in(t, "[ect0] PW. 31:41(10) ack 101");
	due_within(t, 0, 499, ". 101:101(0) ack 41");
	/* A CE on the segment with CWR is news. */
	in(t, "[ce] PW. 41:51(10) ack 101");
	due_within(t, 0, 499, ".E 101:101(0) ack 51");
	in(t, "[ect1] PW. 51:61(10) ack 101");
	due_within(t, 0, 499, ". 101:101(0) ack 61");
	user_receive(t, 60);
}

/* A delayed ACK tells of both segments that it acknowledges. */
static void echoes_of_either(struct script *t)
{
	agreed(t);
	in(t, "[ce] . 1:1461(1460) ack 1");
	in(t, "[ect0] . 1461:2921(1460) ack 1");
	out(t, ".E 1:1(0) ack 2921");
	user_receive(t, 2920);
	skip(t);
}

/* 6.1.4, 6.1.5: CE of pure ACKs, and outside the window, says nothing. */
static void ignores_ce(struct script *t)
{
	agreed(t);
	in(t, "[ce] . 1:1(0) ack 1");
	silence(t);
	in(t, "[ect0] P. 1:11(10) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	in(t, "[ce] P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 11");
	in(t, "[ce] P. 900011:900021(10) ack 1");
	out(t, ". 1:1(0) ack 11");
	user_receive(t, 10);
}

/* Out of order, but within the window. */
static void echoes_out_of_order(struct script *t)
{
	agreed(t);
	in(t, "[ce] P. 11:21(10) ack 1");
	out(t, ".E 1:1(0) ack 1");
	in(t, "[ect0] P. 1:11(10) ack 1");
	out(t, ".E 1:1(0) ack 21");
	user_receive(t, 20);
}

/* ---- 6.1.2: the sender ------------------------------------------------ */

/* So many segments are on their way, and the window is full. */
static uint32_t fill(struct script *t, unsigned segments)
{
	t->config.initial_window = segments;
	agreed(t);
	user_send(t, 40 * MSS);
	for (unsigned i = 0; i < segments; i++)
		out(t, "[ect0] . %u:%u(1460) ack 1", 1 + i * MSS,
		    1 + (i + 1) * MSS);
	silence(t);
	return script_status(t).cwnd;
}

/* Halved at once; CWR on the next new segment, and on no other. */
static void reacts(struct script *t)
{
	uint32_t cwnd = fill(t, 10);

	require(t, cwnd == 10 * MSS);
	in(t, "E. 1:1(0) ack 1461");
	require(t, script_status(t).cwnd == 5 * MSS);
	require(t, script_status(t).ssthresh == 5 * MSS);
	silence(t); /* nine are on their way, five may be */
	in(t, "E. 1:1(0) ack 8761");
	require(t, script_status(t).cwnd == 5 * MSS);
	out(t, "[ect0] W. 14601:16061(1460) ack 1");
	in(t, ". 1:1(0) ack 10221");
	out(t, "[ect0] . 16061:17521(1460) ack 1");
	skip(t);
}

/*
 * Once for a window of data: what was sent before the window was halved says
 * nothing new, and what was sent after it does.
 */
static void reacts_once_per_window(struct script *t)
{
	fill(t, 10);
	in(t, "E. 1:1(0) ack 2921");
	require(t, script_status(t).cwnd == 5 * MSS);
	/* All that was on its way then. */
	in(t, "E. 1:1(0) ack 14601");
	require(t, script_status(t).cwnd == 5 * MSS);
	out(t, "[ect0] W. 14601:16061(1460) ack 1");
	require(t, skip(t) == 4);
	in(t, "E. 1:1(0) ack 16061");
	require(t, script_status(t).cwnd == 2 * MSS + MSS / 2);
	in(t, ". 1:1(0) ack 21901");
	out(t, "[ect0] W. 21901:23361(1460) ack 1");
	skip(t);
}

/* No ACK with ECE makes the window larger, nor has one without ECN a say. */
static void ece_means_nothing_else(struct script *t)
{
	t->config.ecn = 0;
	start(t);
	passive(t, "mss 1460");
	user_send(t, 4 * MSS);
	out_segments(t, 0, 4);
	in(t, "E. 1:1(0) ack 1461");
	require(t, script_status(t).cwnd == 5 * MSS);
}

/*
 * The two segments of limited transmit are new ones, what goes again is not
 * ECT, and the peer is told of a window that loss has made smaller.
 */
static void fast_retransmit(struct script *t)
{
	fill(t, 10);
	in(t, ". 1:1(0) ack 1");
	out(t, "[ect0] . 14601:16061(1460) ack 1");
	in(t, ". 1:1(0) ack 1");
	out(t, "[ect0] . 16061:17521(1460) ack 1");
	in(t, ". 1:1(0) ack 1");
	out(t, ". 1:1461(1460) ack 1");
	in(t, ". 1:1(0) ack 17521");
	out(t, "[ect0] W. 17521:18981(1460) ack 1");
	skip(t);
}

/* ECE and three duplicates of the same window: halved once, not twice. */
static void loss_after_ece(struct script *t)
{
	fill(t, 10);
	in(t, "E. 1:1(0) ack 1461");
	require(t, script_status(t).ssthresh == 5 * MSS);
	for (int i = 0; i < 3; i++)
		in(t, "E. 1:1(0) ack 1461");
	out(t, ". 1461:2921(1460) ack 1");
	require(t, script_status(t).ssthresh == 5 * MSS);
	skip(t);
}

/* ... nor by ECE while a loss is mended. */
static void ece_after_loss(struct script *t)
{
	uint32_t ssthresh;

	fill(t, 10);
	for (int i = 0; i < 3; i++)
		in(t, ". 1:1(0) ack 1");
	skip(t);
	ssthresh = script_status(t).ssthresh;
	in(t, "E. 1:1(0) ack 2921");
	require(t, script_status(t).ssthresh == ssthresh);
	skip(t);
}

/* 6.1.5: not ECT, nor CWR; the next new one has both. */
static void timeout(struct script *t)
{
	fill(t, 4);
	due(t, 1000, ". 1:1461(1460) ack 1");
	in(t, ". 1:1(0) ack 5841");
	out(t, "[ect0] W. 5841:7301(1460) ack 1");
	skip(t);
}

/* A timeout just after the window was halved does not halve it again. */
static void timeout_after_ece(struct script *t)
{
	fill(t, 10);
	in(t, "E. 1:1(0) ack 1461");
	require(t, script_status(t).ssthresh == 5 * MSS);
	due(t, 1000, ". 1461:2921(1460) ack 1");
	require(t, script_status(t).ssthresh == 5 * MSS);
}

/* 6.1.6 */
static void window_probe(struct script *t)
{
	agreed(t);
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	due(t, 1000, ". 1:2(1) ack 1");
	in(t, ". 1:1(0) ack 1 win 65535");
	skip(t);
}

/* FIN alone is no data; with data it is, and CWR may go with it. */
static void fin(struct script *t)
{
	agreed(t);
	user_send(t, 100);
	out(t, "[ect0] P. 1:101(100) ack 1");
	user_shutdown(t);
	out(t, "F. 101:101(0) ack 1");
}

/* Nagle holds back; what goes then has CWR. */
static void nagle(struct script *t)
{
	agreed(t);
	user_send(t, 100);
	out(t, "[ect0] P. 1:101(100) ack 1");
	user_send(t, 100);
	silence(t);
	in(t, "E. 1:1(0) ack 101");
	out(t, "[ect0] PW. 101:201(100) ack 1");
	in(t, ". 1:1(0) ack 201");
	user_send(t, 100);
	out(t, "[ect0] P. 201:301(100) ack 1");
}

/* Diffserv and ECN share an octet: MUST-48. */
static void tos(struct script *t)
{
	agreed(t);
	user_set(t, HF_OPTION_TOS, 0xb8);
	user_send(t, 100);
	out(t, "[ect0] P. 1:101(100) ack 1");
	require(t, t->last.tos == (0xb8 | 2));
	in(t, "[ect0] P. 1:11(10) ack 101");
	due_within(t, 0, 499, ". 101:101(0) ack 11");
	require(t, t->last.tos == 0xb8);
	error(t, HF_ERR_ARGUMENT,
	      hf_set(t->host, t->f->h, HF_OPTION_TOS, 0xb9));
	user_receive(t, 10);
}

/* Resets and what TIME_WAIT says are not of a connection with ECN. */
static void time_wait(struct script *t)
{
	agreed(t);
	in(t, "[ce] P. 1:11(10) ack 1");
	due_within(t, 0, 499, ".E 1:1(0) ack 11");
	user_receive(t, 10);
	user_close(t);
	out(t, "FE. 1:1(0) ack 11");
	in(t, "F. 11:11(0) ack 2");
	out(t, ".E 2:2(0) ack 12");
	used(t, HF_POOL_TIME_WAIT, 1);
	in(t, "F. 11:11(0) ack 2");
	out(t, ". 2:2(0) ack 12");
}

static void profiles(struct script *t)
{
	struct hf_config config;

	hf_config_default(&config, HF_PROFILE_RFC);
	require(t, config.ecn == ASKS);
	hf_config_default(&config, HF_PROFILE_LINUX);
	require(t, config.ecn == ANSWERS);
	start(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(answers),
	SCRIPT(does_not_answer),
	SCRIPT(syn_does_not_ask),
	SCRIPT(asks),
	SCRIPT(does_not_ask),
	SCRIPT(syn_ack_does_not_agree),
	SCRIPT(falls_back),
	SCRIPT(falls_back_too_early),
	SCRIPT(peer_falls_back),
	SCRIPT(syn_ack_again),
	SCRIPT(simultaneous),
	SCRIPT(simultaneous_without),
	SCRIPT(simultaneous_unasked),
	SCRIPT(echoes_until_cwr),
	SCRIPT(echoes_of_either),
	SCRIPT(ignores_ce),
	SCRIPT(echoes_out_of_order),
	SCRIPT(reacts),
	SCRIPT(reacts_once_per_window),
	SCRIPT(ece_means_nothing_else),
	SCRIPT(fast_retransmit),
	SCRIPT(loss_after_ece),
	SCRIPT(ece_after_loss),
	SCRIPT(timeout),
	SCRIPT(timeout_after_ece),
	SCRIPT(window_probe),
	SCRIPT(fin),
	SCRIPT(nagle),
	SCRIPT(tos),
	SCRIPT(time_wait),
	SCRIPT(profiles),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("ecn", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
