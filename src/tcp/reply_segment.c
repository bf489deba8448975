/* SPDX-License-Identifier: MIT */
/*
 * Segments that no TCB sends: resets (RFC 9293 3.5.2), and acknowledgements
 * of half-open and TIME_WAIT entries. They wait in the queue of replies.
 */
#include "tcp.h"

static void address(struct turn *t, struct reply *r, const struct flow *flow,
		    enum hf_why why)
{
	r->why = (uint8_t)why;
	r->local = *flow_local(t, flow);
	r->u.tcp.local_port = flow->local_port;
	r->u.tcp.remote_port = flow->remote_port;
}

struct reply *tcp_reply_on(struct turn *t, uint32_t link,
			   const struct flow *flow, enum hf_why why)
{
	struct reply *r = reply_push_on(t, link, REPLY_TCP, &flow->remote);

	if (r != NULL)
		address(t, r, flow, why);
	return r;
}

struct reply *tcp_reply(struct turn *t, const struct flow *flow,
			enum hf_why why)
{
	uint32_t link;

	return flow_link(t, flow, &link) ? tcp_reply_on(t, link, flow, why)
					 : NULL;
}

void ack_reply(struct turn *t, const struct flow *flow,
	       const struct ack_reply *ack)
{
	struct reply *r = tcp_reply(t, flow, ack->why);

	if (r == NULL)
		return;
	r->u.tcp.seq = ack->snd_nxt.n;
	r->u.tcp.ack = ack->rcv_nxt.n;
	r->u.tcp.wnd = ack->wnd;
	r->u.tcp.flags = TCP_ACK;
	r->u.tcp.has_ts = ack->has_ts;
	if (!ack->has_ts)
		return;
	r->u.tcp.ts_val = ts_clock(t) + ts_offset(t, flow);
	r->u.tcp.ts_ecr = ack->ts_recent;
}

/*
 * SEG.ACK tells the sequence number of the answer; without it, everything
 * that arrived is acknowledged, so that the peer believes it.
 */
void reset_reply(struct turn *t, const struct arrival *a, bool is_limited)
{
	struct reply *r;

	if (a->seg.flags & TCP_RST)
		return;
	if (is_limited && !limiter_allows(&t->ip->resets, t->now))
		return;
	r = addr_is_link_local(&a->ip->src)
		    ? reply_push_on(t, a->link, REPLY_TCP, &a->ip->src)
		    : reply_push(t, REPLY_TCP, &a->ip->src);
	if (r == NULL)
		return;
	r->why = HF_WHY_RESET;
	r->local = a->ip->dst;
	r->u.tcp.local_port = a->seg.dst_port;
	r->u.tcp.remote_port = a->seg.src_port;
	if (a->seg.flags & TCP_ACK) {
		r->u.tcp.seq = a->seg.ack.n;
		r->u.tcp.flags = TCP_RST;
	} else {
		r->u.tcp.ack = a->seg.seq.n + a->len;
		r->u.tcp.flags = TCP_RST | TCP_ACK;
	}
}

/*
 * 3.10.5: who would not know otherwise is told. When both FINs are said, all
 * is; but ours may have to wait for text, though the state has changed.
 */
static bool peer_must_know(const struct tcb *tcb)
{
	enum hf_state state = (enum hf_state)tcb->state;

	if (state == HF_CLOSING || state == HF_LAST_ACK)
		return !(tcb->flags & TCB_FIN_SENT);
	return state == HF_SYN_RECEIVED ||
	       (state_is_synchronized(state) && state != HF_TIME_WAIT);
}

void abort_reply(struct turn *t, const struct tcb *tcb)
{
	struct reply *r;

	if (!peer_must_know(tcb))
		return;
	r = reply_push_on(t, tcb->link, REPLY_TCP, &tcb->flow.remote);
	if (r == NULL)
		return;
	address(t, r, &tcb->flow, HF_WHY_ABORT);
	r->ttl = tcb->ttl;
	r->tos = tcb->tos;
	r->u.tcp.seq = tcb->snd.nxt.n;
	r->u.tcp.ack = tcb->rcv.nxt.n;
	r->u.tcp.flags = TCP_RST | TCP_ACK;
}
