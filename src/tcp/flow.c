/* SPDX-License-Identifier: MIT */
#include "tcp.h"

/*
 * SipHash under a secret key: who does not know it cannot make segments that
 * fall into one chain. Two words for IPv4, five for IPv6.
 */
static uint32_t hash(const struct tcp *tcp, const struct endpoints *e)
{
	uint64_t words[5];
	uint64_t ports = (uint64_t)e->local_port << 16 | e->remote_port;
	uint32_t local, remote;

	if (!addr_is_ipv4(e->remote)) {
		memcpy(words, e->local, 16);
		memcpy(words + 2, e->remote, 16);
		words[4] = ports;
		return (uint32_t)siphash_1_3_words(&tcp->flow_key, words, 5);
	}
	memcpy(&local, e->local->octet + 12, 4);
	memcpy(&remote, e->remote->octet + 12, 4);
	words[0] = (uint64_t)local << 32 | remote;
	words[1] = ports;
	return (uint32_t)siphash_1_3_words(&tcp->flow_key, words, 2);
}

static struct endpoints ends_of(const struct block *b, const struct flow *flow)
{
	const struct ip_address *local = block_at(b, flow->local);

	return (struct endpoints){ &local->addr, &flow->remote,
				   flow->local_port, flow->remote_port };
}

static uint32_t rehash(const struct block *b, const void *context, uint32_t ref)
{
	struct endpoints ends = ends_of(b, block_at(b, ref));

	return hash(context, &ends);
}

static bool is_between(const struct turn *t, const struct flow *f,
		       const struct endpoints *ends)
{
	return f->local_port == ends->local_port &&
	       f->remote_port == ends->remote_port &&
	       addr_eq(&f->remote, ends->remote) &&
	       addr_eq(flow_local(t, f), ends->local);
}

/*
 * A pair is looked for before it is inserted, and found before it is replaced:
 * the last hash that was computed is often wanted again.
 */
static uint32_t hash_again(const struct turn *t, const struct endpoints *e)
{
	struct flow_hash *last = &t->tcp->last_hash;

	if (last->local_port == e->local_port &&
	    last->remote_port == e->remote_port &&
	    addr_eq(&last->remote, e->remote) &&
	    addr_eq(&last->local, e->local))
		return last->value;
	*last = (struct flow_hash){ *e->local, *e->remote, e->local_port,
				    e->remote_port, hash(t->tcp, e) };
	return last->value;
}

static uint32_t hash_of(const struct turn *t, const struct flow *flow)
{
	struct endpoints ends = ends_of(t->b, flow);

	return hash_again(t, &ends);
}

/* Segments come in bursts, so the last one's flow is worth a look. */
uint32_t flow_find(const struct turn *t, const struct endpoints *ends)
{
	uint32_t ref = t->tcp->last_found;

	if (ref != 0 && is_between(t, block_at(t->b, ref), ends))
		return ref;
	ref = *table_chain(t->b, &t->tcp->flows, hash_again(t, ends));
	while (ref != 0 && !is_between(t, block_at(t->b, ref), ends))
		ref = record_at(t->b, ref)->chain;
	if (ref != 0)
		t->tcp->last_found = ref;
	return ref;
}

uint32_t flow_first(const struct turn *t, const struct flow *flow)
{
	return *table_chain(t->b, &t->tcp->flows, hash_of(t, flow));
}

void flow_insert(struct turn *t, uint32_t ref)
{
	table_insert(t->b, &t->tcp->flows, ref, hash_of(t, block_at(t->b, ref)),
		     rehash, t->tcp);
}

void flow_remove(struct turn *t, uint32_t ref)
{
	t->tcp->last_found = 0;
	table_remove(t->b, &t->tcp->flows, ref,
		     hash_of(t, block_at(t->b, ref)));
}

void flow_replace(struct turn *t, uint32_t from, uint32_t to)
{
	struct record *old = record_at(t->b, from);
	uint32_t *link = table_chain(t->b, &t->tcp->flows,
				     hash_of(t, block_at(t->b, from)));

	while (*link != from)
		link = &record_at(t->b, *link)->chain;
	record_at(t->b, to)->chain = old->chain;
	*link = to;
	old->chain = 0;
	t->tcp->last_found = to;
}

/* A link-local peer is on the link of the address that it talks to. */
bool flow_link(const struct turn *t, const struct flow *flow, uint32_t *link)
{
	if (addr_is_link_local(&flow->remote)) {
		*link = ip_address_at(t, flow->local)->link;
		return true;
	}
	return ip_link_towards(t, &flow->remote, link);
}
