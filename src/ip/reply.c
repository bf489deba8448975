/* SPDX-License-Identifier: MIT */
#include "ip.h"

struct reply *reply_push(struct turn *t, const struct hf_addr *remote)
{
	uint32_t link;

	if (!ip_link_towards(t, remote, &link))
		return NULL;
	return reply_push_on(t, link, remote);
}

struct reply *reply_push_on(struct turn *t, uint32_t link,
			    const struct hf_addr *remote)
{
	uint32_t ref = pool_take(t->b, &t->ip->replies);
	struct ip_link *l;
	struct reply *r;

	if (ref == 0)
		return NULL;
	l = ip_link_at(t, link);
	if (l->last_reply != 0)
		((struct reply *)block_at(t->b, l->last_reply))->next = ref;
	else
		l->first_reply = ref;
	l->last_reply = ref;
	r = block_at(t->b, ref);
	*r = (struct reply){ .remote = *remote };
	return r;
}

struct reply *reply_first(const struct turn *t, uint32_t link)
{
	uint32_t ref = ip_link_at(t, link)->first_reply;

	return ref != 0 ? block_at(t->b, ref) : NULL;
}

void reply_pop(struct turn *t, uint32_t link)
{
	struct ip_link *l = ip_link_at(t, link);
	uint32_t ref = l->first_reply;
	const struct reply *r = block_at(t->b, ref);

	l->first_reply = r->next;
	if (l->first_reply == 0)
		l->last_reply = 0;
	pool_give(t->b, &t->ip->replies, ref);
}
