/* SPDX-License-Identifier: MIT */
/*
 * What is inferred of a capture. Each case is a list of segments, as on a
 * wire, and the states and findings that must come of them; each finding has
 * a case that breaks just one thing, and a connection that breaks nothing has
 * none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"
#include "infer.h"

#include <stdio.h>
#include <stdlib.h>

#define ISS 4294967290u /* the numbers wrap soon */
#define IRS 70000u
#define C 0u /* who sends: the client */
#define S 1u
#define START (1700000000 * HF_SECOND)

enum {
	FIN = TCP_FIN,
	SYN = TCP_SYN,
	RST = TCP_RST,
	PSH = TCP_PSH,
	ACK = TCP_ACK,
	URG = TCP_URG
};

static struct infer *infer;
static hf_time now;

static int set_up(void **state)
{
	(void)state;
	infer = infer_new(HF_TRACE_IP);
	now = START;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	infer_free(infer);
	return 0;
}

/* ---- the wire --------------------------------------------------------- */

static uint8_t frame[FRAME_MOST];
static uint32_t frame_len;

static void make(unsigned from, const struct wire_tcp *like)
{
	struct wire_tcp tcp = *like;

	tcp.src_port = from == C ? 40000 : 80;
	tcp.dst_port = from == C ? 80 : 40000;
	frame_len =
		frame_make(frame, from == C ? 1 : 2, from == C ? 2 : 1, &tcp);
}

static void give(void)
{
	infer_frame(infer, now, frame, frame_len, frame_len);
	now += HF_MILLISECOND;
}

/* Numbers are told from the first: seq 1 is the first octet of text. */
static struct wire_tcp segment(unsigned from, uint8_t flags, uint32_t seq,
			       uint32_t ack, const char *text)
{
	return (struct wire_tcp){
		.seq = { (from == C ? ISS : IRS) + seq },
		.ack = { flags & ACK ? (from == C ? IRS : ISS) + ack : 0 },
		.flags = flags,
		.wnd = 1000,
		.text = (const uint8_t *)text,
		.text_len = (uint32_t)strlen(text),
		.has_mss = flags & SYN,
		.mss = flags & SYN ? 100 : 0,
	};
}

static void put(unsigned from, uint8_t flags, uint32_t seq, uint32_t ack,
		const char *text)
{
	struct wire_tcp tcp = segment(from, flags, seq, ack, text);

	make(from, &tcp);
	give();
}

static void open_connection(void)
{
	put(C, SYN, 0, 0, "");
	put(S, SYN | ACK, 0, 1, "");
	put(C, ACK, 1, 1, "");
}

/* The same with timestamps and scales in both SYNs. */
static void open_with_options(bool ts, uint8_t client, uint8_t server)
{
	struct wire_tcp tcp = segment(C, SYN, 0, 0, "");

	tcp.has_ts = ts;
	tcp.has_wscale = true;
	tcp.wscale = client;
	make(C, &tcp);
	give();
	tcp = segment(S, SYN | ACK, 0, 1, "");
	tcp.has_ts = ts;
	tcp.has_wscale = true;
	tcp.wscale = server;
	make(S, &tcp);
	give();
	tcp = segment(C, ACK, 1, 1, "");
	tcp.has_ts = ts;
	make(C, &tcp);
	give();
}

/* ---- what must come of it --------------------------------------------- */

static const struct story *story(void)
{
	assert_true(infer_count(infer) > 0);
	return infer_story(infer, infer_count(infer) - 1);
}

static uint8_t state_of(unsigned side)
{
	const struct story_moment *last =
		&story()->moment[story()->moments - 1];

	return (last->end == side ? last->side : last->far).after.state;
}

static void expect_states(uint8_t client, uint8_t server)
{
	assert_int_equal(state_of(C), client);
	assert_int_equal(state_of(S), server);
}

static void expect_nothing(void)
{
	for (size_t i = 0; i < story()->findings; i++)
		print_error("%s\n", story()->finding[i].text.en);
	assert_int_equal(story()->findings, 0);
}

/* One finding, of the last segment, that begins so in both languages. */
static void expect_finding(const char *cite, const char *text)
{
	const struct story_finding *finding = story()->finding;

	for (size_t i = 0; i < story()->findings; i++)
		if (strcmp(finding[i].text.en, text) != 0)
			print_error("found: %s\n", finding[i].text.en);
	assert_int_equal(story()->findings, 1);
	assert_int_equal(finding->moment, story()->moments - 1);
	assert_string_equal(finding->text.en, text);
	assert_string_equal(finding->cite, cite);
	assert_true(*finding->text.zh);
	assert_null(strchr(finding->text.zh, '{'));
}

/* ---- states ----------------------------------------------------------- */

static void test_opening_and_close(void **state)
{
	(void)state;
	put(C, SYN, 0, 0, "");
	expect_states(HF_SYN_SENT, STORY_UNKNOWN);
	put(S, SYN | ACK, 0, 1, "");
	expect_states(HF_ESTABLISHED, HF_SYN_RECEIVED);
	put(C, ACK, 1, 1, "");
	expect_states(HF_ESTABLISHED, HF_ESTABLISHED);
	put(C, ACK | PSH, 1, 1, "0123456789");
	put(S, ACK, 1, 11, "");
	put(C, ACK | FIN, 11, 1, "");
	expect_states(HF_FIN_WAIT_1, HF_CLOSE_WAIT);
	put(S, ACK, 1, 12, "");
	expect_states(HF_FIN_WAIT_2, HF_CLOSE_WAIT);
	put(S, ACK | FIN, 1, 12, "");
	expect_states(HF_TIME_WAIT, HF_LAST_ACK);
	put(C, ACK, 12, 2, "");
	expect_states(HF_TIME_WAIT, HF_CLOSED);
	expect_nothing();
}

static void test_close_in_three(void **state)
{
	const struct story_moment *last;

	(void)state;
	open_connection();
	put(C, ACK | FIN, 1, 1, "");
	put(S, ACK | FIN, 1, 2, "");
	expect_states(HF_TIME_WAIT, HF_LAST_ACK);
	last = &story()->moment[story()->moments - 1];
	assert_int_equal(last->far.steps, 2);
	assert_int_equal(last->far.path[1], HF_FIN_WAIT_2);
	expect_nothing();
}

static void test_simultaneous(void **state)
{
	(void)state;
	put(C, SYN, 0, 0, "");
	put(S, SYN, 0, 0, "");
	expect_states(HF_SYN_RECEIVED, HF_SYN_SENT);
	put(C, SYN | ACK, 0, 1, "");
	put(S, SYN | ACK, 0, 1, "");
	expect_states(HF_ESTABLISHED, HF_ESTABLISHED);
	put(C, ACK | FIN, 1, 1, "");
	put(S, ACK | FIN, 1, 1, "");
	expect_states(HF_CLOSING, HF_CLOSING);
	put(C, ACK, 2, 2, "");
	put(S, ACK, 2, 2, "");
	expect_states(HF_TIME_WAIT, HF_TIME_WAIT);
	expect_nothing();
}

static void test_refused(void **state)
{
	struct wire_tcp tcp = segment(S, RST | ACK, 0, 1, "");

	(void)state;
	put(C, SYN, 0, 0, "");
	tcp.seq.n = 0;
	make(S, &tcp);
	give();
	expect_states(HF_CLOSED, HF_CLOSED);
	expect_nothing();
}

/* A FIN that came before its turn closes nothing until it is acknowledged. */
static void test_fin_out_of_order(void **state)
{
	(void)state;
	open_connection();
	put(C, ACK | FIN, 6, 1, "");
	expect_states(HF_FIN_WAIT_1, HF_ESTABLISHED);
	put(C, ACK, 1, 1, "01234");
	put(S, ACK, 1, 7, "");
	expect_states(HF_FIN_WAIT_2, HF_CLOSE_WAIT);
}

static void test_reset(void **state)
{
	(void)state;
	open_connection();
	put(C, RST, 50, 0, "");
	/* RFC 5961 3.2: in the window, but not the next number. */
	assert_int_equal(state_of(S), HF_ESTABLISHED);
	expect_finding("RFC 5961 3.2",
		       "a reset with number 50, where 1 is next: it is not to "
		       "be obeyed");
}

static void test_from_the_middle(void **state)
{
	(void)state;
	put(C, ACK, 500, 900, "abc");
	expect_states(HF_ESTABLISHED, HF_ESTABLISHED);
	put(S, ACK, 900, 503, "");
	put(S, ACK | FIN, 900, 503, "");
	expect_states(HF_CLOSE_WAIT, HF_FIN_WAIT_1);
	expect_nothing();
}

static void test_incarnations(void **state)
{
	struct wire_tcp tcp = segment(C, SYN, 900000, 0, "");

	(void)state;
	open_connection();
	put(C, ACK | FIN, 1, 1, "");
	put(S, ACK | FIN, 1, 2, "");
	put(C, ACK, 2, 2, "");
	make(C, &tcp);
	give();
	assert_int_equal(infer_count(infer), 2);
	expect_states(HF_SYN_SENT, STORY_UNKNOWN);
}

/* ---- findings --------------------------------------------------------- */

static void test_syn_ack_of_other(void **state)
{
	(void)state;
	put(C, SYN, 0, 0, "");
	put(S, SYN | ACK, 0, 10, "");
	expect_finding("RFC 9293 3.10.7.3",
		       "the SYN-ACK acknowledges 4, not the SYN, which is "
		       "4294967291");
	assert_int_equal(state_of(C), HF_SYN_SENT);
}

static void test_ack_of_nothing(void **state)
{
	(void)state;
	open_connection();
	put(S, ACK, 1, 50, "");
	expect_finding("RFC 9293 3.10.7.4",
		       "acknowledges 50, and the peer has sent no more than up "
		       "to 1");
}

static void test_beyond_the_window(void **state)
{
	struct wire_tcp tcp = segment(S, SYN | ACK, 0, 1, "");

	(void)state;
	put(C, SYN, 0, 0, "");
	tcp.wnd = 8;
	make(S, &tcp);
	give();
	put(C, ACK, 1, 1, "12345678");
	expect_nothing();
	put(C, ACK, 9, 1, "1234");
	expect_finding("RFC 9293 3.8.6",
		       "4 octets beyond the window, which ends at 9");
}

/* An octet may ask whether the window is open again. */
static void test_window_probe(void **state)
{
	struct wire_tcp tcp = segment(S, SYN | ACK, 0, 1, "");

	(void)state;
	put(C, SYN, 0, 0, "");
	tcp.wnd = 0;
	make(S, &tcp);
	give();
	put(C, ACK, 1, 1, "x");
	expect_nothing();
}

/* Windows in SYNs are not scaled; all others are: RFC 7323 2.2, 2.3. */
static void test_window_scale(void **state)
{
	char text[91] = "";

	(void)state;
	memset(text, 'x', 90);
	open_with_options(false, 0, 3);
	for (uint32_t at = 1; at < 900; at += 90)
		put(C, ACK, at, 1, text);
	put(S, ACK, 1, 901, "");
	for (uint32_t at = 901; at < 8900; at += 90)
		put(C, ACK, at, 1, text);
	expect_finding("RFC 9293 3.8.6",
		       "10 octets beyond the window, which ends at 8901");
}

static void test_other_content(void **state)
{
	(void)state;
	open_connection();
	put(C, ACK, 1, 1, "hello");
	put(C, ACK, 1, 1, "hello");
	expect_nothing();
	put(C, ACK, 3, 1, "lLo");
	expect_finding("RFC 9293 3.4",
		       "octet 4 was another when it was sent first: the number "
		       "of an octet names one content");
}

static void test_shrunk(void **state)
{
	struct wire_tcp tcp = segment(S, ACK, 1, 1, "");

	(void)state;
	open_connection();
	tcp.wnd = 900;
	make(S, &tcp);
	give();
	expect_finding("RFC 9293 3.8.6, SHLD-14",
		       "the window shrinks: its right edge moves back by 100 "
		       "octets");
}

static void test_reset_without_need(void **state)
{
	(void)state;
	open_connection();
	put(C, RST | ACK, 1, 1, "");
	expect_states(HF_CLOSED, HF_CLOSED);
	expect_finding("RFC 9293 3.5.2",
		       "a reset without need: nothing wrong was received; the "
		       "program has aborted");
}

static void test_reset_for_reset(void **state)
{
	(void)state;
	put(C, SYN, 0, 0, "");
	put(S, RST | ACK, 0, 1, "");
	put(C, RST, 1, 0, "");
	expect_finding("RFC 9293 3.10.7.1", "a reset in answer to a reset");
}

static void test_too_long(void **state)
{
	char text[102] = "";

	(void)state;
	open_connection();
	memset(text, 'x', 100);
	put(C, ACK, 1, 1, text);
	expect_nothing();
	text[100] = 'x';
	put(C, ACK, 101, 1, text);
	expect_finding("RFC 9293 3.7.1, MUST-16",
		       "101 octets of text and options, and the peer takes "
		       "100");
}

static void test_no_mss_option(void **state)
{
	struct wire_tcp tcp = segment(S, SYN | ACK, 0, 1, "");
	char text[538] = "";

	(void)state;
	put(C, SYN, 0, 0, "");
	tcp.has_mss = false;
	make(S, &tcp);
	give();
	memset(text, 'x', 537);
	put(C, ACK, 1, 1, text);
	expect_finding("RFC 9293 3.7.1, MUST-15",
		       "537 octets of text and options; without an MSS option "
		       "the peer takes 536");
}

static void test_no_timestamp(void **state)
{
	(void)state;
	open_with_options(true, 0, 0);
	expect_nothing();
	put(S, RST, 500, 0, "");
	assert_int_equal(story()->findings, 1); /* of its number only */
	put(C, ACK, 1, 1, "x");
	assert_int_equal(story()->findings, 2);
	assert_string_equal(story()->finding[1].cite, "RFC 7323 3.2");
}

/* A change of the frame's TCP, and a checksum that agrees with it. */
static void sum_again(void)
{
	struct hf_addr a = hf_ipv4(10, 9, 0, 1), b = hf_ipv4(10, 9, 0, 2);
	uint16_t sum;

	memset(frame + 36, 0, sizeof sum);
	sum = wire_checksum(wire_sum(frame + 20, frame_len - 20) +
			    wire_sum_pseudo(&a, &b, 6, frame_len - 20));
	memcpy(frame + 36, &sum, sizeof sum);
}

static void test_option_outside_syn(void **state)
{
	struct wire_tcp tcp = segment(C, SYN | ACK, 1, 1, "");

	(void)state;
	open_connection();
	make(C, &tcp);
	frame[20 + 13] = ACK; /* the MSS option stays */
	sum_again();
	give();
	expect_finding("RFC 9293 3.7.1, MUST-65",
		       "an option of kind 2 outside of a SYN");
}

static void test_scales(void **state)
{
	struct wire_tcp tcp = segment(S, SYN | ACK, 0, 1, "");

	(void)state;
	put(C, SYN, 0, 0, "");
	tcp.has_wscale = true;
	tcp.wscale = 2;
	make(S, &tcp);
	give();
	expect_finding("RFC 7323 2.2",
		       "a window scale in the SYN-ACK, and the SYN had none");
}

static void test_scale_too_large(void **state)
{
	struct wire_tcp tcp = segment(C, SYN, 0, 0, "");

	(void)state;
	tcp.has_wscale = true;
	tcp.wscale = 15;
	make(C, &tcp);
	give();
	expect_finding("RFC 7323 2.3", "a window scale of 15: 14 is the most");
}

static void test_sack_unasked(void **state)
{
	struct wire_tcp tcp = segment(S, ACK, 1, 1, "");

	(void)state;
	open_connection();
	tcp.sack_count = 1;
	tcp.sack[0].left.n = ISS + 5;
	tcp.sack[0].right.n = ISS + 9;
	make(S, &tcp);
	give();
	expect_finding("RFC 2018 3",
		       "selective acknowledgements, and the peer's SYN did not "
		       "permit them");
}

static void test_urgent(void **state)
{
	struct wire_tcp tcp = segment(C, ACK | URG, 1, 1, "x");

	(void)state;
	open_connection();
	make(C, &tcp);
	give();
	expect_finding("RFC 9293 3.8.5",
		       "URG with an urgent pointer of 0: nothing is urgent");
}

static void test_urgent_alone(void **state)
{
	struct wire_tcp tcp = segment(C, ACK, 1, 1, "x");

	(void)state;
	open_connection();
	tcp.urgent = 7;
	make(C, &tcp);
	give();
	expect_finding("RFC 9293 3.1",
		       "an urgent pointer of 7 without URG: it means nothing");
}

static void test_back_off(void **state)
{
	(void)state;
	open_connection();
	for (hf_time wait = 300; wait <= 1200; wait *= 2) {
		put(C, ACK, 1, 1, "x");
		now += (wait - 1) * HF_MILLISECOND;
	}
	put(C, ACK, 1, 1, "x");
	expect_nothing();
	now += 1199 * HF_MILLISECOND;
	put(C, ACK, 1, 1, "x");
	expect_finding("RFC 6298 (5.5)",
		       "sent again after 1200 ms, and the time before after "
		       "1200 ms: the timeout is to double");
}

/* It is told, and what fails its checksum moves nothing. */
static void test_checksum(void **state)
{
	struct wire_tcp tcp = segment(C, ACK | FIN, 1, 1, "");

	(void)state;
	open_connection();
	make(C, &tcp);
	frame[20 + 14] ^= 1;
	give();
	expect_states(HF_ESTABLISHED, HF_ESTABLISHED);
	expect_finding("RFC 9293 3.1, MUST-2",
		       "the checksum is wrong: the segment is to be dropped");
}

static void test_ip_checksum(void **state)
{
	struct wire_tcp tcp = segment(C, ACK, 1, 1, "");

	(void)state;
	open_connection();
	make(C, &tcp);
	frame[8] ^= 1;
	give();
	assert_int_equal(story()->findings, 1);
	assert_string_equal(story()->finding->cite,
			    "RFC 9293 3.1, RFC 791 3.1");
}

/* The device was to sum it: what is there is the pseudo header's. */
static void test_offload(void **state)
{
	struct wire_tcp tcp = segment(C, ACK, 1, 1, "hello");
	struct hf_addr a = hf_ipv4(10, 9, 0, 1), b = hf_ipv4(10, 9, 0, 2);
	uint16_t sum;

	(void)state;
	open_connection();
	make(C, &tcp);
	sum = wire_sum_fold(wire_sum_pseudo(&a, &b, 6, frame_len - 20));
	memcpy(frame + 36, &sum, sizeof sum);
	give();
	expect_nothing();
}

static void test_bad_options(void **state)
{
	struct wire_tcp tcp = segment(C, ACK, 1, 1, "");

	(void)state;
	open_with_options(true, 0, 0);
	tcp.has_ts = true;
	make(C, &tcp);
	frame[20 + 22] = 8;
	frame[20 + 23] = 99;
	give();
	assert_string_equal(story()->finding->cite, "RFC 9293 3.2, MUST-7");
}

static void test_bad_offset(void **state)
{
	struct wire_tcp tcp = segment(C, ACK, 1, 1, "");

	(void)state;
	open_connection();
	make(C, &tcp);
	frame[20 + 12] = 0x30;
	give();
	expect_finding("RFC 9293 3.1",
		       "the data offset is wrong: the header does not end "
		       "there");
}

static void test_past_fin(void **state)
{
	(void)state;
	open_connection();
	put(C, ACK | FIN, 1, 1, "");
	put(C, ACK, 2, 1, "x");
	expect_finding("RFC 9293 3.10.4", "octets past its own FIN");
}

static void test_no_ack(void **state)
{
	(void)state;
	open_connection();
	put(C, PSH, 1, 0, "x");
	expect_finding("RFC 9293 3.1",
		       "no ACK bit, though the connection has begun");
}

static void test_reserved(void **state)
{
	struct wire_tcp tcp = segment(C, ACK, 1, 1, "");

	(void)state;
	open_connection();
	make(C, &tcp);
	frame[20 + 12] |= 4;
	sum_again();
	give();
	expect_finding("RFC 9293 3.1",
		       "reserved bits of the header that are not 0");
}

/* Cut frames lack octets, not correctness. */
static void test_cut(void **state)
{
	struct wire_tcp tcp = segment(C, ACK, 1, 1, "hello there");

	(void)state;
	open_connection();
	make(C, &tcp);
	infer_frame(infer, now, frame, 42, frame_len);
	put(S, ACK, 1, 12, "");
	expect_nothing();
	assert_int_equal(story()->moments, 5);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_opening_and_close),
		CASE(test_close_in_three),
		CASE(test_simultaneous),
		CASE(test_refused),
		CASE(test_fin_out_of_order),
		CASE(test_reset),
		CASE(test_from_the_middle),
		CASE(test_incarnations),
		CASE(test_syn_ack_of_other),
		CASE(test_ack_of_nothing),
		CASE(test_beyond_the_window),
		CASE(test_window_probe),
		CASE(test_window_scale),
		CASE(test_other_content),
		CASE(test_shrunk),
		CASE(test_reset_without_need),
		CASE(test_reset_for_reset),
		CASE(test_too_long),
		CASE(test_no_mss_option),
		CASE(test_no_timestamp),
		CASE(test_option_outside_syn),
		CASE(test_scales),
		CASE(test_scale_too_large),
		CASE(test_sack_unasked),
		CASE(test_urgent),
		CASE(test_urgent_alone),
		CASE(test_back_off),
		CASE(test_checksum),
		CASE(test_ip_checksum),
		CASE(test_offload),
		CASE(test_bad_options),
		CASE(test_bad_offset),
		CASE(test_past_fin),
		CASE(test_no_ack),
		CASE(test_reserved),
		CASE(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
