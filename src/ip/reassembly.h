/* SPDX-License-Identifier: MIT */
/* Datagrams from fragments: RFC 791 3.2, RFC 8200 4.5, RFC 5722, RFC 6946. */
#ifndef IP_REASSEMBLY_H
#define IP_REASSEMBLY_H

#include "turn.h"
#include "wire_ip.h"

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

#endif
