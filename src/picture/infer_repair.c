/* SPDX-License-Identifier: MIT */
/*
 * Frames with a fault that hides them from the parser: repaired, so that it
 * can be said which connection they are of, and what is wrong.
 */
#include "infer_parts.h"

#include "checksum.h"

#include <string.h>

#define SUM_OFFSET 10u
#define DATA_OFFSET 12u
#define NOP 1u

/* True if the checksum was wrong, and is right now; 0 is the device's. */
static bool repair_ipv4(uint8_t *ip, uint32_t len)
{
	uint32_t header = len ? (ip[0] & 0xfu) * 4 : 0;
	bool is_empty;
	uint16_t sum;

	if (header < WIRE_IPV4_HEADER || header > len || ip[0] >> 4 != 4 ||
	    wire_sum_is_good(wire_sum(ip, header)))
		return false;
	is_empty = !ip[SUM_OFFSET] && !ip[SUM_OFFSET + 1];
	memset(ip + SUM_OFFSET, 0, sizeof sum);
	sum = wire_checksum(wire_sum(ip, header));
	memcpy(ip + SUM_OFFSET, &sum, sizeof sum);
	return !is_empty;
}

static unsigned repair_tcp(uint8_t *tcp, uint32_t len)
{
	struct wire_tcp parsed;
	enum hf_drop drop = wire_tcp_parse(&parsed, tcp, len);

	if (drop == HF_DROP_TCP_HEADER && len >= WIRE_TCP_HEADER) {
		tcp[DATA_OFFSET] = (uint8_t)((tcp[DATA_OFFSET] & 0x0f) |
					     WIRE_TCP_HEADER / 4 << 4);
		return INFER_REPAIRED_OFFSET;
	}
	if (drop != HF_DROP_TCP_OPTION)
		return 0;
	memset(tcp + WIRE_TCP_HEADER, NOP,
	       (tcp[DATA_OFFSET] >> 4) * 4u - WIRE_TCP_HEADER);
	return INFER_REPAIRED_OPTIONS;
}

unsigned infer_repair(enum hf_trace_link link, uint8_t *frame, uint32_t len)
{
	struct wire_ip ip;
	unsigned repairs = 0;
	uint32_t at;

	if (!story_datagram(link, frame, len, &at))
		return 0;
	if (repair_ipv4(frame + at, len - at))
		repairs |= INFER_REPAIRED_IP;
	if (wire_ip_parse(&ip, frame + at, len - at) ||
	    ip.protocol != WIRE_PROTOCOL_TCP || ip.is_fragment)
		return repairs;
	return repairs |
	       repair_tcp(frame + (ip.payload - frame), ip.payload_len);
}
