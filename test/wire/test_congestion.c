/* SPDX-License-Identifier: MIT */
/* Congestion: RFC 9293 3.8.2; RFC 5681; RFC 6582; RFC 3042. */
#include "script.h"

static void duplicate_acks(struct script *t, unsigned segments, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ack_segments(t, segments);
}

/* ---- fast retransmit and recovery: RFC 5681 3.2, RFC 6582 ------------- */

static void fast_retransmit(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 4 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	duplicate_acks(t, 0, 2);
	silence(t);
	duplicate_acks(t, 0, 1);
	out(t, ". 1:1461(1460) ack 1");
	require(t, t->last.report.why == HF_WHY_FAST_RETRANSMIT);
	silence(t);
	require(t, script_status(t).ssthresh == 2 * MSS);
	ack_segments(t, 4);
	quiet(t, 10000);
	require(t, script_status(t).cwnd <= 3 * MSS);
}

/* What is not a duplicate, RFC 5681 2: text, or another window. */
static void no_duplicates(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 4 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	for (unsigned i = 0; i < 5; i++)
		in(t, ". 1:1(0) ack 1 win %u", 60000 + i);
	silence(t);
	for (uint32_t i = 0; i < 5; i++)
		in(t, "P. %u:%u(10) ack 1 win 60004", 1 + 10 * i, 11 + 10 * i);
	after(t, 499);
	out_last(t, ". 5841:5841(0) ack 51");
}

/* Nothing is in flight: no number of ACKs is a sign of loss. */
static void no_duplicates_when_idle(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	for (int i = 0; i < 6; i++)
		in(t, ". 1:1(0) ack 11");
	silence(t);
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	silence(t);
}

/* RFC 6582 3.2: a partial ACK has the next hole sent at once. No MAY-18. */
static void partial_ack(struct script *t)
{
	t->config.initial_window = 10;
	start(t);
	passive(t, "mss 1460");
	user_send(t, 6 * MSS);
	MARK(t);
	out_segments(t, 0, 6);
	duplicate_acks(t, 0, 3);
	out_segments(t, 0, 1);
	silence(t);
	require(t, script_status(t).ssthresh == 3 * MSS);
	ack_segments(t, 2);
	out_segments(t, 2, 1);
	require(t, t->last.report.why == HF_WHY_PARTIAL_ACK);
	silence(t);
	ack_segments(t, 4);
	out_segments(t, 4, 1);
	silence(t);
	ack_segments(t, 6);
	quiet(t, 10000);
	require(t, script_status(t).cwnd <= 3 * MSS);
}

/* RFC 5681 3.2 step 4: each further duplicate lets one more out. */
static void recovery_inflates(struct script *t)
{
	t->config.initial_window = 6;
	start(t);
	passive(t, "mss 1460");
	user_send(t, 12 * MSS);
	MARK(t);
	out_segments(t, 0, 6);
	duplicate_acks(t, 0, 2);
	out_segments(t, 6, 2);
	require(t, t->last.report.why == HF_WHY_LIMITED_TRANSMIT);
	silence(t);
	duplicate_acks(t, 0, 1);
	out_segments(t, 0, 1);
	duplicate_acks(t, 0, 4);
	require(t, skip(t) >= 1);
	require(t, t->last.seq - t->f->iss >= 1 + 8 * MSS);
}

/* RFC 3042 (and RFC 5681 3.2 step 1): new text on the first two. */
static void limited_transmit(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 8 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	duplicate_acks(t, 0, 1);
	out_segments(t, 4, 1);
	duplicate_acks(t, 0, 1);
	out_segments(t, 5, 1);
	silence(t);
	duplicate_acks(t, 0, 1);
	out_segments(t, 0, 1);
	require(t, script_status(t).ssthresh == 2 * MSS);
}

/* A retransmission that is lost, too, is left to the timer. */
static void fast_retransmit_lost(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 4 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	duplicate_acks(t, 0, 3);
	out_segments(t, 0, 1);
	due_within(t, 990, 1001, ". 1:1461(1460) ack 1");
	silence(t);
	ack_segments(t, 4);
	quiet(t, 10000);
}

/* RFC 6582 3.2 step 1 and 4: no fast retransmit again for the same window. */
static void no_second_recovery(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 4 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	due(t, 1000, ". 1:1461(1460) ack 1");
	duplicate_acks(t, 0, 6);
	silence(t);
	ack_segments(t, 4);
	silence(t);
}

/* ---- the congestion window: RFC 5681 3.1 ------------------------------ */

/* MUST-19 */
static void slow_start(struct script *t)
{
	t->config.initial_window = 2;
	start(t);
	passive(t, "mss 1460");
	require(t, script_status(t).cwnd == 2 * MSS);
	user_send(t, 30 * MSS);
	MARK(t);
	out_segments(t, 0, 2);
	silence(t);
	ack_segments(t, 1);
	out_segments(t, 2, 2);
	silence(t);
	ack_segments(t, 2);
	out_segments(t, 4, 2);
	silence(t);
	require(t, script_status(t).cwnd == 4 * MSS);
	/* one SMSS for each ACK, though it may acknowledge two segments */
	ack_segments(t, 4);
	out_segments(t, 6, 3);
	silence(t);
	require(t, script_status(t).cwnd == 5 * MSS);
}

/* Equation (4), loss window, then slow start up to ssthresh. */
static void after_timeout(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 12 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	due(t, 1000, ". 1:1461(1460) ack 1");
	silence(t);
	require(t, script_status(t).ssthresh == 2 * MSS);
	require(t, script_status(t).cwnd == MSS);
	ack_segments(t, 1);
	require(t, script_status(t).cwnd == 2 * MSS);
	out_segments(t, 1, 2);
	silence(t);
	ack_segments(t, 2);
	ack_segments(t, 3);
	/* at ssthresh either may be used, past it one SMSS a window */
	require(t, script_status(t).cwnd <= 7 * MSS / 2);
	require(t, script_status(t).cwnd > 2 * MSS);
	skip(t);
}

/* A second timeout of the same segment leaves ssthresh, equation (4). */
static void after_two_timeouts(struct script *t)
{
	t->config.initial_window = 10;
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10 * MSS);
	MARK(t);
	out_segments(t, 0, 10);
	due(t, 1000, ". 1:1461(1460) ack 1");
	require(t, script_status(t).ssthresh == 5 * MSS);
	due(t, 2000, ". 1:1461(1460) ack 1");
	require(t, script_status(t).ssthresh == 5 * MSS);
	require(t, script_status(t).cwnd == MSS);
}

/* MUST-19, RFC 5681 3.1: one SMSS a round trip at most, past ssthresh. */
static void congestion_avoidance(struct script *t)
{
	uint32_t before, acked = 4, sent = 4;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 40 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	duplicate_acks(t, 0, 3);
	while (maybe_out(t, ". 1:1461(1460) ack 1 | . ack 1"))
		if (t->chosen == 1)
			sent++;
	acked = sent;
	ack_segments(t, acked);
	sent += (uint32_t)skip(t);
	for (int round = 0; round < 5; round++) {
		uint32_t last = sent;

		before = script_status(t).cwnd;
		while (acked < last) {
			ack_segments(t, ++acked);
			sent += (uint32_t)skip(t);
		}
		require(t, script_status(t).cwnd > before);
		require(t, script_status(t).cwnd <= before + 3 * MSS / 2);
	}
}

/* RFC 5681 4.1: idle for more than an RTO, back to the restart window. */
static void idle_restart(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 20 * MSS);
	skip(t);
	for (unsigned i = 1; i <= 20; i++) {
		ack_segments(t, i);
		skip(t);
	}
	require(t, script_status(t).cwnd >= 8 * MSS);
	quiet(t, 5000);
	user_send(t, 8 * MSS);
	MARK(t);
	out_segments(t, 20, 4);
	silence(t);
}

/* The window that the sender may use is the lesser of the two. */
static void lesser_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 2920");
	user_send(t, 8 * MSS);
	MARK(t);
	out_segments(t, 0, 2);
	silence(t);
	in(t, ". 1:1(0) ack 1 win 65535");
	out_segments(t, 2, 2);
	silence(t);
}

/* A window of 4 is fully lost: go back N, one window of ACKs. */
static void whole_window_lost(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 4 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	due(t, 1000, ". 1:1461(1460) ack 1");
	silence(t);
	ack_segments(t, 1);
	out_segments(t, 1, 2);
	silence(t);
	ack_segments(t, 3);
	out_segments(t, 3, 1);
	ack_segments(t, 4);
	quiet(t, 10000);
	require(t, script_status(t).send_queue == 0);
}

/* RFC 7323 4: with timestamps a retransmission may be measured. */
static void measured_by_timestamps(struct script *t)
{
	start(t);
	passive(t, "mss 1460,ts");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	after(t, 100);
	in(t, ". 1:1(0) ack 11");
	require(t, script_status(t).srtt >= MS(10));
	require(t, script_status(t).srtt <= MS(110));
}

static void linux_retransmits(struct script *t)
{
	script_profile(t, HF_PROFILE_LINUX);
	start(t);
	passive(t, "mss 1460");
	user_send(t, 5 * MSS);
	MARK(t);
	out_segments(t, 0, 5);
	duplicate_acks(t, 0, 3);
	out_segments(t, 0, 1);
	ack_segments(t, 5);
	user_send(t, 10);
	out(t, "P. 7301:7311(10) ack 1");
	due_within(t, 200, 1001, "P. 7301:7311(10) ack 1");
	in(t, ". 1:1(0) ack 7311");
	quiet(t, 10000);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(fast_retransmit),
	SCRIPT(no_duplicates),
	ROBUST(no_duplicates_when_idle),
	SCRIPT(partial_ack),
	SCRIPT(recovery_inflates),
	SCRIPT(limited_transmit),
	SCRIPT(fast_retransmit_lost),
	SCRIPT(no_second_recovery),
	SCRIPT(slow_start),
	SCRIPT(after_timeout),
	SCRIPT(after_two_timeouts),
	SCRIPT(congestion_avoidance),
	SCRIPT(idle_restart),
	SCRIPT(lesser_window),
	SCRIPT(whole_window_lost),
	ROBUST(measured_by_timestamps),
	SCRIPT(linux_retransmits),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("congestion", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
