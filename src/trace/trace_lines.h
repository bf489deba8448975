/* SPDX-License-Identifier: MIT */
/* Writers of the parts of a line. */
#ifndef TRACE_LINES_H
#define TRACE_LINES_H

#include "flow.h"
#include "text.h"

#include <handfast/trace.h>

struct hf_trace {
	struct flows *flows;
	bool absolute;
};

/*
 * A datagram past its IP header: `len` octets by the header, of which `have`
 * are there.
 */
struct payload {
	const uint8_t *data;
	uint32_t len, have;
	const uint8_t *src, *dst; /* 4 or 16 octets, by version */
	uint8_t version;
	bool addresses_told; /* by what stood before an extension header */
};

void text_address(struct text *text, const struct payload *p,
		  const uint8_t *address);

/* "10.0.0.1 > 10.0.0.2: ", once in a line. */
void line_addresses(struct text *text, struct payload *p);

/* "10.0.0.1.1024 > 10.0.0.2.80: " of the ports that `p` starts with. */
void line_ports(struct text *text, const struct payload *p);

void line_tcp(struct text *text, struct payload *p, struct flows *flows);
/*
 * "mss 1460,nop,wscale 7]" of `len` octets of options, of which `have` are
 * there; SACK blocks are told relative to `base`. False if they are so bad
 * that the line ends with them.
 */
bool line_tcp_options(struct text *text, const uint8_t *options, uint32_t len,
		      uint32_t have, uint32_t base);

void line_icmp(struct text *text, struct payload *p);
void line_icmp6(struct text *text, struct payload *p);

#endif
