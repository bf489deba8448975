/* SPDX-License-Identifier: MIT */
/* The ways into each state, by real handshakes. */
#include "fuzz_host.h"
#include <string.h>

static struct hf_handle connection(const struct fuzz *f)
{
	return f->handle[f->handles - 1];
}

/* A tight host may refuse at any step; another must be where it should. */
static void expect(struct fuzz *f, enum hf_state state)
{
	struct hf_status status;

	if (f->is_tight)
		return;
	FUZZ_CHECK(f, f->handles > 0);
	FUZZ_CHECK(f, hf_status(f->host, connection(f), &status) == HF_OK);
	FUZZ_CHECK(f, status.state == state);
}

/* ---- beginnings ------------------------------------------------------- */

static void to_listen(struct fuzz *f, bool ask)
{
	struct hf_listen listen = { .port = FUZZ_PORT, .ask = ask };
	struct hf_handle handle;

	FUZZ_CHECK(f, hf_listen(f->host, &listen, &handle) == HF_OK);
	fuzz_hold(f, handle);
	expect(f, HF_LISTEN);
}

static void to_syn_sent(struct fuzz *f)
{
	struct hf_open open = { .local_port = 5000,
				.remote = f->remote,
				.remote_port = FUZZ_PEER_PORT };
	struct hf_handle handle;

	FUZZ_CHECK(f, hf_open(f->host, &open, f->now, &handle) == HF_OK);
	fuzz_hold(f, handle);
	f->local_port = 5000;
	fuzz_settle(f);
	expect(f, HF_SYN_SENT);
	FUZZ_CHECK(f, f->is_tight || f->has_heard);
}

static void to_half_open(struct fuzz *f)
{
	struct hf_usage used;

	to_listen(f, false);
	fuzz_say(f, TCP_SYN, 0);
	hf_host_used(f->host, &used);
	FUZZ_CHECK(f, f->is_tight || used.pool[HF_POOL_HALF_OPEN].used == 1);
	FUZZ_CHECK(f, f->is_tight || f->has_heard);
}

static void to_asked(struct fuzz *f)
{
	to_listen(f, true);
	fuzz_say(f, TCP_SYN, 0);
	FUZZ_CHECK(f, f->is_tight || f->syn.index);
}

static void to_syn_received(struct fuzz *f)
{
	to_syn_sent(f);
	fuzz_say(f, TCP_SYN, 0);
	expect(f, HF_SYN_RECEIVED);
}

static void to_accepted(struct fuzz *f)
{
	struct hf_handle handle;

	to_half_open(f);
	fuzz_say(f, TCP_ACK, 0);
	if (hf_accept(f->host, connection(f), &handle) == HF_OK)
		fuzz_hold(f, handle);
	expect(f, HF_ESTABLISHED);
}

static void to_opened(struct fuzz *f)
{
	to_syn_sent(f);
	fuzz_say(f, TCP_SYN | TCP_ACK, 0);
	expect(f, HF_ESTABLISHED);
}

/* ---- established ------------------------------------------------------ */

static void send(struct fuzz *f, size_t octets)
{
	static const uint8_t text[1000];
	size_t sent;

	while (octets > 0) {
		size_t part = octets < sizeof text ? octets : sizeof text;

		if (hf_send(f->host, connection(f), text, part, &sent) != HF_OK)
			break;
		octets -= sent;
	}
	fuzz_settle(f);
}

static void to_unread(struct fuzz *f)
{
	to_accepted(f);
	fuzz_say(f, TCP_ACK | TCP_PSH, 1000);
	fuzz_say(f, TCP_ACK | TCP_PSH, 1);
}

static void to_out_of_order(struct fuzz *f)
{
	struct hf_seq hole;

	to_opened(f);
	hole = f->snd_nxt;
	for (uint32_t i = 1; i <= 5; i += 2) {
		f->snd_nxt = seq_add(hole, i * 200);
		fuzz_say(f, TCP_ACK | TCP_PSH, 200);
	}
	f->snd_nxt = hole;
}

static void to_unacknowledged(struct fuzz *f)
{
	to_accepted(f);
	send(f, 20000);
}

static void to_fast_retransmit(struct fuzz *f)
{
	struct hf_seq sent;

	to_accepted(f);
	sent = f->rcv_nxt;
	send(f, 20000);
	f->rcv_nxt = sent;
	for (uint32_t i = 0; i < 3; i++)
		fuzz_say(f, TCP_ACK, 0);
}

static void to_timed_out_once(struct fuzz *f)
{
	to_unacknowledged(f);
	fuzz_pass_time(f, 3 * HF_SECOND);
}

static void to_zero_window(struct fuzz *f)
{
	struct wire_tcp t = { .flags = TCP_ACK };
	struct wire_tcp_options options = { 0 };

	to_accepted(f);
	send(f, 1000);
	t.src_port = f->remote_port;
	t.dst_port = f->local_port;
	t.seq = f->snd_nxt;
	t.ack = f->rcv_nxt;
	t.has_ts = f->has_ts;
	t.ts_val = (uint32_t)(f->now / HF_MILLISECOND);
	t.ts_ecr = f->ts_host;
	wire_tcp_options(&options, &t);
	fuzz_segment(f, &t, &options);
	send(f, 5000);
}

/* ---- ends ------------------------------------------------------------- */

static void shut(struct fuzz *f)
{
	hf_shutdown(f->host, connection(f));
	fuzz_settle(f);
}

static void to_fin_wait_1(struct fuzz *f)
{
	to_opened(f);
	shut(f);
	expect(f, HF_FIN_WAIT_1);
}

static void to_fin_wait_2(struct fuzz *f)
{
	to_fin_wait_1(f);
	fuzz_say(f, TCP_ACK, 0);
	expect(f, HF_FIN_WAIT_2);
}

static void to_close_wait(struct fuzz *f)
{
	to_accepted(f);
	fuzz_say(f, TCP_ACK | TCP_FIN, 0);
	expect(f, HF_CLOSE_WAIT);
}

static void to_closing(struct fuzz *f)
{
	struct hf_seq before;

	to_opened(f);
	before = f->rcv_nxt;
	shut(f);
	f->rcv_nxt = before;
	fuzz_say(f, TCP_ACK | TCP_FIN, 0);
	expect(f, HF_CLOSING);
}

static void to_last_ack(struct fuzz *f)
{
	to_close_wait(f);
	shut(f);
	expect(f, HF_LAST_ACK);
}

static void to_time_wait(struct fuzz *f)
{
	to_fin_wait_2(f);
	fuzz_say(f, TCP_ACK | TCP_FIN, 0);
	expect(f, HF_TIME_WAIT);
}

/* The same states after the user has let go. */
static void release(struct fuzz *f)
{
	fuzz_drop(f, f->handles - 1);
	fuzz_settle(f);
}

static void to_time_wait_entry(struct fuzz *f)
{
	struct hf_usage used;

	to_time_wait(f);
	release(f);
	hf_host_used(f->host, &used);
	FUZZ_CHECK(f, f->is_tight || used.pool[HF_POOL_TIME_WAIT].used == 1);
}

/* ---- the table -------------------------------------------------------- */

static void to_nothing(struct fuzz *f)
{
	(void)f;
}

static void to_listening(struct fuzz *f)
{
	to_listen(f, false);
}

static const struct path {
	const char *name;
	void (*go)(struct fuzz *f);
	bool is_released;
} paths[FUZZ_PATHS] = {
	{ "nothing", to_nothing, false },
	{ "listen", to_listening, false },
	{ "syn_asked", to_asked, false },
	{ "half_open", to_half_open, false },
	{ "syn_sent", to_syn_sent, false },
	{ "syn_received", to_syn_received, false },
	{ "accepted", to_accepted, false },
	{ "opened", to_opened, false },
	{ "unread", to_unread, false },
	{ "out_of_order", to_out_of_order, false },
	{ "unacknowledged", to_unacknowledged, false },
	{ "fast_retransmit", to_fast_retransmit, false },
	{ "timed_out_once", to_timed_out_once, false },
	{ "zero_window", to_zero_window, false },
	{ "fin_wait_1", to_fin_wait_1, false },
	{ "fin_wait_1_released", to_fin_wait_1, true },
	{ "fin_wait_2", to_fin_wait_2, false },
	{ "fin_wait_2_released", to_fin_wait_2, true },
	{ "close_wait", to_close_wait, false },
	{ "closing", to_closing, false },
	{ "last_ack", to_last_ack, false },
	{ "last_ack_released", to_last_ack, true },
	{ "time_wait", to_time_wait, false },
	{ "time_wait_released", to_time_wait_entry, false },
};

void fuzz_reach(struct fuzz *f, uint32_t path)
{
	paths[path].go(f);
	if (paths[path].is_released)
		release(f);
}

const char *fuzz_path_name(uint32_t path)
{
	return paths[path].name;
}
