/* SPDX-License-Identifier: MIT */
/* What stands beside the lines of a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <handfast/trace.h>
#include <string.h>

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10
};

/* A segment between 10.9.0.2 port 9877, the local end, and a peer. */
static struct hf_frame segment(enum hf_direction direction, uint8_t flags)
{
	static uint8_t octet[40];
	static const uint8_t in[40] = {
		0x45, 0,    0,	  40,	0, 0, 0,  0, 64, 6,
		0x66, 0xbc, 10,	  9,	0, 1, 10, 9, 0,	 2,
		0x9c, 0x40, 0x26, 0x95, 0, 0, 0,  1, 0,	 0,
		0,    2,    0x50, 0,	1, 0, 0,  0, 0,	 0,
	};

	memcpy(octet, in, sizeof in);
	if (direction == HF_DIRECTION_OUT) {
		octet[15] = 2;
		octet[19] = 1;
		memcpy(octet + 20, in + 22, 2);
		memcpy(octet + 22, in + 20, 2);
	}
	octet[33] = flags;
	return (struct hf_frame){ .data = octet, .len = sizeof octet };
}

/* The same in an Ethernet frame, with a VLAN tag. */
static struct hf_frame ethernet_segment(enum hf_direction direction,
					uint8_t flags)
{
	static uint8_t octet[60] = { [12] = 0x81, [15] = 5, [16] = 0x08 };
	struct hf_frame datagram = segment(direction, flags);

	memcpy(octet + 18, datagram.data, datagram.len);
	return (struct hf_frame){ .data = octet, .len = sizeof octet };
}

static struct hf_trace *trace;
static bool is_ethernet;

static void expect(enum hf_direction direction, uint8_t flags,
		   const struct hf_report *report, const char *note)
{
	struct hf_sight sight = { .direction = direction, .report = report };
	char ours[200];

	if (direction != HF_DIRECTION_TIMER)
		sight.frame = is_ethernet ? ethernet_segment(direction, flags)
					  : segment(direction, flags);
	assert_int_equal(hf_trace_note(trace, &sight, ours, sizeof ours),
			 strlen(note));
	assert_string_equal(ours, note);
}

static const struct hf_trace_style style = { .link = HF_TRACE_IP };

static int start(void **state)
{
	(void)state;
	is_ethernet = false;
	trace = hf_trace_new(&style);
	return trace ? 0 : -1;
}

static int start_ethernet(void **state)
{
	static const struct hf_trace_style ethernet = {
		.link = HF_TRACE_ETHERNET
	};

	(void)state;
	is_ethernet = true;
	trace = hf_trace_new(&ethernet);
	return trace ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	hf_trace_free(trace);
	return 0;
}

static const struct hf_report nothing;

static void a_report_is_told(void **state)
{
	struct hf_report report = { .drop = HF_DROP_PAWS };

	(void)state;
	expect(HF_DIRECTION_IN, ACK, &nothing, "");
	expect(HF_DIRECTION_IN, ACK, &report, "HF_DROP_PAWS");
	report = (struct hf_report){ .why = HF_WHY_DELAYED_ACK };
	expect(HF_DIRECTION_OUT, ACK, &report, "DELAYED_ACK");
	report = (struct hf_report){ .why = HF_WHY_ACCEPT,
				     .steps = 1,
				     .path = { HF_LISTEN, HF_SYN_RECEIVED } };
	expect(HF_DIRECTION_OUT, SYN | ACK, &report,
	       "ACCEPT, LISTEN -> SYN_RECEIVED");
}

/* The passive side: CLOSE_WAIT was told, LAST_ACK shows in the FIN. */
static void a_passive_close_is_followed(void **state)
{
	struct hf_report report = { .steps = 1,
				    .path = { HF_LISTEN, HF_SYN_RECEIVED } };

	(void)state;
	expect(HF_DIRECTION_IN, SYN, &report, "LISTEN -> SYN_RECEIVED");
	report = (struct hf_report){ .steps = 2,
				     .path = { HF_SYN_RECEIVED, HF_ESTABLISHED,
					       HF_CLOSE_WAIT } };
	expect(HF_DIRECTION_IN, FIN | ACK, &report,
	       "SYN_RECEIVED -> ESTABLISHED -> CLOSE_WAIT");
	report = (struct hf_report){ .why = HF_WHY_FIN };
	expect(HF_DIRECTION_OUT, FIN | ACK, &report,
	       "FIN, CLOSE_WAIT -> LAST_ACK");
	report.why = HF_WHY_RTO;
	expect(HF_DIRECTION_OUT, FIN | ACK, &report, "RTO");
	report = (struct hf_report){ .steps = 1,
				     .path = { HF_LAST_ACK, HF_CLOSED } };
	expect(HF_DIRECTION_IN, ACK, &report, "LAST_ACK -> CLOSED");
}

/* The active side, twice, so that the end of the first is remembered too. */
static void an_active_life_is_followed(void **state)
{
	struct hf_report open = { .why = HF_WHY_OPEN };
	struct hf_report synack = { .steps = 1,
				    .path = { HF_SYN_SENT, HF_ESTABLISHED } };
	struct hf_report fin = { .why = HF_WHY_FIN };
	struct hf_report both = { .steps = 1,
				  .path = { HF_FIN_WAIT_1, HF_TIME_WAIT } };
	struct hf_report end = { .steps = 1,
				 .path = { HF_TIME_WAIT, HF_CLOSED },
				 .local = hf_ipv4(10, 9, 0, 2),
				 .remote = hf_ipv4(10, 9, 0, 1),
				 .local_port = 9877,
				 .remote_port = 40000 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		expect(HF_DIRECTION_OUT, SYN, &open,
		       "OPEN, CLOSED -> SYN_SENT");
		expect(HF_DIRECTION_OUT, SYN, &open, "OPEN");
		expect(HF_DIRECTION_IN, SYN | ACK, &synack,
		       "SYN_SENT -> ESTABLISHED");
		expect(HF_DIRECTION_OUT, FIN | ACK, &fin,
		       "FIN, ESTABLISHED -> FIN_WAIT_1");
		expect(HF_DIRECTION_IN, FIN | ACK, &both,
		       "FIN_WAIT_1 -> TIME_WAIT");
		expect(HF_DIRECTION_TIMER, 0, &end, "TIME_WAIT -> CLOSED");
	}
}

/* CLOSE came while text was in flight, and the peer's FIN before our own. */
static void a_call_between_two_frames_is_told(void **state)
{
	struct hf_report report = {
		.steps = 1, .path = { HF_SYN_RECEIVED, HF_ESTABLISHED }
	};

	(void)state;
	expect(HF_DIRECTION_IN, ACK, &report, "SYN_RECEIVED -> ESTABLISHED");
	report = (struct hf_report){ .steps = 1,
				     .path = { HF_FIN_WAIT_1, HF_CLOSING } };
	expect(HF_DIRECTION_IN, FIN | ACK, &report,
	       "ESTABLISHED -> FIN_WAIT_1 -> CLOSING");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_report_is_told, start, stop),
		cmocka_unit_test_setup_teardown(a_passive_close_is_followed,
						start, stop),
		cmocka_unit_test_setup_teardown(an_active_life_is_followed,
						start, stop),
		cmocka_unit_test_setup_teardown(
			a_call_between_two_frames_is_told, start, stop),
		cmocka_unit_test_setup_teardown(a_passive_close_is_followed,
						start_ethernet, stop),
		cmocka_unit_test_setup_teardown(an_active_life_is_followed,
						start_ethernet, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
