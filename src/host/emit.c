/* SPDX-License-Identifier: MIT */
/* The way out, the loopback link, and time. */
#include "internal.h"

#define CAP_LEAST 576u
#define ROUND 4 /* frames' worth of octets that a connection sends in a row */

static void put_last(struct turn *t, struct tcb *tcb)
{
	tcb_not_ready(t, tcb);
	tcb_ready(t, tcb);
}

/*
 * Connections take turns. A turn is a number of octets, not of frames, so
 * that who sends small frames gets as much of the link as who sends large.
 */
static size_t output_connection(struct turn *t, uint32_t id, uint8_t *to,
				size_t cap)
{
	struct ip_link *link = ip_link_at(t, id);
	uint32_t ref;

	while ((ref = link->first_ready) != 0) {
		struct tcb *tcb = tcb_at(t, ref);
		size_t len;

		if (link->allowance <= 0)
			link->allowance = (int32_t)(ROUND * link->mtu);
		len = tcp_output(t, tcb, to, cap);
		if (len == 0) {
			tcb_not_ready(t, tcb);
			continue;
		}
		link->allowance -= (int32_t)len;
		if (link->allowance <= 0 && link->first_ready == ref)
			put_last(t, tcb);
		return len;
	}
	return 0;
}

static size_t output_reply(struct turn *t, uint32_t id, uint8_t *to, size_t cap)
{
	struct reply *r;
	size_t len = 0;

	while (len == 0 && (r = reply_first(t, id)) != NULL) {
		bool is_icmp = r->why == HF_WHY_ECHO_REPLY ||
			       r->why == HF_WHY_ICMP_ERROR ||
			       r->why == HF_WHY_NONE;

		len = is_icmp ? icmp_write(t, r, to, cap)
			      : write_reply(t, r, to, cap);
		if (t->report != NULL) {
			t->report->why = r->why;
			t->report->local = r->local;
			t->report->remote = r->remote;
			if (!is_icmp) {
				t->report->local_port = r->u.tcp.local_port;
				t->report->remote_port = r->u.tcp.remote_port;
			}
		}
		reply_pop(t, id);
	}
	return len;
}

size_t hf_output(struct hf_host *host, uint32_t link, void *buf, size_t cap,
		 hf_time now, struct hf_frame_info *info,
		 struct hf_report *report)
{
	struct turn t = turn_of(host, now, report);
	size_t len;

	if (link >= host->ip.link_count || cap < CAP_LEAST)
		return 0;
	if (cap > ip_link_at(&t, link)->mtu)
		cap = ip_link_at(&t, link)->mtu;
	if (info != NULL)
		*info = (struct hf_frame_info){ .csum = HF_CSUM_NONE };
	if (report != NULL)
		*report = (struct hf_report){ .deadline = HF_NEVER };
	len = output_reply(&t, link, buf, cap);
	if (len == 0)
		len = half_open_write(&t, link, buf, cap);
	if (len == 0)
		len = output_connection(&t, link, buf, cap);
	return len;
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

/* ---- time ------------------------------------------------------------- */

static void fire(const struct hf_host *host, struct turn *t, uint32_t ref)
{
	switch (pool_of(host, ref)) {
	case HF_POOL_CONNECTION:
		timer_fired(t, tcb_at(t, ref));
		break;
	case HF_POOL_HALF_OPEN:
		half_open_expired(t, block_at(t->b, ref));
		break;
	case HF_POOL_TIME_WAIT:
		time_wait_expired(t, block_at(t->b, ref));
		break;
	case HF_POOL_LISTENER:
	case HF_POOL_SIDE:
	case HF_POOL_ADDRESS:
	case HF_POOL_SMALL:
	case HF_POOL_PAGE:
	case HF_POOLS:
		assert(false); /* these have no timers */
	}
}

hf_time hf_expiry(const struct hf_host *host)
{
	return wheel_expiry(&host->block, &host->ip.wheel);
}

bool hf_advance(struct hf_host *host, hf_time now, struct hf_report *report)
{
	struct turn t = turn_of(host, now, report);
	uint32_t ref;

	if (report != NULL)
		*report = (struct hf_report){ .deadline = HF_NEVER };
	while ((ref = wheel_fire(t.b, &t.ip->wheel, now)) != 0) {
		fire(host, &t, ref);
		if (report != NULL)
			return true;
	}
	return false;
}

bool hf_event(struct hf_host *host, struct hf_event *event)
{
	struct turn t = turn_of(host, 0, NULL);

	return notice_next(&t, event);
}
