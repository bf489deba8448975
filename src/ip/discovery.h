/* SPDX-License-Identifier: MIT */
/* ARP and neighbour discovery: what is said and what is heard. */
#ifndef IP_DISCOVERY_H
#define IP_DISCOVERY_H

#include "address.h"
#include "neighbour.h"
#include "reply.h"
#include "wire_nd.h"

enum hf_drop arp_arrived(struct turn *t, uint32_t link, const uint8_t *payload,
			 uint32_t len);
/* A neighbour discovery message; `is_verified`: its checksum is right. */
enum hf_drop nd_arrived(struct turn *t, uint32_t link, const struct wire_ip *ip,
			bool is_verified);
/*
 * Asks where a neighbour is (to all), or whether it is there (to itself).
 * False: it cannot be asked just now.
 */
bool arp_solicit(struct turn *t, const struct neighbour *n, bool to_all);
bool nd_solicit(struct turn *t, const struct neighbour *n, bool to_all);
/* Probes for an address of ours, and announces it. */
void arp_probe(struct turn *t, const struct ip_address *a);
void arp_announce(struct turn *t, const struct ip_address *a);
void nd_probe(struct turn *t, const struct ip_address *a);
void nd_announce(struct turn *t, const struct ip_address *a);
void nd_solicit_routers(struct turn *t, uint32_t link);

/* Writes an ARP or ND message as its link's datagram; returns the octets. */
uint32_t arp_write(const struct turn *t, uint32_t link, const struct reply *r,
		   uint8_t *to);
uint32_t nd_write(const struct turn *t, uint32_t link, const struct reply *r,
		  uint8_t *to);
/* The destination address that nd_write() writes. */
struct hf_addr nd_destination(const struct reply *r);

#endif
