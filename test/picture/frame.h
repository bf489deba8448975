/* SPDX-License-Identifier: MIT */
/* Datagrams with a segment of TCP, for tests of pictures. */
#ifndef TEST_PICTURE_FRAME_H
#define TEST_PICTURE_FRAME_H

#include "checksum.h"
#include "wire_ip.h"
#include "wire_tcp.h"

#include <string.h>

#define FRAME_MOST 2000u

/* From 10.9.0.`from` to 10.9.0.`to`; its length. */
static inline uint32_t frame_make(uint8_t *frame, uint8_t from, uint8_t to,
				  const struct wire_tcp *segment)
{
	const struct wire_ip ip = {
		.src = hf_ipv4(10, 9, 0, from),
		.dst = hf_ipv4(10, 9, 0, to),
		.version = 4,
		.protocol = WIRE_PROTOCOL_TCP,
		.ttl = 64,
	};
	struct wire_tcp_options options;
	uint8_t tcp[FRAME_MOST - 20];
	uint32_t len, at;
	uint16_t sum;

	wire_tcp_options(&options, segment);
	len = wire_tcp_emit(segment, &options, tcp);
	if (segment->text_len)
		memcpy(tcp + len, segment->text, segment->text_len);
	len += segment->text_len;
	sum = wire_checksum(
		wire_sum(tcp, len) +
		wire_sum_pseudo(&ip.src, &ip.dst, WIRE_PROTOCOL_TCP, len));
	memcpy(tcp + 16, &sum, sizeof sum);
	at = wire_ip_emit(&ip, len, frame);
	memcpy(frame + at, tcp, len);
	return at + len;
}

#endif
