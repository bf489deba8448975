/* SPDX-License-Identifier: MIT */
/* Opening: RFC 9293 3.5, 3.9.1.1, 3.10.1, 3.10.7.2-3.10.7.3. */
#include "script.h"
#include <string.h>

/* ---- LISTEN ----------------------------------------------------------- */

/* RFC 9293 3.5, figure 6. */
static void passive_open(struct script *t)
{
	struct hf_handle none;

	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 <mss 1460>");
	silence(t);
	error(t, HF_ERR_WOULD_BLOCK, hf_accept(t->host, t->listener, &none));
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, ". 1:1(0) ack 1");
	silence(t);
	event_of(t, t->listener, HF_EVENT_ACCEPT);
	user_accept(t);
	state(t, HF_ESTABLISHED);
	used(t, HF_POOL_HALF_OPEN, 0);
	error(t, HF_ERR_WOULD_BLOCK, hf_accept(t->host, t->listener, &none));
}

static void listener_status(struct script *t)
{
	struct hf_status status;

	start(t);
	user_listen(t);
	ok(t, hf_status(t->host, t->listener, &status));
	require(t, status.state == HF_LISTEN);
	require(t, status.local_port == 9877);
}

/* The user's value and the addresses of an accepted connection. */
static void accepted_status(struct script *t)
{
	struct hf_listen options;
	struct hf_status status;

	start(t);
	options = listen_options(t);
	options.user = 4711;
	ok(t, hf_listen(t->host, &options, &t->listener));
	passive(t, "mss 1460");
	status = script_status(t);
	require(t, status.user == 4711);
	require(t, status.local_port == 9877 && status.remote_port == 40000);
	require(t, !memcmp(&status.local, &t->local, sizeof t->local));
	require(t, !memcmp(&status.remote, &t->peer, sizeof t->peer));
}

/*
 * RFC 7323 2.2, 3.2; RFC 2018 2: an option answers one of the SYN, and
 * TSecr tells the SYN's TSval.
 */
static void syn_ack_answers_options(struct script *t)
{
	static const char *const offers[][2] = {
		{ "mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7",
		  "mss 1460,sackOK,TS val * ecr 100,nop,wscale 7" },
		{ "", "mss 1460" },
		{ "mss 1460", "mss 1460" },
		{ "sackOK", "mss 1460,sackOK" },
		{ "nop,wscale 0", "mss 1460,wscale 7" },
		{ "TS val 7 ecr 0", "mss 1460,TS val * ecr 7" },
	};

	start(t);
	user_listen(t);
	for (int i = 0; i < 6; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <%s>", offers[i][0]);
		out(t, "S. 0:0(0) ack 1 <%s>", offers[i][1]);
	}
}

/* Nothing is answered that the configuration forbids to offer. */
static void syn_ack_withholds_options(struct script *t)
{
	t->config.no_sack = true;
	t->config.no_timestamps = true;
	t->config.no_window_scale = true;
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>");
	out(t, "S. 0:0(0) ack 1 <mss 1460>");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, !script_status(t).sack && !script_status(t).timestamps);
	require(t, script_status(t).send_scale == 0);
	require(t, script_status(t).receive_scale == 0);
}

/* RFC 9293 3.10.7.2: text with a SYN is queued, or left to be sent again. */
static void syn_with_text(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:10(10) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 | S. 0:0(0) ack 11");
	if (t->chosen == 0)
		in(t, "P. 1:11(10) ack 1");
	else
		in(t, ". 11:11(0) ack 1");
	skip(t);
	user_accept(t);
	user_receive(t, 10);
	after(t, 500);
	skip(t);
}

static void handshake_ack_with_text(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "P. 1:11(10) ack 1");
	user_accept(t);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	user_receive(t, 10);
}

/* RFC 9293 3.10.7.4, eighth, SYN_RECEIVED. */
static void handshake_ack_with_fin(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "F. 1:1(0) ack 1");
	out(t, ". 1:1(0) ack 2");
	user_accept(t);
	state(t, HF_CLOSE_WAIT);
	user_eof(t);
}

/* ---- SYN_RECEIVED, passive -------------------------------------------- */

/* RFC 6298 (5.5), (5.6) for SYN-ACK; the limit is the configuration's. */
static void syn_ack_retransmission(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 <mss 1460>");
	for (unsigned ms = 1000; ms <= 16000; ms *= 2)
		due(t, ms, "S. 0:0(0) ack 1 <mss 1460>");
	quiet(t, 120000);
	used(t, HF_POOL_HALF_OPEN, 0);
	in(t, ". 1:1(0) ack 1");
	out(t, "R 1:1(0)");
}

/* A SYN-ACK that came late completes the handshake all the same. */
static void handshake_after_retransmission(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	due(t, 1000, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	quiet(t, 10000);
}

/*
 * RFC 9293 3.10.7.4, first: an old SYN is answered with an ACK; that a host
 * takes it for a lost SYN-ACK is as good.
 */
static void duplicate_syn(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, 100);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 | . 1:1(0) ack 1");
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	silence(t);
}

/*
 * RFC 9293 3.5.2 group 2, 3.10.7.4 fifth: an ACK of what was never sent does
 * not establish. (Its RFC 5961 5 text would have an ACK come before.)
 */
static void syn_received_refuses_wrong_ack(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	out(t, "R 2:2(0) | . 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 0");
	out(t, "R 0:0(0) | . 1:1(0) ack 1");
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	silence(t);
}

/* RFC 9293 3.10.7.4, first. */
static void syn_received_refuses_outside_window(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 200000:200000(0) ack 1");
	out(t, ". 1:1(0) ack 1");
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* A listener's half-open and completed connections have limits. */
static void half_open_limit(struct script *t)
{
	struct hf_listen options;

	start(t);
	options = listen_options(t);
	options.half_open = 2;
	ok(t, hf_listen(t->host, &options, &t->listener));
	for (int i = 0; i < 2; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
	}
	flow(t, 2);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_BACKLOG);
	silence(t);
	flow(t, 0);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	flow(t, 2);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
}

/* The same limit, over all listeners together. */
static void half_open_limit_of_host(struct script *t)
{
	t->config.half_open = 3;
	start(t);
	user_listen(t);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
	}
	flow(t, 3);
	in(t, "S 0:0(0) <mss 1460>");
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 3);
}

static void completed_limit(struct script *t)
{
	struct hf_listen options;
	struct hf_handle none;

	start(t);
	options = listen_options(t);
	options.completed = 1;
	ok(t, hf_listen(t->host, &options, &t->listener));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	if (maybe_out(t, "S. 0:0(0) ack 1")) {
		in(t, ". 1:1(0) ack 1");
		skip(t);
	} else {
		dropped(t, HF_DROP_BACKLOG);
	}
	flow(t, 0);
	user_accept(t);
	error(t, HF_ERR_WOULD_BLOCK, hf_accept(t->host, t->listener, &none));
}

/* "A full pool refuses the new and keeps the old." */
static void connection_limit(struct script *t)
{
	struct hf_open options;
	struct hf_handle more;

	t->config.connections = 2;
	start(t);
	passive(t, "mss 1460");
	flow(t, 1);
	passive(t, "mss 1460");
	options = open_options(t);
	options.remote_port = 80;
	error(t, HF_ERR_LIMIT, hf_open(t->host, &options, t->now, &more));
	flow(t, 0);
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* ---- the other profile ------------------------------------------------ */

static void linux_opens(struct script *t)
{
	script_profile(t, HF_PROFILE_LINUX);
	start(t);
	passive(t, "mss 1460,sackOK,ts,nop,wscale 7");
	require(t, script_status(t).timestamps && script_status(t).sack);
	flow(t, 1);
	active(t, "mss 1460,sackOK,ts,nop,wscale 7");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	silence(t);
}

/* ---- SYN_RECEIVED: what is measured, counted, queued -------------------- */

/* RFC 6298 (2.2): the SYN-ACK is the first to be timed. */
static void syn_ack_is_timed(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, 300);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, script_status(t).srtt >= MS(299));
	require(t, script_status(t).srtt <= MS(301));
}

/* RFC 6298 (5.7), RFC 5681 3.1; and Karn's: no sample from what went twice. */
static void lost_syn_ack_slows_down(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	due(t, 1000, "S. 0:0(0) ack 1");
	after(t, 100);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, script_status(t).srtt == 0);
	require(t, script_status(t).rto == SEC(3));
	user_send(t, 4 * MSS);
	MARK(t);
	out_segments(t, 0, 1);
	due(t, 3000, ". 1:1461(1460) ack 1");
	require(t, t->last.report.why == HF_WHY_RTO);
}

/* A SYN-ACK that goes again because the SYN did is one of the retries. */
static void duplicate_syn_is_a_retry(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, 100);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	due(t, 2000, "S. 0:0(0) ack 1");
	flow(t, 1);
	burst(t, "S 0:0(0) <mss 1460>;S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	due(t, 1000, "S. 0:0(0) ack 1");
}

/* 3.10.7.4, second: the SYN-ACK that was still to go does not. */
static void reset_in_the_same_burst(struct script *t)
{
	start(t);
	user_listen(t);
	burst(t, "S 0:0(0) <mss 1460>;R 1:1(0)");
	quiet(t, 5000);
	used(t, HF_POOL_HALF_OPEN, 0);
}

/* HF_OPTION_DEFER_ACCEPT: not heard, and the SYN-ACK goes all the same. */
static void deferred_in_the_same_burst(struct script *t)
{
	start(t);
	user_listen(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_DEFER_ACCEPT, 3));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	burst(t, "S 0:0(0) <mss 1460>;. 1:1(0) ack 1");
	dropped(t, HF_DROP_DEFERRED);
	out(t, "S. 0:0(0) ack 1");
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, "P. 1:2(1) ack 1");
	user_accept(t);
	user_receive(t, 1);
}

/* The way to the peer has gone; SYN-ACK goes again when it has come back. */
static void route_comes_back(struct script *t)
{
	unsigned bits = t->v6 ? 64 : 24;
	struct hf_addr neighbour;

	start(t);
	t->peer.octet[t->v6 ? 7 : 14] ^= 1;
	neighbour = t->peer;
	neighbour.octet[15] = 9;
	ok(t, hf_address_add(t->host, t->link, neighbour, bits, t->now));
	hf_host_used(t->host, &t->before);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	ok(t, hf_address_remove(t->host, neighbour));
	in(t, ". 1:1(0) ack 1");
	dropped(t, HF_DROP_SOURCE);
	quiet(t, 1500);
	used(t, HF_POOL_HALF_OPEN, 1);
	ok(t, hf_address_add(t->host, t->link, neighbour, bits, t->now));
	due(t, 1500, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* ---- listeners ---------------------------------------------------------- */

/* RFC 7323 2.2: unscaled in a SYN-ACK, and what does not fit is not said. */
static void window_of_large_buffer(struct script *t)
{
	struct hf_listen options;

	start(t);
	options = listen_options(t);
	options.receive_buffer = 100000;
	ok(t, hf_listen(t->host, &options, &t->listener));
	in(t, "S 0:0(0) <mss 1460,wscale 3>");
	out(t, "S. 0:0(0) ack 1 win 65535");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* host.h: `user` comes back in events, and accepted ones inherit it. */
static void events_name_the_user(struct script *t)
{
	struct hf_listen options;
	struct hf_event event;

	start(t);
	options = listen_options(t);
	options.user = UINT64_C(0x123456789a);
	ok(t, hf_listen(t->host, &options, &t->listener));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	require(t, hf_event(t->host, &event));
	require(t, event.flags == HF_EVENT_ACCEPT);
	require(t, event.user == options.user);
	user_accept(t);
	require(t, script_status(t).user == options.user);
	in(t, "P. 1:11(10) ack 1");
	require(t, hf_event(t->host, &event));
	require(t, event.flags & HF_EVENT_READABLE);
	require(t, event.user == options.user && event.error == HF_OK);
	user_receive(t, 10);
	skip(t);
}

static void complete(struct script *t, int i)
{
	script_flow_use(t, i);
	script_in(t, "S 0:0(0) <mss 1460>");
	script_out(t, "S. 0:0(0) ack 1");
	script_in(t, ". 1:1(0) ack 1");
}

/* Whoever has gone before it was accepted leaves the others in their order. */
static void unaccepted_may_go(struct script *t)
{
	static const int gone[] = { 2, 4, 0 }, stays[] = { 1, 3 };
	struct hf_handle none;

	start(t);
	user_listen(t);
	MARK(t);
	for (int i = 0; i < 5; i++)
		complete(t, i);
	for (int i = 0; i < 3; i++) {
		flow(t, gone[i]);
		in(t, "R 1:1(0)");
		dropped(t, HF_ACCEPTED);
	}
	used(t, HF_POOL_CONNECTION, 2);
	for (int i = 0; i < 2; i++) {
		flow(t, stays[i]);
		user_accept(t);
		require(t, script_status(t).remote_port == t->f->peer_port);
	}
	error(t, HF_ERR_WOULD_BLOCK, hf_accept(t->host, t->listener, &none));
	MARK(t);
	complete(t, 5);
	user_accept(t);
	require(t, script_status(t).remote_port == t->f->peer_port);
}

/* host.h, hf_close(): its half-open ones, and no others. */
static void closing_leaves_the_others(struct script *t)
{
	struct hf_listen options;
	struct hf_handle second;

	start(t);
	user_listen(t);
	options = listen_options(t);
	options.port = 80;
	ok(t, hf_listen(t->host, &options, &second));
	for (int i = 0; i < 10; i++) {
		flow(t, i);
		if (i & 1)
			t->f->local_port = 80;
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
	}
	ok(t, hf_close(t->host, second, t->now));
	used(t, HF_POOL_HALF_OPEN, 5);
	for (int i = 0; i < 10; i += 2) {
		flow(t, i);
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
	}
}

/* Wherever in the table it stands. */
static void closing_finds_each(struct script *t)
{
	start(t);
	for (int i = 0; i < 300; i++) {
		user_listen(t);
		script_flow_reset(t);
		t->f->peer_port = (uint16_t)(1000 + i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
		ok(t, hf_close(t->host, t->listener, t->now));
		used(t, HF_POOL_HALF_OPEN, 0);
	}
	t->listener = (struct hf_handle){ 0, 0 };
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(passive_open),
	SCRIPT(listener_status),
	SCRIPT(accepted_status),
	SCRIPT(syn_ack_answers_options),
	SCRIPT(syn_ack_withholds_options),
	SCRIPT(syn_with_text),
	ROBUST(handshake_ack_with_text),
	SCRIPT(handshake_ack_with_fin),
	SCRIPT(syn_ack_retransmission),
	ROBUST(handshake_after_retransmission),
	SCRIPT(duplicate_syn),
	SCRIPT(syn_received_refuses_wrong_ack),
	SCRIPT(syn_received_refuses_outside_window),
	SCRIPT(half_open_limit),
	SCRIPT(half_open_limit_of_host),
	SCRIPT(completed_limit),
	SCRIPT(connection_limit),
	SCRIPT(linux_opens),
	SCRIPT(syn_ack_is_timed),
	SCRIPT(lost_syn_ack_slows_down),
	SCRIPT(duplicate_syn_is_a_retry),
	SCRIPT(reset_in_the_same_burst),
	SCRIPT(deferred_in_the_same_burst),
	SCRIPT(route_comes_back),
	SCRIPT(window_of_large_buffer),
	SCRIPT(events_name_the_user),
	SCRIPT(unaccepted_may_go),
	SCRIPT(closing_leaves_the_others),
	SCRIPT(closing_finds_each),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("open", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
