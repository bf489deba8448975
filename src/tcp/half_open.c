/* SPDX-License-Identifier: MIT */
/*
 * The half-open: connections in SYN_RECEIVED by a passive OPEN, in 64 octets
 * each. When the peer acknowledges our SYN, a TCB takes the entry's place.
 */
#include "half_open.h"

uint16_t half_open_window(const struct turn *t, const struct half_open *h)
{
	const struct listener *l = block_at(t->b, h->listener);
	struct first_window of = {
		.buffer = l->receive_buffer,
		.clamp = l->wish.window_clamp,
		.mss = UINT16_MAX,
		.has_timestamps = h->has_ts,
	};
	uint32_t link;

	if (half_open_link(t, h, &link))
		of.mss = half_open_mss(t, h, link);
	return receive_window_of_syn(t, &of);
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

static void await_ack(struct turn *t, struct half_open *h)
{
	wheel_arm(t->b, &t->ip->wheel, block_ref(t->b, h),
		  t->now + half_open_timeout(t, half_open_retries(h)));
}

/* Queues the SYN-ACK, unless it is queued already. */
void half_open_answer(struct turn *t, struct half_open *h)
{
	uint32_t ref = block_ref(t->b, h), link;

	wheel_disarm(t->b, &t->ip->wheel, ref);
	if (list_has(&h->flow.record))
		return;
	if (!half_open_link(t, h, &link)) {
		await_ack(t, h); /* the route has gone; it may come back */
		return;
	}
	list_push(t->b, ip_link_ref(t, link), ref);
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
		half_open_answer(t, h);
	}
	report_step(t, &h->flow, HF_LISTEN, HF_SYN_RECEIVED);
	return HF_ACCEPTED;
}

/* The entry alone: whoever calls knows what becomes of its addresses. */
void half_open_discard(struct turn *t, struct half_open *h)
{
	struct listener *l = block_at(t->b, h->listener);

	ask_end(t, h);
	flow_forget_route(t, &h->flow);
	wheel_disarm(t->b, &t->ip->wheel, block_ref(t->b, h));
	if (list_has(&h->flow.record))
		list_leave(t->b, block_ref(t->b, h));
	l->half_open--;
	pool_give(t->b, &t->tcp->half_open, block_ref(t->b, h));
}

void half_open_free(struct turn *t, struct half_open *h)
{
	uint32_t old = reopen_old(t, block_ref(t->b, h));

	if (old != 0)
		reopen_forget(t, block_at(t->b, old));
	flow_remove(t, block_ref(t->b, h));
	ip_address_drop(t, h->flow.local);
	half_open_discard(t, h);
}

void half_open_expired(struct turn *t, struct half_open *h)
{
	uint32_t most = t->ip->config.syn_ack_retries,
		 defer = half_open_deferrals(t, h);

	if (most < defer)
		most = defer;
	report_flow(t, &h->flow);
	half_open_count_retry(h);
	if (h->is_asked || half_open_retries(h) > most) {
		report_step(t, &h->flow, HF_SYN_RECEIVED, HF_LISTEN);
		half_open_free(t, h);
		return;
	}
	half_open_answer(t, h);
}

/* ---- the SYN-ACK ------------------------------------------------------ */

static void describe(struct turn *t, const struct half_open *h, uint32_t link,
		     struct wire_tcp *seg)
{

	*seg = (struct wire_tcp){
		.src_port = h->flow.local_port,
		.dst_port = h->flow.remote_port,
		.seq = half_open_iss(h),
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
		seg->ts_val = ts_clock(t) + ts_offset(t, &h->flow);
}

void half_open_hold(struct turn *t, struct half_open *h, uint32_t neighbour)
{
	list_leave(t->b, block_ref(t->b, h));
	if (neighbour == 0)
		await_ack(t, h);
	else
		list_push(
			t->b,
			block_ref(t->b, &neighbour_at(t, neighbour)->syn_acks),
			block_ref(t->b, h));
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
	list_leave(t->b, block_ref(t->b, h));
	await_ack(t, h);
	if (t->report != NULL) {
		report_flow(t, &h->flow);
		t->report->why = half_open_retries(h) > 0 ? HF_WHY_RTO
							  : HF_WHY_ACCEPT;
	}
	return len;
}
