/* SPDX-License-Identifier: MIT */
/*
 * TIME_WAIT that ends before its time: by the peer's SYN (MAY-2; RFC 6191,
 * SHLD-4), by an active OPEN, and by a reset, or not (RFC 1337).
 */
#include "script.h"

/* A released connection in TIME_WAIT: the peer has sent 1, and handfast 1. */
static void entry(struct script *t, const char *options)
{
	passive(t, options);
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	used(t, HF_POOL_TIME_WAIT, 1);
}

/* The peer's next numbers are as far from its old ones. */
static uint32_t again(struct script *t, uint32_t irs_further)
{
	uint32_t iss = t->f->iss;

	script_flow_reset(t);
	t->f->irs += irs_further;
	return iss;
}

static bool is_beyond(const struct script *t, uint32_t old_iss)
{
	return (int32_t)(t->last.seq - (old_iss + 2)) > 0;
}

/* ---- passive ---------------------------------------------------------- */

/*
 * SHLD-4, RFC 6191 2: what a SYN must be like, by whether the old connection
 * and the SYN have timestamps. What is not taken is challenged: RFC 5961 4.2.
 */
static void by_timestamp_and_number(struct script *t)
{
	static const struct {
		const char *old;
		const char *syn;
		uint32_t further;
		bool is_taken;
	} rows[] = {
		{ "mss 1460,TS val 100 ecr 0", "TS val 200001 ecr 0", 0, true },
		{ "mss 1460,TS val 100 ecr 0", "TS val 100001 ecr 0", 0, true },
		{ "mss 1460,TS val 100 ecr 0", "TS val 100000 ecr 0", 2, true },
		{ "mss 1460,TS val 100 ecr 0", "TS val 100000 ecr 0", 1,
		  false },
		{ "mss 1460,TS val 100 ecr 0", "TS val 99999 ecr 0", 99,
		  false },
		{ "mss 1460,TS val 100 ecr 0", "mss 1460", 2, true },
		{ "mss 1460,TS val 100 ecr 0", "mss 1460", 1, false },
		{ "mss 1460", "TS val 1 ecr 0", 0, true },
		{ "mss 1460", "mss 1460", 2, true },
		{ "mss 1460", "mss 1460", 1, false },
		{ "mss 1460", "mss 1460", 0x80000010, false },
	};

	start(t);
	for (int i = 0; i < 11; i++) {
		uint32_t iss, irs;

		flow(t, i);
		t->f->ts_clock = 100000;
		passive(t, rows[i].old);
		user_close(t);
		out(t, "F. 1:1(0) ack 1");
		in(t, "F. 1:1(0) ack 2");
		out(t, ". 2:2(0) ack 2");
		irs = t->f->irs;
		iss = again(t, rows[i].further);
		in(t, "S 0:0(0) <%s>", rows[i].syn);
		t->lax = !rows[i].is_taken; /* its timestamps are the old's */
		script_collect(t);
		t->lax = false;
		require(t, t->queue_len == 1 && skip(t) == 1);
		if (rows[i].is_taken) {
			require(t, t->last.flags == (F_SYN | F_ACK));
			require(t, is_beyond(t, iss));
			t->f->ts_clock = 300000;
			in(t, ". 1:1(0) ack 1");
			user_accept(t);
		} else {
			require(t, t->last.flags == F_ACK);
			require(t, t->last.seq == iss + 2);
			require(t, t->last.ack == irs + 2);
		}
	}
	used(t, HF_POOL_TIME_WAIT, 5);
}

/* The new one does what any does, and TIME_WAIT is gone. */
static void works(struct script *t)
{
	start(t);
	entry(t, "mss 1460,ts");
	after(t, 10);
	again(t, 5000);
	in(t, "S 0:0(0) <mss 1460,ts>");
	require(t, t->in_report.path[0] == HF_LISTEN);
	out(t, "S. 0:0(0) ack 1");
	used(t, HF_POOL_TIME_WAIT, 1);
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, ". 1:1(0) ack 1");
	used(t, HF_POOL_TIME_WAIT, 0);
	user_accept(t);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	in(t, "P. 1:11(10) ack 11");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 11:11(0) ack 11");
}

/*
 * MAY-2: "returns to TIME-WAIT state if the SYN turns out to be an old
 * duplicate", as the peer's reset tells.
 */
static void returns(struct script *t)
{
	uint32_t iss, irs;

	start(t);
	entry(t, "mss 1460");
	irs = t->f->irs;
	iss = again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "R 1:1(0)");
	used(t, HF_POOL_HALF_OPEN, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
	script_flow_reset(t);
	t->f->irs = irs;
	t->f->iss = iss;
	t->f->iss_known = true;
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	quiet(t, 59999);
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 2);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* Nobody answers the SYN-ACK: the one that ends first does not hurt the other.
 */
static void either_ends_first(struct script *t)
{
	start(t);
	entry(t, "mss 1460");
	again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, 59000);
	require(t, skip(t) == 5);
	used(t, HF_POOL_HALF_OPEN, 1);
	used(t, HF_POOL_TIME_WAIT, 1);
	after(t, 2000);
	used(t, HF_POOL_TIME_WAIT, 0);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	flow(t, 1);
	entry(t, "mss 1460");
	again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	ok(t, hf_close(t->host, t->listener, t->now));
	t->listener.index = 0;
	used(t, HF_POOL_HALF_OPEN, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
}

/* With nobody to listen TIME_WAIT stands: the SYN is challenged. */
static void nobody_listens(struct script *t)
{
	uint32_t iss;

	start(t);
	entry(t, "mss 1460");
	ok(t, hf_close(t->host, t->listener, t->now));
	t->listener.index = 0;
	iss = again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	require(t, skip(t) == 1 && t->last.flags == F_ACK);
	require(t, t->last.seq == iss + 2);
	used(t, HF_POOL_TIME_WAIT, 1);
}

/* No SYN: with ACK, RST or FIN it asks for nothing. */
static void only_a_plain_syn(struct script *t)
{
	static const char *const flags[] = { "S.", "SF" };

	start(t);
	for (int i = 0; i < 2; i++) {
		flow(t, i);
		passive(t, "mss 1460");
		user_close(t);
		out(t, "F. 1:1(0) ack 1");
		in(t, "F. 1:1(0) ack 2");
		out(t, ". 2:2(0) ack 2");
		t->lax = true;
		in(t, "%s 5000:5000(0) ack 2 <mss 1460>", flags[i]);
		require(t, skip(t) == 1 && t->last.flags == F_ACK);
		t->lax = false;
	}
	used(t, HF_POOL_TIME_WAIT, 2);
	used(t, HF_POOL_HALF_OPEN, 0);
}

/* Limits of the listener are its limits here too. */
static void backlog(struct script *t)
{
	t->config.half_open = 1;
	start(t);
	entry(t, "mss 1460");
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	flow(t, 0);
	again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_BACKLOG);
	silence(t);
	used(t, HF_POOL_TIME_WAIT, 1);
}

/* The program that still holds the old one is told that it has ended. */
static void whole_connection(struct script *t)
{
	struct hf_handle old;
	uint32_t iss;

	start(t);
	MARK(t);
	to_fin_wait_2(t);
	in(t, "FP. 1:11(10) ack 2");
	out(t, ". 2:2(0) ack 12");
	state(t, HF_TIME_WAIT);
	old = t->f->h;
	iss = again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	script_collect(t);
	out(t, "S. 0:0(0) ack 1");
	require(t, is_beyond(t, iss));
	t->f->h = old;
	ended(t, HF_OK);
	user_receive(t, 10);
	ok(t, hf_close(t->host, old, t->now));
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	state(t, HF_ESTABLISHED);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* ... and goes on to wait if the SYN is an old one. */
static void whole_connection_old_syn(struct script *t)
{
	start(t);
	MARK(t);
	to_time_wait(t);
	in(t, "S 1:1(0) <mss 1460>");
	out(t, ". 2:2(0) ack 2");
	state(t, HF_TIME_WAIT);
}

/* A program that is asked about each SYN is asked about this one. */
static void asked(struct script *t)
{
	struct hf_listen options;
	struct hf_event event;
	uint32_t iss;

	start(t);
	entry(t, "mss 1460");
	ok(t, hf_close(t->host, t->listener, t->now));
	options = listen_options(t);
	options.ask = options.reuse = true;
	ok(t, hf_listen(t->host, &options, &t->listener));
	script_events_clear(t);
	iss = again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	silence(t);
	require(t, hf_event(t->host, &event) && event.flags & HF_EVENT_SYN);
	ok(t, hf_decide(t->host, event.handle, HF_VERDICT_ACCEPT, t->now));
	out(t, "S. 0:0(0) ack 1");
	require(t, is_beyond(t, iss));
}

/* ---- active ----------------------------------------------------------- */

static void active_entry(struct script *t, const char *options)
{
	active(t, options);
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	used(t, HF_POOL_TIME_WAIT, 1);
}

static enum hf_error open_again(struct script *t)
{
	struct hf_open options = open_options(t);

	options.local_port = t->f->local_port;
	options.reuse = true;
	script_flow_reset(t);
	t->f->irs += 5000;
	return hf_open(t->host, &options, t->now, &t->f->h);
}

static void open_reuses(struct script *t)
{
	uint32_t iss;

	t->config.time_wait_reuse = HF_REUSE_ON;
	start(t);
	active_entry(t, "mss 1460,ts");
	iss = t->f->iss;
	quiet(t, 999);
	error(t, HF_ERR_ADDRESS_IN_USE, open_again(t));
	quiet(t, 1);
	ok(t, open_again(t));
	out(t, "S 0:0(0)");
	require(t, is_beyond(t, iss));
	used(t, HF_POOL_TIME_WAIT, 0);
	in(t, "S. 0:0(0) ack 1 <mss 1460,ts>");
	out(t, ". 1:1(0) ack 1");
	state(t, HF_ESTABLISHED);
}

static void open_does_not_reuse(struct script *t)
{
	static const uint8_t reuse[] = { HF_REUSE_OFF, HF_REUSE_LOOPBACK,
					 HF_REUSE_ON };

	for (int i = 0; i < 3; i++) {
		t->config.time_wait_reuse = reuse[i];
		start(t);
		active_entry(t, i == 2 ? "mss 1460" : "mss 1460,ts");
		quiet(t, 2000);
		error(t, HF_ERR_ADDRESS_IN_USE, open_again(t));
		used(t, HF_POOL_TIME_WAIT, 1);
		if (i < 2)
			script_stop(t);
	}
}

/* Another port is taken while there is one. */
static void open_prefers_another_port(struct script *t)
{
	uint16_t port;

	t->config.time_wait_reuse = HF_REUSE_ON;
	t->config.port_low = 5000;
	t->config.port_high = 5001;
	start(t);
	active_entry(t, "mss 1460,ts");
	port = t->f->local_port;
	quiet(t, 2000);
	script_flow_reset(t);
	user_open(t);
	out(t, "S 0:0(0)");
	require(t, t->f->local_port != port);
	used(t, HF_POOL_TIME_WAIT, 1);
	flow(t, 1);
	t->f->peer_port = t->flow[0].peer_port;
	t->f->irs = t->flow[0].irs + 5000;
	user_open(t);
	require(t, t->f->local_port == port);
	used(t, HF_POOL_TIME_WAIT, 0);
	out(t, "S 0:0(0)");
}

/* ---- RFC 1337 --------------------------------------------------------- */

static void reset_ends_nothing(struct script *t)
{
	t->config.rfc1337 = true;
	start(t);
	entry(t, "mss 1460");
	in(t, "R 2:2(0)");
	dropped(t, HF_DROP_RST_IGNORED);
	silence(t);
	used(t, HF_POOL_TIME_WAIT, 1);
	flow(t, 1);
	MARK(t);
	to_time_wait(t);
	in(t, "R 2:2(0)");
	dropped(t, HF_DROP_RST_IGNORED);
	silence(t);
	state(t, HF_TIME_WAIT);
}

/* ---- quiet time: RFC 9293 3.4.3 --------------------------------------- */

/* No segment, not even a reset; what was opened goes when it is over. */
static void quiet_time(struct script *t)
{
	t->config.quiet_time = SEC(30);
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_QUIET);
	in(t, ". 1:1(0) ack 1");
	dropped(t, HF_DROP_QUIET);
	flow(t, 1);
	user_open(t);
	user_set(t, HF_OPTION_NODELAY, 1);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_QUIET);
	in(t, ". 1:1(0) ack 1");
	quiet(t, 29999);
	due(t, 1, "S 0:0(0)");
	due(t, 1000, "S 0:0(0)");
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	state(t, HF_ESTABLISHED);
	flow(t, 0);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
}

static void profiles(struct script *t)
{
	struct hf_config config;

	hf_config_default(&config, HF_PROFILE_RFC);
	require(t, config.rfc1337 && config.time_wait_reuse == HF_REUSE_OFF);
	hf_config_default(&config, HF_PROFILE_LINUX);
	require(t, !config.rfc1337);
	require(t, config.time_wait_reuse == HF_REUSE_LOOPBACK);
	start(t);
}

/* RFC 6191 2: the old one had none, so a SYN with timestamps is a new one. */
static void whole_connection_by_timestamp(struct script *t)
{
	struct hf_handle old;

	start(t);
	MARK(t);
	to_time_wait(t);
	old = t->f->h;
	again(t, 0);
	in(t, "S 0:0(0) <mss 1460,ts>");
	out(t, "S. 0:0(0) ack 1");
	t->f->h = old;
	ended(t, HF_OK);
	ok(t, hf_close(t->host, old, t->now));
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
}

/* MAY-2, first: beyond the old numbers by 2^16, and what the clock adds. */
static void numbers_go_on(struct script *t)
{
	t->config.fixed_numbers = true;
	t->config.fixed_iss = 0x90012345;
	t->config.time_wait_reuse = HF_REUSE_ON;
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	require(t, t->last.seq == 0x90012345);
	in(t, "R 1:1(0)");
	flow(t, 1);
	MARK(t);
	entry(t, "mss 1460");
	again(t, 5000);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	require(t, t->last.seq == 0x90012345 + 2 + 0x10000 + 0x2345);
	in(t, "R 1:1(0)");
	after(t, 70000);
	used(t, HF_POOL_TIME_WAIT, 0);
	flow(t, 2);
	MARK(t);
	active_entry(t, "mss 1460,ts");
	after(t, 2000);
	ok(t, open_again(t));
	out(t, "S 0:0(0)");
	require(t, t->last.seq == 0x90012345 + 2 + 0x10000 + 0x2345);
}

/* Each follows the one with its own ends, however many there are. */
static void each_follows_its_own(struct script *t)
{
	start(t);
	for (int i = 0; i < SCRIPT_FLOWS; i++) {
		flow(t, i);
		passive(t, "mss 1460");
		user_close(t);
		out(t, "F. 1:1(0) ack 1");
		in(t, "F. 1:1(0) ack 2");
		out(t, ". 2:2(0) ack 2");
	}
	used(t, HF_POOL_TIME_WAIT, SCRIPT_FLOWS);
	for (int i = 0; i < SCRIPT_FLOWS; i += 2) {
		flow(t, i);
		again(t, 5000);
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
	}
	for (int i = 0; i < SCRIPT_FLOWS; i += 2) {
		flow(t, i);
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
		used(t, HF_POOL_TIME_WAIT, SCRIPT_FLOWS - 1 - (uint32_t)i / 2);
	}
	for (int i = 1; i < SCRIPT_FLOWS; i += 2) {
		flow(t, i);
		in(t, "F. 1:1(0) ack 2");
		out(t, ". 2:2(0) ack 2");
	}
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(by_timestamp_and_number),
	SCRIPT(works),
	SCRIPT(returns),
	SCRIPT(either_ends_first),
	SCRIPT(nobody_listens),
	SCRIPT(only_a_plain_syn),
	SCRIPT(backlog),
	SCRIPT(whole_connection),
	SCRIPT(whole_connection_old_syn),
	SCRIPT(asked),
	SCRIPT(open_reuses),
	SCRIPT(open_does_not_reuse),
	SCRIPT(open_prefers_another_port),
	SCRIPT(reset_ends_nothing),
	SCRIPT(quiet_time),
	SCRIPT(profiles),
	SCRIPT(whole_connection_by_timestamp),
	SCRIPT(numbers_go_on),
	SCRIPT(each_follows_its_own),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("reopen", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
