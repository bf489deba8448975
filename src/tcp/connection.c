/* SPDX-License-Identifier: MIT */
/* A TCB from its creation to its end. */
#include "tcp.h"

static void set_defaults(const struct turn *t, struct tcb *tcb)
{
	const struct hf_config *config = &t->ip->config;

	tcb->kind = FLOW_CONNECTION;
	tcb->send_buffer = config->send_buffer;
	tcb->receive_buffer = config->receive_buffer;
	tcb->heard = t->now;
	tcb->cwnd = 1;
	tcb->ssthresh = UINT32_MAX;
	for (unsigned i = 0; i < TIMERS; i++)
		tcb->deadline[i] = HF_NEVER;
}

uint32_t tcb_create(struct turn *t, const struct endpoints *ends,
		    uint32_t local, uint32_t link)
{
	uint32_t ref = pool_take(t->b, &t->tcp->connections);
	struct tcb *tcb;

	if (ref == 0)
		return 0;
	tcb = tcb_at(t, ref);
	set_defaults(t, tcb);
	tcb->flow.local = local;
	tcb->flow.remote = *ends->remote;
	tcb->flow.local_port = ends->local_port;
	tcb->flow.remote_port = ends->remote_port;
	tcb->link = (uint8_t)link;
	tcb->ttl = ip_ttl(t, link, ends->remote);
	ip_address_use(t, local);
	return ref;
}

/*
 * MUST-16: the smaller of what the peer can receive (MUST-15: a default when
 * it did not say) and what the link can carry; options count as text here.
 */
uint16_t tcb_mss_for(const struct turn *t, const struct tcb *tcb,
		     uint16_t peer_mss)
{
	uint32_t headers = ip_header_len(&tcb->flow.remote) + WIRE_TCP_HEADER;
	uint32_t link_mss = ip_mtu(t, tcb->link, &tcb->flow.remote) - headers;
	uint32_t mss = peer_mss, wish = tcb_wishes(t, tcb)->mss;

	if (mss == 0)
		mss = addr_is_ipv4(&tcb->flow.remote) ? 536 : 1220;
	if (wish != 0 && mss > wish)
		mss = wish;
	if (mss < TCP_MSS_LEAST) /* a peer may not make us send by crumbs */
		mss = TCP_MSS_LEAST;
	return (uint16_t)(mss < link_mss ? mss : link_mss);
}

/* MUST-67; of the link, not of some path: SHLD-6. */
uint16_t tcb_mss_offer(const struct turn *t, const struct tcb *tcb)
{
	uint32_t headers = ip_header_len(&tcb->flow.remote) + WIRE_TCP_HEADER;
	uint32_t mss = ip_mtu(t, tcb->link, &tcb->flow.remote) - headers;
	uint16_t wish = tcb_wishes(t, tcb)->mss;

	return (uint16_t)(wish != 0 && wish < mss ? wish : mss);
}

/*
 * The first segments are acknowledged at once, up to half a window of them,
 * so that the peer's slow start is not held up by delayed ACKs.
 */
static uint8_t quick_acks(const struct turn *t, const struct tcb *tcb)
{
	uint32_t n = tcb->receive_buffer / (2u * tcb->rcv_mss);
	uint8_t most = t->ip->config.quick_acks;

	return n < most ? (uint8_t)n : most;
}

void tcb_established(struct turn *t, struct tcb *tcb)
{
	congestion_init(t, tcb);
	tcb->quick_acks = quick_acks(t, tcb);
	timer_acked(t, tcb);
	tcb_progressed(t, tcb);
}

struct tcb_side *tcb_side(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side;

	if (tcb->side == 0) {
		tcb->side = pool_take(t->b, &t->tcp->sides);
		if (tcb->side == 0)
			return NULL;
		side = block_at(t->b, tcb->side);
		side->owner = tcb_ref(t, tcb);
	}
	return block_at(t->b, tcb->side);
}

void tcb_side_settle(struct turn *t, struct tcb *tcb)
{
	const struct tcb_side *side = tcb_side_of(t, tcb);

	if (side == NULL || tcb->flags & (TCB_SIDE_KEPT | TCB_RECOVER_SET) ||
	    side->range_count > 0 || side->has_fin || side->has_snd_up ||
	    side->has_rcv_up || side->push_count > 0 || side->has_duplicate ||
	    side->challenge_after != 0)
		return;
	pool_give(t->b, &t->tcp->sides, tcb->side);
	tcb->side = 0;
}

const struct wishes no_wishes = { 0 };

static bool has_wishes(const struct wishes *wish)
{
	return memcmp(wish, &no_wishes, sizeof *wish) != 0;
}

bool tcb_inherit(struct turn *t, struct tcb *tcb, const struct listener *l)
{
	struct tcb_side *side;

	tcb->send_buffer = l->send_buffer;
	tcb->receive_buffer = l->receive_buffer;
	tcb->tos = l->tos;
	if (l->ttl != 0)
		tcb->ttl = l->ttl;
	if (l->nodelay)
		tcb->flags |= TCB_NODELAY;
	if (l->keepalive)
		tcb->flags |= TCB_KEEPALIVE;
	if (!has_wishes(&l->wish))
		return true;
	side = tcb_side(t, tcb);
	if (side == NULL)
		return false;
	side->wish = l->wish;
	tcb->flags |= TCB_SIDE_KEPT;
	return true;
}

void tcb_send_changed(struct turn *t, struct tcb *tcb)
{
	if (output_is_due(tcb))
		tcb_ready(t, tcb);
}

/* What waits to be acknowledged is, if it may not wait any more. */
void tcb_ack_changed(struct turn *t, struct tcb *tcb)
{
	bool is_quick = tcb_wishes(t, tcb)->flags & WISH_QUICK_ACK;

	if (!is_quick)
		tcb->quick_acks = 0;
	if (!is_quick || !state_is_synchronized((enum hf_state)tcb->state) ||
	    seq_eq(tcb->rcv.acked, tcb->rcv.nxt))
		return;
	tcb->flags |= TCB_ACK_NOW;
	tcb_ready(t, tcb);
}

void tcb_window_changed(struct turn *t, struct tcb *tcb)
{
	if (!state_may_receive((enum hf_state)tcb->state) ||
	    !receive_update_is_due(t, tcb))
		return;
	tcb->flags |= TCB_UPDATE_DUE;
	tcb_ready(t, tcb);
}

void tcb_ready(struct turn *t, struct tcb *tcb)
{
	if (!tcb_is_ready(tcb))
		ready_push(t->b, ip_link_ref(t, tcb->link), tcb_ref(t, tcb));
}

void tcb_not_ready(struct turn *t, struct tcb *tcb)
{
	uint32_t ref = tcb_ref(t, tcb);

	if (!tcb_is_ready(tcb))
		return;
	if (ready_first(t->b, ip_link_ref(t, tcb->link)) == ref)
		ip_link_at(t, tcb->link)->allowance = 0;
	ready_leave(t->b, ref);
}

/* Nothing will be sent; what came may be urgent as long as it is not read. */
static void forget_marks(struct turn *t, struct tcb *tcb)
{
	struct tcb_side *side = tcb_side_of(t, tcb);

	if (side == NULL)
		return;
	side->has_snd_up = side->has_duplicate = false;
	side->push_count = 0;
	side->challenge_after = 0;
	if (tcb->receive.len == 0)
		side->has_rcv_up = false;
	tcb_side_settle(t, tcb);
}

/* Stops all that the connection was about to do. */
static void quiesce(struct turn *t, struct tcb *tcb)
{
	tcb_not_ready(t, tcb);
	wheel_disarm(t->b, &t->ip->wheel, tcb_ref(t, tcb));
	for (unsigned i = 0; i < TIMERS; i++)
		tcb->deadline[i] = HF_NEVER;
	queue_clear(t->b, &t->ip->buffers, &tcb->send);
	tcb->cursor = (struct queue_cursor){ 0 };
	reassembly_drop(t, tcb);
	flow_forget_route(t, &tcb->flow);
	tcb->flags &=
		~(TCB_ACK_FLAGS | TCB_SYN_DUE | TCB_FAST_DUE | TCB_PARTIAL_DUE |
		  TCB_PROBE_DUE | TCB_KEEPALIVE_DUE | TCB_CHALLENGE_DUE |
		  TCB_PROBING | TCB_LINGERS | TCB_KEEPALIVE | TCB_RECOVERY |
		  TCB_RECOVER_SET | TCB_SIDE_KEPT | TCB_TIMING | TCB_ROUTED);
	tcb->acks_owed = 0;
	forget_marks(t, tcb);
	tcb->snd.resend = tcb->snd.nxt = tcb->snd.una;
}

/* The pair is free again; what the program may still ask for is kept. */
static void leave_table(struct turn *t, struct tcb *tcb)
{
	flow_remove(t, tcb_ref(t, tcb));
}

void tcb_free(struct turn *t, struct tcb *tcb)
{
	uint32_t ref = tcb_ref(t, tcb);

	queue_clear(t->b, &t->ip->buffers, &tcb->receive);
	quiesce(t, tcb);
	if (tcb->flags & TCB_UNACCEPTED)
		listen_forget(t, tcb);
	else
		notice_remove(t, ref);
	if (tcb->state != HF_CLOSED)
		leave_table(t, tcb);
	ip_address_drop(t, tcb->flow.local);
	pool_give(t->b, &t->tcp->connections, ref);
}

/* It is in the table no more. */
static void finish(struct turn *t, struct tcb *tcb, enum hf_error error)
{
	tcb->error = (uint8_t)error;
	enter(t, tcb, HF_CLOSED);
	/* Nobody has seen an unaccepted one: it goes without a word. */
	if (tcb->flags & (TCB_RELEASED | TCB_UNACCEPTED)) {
		tcb_free(t, tcb);
		return;
	}
	quiesce(t, tcb);
	notice_add(t, tcb_ref(t, tcb), HF_EVENT_CLOSED); /* MUST-12 */
}

void tcb_end(struct turn *t, struct tcb *tcb, enum hf_error error)
{
	leave_table(t, tcb);
	finish(t, tcb, error);
}

bool time_wait_replace(struct turn *t, struct tcb *tcb, uint32_t *ref)
{
	uint32_t to = pool_take(t->b, &t->tcp->time_wait);
	struct time_wait *w;

	if (to == 0)
		return false;
	w = block_at(t->b, to);
	w->flow.local = tcb->flow.local;
	w->flow.remote = tcb->flow.remote;
	w->flow.local_port = tcb->flow.local_port;
	w->flow.remote_port = tcb->flow.remote_port;
	w->kind = FLOW_TIME_WAIT;
	w->has_ts = tcb->flags & TCB_TIMESTAMPS;
	w->wnd =
		(uint16_t)((tcb->rcv.adv.n - tcb->rcv.nxt.n) >> tcb->rcv_scale);
	w->snd_nxt = tcb->snd.nxt;
	w->rcv_nxt = tcb->rcv.nxt;
	w->ts_recent = tcb->ts_recent;
	ip_address_use(t, w->flow.local);
	flow_replace(t, tcb_ref(t, tcb), to);
	wheel_arm(t->b, &t->ip->wheel, to, tcb->deadline[TIMER_LIMIT]);
	*ref = to;
	return true;
}

/* With no entry to be had, the TCB itself waits: MUST-13 stands. */
void tcb_shrink(struct turn *t, struct tcb *tcb)
{
	bool has_news = tcb->acks_owed != 0 ||
			tcb->flags & (TCB_ACK_FLAGS | TCB_CHALLENGE_DUE);

	uint32_t entry;

	if (!(tcb->flags & TCB_RELEASED) || tcb->receive.len > 0 || has_news ||
	    !time_wait_replace(t, tcb, &entry))
		return;
	begin(tcb, HF_CLOSED); /* the entry goes on, nothing has ended */
	tcb_free(t, tcb);
}

bool tcb_make_way(struct turn *t, struct tcb *tcb, uint32_t *entry)
{
	if (!time_wait_replace(t, tcb, entry))
		return false;
	finish(t, tcb, HF_OK);
	return true;
}

void tcb_time_wait(struct turn *t, struct tcb *tcb)
{
	enter(t, tcb, HF_TIME_WAIT);
	timer_stop(tcb, TIMER_RETRANSMIT);
	timer_stop(tcb, TIMER_ACK);
	tcb->flags &= ~(TCB_KEEPALIVE | TCB_PROBING);
	timer_time_wait(t, tcb);
}
