/* SPDX-License-Identifier: MIT */
/* What once went wrong with addresses of ours, and with those of others. */
#include "address_fixture.h"
#include <string.h>

#define ANNOUNCED_LOCAL                                                        \
	"IP6 " LOCAL                                                           \
	" > ff02::1: ICMP6, neighbor advertisement, tgt is " LOCAL             \
	", length 32"

/*
 * RFC 7527 4.1: who hears a probe of its own probes three times more. But who
 * gives back each one must not keep the address from us for ever.
 */
static void echoes_prolong_the_probing_to_an_end(struct net *n)
{
	const uint8_t nonce[6] = { 9, 9, 9, 9, 9, 9 };
	unsigned probes = 0;
	struct net_nd nd;

	n->bare = true;
	start(n);
	while (net_take(n, SEC(20))) {
		if (!net_matches("*who has " LOCAL "*", n->last.text))
			continue;
		require(n, ++probes <= 16 + 3);
		net_raw_in(n, n->last.data, n->last.len);
	}
	require(n, probes > 3);
	require(n, address_state(n, LOCAL) == HF_ADDRESS_READY);
	/* and another's probe is answered: RFC 4861 7.2.4 */
	nd = nd_solicitation("::", LOCAL, 0);
	nd_option(&nd, 14, nonce, 8);
	in_nd(n, &nd);
	out(n, MULTICAST, ANNOUNCED_LOCAL);
}

/* host.h, hf_config: each probe's nonce is looked for in each frame. */
static void probes_are_sixteen_at_most(struct net *n)
{
	static _Alignas(HF_BLOCK_ALIGN) char block[1 << 20];
	static const uint8_t probes[][2] = { { 16, 16 },
					     { 17, 16 },
					     { 16, 17 } };
	struct hf_host *host;

	settle(n);
	for (size_t i = 0; i < 3; i++) {
		struct hf_config c = n->config;

		c.arp_probes = probes[i][0];
		c.dad_transmits = probes[i][1];
		memset(block, 0, sizeof block);
		error(n, i == 0 ? HF_OK : HF_ERR_ARGUMENT,
		      hf_host_init(block, sizeof block, &c, 0, &host));
	}
}

/*
 * host.h, HF_LINK_LOOPBACK: what is for an address of ours does not go out,
 * also when a connection was tried while the address was not ours yet.
 */
static void own_address_is_reached_inside_once_it_is_ready(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	error(n, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      open_from(n, "0.0.0.0", "10.0.0.1"));
	pass(n, 20000);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
	ok(n, open_from(n, "0.0.0.0", "10.0.0.1"));
	silence(n);
}

/* And the reverse: it was ours for a while, and is found to be another's. */
static void address_of_another_is_reached_outside(struct net *n)
{
	settle(n);
	add(n, "10.0.0.3");
	pass(n, 20000);
	add(n, "10.0.0.1");
	pass(n, 0);
	ok(n, open_from(n, "10.0.0.3", "10.0.0.1"));
	silence(n);
	in_rival(n, RIVAL_REPLY, 9);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_DUPLICATE);
	ok(n, open_from(n, "10.0.0.3", "10.0.0.1"));
	out(n, BROADCAST,
	    "ARP, Request who-has 10.0.0.1 tell 10.0.0.3, length 28");
}

/*
 * RFC 5227 2.1.1: an address that is another's is not used; a connection that
 * began before that was known does not go on when the program, told of it,
 * removes the address.
 */
static void removed_duplicate_says_nothing(struct net *n)
{
	struct net_flow f;

	settle(n);
	add(n, "10.0.0.1");
	pass(n, 0);
	connect_to(n, &f, 2);
	in_rival(n, RIVAL_REPLY, 9);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_DUPLICATE);
	ok(n, hf_address_remove(n->host, addr("10.0.0.1")));
	user_send(n, &f, 10);
	quiet(n, 10000);
}

/*
 * RFC 5227 2.1.1: "any ARP packet" whose sender is the address that is probed
 * says that it is in use, a packet from a MAC like ours too.
 */
static void clone_of_our_mac_is_a_rival(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	pass(n, 1500);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_TENTATIVE);
	in_rival(n, RIVAL_REPLY, 1);
	require_duplicate(n, "10.0.0.1");
}

/* RFC 4862 5.4.4 makes no difference either. */
static void clone_of_our_mac_is_a_rival_of_ipv6(struct net *n)
{
	struct net_nd nd;

	settle(n);
	add(n, "fd00::1");
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_TENTATIVE);
	nd = nd_advertisement("fd00::1", "ff02::1", "fd00::1", ND_O, 1);
	in_nd(n, &nd);
	require_duplicate(n, "fd00::1");
}

/* But an address in use is in frames of ours, and a switch may return them. */
static void own_frames_of_an_optimistic_address_are_no_rivals(struct net *n)
{
	settle(n);
	add(n, "10.0.0.1");
	pass(n, 0);
	in_rival(n, RIVAL_REQUEST, 1);
	dropped(n, HF_DROP_ARP);
	pass(n, 20000);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
}

/*
 * RFC 5227 2.1.1: no answer for an address that was ours when the question
 * came, and was found to be another's before the answer went.
 */
static void lost_address_is_not_advertised(struct net *n)
{
	/* clang-format off */
	static const uint8_t question[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to all */
		2, 0, 0, 0, 0, 2, 8, 6, /* from 2 */
		0, 1, 8, 0, 6, 4, 0, 1, /* request */
		2, 0, 0, 0, 0, 2, 10, 0, 0, 2, /* sender */
		0, 0, 0, 0, 0, 0, 10, 0, 0, 1, /* target */
	};
	/* clang-format on */
	struct hf_frame burst[2];
	uint8_t claim[42];

	settle(n);
	add(n, "10.0.0.1");
	pass(n, 0);
	memcpy(claim, question, sizeof claim);
	claim[11] = claim[27] = 9;
	claim[31] = 1; /* 9 says that it is 10.0.0.1 */
	burst[0] = (struct hf_frame){ .data = question, .len = 42 };
	burst[1] = (struct hf_frame){ .data = claim, .len = 42 };
	hf_input(n->host, n->link[0].id, burst, 2, n->now, NULL);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_DUPLICATE);
	require(n, count(n, 1000, "ARP*10.0.0.1 is-at*") == 0);
}

/*
 * RFC 4429 3.2: no question from an optimistic address. An open that waits for
 * its own address to be ready has not failed to find anybody (RFC 4861 7.2.2).
 */
static void open_waits_until_its_address_is_ready(struct net *n)
{
	struct net_flow f;

	n->config.dad_transmits = 6;
	n->bare = n->v6 = true;
	start(n);
	add(n, "fd00::1");
	user_open(n, &f, "fd00::2", 2);
	require(n, count(n, 5500, "*who has fd00::2*") == 0);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_OPTIMISTIC);
	no_event(n, f.h, HF_EVENT_CLOSED);
	require(n, count(n, 3000, "*who has fd00::2*") > 0);
}

static const struct net_case cases[] = {
	CASE(echoes_prolong_the_probing_to_an_end),
	CASE(probes_are_sixteen_at_most),
	CASE_RFC(own_address_is_reached_inside_once_it_is_ready),
	CASE_LINUX(address_of_another_is_reached_outside),
	CASE_LINUX(removed_duplicate_says_nothing),
	CASE_RFC(clone_of_our_mac_is_a_rival),
	CASE_RFC(clone_of_our_mac_is_a_rival_of_ipv6),
	CASE_LINUX(own_frames_of_an_optimistic_address_are_no_rivals),
	CASE_LINUX(lost_address_is_not_advertised),
	CASE_LINUX(open_waits_until_its_address_is_ready),
};

NET_MAIN("regression_address", cases)
