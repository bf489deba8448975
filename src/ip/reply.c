/* SPDX-License-Identifier: MIT */
#include "ip.h"

struct reply *reply_push(struct turn *t, enum reply_kind kind,
			 const struct hf_addr *remote)
{
	uint32_t link;

	if (!ip_link_towards(t, remote, &link))
		return NULL;
	return reply_push_on(t, link, kind, remote);
}

void reply_requeue(struct turn *t, uint32_t link, struct reply *reply)
{
	struct ip_link *l = ip_link_at(t, link);
	uint32_t ref = block_ref(t->b, reply);

	reply->next = 0;
	if (l->last_reply != 0)
		((struct reply *)block_at(t->b, l->last_reply))->next = ref;
	else
		l->first_reply = ref;
	l->last_reply = ref;
}

/*
 * A quarter is kept for what the link itself lives by, so that a flood of
 * questions from everywhere does not leave it without neighbours.
 */
static bool has_room(const struct turn *t, enum reply_kind kind)
{
	const struct pool *pool = &t->ip->replies;

	return (kind != REPLY_TCP && kind != REPLY_ICMP) ||
	       pool->used < pool->limit - pool->limit / 4;
}

struct reply *reply_push_on(struct turn *t, uint32_t link, enum reply_kind kind,
			    const struct hf_addr *remote)
{
	uint32_t ref = has_room(t, kind) ? pool_take(t->b, &t->ip->replies) : 0;
	struct reply *r;

	if (ref == 0)
		return NULL;
	r = block_at(t->b, ref);
	*r = (struct reply){ .remote = *remote, .kind = (uint8_t)kind };
	reply_requeue(t, link, r);
	return r;
}

struct reply *reply_take(struct turn *t, uint32_t link)
{
	struct ip_link *l = ip_link_at(t, link);
	struct reply *r = block_at(t->b, l->first_reply);

	l->first_reply = r->next;
	if (l->first_reply == 0)
		l->last_reply = 0;
	return r;
}

void reply_free(struct turn *t, struct reply *reply)
{
	if (reply->kind == REPLY_ICMP)
		icmp_forget(t, reply);
	pool_give(t->b, &t->ip->replies, block_ref(t->b, reply));
}
