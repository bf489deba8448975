/* SPDX-License-Identifier: MIT */
/* ARP: RFC 826, RFC 5227, RFC 1122 2.3.2. And who a frame is for. */
#include "net.h"
#include <string.h>

#define REPLY "ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:01, length 28"
/* How tcpdump calls an announcement: RFC 5227 2.3. */
#define ANNOUNCEMENT "ARP, Request who-has 10.0.0.1 tell 10.0.0.1, length 28"

/* ---- being asked: RFC 826, "Packet Reception" ------------------------- */

static void request_is_answered_to_its_sender(struct net *n)
{
	start(n);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	out(n, 2, REPLY);
	/* the fields are swapped: the target is whoever asked */
	require(n, memcmp(n->last.data + 32, "\2\0\0\0\0\2", 6) == 0);
	require(n, memcmp(n->last.data + 38, "\12\0\0\2", 4) == 0);
	require(n, n->last.report.why == HF_WHY_ADVERTISE);
	silence(n);
	in_arp(n, 2, 1, "who-has 10.0.0.1 tell 10.0.0.2");
	out(n, 2, REPLY);
}

static void each_request_is_answered(struct net *n)
{
	start(n);
	for (int i = 0; i < 20; i++) {
		in_arp(n, 2 + i % 3, BROADCAST,
		       "who-has 10.0.0.1 tell 10.0.0.%d", 2 + i % 3);
		out(n, 2 + i % 3, REPLY);
		pass(n, 10);
	}
}

/* "?Am I the target protocol address?" */
static void request_for_another_is_ignored(struct net *n)
{
	static const char *const others[] = { "10.0.0.3",   "10.0.0.0",
					      "10.0.0.255", "0.0.0.0",
					      "127.0.0.1",  "255.255.255.255",
					      "224.0.0.1" };

	start(n);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		in_arp(n, 2, BROADCAST, "who-has %s tell 10.0.0.2", others[i]);
		dropped(n, HF_DROP_ARP);
		quiet(n, 10);
	}
	require(n, neighbour_count(n) == 0);
}

/* The reply goes to the hardware address in the packet. */
static void reply_goes_to_the_sender_in_the_packet(struct net *n)
{
	struct net_arp_packet p = arp_request("10.0.0.1", "10.0.0.2", 3);

	start(n);
	in_arp_packet(n, 2, BROADCAST, &p);
	out(n, 3, REPLY);
}

/* RFC 826 does not ask whose network the sender is in (a larger mask). */
static void asker_of_another_prefix_is_answered(struct net *n)
{
	start(n);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.7.2");
	out(n, 2, REPLY);
}

/* An address of /32, and a gateway that is told to be on the link. */
static void gateway_outside_of_the_prefix_is_answered(struct net *n)
{
	struct net_flow f;

	n->bare = true;
	start(n);
	pass(n, 5000);
	ok(n, hf_address_add(n->host, n->link[0].id, addr("10.0.0.1"), 32,
			     n->now));
	pass(n, 20000);
	ok(n, hf_route_add(n->host, addr("172.31.1.1"), 32, n->link[0].id,
			   addr("0.0.0.0")));
	ok(n, hf_route_add(n->host, addr("0.0.0.0"), 0, n->link[0].id,
			   addr("172.31.1.1")));
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 172.31.1.1");
	out(n, 2, REPLY);
	user_open(n, &f, "192.0.2.1", 2);
	out_tcp(n, &f, SYN);
}

/* RFC 5227 2.1.1: a probe is a request, of a sender that has no address. */
static void probe_for_our_address_is_answered(struct net *n)
{
	start(n);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 0.0.0.0");
	require(n, net_take(n, 0));
	require(n, net_matches(REPLY, n->last.text));
	/* to the prober, or to all: RFC 5227 2.6 */
	require(n, n->last.data[5] == 2 || n->last.data[5] == 0xff);
	quiet(n, 1000);
	require(n, neighbour_count(n) == 0);
}

/* ---- learning --------------------------------------------------------- */

static void request_for_us_teaches(struct net *n)
{
	start(n);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	out(n, 2, REPLY);
	require(n, neighbour_mac(n, "10.0.0.2") == 2);
	in_ping(n, 2, 1);
	out_pong(n, 2, 1);
	silence(n);
}

static void request_for_another_does_not_teach(struct net *n)
{
	start(n);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.3 tell 10.0.0.2");
	require(n, neighbour_mac(n, "10.0.0.2") == 0);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_answer(n, 2, 2);
	out_pong(n, 2, 1);
}

/* A request that has another MAC than before corrects the entry. */
static void request_for_us_corrects(struct net *n)
{
	start(n);
	in_asks(n, 2);
	in_arp(n, 3, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	out(n, 3, REPLY);
	require(n, neighbour_mac(n, "10.0.0.2") == 3);
}

/* So does one for somebody else: the "merge" comes before the question. */
static void request_for_another_corrects_what_is_known(struct net *n)
{
	start(n);
	in_asks(n, 2);
	in_arp(n, 3, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.2");
	silence(n);
	require(n, neighbour_mac(n, "10.0.0.2") == 3);
}

static void gratuitous_request_corrects_and_never_makes(struct net *n)
{
	start(n);
	in_arp(n, 3, BROADCAST, "who-has 10.0.0.2 tell 10.0.0.2");
	require(n, neighbour_count(n) == 0);
	in_asks(n, 2);
	in_arp(n, 3, BROADCAST, "who-has 10.0.0.2 tell 10.0.0.2");
	silence(n);
	require(n, neighbour_mac(n, "10.0.0.2") == 3);
	in_ping(n, 2, 1);
	out(n, 3, "IP 10.0.0.1 > 10.0.0.2: ICMP echo reply*");
}

static void gratuitous_reply_corrects_and_never_makes(struct net *n)
{
	struct net_arp_packet p = arp_reply("10.0.0.2", 3, "10.0.0.2", 3);

	start(n);
	in_arp_packet(n, 3, BROADCAST, &p);
	require(n, neighbour_count(n) == 0);
	in_asks(n, 2);
	in_arp_packet(n, 3, BROADCAST, &p);
	silence(n);
	require(n, neighbour_mac(n, "10.0.0.2") == 3);
}

/* Whoever was not asked has nothing to say (cache poisoning). */
static void unasked_reply_makes_no_entry(struct net *n)
{
	start(n);
	in_arp(n, 9, 1, "10.0.0.9 is-at 02:00:00:00:00:09");
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
	in_arp(n, 9, BROADCAST, "10.0.0.9 is-at 02:00:00:00:00:09");
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
}

/* An answer to another question than the one that waits. */
static void reply_of_another_does_not_resolve(struct net *n)
{
	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_arp(n, 9, 1, "10.0.0.9 is-at 02:00:00:00:00:09");
	silence(n);
	in_answer(n, 2, 2);
	out_pong(n, 2, 1);
	require(n, neighbour_count(n) == 1);
}

/* While we ask: a request of that neighbour for us answers too. */
static void their_request_resolves_ours(struct net *n)
{
	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
	require(n, net_take(n, 0) && n->last.data[5] == 2);
	require(n, net_take(n, 0) && n->last.data[5] == 2);
	silence(n);
	require(n, neighbour_mac(n, "10.0.0.2") == 2);
}

/* Neither to all nor to us; nobody may lead us to talk to everybody. */
static void impossible_senders_teach_nothing(struct net *n)
{
	static const char *const senders[] = { "255.255.255.255", "224.0.0.1",
					       "127.0.0.1", "10.0.0.255" };

	start(n);
	for (size_t i = 0; i < sizeof senders / sizeof *senders; i++) {
		in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell %s", senders[i]);
		pass(n, 10);
		require(n, neighbour_count(n) == 0);
	}
}

/* RFC 1122 3.2.1.3: a host number is not 0; 3.3.6: an old broadcast. */
static void sender_of_host_number_zero_teaches_nothing(struct net *n)
{
	start(n);
	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.0");
	pass(n, 10);
	require(n, neighbour_count(n) == 0);
}

/* ---- RFC 5227 2.4: our address is used by another --------------------- */

static void announcement_defends(struct net *n)
{
	start(n);
	in_arp(n, 9, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
	dropped(n, HF_DROP_CONFLICT);
	out(n, BROADCAST, ANNOUNCEMENT);
	require(n, n->last.report.why == HF_WHY_ANNOUNCE);
	silence(n);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
	require(n, neighbour_mac(n, "10.0.0.1") == 0);
}

/* DEFEND_INTERVAL: 10 s between two defences, lest two hosts never end. */
static void defence_is_at_most_once_in_ten_seconds(struct net *n)
{
	start(n);
	in_arp(n, 9, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.1");
	out(n, BROADCAST, ANNOUNCEMENT);
	for (int i = 0; i < 9; i++) {
		quiet(n, 1000);
		in_arp(n, 9, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.1");
		dropped(n, HF_DROP_CONFLICT);
	}
	quiet(n, 999);
	in_arp(n, 9, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.1");
	quiet(n, 2);
	/* conflicts that were passed over do not put it off */
	in_arp(n, 9, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.1");
	out(n, BROADCAST, ANNOUNCEMENT);
	quiet(n, 5000);
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
}

/* Wherever in a second the first conflict was. */
static void defence_waits_for_the_whole_interval(struct net *n)
{
	static const unsigned at[] = { 0, 1, 500, 900, 1000, 1500, 1999 };

	start(n);
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		quiet(n, 20000 + at[i]);
		in_arp(n, 9, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
		out(n, BROADCAST, ANNOUNCEMENT);
		quiet(n, 9990);
		in_arp(n, 9, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
		quiet(n, 20);
		in_arp(n, 9, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
		out(n, BROADCAST, ANNOUNCEMENT);
		quiet(n, 10000 - at[i]); /* back to whole seconds */
		quiet(n, 990);
	}
}

/* However long ago the last one was. */
static void defence_comes_again_after_a_day(struct net *n)
{
	start(n);
	in_arp(n, 9, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
	out(n, BROADCAST, ANNOUNCEMENT);
	for (int i = 0; i < 3; i++) { /* 16 bits of seconds */
		quiet(n, 65536000 + 10 * i);
		in_arp(n, 9, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
		out(n, BROADCAST, ANNOUNCEMENT);
	}
}

/* A reply is a conflict as well as a request: "any ARP packet". */
static void reply_with_our_address_is_a_conflict(struct net *n)
{
	start(n);
	in_arp(n, 9, 1, "10.0.0.1 is-at 02:00:00:00:00:09");
	dropped(n, HF_DROP_CONFLICT);
	out(n, BROADCAST, ANNOUNCEMENT);
	quiet(n, 1000);
}

/* A probe is no conflict for one who uses the address: 2.4 asks for sender. */
static void probes_do_not_count_as_conflicts(struct net *n)
{
	start(n);
	for (int i = 0; i < 5; i++) {
		in_arp(n, 9, BROADCAST, "who-has 10.0.0.1 tell 0.0.0.0");
		require(n, net_take(n, 0));
		require(n, net_matches(REPLY, n->last.text));
		silence(n);
		pass(n, 1000);
	}
	require(n, address_state(n, "10.0.0.1") == HF_ADDRESS_READY);
}

/* A bridge or a hub that gives us back our own frames is no rival. */
static void own_frames_that_come_back_are_no_conflict(struct net *n)
{
	struct net_arp_packet p = arp_reply("10.0.0.1", 1, "10.0.0.2", 2);

	start(n);
	in_arp(n, 1, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.1");
	quiet(n, 100);
	in_arp(n, 1, BROADCAST, "who-has 10.0.0.2 tell 10.0.0.1");
	quiet(n, 100);
	in_arp(n, 1, BROADCAST, "who-has 10.0.0.1 tell 0.0.0.0");
	quiet(n, 100);
	in_arp_packet(n, 1, 1, &p);
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
	require(n, hf_drops(n->host, HF_DROP_CONFLICT) == 0);
}

/* ---- bad packets ------------------------------------------------------ */

static void bad(struct net *n, const struct net_arp_packet *p)
{
	in_arp_packet(n, 2, BROADCAST, p);
	dropped(n, HF_DROP_ARP);
	quiet(n, 10);
	require(n, neighbour_count(n) == 0);
}

/* "?Do I have the hardware type", "?Do I speak the protocol", the lengths. */
static void other_hardware_protocols_and_lengths_are_dropped(struct net *n)
{
	const struct net_arp_packet good =
		arp_request("10.0.0.1", "10.0.0.2", 2);
	struct net_arp_packet p;

	start(n);
	for (unsigned type = 0; type < 40; type++) {
		p = good;
		p.hardware = (uint16_t)type;
		if (type != 1 && type != 6)
			bad(n, &p);
	}
	p = good;
	p.protocol = 0x86dd;
	bad(n, &p);
	p = good;
	p.hardware_len = 8;
	bad(n, &p);
	p = good;
	p.protocol_len = 16;
	bad(n, &p);
	p = good;
	p.hardware_len = p.protocol_len = 0;
	bad(n, &p);
}

static void other_operations_are_dropped(struct net *n)
{
	struct net_arp_packet p = arp_request("10.0.0.1", "10.0.0.2", 2);

	start(n);
	for (unsigned op = 0; op < 300; op++) {
		p.op = (uint16_t)op;
		if (op != 1 && op != 2)
			bad(n, &p);
	}
}

static void sender_with_a_group_mac_is_dropped(struct net *n)
{
	struct net_arp_packet p =
		arp_request("10.0.0.1", "10.0.0.2", BROADCAST);

	start(n);
	bad(n, &p);
	p.sender_mac = 0;
	bad(n, &p);
}

static void group_mac_does_not_resolve(struct net *n)
{
	struct net_arp_packet p =
		arp_reply("10.0.0.2", BROADCAST, "10.0.0.1", 1);

	start(n);
	in_ping(n, 2, 1);
	out_query(n, 2);
	in_arp_packet(n, 2, 1, &p);
	dropped(n, HF_DROP_ARP);
	silence(n);
	in_answer(n, 2, 2);
	out_pong(n, 2, 1);
}

static void truncated_packets_are_dropped(struct net *n)
{
	struct net_builder b = { .tag = -1, .unpadded = true };

	start(n);
	build_ethernet(n, &b, 2, BROADCAST, 0x806);
	build_octets(&b, "\0\1\x08\0\6\4\0\1\2\0\0\0\0\2\12\0\0\2", 18);
	build_octets(&b, "\0\0\0\0\0\0\12\0\0\1", 10);
	for (uint32_t len = 0; len < 42; len++) {
		struct net_builder cut = b;

		cut.len = len;
		net_in(n, &cut);
		dropped(n, HF_DROP_TRUNCATED);
		silence(n);
	}
	net_in(n, &b);
	out(n, 2, REPLY);
}

/* ---- who a frame is for ----------------------------------------------- */

static void frames_for_other_macs_are_dropped(struct net *n)
{
	struct net_datagram d = { .from = 2,
				  .to = 9,
				  .src = "10.0.0.2",
				  .dst = "10.0.0.1",
				  .protocol = 1 };

	start(n);
	in_arp(n, 2, 9, "who-has 10.0.0.1 tell 10.0.0.2");
	dropped(n, HF_DROP_LINK_ADDRESS);
	in_ip(n, &d, "\x08\0\0\0\0\1\0\1", 8);
	dropped(n, HF_DROP_LINK_ADDRESS);
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
}

/* RFC 1122 3.3.6: a broadcast frame with a unicast address in it. */
static void broadcast_frames_for_one_address_are_dropped(struct net *n)
{
	struct net_datagram d = { .from = 2,
				  .to = BROADCAST,
				  .src = "10.0.0.2",
				  .dst = "10.0.0.1",
				  .protocol = 1 };
	uint8_t syn[20] = {
		0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2
	};

	start(n);
	in_asks(n, 2);
	in_ip(n, &d, "\x08\0\0\0\0\1\0\1", 8);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 100);
	d.protocol = 6;
	in_ip(n, &d, syn, sizeof syn);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 100);
	in_udp(n, &d, 9, 10);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 100);
}

static void other_ethertypes_are_dropped(struct net *n)
{
	static const uint16_t types[] = { 0x0600, 0x0801, 0x8035,
					  0x88cc, 0x8863, 0xffff };

	start(n);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct net_builder b = { .tag = -1 };

		build_ethernet(n, &b, 2, BROADCAST, types[i]);
		build_zeros(&b, 46);
		net_in(n, &b);
		dropped(n, HF_DROP_LINK_TYPE);
		silence(n);
	}
}

/* RFC 1122 2.3.3: MUST be able to receive RFC 894; SHOULD, RFC 1042. */
static void snap_frames_are_taken(struct net *n)
{
	struct net_builder b = { .tag = -1 };

	start(n);
	build_ethernet(n, &b, 2, BROADCAST, 8 + 28);
	build_octets(&b, "\xaa\xaa\3\0\0\0\x08\6", 8);
	build_octets(&b, "\0\6\x08\0\6\4\0\1\2\0\0\0\0\2\12\0\0\2", 18);
	build_octets(&b, "\0\0\0\0\0\0\12\0\0\1", 10);
	net_in(n, &b);
	/* RFC 1122 2.3.3: what is sent is RFC 894 by default */
	out(n, 2, REPLY);
}

/* ---- VLANs (IEEE 802.1Q) ---------------------------------------------- */

static void tagged_request(struct net *n, int tci)
{
	struct net_builder b = { .tag = tci };

	build_ethernet(n, &b, 2, BROADCAST, 0x806);
	build_octets(&b, "\0\1\x08\0\6\4\0\1\2\0\0\0\0\2\12\0\0\2", 18);
	build_octets(&b, "\0\0\0\0\0\0\12\0\0\1", 10);
	net_in(n, &b);
}

static void untagged_request(struct net *n)
{
	struct net_builder b = { .tag = -1 };
	uint16_t vlan = n->link[0].options.vlan;

	n->link[0].options.vlan = 0;
	build_ethernet(n, &b, 2, BROADCAST, 0x806);
	n->link[0].options.vlan = vlan;
	build_octets(&b, "\0\1\x08\0\6\4\0\1\2\0\0\0\0\2\12\0\0\2", 18);
	build_octets(&b, "\0\0\0\0\0\0\12\0\0\1", 10);
	net_in(n, &b);
}

static void link_of_a_vlan_speaks_with_its_tag(struct net *n)
{
	n->vlan = 5;
	start(n);
	tagged_request(n, 5);
	out(n, 2, "*" REPLY);
	require(n, memcmp(n->last.data + 12, "\x81\0\0\5\x08\6", 6) == 0);
	tagged_request(n, 7 << 13 | 5); /* of priority 7 */
	out(n, 2, "*" REPLY);
	tagged_request(n, 0x1000 | 5); /* of the drop eligible bit */
	out(n, 2, "*" REPLY);
	in_ping(n, 2, 1);
	out(n, 2, "*10.0.0.1 > 10.0.0.2: ICMP echo reply*");
}

static void link_of_a_vlan_hears_no_other(struct net *n)
{
	n->vlan = 5;
	start(n);
	tagged_request(n, 6);
	dropped(n, HF_DROP_VLAN);
	tagged_request(n, 0); /* a priority only: of the native VLAN */
	dropped(n, HF_DROP_VLAN);
	untagged_request(n);
	dropped(n, HF_DROP_VLAN);
	tagged_request(n, 0xfff);
	dropped(n, HF_DROP_VLAN);
	quiet(n, 100);
	require(n, neighbour_count(n) == 0);
}

static void link_without_vlan_takes_a_priority(struct net *n)
{
	start(n);
	tagged_request(n, 5 << 13);
	out(n, 2, REPLY);
	tagged_request(n, 5);
	dropped(n, HF_DROP_VLAN);
	tagged_request(n, 5 << 13 | 1);
	dropped(n, HF_DROP_VLAN);
	quiet(n, 100);
}

static void tag_within_a_tag_is_dropped(struct net *n)
{
	struct net_builder b = { .tag = 5 };

	n->vlan = 5;
	start(n);
	build_ethernet(n, &b, 2, BROADCAST, 0x8100);
	build_octets(&b, "\0\5\x08\6\0\1\x08\0\6\4\0\1\2\0\0\0\0\2", 18);
	build_octets(&b, "\12\0\0\2\0\0\0\0\0\0\12\0\0\1", 14);
	net_in(n, &b);
	dropped(n, HF_DROP_VLAN);
	silence(n);
}

/* ---- all -------------------------------------------------------------- */

static const struct net_case cases[] = {
	CASE(request_is_answered_to_its_sender),
	CASE(each_request_is_answered),
	CASE(request_for_another_is_ignored),
	CASE(reply_goes_to_the_sender_in_the_packet),
	CASE(asker_of_another_prefix_is_answered),
	CASE(gateway_outside_of_the_prefix_is_answered),
	CASE(probe_for_our_address_is_answered),
	CASE(request_for_us_teaches),
	CASE(request_for_another_does_not_teach),
	CASE(request_for_us_corrects),
	CASE(request_for_another_corrects_what_is_known),
	CASE(gratuitous_request_corrects_and_never_makes),
	CASE(gratuitous_reply_corrects_and_never_makes),
	CASE(unasked_reply_makes_no_entry),
	CASE(reply_of_another_does_not_resolve),
	CASE(their_request_resolves_ours),
	CASE(impossible_senders_teach_nothing),
	CASE(sender_of_host_number_zero_teaches_nothing),
	CASE(announcement_defends),
	CASE(defence_is_at_most_once_in_ten_seconds),
	CASE(defence_waits_for_the_whole_interval),
	CASE(defence_comes_again_after_a_day),
	CASE(reply_with_our_address_is_a_conflict),
	CASE(probes_do_not_count_as_conflicts),
	CASE(own_frames_that_come_back_are_no_conflict),
	CASE(other_hardware_protocols_and_lengths_are_dropped),
	CASE(other_operations_are_dropped),
	CASE(sender_with_a_group_mac_is_dropped),
	CASE(group_mac_does_not_resolve),
	CASE(truncated_packets_are_dropped),
	CASE(frames_for_other_macs_are_dropped),
	CASE(broadcast_frames_for_one_address_are_dropped),
	CASE(other_ethertypes_are_dropped),
	CASE(snap_frames_are_taken),
	CASE(link_of_a_vlan_speaks_with_its_tag),
	CASE(link_of_a_vlan_hears_no_other),
	CASE(link_without_vlan_takes_a_priority),
	CASE(tag_within_a_tag_is_dropped),
};

NET_MAIN("arp", cases)
