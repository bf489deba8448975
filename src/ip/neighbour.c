/* SPDX-License-Identifier: MIT */
/*
 * The cache of neighbours, of all links, for ARP and ND: finding them, and
 * which to forget when there are too many. How an entry's state changes is
 * in reachability.c.
 */
#include "ip.h"

/* Replies that may wait for a MAC: the newest ones, RFC 4861 7.2.2. */
#define REPLIES_MOST 3u
/* Of those that could be forgotten, so many are looked at. */
#define LOOKS_MOST 16u

/* ---- finding ---------------------------------------------------------- */

static uint32_t hash_of(const struct ip *ip, uint32_t link,
			const struct hf_addr *addr)
{
	uint64_t words[3];

	memcpy(words, addr, sizeof *addr);
	words[2] = link;
	return (uint32_t)siphash_1_3_words(&ip->neighbour_key, words, 3);
}

static uint32_t rehash(const struct block *b, const void *context, uint32_t ref)
{
	const struct neighbour *n = block_at(b, ref);

	return hash_of(context, n->link, &n->addr);
}

uint32_t neighbour_find(const struct turn *t, uint32_t link,
			const struct hf_addr *addr)
{
	uint32_t ref = *table_chain(t->b, &t->ip->neighbour_table,
				    hash_of(t->ip, link, addr));

	while (ref != 0) {
		const struct neighbour *n = neighbour_at(t, ref);

		if (n->link == link && addr_eq(&n->addr, addr))
			break;
		ref = n->record.chain;
	}
	return ref;
}

/* ---- the order in which they are forgotten ---------------------------- */

static struct ends *list_of(struct turn *t, const struct neighbour *n)
{
	return n->is_proven ? &t->ip->proven : &t->ip->unproven;
}

static void leave(struct turn *t, struct neighbour *n)
{
	struct ends *list = list_of(t, n);

	if (n->next != 0)
		neighbour_at(t, n->next)->prev = n->prev;
	else
		list->last = n->prev;
	if (n->prev != 0)
		neighbour_at(t, n->prev)->next = n->next;
	else
		list->first = n->next;
	t->ip->unproven_count -= !n->is_proven;
}

static void join(struct turn *t, struct neighbour *n)
{
	struct ends *list = list_of(t, n);
	uint32_t ref = block_ref(t->b, n);

	n->next = 0;
	n->prev = list->last;
	if (list->last != 0)
		neighbour_at(t, list->last)->next = ref;
	else
		list->first = ref;
	list->last = ref;
	t->ip->unproven_count += !n->is_proven;
}

void neighbour_touch(struct turn *t, uint32_t ref)
{
	struct neighbour *n = neighbour_at(t, ref);

	if (list_of(t, n)->last == ref)
		return;
	leave(t, n);
	join(t, n);
}

void neighbour_prove(struct turn *t, uint32_t ref)
{
	struct neighbour *n = neighbour_at(t, ref);

	leave(t, n);
	n->is_proven = true;
	join(t, n);
}

/* The one that is missed least, and for which no connection waits; 0. */
static uint32_t least_needed(const struct turn *t, const struct ends *list)
{
	uint32_t ref = list->first;

	for (uint32_t i = 0; ref != 0 && i < LOOKS_MOST; i++) {
		if (ready_first(t->b, ref) == 0)
			return ref;
		ref = neighbour_at(t, ref)->next;
	}
	return 0;
}

/*
 * Those that have not answered us yet take at most half of the room, so that
 * whoever claims to be a thousand neighbours, or makes us look for them, does
 * not make us forget the ones that we talk to (RFC 6583 4).
 */
static bool make_room(struct turn *t)
{
	const struct pool *pool = &t->ip->neighbours;
	uint32_t ref = 0;

	if (t->ip->unproven_count >= (pool->limit + 1) / 2)
		ref = least_needed(t, &t->ip->unproven);
	else if (pool->used < pool->limit)
		return true;
	if (ref == 0 && pool->used >= pool->limit)
		ref = least_needed(t, &t->ip->proven);
	if (ref == 0)
		return pool->used < pool->limit;
	neighbour_free(t, ref);
	return true;
}

uint32_t neighbour_hold(struct turn *t, uint32_t link,
			const struct hf_addr *addr)
{
	uint32_t ref = neighbour_find(t, link, addr);
	struct neighbour *n;

	if (ref != 0)
		return ref;
	if (!make_room(t))
		return 0;
	ref = pool_take(t->b, &t->ip->neighbours);
	if (ref == 0)
		return 0;
	n = neighbour_at(t, ref);
	n->addr = *addr;
	n->link = (uint8_t)link;
	ready_init(t->b, ref);
	list_init(t->b, block_ref(t->b, &n->syn_acks));
	join(t, n);
	table_insert(t->b, &t->ip->neighbour_table, ref,
		     hash_of(t->ip, link, addr), rehash, t->ip);
	return ref;
}

static void drop_first_reply(struct turn *t, struct neighbour *n)
{
	struct reply *r = block_at(t->b, n->first_reply);

	n->first_reply = r->next;
	if (n->first_reply == 0)
		n->last_reply = 0;
	n->reply_count--;
	t->ip->waiting_replies--;
	reply_free(t, r);
}

/* As if they had been sent, and lost: their tries are counted. */
static void postpone_syn_acks(struct turn *t, const struct neighbour *n)
{
	uint32_t head = block_ref(t->b, &n->syn_acks), ref;

	while ((ref = list_first(t->b, head)) != 0) {
		list_leave(t->b, ref);
		wheel_arm(t->b, &t->ip->wheel, ref,
			  t->now + t->ip->config.rto_initial);
	}
}

void neighbour_free(struct turn *t, uint32_t ref)
{
	struct neighbour *n = neighbour_at(t, ref);

	assert(ready_first(t->b, ref) == 0);
	while (n->first_reply != 0)
		drop_first_reply(t, n);
	postpone_syn_acks(t, n);
	leave(t, n);
	wheel_disarm(t->b, &t->ip->wheel, ref);
	table_remove(t->b, &t->ip->neighbour_table, ref,
		     hash_of(t->ip, n->link, &n->addr));
	ip_link_at(t, n->link)->way = 0;
	pool_give(t->b, &t->ip->neighbours, ref);
}

/* ---- what waits ------------------------------------------------------- */

void neighbour_keep_reply(struct turn *t, uint32_t ref, struct reply *reply)
{
	struct neighbour *n = neighbour_at(t, ref);
	uint32_t last = block_ref(t->b, reply);

	if (n->reply_count == REPLIES_MOST)
		drop_first_reply(t, n);
	if (t->ip->waiting_replies >= (t->ip->config.replies + 3) / 4) {
		reply_free(t, reply);
		return;
	}
	reply->next = 0;
	if (n->last_reply != 0)
		((struct reply *)block_at(t->b, n->last_reply))->next = last;
	else
		n->first_reply = last;
	n->last_reply = last;
	n->reply_count++;
	t->ip->waiting_replies++;
}

/* The MAC is known: all that waited has its turn. */
void neighbour_release(struct turn *t, uint32_t ref)
{
	struct neighbour *n = neighbour_at(t, ref);
	struct ip_link *link = ip_link_at(t, n->link);
	uint32_t head = block_ref(t->b, link), waits;

	while (n->first_reply != 0) {
		struct reply *r = block_at(t->b, n->first_reply);

		n->first_reply = r->next;
		reply_requeue(t, n->link, r);
	}
	n->last_reply = 0;
	t->ip->waiting_replies -= n->reply_count;
	n->reply_count = 0;
	ready_join(t->b, head, ref);
	while ((waits = list_first(t->b, block_ref(t->b, &n->syn_acks))) != 0) {
		list_leave(t->b, waits);
		list_push(t->b, head, waits);
	}
}

uint32_t neighbour_waiter(struct turn *t, uint32_t ref)
{
	uint32_t waits = ready_first(t->b, ref);

	if (waits != 0)
		ready_leave(t->b, waits);
	return waits;
}

/* ---- the way to an address -------------------------------------------- */

static bool has_mac(const struct neighbour *n)
{
	return n->state != HF_NEIGHBOUR_INCOMPLETE;
}

/* One segment after the other goes to the same destination. */
static uint32_t look_up(struct turn *t, uint32_t id, const struct hf_addr *to)
{
	struct ip_link *link = ip_link_at(t, id);
	struct hf_addr next;
	uint32_t ref;

	if (link->way != 0 && addr_eq(&link->way_to, to))
		return link->way;
	next = ip_next_hop(t, id, to);
	ref = neighbour_hold(t, id, &next);
	if (ref == 0)
		return 0;
	neighbour_touch(t, ref);
	link->way = ref;
	link->way_to = *to;
	return ref;
}

bool way_find(struct turn *t, uint32_t link, const struct ip_address *from,
	      const struct hf_addr *to, struct way *way)
{
	bool may_ask = addr_is_ipv4(to) || from == NULL ||
		       from->state != HF_ADDRESS_OPTIMISTIC;
	const struct neighbour *n;

	way->neighbour = 0;
	if (addr_is_multicast(to)) {
		way->mac = mac_of_multicast(to);
		return true;
	}
	way->neighbour = look_up(t, link, to);
	if (way->neighbour == 0)
		return false;
	neighbour_used(t, way->neighbour, may_ask);
	n = neighbour_at(t, way->neighbour);
	way->mac = n->mac;
	return has_mac(n);
}

void way_emit_header(const struct ip_link *link, const struct way *way,
		     uint16_t type, uint8_t *frame)
{
	const struct wire_ethernet e = {
		.dst = way->mac,
		.src = link->mac,
		.type = type,
		.vlan = link->vlan,
	};

	wire_ethernet_emit(&e, frame);
}

/* The neighbour that leads to an address, if it is known; 0. */
static uint32_t leads_to(const struct turn *t, uint32_t id,
			 const struct hf_addr *to)
{
	const struct ip_link *link = ip_link_at(t, id);
	struct hf_addr next;

	if (link->kind != HF_LINK_ETHERNET)
		return 0;
	if (link->way != 0 && addr_eq(&link->way_to, to))
		return link->way;
	next = ip_next_hop(t, id, to);
	return neighbour_find(t, id, &next);
}

void way_confirmed(struct turn *t, uint32_t link, const struct hf_addr *to)
{
	uint32_t ref = leads_to(t, link, to);

	if (ref != 0 && has_mac(neighbour_at(t, ref)))
		neighbour_confirmed(t, ref);
}

void way_doubted(struct turn *t, uint32_t link, const struct hf_addr *to)
{
	uint32_t ref = leads_to(t, link, to);

	if (ref != 0 && has_mac(neighbour_at(t, ref)))
		neighbour_suspected(t, ref);
}
