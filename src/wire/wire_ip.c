/* SPDX-License-Identifier: MIT */
#include "wire_ip.h"
#include "bytes.h"
#include "checksum.h"
#include "extension.h"

#define DONT_FRAGMENT 0x4000u
#define MORE_FRAGMENTS 0x2000u
#define FRAGMENT_OFFSET 0x1fffu

/* Where the IPv6 header says what comes next. */
#define NEXT_HEADER 6u

/* Far more than anybody has a use for. */
#define EXTENSIONS_MAX 16u

/* ICMPv6 parameter problem codes, RFC 4443 3.4. */
enum {
	PROBLEM_FIELD,
	PROBLEM_HEADER,
	PROBLEM_OPTION
};

static void blame(struct wire_ip *ip, uint8_t code, uint32_t offset)
{
	ip->problem = true;
	ip->problem_code = code;
	ip->problem_offset = offset;
}

/* ---- IPv4 ------------------------------------------------------------- */

static void map_ipv4(struct hf_addr *a, const uint8_t *p)
{
	*a = hf_ipv4(0, 0, 0, 0);
	memcpy(a->octet + 12, p, 4);
}

/*
 * Only their form is looked at: RFC 1122 3.2.1.8 asks that options not
 * understood be ignored.
 */
static enum hf_drop check_ipv4_options(struct wire_ip *ip, const uint8_t *data)
{
	uint32_t at = WIRE_IPV4_HEADER, end = ip->header_len;

	while (at < end && data[at] != 0) {
		if (data[at] == 1) {
			at++;
			continue;
		}
		if (end - at < 2) {
			blame(ip, PROBLEM_FIELD, at);
			return HF_DROP_IP_OPTION;
		}
		if (data[at + 1] < 2 || data[at + 1] > end - at) {
			blame(ip, PROBLEM_FIELD, at + 1);
			return HF_DROP_IP_OPTION;
		}
		at += data[at + 1];
	}
	return HF_ACCEPTED;
}

static enum hf_drop parse_ipv4(struct wire_ip *ip, const uint8_t *data,
			       uint32_t len)
{
	uint32_t header, total, fragment;

	if (len < WIRE_IPV4_HEADER)
		return HF_DROP_TRUNCATED;
	header = (data[0] & 15u) * 4;
	total = get_be16(data + 2);
	if (header < WIRE_IPV4_HEADER || total < header)
		return HF_DROP_IP_HEADER;
	if (total > len)
		return HF_DROP_TRUNCATED;
	if (!wire_sum_is_good(wire_sum_header(data, header)))
		return HF_DROP_IP_CHECKSUM;
	fragment = get_be16(data + 6);
	ip->header_len = header;
	ip->total_len = total;
	ip->tos = data[1];
	ip->id = get_be16(data + 4);
	ip->dont_fragment = fragment & DONT_FRAGMENT;
	ip->is_fragment = fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET);
	ip->ttl = data[8];
	ip->protocol = data[9];
	map_ipv4(&ip->src, data + 12);
	map_ipv4(&ip->dst, data + 16);
	ip->payload = data + header;
	ip->payload_len = ip->is_fragment ? 0 : total - header;
	if (header == WIRE_IPV4_HEADER)
		return HF_ACCEPTED;
	ip->has_options = true;
	return check_ipv4_options(ip, data);
}

/* ---- IPv6 ------------------------------------------------------------- */

/*
 * What RFC 8200 4.2 asks for an option that is not understood, by the upper
 * two bits of its type. A problem with bits 10 is told even if the
 * destination is multicast (RFC 4443 2.4 (e.3)): it is the only one that
 * has code 2 and such a destination.
 */
static enum hf_drop refuse_option(struct wire_ip *ip, uint8_t type,
				  uint32_t offset)
{
	bool is_multicast = ip->dst.octet[0] == 0xff;

	switch (type >> 6) {
	case 0:
		return HF_ACCEPTED;
	case 1:
		break;
	case 2:
		blame(ip, PROBLEM_OPTION, offset);
		break;
	default:
		if (!is_multicast)
			blame(ip, PROBLEM_OPTION, offset);
		break;
	}
	return HF_DROP_IP_OPTION;
}

/* The options between `at` and `end`; none is understood but padding. */
static enum hf_drop check_ipv6_options(struct wire_ip *ip, const uint8_t *data,
				       uint32_t at, uint32_t end)
{
	while (at < end) {
		enum hf_drop drop;

		if (data[at] == 0) { /* Pad1 */
			at++;
			continue;
		}
		if (end - at < 2) {
			blame(ip, PROBLEM_FIELD, at);
			return HF_DROP_IP_OPTION;
		}
		if (data[at + 1] > end - at - 2) {
			blame(ip, PROBLEM_FIELD, at + 1);
			return HF_DROP_IP_OPTION;
		}
		drop = refuse_option(ip, data[at], at);
		if (drop != HF_ACCEPTED)
			return drop;
		at += 2u + data[at + 1];
	}
	return HF_ACCEPTED;
}

/* One extension header that is whole, from `at` to `end`. */
static enum hf_drop check_extension(struct wire_ip *ip, const uint8_t *data,
				    uint32_t at, uint32_t end)
{
	switch (ip->protocol) {
	case HOP_BY_HOP:
	case DESTINATION_OPTIONS:
		return check_ipv6_options(ip, data, at + 2, end);
	case ROUTING:
		/*
		 * RFC 8200 4.4: with no segments left it is passed over, else
		 * the routing type, whichever it is, is blamed. RFC 5095 asks
		 * the same for type 0.
		 */
		if (data[at + 3] == 0)
			return HF_ACCEPTED;
		blame(ip, PROBLEM_FIELD, at + 2);
		return HF_DROP_IP_HEADER;
	case FRAGMENT:
		/* RFC 6946: offset 0 and no more to come is no fragment. */
		ip->is_fragment = (get_be16(data + at + 2) & 0xfff9) != 0;
		return HF_ACCEPTED;
	default:
		return HF_ACCEPTED;
	}
}

/*
 * Moves header_len and protocol past the extension headers, and
 * problem_offset to the octet that said what the next header is.
 */
static enum hf_drop walk_extensions(struct wire_ip *ip, const uint8_t *data)
{
	uint32_t at = WIRE_IPV6_HEADER, count, size;

	for (count = 0; is_extension(ip->protocol); count++) {
		enum hf_drop drop;

		if (count == EXTENSIONS_MAX)
			return HF_DROP_IP_HEADER;
		if (ip->protocol == HOP_BY_HOP && count > 0) {
			blame(ip, PROBLEM_HEADER, ip->problem_offset);
			return HF_DROP_IP_HEADER;
		}
		if (ip->total_len - at < EXTENSION_LEN_MIN)
			return HF_DROP_TRUNCATED;
		size = extension_len(ip->protocol, data + at);
		if (ip->total_len - at < size)
			return HF_DROP_TRUNCATED;
		drop = check_extension(ip, data, at, at + size);
		if (drop != HF_ACCEPTED)
			return drop;
		ip->protocol = data[at];
		ip->problem_offset = at;
		at += size;
		ip->header_len = at;
		ip->has_options = true;
		if (ip->is_fragment)
			break;
	}
	return HF_ACCEPTED;
}

static enum hf_drop parse_ipv6(struct wire_ip *ip, const uint8_t *data,
			       uint32_t len)
{
	enum hf_drop drop;

	if (len < WIRE_IPV6_HEADER)
		return HF_DROP_TRUNCATED;
	ip->header_len = WIRE_IPV6_HEADER;
	ip->total_len = WIRE_IPV6_HEADER + get_be16(data + 4);
	ip->tos = (uint8_t)(get_be16(data) >> 4);
	ip->protocol = data[NEXT_HEADER];
	ip->ttl = data[7];
	memcpy(&ip->src, data + 8, sizeof ip->src);
	memcpy(&ip->dst, data + 24, sizeof ip->dst);
	ip->problem_offset = NEXT_HEADER;
	if (ip->total_len > len)
		return HF_DROP_TRUNCATED;
	/* RFC 4942 2.2: it could pass for the IPv4 address. */
	if (addr_is_ipv4(&ip->src))
		return HF_DROP_SOURCE;
	if (addr_is_ipv4(&ip->dst))
		return HF_DROP_DESTINATION;
	if (is_extension(ip->protocol)) {
		/* A jumbogram (RFC 2675), which is not served, or nothing. */
		if (ip->protocol == HOP_BY_HOP &&
		    ip->total_len == WIRE_IPV6_HEADER)
			return HF_DROP_IP_HEADER;
		drop = walk_extensions(ip, data);
		if (drop != HF_ACCEPTED)
			return drop;
	}
	ip->payload = data + ip->header_len;
	ip->payload_len = ip->is_fragment ? 0 : ip->total_len - ip->header_len;
	return HF_ACCEPTED;
}

/* ---- both ------------------------------------------------------------- */

enum hf_drop wire_ip_parse(struct wire_ip *ip, const void *data, uint32_t len)
{
	const uint8_t *p = data;

	*ip = (struct wire_ip){ 0 };
	if (len == 0)
		return HF_DROP_TRUNCATED;
	ip->version = p[0] >> 4;
	if (ip->version == 4)
		return parse_ipv4(ip, p, len);
	if (ip->version == 6)
		return parse_ipv6(ip, p, len);
	return HF_DROP_VERSION;
}

static uint32_t emit_ipv4(const struct wire_ip *ip, uint32_t payload_len,
			  uint8_t *to)
{
	uint32_t word[5], i;
	uint64_t sum = 0;

	assert(payload_len <= UINT16_MAX - WIRE_IPV4_HEADER);
	word[0] = 0x45000000u | (uint32_t)ip->tos << 16 |
		  (WIRE_IPV4_HEADER + payload_len);
	word[1] = (uint32_t)ip->id << 16 |
		  (ip->dont_fragment ? DONT_FRAGMENT : 0);
	word[2] = (uint32_t)ip->ttl << 24 | (uint32_t)ip->protocol << 16;
	word[3] = get_be32(ip->src.octet + 12);
	word[4] = get_be32(ip->dst.octet + 12);
	/* As numbers; RFC 1071 2(B): the order of octets does not matter. */
	for (i = 0; i < 5; i++)
		sum += word[i];
	word[2] |= wire_checksum(sum);
	for (i = 0; i < 5; i++)
		put_be32(to + (size_t)i * 4, word[i]);
	return WIRE_IPV4_HEADER;
}

static uint32_t emit_ipv6(const struct wire_ip *ip, uint32_t payload_len,
			  uint8_t *to)
{
	assert(payload_len <= UINT16_MAX);
	put_be32(to, 0x60000000u | (uint32_t)ip->tos << 20);
	put_be16(to + 4, (uint16_t)payload_len);
	to[6] = ip->protocol;
	to[7] = ip->ttl;
	memcpy(to + 8, &ip->src, sizeof ip->src);
	memcpy(to + 24, &ip->dst, sizeof ip->dst);
	return WIRE_IPV6_HEADER;
}

uint32_t wire_ip_emit(const struct wire_ip *ip, uint32_t payload_len,
		      uint8_t *to)
{
	if (addr_is_ipv4(&ip->dst))
		return emit_ipv4(ip, payload_len, to);
	return emit_ipv6(ip, payload_len, to);
}
