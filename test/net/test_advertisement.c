/* SPDX-License-Identifier: MIT */
/* What advertisements of neighbours change: RFC 4861 7.2.5. */
#include "net.h"

/* ---- advertisements that come: 7.2.5 ---------------------------------- */

#define SAME 1
#define OTHER 2
#define ABSENT 3

/* A new neighbour, i, of MAC i, whose entry is in `state`. */
static void enter(struct net *n, int i, int state)
{
	net_ping(n, i, i, 1);
	net_query(n, 0, 0, i);
	if (state == HF_NEIGHBOUR_INCOMPLETE)
		return;
	net_answer(n, i, i);
	net_pong(n, i, i, 1);
	if (state == HF_NEIGHBOUR_REACHABLE)
		return;
	net_quiet(n, SEC(46));
	if (state == HF_NEIGHBOUR_STALE)
		return;
	net_ping(n, i, i, 2);
	net_pong(n, i, i, 2);
	if (state == HF_NEIGHBOUR_DELAY)
		return;
	net_probe(n, SEC(5), SEC(5) + MS(1), i, i);
}

/* The table of 7.2.5, by its words: the state and whose MAC afterwards. */
static void expect(int state, unsigned flags, int mac, int *next, int *who)
{
	*next = state;
	*who = SAME;
	if (state == HF_NEIGHBOUR_INCOMPLETE) {
		if (mac == ABSENT)
			return;
		*who = mac;
		*next = flags & ND_S ? HF_NEIGHBOUR_REACHABLE
				     : HF_NEIGHBOUR_STALE;
		return;
	}
	if (!(flags & ND_O) && mac == OTHER) {
		if (state == HF_NEIGHBOUR_REACHABLE)
			*next = HF_NEIGHBOUR_STALE;
		return;
	}
	if (mac == OTHER)
		*who = OTHER;
	if (flags & ND_S)
		*next = HF_NEIGHBOUR_REACHABLE;
	else if (mac == OTHER)
		*next = HF_NEIGHBOUR_STALE;
}

static void check_entry(struct net *n, int i, int state, unsigned flags,
			int mac)
{
	struct hf_neighbour neighbour;
	int next, who;

	expect(state, flags, mac, &next, &who);
	if (!neighbour_get(n, peer(n, i), &neighbour))
		net_fail(n, "the entry is gone");
	/* What waited for the MAC is sent at once: STALE is DELAY by then. */
	if (state == HF_NEIGHBOUR_INCOMPLETE && next == HF_NEIGHBOUR_STALE &&
	    neighbour.state == HF_NEIGHBOUR_DELAY)
		next = HF_NEIGHBOUR_DELAY;
	if ((int)neighbour.state != next)
		net_fail(
			n, "%s, S %d O %d MAC %d: %s, not %s",
			hf_neighbour_state_name((enum hf_neighbour_state)state),
			!!(flags & ND_S), !!(flags & ND_O), mac,
			hf_neighbour_state_name(neighbour.state),
			hf_neighbour_state_name((enum hf_neighbour_state)next));
	if (next == HF_NEIGHBOUR_INCOMPLETE)
		return;
	if (neighbour.mac.octet[5] != (who == SAME ? i : 99))
		net_fail(
			n, "%s, S %d O %d MAC %d: the MAC of %u",
			hf_neighbour_state_name((enum hf_neighbour_state)state),
			!!(flags & ND_S), !!(flags & ND_O), mac,
			neighbour.mac.octet[5]);
}

static void one_cell(struct net *n, int i, int state, unsigned flags, int mac)
{
	struct net_nd nd = nd_advertisement(
		peer(n, i), flags & ND_S ? "fd00::1" : "ff02::1", peer(n, i),
		flags,
		mac == SAME    ? i
		: mac == OTHER ? 99
			       : 0);

	enter(n, i, state);
	net_nd(n, &nd);
	check_entry(n, i, state, flags, mac);
	net_pass(n, SEC(10));
}

static void table_of(struct net *n, int state)
{
	int i = 2;

	n->v6 = true;
	start(n);
	for (unsigned flags = 0; flags < 4; flags++)
		for (int mac = SAME; mac <= ABSENT; mac++, i++)
			one_cell(n, i, state,
				 (flags & 1 ? ND_S : 0) |
					 (flags & 2 ? ND_O : 0),
				 mac);
}

static void advertisement_to_incomplete(struct net *n)
{
	table_of(n, HF_NEIGHBOUR_INCOMPLETE);
}

static void advertisement_to_reachable(struct net *n)
{
	table_of(n, HF_NEIGHBOUR_REACHABLE);
}

static void advertisement_to_stale(struct net *n)
{
	table_of(n, HF_NEIGHBOUR_STALE);
}

static void advertisement_to_delay(struct net *n)
{
	table_of(n, HF_NEIGHBOUR_DELAY);
}

static void advertisement_to_probe(struct net *n)
{
	table_of(n, HF_NEIGHBOUR_PROBE);
}

/* "If no entry exists, the advertisement SHOULD be silently discarded." */
static void advertisement_makes_no_entry(struct net *n)
{
	start(n);
	for (unsigned flags = 0; flags < 4; flags++) {
		struct net_nd nd = nd_advertisement("fd00::2", "fd00::1",
						    "fd00::2", flags << 5, 2);

		in_nd(n, &nd);
		quiet(n, 10);
		require(n, neighbour_count(n) == 0);
	}
}

static void advertisement_says_who_is_a_router(struct net *n)
{
	struct net_nd nd = nd_advertisement("fd00::2", "fd00::1", "fd00::2",
					    ND_R | ND_S | ND_O, 2);

	n->v6 = true;
	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_nd(n, &nd);
	out_pong(n, 2, 1);
	require(n, neighbour_is_router(n, "fd00::2"));
	in_asks(n, 2); /* a solicitation does not change it */
	require(n, neighbour_is_router(n, "fd00::2"));
	nd = nd_advertisement("fd00::2", "ff02::1", "fd00::2", 0, 2);
	in_nd(n, &nd);
	require(n, !neighbour_is_router(n, "fd00::2"));
}

/* Two neighbours: each advertisement is about its target, not its source. */
static void advertisement_is_about_its_target(struct net *n)
{
	struct net_nd nd = nd_advertisement("fe80::77", "fd00::1", "fd00::2",
					    ND_S | ND_O, 2);

	n->v6 = true;
	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_nd(n, &nd);
	out_pong(n, 2, 1);
	require(n, neighbour_mac(n, "fd00::2") == 2);
	require(n, neighbour_mac(n, "fe80::77") == 0);
}

/* A MAC of many is the MAC of nobody. */
static void group_mac_is_as_none(struct net *n)
{
	struct net_nd nd = nd_advertisement("fd00::2", "fd00::1", "fd00::2",
					    ND_S | ND_O, 0);

	n->v6 = true;
	start(n);
	nd_option(&nd, 2, "\x33\x33\0\0\0\1", 8);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_nd(n, &nd);
	silence(n);
	require(n, neighbour_state(n, "fd00::2") == HF_NEIGHBOUR_INCOMPLETE);
}

static const struct net_case cases[] = {
	CASE(advertisement_to_incomplete),
	CASE(advertisement_to_reachable),
	CASE(advertisement_to_stale),
	CASE(advertisement_to_delay),
	CASE(advertisement_to_probe),
	CASE(advertisement_makes_no_entry),
	CASE(advertisement_says_who_is_a_router),
	CASE(advertisement_is_about_its_target),
	CASE(group_mac_is_as_none),
};

NET_MAIN("advertisement", cases)
