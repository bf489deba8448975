/* SPDX-License-Identifier: MIT */
/*
 * The state of the internet layer, and what all rooms above share of it:
 * configuration, timing wheel, keys, random numbers, buffers and counters;
 * and the one argument that all their functions have.
 */
#ifndef IP_TURN_H
#define IP_TURN_H

#include "block.h"
#include "core.h"
#include "list.h"
#include "pool.h"
#include "queue.h"
#include "random.h"
#include "ready.h"
#include "siphash.h"
#include "table.h"
#include "wheel.h"
#include <handfast/host.h>

/* A token bucket: `per_second` tokens, and as many saved up at most. */
struct limiter {
	hf_time full_at; /* when it will be full again */
	uint32_t per_second;
};

/* Refs of the first and the last of a list. */
struct ends {
	uint32_t first, last;
};

struct ip {
	struct hf_config config;
	struct wheel wheel;
	struct random random;
	struct siphash_key address_key, neighbour_key;
	struct buffers buffers;
	struct pool addresses; /* of struct ip_address */
	struct table address_table;
	uint32_t first_own; /* ref, in the order in which they were added */
	struct pool replies; /* of struct reply */
	uint32_t waiting_replies; /* of them, for a neighbour */
	struct pool neighbours; /* of struct neighbour */
	struct table neighbour_table;
	struct ends unproven, proven; /* neighbours, longest unused first */
	uint32_t unproven_count;
	struct pool learned; /* of struct learned: router.c */
	struct pool datagrams; /* of struct datagram: fragment.c */
	struct ends oldest; /* of them, the first begun first */
	uint32_t scratch; /* ref: where one is put together; 0: not yet */
	uint32_t held; /* octets of fragments and echoes: config.held */
	struct pool source_routes; /* of struct source_route */
	uint32_t first_source_route;
	uint32_t first_learned;
	uint32_t links, link_count; /* ref of an array of struct ip_link */
	uint32_t routes, route_count; /* ref of an array of struct ip_route */
	struct limiter icmp, resets, challenges, questions;
	uint64_t address_filter; /* of their last octets: see address.c */
	struct hf_addr towards; /* the last destination that was looked up */
	uint32_t towards_link; /* its link; NO_LINK: forget it */
	bool addresses_changed; /* HF_EVENT_ADDRESS is due */
	uint64_t drops[HF_DROPS];
};

/* Numbers of pools: those of enum hf_pool from 1 on, then these. */
#define IP_POOL_REPLY (HF_POOLS + 1)
#define IP_POOL_ASK (HF_POOLS + 2)

#define IP_NO_LINK UINT32_MAX

struct tcp;

/* One call into the host, as its rooms see it: where, when, and who asks. */
struct turn {
	struct block *b;
	struct ip *ip;
	struct tcp *tcp;
	struct hf_report *report; /* or NULL */
	hf_time now;
};

/* Takes a token; false if none is left. */
bool limiter_allows(struct limiter *l, hf_time now);
/*
 * The same for challenge ACKs, at a cost that varies: who can count them must
 * not learn from the count what others have used up (RFC 5961 10).
 */
bool challenge_is_allowed(struct turn *t);

#endif
