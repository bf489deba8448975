/* SPDX-License-Identifier: MIT */
#include "ip.h"

#define MTU_MIN 576u
#define MTU_MAX 65535u

enum hf_error ip_link_add(struct turn *t, const struct hf_link *link,
			  uint32_t *id)
{
	struct ip_link *l;

	if (link->mtu < MTU_MIN || link->mtu > MTU_MAX)
		return HF_ERR_ARGUMENT;
	if (t->ip->link_count == t->ip->config.links)
		return HF_ERR_LIMIT;
	*id = t->ip->link_count++;
	l = ip_link_at(t, *id);
	l->mtu = link->mtu;
	l->accept_any = link->accept_any;
	list_init(t->b, block_ref(t->b, l));
	return HF_OK;
}
