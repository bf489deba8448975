/* SPDX-License-Identifier: MIT */
/* Active opening: RFC 9293 3.5, 3.10.1, 3.10.7.3. */
#include "script.h"

/* ---- SYN_SENT --------------------------------------------------------- */

static void active_open(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	silence(t);
	state(t, HF_SYN_SENT);
	no_event(t, HF_EVENT_CONNECTED);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1 <>");
	silence(t);
	event(t, HF_EVENT_CONNECTED);
	state(t, HF_ESTABLISHED);
}

/* SHLD-5, RFC 7323 2.2 and 3.2 (TSecr 0 without ACK), RFC 2018 2. */
static void syn_offers_options(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0) <mss 1460,sackOK,TS val * ecr 0,nop,wscale 7>");
	in(t, "S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 9 ecr last,wscale 3>");
	out(t, ". 1:1(0) ack 1 <nop,nop,TS val * ecr 9>");
	require(t, script_status(t).sack && script_status(t).timestamps);
	require(t, script_status(t).send_scale == 3);
	require(t, script_status(t).receive_scale == 7);
}

/* MUST-67, SHLD-6. */
static void mss_offered_follows_mtu(struct script *t)
{
	t->mtu = 1300;
	start(t);
	user_open(t);
	out(t, "S 0:0(0) <mss %d,sackOK,ts,wscale 7>", t->v6 ? 1240 : 1260);
	flow(t, 1);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 <mss %d>", t->v6 ? 1240 : 1260);
}

/* MAY-3: said also where the default would say the same. */
static void mss_offered_always(struct script *t)
{
	t->mtu = t->v6 ? 1280 : 576;
	start(t);
	user_open(t);
	out(t, "S 0:0(0) <mss %d,sackOK,ts,wscale 7>", t->v6 ? 1220 : 536);
	flow(t, 1);
	user_listen(t);
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 <mss %d>", t->v6 ? 1220 : 536);
}

/* MUST-15. */
static void mss_default(struct script *t)
{
	unsigned mss;

	start(t);
	mss = t->v6 ? 1220 : 536;
	passive(t, "");
	user_send(t, 4000);
	out(t, ". 1:%u(%u) ack 1", 1 + mss, mss);
	out(t, ". %u:%u(%u) ack 1", 1 + mss, 1 + 2 * mss, mss);
	skip(t);
}

/* MUST-14, MUST-16. */
static void mss_of_peer(struct script *t)
{
	start(t);
	passive(t, "mss 700");
	require(t, script_status(t).mss == 700);
	user_send(t, 1400);
	out(t, ". 1:701(700) ack 1");
	out(t, "P. 701:1401(700) ack 1");
	flow(t, 1);
	passive(t, "mss 65535");
	require(t, script_status(t).mss == 1460);
	user_send(t, 1460);
	out(t, "P. 1:1461(1460) ack 1");
	flow(t, 2);
	passive(t, "mss 0");
	t->f->peer_mss = 1460;
	user_send(t, 100);
	require(t, skip(t) > 0);
}

/* MUST-10, RFC 9293 3.5 figure 7: four segments. */
static void simultaneous_open(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	silence(t);
	state(t, HF_SYN_RECEIVED);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	maybe_out(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	event(t, HF_EVENT_CONNECTED);
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	in(t, "P. 1:11(10) ack 11");
	user_receive(t, 10);
	due_within(t, 0, 499, ". 11:11(0) ack 11");
	quiet(t, 5000);
}

/* With all options, and completed by a plain ACK. */
static void simultaneous_open_by_ack(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) <mss 1460,sackOK,TS val 50 ecr 0,nop,wscale 2>");
	out(t, "S. 0:0(0) ack 1 <mss 1460,sackOK,TS val * ecr 50,wscale 7>");
	state(t, HF_SYN_RECEIVED);
	in(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
	event(t, HF_EVENT_CONNECTED);
	require(t, script_status(t).send_scale == 2);
}

/* SYN-ACK of a simultaneous open is sent again. */
static void simultaneous_open_retransmission(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	due_within(t, 1000, 3001, "S. 0:0(0) ack 1");
	in(t, ". 1:1(0) ack 1");
	state(t, HF_ESTABLISHED);
	quiet(t, 10000);
}

/* MUST-22, MUST-23, RFC 6298 (5.5) and (2.5): exponential, 60 s at most. */
static void syn_retransmission(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0) <mss 1460,sackOK,ts,wscale 7>");
	for (unsigned ms = 1000; ms <= 32000; ms *= 2)
		due(t, ms, "S 0:0(0)");
	due(t, 60000, "S 0:0(0)");
	quiet(t, 179000 - 123000);
	state(t, HF_SYN_SENT);
	after(t, 70000);
	skip(t);
	ended(t, HF_ERR_TIMED_OUT);
	quiet(t, 200000);
}

/* RFC 9293 3.10.7.3, second; what 3.5.2 group 1 sends. */
static void syn_refused(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "R. %u:%u(0) ack 1", 0 - t->f->irs, 0 - t->f->irs);
	ended(t, HF_ERR_REFUSED);
	quiet(t, 10000);
	user_send_error(t, HF_ERR_REFUSED);
}

/* SHLD-2, in SYN_SENT. */
static void syn_refused_with_text(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "R. 0:20(20) ack 1");
	silence(t);
	ended(t, HF_ERR_REFUSED);
}

/* The peer's SYN came, its ACK never: given up like any opening. */
static void simultaneous_open_gives_up(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	after(t, 300000);
	require(t, skip(t) >= 3);
	ended(t, HF_ERR_TIMED_OUT);
	quiet(t, 300000);
}

/* RFC 9293 3.10.7.3, first and second. */
static void syn_sent_ignores_bad_resets(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "R. 0:0(0) ack 2");
	silence(t);
	in(t, "R. 0:0(0) ack 0");
	silence(t);
	in(t, "R 0:0(0)");
	silence(t);
	state(t, HF_SYN_SENT);
	no_event(t, HF_EVENT_CLOSED);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
}

/* RFC 9293 3.5 figures 8 and 9, 3.5.2 group 2, 3.10.7.3 first. */
static void syn_sent_resets_bad_ack(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, ". 300:300(0) ack 100");
	out(t, "R 100:100(0)");
	in(t, "S. 0:0(0) ack 0 <mss 1460>");
	out(t, "R 0:0(0)");
	in(t, "S. 0:0(0) ack 2 <mss 1460>");
	out(t, "R 2:2(0)");
	silence(t);
	state(t, HF_SYN_SENT);
	due(t, 1000, "S 0:0(0)");
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	state(t, HF_ESTABLISHED);
}

/* RFC 9293 3.10.7.3, fifth; eighth of 3.10.7.4: no FIN without a SYN. */
static void syn_sent_drops_what_is_no_syn(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, ". 0:0(0) ack 1");
	silence(t);
	in(t, "P. 1:11(10) ack 1");
	silence(t);
	in(t, "F 1:1(0)");
	silence(t);
	state(t, HF_SYN_SENT);
	no_event(t, HF_EVENT_READABLE | HF_EVENT_EOF | HF_EVENT_CLOSED);
	due(t, 1000, "S 0:0(0)");
}

/* RFC 9293 3.10.7.3, fourth: other text in the segment is legal. */
static void syn_ack_with_text(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	in(t, "S. 0:10(10) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1 | . 1:1(0) ack 11");
	if (t->chosen == 0)
		in(t, "P. 1:11(10) ack 1");
	after(t, 499);
	skip(t);
	user_receive(t, 10);
}

/* RFC 9293 3.10.7.4, first: the old SYN-ACK is answered with an ACK. */
static void duplicate_syn_ack(struct script *t)
{
	start(t);
	active(t, "mss 1460");
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	silence(t);
	state(t, HF_ESTABLISHED);
}

/* RFC 9293 3.10.2, SYN_SENT: queued until ESTABLISHED. */
static void send_while_opening(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	user_send(t, 10);
	silence(t);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, "P. 1:11(10) ack 1 | . 1:1(0) ack 1");
	if (t->chosen == 1)
		out(t, "P. 1:11(10) ack 1");
	in(t, ". 1:1(0) ack 11");
	quiet(t, 5000);
}

/* RFC 9293 3.10.5, 3.10.4, SYN_SENT: the TCB is deleted, no more is said. */
static void syn_sent_abandoned(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	user_abort(t);
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
	flow(t, 1);
	user_open(t);
	out(t, "S 0:0(0)");
	user_close(t);
	quiet(t, 10000);
	used(t, HF_POOL_CONNECTION, 0);
	error(t, HF_ERR_HANDLE, hf_close(t->host, t->f->h, t->now));
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, "R 1:1(0)");
}

/* ---- what the program asks for ---------------------------------------- */

/* host.h, struct hf_open; MUST-15: until the peer has spoken, the default. */
static void buffers_of_its_own(struct script *t)
{
	struct hf_open options;
	struct hf_status status;

	start(t);
	options = open_options(t);
	options.local_port = t->f->local_port;
	options.send_buffer = 5000;
	options.receive_buffer = 3000;
	ok(t, hf_open(t->host, &options, t->now, &t->f->h));
	out(t, "S 0:0(0) win 3000");
	status = script_status(t);
	require(t, status.mss == (t->v6 ? 1220 : 536));
	require(t, status.receive_mss == status.mss);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1 win 3000");
	require(t, script_status(t).send_room == 5000);
}

/* MUST-44: there is a way, but no address to send from. */
static void no_source_address(struct script *t)
{
	struct hf_open options;
	struct hf_handle h;

	t->no_address = true;
	start(t);
	ok(t, hf_route_add(t->host, t->peer, t->v6 ? 64 : 24, t->link,
			   (struct hf_addr){ { 0 } }));
	options = open_options(t);
	error(t, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      hf_open(t->host, &options, t->now, &h));
	used(t, HF_POOL_CONNECTION, 0);
}

/* RFC 7323 2.3, for the SYN-ACK. */
static void scale_is_at_most_14(struct script *t)
{
	start(t);
	active(t, "mss 1460,nop,wscale 15");
	require(t, script_status(t).send_scale == 14);
	flow(t, 1);
	active(t, "mss 1460,nop,wscale 14");
	require(t, script_status(t).send_scale == 14);
}

/* RFC 5961 5.2: the window of the SYN-ACK counts as seen. */
static void old_ack_after_syn_ack(struct script *t)
{
	start(t);
	active(t, "mss 1460");
	in(t, ". 1:1(0) ack 0");
	silence(t);
	in(t, ". 1:1(0) ack 1 win 1000"); /* SND.WL1 is the SYN-ACK's */
	require(t, script_status(t).send_window == 1000);
}

/* RFC 4291 2.5.6: the peer is on the link of the address it talks to. */
static void link_local_peer(struct script *t)
{
	const struct hf_addr wrong = { { 0xfe, 0x80, [15] = 9 } };
	struct hf_link link = { .mtu = 1500 };
	struct hf_open options;
	uint32_t other;

	t->no_address = true;
	start(t);
	ok(t, hf_link_add(t->host, &link, t->now, &other));
	ok(t, hf_address_add(t->host, other, wrong, 64, t->now));
	t->local = t->peer = wrong;
	t->local.octet[15] = 1;
	t->peer.octet[15] = 2;
	ok(t, hf_address_add(t->host, t->link, t->local, 64, t->now));
	hf_host_used(t->host, &t->before);
	options = open_options(t);
	options.local = t->local;
	ok(t, hf_open(t->host, &options, t->now, &t->f->h));
	t->f->local_port = script_status(t).local_port;
	out(t, "S 0:0(0)");
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	flow(t, 1);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	flow(t, 2);
	t->f->local_port = 9;
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "R. 0:0(0) ack 1");
}

/* MUST-16, and who wants us to send by crumbs: 64 at least. */
static void mss_of_crumbs(struct script *t)
{
	start(t);
	passive(t, "mss 1");
	require(t, script_status(t).mss == 64);
	t->f->peer_mss = 64;
	user_send(t, 100);
	out(t, ". 1:65(64) ack 1");
	in(t, ". 1:1(0) ack 65");
	out(t, "P. 65:101(36) ack 1");
	in(t, ". 1:1(0) ack 101");
}

/* Both SYN-ACK and our timer in one turn: the SYN does not go again. */
static void syn_ack_at_the_last_moment(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	quiet(t, 999);
	t->now = hf_expiry(t->host);
	hf_advance(t->host, t->now, NULL);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1");
	silence(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(active_open),
	SCRIPT(syn_offers_options),
	SCRIPT(mss_offered_follows_mtu),
	SCRIPT(mss_offered_always),
	SCRIPT(mss_default),
	SCRIPT(mss_of_peer),
	ROBUST(simultaneous_open),
	ROBUST(simultaneous_open_by_ack),
	SCRIPT(simultaneous_open_retransmission),
	SCRIPT(syn_retransmission),
	SCRIPT(syn_refused),
	SCRIPT(syn_refused_with_text),
	SCRIPT(simultaneous_open_gives_up),
	SCRIPT(syn_sent_ignores_bad_resets),
	SCRIPT(syn_sent_resets_bad_ack),
	ROBUST(syn_sent_drops_what_is_no_syn),
	SCRIPT(syn_ack_with_text),
	SCRIPT(duplicate_syn_ack),
	ROBUST(send_while_opening),
	SCRIPT(syn_sent_abandoned),
	SCRIPT(buffers_of_its_own),
	SCRIPT(no_source_address),
	SCRIPT(scale_is_at_most_14),
	SCRIPT(old_ack_after_syn_ack),
	SCRIPT_V6(link_local_peer),
	SCRIPT(mss_of_crumbs),
	SCRIPT(syn_ack_at_the_last_moment),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("connect", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
