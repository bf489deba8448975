/* SPDX-License-Identifier: MIT */
/* What is said, and not said, by ICMP: RFC 1122 3.2.2; RFC 4443 2.4. */
#include "icmp_fixture.h"
#include <string.h>

/* ---- echo: RFC 1122 3.2.2.6, RFC 4443 4.1, 4.2 ------------------------ */

static void echo_comes_back_as_it_was(struct net *n)
{
	uint8_t message[8 + 300] = { 8, 0, 0, 0, 0xab, 0xcd, 0x12, 0x34 };
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	d.protocol = n->v6 ? 58 : 1;
	message[0] = n->v6 ? 128 : 8;
	for (size_t i = 8; i < sizeof message; i++)
		message[i] = (uint8_t)(i * 7);
	in_ip(n, &d, message, sizeof message);
	out(n, 2,
	    "IP* %s > %s: ICMP* echo reply, id 43981, seq 4660, "
	    "length 308",
	    self(n), peer(n, 2));
	require(n, icmp_of(n)[0] == (n->v6 ? 129 : 0));
	require(n, memcmp(icmp_of(n) + 4, message + 4, 304) == 0);
}

static void echo_without_data_is_answered(struct net *n)
{
	uint8_t message[8] = { 8, 0, 0, 0, 0, 7, 0, 9 };
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	d.protocol = n->v6 ? 58 : 1;
	message[0] = n->v6 ? 128 : 8;
	in_ip(n, &d, message, sizeof message);
	out(n, 2, "IP* ICMP* echo reply, id 7, seq 9, length 8");
}

static void bad_echo_is_not_answered(struct net *n)
{
	uint8_t message[8] = { 8, 0, 0, 0, 0, 7, 0, 9 };
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	d.protocol = n->v6 ? 58 : 1;
	message[0] = n->v6 ? 128 : 8;
	d.bad_checksum = true;
	in_ip(n, &d, message, sizeof message);
	dropped(n, HF_DROP_ICMP_CHECKSUM);
	d.bad_checksum = false;
	for (uint32_t len = 0; len < 8; len++) {
		in_ip(n, &d, message, len);
		require(n, n->in_report.drop != HF_ACCEPTED);
	}
	nothing_about(n);
}

/* RFC 1122 3.2.2.6: may be answered, but not as from a broadcast address. */
static void echo_to_all_has_a_source(struct net *n)
{
	static const char *const all[] = { "10.0.0.255", "255.255.255.255" };

	settle(n);
	for (size_t i = 0; i < 2; i++) {
		in_echo(n, 2, "10.0.0.2", all[i], 1);
		if (n->queue_len)
			out(n, 2, "IP 10.0.0.1 > 10.0.0.2: ICMP echo reply*");
		silence(n);
	}
}

/* RFC 4443 4.2: SHOULD be answered, from a unicast address of the link. */
static void echo_to_all_nodes_is_answered(struct net *n)
{
	struct net_nd nd = nd_solicitation("fe80::2", LOCAL, 2);

	n->v6 = true;
	settle(n);
	in_nd(n, &nd);
	pass(n, 0);
	in_echo(n, 2, "fe80::2", "ff02::1", 1);
	out(n, 2, "IP6 " LOCAL " > fe80::2: ICMP6, echo reply*");
	in_echo(n, 2, "fd00::2", "ff02::1", 1);
	require(n, net_take(n, 0));
	require(n, net_matches("IP6 f* > fd00::2: ICMP6, echo reply*",
			       n->last.text));
	require(n, !net_matches("IP6 ff*", n->last.text));
}

/* RFC 1122 3.2.1.3, 3.3.7; RFC 4291 2.8: a group that we have not joined. */
static void echo_to_other_groups_is_dropped(struct net *n)
{
	settle(n);
	in_echo(n, 2, peer(n, 2), n->v6 ? "ff02::5" : "224.0.0.5", 1);
	require(n, n->in_report.drop != HF_ACCEPTED);
	if (n->v6) {
		in_echo(n, 2, peer(n, 2), "ff02::1:ff12:3456", 1);
		require(n, n->in_report.drop != HF_ACCEPTED);
		in_echo(n, 2, peer(n, 2), "ff02::2", 1); /* routers */
		require(n, n->in_report.drop != HF_ACCEPTED);
	}
	nothing_about(n);
}

/* RFC 1122 3.2.1.3: nobody can be answered there. */
static void impossible_sources_are_dropped(struct net *n)
{
	static const char *const sources[2][8] = {
		{ "0.0.0.0", "255.255.255.255", "10.0.0.255", "224.0.0.1",
		  "127.0.0.1", "10.0.0.1", "240.0.0.1", "239.1.2.3" },
		{ "::", "ff02::1", "::1", "fd00::1", "ff0e::1:2:3", LOCAL,
		  "ff02::1:ff00:2", "::ffff:10.0.0.2" }
	};

	settle(n);
	for (size_t i = 0; i < 8; i++) {
		struct net_datagram d = from_two(n);

		d.src = sources[n->v6][i];
		in_echo(n, 2, d.src, d.dst, 1);
		require(n, n->in_report.drop != HF_ACCEPTED);
		in_udp(n, &d, 9, 20);
		require(n, n->in_report.drop != HF_ACCEPTED);
		nothing_about(n);
	}
}

/* A host does not forward, and says nothing of what is not its own. */
static void what_is_for_others_is_dropped(struct net *n)
{
	static const char *const others[2][5] = {
		{ "10.0.0.9", "192.0.2.9", "127.0.0.1", "0.0.0.0",
		  "240.0.0.1" },
		{ "fd00::9", "2001:db8::9", "::1", "::", "fe80::9" }
	};

	settle(n);
	for (size_t i = 0; i < 5; i++) {
		struct net_datagram d = from_two(n);

		d.dst = others[n->v6][i];
		d.to = 1;
		d.protocol = n->v6 ? 58 : 1;
		in_ip(n, &d,
		      n->v6 ? "\x80\0\0\0\0\1\0\1" : "\x08\0\0\0\0\1\0\1", 8);
		dropped(n, HF_DROP_DESTINATION);
		in_udp(n, &d, 9, 20);
		dropped(n, HF_DROP_DESTINATION);
		nothing_about(n);
	}
}

/* ---- other messages: RFC 1122 3.2.2, RFC 4443 2.4 --------------------- */

/* (a), (b): what is unknown is discarded in silence. */
static void other_messages_are_not_answered(struct net *n)
{
	uint8_t message[36] = { 0 };
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	d.protocol = n->v6 ? 58 : 1;
	for (unsigned type = 0; type < 256; type++) {
		/* groups, and discovery, are told elsewhere */
		if (type == (n->v6 ? 128 : 8) ||
		    (n->v6 && type >= 130 && type <= 137))
			continue;
		message[0] = (uint8_t)type;
		in_ip(n, &d, message, sizeof message);
		quiet(n, 50);
	}
}

/* ---- port unreachable ------------------------------------------------- */

/* RFC 1122 4.1.3.1: SHOULD; the quote is of the very octets (3.2.2). */
static void closed_port_is_unreachable(struct net *n)
{
	struct net_datagram d;
	const uint8_t *quote;

	settle(n);
	d = from_two(n);
	in_udp(n, &d, 9, 20);
	dropped(n, HF_DROP_NOT_OURS);
	if (n->v6)
		out(n, 2,
		    "IP6 fd00::1 > fd00::2: ICMP6, destination "
		    "unreachable, unreachable port, fd00::1 udp port 9, "
		    "length 76");
	else
		out(n, 2,
		    "IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.1 udp port 9 "
		    "unreachable, length *");
	require(n, n->last.report.why == HF_WHY_ICMP_ERROR);
	quote = icmp_of(n) + 8;
	require(n, quote[0] >> 4 == (n->v6 ? 6 : 4));
	quote += n->v6 ? 40 : 20;
	require(n, memcmp(quote, "\x9c\x40\0\x09\0\x1c", 6) == 0);
	silence(n);
}

/* RFC 1812 4.3.2.3: up to 576; RFC 4443 3.1: as much as 1280 hold. */
static void long_datagram_is_quoted_in_part(struct net *n)
{
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	in_udp(n, &d, 9, 1400);
	require(n, net_take(n, 0));
	if (n->v6)
		require(n, n->last.len == 14 + 1280);
	else
		require(n, n->last.len >= 14 + 56 && n->last.len <= 14 + 576);
}

/* RFC 1122 4.1.3.4: a wrong checksum means silence; RFC 8200 8.1: so does
 * none at all in IPv6. */
static void broken_udp_is_not_answered(struct net *n)
{
	uint8_t short_of[8] = { 0x9c, 0x40, 0, 9, 0, 40 };
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	d.bad_checksum = true;
	in_udp(n, &d, 9, 20);
	nothing_about(n);
	d.bad_checksum = false;
	d.protocol = 17; /* it says that it is longer than it is */
	in_ip(n, &d, short_of, sizeof short_of);
	nothing_about(n);
}

static void udp_without_checksum_is_of_ipv4(struct net *n)
{
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	d.no_checksum = true;
	in_udp(n, &d, 9, 20);
	if (n->v6)
		silence(n);
	else
		out(n, 2, "*udp port 9 unreachable*");
}

/* ---- protocol unreachable --------------------------------------------- */

static void unknown_protocol_is_unreachable(struct net *n)
{
	static const uint8_t protocols[] = { 2, 33, 47, 89, 132, 253 };
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	for (size_t i = 0; i < sizeof protocols; i++) {
		d.protocol = protocols[i];
		d.no_checksum = true;
		in_ip(n, &d, "what it may be", 14);
		dropped(n, HF_DROP_NOT_OURS);
		if (n->v6) /* RFC 8200 4, RFC 4443 3.4: code 1, pointer */
			out(n, 2,
			    "IP6 fd00::1 > fd00::2: ICMP6, parameter "
			    "problem, next header - octet 6, length *");
		else
			out(n, 2,
			    "IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.1 "
			    "protocol %u unreachable, length *",
			    protocols[i]);
		pass(n, 1000);
	}
}

/* The pointer leads to the header that named it. */
static void pointer_leads_past_other_headers(struct net *n)
{
	uint8_t options[8] = { 132, 0, 1, 4 }; /* destination options: PadN */
	struct net_datagram d;

	n->v6 = true;
	settle(n);
	d = from_two(n);
	d.options = options;
	d.options_len = 8;
	d.options_type = 60;
	d.protocol = 132;
	in_ip(n, &d, "what it may be", 14);
	out(n, 2, "*ICMP6, parameter problem, next header - octet 40,*");
}

static void no_next_header_is_no_error(struct net *n)
{
	struct net_datagram d;

	n->v6 = true;
	settle(n);
	d = from_two(n);
	d.protocol = 59;
	in_ip(n, &d, "", 0);
	nothing_about(n);
}

static void unserved_can_be_one_protocol(struct net *n)
{
	struct net_datagram d;

	n->config.unserved = HF_UNSERVED_PROTOCOL;
	settle(n);
	d = from_two(n);
	in_udp(n, &d, 9, 20);
	dropped(n, HF_DROP_NOT_OURS);
	if (n->v6)
		out(n, 2, "*parameter problem, next header - octet 6,*");
	else
		out(n, 2, "*protocol 17 unreachable*");
}

static void unserved_can_be_silence(struct net *n)
{
	struct net_datagram d;

	n->config.unserved = HF_UNSERVED_SILENCE;
	settle(n);
	d = from_two(n);
	in_udp(n, &d, 9, 20);
	dropped(n, HF_DROP_NOT_OURS);
	d.protocol = 132;
	in_ip(n, &d, "what it may be", 14);
	dropped(n, HF_DROP_NOT_OURS);
	nothing_about(n);
}

static void link_local_is_answered_from_link_local(struct net *n)
{
	struct net_datagram d = { .from = 2, .src = "fe80::2", .dst = LOCAL };
	struct net_nd nd = nd_solicitation("fe80::2", LOCAL, 2);

	start(n);
	in_nd(n, &nd);
	pass(n, 0);
	in_udp(n, &d, 9, 20);
	out(n, 2, "IP6 " LOCAL " > fe80::2: ICMP6, destination unreachable*");
}

/* ---- what must not be answered: 3.2.2, 2.4 (e) ------------------------ */

static void no_error_about_what_went_to_all(struct net *n)
{
	static const char *const all[2][3] = {
		{ "10.0.0.255", "255.255.255.255", "224.0.0.1" },
		{ "ff02::1", "ff02::1:ff00:1", "ff02::5" }
	};
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	for (int i = 0; i < 3; i++) {
		d.dst = all[n->v6][i];
		d.to = i == 2 && !n->v6 ? 1 : 0;
		in_udp(n, &d, 9, 20);
		nothing_about(n);
		d.protocol = 132;
		in_ip(n, &d, "what it may be", 14);
		nothing_about(n);
	}
	/* in a frame to all: RFC 1122; RFC 4443 2.4 (e.4) */
	d = from_two(n);
	d.to = BROADCAST;
	in_udp(n, &d, 9, 20);
	nothing_about(n);
}

static void no_error_about_later_fragments(struct net *n)
{
	struct net_datagram d;

	n->config.datagrams = 0;
	settle(n);
	d = from_two(n);
	d.protocol = 132;
	if (n->v6) {
		d.options_type = 44;
		d.options = (const uint8_t *)"\x84\0\x01\0\0\0\0\7";
		d.options_len = 8;
	} else {
		d.fragment = 32; /* octet 256 */
	}
	in_ip(n, &d, "what it may be!!", 16);
	nothing_about(n);
}

/* An ICMP error that calls for one itself: its options are malformed. */
static void no_error_about_errors(struct net *n)
{
	uint8_t message[8 + 40 + 8] = { 3, 3 };
	uint8_t options[8] = { 58, 0, 0x8a, 4 }; /* unknown: a problem */
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	if (n->v6) {
		message[0] = 1;
		message[1] = 4;
		d.options_type = 60;
		d.options = options;
		d.options_len = 8;
		d.protocol = 58;
	} else {
		d.options = (const uint8_t *)"\x07\xff\4\0";
		d.options_len = 4;
		d.protocol = 1;
	}
	in_ip(n, &d, message, sizeof message);
	require(n, n->in_report.drop != HF_ACCEPTED);
	nothing_about(n);
}

/* ---- the limit: RFC 1812 4.3.2.8, RFC 4443 2.4 (f) -------------------- */

static unsigned errors_of(struct net *n, unsigned datagrams)
{
	struct net_datagram d = from_two(n);
	unsigned count = 0;

	for (unsigned i = 0; i < datagrams; i++) {
		net_udp(n, &d, 9, 20);
		while (n->queue_len) {
			require(n, net_take(n, 0));
			count += n->last.report.why == HF_WHY_ICMP_ERROR;
		}
	}
	return count;
}

static void errors_are_limited_in_rate(struct net *n)
{
	unsigned count;

	n->config.icmp_per_second = 10;
	settle(n);
	pass(n, 2000);
	count = errors_of(n, 1000);
	require(n, count >= 1 && count <= 20);
	count = 0;
	for (int i = 0; i < 100; i++) { /* ten seconds */
		pass(n, 100);
		count += errors_of(n, 20);
	}
	require(n, count >= 90 && count <= 110);
	/* afterwards it is as before */
	pass(n, 2000);
	require(n, errors_of(n, 1) == 1);
}

/* One that is refused does not stop what is no error: TCP's resets. */
static void limit_of_errors_is_not_that_of_resets(struct net *n)
{
	struct net_flow f = { .mac = 2, .local_port = 81, .peer_port = 4000 };

	n->config.icmp_per_second = 1;
	settle(n);
	strcpy(f.peer, peer(n, 2));
	strcpy(f.local, self(n));
	errors_of(n, 100);
	in_tcp(n, &f, SYN, 0);
	out_tcp(n, &f, RST | ACK);
}

static const struct net_case cases[] = {
	CASE_FAMILIES(echo_comes_back_as_it_was),
	CASE_FAMILIES(echo_without_data_is_answered),
	CASE_FAMILIES(bad_echo_is_not_answered),
	CASE(echo_to_all_has_a_source),
	CASE(echo_to_all_nodes_is_answered),
	CASE_FAMILIES(echo_to_other_groups_is_dropped),
	CASE_FAMILIES(impossible_sources_are_dropped),
	CASE_FAMILIES(what_is_for_others_is_dropped),
	CASE_FAMILIES(other_messages_are_not_answered),
	CASE_FAMILIES(closed_port_is_unreachable),
	CASE_FAMILIES(long_datagram_is_quoted_in_part),
	CASE_FAMILIES(broken_udp_is_not_answered),
	CASE_FAMILIES(udp_without_checksum_is_of_ipv4),
	CASE_FAMILIES(unknown_protocol_is_unreachable),
	CASE(pointer_leads_past_other_headers),
	CASE(no_next_header_is_no_error),
	CASE_FAMILIES(unserved_can_be_one_protocol),
	CASE_FAMILIES(unserved_can_be_silence),
	CASE(link_local_is_answered_from_link_local),
	CASE_FAMILIES(no_error_about_what_went_to_all),
	CASE_FAMILIES(no_error_about_later_fragments),
	CASE_FAMILIES(no_error_about_errors),
	CASE_FAMILIES(errors_are_limited_in_rate),
	CASE_FAMILIES(limit_of_errors_is_not_that_of_resets),
};

NET_MAIN("icmp_rules", cases)
