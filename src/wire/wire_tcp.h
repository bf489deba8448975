/* SPDX-License-Identifier: MIT */
/* TCP headers (RFC 9293 3.1) and options, between octets and plain structs. */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include "seq.h"
#include <handfast/host.h>

#define WIRE_TCP_HEADER 20u
#define WIRE_TCP_HEADER_MAX 60u

enum wire_tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

struct wire_sack_block {
	struct hf_seq left, right;
};

#define WIRE_SACK_BLOCKS 4u

/* A segment, parsed once. `has_` tells whether an option is there. */
struct wire_tcp {
	uint16_t src_port, dst_port;
	struct hf_seq seq, ack;
	uint32_t ts_val, ts_ecr;
	const uint8_t *text; /* payload; within the datagram */
	uint32_t text_len;
	uint16_t wnd; /* as on the wire, not scaled: MUST-1 */
	uint16_t urgent;
	uint16_t mss;
	uint8_t flags; /* enum wire_tcp_flag */
	uint8_t wscale; /* as on the wire */
	uint8_t sack_count;
	bool has_mss, has_wscale, has_sack_permitted, has_ts;
	struct wire_sack_block sack[WIRE_SACK_BLOCKS];
};

/* Sequence space that a segment takes: SEG.LEN of RFC 9293 3.4. */
static inline uint32_t wire_tcp_len(const struct wire_tcp *t)
{
	return t->text_len + !!(t->flags & TCP_SYN) + !!(t->flags & TCP_FIN);
}

/*
 * Parses `len` octets of header and text. The checksum is not looked at.
 * HF_ACCEPTED; HF_DROP_TCP_HEADER: shorter than 20 octets or than its data
 * offset, or data offset under 5; HF_DROP_TCP_OPTION: an option of length 0
 * or 1 or past the end of the header (MUST-7). Options may stand anywhere
 * (MUST-64); unknown ones are skipped by their length (MUST-6); one of the
 * known kinds with another length than its own is skipped as unknown; MSS,
 * window scale and SACK permitted count only with SYN (MUST-65); of several
 * the last counts. The common "NOP NOP timestamp" alone is fast.
 */
enum hf_drop wire_tcp_parse(struct wire_tcp *t, const uint8_t *data,
			    uint32_t len);

/* What goes between header and text. Octets, a multiple of 4. */
struct wire_tcp_options {
	uint8_t len;
	uint8_t octet[40];
};

/*
 * Writes the options of `t`. SYN: MSS, SACK permitted, timestamps, NOP,
 * window scale, in the order that Linux sends them (with timestamps and
 * SACK permitted sharing words as it does); otherwise NOP NOP timestamps,
 * then NOP NOP SACK with as many of sack_count blocks as fit. MUST-69.
 */
void wire_tcp_options(struct wire_tcp_options *options,
		      const struct wire_tcp *t);

/*
 * Writes a header with these options, checksum field 0, into `to` and returns
 * its length. The checksum is the caller's work (checksum.h).
 */
uint32_t wire_tcp_emit(const struct wire_tcp *t,
		       const struct wire_tcp_options *options, uint8_t *to);

#endif
