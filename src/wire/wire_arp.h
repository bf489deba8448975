/* SPDX-License-Identifier: MIT */
/* ARP (RFC 826) for IPv4 over Ethernet. */
#ifndef WIRE_ARP_H
#define WIRE_ARP_H

#include "wire_ethernet.h"

#define WIRE_ARP_LEN 28u

enum wire_arp_op {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

struct wire_arp {
	uint16_t op;
	struct hf_mac sender_mac, target_mac;
	struct hf_addr sender, target; /* IPv4, mapped */
};

/*
 * HF_ACCEPTED; HF_DROP_TRUNCATED; HF_DROP_ARP: other hardware (IEEE 802 by
 * its own number, RFC 1042, is not other), protocol, lengths or operation, or
 * a sender whose MAC is multicast or zero.
 */
enum hf_drop wire_arp_parse(struct wire_arp *arp, const uint8_t *data,
			    uint32_t len);

/* Writes WIRE_ARP_LEN octets and returns their number. */
uint32_t wire_arp_emit(const struct wire_arp *arp, uint8_t *to);

#endif
