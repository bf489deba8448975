/* SPDX-License-Identifier: MIT */
/* Links: what has frames to send, and how they begin. */
#ifndef IP_LINK_H
#define IP_LINK_H

#include "turn.h"
#include "wire_ethernet.h"
#include "wire_ip.h"

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
};

#define IP_LINK_UNITS 2u
_Static_assert(sizeof(struct ip_link) <= IP_LINK_UNITS * BLOCK_UNIT,
	       "a link takes two units");
_Static_assert(offsetof(struct ip_link, ready) == READY_OFFSET, "one place");

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

#endif
