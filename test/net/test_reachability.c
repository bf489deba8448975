/* SPDX-License-Identifier: MIT */
/* Whether neighbours are still there, of both versions: RFC 4861 7.3. */
#include "net.h"

/* ---- reachability: RFC 4861 7.3 --------------------------------------- */

/* REACHABLE for 30 s times MIN_ to MAX_RANDOM_FACTOR (0.5 to 1.5). */
static void reachable_becomes_stale(struct net *n)
{
	unsigned ms = 0;

	start(n);
	in_reachable(n, 2);
	while (neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_REACHABLE) {
		quiet(n, 100);
		ms += 100;
		require(n, ms <= 45100);
	}
	require(n, ms >= 15000);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_STALE);
	/* a stale entry says nothing of its own accord */
	quiet(n, 60000);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_STALE);
}

/* What is REACHABLE is not probed, whatever is sent. */
static void reachable_is_used_without_a_probe(struct net *n)
{
	start(n);
	in_reachable(n, 2);
	for (unsigned seq = 1; seq < 15; seq++) {
		in_ping(n, 2, seq);
		out_pong(n, 2, seq);
		quiet(n, 1000);
	}
}

/*
 * 7.3.3: the first packet to a STALE neighbour starts DELAY_FIRST_PROBE_TIME,
 * 5 s; then three unicast solicitations, a second apart; then it is gone.
 */
static void stale_is_used_then_probed_then_forgotten(struct net *n)
{
	start(n);
	in_asks(n, 2);
	require(n,
		neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_STALE ||
			neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_DELAY);
	pass(n, 60000);
	in_reachable(n, 3);
	pass(n, 46000);
	require(n, neighbour_state(n, peer(n, 3)) == HF_NEIGHBOUR_STALE);
	in_ping(n, 3, 2);
	out_pong(n, 3, 2);
	require(n, neighbour_state(n, peer(n, 3)) == HF_NEIGHBOUR_DELAY);
	due_probe(n, 5000, 5001, 3, 3);
	require(n, n->last.report.why == HF_WHY_NEIGHBOUR_PROBE);
	require(n, neighbour_state(n, peer(n, 3)) == HF_NEIGHBOUR_PROBE);
	in_ping(n, 3, 3);
	out_pong(n, 3, 3); /* while probed it is used */
	due_probe(n, 1000, 1001, 3, 3);
	due_probe(n, 1000, 1001, 3, 3);
	quiet(n, 1001);
	require(n, neighbour_state(n, peer(n, 3)) < 0);
	in_ping(n, 3, 4);
	out_query(n, 3);
}

static void answer_to_a_probe_makes_reachable(struct net *n)
{
	start(n);
	in_reachable(n, 2);
	quiet(n, 46000);
	in_ping(n, 2, 2);
	out_pong(n, 2, 2);
	due_probe(n, 5000, 5001, 2, 2);
	in_answer(n, 2, 2);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_REACHABLE);
	quiet(n, 14000);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_REACHABLE);
}

/* A last answer, from another MAC: it is the neighbour's now. */
static void answer_from_another_mac_is_taken(struct net *n)
{
	start(n);
	in_reachable(n, 2);
	quiet(n, 46000);
	in_ping(n, 2, 2);
	out_pong(n, 2, 2);
	due_probe(n, 5000, 5001, 2, 2);
	due_probe(n, 1000, 1001, 2, 2);
	in_answer(n, 2, 3);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_REACHABLE);
	in_ping(n, 2, 3);
	net_pong(n, 2, 3, 3);
}

/* 7.3.1: what comes in proves nothing of the way there. */
static void being_asked_does_not_confirm(struct net *n)
{
	start(n);
	in_reachable(n, 2);
	quiet(n, 46000);
	in_ping(n, 2, 2);
	out_pong(n, 2, 2);
	for (unsigned seq = 3; seq < 7; seq++) {
		quiet(n, 1000);
		in_ping(n, 2, seq);
		out_pong(n, 2, seq);
	}
	in_asks(n, 2);
	due_probe(n, 990, 1010, 2, 2);
}

/* 7.3.1: a new acknowledgement shows that what we send arrives. */
static void acknowledgements_confirm(struct net *n)
{
	struct net_flow f;

	start(n);
	connect_to(n, &f, 2);
	for (int i = 0; i < 30; i++) {
		quiet(n, 5000);
		user_send(n, &f, 10);
		require(n, out_tcp(n, &f, ACK) == 10);
		in_tcp(n, &f, ACK, 0);
		silence(n);
		require(n, neighbour_state(n, peer(n, 2)) ==
				   HF_NEIGHBOUR_REACHABLE);
	}
}

/* ... and new text that our acknowledgements do. */
static void new_text_confirms(struct net *n)
{
	struct net_flow f;

	start(n);
	connect_to(n, &f, 2);
	for (int i = 0; i < 30; i++) {
		quiet(n, 5000);
		in_tcp(n, &f, ACK | PSH, 10);
		due_tcp(n, 0, 500, &f, ACK);
		silence(n);
	}
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_REACHABLE);
}

/* A connection that awoke: progress within the 5 s of DELAY is enough. */
static void progress_in_delay_saves_the_probe(struct net *n)
{
	struct net_flow f;

	start(n);
	connect_to(n, &f, 2);
	quiet(n, 100000);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_STALE);
	user_send(n, &f, 10);
	out_tcp(n, &f, ACK);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_DELAY);
	quiet(n, 100);
	in_tcp(n, &f, ACK, 0);
	require(n, neighbour_state(n, peer(n, 2)) == HF_NEIGHBOUR_REACHABLE);
	quiet(n, 14000);
}

/* A stale entry that nobody uses goes after config.neighbour_stale. */
static void stale_is_forgotten(struct net *n)
{
	start(n);
	in_asks(n, 2);
	pass(n, 60000);
	require(n, n->v6 || neighbour_count(n) == 1);
	pass(n, 3600000);
	require(n, neighbour_count(n) == 0);
}

static const struct net_case cases[] = {
	CASE_FAMILIES(reachable_becomes_stale),
	CASE_FAMILIES(reachable_is_used_without_a_probe),
	CASE_FAMILIES(stale_is_used_then_probed_then_forgotten),
	CASE_FAMILIES(answer_to_a_probe_makes_reachable),
	CASE_FAMILIES(answer_from_another_mac_is_taken),
	CASE_FAMILIES(being_asked_does_not_confirm),
	CASE_FAMILIES(acknowledgements_confirm),
	CASE_FAMILIES(new_text_confirms),
	CASE_FAMILIES(progress_in_delay_saves_the_probe),
	CASE_FAMILIES(stale_is_forgotten),
};

NET_MAIN("reachability", cases)
