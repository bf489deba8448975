/* SPDX-License-Identifier: MIT */
/*
 * Datagrams that are put together from fragments. The octets of a datagram
 * are one queue, in the order in which they came, and `piece` says where in
 * the datagram each piece of it belongs: so that what came takes hardly more
 * memory than it has octets, in whatever order, and holes cost nothing. The
 * headers of the first fragment stand before its payload.
 *
 * Invariants, numbered; fragment_check() asserts them.
 *
 *  1	all datagrams are listed, the first begun first, and none has a
 *	deadline before those of an older one
 *  2	the queue holds the pieces and the first one's headers, and no more
 *  3	no two pieces overlap, and none is past the end, if that is known
 *  4	something is missing, and something has come
 *  5	what was given up holds nothing
 *  6	`cost` is that of its buffers; all together are within ip.held, and
 *	that within config.held
 */
#ifndef IP_FRAGMENT_H
#define IP_FRAGMENT_H

#include "ip.h"

/* Enough for 65,535 octets over a link with an MTU of 320. */
#define DATAGRAM_PIECES 224u

#define DATAGRAM_OCTETS 1024u /* of a record */

struct piece {
	uint16_t offset; /* in 8 octets */
	uint16_t len; /* octets */
};

struct datagram {
	struct record record; /* its timer: when it is given up */
	struct hf_addr src, dst;
	uint32_t id;
	uint32_t older, newer; /* refs */
	uint8_t protocol; /* IPv4; in IPv6 that of the first fragment */
	uint8_t link; /* that it came on */
	uint8_t ecn; /* a bit for each codepoint that was seen */
	uint8_t refused; /* enum hf_drop: given up, with all that follows */
	uint32_t total; /* octets of payload; 0: the last has not come */
	uint32_t received; /* octets of payload */
	uint32_t cost; /* its share of ip.held */
	struct queue octets;
	uint32_t header_len; /* of the first fragment; 0: it has not come */
	uint32_t fragment_header, fragment_named; /* of it: struct wire_ip */
	uint32_t count; /* of pieces */
	struct piece piece[DATAGRAM_PIECES];
};

_Static_assert(sizeof(struct datagram) <= DATAGRAM_OCTETS, "a record");

static inline struct datagram *datagram_at(const struct turn *t, uint32_t ref)
{
	return block_at(t->b, ref);
}

static inline uint32_t piece_start(const struct piece *p)
{
	return p->offset * 8u;
}

static inline uint32_t piece_end(const struct piece *p)
{
	return piece_start(p) + p->len;
}

static inline bool datagram_is_whole(const struct datagram *d)
{
	return d->total != 0 && d->received == d->total;
}

/*
 * True if a fragment may be taken in, as far as it alone can tell. If not,
 * and RFC 8200 4.5 asks for it, `problem` is what its source is to be told;
 * its kind is ICMP_OTHER else.
 */
bool fragment_is_sound(const struct wire_ip *ip, struct wire_icmp *problem);

/*
 * Writes a datagram that is whole as if it had never been fragmented:
 * HF_ACCEPTED, or HF_DROP_FRAGMENT, HF_DROP_NO_MEMORY. What was written
 * stays until the next time this or datagram_first() is called.
 */
enum hf_drop datagram_unite(struct turn *t, const struct datagram *d,
			    const uint8_t **whole, uint32_t *len);
/* Its first fragment as it came, likewise; NULL if there is none. */
const uint8_t *datagram_first(struct turn *t, const struct datagram *d,
			      uint32_t *len);

#endif
