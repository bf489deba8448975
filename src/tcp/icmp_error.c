/* SPDX-License-Identifier: MIT */
/* ICMP errors about our segments: RFC 9293 3.9.2.2, RFC 5927. MUST-54 */
#include "tcp.h"

static enum hf_error meaning(enum wire_icmp_kind kind)
{
	switch (kind) {
	case ICMP_PORT_UNREACHABLE:
		return HF_ERR_REFUSED;
	case ICMP_PROTOCOL_UNREACHABLE:
		return HF_ERR_PROTOCOL_UNREACHABLE;
	case ICMP_PARAMETER_PROBLEM:
		return HF_ERR_PARAMETER_PROBLEM;
	case ICMP_NET_UNREACHABLE:
		return HF_ERR_NET_UNREACHABLE;
	case ICMP_PACKET_TOO_BIG:
		return HF_ERR_MESSAGE_SIZE;
	case ICMP_HOST_UNREACHABLE:
	case ICMP_ADMIN_PROHIBITED:
	case ICMP_SOURCE_ROUTE_FAILED:
	case ICMP_OTHER_UNREACHABLE:
	case ICMP_TIME_EXCEEDED:
	case ICMP_REASSEMBLY_EXCEEDED:
	case ICMP_OTHER:
	case ICMP_ECHO:
	case ICMP_ECHO_REPLY:
	case ICMP_SOURCE_QUENCH:
		break;
	}
	return HF_ERR_HOST_UNREACHABLE;
}

/* SHLD-26's codes 2 to 4; the others are soft: MUST-56. */
static bool is_hard(enum wire_icmp_kind kind)
{
	return kind == ICMP_PORT_UNREACHABLE ||
	       kind == ICMP_PROTOCOL_UNREACHABLE ||
	       kind == ICMP_ADMIN_PROHIBITED;
}

/* RFC 1191 6.4, RFC 8201 5.4: smaller segments, and what was lost again. */
static enum hf_drop packet_too_big(struct turn *t, struct tcb *tcb,
				   uint32_t mtu)
{
	uint32_t headers = ip_header_len(&tcb->flow.remote) + WIRE_TCP_HEADER;
	uint32_t least = addr_is_ipv4(&tcb->flow.remote) ? 576 : 1280;

	/* A router that names no MTU: RFC 1191 5. */
	if (mtu < least)
		mtu = least;
	if (mtu - headers >= tcb->mss)
		return HF_DROP_ICMP_TYPE;
	tcb->mss = (uint16_t)(mtu - headers);
	tcb->snd.resend = state_is_synchronized((enum hf_state)tcb->state)
				  ? tcb->snd.una
				  : tcb->snd.resend;
	tcb_ready(t, tcb);
	return HF_ACCEPTED;
}

static enum hf_drop connection_error(struct turn *t, struct tcb *tcb,
				     const struct wire_icmp *icmp,
				     struct hf_seq seq)
{
	/* RFC 5927 4.1: who did not see the segment cannot know this. */
	if (seq_before(seq, tcb->snd.una) || !seq_before(seq, tcb->snd.nxt))
		return HF_DROP_ICMP_SEQUENCE;
	if (icmp->kind == ICMP_PACKET_TOO_BIG)
		return packet_too_big(t, tcb, icmp->value);
	/* RFC 5927 5.2: in synchronized states all of them are soft. */
	if (is_hard(icmp->kind) &&
	    !state_is_synchronized((enum hf_state)tcb->state)) {
		tcb_end(t, tcb, meaning(icmp->kind));
		return HF_ACCEPTED;
	}
	tcb_tell_soft(t, tcb, meaning(icmp->kind)); /* MUST-47, SHLD-25 */
	return HF_ACCEPTED;
}

/* As RFC 1122 2.4 and 4.2.3.9 have it: fatal only for who is opening. */
void tcp_unreachable(struct turn *t, struct tcb *tcb)
{
	if (!state_is_synchronized((enum hf_state)tcb->state)) {
		tcb_end(t, tcb, HF_ERR_HOST_UNREACHABLE);
		return;
	}
	tcb_tell_soft(t, tcb, HF_ERR_HOST_UNREACHABLE);
	timer_unreachable(t, tcb);
}

enum hf_drop tcp_icmp_error(struct turn *t, const struct wire_icmp *icmp,
			    const struct wire_icmp_quote *quote)
{
	struct endpoints ends = { &quote->src, &quote->dst, quote->src_port,
				  quote->dst_port };
	struct flow *flow;
	uint32_t ref;

	if (icmp->kind == ICMP_SOURCE_QUENCH) /* MUST-55 */
		return HF_DROP_ICMP_TYPE;
	if (quote->is_fragment)
		return HF_DROP_ICMP_UNMATCHED;
	ref = flow_find(t, &ends);
	if (ref == 0)
		return HF_DROP_ICMP_UNMATCHED;
	flow = block_at(t->b, ref);
	report_flow(t, flow);
	/* An entry has nothing in flight that could be helped. */
	if (flow_kind(flow) != FLOW_CONNECTION)
		return HF_DROP_ICMP_UNMATCHED;
	return connection_error(t, tcb_at(t, ref), icmp, quote->seq);
}
