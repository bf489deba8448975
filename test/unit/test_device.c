/* SPDX-License-Identifier: MIT */
/* The in-memory pair and the wrappers around it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <handfast/device.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MTU 600u
#define DELAY (500 * HF_MICROSECOND)

static const struct hf_memory_wire wire = { .mtu = MTU,
					    .frames = 8,
					    .delay = DELAY };
static const struct hf_memory_wire ethernet = {
	.mtu = MTU, .frames = 8, .delay = DELAY, .is_ethernet = true
};

/* A frame of `len` octets that starts with a number. */
static struct hf_frame numbered(uint32_t number, uint32_t len)
{
	static uint8_t octets[MTU + HF_ETHERNET_MOST];

	memset(octets, 0x5a, sizeof octets);
	memcpy(octets, &number, sizeof number);
	return (struct hf_frame){ .data = octets, .len = len };
}

static uint32_t number_of(const struct hf_frame *frame)
{
	uint32_t number;

	memcpy(&number, frame->data, sizeof number);
	return number;
}

static void send_number(struct hf_device *device, uint32_t number, hf_time now)
{
	struct hf_frame frame = numbered(number, 40);

	assert_true(hf_device_ready(device, now));
	assert_true(hf_device_send(device, &frame, now));
}

/* ---- memory ----------------------------------------------------------- */

static void a_frame_arrives_after_the_delay(void **state)
{
	struct hf_frame got[4];
	struct hf_device *a, *b;

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	assert_int_equal(hf_device_expiry(b), HF_NEVER);
	send_number(a, 7, 1000);
	assert_int_equal(hf_device_expiry(b), 1000 + DELAY);
	assert_int_equal(hf_device_expiry(a), HF_NEVER);
	assert_int_equal(hf_device_receive(b, got, 4, 999 + DELAY), 0);
	assert_int_equal(hf_device_receive(b, got, 4, 1000 + DELAY), 1);
	assert_int_equal(number_of(&got[0]), 7);
	assert_int_equal(got[0].len, 40);
	assert_int_equal(hf_device_receive(b, got, 4, HF_SECOND), 0);
	hf_device_close(a);
	hf_device_close(b);
}

static void a_full_wire_is_not_ready(void **state)
{
	struct hf_frame got[8];
	struct hf_device *a, *b;

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	for (uint32_t round = 0; round < 5; round++) {
		for (uint32_t i = 0; i < 8; i++)
			send_number(b, round * 8 + i, 0);
		assert_false(hf_device_ready(b, 0));
		assert_int_equal(hf_device_receive(a, got, 3, DELAY), 3);
		assert_int_equal(number_of(&got[2]), round * 8 + 2);
		/* their octets are still lent */
		assert_false(hf_device_ready(b, 0));
		assert_int_equal(hf_device_receive(a, got, 8, DELAY), 5);
		assert_int_equal(number_of(&got[4]), round * 8 + 7);
		assert_int_equal(hf_device_receive(a, got, 8, DELAY), 0);
		assert_true(hf_device_ready(b, 0));
	}
	hf_device_close(b);
	hf_device_close(a);
}

static void ethernet_has_macs_and_room_for_its_header(void **state)
{
	static const struct hf_mac first = { { 2, 0, 0, 0, 0, 1 } };
	static const struct hf_mac second = { { 2, 0, 0, 0, 0, 2 } };
	struct hf_frame frame = numbered(3, MTU + HF_ETHERNET_MOST), got[2];
	struct hf_device *a, *b;
	struct hf_link link;

	(void)state;
	assert_true(hf_memory_pair(&ethernet, &a, &b));
	assert_int_equal(a->kind, HF_LINK_ETHERNET);
	assert_memory_equal(&a->mac, &first, sizeof first);
	assert_memory_equal(&b->mac, &second, sizeof second);
	assert_int_equal(a->mtu, MTU);
	assert_true(hf_device_send(a, &frame, 0));
	assert_int_equal(hf_device_receive(b, got, 2, DELAY), 1);
	assert_int_equal(got[0].len, MTU + 18);
	assert_memory_equal(got[0].data, frame.data, frame.len);
	frame.len++;
	assert_true(hf_device_send(a, &frame, 0)); /* and is lost */
	assert_int_equal(hf_device_receive(b, got, 2, HF_SECOND), 0);
	link = hf_device_link(b);
	assert_int_equal(link.mtu, MTU);
	assert_int_equal(link.kind, HF_LINK_ETHERNET);
	assert_memory_equal(&link.mac, &second, sizeof second);
	assert_int_equal(link.vlan, 0);
	hf_device_close(a);
	hf_device_close(b);
}

static void raw_ip_has_no_room_for_more(void **state)
{
	struct hf_frame frame = numbered(3, MTU + 1), got[2];
	struct hf_device *a, *b;

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	assert_int_equal(hf_device_link(a).kind, HF_LINK_IP);
	assert_true(hf_device_send(a, &frame, 0));
	assert_int_equal(hf_device_receive(b, got, 2, HF_SECOND), 0);
	hf_device_close(a);
	hf_device_close(b);
}

/* ---- faults ----------------------------------------------------------- */

#define FRAMES 2000u

struct count {
	uint32_t frames, doubled, disordered, changed, cut;
};

/* Sends numbered frames through faults and counts what came. */
static struct count run_faults(const struct hf_fault *fault, uint8_t *order)
{
	struct hf_device *a, *b, *faulty;
	struct hf_frame got[8];
	struct count count = { 0, 0, 0, 0, 0 };
	uint32_t highest = 0, n;
	uint8_t *seen = calloc(FRAMES, 1);

	assert_non_null(seen);
	assert_true(hf_memory_pair(&wire, &a, &b));
	faulty = hf_fault_wrap(a, fault);
	assert_non_null(faulty);
	for (uint32_t i = 0; i < FRAMES; i++) {
		hf_time now = i * HF_MILLISECOND;
		int came;

		send_number(faulty, i, now);
		came = hf_device_receive(b, got, 8, now + DELAY);
		for (int k = 0; k < came; k++) {
			struct hf_frame whole = numbered(0, 40);

			if (got[k].len != 40) {
				count.cut++;
				continue;
			}
			if (memcmp((const uint8_t *)got[k].data + 4,
				   (const uint8_t *)whole.data + 4, 36) != 0) {
				count.changed++;
				continue;
			}
			n = number_of(&got[k]);
			if (n >= FRAMES) {
				count.changed++;
				continue;
			}
			count.frames++;
			count.doubled += seen[n];
			count.disordered += n < highest;
			seen[n] = 1;
			highest = n > highest ? n : highest;
			if (order)
				order[count.frames % FRAMES] = (uint8_t)n;
		}
	}
	free(seen);
	hf_device_close(faulty);
	hf_device_close(b);
	return count;
}

static void chances_are_about_what_was_asked(void **state)
{
	struct hf_fault loss = { .seed = 1, .loss = 300000 };
	struct hf_fault twice = { .seed = 2, .duplicate = 100000 };
	struct hf_fault order = { .seed = 3, .reorder = 100000 };
	struct hf_fault bits = { .seed = 4, .corrupt = 100000 };
	struct hf_fault cut = { .seed = 5, .truncate = 100000 };
	struct count count;

	(void)state;
	count = run_faults(&loss, NULL);
	assert_in_range(count.frames, 1300, 1500);
	count = run_faults(&twice, NULL);
	assert_int_equal(count.frames, FRAMES + count.doubled);
	assert_in_range(count.doubled, 150, 250);
	count = run_faults(&order, NULL);
	assert_in_range(count.disordered, 120, 250);
	assert_in_range(count.frames, FRAMES - 1, FRAMES);
	count = run_faults(&bits, NULL);
	assert_in_range(count.changed, 120, 250);
	count = run_faults(&cut, NULL);
	assert_in_range(count.cut, 130, 250);
	assert_int_equal(count.frames + count.cut, FRAMES);
}

static void the_same_seed_has_the_same_faults(void **state)
{
	static uint8_t first[FRAMES], second[FRAMES], third[FRAMES];
	struct hf_fault fault = { .seed = 42,
				  .loss = 100000,
				  .duplicate = 100000,
				  .reorder = 100000 };

	(void)state;
	run_faults(&fault, first);
	run_faults(&fault, second);
	assert_memory_equal(first, second, FRAMES);
	fault.seed = 43;
	run_faults(&fault, third);
	assert_memory_not_equal(first, third, FRAMES);
}

static void a_mask_drops_exactly_the_chosen(void **state)
{
	struct hf_fault fault = { .drop_out = 1u << 1 | 1u << 3,
				  .drop_in = 1u };
	struct hf_device *a, *b, *faulty;
	struct hf_frame got[8];

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	faulty = hf_fault_wrap(a, &fault);
	assert_non_null(faulty);
	for (uint32_t i = 0; i < 6; i++)
		send_number(faulty, i, 0);
	assert_int_equal(hf_device_receive(b, got, 8, DELAY), 4);
	assert_int_equal(number_of(&got[0]), 0);
	assert_int_equal(number_of(&got[1]), 2);
	assert_int_equal(number_of(&got[2]), 4);
	assert_int_equal(number_of(&got[3]), 5);
	send_number(b, 10, 0);
	send_number(b, 11, 0);
	assert_int_equal(hf_device_receive(faulty, got, 8, DELAY), 1);
	assert_int_equal(number_of(&got[0]), 11);
	hf_device_close(faulty);
	hf_device_close(b);
}

static void a_held_frame_comes_by_itself_in_time(void **state)
{
	struct hf_fault fault = { .reorder = 1000000, .hold = HF_MILLISECOND };
	struct hf_device *a, *b, *faulty;
	struct hf_frame got[8];

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	faulty = hf_fault_wrap(a, &fault);
	assert_non_null(faulty);
	send_number(b, 5, 0);
	assert_int_equal(hf_device_receive(faulty, got, 8, DELAY), 0);
	assert_int_equal(hf_device_expiry(faulty), DELAY + HF_MILLISECOND);
	assert_int_equal(
		hf_device_receive(faulty, got, 8, DELAY + HF_MILLISECOND), 1);
	assert_int_equal(number_of(&got[0]), 5);
	assert_int_equal(hf_device_expiry(faulty), HF_NEVER);
	hf_device_close(faulty);
	hf_device_close(b);
}

/* Sends one frame with `csum` through a fault; what it says at the end. */
static struct hf_frame_info info_through(const struct hf_fault *fault,
					 enum hf_csum csum)
{
	struct hf_frame frame = numbered(1, MTU + HF_ETHERNET_MOST), got[4];
	struct hf_device *a, *b, *faulty;
	struct hf_frame_info info;

	frame.info.csum = (uint8_t)csum;
	frame.info.gso_size = 536;
	assert_true(hf_memory_pair(&ethernet, &a, &b));
	faulty = hf_fault_wrap(b, fault);
	assert_non_null(faulty);
	assert_true(hf_device_send(a, &frame, 0));
	if (fault->reorder) /* held, and comes by itself */
		assert_int_equal(hf_device_receive(faulty, got, 4, DELAY), 0);
	assert_int_equal(hf_device_receive(faulty, got, 4, HF_SECOND), 1);
	assert_int_equal(got[0].len, frame.len);
	info = got[0].info;
	hf_device_close(faulty);
	hf_device_close(a);
	return info;
}

static void what_is_known_of_a_frame_passes_unless_it_is_corrupt(void **state)
{
	struct hf_fault none = { .seed = 1 };
	struct hf_fault order = { .seed = 1, .reorder = 1000000 };
	struct hf_fault bits = { .seed = 1, .corrupt = 1000000 };
	struct hf_frame_info info;

	(void)state;
	info = info_through(&none, HF_CSUM_PARTIAL);
	assert_int_equal(info.csum, HF_CSUM_PARTIAL);
	assert_int_equal(info.gso_size, 536);
	info = info_through(&order, HF_CSUM_VERIFIED);
	assert_int_equal(info.csum, HF_CSUM_VERIFIED);
	info = info_through(&bits, HF_CSUM_VERIFIED);
	assert_int_equal(info.csum, HF_CSUM_NONE);
	info = info_through(&bits, HF_CSUM_PARTIAL);
	assert_int_equal(info.csum, HF_CSUM_NONE);
}

/* ---- pcap ------------------------------------------------------------- */

static void a_recording_holds_both_directions(void **state)
{
	char path[] = "/tmp/test_device.XXXXXX", error[PCAP_ERRBUF_SIZE];
	hf_time epoch = 1700000000 * HF_SECOND;
	struct hf_device *a, *b, *recorder;
	struct hf_failure failure;
	struct pcap_pkthdr *header;
	struct hf_frame got[2];
	const u_char *data;
	pcap_t *pcap;
	int fd = mkstemp(path);

	(void)state;
	assert_return_code(fd, 0);
	close(fd);
	assert_true(hf_memory_pair(&wire, &a, &b));
	recorder = hf_pcap_wrap(a, path, epoch, &failure);
	assert_non_null(recorder);
	send_number(recorder, 1, 123456789);
	send_number(b, 2, 200000000);
	assert_int_equal(hf_device_receive(recorder, got, 2, HF_SECOND), 1);
	hf_device_flush(recorder);

	pcap = pcap_open_offline_with_tstamp_precision(
		path, PCAP_TSTAMP_PRECISION_NANO, error);
	assert_non_null(pcap);
	assert_int_equal(pcap_datalink(pcap), DLT_RAW);
	assert_int_equal(pcap_next_ex(pcap, &header, &data), 1);
	assert_int_equal(header->ts.tv_sec, 1700000000);
	assert_int_equal(header->ts.tv_usec, 123456789);
	assert_int_equal(header->len, 40);
	assert_int_equal(data[0], 1);
	assert_int_equal(pcap_next_ex(pcap, &header, &data), 1);
	assert_int_equal(header->ts.tv_sec, 1700000001);
	assert_int_equal(data[0], 2);
	assert_int_equal(pcap_next_ex(pcap, &header, &data), PCAP_ERROR_BREAK);
	pcap_close(pcap);
	hf_device_close(recorder);
	hf_device_close(b);
	unlink(path);
}

static void a_recording_of_ethernet_says_so(void **state)
{
	char path[] = "/tmp/test_device.XXXXXX", error[PCAP_ERRBUF_SIZE];
	struct hf_frame frame = numbered(7, MTU + HF_ETHERNET_MOST);
	struct hf_device *a, *b, *recorder;
	struct hf_failure failure;
	struct pcap_pkthdr *header;
	const u_char *data;
	pcap_t *pcap;
	int fd = mkstemp(path);

	(void)state;
	assert_return_code(fd, 0);
	close(fd);
	assert_true(hf_memory_pair(&ethernet, &a, &b));
	recorder = hf_pcap_wrap(a, path, 0, &failure);
	assert_non_null(recorder);
	assert_int_equal(recorder->kind, HF_LINK_ETHERNET);
	assert_true(hf_device_send(recorder, &frame, 0));
	hf_device_close(recorder);
	hf_device_close(b);
	pcap = pcap_open_offline(path, error);
	assert_non_null(pcap);
	assert_int_equal(pcap_datalink(pcap), DLT_EN10MB);
	assert_int_equal(pcap_next_ex(pcap, &header, &data), 1);
	assert_int_equal(header->caplen, frame.len);
	assert_memory_equal(data, frame.data, frame.len);
	pcap_close(pcap);
	unlink(path);
}

static void a_recording_that_cannot_be_says_why(void **state)
{
	struct hf_failure failure = { "" };
	struct hf_device *a, *b;

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	assert_null(hf_pcap_wrap(a, "/nonexistent/x.pcap", 0, &failure));
	assert_non_null(strstr(failure.text, "/nonexistent/x.pcap"));
	hf_device_close(a);
	hf_device_close(b);
}

static void a_recording_that_is_cut_short_is_a_failure(void **state)
{
	static const uint8_t octets[20] = { 0x45 };
	const struct hf_frame frame = { .data = octets, .len = 20 };
	struct hf_failure failure = { "" };
	struct hf_device *a, *b, *recorder;
	struct hf_frame got;

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	recorder = hf_pcap_wrap(a, "/dev/full", 0, &failure);
	assert_non_null(recorder);
	assert_int_equal(hf_device_receive(recorder, &got, 1, 0), 0);
	assert_true(hf_device_send(recorder, &frame, 0));
	hf_device_flush(recorder);
	assert_int_equal(hf_device_receive(recorder, &got, 1, 0), -1);
	assert_string_equal(recorder->failure->text,
			    "cannot record any more: No space left on device");
	hf_device_close(recorder);
	hf_device_close(b);
}

/* ---- interfaces: the refusals that need no right ----------------------- */

static void a_name_that_is_none_is_refused(void **state)
{
	static const char *const names[] = { "", "sixteen-letters!" };
	struct hf_failure failure;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_null(hf_tun_open(names[i], &failure));
		assert_string_equal(failure.text,
				    "an interface name has 1 to 15 letters");
		assert_null(hf_tap_open(names[i], NULL, &failure));
		assert_null(hf_packet_open(names[i], NULL, &failure));
		assert_string_equal(failure.text,
				    "an interface name has 1 to 15 letters");
	}
}

/* As root there is none of the name; else it is not permitted to look. */
static void an_interface_that_is_not_there_is_named(void **state)
{
	struct hf_failure failure = { "" };

	(void)state;
	assert_null(hf_packet_open("hf-nowhere", NULL, &failure));
	assert_non_null(strstr(failure.text, "interface hf-nowhere"));
}

/* ---- trace ------------------------------------------------------------ */

static void count_sight(void *context, const struct hf_sight *sight)
{
	*(uint32_t *)context += sight->report->why;
}

static void a_sight_reaches_each_tracer(void **state)
{
	struct hf_report report = { .why = HF_WHY_FIN };
	struct hf_sight sight = { .direction = HF_DIRECTION_OUT,
				  .report = &report };
	struct hf_device *a, *b, *inner, *outer;
	uint32_t first = 0, second = 0;

	(void)state;
	assert_true(hf_memory_pair(&wire, &a, &b));
	assert_false(a->wants_sights);
	inner = hf_trace_wrap(a, count_sight, &first);
	assert_non_null(inner);
	outer = hf_trace_wrap(inner, count_sight, &second);
	assert_non_null(outer);
	assert_true(outer->wants_sights);
	hf_device_sight(outer, &sight);
	assert_int_equal(first, HF_WHY_FIN);
	assert_int_equal(second, HF_WHY_FIN);
	hf_device_close(outer);
	hf_device_close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_arrives_after_the_delay),
		cmocka_unit_test(a_full_wire_is_not_ready),
		cmocka_unit_test(ethernet_has_macs_and_room_for_its_header),
		cmocka_unit_test(raw_ip_has_no_room_for_more),
		cmocka_unit_test(chances_are_about_what_was_asked),
		cmocka_unit_test(the_same_seed_has_the_same_faults),
		cmocka_unit_test(a_mask_drops_exactly_the_chosen),
		cmocka_unit_test(a_held_frame_comes_by_itself_in_time),
		cmocka_unit_test(
			what_is_known_of_a_frame_passes_unless_it_is_corrupt),
		cmocka_unit_test(a_recording_holds_both_directions),
		cmocka_unit_test(a_recording_of_ethernet_says_so),
		cmocka_unit_test(a_recording_that_cannot_be_says_why),
		cmocka_unit_test(a_recording_that_is_cut_short_is_a_failure),
		cmocka_unit_test(a_name_that_is_none_is_refused),
		cmocka_unit_test(an_interface_that_is_not_there_is_named),
		cmocka_unit_test(a_sight_reaches_each_tracer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
