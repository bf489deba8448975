/* SPDX-License-Identifier: MIT */
/* The host: the block's header, and what every call begins with. */
#ifndef HOST_INTERNAL_H
#define HOST_INTERNAL_H

#include "half_open.h"

struct hf_host {
	struct block block; /* first: the block begins with it */
	struct ip ip;
	struct tcp tcp;
};

/* config.c */
bool config_is_valid(const struct hf_config *config);
void config_apply_rates(struct ip *ip);

/* The largest queue: a window says no more, RFC 7323 2.3. */
#define BUFFER_MOST (UINT32_C(1) << 30)

static inline struct turn turn_of(const struct hf_host *host, hf_time now,
				  struct hf_report *report)
{
	struct hf_host *h = (struct hf_host *)(uintptr_t)host;

	return (struct turn){ &h->block, &h->ip, &h->tcp, report, now };
}

/* The connection of a handle, unless its user has let go of it; NULL. */
static inline struct tcb *find_connection(const struct hf_host *host,
					  struct hf_handle handle)
{
	struct tcb *tcb =
		pool_find(&host->block, &host->tcp.connections, handle);

	if (tcb == NULL || tcb->flags & (TCB_RELEASED | TCB_UNACCEPTED))
		return NULL;
	return tcb;
}

static inline struct listener *find_listener(const struct hf_host *host,
					     struct hf_handle handle)
{
	return pool_find(&host->block, &host->tcp.listeners, handle);
}

/* The kind of thing that a page of records holds: enum hf_pool; HF_POOLS. */
static inline enum hf_pool pool_of(const struct hf_host *host, uint32_t ref)
{
	return (enum hf_pool)(block_page(&host->block, ref)->pool - 1);
}

#endif
