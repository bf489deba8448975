/* SPDX-License-Identifier: MIT */
/* Making a host, giving it addresses, and asking what it uses. */
#include "internal.h"

/* ---- keys ------------------------------------------------------------- */

/* One secret, many keys: SipHash of a number under one half, with the other. */
static struct siphash_key derive(const struct hf_config *config, uint64_t n)
{
	struct siphash_key half, key;
	uint64_t words[3];

	memcpy(&half, config->secret, sizeof half);
	memcpy(words + 1, config->secret + 16, 16);
	words[0] = 2 * n;
	key.k0 = siphash_2_4_words(&half, words, 3);
	words[0] = 2 * n + 1;
	key.k1 = siphash_2_4_words(&half, words, 3);
	return key;
}

static void derive_all(struct hf_host *h)
{
	const struct hf_config *config = &h->ip.config;

	h->ip.address_key = derive(config, 1);
	h->ip.random.key = derive(config, 2);
	h->ip.neighbour_key = derive(config, 7);
	h->tcp.flow_key = derive(config, 3);
	h->tcp.iss_key = derive(config, 4);
	h->tcp.ts_key = derive(config, 5);
	h->tcp.port_key = derive(config, 6);
	h->tcp.cookie_key = derive(config, 8);
}

/* ---- init ------------------------------------------------------------- */

static enum hf_error carve(struct turn *t)
{
	const struct hf_config *config = &t->ip->config;

	t->ip->links = block_carve(t->b, config->links * IP_LINK_UNITS *
						 (size_t)BLOCK_UNIT);
	t->ip->routes = block_carve(t->b, config->routes * (size_t)BLOCK_UNIT);
	if (t->ip->links == 0 || t->ip->routes == 0)
		return HF_ERR_NO_MEMORY;
	pool_init(&t->ip->addresses, HF_POOL_ADDRESS + 1, BLOCK_UNIT,
		  config->addresses, false);
	pool_init(&t->ip->replies, IP_POOL_REPLY, BLOCK_UNIT, config->replies,
		  false);
	pool_init(&t->ip->neighbours, HF_POOL_NEIGHBOUR + 1, NEIGHBOUR_OCTETS,
		  config->neighbours, false);
	pool_init(&t->ip->learned, HF_POOL_LEARNED + 1, BLOCK_UNIT,
		  config->learned, false);
	pool_init(&t->ip->source_routes, HF_POOL_SOURCE_ROUTE + 1, BLOCK_UNIT,
		  config->source_routes, false);
	fragment_init(t);
	if (table_init(t->b, &t->ip->neighbour_table) != HF_OK)
		return HF_ERR_NO_MEMORY;
	return table_init(t->b, &t->ip->address_table);
}

static enum hf_error add_loopback(struct turn *t)
{
	const struct hf_link link = { .mtu = 65535 };
	const struct hf_addr ipv4 = hf_ipv4(127, 0, 0, 1);
	const struct hf_addr ipv6 = { .octet[15] = 1 };
	uint32_t id;
	enum hf_error error = ip_link_add(t, &link, &id);

	if (error == HF_OK)
		error = ip_address_add(t, id, &ipv4, 8);
	return error == HF_OK ? ip_address_add(t, id, &ipv6, 128) : error;
}

/* A sixteenth is kept for what arrives in order: queue.h. */
static void start_buffers(struct turn *t)
{
	buffers_init(&t->ip->buffers, HF_POOL_SMALL + 1, HF_POOL_PAGE + 1);
	t->b->reserve = block_pages_left(t->b) / 16;
}

enum hf_error hf_host_init(void *block, size_t size,
			   const struct hf_config *config, hf_time now,
			   struct hf_host **host)
{
	struct hf_host *h = block;
	struct turn t;
	enum hf_error error;

	if (block == NULL || (uintptr_t)block % HF_BLOCK_ALIGN != 0 ||
	    config == NULL || host == NULL || !config_is_valid(config))
		return HF_ERR_ARGUMENT;
	error = block_init(&h->block, size, sizeof *h);
	if (error != HF_OK)
		return error;
	t = turn_of(h, now, NULL);
	h->ip.config = *config;
	config_apply_rates(&h->ip);
	h->ip.questions.per_second = config->neighbours;
	h->ip.towards_link = IP_NO_LINK;
	derive_all(h);
	wheel_init(&h->ip.wheel, now);
	error = carve(&t);
	if (error == HF_OK)
		error = tcp_init(&t);
	if (error == HF_OK)
		error = block_open(&h->block);
	if (error != HF_OK)
		return error;
	start_buffers(&t);
	*host = h;
	return add_loopback(&t);
}

enum hf_error hf_host_attach(void *block, size_t size, struct hf_host **host)
{
	if (block == NULL || (uintptr_t)block % HF_BLOCK_ALIGN != 0 ||
	    host == NULL || size < sizeof(struct hf_host) ||
	    !block_is_valid(block, size))
		return HF_ERR_ARGUMENT;
	*host = block;
	return HF_OK;
}

void hf_cookies(const struct hf_host *host, struct hf_cookies *cookies)
{
	*cookies = host->tcp.cookies;
}

/* ---- usage ------------------------------------------------------------ */

const char *hf_pool_name(enum hf_pool pool)
{
	static const char *const name[HF_POOLS] = {
		[HF_POOL_CONNECTION] = "connection",
		[HF_POOL_HALF_OPEN] = "half-open",
		[HF_POOL_TIME_WAIT] = "time-wait",
		[HF_POOL_LISTENER] = "listener",
		[HF_POOL_SIDE] = "side",
		[HF_POOL_ADDRESS] = "address",
		[HF_POOL_NEIGHBOUR] = "neighbour",
		[HF_POOL_LEARNED] = "learned",
		[HF_POOL_DATAGRAM] = "datagram",
		[HF_POOL_SOURCE_ROUTE] = "source-route",
		[HF_POOL_SMALL] = "small",
		[HF_POOL_PAGE] = "page",
	};

	return (unsigned)pool < HF_POOLS ? name[pool] : "?";
}

static void describe(struct hf_usage *used, enum hf_pool which,
		     const struct pool *pool)
{
	used->pool[which].used = pool->used;
	used->pool[which].octets = pool->units * BLOCK_UNIT;
	used->pool[which].pages = pool->pages;
}

void hf_host_used(const struct hf_host *host, struct hf_usage *used)
{
	const struct block *b = &host->block;

	*used = (struct hf_usage){
		.block = b->octets,
		.tables = (uint64_t)b->carved * BLOCK_UNIT +
			  (uint64_t)b->table_pages * BLOCK_PAGE,
		.pages = (uint64_t)b->pool_pages * BLOCK_PAGE,
		.touched = (uint64_t)b->fresh * BLOCK_PAGE,
		.replies = host->ip.replies.used,
		.held = host->ip.held,
	};
	describe(used, HF_POOL_CONNECTION, &host->tcp.connections);
	describe(used, HF_POOL_HALF_OPEN, &host->tcp.half_open);
	describe(used, HF_POOL_TIME_WAIT, &host->tcp.time_wait);
	describe(used, HF_POOL_LISTENER, &host->tcp.listeners);
	describe(used, HF_POOL_SIDE, &host->tcp.sides);
	describe(used, HF_POOL_ADDRESS, &host->ip.addresses);
	describe(used, HF_POOL_NEIGHBOUR, &host->ip.neighbours);
	describe(used, HF_POOL_LEARNED, &host->ip.learned);
	describe(used, HF_POOL_DATAGRAM, &host->ip.datagrams);
	describe(used, HF_POOL_SOURCE_ROUTE, &host->ip.source_routes);
	describe(used, HF_POOL_SMALL, &host->ip.buffers.small);
	used->pool[HF_POOL_PAGE].used = host->ip.buffers.pages;
	used->pool[HF_POOL_PAGE].octets = BLOCK_PAGE;
	used->pool[HF_POOL_PAGE].pages = host->ip.buffers.pages;
}
