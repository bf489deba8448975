/* SPDX-License-Identifier: MIT */
/*
 * The oracle is RFC 1122 3.2.1.8, and a Linux 6 kernel (accept_source_route)
 * that was sent echo requests with these routes: what it answered with is
 * what is expected here.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "wire_source_route.h"
#include "fence.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define LOOSE 131
#define STRICT 137

static uint8_t *fence;

static int make_fence(void **state)
{
	(void)state;
	fence = fence_make();
	return fence ? 0 : -1;
}

/* Options of a datagram from 10.9.0.2 to 10.9.0.1, padded with END. */
struct options {
	uint8_t octet[40];
	uint32_t len;
};

static void add(struct options *o, const void *data, uint32_t len)
{
	assert_true(o->len + len <= 40);
	memcpy(o->octet + o->len, data, len);
	o->len += len;
}

/* A route through 10.9.0.N for each N; with the pointer, counted from 1. */
static void add_route(struct options *o, uint8_t type, uint8_t pointer,
		      const uint8_t *n, uint32_t count)
{
	uint8_t head[3] = { type, (uint8_t)(3 + 4 * count), pointer };
	uint32_t i;

	add(o, head, 3);
	for (i = 0; i < count; i++)
		add(o, (uint8_t[]){ 10, 9, 0, n[i] }, 4);
}

static void add_complete(struct options *o, uint8_t type, const uint8_t *n,
			 uint32_t count)
{
	add_route(o, type, (uint8_t)(4 + 4 * count), n, count);
}

static enum hf_drop parse(struct wire_source_route *route,
			  const struct options *o)
{
	struct wire_ip ip = { .version = 4 };

	ip.src = hf_ipv4(10, 9, 0, 2);
	ip.dst = hf_ipv4(10, 9, 0, 1);
	ip.options_len = (o->len + 3) / 4 * 4;
	ip.options = fence_copy(fence, o->octet, ip.options_len);
	return wire_source_route_parse(route, &ip);
}

static void assert_hops(const struct wire_source_route *route, const uint8_t *n,
			uint32_t count)
{
	uint32_t i;

	assert_int_equal(route->count, count);
	for (i = 0; i < count; i++)
		assert_memory_equal(route->hop[i],
				    ((uint8_t[]){ 10, 9, 0, n[i] }), 4);
}

/* To 10.9.0.2, the source of all that is parsed here. */
static uint32_t emit(const struct wire_source_route *route)
{
	struct hf_addr dst = hf_ipv4(10, 9, 0, 2);
	uint32_t len = wire_source_route_len(route);

	assert_int_equal(wire_source_route_emit(route, &dst, fence - len), len);
	return len;
}

static const uint8_t gateways[] = { 3, 4, 5 };
static const uint8_t backwards[] = { 5, 4, 3 };

/* ---- reading ---------------------------------------------------------- */

/* The kernel: to 10.9.0.5, LSRR 10.9.0.4 10.9.0.3 10.9.0.2 */
static void a_completed_route_is_reversed(void **state)
{
	struct options o = { { 1 }, 1 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, LOOSE, gateways, 3);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_false(route.is_strict);
	assert_hops(&route, backwards, 3);
}

static void a_strict_route_stays_strict(void **state)
{
	struct options o = { { 0 }, 0 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, STRICT, gateways, 3);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_true(route.is_strict);
	assert_hops(&route, backwards, 3);
}

static void a_route_of_one_gateway_is_that_gateway(void **state)
{
	struct options o = { { 1 }, 1 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, LOOSE, gateways, 1);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, gateways, 1);
}

/* Nine are what 40 octets hold; the kernel answers them. */
static void nine_gateways_are_read(void **state)
{
	static const uint8_t there[] = { 11, 12, 13, 14, 15, 16, 17, 18, 19 };
	static const uint8_t back[] = { 19, 18, 17, 16, 15, 14, 13, 12, 11 };
	struct options o = { { 1 }, 1 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, LOOSE, there, 9);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, back, 9);
}

/*
 * RFC 1122 3.2.1.8 (c): "MUST be correctly formed even if the recorded route
 * included the source host (see case (B))".
 */
static void a_source_that_recorded_itself_is_no_gateway(void **state)
{
	static const uint8_t recorded[] = { 2, 3, 4, 5 };
	struct options o = { { 1 }, 1 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, LOOSE, recorded, 4);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, backwards, 3);
	o = (struct options){ { 1 }, 1 };
	add_complete(&o, STRICT, recorded, 1);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, NULL, 0);
	assert_false(route.is_strict);
}

/* Only the first of the record: elsewhere it was a gateway on the way. */
static void a_source_further_on_the_way_is_a_gateway(void **state)
{
	static const uint8_t recorded[] = { 3, 2, 4 }, back[] = { 4, 2, 3 };
	struct options o = { { 1 }, 1 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, LOOSE, recorded, 3);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, back, 3);
}

static void other_options_are_no_route(void **state)
{
	/* NOP, record route, router alert, timestamp */
	static const uint8_t octets[] = { 1, 7, 7,  4, 9, 9, 9, 9, 148, 4, 0,
					  0, 1, 68, 8, 5, 0, 0, 0, 0,	0 };
	struct options o = { { 0 }, 0 };
	struct wire_source_route route;

	(void)state;
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, NULL, 0);
	add(&o, octets, sizeof octets);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, NULL, 0);
	/* And are passed over in front of one. */
	add_complete(&o, LOOSE, gateways, 3);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, backwards, 3);
}

static void nothing_counts_past_the_end(void **state)
{
	struct options o = { { 1, 0 }, 2 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, LOOSE, gateways, 3);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_hops(&route, NULL, 0);
}

static void drop_source_route_that_is_not_complete(void **state)
{
	struct wire_source_route route;
	uint32_t pointer;

	(void)state;
	for (pointer = 0; pointer < 256; pointer++) {
		struct options o = { { 1 }, 1 };

		add_route(&o, LOOSE, (uint8_t)pointer, gateways, 3);
		assert_int_equal(parse(&route, &o),
				 pointer > 15 ? HF_ACCEPTED
					      : HF_DROP_SOURCE_ROUTE);
		assert_int_equal(route.count, pointer > 15 ? 3 : 0);
	}
}

static void drop_source_route_of_an_odd_length(void **state)
{
	struct wire_source_route route;
	uint8_t len;

	(void)state;
	for (len = 2; len <= 39; len++) {
		struct options o = { { 1, LOOSE, len, 255 }, 40 };
		uint32_t at;

		for (at = 4; at < 40; at++)
			o.octet[at] = 10;
		for (at = 1u + len; at < 40; at++)
			o.octet[at] = 0;
		assert_int_equal(parse(&route, &o),
				 len % 4 == 3 ? HF_ACCEPTED
					      : HF_DROP_SOURCE_ROUTE);
		assert_int_equal(route.count, len % 4 == 3 ? len / 4 : 0);
	}
}

static void drop_source_route_beside_another(void **state)
{
	static const uint8_t type[] = { LOOSE, STRICT };
	struct wire_source_route route;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct options o = { { 0 }, 0 };

		add_complete(&o, type[i & 1], gateways, 1);
		add_complete(&o, type[i >> 1], gateways, 2);
		assert_int_equal(parse(&route, &o), HF_DROP_SOURCE_ROUTE);
		assert_int_equal(route.count, 0);
	}
}

/* Or the answer would go to many, or to ourselves. */
static void drop_source_route_through_no_gateway(void **state)
{
	struct wire_source_route route;
	uint32_t net, place;

	(void)state;
	for (net = 0; net < 256; net++) {
		bool is_unicast = net != 0 && net != 127 && net < 224;

		for (place = 0; place < 3; place++) {
			struct options o = { { 1 }, 1 };

			add_complete(&o, LOOSE, gateways, 3);
			o.octet[4 + 4 * place] = (uint8_t)net;
			assert_int_equal(parse(&route, &o),
					 is_unicast ? HF_ACCEPTED
						    : HF_DROP_SOURCE_ROUTE);
		}
	}
}

/* ---- writing ---------------------------------------------------------- */

/* NOP and what a Linux 6 kernel sent to 10.9.0.2 via 10.9.0.3, .4 and .5. */
static void writes_a_route_as_the_kernel_does(void **state)
{
	static const uint8_t want[] = { 0x01, 0x83, 0x0f, 0x04, 10, 9, 0, 4,
					10,   9,    0,	  5,	10, 9, 0, 2 };
	struct wire_source_route route = {
		.count = 3,
		.hop = { { 10, 9, 0, 3 }, { 10, 9, 0, 4 }, { 10, 9, 0, 5 } },
	};

	(void)state;
	assert_int_equal(emit(&route), sizeof want);
	assert_memory_equal(fence - sizeof want, want, sizeof want);
	route.is_strict = true;
	emit(&route);
	assert_int_equal((fence - sizeof want)[1], 137);
}

/* With END in front of NOP's place, as the kernel pads. */
static void answers_as_the_kernel_does(void **state)
{
	static const uint8_t want[] = { 0x83, 0x0f, 0x04, 10, 9, 0, 4, 10,
					9,    0,    3,	  10, 9, 0, 2 };
	struct options o = { { 1 }, 1 };
	struct wire_source_route route;

	(void)state;
	add_complete(&o, LOOSE, gateways, 3);
	assert_int_equal(parse(&route, &o), HF_ACCEPTED);
	assert_int_equal(emit(&route), 16);
	assert_memory_equal(fence - 15, want, sizeof want);
}

static void no_gateway_is_no_option(void **state)
{
	struct wire_source_route route = { .count = 0 };

	(void)state;
	assert_int_equal(emit(&route), 0);
}

/* What the gateways do on the way, RFC 791 3.1: each puts its address in. */
static uint32_t travel(uint8_t *option, struct hf_addr *dst)
{
	uint32_t passed = 0;

	while (option[2] <= option[1]) {
		uint8_t *slot = option + option[2] - 1, next[4];

		memcpy(next, slot, 4);
		memcpy(slot, dst->octet + 12, 4);
		memcpy(dst->octet + 12, next, 4);
		option[2] = (uint8_t)(option[2] + 4);
		passed++;
	}
	return passed;
}

/* There and back again leads through the same gateways. */
static void a_route_taken_twice_is_the_first(void **state)
{
	struct dice dice = { 24 };
	struct hf_addr us = hf_ipv4(10, 9, 0, 2), end = hf_ipv4(10, 9, 0, 1);
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		struct wire_source_route route = { 0 }, there;
		struct wire_ip ip = { .version = 4, .src = us };
		uint8_t octets[40];
		uint32_t n;

		route.count = (uint8_t)(1 + dice_below(&dice, 9));
		route.is_strict = i & 1;
		for (n = 0; n < route.count; n++) {
			dice_fill(&dice, route.hop[n], 4);
			route.hop[n][0] = 11;
		}
		ip.options = octets;
		ip.options_len = wire_source_route_emit(&route, &end, octets);
		ip.dst = hf_ipv4(11, route.hop[0][1], route.hop[0][2],
				 route.hop[0][3]);
		assert_int_equal(travel(octets + 1, &ip.dst), route.count);
		assert_true(addr_eq(&ip.dst, &end));
		assert_int_equal(wire_source_route_parse(&there, &ip),
				 HF_ACCEPTED);
		assert_int_equal(there.count, route.count);
		assert_int_equal(there.is_strict, route.is_strict);
		for (n = 0; n < route.count; n++)
			assert_memory_equal(there.hop[n],
					    route.hop[route.count - 1 - n], 4);
	}
}

/* ---- bad input -------------------------------------------------------- */

/* Whatever wire_ip_parse() takes for well formed. */
static void any_options_are_safe(void **state)
{
	struct dice dice = { 25 };
	struct wire_source_route route;
	int i, read = 0;

	(void)state;
	for (i = 0; i < 200000; i++) {
		struct hf_addr a = hf_ipv4(10, 9, 0, 2);
		struct wire_ip ip = { .src = a, .dst = a, .ttl = 1 };
		struct options o = { { 1 }, 1 };
		uint32_t len;

		add_complete(&o, LOOSE, gateways, dice_below(&dice, 4));
		add_complete(&o, STRICT, gateways, dice_below(&dice, 3));
		dice_mutate(&dice, o.octet, o.len);
		ip.options = o.octet;
		ip.options_len = (o.len + 3) / 4 * 4;
		len = 20 + ip.options_len;
		wire_ip_emit(&ip, 0, fence - len);
		if (wire_ip_parse(&ip, fence - len, len) != HF_ACCEPTED)
			continue;
		read += wire_source_route_parse(&route, &ip) == HF_ACCEPTED;
		assert_true(route.count <= WIRE_SOURCE_ROUTE_HOPS);
	}
	assert_true(read > 1000);
}

/*
 * RFC 791 3.1: the last address is where it goes, until the pointer is past
 * it; then the header's destination is.
 */
static void test_end_of_a_quoted_route(void **state)
{
	static const uint8_t route[12] = { 1, 131, 11, 4, 10, 0,
					   0, 2,   10, 0, 0,  9 };
	struct hf_addr dst, end = hf_ipv4(10, 0, 0, 9);
	uint8_t copy[12];

	(void)state;
	assert_true(wire_source_route_end(&dst, route, sizeof route));
	assert_memory_equal(&dst, &end, sizeof dst);
	memcpy(copy, route, sizeof copy);
	copy[3] = 8; /* one gateway is behind it */
	assert_true(wire_source_route_end(&dst, copy, sizeof copy));
	copy[3] = 12; /* it has arrived */
	assert_false(wire_source_route_end(&dst, copy, sizeof copy));
	for (uint32_t len = 0; len < sizeof route; len++)
		assert_false(wire_source_route_end(&dst, route, len));
	for (unsigned octet = 0; octet < 12; octet++) {
		memcpy(copy, route, sizeof copy);
		copy[2] = (uint8_t)octet; /* no length but 11 is good here */
		if (octet != 11)
			wire_source_route_end(&dst, copy, sizeof copy);
	}
	memset(copy, 0, sizeof copy);
	assert_false(wire_source_route_end(&dst, copy, sizeof copy));
	memset(copy, 7, sizeof copy);
	copy[1] = 0; /* an option that would never end */
	assert_false(wire_source_route_end(&dst, copy, sizeof copy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_completed_route_is_reversed),
		cmocka_unit_test(a_strict_route_stays_strict),
		cmocka_unit_test(a_route_of_one_gateway_is_that_gateway),
		cmocka_unit_test(nine_gateways_are_read),
		cmocka_unit_test(a_source_that_recorded_itself_is_no_gateway),
		cmocka_unit_test(a_source_further_on_the_way_is_a_gateway),
		cmocka_unit_test(other_options_are_no_route),
		cmocka_unit_test(nothing_counts_past_the_end),
		cmocka_unit_test(drop_source_route_that_is_not_complete),
		cmocka_unit_test(drop_source_route_of_an_odd_length),
		cmocka_unit_test(drop_source_route_beside_another),
		cmocka_unit_test(drop_source_route_through_no_gateway),
		cmocka_unit_test(writes_a_route_as_the_kernel_does),
		cmocka_unit_test(answers_as_the_kernel_does),
		cmocka_unit_test(no_gateway_is_no_option),
		cmocka_unit_test(a_route_taken_twice_is_the_first),
		cmocka_unit_test(any_options_are_safe),
		cmocka_unit_test(test_end_of_a_quoted_route),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
