/* SPDX-License-Identifier: MIT */
/*
 * SYN cookies, RFC 4987 3.6: a SYN is answered and nothing is kept of it. What
 * must not be forgotten goes to the peer in our ISS, and comes back in the
 * acknowledgement that completes the handshake.
 *
 * The ISS is that of iss.c, whose clock's lower 24 bits give way:
 *
 *	F(connection) + | minutes: 8 | MSS: 3 | keyed hash: 21 |
 *
 * A minute is 2^24 ticks of 4 microseconds, 67 seconds; so the numbers go on
 * with those of connections that had no cookie. Who knows neither key has
 * one chance in 2^28 for each segment.
 *
 * The other options fit only into a timestamp, which the peer sends back as
 * TSecr: its lower six bits, which make it at most 64 ms older.
 *
 *	| SACK: 1 | ECN: 1 | window scale: 4 |
 */
#include "half_open.h"

#define MINUTE_BITS 24u
#define MINUTE (((hf_time)1 << MINUTE_BITS) * (4 * HF_MICROSECOND))
#define MINUTES_VALID 2u /* this one and the one before */
#define MSS_BITS 3u
#define HASH_BITS (MINUTE_BITS - MSS_BITS)

#define OPTION_BITS 6u
#define OPTION_MASK ((1u << OPTION_BITS) - 1)
#define OPTION_SACK 0x20u
#define OPTION_ECN 0x10u
#define OPTION_SCALE 0x0fu

/* What links and tunnels usually carry, rounded down to. */
static const uint16_t mss_table[1u << MSS_BITS] = { 64,	  536,	1220, 1360,
						    1400, 1440, 1460, 8960 };

/* ---- the number ------------------------------------------------------- */

static uint64_t minute_of(hf_time now)
{
	return now / MINUTE;
}

static uint32_t hash(const struct turn *t, const struct half_open *h,
		     uint64_t minute, uint32_t index)
{
	const uint64_t words[] = {
		flow_hash(t, &t->tcp->cookie_key, &h->flow),
		(uint64_t)h->irs.n << 32 | index,
		minute,
	};

	return (uint32_t)siphash_2_4_words(&t->tcp->cookie_key, words, 3) &
	       ((1u << HASH_BITS) - 1);
}

static uint32_t index_of(uint16_t mss)
{
	uint32_t index = (1u << MSS_BITS) - 1;

	while (index > 0 && mss_table[index] > mss)
		index--;
	return index;
}

static uint32_t make(const struct turn *t, const struct half_open *h)
{
	uint64_t minute = minute_of(t->now);
	uint32_t index = index_of(h->mss);

	return iss_offset(t, &h->flow) + (uint32_t)(minute << MINUTE_BITS) +
	       (index << HASH_BITS) + hash(t, h, minute, index);
}

/* Finds the MSS; false: this is no cookie of ours, or too old a one. */
static bool read_number(const struct turn *t, struct half_open *h, uint32_t iss)
{
	uint32_t x = iss - iss_offset(t, &h->flow);
	uint32_t index = x >> HASH_BITS & ((1u << MSS_BITS) - 1);
	uint64_t minute = minute_of(t->now);
	uint32_t age = ((uint32_t)minute - (x >> MINUTE_BITS)) & 0xff;

	if (age >= MINUTES_VALID || age > minute ||
	    (x & ((1u << HASH_BITS) - 1)) != hash(t, h, minute - age, index))
		return false;
	h->mss = mss_table[index];
	h->flow.record.value = iss;
	return true;
}

/* ---- the options ------------------------------------------------------ */

static uint32_t make_timestamp(const struct turn *t, const struct half_open *h)
{
	uint32_t now = ts_clock(t) + ts_offset(t, &h->flow);
	uint32_t options = h->wscale;
	uint32_t value;

	if (h->has_sack)
		options |= OPTION_SACK;
	if (h->kind & HALF_OPEN_ECN)
		options |= OPTION_ECN;
	value = (now & ~OPTION_MASK) | options;
	/* Never from the future: the next one must not be before it. */
	return (int32_t)(value - now) > 0 ? value - OPTION_MASK - 1 : value;
}

static void read_timestamp(const struct turn *t, struct half_open *h,
			   const struct wire_tcp *seg)
{
	h->wscale = seg->ts_ecr & OPTION_SCALE;
	h->has_sack = !!(seg->ts_ecr & OPTION_SACK);
	if (seg->ts_ecr & OPTION_ECN && t->ip->config.ecn != HF_ECN_OFF)
		h->kind |= HALF_OPEN_ECN;
}

/* ---- SYN -------------------------------------------------------------- */

/* Only what will be remembered is agreed on. */
static void simplify(struct half_open *h)
{
	if (h->mss == 0)
		h->mss = addr_is_ipv4(&h->flow.remote) ? 536 : 1220;
	if (h->has_ts)
		return;
	h->wscale = HALF_OPEN_NO_SCALE;
	h->has_sack = 0;
	h->kind = FLOW_HALF_OPEN;
}

static bool answer(struct turn *t, const struct half_open *h, uint32_t link)
{
	const struct listener *l = block_at(t->b, h->listener);
	struct reply *r = tcp_reply_on(t, link, &h->flow, HF_WHY_COOKIE);

	if (r == NULL)
		return false;
	r->u.tcp.seq = make(t, h);
	r->u.tcp.ack = h->irs.n + 1;
	r->u.tcp.wnd = half_open_window(t, h);
	r->ttl = l->ttl;
	r->tos = l->tos;
	r->u.tcp.flags = TCP_SYN | TCP_ACK;
	if (h->kind & HALF_OPEN_ECN)
		r->u.tcp.flags |= TCP_ECE;
	r->u.tcp.has_scale = h->wscale != HALF_OPEN_NO_SCALE;
	r->u.tcp.has_sack = h->has_sack;
	r->u.tcp.has_ts = h->has_ts;
	if (!h->has_ts)
		return true;
	r->u.tcp.ts_val = make_timestamp(t, h);
	r->u.tcp.ts_ecr = h->ts_recent;
	return true;
}

/*
 * Nobody is asked about it, and neither a way back nor an MSS that is not the
 * link's can be kept for it.
 */
bool cookie_may_answer(const struct turn *t, const struct listener *l,
		       const struct arrival *a)
{
	return t->ip->config.syn_cookies != HF_COOKIES_OFF && !l->ask &&
	       l->wish.mss == 0 && a->route == NULL;
}

enum hf_drop cookie_answer(struct turn *t, struct listener *l,
			   const struct arrival *a)
{
	struct half_open h = { .kind = FLOW_NONE };
	uint32_t link;
	bool is_answered;

	if (!half_open_describe(t, &h, l, a))
		return HF_DROP_NO_MEMORY;
	simplify(&h);
	is_answered = flow_link(t, &h.flow, &link) && answer(t, &h, link);
	if (is_answered) {
		report_flow(t, &h.flow);
		l->cookie_minute = (uint16_t)minute_of(t->now);
		l->has_cookies = true;
		t->tcp->cookies.sent++;
	}
	ip_address_drop(t, h.flow.local);
	return is_answered ? HF_ACCEPTED : HF_DROP_BACKLOG;
}

/* ---- ACK -------------------------------------------------------------- */

/* Guessing leads nowhere while none has been given out. */
static bool is_expected(const struct turn *t, const struct listener *l)
{
	uint16_t age = (uint16_t)(minute_of(t->now) - l->cookie_minute);

	return l->has_cookies && age < MINUTES_VALID;
}

/* A TCB takes the place of what was never kept, and sees the segment. */
static enum hf_drop become_connection(struct turn *t, struct half_open *h,
				      struct arrival *a)
{
	enum hf_drop drop;
	uint32_t ref;

	report_step(t, &h->flow, HF_LISTEN, HF_SYN_RECEIVED);
	ref = half_open_become(t, h, a, &drop);
	if (ref == 0)
		return drop;
	flow_insert(t, ref);
	t->tcp->cookies.accepted++;
	a->seg.ts_ecr = 0; /* it measures nothing: rtt.c */
	return arrive_tcb(t, tcb_at(t, ref), a);
}

bool cookie_arrived(struct turn *t, struct listener *l, struct arrival *a,
		    enum hf_drop *drop)
{
	struct half_open h = { .kind = FLOW_NONE };
	bool is_cookie;

	if (a->seg.flags & TCP_SYN || a->route != NULL || !is_expected(t, l) ||
	    !half_open_describe(t, &h, l, a))
		return false;
	h.kind = FLOW_HALF_OPEN; /* its flags are no SYN's */
	h.irs = seq_add(a->seg.seq, UINT32_MAX);
	is_cookie = read_number(t, &h, a->seg.ack.n - 1);
	if (!is_cookie)
		t->tcp->cookies.refused++;
	else if (h.has_ts)
		read_timestamp(t, &h, &a->seg);
	if (is_cookie)
		*drop = become_connection(t, &h, a);
	ip_address_drop(t, h.flow.local);
	return is_cookie;
}
