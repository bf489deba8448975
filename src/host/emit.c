/* SPDX-License-Identifier: MIT */
/* The way out, and the loopback link. */
#include "internal.h"

#define CAP_LEAST 576u
#define ROUND 4 /* frames' worth of octets that a connection sends in a row */

static void put_last(struct turn *t, struct tcb *tcb)
{
	tcb_not_ready(t, tcb);
	tcb_ready(t, tcb);
}

/* Where a frame is written, and where the datagram in it begins. */
struct space {
	uint8_t *frame;
	uint32_t header; /* octets of the link's header */
	size_t cap; /* of the datagram */
};

static bool find_flow_way(struct turn *t, uint32_t id, const struct flow *flow,
			  struct way *way)
{
	const struct hf_addr next = flow_next(t, flow);

	return way_find(t, id, ip_address_at(t, flow->local), &next, way);
}

/*
 * What a connection has to say waits for its neighbour's MAC, not written; or
 * is never said, if its address has become another host's. What that means
 * to the program comes with a timer: no event is raised while frames are
 * taken out.
 */
static void hold_back(struct turn *t, struct tcb *tcb, const struct way *way)
{
	tcb_not_ready(t, tcb);
	if (address_is_lost(ip_address_at(t, tcb->flow.local))) {
		timer_address_lost(t, tcb);
	} else if (way->neighbour == 0) {
		timer_unreachable(t, tcb); /* no room for one more neighbour */
	} else {
		timer_delayed_by_link(t, tcb);
		ready_push(t->b, way->neighbour, tcb_ref(t, tcb));
	}
}

/* False: it must wait, or has ended. On raw IP there is only one way. */
static bool may_send(struct turn *t, uint32_t id, struct tcb *tcb,
		     struct way *way)
{
	if (ip_link_at(t, id)->kind != HF_LINK_ETHERNET)
		return true;
	if (!address_is_lost(ip_address_at(t, tcb->flow.local)) &&
	    find_flow_way(t, id, &tcb->flow, way))
		return true;
	hold_back(t, tcb, way);
	return false;
}

/*
 * Connections take turns. A turn is a number of octets, not of frames, so
 * that who sends small frames gets as much of the link as who sends large.
 */
static size_t output_connection(struct turn *t, uint32_t id,
				const struct space *space)
{
	struct ip_link *link = ip_link_at(t, id);
	uint32_t ref;

	while ((ref = ready_first(t->b, ip_link_ref(t, id))) != 0) {
		struct tcb *tcb = tcb_at(t, ref);
		size_t len, cap = space->cap;
		struct way way;

		if (!may_send(t, id, tcb, &way))
			continue;
		if (cap > link->mtu_ipv6 && !addr_is_ipv4(&tcb->flow.remote))
			cap = link->mtu_ipv6; /* less than was agreed on */
		if (link->allowance <= 0)
			link->allowance = (int32_t)(ROUND * link->mtu);
		way_emit(link, &way, &tcb->flow.remote, space->frame);
		len = tcp_output(t, tcb, space->frame + space->header, cap);
		if (len == 0) {
			tcb_not_ready(t, tcb);
			continue;
		}
		link->allowance -= (int32_t)len;
		if (link->allowance <= 0 &&
		    ready_first(t->b, ip_link_ref(t, id)) == ref)
			put_last(t, tcb);
		return len;
	}
	return 0;
}

/* False: it was put aside, as its neighbour is not known, or has ended. */
static bool may_answer(struct turn *t, uint32_t id, struct half_open *h,
		       struct way *way)
{
	if (ip_link_at(t, id)->kind != HF_LINK_ETHERNET)
		return true;
	if (address_is_lost(ip_address_at(t, h->flow.local))) {
		half_open_free(t, h);
		return false;
	}
	if (find_flow_way(t, id, &h->flow, way))
		return true;
	half_open_hold(t, h, way->neighbour);
	return false;
}

static size_t output_syn_ack(struct turn *t, uint32_t id,
			     const struct space *space)
{
	struct ip_link *link = ip_link_at(t, id);
	uint32_t ref;
	size_t len = 0;

	while (len == 0 && (ref = half_open_due(t, id)) != 0) {
		struct half_open *h = block_at(t->b, ref);
		struct way way;

		if (!may_answer(t, id, h, &way))
			continue;
		way_emit(link, &way, &h->flow.remote, space->frame);
		len = half_open_write(t, h, id, space->frame + space->header,
				      space->cap);
	}
	return len;
}

/* ---- replies ---------------------------------------------------------- */

/* ND says itself where it goes, or its destination does. */
static bool find_reply_way(struct turn *t, uint32_t id, const struct reply *r,
			   struct way *way)
{
	const struct hf_addr to = r->kind == REPLY_ND ? nd_destination(r)
						      : r->remote;
	const struct ip_address *from;
	uint32_t ref;

	if (ip_link_at(t, id)->kind != HF_LINK_ETHERNET)
		return true;
	ref = ip_address_find(t, &r->local);
	from = ref != 0 ? ip_address_at(t, ref) : NULL;
	way->neighbour = 0;
	if (from != NULL && address_is_lost(from))
		return false;
	if ((r->kind == REPLY_ARP || r->kind == REPLY_ND) &&
	    !mac_is_zero(&r->u.link.to)) {
		way->mac = r->u.link.to;
		return true;
	}
	return way_find(t, id, from, &to, way);
}

static void report_reply(struct turn *t, const struct reply *r)
{
	if (t->report == NULL)
		return;
	t->report->why = r->why;
	t->report->local = r->local;
	t->report->remote = r->remote;
	if (r->kind != REPLY_TCP)
		return;
	t->report->local_port = r->u.tcp.local_port;
	t->report->remote_port = r->u.tcp.remote_port;
}

static size_t write_datagram(struct turn *t, uint32_t id, struct reply *r,
			     uint8_t *to, size_t cap)
{
	switch ((enum reply_kind)r->kind) {
	case REPLY_TCP:
		return write_reply(t, id, r, to, cap);
	case REPLY_ICMP:
		return icmp_write(t, id, r, to, cap);
	case REPLY_ARP:
		return arp_write(t, id, r, to);
	case REPLY_ND:
		return nd_write(t, id, r, to);
	case REPLY_MLD:
		return mld_write(r, to);
	}
	return 0;
}

static void put_reply_header(const struct ip_link *link, const struct way *way,
			     const struct reply *r, uint8_t *frame)
{
	if (r->kind == REPLY_ARP)
		way_emit_header(link, way, WIRE_ETHERTYPE_ARP, frame);
	else
		way_emit(link, way, &r->remote, frame);
}

static size_t output_reply(struct turn *t, uint32_t id,
			   const struct space *space)
{
	struct reply *r;
	struct way way;
	size_t len = 0;

	while (len == 0 && (r = reply_first(t, id)) != NULL) {
		if (!find_reply_way(t, id, r, &way)) {
			reply_take(t, id);
			if (way.neighbour != 0)
				neighbour_keep_reply(t, way.neighbour, r);
			else
				reply_free(t, r);
			continue;
		}
		len = write_datagram(t, id, r, space->frame + space->header,
				     space->cap);
		put_reply_header(ip_link_at(t, id), &way, r, space->frame);
		report_reply(t, r);
		if (len == 0 || r->kind != REPLY_ICMP || icmp_is_written(r))
			reply_free(t, reply_take(t, id));
	}
	return len;
}

size_t hf_output(struct hf_host *host, uint32_t link, void *buf, size_t cap,
		 hf_time now, struct hf_frame_info *info,
		 struct hf_report *report)
{
	struct turn t = turn_of(host, now, report);
	struct space space = { .frame = buf };
	size_t len = 0;

	if (link >= host->ip.link_count)
		return 0;
	space.header = ip_link_header_len(ip_link_at(&t, link));
	if (cap < CAP_LEAST + space.header)
		return 0;
	space.cap = cap - space.header;
	if (space.cap > ip_link_at(&t, link)->mtu)
		space.cap = ip_link_at(&t, link)->mtu;
	if (info != NULL)
		*info = (struct hf_frame_info){ .csum = HF_CSUM_NONE };
	if (report != NULL)
		*report = (struct hf_report){ .deadline = HF_NEVER };
	if (reply_first(&t, link) != NULL)
		len = output_reply(&t, link, &space);
	if (len == 0 && half_open_due(&t, link) != 0)
		len = output_syn_ack(&t, link, &space);
	if (len == 0)
		len = output_connection(&t, link, &space);
	if (len == 0) /* a question about a neighbour, asked just now */
		len = output_reply(&t, link, &space);
	return len != 0 ? len + space.header : 0;
}

size_t hf_loopback(struct hf_host *host, void *buf, size_t cap, size_t most,
		   hf_time now)
{
	size_t n = 0;

	while (n < most) {
		struct hf_frame frame = { .data = buf };

		frame.len = (uint32_t)hf_output(host, HF_LINK_LOOPBACK, buf,
						cap, now, NULL, NULL);
		if (frame.len == 0)
			break;
		hf_input(host, HF_LINK_LOOPBACK, &frame, 1, now, NULL);
		n++;
	}
	return n;
}
