/* SPDX-License-Identifier: MIT */
/* Reports, host.h: "What a frame or a timer did ... of what it concerned." */
#include "script.h"
#include <string.h>

static void about_connection(struct script *t, const struct hf_report *r)
{
	struct hf_status status = script_status(t);

	require(t, r->connection.index == t->f->h.index);
	require(t, r->connection.generation == t->f->h.generation);
	require(t, r->local_port == t->f->local_port);
	require(t, r->remote_port == t->f->peer_port);
	require(t, memcmp(&r->local, &t->local, sizeof t->local) == 0);
	require(t, memcmp(&r->remote, &t->peer, sizeof t->peer) == 0);
	require(t, r->cwnd == status.cwnd && r->cwnd > 0);
	require(t, r->ssthresh == status.ssthresh);
	require(t, r->rto == status.rto && r->rto > 0);
}

/* Runs the next timer of a connection, which is due within `ms`. */
static struct hf_report fire(struct script *t, unsigned ms)
{
	hf_time limit = t->now + MS(ms);
	struct hf_report r;

	while (hf_expiry(t->host) <= limit) {
		bool more = true;

		t->now = hf_expiry(t->host);
		while (more) {
			memset(&r, 0x55, sizeof r);
			more = hf_advance(t->host, t->now, &r);
			script_check(t);
			if (r.connection.index != 0)
				return r;
		}
	}
	script_fail(t, "no timer was reported");
}

static void retransmission_timer(struct script *t)
{
	struct hf_report r;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	MARK(t);
	r = fire(t, 1001);
	about_connection(t, &r);
	require(t, r.rto == SEC(2)); /* "back-off included" */
	require(t, r.deadline != HF_NEVER && r.deadline > t->now);
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
}

static void delayed_ack_timer(struct script *t)
{
	struct hf_report r;

	start(t);
	passive(t, "mss 1460");
	in(t, "P. 1:11(10) ack 1");
	silence(t);
	MARK(t);
	r = fire(t, 201);
	about_connection(t, &r);
	require(t, r.steps == 0);
	require(t, r.deadline == HF_NEVER);
	out(t, ". 1:1(0) ack 11");
	user_receive(t, 10);
}

static void keepalive_timer(struct script *t)
{
	struct hf_report r;

	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 100);
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	MARK(t);
	r = fire(t, 100001);
	about_connection(t, &r);
	out(t, ". 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
}

static void probe_timer(struct script *t)
{
	struct hf_report r;

	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 10);
	silence(t);
	MARK(t);
	r = fire(t, 1001);
	about_connection(t, &r);
	out(t, ". 1:2(1) ack 1");
	in(t, ". 1:1(0) ack 1 win 1000");
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
}

/* A half-open connection has no handle yet, but addresses and ports. */
static void half_open_timer(struct script *t)
{
	struct hf_report r = { .local_port = 0 };

	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	for (int i = 0; i < 1000 && r.local_port == 0; i++) {
		bool more = true;

		t->now = hf_expiry(t->host);
		while (more && r.local_port == 0)
			more = hf_advance(t->host, t->now, &r);
	}
	require(t, r.local_port == t->f->local_port);
	require(t, r.remote_port == t->f->peer_port);
	require(t, r.connection.index == 0);
	require(t, memcmp(&r.remote, &t->peer, sizeof t->peer) == 0);
	out(t, "S. 0:0(0) ack 1");
	in(t, "R 1:1(0)");
}

/* "after": as it stands when the frame is in. */
static void frame_in(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	about_connection(t, &t->in_report);
	require(t, t->in_report.deadline == HF_NEVER);
	user_send(t, 2 * MSS);
	MARK(t);
	out_segments(t, 0, 2);
	ack_segments(t, 1);
	about_connection(t, &t->in_report);
	require(t, t->in_report.deadline == t->now + t->in_report.rto);
	ack_segments(t, 2);
	about_connection(t, &t->in_report);
	require(t, t->in_report.deadline == HF_NEVER);
}

/* "index 0: none" of a frame that concerned none, and nothing else said. */
static void frame_of_no_connection(struct script *t)
{
	start(t);
	in(t, "R 1:1(0)");
	dropped(t, HF_DROP_CLOSED_RST);
	require(t, t->in_report.connection.index == 0);
	require(t, t->in_report.cwnd == 0 && t->in_report.rto == 0);
	require(t, t->in_report.deadline == HF_NEVER);
}

/* ---- the way of what is no connection ---------------------------------- */

static void about_ends(struct script *t, const struct hf_report *r)
{
	require(t, r->connection.index == 0);
	require(t, r->local_port == t->f->local_port);
	require(t, r->remote_port == t->f->peer_port);
	require(t, memcmp(&r->local, &t->local, sizeof t->local) == 0);
	require(t, memcmp(&r->remote, &t->peer, sizeof t->peer) == 0);
}

static void one_step(struct script *t, const struct hf_report *r,
		     enum hf_state from, enum hf_state to)
{
	about_ends(t, r);
	require(t, r->steps == 1);
	require(t, r->path[0] == from && r->path[1] == to);
}

/* What the next timer that changes a state says. */
static struct hf_report expire(struct script *t)
{
	struct hf_report r = { .steps = 0 };

	for (int i = 0; i < 1000 && r.steps == 0; i++) {
		bool more = true;

		t->now = hf_expiry(t->host);
		while (more && r.steps == 0)
			more = hf_advance(t->host, t->now, &r);
	}
	return r;
}

static void half_open_segments(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	one_step(t, &t->in_report, HF_LISTEN, HF_SYN_RECEIVED);
	out(t, "S. 0:0(0) ack 1");
	about_ends(t, &t->last.report);
	require(t, t->last.report.why == HF_WHY_ACCEPT);
	due(t, 1000, "S. 0:0(0) ack 1");
	about_ends(t, &t->last.report);
	require(t, t->last.report.why == HF_WHY_RTO);
	in(t, ". 1:1(0) ack 2");
	about_ends(t, &t->in_report);
	require(t, t->in_report.steps == 0);
	out(t, "R 2:2(0)");
	in(t, "R 1:1(0)");
	one_step(t, &t->in_report, HF_SYN_RECEIVED, HF_LISTEN);
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "S 5:5(0) <mss 1460>");
	one_step(t, &t->in_report, HF_SYN_RECEIVED, HF_LISTEN);
	used(t, HF_POOL_HALF_OPEN, 0);
}

static void half_open_expires(struct script *t)
{
	struct hf_report r;

	t->config.syn_ack_retries = 0;
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	r = expire(t);
	one_step(t, &r, HF_SYN_RECEIVED, HF_LISTEN);
}

static void cookie(struct script *t)
{
	t->config.syn_cookies = HF_COOKIES_ALWAYS;
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	about_ends(t, &t->in_report);
	require(t, t->in_report.steps == 0);
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	require(t, t->in_report.steps == 2);
	require(t, t->in_report.path[0] == HF_LISTEN);
	require(t, t->in_report.path[1] == HF_SYN_RECEIVED);
	require(t, t->in_report.path[2] == HF_ESTABLISHED);
	user_accept(t);
}

static void enter_time_wait(struct script *t)
{
	script_passive(t, "mss 1460");
	script_close(t);
	script_out(t, "F. 1:1(0) ack 1");
	script_in(t, "F. 1:1(0) ack 2");
	script_out(t, ". 2:2(0) ack 2");
	script_used(t, HF_POOL_TIME_WAIT, 1);
}

static void time_wait(struct script *t)
{
	struct hf_report r;

	start(t);
	MARK(t);
	enter_time_wait(t);
	in(t, ". 2:2(0) ack 2");
	about_ends(t, &t->in_report);
	require(t, t->in_report.steps == 0);
	in(t, "R 2:2(0)");
	one_step(t, &t->in_report, HF_TIME_WAIT, HF_CLOSED);
	flow(t, 1);
	MARK(t);
	enter_time_wait(t);
	r = expire(t);
	one_step(t, &r, HF_TIME_WAIT, HF_CLOSED);
}

/* An end stops all timers. */
static void reset_in(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 1");
	require(t, t->in_report.deadline != HF_NEVER);
	in(t, "R 1:1(0)");
	about_connection(t, &t->in_report);
	require(t, t->in_report.steps == 1);
	require(t, t->in_report.path[1] == HF_CLOSED);
	require(t, t->in_report.deadline == HF_NEVER);
}

/* More than the listener may hold: host.h, config.abort_on_overflow. */
static void overflow(struct script *t)
{
	struct hf_listen options;

	t->config.abort_on_overflow = true;
	start(t);
	options = listen_options(t);
	options.completed = 1;
	ok(t, hf_listen(t->host, &options, &t->listener));
	for (int i = 0; i < 2; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
	}
	flow(t, 0);
	in(t, ". 1:1(0) ack 1");
	flow(t, 1);
	in(t, ". 1:1(0) ack 1");
	one_step(t, &t->in_report, HF_SYN_RECEIVED, HF_CLOSED);
	out(t, "R 1:1(0)");
	flow(t, 0);
	user_accept(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(retransmission_timer),
	SCRIPT(delayed_ack_timer),
	SCRIPT(keepalive_timer),
	SCRIPT(probe_timer),
	SCRIPT(half_open_timer),
	SCRIPT(frame_in),
	SCRIPT(frame_of_no_connection),
	SCRIPT(half_open_segments),
	SCRIPT(half_open_expires),
	SCRIPT(cookie),
	SCRIPT(time_wait),
	SCRIPT(reset_in),
	SCRIPT(overflow),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("report", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
