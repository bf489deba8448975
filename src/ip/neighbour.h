/* SPDX-License-Identifier: MIT */
/* Neighbours, and the way to an address by them. */
#ifndef IP_NEIGHBOUR_H
#define IP_NEIGHBOUR_H

#include "address.h"
#include "link.h"

/*
 * Another host or router on an Ethernet link: RFC 4861 5.1, and the same for
 * IPv4. What waits for its MAC waits with it: connections that have something
 * to send, and a few replies. It is proven once it has answered us; what
 * others merely claim cannot push out those that are.
 */
struct neighbour {
	struct record record; /* its timer; chained in neighbour_table */
	struct hf_addr addr;
	struct hf_mac mac;
	uint8_t link;
	uint8_t state; /* enum hf_neighbour_state */
	uint8_t probes; /* sent without an answer */
	uint8_t tries; /* of them, those that could not be sent included */
	bool is_router;
	bool is_proven;
	uint8_t reply_count;
	uint32_t first_reply, last_reply;
	uint32_t unused;
	struct ready waiting; /* list of connections: at READY_OFFSET */
	uint32_t next, prev; /* in unproven or proven */
	hf_time confirmed; /* when it was last known to be reachable */
	_Alignas(BLOCK_UNIT) struct record
		syn_acks; /* list of half-open ones that wait */
};

#define NEIGHBOUR_OCTETS 256u
_Static_assert(sizeof(struct neighbour) <= NEIGHBOUR_OCTETS, "a record");
_Static_assert(offsetof(struct neighbour, waiting) == READY_OFFSET,
	       "one place");

static inline struct neighbour *neighbour_at(const struct turn *t, uint32_t ref)
{
	return block_at(t->b, ref);
}

/* Where a frame goes, or what it has to wait for. */
struct way {
	struct hf_mac mac;
	uint32_t neighbour; /* ref; 0: none, or no memory for one */
};

/*
 * The way to an address on a link of Ethernet, for a datagram from the local
 * address `from`. False: its neighbour's MAC is not known; it has been asked
 * for, or will be as soon as `from` is surely ours (RFC 4429 3.2).
 */
bool way_find(struct turn *t, uint32_t link, const struct ip_address *from,
	      const struct hf_addr *to, struct way *way);

/* Writes what stands before a datagram of an EtherType. */
void way_emit_header(const struct ip_link *link, const struct way *way,
		     uint16_t type, uint8_t *frame);

/* The same by the version of an address; nothing on a link of raw IP. */
static inline void way_emit(const struct ip_link *link, const struct way *way,
			    const struct hf_addr *to, uint8_t *frame)
{
	if (link->kind == HF_LINK_ETHERNET)
		way_emit_header(link, way,
				addr_is_ipv4(to) ? WIRE_ETHERTYPE_IPV4
						 : WIRE_ETHERTYPE_IPV6,
				frame);
}

/* Progress shows that datagrams reach an address: RFC 4861 7.3.1. */
void way_confirmed(struct turn *t, uint32_t link, const struct hf_addr *to);
/* They seem not to: RFC 1122 2.3.2.1 (4), 3.3.1.4. */
void way_doubted(struct turn *t, uint32_t link, const struct hf_addr *to);

/* The ref of a neighbour; 0. */
uint32_t neighbour_find(const struct turn *t, uint32_t link,
			const struct hf_addr *addr);
/* The same, made if there is none; 0: no memory. */
uint32_t neighbour_hold(struct turn *t, uint32_t link,
			const struct hf_addr *addr);
/*
 * Forgets it, and the replies that wait; what is half-open will try again. No
 * connection waits for it.
 */
void neighbour_free(struct turn *t, uint32_t ref);
/* It has been made use of. */
void neighbour_touch(struct turn *t, uint32_t ref);
/* It has answered. */
void neighbour_prove(struct turn *t, uint32_t ref);
/* All that waits for it has its turn. */
void neighbour_release(struct turn *t, uint32_t ref);
struct reply;

/* Keeps a reply that has left its link's queue until the MAC is known. */
void neighbour_keep_reply(struct turn *t, uint32_t ref, struct reply *reply);

/* Its MAC was told by itself: unasked, so that it is known but not proven. */
void neighbour_heard(struct turn *t, uint32_t ref, const struct hf_mac *mac);
/* It answered, and is reachable. */
void neighbour_answered(struct turn *t, uint32_t ref, const struct hf_mac *mac);
/* It is reachable, by what TCP says or itself. */
void neighbour_confirmed(struct turn *t, uint32_t ref);
/* It is used: RFC 4861 7.3.3; asks for the MAC, if it may, or later. */
void neighbour_used(struct turn *t, uint32_t ref, bool may_ask);
/* Another claims to be it: RFC 4861 7.2.5. */
void neighbour_disputed(struct turn *t, uint32_t ref);
/* It is no more to be trusted: probe it at once. */
void neighbour_suspected(struct turn *t, uint32_t ref);
/*
 * Its timer has fired. False: it does not answer, or nobody has asked for
 * long; neighbour_waiter() tells who waits, one by one, and neighbour_free()
 * then ends it.
 */
bool neighbour_expired(struct turn *t, uint32_t ref);
/* Takes a connection out of those that wait for a neighbour; 0: none. */
uint32_t neighbour_waiter(struct turn *t, uint32_t ref);

#endif
