/* SPDX-License-Identifier: MIT */
/* A host whose memory runs out: who is refused, and what comes back. */
#include <handfast/host.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define CLIENT hf_ipv4(10, 0, 0, 1)
#define SERVER hf_ipv4(10, 0, 0, 2)
#define SMALL ((size_t)1 << 20)
#define LARGE ((size_t)64 << 20)

struct pair {
	struct hf_host *client, *server;
	void *block[2];
	uint32_t link;
	hf_time now;
	struct hf_handle listener;
};

static struct hf_host *make(struct pair *p, int which, size_t size,
			    struct hf_addr addr)
{
	const struct hf_link link = { .mtu = 1500 };
	struct hf_config config;
	struct hf_host *host;

	p->block[which] = aligned_alloc(HF_BLOCK_ALIGN, size);
	assert_non_null(p->block[which]);
	memset(p->block[which], 0, size);
	hf_config_default(&config, HF_PROFILE_LINUX);
	config.connections = config.half_open = 1000000;
	config.syn_cookies = HF_COOKIES_OFF; /* they need none of it */
	config.secret[0] = (uint8_t)which;
	assert_int_equal(
		hf_host_init(p->block[which], size, &config, p->now, &host),
		HF_OK);
	assert_int_equal(hf_link_add(host, &link, 0, &p->link), HF_OK);
	assert_int_equal(hf_address_add(host, p->link, addr, 8, 0), HF_OK);
	return host;
}

static void pair_start(struct pair *p)
{
	const struct hf_listen listen = { .port = 7 };

	memset(p, 0, sizeof *p);
	p->now = HF_SECOND;
	p->client = make(p, 0, LARGE, CLIENT);
	p->server = make(p, 1, SMALL, SERVER);
	assert_int_equal(hf_listen(p->server, &listen, &p->listener), HF_OK);
}

static void pair_end(struct pair *p)
{
	assert_int_equal(hf_host_check(p->server), 0);
	free(p->block[0]);
	free(p->block[1]);
}

static unsigned carry(struct pair *p, struct hf_host *from, struct hf_host *to)
{
	uint8_t buf[2048];
	unsigned n = 0;

	for (;; n++) {
		struct hf_frame frame = { .data = buf };

		frame.len = (uint32_t)hf_output(from, p->link, buf, sizeof buf,
						p->now, NULL, NULL);
		if (frame.len == 0)
			return n;
		if (to != NULL)
			hf_input(to, p->link, &frame, 1, p->now, NULL);
	}
}

static void settle(struct pair *p)
{
	while (carry(p, p->client, p->server) + carry(p, p->server, p->client))
		;
}

static enum hf_error open_one(struct pair *p, struct hf_host *host,
			      struct hf_addr to, struct hf_handle *h)
{
	const struct hf_open options = { .remote = to, .remote_port = 7 };

	return hf_open(host, &options, p->now, h);
}

/* SYNs whose SYN-ACKs get lost, until the server has no room for more. */
static uint32_t flood(struct pair *p)
{
	struct hf_handle h;
	struct hf_usage used;

	for (int i = 0; i < 28000; i++) {
		if (hf_drops(p->server, HF_DROP_NO_MEMORY) > 100)
			break;
		assert_int_equal(open_one(p, p->client, SERVER, &h), HF_OK);
		carry(p, p->client, p->server);
		carry(p, p->server, NULL);
	}
	assert_true(hf_drops(p->server, HF_DROP_NO_MEMORY) > 100);
	hf_host_used(p->server, &used);
	assert_int_equal(hf_host_check(p->server), 0);
	return used.pool[HF_POOL_HALF_OPEN].used;
}

/*
 * queue.h: "a part of the block is kept for octets that a peer sends in
 * order to a queue that is empty", and SYNs do not get at it.
 */
static void syns_leave_room_for_text(void **state)
{
	static uint8_t text[1000], got[1000];
	struct hf_handle client, server;
	struct pair p;
	size_t n = 0;

	(void)state;
	memset(text, 'x', sizeof text);
	pair_start(&p);
	assert_int_equal(open_one(&p, p.client, SERVER, &client), HF_OK);
	settle(&p);
	assert_int_equal(hf_accept(p.server, p.listener, &server), HF_OK);
	assert_true(flood(&p) > 1000);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(
			hf_send(p.client, client, text, sizeof text, &n),
			HF_OK);
		assert_int_equal(n, sizeof text);
		carry(&p, p.client, p.server);
		assert_int_equal(
			hf_receive(p.server, server, got, sizeof got, &n),
			HF_OK);
		assert_int_equal(n, sizeof text);
		assert_memory_equal(got, text, n);
		p.now += HF_SECOND / 4;
		hf_advance(p.server, p.now, NULL);
		settle(&p);
	}
	pair_end(&p);
}

/*
 * host.h, hf_open(): HF_ERR_NO_MEMORY is for want of it; pages that came
 * back serve the tables of ports as well.
 */
static void ports_are_there_again_after_exhaustion(void **state)
{
	struct hf_listen listen = { .port = 1 };
	struct hf_usage used;
	struct hf_handle h;
	struct pair p;

	(void)state;
	pair_start(&p);
	assert_true(flood(&p) > 1000);
	assert_int_equal(hf_close(p.server, p.listener, p.now), HF_OK);
	hf_host_used(p.server, &used);
	assert_int_equal(used.pool[HF_POOL_HALF_OPEN].used, 0);
	assert_true(used.pages < used.block / 2);
	for (int i = 0; i < 500; i++) {
		assert_int_equal(open_one(&p, p.server, CLIENT, &h), HF_OK);
		assert_int_equal(hf_abort(p.server, h, p.now), HF_OK);
	}
	for (unsigned port = 1; port < 65000; port += 997) {
		listen.port = (uint16_t)port;
		assert_int_equal(hf_listen(p.server, &listen, &h), HF_OK);
		assert_int_equal(hf_close(p.server, h, p.now), HF_OK);
	}
	pair_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syns_leave_room_for_text),
		cmocka_unit_test(ports_are_there_again_after_exhaustion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
