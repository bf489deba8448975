/* SPDX-License-Identifier: MIT */
/*
 * What a connection is called: addresses, ports, handles, verdicts on SYNs,
 * initial sequence numbers. RFC 9293 3.4.1, 3.9.1.1; RFC 6056; RFC 6528.
 */
#include "script.h"
#include <string.h>

static bool is_at_local(struct script *t)
{
	struct hf_status status = script_status(t);

	return memcmp(&status.local, &t->local, sizeof t->local) == 0;
}

/* ---- the program decides ---------------------------------------------- */

static struct hf_handle ask(struct script *t)
{
	struct hf_listen options = listen_options(t);
	struct hf_event event = { .flags = 0 };
	struct hf_syn about;

	if (t->listener.index == 0) {
		options.ask = true;
		ok(t, hf_listen(t->host, &options, &t->listener));
	}
	in(t, "S 0:0(0) <mss 1460>");
	silence(t);
	require(t, hf_event(t->host, &event));
	require(t, event.flags & HF_EVENT_SYN);
	ok(t, hf_syn(t->host, event.handle, &about));
	require(t, about.listener.index == t->listener.index);
	require(t, about.remote_port == t->f->peer_port);
	require(t, about.local_port == t->f->local_port);
	require(t, !memcmp(&about.remote, &t->peer, sizeof t->peer));
	require(t, !memcmp(&about.local, &t->local, sizeof t->local));
	return event.handle;
}

static void decide_accept(struct script *t)
{
	struct hf_handle syn;

	start(t);
	syn = ask(t);
	ok(t, hf_decide(t->host, syn, HF_VERDICT_ACCEPT, t->now));
	out(t, "S. 0:0(0) ack 1 <mss 1460>");
	error(t, HF_ERR_HANDLE,
	      hf_decide(t->host, syn, HF_VERDICT_RESET, t->now));
	in(t, ". 1:1(0) ack 1");
	user_accept(t);
	state(t, HF_ESTABLISHED);
}

static void decide_reset(struct script *t)
{
	struct hf_handle syn;

	start(t);
	syn = ask(t);
	ok(t, hf_decide(t->host, syn, HF_VERDICT_RESET, t->now));
	out(t, "R. 0:0(0) ack 1");
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 0);
	error(t, HF_ERR_HANDLE,
	      hf_decide(t->host, syn, HF_VERDICT_ACCEPT, t->now));
}

/* RFC 1812 5.2.7.1 code 13, RFC 4443 3.1 code 1; quotes the SYN. */
static void decide_unreachable(struct script *t)
{
	struct hf_handle syn;
	const uint8_t *tcp;

	start(t);
	syn = ask(t);
	ok(t, hf_decide(t->host, syn, HF_VERDICT_UNREACHABLE, t->now));
	out_icmp(t, 3, 13, 1, 1);
	require(t, t->last.text_len >= (t->v6 ? 48u : 28u));
	tcp = t->last.text + (t->v6 ? 40 : 20);
	require(t, get16(tcp) == t->f->peer_port);
	require(t, get16(tcp + 2) == t->f->local_port);
	require(t, get32(tcp + 4) == t->f->irs);
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 0);
}

static void decide_silence(struct script *t)
{
	struct hf_handle syn;

	start(t);
	syn = ask(t);
	ok(t, hf_decide(t->host, syn, HF_VERDICT_SILENCE, t->now));
	quiet(t, 10000);
	used(t, HF_POOL_HALF_OPEN, 0);
}

/* host.h: forgotten after 5 seconds. */
static void decide_too_late(struct script *t)
{
	struct hf_handle syn;

	start(t);
	syn = ask(t);
	quiet(t, 4900);
	used(t, HF_POOL_HALF_OPEN, 1);
	quiet(t, 200);
	used(t, HF_POOL_HALF_OPEN, 0);
	error(t, HF_ERR_HANDLE,
	      hf_decide(t->host, syn, HF_VERDICT_ACCEPT, t->now));
	silence(t);
}

static void decide_wrong_verdict(struct script *t)
{
	struct hf_handle syn;

	start(t);
	syn = ask(t);
	error(t, HF_ERR_ARGUMENT,
	      hf_decide(t->host, syn, (enum hf_verdict)99, t->now));
	ok(t, hf_decide(t->host, syn, HF_VERDICT_ACCEPT, t->now));
	out(t, "S. 0:0(0) ack 1");
}

/* ---- addresses and ports ---------------------------------------------- */

/* host.h: an unspecified address takes any of the host's. */
static void listener_of_any_address(struct script *t)
{
	struct hf_listen options;

	start(t);
	options = listen_options(t);
	memset(&options.local, 0, sizeof options.local);
	ok(t, hf_listen(t->host, &options, &t->listener));
	passive(t, "mss 1460");
	require(t, is_at_local(t));
}

/* An IPv6 listener of any address that wants no IPv4. */
static void listener_of_ipv6_only(struct script *t)
{
	struct hf_listen options;

	start(t);
	options = listen_options(t);
	memset(&options.local, 0, sizeof options.local);
	options.ipv6_only = true;
	ok(t, hf_listen(t->host, &options, &t->listener));
	in(t, "S 0:0(0) <mss 1460>");
	if (t->v6)
		out(t, "S. 0:0(0) ack 1");
	else
		out(t, "R. 0:0(0) ack 1");
}

/* A gateway's listener: any address, any port, also not the host's own. */
static void listener_of_anything(struct script *t)
{
	struct hf_listen options = { .port = 0 };

	t->accept_any = true;
	start(t);
	ok(t, hf_listen(t->host, &options, &t->listener));
	t->local.octet[13] = 99;
	t->local.octet[14] = 98;
	t->f->local_port = 443;
	passive(t, "mss 1460");
	require(t, is_at_local(t));
	require(t, script_status(t).local_port == 443);
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
}

/* MUST-41: the second passive OPEN is an error, the first is untouched. */
static void listen_in_use(struct script *t)
{
	struct hf_handle second;
	struct hf_listen options;

	start(t);
	user_listen(t);
	options = listen_options(t);
	error(t, HF_ERR_ADDRESS_IN_USE, hf_listen(t->host, &options, &second));
	options.port = 9878;
	ok(t, hf_listen(t->host, &options, &second));
	passive(t, "mss 1460");
	ok(t, hf_close(t->host, second, t->now));
}

static void listen_argument_errors(struct script *t)
{
	struct hf_handle h;
	struct hf_listen options;

	start(t);
	options = listen_options(t);
	options.local.octet[15] = 200;
	error(t, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      hf_listen(t->host, &options, &h));
}

/* MUST-42: LISTEN beside a connection in SYN_SENT on the same port. */
static void listen_beside_syn_sent(struct script *t)
{
	struct hf_listen options;
	struct hf_open open;

	start(t);
	open = open_options(t);
	open.local_port = 9877;
	ok(t, hf_open(t->host, &open, t->now, &t->f->h));
	out(t, "S 0:0(0)");
	options = listen_options(t);
	error(t, HF_ERR_ADDRESS_IN_USE,
	      hf_listen(t->host, &options, &t->listener));
	options.reuse = true;
	ok(t, hf_listen(t->host, &options, &t->listener));
	flow(t, 1);
	passive(t, "mss 1460");
	flow(t, 0);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	state(t, HF_ESTABLISHED);
}

/* RFC 9293 3.10.1: "connection already exists". */
static void open_in_use(struct script *t)
{
	struct hf_open options;
	struct hf_handle h;

	start(t);
	passive(t, "mss 1460");
	options = open_options(t);
	options.local_port = 9877;
	error(t, HF_ERR_ADDRESS_IN_USE, hf_open(t->host, &options, t->now, &h));
	options.reuse = true;
	error(t, HF_ERR_ADDRESS_IN_USE, hf_open(t->host, &options, t->now, &h));
	options.remote_port++;
	options.reuse = false;
	error(t, HF_ERR_ADDRESS_IN_USE, hf_open(t->host, &options, t->now, &h));
	options.reuse = true;
	ok(t, hf_open(t->host, &options, t->now, &h));
	flow(t, 1);
	out(t, "S 0:0(0)");
	ok(t, hf_abort(t->host, h, t->now));
	silence(t);
	flow(t, 0);
	state(t, HF_ESTABLISHED);
}

/* A port in TIME_WAIT: in use, unless `reuse`; the same pair always. */
static void time_wait_keeps_port(struct script *t)
{
	struct hf_listen options;
	struct hf_open open;
	struct hf_handle h;

	start(t);
	passive(t, "mss 1460");
	user_shutdown(t);
	out(t, "F. 1:1(0) ack 1");
	in(t, "F. 1:1(0) ack 2");
	out(t, ". 2:2(0) ack 2");
	user_close(t);
	used(t, HF_POOL_TIME_WAIT, 1);
	ok(t, hf_close(t->host, t->listener, t->now));
	options = listen_options(t);
	error(t, HF_ERR_ADDRESS_IN_USE,
	      hf_listen(t->host, &options, &t->listener));
	open = open_options(t);
	open.local_port = 9877;
	open.reuse = true;
	error(t, HF_ERR_ADDRESS_IN_USE, hf_open(t->host, &open, t->now, &h));
	options.reuse = true;
	ok(t, hf_listen(t->host, &options, &t->listener));
	ok(t, hf_close(t->host, t->listener, t->now));
	quiet(t, 60100);
	options.reuse = false;
	ok(t, hf_listen(t->host, &options, &t->listener));
	error(t, HF_ERR_ADDRESS_IN_USE, hf_listen(t->host, &options, &h));
}

/* RFC 6056 3.2: a port of the range that is not in use. */
static void ephemeral_ports(struct script *t)
{
	struct hf_open options;
	struct hf_handle h;
	unsigned seen = 0;

	t->config.port_low = 50000;
	t->config.port_high = 50009;
	start(t);
	options = open_options(t);
	for (int i = 0; i < 10; i++) {
		uint16_t port;

		flow(t, i);
		ok(t, hf_open(t->host, &options, t->now, &t->f->h));
		port = script_status(t).local_port;
		t->f->local_port = port;
		t->f->peer_port = options.remote_port;
		require(t, port >= 50000 && port <= 50009);
		require(t, !(seen & 1u << (port - 50000)));
		seen |= 1u << (port - 50000);
		out(t, "S 0:0(0)");
	}
	error(t, HF_ERR_ADDRESS_IN_USE, hf_open(t->host, &options, t->now, &h));
}

/* MUST-43, MUST-44, and by each out() MUST-45. */
static void local_address(struct script *t)
{
	struct hf_addr second;
	struct hf_open options;

	start(t);
	second = t->local;
	second.octet[15] = 9;
	ok(t,
	   hf_address_add(t->host, t->link, second, t->v6 ? 64 : 24, t->now));
	hf_host_used(t->host, &t->before);
	user_open(t);
	out(t, "S 0:0(0)");
	require(t, is_at_local(t));
	flow(t, 1);
	options = open_options(t);
	options.local = t->local = second;
	options.local_port = 9877;
	ok(t, hf_open(t->host, &options, t->now, &t->f->h));
	out(t, "S 0:0(0)");
}

static void refuse_open(struct script *t, enum hf_error e, struct hf_addr to)
{
	struct hf_open options = open_options(t);
	struct hf_handle h = { 0 };

	options.remote = to;
	script_expect(t, e, hf_open(t->host, &options, t->now, &h));
}

/* MUST-46 and the other errors of host.h. */
static void open_argument_errors(struct script *t)
{
	struct hf_addr all_nodes = { { 0xff, 2, [15] = 1 } };
	struct hf_addr far6 = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
	struct hf_addr none = { { 0 } };
	struct hf_open options;
	struct hf_handle h;

	start(t);
	MARK(t);
	refuse_open(t, HF_ERR_ARGUMENT, hf_ipv4(224, 0, 0, 1));
	refuse_open(t, HF_ERR_ARGUMENT, hf_ipv4(255, 255, 255, 255));
	refuse_open(t, HF_ERR_ARGUMENT, hf_ipv4(0, 0, 0, 0));
	refuse_open(t, HF_ERR_ARGUMENT, all_nodes);
	refuse_open(t, HF_ERR_ARGUMENT, none);
	MARK(t);
	if (!t->v6)
		refuse_open(t, HF_ERR_ARGUMENT, hf_ipv4(192, 168, 0, 255));
	MARK(t);
	refuse_open(t, HF_ERR_NO_ROUTE, t->v6 ? far6 : hf_ipv4(203, 0, 113, 1));
	options = open_options(t);
	options.remote_port = 0;
	error(t, HF_ERR_ARGUMENT, hf_open(t->host, &options, t->now, &h));
	options = open_options(t);
	options.local = t->v6 ? hf_ipv4(192, 168, 0, 1) : far6;
	error(t, HF_ERR_ARGUMENT, hf_open(t->host, &options, t->now, &h));
	options.local = t->local;
	options.local.octet[15] = 200;
	error(t, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      hf_open(t->host, &options, t->now, &h));
	silence(t);
	used(t, HF_POOL_CONNECTION, 0);
}

/* Stale handles are errors for ever. */
static void stale_handles(struct script *t)
{
	struct hf_handle none = { 0, 0 }, old;
	struct hf_status status;
	size_t n;

	start(t);
	passive(t, "mss 1460");
	old = t->f->h;
	user_abort(t);
	skip(t);
	flow(t, 1);
	passive(t, "mss 1460");
	error(t, HF_ERR_HANDLE, hf_status(t->host, old, &status));
	error(t, HF_ERR_HANDLE, hf_send(t->host, old, "x", 1, &n));
	error(t, HF_ERR_HANDLE, hf_close(t->host, old, t->now));
	error(t, HF_ERR_HANDLE, hf_abort(t->host, old, t->now));
	error(t, HF_ERR_HANDLE, hf_shutdown(t->host, old));
	error(t, HF_ERR_HANDLE, hf_status(t->host, none, &status));
	error(t, HF_ERR_HANDLE, hf_accept(t->host, t->f->h, &old));
	error(t, HF_ERR_HANDLE, hf_send(t->host, t->listener, "x", 1, &n));
	state(t, HF_ESTABLISHED);
}

/* host.h: connections stay, nothing new comes in. */
static void address_removed(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	ok(t, hf_address_remove(t->host, t->local));
	error(t, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      hf_address_remove(t->host, t->local));
	in(t, "P. 1:11(10) ack 1");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 1:1(0) ack 11");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 11");
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460>");
	dropped(t, HF_DROP_DESTINATION);
	silence(t);
	flow(t, 0);
	user_abort(t);
	out(t, "R 11:11(0) | R. 11:11(0) ack 11");
	t->before.pool[HF_POOL_ADDRESS].used--;
}

/* ---- initial sequence numbers ----------------------------------------- */

static uint32_t iss_of(struct script *t, uint16_t remote_port)
{
	struct hf_open options = open_options(t);

	t->f->peer_port = options.remote_port = remote_port;
	t->f->local_port = options.local_port = 9877;
	t->f->iss_known = t->f->ts_seen = false;
	options.reuse = true;
	script_expect(t, HF_OK, hf_open(t->host, &options, t->now, &t->f->h));
	script_out(t, "S 0:0(0)");
	script_abort(t);
	script_silence(t);
	return t->f->iss;
}

/* MUST-8, SHLD-1, RFC 6528 3: M + F(), M of 4 microseconds. */
static void iss_is_clocked(struct script *t)
{
	uint32_t first, second, other;

	start(t);
	first = iss_of(t, 7);
	after(t, 1000);
	second = iss_of(t, 7);
	require(t, second - first >= 240000 && second - first <= 260000);
	other = iss_of(t, 8);
	require(t, other - second + 100000 > 200000);
}

/* MUST-9: another secret, another F(). */
static void iss_is_secret(struct script *t)
{
	uint32_t first;

	start(t);
	first = iss_of(t, 7);
	t->config.secret[31] ^= 1;
	script_stop(t);
	start(t);
	require(t, iss_of(t, 7) - first + 100000 > 200000);
}

/* ---- to itself -------------------------------------------------------- */

static void run_loopback(struct script *t)
{
	uint8_t buf[PACKET_MAX];
	unsigned guard = 0;

	while (hf_loopback(t->host, buf, sizeof buf, 4, t->now)) {
		script_check(t);
		if (++guard > 1000)
			script_fail(t, "the loopback never rests");
	}
}

static void through_loopback(struct script *t, struct hf_handle from,
			     struct hf_handle to)
{
	char text[16] = { 0 };
	size_t n = 0;

	script_expect(t, HF_OK, hf_send(t->host, from, "helloJava\n", 10, &n));
	run_loopback(t);
	script_expect(t, HF_OK, hf_receive(t->host, to, text, 16, &n));
	if (n != 10 || memcmp(text, "helloJava\n", 10) != 0)
		script_fail(t, "the loopback lost something");
}

/* One connection with itself: RFC 9293 3.5, simultaneous open. */
static void self_connection(struct script *t)
{
	struct hf_open options = { .local_port = 5555, .remote_port = 5555 };
	uint8_t nothing[4];
	size_t n = 9;

	start(t);
	options.local = options.remote = t->local;
	ok(t, hf_open(t->host, &options, t->now, &t->f->h));
	run_loopback(t);
	silence(t);
	state(t, HF_ESTABLISHED);
	event(t, HF_EVENT_CONNECTED);
	user_set(t, HF_OPTION_NODELAY, 1);
	MARK(t);
	through_loopback(t, t->f->h, t->f->h);
	through_loopback(t, t->f->h, t->f->h);
	user_shutdown(t);
	run_loopback(t);
	ok(t, hf_receive(t->host, t->f->h, nothing, 4, &n));
	require(t, n == 0);
	state(t, HF_TIME_WAIT);
}

static void connection_through_loopback(struct script *t)
{
	struct hf_open options = { .remote_port = 9877 };

	start(t);
	user_listen(t);
	options.remote = t->local;
	ok(t, hf_open(t->host, &options, t->now, &t->f->h));
	run_loopback(t);
	state(t, HF_ESTABLISHED);
	flow(t, 1);
	user_accept(t);
	state(t, HF_ESTABLISHED);
	MARK(t);
	through_loopback(t, t->flow[0].h, t->flow[1].h);
	through_loopback(t, t->flow[1].h, t->flow[0].h);
	user_shutdown(t);
	run_loopback(t);
	flow(t, 0);
	state(t, HF_CLOSE_WAIT);
	user_shutdown(t);
	run_loopback(t);
	ended(t, HF_OK);
	silence(t);
}

static void loopback_refused(struct script *t)
{
	struct hf_open options = { .remote_port = 9877 };

	start(t);
	options.remote = t->local;
	ok(t, hf_open(t->host, &options, t->now, &t->f->h));
	run_loopback(t);
	ended(t, HF_ERR_REFUSED);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(decide_accept),
	SCRIPT(decide_reset),
	SCRIPT(decide_unreachable),
	SCRIPT(decide_silence),
	SCRIPT(decide_too_late),
	SCRIPT(decide_wrong_verdict),
	SCRIPT(listener_of_any_address),
	SCRIPT(listener_of_ipv6_only),
	SCRIPT(listener_of_anything),
	SCRIPT(listen_in_use),
	SCRIPT(listen_argument_errors),
	SCRIPT(listen_beside_syn_sent),
	SCRIPT(open_in_use),
	SCRIPT(time_wait_keeps_port),
	SCRIPT(ephemeral_ports),
	SCRIPT(local_address),
	SCRIPT(open_argument_errors),
	SCRIPT(stale_handles),
	SCRIPT(address_removed),
	SCRIPT(iss_is_clocked),
	SCRIPT(iss_is_secret),
	SCRIPT(self_connection),
	SCRIPT(connection_through_loopback),
	SCRIPT(loopback_refused),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("bind", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
