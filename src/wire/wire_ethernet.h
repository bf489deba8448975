/* SPDX-License-Identifier: MIT */
/* Ethernet II frames, with at most one VLAN tag (IEEE 802.1Q). */
#ifndef WIRE_ETHERNET_H
#define WIRE_ETHERNET_H

#include "wire_ip.h"

#define WIRE_ETHERNET_HEADER 14u
#define WIRE_VLAN_TAG 4u

#define WIRE_ETHERTYPE_IPV4 0x0800u
#define WIRE_ETHERTYPE_ARP 0x0806u
#define WIRE_ETHERTYPE_VLAN 0x8100u
#define WIRE_ETHERTYPE_IPV6 0x86ddu

struct wire_ethernet {
	struct hf_mac dst, src;
	uint16_t type; /* EtherType of the payload, past a tag */
	uint16_t vlan; /* VLAN identifier; 0: untagged, or only a priority */
	uint8_t priority; /* of the tag */
	const uint8_t *payload;
	uint32_t payload_len; /* padding included; of SNAP, without */
};

static inline bool mac_eq(const struct hf_mac *a, const struct hf_mac *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static inline bool mac_is_multicast(const struct hf_mac *a)
{
	return a->octet[0] & 1; /* broadcast too */
}

/* All zero: known to nobody. */
bool mac_is_zero(const struct hf_mac *a);

/*
 * Where frames for a multicast or broadcast address go: RFC 1112, RFC 2464.
 * An IPv4 address that is not multicast is a broadcast address here.
 */
struct hf_mac mac_of_multicast(const struct hf_addr *addr);

/*
 * Parses a frame, without its check sequence: HF_ACCEPTED, HF_DROP_TRUNCATED,
 * HF_DROP_LINK_TYPE (a length of IEEE 802.3 that is not followed by LLC and
 * SNAP as in RFC 1042; with them the type is SNAP's) or HF_DROP_VLAN (a tag
 * within a tag).
 */
enum hf_drop wire_ethernet_parse(struct wire_ethernet *e, const void *data,
				 uint32_t len);

/* Octets of the header that wire_ethernet_emit() writes. */
static inline uint32_t wire_ethernet_len(const struct wire_ethernet *e)
{
	return WIRE_ETHERNET_HEADER + (e->vlan != 0 ? WIRE_VLAN_TAG : 0);
}

/* Writes dst, src, the tag if `vlan` is not 0, and the type. */
uint32_t wire_ethernet_emit(const struct wire_ethernet *e, uint8_t *to);

#endif
