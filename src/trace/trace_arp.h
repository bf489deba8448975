/* SPDX-License-Identifier: MIT */
/* What the forms of ARP have in common. */
#ifndef TRACE_ARP_H
#define TRACE_ARP_H

#include "reader.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ARP_TRAILER 0x1000u /* IP with its headers at the end: RFC 893 */

enum arp_operation {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	ARP_REVERSE_REQUEST = 3,
	ARP_REVERSE_REPLY = 4,
	ARP_INVERSE_REQUEST = 8,
	ARP_INVERSE_REPLY = 9,
	ARP_NACK = 10,
};

static inline bool arp_is_of_ip(uint16_t protocol)
{
	return protocol == ETHERTYPE_IPV4 || protocol == ARP_TRAILER;
}

void arp_tell_protocol(const struct reader *r, uint16_t protocol);
/* "Request " */
void arp_tell_operation(const struct reader *r, uint16_t operation);

/* ARP over ATM; false: it has been shown as it is. */
bool line_atm_arp(const struct reader *r, const struct hf_trace_style *style);

#endif
