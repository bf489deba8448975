/* SPDX-License-Identifier: MIT */
/*
 * Header prediction must be nothing but a shortcut: a host with it and one
 * without, fed with the same segments, calls and times, say the same octets.
 */
#include "script.h"
#include <stdio.h>
#include <string.h>

struct twin {
	struct hf_host *host[2];
	void *block;
	struct hf_handle h[2];
	uint32_t link, peer_nxt, hf_una, hf_nxt; /* relative */
	uint64_t written, read;
	uint32_t edge; /* furthest that the peer ever offered */
	unsigned scale;
	uint32_t noise;
};

static uint32_t noise(struct twin *w, uint32_t below)
{
	w->noise ^= w->noise << 13;
	w->noise ^= w->noise >> 17;
	w->noise ^= w->noise << 5;
	return w->noise % below;
}

/* The other of the two has what the script's host has not. */
static void make_twin(struct script *t, struct twin *w)
{
	struct hf_config config = t->config;
	struct hf_link link = { .mtu = t->mtu };

	config.no_header_prediction = !config.no_header_prediction;
	w->host[0] = t->host;
	w->block = block_new(t->block_size);
	script_expect(t, HF_OK,
		      hf_host_init(w->block, t->block_size, &config, t->now,
				   &w->host[1]));
	script_expect(t, HF_OK,
		      hf_link_add(w->host[1], &link, t->now, &w->link));
	script_expect(t, HF_OK,
		      hf_address_add(w->host[1], w->link, t->local,
				     t->v6 ? 64 : 24, t->now));
}

static void learn_from(struct script *t, struct twin *w, struct packet *p)
{
	uint32_t end;

	if (packet_parse(p))
		script_fail(t, "a malformed frame");
	if (p->flags & F_SYN) {
		t->f->iss = p->seq;
		t->f->iss_known = true;
		t->f->hf_ts = p->opt.has_ts;
	}
	if (p->opt.has_ts)
		t->f->ts_last = p->opt.ts_val;
	end = p->seq + p->text_len + !!(p->flags & (F_SYN | F_FIN)) - t->f->iss;
	/* RFC 9293 3.8.6.1: past the window a probe may go, of one octet */
	if (p->text_len > 1 && (int32_t)(end - w->edge) > 0)
		script_fail(t, "text beyond the peer's window");
	if (!(p->flags & F_RST) && (int32_t)(end - w->hf_nxt) > 0)
		w->hf_nxt = end;
}

/* Both say the same, or both nothing. */
static void compare_output(struct script *t, struct twin *w)
{
	static struct packet p[2];
	unsigned guard = 0;

	do {
		for (int i = 0; i < 2; i++)
			p[i].len = (uint32_t)hf_output(
				w->host[i], w->link, p[i].data, t->mtu, t->now,
				NULL, &p[i].report);
		if (p[0].len)
			learn_from(t, w, &p[0]);
		if (p[1].len)
			packet_parse(&p[1]);
		for (int i = 0; i < 2; i++) {
			char text[300] = "silence";

			if (p[i].len)
				spec_print(t, &p[i], false, text, sizeof text);
			if (p[0].len || p[1].len)
				script_log(t, "%d> %s", i, text);
		}
		if (p[0].len != p[1].len ||
		    memcmp(p[0].data, p[1].data, p[0].len) != 0)
			script_fail(t, "the twins differ");
		if (++guard > 1000)
			script_fail(t, "there is no end to output");
	} while (p[0].len);
	for (int i = 0; i < 2; i++)
		if (hf_host_check(w->host[i]))
			script_fail(t, "hf_host_check() of twin %d: line %d", i,
				    hf_host_check(w->host[i]));
}

static void offer(struct twin *w, uint32_t ack, uint32_t win)
{
	uint32_t edge = ack + (win << w->scale);

	if ((int32_t)(edge - w->edge) > 0)
		w->edge = edge;
}

static void both_input(struct script *t, struct twin *w, const char *words)
{
	uint8_t data[PACKET_MAX];
	struct hf_frame frame = { .data = data };

	frame.len = script_craft(t, data, "%s", words);
	script_log(t, "<  %s", words);
	for (int i = 0; i < 2; i++) {
		hf_input(w->host[i], w->link, &frame, 1, t->now, NULL);
		hf_advance(w->host[i], t->now, NULL);
	}
}

static void both_wait(struct script *t, struct twin *w, hf_time span)
{
	hf_time until = t->now + span;

	for (;;) {
		hf_time a = hf_expiry(w->host[0]), b = hf_expiry(w->host[1]);
		hf_time next = a < b ? a : b;

		if (next > until)
			break;
		if (next > t->now)
			t->now = next;
		for (int i = 0; i < 2; i++)
			hf_advance(w->host[i], t->now, NULL);
		compare_output(t, w);
	}
	t->now = until;
}

static void both_send(struct script *t, struct twin *w, size_t n)
{
	static uint8_t data[8000];
	enum hf_error e[2];
	size_t sent[2] = { 0, 0 };

	for (size_t i = 0; i < n; i++)
		data[i] = octet_out((uint32_t)(w->written + i));
	for (int i = 0; i < 2; i++)
		e[i] = hf_send(w->host[i], w->h[i], data, n, &sent[i]);
	script_log(t, "send %zu: %zu", n, sent[0]);
	if (e[0] != e[1] || sent[0] != sent[1])
		script_fail(t, "hf_send() of the twins differs");
	w->written += sent[0];
}

static void both_receive(struct script *t, struct twin *w, size_t n)
{
	static uint8_t data[2][8000];
	enum hf_error e[2];
	size_t got[2] = { 0, 0 };

	for (int i = 0; i < 2; i++)
		e[i] = hf_receive(w->host[i], w->h[i], data[i], n, &got[i]);
	script_log(t, "receive %zu: %zu", n, got[0]);
	if (e[0] != e[1] || got[0] != got[1])
		script_fail(t, "hf_receive() of the twins differs");
	for (size_t i = 0; i < got[0]; i++)
		if (data[0][i] != octet_in((uint32_t)(w->read + i)) ||
		    data[1][i] != data[0][i])
			script_fail(t, "octet %zu received is wrong",
				    (size_t)w->read + i);
	w->read += got[0];
}

/* Text in order, before it, or beyond a hole. */
static void peer_sends(struct script *t, struct twin *w)
{
	static const uint32_t sizes[] = { 1448, 1448, 1448, 100, 1 };
	uint32_t n = sizes[noise(w, 5)], seq = w->peer_nxt;
	uint32_t what = noise(w, 12), ack = w->hf_una;
	uint32_t win = noise(w, 30) ? 65535 : noise(w, 3000);
	char words[200];

	if (what == 0)
		seq += 1448;
	else if (what == 1 && seq > 3000)
		seq -= noise(w, 3000);
	if (noise(w, 3) == 0)
		ack = w->hf_una += noise(w, w->hf_nxt - w->hf_una + 1);
	snprintf(words, sizeof words, "%s %u:%u(%u) ack %u win %u",
		 noise(w, 2) ? "P." : ".", seq, seq + n, n, ack, win);
	offer(w, ack, win);
	both_input(t, w, words);
	if (seq == w->peer_nxt)
		w->peer_nxt += n;
}

static void peer_acknowledges(struct script *t, struct twin *w)
{
	uint32_t more = w->hf_nxt - w->hf_una, win = 65535;
	char words[200];

	switch (noise(w, 8)) {
	case 0:
		more = 0; /* a duplicate */
		break;
	case 1:
	case 2:
		more = noise(w, more + 1);
		break;
	case 3:
		win = noise(w, 65536);
		break;
	default:
		break;
	}
	w->hf_una += more;
	snprintf(words, sizeof words, ". %u:%u(0) ack %u win %u", w->peer_nxt,
		 w->peer_nxt, w->hf_una, win);
	offer(w, w->hf_una, win);
	both_input(t, w, words);
}

static void step(struct script *t, struct twin *w)
{
	switch (noise(w, 10)) {
	case 0:
	case 1:
		both_send(t, w, 1 + noise(w, 8000));
		break;
	case 2:
		both_receive(t, w, 1 + noise(w, 8000));
		break;
	case 3:
		both_wait(t, w,
			  MS(noise(w, 4) ? noise(w, 60) : noise(w, 2500)));
		break;
	case 4:
	case 5:
	case 6:
		peer_sends(t, w);
		break;
	default:
		peer_acknowledges(t, w);
		break;
	}
	if (noise(w, 4))
		compare_output(t, w);
}

static void compare_status(struct script *t, struct twin *w)
{
	struct hf_status s[2];

	for (int i = 0; i < 2; i++) {
		memset(&s[i], 0, sizeof s[i]);
		script_expect(t, HF_OK, hf_status(w->host[i], w->h[i], &s[i]));
	}
	if (s[0].state != s[1].state || s[0].cwnd != s[1].cwnd ||
	    s[0].ssthresh != s[1].ssthresh || s[0].srtt != s[1].srtt ||
	    s[0].rto != s[1].rto || s[0].send_queue != s[1].send_queue ||
	    s[0].receive_queue != s[1].receive_queue ||
	    s[0].send_window != s[1].send_window ||
	    s[0].receive_window != s[1].receive_window)
		script_fail(t, "hf_status() of the twins differs");
}

static void live(struct script *t, struct twin *w, const char *options)
{
	struct hf_listen listen;
	struct hf_handle listener[2];
	char words[200];

	make_twin(t, w);
	listen = listen_options(t);
	for (int i = 0; i < 2; i++)
		script_expect(t, HF_OK,
			      hf_listen(w->host[i], &listen, &listener[i]));
	t->listener = listener[0];
	snprintf(words, sizeof words, "S 0:0(0) <%s>", options);
	both_input(t, w, words);
	compare_output(t, w);
	w->peer_nxt = w->hf_una = 1;
	offer(w, 1, 65535);
	both_input(t, w, ". 1:1(0) ack 1");
	for (int i = 0; i < 2; i++)
		script_expect(t, HF_OK,
			      hf_accept(w->host[i], listener[i], &w->h[i]));
	t->f->h = w->h[0];
	for (int i = 0; i < 1500; i++) {
		step(t, w);
		compare_status(t, w);
	}
	block_free(w->block, t->block_size);
	t->lax = true;
	script_skip(t);
}

static void plain(struct script *t)
{
	for (uint32_t seed = 1; seed <= 3; seed++) {
		struct twin w = { .noise = seed * 2654435761u };

		t->config.r2 = SEC(100000);
		start(t);
		live(t, &w, "mss 1448");
		if (seed < 3)
			script_stop(t);
	}
}

static void with_options(struct script *t)
{
	for (uint32_t seed = 1; seed <= 3; seed++) {
		struct twin w = { .noise = seed * 2246822519u, .scale = 1 };

		t->config.r2 = SEC(100000);
		t->config.receive_buffer = 100000;
		start(t);
		live(t, &w, "mss 1460,sackOK,ts,nop,wscale 1");
		if (seed < 3)
			script_stop(t);
	}
}

static void as_linux(struct script *t)
{
	struct twin w = { .noise = 3266489917u, .scale = 7 };

	script_profile(t, HF_PROFILE_LINUX);
	t->config.r2 = SEC(100000);
	start(t);
	live(t, &w, "mss 1460,sackOK,ts,nop,wscale 7");
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(plain),
	SCRIPT(with_options),
	SCRIPT(as_linux),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("twin", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
