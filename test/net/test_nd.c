/* SPDX-License-Identifier: MIT */
/* Neighbour discovery for IPv6: RFC 4861 7.1, 7.2; RFC 6980; RFC 4291. */
#include "net.h"
#include <string.h>

#define LOCAL "fe80::ff:fe00:1" /* of 02:00:00:00:00:01: RFC 4291 app. A */

static void out_advertisement(struct net *n, const char *target, int to)
{
	net_out(n, to, "IP6 %s > *: ICMP6, neighbor advertisement, tgt is %s,*",
		target, target);
}

/* ---- solicitations that come: 7.2.3, 7.2.4 ---------------------------- */

static void solicitation_is_answered_to_its_sender(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	start(n);
	in_nd(n, &nd);
	out(n, 2,
	    "IP6 fd00::1 > fd00::2: ICMP6, neighbor advertisement, tgt is "
	    "fd00::1, length 32");
	verbose(n, "*hlim 255,*Flags [solicited, override]*");
	verbose(n, "*destination link-address option (2), length 8 (1): "
		   "02:00:00:00:00:01");
	require(n, n->last.report.why == HF_WHY_ADVERTISE);
	silence(n);
}

static void link_local_address_is_advertised(struct net *n)
{
	struct net_nd nd = nd_solicitation("fe80::2", LOCAL, 2);

	start(n);
	in_nd(n, &nd);
	out(n, 2,
	    "IP6 " LOCAL " > fe80::2: ICMP6, neighbor advertisement, tgt is "
	    "" LOCAL ", length 32");
	verbose(n, "*Flags [solicited, override]*");
}

/* A probe of reachability comes by unicast. */
static void unicast_solicitation_is_answered(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	start(n);
	nd.d.dst = "fd00::1";
	in_nd(n, &nd);
	out_advertisement(n, "fd00::1", 2);
	verbose(n, "*Flags [solicited, override]*");
}

/* RFC 4862 5.4.3: who probes our address hears of it, as do all. */
static void probe_is_answered_to_all(struct net *n)
{
	struct net_nd nd = nd_solicitation("::", "fd00::1", 0);

	start(n);
	in_nd(n, &nd);
	out(n, MULTICAST,
	    "IP6 fd00::1 > ff02::1: ICMP6, neighbor advertisement, tgt is "
	    "fd00::1, length 32");
	verbose(n, "*Flags [override]*");
	verbose(n, "*destination link-address option (2), length 8 (1): "
		   "02:00:00:00:00:01");
	silence(n);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	require(n, neighbour_count(n) == 0);
}

static void solicitation_for_another_is_ignored(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::3", 2);

	start(n);
	in_nd(n, &nd);
	quiet(n, 100);
	/* by our own group, whose last 24 bits another may share */
	nd = nd_solicitation("fd00::2", "fd01::1", 2);
	in_nd(n, &nd);
	quiet(n, 100);
	nd = nd_solicitation("fd00::2", "fd00::3", 2);
	nd.d.dst = "ff02::1:ff00:1";
	in_nd(n, &nd);
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
}

/* 7.2.3: it makes a STALE entry, of no router. */
static void solicitation_makes_a_stale_entry(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	start(n);
	in_nd(n, &nd);
	out_advertisement(n, "fd00::1", 2);
	require(n, neighbour_mac(n, "fd00::2") == 2);
	/* our answer is what makes it DELAY: 7.3.3 */
	require(n, neighbour_state(n, "fd00::2") == HF_NEIGHBOUR_STALE ||
			   neighbour_state(n, "fd00::2") == HF_NEIGHBOUR_DELAY);
	require(n, !neighbour_is_router(n, "fd00::2"));
}

static void solicitation_corrects_an_entry(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 3);

	n->v6 = true;
	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_answer(n, 2, 2);
	out_pong(n, 2, 1);
	/* the same MAC: the state stays */
	in_asks(n, 2);
	require(n, neighbour_state(n, "fd00::2") == HF_NEIGHBOUR_REACHABLE);
	/* another: STALE (DELAY once our answer is gone) */
	in_nd(n, &nd);
	out_advertisement(n, "fd00::1", 3);
	require(n, neighbour_mac(n, "fd00::2") == 3);
	require(n, neighbour_state(n, "fd00::2") != HF_NEIGHBOUR_REACHABLE);
}

/* While we ask for the sender ourselves: its MAC is what we wanted. */
static void solicitation_resolves_ours(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	n->v6 = true;
	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_nd(n, &nd);
	require(n, net_take(n, 0) && n->last.data[5] == 2);
	require(n, net_take(n, 0) && n->last.data[5] == 2);
	silence(n);
	require(n, neighbour_state(n, "fd00::2") != HF_NEIGHBOUR_REACHABLE);
}

/* Without a MAC there is no entry; the answer waits for our own question. */
static void solicitation_without_a_mac_is_answered_too(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 0);

	n->v6 = true;
	start(n);
	in_nd(n, &nd);
	require(n, neighbour_mac(n, "fd00::2") == 0);
	out_query(n, 2);
	in_answer(n, 2, 2);
	out_advertisement(n, "fd00::1", 2);
	silence(n);
	in_nd(n, &nd);
	out_advertisement(n, "fd00::1", 2);
	require(n, neighbour_mac(n, "fd00::2") == 2);
}

/* ---- solicitations that go: 7.2.2 ------------------------------------- */

static void question_has_its_form(struct net *n)
{
	struct net_flow f;

	n->v6 = true;
	start(n);
	user_open(n, &f, "fd00::1234:5678", 2);
	out(n, MULTICAST,
	    "IP6 fd00::1 > ff02::1:ff34:5678: ICMP6, neighbor solicitation, "
	    "who has fd00::1234:5678, length 32");
	require(n, memcmp(n->last.data, "\x33\x33\xff\x34\x56\x78", 6) == 0);
	verbose(n, "*hlim 255,*source link-address option (1), length 8 (1): "
		   "02:00:00:00:00:01");
}

/* From a link-local address what is link-local is asked. */
static void question_comes_from_the_address_that_will_speak(struct net *n)
{
	start(n);
	in_echo(n, 2, "fe80::2", LOCAL, 1);
	out(n, MULTICAST,
	    "IP6 " LOCAL " > ff02::1:ff00:2: ICMP6, neighbor solicitation, "
	    "who has fe80::2, length 32");
}

/* ---- validation: 7.1.1, 7.1.2 ----------------------------------------- */

static void refused(struct net *n, const struct net_nd *nd, int line)
{
	net_mark(n, __FILE__, line);
	net_nd(n, nd);
	if (n->in_report.drop == HF_ACCEPTED)
		net_fail(n, "it was accepted");
	net_quiet(n, MS(10));
	if (neighbour_count(n) != 0)
		net_fail(n, "it has made an entry");
}

#define REFUSED(n, nd) refused(n, nd, __LINE__)

static void bad_solicitations_are_dropped(struct net *n)
{
	const struct net_nd good = nd_solicitation("fd00::2", "fd00::1", 2);
	struct net_nd nd;

	start(n);
	for (unsigned ttl = 1; ttl < 255; ttl++) {
		nd = good;
		nd.d.ttl = (uint8_t)ttl;
		REFUSED(n, &nd);
	}
	dropped(n, HF_DROP_ND);
	nd = good;
	nd.d.bad_checksum = true;
	REFUSED(n, &nd);
	dropped(n, HF_DROP_ICMP_CHECKSUM);
	nd = good;
	nd.code = 1;
	REFUSED(n, &nd);
	dropped(n, HF_DROP_ND);
	for (uint32_t cut = 9; cut < 32; cut++) { /* under 24 octets */
		nd = good;
		nd.cut = cut;
		REFUSED(n, &nd);
	}
	nd = good;
	memcpy(nd.head + 4, "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	REFUSED(n, &nd);
	nd = good;
	nd.option[1] = 0; /* an option of length 0 */
	REFUSED(n, &nd);
	nd = good;
	nd.option[1] = 2; /* past the end */
	REFUSED(n, &nd);
	nd = good;
	nd.cut = 4;
	REFUSED(n, &nd);
}

static void bad_probes_are_dropped(struct net *n)
{
	struct net_nd nd = nd_solicitation("::", "fd00::1", 0);

	start(n);
	nd.d.dst = "fd00::1"; /* not a solicited-node address */
	REFUSED(n, &nd);
	nd.d.dst = "ff02::1";
	REFUSED(n, &nd);
	nd = nd_solicitation("::", "fd00::1", 2); /* with a MAC */
	REFUSED(n, &nd);
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
}

/* What is unknown is passed over, reserved bits are not looked at. */
static void unknown_options_and_reserved_bits_are_ignored(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 0);

	start(n);
	memset(nd.head, 0xff, 4);
	nd_option(&nd, 200, "what it may be", 16);
	nd_option(&nd, 1, "\2\0\0\0\0\2", 8);
	nd_option(&nd, 253, NULL, 8);
	in_nd(n, &nd);
	out_advertisement(n, "fd00::1", 2);
}

/* Each in turn while the host waits for just this answer. */
static void bad_advertisements_are_dropped(struct net *n)
{
	const struct net_nd good = nd_advertisement("fd00::2", "fd00::1",
						    "fd00::2", ND_S | ND_O, 2);
	struct net_nd nd[10];

	n->v6 = true;
	start(n);
	for (size_t i = 0; i < 10; i++)
		nd[i] = good;
	nd[0].d.ttl = 254;
	nd[1].d.bad_checksum = true;
	nd[2].code = 1;
	nd[3].cut = 9; /* 23 octets */
	memcpy(nd[4].head + 4, "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	nd[5].d.dst = "ff02::1"; /* solicited, and to all */
	nd[6].option[1] = 0;
	nd[7].option[1] = 9;
	nd[8].d.ttl = 1;
	nd[9].cut = 1;
	for (size_t i = 0; i < 10; i++) {
		in_ping(n, 2, 1);
		out_query(n, 2);
		in_nd(n, &nd[i]);
		require(n, n->in_report.drop != HF_ACCEPTED);
		silence(n);
		require(n, neighbour_state(n, "fd00::2") ==
				   HF_NEIGHBOUR_INCOMPLETE);
		pass(n, 10000);
	}
	in_ping(n, 2, 2);
	out_query(n, 2);
	in_nd(n, &good);
	out_pong(n, 2, 2);
}

/* RFC 6980 5: in fragments, and even in an atomic one, they are ignored. */
static void fragments_are_ignored(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	start(n);
	nd.d.options_type = 44;
	nd.d.options = (const uint8_t *)"\x3a\0\0\0\0\0\0\1";
	nd.d.options_len = 8;
	REFUSED(n, &nd);
	nd = nd_advertisement("fd00::2", "fd00::1", "fd00::2", ND_S | ND_O, 2);
	nd.d.options_type = 44;
	nd.d.options = (const uint8_t *)"\x3a\0\0\0\0\0\0\1";
	nd.d.options_len = 8;
	REFUSED(n, &nd);
}

/* In two fragments, of which each comes. */
static void whole_of_fragments_is_ignored(struct net *n)
{
	uint8_t message[32] = { 135, 0, 0, 0, 0, 0, 0, 0, 0xfd };
	struct net_datagram d = { .from = 2,
				  .src = "fd00::2",
				  .dst = "fd00::1",
				  .protocol = 58,
				  .ttl = 255,
				  .options_type = 44,
				  .options_len = 8 };

	start(n);
	message[23] = 1;
	message[24] = 1;
	message[25] = 1;
	memcpy(message + 26, "\2\0\0\0\0\2", 6);
	net_seal(&d, message, sizeof message);
	d.no_checksum = true;
	d.options = (const uint8_t *)"\x3a\0\0\1\0\0\0\7";
	in_ip(n, &d, message, 16);
	d.options = (const uint8_t *)"\x3a\0\0\x10\0\0\0\7";
	in_ip(n, &d, message + 16, 16);
	dropped(n, HF_DROP_ND);
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
}

/* ---- addresses and groups --------------------------------------------- */

static void link_local_address_is_made_of_the_mac(struct net *n)
{
	n->bare = true;
	start(n);
	require(n, address_state(n, LOCAL) != HF_ADDRESS_NONE);
	pass(n, 5000);
	require(n, address_state(n, LOCAL) == HF_ADDRESS_READY);
}

/* RFC 8200 5: IPv6 wants links of 1280 octets. */
static void small_link_has_no_link_local_address(struct net *n)
{
	n->bare = true;
	n->mtu = 1279;
	start(n);
	require(n, address_state(n, LOCAL) == HF_ADDRESS_NONE);
	quiet(n, 5000);
}

/* RFC 2464 7: whose MAC is 33:33 and the last four octets. */
static void frames_for_other_groups_are_dropped(struct net *n)
{
	struct net_nd nd = nd_solicitation("fd00::2", "fd00::1", 2);

	start(n);
	nd.d.dst = "ff02::1:ff00:9"; /* not our group */
	in_nd(n, &nd);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 100);
}

static const struct net_case cases[] = {
	CASE(solicitation_is_answered_to_its_sender),
	CASE(link_local_address_is_advertised),
	CASE(unicast_solicitation_is_answered),
	CASE(probe_is_answered_to_all),
	CASE(solicitation_for_another_is_ignored),
	CASE(solicitation_makes_a_stale_entry),
	CASE(solicitation_corrects_an_entry),
	CASE(solicitation_resolves_ours),
	CASE(solicitation_without_a_mac_is_answered_too),
	CASE(question_has_its_form),
	CASE(question_comes_from_the_address_that_will_speak),
	CASE(bad_solicitations_are_dropped),
	CASE(bad_probes_are_dropped),
	CASE(unknown_options_and_reserved_bits_are_ignored),
	CASE(bad_advertisements_are_dropped),
	CASE(fragments_are_ignored),
	CASE(whole_of_fragments_is_ignored),
	CASE(link_local_address_is_made_of_the_mac),
	CASE(small_link_has_no_link_local_address),
	CASE(frames_for_other_groups_are_dropped),
};

NET_MAIN("nd", cases)
