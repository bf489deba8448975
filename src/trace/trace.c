/* SPDX-License-Identifier: MIT */
/* A trace, and the text of a frame by its link type. */
#include "trace_lines.h"
#include "wire_ip.h"

#include <stdlib.h>

#define FRAME_MOST 262144u /* the longest that tcpdump believes */

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

bool hf_trace_is_sound(size_t caplen, size_t len)
{
	return caplen && caplen <= len && len <= FRAME_MOST;
}

static void line_unsound(struct text *text, size_t caplen, size_t len)
{
	text_add(text, "[Invalid header:");
	if (!caplen)
		text_add(text, " caplen==0%s",
			 len && len <= FRAME_MOST ? "" : ",");
	if (!len)
		text_add(text, " len==0");
	else if (len > FRAME_MOST)
		text_add(text, " len(%zu) > %u", len, FRAME_MOST);
	else if (len < caplen)
		text_add(text, " len(%zu) < caplen(%zu)", len, caplen);
	text_add(text, "]");
}

size_t hf_trace_capture(struct hf_trace *trace, const void *frame,
			size_t caplen, size_t len, char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };
	struct payload p = {
		.style = &trace->style,
		.flows = trace->flows,
		.data = frame,
		.len = (uint32_t)len,
		.have = (uint32_t)caplen,
	};

	if (cap)
		to[0] = '\0';
	if (hf_trace_is_sound(caplen, len))
		line_frame(&text, &p);
	else
		line_unsound(&text, caplen, len);
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
