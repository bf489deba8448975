/* SPDX-License-Identifier: MIT */
/*
 * The half-open: connections in SYN_RECEIVED by a passive OPEN, in 64 octets
 * each. When the peer acknowledges our SYN, a TCB takes the entry's place.
 */
#include "tcp.h"

#define RETRIES_SHIFT 4u /* in `kind` */
#define RETRIES_MOST 15u
#define ASK_TIME (5 * HF_SECOND)

static struct hf_seq iss_of(const struct half_open *h)
{
	return (struct hf_seq){ h->flow.record.value };
}

static uint32_t ref_of(const struct turn *t, const struct half_open *h)
{
	return block_ref(t->b, h);
}

/* SYN-ACKs after the first, sent or held back by the link. */
static uint32_t retries(const struct half_open *h)
{
	return h->kind >> RETRIES_SHIFT;
}

static void count_retry(struct half_open *h)
{
	if (retries(h) < RETRIES_MOST)
		h->kind = (uint8_t)(h->kind + (1u << RETRIES_SHIFT));
}

uint16_t half_open_window(const struct turn *t, const struct half_open *h)
{
	const struct listener *l = block_at(t->b, h->listener);
	uint32_t clamp = l->wish.window_clamp, wnd = l->receive_buffer;

	if (clamp != 0 && wnd > clamp)
		wnd = clamp;
	return (uint16_t)(wnd < 65535 ? wnd : 65535);
}

uint16_t half_open_mss(const struct turn *t, const struct half_open *h,
		       uint32_t link)
{
	const struct listener *l = block_at(t->b, h->listener);
	uint32_t headers = ip_header_len(&h->flow.remote) + WIRE_TCP_HEADER;
	uint32_t mss = ip_mtu(t, link, &h->flow.remote) - headers;

	return (uint16_t)(l->wish.mss != 0 && l->wish.mss < mss ? l->wish.mss
								: mss);
}

/* RFC 6298 (5.5) */
static void await_ack(struct turn *t, struct half_open *h)
{
	hf_time wait = t->ip->config.rto_initial << retries(h);

	if (wait > t->ip->config.rto_max)
		wait = t->ip->config.rto_max;
	wheel_arm(t->b, &t->ip->wheel, ref_of(t, h), t->now + wait);
}

static bool find_link(const struct turn *t, const struct half_open *h,
		      uint32_t *link)
{
	return h->is_routed ? flow_next_link(t, &h->flow, link)
			    : flow_link(t, &h->flow, link);
}

/* Queues the SYN-ACK, unless it is queued already. */
static void answer(struct turn *t, struct half_open *h)
{
	uint32_t ref = ref_of(t, h), link;

	wheel_disarm(t->b, &t->ip->wheel, ref);
	if (list_has(&h->flow.record))
		return;
	if (!find_link(t, h, &link)) {
		await_ack(t, h); /* the route has gone; it may come back */
		return;
	}
	list_push(t->b, ip_link_ref(t, link), ref);
}

/* ---- asking the program ----------------------------------------------- */

/* While a SYN waits for its verdict, the place of the ISS names the question.
 */
static struct ask *ask_of(const struct turn *t, const struct half_open *h)
{
	return block_at(t->b, h->flow.record.value);
}

struct half_open *listen_asked(const struct turn *t, const struct ask *ask)
{
	return block_at(t->b, ask->flow.record.chain);
}

static bool ask_program(struct turn *t, struct half_open *h)
{
	uint32_t ref = pool_take(t->b, &t->tcp->asks);
	struct ask *ask;

	if (ref == 0)
		return false;
	ask = block_at(t->b, ref);
	ask->kind = FLOW_ASK;
	ask->flow.record.chain = ref_of(t, h);
	h->is_asked = 1;
	h->flow.record.value = ref;
	wheel_arm(t->b, &t->ip->wheel, ref_of(t, h), t->now + ASK_TIME);
	notice_add(t, ref, HF_EVENT_SYN);
	return true;
}

static void stop_asking(struct turn *t, struct half_open *h)
{
	struct ask *ask;
	uint32_t ref;

	if (!h->is_asked)
		return;
	ask = ask_of(t, h);
	ref = block_ref(t->b, ask);
	notice_remove(t, ref);
	ask->flow.record.chain = 0;
	pool_give(t->b, &t->tcp->asks, ref);
	h->is_asked = 0;
}

/* The start of the SYN's datagram, as an ICMP error quotes it. */
static void refuse_by_icmp(struct turn *t, const struct half_open *h)
{
	const struct wire_icmp error = { .kind = ICMP_ADMIN_PROHIBITED };
	const struct wire_tcp_options no_options = { .len = 0 };
	struct wire_tcp syn = {
		.src_port = h->flow.remote_port,
		.dst_port = h->flow.local_port,
		.seq = h->irs,
		.flags = TCP_SYN,
	};
	struct wire_ip ip = {
		.src = h->flow.remote,
		.dst = *flow_local(t, &h->flow),
		.protocol = WIRE_PROTOCOL_TCP,
		.ttl = 1,
	};
	uint8_t quote[WIRE_IPV6_HEADER + WIRE_TCP_HEADER];
	uint32_t header = wire_ip_emit(&ip, WIRE_TCP_HEADER, quote), link;

	ip.version = addr_is_ipv4(&ip.src) ? 4 : 6;
	ip.total_len =
		header + wire_tcp_emit(&syn, &no_options, quote + header);
	if (flow_link(t, &h->flow, &link))
		icmp_send_error(t, link, &error, &ip, quote);
}

static void refuse_by_reset(struct turn *t, const struct half_open *h)
{
	struct reply *r = tcp_reply(t, &h->flow, HF_WHY_RESET);

	if (r == NULL)
		return;
	r->u.tcp.ack = h->irs.n + 1;
	r->u.tcp.flags = TCP_RST | TCP_ACK;
}

void listen_decide(struct turn *t, struct ask *ask, enum hf_verdict verdict)
{
	struct half_open *h = listen_asked(t, ask);

	stop_asking(t, h);
	if (verdict == HF_VERDICT_ACCEPT) {
		h->flow.record.value = reopen_iss(t, h).n;
		answer(t, h);
		return;
	}
	t->ip->drops[HF_DROP_REFUSED]++;
	if (verdict == HF_VERDICT_RESET)
		refuse_by_reset(t, h);
	else if (verdict == HF_VERDICT_UNREACHABLE)
		refuse_by_icmp(t, h);
	half_open_free(t, h);
}

/* ---- life ------------------------------------------------------------- */

static void take_options(const struct turn *t, struct half_open *h,
			 const struct wire_tcp *seg)
{
	const struct hf_config *config = &t->ip->config;

	h->irs = seg->seq;
	h->mss = seg->has_mss ? seg->mss : 0;
	h->wscale = HALF_OPEN_NO_SCALE;
	if (seg->has_wscale && !config->no_window_scale)
		h->wscale = (seg->wscale > 14 ? 14u : seg->wscale) & 15u;
	h->has_ts = seg->has_ts && !config->no_timestamps;
	h->ts_recent = seg->ts_val;
	h->has_sack = seg->has_sack_permitted && !config->no_sack;
	if (ecn_is_setup_syn(t, seg))
		h->kind |= HALF_OPEN_ECN;
}

bool half_open_describe(struct turn *t, struct half_open *h,
			const struct listener *l, const struct arrival *a)
{
	h->kind = FLOW_HALF_OPEN;
	h->listener = block_ref(t->b, l);
	take_options(t, h, &a->seg);
	h->flow.local = ip_address_hold(t, &a->ip->dst, a->link);
	h->flow.remote = a->ip->src;
	h->flow.local_port = a->seg.dst_port;
	h->flow.remote_port = a->seg.src_port;
	return h->flow.local != 0;
}

enum hf_drop half_open_create(struct turn *t, struct listener *l,
			      const struct arrival *a, struct time_wait *w)
{
	struct half_open *h;
	uint32_t ref;

	if (!route_is_known(t, a))
		return HF_DROP_SOURCE; /* nobody could be answered */
	ref = pool_take(t->b, &t->tcp->half_open);
	if (ref == 0)
		return HF_DROP_NO_MEMORY;
	h = block_at(t->b, ref);
	if (!half_open_describe(t, h, l, a)) {
		pool_give(t->b, &t->tcp->half_open, ref);
		return HF_DROP_NO_MEMORY;
	}
	flow_insert(t, ref);
	l->half_open++;
	if (w != NULL)
		reopen_begin(t, w, ref);
	if (!half_open_take_route(t, h, a) || (l->ask && !ask_program(t, h))) {
		half_open_free(t, h);
		return HF_DROP_NO_MEMORY;
	}
	if (!l->ask) {
		h->flow.record.value = reopen_iss(t, h).n;
		answer(t, h);
	}
	report_step(t, &h->flow, HF_LISTEN, HF_SYN_RECEIVED);
	return HF_ACCEPTED;
}

/* The entry alone: whoever calls knows what becomes of its addresses. */
static void discard(struct turn *t, struct half_open *h)
{
	struct listener *l = block_at(t->b, h->listener);

	stop_asking(t, h);
	flow_forget_route(t, &h->flow);
	wheel_disarm(t->b, &t->ip->wheel, ref_of(t, h));
	if (list_has(&h->flow.record))
		list_leave(t->b, ref_of(t, h));
	l->half_open--;
	pool_give(t->b, &t->tcp->half_open, ref_of(t, h));
}

void half_open_free(struct turn *t, struct half_open *h)
{
	uint32_t old = reopen_old(t, ref_of(t, h));

	if (old != 0)
		reopen_forget(t, block_at(t->b, old));
	flow_remove(t, ref_of(t, h));
	ip_address_drop(t, h->flow.local);
	discard(t, h);
}

void half_open_expired(struct turn *t, struct half_open *h)
{
	report_flow(t, &h->flow);
	count_retry(h);
	if (h->is_asked || retries(h) > t->ip->config.syn_ack_retries) {
		report_step(t, &h->flow, HF_SYN_RECEIVED, HF_LISTEN);
		half_open_free(t, h);
		return;
	}
	answer(t, h);
}

/* ---- the SYN-ACK ------------------------------------------------------ */

static void describe(struct turn *t, const struct half_open *h, uint32_t link,
		     struct wire_tcp *seg)
{

	*seg = (struct wire_tcp){
		.src_port = h->flow.local_port,
		.dst_port = h->flow.remote_port,
		.seq = iss_of(h),
		.ack = seq_add(h->irs, 1),
		.flags = h->kind & HALF_OPEN_ECN ? TCP_SYN | TCP_ACK | TCP_ECE
						 : TCP_SYN | TCP_ACK,
		.wnd = half_open_window(t, h),
		.has_mss = true, /* MUST-14 */
		.mss = half_open_mss(t, h, link),
		.has_sack_permitted = h->has_sack,
		.has_wscale = h->wscale != HALF_OPEN_NO_SCALE,
		.wscale = t->ip->config.window_scale,
		.has_ts = h->has_ts,
		.ts_ecr = h->ts_recent,
	};
	if (h->has_ts)
		seg->ts_val = ts_clock(t->now) + ts_offset(t, &h->flow);
}

void half_open_hold(struct turn *t, struct half_open *h, uint32_t neighbour)
{
	list_leave(t->b, ref_of(t, h));
	if (neighbour == 0)
		await_ack(t, h);
	else
		list_push(
			t->b,
			block_ref(t->b, &neighbour_at(t, neighbour)->syn_acks),
			ref_of(t, h));
}

size_t half_open_write(struct turn *t, struct half_open *h, uint32_t link,
		       uint8_t *to, size_t cap)
{
	const struct listener *l = block_at(t->b, h->listener);
	struct outgoing out;
	size_t len;

	out.local = flow_local(t, &h->flow);
	out.remote = &h->flow.remote;
	out.route = h->is_routed ? flow_route(t, &h->flow) : NULL;
	out.ttl = l->ttl != 0 ? l->ttl : ip_ttl(t, link, &h->flow.remote);
	out.tos = l->tos;
	out.may_fragment = l->wish.flags & WISH_FRAGMENT;
	describe(t, h, link, &out.seg);
	len = write_segment(t, &out, to, cap);
	list_leave(t->b, ref_of(t, h));
	await_ack(t, h);
	if (t->report != NULL) {
		report_flow(t, &h->flow);
		t->report->why = retries(h) > 0 ? HF_WHY_RTO : HF_WHY_ACCEPT;
	}
	return len;
}

/* ---- 3.10.7.4 for SYN_RECEIVED ---------------------------------------- */

static void fill_in(struct turn *t, struct tcb *tcb, const struct half_open *h)
{
	const struct wire_tcp syn = {
		.seq = h->irs,
		.has_mss = h->mss != 0,
		.mss = h->mss,
		.has_wscale = h->wscale != HALF_OPEN_NO_SCALE,
		.wscale = h->wscale,
		.has_ts = h->has_ts,
		.ts_val = h->ts_recent,
		.has_sack_permitted = h->has_sack,
	};

	begin(tcb, HF_SYN_RECEIVED);
	tcb->snd.iss = tcb->snd.una = iss_of(h);
	tcb->snd.nxt = tcb->snd.resend = seq_add(iss_of(h), 1);
	tcb->ts_offset = ts_offset(t, &h->flow);
	tcb->flags |= TCB_PASSIVE;
	if (retries(h) > 0)
		tcb->flags |= TCB_SYN_RETRANSMITTED;
	if (h->kind & HALF_OPEN_ECN)
		ecn_agree(tcb);
	take_syn_options(t, tcb, &syn);
}

uint32_t half_open_become(struct turn *t, struct half_open *h,
			  const struct arrival *a, enum hf_drop *drop)
{
	struct endpoints ends = { &a->ip->dst, &a->ip->src, h->flow.local_port,
				  h->flow.remote_port };
	uint32_t ref, link;
	struct tcb *tcb;

	*drop = HF_DROP_SOURCE; /* nobody could be answered */
	if (!find_link(t, h, &link))
		return 0;
	*drop = HF_DROP_NO_MEMORY;
	ref = tcb_create(t, &ends, h->flow.local, link);
	if (ref == 0)
		return 0;
	tcb = tcb_at(t, ref);
	*drop = listen_complete(t, h, tcb);
	if (*drop != HF_ACCEPTED) {
		ip_address_drop(t, h->flow.local);
		pool_give(t->b, &t->tcp->connections, ref);
		return 0;
	}
	fill_in(t, tcb, h);
	return ref;
}

/* Our SYN is acknowledged: a TCB takes over and sees the same segment. */
static enum hf_drop promote(struct turn *t, struct half_open *h,
			    struct arrival *a)
{
	enum hf_drop drop;
	uint32_t ref = half_open_become(t, h, a, &drop), old;

	if (ref == 0)
		return drop;
	old = reopen_old(t, ref_of(t, h));
	if (old != 0)
		time_wait_gone(t, block_at(t->b, old));
	half_open_give_route(t, h, tcb_at(t, ref));
	flow_replace(t, ref_of(t, h), ref);
	ip_address_drop(t, h->flow.local);
	discard(t, h);
	return arrive_tcb(t, tcb_at(t, ref), a);
}

/* The window of our SYN-ACK: 3.10.7.4, first, the four cases. */
static bool is_acceptable(const struct turn *t, const struct half_open *h,
			  const struct arrival *a)
{
	uint32_t wnd = half_open_window(t, h);
	uint32_t first = a->seg.seq.n - (h->irs.n + 1);
	uint32_t last = first + a->len - 1;

	if (h->has_ts && a->seg.has_ts && !(a->seg.flags & TCP_RST) &&
	    (int32_t)(a->seg.ts_val - h->ts_recent) < 0)
		return false;
	if (a->len > 0 && last < wnd)
		return true;
	return first < wnd || (wnd == 0 && first == 0);
}

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
static void challenge(struct turn *t, const struct half_open *h)
{
	const struct ack_reply ack = {
		.snd_nxt = seq_add(iss_of(h), 1),
		.rcv_nxt = seq_add(h->irs, 1),
		.wnd = half_open_window(t, h),
		.has_ts = h->has_ts,
		.ts_recent = h->ts_recent,
		.why = HF_WHY_CHALLENGE_ACK,
	};

	if (challenge_is_allowed(t))
		ack_reply(t, &h->flow, &ack);
}

/* Of a passive OPEN, so nobody is told: MUST-11. */
static enum hf_drop arrive_rst(struct turn *t, struct half_open *h,
			       const struct arrival *a)
{
	if (a->seg.seq.n != h->irs.n + 1) {
		challenge(t, h);
		return HF_DROP_RST_CHALLENGED;
	}
	report_step(t, &h->flow, HF_SYN_RECEIVED, HF_LISTEN);
	half_open_free(t, h);
	return HF_ACCEPTED;
}

enum hf_drop arrive_half_open(struct turn *t, struct half_open *h,
			      struct arrival *a)
{
	bool is_same_syn = (a->seg.flags & (TCP_SYN | TCP_ACK | TCP_RST)) ==
				   TCP_SYN &&
			   seq_eq(a->seg.seq, h->irs);

	report_flow(t, &h->flow);
	if (h->is_asked)
		return HF_DROP_DUPLICATE;
	if (t->ip->config.strict_timestamps && h->has_ts && !a->seg.has_ts &&
	    !(a->seg.flags & TCP_RST))
		return HF_DROP_PAWS; /* RFC 7323 3.2 */
	if (is_same_syn) {
		if (!ecn_is_setup_syn(t, &a->seg)) /* RFC 3168 6.1.1 */
			h->kind &= (uint8_t)~HALF_OPEN_ECN;
		if (!list_has(&h->flow.record))
			count_retry(h);
		answer(t, h); /* our SYN-ACK was lost */
		return HF_DROP_DUPLICATE;
	}
	if (!is_acceptable(t, h, a)) {
		if (!(a->seg.flags & TCP_RST))
			challenge(t, h);
		return HF_DROP_SEQUENCE;
	}
	if (a->seg.flags & TCP_RST)
		return arrive_rst(t, h, a);
	if (a->seg.flags & TCP_SYN) {
		report_step(t, &h->flow, HF_SYN_RECEIVED, HF_LISTEN);
		half_open_free(t, h);
		return HF_ACCEPTED;
	}
	if (!(a->seg.flags & TCP_ACK))
		return HF_DROP_NO_ACK;
	if (a->seg.ack.n != iss_of(h).n + 1) {
		reset_reply(t, a, true);
		return HF_DROP_ACK;
	}
	return promote(t, h, a);
}
