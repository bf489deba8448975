/* SPDX-License-Identifier: MIT */
/* Destinations off the link, and gateways that die: RFC 1122 3.3.1. */
#include "net.h"
#include <stdio.h>
#include <string.h>

static const char *far(const struct net *n)
{
	return n->v6 ? "2001:db8::1" : "192.0.2.1";
}

/* The route to everything else goes through neighbour i. */
static void add_gateway(struct net *n, int i)
{
	net_expect(n, HF_OK,
		   hf_route_add(n->host, addr(n->v6 ? "::" : "0.0.0.0"), 0,
				n->link[0].id, addr(peer(n, i))));
}

static void shake_hands(struct net *n, struct net_flow *f)
{
	net_tcp(n, f, SYN | ACK, 0);
	net_segment(n, 0, 0, f, ACK);
	net_event(n, f->h, HF_EVENT_CONNECTED);
}

static void connect_far(struct net *n, struct net_flow *f, int gateway)
{
	net_open(n, f, far(n), gateway);
	net_query(n, 0, 0, gateway);
	net_answer(n, gateway, gateway);
	net_segment(n, 0, 0, f, SYN);
	shake_hands(n, f);
}

/* RFC 1122 3.3.1.1: the gateway's MAC, the destination's address. */
static void what_is_far_goes_to_the_gateway(struct net *n)
{
	struct net_flow f, g;

	start(n);
	add_gateway(n, 0xfe);
	connect_far(n, &f, 0xfe);
	user_open(n, &g, peer(n, 2), 2);
	out_query(n, 2); /* what is near does not */
	in_answer(n, 2, 2);
	out_tcp(n, &g, SYN);
	require(n, neighbour_state(n, far(n)) < 0);
}

static void without_a_route_nothing_is_asked(struct net *n)
{
	struct hf_open options = { .remote_port = 80 };
	struct hf_handle h;

	start(n);
	options.remote = addr(far(n));
	error(n, HF_ERR_NO_ROUTE, hf_open(n->host, &options, n->now, &h));
	quiet(n, 5000);
}

static void longest_prefix_wins(struct net *n)
{
	struct net_flow f;

	start(n);
	add_gateway(n, 0xfe);
	net_expect(n, HF_OK,
		   hf_route_add(n->host,
				addr(n->v6 ? "2001:db8::" : "192.0.2.0"),
				n->v6 ? 32 : 24, n->link[0].id,
				addr(peer(n, 0xfd))));
	connect_far(n, &f, 0xfd);
}

/* The answer takes the way of routes, not that on which the question came. */
static void echo_from_far_is_answered_by_the_gateway(struct net *n)
{
	start(n);
	add_gateway(n, 0xfe);
	in_echo(n, 9, far(n), self(n), 1);
	out_query(n, 0xfe);
	in_answer(n, 0xfe, 0xfe);
	out(n, 0xfe, "IP* %s > %s: ICMP* echo reply*", self(n), far(n));
	silence(n);
}

/* RFC 4861 7.3.1: progress of a connection is the gateway's reachability. */
static void progress_confirms_the_gateway(struct net *n)
{
	struct net_flow f;

	start(n);
	add_gateway(n, 0xfe);
	connect_far(n, &f, 0xfe);
	for (int i = 0; i < 20; i++) {
		quiet(n, 7000);
		user_send(n, &f, 10);
		out_tcp(n, &f, ACK);
		in_tcp(n, &f, ACK, 0);
		silence(n);
	}
	require(n, neighbour_state(n, peer(n, 0xfe)) == HF_NEIGHBOUR_REACHABLE);
}

static void dead_gateway_fails_the_open(struct net *n)
{
	struct net_flow f;

	start(n);
	add_gateway(n, 0xfe);
	user_open(n, &f, far(n), 0xfe);
	out_query(n, 0xfe);
	due_query(n, 1000, 1001, 0xfe);
	due_query(n, 1000, 1001, 0xfe);
	quiet(n, 1001);
	require(n, event(n, f.h, HF_EVENT_CLOSED) == HF_ERR_HOST_UNREACHABLE);
}

/* RFC 1122 3.3.1.5: a host MUST choose another; RFC 4861 6.3.6. */
static void second_gateway_is_used_if_the_first_is_dead(struct net *n)
{
	struct net_flow f, g;

	start(n);
	add_gateway(n, 0xfe);
	add_gateway(n, 0xfd);
	user_open(n, &f, far(n), 0xfd);
	out_query(n, 0xfe);
	due_query(n, 1000, 1001, 0xfe);
	due_query(n, 1000, 1001, 0xfe);
	due_query(n, 0, 1001, 0xfd);
	in_answer(n, 0xfd, 0xfd);
	due_tcp(n, 0, 1001, &f, SYN);
	shake_hands(n, &f);
	no_event(n, f.h, HF_EVENT_CLOSED);
	/* and the next does not wait for the dead one again */
	user_open(n, &g, far(n), 0xfd);
	out_tcp(n, &g, SYN);
}

static void open_fails_if_both_are_dead(struct net *n)
{
	struct net_flow f;
	unsigned first = 0, second = 0;

	start(n);
	add_gateway(n, 0xfe);
	add_gateway(n, 0xfd);
	user_open(n, &f, far(n), 0xfd);
	while (net_take(n, SEC(20))) {
		const char *was = n->last.text;

		if (net_matches("*who*has *.254 *", was) ||
		    net_matches("*who has fd00::fe,*", was))
			first++;
		else if (net_matches("*who*has *.253 *", was) ||
			 net_matches("*who has fd00::fd,*", was))
			second++;
		else
			net_fail(n, "%s", was);
	}
	require(n, first >= 3 && first <= 6);
	require(n, second >= 3 && second <= 6);
	require(n, event(n, f.h, HF_EVENT_CLOSED) == HF_ERR_HOST_UNREACHABLE);
}

/*
 * The first dies under a connection. RFC 1122 3.3.1.5 and RFC 4861 7.3.1:
 * what TCP gets no answer for makes the gateway doubtful, and another is
 * chosen, for connections that exist too.
 */
static void connection_moves_to_the_second_gateway(struct net *n)
{
	struct net_flow f;
	hf_time end;
	bool moved = false;

	start(n);
	add_gateway(n, 0xfe);
	add_gateway(n, 0xfd);
	connect_far(n, &f, 0xfe);
	user_send(n, &f, 10);
	end = n->now + SEC(90);
	while (!moved && net_take(n, end - n->now) && n->now < end) {
		const char *was = n->last.text;

		if (net_matches("*who*has *.253 *", was) ||
		    net_matches("*who has fd00::fd,*", was))
			in_answer(n, 0xfd, 0xfd);
		if (net_matches("*.80: Flags*", was))
			moved = n->last.data[5] == 0xfd;
	}
	require(n, moved);
	f.mac = 0xfd;
	f.want += 10;
	in_tcp(n, &f, ACK, 0);
	user_send(n, &f, 10);
	require(n, out_tcp(n, &f, ACK) == 10);
}

/* When the second dies too, the first may be alive again. */
static void dead_gateway_can_come_back(struct net *n)
{
	struct net_flow f, g;

	start(n);
	add_gateway(n, 0xfe);
	add_gateway(n, 0xfd);
	user_open(n, &f, far(n), 0xfd);
	pass(n, 20000);
	require(n, event(n, f.h, HF_EVENT_CLOSED) == HF_ERR_HOST_UNREACHABLE);
	user_open(n, &g, far(n), 0xfe);
	for (int i = 0; i < 8; i++) {
		require(n, net_take(n, SEC(2)));
		if (net_matches("*who*has *.254 *", n->last.text) ||
		    net_matches("*who has fd00::fe,*", n->last.text))
			break;
	}
	in_answer(n, 0xfe, 0xfe);
	due_tcp(n, 0, 4000, &g, SYN);
}

/* doc/architecture.md: they are forged more easily than they are useful. */
static void redirects_change_nothing(struct net *n)
{
	struct net_datagram d = { .from = 0xfe, .ttl = 255 };
	uint8_t message[8 + 20 + 8] = { 5, 1, 0, 0, 10, 0, 0, 9, 0x45 };
	struct hf_addr target = addr("fe80::9"), dst = addr(far(n));
	uint8_t redirect[40] = { 137 };
	struct net_flow f;

	start(n);
	add_gateway(n, 0xfe);
	connect_far(n, &f, 0xfe);
	d.dst = self(n);
	if (n->v6) {
		d.src = "fe80::fe";
		d.protocol = 58;
		memcpy(redirect + 8, &target, 16);
		memcpy(redirect + 24, &dst, 16);
		in_ip(n, &d, redirect, sizeof redirect);
	} else {
		d.src = peer(n, 0xfe);
		d.protocol = 1;
		message[8 + 3] = 40;
		message[8 + 9] = 6;
		memcpy(message + 20, "\12\0\0\1\300\0\2\1", 8);
		in_ip(n, &d, message, sizeof message);
	}
	silence(n);
	user_send(n, &f, 10);
	require(n, out_tcp(n, &f, ACK) == 10);
}

/* Two links: each has its neighbours, MAC and address. */
static void each_link_has_its_own_neighbours(struct net *n)
{
	struct net_flow f, g;

	n->two_links = true;
	start(n);
	user_open(n, &f, "10.0.1.2", 2);
	n->at = 1;
	out(n, BROADCAST,
	    "ARP, Request who-has 10.0.1.2 tell 10.0.1.1, length 28");
	n->at = 0; /* an answer on the wrong link is none */
	in_arp(n, 9, 1, "10.0.1.2 is-at");
	silence(n);
	n->at = 1;
	in_arp(n, 2, 0x11, "10.0.1.2 is-at");
	out(n, 2, "IP 10.0.1.1.* > 10.0.1.2.80: Flags [S]*");
	user_open(n, &g, "10.0.0.2", 3);
	n->at = 0;
	out_query(n, 2);
	in_answer(n, 2, 3);
	out(n, 3, "IP 10.0.0.1.* > 10.0.0.2.80: Flags [S]*");
	silence(n);
}

static const struct net_case cases[] = {
	CASE_FAMILIES(what_is_far_goes_to_the_gateway),
	CASE_FAMILIES(without_a_route_nothing_is_asked),
	CASE_FAMILIES(longest_prefix_wins),
	CASE_FAMILIES(echo_from_far_is_answered_by_the_gateway),
	CASE_FAMILIES(progress_confirms_the_gateway),
	CASE_FAMILIES(dead_gateway_fails_the_open),
	CASE_FAMILIES(second_gateway_is_used_if_the_first_is_dead),
	CASE_FAMILIES(open_fails_if_both_are_dead),
	CASE_FAMILIES(connection_moves_to_the_second_gateway),
	CASE_FAMILIES(dead_gateway_can_come_back),
	CASE_FAMILIES(redirects_change_nothing),
	CASE(each_link_has_its_own_neighbours),
};

NET_MAIN("gateway", cases)
