/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "wire_ethernet.h"
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

static enum hf_drop parse(struct wire_ethernet *e, const uint8_t *frame,
			  uint32_t len)
{
	return wire_ethernet_parse(e, fence_copy(fence, frame, len), len);
}

static void assert_mac(const struct hf_mac *mac, const char *six)
{
	assert_memory_equal(mac->octet, six, 6);
}

/* To ff:ff:ff:ff:ff:ff from 02:00:00:00:00:0a, then what is appended. */
struct frame {
	uint8_t octet[1600];
	uint32_t len;
};

static void append(struct frame *f, const void *data, uint32_t len)
{
	memcpy(f->octet + f->len, data, len);
	f->len += len;
}

static void append16(struct frame *f, uint32_t value)
{
	put_be16(f->octet + f->len, (uint16_t)value);
	f->len += 2;
}

static void start(struct frame *f)
{
	memset(f, 0, sizeof *f);
	append(f, "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x0a", 12);
}

/* ---- reading ---------------------------------------------------------- */

/* A datagram of UDP that a Linux 6 kernel sent to 239.129.2.3. */
static const uint8_t linux_multicast[] = {
	0x01, 0x00, 0x5e, 0x01, 0x02, 0x03, 0x02, 0x00, 0x00, 0x00, 0x00,
	0x0a, 0x08, 0x00, 0x45, 0x00, 0x00, 0x1d, 0x09, 0x1d, 0x40, 0x00,
	0x01, 0x11, 0x75, 0x25, 0x0a, 0x09, 0x00, 0x01, 0xef, 0x81, 0x02,
	0x03, 0xe1, 0x25, 0x00, 0x09, 0x00, 0x09, 0xfb, 0xa8, 0x7a,
};

static void reads_a_frame_of_the_kernel(void **state)
{
	uint32_t len = sizeof linux_multicast;
	struct wire_ethernet e;

	(void)state;
	assert_int_equal(wire_ethernet_parse(&e, linux_multicast, len),
			 HF_ACCEPTED);
	assert_mac(&e.dst, "\x01\x00\x5e\x01\x02\x03");
	assert_mac(&e.src, "\x02\x00\x00\x00\x00\x0a");
	assert_int_equal(e.type, WIRE_ETHERTYPE_IPV4);
	assert_int_equal(e.vlan, 0);
	assert_ptr_equal(e.payload, linux_multicast + 14);
	assert_int_equal(e.payload_len, len - 14);
}

/* IEEE 802.1Q 9.6: priority in 3 bits, drop eligible, identifier in 12. */
static void reads_a_tag(void **state)
{
	static const struct {
		uint16_t tag, vlan;
		uint8_t priority;
	} table[] = {
		{ 0x0001, 1, 0 },     { 0x6005, 5, 3 },
		{ 0xf123, 0x123, 7 }, /* drop eligible */
		{ 0x1ffe, 0xffe, 0 }, { 0xe000, 0, 7 }, /* only a priority */
	};
	struct wire_ethernet e;
	struct frame f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		start(&f);
		append16(&f, 0x8100);
		append16(&f, table[i].tag);
		append16(&f, 0x86dd);
		append(&f, "payload", 7);
		assert_int_equal(parse(&e, f.octet, f.len), HF_ACCEPTED);
		assert_int_equal(e.vlan, table[i].vlan);
		assert_int_equal(e.priority, table[i].priority);
		assert_int_equal(e.type, WIRE_ETHERTYPE_IPV6);
		assert_int_equal(e.payload_len, 7);
		assert_memory_equal(e.payload, "payload", 7);
	}
}

static void drop_vlan_for_a_tag_within_a_tag(void **state)
{
	struct wire_ethernet e;
	struct frame f;

	(void)state;
	start(&f);
	append16(&f, 0x8100);
	append16(&f, 5);
	append16(&f, 0x8100);
	append16(&f, 6);
	append16(&f, 0x0800);
	assert_int_equal(parse(&e, f.octet, f.len), HF_DROP_VLAN);
}

/* What is under 14 octets, or under 18 with a tag. */
static void drop_truncated(void **state)
{
	struct wire_ethernet e;
	struct frame f;
	uint32_t len;

	(void)state;
	start(&f);
	append16(&f, 0x0800);
	for (len = 0; len < 14; len++)
		assert_int_equal(parse(&e, f.octet, len), HF_DROP_TRUNCATED);
	assert_int_equal(parse(&e, f.octet, 14), HF_ACCEPTED);
	assert_int_equal(e.payload_len, 0);
	put_be16(f.octet + 12, 0x8100);
	append16(&f, 5);
	append16(&f, 0x0800);
	for (len = 0; len < 18; len++)
		assert_int_equal(parse(&e, f.octet, len), HF_DROP_TRUNCATED);
	assert_int_equal(parse(&e, f.octet, 18), HF_ACCEPTED);
	assert_int_equal(e.payload_len, 0);
}

/* IEEE 802.3 3.2.6: types begin at 1536, lengths end at 1500. */
static void types_and_lengths_part_at_1536(void **state)
{
	struct wire_ethernet e;
	struct frame f;
	uint32_t type;

	(void)state;
	for (type = 0; type <= 0xffff; type++) {
		if (type == 0x8100)
			continue;
		start(&f);
		append16(&f, type);
		f.len = sizeof f.octet; /* zeros: no LLC with SNAP */
		assert_int_equal(parse(&e, f.octet, f.len),
				 type < 1536 ? HF_DROP_LINK_TYPE : HF_ACCEPTED);
		if (type >= 1536)
			assert_int_equal(e.type, type);
	}
}

/* RFC 1042: 170, 170, 3, organization 0, EtherType. */
static void append_snap(struct frame *f, uint32_t len, uint32_t type)
{
	append16(f, len);
	append(f, "\xaa\xaa\x03\0\0\0", 6);
	append16(f, type);
}

static void reads_llc_with_snap(void **state)
{
	struct wire_ethernet e;
	struct frame f;

	(void)state;
	start(&f);
	append_snap(&f, 8 + 7, 0x0800);
	append(&f, "payload padding", 15);
	assert_int_equal(parse(&e, f.octet, f.len), HF_ACCEPTED);
	assert_int_equal(e.type, WIRE_ETHERTYPE_IPV4);
	assert_int_equal(e.payload_len, 7);
	assert_memory_equal(e.payload, "payload", 7);
	start(&f);
	append16(&f, 0x8100);
	append16(&f, 0x6005);
	append_snap(&f, 8, 0x0806);
	assert_int_equal(parse(&e, f.octet, f.len), HF_ACCEPTED);
	assert_int_equal(e.type, WIRE_ETHERTYPE_ARP);
	assert_int_equal(e.vlan, 5);
	assert_int_equal(e.payload_len, 0);
}

static void a_length_must_be_of_what_is_there(void **state)
{
	struct wire_ethernet e;
	struct frame f;
	uint32_t len;

	(void)state;
	for (len = 0; len < 1536; len++) {
		enum hf_drop want = HF_ACCEPTED;

		start(&f);
		append_snap(&f, len, 0x0800);
		f.len = 14 + 100;
		if (len < 8 || len > 1500)
			want = HF_DROP_LINK_TYPE;
		else if (len > 100)
			want = HF_DROP_TRUNCATED;
		assert_int_equal(parse(&e, f.octet, f.len), want);
		if (want == HF_ACCEPTED)
			assert_int_equal(e.payload_len, len - 8);
	}
}

static void drop_link_type_of_other_llc(void **state)
{
	struct wire_ethernet e;
	struct frame f;
	uint32_t bit;

	(void)state;
	for (bit = 0; bit < 48; bit++) {
		start(&f);
		append_snap(&f, 8, 0x0800);
		f.octet[14 + bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(parse(&e, f.octet, f.len), HF_DROP_LINK_TYPE);
	}
}

/* ---- addresses -------------------------------------------------------- */

/* The kernel sent to these: the first as above, the second and last too. */
static void multicast_goes_where_the_rfcs_say(void **state)
{
	struct hf_addr v6 = { { 0xff, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0,
				3 } };
	struct hf_addr v4 = hf_ipv4(239, 129, 2, 3);
	struct hf_addr directed = hf_ipv4(10, 9, 0, 255);
	struct hf_addr limited = hf_ipv4(255, 255, 255, 255);
	struct hf_mac mac;

	(void)state;
	mac = mac_of_multicast(&v4);
	assert_mac(&mac, "\x01\x00\x5e\x01\x02\x03");
	mac = mac_of_multicast(&v6);
	assert_mac(&mac, "\x33\x33\x00\x02\x00\x03");
	mac = mac_of_multicast(&directed);
	assert_mac(&mac, "\xff\xff\xff\xff\xff\xff");
	mac = mac_of_multicast(&limited);
	assert_mac(&mac, "\xff\xff\xff\xff\xff\xff");
	v4 = hf_ipv4(224, 0, 0, 251);
	mac = mac_of_multicast(&v4);
	assert_mac(&mac, "\x01\x00\x5e\x00\x00\xfb");
}

static void a_mac_is_zero_or_multicast_by_its_bits(void **state)
{
	uint32_t bit;

	(void)state;
	for (bit = 0; bit < 48; bit++) {
		struct hf_mac mac = { { 0 } };

		assert_true(mac_is_zero(&mac));
		mac.octet[bit / 8] = (uint8_t)(1u << bit % 8);
		assert_false(mac_is_zero(&mac));
		/* IEEE 802: the first bit sent, the least of the first octet */
		assert_int_equal(mac_is_multicast(&mac), bit == 0);
	}
}

/* ---- writing ---------------------------------------------------------- */

static void writes_a_tag_as_the_standard_has_it(void **state)
{
	struct wire_ethernet e = { .dst = { { 1, 2, 3, 4, 5, 6 } },
				   .src = { { 7, 8, 9, 10, 11, 12 } },
				   .type = 0x86dd,
				   .vlan = 0x123,
				   .priority = 5 };
	static const uint8_t want[] = { 1,    2,    3,	  4,	5,    6,
					7,    8,    9,	  10,	11,   12,
					0x81, 0x00, 0xa1, 0x23, 0x86, 0xdd };
	uint8_t *to = fence - 18;

	(void)state;
	assert_int_equal(wire_ethernet_emit(&e, to), 18);
	assert_memory_equal(to, want, 18);
}

static void what_is_written_is_read_again(void **state)
{
	struct dice dice = { 21 };
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		struct wire_ethernet e = { 0 }, back;
		uint32_t len;

		dice_fill(&dice, &e.dst, sizeof e.dst);
		dice_fill(&dice, &e.src, sizeof e.src);
		e.type = (uint16_t)(1536 + dice_below(&dice, 0xffff - 1536));
		if (e.type == 0x8100)
			continue;
		if (i & 1) {
			e.vlan = (uint16_t)(1 + dice_below(&dice, 4094));
			e.priority = (uint8_t)dice_below(&dice, 8);
		}
		len = wire_ethernet_len(&e);
		assert_int_equal(len, i & 1 ? 18 : 14);
		assert_int_equal(wire_ethernet_emit(&e, fence - len), len);
		assert_int_equal(wire_ethernet_parse(&back, fence - len, len),
				 HF_ACCEPTED);
		assert_true(mac_eq(&back.dst, &e.dst));
		assert_true(mac_eq(&back.src, &e.src));
		assert_int_equal(back.type, e.type);
		assert_int_equal(back.vlan, e.vlan);
		assert_int_equal(back.priority, e.priority);
		assert_int_equal(back.payload_len, 0);
	}
}

/* ---- bad input -------------------------------------------------------- */

/* The fence sees to it that nothing past the end is read. */
static void any_octets_are_safe(void **state)
{
	static const uint16_t type[] = { 0x8100, 0x0800, 8, 40 };
	struct dice dice = { 22 };
	struct wire_ethernet e;
	struct frame f;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		uint32_t len = dice_below(&dice, 64);
		const uint8_t *p;

		start(&f);
		append16(&f, type[dice_below(&dice, 4)]);
		append_snap(&f, type[dice_below(&dice, 4)], 0x0800);
		dice_mutate(&dice, f.octet, f.len);
		p = fence_copy(fence, f.octet, len);
		if (wire_ethernet_parse(&e, p, len) != HF_ACCEPTED)
			continue;
		assert_true(e.payload >= p + 14);
		assert_true(e.payload + e.payload_len <= p + len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_frame_of_the_kernel),
		cmocka_unit_test(reads_a_tag),
		cmocka_unit_test(drop_vlan_for_a_tag_within_a_tag),
		cmocka_unit_test(drop_truncated),
		cmocka_unit_test(types_and_lengths_part_at_1536),
		cmocka_unit_test(reads_llc_with_snap),
		cmocka_unit_test(a_length_must_be_of_what_is_there),
		cmocka_unit_test(drop_link_type_of_other_llc),
		cmocka_unit_test(multicast_goes_where_the_rfcs_say),
		cmocka_unit_test(a_mac_is_zero_or_multicast_by_its_bits),
		cmocka_unit_test(writes_a_tag_as_the_standard_has_it),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(any_octets_are_safe),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
