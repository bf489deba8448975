/* SPDX-License-Identifier: MIT */
/* Listeners: the passive OPEN, the completed queue, LISTEN's own segments. */
#include "half_open.h"

#define COMPLETED_DEFAULT 128u

static struct listener *listener_at(const struct turn *t, uint32_t ref)
{
	return block_at(t->b, ref);
}

static uint32_t hash_port(const struct tcp *tcp, uint16_t port)
{
	uint64_t word = port;

	return (uint32_t)siphash_1_3_words(&tcp->port_key, &word, 1);
}

static uint32_t rehash(const struct block *b, const void *context, uint32_t ref)
{
	const struct listener *l = block_at(b, ref);

	return hash_port(context, l->flow.local_port);
}

/* ---- finding one ------------------------------------------------------ */

static bool family_fits(const struct listener *l, const struct hf_addr *addr)
{
	return addr_is_ipv4(addr) ? l->wants_ipv4 : l->wants_ipv6;
}

/* The listener of this port: for the address itself, else for any. */
static uint32_t find_at_port(const struct turn *t, const struct hf_addr *addr,
			     uint16_t port)
{
	uint32_t ref =
		*table_chain(t->b, &t->tcp->bound, hash_port(t->tcp, port));
	uint32_t any = 0;

	for (; ref != 0; ref = record_at(t->b, ref)->chain) {
		const struct listener *l = listener_at(t, ref);

		if (l->flow.local_port != port || !family_fits(l, addr))
			continue;
		if (l->flow.local == 0)
			any = ref;
		else if (addr_eq(flow_local(t, &l->flow), addr))
			return ref;
	}
	return any;
}

static struct listener *find(const struct turn *t, const struct hf_addr *addr,
			     uint16_t port)
{
	uint32_t ref = find_at_port(t, addr, port);

	if (ref == 0)
		ref = find_at_port(t, addr, 0);
	return ref != 0 ? listener_at(t, ref) : NULL;
}

/* ---- the passive OPEN ------------------------------------------------- */

/* MUST-41: an error, and what has the port is as it was. */
static bool is_taken(const struct turn *t, const struct hf_listen *options,
		     uint32_t local, const struct listener *wanted)
{
	uint32_t ref = *table_chain(t->b, &t->tcp->bound,
				    hash_port(t->tcp, options->port));

	for (; ref != 0; ref = record_at(t->b, ref)->chain) {
		const struct listener *l = listener_at(t, ref);

		if (l->flow.local_port == options->port &&
		    l->flow.local == local &&
		    ((l->wants_ipv4 && wanted->wants_ipv4) ||
		     (l->wants_ipv6 && wanted->wants_ipv6)))
			return true;
	}
	/* MUST-42: `reuse` listens beside connections of the port. */
	return !options->reuse && options->port != 0 &&
	       port_is_used(t, options->port, local);
}

/* Any address, or any of IPv4, ::ffff:0.0.0.0. */
static bool is_wildcard(const struct hf_addr *addr)
{
	static const struct hf_addr any_ipv4 = { { [10] = 0xff, 0xff } };

	return addr_is_unspecified(addr) || addr_eq(addr, &any_ipv4);
}

static void set_families(struct listener *l, const struct hf_listen *options)
{
	bool is_ipv4 = addr_is_ipv4(&options->local);
	bool is_any = addr_is_unspecified(&options->local);

	l->wants_ipv4 = is_ipv4 || (is_any && !options->ipv6_only);
	l->wants_ipv6 = !is_ipv4;
}

static void set_limits(const struct turn *t, struct listener *l,
		       const struct hf_listen *options)
{
	const struct hf_config *config = &t->ip->config;

	l->half_open_limit = options->half_open ? options->half_open
						: config->half_open;
	l->completed_limit = options->completed ? options->completed
						: COMPLETED_DEFAULT;
	l->send_buffer = options->send_buffer ? options->send_buffer
					      : config->send_buffer;
	l->receive_buffer = options->receive_buffer ? options->receive_buffer
						    : config->receive_buffer;
	l->ask = options->ask;
	l->user = options->user;
}

static enum hf_error create(struct turn *t, const struct hf_listen *options,
			    uint32_t local, uint32_t *ref)
{
	struct listener *l;

	if (t->tcp->listeners.used == t->ip->config.listeners)
		return HF_ERR_LIMIT;
	*ref = pool_take(t->b, &t->tcp->listeners);
	if (*ref == 0)
		return HF_ERR_NO_MEMORY;
	l = listener_at(t, *ref);
	l->kind = FLOW_LISTENER;
	l->flow.local = local;
	l->flow.local_port = options->port;
	set_families(l, options);
	set_limits(t, l, options);
	table_insert(t->b, &t->tcp->bound, *ref,
		     hash_port(t->tcp, options->port), rehash, t->tcp);
	return HF_OK;
}

enum hf_error listen_open(struct turn *t, const struct hf_listen *options,
			  struct hf_handle *handle)
{
	struct listener wanted = { .kind = FLOW_LISTENER };
	uint32_t local = 0, ref = 0;
	enum hf_error error;

	set_families(&wanted, options);
	if (!is_wildcard(&options->local)) {
		if (!ip_address_is_own(t, &options->local))
			return HF_ERR_ADDRESS_NOT_AVAILABLE;
		local = ip_address_hold(t, &options->local, HF_LINK_LOOPBACK);
		if (local == 0)
			return HF_ERR_NO_MEMORY;
	}
	error = is_taken(t, options, local, &wanted)
			? HF_ERR_ADDRESS_IN_USE
			: create(t, options, local, &ref);
	if (error != HF_OK) {
		if (local != 0)
			ip_address_drop(t, local);
		return error;
	}
	*handle = (struct hf_handle){
		ref, listener_at(t, ref)->flow.record.generation
	};
	return HF_OK;
}

/* ---- completed connections -------------------------------------------- */

static void push_completed(struct turn *t, struct listener *l, struct tcb *tcb)
{
	uint32_t ref = tcb_ref(t, tcb);

	tcb->flags |= TCB_UNACCEPTED;
	tcb->owner.listener = block_ref(t->b, l);
	/* Its events wait until somebody has a name for it. */
	tcb->notice.is_listed = true;
	tcb->notice.prev = l->last_completed;
	if (l->last_completed != 0)
		notice_of(t, l->last_completed)->next = ref;
	else
		l->first_completed = ref;
	l->last_completed = ref;
	l->completed++;
	notice_add(t, block_ref(t->b, l), HF_EVENT_ACCEPT);
}

void listen_forget(struct turn *t, struct tcb *tcb)
{
	struct listener *l = listener_at(t, tcb->owner.listener);
	struct notice *n = &tcb->notice;

	if (n->prev != 0)
		notice_of(t, n->prev)->next = n->next;
	else
		l->first_completed = n->next;
	if (n->next != 0)
		notice_of(t, n->next)->prev = n->prev;
	else
		l->last_completed = n->prev;
	n->next = n->prev = 0;
	n->is_listed = false;
	l->completed--;
	tcb->flags &= ~TCB_UNACCEPTED;
}

enum hf_error listen_accept(struct turn *t, struct listener *l,
			    struct hf_handle *connection)
{
	uint32_t ref = l->first_completed;
	struct tcb *tcb;

	if (ref == 0)
		return HF_ERR_WOULD_BLOCK;
	tcb = tcb_at(t, ref);
	listen_forget(t, tcb);
	tcb->owner.user = l->user;
	if (tcb->notice.flags != 0)
		notice_add(t, ref, 0);
	*connection = (struct hf_handle){ ref, tcb->flow.record.generation };
	return HF_OK;
}

/* ---- the end of a listener -------------------------------------------- */

/* The ref of some half-open connection of a listener, from a bucket on. */
static uint32_t next_half_open(const struct turn *t, uint32_t listener,
			       uint32_t *bucket)
{
	for (; *bucket < t->tcp->flows.buckets; ++*bucket) {
		uint32_t ref = *table_chain(t->b, &t->tcp->flows, *bucket);

		for (; ref != 0; ref = record_at(t->b, ref)->chain) {
			const struct half_open *h = block_at(t->b, ref);

			if (flow_kind(&h->flow) == FLOW_HALF_OPEN &&
			    h->listener == listener)
				return ref;
		}
	}
	return 0;
}

void listen_close(struct turn *t, struct listener *l)
{
	uint32_t ref = block_ref(t->b, l), bucket = 0;

	while (l->half_open > 0)
		half_open_free(t,
			       block_at(t->b, next_half_open(t, ref, &bucket)));
	while (l->first_completed != 0) {
		struct tcb *tcb = tcb_at(t, l->first_completed);

		abort_reply(t, tcb);
		tcb_free(t, tcb);
	}
	notice_remove(t, ref);
	table_remove(t->b, &t->tcp->bound, ref,
		     hash_port(t->tcp, l->flow.local_port));
	if (l->flow.local != 0)
		ip_address_drop(t, l->flow.local);
	pool_give(t->b, &t->tcp->listeners, ref);
}

/* ---- 3.10.7.2 --------------------------------------------------------- */

static enum hf_drop arrive_ack(struct turn *t, struct listener *l,
			       struct arrival *a)
{
	enum hf_drop drop;

	if (cookie_arrived(t, l, a, &drop))
		return drop;
	reset_reply(t, a, true);
	return HF_DROP_LISTEN_ACK;
}

static bool is_under_pressure(const struct turn *t, const struct listener *l)
{
	return l->half_open >= l->half_open_limit ||
	       t->tcp->half_open.used >= t->tcp->half_open.limit;
}

static enum hf_drop arrive_syn(struct turn *t, struct listener *l,
			       const struct arrival *a)
{
	bool may_answer = cookie_may_answer(t, l, a);
	bool is_full = is_under_pressure(t, l);
	enum hf_drop drop = HF_DROP_BACKLOG;

	if (!is_full &&
	    !(may_answer && t->ip->config.syn_cookies == HF_COOKIES_ALWAYS))
		drop = half_open_create(t, l, a, NULL);
	else if (may_answer)
		return cookie_answer(t, l, a);
	if (drop == HF_DROP_NO_MEMORY && may_answer)
		return cookie_answer(t, l, a);
	return drop;
}

bool listen_hears(const struct turn *t, const struct arrival *a)
{
	return find(t, &a->ip->dst, a->seg.dst_port) != NULL;
}

/* Without a cookie: TIME_WAIT must be there again if nothing comes of it. */
enum hf_drop arrive_listen_again(struct turn *t, struct arrival *a,
				 struct time_wait *w)
{
	struct listener *l = find(t, &a->ip->dst, a->seg.dst_port);

	if (l == NULL)
		return HF_DROP_CLOSED;
	if (l->completed >= l->completed_limit || is_under_pressure(t, l))
		return HF_DROP_BACKLOG;
	return half_open_create(t, l, a, w);
}

enum hf_drop arrive_listen(struct turn *t, struct arrival *a)
{
	struct listener *l = find(t, &a->ip->dst, a->seg.dst_port);

	if (l == NULL)
		return HF_DROP_CLOSED;
	if (a->seg.flags & TCP_RST)
		return HF_DROP_LISTEN_FLAGS;
	if (a->seg.flags & TCP_ACK)
		return arrive_ack(t, l, a);
	if (!(a->seg.flags & TCP_SYN))
		return HF_DROP_LISTEN_FLAGS;
	if (l->completed >= l->completed_limit)
		return HF_DROP_BACKLOG;
	return arrive_syn(t, l, a);
}

enum hf_drop listen_complete(struct turn *t, struct half_open *h,
			     struct tcb *tcb)
{
	struct listener *l = listener_at(t, h->listener);

	if (l->completed >= l->completed_limit)
		return HF_DROP_BACKLOG;
	if (!tcb_inherit(t, tcb, l))
		return HF_DROP_NO_MEMORY;
	push_completed(t, l, tcb);
	return HF_ACCEPTED;
}
