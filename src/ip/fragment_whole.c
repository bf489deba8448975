/* SPDX-License-Identifier: MIT */
/* From the pieces of a datagram to the datagram. */
#include "checksum.h"
#include "fragment.h"

/* 17 pages: 65,535 octets of payload behind an IPv6 header. */
#define SCRATCH_PAGES 17u

_Static_assert(SCRATCH_PAGES *BLOCK_PAGE >= WIRE_IPV6_HEADER + 65535u, "room");

#define DONT_FRAGMENT 0x4000u
#define ECN_MASK 3u

static uint8_t *scratch(struct turn *t)
{
	if (t->ip->scratch == 0)
		t->ip->scratch = block_stretch(t->b, SCRATCH_PAGES);
	return t->ip->scratch != 0 ? block_at(t->b, t->ip->scratch) : NULL;
}

struct reader {
	const struct turn *t;
	const struct queue *octets;
	struct queue_cursor cursor;
	uint32_t at;
};

static struct reader read_from_start(const struct turn *t,
				     const struct datagram *d)
{
	return (struct reader){ .t = t, .octets = &d->octets };
}

static void read_octets(struct reader *r, uint8_t *to, uint32_t len)
{
	while (len > 0) {
		uint32_t n;
		const uint8_t *from =
			queue_at(r->t->b, r->octets, &r->cursor, r->at, &n);

		if (n > len)
			n = len;
		memcpy(to, from, n);
		to += n;
		r->at += n;
		len -= n;
	}
}

/* Where the payload begins: behind all headers, the fragment header gone. */
static uint32_t payload_start(const struct datagram *d)
{
	return addr_is_ipv4(&d->dst) ? d->header_len : d->fragment_header;
}

static void gather(const struct turn *t, const struct datagram *d, uint8_t *to)
{
	struct reader r = read_from_start(t, d);
	uint32_t start = payload_start(d);

	for (uint32_t i = 0; i < d->count; i++) {
		const struct piece *p = &d->piece[i];

		if (p->offset == 0) {
			read_octets(&r, to, start);
			r.at += d->header_len - start;
		}
		read_octets(&r, to + start + piece_start(p), p->len);
	}
}

static void mend_ipv4(const struct datagram *d, uint8_t *to)
{
	uint16_t checksum;

	put_be16(to + 2, (uint16_t)(d->header_len + d->total));
	put_be16(to + 6, get_be16(to + 6) & DONT_FRAGMENT);
	put_be16(to + 10, 0);
	checksum = wire_checksum(wire_sum_header(to, d->header_len));
	memcpy(to + 10, &checksum, sizeof checksum);
}

static void mend_ipv6(const struct datagram *d, uint8_t *to)
{
	uint32_t before = d->fragment_header - WIRE_IPV6_HEADER;

	put_be16(to + 4, (uint16_t)(before + d->total));
	to[d->fragment_named] = d->protocol;
}

enum ecn {
	NOT_ECT = 1 << 0,
	CE = 1 << 3,
};

/* RFC 3168 5.3: congestion that one of them met is not lost. */
static void mend(const struct datagram *d, uint8_t *to)
{
	bool is_ipv4 = addr_is_ipv4(&d->dst);

	if (d->ecn & CE)
		to[1] = (uint8_t)(to[1] | ECN_MASK << (is_ipv4 ? 0 : 4));
	if (is_ipv4)
		mend_ipv4(d, to);
	else
		mend_ipv6(d, to);
}

/*
 * RFC 3168 5.3: nobody sends fragments of one datagram with and without ECN.
 * And a first fragment's header may be longer than that of the others.
 */
static bool is_consistent(const struct datagram *d)
{
	uint32_t header = addr_is_ipv4(&d->dst)
				  ? d->header_len
				  : d->fragment_header - WIRE_IPV6_HEADER;

	return header + d->total <= UINT16_MAX &&
	       (d->ecn == NOT_ECT || !(d->ecn & NOT_ECT));
}

enum hf_drop datagram_unite(struct turn *t, const struct datagram *d,
			    const uint8_t **whole, uint32_t *len)
{
	uint8_t *to = scratch(t);

	if (!is_consistent(d))
		return HF_DROP_FRAGMENT;
	if (to == NULL)
		return HF_DROP_NO_MEMORY;
	gather(t, d, to);
	mend(d, to);
	*whole = to;
	*len = payload_start(d) + d->total;
	return HF_ACCEPTED;
}

const uint8_t *datagram_first(struct turn *t, const struct datagram *d,
			      uint32_t *len)
{
	struct reader r = read_from_start(t, d);
	const struct piece *p = d->piece;
	uint8_t *to;

	if (d->header_len == 0)
		return NULL;
	to = scratch(t);
	if (to == NULL)
		return NULL;
	for (; p->offset != 0; p++)
		r.at += p->len;
	*len = d->header_len + p->len;
	read_octets(&r, to, *len);
	return to;
}
