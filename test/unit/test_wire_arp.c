/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "wire_arp.h"
#include "fence.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static uint8_t *fence;

static int make_fence(void **state)
{
	(void)state;
	fence = fence_make();
	return fence ? 0 : -1;
}

static enum hf_drop parse(struct wire_arp *arp, const uint8_t *data,
			  uint32_t len)
{
	return wire_arp_parse(arp, fence_copy(fence, data, len), len);
}

/* What a Linux 6 kernel asked, and what it answered. */
static const uint8_t linux_request[28] = {
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0x00,
	0x00, 0x00, 0x00, 0x0a, 0x0a, 0x09, 0x00, 0x01, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x0a, 0x09, 0x00, 0x4d,
};

static const uint8_t linux_reply[28] = {
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02, 0x02, 0x00,
	0x00, 0x00, 0x00, 0x0a, 0x0a, 0x09, 0x00, 0x01, 0x02, 0x00,
	0x00, 0x00, 0x00, 0x0b, 0x0a, 0x09, 0x00, 0x02,
};

static const struct hf_mac mac_a = { { 2, 0, 0, 0, 0, 10 } };
static const struct hf_mac mac_b = { { 2, 0, 0, 0, 0, 11 } };

static void reads_a_request_of_the_kernel(void **state)
{
	struct hf_addr us = hf_ipv4(10, 9, 0, 1), them = hf_ipv4(10, 9, 0, 77);
	struct wire_arp arp;

	(void)state;
	assert_int_equal(parse(&arp, linux_request, 28), HF_ACCEPTED);
	assert_int_equal(arp.op, ARP_REQUEST);
	assert_true(mac_eq(&arp.sender_mac, &mac_a));
	assert_true(mac_is_zero(&arp.target_mac));
	assert_true(addr_eq(&arp.sender, &us));
	assert_true(addr_eq(&arp.target, &them));
}

static void reads_a_reply_of_the_kernel(void **state)
{
	struct hf_addr us = hf_ipv4(10, 9, 0, 1), them = hf_ipv4(10, 9, 0, 2);
	struct wire_arp arp;

	(void)state;
	assert_int_equal(parse(&arp, linux_reply, 28), HF_ACCEPTED);
	assert_int_equal(arp.op, ARP_REPLY);
	assert_true(mac_eq(&arp.sender_mac, &mac_a));
	assert_true(mac_eq(&arp.target_mac, &mac_b));
	assert_true(addr_eq(&arp.sender, &us));
	assert_true(addr_eq(&arp.target, &them));
}

static void writes_what_the_kernel_writes(void **state)
{
	struct wire_arp arp;
	uint8_t *to = fence - 28;

	(void)state;
	assert_int_equal(wire_arp_parse(&arp, linux_request, 28), HF_ACCEPTED);
	assert_int_equal(wire_arp_emit(&arp, to), 28);
	assert_memory_equal(to, linux_request, 28);
	assert_int_equal(wire_arp_parse(&arp, linux_reply, 28), HF_ACCEPTED);
	assert_int_equal(wire_arp_emit(&arp, to), 28);
	assert_memory_equal(to, linux_reply, 28);
}

static void padding_is_passed_over(void **state)
{
	uint8_t frame[46] = { 0 };
	struct wire_arp arp;

	(void)state;
	memset(frame, 0xff, sizeof frame);
	memcpy(frame, linux_reply, 28);
	assert_int_equal(parse(&arp, frame, 46), HF_ACCEPTED);
	assert_true(mac_eq(&arp.target_mac, &mac_b));
}

static void drop_truncated(void **state)
{
	struct wire_arp arp;
	uint32_t len;

	(void)state;
	for (len = 0; len < 28; len++)
		assert_int_equal(parse(&arp, linux_request, len),
				 HF_DROP_TRUNCATED);
}

/* RFC 1042: hardware 6 is IEEE 802; the kernel answers it as well. */
static void only_ethernet_is_hardware(void **state)
{
	uint8_t octets[28];
	struct wire_arp arp;
	uint32_t hardware;

	(void)state;
	memcpy(octets, linux_request, 28);
	for (hardware = 0; hardware <= 0xffff; hardware++) {
		put_be16(octets, (uint16_t)hardware);
		assert_int_equal(parse(&arp, octets, 28),
				 hardware == 1 || hardware == 6 ? HF_ACCEPTED
								: HF_DROP_ARP);
	}
}

static void only_ipv4_is_protocol(void **state)
{
	uint8_t octets[28];
	struct wire_arp arp;
	uint32_t bit;

	(void)state;
	for (bit = 16; bit < 48; bit++) { /* protocol and both lengths */
		memcpy(octets, linux_request, 28);
		octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(parse(&arp, octets, 28), HF_DROP_ARP);
	}
}

static void only_request_and_reply_are_operations(void **state)
{
	uint8_t octets[28];
	struct wire_arp arp;
	uint32_t op;

	(void)state;
	memcpy(octets, linux_request, 28);
	for (op = 0; op <= 0xffff; op++) {
		put_be16(octets + 6, (uint16_t)op);
		assert_int_equal(parse(&arp, octets, 28),
				 op == 1 || op == 2 ? HF_ACCEPTED
						    : HF_DROP_ARP);
	}
}

static void drop_arp_of_a_sender_who_is_nobody(void **state)
{
	uint8_t octets[28];
	struct wire_arp arp;

	(void)state;
	memcpy(octets, linux_request, 28);
	memset(octets + 8, 0, 6);
	assert_int_equal(parse(&arp, octets, 28), HF_DROP_ARP);
	memset(octets + 8, 0xff, 6);
	assert_int_equal(parse(&arp, octets, 28), HF_DROP_ARP);
	memcpy(octets + 8, "\x01\x00\x5e\x00\x00\x01", 6);
	assert_int_equal(parse(&arp, octets, 28), HF_DROP_ARP);
}

/* RFC 5227 1.1: an ARP probe, whose sender has no address yet. */
static void a_probe_has_no_sender_address(void **state)
{
	struct hf_addr none = hf_ipv4(0, 0, 0, 0);
	uint8_t octets[28];
	struct wire_arp arp;

	(void)state;
	memcpy(octets, linux_request, 28);
	memset(octets + 14, 0, 4);
	assert_int_equal(parse(&arp, octets, 28), HF_ACCEPTED);
	assert_true(addr_eq(&arp.sender, &none));
}

static void what_is_written_is_read_again(void **state)
{
	struct dice dice = { 23 };
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		uint8_t octets[28], back[28];
		struct wire_arp arp;

		memcpy(octets, linux_request, 28);
		octets[7] = (uint8_t)(1 + dice_below(&dice, 2));
		dice_fill(&dice, octets + 8, 20);
		octets[8] = (uint8_t)(octets[8] & 0xfe);
		octets[13] |= 1;
		assert_int_equal(parse(&arp, octets, 28), HF_ACCEPTED);
		assert_int_equal(wire_arp_emit(&arp, back), 28);
		assert_memory_equal(back, octets, 28);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_request_of_the_kernel),
		cmocka_unit_test(reads_a_reply_of_the_kernel),
		cmocka_unit_test(writes_what_the_kernel_writes),
		cmocka_unit_test(padding_is_passed_over),
		cmocka_unit_test(drop_truncated),
		cmocka_unit_test(only_ethernet_is_hardware),
		cmocka_unit_test(only_ipv4_is_protocol),
		cmocka_unit_test(only_request_and_reply_are_operations),
		cmocka_unit_test(drop_arp_of_a_sender_who_is_nobody),
		cmocka_unit_test(a_probe_has_no_sender_address),
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
