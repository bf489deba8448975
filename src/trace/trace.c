/* SPDX-License-Identifier: MIT */
/* A trace, and the text of a frame by its link type. */
#include "trace_lines.h"
#include "wire_ip.h"

#include <stdlib.h>

/* Frames are at most as long as tcpdump would capture. */
#define FRAME_MOST 0x7fffffffu

struct hf_trace *hf_trace_new(const struct hf_trace_style *style)
{
	struct hf_trace *trace = calloc(1, sizeof *trace);

	if (!trace)
		return NULL;
	trace->style = *style;
	trace->flows = flows_new();
	if (trace->flows)
		return trace;
	free(trace);
	return NULL;
}

void hf_trace_free(struct hf_trace *trace)
{
	if (trace)
		flows_free(trace->flows);
	free(trace);
}

static void line_raw(struct text *text, struct payload *p)
{
	if (p->style->link_header)
		text_add(text, "ip: ");
	line_ip(text, p);
}

static void line_frame(struct text *text, struct payload *p)
{
	switch (p->style->link) {
	case HF_TRACE_IP:
		line_raw(text, p);
		break;
	case HF_TRACE_ETHERNET:
		line_ethernet(text, p);
		break;
	case HF_TRACE_LINUX_SLL:
		line_sll(text, p);
		break;
	case HF_TRACE_LINUX_SLL2:
		line_sll2(text, p);
		break;
	case HF_TRACE_NULL:
	case HF_TRACE_LOOP:
		line_null(text, p);
		break;
	case HF_TRACE_OCTETS:
		text_add(text, "UNSUPPORTED");
		text_dump(text, p->data, p->have);
		break;
	case HF_TRACE_LINKS:
		break;
	}
}

size_t hf_trace_capture(struct hf_trace *trace, const void *frame,
			size_t caplen, size_t len, char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };
	struct payload p = {
		.style = &trace->style,
		.flows = trace->flows,
		.data = frame,
		.len = len < FRAME_MOST ? (uint32_t)len : FRAME_MOST,
		.have = caplen < FRAME_MOST ? (uint32_t)caplen : FRAME_MOST,
	};

	if (cap)
		to[0] = '\0';
	if (!caplen || !len || len < caplen) {
		text_add(&text, "[Invalid header:");
		if (!caplen)
			text_add(&text, " caplen==0");
		if (!len)
			text_add(&text, "%s len==0", caplen ? "" : ",");
		else if (len < caplen)
			text_add(&text, " len(%zu) < caplen(%zu)", len, caplen);
		text_add(&text, "]");
		return text.len;
	}
	line_frame(&text, &p);
	return text.len;
}

size_t hf_trace_line(struct hf_trace *trace, const void *frame, size_t len,
		     char *to, size_t cap)
{
	return hf_trace_capture(trace, frame, len, len, to, cap);
}

size_t hf_trace_address(const struct hf_addr *addr, char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };

	if (addr_is_ipv4(addr))
		text_ipv4(&text, addr->octet + 12);
	else
		text_ipv6(&text, addr->octet);
	return text.len;
}
