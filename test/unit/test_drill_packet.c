/* SPDX-License-Identifier: MIT */
/* What the parser makes of packets. */
#include "drill_case.h"

static const struct drill_packet *packet(const char *text)
{
	return &one(text, DRILL_EVENT_PACKET)->packet;
}

/* ---- segments --------------------------------------------------------- */

static void a_segment_has_all_its_fields(void **state)
{
	const struct drill_packet *p;

	(void)state;
	p = packet("+0 < FPU. 4294967295:9(10) ack 5 win 0xff urg 7");
	assert_true(p->inbound);
	assert_int_equal(p->protocol, DRILL_TCP);
	assert_int_equal(p->tcp.flags,
			 DRILL_FIN | DRILL_PSH | DRILL_URG | DRILL_ACK);
	assert_int_equal(p->tcp.seq.start, UINT32_MAX);
	assert_int_equal(p->tcp.seq.end, 9);
	assert_int_equal(p->tcp.len, 10);
	assert_true(p->tcp.has_ack && p->tcp.has_win && p->tcp.has_urg);
	assert_int_equal(p->tcp.ack, 5);
	assert_int_equal(p->tcp.win, 255);
	assert_int_equal(p->tcp.urg, 7);
	assert_false(p->tcp.any_options || p->has_ports);
	assert_int_equal(p->tcp.options, 0);
}

static void what_is_not_said_is_not_there(void **state)
{
	const struct drill_packet *p = packet("> R 1:1(0)");

	(void)state;
	assert_false(p->inbound);
	assert_int_equal(p->tcp.flags, DRILL_RST);
	assert_false(p->tcp.has_ack || p->tcp.has_win || p->tcp.has_urg);
	assert_int_equal(p->ip.ecn, DRILL_ECN_UNSAID);
	assert_false(p->ip.has_tos || p->ip.has_ttl || p->ip.has_df);
}

static void flags_come_in_any_order(void **state)
{
	static const struct {
		const char *text;
		unsigned flags;
	} cases[] = {
		{ "-", 0 },
		{ "S", DRILL_SYN },
		{ ".S", DRILL_SYN | DRILL_ACK },
		{ "SEW", DRILL_SYN | DRILL_ECE | DRILL_CWR },
		{ "SEC", DRILL_SYN | DRILL_ECE | DRILL_CWR },
		{ "SEWA", DRILL_SYN | DRILL_ECE | DRILL_CWR | DRILL_AE },
		{ "P.5", DRILL_PSH | DRILL_ACK | DRILL_AE | DRILL_ECE },
		{ ".2", DRILL_ACK | DRILL_CWR },
		{ ".0", DRILL_ACK },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[64];

		snprintf(text, sizeof text, "+0 > %s 0:0(0)", cases[i].text);
		assert_int_equal(packet(text)->tcp.flags, cases[i].flags);
	}
}

static void options_keep_their_order(void **state)
{
	const struct drill_tcp_option *o;

	(void)state;
	o = packet("> S 0:0(0) <mss 1460, sackOK, TS val 4294967295 ecr 2,nop,"
		   "wscale 7,eol,eol,eol,eol>")
		    ->tcp.option;
	assert_int_equal(script->event[0].packet.tcp.options, 9);
	assert_int_equal(o[0].kind, DRILL_OPT_MSS);
	assert_int_equal(o[0].number, 1460);
	assert_int_equal(o[0].at.column, 13);
	assert_int_equal(o[1].kind, DRILL_OPT_SACK_OK);
	assert_int_equal(o[2].kind, DRILL_OPT_TIMESTAMP);
	assert_int_equal(o[2].ts_val, UINT32_MAX);
	assert_int_equal(o[2].ts_ecr, 2);
	assert_int_equal(o[3].kind, DRILL_OPT_NOP);
	assert_int_equal(o[4].kind, DRILL_OPT_WSCALE);
	assert_int_equal(o[4].number, 7);
	assert_int_equal(o[8].kind, DRILL_OPT_EOL);
}

static void sack_has_its_ranges(void **state)
{
	const struct drill_tcp_option *o;

	(void)state;
	o = packet("> . 1:1(0) <nop,nop,sack 1:2 30:40 500:4294967295>")
		    ->tcp.option;
	assert_int_equal(o[2].kind, DRILL_OPT_SACK);
	assert_int_equal(o[2].sacks, 3);
	assert_int_equal(o[2].sack[1].start, 30);
	assert_int_equal(o[2].sack[1].end, 40);
	assert_int_equal(o[2].sack[2].end, UINT32_MAX);
}

static void cookies_and_digests_are_octets(void **state)
{
	static const uint8_t cookie[] = { 0x00, 0xaB, 0xcd, 0x19 };
	const struct drill_tcp_option *o;

	(void)state;
	o = packet("> S 0:0(0) <FO 00aBcd19,FO,FOEXP 00abcd19,kind 9 "
		   "0x00abcd19,nop,nop>")
		    ->tcp.option;
	assert_int_equal(o[0].kind, DRILL_OPT_FAST_OPEN);
	assert_int_equal(o[0].len, 4);
	assert_memory_equal(o[0].data, cookie, 4);
	assert_int_equal(o[1].kind, DRILL_OPT_FAST_OPEN);
	assert_null(o[1].data);
	assert_int_equal(o[2].kind, DRILL_OPT_FAST_OPEN_EXP);
	assert_memory_equal(o[2].data, cookie, 4);
	assert_int_equal(o[3].kind, DRILL_OPT_OTHER);
	assert_int_equal(o[3].number, 9);
	assert_memory_equal(o[3].data, cookie, 4);
	o = packet("> . 1:1(0) <md5,nop,nop>")->tcp.option;
	assert_int_equal(o[0].kind, DRILL_OPT_MD5);
	assert_null(o[0].data);
	o = packet("> . 1:1(0) <md5 000102030405060708090a0b0c0d0eff,nop,nop>")
		    ->tcp.option;
	assert_int_equal(o[0].len, 16);
	assert_int_equal(o[0].data[15], 0xff);
}

static void ecn_counters_keep_their_order(void **state)
{
	const struct drill_tcp_option *o;

	(void)state;
	o = packet("> . 1:1(0) <ECN e1b 1 ceb 16777215 e0b 3,nop>")->tcp.option;
	assert_int_equal(o[0].kind, DRILL_OPT_ACC_ECN);
	assert_int_equal(o[0].counters, 3);
	assert_int_equal(o[0].counter[0], DRILL_E1B);
	assert_int_equal(o[0].counter[1], DRILL_CEB);
	assert_int_equal(o[0].counter[2], DRILL_E0B);
	assert_int_equal(o[0].count[1], 0xffffff);
	o = packet("> . 1:1(0) <ECN e0b 5,nop,nop,nop>")->tcp.option;
	assert_int_equal(o[0].counters, 1);
	assert_int_equal(o[0].counter[0], DRILL_E0B);
	o = packet("> . 1:1(0) <nop,nop,ECN>")->tcp.option;
	assert_int_equal(o[2].counters, 0);
}

static void no_options_and_any_options_differ(void **state)
{
	(void)state;
	assert_true(packet("> . 1:1(0) <...>")->tcp.any_options);
	assert_false(packet("> . 1:1(0) <>")->tcp.any_options);
	assert_int_equal(script->event[0].packet.tcp.options, 0);
}

/* An inbound packet without a time begins as options do. */
static void options_end_where_an_event_begins(void **state)
{
	(void)state;
	parse("> . 1:1(0)\n< . 1:1(0) win 1\n > . 1:1(0)\n  <nop,nop,nop,nop>");
	assert_int_equal(script->events, 3);
	assert_true(script->event[1].packet.inbound);
	assert_int_equal(script->event[2].packet.tcp.options, 4);
}

/* ---- IP, and what is around it ---------------------------------------- */

static void marks_are_of_all_kinds(void **state)
{
	static const struct {
		const char *text;
		enum drill_ecn ecn;
	} cases[] = {
		{ "noecn", DRILL_ECN_NONE },  { "ect0", DRILL_ECN_ECT0 },
		{ "ect1", DRILL_ECN_ECT1 },   { "ce", DRILL_ECN_CE },
		{ "ect01", DRILL_ECN_ECT01 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[64];

		snprintf(text, sizeof text, "> [%s] . 1:1(0)", cases[i].text);
		assert_int_equal(packet(text)->ip.ecn, cases[i].ecn);
	}
}

static void fields_of_ip_are_read(void **state)
{
	const struct drill_ip *ip;

	(void)state;
	ip = &packet("> [tos 0x10, ttl 64 id 7,nodf] (flowlabel 0xfffff) "
		     ". 1:1(0)")
		      ->ip;
	assert_true(ip->has_tos && ip->has_ttl && ip->has_id && ip->has_df &&
		    ip->has_flow_label);
	assert_int_equal(ip->tos, 16);
	assert_int_equal(ip->ttl, 64);
	assert_int_equal(ip->id, 7);
	assert_false(ip->df);
	assert_int_equal(ip->flow_label, 0xfffff);
	assert_true(packet("> [df] udp (1)")->ip.df);
}

static void headers_are_read_from_outside_in(void **state)
{
	const struct drill_packet *p;

	(void)state;
	p = packet("< ipv4 192.0.2.1 > 10.0.0.1: gre flags 0x2000,proto ip6,"
		   "key 7: mpls (label 16, tc 1, ttl 2) (label 17, tc 0, [S], "
		   "ttl 3): ipv6 ::1 > fd00::: [ce] 80 > 81 S 0:0(0) win 1");
	assert_int_equal(p->headers, 4);
	assert_int_equal(p->header[0].kind, DRILL_HEADER_IPV4);
	is_text(p->header[0].source, "192.0.2.1");
	is_text(p->header[0].destination, "10.0.0.1");
	assert_int_equal(p->header[1].kind, DRILL_HEADER_GRE);
	assert_true(p->header[1].has_gre_flags && p->header[1].has_gre_key);
	assert_false(p->header[1].has_gre_seq || p->header[1].has_gre_sum);
	assert_int_equal(p->header[1].gre_flags, 0x2000);
	assert_int_equal(p->header[1].gre_protocol, 0x86dd);
	assert_int_equal(p->header[1].gre_key, 7);
	assert_int_equal(p->header[2].kind, DRILL_HEADER_MPLS);
	assert_int_equal(p->header[2].labels, 2);
	assert_int_equal(p->header[2].label[0].label, 16);
	assert_int_equal(p->header[2].label[0].traffic_class, 1);
	assert_false(p->header[2].label[0].bottom);
	assert_true(p->header[2].label[1].bottom);
	assert_int_equal(p->header[2].label[1].ttl, 3);
	is_text(p->header[3].destination, "fd00::");
	assert_int_equal(p->ip.ecn, DRILL_ECN_CE);
	assert_true(p->has_ports);
	assert_int_equal(p->source_port, 80);
	assert_int_equal(p->destination_port, 81);
}

/* ---- other protocols -------------------------------------------------- */

static void datagrams_of_udp_are_read(void **state)
{
	const struct drill_packet *p = packet("< udp (1000)");

	(void)state;
	assert_int_equal(p->protocol, DRILL_UDP);
	assert_int_equal(p->udp.len, 1000);
	p = packet("> udp 53 > 1024 (0)");
	assert_true(p->has_ports);
	assert_int_equal(p->destination_port, 1024);
	p = packet("> udplite (100, 8)");
	assert_int_equal(p->protocol, DRILL_UDPLITE);
	assert_true(p->udp.has_coverage);
	assert_int_equal(p->udp.coverage, 8);
	assert_false(packet("> udplite (100)")->udp.has_coverage);
}

static void icmp_is_of_either_version(void **state)
{
	const struct drill_icmp *icmp;

	(void)state;
	icmp = &packet("< icmp unreachable port_unreachable [1:2(1)]")->icmp;
	assert_true(icmp->v4.known && icmp->v6.known);
	assert_int_equal(icmp->v4.type, 3);
	assert_int_equal(icmp->v4.code, 3);
	assert_int_equal(icmp->v6.type, 1);
	assert_int_equal(icmp->v6.code, 4);
	icmp = &packet("< icmp packet_too_big mtu 1280 [1:2(1)]")->icmp;
	assert_false(icmp->v4.known);
	assert_true(icmp->v6.known);
	assert_int_equal(icmp->v6.type, 2);
	icmp = &packet("< icmpv6 unreachable [1:2(1)]")->icmp;
	assert_false(icmp->v4.known);
	assert_int_equal(icmp->v6.type, 1);
	icmp = &packet("< icmp 3 200 [1:2(1)]")->icmp;
	assert_true(icmp->v4.known && icmp->v6.known);
	assert_int_equal(icmp->v4.code, 200);
	icmp = &packet("< icmp 3 frag_needed [1:2(1)]")->icmp;
	assert_true(icmp->v4.known);
	assert_false(icmp->v6.known);
	assert_int_equal(icmp->v4.code, 4);
}

static void icmp_tells_what_it_echoes(void **state)
{
	const struct drill_icmp *icmp;

	(void)state;
	icmp = &packet("< icmp unreachable frag_needed mtu 1460 "
		       "[1:1461(1460)]")
			->icmp;
	assert_true(icmp->has_mtu);
	assert_int_equal(icmp->mtu, 1460);
	assert_int_equal(icmp->echoed->protocol, DRILL_TCP);
	assert_false(icmp->echoed->has_flags);
	assert_int_equal(icmp->echoed->tcp.seq.end, 1461);
	icmp = &packet("< icmp unreachable [tcp S 0:0(0)]")->icmp;
	assert_true(icmp->echoed->has_flags);
	assert_int_equal(icmp->echoed->tcp.flags, DRILL_SYN);
	icmp = &packet("< icmp unreachable [udp (9)]")->icmp;
	assert_int_equal(icmp->echoed->protocol, DRILL_UDP);
	assert_int_equal(icmp->echoed->udp.len, 9);
	icmp = &packet("< icmp echo_request id 1 seq 2 (56)")->icmp;
	assert_null(icmp->echoed);
	assert_true(icmp->has_id && icmp->has_seq && !icmp->has_mtu);
	assert_int_equal(icmp->id, 1);
	assert_int_equal(icmp->seq, 2);
	assert_int_equal(icmp->len, 56);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_segment_has_all_its_fields),
		CASE(what_is_not_said_is_not_there),
		CASE(flags_come_in_any_order),
		CASE(options_keep_their_order),
		CASE(sack_has_its_ranges),
		CASE(cookies_and_digests_are_octets),
		CASE(ecn_counters_keep_their_order),
		CASE(no_options_and_any_options_differ),
		CASE(options_end_where_an_event_begins),
		CASE(marks_are_of_all_kinds),
		CASE(fields_of_ip_are_read),
		CASE(headers_are_read_from_outside_in),
		CASE(datagrams_of_udp_are_read),
		CASE(icmp_is_of_either_version),
		CASE(icmp_tells_what_it_echoes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
