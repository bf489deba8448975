/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include <string.h>

#define IPV4_HEADER 20u
#define IPV6_HEADER 40u
#define TCP_HEADER 20u
#define TCP 6u

static uint32_t sum(const uint8_t *data, size_t len, uint32_t from)
{
	for (size_t i = 0; i < len; i++)
		from += (uint32_t)data[i] << (i % 2 ? 0 : 8);
	return from;
}

static uint16_t folded(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return (uint16_t)~value;
}

static void put_16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put_32(uint8_t *at, uint32_t value)
{
	put_16(at, value >> 16);
	put_16(at + 2, value & 0xffff);
}

static uint16_t get_16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get_32(const uint8_t *at)
{
	return (uint32_t)get_16(at) << 16 | get_16(at + 2);
}

static size_t put_ipv4(uint8_t *to, const struct segment *segment, uint32_t len)
{
	to[0] = 0x45;
	put_16(to + 2, IPV4_HEADER + len);
	to[8] = 64;
	to[9] = TCP;
	memcpy(to + 12, segment->remote.octet + 12, 4);
	memcpy(to + 16, segment->local.octet + 12, 4);
	put_16(to + 10, folded(sum(to, IPV4_HEADER, 0)));
	return IPV4_HEADER;
}

static size_t put_ipv6(uint8_t *to, const struct segment *segment, uint32_t len)
{
	to[0] = 0x60;
	put_16(to + 4, len);
	to[6] = TCP;
	to[7] = 64;
	memcpy(to + 8, segment->remote.octet, 16);
	memcpy(to + 24, segment->local.octet, 16);
	return IPV6_HEADER;
}

size_t segment_write(uint8_t *to, const struct segment *segment)
{
	bool is_ipv4 = segment->local.octet[0] == 0;
	uint32_t len = TCP_HEADER + segment->len;
	size_t addresses = is_ipv4 ? 8 : 32, head;
	uint8_t *tcp;

	memset(to, 0, SEGMENT_MOST);
	head = is_ipv4 ? put_ipv4(to, segment, len)
		       : put_ipv6(to, segment, len);
	tcp = to + head;
	put_16(tcp, 40000);
	put_16(tcp + 2, 8080);
	put_32(tcp + 4, segment->seq);
	put_32(tcp + 8, segment->ack);
	tcp[12] = 0x50;
	tcp[13] = segment->flags;
	put_16(tcp + 14, 1000);
	memset(tcp + TCP_HEADER, 'x', segment->len);
	put_16(tcp + 16,
	       folded(sum(tcp, len,
			  sum(tcp - addresses, addresses, TCP + len))));
	return head + len;
}

struct segment_view segment_read(const uint8_t *data, size_t len)
{
	size_t head = data[0] >> 4 == 4 ? IPV4_HEADER : IPV6_HEADER;
	const uint8_t *tcp = data + head;

	return (struct segment_view){
		.flags = tcp[13],
		.seq = get_32(tcp + 4),
		.ack = get_32(tcp + 8),
		.len = (uint32_t)(len - head - (size_t)(tcp[12] >> 4) * 4),
		.remote_port = get_16(tcp + 2),
	};
}
