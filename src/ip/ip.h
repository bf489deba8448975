/* SPDX-License-Identifier: MIT */
/*
 * What a host knows of the internet layer: its links, addresses, routes and
 * neighbours, the replies it owes, the datagrams that it puts together, and
 * what all rooms above share: configuration, timing wheel, keys, random
 * numbers, buffers and counters.
 */
#ifndef IP_IP_H
#define IP_IP_H

#include "block.h"
#include "core.h"
#include "list.h"
#include "pool.h"
#include "queue.h"
#include "random.h"
#include "ready.h"
#include "siphash.h"
#include "table.h"
#include "wheel.h"
#include "wire_ethernet.h"
#include "wire_icmp.h"
#include "wire_ip.h"
#include "wire_nd.h"
#include "wire_source_route.h"
#include <handfast/host.h>

/* A token bucket: `per_second` tokens, and as many saved up at most. */
struct limiter {
	hf_time full_at; /* when it will be full again */
	uint32_t per_second;
};

/* Refs of the first and the last of a list. */
struct ends {
	uint32_t first, last;
};

struct ip {
	struct hf_config config;
	struct wheel wheel;
	struct random random;
	struct siphash_key address_key, neighbour_key;
	struct buffers buffers;
	struct pool addresses; /* of struct ip_address */
	struct table address_table;
	uint32_t first_own; /* ref, in the order in which they were added */
	struct pool replies; /* of struct reply */
	struct pool neighbours; /* of struct neighbour */
	struct table neighbour_table;
	struct ends unproven, proven; /* neighbours, longest unused first */
	uint32_t unproven_count;
	struct pool learned; /* of struct learned: router.c */
	struct pool datagrams; /* of struct datagram: fragment.c */
	struct ends oldest; /* of them, the first begun first */
	uint32_t scratch; /* ref: where one is put together; 0: not yet */
	uint32_t held; /* octets of fragments and echoes: config.held */
	struct pool source_routes; /* of struct source_route */
	uint32_t first_source_route;
	uint32_t first_learned;
	uint32_t links, link_count; /* ref of an array of struct ip_link */
	uint32_t routes, route_count; /* ref of an array of struct ip_route */
	struct limiter icmp, resets, challenges;
	uint64_t address_filter; /* of their last octets: see address.c */
	struct hf_addr towards; /* the last destination that was looked up */
	uint32_t towards_link; /* its link; NO_LINK: forget it */
	uint16_t id; /* of the next IPv4 datagram that may be fragmented */
	bool addresses_changed; /* HF_EVENT_ADDRESS is due */
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

/* Three units. */
struct ip_link {
	struct record syn_acks; /* list of half-open ones to answer */
	uint32_t first_reply, last_reply;
	uint32_t mtu;
	int32_t allowance; /* octets the first ready one may still send */
	uint8_t kind; /* enum hf_link_kind */
	bool accept_any, accept_routers;
	uint8_t hop_limit; /* as a router advertised; 0: as configured */
	struct hf_mac mac;
	uint16_t vlan; /* 0: none */
	struct hf_addr way_to; /* the last destination that was looked up */
	struct ready ready; /* list of connections: at READY_OFFSET */
	uint32_t way; /* ref of its neighbour; 0: forget it */
	uint32_t retrans; /* milliseconds: RFC 4861 RetransTimer */
	hf_time reachable; /* RFC 4861 ReachableTime */
	uint32_t mtu_ipv6; /* as a router advertised, or `mtu` */
	uint32_t unused[7];
	/* 128 */
	struct record held; /* list of half-open ones without a neighbour */
};

#define IP_LINK_UNITS 3u
_Static_assert(sizeof(struct ip_link) <= IP_LINK_UNITS * BLOCK_UNIT,
	       "a link takes three units");
_Static_assert(offsetof(struct ip_link, ready) == READY_OFFSET, "one place");
_Static_assert(offsetof(struct ip_link, held) == 2 * BLOCK_UNIT, "a unit");

static inline uint32_t ip_link_ref(const struct turn *t, uint32_t id)
{
	return t->ip->links + id * IP_LINK_UNITS;
}

static inline struct ip_link *ip_link_at(const struct turn *t, uint32_t id)
{
	return block_at(t->b, ip_link_ref(t, id));
}

enum hf_error ip_link_add(struct turn *t, const struct hf_link *link,
			  uint32_t *id);
/* RFC 8200 5 */
#define MTU_IPV6_MIN 1280u

/* Octets of the largest datagram to an address. */
static inline uint32_t ip_mtu(const struct turn *t, uint32_t id,
			      const struct hf_addr *to)
{
	const struct ip_link *link = ip_link_at(t, id);

	return addr_is_ipv4(to) ? link->mtu : link->mtu_ipv6;
}

/* MUST-49; IPv6: unless a router says otherwise, RFC 4861 6.3.4. */
static inline uint8_t ip_ttl(const struct turn *t, uint32_t id,
			     const struct hf_addr *to)
{
	uint8_t hop_limit = ip_link_at(t, id)->hop_limit;

	return hop_limit != 0 && !addr_is_ipv4(to) ? hop_limit
						   : t->ip->config.ttl;
}

/* The IPv6 address that a MAC makes: RFC 4291 appendix A. */
struct hf_addr ip_link_local(const struct hf_mac *mac);
/* Sets a link's ReachableTime anew, around a base: RFC 4861 6.3.2. */
void ip_link_reachable(struct turn *t, uint32_t id, hf_time base);

/* Octets of what stands before each datagram on a link. */
static inline uint32_t ip_link_header_len(const struct ip_link *link)
{
	if (link->kind != HF_LINK_ETHERNET)
		return 0;
	return WIRE_ETHERNET_HEADER + (link->vlan != 0 ? WIRE_VLAN_TAG : 0);
}

/* ---- addresses -------------------------------------------------------- */

/*
 * A local address, once for all who use it. Own ones were given to the host;
 * others are those of connections that it intercepts. Times are in seconds.
 */
struct ip_address {
	struct record record; /* its timer: conflict.c */
	struct hf_addr addr;
	uint32_t uses; /* connections and listeners; 1 more if own */
	uint8_t link;
	bool is_own;
	uint8_t state; /* enum hf_address_state, of an own one */
	uint8_t probes; /* sent; then announcements sent */
	bool is_learned;
	uint16_t defended_at; /* when, modulo 2^16; 0: never */
	uint32_t next; /* ref of another own one; first: struct ip.first_own */
	uint32_t preferred_until, valid_until; /* learned; all ones: for ever */
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
	uint32_t owner; /* ref of the address, or the learned, it came with */
	uint8_t bits; /* 0-128 */
	bool is_ipv4;
	bool is_connected; /* came with an address */
	bool is_dead; /* its gateway does not answer: RFC 1122 3.3.1.4 */
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
/* The same on a link that is known. */
uint32_t ip_source_on(const struct turn *t, uint32_t link,
		      const struct hf_addr *to);
/* True if an address is of a network of the link: no gateway is between. */
bool ip_is_on_link(const struct turn *t, uint32_t link,
		   const struct hf_addr *a);
/* True if it is the broadcast address of a connected network. */
bool ip_is_broadcast(const struct turn *t, const struct hf_addr *a);

enum hf_error ip_route_add(struct turn *t, const struct ip_route *route);
/* Removes the route that came with an address or a learned, if any. */
void ip_route_remove(struct turn *t, uint32_t owner);
/* A gateway answers, or does not: others are preferred to a dead one. */
void ip_route_gateway(struct turn *t, uint32_t link, const struct hf_addr *addr,
		      bool is_dead);
/* Where a datagram for `to` goes next on a link: a gateway, or `to` itself. */
struct hf_addr ip_next_hop(const struct turn *t, uint32_t link,
			   const struct hf_addr *to);

/* ---- neighbours: neighbour.c, reachability.c -------------------------- */

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
	bool is_router;
	bool is_proven;
	uint8_t reply_count;
	uint32_t first_reply, last_reply;
	uint32_t unused[2];
	struct ready waiting; /* list of connections: at READY_OFFSET */
	uint32_t next, prev; /* in unproven or proven */
	hf_time confirmed; /* when it was last known to be reachable */
};

#define NEIGHBOUR_OCTETS 128u
_Static_assert(sizeof(struct neighbour) <= NEIGHBOUR_OCTETS, "two units");
_Static_assert(offsetof(struct neighbour, waiting) == READY_OFFSET, "one place");

static inline struct neighbour *neighbour_at(const struct turn *t, uint32_t ref)
{
	return block_at(t->b, ref);
}

/* Where a frame goes, or what it has to wait for. */
struct way {
	struct hf_mac mac;
	uint32_t neighbour; /* ref; 0: none, or no memory for one */
};

/* The same as way_find(), on Ethernet. */
bool way_resolve(struct turn *t, uint32_t link, const struct hf_addr *to,
		 struct way *way);

/*
 * The way to an address on a link. False: its neighbour's MAC is not known;
 * it has been asked for.
 */
static inline bool way_find(struct turn *t, uint32_t link,
			    const struct hf_addr *to, struct way *way)
{
	return ip_link_at(t, link)->kind != HF_LINK_ETHERNET ||
	       way_resolve(t, link, to, way);
}

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
/* Forgets it, and the replies that wait. No connection waits for it. */
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
/* It is used: RFC 4861 7.3.3; asks for the MAC if it is not known. */
void neighbour_used(struct turn *t, uint32_t ref);
/* It is no more to be trusted: probe it at once. */
void neighbour_suspected(struct turn *t, uint32_t ref);
/*
 * Its timer has fired. False: it does not answer; neighbour_waiter() tells
 * who waits, one by one, and neighbour_free() then ends it.
 */
bool neighbour_expired(struct turn *t, uint32_t ref);
/* Takes a connection out of those that wait for a neighbour; 0: none. */
uint32_t neighbour_waiter(struct turn *t, uint32_t ref);

/* ---- ARP, ND, conflicts, routers -------------------------------------- */

enum hf_drop arp_arrived(struct turn *t, uint32_t link, const uint8_t *payload,
			 uint32_t len);
/* A neighbour discovery message; `is_verified`: its checksum is right. */
enum hf_drop nd_arrived(struct turn *t, uint32_t link, const struct wire_ip *ip,
			bool is_verified);
/* Asks where a neighbour is (to all), or whether it is there (to itself). */
void arp_solicit(struct turn *t, const struct neighbour *n, bool to_all);
void nd_solicit(struct turn *t, const struct neighbour *n, bool to_all);
/* Probes for an address of ours, and announces it. */
void arp_probe(struct turn *t, const struct ip_address *a);
void arp_announce(struct turn *t, const struct ip_address *a);
void nd_probe(struct turn *t, const struct ip_address *a);
void nd_announce(struct turn *t, const struct ip_address *a);
void nd_solicit_routers(struct turn *t, uint32_t link);

/* A new own address: conflict.c probes for it, or not. */
void conflict_start(struct turn *t, uint32_t ref);
/* Another host uses it, or probes for it. */
void conflict_heard(struct turn *t, uint32_t ref);
/* The timer of an own address has fired. */
void address_expired(struct turn *t, uint32_t ref);
/* Restarts the timer of an own address, whose lifetimes have changed. */
void address_timer(struct turn *t, uint32_t ref);
bool address_is_usable(const struct ip_address *a);

/*
 * What router advertisements told: a default router, a prefix on the link;
 * or that none has come yet, and routers are to be asked. Its timer is its
 * lifetime; it owns a route.
 */
enum learned_kind {
	LEARNED_ROUTER,
	LEARNED_PREFIX,
	LEARNED_NOTHING, /* asks again */
};

struct learned {
	struct record record;
	struct hf_addr addr;
	uint32_t next; /* ref of another; first: struct ip.first_learned */
	uint8_t link;
	uint8_t kind; /* enum learned_kind */
	uint8_t bits; /* of a prefix */
	uint8_t asked; /* solicitations sent */
};

_Static_assert(sizeof(struct learned) <= BLOCK_UNIT, "one unit");

/* A link that accepts routers begins to ask for them. */
void router_start(struct turn *t, uint32_t link);
enum hf_drop router_advertised(struct turn *t, uint32_t link,
			       const struct wire_nd *nd,
			       const struct hf_addr *from);
/* A neighbour says that it is no router any more: RFC 4861 7.2.5. */
void router_resigned(struct turn *t, uint32_t link,
		     const struct hf_addr *router);
void learned_expired(struct turn *t, uint32_t ref);

/* ---- replies ---------------------------------------------------------- */

enum reply_kind {
	REPLY_TCP,
	REPLY_ICMP,
	REPLY_ARP,
	REPLY_ND,
};

/*
 * A small answer or question that no connection stands behind: a reset, the
 * ACK of TIME_WAIT, an echo reply, an ICMP error, ARP, ND. It overlays its
 * record's start.
 */
struct reply {
	uint32_t next; /* in its link's queue, or its neighbour's */
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
			uint32_t id; /* of its fragments */
			uint16_t sent; /* octets of it, in fragments */
			uint8_t kind; /* enum wire_icmp_kind */
			uint8_t code;
		} icmp;
		struct {
			struct hf_mac to; /* zero: by the neighbour */
			struct hf_mac target; /* ARP */
			uint8_t op; /* enum wire_arp_op, or wire_nd_type */
			bool has_mac, is_solicited, is_override;
			uint8_t nonce[6];
		} link;
	} u;
	struct hf_addr local, remote; /* ARP, ND: who asks, who is asked for */
	uint8_t why; /* enum hf_why */
	uint8_t kind; /* enum reply_kind */
	uint8_t ttl, tos; /* ttl 0: as configured */
};

_Static_assert(sizeof(struct reply) <= BLOCK_UNIT, "one unit");

/*
 * A reply to fill in, queued for the link towards `remote`; NULL if too many
 * are queued or there is no way there.
 */
struct reply *reply_push(struct turn *t, enum reply_kind kind,
			 const struct hf_addr *remote);
/* The same for a link that is known. */
struct reply *reply_push_on(struct turn *t, uint32_t link, enum reply_kind kind,
			    const struct hf_addr *remote);

/* The first reply of a link; NULL. reply_take() takes it out of the queue. */
static inline struct reply *reply_first(const struct turn *t, uint32_t link)
{
	uint32_t ref = ip_link_at(t, link)->first_reply;

	return ref != 0 ? block_at(t->b, ref) : NULL;
}
struct reply *reply_take(struct turn *t, uint32_t link);
/* Puts one that was taken out behind the others again. */
void reply_requeue(struct turn *t, uint32_t link, struct reply *reply);
/* Is done with one that was taken out, and with its body. */
void reply_free(struct turn *t, struct reply *reply);

/* Writes an ARP or ND message as its link's datagram; returns the octets. */
uint32_t arp_write(const struct turn *t, uint32_t link, const struct reply *r,
		   uint8_t *to);
uint32_t nd_write(const struct turn *t, uint32_t link, const struct reply *r,
		  uint8_t *to);
/* The destination address that nd_write() writes. */
struct hf_addr nd_destination(const struct reply *r);

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
void icmp_send_error(struct turn *t, uint32_t link,
		     const struct wire_icmp *error, const struct wire_ip *ip,
		     const void *datagram);

/* A protocol that the host does not speak: config.unserved. */
void icmp_refuse_protocol(struct turn *t, uint32_t link,
			  const struct wire_ip *ip, const void *datagram);

/* Queues the answer to an echo request. */
enum hf_drop icmp_answer_echo(struct turn *t, uint32_t link,
			      const struct wire_icmp *echo,
			      const struct wire_ip *ip);
/* Gives back the body of a message, and its share of ip.held. */
void icmp_forget(struct turn *t, struct reply *reply);

/*
 * Writes a queued ICMP message as a datagram, or its next fragment, of at
 * most `cap` octets (and what the link's MTU allows); 0 if it cannot be
 * sent. icmp_is_written() then tells whether that was all of it.
 */
size_t icmp_write(struct turn *t, uint32_t link, struct reply *reply,
		  uint8_t *to, size_t cap);
bool icmp_is_written(const struct reply *reply);

/* ---- fragments: RFC 791 3.2, RFC 8200 4.5, RFC 5722, RFC 6946 --------- */

/*
 * Takes in a fragment. HF_ACCEPTED: it is kept, and *whole is NULL; or it was
 * the last that was missing, and *whole is the datagram of *len octets, as if
 * it had never been fragmented, until the next fragment comes. A drop reason
 * else.
 */
enum hf_drop fragment_arrived(struct turn *t, uint32_t link,
			      const struct wire_ip *ip, const uint8_t *datagram,
			      const uint8_t **whole, uint32_t *len);
void fragment_init(struct turn *t);
/* The time of a datagram is up. */
void fragment_expired(struct turn *t, uint32_t ref);
int fragment_check(const struct turn *t);

/* ---- source routes: RFC 9293 3.9.2.1 ---------------------------------- */

/* The route that is used for all that goes to the owner's peer: MUST-52. */
struct source_route {
	struct record record; /* chained to the next; value: its owner's ref */
	struct wire_source_route route;
};

_Static_assert(sizeof(struct source_route) <= BLOCK_UNIT, "one unit");

/* The route of an owner; NULL. */
const struct wire_source_route *source_route_of(const struct turn *t,
						uint32_t owner);
/* Sets it, anew or in place of another: MUST-53. False: too many. */
bool source_route_set(struct turn *t, uint32_t owner,
		      const struct wire_source_route *route);
/* Gives it to another owner (0: nobody), if there is one. */
void source_route_move(struct turn *t, uint32_t from, uint32_t to);

#endif
