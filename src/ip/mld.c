/* SPDX-License-Identifier: MIT */
#include "mld.h"
#include "discovery.h"
#include "extension.h"
#include "route.h"
#include "router.h"

static bool is_heard(const struct turn *t, const struct ip_address *a)
{
	return !addr_is_ipv4(&a->addr) &&
	       ip_link_at(t, a->link)->kind == HF_LINK_ETHERNET;
}

/* RFC 3590: a link-local address that is surely ours, or none. */
static struct hf_addr source(const struct turn *t, uint32_t link)
{
	static const struct hf_addr routers = { { 0xff, 0x02, [15] = 0x16 } };
	static const struct hf_addr nobody;
	uint32_t ref = ip_source_on(t, link, &routers);

	if (ref == 0 || !addr_is_link_local(&ip_address_at(t, ref)->addr) ||
	    ip_address_at(t, ref)->state == HF_ADDRESS_OPTIMISTIC)
		return nobody;
	return ip_address_at(t, ref)->addr;
}

static void report(struct turn *t, const struct ip_address *a,
		   enum wire_mld_record record, bool is_v1)
{
	struct reply *r = reply_push_on(t, a->link, REPLY_MLD, &a->addr);

	if (r == NULL)
		return;
	r->why = HF_WHY_GROUP_REPORT;
	r->local = source(t, a->link);
	r->u.mld.group = wire_nd_solicited_node(&a->addr);
	r->u.mld.record = (uint8_t)record;
	r->u.mld.is_v1 = is_v1;
	r->remote = mld_destination(r);
}

void mld_join(struct turn *t, const struct ip_address *a)
{
	if (is_heard(t, a))
		report(t, a, MLD_JOINS, false);
}

/* True if another address of the link is of the same group. */
static bool is_shared(const struct turn *t, const struct ip_address *a)
{
	struct hf_addr group = wire_nd_solicited_node(&a->addr);
	uint32_t ref = t->ip->first_own;

	for (; ref != 0; ref = ip_address_at(t, ref)->next) {
		const struct ip_address *b = ip_address_at(t, ref);
		struct hf_addr other = wire_nd_solicited_node(&b->addr);

		if (a != b && b->link == a->link && is_heard(t, b) &&
		    addr_eq(&group, &other))
			return true;
	}
	return false;
}

void mld_leave(struct turn *t, const struct ip_address *a)
{
	if (is_heard(t, a) && !is_shared(t, a))
		report(t, a, MLD_LEAVES, false);
}

enum hf_drop mld_arrived(struct turn *t, uint32_t link,
			 const struct wire_ip *ip, bool is_verified)
{
	struct wire_mld_query query;
	enum hf_drop drop = wire_mld_parse(&query, ip, is_verified);

	if (drop == HF_ACCEPTED)
		query_heard(t, link, &query);
	return drop;
}

/* Who asked for one group is told of all: there are few, and it is rare. */
void mld_answer(struct turn *t, uint32_t link, bool is_v1)
{
	uint32_t ref = t->ip->first_own;

	for (; ref != 0; ref = ip_address_at(t, ref)->next) {
		const struct ip_address *a = ip_address_at(t, ref);

		if (a->link == link && is_heard(t, a))
			report(t, a, MLD_IS_MEMBER, is_v1);
	}
}

/* ---- writing ---------------------------------------------------------- */

static struct wire_mld_report report_of(const struct reply *r)
{
	return (struct wire_mld_report){
		.group = r->u.mld.group,
		.record = r->u.mld.record,
		.is_v1 = r->u.mld.is_v1,
	};
}

struct hf_addr mld_destination(const struct reply *r)
{
	struct wire_mld_report mld = report_of(r);

	return wire_mld_destination(&mld);
}

uint32_t mld_write(const struct reply *r, uint8_t *to)
{
	struct wire_mld_report mld = report_of(r);
	const struct wire_ip ip = {
		.src = r->local,
		.dst = r->remote,
		.protocol = HOP_BY_HOP,
		.ttl = 1,
	};
	uint32_t len = wire_mld_emit(&mld, &ip.src, to + WIRE_IPV6_HEADER);

	return wire_ip_emit(&ip, len, to) + len;
}
