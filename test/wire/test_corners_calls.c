/* SPDX-License-Identifier: MIT */
/* Corners of what programs call, host.h: events, flush, options, counts. */
#include "script.h"

/* ---- events -------------------------------------------------------------- */

static void no_more_events(struct script *t)
{
	struct hf_event event;

	require(t, !hf_event(t->host, &event));
}

/* "flags are gathered": in the order of those that they are about. */
static void events_in_turn(struct script *t)
{
	struct hf_event event;

	start(t);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		passive(t, "mss 1460");
	}
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		in(t, "P. 1:11(10) ack 1");
	}
	require(t, hf_event(t->host, &event));
	require(t, event.handle.index == t->flow[0].h.index);
	flow(t, 0);
	in(t, "P. 11:21(10) ack 1");
	for (int i = 1; i < 4; i++) {
		require(t, hf_event(t->host, &event));
		require(t, event.handle.index == t->flow[i % 3].h.index);
	}
	MARK(t);
	no_more_events(t);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		user_receive(t, i == 0 ? 20 : 10);
	}
	skip(t);
}

/* One that was accepted before others has events of its own only. */
static void events_of_the_first_accepted(struct script *t)
{
	struct hf_event event;

	start(t);
	user_listen(t);
	for (int i = 0; i < 2; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
		in(t, ". 1:1(0) ack 1");
	}
	flow(t, 0);
	user_accept(t);
	script_events_clear(t);
	in(t, "P. 1:11(10) ack 1");
	require(t, hf_event(t->host, &event));
	require(t, event.handle.index == t->f->h.index);
	MARK(t);
	no_more_events(t);
	user_receive(t, 10);
	flow(t, 1);
	user_accept(t);
	skip(t);
}

/* Of what is closed nothing more is told. */
static void no_events_after_close(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	user_close(t);
	MARK(t);
	no_more_events(t);
	skip(t);
	in(t, "F. 11:11(0) ack 2");
	skip(t);
	no_more_events(t);
	flow(t, 1);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	user_abort(t);
	no_more_events(t);
	skip(t);
	flow(t, 2);
	passive(t, "mss 1460");
	in(t, "R 1:1(0)");
	user_close(t);
	no_more_events(t);
}

/* A SYN that has waited too long is not asked about any more. */
static void no_question_after_its_time(struct script *t)
{
	struct hf_listen options;
	struct hf_event event;

	start(t);
	options = listen_options(t);
	options.ask = true;
	options.user = 5;
	ok(t, hf_listen(t->host, &options, &t->listener));
	in(t, "S 0:0(0) <mss 1460>");
	quiet(t, 5001);
	MARK(t);
	no_more_events(t);
	in(t, "S 0:0(0) <mss 1460>");
	require(t, hf_event(t->host, &event));
	require(t, event.flags == HF_EVENT_SYN && event.user == 0);
}

/* ---- FLUSH: MAY-14 ---------------------------------------------------------
 */

/* One octet is room, too; and it is told to who waits for it, once. */
static void flush_one_octet(struct script *t)
{
	size_t n = 0;

	t->config.send_buffer = 1000;
	start(t);
	t->f->win = 999;
	passive(t, "mss 1460");
	user_send(t, 1000);
	out(t, ". 1:1000(999) ack 1");
	user_send_error(t, HF_ERR_WOULD_BLOCK);
	ok(t, hf_flush(t->host, t->f->h, &n));
	require(t, n == 1);
	event(t, HF_EVENT_WRITABLE);
	in(t, ". 1:1(0) ack 1000");
	no_event(t, HF_EVENT_WRITABLE);
}

/* Nobody waits. */
static void flush_unasked(struct script *t)
{
	size_t n = 0;

	start(t);
	t->f->win = 10;
	passive(t, "mss 1460");
	user_send(t, 30);
	script_events_clear(t);
	out(t, ". 1:11(10) ack 1");
	ok(t, hf_flush(t->host, t->f->h, &n));
	require(t, n == 20);
	no_event(t, HF_EVENT_WRITABLE);
	in(t, ". 1:1(0) ack 11");
}

/* The FIN is queued behind text already, though the state is SYN_RECEIVED. */
static void flush_after_shutdown(struct script *t)
{
	size_t n = 0;

	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	user_send(t, 10);
	user_shutdown(t);
	error(t, HF_ERR_CLOSING, hf_flush(t->host, t->f->h, &n));
	in(t, ". 1:1(0) ack 1");
	state(t, HF_FIN_WAIT_1);
	out(t, "FP. 1:11(10) ack 1");
}

/* Urgency that ends before what is dropped ends where it did. */
static void flush_behind_urgent(struct script *t)
{
	size_t n = 0;
	uint16_t urg;

	start(t);
	t->f->win = 20;
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_NODELAY, 1);
	user_send_as(t, 10, HF_SEND_URGENT);
	out(t, "PU. 1:11(10) ack 1");
	urg = t->last.urg;
	user_send(t, 30);
	skip(t);
	ok(t, hf_flush(t->host, t->f->h, &n));
	require(t, n == 20);
	t->f->sent = 20;
	due(t, 1000, "PU. 1:21(20) ack 1");
	require(t, t->last.urg == urg);
	in(t, ". 1:1(0) ack 21");
}

/* What was pushed and dropped pushes nothing that follows: MAY-15. */
static void flush_of_a_push(struct script *t)
{
	size_t n = 0;

	start(t);
	t->f->win = 10;
	passive(t, "mss 1460");
	user_send_as(t, 30, HF_SEND_PUSH);
	out(t, ". 1:11(10) ack 1");
	ok(t, hf_flush(t->host, t->f->h, &n));
	require(t, n == 20);
	t->f->sent = 10;
	in(t, ". 1:1(0) ack 11 win 5000");
	user_send_as(t, MSS, HF_SEND_MORE);
	out(t, ". 11:1471(1460) ack 1");
	require(t, !(t->last.flags & F_PSH));
	in(t, ". 1:1(0) ack 1471");
}

/* ---- options ---------------------------------------------------------------
 */

/* What waits for its ACK goes on waiting unless QUICK_ACK is on. */
static void quick_ack_on_and_off(struct script *t)
{
	t->config.quick_acks = 16;
	start(t);
	passive(t, "mss 1460");
	require(t, script_status(t).is_quick);
	user_set(t, HF_OPTION_QUICK_ACK, 1);
	silence(t);
	require(t, script_status(t).is_quick);
	user_set(t, HF_OPTION_QUICK_ACK, 0);
	require(t, !script_status(t).is_quick);
	in(t, ". 1:11(10) ack 1");
	silence(t);
	user_set(t, HF_OPTION_QUICK_ACK, 0);
	silence(t);
	due_within(t, 150, 201, ". 1:1(0) ack 11");
	user_receive(t, 10);
}

/* Half a window of segments is acknowledged at once: 14600 / 2 / 1460. */
static void quick_acks_of_half_a_window(struct script *t)
{
	t->config.quick_acks = 16;
	t->config.receive_buffer = 14600;
	start(t);
	passive(t, "mss 1460");
	for (uint32_t i = 0; i < 5; i++) {
		in(t, ". %u:%u(10) ack 1", 1 + i * 10, 11 + i * 10);
		out(t, ". 1:1(0) ack %u", 11 + i * 10);
	}
	in(t, ". 51:61(10) ack 1");
	silence(t);
	due_within(t, 150, 201, ". 1:1(0) ack 61");
	user_receive(t, 60);
}

/* HF_OPTION_DEFER_ACCEPT: a second is one SYN-ACK more. */
static void deferred_for_a_second(struct script *t)
{
	start(t);
	user_listen(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_DEFER_ACCEPT, 1));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	dropped(t, HF_DROP_DEFERRED);
	due(t, 1000, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* Longer than SYN-ACKs go again by themselves. */
static void deferred_beyond_retries(struct script *t)
{
	t->config.syn_ack_retries = 1;
	start(t);
	user_listen(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_DEFER_ACCEPT, 7));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	dropped(t, HF_DROP_DEFERRED);
	due(t, 7000, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* The peer was heard when its SYN-ACK came, not when we called. */
static void keepalive_after_slow_open(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 10);
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	after(t, 800);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	due(t, 10000, ". 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
}

/* ---- counts ----------------------------------------------------------------
 */

/* What goes again counts if it takes a place in the sequence. */
static void counts_what_goes_again(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_COUNT, 1);
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 10);
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	due(t, 10000, ". 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	require(t, script_status(t).counts.retransmissions == 0);
	user_send(t, 1);
	out(t, "P. 1:2(1) ack 1");
	require(t, script_status(t).counts.retransmissions == 0);
	require(t, script_status(t).counts.last_sent == t->now);
	due(t, 1000, "P. 1:2(1) ack 1");
	require(t, script_status(t).counts.retransmissions == 1);
	require(t, script_status(t).counts.octets_retransmitted == 1);
	require(t, script_status(t).counts.data_segments_out == 2);
	require(t, script_status(t).counts.octets_sent == 2);
	require(t, script_status(t).counts.last_sent == t->now);
	in(t, ". 1:1(0) ack 2");
	user_shutdown(t);
	out(t, "F. 2:2(0) ack 1");
	require(t, script_status(t).counts.retransmissions == 1);
	due(t, 1000, "F. 2:2(0) ack 1");
	require(t, script_status(t).counts.retransmissions == 2);
	in(t, ". 1:1(0) ack 3");
}

/* MAY-9 */
static void diffserv_that_came(struct script *t)
{
	uint8_t data[PACKET_MAX];
	uint32_t len;

	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_COUNT, 1);
	len = craft(t, data, ". 1:1(0) ack 1");
	if (t->v6) {
		data[0] = 0x6b;
		data[1] = 0x80;
	} else {
		data[1] = 0xb8;
	}
	packet_seal(data, len);
	raw_in(t, data, len);
	require(t, script_status(t).received_tos == 0xb8);
}

/* ---- output ----------------------------------------------------------------
 */

/* host.h, hf_output(): what has no room stays where it is. */
static void no_room_for_a_segment(struct script *t)
{
	uint8_t data[64];

	start(t);
	passive(t, "mss 1460");
	in(t, "F. 1:1(0) ack 1");
	require(t, !hf_output(t->host, t->link, data, 30, t->now, NULL, NULL));
	out(t, ". 1:1(0) ack 2");
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(events_in_turn),
	SCRIPT(events_of_the_first_accepted),
	SCRIPT(no_events_after_close),
	SCRIPT(no_question_after_its_time),
	SCRIPT(flush_one_octet),
	SCRIPT(flush_unasked),
	SCRIPT(flush_after_shutdown),
	SCRIPT(flush_behind_urgent),
	SCRIPT(flush_of_a_push),
	SCRIPT(quick_ack_on_and_off),
	SCRIPT(quick_acks_of_half_a_window),
	SCRIPT(deferred_for_a_second),
	SCRIPT(deferred_beyond_retries),
	SCRIPT(keepalive_after_slow_open),
	SCRIPT(counts_what_goes_again),
	SCRIPT(diffserv_that_came),
	SCRIPT(no_room_for_a_segment),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("corners_calls", tests,
			   sizeof tests / sizeof tests[0], argc, argv);
}
