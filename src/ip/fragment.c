/* SPDX-License-Identifier: MIT */
/* The datagrams in reassembly: who comes in, and who has to leave. */
#include "fragment.h"
#include "held.h"

#define ECN_MASK 3u

void fragment_init(struct turn *t)
{
	pool_init(&t->ip->datagrams, HF_POOL_DATAGRAM + 1, DATAGRAM_OCTETS,
		  t->ip->config.datagrams, false);
}

/* ---- the list, and who leaves it -------------------------------------- */

static void list_newest(struct turn *t, uint32_t ref)
{
	struct ends *ends = &t->ip->oldest;

	datagram_at(t, ref)->older = ends->last;
	if (ends->last != 0)
		datagram_at(t, ends->last)->newer = ref;
	else
		ends->first = ref;
	ends->last = ref;
}

static void unlist(struct turn *t, const struct datagram *d)
{
	struct ends *ends = &t->ip->oldest;

	if (d->older != 0)
		datagram_at(t, d->older)->newer = d->newer;
	else
		ends->first = d->newer;
	if (d->newer != 0)
		datagram_at(t, d->newer)->older = d->older;
	else
		ends->last = d->older;
}

static void empty(struct turn *t, struct datagram *d)
{
	uint32_t before = held_mark(t);

	queue_clear(t->b, &t->ip->buffers, &d->octets);
	held_add(t, before);
	d->cost = d->count = d->received = d->header_len = 0;
}

static void forget(struct turn *t, struct datagram *d)
{
	uint32_t ref = block_ref(t->b, d);

	empty(t, d);
	unlist(t, d);
	wheel_disarm(t->b, &t->ip->wheel, ref);
	pool_give(t->b, &t->ip->datagrams, ref);
}

/*
 * Gives up what has come of a datagram, and what is still to come: the entry
 * stays until its time is up, to know that by.
 */
static enum hf_drop refuse(struct turn *t, struct datagram *d, enum hf_drop why)
{
	empty(t, d);
	d->refused = (uint8_t)why;
	return why;
}

/* One host may have all addresses of an IPv6 network of 64 bits. */
static bool is_neighbourly(const struct hf_addr *a, const struct hf_addr *b)
{
	return addr_has_prefix(a, b, addr_is_ipv4(b) ? 128 : 64);
}

/*
 * Who leaves for another, of a source that has come to a limit. Mostly the
 * oldest of all: fragments of a datagram come close together, so that it is
 * the least likely to become whole, while refusing what is new would let a
 * few that never do lock out everybody until their time is up. But who holds
 * half of what there is pays himself.
 */
static struct datagram *victim(const struct turn *t, const struct hf_addr *src)
{
	const struct hf_config *config = &t->ip->config;
	uint32_t count = 0, own = 0, ref;
	uint64_t cost = 0;

	for (ref = t->ip->oldest.last; ref != 0;
	     ref = datagram_at(t, ref)->older) {
		const struct datagram *d = datagram_at(t, ref);

		if (!is_neighbourly(&d->src, src))
			continue;
		own = ref;
		count++;
		cost += d->cost;
	}
	if (own == 0 ||
	    (count < config->datagrams / 2 + 1 && cost <= config->held / 2))
		own = t->ip->oldest.first;
	return own != 0 ? datagram_at(t, own) : NULL;
}

/* Makes room for a source; false if there is nothing to give up for it. */
static bool make_room(struct turn *t, const struct hf_addr *src,
		      const struct datagram *newest)
{
	struct datagram *d = victim(t, src);

	if (d == NULL || d == newest)
		return false;
	t->ip->drops[HF_DROP_FRAGMENT_LIMIT]++;
	forget(t, d);
	return true;
}

/* ---- finding one, and beginning one ----------------------------------- */

/*
 * RFC 791 3.2, RFC 8200 4.5. A link-local address is another one on another
 * link; for others, fragments may come on several.
 */
static bool is_part_of(const struct datagram *d, const struct wire_ip *ip,
		       uint32_t link)
{
	return d->id == ip->id && addr_eq(&d->src, &ip->src) &&
	       addr_eq(&d->dst, &ip->dst) &&
	       (ip->version == 6 || d->protocol == ip->protocol) &&
	       (d->link == link || !addr_is_link_local(&ip->src));
}

/* They are few, and it is mostly the newest. */
static struct datagram *find(const struct turn *t, const struct wire_ip *ip,
			     uint32_t link)
{
	for (uint32_t ref = t->ip->oldest.last; ref != 0;
	     ref = datagram_at(t, ref)->older)
		if (is_part_of(datagram_at(t, ref), ip, link))
			return datagram_at(t, ref);
	return NULL;
}

static struct datagram *begin(struct turn *t, const struct wire_ip *ip,
			      uint32_t link)
{
	struct pool *all = &t->ip->datagrams;
	struct datagram *d;
	uint32_t ref;

	if (all->used >= all->limit)
		make_room(t, &ip->src, NULL);
	ref = pool_take(t->b, all);
	if (ref == 0)
		return NULL;
	d = datagram_at(t, ref);
	d->src = ip->src;
	d->dst = ip->dst;
	d->id = ip->id;
	d->protocol = ip->protocol;
	d->link = (uint8_t)link;
	list_newest(t, ref);
	wheel_arm(t->b, &t->ip->wheel, ref, t->now + t->ip->config.reassembly);
	return d;
}

/* ---- taking in a fragment --------------------------------------------- */

/*
 * HF_DROP_DUPLICATE: it has come before, which networks do, and RFC 8200 4.5
 * lets pass. Any other overlap is an attempt to deceive somebody: RFC 5722.
 */
static enum hf_drop compare(const struct datagram *d, const struct wire_ip *ip)
{
	uint32_t start = ip->fragment_offset, end = start + ip->payload_len;

	for (uint32_t i = 0; i < d->count; i++) {
		const struct piece *p = &d->piece[i];

		if (piece_start(p) == start && p->len == ip->payload_len)
			return HF_DROP_DUPLICATE;
		if (start < piece_end(p) && piece_start(p) < end)
			return HF_DROP_FRAGMENT_OVERLAP;
	}
	return HF_ACCEPTED;
}

static bool reaches_past(const struct datagram *d, uint32_t end)
{
	for (uint32_t i = 0; i < d->count; i++)
		if (piece_end(&d->piece[i]) > end)
			return true;
	return false;
}

/* The datagram ends where its last fragment does, and nowhere else. */
static bool contradicts(const struct datagram *d, const struct wire_ip *ip)
{
	uint32_t end = ip->fragment_offset + ip->payload_len;

	if (d->total != 0)
		return end > d->total ||
		       (!ip->more_fragments && end < d->total);
	return !ip->more_fragments && reaches_past(d, end);
}

static bool append(struct turn *t, struct datagram *d, const void *octets,
		   uint32_t len)
{
	return queue_append(t->b, &t->ip->buffers, &d->octets, octets, len,
			    QUEUE_ORDINARY) == len;
}

/* False: there was no memory for all of it. */
static bool keep_octets(struct turn *t, struct datagram *d,
			const struct wire_ip *ip, const uint8_t *datagram)
{
	uint32_t before = held_mark(t);
	bool is_kept = true;

	if (ip->fragment_offset == 0)
		is_kept = append(t, d, datagram, ip->header_len);
	is_kept = is_kept && append(t, d, ip->payload, ip->payload_len);
	d->cost += held_add(t, before);
	return is_kept;
}

static void note_piece(struct datagram *d, const struct wire_ip *ip)
{
	d->piece[d->count++] = (struct piece){
		.offset = (uint16_t)(ip->fragment_offset / 8),
		.len = (uint16_t)ip->payload_len,
	};
	d->received += ip->payload_len;
	d->ecn |= (uint8_t)(1u << (ip->tos & ECN_MASK));
	if (!ip->more_fragments)
		d->total = ip->fragment_offset + ip->payload_len;
	if (ip->fragment_offset != 0)
		return;
	d->header_len = ip->header_len;
	d->protocol = ip->protocol;
	d->fragment_header = ip->fragment_header;
	d->fragment_named = ip->fragment_named;
}

static enum hf_drop take_in(struct turn *t, struct datagram *d,
			    const struct wire_ip *ip, const uint8_t *datagram)
{
	enum hf_drop drop = (enum hf_drop)d->refused;

	if (drop == HF_ACCEPTED)
		drop = compare(d, ip);
	if (drop == HF_DROP_FRAGMENT_OVERLAP)
		return refuse(t, d, drop);
	if (drop != HF_ACCEPTED)
		return drop;
	if (contradicts(d, ip))
		return HF_DROP_FRAGMENT;
	if (d->count == DATAGRAM_PIECES)
		return refuse(t, d, HF_DROP_FRAGMENT_LIMIT);
	if (!keep_octets(t, d, ip, datagram)) {
		forget(t, d);
		return HF_DROP_NO_MEMORY;
	}
	note_piece(d, ip);
	return HF_ACCEPTED;
}

/* What has come may be too much of it all. */
static enum hf_drop keep_limit(struct turn *t, struct datagram *d)
{
	while (t->ip->held > t->ip->config.held)
		if (!make_room(t, &d->src, d)) {
			forget(t, d);
			return HF_DROP_FRAGMENT_LIMIT;
		}
	return HF_ACCEPTED;
}

enum hf_drop fragment_arrived(struct turn *t, uint32_t link,
			      const struct wire_ip *ip, const uint8_t *datagram,
			      const uint8_t **whole, uint32_t *len)
{
	struct wire_icmp problem;
	struct datagram *d;
	enum hf_drop drop;

	*whole = NULL;
	*len = 0;
	if (t->ip->config.datagrams == 0)
		return HF_DROP_FRAGMENT;
	if (!fragment_is_sound(ip, &problem)) {
		if (problem.kind != ICMP_OTHER)
			icmp_send_error(t, link, &problem, ip, datagram);
		return HF_DROP_FRAGMENT;
	}
	d = find(t, ip, link);
	if (d == NULL)
		d = begin(t, ip, link);
	if (d == NULL)
		return HF_DROP_NO_MEMORY;
	drop = take_in(t, d, ip, datagram);
	if (drop != HF_ACCEPTED)
		return drop;
	if (!datagram_is_whole(d))
		return keep_limit(t, d);
	drop = datagram_unite(t, d, whole, len);
	forget(t, d);
	return drop;
}

/* ---- time ------------------------------------------------------------- */

/* RFC 1122 3.3.2, RFC 8200 4.5: said only by whom the first has reached. */
static void tell_source(struct turn *t, const struct datagram *d)
{
	const struct wire_icmp exceeded = { .kind = ICMP_REASSEMBLY_EXCEEDED };
	struct wire_ip ip;
	uint32_t len;
	const uint8_t *first = datagram_first(t, d, &len);

	if (first != NULL && wire_ip_parse(&ip, first, len) == HF_ACCEPTED)
		icmp_send_error(t, d->link, &exceeded, &ip, first);
}

void fragment_expired(struct turn *t, uint32_t ref)
{
	struct datagram *d = datagram_at(t, ref);

	if (!d->refused) {
		t->ip->drops[HF_DROP_FRAGMENT_TIME]++;
		tell_source(t, d);
	}
	forget(t, d);
}
