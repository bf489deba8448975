/* SPDX-License-Identifier: MIT */
#include "wire_nd.h"
#include "checksum.h"

/* RFC 4861 4.6, RFC 3971 5.3.2. */
enum option {
	SOURCE_MAC = 1,
	TARGET_MAC = 2,
	PREFIX_INFORMATION = 3,
	MTU = 5,
	NONCE = 14,
};

#define UNIT 8u /* in which options count their length */
#define FIXED_MIN 8u
#define AT_TARGET 8u
#define AT_DESTINATION 24u
#define FIXED_TARGET 24u /* of a message that has only a target */

/* What is said of a neighbour, RFC 4861 4.4. */
#define ROUTER 0x80u
#define SOLICITED 0x40u
#define OVERRIDE 0x20u

/* What is said of a prefix, RFC 4861 4.6.2. */
#define ON_LINK 0x80u
#define AUTONOMOUS 0x40u

/* ---- addresses -------------------------------------------------------- */

static const struct hf_addr solicited_node = { { 0xff, 0x02, 0, 0, 0, 0, 0, 0,
						 0, 0, 0, 1, 0xff } };

#define SOLICITED_NODE_LEN 13u /* octets that all of them share */

struct hf_addr wire_nd_solicited_node(const struct hf_addr *target)
{
	struct hf_addr addr = solicited_node;

	memcpy(addr.octet + SOLICITED_NODE_LEN,
	       target->octet + SOLICITED_NODE_LEN,
	       sizeof addr - SOLICITED_NODE_LEN);
	return addr;
}

static bool is_solicited_node(const struct hf_addr *a)
{
	return memcmp(a, &solicited_node, SOLICITED_NODE_LEN) == 0;
}

static bool is_unspecified(const struct hf_addr *a)
{
	struct wire_addr_words w = addr_words(a);

	return (w.high | w.low) == 0;
}

static bool is_multicast(const struct hf_addr *a)
{
	return a->octet[0] == 0xff;
}

/* fe80::/10 */
static bool is_link_local(const struct hf_addr *a)
{
	return a->octet[0] == 0xfe && (a->octet[1] & 0xc0) == 0x80;
}

/*
 * A mapped address would be taken for the IPv4 address by all that comes
 * after; nodes have neither it nor the unspecified address (RFC 4291 2.5.2).
 */
static bool can_be_of_a_node(const struct hf_addr *a)
{
	return !is_multicast(a) && !is_unspecified(a) && !addr_is_ipv4(a);
}

/* ---- options ---------------------------------------------------------- */

static void read_mac(struct wire_nd *nd, const uint8_t *option)
{
	struct hf_mac mac;

	if (option[1] != 1 || nd->has_mac)
		return;
	memcpy(&mac, option + 2, sizeof mac);
	if (mac_is_multicast(&mac) || mac_is_zero(&mac))
		return;
	nd->has_mac = true;
	nd->mac = mac;
}

static void read_nonce(struct wire_nd *nd, const uint8_t *option)
{
	if (option[1] != 1 || nd->has_nonce)
		return;
	nd->has_nonce = true;
	memcpy(nd->nonce, option + 2, sizeof nd->nonce);
}

static void read_mtu(struct wire_nd *nd, const uint8_t *option)
{
	if (option[1] == 1 && nd->mtu == 0)
		nd->mtu = get_be32(option + 4);
}

/* RFC 4861 4.6.2: what is past the prefix length must be ignored. */
static struct hf_addr read_prefix_addr(const uint8_t *from, uint32_t bits)
{
	struct hf_addr a = { { 0 } };
	uint32_t whole = bits / 8;

	memcpy(&a, from, whole);
	if (bits % 8 != 0)
		a.octet[whole] = from[whole] & (uint8_t)(0xff00 >> bits % 8);
	return a;
}

static void read_prefix(struct wire_nd *nd, const uint8_t *option)
{
	struct wire_nd_prefix p = { .bits = option[2] };

	if (option[1] != 4 || p.bits > 128 ||
	    nd->prefix_count == WIRE_ND_PREFIXES)
		return;
	p.is_on_link = option[3] & ON_LINK;
	p.is_autonomous = option[3] & AUTONOMOUS;
	p.valid = get_be32(option + 4);
	p.preferred = get_be32(option + 8);
	p.prefix = read_prefix_addr(option + 16, p.bits);
	if (p.preferred > p.valid) /* RFC 4862 5.5.3 c */
		return;
	/* RFC 4861 4.6.2, RFC 4862 5.5.3 b; none can be IPv4's or multicast. */
	if (is_link_local(&p.prefix) || is_multicast(&p.prefix) ||
	    addr_is_ipv4(&p.prefix))
		return;
	nd->prefix[nd->prefix_count++] = p;
}

/* RFC 4861 4.1 to 4.5 say which message may have which; others ignore it. */
static void read_option(struct wire_nd *nd, const uint8_t *option)
{
	bool is_of_target = nd->type == ND_NEIGHBOUR_ADVERTISEMENT ||
			    nd->type == ND_REDIRECT;
	bool is_of_router = nd->type == ND_ROUTER_ADVERTISEMENT;

	switch (option[0]) {
	case SOURCE_MAC:
		if (!is_of_target)
			read_mac(nd, option);
		break;
	case TARGET_MAC:
		if (is_of_target)
			read_mac(nd, option);
		break;
	case PREFIX_INFORMATION:
		if (is_of_router)
			read_prefix(nd, option);
		break;
	case MTU:
		if (is_of_router)
			read_mtu(nd, option);
		break;
	case NONCE:
		read_nonce(nd, option);
		break;
	default:
		break;
	}
}

static enum hf_drop read_options(struct wire_nd *nd, const struct wire_ip *ip,
				 uint32_t at)
{
	while (at < ip->payload_len) {
		const uint8_t *option = ip->payload + at;
		uint32_t size, left = ip->payload_len - at;

		if (left < UNIT)
			return HF_DROP_ND;
		size = option[1] * UNIT;
		/* 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1: "greater than zero" */
		if (size == 0 || size > left)
			return HF_DROP_ND;
		/*
		 * 6.1.1, 7.1.1: from the unspecified address none, of whatever
		 * length, may be there.
		 */
		if (option[0] == SOURCE_MAC && is_unspecified(&ip->src) &&
		    (nd->type == ND_ROUTER_SOLICITATION ||
		     nd->type == ND_NEIGHBOUR_SOLICITATION))
			return HF_DROP_ND;
		read_option(nd, option);
		at += size;
	}
	return HF_ACCEPTED;
}

/* ---- messages --------------------------------------------------------- */

/* Octets in front of the options: 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1. */
static uint32_t fixed_len(uint8_t type)
{
	switch (type) {
	case ND_ROUTER_SOLICITATION:
		return 8;
	case ND_ROUTER_ADVERTISEMENT:
		return 16;
	case ND_REDIRECT:
		return 40;
	default:
		return FIXED_TARGET;
	}
}

static void read_router(struct wire_nd *nd, const uint8_t *p)
{
	nd->hop_limit = p[4];
	nd->lifetime = get_be16(p + 6);
	nd->reachable = get_be32(p + 8);
	nd->retrans = get_be32(p + 12);
}

static void read_neighbour(struct wire_nd *nd, const uint8_t *p)
{
	memcpy(&nd->target, p + AT_TARGET, sizeof nd->target);
	if (nd->type != ND_NEIGHBOUR_ADVERTISEMENT)
		return;
	nd->is_router = p[4] & ROUTER;
	nd->is_solicited = p[4] & SOLICITED;
	nd->is_override = p[4] & OVERRIDE;
}

static void read_redirect(struct wire_nd *nd, const uint8_t *p)
{
	memcpy(&nd->target, p + AT_TARGET, sizeof nd->target);
	memcpy(&nd->destination, p + AT_DESTINATION, sizeof nd->destination);
}

static void read_fixed(struct wire_nd *nd, const uint8_t *p)
{
	switch (nd->type) {
	case ND_ROUTER_SOLICITATION:
		break;
	case ND_ROUTER_ADVERTISEMENT:
		read_router(nd, p);
		break;
	case ND_REDIRECT:
		read_redirect(nd, p);
		break;
	default:
		read_neighbour(nd, p);
		break;
	}
}

/* The addresses, of the datagram and of the message; not the options. */
static bool addresses_are_valid(const struct wire_nd *nd,
				const struct wire_ip *ip)
{
	switch (nd->type) {
	case ND_ROUTER_SOLICITATION:
		return true;
	case ND_ROUTER_ADVERTISEMENT:
		return is_link_local(&ip->src); /* 6.1.2 */
	case ND_NEIGHBOUR_SOLICITATION: /* 7.1.1 */
		return can_be_of_a_node(&nd->target) &&
		       (!is_unspecified(&ip->src) ||
			is_solicited_node(&ip->dst));
	case ND_NEIGHBOUR_ADVERTISEMENT: /* 7.1.2 */
		return can_be_of_a_node(&nd->target) &&
		       !(is_multicast(&ip->dst) && nd->is_solicited);
	default: /* redirect, 8.1 */
		return is_link_local(&ip->src) &&
		       can_be_of_a_node(&nd->destination) &&
		       (is_link_local(&nd->target) ||
			addr_eq(&nd->target, &nd->destination));
	}
}

static bool checksum_is_good(const struct wire_ip *ip)
{
	return wire_sum_is_good(wire_sum(ip->payload, ip->payload_len) +
				wire_sum_pseudo(&ip->src, &ip->dst,
						WIRE_PROTOCOL_ICMPV6,
						ip->payload_len));
}

enum hf_drop wire_nd_parse(struct wire_nd *nd, const struct wire_ip *ip,
			   bool verified)
{
	const uint8_t *p = ip->payload;

	*nd = (struct wire_nd){ 0 };
	if (ip->payload_len < FIXED_MIN)
		return HF_DROP_TRUNCATED;
	if (!verified && !checksum_is_good(ip))
		return HF_DROP_ICMP_CHECKSUM;
	nd->type = p[0];
	/*
	 * From off the link it could not have hop limit 255 (RFC 4861 3.1);
	 * in fragments it could pass those who watch (RFC 6980 5).
	 */
	if (!wire_nd_is(nd->type) || ip->version != 6 ||
	    ip->ttl != WIRE_ND_HOP_LIMIT || p[1] != 0 ||
	    ip->fragment_header != 0)
		return HF_DROP_ND;
	if (ip->payload_len < fixed_len(nd->type))
		return HF_DROP_TRUNCATED;
	read_fixed(nd, p);
	if (!addresses_are_valid(nd, ip))
		return HF_DROP_ND;
	return read_options(nd, ip, fixed_len(nd->type));
}

/* ---- emission --------------------------------------------------------- */

/* One of 8 octets. */
static uint32_t emit_option(uint8_t type, const uint8_t *data, uint8_t *to)
{
	to[0] = type;
	to[1] = 1;
	memcpy(to + 2, data, UNIT - 2);
	return UNIT;
}

static uint8_t neighbour_flags(const struct wire_nd *nd)
{
	return (uint8_t)((nd->is_router ? ROUTER : 0) |
			 (nd->is_solicited ? SOLICITED : 0) |
			 (nd->is_override ? OVERRIDE : 0));
}

static void emit_fixed(const struct wire_nd *nd, uint8_t *to)
{
	memset(to, 0, FIXED_MIN);
	to[0] = nd->type;
	if (nd->type == ND_ROUTER_SOLICITATION)
		return;
	if (nd->type == ND_NEIGHBOUR_ADVERTISEMENT)
		to[4] = neighbour_flags(nd);
	memcpy(to + AT_TARGET, &nd->target, sizeof nd->target);
}

uint32_t wire_nd_emit(const struct wire_nd *nd, const struct hf_addr *src,
		      const struct hf_addr *dst, uint8_t *to)
{
	bool is_advertisement = nd->type == ND_NEIGHBOUR_ADVERTISEMENT;
	uint32_t len = fixed_len(nd->type);
	uint16_t checksum;

	assert(is_advertisement || nd->type == ND_ROUTER_SOLICITATION ||
	       nd->type == ND_NEIGHBOUR_SOLICITATION);
	assert(is_advertisement || !nd->has_mac || !is_unspecified(src));
	emit_fixed(nd, to);
	if (nd->has_mac)
		len += emit_option(is_advertisement ? TARGET_MAC : SOURCE_MAC,
				   nd->mac.octet, to + len);
	if (nd->has_nonce)
		len += emit_option(NONCE, nd->nonce, to + len);
	checksum = wire_checksum(
		wire_sum(to, len) +
		wire_sum_pseudo(src, dst, WIRE_PROTOCOL_ICMPV6, len));
	memcpy(to + 2, &checksum, sizeof checksum);
	return len;
}
