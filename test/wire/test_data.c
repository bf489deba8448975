/* SPDX-License-Identifier: MIT */
/* Receiving text: RFC 9293 3.8.6, 3.10.3, 3.10.7.4; RFC 5681 4.2. */
#include "script.h"

/* ---- in order --------------------------------------------------------- */

static void in_order(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	event(t, HF_EVENT_READABLE);
	require(t, script_status(t).receive_queue == 10);
	user_receive(t, 10);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	no_event(t, HF_EVENT_READABLE);
	in(t, "P. 11:1471(1460) ack 1");
	in(t, "P. 1471:1521(50) ack 1");
	after(t, 499);
	out_last(t, ". 1:1(0) ack 1521");
	event(t, HF_EVENT_READABLE);
	user_receive(t, 1510);
	no_event(t, HF_EVENT_EOF);
}

/* RFC 9293 3.10.7.4: PSH or not, text is handed over. No MAY-17. */
static void without_push(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:11(10) ack 1");
	event(t, HF_EVENT_READABLE);
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* ---- acknowledging ---------------------------------------------------- */

/* SHLD-18, MUST-40: delayed, by less than half a second. */
static void delayed_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	silence(t);
	due_within(t, 1, 201, ". 1:1(0) ack 11");
	quiet(t, 5000);
	in(t, "P. 11:21(10) ack 1");
	silence(t);
	due_within(t, 1, 201, ". 1:1(0) ack 21");
}

/* The delay runs from the first octet that waits, not the last. */
static void delayed_ack_is_not_put_off(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	quiet(t, 100);
	in(t, "P. 11:21(10) ack 1");
	if (maybe_out(t, ". 1:1(0) ack 21"))
		return;
	due_within(t, 0, 399, ". 1:1(0) ack 21");
}

/* RFC 9293 3.10.7.4: piggybacked if possible. */
static void piggybacked_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	user_send(t, 5);
	out(t, "P. 1:6(5) ack 11");
	in(t, ". 11:11(0) ack 6");
	quiet(t, 5000);
}

/* SHLD-19: at least every second full-sized segment. */
static void second_segment_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	for (unsigned i = 0; i < 5; i++) {
		uint32_t seq = 1 + i * 2920;

		in(t, ". %u:%u(1460) ack 1", seq, seq + 1460);
		maybe_out(t, ". 1:1(0) ack %u", seq + 1460);
		in(t, ". %u:%u(1460) ack 1", seq + 1460, seq + 2920);
		out(t, ". 1:1(0) ack %u", seq + 2920);
	}
	silence(t);
}

/* SHLD-19: or 2*RMSS octets. */
static void two_mss_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	for (unsigned i = 0; i < 4; i++)
		in(t, ". %u:%u(730) ack 1", 1 + i * 730, 731 + i * 730);
	out_last(t, ". 1:1(0) ack 2921");
}

/* MUST-58, MUST-59: all that is queued is processed first. */
static void burst_ack(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	burst(t, ". 1:1461(1460) ack 1;. 1461:2921(1460) ack 1;"
		 ". 2921:4381(1460) ack 1;. 4381:5841(1460) ack 1");
	out_last(t, ". 1:1(0) ack 5841");
	silence(t);
	user_receive(t, 5840);
	skip(t);
}

/* A FIN is acknowledged at once, with the text before it. */
static void fin_ends_delay(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	in(t, "F. 11:11(0) ack 1");
	out(t, ". 1:1(0) ack 12");
	silence(t);
}

/* ---- out of order: SHLD-31, RFC 5681 4.2 ------------------------------ */

/* MAY-13 */
static void one_hole(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <>");
	no_event(t, HF_EVENT_READABLE);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	in(t, "P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 21");
	silence(t);
	event(t, HF_EVENT_READABLE);
	user_receive(t, 20);
}

/* Each segment above a hole owes an ACK of its own. */
static void duplicate_acks(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	burst(t, ". 1461:2921(1460) ack 1;. 2921:4381(1460) ack 1;"
		 ". 4381:5841(1460) ack 1");
	out(t, ". 1:1(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	silence(t);
	in(t, ". 1:1461(1460) ack 1");
	out(t, ". 1:1(0) ack 5841");
	silence(t);
	user_receive(t, 5840);
	skip(t);
}

/* Filling a part of a hole is acknowledged at once, too. */
static void hole_filled_in_part(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1");
	in(t, "P. 31:41(10) ack 1");
	out(t, ". 1:1(0) ack 1");
	in(t, "P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 21");
	in(t, "P. 21:31(10) ack 1");
	out(t, ". 1:1(0) ack 41");
	silence(t);
	user_receive(t, 40);
}

static void many_orders(struct script *t)
{
	static const uint8_t order[4][8] = {
		{ 7, 6, 5, 4, 3, 2, 1, 0 },
		{ 1, 3, 5, 7, 0, 2, 4, 6 },
		{ 4, 0, 6, 2, 1, 7, 3, 5 },
		{ 2, 1, 0, 5, 4, 3, 7, 6 },
	};
	uint32_t base = 1;

	start(t);
	passive(t, "mss 1460");
	for (int i = 0; i < 4; i++, base += 800) {
		for (int k = 0; k < 8; k++) {
			uint32_t seq = base + 100u * order[i][k];

			in(t, "P. %u:%u(100) ack 1", seq, seq + 100);
		}
		after(t, 499);
		out_last(t, ". 1:1(0) ack %u", base + 800);
		user_receive(t, 800);
	}
}

static void overlaps(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	/* on the left: old octets first */
	in(t, "P. 1:11(10) ack 1");
	in(t, "P. 6:16(10) ack 1");
	user_receive(t, 15);
	/* on the right, of what waits */
	in(t, "P. 26:36(10) ack 1");
	in(t, "P. 16:31(15) ack 1");
	user_receive(t, 20);
	/* all around it, and more */
	in(t, "P. 41:46(5) ack 1");
	in(t, "P. 36:66(30) ack 1");
	user_receive(t, 30);
	/* two that wait and touch, two that wait and overlap */
	in(t, "P. 76:86(10) ack 1");
	in(t, "P. 86:96(10) ack 1");
	in(t, "P. 101:111(10) ack 1");
	in(t, "P. 93:105(12) ack 1");
	in(t, "P. 80:90(10) ack 1");
	in(t, "P. 60:80(20) ack 1");
	user_receive(t, 45);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	after(t, 499);
	out_last(t, ". 1:1(0) ack 111");
}

/* RFC 9293 3.10.7.4 first: old text is answered and not delivered. */
static void duplicate_text(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	in(t, "P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 11");
	in(t, "P. 5:8(3) ack 1");
	out(t, ". 1:1(0) ack 11");
	silence(t);
	user_receive(t, 10);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
}

/* ---- the window ------------------------------------------------------- */

/* Receives up to the right edge; returns RCV.NXT. */
static uint32_t fill(struct script *t, uint32_t seq, uint32_t upto)
{
	while (seq < upto) {
		uint32_t n = upto - seq < 1460 ? upto - seq : 1460;

		script_in(t, "P. %u:%u(%u) ack 1", seq, seq + n, n);
		seq += n;
	}
	script_after(t, MS(499));
	script_last(t, ". 1:1(0) ack %u win %u", seq, t->f->edge - seq);
	return seq;
}

/* Text that straddles the right edge is trimmed; SHLD-14. */
static void trimmed_at_edge(struct script *t)
{
	uint32_t edge, seq;

	t->config.receive_buffer = 8192;
	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	MARK(t);
	seq = fill(t, 1, edge - 100);
	in(t, "P. %u:%u(200) ack 1", seq, seq + 200);
	after(t, 499);
	out_last(t, ". 1:1(0) ack %u win 0", edge);
	user_receive(t, edge - 1);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	skip(t);
}

/* RFC 9293 3.8.6.1: the zero window is told again, nothing is taken. */
static void zero_window(struct script *t)
{
	uint32_t edge;

	t->config.receive_buffer = 8192;
	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	MARK(t);
	fill(t, 1, edge);
	require(t, script_status(t).receive_window == 0);
	for (int i = 0; i < 3; i++) {
		in(t, ". %u:%u(1) ack 1", edge, edge + 1);
		out(t, ". 1:1(0) ack %u win 0", edge);
		after(t, 1000);
	}
	/* an ACK at RCV.NXT is acceptable and owes no answer */
	in(t, ". %u:%u(0) ack 1", edge, edge);
	silence(t);
	user_receive(t, edge - 1);
	out(t, ". 1:1(0) ack %u", edge);
	require(t, t->last.wnd >= 1460);
	in(t, "P. %u:%u(10) ack 1", edge, edge + 10);
	user_receive(t, 10);
	after(t, 499);
	skip(t);
}

/* MAY-8: whoever does not read for a day is still told of, and still open. */
static void window_stays_closed(struct script *t)
{
	uint32_t edge;

	t->config.receive_buffer = 8192;
	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	MARK(t);
	fill(t, 1, edge);
	for (int hour = 0; hour < 24; hour++) {
		quiet(t, 3600 * 1000);
		in(t, ". %u:%u(1) ack 1", edge, edge + 1);
		out(t, ". 1:1(0) ack %u win 0", edge);
	}
	state(t, HF_ESTABLISHED);
	user_receive(t, edge - 1);
	out(t, ". 1:1(0) ack %u", edge);
}

/* RFC 9293 3.10.7.4: special allowance for valid ACKs. */
static void zero_window_takes_acks(struct script *t)
{
	uint32_t edge;

	t->config.receive_buffer = 8192;
	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	MARK(t);
	fill(t, 1, edge);
	user_send(t, 100);
	out(t, "P. 1:101(100) ack %u", edge);
	in(t, ". %u:%u(0) ack 101", edge, edge);
	quiet(t, 10000);
	require(t, script_status(t).send_queue == 0);
}

/* MUST-39: small steps do not advance the right edge, nor are announced. */
static void silly_window(struct script *t)
{
	uint32_t edge;

	t->config.receive_buffer = 8192;
	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	MARK(t);
	fill(t, 1, edge);
	user_receive(t, 1);
	silence(t);
	user_receive(t, 500);
	silence(t);
	in(t, ". %u:%u(1) ack 1", edge, edge + 1);
	out(t, ". 1:1(0) ack %u win 0", edge);
	user_receive(t, 3000);
	out(t, ". 1:1(0) ack %u", edge);
	require(t, t->last.wnd >= 1460 && t->last.wnd <= 3501);
}

/* The same while the window is open: the edge stays where it is. */
static void edge_stays(struct script *t)
{
	uint32_t edge;

	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	in(t, "P. 1:101(100) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 101 win %u", edge - 101);
	user_receive(t, 100);
	silence(t);
	in(t, "P. 101:201(100) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 201 win %u", edge - 201);
}

/* Far beyond the window: answered, not taken. */
static void beyond_window(struct script *t)
{
	uint32_t edge;

	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	in(t, "P. %u:%u(10) ack 1", edge, edge + 10);
	out(t, ". 1:1(0) ack 1");
	in(t, "P. %u:%u(10) ack 1", edge + 5000, edge + 5010);
	out(t, ". 1:1(0) ack 1");
	silence(t);
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	user_receive_error(t, HF_ERR_WOULD_BLOCK);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* REC-1: a window of a megabyte, filled to the last octet and read. */
static void large_window(struct script *t)
{
	uint32_t seq = 1;

	t->config.receive_buffer = 1 << 20;
	start(t);
	passive(t, "mss 1460,nop,wscale 7");
	for (int i = 0; i < 40; i++) {
		in(t, ". %u:%u(1460) ack 1", seq, seq + 1460);
		seq += 1460;
		in(t, ". %u:%u(1460) ack 1", seq, seq + 1460);
		seq += 1460;
		skip(t);
	}
	require(t, t->f->edge > 500000);
	while (t->f->edge - seq >= 1460) {
		in(t, ". %u:%u(1460) ack 1", seq, seq + 1460);
		seq += 1460;
		skip(t);
	}
	after(t, 499);
	skip(t);
	require(t, script_status(t).receive_queue == seq - 1);
	user_receive(t, seq - 1);
	out_last(t, ". 1:1(0) ack %u", seq);
	require(t, t->f->edge - seq > 500000);
}

/*
 * RFC 7323 2.4, RFC 9293 3.8.6.2.2: rounding to the scale may promise a
 * unit more than there is, once; the edge stays where it is until the user
 * has read.
 */
static void edge_does_not_creep(struct script *t)
{
	uint32_t seq = 1, unit = 1 << 12;

	t->config.receive_buffer = 200000;
	t->config.window_scale = 12;
	start(t);
	passive(t, "mss 1460,nop,wscale 7");
	while (t->f->edge - seq >= 1460 && seq < 400000) {
		in(t, ". %u:%u(1460) ack 1", seq, seq + 1460);
		seq += 1460;
		skip(t);
	}
	require(t, t->f->edge <= 200001 + unit);
	require(t, script_status(t).receive_queue <= 200000 + unit);
	after(t, 499);
	skip(t);
}

/* host.h: a buffer made larger opens the window, a smaller never shuts it. */
static void buffer_changes(struct script *t)
{
	uint32_t edge;

	t->config.receive_buffer = 8192;
	start(t);
	passive(t, "mss 1460");
	edge = t->f->edge;
	ok(t, hf_set(t->host, t->f->h, HF_OPTION_RECEIVE_BUFFER, 60000));
	skip(t);
	in(t, "P. 1:11(10) ack 1");
	after(t, 499);
	skip(t);
	require(t, t->f->edge > edge + 20000);
	edge = t->f->edge;
	ok(t, hf_set(t->host, t->f->h, HF_OPTION_RECEIVE_BUFFER, 4096));
	in(t, "P. 11:21(10) ack 1");
	after(t, 499);
	out_last(t, ". 1:1(0) ack 21");
	user_receive(t, 20);
	in(t, "P. %u:%u(100) ack 1", edge - 100, edge);
	out_last(t, ". 1:1(0) ack 21");
}

/* ---- in place --------------------------------------------------------- */

static void peek_and_consume(struct script *t)
{
	const uint8_t *seen;
	const void *data;
	size_t len = 0, done = 0;

	start(t);
	passive(t, "mss 1460");
	error(t, HF_ERR_WOULD_BLOCK, hf_peek(t->host, t->f->h, &data, &len));
	for (unsigned i = 0; i < 6; i++)
		in(t, ". %u:%u(1000) ack 1", 1 + i * 1000, 1001 + i * 1000);
	skip(t);
	while (done < 6000) {
		ok(t, hf_peek(t->host, t->f->h, &data, &len));
		require(t, len > 0 && done + len <= 6000);
		seen = data;
		for (size_t i = 0; i < len; i++)
			require(t, seen[i] == octet_in((uint32_t)(done + i)));
		error(t, HF_ERR_ARGUMENT,
		      hf_consume(t->host, t->f->h, 6001 - done));
		len = len > 700 ? 700 : len;
		ok(t, hf_consume(t->host, t->f->h, len));
		done += len;
	}
	error(t, HF_ERR_WOULD_BLOCK, hf_peek(t->host, t->f->h, &data, &len));
	skip(t);
	in(t, "F. 6001:6001(0) ack 1");
	out(t, ". 1:1(0) ack 6002");
	len = 9;
	ok(t, hf_peek(t->host, t->f->h, &data, &len));
	require(t, len == 0);
	error(t, HF_ERR_ARGUMENT, hf_consume(t->host, t->f->h, 1));
}

static void reserve_and_commit(struct script *t)
{
	uint8_t *to;
	void *data;
	size_t len = 0;

	start(t);
	passive(t, "mss 1460");
	ok(t, hf_reserve(t->host, t->f->h, &data, &len));
	require(t, len > 0);
	error(t, HF_ERR_ARGUMENT, hf_commit(t->host, t->f->h, len + 1));
	ok(t, hf_reserve(t->host, t->f->h, &data, &len));
	to = data;
	require(t, len >= 10);
	for (uint32_t i = 0; i < 10; i++)
		to[i] = octet_out(i);
	ok(t, hf_commit(t->host, t->f->h, 10));
	t->f->sent = 10;
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	user_send(t, 100);
	out(t, "P. 11:111(100) ack 1");
	user_shutdown(t);
	out(t, "F. 111:111(0) ack 1");
	error(t, HF_ERR_CLOSING, hf_reserve(t->host, t->f->h, &data, &len));
}

/* ---- the other profile ------------------------------------------------ */

static void linux_receives(struct script *t)
{
	script_profile(t, HF_PROFILE_LINUX);
	start(t);
	passive(t, "mss 1460,sackOK,ts,nop,wscale 7");
	in(t, "P. 1:11(10) ack 1");
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	in(t, "P. 21:31(10) ack 1");
	out(t, ". 1:1(0) ack 11 <nop,nop,ts,nop,nop,sack 21:31>");
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 31 <nop,nop,ts>");
	user_receive(t, 30);
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(in_order),
	ROBUST(without_push),
	SCRIPT(delayed_ack),
	SCRIPT(delayed_ack_is_not_put_off),
	ROBUST(piggybacked_ack),
	SCRIPT(second_segment_ack),
	SCRIPT(two_mss_ack),
	SCRIPT(burst_ack),
	SCRIPT(fin_ends_delay),
	ROBUST(one_hole),
	SCRIPT(duplicate_acks),
	ROBUST(hole_filled_in_part),
	ROBUST(many_orders),
	ROBUST(overlaps),
	SCRIPT(duplicate_text),
	ROBUST(trimmed_at_edge),
	SCRIPT(zero_window),
	SCRIPT(window_stays_closed),
	ROBUST(zero_window_takes_acks),
	SCRIPT(silly_window),
	SCRIPT(edge_stays),
	ROBUST(beyond_window),
	ROBUST(large_window),
	ROBUST(edge_does_not_creep),
	ROBUST(buffer_changes),
	ROBUST(peek_and_consume),
	ROBUST(reserve_and_commit),
	SCRIPT(linux_receives),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("data", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
