/* SPDX-License-Identifier: MIT */
/* 802.2 in frames of 802.3, and SNAP. */
#include "bytes.h"
#include "trace_lines.h"

void line_llc(struct text *text, struct payload *p, const uint8_t *macs)
{
	(void)macs;
	text_dump(text, p->data, p->have);
}
