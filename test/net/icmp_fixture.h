/* SPDX-License-Identifier: MIT */
/* For the tests of ICMP: a host that knows neighbour 2. */
#ifndef TEST_ICMP_FIXTURE_H
#define TEST_ICMP_FIXTURE_H

#include "net.h"

#define LOCAL "fe80::ff:fe00:1"

/* A host that knows neighbour 2. */
static inline void settle(struct net *n)
{
	net_start(n);
	net_ping(n, 2, 2, 1);
	net_query(n, 0, 0, 2);
	net_answer(n, 2, 2);
	net_pong(n, 2, 2, 1);
	net_silence(n);
}

/* A datagram from neighbour 2 to us. */
static inline struct net_datagram from_two(struct net *n)
{
	return (struct net_datagram){ .from = 2,
				      .src = peer(n, 2),
				      .dst = self(n) };
}

/* Nothing is said about it; the time for limits passes too. */
static inline void nothing_about(struct net *n)
{
	net_quiet(n, SEC(1));
}

/* The octets of an answer from its ICMP header on. */
static inline const uint8_t *icmp_of(struct net *n)
{
	return n->last.data + 14 + (n->v6 ? 40 : 20);
}

#endif
