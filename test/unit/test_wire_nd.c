/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "wire_nd.h"
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

static const struct hf_addr unspecified;

/* fd00:9::N */
static struct hf_addr global(uint8_t n)
{
	return (struct hf_addr){ { 0xfd, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				   0, n } };
}

/* fe80::N */
static struct hf_addr link_local(uint8_t n)
{
	return (struct hf_addr){ { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				   0, 0, n } };
}

/* ff02::N */
static struct hf_addr group(uint8_t n)
{
	return (struct hf_addr){ { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				   0, n } };
}

static const struct hf_mac mac_a = { { 2, 0, 0, 0, 0, 10 } };

/* A message under construction, and the datagram around it. */
struct message {
	uint8_t octet[2048];
	uint32_t len;
	struct wire_ip ip;
};

static void add(struct message *m, const void *data, size_t len)
{
	memcpy(m->octet + m->len, data, len);
	m->len += (uint32_t)len;
}

#define ADD(m, ...)                                                            \
	add(m, (const uint8_t[]){ __VA_ARGS__ },                               \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void start(struct message *m, uint8_t type, struct hf_addr src,
		  struct hf_addr dst)
{
	*m = (struct message){ .ip = { .src = src, .dst = dst, .version = 6 } };
	m->ip.ttl = 255;
	m->ip.protocol = WIRE_PROTOCOL_ICMPV6;
	ADD(m, type, 0, 0, 0);
}

static void fix_checksum(struct message *m)
{
	uint16_t checksum;

	memset(m->octet + 2, 0, 2);
	checksum = wire_checksum(
		wire_sum(m->octet, m->len) +
		wire_sum_pseudo(&m->ip.src, &m->ip.dst, 58, m->len));
	memcpy(m->octet + 2, &checksum, sizeof checksum);
}

static enum hf_drop parse(struct wire_nd *nd, struct message *m)
{
	fix_checksum(m);
	m->ip.payload = fence_copy(fence, m->octet, m->len);
	m->ip.payload_len = m->len;
	return wire_nd_parse(nd, &m->ip, false);
}

/* ---- valid ones of each type, without options ------------------------- */

static void solicit_routers(struct message *m)
{
	start(m, ND_ROUTER_SOLICITATION, link_local(1), group(2));
	ADD(m, 0, 0, 0, 0);
}

static void advertise_router(struct message *m)
{
	start(m, ND_ROUTER_ADVERTISEMENT, link_local(1), group(1));
	ADD(m, 64, 0xc0, 0x07, 0x08); /* hop limit, M and O, lifetime */
	ADD(m, 0, 0, 0x75, 0x30, 0, 0, 0x03, 0xe8); /* 30000, 1000 */
}

static void solicit_neighbour(struct message *m)
{
	struct hf_addr target = global(2);

	start(m, ND_NEIGHBOUR_SOLICITATION, global(1),
	      wire_nd_solicited_node(&target));
	ADD(m, 0, 0, 0, 0);
	add(m, &target, 16);
}

static void advertise_neighbour(struct message *m)
{
	struct hf_addr target = global(2);

	start(m, ND_NEIGHBOUR_ADVERTISEMENT, target, global(1));
	ADD(m, 0x60, 0, 0, 0); /* solicited, override */
	add(m, &target, 16);
}

static void redirect(struct message *m)
{
	struct hf_addr target = link_local(2), destination = global(9);

	start(m, ND_REDIRECT, link_local(1), global(1));
	ADD(m, 0, 0, 0, 0);
	add(m, &target, 16);
	add(m, &destination, 16);
}

static void (*const valid[])(struct message *) = {
	solicit_routers,     advertise_router, solicit_neighbour,
	advertise_neighbour, redirect,
};

#define VALID (sizeof valid / sizeof *valid)

/* ---- what a Linux 6 kernel sent --------------------------------------- */

/* While it probed fe80::ff:fe00:a: with a nonce, RFC 7527. */
static const uint8_t linux_probe[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x20, 0x3a, 0xff, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0xff, 0x00, 0x00, 0x0a, 0x87, 0x00, 0x6f, 0x8d, 0x00, 0x00, 0x00, 0x00,
	0xfe, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff,
	0xfe, 0x00, 0x00, 0x0a, 0x0e, 0x01, 0x73, 0x3c, 0x73, 0x33, 0x19, 0x0d,
};

static const uint8_t linux_solicitation[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x20, 0x3a, 0xff, 0xfd, 0x00, 0x00, 0x09,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0xff, 0x00, 0x00, 0x77, 0x87, 0x00, 0x7c, 0x92, 0x00, 0x00, 0x00, 0x00,
	0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x77, 0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a,
};

static const uint8_t linux_advertisement[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x20, 0x3a, 0xff, 0xfd, 0x00, 0x00, 0x09,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
	0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x88, 0x00, 0x1c, 0x78, 0x60, 0x00, 0x00, 0x00,
	0xfd, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x02, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a,
};

static const uint8_t linux_router_solicitation[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x10, 0x3a, 0xff, 0xfe, 0x80, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xfe, 0x00, 0x00, 0x0a,
	0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x85, 0x00, 0x7b, 0x1a, 0x00, 0x00, 0x00, 0x00,
	0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a,
};

/* Reads a datagram of the kernel; what is written of it must be the same. */
static void parse_kernel(struct wire_nd *nd, const uint8_t *octets,
			 uint32_t len)
{
	uint32_t message = len - 40;
	struct wire_ip ip;

	assert_int_equal(wire_ip_parse(&ip, octets, len), HF_ACCEPTED);
	assert_int_equal(wire_nd_parse(nd, &ip, false), HF_ACCEPTED);
	assert_int_equal(wire_nd_emit(nd, &ip.src, &ip.dst, fence - message),
			 message);
	assert_memory_equal(fence - message, octets + 40, message);
}

static void reads_and_writes_a_probe_of_the_kernel(void **state)
{
	struct wire_nd nd;

	(void)state;
	parse_kernel(&nd, linux_probe, sizeof linux_probe);
	assert_int_equal(nd.type, ND_NEIGHBOUR_SOLICITATION);
	assert_memory_equal(&nd.target, linux_probe + 48, 16);
	assert_false(nd.has_mac);
	assert_true(nd.has_nonce);
	assert_memory_equal(nd.nonce, "\x73\x3c\x73\x33\x19\x0d", 6);
}

static void reads_and_writes_a_solicitation_of_the_kernel(void **state)
{
	struct hf_addr target = global(0x77);
	struct wire_nd nd;

	(void)state;
	parse_kernel(&nd, linux_solicitation, sizeof linux_solicitation);
	assert_int_equal(nd.type, ND_NEIGHBOUR_SOLICITATION);
	assert_true(addr_eq(&nd.target, &target));
	assert_true(nd.has_mac);
	assert_true(mac_eq(&nd.mac, &mac_a));
	assert_false(nd.has_nonce);
}

static void reads_and_writes_an_advertisement_of_the_kernel(void **state)
{
	struct hf_addr target = global(1);
	struct wire_nd nd;

	(void)state;
	parse_kernel(&nd, linux_advertisement, sizeof linux_advertisement);
	assert_int_equal(nd.type, ND_NEIGHBOUR_ADVERTISEMENT);
	assert_true(addr_eq(&nd.target, &target));
	assert_true(nd.is_solicited && nd.is_override);
	assert_false(nd.is_router);
	assert_true(nd.has_mac);
	assert_true(mac_eq(&nd.mac, &mac_a));
}

static void reads_and_writes_a_router_solicitation_of_the_kernel(void **state)
{
	struct wire_nd nd;

	(void)state;
	parse_kernel(&nd, linux_router_solicitation,
		     sizeof linux_router_solicitation);
	assert_int_equal(nd.type, ND_ROUTER_SOLICITATION);
	assert_true(nd.has_mac);
	assert_true(mac_eq(&nd.mac, &mac_a));
}

/* RFC 4291 2.7.1 has this example. */
static void a_solicited_node_address_ends_as_its_target(void **state)
{
	struct hf_addr target = { { 0x40, 0x37, 0, 0, 0, 0, 0, 0, 0, 1, 8, 0,
				    0x20, 0x0e, 0x8c, 0x6c } };
	struct hf_addr want = { { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff,
				  0x0e, 0x8c, 0x6c } };
	struct hf_addr got = wire_nd_solicited_node(&target);

	(void)state;
	assert_true(addr_eq(&got, &want));
}

/* ---- validation: RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1 -------------- */

static void valid_messages_are_accepted(void **state)
{
	struct message m;
	struct wire_nd nd;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		valid[i](&m);
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		assert_int_equal(nd.type, m.octet[0]);
		assert_false(nd.has_mac || nd.has_nonce || nd.mtu);
		assert_int_equal(nd.prefix_count, 0);
	}
}

/* "could not possibly have been forwarded by a router" */
static void drop_nd_of_any_other_hop_limit(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t ttl;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		valid[i](&m);
		for (ttl = 0; ttl < 256; ttl++) {
			m.ip.ttl = (uint8_t)ttl;
			assert_int_equal(parse(&nd, &m),
					 ttl == 255 ? HF_ACCEPTED : HF_DROP_ND);
		}
	}
}

static void drop_nd_of_any_other_code(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t code;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		valid[i](&m);
		for (code = 1; code < 256; code++) {
			m.octet[1] = (uint8_t)code;
			assert_int_equal(parse(&nd, &m), HF_DROP_ND);
		}
	}
}

static void drop_icmp_checksum(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t bit;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		valid[i](&m);
		ADD(&m, 200, 1, 0, 0, 0, 0, 0, 0);
		for (bit = 0; bit < m.len * 8; bit++) {
			uint8_t *p;

			assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
			p = fence - m.len;
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(wire_nd_parse(&nd, &m.ip, false),
					 HF_DROP_ICMP_CHECKSUM);
		}
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		m.ip.src.octet[15] ^= 1;
		assert_int_equal(wire_nd_parse(&nd, &m.ip, false),
				 HF_DROP_ICMP_CHECKSUM);
		assert_int_equal(wire_nd_parse(&nd, &m.ip, true), HF_ACCEPTED);
	}
}

/* "ICMP length is 8 (16, 24, 40) or more octets" */
static void drop_truncated(void **state)
{
	static const uint32_t least[VALID] = { 8, 16, 24, 24, 40 };
	struct message m;
	struct wire_nd nd;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		uint32_t full;

		valid[i](&m);
		full = m.len;
		assert_int_equal(full, least[i]);
		for (m.len = 4; m.len < full; m.len++)
			assert_int_equal(parse(&nd, &m), HF_DROP_TRUNCATED);
		for (m.ip.payload_len = 0; m.ip.payload_len < 4;
		     m.ip.payload_len++) {
			m.ip.payload = fence - m.ip.payload_len;
			assert_int_equal(wire_nd_parse(&nd, &m.ip, true),
					 HF_DROP_TRUNCATED);
		}
	}
}

/* "All included options have a length that is greater than zero." */
static void drop_nd_for_an_option_of_length_0(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t type;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		for (type = 0; type < 256; type++) {
			valid[i](&m);
			ADD(&m, 200, 1, 0, 0, 0, 0, 0, 0);
			ADD(&m, (uint8_t)type, 0, 0, 0, 0, 0, 0, 0);
			assert_int_equal(parse(&nd, &m), HF_DROP_ND);
		}
	}
}

static void drop_nd_for_an_option_that_is_not_all_there(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t full;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		valid[i](&m);
		full = m.len;
		ADD(&m, 200, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		for (m.len = full + 1; m.len < full + 16; m.len++)
			assert_int_equal(parse(&nd, &m), HF_DROP_ND);
	}
}

/* RFC 6980 5: whole or not. */
static void drop_nd_behind_a_fragment_header(void **state)
{
	uint8_t octets[40 + 8 + 32];
	struct wire_ip ip;
	struct wire_nd nd;

	(void)state;
	memcpy(octets, linux_solicitation, 40);
	memcpy(octets + 40, "\x3a\0\0\0\0\0\0\1", 8);
	memcpy(octets + 48, linux_solicitation + 40, 32);
	octets[5] = 40;
	octets[6] = 44;
	assert_int_equal(wire_ip_parse(&ip, octets, sizeof octets),
			 HF_ACCEPTED);
	assert_false(ip.is_fragment);
	assert_int_equal(wire_nd_parse(&nd, &ip, false), HF_DROP_ND);
}

static void drop_nd_of_other_types(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t type;

	(void)state;
	for (type = 0; type < 256; type++) {
		redirect(&m);
		m.octet[0] = (uint8_t)type;
		if (type >= 133 && type <= 137)
			continue;
		assert_false(wire_nd_is((uint8_t)type));
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
	}
	solicit_neighbour(&m);
	m.ip.version = 4;
	assert_int_equal(parse(&nd, &m), HF_DROP_ND);
}

/* "If the IP source address is the unspecified address, there is no source
 * link-layer address option in the message." Of any length. */
static void drop_nd_from_nowhere_with_a_link_layer_address(void **state)
{
	struct message m;
	struct wire_nd nd;

	(void)state;
	solicit_routers(&m);
	m.ip.src = unspecified;
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	ADD(&m, 2, 1, 2, 0, 0, 0, 0, 10); /* of the target: not meant here */
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_false(nd.has_mac);
	ADD(&m, 1, 1, 2, 0, 0, 0, 0, 10);
	assert_int_equal(parse(&nd, &m), HF_DROP_ND);
	solicit_neighbour(&m);
	m.ip.src = unspecified;
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	ADD(&m, 1, 2, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_int_equal(parse(&nd, &m), HF_DROP_ND);
}

/* 7.1.1: "... the IP destination address is a solicited-node multicast
 * address." */
static void drop_nd_of_a_probe_sent_elsewhere(void **state)
{
	const struct hf_addr elsewhere[] = { global(2), group(1), group(2) };
	struct message m;
	struct wire_nd nd;
	uint32_t bit;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		solicit_neighbour(&m);
		m.ip.dst = elsewhere[i];
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		m.ip.src = unspecified;
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
	}
	for (bit = 0; bit < 128; bit++) {
		solicit_neighbour(&m);
		m.ip.src = unspecified;
		m.ip.dst.octet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		assert_int_equal(parse(&nd, &m),
				 bit < 104 ? HF_DROP_ND : HF_ACCEPTED);
	}
}

/* "Target Address is not a multicast address." Nor what no node can have. */
static void drop_nd_of_a_target_that_is_no_node(void **state)
{
	const struct hf_addr bad[] = { group(1), unspecified,
				       hf_ipv4(10, 9, 0, 1) };
	struct message m;
	struct wire_nd nd;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		solicit_neighbour(&m);
		memcpy(m.octet + 8, &bad[i], 16);
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
		advertise_neighbour(&m);
		memcpy(m.octet + 8, &bad[i], 16);
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
		redirect(&m); /* also where it is the destination itself */
		memcpy(m.octet + 8, &bad[i], 16);
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
		memcpy(m.octet + 24, &bad[i], 16);
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
		redirect(&m);
		memcpy(m.octet + 24, &bad[i], 16);
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
	}
}

/* 7.1.2: "If the IP Destination Address is a multicast address the Solicited
 * flag is zero." */
static void drop_nd_of_a_solicited_advertisement_to_many(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t flags;

	(void)state;
	for (flags = 0; flags < 256; flags++) {
		advertise_neighbour(&m);
		m.octet[4] = (uint8_t)flags;
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		assert_int_equal(nd.is_router, flags >> 7 & 1);
		assert_int_equal(nd.is_solicited, flags >> 6 & 1);
		assert_int_equal(nd.is_override, flags >> 5 & 1);
		m.ip.dst = group(1);
		assert_int_equal(parse(&nd, &m),
				 flags & 0x40 ? HF_DROP_ND : HF_ACCEPTED);
	}
}

/* 6.1.2, 8.1: "IP Source Address is a link-local address." */
static void drop_nd_of_a_router_that_is_not_on_the_link(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t bit;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (bit = 0; bit < 128; bit++) {
			(i ? redirect : advertise_router)(&m);
			m.ip.src.octet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(parse(&nd, &m),
					 bit < 10 ? HF_DROP_ND : HF_ACCEPTED);
		}
		(i ? redirect : advertise_router)(&m);
		m.ip.src = unspecified;
		assert_int_equal(parse(&nd, &m), HF_DROP_ND);
	}
}

/* 8.1: "The ICMP Target Address is either a link-local address (when
 * redirected to a router) or the same as the ICMP Destination Address". */
static void drop_nd_of_a_redirect_to_a_third(void **state)
{
	struct hf_addr first = global(9), third = global(8);
	struct message m;
	struct wire_nd nd;

	(void)state;
	redirect(&m);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_memory_equal(&nd.target, m.octet + 8, 16);
	assert_true(addr_eq(&nd.destination, &first));
	memcpy(m.octet + 8, &first, 16);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_true(addr_eq(&nd.target, &first));
	memcpy(m.octet + 8, &third, 16);
	assert_int_equal(parse(&nd, &m), HF_DROP_ND);
}

/* ---- options ---------------------------------------------------------- */

/* RFC 4861 4.1 to 4.5: source with solicitations and routers, else target. */
static void each_message_has_its_link_layer_address(void **state)
{
	static const uint8_t wanted[VALID] = { 1, 1, 1, 2, 2 };
	struct message m;
	struct wire_nd nd;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		uint8_t other = (uint8_t)(3 - wanted[i]);

		valid[i](&m);
		ADD(&m, other, 1, 2, 0, 0, 0, 0, 11);
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		assert_false(nd.has_mac);
		ADD(&m, wanted[i], 1, 2, 0, 0, 0, 0, 10);
		ADD(&m, wanted[i], 1, 2, 0, 0, 0, 0, 12); /* the first counts */
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		assert_true(nd.has_mac);
		assert_true(mac_eq(&nd.mac, &mac_a));
	}
}

static void a_link_layer_address_of_no_neighbour_is_none(void **state)
{
	struct message m;
	struct wire_nd nd;

	(void)state;
	solicit_neighbour(&m);
	ADD(&m, 1, 1, 0x33, 0x33, 0, 0, 0, 1);
	ADD(&m, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
	ADD(&m, 1, 1, 0, 0, 0, 0, 0, 0);
	ADD(&m, 1, 2, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_false(nd.has_mac);
	assert_true(mac_is_zero(&nd.mac));
	ADD(&m, 1, 1, 2, 0, 0, 0, 0, 10);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_true(nd.has_mac);
	assert_true(mac_eq(&nd.mac, &mac_a));
}

static void a_nonce_has_6_octets(void **state)
{
	struct message m;
	struct wire_nd nd;

	(void)state;
	solicit_neighbour(&m);
	ADD(&m, 14, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_false(nd.has_nonce);
	ADD(&m, 14, 1, 1, 2, 3, 4, 5, 6);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_true(nd.has_nonce);
	assert_memory_equal(nd.nonce, "\1\2\3\4\5\6", 6);
}

static void options_not_understood_are_passed_over(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint32_t type;
	size_t i;

	(void)state;
	for (i = 0; i < VALID; i++) {
		for (type = 0; type < 256; type++) {
			valid[i](&m);
			if (type == 1 || type == 2 || type == 14 ||
			    (i == 1 && (type == 3 || type == 5)))
				continue;
			ADD(&m, (uint8_t)type, 1, 0, 0, 5, 5, 5, 5);
			ADD(&m, (uint8_t)type, 4, 64, 0xc0);
			m.len += 28;
			assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
			assert_false(nd.has_mac || nd.has_nonce || nd.mtu);
			assert_int_equal(nd.prefix_count, 0);
		}
	}
}

/* ---- router advertisement --------------------------------------------- */

static void reads_what_a_router_says(void **state)
{
	struct message m;
	struct wire_nd nd;

	(void)state;
	advertise_router(&m);
	ADD(&m, 5, 2, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0); /* too long */
	ADD(&m, 5, 1, 0, 0, 0, 0, 5, 0xdc);
	ADD(&m, 5, 1, 0, 0, 0, 0, 5, 0x00);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_int_equal(nd.hop_limit, 64);
	assert_int_equal(nd.lifetime, 1800);
	assert_int_equal(nd.reachable, 30000);
	assert_int_equal(nd.retrans, 1000);
	assert_int_equal(nd.mtu, 1500);
}

/* RFC 4861 4.6.2 */
static void add_prefix(struct message *m, uint8_t bits, uint8_t flags,
		       const uint32_t *valid_preferred, struct hf_addr prefix)
{
	uint8_t lifetimes[8];

	put_be32(lifetimes, valid_preferred[0]);
	put_be32(lifetimes + 4, valid_preferred[1]);
	ADD(m, 3, 4, bits, flags);
	add(m, lifetimes, 8);
	ADD(m, 0, 0, 0, 0);
	add(m, &prefix, 16);
}

static const uint32_t day_hour[] = { 86400, 3600 };

static void reads_a_prefix(void **state)
{
	static const uint32_t ever[] = { 0xffffffff, 0xffffffff };
	struct hf_addr want = global(0);
	struct message m;
	struct wire_nd nd;

	(void)state;
	advertise_router(&m);
	add_prefix(&m, 64, 0x80, day_hour, global(1));
	add_prefix(&m, 128, 0x40, ever, global(1));
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_int_equal(nd.prefix_count, 2);
	assert_true(addr_eq(&nd.prefix[0].prefix, &want));
	assert_int_equal(nd.prefix[0].bits, 64);
	assert_true(nd.prefix[0].is_on_link);
	assert_false(nd.prefix[0].is_autonomous);
	assert_int_equal(nd.prefix[0].valid, 86400);
	assert_int_equal(nd.prefix[0].preferred, 3600);
	want = global(1);
	assert_true(addr_eq(&nd.prefix[1].prefix, &want));
	assert_int_equal(nd.prefix[1].bits, 128);
	assert_true(nd.prefix[1].is_autonomous);
	assert_false(nd.prefix[1].is_on_link);
	assert_int_equal(nd.prefix[1].valid, 0xffffffff);
	assert_int_equal(nd.prefix[1].preferred, 0xffffffff);
}

/* "The bits in the prefix after the prefix length ... MUST be ignored" */
static void a_prefix_ends_at_its_length(void **state)
{
	struct hf_addr ones;
	struct message m;
	struct wire_nd nd;
	uint32_t bits, bit;

	(void)state;
	memset(&ones, 0xff, sizeof ones);
	ones.octet[0] = 0x3f; /* else it is multicast */
	for (bits = 0; bits < 256; bits++) {
		const struct hf_addr *got = &nd.prefix[0].prefix;

		advertise_router(&m);
		add_prefix(&m, (uint8_t)bits, 0xc0, day_hour, ones);
		assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
		assert_int_equal(nd.prefix_count, bits <= 128);
		for (bit = 0; bits <= 128 && bit < 128; bit++)
			assert_int_equal(got->octet[bit / 8] >> (7 - bit % 8) &
						 1,
					 bit >= 2 && bit < bits);
	}
}

static void ignored_prefixes_leave_the_rest(void **state)
{
	static const uint32_t hour_day[] = { 3600, 86400 };
	struct message m;
	struct wire_nd nd;

	(void)state;
	advertise_router(&m);
	add_prefix(&m, 64, 0xc0, hour_day, global(1)); /* RFC 4862 5.5.3 c */
	add_prefix(&m, 64, 0xc0, day_hour, link_local(1)); /* 4.6.2 */
	add_prefix(&m, 16, 0xc0, day_hour, group(1));
	add_prefix(&m, 128, 0xc0, day_hour, hf_ipv4(10, 9, 0, 1));
	ADD(&m, 3, 1, 64, 0xc0, 0, 0, 0, 0); /* too short */
	add_prefix(&m, 48, 0xc0, day_hour, global(1));
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_int_equal(nd.prefix_count, 1);
	assert_int_equal(nd.prefix[0].bits, 48);
}

static void prefixes_past_those_that_fit_are_passed_over(void **state)
{
	struct message m;
	struct wire_nd nd;
	uint8_t n;

	(void)state;
	advertise_router(&m);
	for (n = 1; n <= 40; n++)
		add_prefix(&m, 128, 0xc0, day_hour, global(n));
	ADD(&m, 5, 1, 0, 0, 0, 0, 5, 0xdc);
	assert_int_equal(parse(&nd, &m), HF_ACCEPTED);
	assert_int_equal(nd.prefix_count, WIRE_ND_PREFIXES);
	for (n = 1; n <= WIRE_ND_PREFIXES; n++)
		assert_int_equal(nd.prefix[n - 1].prefix.octet[15], n);
	assert_int_equal(nd.mtu, 1500);
}

/* ---- writing ---------------------------------------------------------- */

static void what_is_written_is_read_again(void **state)
{
	static const uint8_t type[] = { 133, 135, 136 };
	struct dice dice = { 26 };
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		struct message m = { .ip = { .version = 6, .ttl = 255 } };
		struct wire_nd nd = { .type = type[i % 3] }, back;

		m.ip.src = global((uint8_t)i);
		m.ip.dst = global(1);
		if (nd.type != ND_ROUTER_SOLICITATION)
			nd.target = global((uint8_t)(i >> 8));
		if (nd.type == ND_NEIGHBOUR_ADVERTISEMENT) {
			nd.is_router = dice_below(&dice, 2);
			nd.is_solicited = dice_below(&dice, 2);
			nd.is_override = dice_below(&dice, 2);
		}
		nd.has_mac = dice_below(&dice, 2);
		nd.has_nonce = dice_below(&dice, 2);
		if (nd.has_mac)
			nd.mac = (struct hf_mac){ { 2, 1, (uint8_t)i } };
		if (nd.has_nonce)
			dice_fill(&dice, nd.nonce, sizeof nd.nonce);
		m.ip.payload_len =
			wire_nd_emit(&nd, &m.ip.src, &m.ip.dst, m.octet);
		assert_true(m.ip.payload_len <= WIRE_ND_LEN_MAX);
		m.ip.payload = fence_copy(fence, m.octet, m.ip.payload_len);
		assert_int_equal(wire_nd_parse(&back, &m.ip, false),
				 HF_ACCEPTED);
		assert_int_equal(back.type, nd.type);
		assert_true(addr_eq(&back.target, &nd.target));
		assert_int_equal(back.is_router, nd.is_router);
		assert_int_equal(back.is_solicited, nd.is_solicited);
		assert_int_equal(back.is_override, nd.is_override);
		assert_int_equal(back.has_mac, nd.has_mac);
		assert_true(mac_eq(&back.mac, &nd.mac));
		assert_int_equal(back.has_nonce, nd.has_nonce);
		assert_memory_equal(back.nonce, nd.nonce, sizeof nd.nonce);
	}
}

/* ---- bad input -------------------------------------------------------- */

/* The fence sees to it that nothing past the end is read. */
static void any_mutation_is_safe(void **state)
{
	struct dice dice = { 27 };
	struct message m;
	struct wire_nd nd;
	int i, read = 0;

	(void)state;
	for (i = 0; i < 200000; i++) {
		valid[dice_below(&dice, VALID)](&m);
		ADD(&m, (uint8_t)(1 + dice_below(&dice, 2)), 1, 2, 0, 0, 0, 0,
		    10);
		add_prefix(&m, 64, 0xc0, day_hour, global(1));
		ADD(&m, 14, 1, 1, 2, 3, 4, 5, 6);
		dice_mutate(&dice, m.octet, m.len);
		if (dice_below(&dice, 4) == 0)
			m.len = dice_below(&dice, m.len + 1);
		m.ip.payload = fence_copy(fence, m.octet, m.len);
		m.ip.payload_len = m.len;
		read += wire_nd_parse(&nd, &m.ip, true) == HF_ACCEPTED;
		assert_true(nd.prefix_count <= WIRE_ND_PREFIXES);
	}
	assert_true(read > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_a_probe_of_the_kernel),
		cmocka_unit_test(reads_and_writes_a_solicitation_of_the_kernel),
		cmocka_unit_test(
			reads_and_writes_an_advertisement_of_the_kernel),
		cmocka_unit_test(
			reads_and_writes_a_router_solicitation_of_the_kernel),
		cmocka_unit_test(a_solicited_node_address_ends_as_its_target),
		cmocka_unit_test(valid_messages_are_accepted),
		cmocka_unit_test(drop_nd_of_any_other_hop_limit),
		cmocka_unit_test(drop_nd_of_any_other_code),
		cmocka_unit_test(drop_icmp_checksum),
		cmocka_unit_test(drop_truncated),
		cmocka_unit_test(drop_nd_for_an_option_of_length_0),
		cmocka_unit_test(drop_nd_for_an_option_that_is_not_all_there),
		cmocka_unit_test(drop_nd_behind_a_fragment_header),
		cmocka_unit_test(drop_nd_of_other_types),
		cmocka_unit_test(
			drop_nd_from_nowhere_with_a_link_layer_address),
		cmocka_unit_test(drop_nd_of_a_probe_sent_elsewhere),
		cmocka_unit_test(drop_nd_of_a_target_that_is_no_node),
		cmocka_unit_test(drop_nd_of_a_solicited_advertisement_to_many),
		cmocka_unit_test(drop_nd_of_a_router_that_is_not_on_the_link),
		cmocka_unit_test(drop_nd_of_a_redirect_to_a_third),
		cmocka_unit_test(each_message_has_its_link_layer_address),
		cmocka_unit_test(a_link_layer_address_of_no_neighbour_is_none),
		cmocka_unit_test(a_nonce_has_6_octets),
		cmocka_unit_test(options_not_understood_are_passed_over),
		cmocka_unit_test(reads_what_a_router_says),
		cmocka_unit_test(reads_a_prefix),
		cmocka_unit_test(a_prefix_ends_at_its_length),
		cmocka_unit_test(ignored_prefixes_leave_the_rest),
		cmocka_unit_test(prefixes_past_those_that_fit_are_passed_over),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(any_mutation_is_safe),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
