/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "wire_ip.h"
#include "bytes.h"
#include "checksum.h"
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

/* A datagram under construction. */
struct datagram {
	uint8_t octet[4096];
	uint32_t len;
	uint32_t named; /* IPv6: offset of the last next-header octet */
};

static enum hf_drop parse(struct wire_ip *ip, const struct datagram *d)
{
	return wire_ip_parse(ip, fence_copy(fence, d->octet, d->len), d->len);
}

static void add(struct datagram *d, const void *data, size_t len)
{
	memcpy(d->octet + d->len, data, len);
	d->len += (uint32_t)len;
}

/* ---- IPv4 ------------------------------------------------------------- */

/* A header that a Linux 6 kernel sent, and 40 octets behind it. */
static const uint8_t linux_ipv4[60] = {
	0x45, 0x00, 0x00, 0x3c, 0xdb, 0xdf, 0x40, 0x00, 0x40, 0x06,
	0x4a, 0xc8, 0x0a, 0x09, 0x00, 0x01, 0x0a, 0x09, 0x00, 0x02,
};

static void fix_checksum(struct datagram *d)
{
	uint32_t header = (d->octet[0] & 15u) * 4;
	uint16_t checksum;

	memset(d->octet + 10, 0, 2);
	checksum = wire_checksum(wire_sum(d->octet, header));
	memcpy(d->octet + 10, &checksum, sizeof checksum);
}

/* With options, a multiple of 4 octets, and 8 octets of payload. */
static void build_ipv4(struct datagram *d, const uint8_t *options, uint32_t len)
{
	d->len = 0;
	add(d, linux_ipv4, 20);
	if (len)
		add(d, options, len);
	add(d, "payload", 8);
	d->octet[0] = (uint8_t)(0x40 | (20 + len) / 4);
	put_be16(d->octet + 2, (uint16_t)d->len);
	fix_checksum(d);
}

static void reads_an_ipv4_header_of_the_kernel(void **state)
{
	struct hf_addr src = hf_ipv4(10, 9, 0, 1), dst = hf_ipv4(10, 9, 0, 2);
	struct wire_ip ip;

	(void)state;
	assert_int_equal(wire_ip_parse(&ip, linux_ipv4, 60), HF_ACCEPTED);
	assert_int_equal(ip.version, 4);
	assert_int_equal(ip.protocol, WIRE_PROTOCOL_TCP);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.tos, 0);
	assert_int_equal(ip.id, 0xdbdf);
	assert_true(ip.dont_fragment);
	assert_false(ip.is_fragment || ip.has_options || ip.problem);
	assert_false(ip.more_fragments);
	assert_null(ip.options);
	assert_int_equal(ip.options_len, 0);
	assert_int_equal(ip.header_len, 20);
	assert_int_equal(ip.total_len, 60);
	assert_int_equal(ip.payload_len, 40);
	assert_ptr_equal(ip.payload, linux_ipv4 + 20);
	assert_memory_equal(&ip.src, &src, sizeof src);
	assert_memory_equal(&ip.dst, &dst, sizeof dst);
	assert_true(addr_is_ipv4(&ip.src));
}

static void link_padding_is_not_payload(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	build_ipv4(&d, NULL, 0);
	add(&d, "padding", 7);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_int_equal(ip.total_len, 28);
	assert_int_equal(ip.payload_len, 8);
}

static void drop_truncated_ipv4(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint32_t full;

	(void)state;
	build_ipv4(&d, (const uint8_t *)"\1\1\1\0", 4);
	full = d.len;
	for (d.len = 0; d.len < full; d.len++)
		assert_int_equal(parse(&ip, &d), HF_DROP_TRUNCATED);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
}

static void drop_version(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint8_t version;

	(void)state;
	for (version = 0; version < 16; version++) {
		if (version == 4 || version == 6)
			continue;
		build_ipv4(&d, NULL, 0);
		d.octet[0] = (uint8_t)(version << 4 | 5);
		assert_int_equal(parse(&ip, &d), HF_DROP_VERSION);
	}
}

static void drop_ip_header_with_ihl_under_5(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint8_t ihl;

	(void)state;
	for (ihl = 0; ihl < 5; ihl++) {
		build_ipv4(&d, NULL, 0);
		d.octet[0] = (uint8_t)(0x40 | ihl);
		assert_int_equal(parse(&ip, &d), HF_DROP_IP_HEADER);
	}
}

static void drop_ip_header_with_total_length_under_its_own(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint16_t total;

	(void)state;
	for (total = 0; total < 24; total++) {
		build_ipv4(&d, (const uint8_t *)"\1\1\1\0", 4);
		put_be16(d.octet + 2, total);
		fix_checksum(&d);
		assert_int_equal(parse(&ip, &d), HF_DROP_IP_HEADER);
	}
}

static void drop_ip_checksum(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint32_t bit;

	(void)state;
	for (bit = 4 * 8; bit < 20 * 8; bit++) {
		build_ipv4(&d, NULL, 0);
		d.octet[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(parse(&ip, &d), HF_DROP_IP_CHECKSUM);
	}
}

static void skips_well_formed_ipv4_options(void **state)
{
	/* NOP, record route, router alert, an unknown one, END, noise. */
	static const uint8_t options[] = { 1, 7, 7,  4, 0, 0, 0, 0,  148, 4,
					   0, 0, 99, 3, 0, 1, 0, 77, 0,	  9 };
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	build_ipv4(&d, options, sizeof options);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_true(ip.has_options);
	assert_int_equal(ip.header_len, 40);
	assert_int_equal(ip.payload_len, 8);
	assert_memory_equal(ip.payload, "payload", 8);
}

/* Pointers of RFC 792's parameter problem: the octet that is wrong. */
static void drop_ip_option_malformed_ipv4(void **state)
{
	static const struct {
		uint8_t option[4];
		uint32_t offset;
	} bad[] = {
		{ { 7, 0, 0, 0 }, 21 }, { { 7, 1, 0, 0 }, 21 },
		{ { 7, 5, 0, 0 }, 21 }, { { 1, 7, 255, 0 }, 22 },
		{ { 1, 1, 1, 7 }, 23 }, { { 1, 1, 7, 3 }, 23 },
	};
	struct datagram d;
	struct wire_ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		build_ipv4(&d, bad[i].option, 4);
		assert_int_equal(parse(&ip, &d), HF_DROP_IP_OPTION);
		assert_true(ip.problem);
		assert_int_equal(ip.problem_code, 0);
		assert_int_equal(ip.problem_offset, bad[i].offset);
		assert_int_equal(ip.src.octet[15], 1); /* whom to tell */
	}
}

/* More to come, or an offset, or both: RFC 791 3.1. */
static void an_ipv4_fragment_is_told_with_its_own_data(void **state)
{
	static const uint16_t field[] = { 0x2000, 0x0001, 0x3fff, 0x1fff };
	struct datagram d;
	struct wire_ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof field / sizeof *field; i++) {
		build_ipv4(&d, NULL, 0);
		put_be16(d.octet + 6, field[i]);
		fix_checksum(&d);
		assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
		assert_true(ip.is_fragment);
		assert_int_equal(ip.more_fragments, field[i] >> 13 & 1);
		assert_int_equal(ip.fragment_offset, (field[i] & 0x1fff) * 8);
		assert_int_equal(ip.fragment_header, 0);
		assert_int_equal(ip.payload_len, 8);
		assert_memory_equal(ip.payload, "payload", 8);
	}
	put_be16(d.octet + 6, 0x8000); /* reserved: means nothing */
	fix_checksum(&d);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_false(ip.is_fragment || ip.dont_fragment || ip.more_fragments);
	assert_int_equal(ip.fragment_offset, 0);
}

/* Of a datagram of 1608 octets of UDP over an MTU of 1500: both headers. */
static const uint8_t linux_fragments_ipv4[2][20] = {
	{ 0x45, 0x00, 0x05, 0xdc, 0xda, 0xa8, 0x20, 0x00, 0x40, 0x11,
	  0x66, 0x54, 0x0a, 0x09, 0x00, 0x01, 0x0a, 0x09, 0x00, 0x02 },
	{ 0x45, 0x00, 0x00, 0x94, 0xda, 0xa8, 0x00, 0xb9, 0x40, 0x11,
	  0x8a, 0xe3, 0x0a, 0x09, 0x00, 0x01, 0x0a, 0x09, 0x00, 0x02 },
};

static void reads_and_writes_ipv4_fragments_of_the_kernel(void **state)
{
	static const uint32_t offset[] = { 0, 1480 }, len[] = { 1480, 128 };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct datagram d = { .len = 20 + len[i] };
		struct wire_ip ip;

		memcpy(d.octet, linux_fragments_ipv4[i], 20);
		assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
		assert_true(ip.is_fragment);
		assert_int_equal(ip.more_fragments, i == 0);
		assert_int_equal(ip.fragment_offset, offset[i]);
		assert_int_equal(ip.payload_len, len[i]);
		assert_int_equal(ip.id, 0xdaa8);
		assert_int_equal(wire_ip_emit(&ip, len[i], d.octet), 20);
		assert_memory_equal(d.octet, linux_fragments_ipv4[i], 20);
	}
}

/* To 10.9.0.2 through 10.9.0.3, .4 and .5. */
static const uint8_t linux_source_route[45] = {
	0x49, 0x00, 0x00, 0x2d, 0x09, 0x7a, 0x40, 0x00, 0x40, 0x11, 0xea, 0x83,
	0x0a, 0x09, 0x00, 0x01, 0x0a, 0x09, 0x00, 0x03, 0x01, 0x83, 0x0f, 0x04,
	0x0a, 0x09, 0x00, 0x04, 0x0a, 0x09, 0x00, 0x05, 0x0a, 0x09, 0x00, 0x02,
};

static void reads_and_writes_options_of_the_kernel(void **state)
{
	struct datagram d = { .len = 45 };
	struct wire_ip ip;
	uint8_t to[36];

	(void)state;
	memcpy(d.octet, linux_source_route, 45);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_true(ip.has_options);
	assert_int_equal(ip.options_len, 16);
	assert_memory_equal(ip.options, linux_source_route + 20, 16);
	assert_int_equal(ip.header_len, 36);
	assert_int_equal(ip.payload_len, 9);
	assert_int_equal(wire_ip_emit(&ip, 9, to), 36);
	assert_memory_equal(to, linux_source_route, 36);
	/* In place too. */
	ip.options = to + 20;
	memset(to, 0, 20);
	assert_int_equal(wire_ip_emit(&ip, 9, to), 36);
	assert_memory_equal(to, linux_source_route, 36);
}

/* ---- IPv6 ------------------------------------------------------------- */

static const uint8_t linux_ipv6[40] = {
	0x60, 0x0e, 0xdc, 0xe9, 0x00, 0x28, 0x06, 0x40, 0xfd, 0x00,
	0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0xfd, 0x00, 0x00, 0x09, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
};

static void start_ipv6(struct datagram *d)
{
	d->len = 0;
	d->named = 6;
	add(d, linux_ipv6, 40);
}

/* An extension header; its first octet is filled in by the next. */
static void extend(struct datagram *d, uint8_t kind, const uint8_t *data,
		   uint32_t len)
{
	d->octet[d->named] = kind;
	d->named = d->len;
	add(d, data, len);
}

#define EXTEND(d, kind, ...)                                                   \
	extend(d, kind, (const uint8_t[]){ __VA_ARGS__ },                      \
	       sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* The payload, of some protocol, and the length field. */
static void finish_ipv6(struct datagram *d, uint8_t protocol)
{
	d->octet[d->named] = protocol;
	add(d, "payload", 8);
	put_be16(d->octet + 4, (uint16_t)(d->len - 40));
}

static void assert_payload(const struct wire_ip *ip, const struct datagram *d,
			   uint8_t protocol)
{
	assert_int_equal(ip->protocol, protocol);
	assert_int_equal(ip->header_len, d->len - 8);
	assert_int_equal(ip->payload_len, 8);
	assert_memory_equal(ip->payload, "payload", 8);
	assert_int_equal(ip->problem_offset, d->named);
	assert_false(ip->problem);
}

static void assert_problem(const struct wire_ip *ip, uint8_t code,
			   uint32_t offset)
{
	assert_true(ip->problem);
	assert_int_equal(ip->problem_code, code);
	assert_int_equal(ip->problem_offset, offset);
	assert_memory_equal(&ip->src, linux_ipv6 + 8, 16);
}

static void reads_an_ipv6_header_of_the_kernel(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	start_ipv6(&d);
	d.octet[0] = 0x6b;
	d.octet[1] = 0x8e; /* traffic class b8 */
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_int_equal(ip.version, 6);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.tos, 0xb8);
	assert_int_equal(ip.total_len, 48);
	assert_false(ip.is_fragment || ip.has_options);
	assert_memory_equal(&ip.src, linux_ipv6 + 8, 16);
	assert_memory_equal(&ip.dst, linux_ipv6 + 24, 16);
	assert_payload(&ip, &d, 6);
	add(&d, "padding", 7);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_int_equal(ip.payload_len, 8);
}

/* One of each kind, with padding and options that may be skipped. */
static void build_extended(struct datagram *d)
{
	start_ipv6(d);
	EXTEND(d, 0, 0, 0, 5, 2, 0, 0, 1, 0); /* router alert, PadN */
	EXTEND(d, 60, 0, 1, 0, 0x1e, 3, 1, 2, 3, 1, 6, 0, 0, 0, 0, 0, 0);
	EXTEND(d, 43, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	EXTEND(d, 44, 0, 0, 0, 0, 1, 2, 3, 4); /* atomic */
	EXTEND(d, 51, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9, 9, 9);
	EXTEND(d, 60, 0, 0, 1, 4, 0, 0, 0, 0);
	finish_ipv6(d, 6);
}

static void walks_all_extension_headers(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	build_extended(&d);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_true(ip.has_options);
	assert_false(ip.is_fragment);
	assert_payload(&ip, &d, 6);
}

static void an_unknown_next_header_is_left_in_protocol(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint32_t next;

	(void)state;
	for (next = 1; next < 256; next++) {
		if (next == 43 || next == 44 || next == 51 || next == 60)
			continue;
		start_ipv6(&d);
		EXTEND(&d, 60, 0, 0, 1, 4, 0, 0, 0, 0);
		finish_ipv6(&d, (uint8_t)next);
		assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
		assert_payload(&ip, &d, (uint8_t)next);
	}
}

/* Whatever is missing, of the header, the payload or an extension header. */
static void drop_truncated_ipv6(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint32_t full, headers;

	(void)state;
	build_extended(&d);
	full = d.len;
	headers = full - 8;
	for (d.len = 1; d.len < full; d.len++)
		assert_int_equal(parse(&ip, &d), HF_DROP_TRUNCATED);
	/* The payload length itself ends in the extension headers. */
	for (d.len = 41; d.len < full; d.len++) {
		put_be16(d.octet + 4, (uint16_t)(d.len - 40));
		assert_int_equal(parse(&ip, &d), d.len < headers
							 ? HF_DROP_TRUNCATED
							 : HF_ACCEPTED);
		assert_false(ip.problem);
	}
}

static void drop_ip_header_of_a_jumbogram(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	start_ipv6(&d);
	EXTEND(&d, 0, 0, 0, 0xc2, 4, 0, 1, 0, 0);
	finish_ipv6(&d, 6);
	put_be16(d.octet + 4, 0);
	assert_int_equal(parse(&ip, &d), HF_DROP_IP_HEADER);
	assert_false(ip.problem);
}

/* RFC 8200 4.1, 4: hop-by-hop is known only behind the IPv6 header. */
static void drop_ip_header_with_hop_by_hop_not_first(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	start_ipv6(&d);
	EXTEND(&d, 60, 0, 0, 1, 4, 0, 0, 0, 0);
	EXTEND(&d, 0, 0, 0, 1, 4, 0, 0, 0, 0);
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_DROP_IP_HEADER);
	assert_problem(&ip, 1, 40);
	start_ipv6(&d);
	EXTEND(&d, 0, 0, 0, 1, 4, 0, 0, 0, 0);
	EXTEND(&d, 0, 0, 0, 1, 4, 0, 0, 0, 0);
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_DROP_IP_HEADER);
	assert_problem(&ip, 1, 40);
}

/*
 * RFC 8200 4.4: "pointing to the unrecognized Routing Type". For the first
 * of these, alone, a Linux 6 kernel answered with pointer 42.
 */
static void drop_ip_header_with_segments_left(void **state)
{
	static const uint8_t type[] = { 77, 0, 2, 4 };
	struct datagram d;
	struct wire_ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof type; i++) {
		start_ipv6(&d);
		EXTEND(&d, 43, 0, 0, type[i], 1, 0, 0, 0, 0);
		finish_ipv6(&d, 59);
		assert_int_equal(parse(&ip, &d), HF_DROP_IP_HEADER);
		assert_problem(&ip, 0, 42);
	}
	start_ipv6(&d);
	EXTEND(&d, 60, 0, 0, 1, 4, 0, 0, 0, 0);
	EXTEND(&d, 43, 0, 0, 77, 255, 0, 0, 0, 0);
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_DROP_IP_HEADER);
	assert_problem(&ip, 0, 50);
}

static void drop_ip_header_with_too_many_extensions(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	int count;

	(void)state;
	for (count = 1; count < 40; count++) {
		int i;

		start_ipv6(&d);
		for (i = 0; i < count; i++)
			EXTEND(&d, 60, 0, 0, 1, 4, 0, 0, 0, 0);
		finish_ipv6(&d, 6);
		assert_int_equal(parse(&ip, &d),
				 count <= 16 ? HF_ACCEPTED : HF_DROP_IP_HEADER);
	}
}

/* RFC 8200 4.2: the upper two bits of an unknown option's type. */
static void unknown_ipv6_options_by_their_action_bits(void **state)
{
	struct datagram d;
	struct wire_ip ip;
	uint32_t type, multicast, place;

	(void)state;
	for (type = 2; type < 256; type++) {
		for (multicast = 0; multicast < 2; multicast++) {
			for (place = 0; place < 2; place++) {
				uint8_t kind = place ? 60 : 0;
				bool told = type >> 6 == 2 ||
					    (type >> 6 == 3 && !multicast);

				start_ipv6(&d);
				if (multicast)
					d.octet[24] = 0xff;
				EXTEND(&d, kind, 0, 0, 0, (uint8_t)type, 2, 0,
				       0, 0);
				finish_ipv6(&d, 6);
				assert_int_equal(parse(&ip, &d),
						 type >> 6 ? HF_DROP_IP_OPTION
							   : HF_ACCEPTED);
				assert_int_equal(ip.problem, told);
				if (told)
					assert_problem(&ip, 2, 43);
			}
		}
	}
}

static void drop_ip_option_malformed_ipv6(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	start_ipv6(&d);
	EXTEND(&d, 60, 0, 0, 1, 5, 0, 0, 0, 0); /* one octet too long */
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_DROP_IP_OPTION);
	assert_problem(&ip, 0, 43);
	start_ipv6(&d);
	EXTEND(&d, 0, 0, 0, 1, 3, 0, 0, 0, 1); /* no room for its length */
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_DROP_IP_OPTION);
	assert_problem(&ip, 0, 47);
}

static void an_ipv6_fragment_is_told_with_its_own_data(void **state)
{
	static const uint16_t field[] = { 0x0001, 0x0008, 0xfff8, 0xfff9 };
	struct datagram d;
	struct wire_ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof field / sizeof *field; i++) {
		start_ipv6(&d);
		EXTEND(&d, 44, 0, 0, 0, 0, 1, 2, 3, 4);
		put_be16(d.octet + 42, field[i] | 6); /* reserved bits */
		finish_ipv6(&d, 60); /* never looked at */
		assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
		assert_true(ip.is_fragment);
		assert_int_equal(ip.more_fragments, field[i] & 1);
		assert_int_equal(ip.fragment_offset, field[i] & 0xfff8);
		assert_int_equal(ip.id, 0x01020304);
		assert_int_equal(ip.fragment_header, 40);
		assert_int_equal(ip.fragment_named, 6);
		assert_payload(&ip, &d, 60);
	}
}

/* RFC 6946: reserved bits alone, with whatever id. */
static void an_atomic_fragment_is_none(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	start_ipv6(&d);
	EXTEND(&d, 44, 0, 0, 0, 6, 1, 2, 3, 4);
	EXTEND(&d, 60, 0, 0, 1, 4, 0, 0, 0, 0);
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_false(ip.is_fragment || ip.more_fragments);
	assert_int_equal(ip.fragment_offset, 0);
	assert_int_equal(ip.id, 0);
	assert_int_equal(ip.fragment_header, 40); /* it is there */
	assert_payload(&ip, &d, 6);
}

/* RFC 8200 4.5: what is in front of it is the unfragmentable part. */
static void the_unfragmentable_part_ends_at_the_fragment_header(void **state)
{
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	start_ipv6(&d);
	EXTEND(&d, 0, 0, 0, 1, 4, 0, 0, 0, 0);
	EXTEND(&d, 43, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	EXTEND(&d, 44, 0, 0, 0, 1, 1, 2, 3, 4);
	finish_ipv6(&d, 51);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_true(ip.is_fragment);
	assert_int_equal(ip.fragment_header, 64);
	assert_int_equal(ip.fragment_named, 48);
	assert_int_equal(d.octet[ip.fragment_named], 44);
	assert_payload(&ip, &d, 51);
	/* An atomic one in front is part of it. */
	start_ipv6(&d);
	EXTEND(&d, 44, 0, 0, 0, 0, 9, 9, 9, 9);
	EXTEND(&d, 44, 0, 0, 0, 1, 1, 2, 3, 4);
	finish_ipv6(&d, 6);
	assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
	assert_true(ip.is_fragment);
	assert_int_equal(ip.id, 0x01020304);
	assert_int_equal(ip.fragment_header, 48);
	assert_int_equal(ip.fragment_named, 40);
}

/* Without their flow label, which we do not write. */
static const uint8_t linux_fragments_ipv6[2][48] = {
	{ 0x60, 0x00, 0x00, 0x00, 0x05, 0xb0, 0x2c, 0x40, 0xfd, 0x00,
	  0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	  0x00, 0x00, 0x00, 0x01, 0xfd, 0x00, 0x00, 0x09, 0x00, 0x00,
	  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	  0x11, 0x00, 0x00, 0x01, 0x99, 0x36, 0x2c, 0xf6 },
	{ 0x60, 0x00, 0x00, 0x00, 0x00, 0xa8, 0x2c, 0x40, 0xfd, 0x00,
	  0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	  0x00, 0x00, 0x00, 0x01, 0xfd, 0x00, 0x00, 0x09, 0x00, 0x00,
	  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	  0x11, 0x00, 0x05, 0xa8, 0x99, 0x36, 0x2c, 0xf6 },
};

static void reads_and_writes_ipv6_fragments_of_the_kernel(void **state)
{
	static const uint32_t offset[] = { 0, 1448 }, len[] = { 1448, 160 };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct datagram d = { .len = 48 + len[i] };
		struct wire_ip ip;

		memcpy(d.octet, linux_fragments_ipv6[i], 48);
		assert_int_equal(parse(&ip, &d), HF_ACCEPTED);
		assert_true(ip.is_fragment);
		assert_int_equal(ip.more_fragments, i == 0);
		assert_int_equal(ip.fragment_offset, offset[i]);
		assert_int_equal(ip.payload_len, len[i]);
		assert_int_equal(ip.protocol, WIRE_PROTOCOL_UDP);
		assert_int_equal(ip.id, 0x99362cf6);
		assert_int_equal(wire_ip_emit(&ip, len[i], d.octet), 48);
		assert_memory_equal(d.octet, linux_fragments_ipv6[i], 48);
	}
}

static void drop_source_and_destination_mapped_in_ipv6(void **state)
{
	struct hf_addr mapped = hf_ipv4(10, 9, 0, 1);
	struct datagram d;
	struct wire_ip ip;

	(void)state;
	start_ipv6(&d);
	finish_ipv6(&d, 6);
	memcpy(d.octet + 8, &mapped, sizeof mapped);
	assert_int_equal(parse(&ip, &d), HF_DROP_SOURCE);
	memcpy(d.octet + 8, linux_ipv6 + 8, 16);
	memcpy(d.octet + 24, &mapped, sizeof mapped);
	assert_int_equal(parse(&ip, &d), HF_DROP_DESTINATION);
}

/* ---- emission --------------------------------------------------------- */

static void writes_an_ipv4_header_as_the_kernel_does(void **state)
{
	struct wire_ip ip;
	uint8_t to[20];

	(void)state;
	assert_int_equal(wire_ip_parse(&ip, linux_ipv4, 60), HF_ACCEPTED);
	assert_int_equal(wire_ip_emit(&ip, 40, to), 20);
	assert_memory_equal(to, linux_ipv4, 20);
}

/* Of a datagram that is a fragment: all but "offset 0, none to come". */
static void random_fragment(struct dice *d, struct wire_ip *ip)
{
	ip->is_fragment = true;
	ip->more_fragments = dice_below(d, 2);
	ip->fragment_offset = dice_below(d, 0x2000) * 8;
	if (ip->fragment_offset == 0)
		ip->more_fragments = true;
	if (ip->version == 6)
		ip->id = (uint32_t)dice_roll(d);
}

static void random_options(struct dice *d, struct wire_ip *ip)
{
	static uint8_t options[40];

	ip->options_len = 4 * (1 + dice_below(d, 10));
	dice_fill(d, options, ip->options_len);
	options[0] = 7;
	options[1] = (uint8_t)ip->options_len;
	ip->options = options;
}

static void random_ip(struct dice *d, struct wire_ip *ip, bool is_ipv4)
{
	*ip = (struct wire_ip){ 0 };
	dice_fill(d, &ip->src, sizeof ip->src);
	dice_fill(d, &ip->dst, sizeof ip->dst);
	if (is_ipv4) {
		ip->src = hf_ipv4(ip->src.octet[0], ip->src.octet[1],
				  ip->src.octet[2], ip->src.octet[3]);
		ip->dst = hf_ipv4(ip->dst.octet[0], ip->dst.octet[1],
				  ip->dst.octet[2], ip->dst.octet[3]);
		ip->id = (uint16_t)dice_roll(d);
		ip->dont_fragment = dice_below(d, 2);
	}
	ip->version = is_ipv4 ? 4 : 6;
	ip->protocol = dice_below(d, 2) ? 6 : 58;
	ip->ttl = (uint8_t)dice_roll(d);
	ip->tos = (uint8_t)dice_roll(d);
	if (dice_below(d, 4) == 0)
		random_fragment(d, ip);
	if (is_ipv4 && dice_below(d, 4) == 0)
		random_options(d, ip);
}

static uint32_t header_of(const struct wire_ip *ip)
{
	if (ip->version == 4)
		return 20 + ip->options_len;
	return ip->is_fragment ? 48 : 40;
}

static void what_is_written_is_read_again(void **state)
{
	struct dice dice = { 9 };
	struct wire_ip ip, back;
	static uint8_t to[FENCE_SIZE];
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		uint32_t len = dice_below(&dice, i % 100 ? 64 : 65476);
		uint32_t header;
		uint8_t *p;

		random_ip(&dice, &ip, i & 1);
		memset(to, 0xff, 60);
		header = wire_ip_emit(&ip, len, to);
		assert_int_equal(header, header_of(&ip));
		p = fence_copy(fence, to, header + len);
		assert_int_equal(wire_ip_parse(&back, p, header + len),
				 HF_ACCEPTED);
		assert_memory_equal(&back.src, &ip.src, sizeof ip.src);
		assert_memory_equal(&back.dst, &ip.dst, sizeof ip.dst);
		assert_int_equal(back.version, ip.version);
		assert_int_equal(back.protocol, ip.protocol);
		assert_int_equal(back.ttl, ip.ttl);
		assert_int_equal(back.tos, ip.tos);
		assert_int_equal(back.id, ip.id);
		assert_int_equal(back.dont_fragment, ip.dont_fragment);
		assert_int_equal(back.payload_len, len);
		assert_int_equal(back.total_len, header + len);
		assert_ptr_equal(back.payload, p + header);
		assert_int_equal(back.is_fragment, ip.is_fragment);
		assert_int_equal(back.more_fragments, ip.more_fragments);
		assert_int_equal(back.fragment_offset, ip.fragment_offset);
		assert_int_equal(back.has_options, header != (i & 1 ? 20 : 40));
		assert_int_equal(back.options_len, ip.options_len);
		if (ip.options_len)
			assert_memory_equal(back.options, ip.options,
					    ip.options_len);
	}
}

/* ---- bad input -------------------------------------------------------- */

/* What must hold of any octets: the fence does the rest. */
static void parse_anything(const uint8_t *octets, uint32_t len)
{
	uint8_t *p = fence_copy(fence, octets, len);
	struct wire_ip ip;
	enum hf_drop drop = wire_ip_parse(&ip, p, len);

	if (drop != HF_ACCEPTED) {
		assert_true(
			drop == HF_DROP_TRUNCATED || drop == HF_DROP_VERSION ||
			drop == HF_DROP_IP_HEADER ||
			drop == HF_DROP_IP_CHECKSUM ||
			drop == HF_DROP_IP_OPTION || drop == HF_DROP_SOURCE ||
			drop == HF_DROP_DESTINATION);
		assert_true(!ip.problem || ip.problem_offset < ip.total_len);
		return;
	}
	assert_true(ip.total_len <= len && ip.header_len <= ip.total_len);
	assert_ptr_equal(ip.payload, p + ip.header_len);
	assert_int_equal(ip.payload_len, ip.total_len - ip.header_len);
	assert_int_equal(ip.is_fragment,
			 ip.more_fragments || ip.fragment_offset != 0);
	assert_true(ip.fragment_named <= ip.fragment_header);
	assert_true(ip.fragment_header == 0 ||
		    ip.fragment_header + 8 <= ip.header_len);
	assert_int_equal(ip.options_len,
			 ip.version == 4 ? ip.header_len - 20 : 0);
	assert_false(ip.problem);
}

static void any_truncation_is_safe(void **state)
{
	static const uint8_t options[] = { 1, 7, 7, 4, 0, 0, 0, 0 };
	struct datagram d;
	uint32_t len;

	(void)state;
	build_ipv4(&d, options, sizeof options);
	for (len = 0; len <= d.len; len++)
		parse_anything(d.octet, len);
	build_extended(&d);
	for (len = 0; len <= d.len; len++)
		parse_anything(d.octet, len);
	for (len = 40; len <= d.len; len++) {
		put_be16(d.octet + 4, (uint16_t)(len - 40));
		parse_anything(d.octet, len);
	}
}

static void any_mutation_is_safe(void **state)
{
	static const uint8_t options[] = {
		1, 7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0
	};
	struct dice dice = { 10 };
	struct datagram d;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		build_ipv4(&d, options, sizeof options);
		dice_mutate(&dice, d.octet, d.len);
		if (i & 1 && (d.octet[0] & 15u) * 4 <= d.len)
			fix_checksum(&d);
		parse_anything(d.octet, dice_below(&dice, 4)
						? d.len
						: dice_below(&dice, d.len));
		build_extended(&d);
		dice_mutate(&dice, d.octet, d.len);
		if (i & 1) {
			d.len = 40 + dice_below(&dice, d.len - 40);
			put_be16(d.octet + 4, (uint16_t)(d.len - 40));
		}
		parse_anything(d.octet, d.len);
	}
}

/* Noise behind a plausible start, so that it is walked far. */
static void any_noise_is_safe(void **state)
{
	static const uint8_t next[] = { 0, 43, 44, 51, 60, 6 };
	struct dice dice = { 11 };
	struct datagram d;
	uint32_t i, at;

	(void)state;
	for (i = 0; i < 100000; i++) {
		start_ipv6(&d);
		d.len = 40 + dice_below(&dice, 200);
		put_be16(d.octet + 4, (uint16_t)(d.len - 40));
		d.octet[6] = next[dice_below(&dice, 6)];
		for (at = 40; at < 240; at++)
			d.octet[at] = at % 8 ? (uint8_t)dice_below(&dice, 3)
					     : next[dice_below(&dice, 6)];
		parse_anything(d.octet, d.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_ipv4_header_of_the_kernel),
		cmocka_unit_test(link_padding_is_not_payload),
		cmocka_unit_test(drop_truncated_ipv4),
		cmocka_unit_test(drop_version),
		cmocka_unit_test(drop_ip_header_with_ihl_under_5),
		cmocka_unit_test(
			drop_ip_header_with_total_length_under_its_own),
		cmocka_unit_test(drop_ip_checksum),
		cmocka_unit_test(skips_well_formed_ipv4_options),
		cmocka_unit_test(drop_ip_option_malformed_ipv4),
		cmocka_unit_test(an_ipv4_fragment_is_told_with_its_own_data),
		cmocka_unit_test(reads_and_writes_ipv4_fragments_of_the_kernel),
		cmocka_unit_test(reads_and_writes_options_of_the_kernel),
		cmocka_unit_test(reads_an_ipv6_header_of_the_kernel),
		cmocka_unit_test(walks_all_extension_headers),
		cmocka_unit_test(an_unknown_next_header_is_left_in_protocol),
		cmocka_unit_test(drop_truncated_ipv6),
		cmocka_unit_test(drop_ip_header_of_a_jumbogram),
		cmocka_unit_test(drop_ip_header_with_hop_by_hop_not_first),
		cmocka_unit_test(drop_ip_header_with_segments_left),
		cmocka_unit_test(drop_ip_header_with_too_many_extensions),
		cmocka_unit_test(unknown_ipv6_options_by_their_action_bits),
		cmocka_unit_test(drop_ip_option_malformed_ipv6),
		cmocka_unit_test(an_ipv6_fragment_is_told_with_its_own_data),
		cmocka_unit_test(an_atomic_fragment_is_none),
		cmocka_unit_test(
			the_unfragmentable_part_ends_at_the_fragment_header),
		cmocka_unit_test(reads_and_writes_ipv6_fragments_of_the_kernel),
		cmocka_unit_test(drop_source_and_destination_mapped_in_ipv6),
		cmocka_unit_test(writes_an_ipv4_header_as_the_kernel_does),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(any_truncation_is_safe),
		cmocka_unit_test(any_mutation_is_safe),
		cmocka_unit_test(any_noise_is_safe),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
