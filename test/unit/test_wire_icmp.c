/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "wire_icmp.h"
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

static struct hf_addr addr_ipv6(uint8_t last)
{
	struct hf_addr a = { { 0xfd, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			       last } };

	return a;
}

/* A datagram of this payload, as wire_ip_parse() would tell it. */
static struct wire_ip carry(uint8_t version, const uint8_t *payload,
			    uint32_t len)
{
	struct wire_ip ip = { .version = version };

	ip.src = version == 4 ? hf_ipv4(10, 9, 0, 1) : addr_ipv6(1);
	ip.dst = version == 4 ? hf_ipv4(10, 9, 0, 2) : addr_ipv6(2);
	ip.protocol = version == 4 ? WIRE_PROTOCOL_ICMP : WIRE_PROTOCOL_ICMPV6;
	ip.payload = fence_copy(fence, payload, len);
	ip.payload_len = len;
	return ip;
}

/* What the kernel sent; `datagram` is whole. */
static void parse_kernel(struct wire_icmp *icmp, const uint8_t *datagram,
			 uint32_t len)
{
	struct wire_ip ip;
	uint8_t *p = fence_copy(fence, datagram, len);

	assert_int_equal(wire_ip_parse(&ip, p, len), HF_ACCEPTED);
	assert_int_equal(wire_icmp_parse(icmp, &ip, false), HF_ACCEPTED);
}

/* ---- what a Linux 6 kernel sent --------------------------------------- */

static const uint8_t kernel_unreachable_ipv4[] = {
	0x45, 0xc0, 0x00, 0x39, 0x32, 0x1a, 0x00, 0x00, 0x40, 0x01, 0x33, 0xd6,
	0x0a, 0x09, 0x00, 0x01, 0x0a, 0x09, 0x00, 0x02, 0x03, 0x03, 0x6f, 0x40,
	0x00, 0x00, 0x00, 0x00, 0x45, 0x00, 0x00, 0x1d, 0x00, 0x01, 0x00, 0x00,
	0x40, 0x11, 0x66, 0xbb, 0x0a, 0x09, 0x00, 0x02, 0x0a, 0x09, 0x00, 0x01,
	0x04, 0xd2, 0x10, 0xe1, 0x00, 0x09, 0x00, 0x00, 0x78,
};

static const uint8_t kernel_echo_reply_ipv4[] = {
	0x45, 0x00, 0x00, 0x21, 0x32, 0x1b, 0x00, 0x00, 0x40, 0x01, 0x34,
	0xad, 0x0a, 0x09, 0x00, 0x01, 0x0a, 0x09, 0x00, 0x02, 0x00, 0x00,
	0xa9, 0xf8, 0x12, 0x34, 0x00, 0x01, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
};

static const uint8_t kernel_unreachable_ipv6[] = {
	0x60, 0x09, 0xfb, 0x9e, 0x00, 0x39, 0x3a, 0x40, 0xfd, 0x00, 0x00,
	0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x01, 0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x01, 0x04, 0x93, 0x42,
	0x00, 0x00, 0x00, 0x00, 0x60, 0x00, 0x00, 0x00, 0x00, 0x09, 0x11,
	0x40, 0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xfd, 0x00, 0x00, 0x09, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0x04, 0xd2, 0x10, 0xe1, 0x00, 0x09, 0x78, 0x12, 0x78,
};

static const uint8_t kernel_echo_reply_ipv6[] = {
	0x60, 0x06, 0xa0, 0x29, 0x00, 0x0d, 0x3a, 0x40, 0xfd, 0x00, 0x00,
	0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x01, 0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x81, 0x00, 0x2e, 0x9a,
	0x12, 0x34, 0x00, 0x01, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
};

static const uint8_t kernel_problem_ipv6[] = {
	0x60, 0x0d, 0xdd, 0x16, 0x00, 0x38, 0x3a, 0x40, 0xfd, 0x00, 0x00, 0x09,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x04, 0x00, 0xf3, 0xeb, 0x00, 0x00, 0x00, 0x2a,
	0x60, 0x00, 0x00, 0x00, 0x00, 0x08, 0x2b, 0x40, 0xfd, 0x00, 0x00, 0x09,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x3b, 0x00, 0x4d, 0x01, 0x00, 0x00, 0x00, 0x00,
};

static void reads_port_unreachable_of_the_kernel(void **state)
{
	struct hf_addr us4 = hf_ipv4(10, 9, 0, 2), us6 = addr_ipv6(2);
	struct wire_icmp_quote quote;
	struct wire_icmp icmp;

	(void)state;
	parse_kernel(&icmp, kernel_unreachable_ipv4,
		     sizeof kernel_unreachable_ipv4);
	assert_int_equal(icmp.kind, ICMP_PORT_UNREACHABLE);
	assert_int_equal(icmp.body_len, 29);
	assert_true(wire_icmp_quote(&quote, icmp.body, icmp.body_len));
	assert_memory_equal(&quote.src, &us4, sizeof us4);
	assert_int_equal(quote.protocol, WIRE_PROTOCOL_UDP);
	assert_int_equal(quote.src_port, 1234);
	assert_int_equal(quote.dst_port, 4321);
	assert_false(quote.is_fragment);

	parse_kernel(&icmp, kernel_unreachable_ipv6,
		     sizeof kernel_unreachable_ipv6);
	assert_int_equal(icmp.kind, ICMP_PORT_UNREACHABLE);
	assert_true(wire_icmp_quote(&quote, icmp.body, icmp.body_len));
	assert_memory_equal(&quote.src, &us6, sizeof us6);
	assert_int_equal(quote.src_port, 1234);
	assert_int_equal(quote.dst_port, 4321);
}

static void reads_echo_reply_of_the_kernel(void **state)
{
	struct wire_icmp icmp;

	(void)state;
	parse_kernel(&icmp, kernel_echo_reply_ipv4,
		     sizeof kernel_echo_reply_ipv4);
	assert_int_equal(icmp.kind, ICMP_ECHO_REPLY);
	assert_int_equal(icmp.value, 0x12340001);
	assert_int_equal(icmp.body_len, 5);
	assert_memory_equal(icmp.body, "hello", 5);
	parse_kernel(&icmp, kernel_echo_reply_ipv6,
		     sizeof kernel_echo_reply_ipv6);
	assert_int_equal(icmp.kind, ICMP_ECHO_REPLY);
	assert_int_equal(icmp.value, 0x12340001);
	assert_memory_equal(icmp.body, "hello", 5);
}

static void reads_parameter_problem_of_the_kernel(void **state)
{
	struct wire_icmp icmp;

	(void)state;
	parse_kernel(&icmp, kernel_problem_ipv6, sizeof kernel_problem_ipv6);
	assert_int_equal(icmp.kind, ICMP_PARAMETER_PROBLEM);
	assert_int_equal(icmp.code, 0);
	assert_int_equal(icmp.value, 42);
}

/* Octet for octet what the kernel wrote, checksum included. */
static void check_written(const uint8_t *datagram, uint32_t len,
			  uint32_t header)
{
	struct wire_icmp icmp;
	struct wire_ip ip;
	uint8_t to[256];

	memset(to, 0xff, sizeof to);
	assert_int_equal(wire_ip_parse(&ip, datagram, len), HF_ACCEPTED);
	assert_int_equal(wire_icmp_parse(&icmp, &ip, false), HF_ACCEPTED);
	assert_int_equal(wire_icmp_emit(&icmp, &ip.src, &ip.dst, to),
			 len - header);
	assert_memory_equal(to, datagram + header, len - header);
}

static void writes_what_the_kernel_writes(void **state)
{
	(void)state;
	check_written(kernel_unreachable_ipv4, sizeof kernel_unreachable_ipv4,
		      20);
	check_written(kernel_echo_reply_ipv4, sizeof kernel_echo_reply_ipv4,
		      20);
	check_written(kernel_unreachable_ipv6, sizeof kernel_unreachable_ipv6,
		      40);
	check_written(kernel_echo_reply_ipv6, sizeof kernel_echo_reply_ipv6,
		      40);
	check_written(kernel_problem_ipv6, sizeof kernel_problem_ipv6, 40);
}

/* ---- type and code ---------------------------------------------------- */

static enum wire_icmp_kind kind_of(uint8_t version, uint32_t type,
				   uint32_t code)
{
	uint8_t octets[8] = { (uint8_t)type, (uint8_t)code };
	struct wire_ip ip = carry(version, octets, 8);
	struct wire_icmp icmp;

	assert_int_equal(wire_icmp_parse(&icmp, &ip, true), HF_ACCEPTED);
	return icmp.kind;
}

/* RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1 */
static void kinds_of_ipv4_unreachable(void **state)
{
	static const enum wire_icmp_kind want[] = {
		ICMP_NET_UNREACHABLE,	   ICMP_HOST_UNREACHABLE,
		ICMP_PROTOCOL_UNREACHABLE, ICMP_PORT_UNREACHABLE,
		ICMP_PACKET_TOO_BIG,	   ICMP_SOURCE_ROUTE_FAILED,
		ICMP_NET_UNREACHABLE,	   ICMP_HOST_UNREACHABLE,
		ICMP_NET_UNREACHABLE,	   ICMP_ADMIN_PROHIBITED,
		ICMP_ADMIN_PROHIBITED,	   ICMP_NET_UNREACHABLE,
		ICMP_HOST_UNREACHABLE,	   ICMP_ADMIN_PROHIBITED,
	};
	uint32_t code;

	(void)state;
	for (code = 0; code < 256; code++)
		assert_int_equal(kind_of(4, 3, code),
				 code < 14 ? want[code]
					   : ICMP_OTHER_UNREACHABLE);
}

/* RFC 4443 3.1 */
static void kinds_of_ipv6_unreachable(void **state)
{
	static const enum wire_icmp_kind want[] = {
		ICMP_NET_UNREACHABLE,	ICMP_ADMIN_PROHIBITED,
		ICMP_OTHER_UNREACHABLE, ICMP_HOST_UNREACHABLE,
		ICMP_PORT_UNREACHABLE,	ICMP_ADMIN_PROHIBITED,
		ICMP_ADMIN_PROHIBITED,
	};
	uint32_t code;

	(void)state;
	for (code = 0; code < 256; code++)
		assert_int_equal(kind_of(6, 1, code),
				 code < 7 ? want[code]
					  : ICMP_OTHER_UNREACHABLE);
}

static enum wire_icmp_kind want_ipv4(uint32_t type, uint32_t code)
{
	switch (type) {
	case 0:
		return ICMP_ECHO_REPLY;
	case 4:
		return ICMP_SOURCE_QUENCH;
	case 8:
		return ICMP_ECHO;
	case 11:
		return code == 0   ? ICMP_TIME_EXCEEDED
		       : code == 1 ? ICMP_REASSEMBLY_EXCEEDED
				   : ICMP_OTHER;
	case 12:
		return ICMP_PARAMETER_PROBLEM;
	default:
		return ICMP_OTHER;
	}
}

static enum wire_icmp_kind want_ipv6(uint32_t type, uint32_t code)
{
	switch (type) {
	case 2:
		return ICMP_PACKET_TOO_BIG;
	case 3:
		return want_ipv4(11, code);
	case 4:
		return ICMP_PARAMETER_PROBLEM;
	case 128:
		return ICMP_ECHO;
	case 129:
		return ICMP_ECHO_REPLY;
	default:
		return ICMP_OTHER;
	}
}

static void kinds_of_all_other_types(void **state)
{
	uint32_t type, code;

	(void)state;
	for (type = 0; type < 256; type++) {
		for (code = 0; code < 256; code++) {
			if (type != 3)
				assert_int_equal(kind_of(4, type, code),
						 want_ipv4(type, code));
			if (type != 1)
				assert_int_equal(kind_of(6, type, code),
						 want_ipv6(type, code));
		}
	}
}

static void values_stand_where_their_version_has_them(void **state)
{
	static const struct {
		uint8_t version, octets[8];
		uint32_t value;
		uint8_t code;
	} table[] = {
		/* RFC 1191 4: next-hop MTU in the lower half. */
		{ 4, { 3, 4, 0, 0, 0xde, 0xad, 0x05, 0x78 }, 1400, 0 },
		{ 6, { 2, 0, 0, 0, 0x00, 0x01, 0x05, 0x78 }, 0x10578, 0 },
		/* RFC 792: the pointer in the first octet. */
		{ 4, { 12, 0, 0, 0, 20, 1, 2, 3 }, 20, 0 },
		{ 4, { 12, 1, 0, 0, 0, 1, 2, 3 }, 0, 1 },
		{ 6, { 4, 1, 0, 0, 0, 0, 1, 6 }, 0x106, 1 },
		{ 6, { 4, 2, 0, 0, 0, 0, 0, 42 }, 42, 2 },
		{ 4, { 8, 0, 0, 0, 0x12, 0x34, 0, 1 }, 0x12340001, 0 },
		{ 6, { 128, 0, 0, 0, 0x12, 0x34, 0, 1 }, 0x12340001, 0 },
	};
	struct wire_icmp icmp;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct wire_ip ip = carry(table[i].version, table[i].octets, 8);

		assert_int_equal(wire_icmp_parse(&icmp, &ip, true),
				 HF_ACCEPTED);
		assert_int_equal(icmp.value, table[i].value);
		assert_int_equal(icmp.code, table[i].code);
		assert_int_equal(icmp.body_len, 0);
	}
}

/* ---- drops ------------------------------------------------------------ */

static void drop_truncated(void **state)
{
	struct wire_icmp icmp;
	uint32_t len;

	(void)state;
	for (len = 0; len < 8; len++) {
		struct wire_ip ip = carry(4, kernel_echo_reply_ipv4 + 20, len);

		assert_int_equal(wire_icmp_parse(&icmp, &ip, true),
				 HF_DROP_TRUNCATED);
		ip.version = 6;
		assert_int_equal(wire_icmp_parse(&icmp, &ip, false),
				 HF_DROP_TRUNCATED);
	}
}

static void drop_icmp_checksum(void **state)
{
	struct wire_icmp icmp;
	uint32_t bit;

	(void)state;
	for (bit = 0; bit < 13 * 8; bit++) {
		uint8_t octets[13];
		struct wire_ip ip;

		memcpy(octets, kernel_echo_reply_ipv4 + 20, 13);
		octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ip = carry(4, octets, 13);
		assert_int_equal(wire_icmp_parse(&icmp, &ip, false),
				 HF_DROP_ICMP_CHECKSUM);
		assert_int_equal(wire_icmp_parse(&icmp, &ip, true),
				 HF_ACCEPTED);
		memcpy(octets, kernel_echo_reply_ipv6 + 40, 13);
		octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ip = carry(6, octets, 13);
		assert_int_equal(wire_icmp_parse(&icmp, &ip, false),
				 HF_DROP_ICMP_CHECKSUM);
	}
}

/* RFC 4443 2.3: ICMPv6 covers the addresses, ICMP does not. */
static void the_pseudo_header_is_icmpv6s_alone(void **state)
{
	struct wire_icmp icmp;
	struct wire_ip ip;

	(void)state;
	ip = carry(6, kernel_echo_reply_ipv6 + 40, 13);
	assert_int_equal(wire_icmp_parse(&icmp, &ip, false), HF_ACCEPTED);
	ip.src = addr_ipv6(77);
	assert_int_equal(wire_icmp_parse(&icmp, &ip, false),
			 HF_DROP_ICMP_CHECKSUM);
	ip = carry(4, kernel_echo_reply_ipv4 + 20, 13);
	ip.src = hf_ipv4(1, 2, 3, 4);
	assert_int_equal(wire_icmp_parse(&icmp, &ip, false), HF_ACCEPTED);
}

/* ---- what is quoted --------------------------------------------------- */

/* A header of 20 octets and the start of a segment: ports, seq. */
static const uint8_t quoted_ipv4[28] = {
	0x45, 0x00, 0x05, 0xdc, 0x00, 0x01, 0x40, 0x00, 0x40, 0x06,
	0x12, 0x34, 0x0a, 0x09, 0x00, 0x02, 0x0a, 0x09, 0x00, 0x01,
	0x04, 0xd2, 0x10, 0xe1, 0x01, 0x02, 0x03, 0x04,
};

static bool quote_at_fence(struct wire_icmp_quote *q, const uint8_t *octets,
			   uint32_t len)
{
	return wire_icmp_quote(q, fence_copy(fence, octets, len), len);
}

static void assert_quotes_tcp(const struct wire_icmp_quote *q)
{
	assert_int_equal(q->protocol, WIRE_PROTOCOL_TCP);
	assert_int_equal(q->src_port, 1234);
	assert_int_equal(q->dst_port, 4321);
	assert_int_equal(q->seq.n, 0x01020304);
	assert_false(q->is_fragment);
}

/* Its total length says 1500: routers quote only the start. */
static void quotes_ipv4_of_28_octets(void **state)
{
	struct hf_addr src = hf_ipv4(10, 9, 0, 2), dst = hf_ipv4(10, 9, 0, 1);
	struct wire_icmp_quote q;
	uint32_t len;

	(void)state;
	assert_true(quote_at_fence(&q, quoted_ipv4, 28));
	assert_quotes_tcp(&q);
	assert_memory_equal(&q.src, &src, sizeof src);
	assert_memory_equal(&q.dst, &dst, sizeof dst);
	for (len = 0; len < 28; len++)
		assert_false(quote_at_fence(&q, quoted_ipv4, len));
}

static void quotes_ipv4_with_options(void **state)
{
	struct wire_icmp_quote q;
	uint8_t octets[68];
	uint32_t ihl, len;

	(void)state;
	for (ihl = 0; ihl < 16; ihl++) {
		memset(octets, 0, sizeof octets);
		memcpy(octets, quoted_ipv4, 20);
		octets[0] = (uint8_t)(0x40 | ihl);
		if (ihl < 5) {
			assert_false(quote_at_fence(&q, octets, 68));
			continue;
		}
		memcpy(octets + (size_t)ihl * 4, quoted_ipv4 + 20, 8);
		assert_true(quote_at_fence(&q, octets, ihl * 4 + 8));
		assert_quotes_tcp(&q);
		for (len = 0; len < ihl * 4 + 8; len++)
			assert_false(quote_at_fence(&q, octets, len));
	}
}

static void a_quoted_fragment_has_ports_if_it_is_the_first(void **state)
{
	struct wire_icmp_quote q;
	uint8_t octets[28];

	(void)state;
	memcpy(octets, quoted_ipv4, 28);
	put_be16(octets + 6, 0x2000);
	assert_true(quote_at_fence(&q, octets, 28));
	assert_quotes_tcp(&q);
	put_be16(octets + 6, 0x2001);
	assert_true(quote_at_fence(&q, octets, 28));
	assert_true(q.is_fragment);
	assert_int_equal(q.src_port, 0);
	assert_int_equal(q.dst_port, 0);
	assert_int_equal(q.seq.n, 0);
}

static void a_quote_of_another_protocol_has_no_ports(void **state)
{
	struct wire_icmp_quote q;
	uint8_t octets[28];

	(void)state;
	memcpy(octets, quoted_ipv4, 28);
	octets[9] = WIRE_PROTOCOL_ICMP;
	assert_true(quote_at_fence(&q, octets, 28));
	assert_int_equal(q.protocol, WIRE_PROTOCOL_ICMP);
	assert_int_equal(q.src_port, 0);
	octets[9] = WIRE_PROTOCOL_UDP;
	assert_true(quote_at_fence(&q, octets, 28));
	assert_int_equal(q.src_port, 1234);
	assert_int_equal(q.seq.n, 0);
}

/* IPv6, one of each extension header (fragment: the first), then TCP. */
static uint32_t build_quoted_ipv6(uint8_t *to)
{
	static const uint8_t extensions[] = {
		60, 0, 1, 4, 0, 0, 0, 0, /* hop-by-hop */
		43, 0, 1, 4, 0, 0, 0, 0, /* destination options */
		44, 0, 0, 1, 0, 0, 0, 0, /* routing */
		51, 0, 0, 1, 1, 2, 3, 4, /* fragment */
		6,  1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, /* AH */
	};
	struct hf_addr src = addr_ipv6(2), dst = addr_ipv6(1);

	memset(to, 0, 40);
	to[0] = 0x60;
	to[6] = 0;
	memcpy(to + 8, &src, sizeof src);
	memcpy(to + 24, &dst, sizeof dst);
	memcpy(to + 40, extensions, sizeof extensions);
	memcpy(to + 40 + sizeof extensions, quoted_ipv4 + 20, 8);
	return 40 + (uint32_t)sizeof extensions + 8;
}

static void quotes_ipv6_with_extensions(void **state)
{
	struct hf_addr src = addr_ipv6(2), dst = addr_ipv6(1);
	struct wire_icmp_quote q;
	uint8_t octets[128];
	uint32_t full = build_quoted_ipv6(octets), len;

	(void)state;
	assert_true(quote_at_fence(&q, octets, full));
	assert_quotes_tcp(&q);
	assert_memory_equal(&q.src, &src, sizeof src);
	assert_memory_equal(&q.dst, &dst, sizeof dst);
	for (len = 0; len < full; len++)
		assert_false(quote_at_fence(&q, octets, len));
	/* Not the first fragment: what follows it is anything. */
	put_be16(octets + 40 + 24 + 2, 0x0008);
	assert_true(quote_at_fence(&q, octets, full));
	assert_true(q.is_fragment);
	assert_int_equal(q.protocol, 51);
	assert_int_equal(q.src_port, 0);
}

static void quotes_no_mapped_address_in_ipv6(void **state)
{
	struct hf_addr mapped = hf_ipv4(10, 9, 0, 2);
	struct wire_icmp_quote q;
	uint8_t octets[128];
	uint32_t len = build_quoted_ipv6(octets);

	(void)state;
	memcpy(octets + 8, &mapped, sizeof mapped);
	assert_false(quote_at_fence(&q, octets, len));
	build_quoted_ipv6(octets);
	memcpy(octets + 24, &mapped, sizeof mapped);
	assert_false(quote_at_fence(&q, octets, len));
}

static void quotes_no_other_version(void **state)
{
	struct wire_icmp_quote q;
	uint8_t octets[128];
	uint32_t version;

	(void)state;
	for (version = 0; version < 16; version++) {
		uint32_t len = build_quoted_ipv6(octets);

		octets[0] = (uint8_t)(version << 4);
		assert_int_equal(quote_at_fence(&q, octets, len), version == 6);
	}
}

/* ---- emission --------------------------------------------------------- */

/* What a host sends, with its type and code. */
static const struct {
	enum wire_icmp_kind kind;
	uint8_t type4, code4, type6, code6;
} sent[] = {
	{ ICMP_ECHO, 8, 0, 128, 0 },
	{ ICMP_ECHO_REPLY, 0, 0, 129, 0 },
	{ ICMP_NET_UNREACHABLE, 3, 0, 1, 0 },
	{ ICMP_HOST_UNREACHABLE, 3, 1, 1, 3 },
	{ ICMP_PORT_UNREACHABLE, 3, 3, 1, 4 },
	{ ICMP_ADMIN_PROHIBITED, 3, 13, 1, 1 },
	{ ICMP_PACKET_TOO_BIG, 3, 4, 2, 0 },
	{ ICMP_TIME_EXCEEDED, 11, 0, 3, 0 },
	{ ICMP_REASSEMBLY_EXCEEDED, 11, 1, 3, 1 },
	{ ICMP_PARAMETER_PROBLEM, 12, 0, 4, 0 },
	{ ICMP_PROTOCOL_UNREACHABLE, 3, 2, 4, 1 },
};

#define SENT (sizeof sent / sizeof *sent)

static void every_kind_has_its_type_and_code(void **state)
{
	struct hf_addr a4 = hf_ipv4(10, 9, 0, 1), a6 = addr_ipv6(1);
	uint8_t to[16];
	size_t i;

	(void)state;
	for (i = 0; i < SENT; i++) {
		struct wire_icmp icmp = { .kind = sent[i].kind };

		assert_int_equal(wire_icmp_emit(&icmp, &a4, &a4, to), 8);
		assert_int_equal(to[0], sent[i].type4);
		assert_int_equal(to[1], sent[i].code4);
		assert_int_equal(wire_icmp_emit(&icmp, &a6, &a6, to), 8);
		assert_int_equal(to[0], sent[i].type6);
		assert_int_equal(to[1], sent[i].code6);
	}
}

/* RFC 4443 3.4: so an unknown protocol is told in ICMPv6. */
static void protocol_unreachable_points_at_the_next_header(void **state)
{
	struct wire_icmp icmp = { .kind = ICMP_PROTOCOL_UNREACHABLE,
				  .value = 6 };
	struct hf_addr src = addr_ipv6(1), dst = addr_ipv6(2);
	struct wire_icmp back;
	struct wire_ip ip;
	uint8_t to[8];

	(void)state;
	ip = carry(6, to, wire_icmp_emit(&icmp, &src, &dst, to));
	assert_int_equal(wire_icmp_parse(&back, &ip, false), HF_ACCEPTED);
	assert_int_equal(back.kind, ICMP_PARAMETER_PROBLEM);
	assert_int_equal(back.code, 1);
	assert_int_equal(back.value, 6);
}

static void an_mtu_past_16_bits_is_the_largest_of_ipv4(void **state)
{
	struct wire_icmp icmp = { .kind = ICMP_PACKET_TOO_BIG,
				  .value = 0x10000 };
	struct hf_addr a = hf_ipv4(10, 9, 0, 1);
	uint8_t to[8];

	(void)state;
	wire_icmp_emit(&icmp, &a, &a, to);
	assert_int_equal(get_be32(to + 4), 0xffff);
}

static uint32_t random_value(struct dice *d, enum wire_icmp_kind kind,
			     uint8_t version)
{
	uint32_t value = (uint32_t)dice_roll(d);

	switch (kind) {
	case ICMP_ECHO:
	case ICMP_ECHO_REPLY:
		return value;
	case ICMP_PACKET_TOO_BIG:
		return version == 4 ? value & 0xffff : value;
	case ICMP_PARAMETER_PROBLEM:
		return version == 4 ? value & 0xff : value;
	default:
		return 0;
	}
}

static void what_is_written_is_read_again(void **state)
{
	struct dice dice = { 12 };
	uint8_t body[600], to[700];
	int i;

	(void)state;
	dice_fill(&dice, body, sizeof body);
	for (i = 0; i < 100000; i++) {
		struct wire_icmp icmp = { .body = body }, back;
		uint8_t version = i & 1 ? 4 : 6;
		struct wire_ip ip = carry(version, NULL, 0);

		/* All but the last, which IPv6 tells otherwise. */
		icmp.kind = sent[dice_below(&dice, SENT - 1)].kind;
		icmp.value = random_value(&dice, icmp.kind, version);
		if (icmp.kind == ICMP_PARAMETER_PROBLEM)
			icmp.code = (uint8_t)dice_below(&dice, 3);
		icmp.body_len = dice_below(&dice, sizeof body);
		ip.payload_len = wire_icmp_emit(&icmp, &ip.src, &ip.dst, to);
		assert_int_equal(ip.payload_len, 8 + icmp.body_len);
		ip.payload = fence_copy(fence, to, ip.payload_len);
		assert_int_equal(wire_icmp_parse(&back, &ip, false),
				 HF_ACCEPTED);
		assert_int_equal(back.kind, icmp.kind);
		assert_int_equal(back.code, icmp.code);
		assert_int_equal(back.value, icmp.value);
		assert_int_equal(back.body_len, icmp.body_len);
		assert_memory_equal(back.body, body, icmp.body_len);
	}
}

/* RFC 1122 3.2.2: which ICMP messages are errors; RFC 4443 2.1. */
static void errors_are_told_from_queries(void **state)
{
	static const struct {
		uint8_t version, type;
		bool is_error;
	} table[] = {
		{ 4, 3, true },	   { 4, 4, true },    { 4, 11, true },
		{ 4, 12, true },   { 4, 0, false },   { 4, 8, false },
		{ 4, 13, false },  { 4, 17, false },  { 6, 1, true },
		{ 6, 2, true },	   { 6, 3, true },    { 6, 4, true },
		{ 6, 128, false }, { 6, 129, false }, { 6, 135, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		enum wire_icmp_kind kind =
			kind_of(table[i].version, table[i].type, 0);

		assert_int_equal(wire_icmp_is_error(kind), table[i].is_error);
	}
}

/* A body that lies elsewhere, in pieces, is summed by the caller. */
static void a_header_alone_is_that_of_the_whole(void **state)
{
	struct dice dice = { 14 };
	uint8_t body[300], whole[308];
	int i;

	(void)state;
	dice_fill(&dice, body, sizeof body);
	for (i = 0; i < 10000; i++) {
		struct wire_icmp icmp = { .body = body };
		struct wire_ip ip = carry(i & 1 ? 4 : 6, NULL, 0);
		uint32_t first;
		uint64_t sum;

		icmp.kind = sent[dice_below(&dice, SENT)].kind;
		icmp.value = (uint32_t)dice_roll(&dice);
		icmp.body_len = dice_below(&dice, sizeof body);
		first = dice_below(&dice, icmp.body_len / 2 + 1) * 2;
		wire_icmp_emit(&icmp, &ip.src, &ip.dst, whole);
		sum = wire_sum(body, first) +
		      wire_sum(body + first, icmp.body_len - first);
		icmp.body = NULL;
		assert_int_equal(wire_icmp_emit_header(&icmp, &ip.src, &ip.dst,
						       sum, fence - 8),
				 8);
		assert_memory_equal(fence - 8, whole, 8);
	}
}

/* ---- bad input -------------------------------------------------------- */

/* The fence sees to it that nothing past the end is read. */
static void parse_anything(uint8_t version, const uint8_t *octets, uint32_t len)
{
	struct wire_ip ip = carry(version, octets, len);
	struct wire_icmp_quote quote;
	struct wire_icmp icmp;

	if (wire_icmp_parse(&icmp, &ip, true) == HF_ACCEPTED) {
		assert_ptr_equal(icmp.body, ip.payload + 8);
		assert_int_equal(icmp.body_len, len - 8);
		if (wire_icmp_quote(&quote, icmp.body, icmp.body_len))
			assert_true(icmp.body_len >= 28);
	} else {
		assert_true(len < 8);
	}
}

static void any_truncation_is_safe(void **state)
{
	uint8_t octets[160] = { 1, 4 };
	uint32_t full = 8 + build_quoted_ipv6(octets + 8), len;

	(void)state;
	for (len = 0; len <= full; len++)
		parse_anything(6, octets, len);
	for (len = 0; len <= sizeof kernel_unreachable_ipv4 - 20; len++)
		parse_anything(4, kernel_unreachable_ipv4 + 20, len);
}

static void any_mutation_is_safe(void **state)
{
	struct dice dice = { 13 };
	uint8_t octets[160] = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		uint32_t len = 8 + build_quoted_ipv6(octets + 8);

		dice_mutate(&dice, octets + 8, len - 8);
		parse_anything(6, octets, len);
		parse_anything(6, octets, dice_below(&dice, len + 1));
		memcpy(octets + 8, quoted_ipv4, 28);
		dice_mutate(&dice, octets + 8, 28);
		parse_anything(4, octets, dice_below(&dice, 37));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_port_unreachable_of_the_kernel),
		cmocka_unit_test(reads_echo_reply_of_the_kernel),
		cmocka_unit_test(reads_parameter_problem_of_the_kernel),
		cmocka_unit_test(writes_what_the_kernel_writes),
		cmocka_unit_test(kinds_of_ipv4_unreachable),
		cmocka_unit_test(kinds_of_ipv6_unreachable),
		cmocka_unit_test(kinds_of_all_other_types),
		cmocka_unit_test(values_stand_where_their_version_has_them),
		cmocka_unit_test(drop_truncated),
		cmocka_unit_test(drop_icmp_checksum),
		cmocka_unit_test(the_pseudo_header_is_icmpv6s_alone),
		cmocka_unit_test(quotes_ipv4_of_28_octets),
		cmocka_unit_test(quotes_ipv4_with_options),
		cmocka_unit_test(
			a_quoted_fragment_has_ports_if_it_is_the_first),
		cmocka_unit_test(a_quote_of_another_protocol_has_no_ports),
		cmocka_unit_test(quotes_ipv6_with_extensions),
		cmocka_unit_test(quotes_no_mapped_address_in_ipv6),
		cmocka_unit_test(quotes_no_other_version),
		cmocka_unit_test(every_kind_has_its_type_and_code),
		cmocka_unit_test(
			protocol_unreachable_points_at_the_next_header),
		cmocka_unit_test(an_mtu_past_16_bits_is_the_largest_of_ipv4),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(errors_are_told_from_queries),
		cmocka_unit_test(a_header_alone_is_that_of_the_whole),
		cmocka_unit_test(any_truncation_is_safe),
		cmocka_unit_test(any_mutation_is_safe),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
