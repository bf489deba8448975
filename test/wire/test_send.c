/* SPDX-License-Identifier: MIT */
/* Sending text: RFC 9293 3.7.4, 3.8.6.1, 3.8.6.2.1, 3.9.1.2, 3.10.2. */
#include "script.h"
#include <string.h>

/* ---- when to send ----------------------------------------------------- */

static void one_segment(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	require(t, script_status(t).send_queue == 10);
	out(t, "P. 1:11(10) ack 1");
	silence(t);
	require(t, script_status(t).in_flight == 10);
	no_event(t, HF_EVENT_DRAINED);
	in(t, ". 1:1(0) ack 11");
	event(t, HF_EVENT_DRAINED);
	require(t, script_status(t).send_queue == 0);
	require(t, script_status(t).in_flight == 0);
	quiet(t, 10000);
}

/* SHLD-28: full segments; MUST-60, MUST-61: PSH on the last. */
static void full_segments(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_NODELAY, 1);
	user_send(t, 3000);
	out(t, ". 1:1461(1460) ack 1");
	require(t, !(t->last.flags & F_PSH));
	out(t, ". 1461:2921(1460) ack 1");
	require(t, !(t->last.flags & F_PSH));
	out(t, "P. 2921:3001(80) ack 1");
	silence(t);
}

/* SHLD-7, SHLD-27: a short segment waits while anything is unacknowledged. */
static void nagle(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_send(t, 10);
	user_send(t, 20);
	quiet(t, 500);
	in(t, ". 1:1(0) ack 11");
	out(t, "P. 11:41(30) ack 1");
	user_send(t, 1500);
	out(t, ". 41:1501(1460) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 1501");
	out(t, "P. 1501:1541(40) ack 1");
}

/* MUST-17. */
static void nodelay(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_NODELAY, 1);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	user_send(t, 10);
	out(t, "P. 21:31(10) ack 1");
	silence(t);
}

/* Setting it releases what Nagle held back. */
static void nodelay_releases(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_send(t, 10);
	silence(t);
	user_set(t, HF_OPTION_NODELAY, 1);
	out(t, "P. 11:21(10) ack 1");
}

/* FIN ends the holding back: nothing can be added any more. */
static void shutdown_releases(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_send(t, 10);
	silence(t);
	user_shutdown(t);
	if (maybe_out(t, "FP. 11:21(10) ack 1 | P. 11:21(10) ack 1"))
		maybe_out(t, "F. 21:21(0) ack 1");
	in(t, ". 1:1(0) ack 11");
	maybe_out(t, "FP. 11:21(10) ack 1 | P. 11:21(10) ack 1");
	maybe_out(t, "F. 21:21(0) ack 1");
	in(t, ". 1:1(0) ack 22");
	state(t, HF_FIN_WAIT_2);
}

/* ---- the peer's window ------------------------------------------------ */

static void window_respected(struct script *t)
{
	start(t);
	t->f->win = 3000;
	passive(t, "mss 1460");
	require(t, script_status(t).send_window == 3000);
	user_send(t, 10000);
	out(t, ". 1:1461(1460) ack 1");
	out(t, ". 1461:2921(1460) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 1461");
	out(t, ". 2921:4381(1460) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 4381 win 0");
	silence(t);
	in(t, ". 1:1(0) ack 4381 win 4380");
	out(t, ". 4381:5841(1460) ack 1");
	out(t, ". 5841:7301(1460) ack 1");
	out(t, ". 7301:8761(1460) ack 1");
	silence(t);
}

/* MUST-1: unsigned, up to 65535. */
static void window_is_unsigned(struct script *t)
{
	t->config.initial_window = 40;
	start(t);
	t->f->win = 40000;
	passive(t, "mss 1460");
	require(t, script_status(t).send_window == 40000);
	user_send(t, 60000);
	for (unsigned i = 0; i < 27; i++)
		out(t, ". %u:%u(1460) ack 1", 1 + i * 1460, 1461 + i * 1460);
	silence(t);
}

/* RFC 9293 3.10.7.4 fifth: SND.WL1, SND.WL2: an old segment is no news. */
static void old_window_is_ignored(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1 win 20000");
	in(t, "P. 11:21(10) ack 1 win 30000");
	require(t, script_status(t).send_window == 30000);
	in(t, ". 15:21(6) ack 1 win 10000");
	require(t, script_status(t).send_window == 30000);
	in(t, ". 21:21(0) ack 1 win 25000");
	require(t, script_status(t).send_window == 25000);
	after(t, 499);
	skip(t);
}

/*
 * MUST-34, SHLD-15, SHLD-16: the usable window goes negative; and nothing
 * beyond its edge goes again, as MAY-7 would allow.
 */
static void shrunk_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 4380);
	for (unsigned i = 0; i < 3; i++)
		out(t, ". %u:%u(1460) ack 1", 1 + i * 1460, 1461 + i * 1460);
	in(t, ". 1:1(0) ack 1 win 500");
	user_send(t, 1460);
	silence(t);
	due(t, 1000, ". 1:501(500) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 4381 win 65535");
	out(t, "P. 4381:5841(1460) ack 1");
	in(t, ". 1:1(0) ack 5841");
	quiet(t, 10000);
}

/* MUST-35, SHLD-17: shrunk to nothing, and nobody times out. */
static void shrunk_to_zero(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 2920);
	skip(t);
	in(t, ". 1:1(0) ack 1 win 0");
	for (int i = 0; i < 12; i++) {
		due_within(t, 0, 61000,
			   ". 1:2(1) ack 1 | . 1:1461(1460) ack 1");
		in(t, ". 1:1(0) ack 1 win 0");
	}
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 1 win 65535");
	due_within(t, 0, 61000, ". 1:1461(1460) ack 1");
	skip(t);
	in(t, ". 1:1(0) ack 2921");
	quiet(t, 10000);
	state(t, HF_ESTABLISHED);
}

/* ---- zero-window probes ----------------------------------------------- */

/*
 * MUST-36, SHLD-29, SHLD-30: the first after the RTO, then ever more seldom;
 * MUST-37: while they are answered, for ever (R2 is 100 s here).
 */
static void probes(struct script *t)
{
	unsigned ms = 1000;

	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	silence(t);
	for (int i = 0; i < 25; i++) {
		due(t, ms, "P. 1:2(1) ack 1 | . 1:2(1) ack 1");
		in(t, ". 1:1(0) ack 1 win 0");
		silence(t);
		ms = ms < 32000 ? 2 * ms : 60000;
	}
	state(t, HF_ESTABLISHED);
	in(t, ". 1:1(0) ack 1 win 1000");
	out(t, "P. 1:101(100) ack 1 | P. 2:101(99) ack 1");
	in(t, ". 1:1(0) ack 101 win 1000");
	quiet(t, 200000);
}

/* The peer may take the octet and keep its window shut. */
static void probe_is_taken(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	due(t, 1000, "P. 1:2(1) ack 1 | . 1:2(1) ack 1");
	in(t, ". 1:1(0) ack 2 win 0");
	silence(t);
	due_within(t, 1000, 2001, "P. 2:3(1) ack 1 | . 2:3(1) ack 1");
	in(t, ". 1:1(0) ack 3 win 5000");
	out(t, "P. 3:101(98) ack 1");
	in(t, ". 1:1(0) ack 101");
	quiet(t, 10000);
}

/* Not answered at all, the peer is gone. */
static void probes_unanswered(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	after(t, 99000);
	require(t, skip(t) >= 5);
	state(t, HF_ESTABLISHED);
	after(t, 130000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
}

/* A FIN alone behind a closed window. */
static void probe_with_fin(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_shutdown(t);
	due_within(t, 0, 1001, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2 win 0");
	quiet(t, 10000);
	state(t, HF_FIN_WAIT_2);
}

/* An opening that reopens before the timer. */
static void window_opens(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 100);
	quiet(t, 500);
	in(t, ". 1:1(0) ack 1 win 65535");
	out(t, "P. 1:101(100) ack 1");
	due(t, 1000, "P. 1:101(100) ack 1");
	in(t, ". 1:1(0) ack 101");
	quiet(t, 10000);
}

/* Text and FIN behind a closed window. */
static void probe_before_fin(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 10);
	user_shutdown(t);
	for (int i = 0; i < 3; i++) {
		due_within(t, 1000, 4001, ". 1:2(1) ack 1");
		in(t, ". 1:1(0) ack 1 win 0");
	}
	in(t, ". 1:1(0) ack 2 win 1000");
	due_within(t, 0, 8001, "FP. 2:11(9) ack 1 | P. 2:11(9) ack 1");
	if (t->chosen == 1)
		out(t, "F. 11:11(0) ack 1");
	in(t, ". 1:1(0) ack 12 win 1000");
	quiet(t, 100000);
	state(t, HF_FIN_WAIT_2);
}

/* The window closes behind what is in flight, and opens by and by. */
static void window_closes_and_opens(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 5 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	in(t, ". 1:1(0) ack 5841 win 0");
	silence(t);
	due_within(t, 900, 1101, ". 5841:5842(1) ack 1");
	in(t, ". 1:1(0) ack 5841 win 0");
	due_within(t, 1900, 2101, ". 5841:5842(1) ack 1");
	in(t, ". 1:1(0) ack 5842 win 0");
	due_within(t, 900, 4101, ". 5842:5843(1) ack 1");
	in(t, ". 1:1(0) ack 5843 win 2920");
	out(t, "P. 5843:7301(1458) ack 1");
	in(t, ". 1:1(0) ack 7301 win 2920");
	quiet(t, 100000);
	require(t, script_status(t).send_queue == 0);
}

/* ---- silly windows: MUST-38, RFC 9293 3.8.6.2.1 ----------------------- */

/* MUST-38, MUST-60. Rule (4): the override timeout, 0.1 to 1 s. */
static void sender_silly_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 100");
	user_send(t, 1000);
	silence(t);
	due_within(t, 100, 1001, ". 1:101(100) ack 1");
	in(t, ". 1:1(0) ack 101 win 65535");
	out(t, "P. 101:1001(900) ack 1");
}

/* Rule (3): half of the largest window seen. */
static void half_of_largest_window(struct script *t)
{
	start(t);
	t->f->win = 1000;
	passive(t, "mss 1460");
	user_send(t, 5000);
	out(t, ". 1:1001(1000) ack 1");
	in(t, ". 1:1(0) ack 1001 win 200");
	silence(t);
	in(t, ". 1:1(0) ack 1001 win 600");
	out(t, ". 1001:1601(600) ack 1");
	silence(t);
}

/* Rule (2): all that is queued, however little. */
static void all_that_is_queued(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 100");
	user_send(t, 100);
	out(t, "P. 1:101(100) ack 1");
}

/* ---- the datagram ------------------------------------------------------ */

/* MAY-4, RFC 6864 4.1: what is not to be fragmented has no identity. */
static void same_identification(struct script *t)
{
	uint8_t first[PACKET_MAX];

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	memcpy(first, t->last.data, t->last.len);
	require(t, get16(first + 4) == 0 && get16(first + 6) == 0x4000);
	due(t, 1000, "P. 1:11(10) ack 1");
	require(t, memcmp(first, t->last.data, t->last.len) == 0);
}

/* ---- our sequence numbers wrap ---------------------------------------- */

static void open_on_port(struct script *t)
{
	struct hf_open options = open_options(t);

	options.local_port = 9877;
	script_expect(t, HF_OK, hf_open(t->host, &options, t->now, &t->f->h));
	script_out(t, "S 0:0(0)");
}

/* RFC 9293 3.4: modulo 2^32. The ISS is a clock: one waits for the hour. */
static void our_numbers_wrap(struct script *t)
{
	start(t);
	MARK(t);
	open_on_port(t);
	user_abort(t);
	silence(t);
	script_after(t, (0u - t->f->iss - 3000u) * (hf_time)4000);
	script_flow_reset(t);
	MARK(t);
	open_on_port(t);
	require(t, t->f->iss >= 0u - 3200u && t->f->iss <= 0u - 2800u);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	user_send(t, 6 * MSS);
	MARK(t);
	out_segments(t, 0, 4);
	ack_segments(t, 1);
	out_segments(t, 4, 2);
	for (int i = 0; i < 3; i++)
		ack_segments(t, 1);
	out(t, ". 1461:2921(1460) ack 1");
	ack_segments(t, 2);
	out(t, ". 2921:4381(1460) ack 1");
	ack_segments(t, 6);
	silence(t);
	user_send(t, 10);
	out(t, "P. 8761:8771(10) ack 1");
	due_within(t, 1000, 3001, "P. 8761:8771(10) ack 1");
	icmp_in(t, UNREACHABLE_HOST, 8765, 0);
	dropped(t, HF_ACCEPTED);
	user_shutdown(t);
	out(t, "F. 8771:8771(0) ack 1");
	in(t, ". 1:1(0) ack 8772");
	state(t, HF_FIN_WAIT_2);
}

/* ---- the queue -------------------------------------------------------- */

static uint32_t end_of_last(struct script *t)
{
	return t->last.seq + t->last.text_len - t->f->iss;
}

static void queue_full(struct script *t)
{
	size_t sent = 0, all = 0;
	uint8_t data[1000];

	t->config.send_buffer = 4096;
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	for (;;) {
		enum hf_error e;

		for (size_t i = 0; i < sizeof data; i++)
			data[i] = octet_out((uint32_t)(all + i));
		e = hf_send(t->host, t->f->h, data, sizeof data, &sent);
		if (e == HF_ERR_WOULD_BLOCK)
			break;
		ok(t, e);
		require(t, sent > 0 && sent <= sizeof data);
		all += sent;
		require(t, all <= 16384);
	}
	t->f->sent = all;
	require(t, all >= 4096);
	require(t, script_status(t).send_room == 0);
	no_event(t, HF_EVENT_WRITABLE);
	in(t, ". 1:1(0) ack 1 win 65535");
	skip(t);
	in(t, ". 1:1(0) ack 2921");
	event(t, HF_EVENT_WRITABLE);
	require(t, script_status(t).send_room > 0);
	while (skip(t) > 0)
		in(t, ". 1:1(0) ack %u", end_of_last(t));
	require(t, script_status(t).send_queue == 0);
	user_send(t, 2000);
	skip(t);
}

/* A driver with less room makes shorter segments; under 576 none. */
static void small_output_room(struct script *t)
{
	struct hf_report report;
	uint8_t buf[PACKET_MAX];
	size_t n;

	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_NODELAY, 1);
	user_send(t, 1460);
	n = hf_output(t->host, t->link, buf, 575, t->now, NULL, &report);
	require(t, n == 0);
	n = hf_output(t->host, t->link, buf, 600, t->now, NULL, &report);
	require(t, n > 500 && n <= 600);
	n -= t->v6 ? 60 : 40;
	out(t, "P. %zu:1461(%zu) ack 1", 1 + n, 1460 - n);
	in(t, ". 1:1(0) ack 1461");
	silence(t);
}

/* MUST-48, MUST-49, SHLD-21, SHLD-22; SHLD-23: it stays as it is set. */
static void diffserv_and_ttl(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_TOS, 0x28);
	user_set(t, HF_OPTION_TTL, 33);
	t->config.ttl = 33;
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	require(t, t->last.tos == 0x28);
	in(t, "P. 1:11(10) ack 11");
	due_within(t, 0, 499, ". 11:11(0) ack 11");
	require(t, t->last.tos == 0x28);
	error(t, HF_ERR_ARGUMENT, hf_set(t->host, t->f->h, HF_OPTION_TTL, 0));
	error(t, HF_ERR_ARGUMENT, hf_set(t->host, t->f->h, HF_OPTION_TTL, 256));
	error(t, HF_ERR_ARGUMENT, hf_set(t->host, t->f->h, HF_OPTION_TOS, 1));
	error(t, HF_ERR_ARGUMENT, hf_set(t->host, t->f->h, HF_OPTION_TOS, 256));
	error(t, HF_ERR_ARGUMENT, hf_set(t->host, t->f->h, HF_OPTIONS, 1));
	t->lax = true; /* the reset of an abort has the host's TTL */
}

static void linux_sends(struct script *t)
{
	script_profile(t, HF_PROFILE_LINUX);
	start(t);
	passive(t, "mss 1460");
	user_send(t, 2930);
	out(t, ". 1:1461(1460) ack 1");
	out(t, ". 1461:2921(1460) ack 1");
	out(t, "P. 2921:2931(10) ack 1"); /* no other small one is out */
	user_send(t, 10);
	silence(t);
	in(t, ". 1:1(0) ack 2931");
	out(t, "P. 2931:2941(10) ack 1");
}

/* ---- loans ------------------------------------------------------------ */

/* host.h: "HF_ERR_ARGUMENT: more committed than lent", be it nothing. */
static void commit_needs_a_loan(struct script *t)
{
	void *data;
	size_t len;

	start(t);
	passive(t, "mss 1460");
	error(t, HF_ERR_ARGUMENT, hf_commit(t->host, t->f->h, 1));
	user_send(t, 1);
	error(t, HF_ERR_ARGUMENT, hf_commit(t->host, t->f->h, 1));
	out(t, "P. 1:2(1) ack 1");
	ok(t, hf_reserve(t->host, t->f->h, &data, &len));
	user_send(t, 1); /* ends the loan */
	error(t, HF_ERR_ARGUMENT, hf_commit(t->host, t->f->h, 1));
	in(t, ". 1:1(0) ack 2");
	out(t, "P. 2:3(1) ack 1");
	ok(t, hf_reserve(t->host, t->f->h, &data, &len));
	*(uint8_t *)data = octet_out(2);
	t->f->sent = 3;
	ok(t, hf_commit(t->host, t->f->h, 1));
	error(t, HF_ERR_ARGUMENT, hf_commit(t->host, t->f->h, 1));
	in(t, ". 1:1(0) ack 3");
	out(t, "P. 3:4(1) ack 1");
	in(t, ". 1:1(0) ack 4");
	error(t, HF_ERR_ARGUMENT, hf_commit(t->host, t->f->h, 1));
	silence(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(one_segment),
	ROBUST(full_segments),
	ROBUST(nagle),
	ROBUST(nodelay),
	ROBUST(nodelay_releases),
	ROBUST(shutdown_releases),
	SCRIPT(window_respected),
	ROBUST(window_is_unsigned),
	SCRIPT(old_window_is_ignored),
	SCRIPT(shrunk_window),
	SCRIPT(shrunk_to_zero),
	ROBUST(probes),
	ROBUST(probe_is_taken),
	ROBUST(probes_unanswered),
	ROBUST(probe_with_fin),
	ROBUST(probe_before_fin),
	ROBUST(window_closes_and_opens),
	ROBUST(window_opens),
	SCRIPT_V4(same_identification),
	ROBUST(sender_silly_window),
	SCRIPT(half_of_largest_window),
	ROBUST(all_that_is_queued),
	SCRIPT(our_numbers_wrap),
	SCRIPT(queue_full),
	SCRIPT(small_output_room),
	SCRIPT(diffserv_and_ttl),
	ROBUST(linux_sends),
	SCRIPT(commit_needs_a_loan),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("send", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
