/* SPDX-License-Identifier: MIT */
/*
 * Addresses of our own from prefixes that routers advertise: RFC 4862 5.5.3,
 * 5.5.4. Each has a struct learned for its lifetimes, beside its place among
 * our addresses.
 */
#include "ip.h"

#define AUTONOMOUS_BITS 64u
#define INFINITE UINT32_MAX
#define TWO_HOURS (7200 * HF_SECOND)

static hf_time until(const struct turn *t, uint32_t lifetime)
{
	return lifetime != INFINITE ? t->now + lifetime * HF_SECOND : HF_NEVER;
}

/* What tells an address apart from others that were learned. */
static struct ip_route key_of(const struct hf_addr *addr, uint32_t link)
{
	return (struct ip_route){ .prefix = *addr, .link = link };
}

static uint32_t find(const struct turn *t, const struct ip_address *a)
{
	const struct ip_route key = key_of(&a->addr, a->link);

	return learned_find(t, LEARNED_ADDRESS, &key);
}

/* Tells the address how it stands, and waits for the next change. */
static void update(struct turn *t, uint32_t ref)
{
	const struct learned *l = learned_at(t, ref);
	bool is_old = l->preferred_until <= t->now;

	address_deprecate(t, ip_address_find(t, &l->addr), is_old);
	wheel_arm(t->b, &t->ip->wheel, ref,
		  is_old || l->valid_until < l->preferred_until
			  ? l->valid_until
			  : l->preferred_until);
}

void autoconf_expired(struct turn *t, uint32_t ref)
{
	const struct learned *l = learned_at(t, ref);

	if (l->valid_until > t->now) {
		update(t, ref);
		return;
	}
	t->ip->addresses_changed = true;
	ip_address_disown(t, ip_address_find(t, &l->addr));
}

void address_unlearned(struct turn *t, const struct ip_address *a)
{
	learned_forget(t, find(t, a));
}

hf_time address_valid_until(const struct turn *t, const struct ip_address *a)
{
	return a->is_learned ? learned_at(t, find(t, a))->valid_until
			     : HF_NEVER;
}

/* ---- a prefix --------------------------------------------------------- */

/* The interface identifier is that of the link-local address. */
static struct hf_addr address_of(const struct turn *t, uint32_t link,
				 const struct wire_nd_prefix *p)
{
	struct hf_addr a = ip_link_local(&ip_link_at(t, link)->mac);

	memcpy(a.octet, p->prefix.octet, AUTONOMOUS_BITS / 8);
	return a;
}

static void make(struct turn *t, const struct hf_addr *addr, uint32_t link,
		 const struct wire_nd_prefix *p)
{
	const struct ip_route key = key_of(addr, link);
	uint32_t own, ref = learned_take(t, LEARNED_ADDRESS, &key);
	enum hf_error error;

	if (ref == 0)
		return;
	own = ip_address_own(t, link, addr, &error);
	if (own == 0) {
		learned_forget(t, ref);
		return;
	}
	ip_address_at(t, own)->is_learned = true;
	learned_at(t, ref)->preferred_until = until(t, p->preferred);
	learned_at(t, ref)->valid_until = until(t, p->valid);
	conflict_start(t, own);
	update(t, ref);
	t->ip->addresses_changed = true;
}

/*
 * RFC 4862 5.5.3 (e): a lifetime that is left is not cut below two hours, so
 * that a forged advertisement does not take the address away.
 */
static void prolong(struct turn *t, uint32_t ref,
		    const struct wire_nd_prefix *p)
{
	struct learned *l = learned_at(t, ref);
	hf_time valid = until(t, p->valid), guarded = t->now + TWO_HOURS;

	l->preferred_until = until(t, p->preferred);
	if (valid > guarded || valid > l->valid_until)
		l->valid_until = valid;
	else if (l->valid_until > guarded)
		l->valid_until = guarded;
	update(t, ref);
}

void autoconf_prefix(struct turn *t, uint32_t link,
		     const struct wire_nd_prefix *p)
{
	struct hf_addr addr = address_of(t, link, p);
	uint32_t ref = ip_address_find(t, &addr);

	if (p->bits != AUTONOMOUS_BITS)
		return; /* RFC 4862 5.5.3 (d) */
	if (ref == 0 || !ip_address_at(t, ref)->is_own) {
		if (p->valid != 0)
			make(t, &addr, link, p);
		return;
	}
	if (ip_address_at(t, ref)->is_learned &&
	    ip_address_at(t, ref)->link == link)
		prolong(t, find(t, ip_address_at(t, ref)), p);
}
