/* SPDX-License-Identifier: MIT */
/* Datagrams of a script: IP, TCP and UDP. */
#include "packets.h"

#include "bytes.h"
#include "checksum.h"

#include <netinet/in.h>
#include <stdio.h>

#define IPV4_HEADER 20u
#define IPV6_HEADER 40u
#define TCP_HEADER 20u
#define UDP_HEADER 8u
#define PROTOCOL_UDPLITE 136u
#define TTL 255u /* unless the script says it */

struct drill_ends drill_packet_ends(const struct drill_path *path,
				    const struct drill_packet *packet)
{
	const struct drill_flow *flow = path->flow;
	struct drill_ends ends = { flow->local, flow->remote, flow->local_port,
				   flow->remote_port };

	if (packet->inbound) {
		ends.source = flow->remote;
		ends.destination = flow->local;
		ends.source_port = flow->remote_port;
		ends.destination_port = flow->local_port;
	}
	return ends;
}

void drill_packet_sum(const struct drill_ends *ends, uint8_t protocol,
		      uint8_t *data, uint32_t len, uint32_t at)
{
	uint64_t sum = wire_sum(data, len);
	uint16_t folded;

	if (protocol != IPPROTO_ICMP)
		sum += wire_sum_pseudo(&ends->source, &ends->destination,
				       protocol, len);
	folded = wire_checksum(sum);
	memcpy(data + at, &folded, sizeof folded);
}

/* ---- IP --------------------------------------------------------------- */

static uint8_t tos(const struct drill_ip *ip)
{
	uint8_t octet = ip->has_tos ? ip->tos : 0;

	switch (ip->ecn) {
	case DRILL_ECN_UNSAID:
		return octet;
	case DRILL_ECN_NONE:
		return octet & 0xfc;
	case DRILL_ECN_ECT0:
	case DRILL_ECN_ECT01:
		return (octet & 0xfc) | 2;
	case DRILL_ECN_ECT1:
		return (octet & 0xfc) | 1;
	case DRILL_ECN_CE:
		return octet | 3;
	}
	return octet;
}

static uint32_t write_ipv4(const struct drill_ends *ends,
			   const struct drill_ip *ip, uint8_t protocol,
			   uint32_t len, uint8_t *to)
{
	uint16_t sum;

	memset(to, 0, IPV4_HEADER);
	to[0] = 0x45;
	to[1] = tos(ip);
	put_be16(to + 2, (uint16_t)(IPV4_HEADER + len));
	put_be16(to + 4, ip->has_id ? ip->id : 0);
	put_be16(to + 6, ip->has_df && ip->df ? 0x4000 : 0);
	to[8] = ip->has_ttl ? ip->ttl : TTL;
	to[9] = protocol;
	memcpy(to + 12, ends->source.octet + 12, 4);
	memcpy(to + 16, ends->destination.octet + 12, 4);
	sum = wire_checksum(wire_sum(to, IPV4_HEADER));
	memcpy(to + 10, &sum, sizeof sum);
	return IPV4_HEADER;
}

static uint32_t write_ipv6(const struct drill_ends *ends,
			   const struct drill_ip *ip, uint8_t protocol,
			   uint32_t len, uint8_t *to)
{
	uint32_t label = ip->has_flow_label ? ip->flow_label : 0;

	put_be32(to, UINT32_C(6) << 28 | (uint32_t)tos(ip) << 20 | label);
	put_be16(to + 4, (uint16_t)len);
	to[6] = protocol;
	to[7] = ip->has_ttl ? ip->ttl : TTL;
	memcpy(to + 8, ends->source.octet, 16);
	memcpy(to + 24, ends->destination.octet, 16);
	return IPV6_HEADER;
}

static bool is_ipv4(const struct hf_addr *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(addr->octet, mapped, sizeof mapped) == 0;
}

uint32_t drill_packet_ip(const struct drill_ends *ends,
			 const struct drill_ip *ip, uint8_t protocol,
			 uint32_t len, uint8_t *to)
{
	if (is_ipv4(&ends->source))
		return write_ipv4(ends, ip, protocol, len, to);
	return write_ipv6(ends, ip, protocol, len, to);
}

/* ---- TCP -------------------------------------------------------------- */

static void write_text(uint8_t *to, const struct drill_tcp *tcp)
{
	uint32_t first = tcp->flags & DRILL_SYN ? 1 : tcp->seq.start;

	for (uint32_t i = 0; i < tcp->len; i++)
		to[i] = drill_octet(first + i);
}

uint32_t drill_packet_tcp(const struct drill_path *path,
			  const struct drill_packet *packet, uint8_t *to)
{
	const struct drill_isn *own = packet->inbound ? &path->flow->received
						      : &path->flow->sent;
	const struct drill_isn *other = packet->inbound ? &path->flow->sent
							: &path->flow->received;
	struct drill_ends ends = drill_packet_ends(path, packet);
	const struct drill_tcp *tcp = &packet->tcp;
	bool is_syn = tcp->flags & DRILL_SYN;
	uint32_t header = TCP_HEADER +
			  drill_packet_options(path, packet, to + TCP_HEADER);
	uint32_t ack = tcp->has_ack ? tcp->ack : 0;

	put_be16(to, ends.source_port);
	put_be16(to + 2, ends.destination_port);
	put_be32(to + 4, drill_flow_seq(own, tcp->seq.start, is_syn));
	if (tcp->flags & DRILL_ACK)
		ack = drill_flow_seq(other, ack, is_syn);
	put_be32(to + 8, ack);
	put_be16(to + 12, (uint16_t)(header / 4 << 12 | (tcp->flags & 0x1ff)));
	put_be16(to + 14, tcp->has_win ? tcp->win : 0);
	put_be16(to + 16, 0);
	put_be16(to + 18, tcp->has_urg ? tcp->urg : 0);
	write_text(to + header, tcp);
	drill_packet_sum(&ends, IPPROTO_TCP, to, header + tcp->len, 16);
	return header + tcp->len;
}

/* ---- UDP -------------------------------------------------------------- */

static uint32_t write_udp(const struct drill_path *path,
			  const struct drill_packet *packet, uint8_t *to)
{
	struct drill_ends ends = drill_packet_ends(path, packet);
	bool is_lite = packet->protocol == DRILL_UDPLITE;
	uint32_t len = UDP_HEADER + packet->udp.len;

	put_be16(to,
		 packet->has_ports ? packet->source_port : ends.source_port);
	put_be16(to + 2, packet->has_ports ? packet->destination_port
					   : ends.destination_port);
	put_be16(to + 4, is_lite ? packet->udp.coverage : (uint16_t)len);
	put_be16(to + 6, 0);
	for (uint32_t i = 0; i < packet->udp.len; i++)
		to[UDP_HEADER + i] = drill_octet(i);
	drill_packet_sum(&ends, is_lite ? PROTOCOL_UDPLITE : IPPROTO_UDP, to,
			 len, 6);
	return len;
}

/* ---- the datagram ----------------------------------------------------- */

static uint32_t write_payload(const struct drill_path *path,
			      const struct drill_packet *packet,
			      uint8_t *protocol, uint8_t *to)
{
	switch (packet->protocol) {
	case DRILL_TCP:
		*protocol = IPPROTO_TCP;
		return drill_packet_tcp(path, packet, to);
	case DRILL_UDP:
	case DRILL_UDPLITE:
		*protocol = packet->protocol == DRILL_UDP ? IPPROTO_UDP
							  : PROTOCOL_UDPLITE;
		return write_udp(path, packet, to);
	case DRILL_ICMP:
	case DRILL_ICMPV6:
		*protocol = drill_network_is_ipv6(path->network)
				    ? IPPROTO_ICMPV6
				    : IPPROTO_ICMP;
		return drill_packet_icmp(path, packet, to);
	}
	return 0;
}

/* The octets of its payload, or more. */
static uint32_t longest(const struct drill_packet *packet)
{
	uint32_t headers = IPV6_HEADER + TCP_HEADER + 40;

	switch (packet->protocol) {
	case DRILL_TCP:
		return headers + packet->tcp.len;
	case DRILL_UDP:
	case DRILL_UDPLITE:
		return headers + packet->udp.len;
	case DRILL_ICMP:
	case DRILL_ICMPV6:
		return headers + packet->icmp.len;
	}
	return headers;
}

uint32_t drill_packet_build(const struct drill_path *path,
			    const struct drill_packet *packet, uint8_t *to,
			    char *why)
{
	struct drill_ends ends = drill_packet_ends(path, packet);
	uint32_t ip = is_ipv4(&ends.source) ? IPV4_HEADER : IPV6_HEADER;
	uint8_t protocol = 0;
	uint32_t len;

	if (longest(packet) > DRILL_PACKET) {
		snprintf(why, DRILL_FAILURE, "longer than a datagram can be");
		return 0;
	}
	len = write_payload(path, packet, &protocol, to + ip);
	drill_packet_ip(&ends, &packet->ip, protocol, len, to);
	return ip + len;
}
