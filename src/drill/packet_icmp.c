/* SPDX-License-Identifier: MIT */
/* ICMP and ICMPv6 of a script, with the datagram that they quote. */
#include "packets.h"

#include "bytes.h"

#include <netinet/in.h>

#define HEADER 8u
#define QUOTED 8u /* octets behind the IP header, at least: RFC 792 */

/*
 * The packet that is quoted went the other way; of it a script says the
 * sequence numbers, or its length.
 */
static struct drill_packet quoted_packet(const struct drill_packet *packet)
{
	const struct drill_echoed *echoed = packet->icmp.echoed;
	struct drill_packet quoted = { .inbound = !packet->inbound };

	quoted.protocol = echoed->protocol;
	quoted.tcp = echoed->tcp;
	quoted.udp = echoed->udp;
	if (!echoed->has_flags)
		quoted.tcp.flags = DRILL_ACK;
	return quoted;
}

static uint32_t write_quoted_head(const struct drill_path *path,
				  const struct drill_packet *quoted,
				  uint8_t *to)
{
	struct drill_ends ends = drill_packet_ends(path, quoted);
	uint32_t len = QUOTED + quoted->udp.len;

	put_be16(to, ends.source_port);
	put_be16(to + 2, ends.destination_port);
	put_be16(to + 4, (uint16_t)len);
	put_be16(to + 6, 0);
	return len;
}

/* IP header and the beginning of what was in it; its length says all of it. */
static uint32_t write_quoted(const struct drill_path *path,
			     const struct drill_packet *packet, uint8_t *to)
{
	struct drill_packet quoted = quoted_packet(packet);
	struct drill_ends ends = drill_packet_ends(path, &quoted);
	uint32_t ip = drill_network_is_ipv6(path->network) ? 40 : 20;
	uint32_t shown = QUOTED, len;
	uint8_t protocol = IPPROTO_UDP;

	if (quoted.protocol == DRILL_TCP) {
		struct drill_packet head = quoted;

		protocol = IPPROTO_TCP;
		head.tcp.len = 0;
		shown = drill_packet_tcp(path, &head, to + ip);
		len = shown + quoted.tcp.len;
	} else {
		len = write_quoted_head(path, &quoted, to + ip);
	}
	drill_packet_ip(&ends, &packet->ip, protocol, len, to);
	return ip + shown;
}

static void write_echo(const struct drill_icmp *icmp, uint8_t *to)
{
	put_be16(to + 4, icmp->has_id ? icmp->id : 0);
	put_be16(to + 6, icmp->has_seq ? icmp->seq : 0);
	for (uint32_t i = 0; i < icmp->len; i++)
		to[HEADER + i] = drill_octet(i);
}

uint32_t drill_packet_icmp(const struct drill_path *path,
			   const struct drill_packet *packet, uint8_t *to)
{
	bool six = drill_network_is_ipv6(path->network);
	const struct drill_icmp *icmp = &packet->icmp;
	struct drill_ends ends = drill_packet_ends(path, packet);
	uint32_t len = HEADER + icmp->len;

	to[0] = six ? icmp->v6.type : icmp->v4.type;
	to[1] = six ? icmp->v6.code : icmp->v4.code;
	put_be16(to + 2, 0);
	put_be32(to + 4, icmp->has_mtu ? icmp->mtu : 0);
	if (icmp->echoed)
		len = HEADER + write_quoted(path, packet, to + HEADER);
	else
		write_echo(icmp, to);
	drill_packet_sum(&ends, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP, to, len,
			 2);
	return len;
}
