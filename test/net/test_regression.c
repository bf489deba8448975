/* SPDX-License-Identifier: MIT */
/*
 * What once went wrong on the link: neighbours that are not there, and what
 * waits for them. See also test_regression_address.c and _router.c.
 */
#include "address_fixture.h"
#include <stdio.h>
#include <string.h>

static struct hf_usage used(struct net *n)
{
	struct hf_usage usage;

	hf_host_used(n->host, &usage);
	return usage;
}

/* Many who do not exist, and to whom there is something to say. */
static void in_pings_of_nobody(struct net *n)
{
	for (int i = 100; i < 186; i++)
		for (unsigned seq = 0; seq < 3; seq++)
			net_ping(n, i, 2, seq);
}

/* ---- more neighbours than there is room for --------------------------- */

/* RFC 9293 3.8.3: an open that cannot even ask for its neighbour ends too. */
static void open_without_room_for_a_neighbour_ends(struct net *n)
{
	struct net_flow f[3];

	n->config.neighbours = 2;
	start(n);
	for (int i = 0; i < 3; i++)
		user_open(n, &f[i], peer(n, 2 + i), 2 + i);
	pass(n, 1000000);
	for (int i = 0; i < 3; i++)
		event(n, f[i].h, HF_EVENT_CLOSED);
}

/*
 * Replies wait for the MACs of strangers (RFC 1122 2.3.2.2, RFC 4861 7.2.2),
 * but leave room for what the link lives by.
 */
static void replies_to_nobody_leave_room_for_arp(struct net *n)
{
	start(n);
	in_pings_of_nobody(n);
	pass(n, 0);
	require(n, used(n).replies > 0);
	require(n, used(n).replies <= n->config.replies / 2);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	out(n, 2, "ARP, Reply 10.0.0.1 is-at *");
}

/* The same flood for six seconds: a neighbour is still asked for, and found. */
static void replies_to_nobody_do_not_end_connections(struct net *n)
{
	unsigned asked = 0, opened = 0;
	struct net_flow f;

	start(n);
	for (int t = 0; t < 60; t++) {
		hf_time end = n->now + MS(100);

		in_pings_of_nobody(n);
		if (t == 5)
			user_open(n, &f, "10.0.0.2", 2);
		while (n->now < end && net_take(n, end - n->now)) {
			opened += net_matches("IP *.80: Flags [S]*",
					      n->last.text);
			if (!net_matches("*who-has 10.0.0.2 *", n->last.text))
				continue;
			asked++;
			in_answer(n, 2, 2);
		}
	}
	require(n, asked == 1);
	require(n, opened > 0);
	no_event(n, f.h, HF_EVENT_CLOSED);
}

/* Nor do replies that wait for nothing but their turn use up all the room. */
static void burst_of_pings_leaves_room_for_arp(struct net *n)
{
	/* clang-format off */
	static const uint8_t ping[42] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, /* to 1, from 2 */
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xdf,
		10, 0, 0, 2, 10, 0, 0, 1,
		8, 0, 0xf7, 0xf7, 0, 7, 0, 1, /* echo, id 7, seq 1 */
	};
	static const uint8_t question[42] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6, /* to 1, from 2 */
		0, 1, 8, 0, 6, 4, 0, 1, /* request */
		2, 0, 0, 0, 0, 2, 10, 0, 0, 2, /* sender */
		0, 0, 0, 0, 0, 0, 10, 0, 0, 1, /* target */
	};
	/* clang-format on */
	struct hf_frame burst[21];

	n->config.replies = 8;
	start(n);
	in_reachable(n, 2);
	for (int i = 0; i < 20; i++)
		burst[i] = (struct hf_frame){ .data = ping, .len = 42 };
	burst[20] = (struct hf_frame){ .data = question, .len = 42 };
	hf_input(n->host, n->link[0].id, burst, 21, n->now, NULL);
	require(n, count(n, 1, "ARP, Reply 10.0.0.1 is-at *") == 1);
}

/*
 * RFC 1122 2.3.2.1: no flood of requests for one address, not more than one
 * a second; nor if those who are asked for push each other out.
 */
static void queries_are_limited_whoever_else_is_asked_for(struct net *n)
{
	unsigned asked = 0;

	n->config.neighbours = 2;
	start(n);
	for (int i = 0; i < 10; i++) {
		in_ping(n, 2, 1);
		asked += count(n, 1, "*who-has 10.0.0.2 *");
		in_ping(n, 3, 1);
		asked += count(n, 1, "*who-has 10.0.0.2 *");
	}
	require(n, asked == 1);
}

/* True if the program has just been told that a neighbour does not answer. */
static bool is_told(struct net *n)
{
	struct hf_event e;
	bool told = false;

	while (hf_event(n->host, &e))
		told |= e.flags & HF_EVENT_SOFT_ERROR &&
			e.error == HF_ERR_HOST_UNREACHABLE;
	return told;
}

/* host.h: what hf_advance() did is told by its report, whose it is too. */
static void waiter_in_vain_is_reported(struct net *n)
{
	struct hf_report r;
	struct net_flow f;

	start(n);
	connect_to(n, &f, 2);
	pass(n, 100000);
	user_send(n, &f, 10);
	pass(n, 5000); /* it was stale, and is asked */
	do {
		net_collect(n);
		require(n, hf_expiry(n->host) < n->now + SEC(1000));
		if (hf_expiry(n->host) > n->now)
			n->now = hf_expiry(n->host);
		hf_advance(n->host, n->now, &r);
		net_check(n);
	} while (!is_told(n));
	require(n, r.connection.index == f.h.index);
	require(n, r.local_port == f.local_port && r.remote_port == 80);
	ok(n, hf_abort(n->host, f.h, n->now));
	pass(n, 10000); /* the reset waits for the neighbour, and is lost */
}

/* ---- half-open ones --------------------------------------------------- */

static void listen_at_80(struct net *n)
{
	struct hf_listen options = { .port = 80 };

	net_expect(n, HF_OK,
		   hf_listen(n->host, &options, &n->handle[n->handles]));
	n->handles++;
}

/* Neighbour i would like to connect. */
static void in_syn(struct net *n, struct net_flow *f, int i)
{
	*f = (struct net_flow){
		.mac = i, .local_port = 80, .peer_port = 1024, .next = 7000
	};
	snprintf(f->local, sizeof f->local, "%s", self(n));
	snprintf(f->peer, sizeof f->peer, "%s", peer(n, i));
	net_tcp(n, f, SYN, 0);
	net_dropped(n, HF_ACCEPTED);
}

static uint32_t half_open(struct net *n)
{
	return used(n).pool[HF_POOL_HALF_OPEN].used;
}

/* host.h, enum hf_why: it waited, but nothing was sent that it repeats. */
static void first_syn_ack_after_a_wait_is_the_first(struct net *n)
{
	struct net_flow f;

	start(n);
	listen_at_80(n);
	in_syn(n, &f, 2);
	out_query(n, 2);
	due_query(n, 1000, 1001, 2);
	due_query(n, 1000, 1001, 2);
	quiet(n, 500);
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN | ACK);
	require(n, n->last.report.why == HF_WHY_ACCEPT);
	due_tcp(n, 900, 1100, &f, SYN | ACK);
	require(n, n->last.report.why == HF_WHY_RTO);
	in_tcp(n, &f, ACK, 0);
	require(n, half_open(n) == 0);
}

/*
 * RFC 9293 3.8.3: SYN-ACKs are tried again a number of times, the same if the
 * link cannot send them; each time all are asked thrice (RFC 4861 10,
 * MAX_MULTICAST_SOLICIT), and then it is forgotten.
 */
static void half_open_ends_if_nobody_answers(struct net *n)
{
	unsigned asked = 0;
	struct net_flow f;

	n->config.syn_ack_retries = 2;
	start(n);
	listen_at_80(n);
	in_syn(n, &f, 2);
	require(n, half_open(n) == 1);
	while (net_take(n, SEC(60))) {
		require(n, net_matches("*who*has*", n->last.text));
		require(n, half_open(n) == 1);
		require(n, ++asked <= 3 * (1 + 2));
	}
	require(n, asked == 3 * (1 + 2));
	require(n, half_open(n) == 0);
}

/*
 * It waits for its own neighbour: when another fails, none of its tries is
 * used up, and it need not wait for a timer.
 */
static void half_open_does_not_fail_with_others(struct net *n)
{
	struct net_flow f;

	start(n);
	listen_at_80(n);
	in_ping(n, 3, 1);
	out_query(n, 3);
	due_query(n, 1000, 1001, 3);
	due_query(n, 1000, 1001, 3);
	in_syn(n, &f, 2);
	out_query(n, 2);
	due_query(n, 1000, 1001, 2);
	quiet(n, 500);
	require(n, neighbour_state(n, peer(n, 3)) < 0);
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN | ACK);
	require(n, n->last.report.why == HF_WHY_ACCEPT);
	in_tcp(n, &f, ACK, 0);
}

/* When another is known, nobody is asked again: RFC 1122 2.3.2.1. */
static void half_open_does_not_ask_again_for_others(struct net *n)
{
	struct net_flow f;

	n->config.half_open = 200;
	n->config.neighbours = 64;
	start(n);
	listen_at_80(n);
	for (int i = 50; i < 150; i++)
		in_syn(n, &f, i);
	require(n, half_open(n) == 100);
	pass(n, 0);
	in_arp(n, 3, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.3");
	out(n, 3, "ARP, Reply 10.0.0.1 is-at *");
	silence(n);
}

/* ---- links ------------------------------------------------------------ */

/* host.h: a call that fails changes nothing. */
static void no_link_for(struct net *n, const struct hf_config *config)
{
	struct hf_link ethernet = { .kind = HF_LINK_ETHERNET,
				    .mac = mac_of(1),
				    .mtu = 1500 };
	struct hf_link raw = { .mtu = 1500 };
	static _Alignas(HF_BLOCK_ALIGN) char block[1 << 20];
	struct hf_usage before, after;
	struct hf_host *host;
	uint32_t id;

	memset(block, 0, sizeof block);
	ok(n, hf_host_init(block, sizeof block, config, 0, &host));
	hf_host_used(host, &before);
	error(n, HF_ERR_LIMIT, hf_link_add(host, &ethernet, 0, &id));
	require(n, hf_host_check(host) == 0);
	hf_host_used(host, &after);
	require(n, after.pool[HF_POOL_ADDRESS].used ==
			   before.pool[HF_POOL_ADDRESS].used);
	ok(n, hf_link_add(host, &raw, 0, &id)); /* its place is free */
	require(n, id == HF_LINK_LOOPBACK + 1);
	require(n, hf_host_check(host) == 0);
}

static void failed_link_is_no_link(struct net *n)
{
	struct hf_config c;

	settle(n);
	hf_config_default(&c, n->config.profile);
	c.links = 2;
	c.addresses = 2; /* those of the loopback link */
	no_link_for(n, &c);
	c.addresses = 8;
	c.routes = 2; /* likewise */
	no_link_for(n, &c);
}

static const struct net_case cases[] = {
	CASE_FAMILIES(open_without_room_for_a_neighbour_ends),
	CASE(replies_to_nobody_leave_room_for_arp),
	CASE(burst_of_pings_leaves_room_for_arp),
	CASE(replies_to_nobody_do_not_end_connections),
	CASE(queries_are_limited_whoever_else_is_asked_for),
	CASE(waiter_in_vain_is_reported),
	CASE_FAMILIES(first_syn_ack_after_a_wait_is_the_first),
	CASE_FAMILIES(half_open_ends_if_nobody_answers),
	CASE_FAMILIES(half_open_does_not_fail_with_others),
	CASE(half_open_does_not_ask_again_for_others),
	CASE(failed_link_is_no_link),
};

NET_MAIN("regression", cases)
