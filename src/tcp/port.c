/* SPDX-License-Identifier: MIT */
#include "half_open.h"

bool port_is_used(const struct turn *t, uint16_t port, uint32_t local)
{
	for (uint32_t i = 0; i < t->tcp->flows.buckets; i++) {
		uint32_t ref = *table_chain(t->b, &t->tcp->flows, i);

		for (; ref != 0; ref = record_at(t->b, ref)->chain) {
			const struct flow *f = block_at(t->b, ref);

			if (f->local_port == port &&
			    (local == 0 || f->local == local))
				return true;
		}
	}
	return false;
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
	uint16_t waits = 0; /* in TIME_WAIT, for want of a better one */

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (offset + (*cell)++) % count;

		wanted.local_port = (uint16_t)(config->port_low + at);
		if (flow_find(t, &wanted) == 0)
			return wanted.local_port;
		if (waits == 0 && reopen_is_free(t, &wanted))
			waits = wanted.local_port;
	}
	return waits;
}
