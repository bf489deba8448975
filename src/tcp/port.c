/* SPDX-License-Identifier: MIT */
/*
 * How many connections, whatever their form, have a local port: 65536
 * counters in pages that come when they are needed. So a bind that nothing
 * can object to is one look; only a port in use is worth a search.
 */
#include "tcp.h"

#define PER_PAGE (BLOCK_PAGE / sizeof(uint32_t))

static uint32_t *counter(struct turn *t, uint16_t port)
{
	uint32_t *page = &t->tcp->port_uses[port / PER_PAGE];

	if (*page == 0)
		*page = block_stretch(t->b, 1);
	if (*page == 0)
		return NULL;
	return (uint32_t *)block_at(t->b, *page) + port % PER_PAGE;
}

bool port_use(struct turn *t, uint16_t port)
{
	uint32_t *uses = counter(t, port);

	if (uses == NULL)
		return false;
	++*uses;
	return true;
}

void port_drop(struct turn *t, uint16_t port)
{
	--*counter(t, port);
}

uint32_t port_uses(const struct turn *t)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 65536 / PER_PAGE; i++) {
		const uint32_t *page;

		if (t->tcp->port_uses[i] == 0)
			continue;
		page = block_at(t->b, t->tcp->port_uses[i]);
		for (size_t j = 0; j < PER_PAGE; j++)
			sum += page[j];
	}
	return sum;
}

static bool any_flow_has(const struct turn *t, uint16_t port, uint32_t local)
{
	for (uint32_t i = 0; i < t->tcp->flows.buckets; i++) {
		uint32_t ref = *table_chain(t->b, &t->tcp->flows, i);

		for (; ref != 0; ref = record_at(t->b, ref)->chain) {
			const struct flow *f = block_at(t->b, ref);

			if (f->local_port == port && f->local == local)
				return true;
		}
	}
	return false;
}

bool port_is_used(const struct turn *t, uint16_t port, uint32_t local)
{
	uint32_t page = t->tcp->port_uses[port / PER_PAGE];
	const uint32_t *uses;

	if (page == 0)
		return false;
	uses = (const uint32_t *)block_at(t->b, page) + port % PER_PAGE;
	if (*uses == 0)
		return false;
	return local == 0 || any_flow_has(t, port, local);
}

/* Addresses and remote port: RFC 6056 3.3.3's F, and G in its upper bits. */
static uint64_t hash(const struct turn *t, const struct endpoints *e)
{
	struct wire_addr_words local = addr_words(e->local);
	struct wire_addr_words remote = addr_words(e->remote);
	uint64_t words[5] = { local.low, remote.low, e->remote_port, local.high,
			      remote.high };
	size_t count = addr_is_ipv4(e->remote) ? 3 : 5;

	return siphash_2_4_words(&t->tcp->port_key, words, count);
}

/*
 * RFC 6056 3.3.4, the double-hash algorithm: a sequence of ports per
 * destination that others cannot guess, and that advances only with its own
 * cell of a small table.
 */
uint16_t port_choose(struct turn *t, const struct endpoints *ends)
{
	const struct hf_config *config = &t->ip->config;
	uint32_t count = (uint32_t)config->port_high - config->port_low + 1;
	uint64_t f = hash(t, ends);
	uint32_t offset = (uint32_t)f;
	uint32_t *cell = &t->tcp->port_table[f >> 60];
	struct endpoints wanted = *ends;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (offset + (*cell)++) % count;

		wanted.local_port = (uint16_t)(config->port_low + at);
		if (flow_find(t, &wanted) == 0)
			return wanted.local_port;
	}
	return 0;
}
