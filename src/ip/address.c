/* SPDX-License-Identifier: MIT */
#include "ip.h"

bool addr_is_unspecified(const struct hf_addr *a)
{
	static const struct hf_addr zero;

	return addr_eq(a, &zero) ||
	       (addr_is_ipv4(a) && memcmp(a->octet + 12, zero.octet, 4) == 0);
}

bool addr_is_loopback(const struct hf_addr *a)
{
	static const struct hf_addr one = { .octet[15] = 1 };

	if (addr_is_ipv4(a))
		return a->octet[12] == 127;
	return addr_eq(a, &one);
}

bool addr_is_multicast(const struct hf_addr *a)
{
	if (addr_is_ipv4(a))
		return (a->octet[12] & 0xf0) == 224;
	return a->octet[0] == 0xff;
}

bool addr_is_link_local(const struct hf_addr *a)
{
	if (addr_is_ipv4(a))
		return a->octet[12] == 169 && a->octet[13] == 254;
	return a->octet[0] == 0xfe && (a->octet[1] & 0xc0) == 0x80;
}

bool addr_is_all_nodes(const struct hf_addr *a)
{
	static const struct hf_addr all = { { 0xff, 0x02, [15] = 1 } };

	return addr_eq(a, &all);
}

/* Class E and the limited broadcast address are no one's: RFC 1122 3.2.1.3 */
bool addr_is_unicast(const struct hf_addr *a)
{
	if (addr_is_unspecified(a) || addr_is_multicast(a))
		return false;
	if (addr_is_ipv4(a))
		return a->octet[12] != 0 && a->octet[12] < 240;
	return true;
}

static uint64_t get_be64(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

unsigned addr_common_bits(const struct hf_addr *a, const struct hf_addr *b)
{
	uint64_t high = get_be64(a->octet) ^ get_be64(b->octet);
	uint64_t low = get_be64(a->octet + 8) ^ get_be64(b->octet + 8);

	if (high != 0)
		return (unsigned)__builtin_clzll(high);
	return low != 0 ? 64u + (unsigned)__builtin_clzll(low) : 128u;
}

static uint32_t hash_addr(const struct ip *ip, const struct hf_addr *addr)
{
	uint64_t words[2];

	memcpy(words, addr, sizeof words);
	return (uint32_t)siphash_1_3_words(&ip->address_key, words, 2);
}

static uint32_t rehash(const struct block *b, const void *context, uint32_t ref)
{
	const struct ip_address *a = block_at(b, ref);

	return hash_addr(context, &a->addr);
}

/*
 * Nearly every address that is asked about is some peer's and not in the
 * table: one word tells so without a hash, unless it is unlucky.
 */
static uint64_t filter_bit(const struct hf_addr *addr)
{
	const uint8_t *last = addr->octet + 12;

	return UINT64_C(1) << ((last[0] * 13 + last[1] * 5 + last[2] * 7 +
				last[3]) &
			       63);
}

uint32_t ip_address_find(const struct turn *t, const struct hf_addr *addr)
{
	uint32_t hash, ref;

	if (!(t->ip->address_filter & filter_bit(addr)))
		return 0;
	hash = hash_addr(t->ip, addr);
	ref = *table_chain(t->b, &t->ip->address_table, hash);
	while (ref != 0) {
		const struct ip_address *a = ip_address_at(t, ref);

		if (addr_eq(&a->addr, addr))
			break;
		ref = a->record.chain;
	}
	return ref;
}

bool ip_address_is_own(const struct turn *t, const struct hf_addr *addr)
{
	uint32_t ref;

	if (addr_is_loopback(addr))
		return true;
	ref = ip_address_find(t, addr);
	return ref != 0 && ip_address_at(t, ref)->is_own &&
	       address_is_usable(ip_address_at(t, ref));
}

void ip_address_use(const struct turn *t, uint32_t ref)
{
	ip_address_at(t, ref)->uses++;
}

uint32_t ip_address_hold(struct turn *t, const struct hf_addr *addr,
			 uint32_t link)
{
	uint32_t ref = ip_address_find(t, addr);
	struct ip_address *a;

	if (ref != 0) {
		ip_address_use(t, ref);
		return ref;
	}
	ref = pool_take(t->b, &t->ip->addresses);
	if (ref == 0)
		return 0;
	a = ip_address_at(t, ref);
	a->addr = *addr;
	a->link = (uint8_t)link;
	a->uses = 1;
	t->ip->address_filter |= filter_bit(addr);
	table_insert(t->b, &t->ip->address_table, ref, hash_addr(t->ip, addr),
		     rehash, t->ip);
	return ref;
}

void ip_address_drop(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);

	if (--a->uses > 0)
		return;
	table_remove(t->b, &t->ip->address_table, ref,
		     hash_addr(t->ip, &a->addr));
	pool_give(t->b, &t->ip->addresses, ref);
}

static unsigned mapped_bits(const struct hf_addr *addr, unsigned prefix_len)
{
	return addr_is_ipv4(addr) ? prefix_len + 96 : prefix_len;
}

static void list_own(struct turn *t, uint32_t ref)
{
	uint32_t *from = &t->ip->first_own;

	while (*from != 0)
		from = &ip_address_at(t, *from)->next;
	*from = ref;
	ip_address_at(t, ref)->next = 0;
}

static void unlist_own(struct turn *t, uint32_t ref)
{
	uint32_t *from = &t->ip->first_own;

	while (*from != ref)
		from = &ip_address_at(t, *from)->next;
	*from = ip_address_at(t, ref)->next;
}

uint32_t ip_address_own(struct turn *t, uint32_t link,
			const struct hf_addr *addr, enum hf_error *error)
{
	uint32_t ref = ip_address_find(t, addr);
	struct ip_address *a;

	*error = HF_ERR_ADDRESS_IN_USE;
	if (ref != 0 && ip_address_at(t, ref)->is_own)
		return 0;
	ref = ip_address_hold(t, addr, link);
	*error = t->ip->addresses.used == t->ip->config.addresses
			 ? HF_ERR_LIMIT
			 : HF_ERR_NO_MEMORY;
	if (ref == 0)
		return 0;
	a = ip_address_at(t, ref);
	a->is_own = true;
	a->is_learned = a->is_deprecated = false;
	a->link = (uint8_t)link;
	a->defended_at = HF_NEVER;
	list_own(t, ref);
	return ref;
}

void ip_address_disown(struct turn *t, uint32_t ref)
{
	struct ip_address *a = ip_address_at(t, ref);

	mld_leave(t, a);
	if (a->is_learned)
		address_unlearned(t, a);
	a->is_own = false;
	if (!address_is_lost(a)) /* its connections still must not speak */
		a->state = HF_ADDRESS_NONE;
	t->ip->towards_link = IP_NO_LINK;
	unlist_own(t, ref);
	wheel_disarm(t->b, &t->ip->wheel, ref);
	ip_route_remove(t, ref);
	ip_address_drop(t, ref);
}

enum hf_error ip_address_add(struct turn *t, uint32_t link,
			     const struct hf_addr *addr, unsigned prefix_len)
{
	unsigned bits = mapped_bits(addr, prefix_len);
	struct ip_route connected = {
		.prefix = *addr,
		.link = link,
		.bits = (uint8_t)bits,
		.is_ipv4 = addr_is_ipv4(addr),
		.is_connected = true,
	};
	enum hf_error error;

	if (link >= t->ip->link_count || !addr_is_unicast(addr) ||
	    prefix_len > 128 || bits > 128)
		return HF_ERR_ARGUMENT;
	connected.owner = ip_address_own(t, link, addr, &error);
	if (connected.owner == 0)
		return error;
	error = ip_route_add(t, &connected);
	if (error != HF_OK)
		ip_address_disown(t, connected.owner);
	else
		conflict_start(t, connected.owner);
	return error;
}

enum hf_error ip_address_remove(struct turn *t, const struct hf_addr *addr)
{
	uint32_t ref = ip_address_find(t, addr);

	if (ref == 0 || !ip_address_at(t, ref)->is_own)
		return HF_ERR_ADDRESS_NOT_AVAILABLE;
	ip_address_disown(t, ref);
	return HF_OK;
}

/* MUST-57, MUST-63; RFC 1122 3.2.1.3: own addresses stay within the host. */
static bool source_is_valid(const struct turn *t, const struct hf_addr *src,
			    uint32_t link)
{
	if (!addr_is_unicast(src) || ip_is_broadcast(t, src))
		return false;
	return link == HF_LINK_LOOPBACK || !ip_address_is_own(t, src);
}

enum hf_drop ip_may_talk(const struct turn *t, const struct wire_ip *ip,
			 uint32_t link)
{
	bool is_inside = link == HF_LINK_LOOPBACK;

	if (!source_is_valid(t, &ip->src, link))
		return HF_DROP_SOURCE;
	if (addr_is_loopback(&ip->dst) && !is_inside)
		return HF_DROP_DESTINATION;
	if (ip_address_is_own(t, &ip->dst))
		return HF_ACCEPTED;
	if (ip_link_at(t, link)->accept_any && addr_is_unicast(&ip->dst) &&
	    !ip_is_broadcast(t, &ip->dst))
		return HF_ACCEPTED;
	return HF_DROP_DESTINATION;
}
