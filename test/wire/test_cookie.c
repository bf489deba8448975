/* SPDX-License-Identifier: MIT */
/* SYN cookies: RFC 4987 3.6. */
#include "script.h"

#define PERIOD_MS 67109 /* 2^24 ticks of 4 microseconds, rounded up */

static struct hf_cookies counts(struct script *t)
{
	struct hf_cookies c;

	hf_cookies(t->host, &c);
	return c;
}

static void start_always(struct script *t)
{
	t->config.syn_cookies = HF_COOKIES_ALWAYS;
	start(t);
	user_listen(t);
}

/* Nothing is kept of the SYN, and the ACK makes a connection all the same. */
static void handshake(struct script *t)
{
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 win 65535 <mss 1460>");
	require(t, t->last.report.why == HF_WHY_COOKIE);
	used(t, HF_POOL_HALF_OPEN, 0);
	used(t, HF_POOL_CONNECTION, 0);
	require(t, counts(t).sent == 1 && counts(t).accepted == 0);
	quiet(t, 10000); /* it is never sent again */
	in(t, ". 1:1(0) ack 1");
	dropped(t, HF_ACCEPTED);
	require(t, t->in_report.path[0] == HF_LISTEN);
	require(t, t->in_report.path[t->in_report.steps] == HF_ESTABLISHED);
	require(t, counts(t).accepted == 1 && counts(t).refused == 0);
	silence(t);
	event_of(t, t->listener, HF_EVENT_ACCEPT);
	user_accept(t);
	state(t, HF_ESTABLISHED);
	user_send(t, 2 * MSS);
	out_segments(t, 0, 2);
	in(t, "P. 1:11(10) ack 2921");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 2921:2921(0) ack 11");
}

/* The ACK may be lost: the first text has the cookie too. */
static void handshake_by_text(struct script *t)
{
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "P. 1:11(10) ack 1");
	user_accept(t);
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* Text and FIN at once. */
static void handshake_by_fin(struct script *t)
{
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "FP. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 12");
	user_accept(t);
	state(t, HF_CLOSE_WAIT);
	user_receive(t, 10);
}

/* What was agreed on comes back by the timestamp. */
static void options_by_timestamp(struct script *t)
{
	static const char *const syns[] = {
		"mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7",
		"mss 1460,TS val 100 ecr 0,nop,wscale 14",
		"mss 1460,sackOK,TS val 100 ecr 0",
		"mss 1460,TS val 100 ecr 0,nop,wscale 0",
		"mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 200",
	};
	static const char *const answers[] = {
		"mss 1460,sackOK,TS val * ecr 100,nop,wscale 7",
		"mss 1460,TS val * ecr 100,nop,wscale 7",
		"mss 1460,sackOK,TS val * ecr 100",
		"mss 1460,TS val * ecr 100,nop,wscale 7",
		"mss 1460,sackOK,TS val * ecr 100,nop,wscale 7",
	};
	static const uint8_t scales[] = { 7, 14, 0, 0, 14 };

	t->config.ecn = HF_ECN_ANSWER;
	start_always(t);
	for (int i = 0; i < 5; i++) {
		struct hf_status s;

		flow(t, i);
		in(t, "%s 0:0(0) <%s>", i == 1 ? "SEW" : "S", syns[i]);
		out(t,
		    i == 1 ? "SE. 0:0(0) ack 1 <%s>" : "S. 0:0(0) ack 1 <%s>",
		    answers[i]);
		after(t, 130);
		in(t, ". 1:1(0) ack 1 <nop,nop,ts>");
		user_accept(t);
		s = script_status(t);
		require(t, s.timestamps);
		require(t, s.sack == (i != 1 && i != 3));
		require(t, s.ecn == (i == 1));
		require(t, s.send_scale == scales[i]);
		require(t, s.receive_scale == (i == 2 ? 0 : 7));
		require(t, s.srtt == 0); /* 130 ms are known to 64 only */
		user_send(t, 10);
		out(t,
		    i == 1 ? "[ect0] P. 1:11(10) ack 1" : "P. 1:11(10) ack 1");
	}
}

/* Without timestamps only the MSS can be remembered. */
static void options_without_timestamp(struct script *t)
{
	struct hf_status s;

	t->config.ecn = HF_ECN_ANSWER;
	start_always(t);
	in(t, "SEW 0:0(0) <mss 1460,sackOK,nop,wscale 7>");
	out(t, "S. 0:0(0) ack 1 <mss 1460>");
	in(t, ".EW 1:1(0) ack 1");
	user_accept(t);
	s = script_status(t);
	require(t, !s.timestamps && !s.sack && !s.ecn);
	require(t, s.send_scale == 0 && s.receive_scale == 0 && s.mss == 1460);
}

/* MUST-15, MUST-16: of the MSS what is in the table, never more than said. */
static void remembers_mss(struct script *t)
{
	static const struct {
		uint32_t said, means;
	} mss[] = { { 1, 64 },	    { 64, 64 },	    { 535, 64 },
		    { 536, 536 },   { 1219, 536 },  { 1220, 1220 },
		    { 1300, 1220 }, { 1399, 1360 }, { 1400, 1400 },
		    { 1452, 1440 }, { 1460, 1460 }, { 8959, 1460 },
		    { 65535, 1460 } };

	start_always(t);
	for (unsigned i = 0; i < sizeof mss / sizeof *mss; i++) {
		flow(t, (int)i);
		in(t, "S 0:0(0) <mss %u>", mss[i].said);
		out(t, "S. 0:0(0) ack 1 <mss 1460>");
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
		require(t, script_status(t).mss == mss[i].means);
	}
	flow(t, 20);
	in(t, "S 0:0(0)");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, script_status(t).mss == (t->v6 ? 1220 : 536));
}

static void jumbo_mss(struct script *t)
{
	t->mtu = 9000;
	start_always(t);
	in(t, "S 0:0(0) <mss 9000>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	require(t, script_status(t).mss == (t->v6 ? 8940 : 8960));
}

/* Whatever the number of the minute. */
static void in_each_minute(struct script *t)
{
	start_always(t);
	for (int i = 0; i < 4; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
		require(t, script_status(t).mss == MSS);
		after(t, PERIOD_MS);
	}
}

/* At each of the 64 milliseconds that options are rounded to. */
static void timestamps_are_past(struct script *t)
{
	uint32_t first;

	t->config.fixed_numbers = true;
	start_always(t);
	in(t, "S 0:0(0) <mss 1460,ts,wscale 7>");
	out(t, "S. 0:0(0) ack 1");
	flow(t, 1);
	user_open(t);
	out(t, "S 0:0(0) <mss 1460,ts,sackOK,wscale 7>");
	first = t->last.opt.ts_val;
	flow(t, 0);
	for (uint32_t ms = 1; ms < 70; ms++) {
		after(t, 1);
		t->f->ts_seen = t->f->iss_known = false;
		in(t, "S 0:0(0) <mss 1460,ts,wscale 7>");
		out(t, "S. 0:0(0) ack 1");
		require(t, (int32_t)(t->last.opt.ts_val - first - ms) <= 0);
		require(t, first + ms - t->last.opt.ts_val <= 64);
	}
}

/* TSval never is from the future, or the next would fail PAWS at the peer. */
static void timestamps_go_on(struct script *t)
{
	uint32_t in_syn_ack;

	start_always(t);
	for (int i = 0; i < 20; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460,sackOK,TS val 1 ecr 0,wscale 14>");
		out(t, "S. 0:0(0) ack 1");
		in_syn_ack = t->last.opt.ts_val;
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
		user_send(t, 1);
		out(t, "P. 1:2(1) ack 1");
		require(t, t->last.opt.ts_val - in_syn_ack < 64);
		after(t, 7);
	}
}

/* RFC 9293 3.10.7.2, second: what acknowledges no cookie is reset. */
static void wrong_cookie(struct script *t)
{
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	dropped(t, HF_DROP_LISTEN_ACK);
	out(t, "R 2:2(0)");
	in(t, ". 1:1(0) ack 8388609");
	out(t, "R 8388609:8388609(0)");
	/* It is bound to the peer's ISS, and to its port. */
	in(t, ". 2:2(0) ack 1");
	out(t, "R 1:1(0)");
	t->flow[1].iss = t->f->iss;
	t->flow[1].irs = t->f->irs;
	t->flow[1].iss_known = true;
	flow(t, 1);
	in(t, ". 1:1(0) ack 1");
	out(t, "R 1:1(0)");
	require(t, counts(t).refused == 4);
	used(t, HF_POOL_CONNECTION, 0);
	flow(t, 0);
	in(t, "S. 1:1(0) ack 1");
	out(t, "R 1:1(0)");
	in(t, "R. 1:1(0) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* No bit of the number may be another one. */
static void every_bit_counts(struct script *t)
{
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	for (unsigned bit = 0; bit < 32; bit++) {
		in(t, ". 1:1(0) ack %u", 1 + (1u << bit));
		out(t, "R");
	}
	used(t, HF_POOL_CONNECTION, 0);
}

/* Resets for wrong ones have their limit. */
static void wrong_cookies_are_limited(struct script *t)
{
	t->config.reset_per_second = 3;
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	for (int i = 0; i < 10; i++)
		in(t, ". 1:1(0) ack %u", 1000 + i);
	require(t, skip(t) == 3);
}

/* Good for the minute in which it was made, and the next. */
static void grows_old(struct script *t)
{
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, PERIOD_MS);
	flow(t, 2);
	in(t, "S 0:0(0) <mss 1460>"); /* cookies are still given out */
	out(t, "S. 0:0(0) ack 1");
	flow(t, 0);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	after(t, PERIOD_MS);
	flow(t, 1);
	in(t, ". 1:1(0) ack 1");
	dropped(t, HF_DROP_LISTEN_ACK);
	out(t, "R 1:1(0)");
}

/* After 256 minutes the clock's eight bits are the same again. */
static void does_not_come_back(struct script *t)
{
	start_always(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, 256u * 67108u + 220u);
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	flow(t, 0);
	in(t, ". 1:1(0) ack 1");
	out(t, "R 1:1(0)");
}

/* The numbers keep pace with the clock of MUST-8. */
static void keeps_pace_with_clock(struct script *t)
{
	uint32_t cookie, iss;

	t->config.syn_cookies = HF_COOKIES_PRESSURE;
	t->config.half_open = 1;
	start(t);
	user_listen(t);
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	flow(t, 0);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	require(t, t->last.report.why == HF_WHY_COOKIE);
	cookie = t->f->iss;
	flow(t, 1);
	in(t, "R 1:1(0)");
	flow(t, 0);
	script_flow_reset(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	require(t, t->last.report.why == HF_WHY_ACCEPT);
	iss = t->f->iss;
	require(t, iss - cookie + (1u << 24) < 1u << 25);
}

/* Only what finds no room is answered so, and such an ACK then expected. */
static void under_pressure(struct script *t)
{
	struct hf_listen options;

	t->config.syn_cookies = HF_COOKIES_PRESSURE;
	start(t);
	options = listen_options(t);
	options.half_open = 2;
	ok(t, hf_listen(t->host, &options, &t->listener));
	flow(t, 3);
	in(t, ". 1:1(0) ack 1");
	out(t, "R");
	require(t, counts(t).refused == 0); /* none was expected */
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		dropped(t, HF_ACCEPTED);
		out(t, "S. 0:0(0) ack 1");
		require(t, t->last.report.why ==
				   (i < 2 ? HF_WHY_ACCEPT : HF_WHY_COOKIE));
	}
	used(t, HF_POOL_HALF_OPEN, 2);
	in(t, "S 0:0(0) <mss 1460>"); /* again, the same */
	out(t, "S. 0:0(0) ack 1");
	for (int i = 2; i >= 0; i--) {
		flow(t, i);
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
	}
	require(t, counts(t).sent == 2 && counts(t).accepted == 1);
}

/* Pressure on the host is as good as on the listener. */
static void under_pressure_of_host(struct script *t)
{
	t->config.half_open = 1;
	t->config.syn_cookies = HF_COOKIES_PRESSURE;
	start(t);
	user_listen(t);
	for (int i = 0; i < 2; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
	}
	require(t, counts(t).sent == 1);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	flow(t, 0);
	in(t, "R 1:1(0)");
}

static void off(struct script *t)
{
	t->config.half_open = 1;
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_BACKLOG);
	silence(t);
}

/* A cookie is no way around the limit of what waits to be accepted. */
static void completed_limit(struct script *t)
{
	struct hf_listen options;

	t->config.syn_cookies = HF_COOKIES_ALWAYS;
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
	dropped(t, HF_DROP_BACKLOG);
	silence(t); /* the peer will say it again with its text */
	flow(t, 2);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_BACKLOG);
	silence(t);
	flow(t, 0);
	user_accept(t);
	flow(t, 1);
	in(t, "P. 1:11(10) ack 1");
	user_accept(t);
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

static void no_connection_left(struct script *t)
{
	t->config.connections = 1;
	start_always(t);
	for (int i = 0; i < 2; i++) {
		flow(t, i);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
		in(t, ". 1:1(0) ack 1");
	}
	dropped(t, HF_DROP_NO_MEMORY);
	silence(t);
	flow(t, 0);
	user_accept(t);
}

/* A program that wants to be asked is asked. */
static void never_unasked(struct script *t)
{
	struct hf_listen options;
	struct hf_event event;

	t->config.syn_cookies = HF_COOKIES_ALWAYS;
	start(t);
	options = listen_options(t);
	options.ask = true;
	ok(t, hf_listen(t->host, &options, &t->listener));
	in(t, "S 0:0(0) <mss 1460>");
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 1);
	require(t, hf_event(t->host, &event) && event.flags & HF_EVENT_SYN);
	ok(t, hf_decide(t->host, event.handle, HF_VERDICT_ACCEPT, t->now));
	out(t, "S. 0:0(0) ack 1");
	require(t, t->last.report.why == HF_WHY_ACCEPT);
}

/* An MSS that the program wants would be said, and then forgotten. */
static void never_with_an_mss_of_its_own(struct script *t)
{
	start_always(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_MSS, 1000));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 <mss 1000>");
	require(t, t->last.report.why == HF_WHY_ACCEPT);
	used(t, HF_POOL_HALF_OPEN, 1);
}

/* What else the listener is told goes for the SYN-ACK too. */
static void wishes(struct script *t)
{
	start_always(t);
	ok(t, hf_set(t->host, t->listener, HF_OPTION_TOS, 0xb8));
	ok(t, hf_set(t->host, t->listener, HF_OPTION_TTL, 99));
	t->config.ttl = 99; /* what out() wants to see */
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	require(t, t->last.report.why == HF_WHY_COOKIE);
	require(t, t->last.tos == 0xb8 && t->last.ttl == 99);
}

/* Of addresses that are not the host's own nothing is kept either. */
static void for_any_address(struct script *t)
{
	struct hf_listen options = { .port = 0 };

	t->accept_any = t->no_address = true;
	t->config.syn_cookies = HF_COOKIES_ALWAYS;
	start(t);
	ok(t, hf_route_add(t->host, t->peer, t->v6 ? 64 : 24, t->link,
			   (struct hf_addr){ { 0 } }));
	options.local = (struct hf_addr){ { 0 } };
	ok(t, hf_listen(t->host, &options, &t->listener));
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	used(t, HF_POOL_ADDRESS, t->before.pool[HF_POOL_ADDRESS].used);
	in(t, ". 1:1(0) ack 2");
	out(t, "R 2:2(0)");
	used(t, HF_POOL_ADDRESS, t->before.pool[HF_POOL_ADDRESS].used);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	used(t, HF_POOL_ADDRESS, t->before.pool[HF_POOL_ADDRESS].used + 1);
}

/* SYN-ACKs without memory are queued as replies are, within their limit. */
static void too_many_replies(struct script *t)
{
	t->config.replies = 2;
	start_always(t);
	burst(t, "S 0:0(0) <mss 1460>; S 0:0(0) <mss 1460>; S 0:0(0)");
	dropped(t, HF_DROP_BACKLOG);
	require(t, skip(t) == 2);
}

static void refuses_values(struct script *t)
{
	struct hf_host *host;
	void *block = block_new(1 << 20);

	start(t);
	t->config.syn_cookies = HF_COOKIES_ALWAYS + 1;
	error(t, HF_ERR_ARGUMENT,
	      hf_host_init(block, 1 << 20, &t->config, t->now, &host));
	block_free(block, 1 << 20);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(handshake),
	SCRIPT(handshake_by_text),
	SCRIPT(handshake_by_fin),
	SCRIPT(options_by_timestamp),
	SCRIPT(options_without_timestamp),
	SCRIPT(remembers_mss),
	SCRIPT(in_each_minute),
	SCRIPT(timestamps_are_past),
	SCRIPT(jumbo_mss),
	SCRIPT(timestamps_go_on),
	SCRIPT(wrong_cookie),
	SCRIPT(every_bit_counts),
	SCRIPT(wrong_cookies_are_limited),
	SCRIPT(grows_old),
	SCRIPT(does_not_come_back),
	SCRIPT(keeps_pace_with_clock),
	SCRIPT(under_pressure),
	SCRIPT(under_pressure_of_host),
	SCRIPT(off),
	SCRIPT(completed_limit),
	SCRIPT(no_connection_left),
	SCRIPT(never_unasked),
	SCRIPT(never_with_an_mss_of_its_own),
	SCRIPT(wishes),
	SCRIPT(for_any_address),
	SCRIPT(too_many_replies),
	SCRIPT(refuses_values),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("cookie", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
