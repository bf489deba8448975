/* SPDX-License-Identifier: MIT */
/* IPv4 addresses before they are ours: RFC 5227. */
#include "address_fixture.h"
#include <string.h>

/* ---- IPv4: nobody has it ---------------------------------------------- */

/*
 * RFC 5227 2.1.1: PROBE_WAIT 0-1 s, PROBE_NUM 3, PROBE_MIN 1 s to PROBE_MAX
 * 2 s apart; ANNOUNCE_WAIT 2 s after the last. 2.3: ANNOUNCE_NUM 2,
 * ANNOUNCE_INTERVAL 2 s.
 */
static void ipv4_is_probed_thrice_then_announced(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_TENTATIVE);
	due(n, 0, 1000, BROADCAST, PROBE4);
	require(n, n->last.report.why == HF_WHY_ADDRESS_PROBE);
	/* the target hardware address is zero: RFC 5227 1.1 */
	require(n, memcmp(n->last.data + 32, "\0\0\0\0\0\0", 6) == 0);
	due(n, 1000, 2000, BROADCAST, PROBE4);
	due(n, 1000, 2000, BROADCAST, PROBE4);
	quiet(n, 1999);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_TENTATIVE);
	no_event(n, NOBODY, HF_EVENT_ADDRESS);
	due(n, 0, 2, BROADCAST, ANNOUNCEMENT);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	due(n, 2000, 2001, BROADCAST, ANNOUNCEMENT);
	quiet(n, 60000);
	no_event(n, NOBODY, HF_EVENT_ADDRESS);
}

/* profile linux: one probe, and in use meanwhile. */
static void ipv4_is_probed_once_then_announced(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_OPTIMISTIC);
	due(n, 0, 1000, BROADCAST, PROBE4);
	due(n, 2000, 2001, BROADCAST, ANNOUNCEMENT);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	due(n, 2000, 2001, BROADCAST, ANNOUNCEMENT);
	quiet(n, 60000);
}

/* The times are random, lest all hosts probe at once when the power returns */
static void ipv4_probes_come_at_random_times(struct net *n)
{
	hf_time at[2];

	settle(n);
	add(n, "10.0.0.1");
	require(n, net_take(n, SEC(2)));
	at[0] = n->last.at - n->start;
	require(n, net_take(n, SEC(3)));
	at[1] = n->last.at - n->start - at[0];
	require(n, at[0] % SEC(1) != 0 && at[1] % SEC(1) != 0);
}

/* RFC 5227 2.1: until it is ready it is not used, and not answered for. */
static void tentative_ipv4_is_not_used(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	for (int i = 0; i < 3; i++) {
		error(n, HF_ERR_ADDRESS_NOT_AVAILABLE,
		      open_from(n, "10.0.0.1", "10.0.0.2"));
		in_arp(n, 2, 1, "who-has 10.0.0.1 tell 10.0.0.2");
		in_echo(n, 2, "10.0.0.2", "10.0.0.1", 1);
		require(n, n->in_report.drop != HF_ACCEPTED);
		require(n, count(n, 1000, "*Reply*") == 0);
	}
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_TENTATIVE);
	require(n, neighbour_count(n) == 0);
}

static void optimistic_ipv4_is_used(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	pass(n, 0);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	out(n, 2, "ARP, Reply 10.0.0.1 is-at *");
	in_echo(n, 2, "10.0.0.2", "10.0.0.1", 1);
	out(n, 2, "IP 10.0.0.1 > 10.0.0.2: ICMP echo reply*");
	ok(n, open_from(n, "10.0.0.1", "10.0.0.2"));
	out(n, 2, "IP 10.0.0.1.* > 10.0.0.2.80: Flags [S]*");
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_OPTIMISTIC);
}

static void ipv4_without_probes_is_ready_at_once(struct net *n)
{
	n->config.arp_probes = 0;
	settle(n);
	add(n, "10.0.0.1");
	pass(n, 0);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
	require(n, count(n, 10000, PROBE4) == 0);
}

/* ---- IPv4: somebody has it -------------------------------------------- */

/* From the beginning until ANNOUNCE_WAIT after the last probe. */
static void rival_at(struct net *n, unsigned ms)
{
	settle(n);
	for (int rival = 0; rival < RIVALS; rival++) {
		add(n, "10.0.0.1");
		pass(n, ms);
		require(n, address_state(n, "10.0.0.1") == probed(n));
		in_rival(n, (enum rival)rival, 9);
		dropped(n, HF_DROP_CONFLICT);
		require_duplicate(n, "10.0.0.1");
		ok(n, hf_address_remove(n->host, addr("10.0.0.1")));
	}
}

static void rival_before_the_first_probe(struct net *n)
{
	rival_at(n, 0);
}

static void rival_after_a_probe(struct net *n)
{
	rival_at(n, 1100);
}

static void rival_just_before_the_end(struct net *n)
{
	rival_at(n, 1990);
}

/* After the last of three probes, which has come 3 to 5 s from the start. */
static void rival_while_the_announcement_waits(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	for (int i = 0; i < 3; i++)
		due(n, 0, 2000, BROADCAST, PROBE4);
	quiet(n, 1990);
	in_rival(n, RIVAL_REPLY, 9);
	dropped(n, HF_DROP_CONFLICT);
	require_duplicate(n, "10.0.0.1");
}

/* 2.1.1: what others say to each other, and what we said, is none. */
static void these_are_no_rivals_of_ipv4(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	due(n, 0, 1000, BROADCAST, PROBE4);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.9 tell 0.0.0.0");
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.2 tell 10.0.0.2");
	in_arp(n, 1, BROADCAST, "who-has 10.0.0.1 tell 0.0.0.0");
	pass(n, 20000);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
	require(n, hf_drops(n->host, HF_DROP_CONFLICT) == 0);
}

static void duplicate_ipv4_is_not_used(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	pass(n, 0);
	in_rival(n, RIVAL_REPLY, 9);
	require_duplicate(n, "10.0.0.1");
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	require(n, n->in_report.drop != HF_ACCEPTED);
	in_rival(n, RIVAL_ANNOUNCES, 9); /* it is his: no defence */
	in_rival(n, RIVAL_PROBE, 9);
	in_echo(n, 2, "10.0.0.2", "10.0.0.1", 1);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 1000);
	error(n, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      open_from(n, "10.0.0.1", "10.0.0.2"));
	quiet(n, 1000);
	require(n, neighbour_count(n) == 0);
}

static void duplicate_can_be_tried_again(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	pass(n, 0);
	in_rival(n, RIVAL_REPLY, 9);
	require_duplicate(n, "10.0.0.1");
	error(n, HF_ERR_ADDRESS_IN_USE,
	      hf_address_add(n->host, n->link[0].id, addr("10.0.0.1"), 24,
			     n->now));
	ok(n, hf_address_remove(n->host, addr("10.0.0.1")));
	add(n, "10.0.0.1");
	require(n, address_state(n, "10.0.0.1") == probed(n));
	pass(n, 20000);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
}

/* RFC 5227 2.1.1: "on the interface where the probe is being performed". */
static void other_links_have_no_rivals(struct net *n)
{
	n->two_links = true;
	settle(n);
	add(n, "10.0.0.1");
	n->at = 1;
	in_arp(n, 9, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
	n->at = 0;
	pass(n, 20000);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
}

static void of_two_addresses_one_may_be_duplicate(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	add(n, "10.0.0.5");
	in_rival(n, RIVAL_REPLY, 9);
	pass(n, 20000);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_DUPLICATE);
	require(n, address_state(n, "10.0.0.5") == HF_ADDRESS_READY);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.5 tell 10.0.0.2");
	out(n, 2, "ARP, Reply 10.0.0.5 is-at *");
}

static const struct net_case cases[] = {
	CASE_RFC(ipv4_is_probed_thrice_then_announced),
	CASE_LINUX(ipv4_is_probed_once_then_announced),
	CASE_RFC(ipv4_probes_come_at_random_times),
	CASE_RFC(tentative_ipv4_is_not_used),
	CASE_LINUX(optimistic_ipv4_is_used),
	CASE(ipv4_without_probes_is_ready_at_once),
	CASE(rival_before_the_first_probe),
	CASE(rival_after_a_probe),
	CASE(rival_just_before_the_end),
	CASE_RFC(rival_while_the_announcement_waits),
	CASE(these_are_no_rivals_of_ipv4),
	CASE(duplicate_ipv4_is_not_used),
	CASE(duplicate_can_be_tried_again),
	CASE(other_links_have_no_rivals),
	CASE(of_two_addresses_one_may_be_duplicate),
};

NET_MAIN("conflict", cases)
