/* SPDX-License-Identifier: MIT */
/* ICMP: RFC 9293 3.9.2.2; RFC 5927; RFC 1122 3.2.2; RFC 1191, 8201, 4443. */
#include "script.h"
#include <string.h>

/* ---- echo ------------------------------------------------------------- */

static uint32_t echo_request(struct script *t, uint8_t *to, uint32_t octets)
{
	uint8_t body[PACKET_MAX] = { 0 };

	body[0] = t->v6 ? 128 : 8;
	put16(body + 4, 0x1234);
	put16(body + 6, 0x0007);
	for (uint32_t i = 0; i < octets; i++)
		body[8 + i] = (uint8_t)(i * 3 + 1);
	return packet_ip(to, &t->peer, &t->local,
			 t->v6 ? PROTO_ICMP6 : PROTO_ICMP, body, 8 + octets);
}

/* RFC 1122 3.2.2.6, RFC 4443 4.2: all of the data comes back. */
static void echo(struct script *t)
{
	static const uint32_t lengths[] = { 0, 1, 56, 57, 1400 };
	uint8_t data[PACKET_MAX];

	start(t);
	for (int i = 0; i < 5; i++) {
		uint32_t len = echo_request(t, data, lengths[i]);

		raw_in(t, data, len);
		dropped(t, HF_ACCEPTED);
		out_icmp(t, 0, 0, 129, 0);
		require(t, t->last.icmp_value == 0x12340007);
		require(t, !memcmp(&t->last.src, &t->local, sizeof t->local));
		require(t, !memcmp(&t->last.dst, &t->peer, sizeof t->peer));
		require(t, t->last.text_len == lengths[i]);
		require(t, !memcmp(t->last.text, data + (t->v6 ? 48 : 28),
				   lengths[i]));
		silence(t);
	}
}

/* An echo reply that nobody asked for is the end of it. */
static void echo_reply(struct script *t)
{
	uint8_t data[PACKET_MAX];
	uint32_t len;

	start(t);
	len = echo_request(t, data, 8);
	data[t->v6 ? 40 : 20] = t->v6 ? 129 : 0;
	packet_seal(data, len);
	raw_in(t, data, len);
	silence(t);
	require(t, t->in_report.drop != HF_ACCEPTED);
}

static void echo_with_bad_checksum(struct script *t)
{
	uint8_t data[PACKET_MAX];
	uint32_t len;

	start(t);
	len = echo_request(t, data, 8);
	data[len - 1] ^= 1;
	raw_in(t, data, len);
	dropped(t, HF_DROP_ICMP_CHECKSUM);
	silence(t);
}

/* ---- SYN_SENT --------------------------------------------------------- */

/* SHLD-26: hard errors abort; IPv6 has no code for the next one. */
static void port_unreachable_while_opening(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	icmp_in(t, UNREACHABLE_PORT, 0, 0);
	silence(t);
	ended(t, HF_ERR_REFUSED);
	quiet(t, 10000);
}

static void protocol_unreachable_while_opening(struct script *t)
{
	struct hf_status status;

	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	icmp_in(t, UNREACHABLE_PROTOCOL, 0, 0);
	silence(t);
	status = script_status(t);
	require(t, status.state == HF_CLOSED);
	require(t, status.error == HF_ERR_PROTOCOL_UNREACHABLE ||
			   status.error == HF_ERR_REFUSED);
	event(t, HF_EVENT_CLOSED);
}

static void goes_on(struct script *t, enum icmp_kind kind, enum hf_error e)
{
	enum hf_error got;

	script_flow_use(t, (int)kind);
	script_open(t);
	script_out(t, "S 0:0(0)");
	script_icmp(t, kind, 0, 0);
	script_silence(t);
	script_state(t, HF_SYN_SENT);
	got = script_event(t, t->f->h, HF_EVENT_SOFT_ERROR);
	if (e != HF_OK && got != e)
		script_fail(t, "the soft error is %s", hf_error_name(got));
	script_due(t, MS(1000), MS(1001), "S 0:0(0)");
	script_in(t, "S. 0:0(0) ack 1 <mss 1460>");
	script_out(t, ". 1:1(0) ack 1");
	script_state(t, HF_ESTABLISHED);
}

/* MUST-56, SHLD-25: soft errors do not abort, and are told. */
static void soft_errors_while_opening(struct script *t)
{
	start(t);
	MARK(t);
	goes_on(t, UNREACHABLE_NET, HF_ERR_NET_UNREACHABLE);
	goes_on(t, UNREACHABLE_HOST, HF_ERR_HOST_UNREACHABLE);
	MARK(t);
	goes_on(t, TIME_EXCEEDED, HF_OK);
	MARK(t);
	goes_on(t, PARAMETER_PROBLEM, HF_OK);
}

/* RFC 5927 4.1: an error that quotes another sequence number is forged. */
static void forged_while_opening(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	icmp_in(t, UNREACHABLE_PORT, 1000, 0);
	dropped(t, HF_DROP_ICMP_SEQUENCE);
	icmp_in(t, UNREACHABLE_PORT, 0u - 1u, 0);
	dropped(t, HF_DROP_ICMP_SEQUENCE);
	silence(t);
	state(t, HF_SYN_SENT);
	no_event(t, HF_EVENT_CLOSED | HF_EVENT_SOFT_ERROR);
}

/* ---- ESTABLISHED ------------------------------------------------------ */

static void told_only(struct script *t, enum icmp_kind kind)
{
	script_icmp(t, kind, 1, 0);
	script_silence(t);
	script_state(t, HF_ESTABLISHED);
	script_event(t, t->f->h, HF_EVENT_SOFT_ERROR);
	script_no_event(t, t->f->h, HF_EVENT_CLOSED);
}

/* RFC 5927 6.1: in synchronized states all of them are soft. */
static void soft_errors_when_established(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	MARK(t);
	told_only(t, UNREACHABLE_PORT);
	told_only(t, UNREACHABLE_PROTOCOL);
	told_only(t, UNREACHABLE_HOST);
	MARK(t);
	told_only(t, UNREACHABLE_NET);
	told_only(t, TIME_EXCEEDED);
	told_only(t, PARAMETER_PROBLEM);
	due(t, 1000, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	quiet(t, 10000);
}

/* RFC 5927 4.1: SND.UNA =< SEG.SEQ < SND.NXT. */
static void forged_when_established(struct script *t)
{
	static const uint32_t seqs[] = { 0, 5, 21, 22, 100000, 0x80000000u };

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	script_events_clear(t);
	for (int i = 0; i < 6; i++) {
		icmp_in(t, UNREACHABLE_HOST, seqs[i], 0);
		dropped(t, HF_DROP_ICMP_SEQUENCE);
		icmp_in(t, TOO_BIG, seqs[i], 1300);
		dropped(t, HF_DROP_ICMP_SEQUENCE);
	}
	silence(t);
	no_event(t, ~0u);
	require(t, script_status(t).mss == 1460);
	icmp_in(t, UNREACHABLE_HOST, 20, 0);
	event(t, HF_EVENT_SOFT_ERROR);
}

/* What quotes no connection of ours. */
static void unmatched(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	script_events_clear(t);
	t->f->peer_port++;
	icmp_in(t, UNREACHABLE_PORT, 1, 0);
	dropped(t, HF_DROP_ICMP_UNMATCHED);
	t->f->peer_port--;
	silence(t);
	no_event(t, ~0u);
	state(t, HF_ESTABLISHED);
}

/* MUST-55. */
static void source_quench(struct script *t)
{
	uint32_t cwnd;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	cwnd = script_status(t).cwnd;
	script_events_clear(t);
	icmp_in(t, SOURCE_QUENCH, 1, 0);
	silence(t);
	no_event(t, ~0u);
	require(t, script_status(t).cwnd == cwnd);
	state(t, HF_ESTABLISHED);
}

/* MUST-54: directed to the connection, also a half-open one. */
static void half_open(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	icmp_in(t, UNREACHABLE_HOST, 0, 0);
	require(t, t->in_report.remote_port == t->f->peer_port);
	silence(t);
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	state(t, HF_ESTABLISHED);
}

/* ---- packet too big: RFC 1191, RFC 8201 ------------------------------- */

static void too_big(struct script *t)
{
	uint32_t mtu, mss;

	start(t);
	mtu = t->v6 ? 1300 : 1000;
	mss = t->v6 ? 1240 : 960;
	passive(t, "mss 1460");
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	icmp_in(t, TOO_BIG, 1, mtu);
	dropped(t, HF_ACCEPTED);
	require(t, script_status(t).mss == mss);
	due_within(t, 0, 1001, ". 1:%u(%u) ack 1", 1 + mss, mss);
	skip(t);
	in(t, ". 1:1(0) ack %u", 1 + mss);
	due_within(t, 0, 2001, "P. %u:1461(%u) ack 1", 1 + mss, 1460 - mss);
	in(t, ". 1:1(0) ack 1461");
	user_send(t, 1460);
	out(t, ". 1461:%u(%u) ack 1", 1461 + mss, mss);
	state(t, HF_ESTABLISHED);
	skip(t);
}

/* RFC 1191 3: never up; 68 is the least; RFC 8201 4: 1280 is. */
static void absurdly_big(struct script *t)
{
	static const uint32_t mtus[] = { 1501 + 20, 3000, 65535 };

	start(t);
	passive(t, "mss 1460");
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	for (int i = 0; i < 3; i++)
		icmp_in(t, TOO_BIG, 1, mtus[i]);
	require(t, script_status(t).mss == 1460);
	icmp_in(t, TOO_BIG, 1, 40);
	icmp_in(t, TOO_BIG, 1, 1);
	require(t, script_status(t).mss >= (t->v6 ? 1220u : 28u));
	icmp_in(t, TOO_BIG, 1, 0);
	require(t, script_status(t).mss >= (t->v6 ? 1220u : 28u));
	skip(t);
	state(t, HF_ESTABLISHED);
}

/* A SYN is small enough; the answer is not to abort. */
static void too_big_while_opening(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	icmp_in(t, TOO_BIG, 0, 1300);
	skip(t);
	state(t, HF_SYN_SENT);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
}

/* ---- malformed -------------------------------------------------------- */

/* Quotes that are cut at every length. */
static void truncated_quotes(struct script *t)
{
	struct hf_addr router;
	uint8_t data[PACKET_MAX], body[60];

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	script_events_clear(t);
	router = t->peer;
	router.octet[15] = 77;
	for (uint32_t len = 0; len < (t->v6 ? 48u : 28u); len++) {
		struct packet *p = &t->last;
		uint32_t n;

		memset(body, 0, sizeof body);
		body[0] = t->v6 ? 1 : 3;
		body[1] = t->v6 ? 4 : 3;
		memcpy(body + 8, p->data, len);
		n = packet_ip(data, &router, &t->local,
			      t->v6 ? PROTO_ICMP6 : PROTO_ICMP, body, 8 + len);
		raw_in(t, data, n);
		require(t, t->in_report.drop != HF_ACCEPTED);
	}
	silence(t);
	no_event(t, ~0u);
	state(t, HF_ESTABLISHED);
}

/* RFC 1122 3.2.2, RFC 4443 2.4 (e): never an error about an error. */
static void no_error_about_error(struct script *t)
{
	struct hf_addr router;
	uint8_t data[PACKET_MAX], body[8] = { 0 };
	uint32_t n;

	start(t);
	router = t->peer;
	router.octet[15] = 77;
	body[0] = t->v6 ? 100 : 99;
	n = packet_ip(data, &router, &t->local,
		      t->v6 ? PROTO_ICMP6 : PROTO_ICMP, body, 8);
	raw_in(t, data, n);
	require(t, t->in_report.drop != HF_ACCEPTED);
	silence(t);
}

/* RFC 1191 5, RFC 8201 4: a router that names no MTU, or too small a one. */
static void too_big_without_mtu(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	icmp_in(t, TOO_BIG, 1, 0);
	require(t, script_status(t).mss == (t->v6 ? 1220 : 536));
	skip(t);
}

/* RFC 1191 6.4: what is as large as before is no news, one octet less is. */
static void too_big_by_little(struct script *t)
{
	uint32_t headers = t->v6 ? 60 : 40;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	icmp_in(t, TOO_BIG, 1, MSS + headers);
	dropped(t, HF_DROP_ICMP_TYPE);
	silence(t);
	icmp_in(t, TOO_BIG, 1, MSS + headers - 1);
	dropped(t, HF_ACCEPTED);
	out(t, ". 1:1460(1459) ack 1");
	out(t, "P. 1460:1461(1) ack 1");
}

/* host.h, hf_event: an error is of the event that tells it. */
static void soft_error_is_told_once(struct script *t)
{
	struct hf_event event;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	icmp_in(t, UNREACHABLE_HOST, 1, 0);
	require(t, hf_event(t->host, &event));
	require(t, event.error == HF_ERR_HOST_UNREACHABLE);
	in(t, "P. 1:11(10) ack 11");
	require(t, hf_event(t->host, &event));
	require(t, event.flags & HF_EVENT_READABLE);
	require(t, event.error == HF_OK);
	user_receive(t, 10);
	skip(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(echo),
	SCRIPT(echo_reply),
	SCRIPT(echo_with_bad_checksum),
	SCRIPT(port_unreachable_while_opening),
	SCRIPT_V4(protocol_unreachable_while_opening),
	SCRIPT(soft_errors_while_opening),
	SCRIPT(forged_while_opening),
	SCRIPT(soft_errors_when_established),
	SCRIPT(forged_when_established),
	SCRIPT(unmatched),
	SCRIPT_V4(source_quench),
	SCRIPT(half_open),
	SCRIPT(too_big),
	SCRIPT(absurdly_big),
	SCRIPT(too_big_while_opening),
	SCRIPT(truncated_quotes),
	SCRIPT(no_error_about_error),
	SCRIPT(too_big_without_mtu),
	SCRIPT(too_big_by_little),
	SCRIPT(soft_error_is_told_once),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("icmp", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
