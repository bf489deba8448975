/* SPDX-License-Identifier: MIT */
#include "ip.h"

#define MTU_MIN 576u
#define MTU_MAX 65535u
#define VLAN_MAX 4094u

struct hf_addr ip_link_local(const struct hf_mac *mac)
{
	struct hf_addr a = { { 0xfe, 0x80 } };

	memcpy(a.octet + 8, mac->octet, 3);
	a.octet[8] ^= 0x02;
	a.octet[11] = 0xff;
	a.octet[12] = 0xfe;
	memcpy(a.octet + 13, mac->octet + 3, 3);
	return a;
}

static bool is_valid(const struct hf_link *link)
{
	return link->mtu >= MTU_MIN && link->mtu <= MTU_MAX &&
	       link->kind <= HF_LINK_ETHERNET && link->vlan <= VLAN_MAX &&
	       (link->kind == HF_LINK_ETHERNET
			? !mac_is_multicast(&link->mac) &&
				  !mac_is_zero(&link->mac)
			: link->vlan == 0);
}

/* RFC 4861 6.3.2: so that not all hosts ask at once. */
static hf_time reachable_time(struct turn *t, hf_time base)
{
	uint32_t thousandths = 500 + random_below(&t->ip->random, 1001);

	return base / 1000 * thousandths;
}

void ip_link_reachable(struct turn *t, uint32_t id, hf_time base)
{
	ip_link_at(t, id)->reachable = reachable_time(t, base);
}

static enum hf_error start_ethernet(struct turn *t, uint32_t id)
{
	const struct hf_config *config = &t->ip->config;
	struct ip_link *l = ip_link_at(t, id);
	struct hf_addr addr = ip_link_local(&l->mac);
	enum hf_error error;

	ip_link_reachable(t, id, config->neighbour_reachable);
	l->retrans = (uint32_t)(config->neighbour_retrans / HF_MILLISECOND);
	if (l->mtu < MTU_IPV6_MIN)
		return HF_OK;
	error = ip_address_add(t, id, &addr, 64);
	/* Two links of one MAC: the address stays on the first. */
	if (error != HF_OK && error != HF_ERR_ADDRESS_IN_USE)
		return error;
	if (l->accept_routers)
		router_start(t, id);
	return HF_OK;
}

enum hf_error ip_link_add(struct turn *t, const struct hf_link *link,
			  uint32_t *id)
{
	enum hf_error error;
	struct ip_link *l;

	if (!is_valid(link))
		return HF_ERR_ARGUMENT;
	if (t->ip->link_count == t->ip->config.links)
		return HF_ERR_LIMIT;
	*id = t->ip->link_count++;
	l = ip_link_at(t, *id);
	*l = (struct ip_link){ 0 };
	l->mtu = l->mtu_ipv6 = link->mtu;
	l->kind = link->kind;
	l->mac = link->mac;
	l->vlan = link->vlan;
	l->accept_any = link->accept_any;
	l->accept_routers = link->accept_routers;
	list_init(t->b, block_ref(t->b, l));
	ready_init(t->b, block_ref(t->b, l));
	error = l->kind == HF_LINK_ETHERNET ? start_ethernet(t, *id) : HF_OK;
	if (error != HF_OK)
		t->ip->link_count--;
	return error;
}
