/* SPDX-License-Identifier: MIT */
/* For the tests of what routers say: a router, and where things go. */
#ifndef TEST_ROUTER_FIXTURE_H
#define TEST_ROUTER_FIXTURE_H

#include "net.h"
#include <string.h>

#define LOCAL "fe80::ff:fe00:1"
#define ROUTER "fe80::fe"
#define LEARNED "2001:db8:1::ff:fe00:1" /* of 2001:db8:1::/64 and our MAC */
#define NEAR "2001:db8:1::2"
#define FAR "2001:db8:f::1"
#define SOLICITATION "IP6 * > ff02::2: ICMP6, router solicitation, length *"
#define FOR_EVER 0xffffffffu

/* A host with addresses that obeys routers, and has stopped asking for them */
static inline void settle(struct net *n)
{
	n->accept_routers = n->v6 = true;
	net_start(n);
	n->events = 0;
}

/* Router fe80::fe, of MAC fe, is there for `lifetime` seconds. */
static inline struct net_nd router(unsigned lifetime)
{
	return nd_router(ROUTER, lifetime, 0xfe);
}

static inline void in_router(struct net *n, unsigned lifetime)
{
	struct net_nd nd = router(lifetime);

	net_nd(n, &nd);
	net_dropped(n, HF_ACCEPTED);
}

/* It is there, and so is a prefix. */
static inline void in_prefix(struct net *n, const char *prefix, unsigned flags,
			     uint32_t valid, uint32_t preferred)
{
	struct net_nd nd = router(1800);

	nd_prefix(&nd, prefix, 64, flags, valid, preferred);
	net_nd(n, &nd);
	net_dropped(n, HF_ACCEPTED);
}

/* Whose MAC the first SYN to an address goes to; 0: all are asked for it. */
static inline int open_goes_to(struct net *n, const char *remote)
{
	struct hf_open options = { .remote = addr(remote), .remote_port = 80 };
	int mac = 0;

	net_expect(n, HF_OK,
		   hf_open(n->host, &options, n->now, &n->handle[n->handles]));
	for (;;) {
		/* a question that was asked already is repeated in a second */
		require(n, net_take(n, MS(1001)));
		if (net_matches(text("*who has %s, *", remote), n->last.text))
			break;
		mac = n->last.data[5];
		if (net_matches("*.80: Flags [S]*", n->last.text))
			break;
	}
	if (n->last.data[0] & 1)
		mac = 0;
	ok(n, hf_abort(n->host, n->handle[n->handles], n->now));
	pass(n, 0);
	return mac;
}

static inline enum hf_error open_says(struct net *n, const char *remote)
{
	struct hf_open options = { .remote = addr(remote), .remote_port = 80 };
	struct hf_handle h;
	enum hf_error e = hf_open(n->host, &options, n->now, &h);

	if (e == HF_OK)
		n->handle[n->handles++] = h;
	return e;
}

static inline struct hf_address address_get(struct net *n, const char *address)
{
	struct hf_address all[64];
	size_t count = hf_addresses(n->host, all, 64);
	struct hf_addr a = addr(address);

	for (size_t i = 0; i < count && i < 64; i++)
		if (memcmp(&all[i].addr, &a, sizeof a) == 0)
			return all[i];
	net_fail(n, "there is no %s", address);
}

/* Seconds that an address will stay. */
static inline unsigned valid_for(struct net *n, const char *address)
{
	hf_time until = address_get(n, address).valid_until;

	if (until == HF_NEVER)
		return FOR_EVER;
	return (unsigned)((until - n->now + MS(500)) / SEC(1));
}

#endif
