/* SPDX-License-Identifier: MIT */
/* What once went wrong with routers, and with IPv6 on the link. */
#include "router_fixture.h"

/* ---- who is a router -------------------------------------------------- */

/*
 * RFC 4861 7.2.5 I: an advertisement without Override that has another MAC
 * changes nothing else: the router stays one, and so does the way through it.
 */
static void advertisement_without_override_keeps_the_router(struct net *n)
{
	struct net_nd nd;

	settle(n);
	in_router(n, 1800);
	require(n, neighbour_is_router(n, ROUTER));
	nd = nd_advertisement(ROUTER, "ff02::1", ROUTER, 0, 0x66);
	in_nd(n, &nd);
	silence(n);
	require(n, neighbour_is_router(n, ROUTER));
	require(n, open_goes_to(n, FAR) == 0xfe);
}

/*
 * RFC 4861 6.3.4: the advertisement of a router that is known already says
 * that it is one, also without its MAC.
 */
static void advertisement_without_mac_says_router(struct net *n)
{
	struct net_nd nd = nd_solicitation(ROUTER, "fd00::1", 0xfe);

	settle(n);
	in_nd(n, &nd);
	out(n, 0xfe, "IP6 fd00::1 > " ROUTER ": *advertisement*");
	require(n, !neighbour_is_router(n, ROUTER));
	nd = nd_router(ROUTER, 1800, 0);
	in_nd(n, &nd);
	require(n, neighbour_is_router(n, ROUTER));
	require(n, neighbour_mac(n, ROUTER) == 0xfe);
}

static void add_gateway(struct net *n, int i)
{
	net_expect(n, HF_OK,
		   hf_route_add(n->host, addr(n->v6 ? "::" : "0.0.0.0"), 0,
				n->link[0].id, addr(peer(n, i))));
}

/*
 * RFC 4861 6.3.6: if none is known to be reachable, routers are chosen in
 * turn; RFC 1122 3.3.1.5. So the one that comes back is found, in silence.
 */
static void each_of_two_dead_gateways_is_tried_again(struct net *n)
{
	const char *far = n->v6 ? "2001:db8::1" : "192.0.2.1";
	unsigned first = 0, second = 0;
	struct net_flow f;

	start(n);
	add_gateway(n, 0xfd);
	add_gateway(n, 0xfe);
	user_open(n, &f, far, 0xfd);
	pass(n, 20000);
	require(n, event(n, f.h, HF_EVENT_CLOSED) == HF_ERR_HOST_UNREACHABLE);
	for (int i = 0; i < 4; i++) {
		user_open(n, &f, far, 0xfd);
		while (net_take(n, SEC(20))) {
			first += strstr(n->last.text, peer(n, 0xfd)) != NULL;
			second += strstr(n->last.text, peer(n, 0xfe)) != NULL;
		}
	}
	require(n, first >= 3);
	require(n, second >= 3);
}

/* ---- what a router says of the link ----------------------------------- */

/* The peer's part of a handshake, with text of a whole frame allowed. */
static void in_syn_ack(struct net *n, struct net_flow *f)
{
	struct net_datagram d = { .from = f->mac, .protocol = 6 };
	uint8_t segment[24] = { 0 };

	d.src = f->peer;
	d.dst = f->local;
	segment[1] = 80;
	segment[2] = (uint8_t)(f->local_port >> 8);
	segment[3] = (uint8_t)f->local_port;
	for (unsigned i = 0; i < 4; i++) {
		segment[4 + i] = (uint8_t)(f->next >> (24 - 8 * i));
		segment[8 + i] = (uint8_t)(f->want >> (24 - 8 * i));
	}
	segment[12] = 6 << 4;
	segment[13] = SYN | ACK;
	segment[14] = segment[15] = 0xff;
	memcpy(segment + 20, (uint8_t[]){ 2, 4, 1440 >> 8, 1440 & 255 }, 4);
	net_ip(n, &d, segment, sizeof segment);
	f->next++;
}

/* The octets of the longest datagram in `ms`. */
static uint32_t longest(struct net *n, unsigned ms)
{
	hf_time end = n->now + MS(ms);
	uint32_t most = 0;

	while (n->now <= end && net_take(n, end - n->now))
		if (n->last.len - 14 > most)
			most = n->last.len - 14;
	return most;
}

/*
 * RFC 4861 6.3.4: the MTU of an advertisement is the link's from then on, for
 * connections that began before, and what they have to send again, too. On the
 * link itself nobody says that a datagram was too big.
 */
static void mtu_of_a_router_holds_for_connections(struct net *n)
{
	const uint8_t mtu[6] = { 0, 0, 0, 0, 1280 >> 8, 1280 & 255 };
	struct net_nd nd = router(1800);
	struct net_flow f;
	uint32_t most;

	settle(n);
	user_open(n, &f, peer(n, 2), 2);
	out_query(n, 2);
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN);
	in_syn_ack(n, &f);
	out_tcp(n, &f, ACK);
	user_send(n, &f, 2800);
	require(n, longest(n, 0) == 1500);
	nd_option(&nd, 5, mtu, 8);
	in_nd(n, &nd);
	most = longest(n, 30000);
	require(n, most > 1000 && most <= 1280);
}

/* RFC 4861 6.3.4, CurHopLimit: resets are datagrams as others are. */
static void hop_limit_is_that_of_resets(struct net *n)
{
	struct net_flow f = { .mac = 2, .local_port = 81, .peer_port = 80 };
	struct net_nd nd = router(1800);

	settle(n);
	nd.head[0] = 33;
	in_nd(n, &nd);
	in_asks(n, 2);
	strcpy(f.peer, "fd00::2");
	strcpy(f.local, "fd00::1");
	in_tcp(n, &f, SYN, 0);
	out(n, 2, "IP6 fd00::1.81 > fd00::2.80: Flags [R*");
	verbose(n, "*hlim 33,*");
}

/*
 * RFC 4862 5.5.3 without a route of RFC 4861 6.3.4: the prefix is not on the
 * link, and what went to the router before stays within once it is ours.
 */
static void address_without_a_route_is_reached_inside(struct net *n)
{
	settle(n);
	in_router(n, 1800);
	require(n, open_goes_to(n, LEARNED) == 0xfe);
	in_prefix(n, "2001:db8:1::", PREFIX_A, 3600, 3600);
	if (!n->is_linux) /* where it is ours at once: RFC 4429 */
		pass(n, 20000);
	require(n, open_says(n, LEARNED) == HF_OK);
	while (net_take(n, SEC(20)))
		require(n, !net_matches("*Flags*", n->last.text));
}

/* ---- groups ----------------------------------------------------------- */

/*
 * RFC 4443 4.2: a request to a group is answered from an address of the
 * interface that it came in by. Both links have an fe80::/64.
 */
static void echo_to_all_is_answered_by_its_link(struct net *n)
{
	struct net_nd nd = nd_advertisement("fe80::2", "fe80::ff:fe00:11",
					    "fe80::2", ND_S | ND_O, 2);

	n->two_links = true;
	settle(n);
	n->at = 1;
	in_echo(n, 2, "fe80::2", "ff02::1", 1);
	out(n, MULTICAST,
	    "IP6 fe80::ff:fe00:11 > ff02::1:ff00:2: ICMP6, neighbor "
	    "solicitation, who has fe80::2, length 32");
	nd.d.to = 0x11;
	in_nd(n, &nd);
	out(n, 2, "IP6 fe80::ff:fe00:11 > fe80::2: ICMP6, echo reply, *");
}

/* A query for all groups, with `options` before it. */
static void in_query(struct net *n, const uint8_t options[8])
{
	struct net_datagram d = { .from = 2,
				  .src = "fe80::2",
				  .dst = "ff02::1",
				  .protocol = 58,
				  .ttl = 1,
				  .options = options,
				  .options_type = 0,
				  .options_len = options ? 8 : 0 };
	const uint8_t query[28] = { 130 };

	net_ip(n, &d, query, sizeof query);
}

/* Those who report their groups within five seconds. */
static unsigned reports(struct net *n)
{
	hf_time end = n->now + SEC(5);
	unsigned count = 0;

	while (n->now < end && net_take(n, end - n->now))
		count += n->last.report.why == HF_WHY_GROUP_REPORT;
	return count;
}

/* RFC 3810 6.2: a query must have a router alert; else it is dropped. */
static void query_without_router_alert_is_dropped(struct net *n)
{
	static const uint8_t padding[8] = { 58, 0, 1, 4 };
	static const uint8_t alert[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };

	n->shows_groups = true;
	settle(n);
	in_query(n, NULL);
	require(n, reports(n) == 0);
	in_query(n, padding);
	require(n, reports(n) == 0);
	in_query(n, alert);
	require(n, reports(n) > 0);
}

static const struct net_case cases[] = {
	CASE(advertisement_without_override_keeps_the_router),
	CASE(advertisement_without_mac_says_router),
	CASE_FAMILIES(each_of_two_dead_gateways_is_tried_again),
	CASE(mtu_of_a_router_holds_for_connections),
	CASE(hop_limit_is_that_of_resets),
	CASE(address_without_a_route_is_reached_inside),
	CASE(echo_to_all_is_answered_by_its_link),
	CASE(query_without_router_alert_is_dropped),
};

NET_MAIN("regression_router", cases)
