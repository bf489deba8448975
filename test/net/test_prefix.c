/* SPDX-License-Identifier: MIT */
/* Prefixes that routers tell, and addresses of them: RFC 4861, RFC 4862 5.5. */
#include "router_fixture.h"

/* ---- prefixes on the link: 6.3.4 -------------------------------------- */

static void prefix_on_link_needs_no_router(struct net *n)
{
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L, 100, 100);
	quiet(n, 3000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_NONE);
	require(n, open_goes_to(n, NEAR) == 0);
	require(n, open_goes_to(n, FAR) == 0xfe);
	pass(n, 96900);
	in_router(n, 1800);
	require(n, open_goes_to(n, NEAR) == 0);
	pass(n, 200);
	require(n, open_goes_to(n, NEAR) == 0xfe);
}

static void prefix_on_link_ends_with_valid_zero(struct net *n)
{
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L, 1000, 1000);
	require(n, open_goes_to(n, NEAR) == 0);
	in_prefix(n, "2001:db8:1::", PREFIX_L, 0, 0);
	require(n, open_goes_to(n, NEAR) == 0xfe);
	/* of one that is not known it says nothing */
	in_prefix(n, "2001:db8:2::", PREFIX_L, 0, 0);
	require(n, open_goes_to(n, "2001:db8:2::2") == 0xfe);
}

/* "a Prefix Information option with the L flag off says nothing": 4.6.2 */
static void prefix_without_the_flag_is_not_on_link(struct net *n)
{
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 1000, 1000);
	pass(n, 3000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	require(n, open_goes_to(n, NEAR) == 0xfe);
	in_prefix(n, "2001:db8:1::", PREFIX_L, 1000, 1000);
	require(n, open_goes_to(n, NEAR) == 0);
	in_prefix(n, "2001:db8:1::", 0, 1000, 1000);
	require(n, open_goes_to(n, NEAR) == 0); /* nor that it is off-link */
}

static void prefix_of_any_length_is_on_link(struct net *n)
{
	struct net_nd nd = router(1800);

	settle(n);
	nd_prefix(&nd, "2001:db8:1:2:3::", 80, PREFIX_L | PREFIX_A, 1000, 1000);
	in_nd(n, &nd);
	pass(n, 3000);
	require(n, open_goes_to(n, "2001:db8:1:2:3::9") == 0);
	require(n, open_goes_to(n, "2001:db8:1:2:4::9") == 0xfe);
	/* RFC 4862 5.5.3 d: 80 and 64 bits are not 128 */
	require(n, address_state(n, "2001:db8:1:2:3:ff:fe00:1") ==
			   HF_ADDRESS_NONE);
	require(n, hf_addresses(n->host, NULL, 0) <= 5);
}

/* What the user has set up is not a router's to take. */
static void own_prefix_stays(struct net *n)
{
	settle(n);
	in_prefix(n, "fd00::", PREFIX_L | PREFIX_A, 10, 10);
	pass(n, 30000);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	require(n, open_goes_to(n, "fd00::2") == 0);
	in_prefix(n, "fd00::", PREFIX_L | PREFIX_A, 0, 0);
	require(n, open_goes_to(n, "fd00::2") == 0);
	require(n, address_get(n, "fd00::1").valid_until == HF_NEVER);
}

/* ---- addresses of prefixes: RFC 4862 5.5.3 ---------------------------- */

static void address_is_made_and_probed(struct net *n)
{
	struct hf_address a;

	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, 7200, 3600);
	due(n, 0, 1000, MULTICAST,
	    "IP6 :: > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has "
	    "" LEARNED ", length 32");
	require(n, address_state(n, LEARNED) ==
			   (n->is_linux ? HF_ADDRESS_OPTIMISTIC
					: HF_ADDRESS_TENTATIVE));
	pass(n, 1001);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	a = address_get(n, LEARNED);
	require(n, a.is_learned && a.link == n->link[0].id);
	require(n, valid_for(n, LEARNED) <= 7199);
	require(n, valid_for(n, LEARNED) >= 7197);
	in_echo(n, 0xfe, ROUTER, LEARNED, 1);
	out(n, 0xfe, "IP6 " LEARNED " > fe80::fe: ICMP6, echo reply*");
}

static void address_is_deprecated_then_gone(struct net *n)
{
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, 100, 50);
	pass(n, 49900);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	n->events = 0;
	pass(n, 200);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	/* 5.5.4: it is spoken to as before */
	in_echo(n, 0xfe, ROUTER, LEARNED, 1);
	out(n, 0xfe, "IP6 " LEARNED " > fe80::fe: ICMP6, echo reply*");
	n->events = 0;
	pass(n, 49800);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
	pass(n, 200);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_NONE);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	in_echo(n, 0xfe, ROUTER, LEARNED, 1);
	require(n, n->in_report.drop != HF_ACCEPTED);
	pass(n, 1000);
}

/* "relative to the time the packet is sent": wherever in a second that is. */
static void lifetimes_are_not_cut_short(struct net *n)
{
	settle(n);
	for (int i = 0; i < 10; i++) {
		in_prefix(n, "2001:db8:1::", PREFIX_A, 10, 5);
		pass(n, 4990);
		require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
		pass(n, 1020);
		require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
		pass(n, 3980);
		require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
		pass(n, 1020 + 300);
		require(n, address_state(n, LEARNED) == HF_ADDRESS_NONE);
	}
}

static void long_lifetimes_do_not_wrap(struct net *n)
{
	n->keeps_learned = true;
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, FOR_EVER - 1,
		  FOR_EVER - 1);
	pass(n, 100000000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	in_router(n, 1800);
	require(n, open_goes_to(n, NEAR) == 0);
}

/* 5.5.4: not for new communication, if there is another; RFC 6724 5. */
static void deprecated_address_does_not_open(struct net *n)
{
	struct net_flow f;

	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, 7200, 3600);
	in_prefix(n, "2001:db8:2::", PREFIX_L | PREFIX_A, 7200, 3600);
	pass(n, 5000);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, 7200, 0);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
	user_open(n, &f, FAR, 0xfe);
	out(n, 0xfe, "IP6 2001:db8:2::ff:fe00:1.* > " FAR ".80: Flags [S]*");
	/* even to its own prefix */
	user_open(n, &f, FAR, 0xfe);
	out(n, 0xfe, "IP6 2001:db8:2::ff:fe00:1.* > " FAR ".80: Flags [S]*");
}

static void address_is_renewed(struct net *n)
{
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, 100, 50);
	pass(n, 60000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
	n->events = 0;
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, 100, 50);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	pass(n, 49900);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	pass(n, 200);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
}

/* 5.5.3 e: nobody can take an address away sooner than in two hours. */
static void two_hours_are_the_least(struct net *n)
{
	settle(n);
	/* 1: more than two hours is believed, if it is less than before */
	in_prefix(n, "2001:db8:1::", PREFIX_A, 100000, 100000);
	pass(n, 5000);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 8000, 8000);
	require(n, valid_for(n, LEARNED) == 8000);
	/* 3: what is less is two hours */
	in_prefix(n, "2001:db8:1::", PREFIX_A, 60, 60);
	require(n, valid_for(n, LEARNED) == 7200);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 0, 0);
	require(n, valid_for(n, LEARNED) == 7200);
	pass(n, 3600000);
	/* 2: two hours or less remain, and it is less than that: ignored */
	require(n, valid_for(n, LEARNED) == 3600);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 60, 60);
	require(n, valid_for(n, LEARNED) == 3600);
	/* 1: more than what remains is believed */
	in_prefix(n, "2001:db8:1::", PREFIX_A, 4000, 60);
	require(n, valid_for(n, LEARNED) == 4000);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 7200, 60);
	require(n, valid_for(n, LEARNED) == 7200);
}

/* "the preferred lifetime ... is always reset", whatever the other says */
static void preferred_lifetime_is_always_believed(struct net *n)
{
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 7000, 7000);
	pass(n, 5000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 0, 0);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
	require(n, valid_for(n, LEARNED) == 6995);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 100, 100);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
	pass(n, 100100);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DEPRECATED);
}

static void all_ones_is_for_ever(struct net *n)
{
	n->keeps_learned = true;
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, FOR_EVER, FOR_EVER);
	pass(n, 5000);
	require(n, address_get(n, LEARNED).valid_until == HF_NEVER);
	pass(n, 400000000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
}

/* 5.5.3 a-d */
static void prefixes_of_no_use_make_no_address(struct net *n)
{
	struct net_nd nd = router(1800);
	size_t before;

	settle(n);
	before = hf_addresses(n->host, NULL, 0);
	nd_prefix(&nd, "fe80::", 64, PREFIX_A, 1000, 1000);
	nd_prefix(&nd, "2001:db8:3::", 64, PREFIX_A, 1000, 1001);
	nd_prefix(&nd, "2001:db8:4::", 64, PREFIX_A, 0, 0);
	nd_prefix(&nd, "2001:db8:5::", 63, PREFIX_A, 1000, 1000);
	nd_prefix(&nd, "2001:db8:6::", 65, PREFIX_A, 1000, 1000);
	nd_prefix(&nd, "2001:db8:7::", 129, PREFIX_A | PREFIX_L, 1000, 1000);
	nd_prefix(&nd, "ff02::", 64, PREFIX_A | PREFIX_L, 1000, 1000);
	nd_prefix(&nd, "::", 64, 0, 1000, 1000);
	in_nd(n, &nd);
	pass(n, 5000);
	require(n, hf_addresses(n->host, NULL, 0) == before);
}

static void each_prefix_makes_an_address(struct net *n)
{
	struct net_nd nd = router(1800);

	settle(n);
	for (int i = 1; i <= 5; i++)
		nd_prefix(&nd, text("2001:db8:%d::", i), 64, PREFIX_A, 1000,
			  1000);
	in_nd(n, &nd);
	pass(n, 5000);
	for (int i = 1; i <= 5; i++)
		require(n, address_state(n, text("2001:db8:%d::ff:fe00:1",
						 i)) == HF_ADDRESS_READY);
}

static void learned_address_can_be_duplicate(struct net *n)
{
	struct net_nd nd =
		nd_advertisement("fe80::9", "ff02::1", LEARNED, ND_O, 9);

	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 1000, 1000);
	pass(n, 0);
	in_nd(n, &nd);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DUPLICATE);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	/* and stays so, however often the prefix is told */
	in_prefix(n, "2001:db8:1::", PREFIX_A, 1000, 1000);
	quiet(n, 5000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_DUPLICATE);
}

/* host.h: each change "of one that is not the caller's doing". */
static void learned_address_is_told(struct net *n)
{
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 100, 50);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	require(n, address_state(n, LEARNED) != HF_ADDRESS_NONE);
	require(n, address_get(n, LEARNED).is_learned);
	pass(n, 5000);
}

static const struct net_case cases[] = {
	CASE(prefix_on_link_needs_no_router),
	CASE(prefix_on_link_ends_with_valid_zero),
	CASE(prefix_without_the_flag_is_not_on_link),
	CASE(prefix_of_any_length_is_on_link),
	CASE(own_prefix_stays),
	CASE(address_is_made_and_probed),
	CASE(address_is_deprecated_then_gone),
	CASE(lifetimes_are_not_cut_short),
	CASE(long_lifetimes_do_not_wrap),
	CASE(deprecated_address_does_not_open),
	CASE(address_is_renewed),
	CASE(two_hours_are_the_least),
	CASE(preferred_lifetime_is_always_believed),
	CASE(all_ones_is_for_ever),
	CASE(prefixes_of_no_use_make_no_address),
	CASE(each_prefix_makes_an_address),
	CASE(learned_address_can_be_duplicate),
	CASE(learned_address_is_told),
};

NET_MAIN("prefix", cases)
