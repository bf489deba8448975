/* SPDX-License-Identifier: MIT */
/* Options and headers that are a problem: RFC 1122 3.2.2.5, RFC 8200 4.2. */
#include "icmp_fixture.h"

/* ---- parameter problem: RFC 1122 3.2.2.5, RFC 8200 4.2 ---------------- */

static void echo_with_option(struct net *n, uint8_t type, const char *dst)
{
	uint8_t options[8] = { 58, 0, type, 4 };
	struct net_datagram d = from_two(n);

	d.dst = dst;
	d.protocol = 58;
	d.options_type = 60;
	d.options = options;
	d.options_len = 8;
	net_ip(n, &d, "\x80\0\0\0\0\7\0\1", 8);
}

/* The two highest bits say what is done with an option that is unknown. */
static void bits_of_unknown_options_are_obeyed(struct net *n)
{
	n->v6 = true;
	settle(n);
	echo_with_option(n, 0x0a, "fd00::1"); /* 00: passed over */
	out(n, 2, "*echo reply*");
	echo_with_option(n, 0x4a, "fd00::1"); /* 01: in silence */
	nothing_about(n);
	echo_with_option(n, 0x8a, "fd00::1"); /* 10: a problem */
	out(n, 2, "*parameter problem, option - octet 42,*");
	pass(n, 1000);
	echo_with_option(n, 0xca, "fd00::1"); /* 11: the same */
	out(n, 2, "*parameter problem, option - octet 42,*");
	pass(n, 1000);
	echo_with_option(n, 0xca, "ff02::1"); /* unless it went to many */
	nothing_about(n);
	echo_with_option(n, 0x8a, "ff02::1"); /* RFC 4443 2.4 (e.3) */
	out(n, 2,
	    "IP6 f* > fd00::2: ICMP6, parameter problem, option - octet "
	    "42,*");
	require(n, !net_matches("IP6 ff*", n->last.text));
}

/* RFC 5095: type 0 is unknown; RFC 8200 4.4: code 0, at the type. */
static void routing_header_with_segments_left_is_a_problem(struct net *n)
{
	uint8_t header[24] = { 58, 2, 0, 1 };
	struct net_datagram d;

	n->v6 = true;
	settle(n);
	d = from_two(n);
	d.protocol = 58;
	d.options_type = 43;
	d.options = header;
	d.options_len = sizeof header;
	in_ip(n, &d, "\x80\0\0\0\0\7\0\1", 8);
	out(n, 2, "*parameter problem, erroneous - octet 42,*");
	pass(n, 1000);
	header[3] = 0; /* none left: passed over */
	in_ip(n, &d, "\x80\0\0\0\0\7\0\1", 8);
	out(n, 2, "*echo reply*");
}

/* RFC 1122 3.2.1.8, 3.2.2.5: SHOULD; the pointer is at what is wrong. */
static void malformed_option_is_a_problem(struct net *n)
{
	struct net_datagram d;

	settle(n);
	d = from_two(n);
	d.protocol = 1;
	d.options = (const uint8_t *)"\x07\xff\4\0";
	d.options_len = 4;
	in_ip(n, &d, "\x08\0\0\0\0\7\0\1", 8);
	require(n, n->in_report.drop != HF_ACCEPTED);
	out(n, 2, "IP 10.0.0.1 > 10.0.0.2: ICMP parameter problem - octet 2*");
	silence(n);
}

static const struct net_case cases[] = {
	CASE(bits_of_unknown_options_are_obeyed),
	CASE(routing_header_with_segments_left_is_a_problem),
	CASE(malformed_option_is_a_problem),
};

NET_MAIN("icmp_options", cases)
