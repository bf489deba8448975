/* SPDX-License-Identifier: MIT */
/* Local addresses, and how the host comes by them. */
#ifndef IP_ADDRESS_H
#define IP_ADDRESS_H

#include "turn.h"
#include "wire_ip.h"

/*
 * A local address, once for all who use it. Own ones were given to the host,
 * or learned from a router; others are those of connections that it
 * intercepts.
 */
struct ip_address {
	struct record record; /* its timer: conflict.c */
	struct hf_addr addr;
	uint32_t uses; /* connections and listeners; 1 more if own */
	uint32_t next; /* ref of another own one; first: struct ip.first_own */
	hf_time defended_at; /* HF_NEVER: not yet */
	uint8_t link;
	uint8_t state; /* enum hf_address_state, of an own one */
	uint8_t probes; /* sent; then announcements sent */
	uint8_t probes_due; /* before it is ready */
	bool is_own;
	bool is_learned; /* router.c has its lifetimes */
	bool is_deprecated; /* once it is ready */
};

_Static_assert(sizeof(struct ip_address) <= BLOCK_UNIT, "one unit");

static inline struct ip_address *ip_address_at(const struct turn *t,
					       uint32_t ref)
{
	return block_at(t->b, ref);
}

/* The ref of an address in use; 0. */
uint32_t ip_address_find(const struct turn *t, const struct hf_addr *addr);
/* True if the host has the address, on whatever link, and may use it. */
bool ip_address_is_own(const struct turn *t, const struct hf_addr *addr);
/* Counts one more use of an address, new or not; 0 if there is no memory. */
uint32_t ip_address_hold(struct turn *t, const struct hf_addr *addr,
			 uint32_t link);
void ip_address_use(const struct turn *t, uint32_t ref);
void ip_address_drop(struct turn *t, uint32_t ref);

enum hf_error ip_address_add(struct turn *t, uint32_t link,
			     const struct hf_addr *addr, unsigned prefix_len);
/* The same without a route: the ref of a new own address; 0: *error. */
uint32_t ip_address_own(struct turn *t, uint32_t link,
			const struct hf_addr *addr, enum hf_error *error);
/* Takes away what ip_address_own() gave. */
void ip_address_disown(struct turn *t, uint32_t ref);
enum hf_error ip_address_remove(struct turn *t, const struct hf_addr *addr);

bool addr_is_unspecified(const struct hf_addr *a);
bool addr_is_loopback(const struct hf_addr *a);
bool addr_is_multicast(const struct hf_addr *a);
bool addr_is_link_local(const struct hf_addr *a);
bool addr_is_all_nodes(const struct hf_addr *a); /* ff02::1 */
/* May be one end of a connection: MUST-46, MUST-57, MUST-63. */
bool addr_is_unicast(const struct hf_addr *a);
/* How many leading bits two addresses share. */
unsigned addr_common_bits(const struct hf_addr *a, const struct hf_addr *b);
/* True if the first `bits` bits agree. */
static inline bool addr_has_prefix(const struct hf_addr *a,
				   const struct hf_addr *prefix, unsigned bits)
{
	return addr_common_bits(a, prefix) >= bits;
}

/*
 * Whether a datagram that arrived on a link is between addresses that may
 * talk: HF_ACCEPTED, HF_DROP_SOURCE or HF_DROP_DESTINATION. RFC 9293 3.9.2.3
 */
enum hf_drop ip_may_talk(const struct turn *t, const struct wire_ip *ip,
			 uint32_t link);

/* ---- conflict.c: probing, announcing, lifetimes ----------------------- */

/* A new own address: conflict.c probes for it, or not. */
void conflict_start(struct turn *t, uint32_t ref);
/* Another host uses it, or probes for it. */
void conflict_heard(struct turn *t, uint32_t ref);
/* The timer of an own address has fired. */
void address_expired(struct turn *t, uint32_t ref);
/* The preferred lifetime of a learned address is over, or has begun anew. */
void address_deprecate(struct turn *t, uint32_t ref, bool is_deprecated);
bool address_is_usable(const struct ip_address *a);
/* It was ours and is another's: nothing more may be sent from it. */
static inline bool address_is_lost(const struct ip_address *a)
{
	return a->state == HF_ADDRESS_DUPLICATE;
}
/* Our own probe came back: RFC 7527 4.1. */
void probe_echoed(struct ip_address *a);

#endif
