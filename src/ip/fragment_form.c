/* SPDX-License-Identifier: MIT */
/*
 * What a fragment must be like: lengths and offsets that can be, and a first
 * one that holds what the others are judged by. Who filters by ports and
 * flags sees only the first fragment: if they could stand in another, or be
 * written over by it, he would be deceived (RFC 1858, RFC 3128, RFC 7112).
 */
#include "extension.h"
#include "fragment.h"

#define TCP_HEADER_MIN 20u
#define UDP_HEADER 8u
#define DATAGRAM_MOST 65535u

/* RFC 4443 3.4, RFC 7112 5. */
enum {
	PROBLEM_FIELD = 0,
	PROBLEM_CHAIN = 3,
};

#define PAYLOAD_LENGTH_AT 4u /* in the IPv6 header */
#define OFFSET_AT 2u /* in the fragment header */

static bool refuse(struct wire_icmp *problem, uint8_t code, uint32_t pointer)
{
	problem->kind = ICMP_PARAMETER_PROBLEM;
	problem->code = code;
	problem->value = pointer;
	return false;
}

/* Octets that the upper-layer header has at least. */
static uint32_t upper_layer_min(uint8_t protocol)
{
	switch (protocol) {
	case WIRE_PROTOCOL_TCP:
		return TCP_HEADER_MIN;
	case WIRE_PROTOCOL_UDP:
		return UDP_HEADER;
	case WIRE_PROTOCOL_ICMP:
	case WIRE_PROTOCOL_ICMPV6:
		return WIRE_ICMP_HEADER;
	default:
		return 0;
	}
}

/* ---- IPv4 ------------------------------------------------------------- */

/*
 * RFC 1858 3.2, RFC 3128: the first fragment of a TCP segment holds at least
 * its fixed header, and no other one begins within that.
 */
static bool ipv4_is_sound(const struct wire_ip *ip)
{
	uint32_t end = ip->fragment_offset + ip->payload_len;

	if (ip->more_fragments && ip->payload_len % 8 != 0)
		return false;
	if (ip->header_len + end > DATAGRAM_MOST)
		return false;
	if (ip->fragment_offset == 0)
		return ip->payload_len >= upper_layer_min(ip->protocol);
	return ip->protocol != WIRE_PROTOCOL_TCP ||
	       ip->fragment_offset >= TCP_HEADER_MIN;
}

/* ---- IPv6 ------------------------------------------------------------- */

/*
 * RFC 7112: the first fragment holds all headers, the upper-layer header
 * among them. One more fragment header in it is refused too: nobody
 * fragments a fragment, and a datagram is put together once.
 */
static bool chain_is_whole(const struct wire_ip *ip)
{
	const uint8_t *p = ip->payload;
	uint32_t left = ip->payload_len;
	uint8_t next = ip->protocol;

	while (is_extension(next)) {
		uint32_t len;

		if (next == FRAGMENT || left < EXTENSION_LEN_MIN)
			return false;
		len = extension_len(next, p);
		if (len > left)
			return false;
		next = p[0];
		p += len;
		left -= len;
	}
	return left >= upper_layer_min(next);
}

/* RFC 8200 4.5: each of these is told. */
static bool ipv6_is_sound(const struct wire_ip *ip, struct wire_icmp *problem)
{
	uint32_t end = ip->fragment_offset + ip->payload_len;

	if (ip->more_fragments && ip->payload_len % 8 != 0)
		return refuse(problem, PROBLEM_FIELD, PAYLOAD_LENGTH_AT);
	if (ip->fragment_header - WIRE_IPV6_HEADER + end > DATAGRAM_MOST)
		return refuse(problem, PROBLEM_FIELD,
			      ip->fragment_header + OFFSET_AT);
	if (ip->fragment_offset == 0 && !chain_is_whole(ip))
		return refuse(problem, PROBLEM_CHAIN, 0);
	return true;
}

bool fragment_is_sound(const struct wire_ip *ip, struct wire_icmp *problem)
{
	*problem = (struct wire_icmp){ .kind = ICMP_OTHER };
	if (ip->payload_len == 0)
		return false;
	return ip->version == 4 ? ipv4_is_sound(ip)
				: ipv6_is_sound(ip, problem);
}
