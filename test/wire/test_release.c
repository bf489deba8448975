/* SPDX-License-Identifier: MIT */
/* Letting go: RFC 9293 3.6.1 (SHLD-3), 3.10.4, 3.10.5. */
#include "script.h"

/* ---- release ---------------------------------------------------------- */

/* Released with all read: an orderly close without its user. */
static void release(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	after(t, 499);
	skip(t);
	user_close(t);
	out(t, "F. 1:1(0) ack 11");
	in(t, ". 11:11(0) ack 2");
	in(t, "F. 11:11(0) ack 2");
	out(t, ". 2:2(0) ack 12");
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
}

static void release_in_close_wait(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	user_close(t);
	out(t, "F. 1:1(0) ack 2");
	in(t, ". 2:2(0) ack 2");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* MAY-1: who has let go cannot read on; what comes is reset (SHLD-3). */
static void released_is_not_read(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	user_receive_error(t, HF_ERR_HANDLE);
	in(t, "P. 1:11(10) ack 2");
	out(t, "R. 2:2(0) ack 1 | R 2:2(0)");
	silence(t);
}

/* RFC 9293 3.6: what was SENT before the close is delivered. */
static void release_delivers(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 1460 * 6);
	user_close(t);
	for (unsigned i = 0; i < 4; i++)
		out(t, ". %u:%u(1460) ack 1", 1 + i * 1460, 1461 + i * 1460);
	silence(t);
	in(t, ". 1:1(0) ack 2921");
	out(t, ". 5841:7301(1460) ack 1");
	out(t, "FP. 7301:8761(1460) ack 1 | P. 7301:8761(1460) ack 1");
	if (t->chosen == 1)
		out(t, "F. 8761:8761(0) ack 1");
	in(t, ". 1:1(0) ack 8762");
	in(t, "F. 1:1(0) ack 8762");
	out(t, ". 8762:8762(0) ack 2");
	used(t, HF_POOL_CONNECTION, 0);
}

/* SHLD-3: octets unread. */
static void release_with_unread(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:101(100) ack 1");
	after(t, 499);
	skip(t);
	user_receive(t, 99);
	user_close(t);
	out(t, "R. 1:1(0) ack 101 | R 1:1(0)");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
}

/* The end of stream itself is no octet that could be lost. */
static void release_with_unread_fin(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	user_close(t);
	out(t, "F. 1:1(0) ack 2");
}

/* SHLD-3: text for a connection that nobody will read any more. */
static void text_after_release(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "P. 1:11(10) ack 1");
	dropped(t, HF_DROP_AFTER_CLOSE);
	out(t, "R 2:2(0) | R. 2:2(0) | R 1:1(0) | R. 1:1(0)");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	flow(t, 1);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	silence(t);
	in(t, "P. 1:11(10) ack 2");
	dropped(t, HF_DROP_AFTER_CLOSE);
	out(t, "R 2:2(0) | R. 2:2(0)");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
}

/* But a FIN without text, or old text again, is in order. */
static void old_text_after_release(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	after(t, 499);
	skip(t);
	user_close(t);
	out(t, "F. 1:1(0) ack 11");
	in(t, "P. 1:11(10) ack 1");
	out(t, ". 2:2(0) ack 11");
	in(t, "F. 11:11(0) ack 2");
	out(t, ". 2:2(0) ack 12");
	used(t, HF_POOL_TIME_WAIT, 1);
}

/* A listener takes what nobody accepted with it. */
static void release_listener(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	ok(t, hf_close(t->host, t->listener, t->now));
	skip(t);
	used(t, HF_POOL_HALF_OPEN, 0);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_LISTENER, 0);
	in(t, "P. 1:11(10) ack 1");
	out(t, "R 1:1(0)");
	flow(t, 0);
	in(t, ". 1:1(0) ack 1");
	out(t, "R 1:1(0)");
	error(t, HF_ERR_HANDLE, hf_close(t->host, t->listener, t->now));
}

/* ---- ABORT in each state: RFC 9293 3.10.5 ----------------------------- */

static void abort_established(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_send(t, 10);
	user_abort(t);
	out(t, "R 11:11(0) | R. 11:11(0) ack 1");
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_SIDE, 0);
}

static void abort_syn_received(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	user_abort(t);
	out(t, "R 1:1(0) | R. 1:1(0) ack 1");
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
}

static void abort_fin_wait_1(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	user_abort(t);
	out(t, "R 2:2(0) | R. 2:2(0) ack 1");
	quiet(t, 10000);
}

static void abort_fin_wait_2(struct script *t)
{
	start(t);
	MARK(t);
	to_fin_wait_2(t);
	user_abort(t);
	out(t, "R 2:2(0) | R. 2:2(0) ack 1");
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
}

static void abort_close_wait(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	user_abort(t);
	out(t, "R 1:1(0) | R. 1:1(0) ack 2");
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
}

/* "Respond with ok and delete the TCB"; a reset besides does no harm. */
static void abort_closing(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 2:2(0) ack 2");
	user_abort(t); /* 3.10.5: no reset, all has been said */
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
}

static void abort_last_ack(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 2");
	user_abort(t);
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
}

/* Text and FIN wait for the window: the peer would wait for them for ever. */
static void abort_last_ack_unsent(struct script *t)
{
	start(t);
	MARK(t);
	to_close_wait(t);
	in(t, ". 2:2(0) ack 1 win 0");
	user_send(t, 10);
	user_shutdown(t);
	silence(t);
	state(t, HF_LAST_ACK);
	user_abort(t);
	out(t, "R. 1:1(0) ack 2");
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
}

static void abort_time_wait(struct script *t)
{
	start(t);
	MARK(t);
	to_time_wait(t);
	user_abort(t);
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(release),
	SCRIPT(release_in_close_wait),
	SCRIPT(released_is_not_read),
	SCRIPT(release_delivers),
	ROBUST(release_with_unread),
	SCRIPT(release_with_unread_fin),
	SCRIPT(text_after_release),
	ROBUST(old_text_after_release),
	SCRIPT(release_listener),
	SCRIPT(abort_established),
	SCRIPT(abort_syn_received),
	SCRIPT(abort_fin_wait_1),
	SCRIPT(abort_fin_wait_2),
	SCRIPT(abort_close_wait),
	SCRIPT(abort_closing),
	SCRIPT(abort_last_ack),
	SCRIPT(abort_last_ack_unsent),
	SCRIPT(abort_time_wait),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("release", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
