/* SPDX-License-Identifier: MIT */
/* What is said of scripts that are not understood, to the letter. */
#include "drill_case.h"

#include <errno.h>
#include <stdlib.h>

struct wrong {
	const char *script, *error;
};

/* Of a copy without a NUL, so that a sanitizer sees who reads too far. */
static struct drill_script *parse_copy(const char *text,
				       struct drill_error *error)
{
	size_t len = strlen(text);
	char *copy = malloc(len);
	struct drill_script *parsed;

	assert_non_null(copy);
	memcpy(copy, text, len);
	parsed = drill_parse("a.pkt", copy, len, error);
	free(copy);
	return parsed;
}

static void expect(const struct wrong *wrong, size_t n)
{
	for (; n; n--, wrong++) {
		struct drill_error error;

		script = parse_copy(wrong->script, &error);
		if (script)
			fail_msg("was understood: %s", wrong->script);
		assert_string_equal(error.text, wrong->error);
	}
}

#define EXPECT(cases) expect(cases, sizeof cases / sizeof cases[0])

static void of_tokens(void **state)
{
	static const struct wrong cases[] = {
		{ "/* a", "a.pkt:1:1: the comment does not end" },
		{ "+0 `ls\n", "a.pkt:1:4: no ` ends what ` begins" },
		{ "+0 `ls\\`", "a.pkt:1:4: no ` ends what ` begins" },
		{ "+0 \"a\\", "a.pkt:1:4: no \" ends what \" begins" },
		{ "\n\t%{ x }", "a.pkt:2:2: no }% ends what %{ begins" },
		{ "+0 f(\"a) = 0", "a.pkt:1:6: no \" ends what \" begins" },
		{ "+0 ?", "a.pkt:1:4: expected an event, found '?'" },
		{ "+0 \x01", "a.pkt:1:4: expected an event, found '?'" },
		{ "+0", "a.pkt:1:3: expected an event, found the end of the "
			"file" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_options(void **state)
{
	static const struct wrong cases[] = {
		{ "--mss=1\n --frob=1",
		  "a.pkt:2:2: unknown script option '--frob'" },
		{ "-D A=1", "a.pkt:1:1: unknown script option '-D'" },
		{ "--mss", "a.pkt:1:1: option '--mss' needs =value" },
		{ "--mss=", "a.pkt:1:1: option '--mss' needs a whole number" },
		{ "--mss=1x",
		  "a.pkt:1:1: option '--mss' needs a whole number" },
		{ "--tolerance_percent=1.2.3",
		  "a.pkt:1:1: option '--tolerance_percent' needs a number" },
		{ "--ip_version=ipv5",
		  "a.pkt:1:1: option '--ip_version' needs ipv4, ipv6 or "
		  "ipv4-mapped-ipv6" },
		{ "--local_ip=1.2.3",
		  "a.pkt:1:1: option '--local_ip' needs an IP address" },
		{ "--define=A",
		  "a.pkt:1:1: option '--define' needs NAME=value" },
		{ "--init_scripts=\"a", "a.pkt:1:15: no \" ends the value" },
		{ "--define=A=1 --define=A=2",
		  "a.pkt:1:14: macro 'A' is defined twice" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_times(void **state)
{
	static const struct wrong cases[] = {
		{ "+x close(3) = 0", "a.pkt:1:2: expected a time, found 'x'" },
		{ ". close(3) = 0", "a.pkt:1:1: expected a time, found '.'" },
		{ "0.0000000001 close(3) = 0",
		  "a.pkt:1:12: times are not finer than a nanosecond" },
		{ "99999999999 close(3) = 0",
		  "a.pkt:1:10: the time is too large" },
		{ "0.2~0.1 close(3) = 0",
		  "a.pkt:1:5: the end is before the start" },
		{ "1...0.1 close(3) = 0",
		  "a.pkt:1:5: the end is before the start" },
		{ "+0...1 > . 1:1(0)", "a.pkt:1:1: only a call can block" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_segments(void **state)
{
	static const struct wrong cases[] = {
		{ "+0 > SX 0:0(0)", "a.pkt:1:7: unknown TCP flag 'X'" },
		{ "+0 > S8 0:0(0)", "a.pkt:1:7: unknown TCP flag '8'" },
		{ "+0 > SS 0:0(0)", "a.pkt:1:7: TCP flag 'S' twice" },
		{ "+0 > SE5 0:0(0)", "a.pkt:1:8: TCP flag '5' twice" },
		{ "+0 >", "a.pkt:1:5: expected TCP flags, found the end of "
			  "the file" },
		{ "+0 > S x", "a.pkt:1:8: expected a number (sequence "
			      "number), found 'x'" },
		{ "+0 > S 1-2(1)", "a.pkt:1:9: expected ':', found '-'" },
		{ "+0 > S 4294967296:0(0)",
		  "a.pkt:1:8: sequence number above 4294967295" },
		{ "+0 > . 1:1001(100)", "a.pkt:1:8: 1:1001 is not 100 octets" },
		{ "+0 > . 1:1(0) win 65536", "a.pkt:1:19: win above 65535" },
		{ "+0 > . 1:1(0) ack 1 ack 2",
		  "a.pkt:1:21: ack is said twice" },
		{ "+0 < . 1:1(0) ack 1",
		  "a.pkt:1:6: an inbound segment needs a window" },
		{ "+0 < . 1:1(0) win 1 <...>",
		  "a.pkt:1:21: <...> is only for segments that are sent" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_tcp_options(void **state)
{
	static const struct wrong cases[] = {
		{ "+0 > . 1:1(0) <xyz>",
		  "a.pkt:1:16: unknown TCP option 'xyz'" },
		{ "+0 > . 1:1(0) <mss>",
		  "a.pkt:1:19: expected a number (mss), found '>'" },
		{ "+0 > . 1:1(0) <mss 1460",
		  "a.pkt:1:24: expected ',', found the end of the file" },
		{ "+0 > . 1:1(0) <nop,>",
		  "a.pkt:1:20: expected a TCP option, found '>'" },
		{ "+0 > . 1:1(0) <mss 65536>", "a.pkt:1:20: mss above 65535" },
		{ "+0 > . 1:1(0) <sack>",
		  "a.pkt:1:20: expected a range, found '>'" },
		{ "+0 > . 1:1(0) <TS val 1>",
		  "a.pkt:1:24: expected ecr, found '>'" },
		{ "+0 > . 1:1(0) <FO abc>",
		  "a.pkt:1:19: not hexadecimal octets: abc" },
		{ "+0 > . 1:1(0) <FO xy>",
		  "a.pkt:1:19: not hexadecimal octets: xy" },
		{ "+0 > . 1:1(0) <md5 00>",
		  "a.pkt:1:20: an MD5 digest has 16 octets" },
		{ "+0 > . 1:1(0) <ECN e2b 1>",
		  "a.pkt:1:20: unknown ECN counter 'e2b'" },
		{ "+0 > . 1:1(0) <ECN ceb 1>",
		  "a.pkt:1:20: the order is e0b ceb e1b, or e1b ceb e0b" },
		{ "+0 > . 1:1(0) <ECN e0b 1 ceb 1 e0b 1>",
		  "a.pkt:1:20: the order is e0b ceb e1b, or e1b ceb e0b" },
		{ "+0 > . 1:1(0) <nop>",
		  "a.pkt:1:15: 1 octets of TCP options are not padded to 4" },
		{ "+0 > . 1:1(0) <md5,md5,md5,nop,nop>",
		  "a.pkt:1:15: 56 octets of TCP options, 40 fit" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_ip(void **state)
{
	static const struct wrong cases[] = {
		{ "> [ect2] . 1:1(0)",
		  "a.pkt:1:4: unknown field of the IP header 'ect2'" },
		{ "< [ect01] . 1:1(0)",
		  "a.pkt:1:4: ect01 is only for packets that are sent" },
		{ "> [ce,ect0] . 1:1(0)", "a.pkt:1:7: ect0 is said twice" },
		{ "> [ttl 1 ttl 2] . 1:1(0)", "a.pkt:1:10: ttl is said twice" },
		{ "> [ttl 256] . 1:1(0)", "a.pkt:1:8: ttl above 255" },
		{ "> ipv4 1.2.3 > 1.2.3.4: . 1:1(0)",
		  "a.pkt:1:8: not an IPv4 address: 1.2.3" },
		{ "> ipv6 ::1 > 1.2.3.4: . 1:1(0)",
		  "a.pkt:1:14: not an IPv6 address: 1.2.3.4:" },
		{ "> ipv4 1.2.3.4: . 1:1(0)",
		  "a.pkt:1:8: the header has no destination" },
		{ "> gre kay 7: . 1:1(0)",
		  "a.pkt:1:7: unknown field of GRE 'kay'" },
		{ "> mpls (label 1048576, tc 0, ttl 1): . 1:1(0)",
		  "a.pkt:1:15: label above 1048575" },
		{ "> mpls (label 1, tc 8, ttl 1): . 1:1(0)",
		  "a.pkt:1:21: tc above 7" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_other_protocols(void **state)
{
	static const struct wrong cases[] = {
		{ "< sctp: INIT[]", "a.pkt:1:3: sctp packets are not "
				    "supported" },
		{ "< icmp unreachable [sctp]",
		  "a.pkt:1:21: sctp packets are not supported" },
		{ "sctp_bindx(3) = 0", "a.pkt:1:1: SCTP is not supported" },
		{ "> udp 1000", "a.pkt:1:11: expected '>', found the end of "
				"the file" },
		{ "> udp (1000, 8)", "a.pkt:1:12: expected ')', found ','" },
		{ "< icmp frob", "a.pkt:1:8: unknown ICMP type 'frob'" },
		{ "< icmpv6 source_quench",
		  "a.pkt:1:10: unknown ICMPv6 type 'source_quench'" },
		{ "< icmp unreachable frob",
		  "a.pkt:1:20: unknown ICMP code 'frob'" },
		{ "< icmpv6 unreachable frag_needed",
		  "a.pkt:1:22: unknown ICMPv6 code 'frag_needed'" },
		{ "< icmp 256", "a.pkt:1:8: an ICMP type above 255" },
		{ "< icmp unreachable [1:2(1)",
		  "a.pkt:1:27: expected ']', found the end of the file" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_calls(void **state)
{
	static const struct wrong cases[] = {
		{ "+0 close = 0", "a.pkt:1:10: expected '(', found '='" },
		{ "+0 close(3)",
		  "a.pkt:1:12: expected '=', found the end of the file" },
		{ "+0 close(3) =\n+0",
		  "a.pkt:2:1: expected a value, found '+'" },
		{ "+0 close(3 4) = 0", "a.pkt:1:12: expected ',', found '4'" },
		{ "+0 f(FROB) = 0", "a.pkt:1:6: unknown symbol 'FROB'" },
		{ "+0 f(1|FROB) = 0", "a.pkt:1:8: unknown symbol 'FROB'" },
		{ "+0 f(frob(1)) = 0", "a.pkt:1:6: unknown function 'frob'" },
		{ "+0 f(089) = 0", "a.pkt:1:6: bad number '089'" },
		{ "+0 f(18446744073709551616) = 0",
		  "a.pkt:1:6: bad number '18446744073709551616'" },
		{ "+0 f(-\"a\") = 0",
		  "a.pkt:1:7: expected a number, found '\"a\"'" },
		{ "+0 f(\"a\"|1) = 0",
		  "a.pkt:1:9: what is before | is no number" },
		{ "+0 f(1|htons(1)) = 0", "a.pkt:1:8: not a number: htons()" },
		{ "+0 f(\"\\q\") = 0", "a.pkt:1:6: unknown escape '\\q'" },
		{ "+0 f(\"\\xg\") = 0", "a.pkt:1:6: no digits after \\x" },
		{ "+0 f() = -1 EFROB", "a.pkt:1:13: unknown errno 'EFROB'" },
		{ "+0 f() = -1 POLLIN", "a.pkt:1:13: unknown errno 'POLLIN'" },
		{ "+0 f() = -1 EINTR (a\n)", "a.pkt:1:19: no ) ends the note" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_structs(void **state)
{
	static const struct wrong cases[] = {
		{ "+0 f({fd=4, evnts=POLLIN}) = 0",
		  "a.pkt:1:13: unknown member 'evnts'" },
		{ "+0 f({onoff=1, sin_port=2}) = 0",
		  "a.pkt:1:6: no struct has all of these members" },
		{ "+0 f({fd=4, 5}) = 0",
		  "a.pkt:1:7: either all members have names or none" },
		{ "+0 f({fd=}) = 0", "a.pkt:1:10: expected a value, found "
				     "'}'" },
		{ "+0 f({msg_iov(1)}) = 0", "a.pkt:1:17: expected '=', found "
					    "'}'" },
		{ "+0 f([1, 2) = 0", "a.pkt:1:11: expected ',', found ')'" },
		{ "+0 f(&1) = 0", "a.pkt:1:7: expected a name, found '1'" },
	};

	(void)state;
	EXPECT(cases);
}

static void of_brackets_without_end(void **state)
{
	struct drill_error error;
	char text[256] = "f(";

	(void)state;
	memset(text + 2, '[', 100);
	assert_null(drill_parse("a.pkt", text, strlen(text), &error));
	assert_string_equal(error.text,
			    "a.pkt:1:67: brackets are nested too deep");
	assert_int_equal(error.at.line, 1);
	assert_int_equal(error.at.column, 67);
}

static void of_long_words_and_names(void **state)
{
	struct drill_error error;
	char name[400], text[200] = "+0 f(";

	(void)state;
	memset(text + 5, 'x', 150);
	assert_null(drill_parse("a.pkt", text, strlen(text), &error));
	assert_string_equal(error.text,
			    "a.pkt:1:6: unknown symbol "
			    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'");
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_null(drill_parse(name, text, strlen(text), &error));
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
}

static void of_files(void **state)
{
	struct drill_error error;
	char expected[128];

	(void)state;
	assert_null(drill_parse_file("/nowhere/a.pkt", NULL, &error));
	snprintf(expected, sizeof expected, "/nowhere/a.pkt: %s",
		 strerror(ENOENT));
	assert_string_equal(error.text, expected);
	assert_int_equal(error.at.line, 0);
	assert_null(drill_parse_file("/", NULL, &error));
	snprintf(expected, sizeof expected, "/: %s", strerror(EISDIR));
	assert_string_equal(error.text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(of_tokens),
		CASE(of_options),
		CASE(of_times),
		CASE(of_segments),
		CASE(of_tcp_options),
		CASE(of_ip),
		CASE(of_other_protocols),
		CASE(of_calls),
		CASE(of_structs),
		CASE(of_brackets_without_end),
		CASE(of_long_words_and_names),
		CASE(of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
