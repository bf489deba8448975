/* SPDX-License-Identifier: MIT */
/* What the input asks for: frames of all degrees of truth, time, calls. */
#include "fuzz_host.h"
#include "bytes.h"
#include "wire_ip.h"
#include <stdlib.h>
#include <string.h>

/* ---- segments near the truth ------------------------------------------ */

/* A number near one of those that matter to the host. */
static struct hf_seq near(const struct fuzz *f, struct input *in, bool is_ack)
{
	uint8_t how = input_u8(in);
	struct hf_seq base = is_ack ? f->rcv_nxt : f->snd_nxt;

	if (how & 0x10)
		base = is_ack ? f->heard : f->acked;
	switch (how & 15) {
	case 0:
	case 1:
	case 2:
		return base;
	case 3:
		return seq_add(base, 1);
	case 4:
		return seq_add(base, (uint32_t)-1);
	case 5:
	case 6:
		return seq_add(base, input_u8(in));
	case 7:
	case 8:
		return seq_add(base, input_u16(in));
	case 9:
		return seq_add(base, (uint32_t)-input_u8(in));
	case 10:
		return seq_add(base, (uint32_t)-input_u16(in));
	case 11:
		return seq_add(base, 0x7fffffffu + input_u8(in));
	case 12:
		return f->iss;
	case 13:
		return (struct hf_seq){ 0 };
	default:
		return (struct hf_seq){ input_u32(in) };
	}
}

static uint32_t text_len(struct input *in)
{
	uint8_t how = input_u8(in);

	if (how < 128)
		return 0;
	return how < 192 ? how - 127u : (how - 191u) * 20;
}

static void add_options(struct fuzz *f, struct input *in, struct wire_tcp *t)
{
	uint8_t how = input_u8(in);

	t->has_ts = f->has_ts != !!(how & 1);
	t->ts_val = (uint32_t)(f->now / HF_MILLISECOND);
	if (how & 2)
		t->ts_val += (input_u8(in) - 128u) << 8;
	t->ts_ecr = f->ts_host;
	if (how & 4)
		t->ts_ecr += input_u8(in) - 128u;
	t->has_mss = how & 8;
	t->mss = how & 8 ? input_u16(in) : 0;
	t->has_wscale = how & 16;
	t->wscale = how & 16 ? input_u8(in) : 0;
	t->has_sack_permitted = how & 32;
	if (how & 64) {
		t->sack_count = (uint8_t)(1 + input_u8(in) % 3);
		for (uint32_t i = 0; i < t->sack_count; i++) {
			t->sack[i].left = near(f, in, true);
			t->sack[i].right = near(f, in, true);
		}
	}
}

static void speak(struct fuzz *f, struct input *in)
{
	static const uint8_t common[] = {
		TCP_ACK,	   TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN,
		TCP_SYN,	   TCP_SYN | TCP_ACK, TCP_RST,
		TCP_RST | TCP_ACK, TCP_ACK,
	};
	struct wire_tcp t = { .src_port = f->remote_port,
			      .dst_port = f->local_port };
	struct wire_tcp_options options = { 0 };
	uint8_t how = input_u8(in);

	t.flags = how & 8 ? input_u8(in) : common[how & 7];
	t.seq = near(f, in, false);
	t.ack = near(f, in, true);
	t.wnd = how & 16 ? input_u16(in) : 65535;
	t.urgent = how & 32 ? input_u16(in) : 0;
	t.text_len = text_len(in);
	add_options(f, in, &t);
	if (how & 64)
		t.src_port = (uint16_t)(t.src_port + input_u8(in));
	if (how & 128)
		t.dst_port = FUZZ_PORT;
	wire_tcp_options(&options, &t);
	fuzz_segment(f, &t, &options);
	if (seq_eq(t.seq, f->snd_nxt))
		f->snd_nxt = seq_add(f->snd_nxt, wire_tcp_len(&t));
}

/* A good segment with options of any bytes. */
static void speak_oddly(struct fuzz *f, struct input *in)
{
	struct wire_tcp t = { .src_port = f->remote_port,
			      .dst_port = f->local_port,
			      .seq = f->snd_nxt,
			      .ack = f->rcv_nxt,
			      .wnd = 1000,
			      .flags = input_u8(in),
			      .text_len = text_len(in) };
	struct wire_tcp_options options = { 0 };

	options.len = (uint8_t)(input_u8(in) % 11 * 4);
	for (uint32_t i = 0; i < options.len; i++)
		options.octet[i] = input_u8(in);
	fuzz_segment(f, &t, &options);
}

/* ---- other frames ----------------------------------------------------- */

static void take_bytes(struct fuzz *f, struct input *in, bool is_repaired)
{
	uint8_t data[256];
	uint32_t len = input_u8(in);

	if (len > in->left)
		len = (uint32_t)in->left;
	memcpy(data, in->data, len);
	in->data += len;
	in->left -= len;
	if (is_repaired)
		fuzz_repair(data, len);
	fuzz_frame(f, data, len);
}

/* The host's own last frame comes back, turned round and changed. */
static void echo_changed(struct fuzz *f, struct input *in)
{
	uint8_t data[FUZZ_MTU], swap[16];
	uint32_t len = f->last_len;
	uint32_t at = f->is_ipv6 ? 8 : 12, size = f->is_ipv6 ? 16 : 4;
	uint8_t changes = input_u8(in) % 8;

	if (len < 60)
		return;
	memcpy(data, f->last, len);
	memcpy(swap, data + at, size);
	memcpy(data + at, data + at + size, size);
	memcpy(data + at + size, swap, size);
	at += 2 * size;
	memcpy(swap, data + at, 2);
	memcpy(data + at, data + at + 2, 2);
	memcpy(data + at + 2, swap, 2);
	for (uint32_t i = 0; i < changes; i++) {
		uint8_t where = input_u8(in);

		data[where % len] = input_u8(in);
	}
	if (changes & 1)
		len -= input_u8(in) % (len / 2);
	fuzz_repair(data, len);
	fuzz_frame(f, data, len);
}

/* An ICMP message that quotes what the host has sent. */
static void complain(struct fuzz *f, struct input *in)
{
	uint8_t data[40 + 8 + 128] = { 0 };
	struct wire_ip ip = { .src = f->remote,
			      .dst = f->local,
			      .ttl = 64,
			      .version = f->is_ipv6 ? 6 : 4 };
	uint32_t quoted = input_u8(in) % 129, at;

	ip.protocol = f->is_ipv6 ? WIRE_PROTOCOL_ICMPV6 : WIRE_PROTOCOL_ICMP;
	if (quoted > f->last_len)
		quoted = f->last_len;
	at = wire_ip_emit(&ip, 8 + quoted, data);
	data[at] = input_u8(in);
	data[at + 1] = input_u8(in);
	put_be32(data + at + 4, input_u8(in) & 1 ? input_u16(in) : 0);
	memcpy(data + at + 8, f->last, quoted);
	if (input_u8(in) & 1 && quoted)
		data[at + 8 + input_u8(in) % quoted] ^= input_u8(in);
	fuzz_repair(data, at + 8 + quoted);
	fuzz_frame(f, data, at + 8 + quoted);
}

/* ---- calls ------------------------------------------------------------ */

/* Mostly the newest handle, which the path has made. */
static uint32_t choose(const struct fuzz *f, struct input *in)
{
	uint8_t how = input_u8(in);

	if (f->handles == 0)
		return 0;
	return how & 3 ? f->handles - 1 : how / 4 % f->handles;
}

static void call_send(struct fuzz *f, struct input *in)
{
	uint8_t text[4096] = { 0 };
	uint32_t i = choose(f, in);
	size_t len = input_u16(in) % sizeof text, sent = 0;
	enum hf_error error = hf_send(f->host, f->handle[i], text, len, &sent);

	FUZZ_CHECK(f, error || len == 0 || (sent > 0 && sent <= len));
}

static void call_reserve(struct fuzz *f, struct input *in)
{
	uint32_t i = choose(f, in);
	size_t want = input_u16(in), len = 0;
	void *data;

	if (hf_reserve(f->host, f->handle[i], &data, &len) != HF_OK)
		return;
	memset(data, 0x33, len);
	FUZZ_CHECK(f, hf_commit(f->host, f->handle[i], len + 1) ==
			      HF_ERR_ARGUMENT);
	FUZZ_CHECK(f, hf_reserve(f->host, f->handle[i], &data, &len) == HF_OK);
	hf_commit(f->host, f->handle[i], want < len ? want : len);
}

static void call_receive(struct fuzz *f, struct input *in)
{
	uint8_t buf[4096];
	uint32_t i = choose(f, in);
	size_t cap = input_u16(in) % sizeof buf, got = 0;
	enum hf_error error = hf_receive(f->host, f->handle[i], buf, cap, &got);

	FUZZ_CHECK(f, error || got <= cap);
}

static void call_peek(struct fuzz *f, struct input *in)
{
	uint32_t i = choose(f, in);
	size_t want = input_u16(in), len = 0;
	const void *data;

	if (hf_peek(f->host, f->handle[i], &data, &len) != HF_OK)
		return;
	if (len)
		FUZZ_CHECK(f, data);
	hf_consume(f->host, f->handle[i], want < len ? want : len);
}

static void call_open(struct fuzz *f, struct input *in)
{
	struct hf_open open = { .remote = f->remote };
	struct hf_handle handle;
	uint8_t how = input_u8(in);

	open.remote_port = input_u8(in);
	open.local_port = how & 1 ? f->local_port : 0;
	open.reuse = how & 2;
	if (how & 4)
		open.remote = f->local;
	if (how & 8)
		open.remote.octet[input_u8(in) % 16] = input_u8(in);
	if (how & 16) {
		open.remote_port = f->remote_port;
		open.local_port = f->local_port;
	}
	if (hf_open(f->host, &open, f->now, &handle) == HF_OK)
		fuzz_hold(f, handle);
}

static void call_listen(struct fuzz *f, struct input *in)
{
	struct hf_listen listen = { .port = FUZZ_PORT };
	struct hf_handle handle;
	uint8_t how = input_u8(in);

	listen.ask = how & 1;
	listen.reuse = how & 2;
	if (how & 4)
		listen.port = input_u16(in);
	if (how & 8)
		listen.local = f->local;
	listen.half_open = how & 16 ? 1 : 0;
	listen.completed = how & 32 ? 1 : 0;
	if (hf_listen(f->host, &listen, &handle) == HF_OK)
		fuzz_hold(f, handle);
}

static void call_accept(struct fuzz *f, struct input *in)
{
	struct hf_handle handle;

	if (f->handles == 0)
		return;
	if (hf_accept(f->host, f->handle[input_u8(in) % f->handles], &handle) ==
	    HF_OK)
		fuzz_hold(f, handle);
}

static void call_decide(struct fuzz *f, struct input *in)
{
	struct hf_syn about;

	hf_syn(f->host, f->syn, &about);
	hf_decide(f->host, f->syn, (enum hf_verdict)(input_u8(in) % 5), f->now);
}

static void call_end(struct fuzz *f, struct input *in)
{
	uint32_t i = choose(f, in);
	uint8_t how = input_u8(in) % 4;

	if (how == 0) {
		hf_shutdown(f->host, f->handle[i]);
	} else if (how == 1) {
		fuzz_drop(f, i);
	} else if (how == 2) {
		if (hf_abort(f->host, f->handle[i], f->now) == HF_OK)
			f->is_held[i] = false;
	} else {
		/* A stale handle, or one that never was. */
		struct hf_handle wrong = { input_u8(in), input_u8(in) };

		wrong.index ^= f->handle[i].index;
		wrong.generation = f->handle[i].generation - 1;
		hf_shutdown(f->host, wrong);
	}
}

static void call_option(struct fuzz *f, struct input *in)
{
	uint32_t i = choose(f, in);
	enum hf_option option =
		(enum hf_option)(input_u8(in) % (HF_OPTIONS + 1));
	uint64_t value = input_u16(in);

	if (hf_set(f->host, f->handle[i], option, value) == HF_OK)
		FUZZ_CHECK(f, hf_get(f->host, f->handle[i], option, &value) ==
				      HF_OK);
}

static void call_status(struct fuzz *f, struct input *in)
{
	struct hf_status status;
	uint32_t i = choose(f, in);
	enum hf_error error = hf_status(f->host, f->handle[i], &status);

	FUZZ_CHECK(f, !f->is_held[i] || error == HF_OK);
	FUZZ_CHECK(f, error || status.state < HF_STATES);
}

/* The host goes on in a copy of its block. */
static void move(struct fuzz *f)
{
	void *block = aligned_alloc(HF_BLOCK_ALIGN, f->block_size);

	FUZZ_CHECK(f, block);
	memcpy(block, f->block, f->block_size);
	memset(f->block, 0xa5, f->block_size);
	free(f->block);
	f->block = block;
	FUZZ_CHECK(f, hf_host_attach(block, f->block_size, &f->host) == HF_OK);
}

/* ---- time ------------------------------------------------------------- */

static void wait(struct fuzz *f, struct input *in)
{
	static const hf_time some[] = {
		1,
		HF_MILLISECOND,
		10 * HF_MILLISECOND,
		50 * HF_MILLISECOND,
		300 * HF_MILLISECOND,
		HF_SECOND,
		5 * HF_SECOND,
		60 * HF_SECOND,
		600 * HF_SECOND,
		8000 * HF_SECOND,
	};
	uint8_t how = input_u8(in) % 12;
	hf_time expiry = hf_expiry(f->host);

	if (how < sizeof some / sizeof *some)
		fuzz_pass_time(f, some[how]);
	else if (expiry != HF_NEVER && expiry > f->now)
		fuzz_pass_time(f, expiry - f->now - (how == 11));
}

void fuzz_act(struct fuzz *f, struct input *in)
{
	uint8_t what = input_u8(in);

	switch (what & 31) {
	case 0:
		take_bytes(f, in, false);
		break;
	case 1:
		take_bytes(f, in, true);
		break;
	case 2:
		echo_changed(f, in);
		break;
	case 3:
	case 4:
		complain(f, in);
		break;
	case 5:
		speak_oddly(f, in);
		break;
	case 6:
		call_open(f, in);
		break;
	case 7:
		call_listen(f, in);
		break;
	case 8:
		call_accept(f, in);
		break;
	case 9:
		call_decide(f, in);
		break;
	case 10:
		call_option(f, in);
		break;
	case 11:
		call_status(f, in);
		break;
	case 12:
	case 13:
		call_send(f, in);
		break;
	case 14:
		call_reserve(f, in);
		break;
	case 15:
		call_receive(f, in);
		break;
	case 16:
		call_peek(f, in);
		break;
	case 17:
		call_end(f, in);
		break;
	case 18:
		move(f);
		break;
	case 19:
	case 20:
	case 21:
		wait(f, in);
		break;
	case 22:
		/* A correct peer acknowledges all. */
		fuzz_say(f, TCP_ACK, 0);
		break;
	default:
		speak(f, in);
		break;
	}
	/* Without this, several frames meet the host before it answers. */
	if (!(what & 32))
		fuzz_settle(f);
	fuzz_check_host(f);
}
