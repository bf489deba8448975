/* SPDX-License-Identifier: MIT */
/*
 * IPv6 addresses before they are ours: RFC 4862 5.4, RFC 4429 (optimistic,
 * profile linux), RFC 7527. And what becomes of addresses of both versions.
 */
#include "address_fixture.h"
#include <string.h>

/* ---- IPv6: nobody has it ---------------------------------------------- */

/* The nonce of the solicitation in n->last (RFC 3971 5.3.2), 6 octets. */
static const uint8_t *nonce_of(struct net *n)
{
	const uint8_t *option = n->last.data + 14 + 40 + 24;

	require(n, n->last.len == 14 + 40 + 32);
	require(n, option[0] == 14 && option[1] == 1);
	return option + 2;
}

/*
 * RFC 4862 5.4.2: from the unspecified address, to the solicited-node
 * address, after a delay of 0 to 1 s; without a MAC (RFC 4861 4.3); with a
 * nonce (RFC 7527). 5.4: assigned when RetransTimer has passed.
 */
static void ipv6_is_probed_then_ready(struct net *n)
{
	settle(n);
	add(n, "fd00::1");
	require(n, address_state(n, "fd00::1") == probed(n));
	due(n, 0, 1000, MULTICAST, PROBE6);
	require(n, n->last.report.why == HF_WHY_ADDRESS_PROBE);
	verbose(n, "*hlim 255,*");
	nonce_of(n);
	quiet(n, 999);
	require(n, address_state(n, "fd00::1") == probed(n));
	no_event(n, NOBODY, HF_EVENT_ADDRESS);
	pass(n, 2);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	require(n, count(n, 60000, PROBE6) == 0);
}

/* DupAddrDetectTransmits, RetransTimer apart; each nonce is a new one. */
static void ipv6_is_probed_as_often_as_told(struct net *n)
{
	uint8_t nonce[3][6];

	n->config.dad_transmits = 3;
	settle(n);
	add(n, "fd00::1");
	for (int i = 0; i < 3; i++) {
		due(n, i ? 1000 : 0, i ? 1001 : 1000, MULTICAST, PROBE6);
		memcpy(nonce[i], nonce_of(n), 6);
	}
	require(n, memcmp(nonce[0], nonce[1], 6) != 0);
	require(n, memcmp(nonce[0], nonce[2], 6) != 0);
	require(n, memcmp(nonce[1], nonce[2], 6) != 0);
	quiet(n, 999);
	require(n, address_state(n, "fd00::1") == probed(n));
	pass(n, 2);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
}

static void ipv6_without_probes_is_ready_at_once(struct net *n)
{
	n->config.dad_transmits = 0;
	settle(n);
	require(n, address_state(n, LOCAL) == HF_ADDRESS_READY);
	add(n, "fd00::1");
	pass(n, 0);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	require(n, count(n, 10000, PROBE6) == 0);
}

/* RFC 4862 5.4: not used, not answered for; 5.4.3: others may ask for it. */
static void tentative_ipv6_is_not_used(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	n->config.dad_transmits = 3;
	settle(n);
	add(n, "fd00::1");
	for (int i = 0; i < 3; i++) {
		error(n, HF_ERR_ADDRESS_NOT_AVAILABLE,
		      open_from(n, "fd00::1", "fd00::2"));
		in_nd(n, &nd);
		in_echo(n, 2, "fd00::2", "fd00::1", 1);
		require(n, n->in_report.drop != HF_ACCEPTED);
		require(n, count(n, 900, "*advert*") == 0);
	}
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_TENTATIVE);
	pass(n, 5000);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	in_nd(n, &nd);
	out(n, 2, "IP6 fd00::1 > fd00::2: ICMP6, neighbor advertisement*");
}

/* ---- RFC 4429 --------------------------------------------------------- */

/* 3.3: Override is not set in what is said of an optimistic address. */
static void optimistic_ipv6_is_advertised_without_override(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	settle(n);
	add(n, "fd00::1");
	due(n, 0, 1000, MULTICAST, PROBE6);
	in_nd(n, &nd);
	out(n, 2, "IP6 fd00::1 > fd00::2: ICMP6, neighbor advertisement*");
	verbose(n, "*Flags [solicited]*");
	in_echo(n, 2, "fd00::2", "fd00::1", 1);
	out(n, 2, "IP6 fd00::1 > fd00::2: ICMP6, echo reply*");
	pass(n, 2000);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	in_nd(n, &nd);
	out(n, 2, "IP6 fd00::1 > fd00::2: ICMP6, neighbor advertisement*");
	verbose(n, "*Flags [solicited, override]*");
}

/* Opens a connection and awaits the question for its peer's MAC. */
static void await_question(struct net *n)
{
	ok(n, open_from(n, "fd00::1", "fd00::2"));
	do
		require(n, net_take(n, SEC(3)));
	while (!net_matches("*solicitation, who has fd00::2*", n->last.text));
}

/* 3.2 (modifies 7.2.2): MUST NOT be the source of a solicitation. */
static void optimistic_ipv6_is_not_who_asks(struct net *n)
{
	settle(n);
	add(n, "fd00::1");
	pass(n, 0);
	await_question(n);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY ||
			   net_matches("IP6 " LOCAL " > *", n->last.text));
}

/* Nor may an optimistic link-local one. */
static void optimistic_link_local_is_not_who_asks(struct net *n)
{
	n->bare = true;
	start(n);
	add(n, "fd00::1");
	await_question(n);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY ||
			   address_state(n, LOCAL) == HF_ADDRESS_READY);
}

/*
 * 3.2 again: with "a unicast packet to send from an Optimistic Address to a
 * neighbor, but does not know the neighbor's link-layer address, it MUST NOT
 * perform Address Resolution"; it buffers the packet until DAD is complete.
 */
static void nobody_is_asked_on_behalf_of_an_optimistic_address(struct net *n)
{
	settle(n);
	add(n, "fd00::1");
	pass(n, 0);
	await_question(n);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
}

/*
 * RFC 6724 5: that an address is optimistic counts as if it were deprecated
 * (rule 3; RFC 4429 3.1), which comes after its scope (rule 2): nobody can
 * be answered out there who says to be link-local.
 */
static void optimistic_address_opens_to_the_world(struct net *n)
{
	struct hf_open options = { .remote = addr("fd00::2"),
				   .remote_port = 80 };
	struct hf_status status;
	struct hf_handle h;
	struct hf_addr ours = addr("fd00::1");

	settle(n);
	add(n, "fd00::1");
	pass(n, 0);
	ok(n, hf_open(n->host, &options, n->now, &h));
	n->handle[n->handles++] = h;
	ok(n, hf_status(n->host, h, &status));
	require(n, memcmp(&status.local, &ours, sizeof ours) == 0);
	pass(n, 3000);
}

/* ---- IPv6: somebody has it: RFC 4862 5.4.3, 5.4.4 --------------------- */

enum rival6 {
	RIVAL6_ADVERTISES, /* from its link-local address, to all */
	RIVAL6_ADVERTISES_AS_LINUX, /* from the very address */
	RIVAL6_ANSWERS, /* no flags at all, no MAC */
	RIVAL6_PROBES, /* with a nonce of its own */
	RIVAL6_PROBES_WITHOUT_NONCE,
	RIVALS6
};

static void in_rival6(struct net *n, enum rival6 rival)
{
	struct net_nd nd;

	if (rival == RIVAL6_ADVERTISES)
		nd = nd_advertisement("fe80::9", "ff02::1", "fd00::1", ND_O, 9);
	else if (rival == RIVAL6_ADVERTISES_AS_LINUX)
		nd = nd_advertisement("fd00::1", "ff02::1", "fd00::1", ND_O, 9);
	else if (rival == RIVAL6_ANSWERS)
		nd = nd_advertisement("fe80::9", "ff02::1", "fd00::1", 0, 0);
	else
		nd = nd_solicitation("::", "fd00::1", 0);
	nd.d.from = 9;
	if (rival == RIVAL6_PROBES)
		nd_option(&nd, 14, "nonces", 8);
	net_nd(n, &nd);
}

static void rival6_at(struct net *n, unsigned ms)
{
	settle(n);
	for (int rival = 0; rival < RIVALS6; rival++) {
		add(n, "fd00::1");
		pass(n, ms);
		require(n, address_state(n, "fd00::1") == probed(n));
		in_rival6(n, (enum rival6)rival);
		dropped(n, HF_DROP_CONFLICT);
		require_duplicate(n, "fd00::1");
		ok(n, hf_address_remove(n->host, addr("fd00::1")));
	}
}

static void rival_before_the_first_solicitation(struct net *n)
{
	rival6_at(n, 0);
}

static void rival_after_a_solicitation(struct net *n)
{
	rival6_at(n, 990);
}

static void these_are_no_rivals_of_ipv6(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	settle(n);
	add(n, "fd00::1");
	due(n, 0, 1000, MULTICAST, PROBE6);
	in_nd(n, &nd); /* somebody looks for it */
	nd = nd_solicitation("::", "fd00::9:0:1", 0); /* the same group */
	in_nd(n, &nd);
	nd = nd_advertisement("fe80::9", "ff02::1", "fd00::9", ND_O, 9);
	in_nd(n, &nd);
	nd = nd_advertisement("fe80::9", "ff02::1", "fd00::1", ND_O, 9);
	nd.d.ttl = 254; /* from off the link */
	in_nd(n, &nd);
	nd.d.ttl = 255;
	nd.d.bad_checksum = true;
	in_nd(n, &nd);
	pass(n, 20000);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
}

static void duplicate_ipv6_is_not_used(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	settle(n);
	add(n, "fd00::1");
	pass(n, 0);
	in_rival6(n, RIVAL6_ADVERTISES);
	require_duplicate(n, "fd00::1");
	in_nd(n, &nd);
	nd = nd_solicitation("::", "fd00::1", 0);
	in_nd(n, &nd);
	in_rival6(n, RIVAL6_ADVERTISES);
	in_echo(n, 2, "fd00::2", "fd00::1", 1);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 1000);
	error(n, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      open_from(n, "fd00::1", "fd00::2"));
	quiet(n, 1000);
}

/* Its connections fall silent with it. */
static void duplicate_found_in_use_is_not_used_any_more(struct net *n)
{
	struct net_flow f;

	settle(n);
	add(n, self(n));
	pass(n, 0);
	user_open(n, &f, peer(n, 2), 2);
	while (net_take(n, MS(500)))
		if (net_matches(text(n->v6 ? "*who has %s,*" : "*who-has %s *",
				     peer(n, 2)),
				n->last.text))
			break;
	in_answer(n, 2, 2);
	out_tcp(n, &f, SYN);
	if (n->v6)
		in_rival6(n, RIVAL6_ADVERTISES);
	else
		in_rival(n, RIVAL_REPLY, 9);
	require(n, address_state(n, self(n)) == HF_ADDRESS_DUPLICATE);
	require(n, count(n, 20000, text("IP* %s.* > *", self(n))) == 0);
}

/*
 * RFC 7527 4.1: a probe that comes back is known by its nonce. Probing goes
 * on with MAX_MULTICAST_SOLICIT (3) more, RetransTimer apart; if none of them
 * comes back the address is assigned.
 */
static void own_probe_that_comes_back_is_no_rival(struct net *n)
{
	uint8_t copy[14 + 40 + 32];

	settle(n);
	add(n, "fd00::1");
	due(n, 0, 1000, MULTICAST, PROBE6);
	memcpy(copy, n->last.data, sizeof copy);
	net_raw_in(n, copy, sizeof copy);
	require(n, address_state(n, "fd00::1") == probed(n));
	for (int i = 0; i < 3; i++) {
		due(n, 1000, 1001, MULTICAST, PROBE6);
		require(n, memcmp(nonce_of(n), copy + 80, 6) != 0);
		require(n, address_state(n, "fd00::1") == probed(n));
	}
	quiet(n, 999);
	require(n, address_state(n, "fd00::1") == probed(n));
	pass(n, 2);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
}

/* A switch may give it a VLAN of its own or a new frame: the nonce decides. */
static void own_nonce_from_another_mac_is_no_rival(struct net *n)
{
	struct net_nd nd = nd_solicitation("::", "fd00::1", 0);

	settle(n);
	add(n, "fd00::1");
	due(n, 0, 1000, MULTICAST, PROBE6);
	nd_option(&nd, 14, nonce_of(n), 8);
	nd.d.from = 9;
	in_nd(n, &nd);
	require(n, address_state(n, "fd00::1") == probed(n));
	pass(n, 10000);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
}

/* ---- after all that --------------------------------------------------- */

/* RFC 4862 5.4.4 leaves it open; RFC 5227 2.4 (c): defended, and kept. */
static void ready_ipv6_is_kept(struct net *n)
{
	start(n);
	for (int i = 0; i < 20; i++) {
		in_rival6(n, RIVAL6_ADVERTISES);
		dropped(n, HF_DROP_CONFLICT);
	}
	require(n, count(n, 1000, "*advertisement, tgt is fd00::1,*") <= 1);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	require(n, neighbour_count(n) == 0);
	quiet(n, 60000);
}

static void link_local_address_is_probed_too(struct net *n)
{
	struct net_nd nd =
		nd_advertisement("fe80::9", "ff02::1", LOCAL, ND_O, 9);

	n->bare = true;
	start(n);
	require(n, address_state(n, LOCAL) == probed(n));
	pass(n, 0);
	in_nd(n, &nd);
	require(n, address_state(n, LOCAL) == HF_ADDRESS_DUPLICATE);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	quiet(n, 10000);
}

/*
 * RFC 4862 5.4.2: the first message of an interface, and the joining of the
 * group that goes before, come after a random delay; RFC 3590: the report is
 * from the unspecified address.
 */
static void group_is_joined_after_a_random_delay(struct net *n)
{
	n->bare = n->shows_groups = true;
	start(n);
	due(n, 0, 1000, MULTICAST,
	    "IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 "
	    "group record(s), length 28");
	verbose(n, "*hlim 1,*[gaddr ff02::1:ff00:1*");
	require(n, n->last.at != n->start);
	due(n, 0, 1000, MULTICAST,
	    "*neighbor solicitation, who has " LOCAL "*");
}

/* ---- taking addresses away -------------------------------------------- */

static void removed_at(struct net *n, const char *address, unsigned ms)
{
	bool v6 = address[0] == 'f';

	add(n, address);
	pass(n, ms);
	ok(n, hf_address_remove(n->host, addr(address)));
	require(n, address_state(n, address) == HF_ADDRESS_NONE);
	if (v6) {
		struct net_nd nd = nd_solicitation("fd00::2", address, 2);

		in_nd(n, &nd);
	} else {
		in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	}
	quiet(n, 20000);
	error(n, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      hf_address_remove(n->host, addr(address)));
	n->events = 0;
}

static void removed_address_says_nothing(struct net *n)
{
	static const unsigned times[] = { 0,	500,  1000, 1500, 2500, 3000,
					  4000, 5500, 6500, 7500, 20000 };

	settle(n);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		removed_at(n, "10.0.0.1", times[i]);
		removed_at(n, "fd00::1", times[i]);
	}
}

/* Told in host.h: its connections stay until they end. */
static void connections_of_a_removed_address_stay(struct net *n)
{
	struct net_flow f;

	start(n);
	connect_to(n, &f, 2);
	ok(n, hf_address_remove(n->host, addr(self(n))));
	user_send(n, &f, 10);
	require(n, out_tcp(n, &f, ACK) == 10);
	in_tcp(n, &f, ACK, 0);
	dropped(n, HF_ACCEPTED);
	quiet(n, 1000);
}

static void addresses_are_listed(struct net *n)
{
	struct hf_address all[8];
	size_t found = 0, count;

	start(n);
	count = hf_addresses(n->host, all, 8);
	for (size_t i = 0; i < count; i++) {
		if (all[i].link != n->link[0].id)
			continue;
		found++;
		require(n, all[i].state == HF_ADDRESS_READY);
		require(n, !all[i].is_learned);
		require(n, all[i].valid_until == HF_NEVER);
	}
	require(n, found == 3);
	require(n, hf_addresses(n->host, NULL, 0) == count);
}

static const struct net_case cases[] = {
	CASE(ipv6_is_probed_then_ready),
	CASE(ipv6_is_probed_as_often_as_told),
	CASE(ipv6_without_probes_is_ready_at_once),
	CASE_RFC(tentative_ipv6_is_not_used),
	CASE_LINUX(optimistic_ipv6_is_advertised_without_override),
	CASE_LINUX(optimistic_ipv6_is_not_who_asks),
	CASE_LINUX(optimistic_link_local_is_not_who_asks),
	CASE_LINUX(nobody_is_asked_on_behalf_of_an_optimistic_address),
	CASE_LINUX(optimistic_address_opens_to_the_world),
	CASE(rival_before_the_first_solicitation),
	CASE(rival_after_a_solicitation),
	CASE(these_are_no_rivals_of_ipv6),
	CASE(duplicate_ipv6_is_not_used),
	{ "duplicate_found_in_use_is_not_used_any_more",
	  duplicate_found_in_use_is_not_used_any_more,
	  NET_LINUX | NET_FAMILIES },
	CASE(own_probe_that_comes_back_is_no_rival),
	CASE(own_nonce_from_another_mac_is_no_rival),
	CASE(ready_ipv6_is_kept),
	CASE(link_local_address_is_probed_too),
	CASE_RFC(group_is_joined_after_a_random_delay),
	CASE(removed_address_says_nothing),
	CASE_FAMILIES(connections_of_a_removed_address_stay),
	CASE(addresses_are_listed),
};

NET_MAIN("address", cases)
