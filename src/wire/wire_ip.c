/* SPDX-License-Identifier: MIT */
#include "wire_ip.h"
#include "bytes.h"
#include "checksum.h"
#include "extension.h"

#define DONT_FRAGMENT 0x4000u
#define MORE_FRAGMENTS 0x2000u
#define FRAGMENT_OFFSET 0x1fffu
#define OFFSET_MAX (FRAGMENT_OFFSET * 8)
#define OPTIONS_MAX 40u

#define FRAGMENT_MORE 1u /* IPv6, below the offset */

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
	if ((fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0) {
		ip->is_fragment = true;
		ip->more_fragments = fragment & MORE_FRAGMENTS;
		ip->fragment_offset = (fragment & FRAGMENT_OFFSET) * 8;
	}
	ip->ttl = data[8];
	ip->protocol = data[9];
	map_ipv4(&ip->src, data + 12);
	map_ipv4(&ip->dst, data + 16);
	ip->payload = data + header;
	ip->payload_len = total - header;
	if (header == WIRE_IPV4_HEADER)
		return HF_ACCEPTED;
	ip->has_options = true;
	ip->options = data + WIRE_IPV4_HEADER;
	ip->options_len = header - WIRE_IPV4_HEADER;
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

/* At `at`; problem_offset is still that of the octet that named it. */
static void read_fragment(struct wire_ip *ip, const uint8_t *data, uint32_t at)
{
	uint32_t field = get_be16(data + at + 2);

	ip->fragment_header = at;
	ip->fragment_named = ip->problem_offset;
	ip->more_fragments = field & FRAGMENT_MORE;
	ip->fragment_offset = field & ~7u;
	/* RFC 6946: offset 0 and no more to come is no fragment. */
	ip->is_fragment = ip->more_fragments || ip->fragment_offset != 0;
	if (ip->is_fragment)
		ip->id = get_be32(data + at + 4);
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
		read_fragment(ip, data, at);
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
		if (ip->is_fragment) /* RFC 8200 4.5: the rest comes later */
			break;
	}
	return HF_ACCEPTED;
}

/*
 * What stands behind a header that is at fault: it decides whether the fault
 * may be told (RFC 4443 2.4 (e.1)).
 */
static void pass_over(struct wire_ip *ip, const uint8_t *data)
{
	uint32_t at = ip->header_len;

	while (is_extension(ip->protocol)) {
		uint32_t size;

		if (ip->total_len - at < EXTENSION_LEN_MIN)
			return;
		size = extension_len(ip->protocol, data + at);
		if (ip->total_len - at < size)
			return;
		ip->protocol = data[at];
		at += size;
	}
	ip->payload = data + at;
	ip->payload_len = ip->total_len - at;
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
		if (drop != HF_ACCEPTED) {
			pass_over(ip, data);
			return drop;
		}
	}
	ip->payload = data + ip->header_len;
	ip->payload_len = ip->total_len - ip->header_len;
	return HF_ACCEPTED;
}

/* ---- both ------------------------------------------------------------- */

/*
 * All of it, in two pieces: so a compiler stores a few words, but for the
 * whole GCC takes "rep stos", which lasts longer than the rest of a parser.
 */
static void clear(struct wire_ip *ip)
{
	const size_t first = offsetof(struct wire_ip, id);

	memset(ip, 0, first);
	memset((uint8_t *)ip + first, 0, sizeof *ip - first);
}

enum hf_drop wire_ip_parse(struct wire_ip *ip, const void *data, uint32_t len)
{
	const uint8_t *p = data;

	clear(ip);
	if (len == 0)
		return HF_DROP_TRUNCATED;
	ip->version = p[0] >> 4;
	if (ip->version == 4)
		return parse_ipv4(ip, p, len);
	if (ip->version == 6)
		return parse_ipv6(ip, p, len);
	return HF_DROP_VERSION;
}

static uint32_t fragment_field(const struct wire_ip *ip)
{
	return (ip->more_fragments ? MORE_FRAGMENTS : 0) |
	       ip->fragment_offset / 8;
}

static uint32_t emit_ipv4(const struct wire_ip *ip, uint32_t payload_len,
			  uint8_t *to)
{
	uint32_t header = WIRE_IPV4_HEADER + ip->options_len;
	uint32_t fragment = ip->dont_fragment ? DONT_FRAGMENT : 0;
	uint16_t checksum;

	assert(ip->options_len % 4 == 0 && ip->options_len <= OPTIONS_MAX);
	assert(payload_len <= UINT16_MAX - header);
	if (ip->is_fragment)
		fragment |= fragment_field(ip);
	/* The header's length in words, from bit 24 on. */
	put_be32(to, 0x40000000u | header / 4 << 24 | (uint32_t)ip->tos << 16 |
			     (header + payload_len));
	put_be32(to + 4, ip->id << 16 | fragment);
	put_be32(to + 8,
		 (uint32_t)ip->ttl << 24 | (uint32_t)ip->protocol << 16);
	memcpy(to + 12, ip->src.octet + 12, 4);
	memcpy(to + 16, ip->dst.octet + 12, 4);
	if (ip->options_len != 0)
		memmove(to + WIRE_IPV4_HEADER, ip->options, ip->options_len);
	checksum = wire_checksum(wire_sum_header(to, header));
	memcpy(to + 10, &checksum, sizeof checksum);
	return header;
}

static uint32_t emit_fragment(const struct wire_ip *ip, uint8_t *to)
{
	to[0] = ip->protocol;
	to[1] = 0;
	put_be16(to + 2, (uint16_t)(ip->fragment_offset |
				    (ip->more_fragments ? FRAGMENT_MORE : 0)));
	put_be32(to + 4, ip->id);
	return WIRE_FRAGMENT_HEADER;
}

static uint32_t emit_ipv6(const struct wire_ip *ip, uint32_t payload_len,
			  uint8_t *to)
{
	uint32_t extension = 0;

	to[NEXT_HEADER] = ip->protocol;
	if (ip->is_fragment) {
		to[NEXT_HEADER] = FRAGMENT;
		extension = emit_fragment(ip, to + WIRE_IPV6_HEADER);
	}
	assert(payload_len <= UINT16_MAX - extension);
	put_be32(to, 0x60000000u | (uint32_t)ip->tos << 20);
	put_be16(to + 4, (uint16_t)(extension + payload_len));
	to[7] = ip->ttl;
	memcpy(to + 8, &ip->src, sizeof ip->src);
	memcpy(to + 24, &ip->dst, sizeof ip->dst);
	return WIRE_IPV6_HEADER + extension;
}

uint32_t wire_ip_emit(const struct wire_ip *ip, uint32_t payload_len,
		      uint8_t *to)
{
	assert(ip->fragment_offset % 8 == 0 &&
	       ip->fragment_offset <= OFFSET_MAX);
	if (addr_is_ipv4(&ip->dst))
		return emit_ipv4(ip, payload_len, to);
	return emit_ipv6(ip, payload_len, to);
}
