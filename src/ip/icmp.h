/* SPDX-License-Identifier: MIT */
/* ICMP: echoes and errors. */
#ifndef IP_ICMP_H
#define IP_ICMP_H

#include "reply.h"
#include "wire_icmp.h"

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

#endif
