/* SPDX-License-Identifier: MIT */
/* The wire and the clock. */
#include "net.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- telling what went wrong ------------------------------------------ */

void net_mark(struct net *n, const char *file, int line)
{
	n->file = file;
	n->line = line;
}

void net_log(struct net *n, const char *format, ...)
{
	char *to = n->log[n->logged++ % NET_LOG];
	double at = (double)(n->now - n->start) / 1e9;
	int len = snprintf(to, sizeof n->log[0], "%11.6f ", at);
	va_list args;

	va_start(args, format);
	vsnprintf(to + len, sizeof n->log[0] - (size_t)len, format, args);
	va_end(args);
}

void net_fail(struct net *n, const char *format, ...)
{
	const char *name = strrchr(n->file, '/');
	size_t first = n->logged > 30 ? n->logged - 30 : 0;
	char why[3 * HF_TRACE_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	print_error("%s:%d: %s\n", name ? name + 1 : n->file, n->line, why);
	for (size_t i = first; i < n->logged; i++)
		print_error("\t%s\n", n->log[i % NET_LOG]);
	_fail(n->file, n->line);
	abort();
}

void net_check(struct net *n)
{
	int broken = hf_host_check(n->host);

	if (broken)
		net_fail(n, "hf_host_check() finds line %d broken", broken);
}

void net_expect(struct net *n, enum hf_error want, enum hf_error got)
{
	net_check(n);
	if (got != want)
		net_fail(n, "says %s, not %s", hf_error_name(got),
			 hf_error_name(want));
}

/* ---- frames out ------------------------------------------------------- */

/* Words with which tcpdump says that a checksum is wrong. */
static const char *const complaints[] = { "bad cksum",	 "incorrect",
					  "wrong cksum", "bad icmp6 cksum",
					  "[|",		 "bad udp" };

static void inspect(struct net *n, struct net_frame *f)
{
	struct net_link *link = &n->link[f->link];

	hf_trace_line(n->trace, f->data, f->len, f->text, sizeof f->text);
	hf_trace_line(n->verbose, f->data, f->len, f->verbose,
		      sizeof f->verbose);
	net_log(n, "%d> %s (%02x:...:%02x)", f->link, f->text, f->data[0],
		f->data[5]);
	if (memcmp(f->data + 6, &link->options.mac, 6) != 0)
		net_fail(n, "a frame with the source MAC of another");
	for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
		if (strstr(f->verbose, complaints[i]) &&
		    !strstr(f->verbose, "ICMP6, destination unreachable") &&
		    !strstr(f->verbose, "unreachable, length"))
			net_fail(n, "a bad frame: %s", f->verbose);
}

static bool poll_link(struct net *n, int link)
{
	struct net_frame *f = malloc(sizeof *f);
	uint32_t cap = n->link[link].options.mtu + 14u +
		       (n->link[link].options.vlan ? 4u : 0u);

	memset(f->data, 0xee, sizeof f->data);
	f->at = n->now;
	f->link = link;
	f->len = (uint32_t)hf_output(n->host, n->link[link].id, f->data, cap,
				     n->now, NULL, &f->report);
	net_check(n);
	if (f->len == 0) {
		free(f);
		return false;
	}
	if (f->len > cap || f->data[cap] != 0xee)
		net_fail(n, "hf_output wrote more than its room");
	if (n->queue_len == NET_QUEUE)
		net_fail(n, "there is no end to output");
	inspect(n, f);
	if (f->report.why == HF_WHY_GROUP_REPORT && !n->shows_groups)
		free(f);
	else
		n->queue[(n->queue_head + n->queue_len++) % NET_QUEUE] = f;
	return true;
}

static void gather_events(struct net *n)
{
	struct hf_event e;

	while (hf_event(n->host, &e))
		if (n->events < sizeof n->event / sizeof n->event[0])
			n->event[n->events++] = e;
}

void net_collect(struct net *n)
{
	for (int i = 0; i < n->link_count; i++)
		while (poll_link(n, i))
			;
	gather_events(n);
}

static bool pop(struct net *n)
{
	struct net_frame *f;

	if (n->queue_len == 0)
		return false;
	f = n->queue[n->queue_head];
	n->queue_head = (n->queue_head + 1) % NET_QUEUE;
	n->queue_len--;
	n->last = *f;
	free(f);
	return true;
}

static bool take(struct net *n)
{
	net_collect(n);
	return pop(n);
}

bool net_matches(const char *pattern, const char *text)
{
	for (; *pattern; pattern++, text++) {
		if (*pattern == '*') {
			do
				if (net_matches(pattern + 1, text))
					return true;
			while (*text++);
			return false;
		}
		if (*pattern != *text)
			return false;
	}
	return *text == '\0';
}

/* The MAC for the IPv6 multicast or the IPv4 address that it is for. */
static void multicast_mac(const struct net_frame *f, uint8_t mac[6])
{
	const uint8_t *type = f->data + 12;

	if (type[0] == 0x81)
		type += 4;
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, type + 2 + 24 + 12, 4);
}

static bool goes_to(const struct net_frame *f, int to)
{
	struct hf_mac mac = mac_of(to);

	if (to == MULTICAST)
		multicast_mac(f, mac.octet);
	return memcmp(f->data, &mac, 6) == 0;
}

static void expect(struct net *n, hf_time lo, hf_time hi, int to,
		   const char *want)
{
	if (!pop(n))
		net_fail(n, "nothing came\n\texpected %s", want);
	if (!net_matches(want, n->last.text))
		net_fail(n, "another frame\n\texpected %s\n\tcame     %s", want,
			 n->last.text);
	if (n->last.link != n->at)
		net_fail(n, "it came by link %d", n->last.link);
	if (!goes_to(&n->last, to))
		net_fail(n, "it goes to %02x:%02x:%02x:%02x:%02x:%02x: %s",
			 n->last.data[0], n->last.data[1], n->last.data[2],
			 n->last.data[3], n->last.data[4], n->last.data[5],
			 n->last.text);
	if (n->last.at < lo)
		net_fail(n, "%f ms too early\n\texpected %s",
			 (double)(lo - n->last.at) / 1e6, want);
	if (n->last.at > hi)
		net_fail(n, "%f ms too late\n\texpected %s",
			 (double)(n->last.at - hi) / 1e6, want);
}

void net_out(struct net *n, int to, const char *format, ...)
{
	char want[HF_TRACE_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof want, format, args);
	va_end(args);
	net_collect(n);
	expect(n, n->now, n->now, to, want);
}

void net_verbose(struct net *n, const char *format, ...)
{
	char want[HF_TRACE_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof want, format, args);
	va_end(args);
	if (!net_matches(want, n->last.verbose))
		net_fail(n, "another frame\n\texpected %s\n\tcame     %s", want,
			 n->last.verbose);
}

void net_silence(struct net *n)
{
	if (take(n))
		net_fail(n, "silence expected\n\tcame     %s", n->last.text);
}

/* ---- time ------------------------------------------------------------- */

static void advance(struct net *n)
{
	struct hf_report report;
	unsigned guard = 0;

	/* Both forms, so that both are tried. */
	if (n->is_linux)
		while (hf_advance(n->host, n->now, &report))
			if (++guard > 100000)
				net_fail(n, "hf_advance() has no end");
	hf_advance(n->host, n->now, NULL);
	net_check(n);
	if (hf_expiry(n->host) <= n->now)
		net_fail(n, "hf_expiry() is not in the future");
}

/* On to what is due next; false, and to `limit`, if nothing is before that. */
static bool step(struct net *n, hf_time limit)
{
	hf_time next = hf_expiry(n->host);

	if (next > limit) {
		n->now = limit;
		return false;
	}
	if (next > n->now)
		n->now = next;
	advance(n);
	net_collect(n);
	return true;
}

void net_step_to(struct net *n, hf_time target)
{
	unsigned steps = 0;

	net_collect(n);
	while (step(n, target))
		if (++steps > 1000000)
			net_fail(n, "time does not pass");
}

void net_quiet(struct net *n, hf_time span)
{
	net_silence(n);
	net_step_to(n, n->now + span);
	net_silence(n);
}

size_t net_pass(struct net *n, hf_time span)
{
	hf_time end = n->now + span;
	size_t count = 0;

	do {
		net_collect(n);
		while (pop(n))
			count++;
	} while (step(n, end));
	while (pop(n))
		count++;
	return count;
}

bool net_take(struct net *n, hf_time span)
{
	hf_time end = n->now + span;

	net_collect(n);
	while (n->queue_len == 0 && step(n, end))
		;
	return pop(n);
}

void net_due(struct net *n, hf_time lo, hf_time hi, int to, const char *format,
	     ...)
{
	hf_time from = n->now;
	char want[HF_TRACE_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof want, format, args);
	va_end(args);
	net_collect(n);
	while (n->queue_len == 0 && step(n, from + hi))
		;
	expect(n, from + lo, from + hi, to, want);
}

/* ---- frames in -------------------------------------------------------- */

void net_raw_in(struct net *n, const void *data, uint32_t len)
{
	char said[HF_TRACE_LINE];
	struct hf_frame frame = { .len = len };
	void *copy = malloc(len ? len : 1);

	/* A buffer of just this size, for whoever looks past the end. */
	memcpy(copy, data, len);
	frame.data = copy;
	hf_trace_line(n->trace, copy, len, said, sizeof said);
	net_collect(n);
	hf_input(n->host, n->link[n->at].id, &frame, 1, n->now, &n->in_report);
	net_check(n);
	net_log(n, "%d< %s: %s", n->at, said,
		n->in_report.drop ? hf_drop_name(n->in_report.drop) : "taken");
	free(copy);
	net_collect(n);
}

void net_dropped(struct net *n, enum hf_drop why)
{
	if (n->in_report.drop != why)
		net_fail(n, "the frame is %s, not %s",
			 n->in_report.drop ? hf_drop_name(n->in_report.drop)
					   : "accepted",
			 why ? hf_drop_name(why) : "accepted");
}
