/* SPDX-License-Identifier: MIT */
/*
 * Packets of scripts as octets, which src/wire must understand, and what is
 * found to differ.
 */
#include "drill_case.h"

#include "packets.h"
#include "wire_ip.h"
#include "wire_tcp.h"

#include <string.h>

static struct drill_network network;
static struct drill_flow flow;
static uint8_t octets[2][DRILL_PACKET];
static char why[DRILL_FAILURE];

static int setup(void **state)
{
	(void)state;
	memset(&flow, 0, sizeof flow);
	memset(&network, 0, sizeof network);
	network.local = flow.local = hf_ipv4(192, 168, 0, 1);
	network.remote = flow.remote = hf_ipv4(192, 0, 2, 1);
	flow.local_port = 8080;
	flow.remote_port = 40000;
	flow.sent.is_known = flow.received.is_known = true;
	flow.sent.live = 1000000;
	flow.received.live = 77;
	flow.received.script = 77;
	return 0;
}

static uint32_t build(const char *text, uint8_t *to)
{
	const struct drill_path path = { &network, &flow };

	parse(text);
	return drill_packet_build(&path, &script->event[0].packet, to, why);
}

static void read_wire(const char *text, struct wire_ip *ip,
		      struct wire_tcp *tcp)
{
	uint32_t len = build(text, octets[0]);

	assert_int_equal(wire_ip_parse(ip, octets[0], len), HF_ACCEPTED);
	assert_int_equal(wire_tcp_parse(tcp, ip->payload, ip->payload_len),
			 HF_ACCEPTED);
}

static void segments_are_what_is_said(void **state)
{
	struct wire_tcp tcp;
	struct wire_ip ip;

	(void)state;
	read_wire("0 < [ce,ttl 9] P. 1:11(10) ack 21 win 99 "
		  "<nop,nop,sack 31:41 51:61>",
		  &ip, &tcp);
	assert_int_equal(ip.ttl, 9);
	assert_int_equal(ip.tos, 3);
	assert_int_equal(tcp.src_port, 40000);
	assert_int_equal(tcp.dst_port, 8080);
	assert_int_equal(tcp.seq.n, 78); /* relative to what came */
	assert_int_equal(tcp.ack.n, 1000021); /* to what was sent */
	assert_int_equal(tcp.wnd, 99);
	assert_int_equal(tcp.flags, TCP_PSH | TCP_ACK);
	assert_int_equal(tcp.sack_count, 2);
	assert_int_equal(tcp.sack[1].right.n, 1000061);
	assert_int_equal(tcp.text_len, 10);
}

/* In a SYN they are absolute. */
static void numbers_of_a_syn_are_absolute(void **state)
{
	struct wire_tcp tcp;
	struct wire_ip ip;

	(void)state;
	read_wire("0 < S. 77:77(0) ack 1 win 5 "
		  "<mss 1000,nop,wscale 3,sackOK,TS val 5 ecr 6>",
		  &ip, &tcp);
	assert_int_equal(tcp.seq.n, 77);
	assert_int_equal(tcp.ack.n, 1000001);
	assert_int_equal(tcp.mss, 1000);
	assert_int_equal(tcp.wscale, 3);
	assert_true(tcp.has_sack_permitted);
	assert_int_equal(tcp.ts_val, 5);
	assert_int_equal(tcp.ts_ecr, 6);
}

static void echoed_timestamps_are_those_sent(void **state)
{
	struct wire_tcp tcp;
	struct wire_ip ip;

	(void)state;
	drill_flow_stamp(&flow, 100, 555000);
	drill_flow_stamp(&flow, 200, 555100);
	read_wire("0 < . 1:1(0) ack 1 win 5 <nop,nop,TS val 1 ecr 100>", &ip,
		  &tcp);
	assert_int_equal(tcp.ts_ecr, 555000);
	read_wire("0 < . 1:1(0) ack 1 win 5 <nop,nop,TS val 1 ecr 300>", &ip,
		  &tcp);
	assert_int_equal(tcp.ts_ecr, 300);
}

/* ---- what differs ----------------------------------------------------- */

/* The script says `said`; what came is `came`, as a script would say it. */
static const char *difference(const char *said, const char *came)
{
	struct drill_view expected, view;
	uint32_t len = build(came, octets[1]);

	assert_null(drill_view_read(&view, octets[1], len));
	len = build(said, octets[0]);
	assert_null(drill_view_read(&expected, octets[0], len));
	return drill_packet_differs(&script->event[0].packet, &expected, &view,
				    why);
}

static void what_is_unsaid_does_not_differ(void **state)
{
	(void)state;
	assert_null(difference("0 > . 1:1(0) ack 1",
			       "0 > [ce,ttl 3,tos 0x20] . 1:1(0) ack 1 win 9"));
	assert_null(
		difference("0 > S 0:0(0) <...>", "0 > S 0:0(0) win 5 <mss 1>"));
	assert_null(difference("0 > [ect01] . 1:1(0) ack 1",
			       "0 > [ect1] . 1:1(0) ack 1"));
	assert_null(difference("0 > . 1:1(0) ack 1 <nop,nop,TS val 1 ecr 5>",
			       "0 > . 1:1(0) ack 1 <nop,nop,TS val 9 ecr 5>"));
}

static void differences_are_told(void **state)
{
	static const struct {
		const char *said, *came, *why;
	} rows[] = {
		{ "0 > . 1:1(0) ack 1", "0 > F. 1:1(0) ack 1",
		  "flags are F. instead of ." },
		{ "0 > E. 1:1(0) ack 1", "0 > . 1:1(0) ack 1",
		  "flags are . instead of .E" },
		{ "0 > . 1:1(0) ack 1", "0 > . 2:2(0) ack 1",
		  "seq is 1000002 instead of 1000001" },
		{ "0 > . 1:1(0) ack 1", "0 > . 1:1(0) ack 3",
		  "ack is 80 instead of 78" },
		{ "0 > . 1:3(2) ack 1", "0 > . 1:2(1) ack 1",
		  "length is 1 instead of 2" },
		{ "0 > . 1:1(0) ack 1 win 5", "0 > . 1:1(0) ack 1 win 6",
		  "window is 6 instead of 5" },
		{ "0 > . 1:1(0) ack 1", "0 > . 1:1(0) ack 1 urg 7",
		  "urgent pointer is 7 instead of 0" },
		{ "0 > . 1:1(0) ack 1", "0 > . 1:1(0) ack 1 <nop,nop,sackOK>",
		  "the TCP options are other ones" },
		{ "0 > . 1:1(0) ack 1 <nop,nop,TS val 1 ecr 5>",
		  "0 > . 1:1(0) ack 1 <nop,nop,TS val 1 ecr 6>",
		  "the TCP options differ" },
		{ "0 > [ttl 3] . 1:1(0) ack 1", "0 > [ttl 4] . 1:1(0) ack 1",
		  "TTL is 4 instead of 3" },
		{ "0 > [df] . 1:1(0) ack 1", "0 > [nodf] . 1:1(0) ack 1",
		  "DF is not set" },
		{ "0 > [ect01] . 1:1(0) ack 1", "0 > [ce] . 1:1(0) ack 1",
		  "ECN is ce instead of ect01" },
		{ "0 > icmp unreachable port_unreachable [udp (5)]",
		  "0 > . 1:1(0) ack 1", "IP protocol is 6 instead of 1" },
		{ "0 > icmp unreachable frag_needed mtu 600 [1:2(1)]",
		  "0 > icmp unreachable frag_needed mtu 601 [1:2(1)]",
		  "MTU is 601 instead of 600" },
		{ "0 > icmp echo_reply id 1 seq 2 (9)",
		  "0 > icmp echo_reply id 1 seq 3 (9)",
		  "ICMP sequence number is 3 instead of 2" },
		{ "0 > udp (9)", "0 > udp (8)", "length is 8 instead of 9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_non_null(difference(rows[i].said, rows[i].came));
		assert_string_equal(why, rows[i].why);
	}
}

static void spoiled_octets_are_told(void **state)
{
	struct drill_view view;
	uint32_t len;

	(void)state;
	len = build("0 > . 1:11(10) ack 1", octets[0]);
	octets[0][len - 1] ^= 1;
	assert_string_equal(drill_view_read(&view, octets[0], len),
			    "bad TCP checksum");
	octets[0][8] ^= 1;
	assert_string_equal(drill_view_read(&view, octets[0], len),
			    "bad IPv4 checksum");
	assert_string_equal(drill_view_read(&view, octets[0], len - 1),
			    "bad IPv4 length");
	assert_string_equal(drill_view_read(&view, octets[0], 0),
			    "neither IPv4 nor IPv6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(segments_are_what_is_said, setup),
		cmocka_unit_test_setup(numbers_of_a_syn_are_absolute, setup),
		cmocka_unit_test_setup(echoed_timestamps_are_those_sent, setup),
		cmocka_unit_test_setup(what_is_unsaid_does_not_differ, setup),
		cmocka_unit_test_setup(differences_are_told, setup),
		cmocka_unit_test_setup(spoiled_octets_are_told, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
