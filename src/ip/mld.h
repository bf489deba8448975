/* SPDX-License-Identifier: MIT */
/*
 * Multicast listener discovery: RFC 3810 as far as a host needs it that hears
 * the solicited-node groups of its addresses (RFC 4861 7.2.1), so that
 * switches that go by it let neighbour discovery through.
 */
#ifndef IP_MLD_H
#define IP_MLD_H

#include "address.h"
#include "reply.h"

/* An address begins, or has ended, to be heard for. */
void mld_join(struct turn *t, const struct ip_address *a);
void mld_leave(struct turn *t, const struct ip_address *a);

enum hf_drop mld_arrived(struct turn *t, uint32_t link,
			 const struct wire_ip *ip, bool is_verified);
/* A query's time has come: tells of all groups of the link. */
void mld_answer(struct turn *t, uint32_t link, bool is_v1);

struct hf_addr mld_destination(const struct reply *r);
uint32_t mld_write(const struct reply *r, uint8_t *to);

#endif
