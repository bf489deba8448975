/* SPDX-License-Identifier: MIT */
/*
 * ARP, IGMP, ICMP and ICMPv6 as text: what is expected was printed by
 * tcpdump 4.99.3 and compared with the fields by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <handfast/trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MOST 256u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct example {
	const char *name;
	const char *frame; /* in hexadecimal */
	struct hf_trace_style style;
	const char *text;
};

static uint32_t read_hex(const char *hex, uint8_t *octets)
{
	uint32_t len = (uint32_t)strlen(hex) / 2;
	unsigned octet;

	assert_true(len <= FRAME_MOST);
	for (uint32_t i = 0; i < len; i++) {
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &octet), 1);
		octets[i] = (uint8_t)octet;
	}
	return len;
}

/* The text of the first `have` octets, in memory of just that size. */
static size_t tell(const struct example *example, uint32_t have, char *text)
{
	uint8_t octets[FRAME_MOST];
	uint32_t len = read_hex(example->frame, octets);
	struct hf_trace *trace = hf_trace_new(&example->style);
	uint8_t *captured = malloc(have);
	size_t octets_told;

	assert_non_null(trace);
	assert_non_null(captured);
	memcpy(captured, octets, have);
	octets_told = hf_trace_capture(trace, captured, have, len, text,
				       HF_TRACE_LINE);
	free(captured);
	hf_trace_free(trace);
	return octets_told;
}

static uint32_t frame_len(const struct example *example)
{
	return (uint32_t)strlen(example->frame) / 2;
}

static void check(const struct example *examples, unsigned count)
{
	char text[HF_TRACE_LINE];

	for (unsigned i = 0; i < count; i++) {
		tell(&examples[i], frame_len(&examples[i]), text);
		if (strcmp(text, examples[i].text) != 0)
			print_error("%s:\n", examples[i].name);
		assert_string_equal(text, examples[i].text);
	}
}

static const struct example arp[] = {
	{ "request",
	  "ffffffffffff02000000000108060001080006040001020000000001"
	  "0a0000010000000000000a000002",
	  { .link = HF_TRACE_ETHERNET },
	  "ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28" },
	{ "request that knows",
	  "ffffffffffff02000000000108060001080006040001020000000001"
	  "0a0000010200000000020a000002",
	  { .link = HF_TRACE_ETHERNET, .verbose = 1 },
	  "ARP, Ethernet (len 6), IPv4 (len 4), Request who-has 10.0.0.2 "
	  "(02:00:00:00:00:02) tell 10.0.0.1, length 28" },
	{ "reply, header told",
	  "ffffffffffff02000000000108060001080006040002020000000001"
	  "0a0000010200000000020a000002",
	  { .link = HF_TRACE_ETHERNET, .link_header = true, .verbose = 1 },
	  "02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype ARP "
	  "(0x0806), length 42: Ethernet (len 6), IPv4 (len 4), Reply "
	  "10.0.0.1 is-at 02:00:00:00:00:01, length 28" },
	{ "reverse, token ring",
	  "ffffffffffff02000000000108060006080006040003020000000001"
	  "0a0000010200000000020a000002",
	  { .link = HF_TRACE_ETHERNET, .verbose = 1 },
	  "ARP, TokenRing (len 6), IPv4 (len 4), Reverse Request who-is "
	  "02:00:00:00:00:02 tell 02:00:00:00:00:01, length 28" },
};

static const struct example igmp[] = {
	{ "v2 report",
	  "4500001c00000000400266de0a0000010a00000216000904e00000fb",
	  { 0 },
	  "IP 10.0.0.1 > 10.0.0.2: igmp v2 report 224.0.0.251" },
	{ "v3 query",
	  "4500002400000000400266d60a0000010a00000211ff0086e00000fb"
	  "027d00010a000001",
	  { 0 },
	  "IP 10.0.0.1 > 10.0.0.2: igmp query v3 [max resp time 52m54s] "
	  "[gaddr 224.0.0.251, 1 source(s)]" },
	{ "v3 report",
	  "4500002800000000400266d20a0000010a0000022200ef0000000001"
	  "04000001e00000fb0a000001",
	  { .verbose = 1 },
	  "IP (tos 0x0, ttl 64, id 0, offset 0, flags [none], proto IGMP "
	  "(2), length 40)\n"
	  "    10.0.0.1 > 10.0.0.2: igmp v3 report, 1 group record(s) "
	  "[gaddr 224.0.0.251 to_ex, 1 source(s)]" },
};

static const struct example icmp[] = {
	{ "port",
	  "4500003800000000400166c30a0000010a0000020303f13c00000000"
	  "4500001c00000000401163cc0a0101010a02020203e807d000080000",
	  { 0 },
	  "IP 10.0.0.1 > 10.0.0.2: ICMP 10.2.2.2 udp port 2000 "
	  "unreachable, length 36" },
	{ "fragment needed",
	  "4500003800000000400166c30a0000010a0000020304eb5f000005dc"
	  "4500001c00000000401163cc0a0101010a02020203e807d000080000",
	  { .verbose = 1 },
	  "IP (tos 0x0, ttl 64, id 0, offset 0, flags [none], proto ICMP "
	  "(1), length 56)\n"
	  "    10.0.0.1 > 10.0.0.2: ICMP 10.2.2.2 unreachable - need to "
	  "frag (mtu 1500), length 36\n"
	  "\tIP (tos 0x0, ttl 64, id 0, offset 0, flags [none], proto "
	  "UDP (17), length 28)\n"
	  "    10.1.1.1.1000 > 10.2.2.2.2000: UDP, length 0" },
	{ "wrong checksum",
	  "4500001c00000000400166df0a0000010a0000020800123400010002",
	  { .verbose = 1 },
	  "IP (tos 0x0, ttl 64, id 0, offset 0, flags [none], proto ICMP "
	  "(1), length 28)\n"
	  "    10.0.0.1 > 10.0.0.2: ICMP echo request, id 1, seq 2, "
	  "length 8 (wrong icmp cksum 1234 (->f7fc)!)" },
	{ "redirect",
	  "4500003800000000400166c30a0000010a0000020501e5350a000009"
	  "4500001c00000000401163cc0a0101010a02020203e807d000080000",
	  { 0 },
	  "IP 10.0.0.1 > 10.0.0.2: ICMP redirect 10.2.2.2 to host "
	  "10.0.0.9, length 36" },
	{ "router",
	  "4500002400000000400166d70a0000010a0000020900e4ef01020708"
	  "0a00000100000005",
	  { 0 },
	  "IP 10.0.0.1 > 10.0.0.2: ICMP router advertisement lifetime "
	  "30:00 1: {10.0.0.1 5}, length 16" },
	{ "timestamp reply",
	  "4500002800000000400166d30a0000010a0000020e00c19d00010002"
	  "0038cefc0000000505265bff",
	  { 0 },
	  "IP 10.0.0.1 > 10.0.0.2: ICMP time stamp reply id 1 seq 2: org "
	  "01:02:03.004, recv 00:00:00.005, xmit 23:59:59.999, length 20" },
	{ "extension",
	  "450000a800000000400166530a0000010a0000020b00e91f00200000"
	  "4500001c00000000401163cc0a0101010a02020203e807d000080000"
	  "00000000000000000000000000000000000000000000000000000000"
	  "00000000000000000000000000000000000000000000000000000000"
	  "00000000000000000000000000000000000000000000000000000000"
	  "000000000000000000000000000000002000b36900080101004d2b40",
	  { .verbose = 1 },
	  "IP (tos 0x0, ttl 64, id 0, offset 0, flags [none], proto ICMP "
	  "(1), length 168)\n"
	  "    10.0.0.1 > 10.0.0.2: ICMP time exceeded in-transit, "
	  "length 148\n"
	  "\tIP (tos 0x0, ttl 64, id 0, offset 0, flags [none], proto "
	  "UDP (17), length 28)\n"
	  "    10.1.1.1.1000 > 10.2.2.2.2000: UDP, length 0\n"
	  "\tICMP Multi-Part extension v2, checksum 0xb369 (correct), "
	  "length 12\n"
	  "\t  MPLS Stack Entry Object (1), Class-Type: 1, length 8\n"
	  "\t    label 1234, tc 5, [S], ttl 64" },
};

static const struct example icmp6[] = {
	{ "port",
	  "6000000000383a40fe800000000000000000000000000001ff020000"
	  "000000000000000000000001010489f6000000006000000000081140"
	  "fd000000000000000000000000000001fd0000000000000000000000"
	  "0000000203e807d000080000",
	  { 0 },
	  "IP6 fe80::1 > ff02::1: ICMP6, destination unreachable, "
	  "unreachable port, fd00::2 udp port 2000, length 56" },
	{ "time exceeded",
	  "6000000000383a40fe800000000000000000000000000001ff020000"
	  "000000000000000000000001030087fa000000006000000000081140"
	  "fd000000000000000000000000000001fd0000000000000000000000"
	  "0000000203e807d000080000",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 56) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, time exceeded "
	  "in-transit for fd00::2" },
	{ "unknown",
	  "60000000000a3a40fe800000000000000000000000000001ff020000"
	  "00000000000000000000000164017407616263646566",
	  { 0 },
	  "IP6 fe80::1 > ff02::1: ICMP6, unknown icmp6 type (100), "
	  "length 10\n"
	  "\t0x0000:  6401 7407 6162 6364 6566" },
};

static const struct example nd[] = {
	{ "router advertisement",
	  "6000000000883a40fe800000000000000000000000000001ff020000"
	  "0000000000000000000000018600aa4640c807080000000000000000"
	  "0101020000000001030440c0ffffffff0000025800000000fd000000"
	  "00000000000000000000000005010000000005dc1903000000000258"
	  "fd0000000000000000000000000000531f0300000000025807657861"
	  "6d706c6503636f6d000000001802300800000258fd00000100000000"
	  "2601000161626364",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 136) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, router "
	  "advertisement, length 136\n"
	  "\thop limit 64, Flags [managed, other stateful], pref high, "
	  "router lifetime 1800s, reachable time 0ms, retrans timer 0ms\n"
	  "\t  source link-address option (1), length 8 (1): "
	  "02:00:00:00:00:01\n"
	  "\t  prefix info option (3), length 32 (4): fd00::/64, Flags "
	  "[onlink, auto], valid time infinity, pref. time 600s\n"
	  "\t  mtu option (5), length 8 (1):  1500\n"
	  "\t  rdnss option (25), length 24 (3):  lifetime 600s, addr: "
	  "fd00::53\n"
	  "\t  dnssl option (31), length 24 (3):  lifetime 600s, "
	  "domain(s): example.com.\n"
	  "\t  route info option (24), length 16 (2):  fd00:1::/48, "
	  "pref=high, lifetime=600s\n"
	  "\t  unknown option (38), length 8 (1): \n"
	  "\t  0x0000:  0001 6162 6364" },
	{ "solicitation",
	  "6000000000203a40fe800000000000000000000000000001ff020000"
	  "0000000000000000000000018700799700000000fe80000000000000"
	  "00000000000000050101020000000001",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 32) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, neighbor "
	  "solicitation, length 32, who has fe80::5\n"
	  "\t  source link-address option (1), length 8 (1): "
	  "02:00:00:00:00:01" },
	{ "advertisement",
	  "6000000000203a40fe800000000000000000000000000001ff020000"
	  "00000000000000000000000188009796e0000000fe80000000000000"
	  "00000000000000050201020000000001",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 32) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, neighbor "
	  "advertisement, length 32, tgt is fe80::5, Flags [router, "
	  "solicited, override]\n"
	  "\t  destination link-address option (2), length 8 (1): "
	  "02:00:00:00:00:01" },
	{ "redirect",
	  "6000000000283a40fe800000000000000000000000000001ff020000"
	  "00000000000000000000000189007d8700000000fe80000000000000"
	  "0000000000000005fd000000000000000000000000000009",
	  { 0 },
	  "IP6 fe80::1 > ff02::1: ICMP6, redirect, fd00::9 to fe80::5, "
	  "length 40" },
	{ "option of no length",
	  "6000000000103a40fe800000000000000000000000000001ff020000"
	  "00000000000000000000000185005202000000000100616263646566",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 16) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, router solicitation, "
	  "length 16 [|icmp6]" },
};

static const struct example mld[] = {
	{ "query v1",
	  "6000000000183a40fe800000000000000000000000000001ff020000"
	  "00000000000000000000000182007c4103e80000ff02000000000000"
	  "00000000000000fb",
	  { 0 },
	  "IP6 fe80::1 > ff02::1: ICMP6, multicast listener querymax "
	  "resp delay: 1000 addr: ff02::fb, length 24" },
	{ "query v2",
	  "60000000001c3a40fe800000000000000000000000000001ff020000"
	  "0000000000000000000000018200e5a790000000ff02000000000000"
	  "00000000000000fb0a7d0000",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 28) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, multicast listener "
	  "query v2 [max resp delay=65536] [gaddr ff02::fb sflag "
	  "robustness=2 qqi=125]" },
	{ "report v2",
	  "60000000002c3a40fe800000000000000000000000000001ff020000"
	  "0000000000000000000000018f0070910000000104000001ff020000"
	  "0000000000000000000000fbfe800000000000000000000000000001",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 44) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, multicast listener "
	  "report v2, 1 group record(s) [gaddr ff02::fb to_ex, 1 "
	  "source(s)]" },
};

static const struct example other[] = {
	{ "node name",
	  "60000000001b3a40fe800000000000000000000000000001ff020000"
	  "0000000000000000000000018c00fcb0000200006162636465666768"
	  "0000000004686f73740000",
	  { 0 },
	  "IP6 fe80::1 > ff02::1: ICMP6, who-are-you reply node "
	  "information reply (DNS name, \"host\"), length 27" },
	{ "renumbering",
	  "6000000000103a40fe800000000000000000000000000001ff020000"
	  "0000000000000000000000018a017827000000070000000000000000",
	  { 0 },
	  "IP6 fe80::1 > ff02::1: ICMP6, router renumbering, result, "
	  "seq=7, length 16" },
	{ "rpl",
	  "60000000001c3a40fe800000000000000000000000000001ff020000"
	  "0000000000000000000000019b01da160709010088000000fd000000"
	  "000000000000000000000001",
	  { .verbose = 1 },
	  "IP6 (hlim 64, next-header ICMPv6 (58) payload length: 28) "
	  "fe80::1 > ff02::1: [icmp6 sum ok] ICMP6, RPL, (CLR)DODAG "
	  "Information Object "
	  "[dagid:fd00::1,seq:0,instance:7,rank:256,grounded,mop:storing,"
	  "prf:0]" },
};

static void arp_is_told(void **state)
{
	(void)state;
	check(arp, COUNT(arp));
}

static void igmp_is_told(void **state)
{
	(void)state;
	check(igmp, COUNT(igmp));
}

static void icmp_is_told(void **state)
{
	(void)state;
	check(icmp, COUNT(icmp));
}

static void icmp6_is_told(void **state)
{
	(void)state;
	check(icmp6, COUNT(icmp6));
}

static void neighbour_discovery_is_told(void **state)
{
	(void)state;
	check(nd, COUNT(nd));
}

static void listener_discovery_is_told(void **state)
{
	(void)state;
	check(mld, COUNT(mld));
}

static void other_messages_are_told(void **state)
{
	(void)state;
	check(other, COUNT(other));
}

/* ---- cut ---------------------------------------------------------------- */

static const struct example *const groups[] = { arp, igmp, icmp, icmp6,
						nd,  mld,  other };
static const unsigned counts[] = { COUNT(arp),	 COUNT(igmp), COUNT(icmp),
				   COUNT(icmp6), COUNT(nd),   COUNT(mld),
				   COUNT(other) };

/* The last octets of some, gone: what each begins with, and how it ends. */
static const struct {
	const struct example *example;
	uint32_t gone;
	const char *end;
} cuts[] = {
	{ &arp[0], 1, " [|arp]" },
	{ &igmp[0], 1, "10.0.0.2:  [|igmp]" },
	{ &igmp[2], 5, ", 1 group record(s) [|igmp]" },
	{ &icmp[0], 5, "10.0.0.2:  [|icmp]" },
	{ &icmp[0], 4, "ICMP 10.2.2.2 udp port 2000 unreachable, length 36" },
	{ &icmp[6], 1, "Class-Type: 1, length 8 [|icmp]" },
	{ &icmp6[0], 5, "unreachable, unreachable port [|icmp6]" },
	{ &icmp6[1], 9,
	  "fe80::1 > ff02::1: ICMP6, time exceeded in-transit "
	  "[|icmp6]" },
	{ &nd[1], 1, "length 32, who has fe80::5 [|icmp6]" },
	{ &nd[2], 9, "advertisement, length 32 [|icmp6]" },
	{ &mld[0], 1, "ICMP6, multicast listener query, length 24" },
	{ &mld[1], 2, "sflag robustness=2 qqi=125 [|icmp6]" },
	{ &other[0], 1, "ICMP6, who-are-you reply [|icmp6], length 27" },
};

static void what_is_cut_says_so(void **state)
{
	char text[HF_TRACE_LINE];
	size_t len, end;

	(void)state;
	for (unsigned i = 0; i < COUNT(cuts); i++) {
		len = tell(cuts[i].example,
			   frame_len(cuts[i].example) - cuts[i].gone, text);
		end = strlen(cuts[i].end);
		assert_true(len >= end);
		assert_string_equal(text + len - end, cuts[i].end);
	}
}

/* A sanitizer sees each octet that is read past the end. */
static void any_cut_makes_a_text(void **state)
{
	char text[HF_TRACE_LINE];

	(void)state;
	for (unsigned i = 0; i < COUNT(groups); i++)
		for (unsigned j = 0; j < counts[i]; j++)
			for (uint32_t n = 1; n < frame_len(&groups[i][j]); n++)
				assert_true(tell(&groups[i][j], n, text) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_is_told),
		cmocka_unit_test(igmp_is_told),
		cmocka_unit_test(icmp_is_told),
		cmocka_unit_test(icmp6_is_told),
		cmocka_unit_test(neighbour_discovery_is_told),
		cmocka_unit_test(listener_discovery_is_told),
		cmocka_unit_test(other_messages_are_told),
		cmocka_unit_test(what_is_cut_says_so),
		cmocka_unit_test(any_cut_makes_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
