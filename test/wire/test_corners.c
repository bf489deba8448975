/* SPDX-License-Identifier: MIT */
/* Corners of the RFCs and of host.h that no other test turns. */
#include "script.h"
#include <string.h>

/* ---- sending ---------------------------------------------------------- */

/*
 * RFC 6298 3, Karn (MUST-18): no sample from an octet sent twice, also if it
 * was the opening of the window that sent it again, and no timer.
 */
static void karn_after_window_opens(struct script *t)
{
	struct hf_status before, now;

	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send(t, 10);
	due(t, 1000, ". 1:2(1) ack 1");
	after(t, 100);
	in(t, ". 1:1(0) ack 1 win 1000");
	out(t, "P. 1:11(10) ack 1");
	silence(t);
	after(t, 300);
	before = script_status(t);
	in(t, ". 1:1(0) ack 11 win 1000");
	now = script_status(t);
	require(t, now.send_queue == 0);
	require(t, now.srtt == before.srtt && now.rttvar == before.rttvar);
}

/* RFC 6298 3: nor from what Packet Too Big made us send again. */
static void karn_after_too_big(struct script *t)
{
	uint32_t mss = 1300 - (t->v6 ? 60 : 40);
	struct hf_status before, now;

	start(t);
	passive(t, "mss 1460");
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	after(t, 100);
	icmp_in(t, TOO_BIG, 1, 1300);
	out(t, ". 1:%u(%u) ack 1", 1 + mss, mss);
	out(t, "P. %u:1461(%u) ack 1", 1 + mss, 1460 - mss);
	silence(t);
	after(t, 300);
	before = script_status(t);
	in(t, ". 1:1(0) ack 1461");
	now = script_status(t);
	require(t, now.send_queue == 0);
	require(t, now.srtt == before.srtt && now.rttvar == before.rttvar);
}

/* RFC 9293 3.4, SND.UNA + SND.WND: FIN takes a place in the window too. */
static void fin_waits_for_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 100");
	user_send(t, 100);
	user_shutdown(t);
	out(t, "P. 1:101(100) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 101 win 1");
	out(t, "F. 101:101(0) ack 1");
	in(t, ". 1:1(0) ack 102 win 1");
	state(t, HF_FIN_WAIT_2);
}

/* One octet more of window, and it goes along. */
static void fin_fills_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 100");
	user_send(t, 99);
	user_shutdown(t);
	out(t, "FP. 1:100(99) ack 1");
	in(t, ". 1:1(0) ack 101 win 100");
	state(t, HF_FIN_WAIT_2);
}

/* MUST-16, RFC 6691: options, SACK blocks too, come out of the MSS. */
static void sack_is_taken_out_of_mss(struct script *t)
{
	uint32_t headers = t->v6 ? 60 : 40;

	start(t);
	passive(t, "mss 1460,sackOK");
	user_set(t, HF_OPTION_NODELAY, 1);
	in(t, "P. 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 11:21>");
	in(t, "P. 31:41(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 31:41 11:21>");
	in(t, "P. 51:61(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 51:61 31:41 11:21>");
	user_send(t, 10000);
	for (uint32_t i = 0; i < 4; i++) {
		out(t, ". %u:%u(1432) ack 1 <nop,nop,sack 51:61 31:41 11:21>",
		    1 + i * 1432, 1 + (i + 1) * 1432);
		require(t, t->last.len == headers + 1460);
	}
	in(t, ". 1:1(0) ack 5729");
	for (uint32_t i = 4; i < 6; i++) {
		out(t, ". %u:%u(1432) ack 1", 1 + i * 1432, 1 + (i + 1) * 1432);
		require(t, t->last.len == headers + 1460);
	}
	out(t, "P. 8593:10001(1408) ack 1");
	silence(t);
	in(t, ". 1:1(0) ack 10001");
}

/* RFC 6298 (5.1): a segment starts the timer only "if it is not running". */
static void timer_not_restarted_by_sending(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_NODELAY, 1);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	after(t, 500);
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	due(t, 500, "P. 1:21(20) ack 1");
	require(t, t->last.report.why == HF_WHY_RTO);
}

/* RFC 9293 3.10.7.4 fifth: SND.WL2 "prevents using old segments". */
static void old_ack_leaves_window(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_NODELAY, 1);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_send(t, 10);
	out(t, "P. 11:21(10) ack 1");
	in(t, ". 1:1(0) ack 21 win 1000");
	require(t, script_status(t).send_window == 1000);
	in(t, ". 1:1(0) ack 11 win 5000");
	silence(t);
	require(t, script_status(t).send_window == 1000);
	in(t, ". 1:1(0) ack 21 win 6000");
	require(t, script_status(t).send_window == 6000);
}

/* ---- receiving -------------------------------------------------------- */

/*
 * host.h, hf_input(): "Acknowledgements are decided once the burst is in";
 * RFC 5681 4.2: a filled hole is acknowledged at once, by one ACK.
 */
static void burst_fills_its_hole(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	burst(t, "P. 11:21(10) ack 1;P. 21:31(10) ack 1;P. 31:41(10) ack 1;"
		 "P. 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 41 <>");
	quiet(t, 1000);
	user_receive(t, 40);
}

/* ---- TIME_WAIT -------------------------------------------------------- */

/* MUST-13: it lingers, but octets that nobody will read do not. */
static void unread_pages_leave_time_wait(struct script *t)
{
	struct hf_status status;

	start(t);
	MARK(t);
	to_fin_wait_2(t);
	in(t, ". 1:1461(1460) ack 2");
	in(t, "P. 1461:2921(1460) ack 2");
	out(t, ". 2:2(0) ack 2921");
	in(t, "F. 2921:2921(0) ack 2");
	out(t, ". 2:2(0) ack 2922");
	state(t, HF_TIME_WAIT);
	used(t, HF_POOL_PAGE, 1);
	user_close(t);
	silence(t);
	used(t, HF_POOL_PAGE, 0);
	used(t, HF_POOL_SMALL, 0);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
	error(t, HF_ERR_HANDLE, hf_status(t->host, t->f->h, &status));
}

/* RFC 7323 5.3 R1, 4.3: TS.Recent is kept, checked and echoed to the end. */
static void time_wait_keeps_ts_recent(struct script *t)
{
	start(t);
	passive(t, "mss 1460,ts");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2 <nop,nop,TS val 500000 ecr last>");
	out(t, ". 2:2(0) ack 2 <nop,nop,TS val * ecr 500000>");
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 30000);
	in(t, "F. 1:1(0) ack 2 <nop,nop,TS val 500000 ecr last>");
	dropped(t, HF_ACCEPTED);
	out(t, ". 2:2(0) ack 2 <nop,nop,TS val * ecr 500000>");
	quiet(t, 30000);
	in(t, "F. 1:1(0) ack 2 <nop,nop,TS val 499999 ecr last>");
	dropped(t, HF_DROP_PAWS);
	out(t, ". 2:2(0) ack 2 <nop,nop,TS val * ecr 500000>");
	quiet(t, 29999);
	used(t, HF_POOL_TIME_WAIT, 1);
	quiet(t, 2);
	used(t, HF_POOL_TIME_WAIT, 0);
}

/* ---- listeners -------------------------------------------------------- */

/*
 * host.h, hf_close(): "a listener takes its half-open and unaccepted
 * connections with it"; whom we told ESTABLISHED, learns it by a reset.
 */
static void listener_takes_unaccepted(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	in(t, "P. 1:11(10) ack 1");
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	used(t, HF_POOL_CONNECTION, 1);
	used(t, HF_POOL_HALF_OPEN, 1);
	ok(t, hf_close(t->host, t->listener, t->now));
	t->listener = (struct hf_handle){ 0, 0 };
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_HALF_OPEN, 0);
	used(t, HF_POOL_SMALL, 0);
	flow(t, 0);
	out(t, "R. 1:1(0) ack 11 | R 1:1(0)");
	quiet(t, 100000);
	in(t, "P. 11:21(10) ack 1");
	dropped(t, HF_DROP_CLOSED);
	out(t, "R 1:1(0)");
}

/* host.h, hf_event: "flags are gathered until the event is taken". */
static void events_before_accept(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	in(t, "P. 1:11(10) ack 1");
	in(t, "F. 11:11(0) ack 1");
	out(t, ". 1:1(0) ack 12");
	event_of(t, t->listener, HF_EVENT_ACCEPT);
	require(t, t->events == 1); /* nobody has a name for it yet */
	user_accept(t);
	event(t, HF_EVENT_READABLE | HF_EVENT_EOF);
	state(t, HF_CLOSE_WAIT);
	user_receive(t, 10);
	user_eof(t);
}

/* ---- addresses -------------------------------------------------------- */

/*
 * host.h, hf_address_add(): "and a route to its prefix", which goes with it;
 * hf_open(): HF_ERR_NO_ROUTE.
 */
static void no_route_without_address(struct script *t)
{
	unsigned bits = t->v6 ? 64 : 24;
	struct hf_open options;
	struct hf_handle h;

	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	ok(t, hf_address_remove(t->host, t->local));
	options = open_options(t);
	options.remote_port++;
	error(t, HF_ERR_NO_ROUTE, hf_open(t->host, &options, t->now, &h));
	used(t, HF_POOL_CONNECTION, 1);
	ok(t, hf_address_add(t->host, t->link, t->local, bits, t->now));
	ok(t, hf_open(t->host, &options, t->now, &h));
	ok(t, hf_abort(t->host, h, t->now));
	skip(t);
}

/* host.h, hf_output(): a small cap "makes shorter" datagrams: fragments. */
static void echo_longer_than_room(struct script *t)
{
	uint8_t data[PACKET_MAX], body[1408] = { 0 };
	uint32_t len, header = t->v6 ? 48 : 20, sent = 0;
	struct hf_usage before, now;
	size_t got;

	start(t);
	hf_host_used(t->host, &before);
	body[0] = t->v6 ? 128 : 8;
	len = packet_ip(data, &t->peer, &t->local,
			t->v6 ? PROTO_ICMP6 : PROTO_ICMP, body, sizeof body);
	raw_in(t, data, len);
	dropped(t, HF_ACCEPTED);
	used(t, HF_POOL_PAGE, before.pool[HF_POOL_PAGE].used + 1);
	while ((got = hf_output(t->host, t->link, data, 576, t->now, NULL,
				NULL)) != 0) {
		require(t, got <= 576);
		sent += (uint32_t)got - header;
	}
	require(t, sent == sizeof body);
	script_check(t);
	hf_host_used(t->host, &now);
	require(t, now.pages == before.pages && now.replies == 0);
	used(t, HF_POOL_PAGE, before.pool[HF_POOL_PAGE].used);
	used(t, HF_POOL_SMALL, before.pool[HF_POOL_SMALL].used);
	silence(t);
}

/* ---- loopback and a forger outside ------------------------------------ */

/* Carries one frame over the loopback, and shows it; false: none. */
static bool carry(struct script *t, struct packet *p)
{
	struct hf_frame frame = { .data = p->data };

	p->len = (uint32_t)hf_output(t->host, HF_LINK_LOOPBACK, p->data,
				     sizeof p->data, t->now, NULL, NULL);
	if (p->len == 0)
		return false;
	if (packet_parse(p))
		script_fail(t, "the loopback carries nonsense");
	frame.len = p->len;
	hf_input(t->host, HF_LINK_LOOPBACK, &frame, 1, t->now, NULL);
	script_check(t);
	return true;
}

/* From the wire: the next segment of `p`'s sender, with other flags. */
static void forge(struct script *t, const struct packet *p, uint8_t flags)
{
	bool is_longer = p->flags & (F_SYN | F_FIN);
	struct packet_segment s = { .src = p->src, .dst = p->dst };
	static const uint8_t text[4] = "evil";
	uint8_t data[PACKET_MAX];

	s.sport = p->sport;
	s.dport = p->dport;
	s.seq = p->seq + p->text_len + is_longer;
	s.ack = p->ack;
	s.flags = flags;
	s.wnd = 1000;
	s.text = text;
	s.text_len = flags & F_RST ? 0 : sizeof text;
	script_raw_in(t, data, packet_tcp(data, &s));
	script_dropped(t, HF_DROP_SOURCE);
	script_silence(t);
}

/*
 * RFC 1122 3.2.1.3, host.h, HF_DROP_SOURCE: what says it comes from the host
 * itself but comes by a link, is forged, in whatever state the connection.
 */
static void own_source_from_outside(struct script *t)
{
	struct hf_open options = { .remote_port = 80 };
	struct hf_handle client, server;
	static struct packet p, last;
	struct hf_status status;

	start(t);
	t->f->local_port = 80;
	user_listen(t);
	options.remote = t->local;
	ok(t, hf_open(t->host, &options, t->now, &client));
	require(t, carry(t, &p) && p.flags == F_SYN);
	used(t, HF_POOL_HALF_OPEN, 1);
	forge(t, &p, F_RST);
	forge(t, &p, F_SYN);
	used(t, HF_POOL_HALF_OPEN, 1);
	require(t, carry(t, &p) && p.flags == (F_SYN | F_ACK));
	require(t, carry(t, &p) && p.flags == F_ACK && !carry(t, &last));
	ok(t, hf_accept(t->host, t->listener, &server));
	forge(t, &p, F_RST);
	forge(t, &p, F_ACK | F_PSH);
	ok(t, hf_status(t->host, server, &status));
	require(t, status.state == HF_ESTABLISHED);
	require(t, status.receive_queue == 0);
	ok(t, hf_close(t->host, client, t->now));
	while (carry(t, &p))
		;
	ok(t, hf_close(t->host, server, t->now));
	require(t, carry(t, &p) && p.flags == (F_FIN | F_ACK));
	require(t, carry(t, &last) && last.flags == F_ACK && !carry(t, &last));
	used(t, HF_POOL_TIME_WAIT, 1);
	forge(t, &p, F_RST);
	forge(t, &p, F_ACK | F_PSH);
	used(t, HF_POOL_TIME_WAIT, 1);
	require(t, !carry(t, &last));
}

/* ---- the end of a connection -------------------------------------------- */

/* The program lets go before its ACK of FIN is sent: it is sent. */
static void ack_of_fin_outlives_close(struct script *t)
{
	start(t);
	MARK(t);
	to_fin_wait_2(t);
	in(t, "F. 1:1(0) ack 2");
	user_close(t);
	out(t, ". 2:2(0) ack 2");
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
	used(t, HF_POOL_TIME_WAIT, 1);
}

/* RFC 7323 2.2: its window is scaled as it was before. */
static void time_wait_keeps_its_window(struct script *t)
{
	uint16_t wnd;

	start(t);
	passive(t, "mss 1460,nop,wscale 3");
	in(t, "P. 1:1001(1000) ack 1");
	user_receive(t, 1000);
	user_close(t);
	out(t, "F. 1:1(0) ack 1001");
	in(t, "F. 1001:1001(0) ack 2");
	out(t, ". 2:2(0) ack 1002");
	wnd = t->last.wnd;
	require(t, wnd > 0);
	used(t, HF_POOL_TIME_WAIT, 1);
	in(t, "F. 1001:1001(0) ack 2");
	out(t, ". 2:2(0) ack 1002 win %u", wnd);
}

/* RFC 7323 5.3 asks for timestamps on both sides. */
static void paws_needs_both(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_close(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	in(t, ". 2:2(0) ack 2 <nop,nop,TS val 3000000000 ecr 0>");
	dropped(t, HF_ACCEPTED);
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1 <nop,nop,TS val 3000000000 ecr 0>");
	dropped(t, HF_ACCEPTED);
	user_accept(t);
	flow(t, 2);
	in(t, "S 0:0(0) <mss 1460,TS val 5000 ecr 0>");
	out(t, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1 <nop,nop,TS val 4999 ecr 0>");
	dropped(t, HF_DROP_SEQUENCE);
	out(t, ". 1:1(0) ack 1");
	used(t, HF_POOL_HALF_OPEN, 1);
	in(t, "R 1:1(0) <nop,nop,TS val 4999 ecr 0>");
	dropped(t, HF_ACCEPTED);
	used(t, HF_POOL_HALF_OPEN, 0);
}

/* MUST-13: no keepalive there, though the program still holds it. */
static void no_keepalive_in_time_wait(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_KEEPALIVE_IDLE, 5);
	user_set(t, HF_OPTION_KEEPALIVE, 1);
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, ". 1:1(0) ack 2");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	state(t, HF_TIME_WAIT);
	quiet(t, 59999);
	state(t, HF_TIME_WAIT);
	quiet(t, 2);
	ended(t, HF_OK);
}

/* MUST-48, and host.h, HF_OPTION_TOS: its reset has them too. */
static void reset_of_an_abort(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_set(t, HF_OPTION_TOS, 0x28);
	user_set(t, HF_OPTION_TTL, 33);
	t->config.ttl = 33; /* what out() wants to see */
	user_abort(t);
	out(t, "R. 1:1(0) ack 1");
	require(t, t->last.tos == 0x28);
	require(t, t->last.report.why == HF_WHY_ABORT);
}

static void reset_of_a_stranger(struct script *t)
{
	start(t);
	in(t, ". 1:1(0) ack 1");
	out(t, "R 1:1(0)");
	require(t, t->last.report.why == HF_WHY_RESET);
}

/* ---- taking turns ---------------------------------------------------------
 */

static void three_senders(struct script *t)
{
	t->config.initial_window = 10;
	script_start(t);
	for (int i = 0; i < 3; i++) {
		script_flow_use(t, i);
		script_passive(t, "mss 1460");
	}
	for (int i = 0; i < 3; i++) {
		script_flow_use(t, i);
		script_send(t, 8 * MSS);
	}
	script_flow_use(t, 0);
	out_segments(t, 0, 2);
}

/* Four in a row; whoever comes after one that has ended has a whole turn. */
static void turn_after_an_end(struct script *t)
{
	MARK(t);
	three_senders(t);
	in(t, "R 1:1(0)");
	for (int i = 1; i < 3; i++) {
		flow(t, i);
		MARK(t);
		out_segments(t, 0, 4);
	}
	skip(t);
}

/* The end of one that is not in turn is no turn. */
static void turn_goes_on(struct script *t)
{
	MARK(t);
	three_senders(t);
	flow(t, 1);
	in(t, "R 1:1(0)");
	flow(t, 0);
	MARK(t);
	out_segments(t, 2, 2);
	flow(t, 2);
	MARK(t);
	out_segments(t, 0, 4);
	skip(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(karn_after_window_opens),
	SCRIPT(karn_after_too_big),
	SCRIPT(fin_waits_for_window),
	SCRIPT(fin_fills_window),
	SCRIPT(sack_is_taken_out_of_mss),
	SCRIPT(timer_not_restarted_by_sending),
	SCRIPT(old_ack_leaves_window),
	SCRIPT(burst_fills_its_hole),
	SCRIPT(unread_pages_leave_time_wait),
	SCRIPT(time_wait_keeps_ts_recent),
	SCRIPT(listener_takes_unaccepted),
	SCRIPT(events_before_accept),
	SCRIPT(no_route_without_address),
	SCRIPT(echo_longer_than_room),
	SCRIPT(own_source_from_outside),
	SCRIPT(ack_of_fin_outlives_close),
	SCRIPT(time_wait_keeps_its_window),
	SCRIPT(paws_needs_both),
	SCRIPT(no_keepalive_in_time_wait),
	SCRIPT(reset_of_an_abort),
	SCRIPT(reset_of_a_stranger),
	SCRIPT(turn_after_an_end),
	SCRIPT(turn_goes_on),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("corners", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
