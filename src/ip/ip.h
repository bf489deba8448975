/* SPDX-License-Identifier: MIT */
/*
 * What a host knows of the internet layer: its links, addresses and routes,
 * the replies it owes, and what all rooms above share: configuration, timing
 * wheel, keys, random numbers, buffers and counters.
 */
#ifndef IP_IP_H
#define IP_IP_H

#include "block.h"
#include "core.h"
#include "list.h"
#include "pool.h"
#include "queue.h"
#include "random.h"
#include "siphash.h"
#include "table.h"
#include "wheel.h"
#include "wire_icmp.h"
#include "wire_ip.h"
#include <handfast/host.h>

/* A token bucket: `per_second` tokens, and as many saved up at most. */
struct limiter {
	hf_time full_at; /* when it will be full again */
	uint32_t per_second;
};

struct ip {
	struct hf_config config;
	struct wheel wheel;
	struct random random;
	struct siphash_key address_key;
	struct buffers buffers;
	struct pool addresses; /* of struct ip_address */
	struct table address_table;
	struct pool replies; /* of struct reply */
	uint32_t links, link_count; /* ref of an array of struct ip_link */
	uint32_t routes, route_count; /* ref of an array of struct ip_route */
	struct limiter icmp, resets, challenges;
	uint64_t address_filter; /* of their last octets: see address.c */
	struct hf_addr towards; /* the last destination that was looked up */
	uint32_t towards_link; /* its link; NO_LINK: forget it */
	uint16_t id; /* of the next IPv4 datagram that may be fragmented */
	uint64_t drops[HF_DROPS];
};

/* Numbers of pools: those of enum hf_pool from 1 on, then these. */
#define IP_POOL_REPLY (HF_POOLS + 1)
#define IP_POOL_ASK (HF_POOLS + 2)

#define IP_NO_LINK UINT32_MAX

struct tcp;

/* One call into the host, as its rooms see it: where, when, and who asks. */
struct turn {
	struct block *b;
	struct ip *ip;
	struct tcp *tcp;
	struct hf_report *report; /* or NULL */
	hf_time now;
};

/* ---- links ------------------------------------------------------------ */

/* Two units; `ready` lists connections, see tcp.h. */
struct ip_link {
	struct record syn_acks; /* list of half-open ones to answer */
	uint32_t first_reply, last_reply;
	uint32_t first_ready, last_ready;
	uint32_t mtu;
	int32_t allowance; /* octets the first ready one may still send */
	bool accept_any;
};

#define IP_LINK_UNITS 2u
_Static_assert(sizeof(struct ip_link) <= IP_LINK_UNITS * BLOCK_UNIT,
	       "a link takes two units");

static inline struct ip_link *ip_link_at(const struct turn *t, uint32_t id)
{
	return block_at(t->b, t->ip->links + id * IP_LINK_UNITS);
}

enum hf_error ip_link_add(struct turn *t, const struct hf_link *link,
			  uint32_t *id);

/* ---- addresses -------------------------------------------------------- */

/*
 * A local address, once for all who use it. Own ones were given to the host;
 * others are those of connections that it intercepts.
 */
struct ip_address {
	struct record record;
	struct hf_addr addr;
	uint32_t uses; /* connections and listeners; 1 more if own */
	uint32_t link;
	bool is_own;
};

_Static_assert(sizeof(struct ip_address) <= BLOCK_UNIT, "one unit");

static inline struct ip_address *ip_address_at(const struct turn *t,
					       uint32_t ref)
{
	return block_at(t->b, ref);
}

/* The ref of an address in use; 0. */
uint32_t ip_address_find(const struct turn *t, const struct hf_addr *addr);
/* True if the host has been given the address, on whatever link. */
bool ip_address_is_own(const struct turn *t, const struct hf_addr *addr);
/* Counts one more use of an address, new or not; 0 if there is no memory. */
uint32_t ip_address_hold(struct turn *t, const struct hf_addr *addr,
			 uint32_t link);
void ip_address_use(const struct turn *t, uint32_t ref);
void ip_address_drop(struct turn *t, uint32_t ref);

enum hf_error ip_address_add(struct turn *t, uint32_t link,
			     const struct hf_addr *addr, unsigned prefix_len);
enum hf_error ip_address_remove(struct turn *t, const struct hf_addr *addr);

bool addr_is_unspecified(const struct hf_addr *a);
bool addr_is_loopback(const struct hf_addr *a);
bool addr_is_multicast(const struct hf_addr *a);
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

/* ---- routes ----------------------------------------------------------- */

struct ip_route {
	struct hf_addr prefix; /* mapped for IPv4, bits counted from there */
	struct hf_addr gateway; /* unspecified: on the link */
	uint32_t link;
	uint32_t address; /* ref of the one it came with, if connected */
	uint8_t bits; /* 0-128 */
	bool is_ipv4;
	bool is_connected; /* came with an address */
};

_Static_assert(sizeof(struct ip_route) <= BLOCK_UNIT, "one unit");

/* The route to an address: own addresses by loopback; NULL if none. */
const struct ip_route *ip_route_find(const struct turn *t,
				     const struct hf_addr *to);
/* The link by which an address is reached; loopback for own ones. */
bool ip_link_towards(const struct turn *t, const struct hf_addr *to,
		     uint32_t *link);
/* The source address for a destination; 0 if none fits. MUST-44 */
uint32_t ip_source_for(const struct turn *t, const struct hf_addr *to);
/* True if it is the broadcast address of a connected network. */
bool ip_is_broadcast(const struct turn *t, const struct hf_addr *a);

enum hf_error ip_route_add(struct turn *t, const struct ip_route *route);
/* Removes the route that came with an address. */
void ip_route_remove(struct turn *t, uint32_t address);

/* ---- replies ---------------------------------------------------------- */

/*
 * A small answer that no connection stands behind: a reset, the ACK of
 * TIME_WAIT, an echo reply, an ICMP error. `why` tells TCP from ICMP. It
 * overlays its record's start.
 */
struct reply {
	uint32_t next; /* in its link's queue */
	union {
		struct {
			uint32_t seq, ack, ts_val, ts_ecr;
			uint16_t local_port, remote_port, wnd;
			uint8_t flags;
			bool has_ts;
		} tcp;
		struct {
			struct queue body;
			uint32_t value;
			uint8_t kind; /* enum wire_icmp_kind */
			uint8_t code;
		} icmp;
	} u;
	struct hf_addr local, remote;
	uint8_t why; /* enum hf_why */
	uint8_t ttl, tos; /* ttl 0: as configured */
};

_Static_assert(sizeof(struct reply) <= BLOCK_UNIT, "one unit");

/*
 * A reply to fill in, queued for the link towards `remote`; NULL if too many
 * are queued or there is no way there.
 */
struct reply *reply_push(struct turn *t, const struct hf_addr *remote);
/* The same for a link that is known. */
struct reply *reply_push_on(struct turn *t, uint32_t link,
			    const struct hf_addr *remote);

/* The first reply of a link; NULL. reply_pop() is done with it. */
struct reply *reply_first(const struct turn *t, uint32_t link);
void reply_pop(struct turn *t, uint32_t link);

/* ---- limits ----------------------------------------------------------- */

/* Takes a token; false if none is left. */
bool limiter_allows(struct limiter *l, hf_time now);
/*
 * The same for challenge ACKs, at a cost that varies: who can count them must
 * not learn from the count what others have used up (RFC 5961 10).
 */
bool challenge_is_allowed(struct turn *t);

/* ---- ICMP ------------------------------------------------------------- */

/* Answers a datagram with an ICMP error, if RFC 1122 3.2.2 lets it. */
void icmp_send_error(struct turn *t, const struct wire_icmp *error,
		     const struct wire_ip *ip, const void *datagram);

/* Queues the answer to an echo request. */
enum hf_drop icmp_answer_echo(struct turn *t, const struct wire_icmp *echo,
			      const struct wire_ip *ip);

/*
 * Writes a queued ICMP reply as a datagram; 0 if it does not fit. Its body is
 * given back either way.
 */
size_t icmp_write(struct turn *t, struct reply *reply, uint8_t *to, size_t cap);

#endif
