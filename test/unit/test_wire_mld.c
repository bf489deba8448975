/* SPDX-License-Identifier: MIT */
#include "wire_mld.h"
#include "checksum.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* fe80::N */
static struct hf_addr link_local(uint8_t n)
{
	return (struct hf_addr){ { 0xfe, 0x80, [15] = n } };
}

/* ff02::N */
static struct hf_addr group(uint8_t n)
{
	return (struct hf_addr){ { 0xff, 2, [15] = n } };
}

#define HEADERS 48u /* IPv6, and hop-by-hop options */

/* A query of `len` octets to all nodes, as a router sends it. */
struct query {
	uint8_t octet[HEADERS + 64];
	struct wire_ip ip;
};

static void make(struct query *q, uint16_t delay, uint32_t len)
{
	static const uint8_t alert[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	uint8_t *message = q->octet + HEADERS;
	uint16_t checksum;

	*q = (struct query){ .ip = { .src = link_local(1), .dst = group(1) } };
	q->octet[0] = 0x60;
	memcpy(q->octet + 40, alert, sizeof alert);
	q->ip.version = 6;
	q->ip.ttl = 1;
	q->ip.protocol = WIRE_PROTOCOL_ICMPV6;
	q->ip.header_len = HEADERS;
	q->ip.payload = message;
	q->ip.payload_len = len;
	message[0] = WIRE_MLD_QUERY;
	put_be16(message + 4, delay);
	checksum =
		wire_checksum(wire_sum(message, len) +
			      wire_sum_pseudo(&q->ip.src, &q->ip.dst, 58, len));
	memcpy(message + 2, &checksum, sizeof checksum);
}

/* RFC 3810 6.2: "without a Router Alert option", it is not to be obeyed. */
static void test_query_without_router_alert(void **state)
{
	static const uint8_t others[][8] = {
		{ 58, 0, 1, 4, 0, 0, 0, 0 }, /* only padding */
		{ 58, 0, 0, 0, 0, 0, 0, 0 },
		{ 58, 0, 5, 2, 0, 1, 1, 0 }, /* for RSVP: RFC 2711 2.1 */
		{ 58, 0, 1, 2, 0, 0, 5, 2 }, /* its value is past the end */
		{ 58, 0, 1, 2, 5, 2, 0, 0 }, /* within another */
	};
	struct wire_mld_query query;
	struct query q;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		make(&q, 0, 28);
		memcpy(q.octet + 40, others[i], 8);
		assert_int_equal(wire_mld_parse(&query, &q.ip, false),
				 HF_DROP_ICMP_TYPE);
	}
	make(&q, 0, 28);
	memcpy(q.octet + 40, "\x3a\0\1\0\5\2\0\0", 8); /* behind padding */
	assert_int_equal(wire_mld_parse(&query, &q.ip, false), HF_ACCEPTED);
	q.octet[6] = 60; /* these are destination options */
	assert_int_equal(wire_mld_parse(&query, &q.ip, false),
			 HF_DROP_ICMP_TYPE);
}

/* RFC 3810 5.1.3: the maximum response code, the float included. */
static void test_query_version_2(void **state)
{
	static const struct {
		uint16_t code;
		uint32_t delay;
	} cases[] = {
		{ 0, 0 },	   { 10000, 10000 },  { 0x7fff, 32767 },
		{ 0x8000, 32768 }, { 0x8001, 32776 }, { 0xffff, 8387584 },
	};
	struct wire_mld_query query;
	struct query q;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		make(&q, cases[i].code, 28);
		assert_int_equal(wire_mld_parse(&query, &q.ip, false),
				 HF_ACCEPTED);
		assert_false(query.is_v1);
		assert_int_equal(query.delay, cases[i].delay);
	}
}

/* RFC 3810 8.1: by its length; the delay is then plain milliseconds. */
static void test_query_version_1(void **state)
{
	struct wire_mld_query query;
	struct query q;

	(void)state;
	make(&q, 0x8001, 24);
	assert_int_equal(wire_mld_parse(&query, &q.ip, false), HF_ACCEPTED);
	assert_true(query.is_v1);
	assert_int_equal(query.delay, 0x8001);
}

static void test_query_that_is_none(void **state)
{
	struct wire_mld_query query;
	struct query q;

	(void)state;
	for (uint32_t len = 0; len < 24; len++) {
		make(&q, 0, len);
		assert_int_equal(wire_mld_parse(&query, &q.ip, false),
				 HF_DROP_TRUNCATED);
	}
	for (uint32_t len = 25; len < 28; len++) {
		make(&q, 0, len);
		assert_int_equal(wire_mld_parse(&query, &q.ip, false),
				 HF_DROP_ICMP_TYPE);
	}
	make(&q, 0, 28);
	q.ip.ttl = 2; /* RFC 3810 5 */
	assert_int_equal(wire_mld_parse(&query, &q.ip, false),
			 HF_DROP_ICMP_TYPE);
	make(&q, 0, 28);
	q.octet[HEADERS + 27] ^= 1;
	assert_int_equal(wire_mld_parse(&query, &q.ip, false),
			 HF_DROP_ICMP_CHECKSUM);
	assert_int_equal(wire_mld_parse(&query, &q.ip, true), HF_ACCEPTED);
	make(&q, 0, 28);
	q.ip.src = (struct hf_addr){ { 0x20, 1, [15] = 1 } };
	assert_int_equal(wire_mld_parse(&query, &q.ip, true),
			 HF_DROP_ICMP_TYPE);
}

static void check_sum(const uint8_t *message, uint32_t len,
		      const struct hf_addr *dst)
{
	struct hf_addr src = link_local(7);

	assert_true(wire_sum_is_good(wire_sum(message, len) +
				     wire_sum_pseudo(&src, dst, 58, len)));
}

static void dst_is(const struct hf_addr *dst, uint8_t n)
{
	struct hf_addr expected = group(n);

	assert_memory_equal(dst, &expected, sizeof expected);
}

/* The octets of RFC 2711 2.1, then of RFC 3810 5.2. */
static void test_report_version_2(void **state)
{
	static const uint8_t alert[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	struct wire_mld_report report = { .group = group(9),
					  .record = MLD_JOINS };
	struct hf_addr src = link_local(7), dst = wire_mld_destination(&report);
	uint8_t to[WIRE_MLD_LEN_MAX];

	(void)state;
	assert_int_equal(wire_mld_emit(&report, &src, to), 36);
	assert_memory_equal(to, alert, 8);
	assert_int_equal(to[8], 143);
	assert_int_equal(get_be16(to + 14), 1); /* records */
	assert_int_equal(to[16], 4);
	assert_int_equal(to[17], 0); /* no auxiliary data */
	assert_int_equal(get_be16(to + 18), 0); /* no sources */
	assert_memory_equal(to + 20, &report.group, 16);
	dst_is(&dst, 22);
	check_sum(to + 8, 28, &dst);
}

/* RFC 2710 3: a report goes to the group, a done message to the routers. */
static void test_report_version_1(void **state)
{
	struct wire_mld_report report = { .group = group(9),
					  .record = MLD_IS_MEMBER,
					  .is_v1 = true };
	struct hf_addr src = link_local(7), dst = wire_mld_destination(&report);
	uint8_t to[WIRE_MLD_LEN_MAX];

	(void)state;
	assert_int_equal(wire_mld_emit(&report, &src, to), 32);
	assert_int_equal(to[8], 131);
	assert_memory_equal(to + 16, &report.group, 16);
	assert_memory_equal(&dst, &report.group, 16);
	check_sum(to + 8, 24, &dst);
	report.record = MLD_LEAVES;
	dst = wire_mld_destination(&report);
	dst_is(&dst, 2);
	wire_mld_emit(&report, &src, to);
	assert_int_equal(to[8], 132);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_version_2),
		cmocka_unit_test(test_query_version_1),
		cmocka_unit_test(test_query_that_is_none),
		cmocka_unit_test(test_query_without_router_alert),
		cmocka_unit_test(test_report_version_2),
		cmocka_unit_test(test_report_version_1),
	};

	return cmocka_run_group_tests_name("wire_mld", tests, NULL, NULL);
}
