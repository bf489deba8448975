/* SPDX-License-Identifier: MIT */
/* The wire and the clock of a script. */
#include "script.h"
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- telling what went wrong ------------------------------------------ */

void script_mark(struct script *t, const char *file, int line)
{
	t->file = file;
	t->line = line;
}

static void log_line(struct script *t, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void log_line(struct script *t, const char *format, va_list args)
{
	char *text = t->log[t->logged++ % SCRIPT_LOG];
	double at = (double)(t->now - t->start) / 1e9;
	int n = snprintf(text, sizeof t->log[0], "%11.6f ", at);

	vsnprintf(text + n, sizeof t->log[0] - (size_t)n, format, args);
}

void script_log(struct script *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(t, format, args);
	va_end(args);
}

void script_fail(struct script *t, const char *format, ...)
{
	const char *name = strrchr(t->file, '/');
	size_t first = t->logged > 40 ? t->logged - 40 : 0;
	char text[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	print_error("%s:%d: %s\n", name ? name + 1 : t->file, t->line, text);
	for (size_t i = first; i < t->logged; i++)
		print_error("\t%s\n", t->log[i % SCRIPT_LOG]);
	_fail(t->file, t->line);
	abort();
}

void script_check(struct script *t)
{
	int broken = hf_host_check(t->host);

	if (broken)
		script_fail(t, "hf_host_check() finds line %d broken", broken);
}

/* ---- frames out ------------------------------------------------------- */

static struct script_flow *flow_of(struct script *t, const struct packet *p)
{
	for (int i = 0; i < SCRIPT_FLOWS; i++) {
		struct script_flow *f = &t->flow[i];

		if (p->sport == f->local_port && p->dport == f->peer_port)
			return f;
	}
	return t->f;
}

static void learn(struct script *t, struct packet *p)
{
	struct script_flow *f = t->f;
	const char *wrong = packet_parse(p);
	char text[300] = "unparsable";

	if (!wrong || p->proto == PROTO_TCP) {
		t->f = flow_of(t, p);
		spec_print(t, p, false, text, sizeof text);
	}
	script_log(t, "> %s", text);
	if (wrong)
		script_fail(t, "handfast sent %s", wrong);
	if (!t->lax)
		spec_learn(t, p);
	t->f = f;
}

static bool poll_output(struct script *t)
{
	struct packet *p = malloc(sizeof *p);
	uint32_t cap = t->mtu;

	memset(p->data, 0xee, sizeof p->data);
	p->at = t->now;
	p->len = (uint32_t)hf_output(t->host, t->link, p->data, cap, t->now,
				     NULL, &p->report);
	script_check(t);
	if (p->len == 0) {
		free(p);
		return false;
	}
	if (p->len > cap || p->data[cap] != 0xee)
		script_fail(t, "hf_output wrote more than its room");
	if (t->queue_len == 1024)
		script_fail(t, "there is no end to output");
	t->queue[(t->queue_head + t->queue_len++) % 1024] = p;
	learn(t, p);
	return true;
}

void script_collect(struct script *t)
{
	while (poll_output(t))
		;
}

/* The next frame sent, into t->last; false if there is none. */
static bool take(struct script *t)
{
	struct packet *p;

	if (t->queue_len == 0 && !poll_output(t))
		return false;
	p = t->queue[t->queue_head];
	t->queue_head = (t->queue_head + 1) % 1024;
	t->queue_len--;
	t->last = *p;
	t->last.text = t->last.data + (p->text - p->data);
	free(p);
	return true;
}

/* In the robust variants these come and go as they like. */
static bool is_pure_ack(const struct packet *p)
{
	return p->proto == PROTO_TCP && p->flags == F_ACK && p->text_len == 0;
}

static bool is_tolerant(const struct script *t)
{
	return t->dup || t->split;
}

static void mismatch(struct script *t, const char *want, const char *differs)
{
	char text[300];

	spec_print(t, &t->last, false, text, sizeof text);
	script_fail(t, "%s differs\n\texpected %s\n\tcame     %s", differs,
		    want, text);
}

/* Tries "a | b | c" in turn; NULL or what differs from the last. */
static const char *match_any(struct script *t, const char *want)
{
	const char *differs = NULL;
	char text[400], *next;
	char *one = text;

	snprintf(text, sizeof text, "%s", want);
	for (t->chosen = 0; one; t->chosen++, one = next) {
		struct script_spec spec;

		next = strstr(one, " | ");
		if (next) {
			*next = '\0';
			next += 3;
		}
		spec_parse(t, &spec, one, false);
		differs = spec_match(t, &spec, &t->last);
		if (!differs)
			return NULL;
	}
	return differs;
}

static void expect(struct script *t, hf_time lo, hf_time hi, const char *want)
{
	for (;;) {
		const char *differs;

		if (!take(t))
			script_fail(t, "nothing came\n\texpected %s", want);
		differs = match_any(t, want);
		if (differs && is_tolerant(t) && is_pure_ack(&t->last))
			continue;
		if (differs)
			mismatch(t, want, differs);
		break;
	}
	if (t->last.at < lo)
		script_fail(t, "%f ms too early\n\texpected %s",
			    (double)(lo - t->last.at) / 1e6, want);
	if (t->last.at > hi)
		script_fail(t, "%f ms too late\n\texpected %s",
			    (double)(t->last.at - hi) / 1e6, want);
}

void script_out(struct script *t, const char *format, ...)
{
	char want[400];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof want, format, args);
	va_end(args);
	expect(t, t->now, t->now, want);
}

bool script_maybe(struct script *t, const char *format, ...)
{
	char want[400];
	va_list args;

	if (t->queue_len == 0 && !poll_output(t))
		return false;
	va_start(args, format);
	vsnprintf(want, sizeof want, format, args);
	va_end(args);
	expect(t, t->now, t->now, want);
	return true;
}

void script_last(struct script *t, const char *format, ...)
{
	const char *differs;
	char want[400];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof want, format, args);
	va_end(args);
	script_collect(t);
	if (!take(t))
		script_fail(t, "nothing came\n\texpected %s", want);
	while (t->queue_len > 0 && is_pure_ack(&t->last))
		take(t);
	differs = match_any(t, want);
	if (differs)
		mismatch(t, want, differs);
}

void script_out_icmp(struct script *t, int t4, int c4, int t6, int c6)
{
	int type = t->v6 ? t6 : t4, code = t->v6 ? c6 : c4;

	if (!take(t))
		script_fail(t, "no ICMP message came");
	if (t->last.proto == PROTO_TCP || t->last.icmp_type != type ||
	    t->last.icmp_code != code)
		mismatch(t, "an ICMP message", "type or code");
}

static size_t drop_pure_acks(struct script *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->queue_len; i++) {
		struct packet **p = &t->queue[(t->queue_head + i) % 1024];
		struct packet *one = *p;

		if (is_pure_ack(one))
			free(one);
		else
			t->queue[(t->queue_head + kept++) % 1024] = one;
	}
	t->queue_len = kept;
	return kept;
}

void script_silence(struct script *t)
{
	script_collect(t);
	if (is_tolerant(t))
		drop_pure_acks(t);
	if (t->queue_len == 0)
		return;
	take(t);
	mismatch(t, "silence", "it");
}

size_t script_skip(struct script *t)
{
	size_t n = 0;

	while (take(t))
		n++;
	return n;
}

/* ---- time ------------------------------------------------------------- */

/* Runs what is due now, by either form of hf_advance(). */
static void advance(struct script *t)
{
	struct hf_report report;
	unsigned guard = 0;

	if (t->config.no_header_prediction)
		while (hf_advance(t->host, t->now, &report))
			if (++guard > 100000)
				script_fail(t, "hf_advance() has no end");
	hf_advance(t->host, t->now, NULL);
	script_check(t);
	if (hf_expiry(t->host) <= t->now)
		script_fail(t, "hf_expiry() is not in the future");
}

void script_step_to(struct script *t, hf_time target)
{
	unsigned steps = 0;

	script_collect(t);
	while (hf_expiry(t->host) <= target) {
		if (hf_expiry(t->host) > t->now)
			t->now = hf_expiry(t->host);
		advance(t);
		script_collect(t);
		if (++steps > 1000000)
			script_fail(t, "time does not pass");
	}
	t->now = target;
}

void script_after(struct script *t, hf_time span)
{
	script_step_to(t, t->now + span);
}

void script_at(struct script *t, hf_time since_start)
{
	if (t->start + since_start < t->now)
		script_fail(t, "the script goes back in time");
	script_step_to(t, t->start + since_start);
}

void script_quiet(struct script *t, hf_time span)
{
	script_silence(t);
	script_step_to(t, t->now + span);
	script_silence(t);
}

/* Up to the first frame that is no mere acknowledgement of the variant. */
static void step_to_frame(struct script *t, hf_time limit)
{
	script_collect(t);
	while (t->queue_len == 0) {
		hf_time next = hf_expiry(t->host);

		if (next > limit) {
			t->now = limit;
			return;
		}
		if (next > t->now)
			t->now = next;
		advance(t);
		script_collect(t);
	}
}

void script_due(struct script *t, hf_time lo, hf_time hi, const char *format,
		...)
{
	hf_time from = t->now;
	char want[400];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof want, format, args);
	va_end(args);
	for (;;) {
		step_to_frame(t, from + hi);
		if (!is_tolerant(t) || t->queue_len == 0)
			break;
		if (!is_pure_ack(t->queue[t->queue_head]))
			break;
		t->last = *t->queue[t->queue_head];
		if (!match_any(t, want) && t->last.at >= from + lo)
			break;
		take(t);
	}
	expect(t, from + lo, from + hi, want);
}

/* ---- frames in -------------------------------------------------------- */

static void learn_in(struct script *t, const struct script_spec *s)
{
	struct script_flow *f = t->f;
	uint32_t end = s->seq + s->len - f->irs + !!(s->flags & F_SYN) +
		       !!(s->flags & F_FIN);

	if ((int32_t)(end - f->peer_max) > 0)
		f->peer_max = end;
	if (s->flags & F_FIN)
		f->peer_fin = true;
	if (!(s->flags & F_SYN) || s->seq != f->irs || f->is_synchronized)
		return;
	f->peer_ts = s->opt.has_ts;
	f->peer_scaled = s->opt.has_scale;
	f->peer_scale = s->opt.scale;
	f->peer_mss = t->v6 ? 1220 : 536;
	if (s->opt.has_mss)
		f->peer_mss = s->opt.mss;
}

/* The datagram of a segment, cut to [skip, skip + len) of its text. */
static uint32_t build(struct script *t, const struct script_spec *s,
		      uint32_t skip_octets, uint32_t len, uint8_t *to)
{
	struct packet_segment p = { .src = t->peer, .dst = t->local };
	uint32_t index = s->seq - t->f->irs - !(s->flags & F_SYN);
	uint8_t text[PACKET_MAX];

	if (len > PACKET_MAX - 200)
		script_fail(t, "the segment is too long for the script");
	for (uint32_t i = 0; i < len; i++)
		text[i] = octet_in(index + skip_octets + i);
	p.sport = t->f->peer_port;
	p.dport = t->f->local_port;
	p.seq = s->seq + skip_octets;
	p.ack = s->ack;
	p.flags = s->flags;
	p.tos = s->ecn;
	if (skip_octets + len < s->len)
		p.flags &= (uint8_t) ~(F_FIN | F_PSH);
	p.wnd = s->has_win ? (uint16_t)s->win : t->f->win;
	p.urg = (uint16_t)s->urg;
	p.opt_len = s->raw_len;
	memcpy(p.opt, s->raw, s->raw_len);
	p.text = text;
	p.text_len = len;
	return packet_tcp(to, &p);
}

static void read_in(struct script *t, struct script_spec *s, const char *text)
{
	struct script_flow *f = t->f;

	spec_parse(t, s, text, true);
	if (!s->has_opt && f->hf_ts && f->peer_ts &&
	    !(s->flags & (F_SYN | F_RST))) {
		struct script_spec ts;

		spec_parse(t, &ts, ". 0:0(0) <nop,nop,TS val now ecr last>",
			   true);
		memcpy(s->raw, ts.raw, ts.raw_len);
		s->raw_len = ts.raw_len;
	}
	learn_in(t, s);
}

static void log_in(struct script *t, const uint8_t *data, uint32_t len)
{
	static struct packet p;
	char text[300];

	memcpy(p.data, data, len);
	p.len = len;
	if (packet_parse(&p) && p.proto != PROTO_TCP)
		snprintf(text, sizeof text, "%u octets by hand", len);
	else
		spec_print(t, &p, true, text, sizeof text);
	script_log(t, "< %s", text);
}

static void input(struct script *t, const struct hf_frame *frames, size_t n)
{
	struct hf_report reports[64];

	for (size_t i = 0; i < n; i++)
		log_in(t, frames[i].data, frames[i].len);
	hf_input(t->host, t->link, frames, n, t->now, reports);
	t->in_report = reports[n - 1];
	script_check(t);
	hf_advance(t->host, t->now, NULL);
	script_check(t);
}

void script_raw_in(struct script *t, const void *data, uint32_t len)
{
	struct hf_frame frame = { .data = data, .len = len };

	script_log(t, "< %u octets by hand", len);
	hf_input(t->host, t->link, &frame, 1, t->now, &t->in_report);
	script_check(t);
	hf_advance(t->host, t->now, NULL);
	script_check(t);
}

void script_in(struct script *t, const char *format, ...)
{
	struct hf_frame frames[2] = { { 0 } };
	uint8_t data[2][PACKET_MAX];
	struct script_spec s;
	char text[400];
	uint32_t half;
	size_t n = 1;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	read_in(t, &s, text);
	half = t->split && !(s.flags & (F_SYN | F_RST)) ? s.len / 2 : 0;
	if (half) {
		frames[0].len = build(t, &s, 0, half, data[0]);
		n = 2;
	}
	frames[n - 1].len = build(t, &s, half, s.len - half, data[n - 1]);
	frames[0].data = data[0];
	frames[1].data = data[1];
	input(t, frames, n);
	if (t->dup && !(s.flags & (F_SYN | F_RST)))
		input(t, frames, n);
}

void script_burst(struct script *t, const char *format, ...)
{
	static uint8_t data[64][PACKET_MAX];
	struct hf_frame frames[64] = { { 0 } };
	char text[4000], *one = text;
	size_t n = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	while (one && n < 64) {
		struct script_spec s;
		char *next = strchr(one, ';');

		if (next)
			*next++ = '\0';
		read_in(t, &s, one);
		frames[n].len = build(t, &s, 0, s.len, data[n]);
		frames[n].data = data[n];
		n++;
		one = next;
	}
	input(t, frames, n);
}

uint32_t script_craft(struct script *t, uint8_t *buf, const char *format, ...)
{
	struct script_spec s;
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	read_in(t, &s, text);
	return build(t, &s, 0, s.len, buf);
}

void script_dropped(struct script *t, enum hf_drop why)
{
	if (is_tolerant(t))
		return;
	if (t->in_report.drop != why)
		script_fail(t, "dropped as %s, not as %s",
			    hf_drop_name(t->in_report.drop), hf_drop_name(why));
	if (why != HF_ACCEPTED && hf_drops(t->host, why) == 0)
		script_fail(t, "%s was not counted", hf_drop_name(why));
}
