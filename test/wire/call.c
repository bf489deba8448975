/* SPDX-License-Identifier: MIT */
/* The user's side of a script, and routers that send ICMP. */
#include "script.h"
#include <string.h>

/* ---- opening ---------------------------------------------------------- */

struct hf_listen listen_options(struct script *t)
{
	struct hf_listen options = { .local = t->local };

	options.port = t->f->local_port;
	return options;
}

struct hf_open open_options(struct script *t)
{
	struct hf_open options = { .remote = t->peer };

	options.remote_port = t->f->peer_port;
	return options;
}

void script_expect(struct script *t, enum hf_error want, enum hf_error got)
{
	script_check(t);
	if (want != got)
		script_fail(t, "the call says %s, not %s", hf_error_name(got),
			    hf_error_name(want));
}

void script_listen(struct script *t)
{
	struct hf_listen options = listen_options(t);

	script_expect(t, HF_OK, hf_listen(t->host, &options, &t->listener));
	script_log(t, "listen");
}

void script_accept(struct script *t)
{
	script_expect(t, HF_OK, hf_accept(t->host, t->listener, &t->f->h));
	script_log(t, "accept");
}

struct hf_status script_status(struct script *t)
{
	struct hf_status status;

	memset(&status, 0xee, sizeof status);
	script_expect(t, HF_OK, hf_status(t->host, t->f->h, &status));
	return status;
}

void script_open(struct script *t)
{
	struct hf_open options = open_options(t);

	script_expect(t, HF_OK, hf_open(t->host, &options, t->now, &t->f->h));
	t->f->local_port = script_status(t).local_port;
	script_log(t, "open");
}

void script_passive(struct script *t, const char *options)
{
	if (t->listener.index == 0)
		script_listen(t);
	script_in(t, "S 0:0(0) <%s>", options);
	script_out(t, "S. 0:0(0) ack 1");
	script_in(t, ". 1:1(0) ack 1");
	script_silence(t);
	script_accept(t);
	script_state(t, HF_ESTABLISHED);
	script_events_clear(t);
}

void script_active(struct script *t, const char *options)
{
	script_open(t);
	script_out(t, "S 0:0(0)");
	script_state(t, HF_SYN_SENT);
	script_in(t, "S. 0:0(0) ack 1 <%s>", options);
	script_out(t, ". 1:1(0) ack 1");
	script_silence(t);
	script_state(t, HF_ESTABLISHED);
	script_events_clear(t);
}

/* ---- sending and receiving -------------------------------------------- */

void script_send_as(struct script *t, size_t n, unsigned flags)
{
	static uint8_t data[1 << 20];
	size_t done = 0, sent;

	if (n > sizeof data)
		script_fail(t, "more than a script may send at once");
	for (size_t i = 0; i < n; i++)
		data[i] = octet_out((uint32_t)(t->f->sent + i));
	script_log(t, flags != 0 ? "send %zu as %#x" : "send %zu", n, flags);
	while (done < n) {
		sent = 0;
		script_expect(t, HF_OK,
			      hf_send_as(t->host, t->f->h, data + done,
					 n - done, flags, &sent));
		if (sent == 0 || sent > n - done)
			script_fail(t, "hf_send() took %zu octets", sent);
		done += sent;
	}
	t->f->sent += n;
	if (flags & HF_SEND_URGENT)
		t->sends_urgent = true;
}

void script_send(struct script *t, size_t n)
{
	script_send_as(t, n, 0);
}

void script_send_error(struct script *t, enum hf_error e)
{
	size_t sent = 0;

	script_expect(t, e, hf_send(t->host, t->f->h, "x", 1, &sent));
}

void script_receive(struct script *t, size_t n)
{
	static uint8_t data[(1 << 20) + 4096];
	size_t done = 0, got;

	if (n > sizeof data)
		script_fail(t, "more than a script may receive at once");
	script_log(t, "receive %zu", n);
	while (done < n) {
		got = 0;
		script_expect(t, HF_OK,
			      hf_receive(t->host, t->f->h, data + done,
					 n - done, &got));
		if (got == 0 || got > n - done)
			script_fail(t, "hf_receive() gave %zu octets", got);
		done += got;
	}
	for (size_t i = 0; i < n; i++)
		if (data[i] != octet_in((uint32_t)(t->f->received + i)))
			script_fail(t, "octet %zu received is wrong",
				    (size_t)t->f->received + i);
	t->f->received += n;
}

void script_receive_error(struct script *t, enum hf_error e)
{
	uint8_t data[16];
	size_t got = 0;

	script_expect(t, e,
		      hf_receive(t->host, t->f->h, data, sizeof data, &got));
}

void script_eof(struct script *t)
{
	uint8_t data[16];
	size_t got = 99;

	script_expect(t, HF_OK,
		      hf_receive(t->host, t->f->h, data, sizeof data, &got));
	if (got != 0)
		script_fail(t, "%zu octets where the end should be", got);
}

/* ---- ending ----------------------------------------------------------- */

void script_shutdown(struct script *t)
{
	script_expect(t, HF_OK, hf_shutdown(t->host, t->f->h));
	script_log(t, "shutdown");
}

void script_close(struct script *t)
{
	script_expect(t, HF_OK, hf_close(t->host, t->f->h, t->now));
	script_log(t, "close");
}

void script_abort(struct script *t)
{
	script_expect(t, HF_OK, hf_abort(t->host, t->f->h, t->now));
	script_log(t, "abort");
}

void script_set(struct script *t, enum hf_option option, uint64_t value)
{
	uint64_t now = ~value;

	script_expect(t, HF_OK, hf_set(t->host, t->f->h, option, value));
	script_expect(t, HF_OK, hf_get(t->host, t->f->h, option, &now));
	if (now != value && option != HF_OPTION_SEND_BUFFER &&
	    option != HF_OPTION_RECEIVE_BUFFER)
		script_fail(t, "hf_get() does not say what hf_set() set");
}

/* ---- asking ----------------------------------------------------------- */

void script_state(struct script *t, enum hf_state state)
{
	struct hf_status status = script_status(t);

	if (status.state != state)
		script_fail(t, "state is %s, not %s",
			    hf_state_name(status.state), hf_state_name(state));
}

static void gather_events(struct script *t)
{
	struct hf_event event;
	unsigned guard = 0;

	while (hf_event(t->host, &event)) {
		size_t i;

		if (++guard > 1000)
			script_fail(t, "hf_event() has no end");
		for (i = 0; i < t->events; i++)
			if (t->event[i].handle.index == event.handle.index &&
			    t->event[i].handle.generation ==
				    event.handle.generation)
				break;
		if (i == 64)
			script_fail(t, "more events than the script holds");
		if (i == t->events) {
			t->event[i] = event;
			t->events++;
			continue;
		}
		t->event[i].flags |= event.flags;
		if (event.error)
			t->event[i].error = event.error;
	}
	script_check(t);
}

static struct hf_event *find_event(struct script *t, struct hf_handle h)
{
	gather_events(t);
	for (size_t i = 0; i < t->events; i++)
		if (t->event[i].handle.index == h.index &&
		    t->event[i].handle.generation == h.generation)
			return &t->event[i];
	return NULL;
}

enum hf_error script_event(struct script *t, struct hf_handle h, uint32_t flags)
{
	struct hf_event *event = find_event(t, h);

	if (!event || (event->flags & flags) != flags)
		script_fail(t, "event flags are %#x, not %#x",
			    event ? event->flags : 0, flags);
	event->flags &= ~flags;
	return event->error;
}

void script_no_event(struct script *t, struct hf_handle h, uint32_t flags)
{
	struct hf_event *event = find_event(t, h);

	if (event && event->flags & flags)
		script_fail(t, "event flags are %#x", event->flags);
}

void script_events_clear(struct script *t)
{
	gather_events(t);
	t->events = 0;
}

void script_ended(struct script *t, enum hf_error error)
{
	struct hf_status status = script_status(t);
	enum hf_error announced;

	if (status.state != HF_CLOSED)
		script_fail(t, "state is %s, not CLOSED",
			    hf_state_name(status.state));
	if (status.error != error)
		script_fail(t, "ended by %s, not %s",
			    hf_error_name(status.error), hf_error_name(error));
	announced = script_event(t, t->f->h, HF_EVENT_CLOSED);
	if (announced != error)
		script_fail(t, "the event tells %s, not %s",
			    hf_error_name(announced), hf_error_name(error));
}

void script_used(struct script *t, enum hf_pool pool, uint32_t n)
{
	struct hf_usage usage;

	hf_host_used(t->host, &usage);
	if (usage.pool[pool].used != n)
		script_fail(t, "%u records of pool %s are used, not %u",
			    usage.pool[pool].used, hf_pool_name(pool), n);
}

/* ---- states, reached by segments -------------------------------------- */

void to_fin_wait_2(struct script *t)
{
	script_passive(t, "mss 1460");
	script_shutdown(t);
	script_out(t, "F. 1:1(0) ack 1");
	script_in(t, ". 1:1(0) ack 2");
	script_state(t, HF_FIN_WAIT_2);
}

void to_time_wait(struct script *t)
{
	to_fin_wait_2(t);
	script_in(t, "F. 1:1(0) ack 2");
	script_out(t, ". 2:2(0) ack 2");
	script_state(t, HF_TIME_WAIT);
}

void to_close_wait(struct script *t)
{
	script_passive(t, "mss 1460");
	script_in(t, "F. 1:1(0) ack 1");
	script_out(t, ". 1:1(0) ack 2");
	script_state(t, HF_CLOSE_WAIT);
}

/* ---- streams of full segments ----------------------------------------- */

void out_segments(struct script *t, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++)
		script_out(t, ". %u:%u(1460) ack 1", 1 + i * MSS,
			   1 + (i + 1) * MSS);
}

void ack_segments(struct script *t, unsigned n)
{
	script_in(t, ". 1:1(0) ack %u", 1 + n * MSS);
}

/* ---- ICMP ------------------------------------------------------------- */

/* Type and code of both versions; IPv6 has no source quench. */
static const uint8_t icmp_types[][4] = {
	[UNREACHABLE_NET] = { 3, 0, 1, 0 },
	[UNREACHABLE_HOST] = { 3, 1, 1, 3 },
	[UNREACHABLE_PROTOCOL] = { 3, 2, 4, 1 },
	[UNREACHABLE_PORT] = { 3, 3, 1, 4 },
	[TOO_BIG] = { 3, 4, 2, 0 },
	[SOURCE_QUENCH] = { 4, 0, 0, 0 },
	[TIME_EXCEEDED] = { 11, 0, 3, 0 },
	[PARAMETER_PROBLEM] = { 12, 0, 4, 0 },
};

/* Quotes the IP header and the first 8 octets of TCP: RFC 792's least. */
static uint32_t quote(struct script *t, uint32_t seq, uint8_t *to)
{
	struct packet_segment s = { .src = t->local, .dst = t->peer };
	uint8_t text[100] = { 0 };
	uint32_t len;

	s.sport = t->f->local_port;
	s.dport = t->f->peer_port;
	s.seq = seq + (t->f->iss_known ? t->f->iss : 0);
	s.flags = F_ACK;
	s.text = text;
	s.text_len = sizeof text;
	len = packet_tcp(to, &s);
	return len - (uint32_t)sizeof text - 12;
}

void script_icmp(struct script *t, enum icmp_kind kind, uint32_t seq,
		 uint32_t value)
{
	struct hf_addr router = t->peer;
	uint8_t data[PACKET_MAX], body[400] = { 0 };
	uint32_t len;

	router.octet[15] = 77;
	body[0] = icmp_types[kind][t->v6 ? 2 : 0];
	body[1] = icmp_types[kind][t->v6 ? 3 : 1];
	put32(body + 4, value);
	if (kind == PARAMETER_PROBLEM && !t->v6)
		body[4] = (uint8_t)value;
	if (kind == UNREACHABLE_PROTOCOL && t->v6)
		put32(body + 4, 6); /* points at the next header */
	len = quote(t, seq, body + 8) + 8;
	len = packet_ip(data, &router, &t->local,
			t->v6 ? PROTO_ICMP6 : PROTO_ICMP, body, len);
	script_raw_in(t, data, len);
}
