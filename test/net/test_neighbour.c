/* SPDX-License-Identifier: MIT */
/* Finding neighbours, with ARP and ND alike: RFC 4861 7.2, RFC 1122 2.3.2. */
#include "net.h"
#include <stdio.h>

static struct hf_handle listen_at(struct net *n, uint16_t port)
{
	struct hf_listen options = { .port = port };
	struct hf_handle h;

	net_expect(n, HF_OK, hf_listen(n->host, &options, &h));
	n->handle[n->handles++] = h;
	return h;
}

/* ---- address resolution: RFC 4861 7.2.2 ------------------------------- */

/* One query, and one SYN after the answer: no frame was held. */
static void open_waits_for_the_answer(struct net *n)
{
	struct net_flow f;

	start(n);
	user_open(n, &f, peer(n, 2), 2);
	out_query(n, 2);
	require(n, n->last.report.why == HF_WHY_SOLICIT);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_INCOMPLETE);
	quiet(n, 500);
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_REACHABLE);
	quiet(n, 500);
}

/*
 * MAX_MULTICAST_SOLICIT is 3, RETRANS_TIMER 1 s; RFC 1122 2.3.2.1: no more
 * than one a second.
 */
static void three_queries_and_the_open_fails(struct net *n)
{
	struct net_flow f;

	start(n);
	user_open(n, &f, peer(n, 2), 2);
	out_query(n, 2);
	due_query(n, 1000, 1001, 2);
	due_query(n, 1000, 1001, 2);
	quiet(n, 998);
	no_event(n, f.h, HF_EVENT_CLOSED);
	quiet(n, 4);
	require(n, event(n, f.h, HF_EVENT_CLOSED) == HF_ERR_HOST_UNREACHABLE);
	require(n, neighbour_state(n, peer(n, 2)) < 0);
	quiet(n, 60000);
}

static void answer_to_the_last_query_counts(struct net *n)
{
	struct net_flow f;

	start(n);
	user_open(n, &f, peer(n, 2), 2);
	out_query(n, 2);
	due_query(n, 1000, 1001, 2);
	due_query(n, 1000, 1001, 2);
	quiet(n, 990);
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN);
	/* the clock of retransmission began with the SYN (RFC 6298 2.1) */
	due_tcp(n, 1000, 1001, &f, SYN);
	no_event(n, f.h, HF_EVENT_CLOSED);
}

static void those_who_wait_for_one_neighbour_ask_once(struct net *n)
{
	struct net_flow f[5];

	start(n);
	for (int i = 0; i < 5; i++)
		user_open(n, &f[i], peer(n, 2), 2);
	out_query(n, 2);
	due_query(n, 1000, 1001, 2);
	in_answer(n, 2, 2);
	for (int i = 0; i < 5; i++)
		out_tcp(n, &f[i], SYN);
	silence(n);
}

static void all_who_wait_in_vain_are_told(struct net *n)
{
	struct net_flow f[5];

	start(n);
	for (int i = 0; i < 5; i++)
		user_open(n, &f[i], peer(n, 2), 2);
	out_query(n, 2);
	require(n, pass(n, 2999) == 2);
	for (int i = 0; i < 5; i++)
		no_event(n, f[i].h, HF_EVENT_CLOSED);
	pass(n, 2);
	for (int i = 0; i < 5; i++)
		require(n, event(n, f[i].h, HF_EVENT_CLOSED) ==
				   HF_ERR_HOST_UNREACHABLE);
}

static void those_who_wait_for_others_are_apart(struct net *n)
{
	struct net_flow f[2];

	start(n);
	user_open(n, &f[0], peer(n, 2), 2);
	user_open(n, &f[1], peer(n, 3), 3);
	out_query(n, 2);
	out_query(n, 3);
	in_answer(n, 3, 3);
	out_tcp(n, &f[1], SYN);
	in_tcp(n, &f[1], SYN | ACK, 0);
	out_tcp(n, &f[1], ACK);
	silence(n);
	in_answer(n, 2, 2);
	out_tcp(n, &f[0], SYN);
}

/* A second try soon after: still not more than one query a second. */
static void failed_neighbour_can_be_tried_again(struct net *n)
{
	struct net_flow f;

	start(n);
	user_open(n, &f, peer(n, 2), 2);
	pass(n, 3001);
	event(n, f.h, HF_EVENT_CLOSED);
	user_open(n, &f, peer(n, 2), 2);
	due_query(n, 0, 1000, 2);
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN);
}

/* ---- answers that wait ------------------------------------------------ */

/*
 * RFC 4861 7.2.2: a small queue, in which new ones replace the oldest; RFC
 * 1122 2.3.2.2 wants the latest kept.
 */
static void latest_echo_replies_wait_for_the_answer(struct net *n)
{
	start(n);
	for (unsigned seq = 1; seq <= 5; seq++)
		in_ping(n, 2, seq);
	out_query(n, 2);
	silence(n);
	in_answer(n, 2, 2);
	out_pong(n, 2, 3);
	out_pong(n, 2, 4);
	out_pong(n, 2, 5);
	silence(n);
}

static void echo_replies_do_not_wait_for_ever(struct net *n)
{
	struct hf_usage used;

	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	due_query(n, 1000, 1001, 2);
	due_query(n, 1000, 1001, 2);
	quiet(n, 1001);
	require(n, neighbour_count(n) == 0);
	hf_host_used(n->host, &used);
	require(n, used.replies == 0 && used.held == 0);
	/* too late: and it makes no entry */
	in_answer(n, 2, 2);
	quiet(n, 1000);
	require(n, neighbour_count(n) == 0 || n->v6);
}

static void syn_of_a_stranger_waits_for_the_answer(struct net *n)
{
	struct net_flow f = { .mac = 2, .local_port = 80, .peer_port = 4000 };
	struct hf_handle listener;

	start(n);
	listener = listen_at(n, 80);
	snprintf(f.peer, sizeof f.peer, "%s", peer(n, 2));
	snprintf(f.local, sizeof f.local, "%s", self(n));
	in_tcp(n, &f, SYN, 0);
	out_query(n, 2);
	quiet(n, 700);
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN | ACK);
	in_tcp(n, &f, ACK, 0);
	event(n, listener, HF_EVENT_ACCEPT);
	quiet(n, 500);
}

/* Such a SYN-ACK, never sent, keeps nothing. */
static void reset_for_a_stranger_waits_too(struct net *n)
{
	struct net_flow f = { .mac = 2, .local_port = 81, .peer_port = 4000 };

	start(n);
	snprintf(f.peer, sizeof f.peer, "%s", peer(n, 2));
	snprintf(f.local, sizeof f.local, "%s", self(n));
	in_tcp(n, &f, SYN, 0);
	out_query(n, 2);
	silence(n);
	in_answer(n, 2, 2);
	out_tcp(n, &f, RST | ACK);
	silence(n);
}

/* ---- a neighbour that is lost, or moves ------------------------------- */

/*
 * Takes what comes for up to `seconds`: segments, probes of `mac` and
 * queries for neighbour i. Returns at the first query: true.
 */
static bool await_query(struct net *n, int i, unsigned seconds,
			unsigned *probes)
{
	hf_time end = n->now + SEC(seconds);
	const char *asked = text(n->v6 ? "*solicitation, who has fd00::%x,*"
				       : "*who-has 10.0.0.%u*",
				 (unsigned)i);

	*probes = 0;
	while (n->now < end && net_take(n, end - n->now)) {
		if (!net_matches(asked, n->last.text))
			continue;
		if (n->last.data[0] & 1)
			return true;
		++*probes;
	}
	return false;
}

/* R1 (RFC 1122 4.2.3.5) is a soft error too, and may come before. */
static void await_soft_error(struct net *n, struct net_flow *f, enum hf_error e)
{
	while (event(n, f->h, HF_EVENT_SOFT_ERROR) != e)
		;
}

/*
 * An established connection hears of it (RFC 1122 4.2.3.9: not fatal), and
 * goes on when the neighbour is back, with another MAC.
 */
static void lost_neighbour_is_a_soft_error(struct net *n)
{
	struct net_flow f;
	unsigned probes;

	n->config.r2 = SEC(3000);
	start(n);
	connect_to(n, &f, 2);
	user_send(n, &f, 100);
	out_tcp(n, &f, ACK);
	require(n, await_query(n, 2, 60, &probes));
	pass(n, 60000);
	await_soft_error(n, &f, HF_ERR_HOST_UNREACHABLE);
	no_event(n, f.h, HF_EVENT_CLOSED);

	require(n, await_query(n, 2, 130, &probes));
	f.mac = 3;
	in_answer(n, 2, 3);
	require(n, due_tcp(n, 0, 120000, &f, ACK) == 100);
	in_tcp(n, &f, ACK, 0);
	silence(n);
	user_send(n, &f, 50);
	require(n, out_tcp(n, &f, ACK) == 50);
}

/* Announced: nothing is lost. */
static void announced_move_is_followed(struct net *n)
{
	struct net_flow f;

	start(n);
	connect_to(n, &f, 2);
	user_send(n, &f, 10);
	out_tcp(n, &f, ACK);
	in_moves(n, 2, 3);
	f.mac = 3;
	in_tcp(n, &f, ACK, 0);
	silence(n);
	user_send(n, &f, 10);
	require(n, out_tcp(n, &f, ACK) == 10);
	in_tcp(n, &f, ACK, 0);
	silence(n);
}

/*
 * MUST-20 (b). Not announced: RFC 4861 7.3.1 and Appendix E let TCP say that
 * it makes no progress; after the third retransmission, long before REACHABLE
 * is over.
 */
static void silent_move_is_found_by_retransmissions(struct net *n)
{
	struct net_flow f;
	unsigned segments = 0, probes = 0;
	hf_time began;

	start(n);
	connect_to(n, &f, 2);
	began = n->now;
	user_send(n, &f, 10);
	while (probes == 0 && n->now < began + SEC(14)) {
		require(n, net_take(n, SEC(20)));
		if (n->last.report.why == HF_WHY_NEIGHBOUR_PROBE)
			probes++;
		else
			segments++;
	}
	require(n, probes == 1);
	/* the first and two of it again; the third comes at this moment */
	require(n, segments == 3 || segments == 4);
	require(n, await_query(n, 2, 10, &probes));
	require(n, probes == 2);
	f.mac = 3;
	in_answer(n, 2, 3);
	require(n, due_tcp(n, 0, 20000, &f, ACK) == 10);
	in_tcp(n, &f, ACK, 0);
	quiet(n, 1000);
}

/* ---- limits: RFC 6583, RFC 4861 11.1 ---------------------------------- */

static void forged_askers_push_out_only_each_other(struct net *n)
{
	struct net_flow f, waits;
	size_t most = 0;

	n->config.neighbours = 16;
	start(n);
	connect_to(n, &f, 2);
	user_open(n, &waits, peer(n, 3), 3);
	out_query(n, 3);
	for (int i = 0; i < 4000; i++) {
		int forged = n->v6 ? 4 + i : 4 + i % 250;

		if (n->v6) {
			struct net_nd nd = nd_solicitation(peer(n, forged),
							   self(n), forged);

			net_nd(n, &nd);
		} else {
			net_arp(n, forged, BROADCAST,
				"who-has 10.0.0.1 tell 10.0.0.%d", forged);
		}
		if (neighbour_count(n) > most)
			most = neighbour_count(n);
		while (n->queue_len)
			net_take(n, 0);
	}
	require(n, most <= 16);
	require(n, neighbour_state(n, peer(n, 2)) >= 0);
	require(n, neighbour_state(n, peer(n, 3)) == HF_NEIGHBOUR_INCOMPLETE);
	in_answer(n, 3, 3);
	out_tcp(n, &waits, SYN);
	user_send(n, &f, 10);
	require(n, out_tcp(n, &f, ACK) == 10);
}

/* SYNs of sources on the link that do not exist: each would be a query. */
static void forged_syns_push_out_only_each_other(struct net *n)
{
	struct net_flow f, lives;
	size_t most = 0;

	n->config.neighbours = 16;
	start(n);
	listen_at(n, 80);
	connect_to(n, &lives, 2);
	for (int i = 0; i < 2000; i++) {
		int forged = n->v6 ? 4 + i : 4 + i % 250;

		f = (struct net_flow){ .mac = 9,
				       .local_port = 80,
				       .peer_port = (uint16_t)(1000 + i) };
		snprintf(f.peer, sizeof f.peer, "%s", peer(n, forged));
		snprintf(f.local, sizeof f.local, "%s", self(n));
		net_tcp(n, &f, SYN, 0);
		if (neighbour_count(n) > most)
			most = neighbour_count(n);
		while (n->queue_len)
			net_take(n, 0);
	}
	require(n, most <= 16);
	user_send(n, &lives, 10);
	require(n, out_tcp(n, &lives, ACK) == 10);
	in_tcp(n, &lives, ACK, 0);
	pass(n, 60000);
	/* when the storm is over the host is its old self */
	in_reachable(n, 3);
}

static void storm_of_pings_keeps_its_limits(struct net *n)
{
	struct hf_usage used;

	n->config.neighbours = 16;
	start(n);
	for (int i = 0; i < 2000; i++) {
		int forged = n->v6 ? 4 + i : 4 + i % 250;

		net_echo(n, 9, peer(n, forged), self(n), 1);
		hf_host_used(n->host, &used);
		require(n, used.replies <= n->config.replies);
		require(n, used.held <= n->config.held);
		require(n, neighbour_count(n) <= 16);
		while (n->queue_len)
			net_take(n, 0);
	}
	pass(n, 5000);
	require(n, neighbour_count(n) == 0);
}

/* ---- what the program sees -------------------------------------------- */

static void program_sees_its_neighbours(struct net *n)
{
	struct hf_neighbour neighbour;
	struct net_flow f;

	start(n);
	in_reachable(n, 2);
	user_open(n, &f, peer(n, 3), 3);
	out_query(n, 3);
	require(n, hf_neighbours(n->host, NULL, 0) == 2);
	require(n, hf_neighbours(n->host, &neighbour, 1) == 2);
	require(n, neighbour_get(n, peer(n, 2), &neighbour));
	require(n, neighbour.link == n->link[0].id && !neighbour.is_router);
	require(n, neighbour.mac.octet[0] == 2 && neighbour.mac.octet[5] == 2);
	require(n, neighbour_get(n, peer(n, 3), &neighbour));
	require(n, neighbour.state == HF_NEIGHBOUR_INCOMPLETE);
	require(n, neighbour.mac.octet[0] == 0 && neighbour.mac.octet[5] == 0);
}

static void states_have_names(struct net *n)
{
	start(n);
	require(n, net_matches("INCOMPLETE", hf_neighbour_state_name(
						     HF_NEIGHBOUR_INCOMPLETE)));
	require(n, net_matches("PROBE",
			       hf_neighbour_state_name(HF_NEIGHBOUR_PROBE)));
}

/* ---- all -------------------------------------------------------------- */

static const struct net_case cases[] = {
	CASE_FAMILIES(open_waits_for_the_answer),
	CASE_FAMILIES(three_queries_and_the_open_fails),
	CASE_FAMILIES(answer_to_the_last_query_counts),
	CASE_FAMILIES(those_who_wait_for_one_neighbour_ask_once),
	CASE_FAMILIES(all_who_wait_in_vain_are_told),
	CASE_FAMILIES(those_who_wait_for_others_are_apart),
	CASE_FAMILIES(failed_neighbour_can_be_tried_again),
	CASE_FAMILIES(latest_echo_replies_wait_for_the_answer),
	CASE_FAMILIES(echo_replies_do_not_wait_for_ever),
	CASE_FAMILIES(syn_of_a_stranger_waits_for_the_answer),
	CASE_FAMILIES(reset_for_a_stranger_waits_too),
	CASE_FAMILIES(lost_neighbour_is_a_soft_error),
	CASE_FAMILIES(announced_move_is_followed),
	CASE_FAMILIES(silent_move_is_found_by_retransmissions),
	CASE_FAMILIES(forged_askers_push_out_only_each_other),
	CASE_FAMILIES(forged_syns_push_out_only_each_other),
	CASE_FAMILIES(storm_of_pings_keeps_its_limits),
	CASE_FAMILIES(program_sees_its_neighbours),
	CASE(states_have_names),
};

NET_MAIN("neighbour", cases)
