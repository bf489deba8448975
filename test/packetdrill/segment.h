/* SPDX-License-Identifier: MIT */
/* Segments of a peer that is no more than its octets. */
#ifndef TEST_SEGMENT_H
#define TEST_SEGMENT_H

#include <handfast/types.h>

#define SEGMENT_FIN 0x01u
#define SEGMENT_SYN 0x02u
#define SEGMENT_RST 0x04u
#define SEGMENT_PSH 0x08u
#define SEGMENT_ACK 0x10u

#define SEGMENT_MOST 2048u /* octets of a datagram */

/* From `remote` to `local`, with ports 40000 and 8080 and a window of 1000. */
struct segment {
	struct hf_addr local, remote;
	uint8_t flags;
	uint32_t seq, ack, len; /* len: of the text, which is 'x's */
};

/* Writes the datagram; returns its octets. */
size_t segment_write(uint8_t *to, const struct segment *segment);

/* What came out: flags, and where the octets are. */
struct segment_view {
	uint8_t flags;
	uint32_t seq, ack, len;
	uint16_t remote_port; /* that it goes to */
};

struct segment_view segment_read(const uint8_t *data, size_t len);

#endif
