/* SPDX-License-Identifier: MIT */
/* What a whole host promises beside TCP: memory by use, fairness, handles. */
#define _DEFAULT_SOURCE
#include <handfast/host.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#define CLIENT hf_ipv4(10, 0, 0, 1)
#define SERVER hf_ipv4(10, 0, 0, 2)
#define BLOCK ((size_t)64 << 20)

struct pair {
	struct hf_host *client, *server;
	void *block[2];
	size_t size;
	uint32_t link;
	hf_time now;
};

static void *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

static struct hf_host *make(struct pair *p, int which, struct hf_addr addr,
			    const struct hf_link *link,
			    struct hf_config *config)
{
	struct hf_host *host;

	p->block[which] = map(p->size);
	config->secret[0] = (uint8_t)which;
	assert_int_equal(
		hf_host_init(p->block[which], p->size, config, p->now, &host),
		HF_OK);
	assert_int_equal(hf_link_add(host, link, 0, &p->link), HF_OK);
	assert_int_equal(hf_address_add(host, p->link, addr, 8, 0), HF_OK);
	return host;
}

static void pair_start(struct pair *p, struct hf_config *config,
		       const struct hf_link *server_link)
{
	const struct hf_link plain = { .mtu = 1500 };

	p->size = BLOCK;
	p->now = HF_SECOND;
	p->client = make(p, 0, CLIENT, &plain, config);
	p->server =
		make(p, 1, SERVER, server_link ? server_link : &plain, config);
}

static void pair_end(struct pair *p)
{
	assert_int_equal(hf_host_check(p->client), 0);
	assert_int_equal(hf_host_check(p->server), 0);
	munmap(p->block[0], p->size);
	munmap(p->block[1], p->size);
}

/* Carries at most `most` frames; returns the octets of text-bearing ones. */
static size_t carry(struct pair *p, struct hf_host *from, struct hf_host *to,
		    unsigned most)
{
	uint8_t buf[65536];
	size_t octets = 0;

	while (most-- > 0) {
		struct hf_frame frame = { .data = buf };

		frame.len = (uint32_t)hf_output(from, p->link, buf, sizeof buf,
						p->now, NULL, NULL);
		if (frame.len == 0)
			break;
		octets += frame.len;
		hf_input(to, p->link, &frame, 1, p->now, NULL);
	}
	return octets;
}

static void settle(struct pair *p)
{
	while (carry(p, p->client, p->server, 1000) +
	       carry(p, p->server, p->client, 1000))
		;
}

static struct hf_handle open_to(struct pair *p, struct hf_addr to,
				uint16_t port)
{
	const struct hf_open options = { .remote = to, .remote_port = port };
	struct hf_handle h;

	assert_int_equal(hf_open(p->client, &options, p->now, &h), HF_OK);
	return h;
}

/* ---- memory by use ------------------------------------------------------ */

static void memory_is_taken_by_use(void **state)
{
	const size_t size = (size_t)16 << 30;
	struct hf_config config;
	struct hf_usage used;
	struct hf_host *host;
	void *block = map(size);
	unsigned char resident[64];
	size_t pages = 0;

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	config.connections = config.time_wait = 10000000;
	config.half_open = 10000000;
	assert_int_equal(hf_host_init(block, size, &config, 0, &host), HF_OK);
	hf_host_used(host, &used);
	assert_true(used.pages < 64 * 4096);
	/* The page descriptors are a table, but one that is not touched. */
	for (size_t at = size / 4; at < size; at += size / 16) {
		mincore((char *)block + at, sizeof resident * 4096, resident);
		for (size_t i = 0; i < sizeof resident; i++)
			pages += resident[i] & 1u;
	}
	assert_int_equal(pages, 0);
	munmap(block, size);
}

/* An idle connection is a record of 256 octets and no buffer. */
static void idle_connection_holds_no_buffer(void **state)
{
	const struct hf_listen listen = { .port = 7 };
	struct hf_handle listener, client, server;
	struct hf_config config;
	struct hf_usage used;
	struct pair p = { 0 };
	char text[100];
	size_t n;

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	pair_start(&p, &config, NULL);
	assert_int_equal(hf_listen(p.server, &listen, &listener), HF_OK);
	client = open_to(&p, SERVER, 7);
	settle(&p);
	assert_int_equal(hf_accept(p.server, listener, &server), HF_OK);
	memset(text, 'x', sizeof text);
	hf_send(p.client, client, text, sizeof text, &n);
	settle(&p);
	assert_int_equal(hf_receive(p.server, server, text, sizeof text, &n),
			 HF_OK);
	p.now += HF_SECOND;
	hf_advance(p.server, p.now, NULL);
	settle(&p);
	for (int i = 0; i < 2; i++) {
		hf_host_used(i ? p.server : p.client, &used);
		assert_int_equal(used.pool[HF_POOL_CONNECTION].used, 1);
		assert_int_equal(used.pool[HF_POOL_CONNECTION].octets, 256);
		assert_int_equal(used.pool[HF_POOL_HALF_OPEN].octets, 64);
		assert_int_equal(used.pool[HF_POOL_TIME_WAIT].octets, 64);
		assert_int_equal(used.pool[HF_POOL_SIDE].used, 0);
		assert_int_equal(used.pool[HF_POOL_SMALL].used, 0);
		assert_int_equal(used.pool[HF_POOL_PAGE].used, 0);
	}
	pair_end(&p);
}

/* ---- fairness -------------------------------------------------------------
 */

/* Octets of each of two connections in the client's next `frames` frames. */
static void count_octets(struct pair *p, unsigned frames, uint64_t octets[2])
{
	uint8_t buf[2048];
	struct hf_report report;

	while (frames-- > 0) {
		size_t len = hf_output(p->client, p->link, buf, sizeof buf,
				       p->now, NULL, &report);

		assert_true(len > 0);
		octets[report.remote_port == 8] += len;
	}
}

/* Of two with everything to send, small frames get no less than large. */
static void output_is_fair_by_octets(void **state)
{
	const struct hf_link narrow = { .mtu = 576 };
	struct hf_listen listen = { .port = 7, .receive_buffer = 8 << 20 };
	struct hf_handle listener, client[2];
	struct hf_config config;
	struct pair p = { 0 }, other = { 0 };
	static uint8_t text[1 << 20];
	uint64_t octets[2] = { 0, 0 };
	size_t n;

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	config.send_buffer = 8 << 20;
	config.initial_window = 4000;
	pair_start(&p, &config, NULL);
	hf_listen(p.server, &listen, &listener);
	client[0] = open_to(&p, SERVER, 7);
	settle(&p);
	/* The other server's link has the smaller MTU, and says so by MSS. */
	pair_start(&other, &config, &narrow);
	listen.port = 8;
	hf_listen(other.server, &listen, &listener);
	client[1] = open_to(&p, SERVER, 8);
	while (carry(&p, p.client, other.server, 10) +
	       carry(&p, other.server, p.client, 10))
		;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			hf_send(p.client, client[i], text, sizeof text, &n),
			HF_OK);
	count_octets(&p, 90, octets);
	assert_true(octets[0] > 0 && octets[1] > 0);
	assert_true(octets[0] < octets[1] * 6 / 5);
	assert_true(octets[1] < octets[0] * 6 / 5);
	pair_end(&p);
	pair_end(&other);
}

/* ---- for whoever sits in the middle ----------------------------------------
 */

static void gateway_takes_any_address_and_port(void **state)
{
	const struct hf_link any = { .mtu = 1500, .accept_any = true };
	const struct hf_listen listen = { .port = 0, .ask = true };
	struct hf_addr far = hf_ipv4(10, 77, 8, 9);
	struct hf_handle listener, client, server;
	struct hf_config config;
	struct hf_status status;
	struct hf_event event;
	struct pair p = { 0 };
	struct hf_syn syn;

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	pair_start(&p, &config, &any);
	hf_listen(p.server, &listen, &listener);
	client = open_to(&p, far, 4242);
	carry(&p, p.client, p.server, 10);
	assert_true(hf_event(p.server, &event));
	assert_int_equal(event.flags, HF_EVENT_SYN);
	assert_int_equal(hf_syn(p.server, event.handle, &syn), HF_OK);
	assert_memory_equal(&syn.local, &far, sizeof far);
	assert_int_equal(syn.local_port, 4242);
	assert_int_equal(carry(&p, p.server, p.client, 10), 0);
	hf_decide(p.server, event.handle, HF_VERDICT_ACCEPT, p.now);
	assert_int_equal(
		hf_decide(p.server, event.handle, HF_VERDICT_RESET, p.now),
		HF_ERR_HANDLE);
	settle(&p);
	assert_int_equal(hf_accept(p.server, listener, &server), HF_OK);
	hf_status(p.client, client, &status);
	assert_int_equal(status.state, HF_ESTABLISHED);
	pair_end(&p);
}

/* ---- handles
 * ----------------------------------------------------------------- */

static void released_handle_is_stale(void **state)
{
	const struct hf_listen listen = { .port = 7 };
	struct hf_handle listener, client;
	struct hf_config config;
	struct hf_status status;
	struct pair p = { 0 };
	size_t n;

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	pair_start(&p, &config, NULL);
	hf_listen(p.server, &listen, &listener);
	client = open_to(&p, SERVER, 7);
	settle(&p);
	assert_int_equal(hf_close(p.client, client, p.now), HF_OK);
	assert_int_equal(hf_status(p.client, client, &status), HF_ERR_HANDLE);
	assert_int_equal(hf_send(p.client, client, "x", 1, &n), HF_ERR_HANDLE);
	assert_int_equal(hf_close(p.client, client, p.now), HF_ERR_HANDLE);
	assert_int_equal(hf_accept(p.client, client, &client), HF_ERR_HANDLE);
	for (uint32_t i = 0; i < 100000; i += 7) {
		struct hf_handle guess = { i * 40503u, i };

		assert_int_equal(hf_close(p.client, guess, p.now),
				 HF_ERR_HANDLE);
	}
	pair_end(&p);
}

/* ---- a full pool refuses the new and keeps the old
 * ----------------------------- */

static void full_pool_keeps_the_old(void **state)
{
	const struct hf_listen listen = { .port = 7, .completed = 1000 };
	struct hf_handle listener, client[8], server[8], more;
	struct hf_open options = { .remote = SERVER, .remote_port = 7 };
	struct hf_config config;
	struct pair p = { 0 };
	char text[8];
	size_t n;

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	config.connections = 8;
	pair_start(&p, &config, NULL);
	hf_listen(p.server, &listen, &listener);
	for (int i = 0; i < 8; i++) {
		client[i] = open_to(&p, SERVER, 7);
		settle(&p);
		assert_int_equal(hf_accept(p.server, listener, &server[i]),
				 HF_OK);
	}
	assert_int_equal(hf_open(p.client, &options, p.now, &more),
			 HF_ERR_LIMIT);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(
			hf_send(p.client, client[i], "still ok", 8, &n), HF_OK);
		settle(&p);
		assert_int_equal(hf_receive(p.server, server[i], text, 8, &n),
				 HF_OK);
		assert_memory_equal(text, "still ok", 8);
	}
	pair_end(&p);
}

/* ---- what sockets need of a host --------------------------------------- */

static struct hf_handle listen_at(struct pair *p, struct hf_addr local)
{
	const struct hf_listen options = { .local = local, .port = 7 };
	struct hf_handle listener;

	assert_int_equal(hf_listen(p->server, &options, &listener), HF_OK);
	return listener;
}

/* Octets far ahead are shown, and none is taken. */
static void peek_at_shows_what_comes_later(void **state)
{
	const struct hf_addr any = { { 0 } };
	struct hf_handle listener, client, server;
	struct hf_config config;
	struct pair p = { 0 };
	static uint8_t text[20000];
	const void *data;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7 >> 3);
	hf_config_default(&config, HF_PROFILE_LINUX);
	pair_start(&p, &config, NULL);
	listener = listen_at(&p, any);
	client = open_to(&p, SERVER, 7);
	settle(&p);
	assert_int_equal(hf_accept(p.server, listener, &server), HF_OK);
	assert_int_equal(hf_peek_at(p.server, server, 0, &data, &n),
			 HF_ERR_WOULD_BLOCK);
	hf_send(p.client, client, text, sizeof text, &n);
	settle(&p);
	for (uint32_t at = 0; at < sizeof text; at += (uint32_t)n) {
		assert_int_equal(hf_peek_at(p.server, server, at, &data, &n),
				 HF_OK);
		assert_in_range(n, 1, sizeof text - at);
		assert_memory_equal(data, text + at, n);
	}
	assert_int_equal(hf_peek_at(p.server, server, 20000, &data, &n), HF_OK);
	assert_int_equal(n, 0);
	assert_int_equal(hf_peek_at(p.server, listener, 0, &data, &n),
			 HF_ERR_HANDLE);
	pair_end(&p);
}

static void backlog_may_change(void **state)
{
	const struct hf_addr any = { { 0 } };
	const uint32_t backlog[] = { 0, 1, 1, 3, 3 };
	const uint32_t completed[] = { 0, 1, 1, 2, 3 };
	struct hf_handle listener, client;
	struct hf_config config;
	struct pair p = { 0 };

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	pair_start(&p, &config, NULL);
	listener = listen_at(&p, any);
	for (int i = 0; i < 5; i++) {
		struct hf_usage used;

		assert_int_equal(hf_backlog(p.server, listener, backlog[i]),
				 HF_OK);
		client = open_to(&p, SERVER, 7);
		settle(&p);
		hf_host_used(p.server, &used);
		assert_int_equal(used.pool[HF_POOL_CONNECTION].used,
				 completed[i]);
	}
	assert_int_equal(hf_backlog(p.client, client, 1), HF_ERR_HANDLE);
	pair_end(&p);
}

/* The port is free for a listener of IPv6, and only for one. */
static void any_ipv4_address_is_no_ipv6_one(void **state)
{
	struct hf_listen ipv6 = { .port = 7, .ipv6_only = true };
	struct hf_handle listener, other;
	struct hf_config config;
	struct pair p = { 0 };

	(void)state;
	hf_config_default(&config, HF_PROFILE_LINUX);
	pair_start(&p, &config, NULL);
	listener = listen_at(&p, hf_ipv4(0, 0, 0, 0));
	assert_int_equal(hf_listen(p.server, &ipv6, &other), HF_OK);
	open_to(&p, SERVER, 7);
	settle(&p);
	assert_int_equal(hf_accept(p.server, other, &other),
			 HF_ERR_WOULD_BLOCK);
	assert_int_equal(hf_accept(p.server, listener, &other), HF_OK);
	ipv6.ipv6_only = false;
	assert_int_equal(hf_listen(p.server, &ipv6, &other),
			 HF_ERR_ADDRESS_IN_USE);
	pair_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_taken_by_use),
		cmocka_unit_test(idle_connection_holds_no_buffer),
		cmocka_unit_test(output_is_fair_by_octets),
		cmocka_unit_test(gateway_takes_any_address_and_port),
		cmocka_unit_test(released_handle_is_stale),
		cmocka_unit_test(full_pool_keeps_the_old),
		cmocka_unit_test(peek_at_shows_what_comes_later),
		cmocka_unit_test(backlog_may_change),
		cmocka_unit_test(any_ipv4_address_is_no_ipv6_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
