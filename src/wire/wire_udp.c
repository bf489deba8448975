/* SPDX-License-Identifier: MIT */
#include "wire_udp.h"
#include "checksum.h"

#define LENGTH_AT 4u
#define CHECKSUM_AT 6u

bool wire_udp_is_good(const struct wire_ip *ip, bool verified)
{
	uint32_t len;

	if (ip->payload_len < WIRE_UDP_HEADER)
		return false;
	len = get_be16(ip->payload + LENGTH_AT);
	if (len < WIRE_UDP_HEADER || len > ip->payload_len)
		return false;
	if (verified)
		return true;
	if (get_be16(ip->payload + CHECKSUM_AT) == 0)
		return ip->version == 4;
	return wire_sum_is_good(
		wire_sum(ip->payload, len) +
		wire_sum_pseudo(&ip->src, &ip->dst, WIRE_PROTOCOL_UDP, len));
}
