/* SPDX-License-Identifier: MIT */
/* Routers, and what they say of the link: RFC 4861 6.1, 6.3. */
#include "router_fixture.h"

/* ---- asking for routers: 6.3.7 ---------------------------------------- */

/*
 * After 0 to 1 s (MAX_RTR_SOLICITATION_DELAY), three at most
 * (MAX_RTR_SOLICITATIONS), 4 s apart (RTR_SOLICITATION_INTERVAL).
 */
static void routers_are_solicited_thrice(struct net *n)
{
	hf_time at[8];
	size_t count = 0;

	n->bare = n->accept_routers = true;
	start(n);
	while (net_take(n, SEC(120)) && count < 8)
		if (net_matches(SOLICITATION, n->last.text)) {
			require(n, n->last.report.why == HF_WHY_ROUTER_SOLICIT);
			verbose(n, "*hlim 255,*");
			require(n, memcmp(n->last.data, "\x33\x33\0\0\0\2",
					  6) == 0);
			at[count++] = n->last.at;
		}
	require(n, count == 3);
	/* it may wait for its address, for which RFC 4862 takes two seconds */
	require(n, at[0] - n->start <= SEC(3));
	require(n, at[1] - at[0] >= SEC(4) && at[1] - at[0] <= MS(4001));
	require(n, at[2] - at[1] >= SEC(4) && at[2] - at[1] <= MS(4001));
}

/* 4.1: no MAC from the unspecified address; RFC 4429 3.2: nor optimistic. */
static void solicitation_has_a_mac_only_of_a_ready_address(struct net *n)
{
	size_t count = 0;

	n->bare = n->accept_routers = true;
	start(n);
	while (net_take(n, SEC(120))) {
		bool has_mac = strstr(n->last.verbose, "source link-address");

		if (!net_matches(SOLICITATION, n->last.text))
			continue;
		count++;
		if (net_matches("IP6 :: > *", n->last.text) ||
		    address_state(n, LOCAL) != HF_ADDRESS_READY)
			require(n, !has_mac);
		else
			require(n, has_mac);
	}
	require(n, count == 3);
}

static void advertisement_ends_the_asking(struct net *n)
{
	n->bare = n->accept_routers = true;
	start(n);
	while (net_take(n, SEC(5)) && !net_matches(SOLICITATION, n->last.text))
		;
	in_router(n, 1800);
	while (net_take(n, SEC(60)))
		require(n, !net_matches(SOLICITATION, n->last.text));
}

/* "a valid Router Advertisement with a non-zero Router Lifetime" */
static void advertisement_of_no_router_does_not(struct net *n)
{
	unsigned count = 0;

	n->bare = n->accept_routers = true;
	start(n);
	while (net_take(n, SEC(5)) && !net_matches(SOLICITATION, n->last.text))
		;
	in_router(n, 0);
	while (net_take(n, SEC(60)))
		count += net_matches(SOLICITATION, n->last.text);
	require(n, count == 2);
}

/* "a host SHOULD send at least one solicitation in the case where an
 * advertisement is received prior to having sent a solicitation" */
static void unasked_advertisement_does_not_save_the_asking(struct net *n)
{
	unsigned count = 0;

	n->bare = n->accept_routers = true;
	start(n);
	in_router(n, 1800);
	while (net_take(n, SEC(60)))
		count += net_matches(SOLICITATION, n->last.text);
	require(n, count >= 1);
}

static void routers_are_not_heard_unless_told(struct net *n)
{
	struct net_nd nd = router(1800);

	n->v6 = n->bare = true;
	start(n);
	while (net_take(n, SEC(60)))
		require(n, !net_matches(SOLICITATION, n->last.text));
	nd_prefix(&nd, "2001:db8:1::", 64, PREFIX_L | PREFIX_A, 7200, 3600);
	nd.head[0] = 33;
	in_nd(n, &nd);
	quiet(n, 5000);
	require(n, address_state(n, LEARNED) == HF_ADDRESS_NONE);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
	error(n, HF_ERR_NO_ROUTE, open_says(n, NEAR));
	require(n, neighbour_count(n) <= 1);
}

/* 6.2.6, 6.1.1: a host "MUST silently discard" solicitations. */
static void solicitations_of_others_are_dropped(struct net *n)
{
	struct net_nd nd = { .type = 133, .head_len = 4 };

	settle(n);
	nd.d = (struct net_datagram){ .from = 2,
				      .src = "fe80::2",
				      .dst = "ff02::2",
				      .ttl = 255,
				      .protocol = 58 };
	nd_option(&nd, 1, "\2\0\0\0\0\2", 8);
	in_nd(n, &nd);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
}

/* ---- default routers: 6.3.4 ------------------------------------------- */

/* Its MAC came with it: nobody needs to be asked. */
static void router_is_the_way_to_what_is_far(struct net *n)
{
	struct hf_neighbour neighbour;

	settle(n);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
	in_router(n, 1800);
	require(n, neighbour_get(n, ROUTER, &neighbour));
	require(n, neighbour.is_router && neighbour.mac.octet[5] == 0xfe);
	require(n, neighbour.state == HF_NEIGHBOUR_STALE);
	require(n, open_goes_to(n, FAR) == 0xfe);
}

static void router_without_a_mac_is_asked_for(struct net *n)
{
	struct net_nd nd = nd_router(ROUTER, 1800, 0);
	struct hf_open options = { .remote = addr(FAR), .remote_port = 80 };

	settle(n);
	nd.d.from = 0xfe;
	in_nd(n, &nd);
	require(n, neighbour_count(n) == 0);
	ok(n, hf_open(n->host, &options, n->now, &n->handle[n->handles++]));
	out(n, MULTICAST, "IP6 * > ff02::1:ff00:fe: *who has fe80::fe,*");
	nd = nd_advertisement(ROUTER, LOCAL, ROUTER, ND_R | ND_S | ND_O, 0xfe);
	in_nd(n, &nd);
	out(n, 0xfe, "IP6 fd00::1.* > " FAR ".80: Flags [S]*");
}

static void router_ends_with_its_lifetime(struct net *n)
{
	settle(n);
	in_router(n, 30);
	pass(n, 29900);
	require(n, open_goes_to(n, FAR) == 0xfe);
	pass(n, 200);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
}

static void lifetime_is_renewed(struct net *n)
{
	settle(n);
	in_router(n, 30);
	pass(n, 20000);
	in_router(n, 30);
	pass(n, 29900);
	require(n, open_goes_to(n, FAR) == 0xfe);
	in_router(n, 5); /* to less, too */
	pass(n, 5100);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
}

static void lifetime_of_zero_ends_it_at_once(struct net *n)
{
	settle(n);
	in_router(n, 0);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
	in_router(n, 1800);
	require(n, open_goes_to(n, FAR) == 0xfe);
	in_router(n, 0);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
}

/* 7.2.5: what says that it is no router is none. */
static void router_that_becomes_a_host_is_none(struct net *n)
{
	struct net_nd nd =
		nd_advertisement(ROUTER, "ff02::1", ROUTER, ND_O, 0xfe);

	settle(n);
	in_router(n, 1800);
	require(n, open_goes_to(n, FAR) == 0xfe);
	in_nd(n, &nd);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
}

static void other_router_is_used_then(struct net *n)
{
	struct net_nd nd = nd_router("fe80::fd", 1800, 0xfd);

	settle(n);
	in_router(n, 1800);
	in_nd(n, &nd);
	require(n,
		open_goes_to(n, FAR) == 0xfe || open_goes_to(n, FAR) == 0xfd);
	in_router(n, 0);
	require(n, open_goes_to(n, FAR) == 0xfd);
	nd = nd_router("fe80::fd", 0, 0xfd);
	in_nd(n, &nd);
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
}

/* 6.3.6: a reachable router goes before one that is not. */
static void dead_router_is_not_used(struct net *n)
{
	struct net_nd nd = nd_router("fe80::fd", 1800, 0xfd);
	struct hf_open options = { .remote = addr(FAR), .remote_port = 80 };
	hf_time end;
	int last = 0;

	settle(n);
	in_router(n, 1800);
	in_nd(n, &nd);
	end = n->now + SEC(60);
	ok(n, hf_open(n->host, &options, n->now, &n->handle[n->handles++]));
	while (last != 0xfd && n->now < end && net_take(n, SEC(20))) {
		if (net_matches("*.80: Flags [S]*", n->last.text))
			last = n->last.data[5];
		nd = nd_advertisement("fe80::fd", LOCAL, "fe80::fd",
				      ND_R | ND_S | ND_O, 0xfd);
		if (net_matches("*who has fe80::fd,*", n->last.text))
			in_nd(n, &nd);
	}
	require(n, last == 0xfd);
}

/* ---- what else they say: 6.3.4 ---------------------------------------- */

static void in_mtu(struct net *n, uint32_t mtu)
{
	uint8_t data[6] = { 0,
			    0,
			    (uint8_t)(mtu >> 24),
			    (uint8_t)(mtu >> 16),
			    (uint8_t)(mtu >> 8),
			    (uint8_t)mtu };
	struct net_nd nd = router(1800);

	nd_option(&nd, 5, data, 8);
	net_nd(n, &nd);
}

static void require_mss(struct net *n, unsigned mss)
{
	struct net_flow f;

	net_open(n, &f, FAR, 0xfe);
	net_out(n, 0xfe, "IP6 * > " FAR ".80: Flags [S]*[mss %u,*", mss);
}

static void mtu_is_believed_between_1280_and_the_links(struct net *n)
{
	settle(n);
	in_router(n, 1800);
	require_mss(n, 1440);
	in_mtu(n, 1400);
	require_mss(n, 1340);
	in_mtu(n, 1279);
	require_mss(n, 1340);
	in_mtu(n, 9000);
	require_mss(n, 1340);
	in_mtu(n, 1280);
	require_mss(n, 1220);
	in_mtu(n, 1500);
	require_mss(n, 1440);
}

static void mtu_is_ipv6s_alone(struct net *n)
{
	struct net_flow f;

	settle(n);
	in_mtu(n, 1280);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	pass(n, 0);
	user_open(n, &f, "10.0.0.2", 2);
	out(n, 2, "IP 10.0.0.1.* > 10.0.0.2.80: Flags [S]*[mss 1460,*");
}

static void hop_limit_is_used(struct net *n)
{
	struct net_nd nd = router(1800);

	settle(n);
	nd.head[0] = 33;
	in_nd(n, &nd);
	in_echo(n, 0xfe, ROUTER, "fd00::1", 1);
	out(n, 0xfe, "IP6 fd00::1 > fe80::fe: ICMP6, echo reply*");
	verbose(n, "*hlim 33,*");
	require_mss(n, 1440);
	verbose(n, "*hlim 33,*");
	in_router(n, 1800); /* 0: not said */
	require_mss(n, 1440);
	verbose(n, "*hlim 33,*");
}

static void reachable_time_is_used(struct net *n)
{
	struct net_nd nd = router(1800);
	unsigned ms = 0;

	settle(n);
	memcpy(nd.head + 4, "\0\0\x13\x88", 4); /* 5000 ms */
	in_nd(n, &nd);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_answer(n, 2, 2);
	out_pong(n, 2, 1);
	while (neighbour_state(n, "fd00::2") == HF_NEIGHBOUR_REACHABLE) {
		quiet(n, 10);
		ms += 10;
		require(n, ms <= 7510);
	}
	require(n, ms >= 2500);
}

static void retrans_timer_is_used(struct net *n)
{
	struct net_nd nd = router(1800);
	struct net_flow f;

	settle(n);
	memcpy(nd.head + 8, "\0\0\1\x2c", 4); /* 300 ms */
	in_nd(n, &nd);
	user_open(n, &f, "fd00::2", 2);
	out_query(n, 2);
	due_query(n, 300, 301, 2);
	due_query(n, 300, 301, 2);
	quiet(n, 301);
	event(n, f.h, HF_EVENT_CLOSED);
}

/* 6.3.4 and 4.6.1: its MAC, and a new one, make it STALE. */
static void advertisement_corrects_the_routers_mac(struct net *n)
{
	struct net_nd nd = nd_router(ROUTER, 1800, 0xfa);

	settle(n);
	in_router(n, 1800);
	in_nd(n, &nd);
	require(n, open_goes_to(n, FAR) == 0xfa);
}

/* ---- validation: 6.1.2 ------------------------------------------------ */

static void refused(struct net *n, const struct net_nd *nd, int line)
{
	net_mark(n, __FILE__, line);
	net_nd(n, nd);
	if (n->in_report.drop == HF_ACCEPTED)
		net_fail(n, "it was accepted");
	net_quiet(n, MS(10));
	error(n, HF_ERR_NO_ROUTE, open_says(n, FAR));
}

#define REFUSED(n, nd) refused(n, nd, __LINE__)

static void bad_advertisements_are_dropped(struct net *n)
{
	const struct net_nd good = router(1800);
	struct net_nd nd = nd_router("fd00::fe", 1800, 0xfe);

	settle(n);
	REFUSED(n, &nd);
	dropped(n, HF_DROP_ND);
	nd = nd_router("::", 1800, 0xfe);
	REFUSED(n, &nd);
	nd = good;
	nd.d.ttl = 254;
	REFUSED(n, &nd);
	nd = good;
	nd.code = 1;
	REFUSED(n, &nd);
	nd = good;
	nd.d.bad_checksum = true;
	REFUSED(n, &nd);
	for (uint32_t cut = 1; cut < 8 + 16; cut++) {
		nd = good;
		nd.cut = cut;
		if (cut != 8) /* just the option is missing */
			REFUSED(n, &nd);
	}
	nd = good;
	nd.option[1] = 0;
	REFUSED(n, &nd);
	nd = good;
	nd.option[1] = 2;
	REFUSED(n, &nd);
	nd = good; /* RFC 6980 */
	nd.d.options_type = 44;
	nd.d.options = (const uint8_t *)"\x3a\0\0\0\0\0\0\1";
	nd.d.options_len = 8;
	REFUSED(n, &nd);
	require(n, neighbour_count(n) == 0);
}

/* By unicast it is as good as to all (an answer to a solicitation). */
static void unicast_advertisement_is_heard(struct net *n)
{
	struct net_nd nd = router(1800);

	settle(n);
	nd.d.dst = LOCAL;
	in_nd(n, &nd);
	dropped(n, HF_ACCEPTED);
	require(n, open_goes_to(n, FAR) == 0xfe);
}

/* ---- limits ----------------------------------------------------------- */

static uint32_t learned(struct net *n)
{
	struct hf_usage used;

	hf_host_used(n->host, &used);
	return used.pool[HF_POOL_LEARNED].used;
}

static void flood_of_routers_keeps_the_limit(struct net *n)
{
	n->config.learned = 8;
	settle(n);
	in_router(n, 1800);
	for (int i = 0; i < 500; i++) {
		struct net_nd nd = nd_router(text("fe80::%x", 0x1000 + i), 1800,
					     0x1000 + i);

		in_nd(n, &nd);
		require(n, learned(n) <= 8);
	}
	require(n, neighbour_count(n) <= n->config.neighbours);
	/* the first goes on */
	in_router(n, 1800);
	require(n, open_goes_to(n, FAR) != 0);
}

static void flood_of_prefixes_keeps_the_limit(struct net *n)
{
	n->config.learned = 8;
	settle(n);
	in_prefix(n, "2001:db8:1::", PREFIX_L | PREFIX_A, 1000, 1000);
	pass(n, 3000);
	for (unsigned i = 0; i < 500; i++) {
		in_prefix(n, text("2001:db8:%x::", 0x1000 + i),
			  PREFIX_L | PREFIX_A, 1000, 1000);
		require(n, learned(n) <= 8);
		pass(n, 0);
	}
	pass(n, 3000);
	require(n, hf_addresses(n->host, NULL, 0) <= n->config.addresses);
	/* what was there first is not pushed out */
	require(n, address_state(n, LEARNED) == HF_ADDRESS_READY);
}

static const struct net_case cases[] = {
	CASE(routers_are_solicited_thrice),
	CASE(solicitation_has_a_mac_only_of_a_ready_address),
	CASE(advertisement_ends_the_asking),
	CASE(advertisement_of_no_router_does_not),
	CASE(unasked_advertisement_does_not_save_the_asking),
	CASE(routers_are_not_heard_unless_told),
	CASE(solicitations_of_others_are_dropped),
	CASE(router_is_the_way_to_what_is_far),
	CASE(router_without_a_mac_is_asked_for),
	CASE(router_ends_with_its_lifetime),
	CASE(lifetime_is_renewed),
	CASE(lifetime_of_zero_ends_it_at_once),
	CASE(router_that_becomes_a_host_is_none),
	CASE(other_router_is_used_then),
	CASE(dead_router_is_not_used),
	CASE(mtu_is_believed_between_1280_and_the_links),
	CASE(mtu_is_ipv6s_alone),
	CASE(hop_limit_is_used),
	CASE(reachable_time_is_used),
	CASE(retrans_timer_is_used),
	CASE(advertisement_corrects_the_routers_mac),
	CASE(bad_advertisements_are_dropped),
	CASE(unicast_advertisement_is_heard),
	CASE(flood_of_routers_keeps_the_limit),
	CASE(flood_of_prefixes_keeps_the_limit),
};

NET_MAIN("router", cases)
