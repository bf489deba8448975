/* SPDX-License-Identifier: MIT */
/* Making a host, giving it addresses, and asking what it uses. */
#include "internal.h"

/* ---- configuration ---------------------------------------------------- */

static void set_limits(struct hf_config *config)
{
	config->links = 8;
	config->addresses = 65536;
	config->routes = 32;
	config->replies = 256;
	config->neighbours = 1024;
	config->learned = 16;
	config->datagrams = 64;
	config->held = 1024 * 1024;
	config->listeners = 65536;
	config->connections = 10000000;
	config->half_open = 65536;
	config->time_wait = 10000000;
	config->send_buffer = 256 * 1024;
	config->receive_buffer = 256 * 1024;
	config->icmp_per_second = 1000;
	config->reset_per_second = 1000;
	config->challenge_per_second = 1000;
	config->ttl = 64;
	config->window_scale = 7;
}

/* What both profiles agree on. */
static void set_times(struct hf_config *config)
{
	config->rto_max = 120 * HF_SECOND;
	config->rto_initial = HF_SECOND; /* RFC 6298 (2.1) */
	config->fin_wait_2 = 60 * HF_SECOND;
	config->keepalive_idle = 7200 * HF_SECOND; /* MUST-28 */
	config->keepalive_interval = 75 * HF_SECOND;
	config->keepalive_probes = 9;
	config->r1 = 3; /* SHLD-10 */
	config->neighbour_reachable = 30 * HF_SECOND; /* RFC 4861 10 */
	config->neighbour_retrans = HF_SECOND;
	config->neighbour_stale = 1200 * HF_SECOND; /* RFC 1122 2.3.2.1 */
	config->dad_transmits = 1; /* RFC 4862 5.1 */
	config->r2_syn = 180 * HF_SECOND; /* MUST-23; Linux: 127 s */
}

static void set_profile(struct hf_config *config)
{
	bool is_rfc = config->profile == HF_PROFILE_RFC;

	config->msl = (is_rfc ? 120 : 30) * HF_SECOND;
	config->rto_min = is_rfc ? HF_SECOND : 200 * HF_MILLISECOND;
	config->delayed_ack = (is_rfc ? 200 : 40) * HF_MILLISECOND;
	config->r2 = (is_rfc ? 100 : 924) * HF_SECOND; /* SHLD-11 */
	config->syn_ack_retries = is_rfc ? 7 : 5;
	config->initial_window = is_rfc ? 0 : 10;
	config->slow_start_limit = is_rfc ? 1 : 2;
	config->quick_acks = is_rfc ? 0 : 16;
	config->strict_timestamps = is_rfc;
	config->ecn = is_rfc ? HF_ECN_ASK : HF_ECN_ANSWER;
	config->reassembly = (is_rfc ? 60 : 30) * HF_SECOND;
	config->arp_probes = is_rfc ? 3 : 1; /* RFC 5227 1.1 */
	config->optimistic = !is_rfc;
	config->port_low = is_rfc ? 1024 : 32768;
	config->port_high = is_rfc ? 65535 : 60999;
}

void hf_config_default(struct hf_config *config, enum hf_profile profile)
{
	*config = (struct hf_config){
		.size = sizeof *config,
		.profile = profile,
	};
	set_limits(config);
	set_times(config);
	set_profile(config);
}

/* Far enough from the end of time that it can be added to any `now`. */
static bool time_is_valid(hf_time wait)
{
	return wait == HF_NEVER || wait < HF_NEVER / 4;
}

static bool times_are_valid(const struct hf_config *config)
{
	return config->rto_min <= config->rto_max &&
	       config->rto_initial >= HF_MILLISECOND &&
	       config->rto_initial <= config->rto_max &&
	       config->rto_max < HF_NEVER >> 16 && config->msl < HF_NEVER / 4 &&
	       config->delayed_ack < 500 * HF_MILLISECOND && /* MUST-40 */
	       config->reassembly >= HF_MILLISECOND &&
	       config->reassembly < HF_NEVER / 4 &&
	       config->neighbour_reachable >= HF_MILLISECOND &&
	       config->neighbour_reachable < HF_NEVER / 4 &&
	       config->neighbour_retrans >= HF_MILLISECOND &&
	       config->neighbour_retrans <= 3600 * HF_SECOND &&
	       config->neighbour_stale >= HF_MILLISECOND &&
	       config->neighbour_stale < HF_NEVER / 4 &&
	       config->keepalive_idle < HF_NEVER / 4 &&
	       config->keepalive_interval >= HF_MILLISECOND &&
	       config->keepalive_interval < HF_NEVER / 4 &&
	       time_is_valid(config->fin_wait_2) && time_is_valid(config->r2) &&
	       time_is_valid(config->r2_syn);
}

static bool config_is_valid(const struct hf_config *config)
{
	return config->size == sizeof *config &&
	       (unsigned)config->profile <= HF_PROFILE_RFC &&
	       config->links >= 1 && config->links <= 256 &&
	       config->routes >= 2 && config->routes <= 65536 &&
	       config->addresses >= 2 && config->replies >= 1 &&
	       config->neighbours >= 2 && config->learned >= 1 &&
	       config->arp_probes <= 16 && config->dad_transmits <= 16 &&
	       config->datagrams <= 1024 && /* each is looked at */
	       config->unserved <= HF_UNSERVED_SILENCE &&
	       config->ecn <= HF_ECN_ANSWER && config->listeners >= 1 &&
	       config->connections >= 1 && config->send_buffer >= 1 &&
	       config->send_buffer <= BUFFER_MOST &&
	       config->receive_buffer >= 1 &&
	       config->receive_buffer <= BUFFER_MOST &&
	       config->syn_ack_retries <= 14 && config->keepalive_probes >= 1 &&
	       config->keepalive_probes <= UINT8_MAX &&
	       config->initial_window <= 10000 &&
	       config->slow_start_limit >= 1 && config->port_low >= 1 &&
	       config->port_low <= config->port_high && config->ttl >= 1 &&
	       config->window_scale <= 14 && times_are_valid(config);
}

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
	h->ip.icmp.per_second = config->icmp_per_second;
	h->ip.resets.per_second = config->reset_per_second;
	h->ip.challenges.per_second = config->challenge_per_second;
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
