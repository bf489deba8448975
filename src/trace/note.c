/* SPDX-License-Identifier: MIT */
/*
 * What a host told of a frame or a timer. The states of a connection are
 * followed, since a call of the program (RFC 9293 3.10.1, 3.10.4) changes
 * them without a report: opening shows in the SYN, closing in the FIN.
 */
#include "flow.h"
#include "text.h"

#include "wire_ethernet.h"
#include "wire_ip.h"
#include "wire_tcp.h"

#include "trace_lines.h"

/* States that were passed through, of one end of a connection. */
struct passage {
	struct flow_end local, remote;
	uint8_t flags; /* of the segment; 0: a timer */
	uint8_t state[HF_REPORT_STEPS + 2];
	unsigned count; /* 0, or at least 2 */
};

static void set_end(struct flow_end *end, const struct hf_addr *addr,
		    uint16_t port)
{
	memcpy(end->address, addr->octet, sizeof end->address);
	end->port = port;
	end->version = addr_is_ipv4(addr) ? 4 : 6;
}

/* The datagram of a frame; false: there is none. */
static bool read_datagram(const struct hf_trace *trace,
			  const struct hf_frame *frame, struct wire_ip *ip)
{
	struct wire_ethernet e;

	if (trace->style.link != HF_TRACE_ETHERNET)
		return !wire_ip_parse(ip, frame->data, frame->len);
	return !wire_ethernet_parse(&e, frame->data, frame->len) &&
	       (e.type == WIRE_ETHERTYPE_IPV4 ||
		e.type == WIRE_ETHERTYPE_IPV6) &&
	       !wire_ip_parse(ip, e.payload, e.payload_len);
}

/* Which connection it was: by the segment, or by the report of a timer. */
static bool read_ends(const struct hf_trace *trace, struct passage *passage,
		      const struct hf_sight *sight)
{
	const struct hf_report *report = sight->report;
	struct wire_tcp segment;
	struct wire_ip ip;

	if (sight->direction == HF_DIRECTION_TIMER) {
		set_end(&passage->local, &report->local, report->local_port);
		set_end(&passage->remote, &report->remote, report->remote_port);
		return report->remote_port;
	}
	if (!read_datagram(trace, &sight->frame, &ip) ||
	    ip.protocol != WIRE_PROTOCOL_TCP ||
	    wire_tcp_parse(&segment, ip.payload, ip.payload_len))
		return false;
	passage->flags = segment.flags;
	if (sight->direction == HF_DIRECTION_OUT) {
		set_end(&passage->local, &ip.src, segment.src_port);
		set_end(&passage->remote, &ip.dst, segment.dst_port);
	} else {
		set_end(&passage->local, &ip.dst, segment.dst_port);
		set_end(&passage->remote, &ip.src, segment.src_port);
	}
	return true;
}

static void pass(struct passage *passage, uint8_t state)
{
	passage->state[passage->count++] = state;
}

/* A call that shows in what is sent: OPEN in SYN, CLOSE in FIN. */
static void infer(struct passage *passage, uint8_t known)
{
	uint8_t flags = passage->flags;

	if (flags & TCP_SYN && !(flags & TCP_ACK) && known != HF_SYN_SENT) {
		pass(passage, HF_CLOSED);
		pass(passage, HF_SYN_SENT);
	} else if (flags & TCP_FIN && known == HF_CLOSE_WAIT) {
		pass(passage, known);
		pass(passage, HF_LAST_ACK);
	} else if (flags & TCP_FIN &&
		   (known == HF_ESTABLISHED || known == HF_SYN_RECEIVED)) {
		pass(passage, known);
		pass(passage, HF_FIN_WAIT_1);
	}
}

static void take_path(struct passage *passage, const struct hf_report *report,
		      uint8_t known)
{
	uint8_t first = report->path[0];

	if (known != FLOW_STATE_UNKNOWN && known != first &&
	    first != HF_LISTEN && first != HF_CLOSED)
		pass(passage, known);
	for (unsigned i = 0; i <= report->steps && i <= HF_REPORT_STEPS; i++)
		pass(passage, report->path[i]);
}

static void follow(const struct hf_trace *trace, struct passage *passage,
		   const struct hf_sight *sight)
{
	bool is_known = read_ends(trace, passage, sight);
	struct flows *flows = trace->flows;
	uint8_t known = FLOW_STATE_UNKNOWN, last;

	if (is_known)
		known = flows_state(flows, &passage->local, &passage->remote);
	if (sight->report->steps)
		take_path(passage, sight->report, known);
	else if (sight->direction == HF_DIRECTION_OUT)
		infer(passage, known);
	if (!is_known || !passage->count)
		return;
	last = passage->state[passage->count - 1];
	flows_set_state(flows, &passage->local, &passage->remote,
			last == HF_CLOSED ? FLOW_STATE_UNKNOWN : last);
}

static void add_states(struct text *text, const uint8_t *state, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		text_add(text, "%s%s", i ? " -> " : "",
			 hf_state_name((enum hf_state)state[i]));
}

size_t hf_trace_states(const struct hf_report *report, char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };

	if (cap)
		to[0] = '\0';
	if (report->steps)
		add_states(&text, report->path, report->steps + 1u);
	return text.len;
}

size_t hf_trace_note(struct hf_trace *trace, const struct hf_sight *sight,
		     char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };
	const struct hf_report *report = sight->report;
	struct passage passage = { .count = 0 };

	if (cap)
		to[0] = '\0';
	follow(trace, &passage, sight);
	if (sight->direction == HF_DIRECTION_OUT && report->why)
		text_add(&text, "%s", hf_why_name((enum hf_why)report->why));
	if (sight->direction == HF_DIRECTION_IN && report->drop)
		text_add(&text, "%s", hf_drop_name((enum hf_drop)report->drop));
	if (passage.count && text.len)
		text_add(&text, ", ");
	add_states(&text, passage.state, passage.count);
	return text.len;
}
