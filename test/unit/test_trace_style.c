/* SPDX-License-Identifier: MIT */
/* Texts for each link type and style, as tcpdump 4.99.3 has them; times. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <handfast/trace.h>
#include <stdlib.h>
#include <string.h>

struct example {
	struct hf_trace_style style;
	const char *octets; /* in hexadecimal */
	uint32_t len; /* 0: as many as there are */
	const char *text;
};

#define UDP "4500001c000100004011fbba0a0900010a09000203e803e900080000"
#define SYN6                                                                   \
	"6000000100140640fd000009000000000000000000000001fd00000900"           \
	"000000000000000000000203e8269500000001000000005002010062dd0000"

static const struct example examples[] = {
	{ { .link = HF_TRACE_IP, .link_header = true },
	  UDP,
	  0,
	  "ip: 10.9.0.1.1000 > 10.9.0.2.1001: UDP, length 0" },
	{ { .link = HF_TRACE_IP, .verbose = 1 },
	  UDP,
	  0,
	  "IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), "
	  "length 28, bad cksum fbba (->66bc)!)\n"
	  "    10.9.0.1.1000 > 10.9.0.2.1001: UDP, length 0" },
	{ { .link = HF_TRACE_IP, .verbose = 1 },
	  SYN6,
	  0,
	  "IP6 (flowlabel 0x00001, hlim 64, next-header TCP (6) payload "
	  "length: 20) fd00:9::1.1000 > fd00:9::2.9877: Flags [S], cksum "
	  "0x62dd (incorrect -> 0x8a4e), seq 1, win 256, length 0" },
	{ { .link = HF_TRACE_ETHERNET },
	  "020000000001020000000002810060050800" UDP,
	  0,
	  "IP 10.9.0.1.1000 > 10.9.0.2.1001: UDP, length 0" },
	{ { .link = HF_TRACE_ETHERNET, .link_header = true },
	  "020000000001020000000002810060050800" UDP,
	  0,
	  "02:00:00:00:00:02 > 02:00:00:00:00:01, ethertype 802.1Q (0x8100), "
	  "length 46: vlan 5, p 3, ethertype IPv4 (0x0800), 10.9.0.1.1000 > "
	  "10.9.0.2.1001: UDP, length 0" },
	{ { .link = HF_TRACE_ETHERNET },
	  "02000000000102000000000212346162",
	  0,
	  "02:00:00:00:00:02 > 02:00:00:00:00:01, ethertype Unknown (0x1234), "
	  "length 16: \n"
	  "\t0x0000:  6162                                     ab" },
	{ { .link = HF_TRACE_LINUX_SLL, .link_header = true },
	  "00040001000602000000000100000800" UDP,
	  0,
	  "Out 02:00:00:00:00:01 ethertype IPv4 (0x0800), length 44: "
	  "10.9.0.1.1000 > 10.9.0.2.1001: UDP, length 0" },
	{ { .link = HF_TRACE_LINUX_SLL2 },
	  "080000007fffffff0001010602000000000100"
	  "00" UDP,
	  0,
	  "?     B   IP 10.9.0.1.1000 > 10.9.0.2.1001: UDP, length 0" },
	{ { .link = HF_TRACE_NULL, .link_header = true },
	  "02000000" UDP,
	  0,
	  "AF IPv4 (2), length 32: 10.9.0.1.1000 > 10.9.0.2.1001: UDP, "
	  "length 0" },
	{ { .link = HF_TRACE_LOOP },
	  "0000001e" SYN6,
	  0,
	  "IP6 fd00:9::1.1000 > fd00:9::2.9877: Flags [S], seq 1, win 256, "
	  "length 0" },
	{ { .link = HF_TRACE_OCTETS },
	  "6120",
	  0,
	  "UNSUPPORTED\n"
	  "\t0x0000:  6120                                     a." },
	{ { .link = HF_TRACE_ETHERNET }, "0200", 60, " [|ether]" },
	{ { .link = HF_TRACE_IP },
	  "4500001c000100004011fbba0a0900010a09000203e8",
	  28,
	  "IP 10.9.0.1 > 10.9.0.2:  [|udp]" },
	{ { .link = HF_TRACE_IP }, "", 28, "[Invalid header: caplen==0]" },
};

static uint8_t *read_hex(const char *hex, size_t *len)
{
	uint8_t *octets = malloc(strlen(hex) / 2 + 1);

	assert_non_null(octets);
	for (*len = 0; hex[2 * *len]; ++*len) {
		char pair[3] = { hex[2 * *len], hex[2 * *len + 1], '\0' };

		octets[*len] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return octets;
}

static void each_link_has_its_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		const struct example *e = &examples[i];
		struct hf_trace *trace = hf_trace_new(&e->style);
		char ours[HF_TRACE_LINE];
		uint8_t *octets;
		size_t len;

		assert_non_null(trace);
		octets = read_hex(e->octets, &len);
		hf_trace_capture(trace, octets, len, e->len ? e->len : len,
				 ours, sizeof ours);
		assert_string_equal(ours, e->text);
		free(octets);
		hf_trace_free(trace);
	}
}

static void times_have_their_forms(void **state)
{
	static const struct {
		enum hf_trace_time_form form;
		const char *text[3];
	} forms[] = {
		{ HF_TRACE_TIME_OF_DAY,
		  { "22:13:20.000001", "23:13:20.000000", "22:13:20.500000" } },
		{ HF_TRACE_NO_TIME, { "", "", "" } },
		{ HF_TRACE_SECONDS,
		  { "1700000000.000001", "1700003600.000000",
		    "1700000000.500000" } },
		{ HF_TRACE_SINCE_LAST,
		  { " 00:00:00.000000", " 00:59:59.999999",
		    "-00:59:59.500000" } },
		{ HF_TRACE_DATE,
		  { "2023-11-14 22:13:20.000001", "2023-11-14 23:13:20.000000",
		    "2023-11-14 22:13:20.500000" } },
		{ HF_TRACE_SINCE_FIRST,
		  { " 00:00:00.000000", " 00:59:59.999999",
		    " 00:00:00.499999" } },
	};
	static const struct hf_trace_moment moments[] = {
		{ 1700000000, 1 }, { 1700003600, 0 }, { 1700000000, 500000 }
	};

	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct hf_trace_clock clock = { .form = forms[i].form };
		char text[64];

		for (unsigned m = 0; m < 3; m++) {
			hf_trace_stamp(&clock, &moments[m], text, sizeof text);
			assert_string_equal(text, forms[i].text[m]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_link_has_its_text),
		cmocka_unit_test(times_have_their_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
