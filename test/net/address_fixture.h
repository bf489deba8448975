/* SPDX-License-Identifier: MIT */
/* For the tests of addresses: a link, rivals, and what is awaited. */
#ifndef TEST_ADDRESS_FIXTURE_H
#define TEST_ADDRESS_FIXTURE_H

#include "net.h"

#define LOCAL "fe80::ff:fe00:1"
#define PROBE4 "ARP, Request who-has 10.0.0.1 tell 0.0.0.0, length 28"
#define ANNOUNCEMENT "ARP, Request who-has 10.0.0.1 tell 10.0.0.1, length 28"
#define PROBE6                                                                 \
	"IP6 :: > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has "      \
	"fd00::1, length 32"
#define ADVERTISED6                                                            \
	"IP6 fd00::1 > ff02::1: ICMP6, neighbor advertisement, tgt is "        \
	"fd00::1, length 32"

/* A link whose link-local address is settled, and no address else. */
static inline void settle(struct net *n)
{
	n->bare = true;
	net_start(n);
	net_pass(n, SEC(20));
	n->events = 0;
}

static inline void add(struct net *n, const char *address)
{
	net_expect(n, HF_OK,
		   hf_address_add(n->host, n->link[0].id, addr(address), 24,
				  n->now));
}

/* The state that an address has while it is probed. */
static inline enum hf_address_state probed(const struct net *n)
{
	return n->is_linux ? HF_ADDRESS_OPTIMISTIC : HF_ADDRESS_TENTATIVE;
}

static inline enum hf_error open_from(struct net *n, const char *local,
				      const char *remote)
{
	struct hf_open options = { .local = addr(local),
				   .remote = addr(remote),
				   .remote_port = 80 };
	struct hf_handle h;
	enum hf_error e = hf_open(n->host, &options, n->now, &h);

	if (e == HF_OK)
		n->handle[n->handles++] = h;
	return e;
}

/* Takes the frames of `ms`; says how many match, and when the last came. */
static inline unsigned count(struct net *n, unsigned ms, const char *pattern)
{
	hf_time end = n->now + MS(ms);
	unsigned matches = 0;

	while (n->now < end && net_take(n, end - n->now))
		matches += net_matches(pattern, n->last.text);
	return matches;
}

enum rival {
	RIVAL_REPLY, /* a reply with our address as sender */
	RIVAL_REQUEST, /* a request likewise */
	RIVAL_ANNOUNCES,
	RIVAL_PROBE, /* wants it as well: 2.1.1 */
	RIVALS
};

static inline void in_rival(struct net *n, enum rival rival, int mac)
{
	if (rival == RIVAL_REPLY)
		net_arp(n, mac, BROADCAST, "10.0.0.1 is-at");
	else if (rival == RIVAL_REQUEST)
		net_arp(n, mac, BROADCAST, "who-has 10.0.0.7 tell 10.0.0.1");
	else if (rival == RIVAL_ANNOUNCES)
		net_arp(n, mac, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.1");
	else
		net_arp(n, mac, BROADCAST, "who-has 10.0.0.1 tell 0.0.0.0");
}

static inline void require_duplicate(struct net *n, const char *address)
{
	require(n, address_state(n, address) == HF_ADDRESS_DUPLICATE);
	event(n, NOBODY, HF_EVENT_ADDRESS);
	quiet(n, 60000);
	require(n, address_state(n, address) == HF_ADDRESS_DUPLICATE);
	no_event(n, NOBODY, HF_EVENT_ADDRESS);
}

#endif
