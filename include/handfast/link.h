/* SPDX-License-Identifier: MIT */
/* The links of a host, its addresses on them, its neighbours, its routes. */
#ifndef HANDFAST_LINK_H
#define HANDFAST_LINK_H

#include <handfast/types.h>

struct hf_host;

/* The link that every host has: what it sends to its own addresses. */
#define HF_LINK_LOOPBACK 0u

/* What the frames of a link begin with. */
enum hf_link_kind {
	HF_LINK_IP = 0, /* nothing: each is a datagram, to the only other end */
	HF_LINK_ETHERNET, /* with ARP and neighbour discovery */
};

struct hf_link {
	uint32_t mtu; /* octets of the largest IP datagram: 576-65535 */
	bool accept_any; /* take in datagrams for any address (proxies) */
	bool accept_routers; /* obey router advertisements: RFC 4861 6.3.4 */
	uint8_t kind; /* enum hf_link_kind */
	struct hf_mac mac; /* the host's own, on Ethernet */
	uint16_t vlan; /* 1-4094: its frames have this tag; 0: none */
};

/*
 * Adds a link and says its number. One of Ethernet whose MTU is 1280 or more
 * gets an IPv6 link-local address made of its MAC (RFC 4862 5.3).
 * HF_ERR_ARGUMENT: mtu, vlan or kind out of range, or a multicast MAC.
 * HF_ERR_LIMIT: config.links, or as hf_address_add().
 */
HF_PUBLIC enum hf_error hf_link_add(struct hf_host *host,
				    const struct hf_link *link, hf_time now,
				    uint32_t *id);

/*
 * Gives the host an address on a link, and a route to its prefix. On
 * Ethernet it is probed first (RFC 5227, RFC 4862 5.4), for which see
 * hf_address_state().
 * HF_ERR_ARGUMENT: no such link, not a unicast address, or prefix length
 * out of range (0-32 for IPv4, 0-128 for IPv6).
 * HF_ERR_ADDRESS_IN_USE: it has it already. HF_ERR_LIMIT, HF_ERR_NO_MEMORY.
 */
HF_PUBLIC enum hf_error hf_address_add(struct hf_host *host, uint32_t link,
				       struct hf_addr addr, unsigned prefix_len,
				       hf_time now);

enum hf_address_state {
	HF_ADDRESS_NONE = 0, /* the host does not have it */
	HF_ADDRESS_TENTATIVE, /* probed, and not used yet */
	HF_ADDRESS_OPTIMISTIC, /* probed, and used already: RFC 4429 */
	HF_ADDRESS_READY,
	HF_ADDRESS_DEPRECATED, /* learned, past its preferred lifetime */
	HF_ADDRESS_DUPLICATE, /* another host has it: not used */
};

/*
 * How an address stands. HF_EVENT_ADDRESS, of no handle, comes with each
 * change of one that is not the caller's doing.
 */
HF_PUBLIC enum hf_address_state hf_address_state(const struct hf_host *host,
						 struct hf_addr addr);

/* An address of a link's, in no order. */
struct hf_address {
	struct hf_addr addr;
	uint32_t link;
	enum hf_address_state state;
	bool is_learned; /* from a router advertisement */
	hf_time valid_until; /* HF_NEVER: as long as it is not removed */
};

/* Fills in up to `most` addresses of the host; returns how many it has. */
HF_PUBLIC size_t hf_addresses(const struct hf_host *host,
			      struct hf_address *addresses, size_t most);

/* RFC 4861 7.3.2, for IPv4 too. */
enum hf_neighbour_state {
	HF_NEIGHBOUR_INCOMPLETE,
	HF_NEIGHBOUR_REACHABLE,
	HF_NEIGHBOUR_STALE,
	HF_NEIGHBOUR_DELAY,
	HF_NEIGHBOUR_PROBE,
};

struct hf_neighbour {
	struct hf_addr addr;
	uint32_t link;
	struct hf_mac mac; /* all zero while it is not known */
	enum hf_neighbour_state state;
	bool is_router;
};

/* Fills in up to `most` neighbours, as they come; returns how many are known */
HF_PUBLIC size_t hf_neighbours(const struct hf_host *host,
			       struct hf_neighbour *neighbours, size_t most);

/* The name of a state, such as "REACHABLE"; never NULL. */
HF_PUBLIC const char *hf_neighbour_state_name(enum hf_neighbour_state state);

/*
 * Takes an address from the host. Its connections stay until they end, but
 * nothing new comes in for it.
 * HF_ERR_ADDRESS_NOT_AVAILABLE: the host does not have it.
 */
HF_PUBLIC enum hf_error hf_address_remove(struct hf_host *host,
					  struct hf_addr addr);

/*
 * Sends what is for `prefix` by `link`, through `gateway` unless it is
 * unspecified. The longest prefix wins; of equals the first added.
 * HF_ERR_ARGUMENT, HF_ERR_LIMIT.
 */
HF_PUBLIC enum hf_error hf_route_add(struct hf_host *host,
				     struct hf_addr prefix, unsigned prefix_len,
				     uint32_t link, struct hf_addr gateway);

#endif
