/* SPDX-License-Identifier: MIT */
/* Beginning, end and variants of the cases. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "net.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#define BLOCK_SIZE ((size_t)24 << 20)

struct variant {
	const char *name;
	bool is_linux, v6;
};

static const struct variant variants[] = {
	{ "rfc", false, false },
	{ "linux", true, false },
	{ "rfc-v6", false, true },
	{ "linux-v6", true, true },
};

#define VARIANTS (sizeof variants / sizeof variants[0])

struct run {
	const struct net_case *test;
	const struct variant *variant;
	struct net *n;
	char name[120];
};

/* ---- beginning -------------------------------------------------------- */

static void configure(struct hf_config *c, bool is_linux)
{
	hf_config_default(c, is_linux ? HF_PROFILE_LINUX : HF_PROFILE_RFC);
	for (size_t i = 0; i < sizeof c->secret; i++)
		c->secret[i] = (uint8_t)(i * 37 + 11);
	c->connections = 64;
	c->half_open = 32;
	c->time_wait = 64;
	c->ecn = HF_ECN_OFF; /* test/wire/test_ecn.c */
}

static void add_link(struct net *n, uint8_t mac)
{
	struct net_link *link = &n->link[n->link_count];

	link->options = (struct hf_link){ .kind = HF_LINK_ETHERNET,
					  .mac = mac_of(mac),
					  .mtu = n->mtu,
					  .accept_routers = n->accept_routers,
					  .vlan = n->vlan };
	net_expect(n, HF_OK,
		   hf_link_add(n->host, &link->options, n->now, &link->id));
	n->link_count++;
}

static void add_addresses(struct net *n)
{
	struct hf_host *host = n->host;

	net_expect(n, HF_OK,
		   hf_address_add(host, n->link[0].id, addr("10.0.0.1"), 24,
				  n->now));
	net_expect(n, HF_OK,
		   hf_address_add(host, n->link[0].id, addr("fd00::1"), 64,
				  n->now));
	if (n->two_links)
		net_expect(n, HF_OK,
			   hf_address_add(host, n->link[1].id, addr("10.0.1.1"),
					  24, n->now));
	net_pass(n, SEC(30));
	n->events = n->logged = 0;
}

void net_start(struct net *n)
{
	enum hf_error e;

	n->start = n->now = SEC(5000);
	n->block = mmap(NULL, BLOCK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (n->block == MAP_FAILED)
		abort();
	e = hf_host_init(n->block, BLOCK_SIZE, &n->config, n->now, &n->host);
	if (e != HF_OK)
		net_fail(n, "hf_host_init() says %s", hf_error_name(e));
	hf_host_used(n->host, &n->before);
	if (n->mtu == 0)
		n->mtu = 1500;
	add_link(n, 1);
	if (n->two_links)
		add_link(n, 0x11);
	if (!n->bare)
		add_addresses(n);
}

/* ---- end -------------------------------------------------------------- */

static void let_go(struct net *n)
{
	for (size_t i = 0; i < n->handles; i++) {
		enum hf_error e = hf_abort(n->host, n->handle[i], n->now);

		if (e == HF_ERR_HANDLE)
			e = hf_close(n->host, n->handle[i], n->now);
		if (e != HF_OK && e != HF_ERR_HANDLE)
			net_fail(n, "letting go says %s", hf_error_name(e));
		net_check(n);
	}
}

static void remove_addresses(struct net *n)
{
	struct hf_address all[64];
	size_t count = hf_addresses(n->host, all, 64);

	for (size_t i = 0; i < count; i++)
		if (all[i].link != HF_LINK_LOOPBACK)
			net_expect(n, HF_OK,
				   hf_address_remove(n->host, all[i].addr));
}

/* The pool that holds more than before there was a link, or -1. */
static int left_over(struct net *n, struct hf_usage *usage)
{
	hf_host_used(n->host, usage);
	for (int i = 0; i < HF_POOLS; i++) {
		if (i == HF_POOL_ADDRESS ||
		    (i == HF_POOL_LEARNED && n->keeps_learned))
			continue;
		if (usage->pool[i].used != n->before.pool[i].used)
			return i;
	}
	return -1;
}

/* What is known of a quiet network is forgotten within two days. */
static void run_out(struct net *n)
{
	hf_time end = n->now + SEC(172800);
	struct hf_usage usage;
	int left;

	while (left_over(n, &usage) >= 0 && n->now < end)
		net_pass(n, SEC(60));
	left = left_over(n, &usage);
	if (left >= 0)
		net_fail(n, "%u records of pool %s are left over",
			 usage.pool[left].used,
			 hf_pool_name((enum hf_pool)left));
	if (usage.replies || usage.held)
		net_fail(n, "%u replies and %u octets are left over",
			 usage.replies, usage.held);
	remove_addresses(n);
	net_pass(n, SEC(60));
	hf_host_used(n->host, &usage);
	if (usage.pool[HF_POOL_ADDRESS].used !=
	    n->before.pool[HF_POOL_ADDRESS].used)
		net_fail(n, "%u addresses are left over",
			 usage.pool[HF_POOL_ADDRESS].used);
}

static void run_one(void **state)
{
	struct run *run = *state;
	struct net *n = run->n;

	run->test->run(n);
	n->file = __FILE__;
	n->line = __LINE__;
	if (!n->host)
		net_fail(n, "the test never started");
	net_silence(n);
	let_go(n);
	run_out(n);
}

static int set_up(void **state)
{
	struct run *run = *state;
	struct net *n = calloc(1, sizeof *n);
	struct hf_trace_style style = { .link = HF_TRACE_ETHERNET };

	run->n = n;
	n->trace = hf_trace_new(&style);
	style.verbose = 1;
	n->verbose = hf_trace_new(&style);
	if (!n->trace || !n->verbose)
		abort();
	n->file = __FILE__;
	n->is_linux = run->variant->is_linux;
	n->v6 = run->variant->v6;
	configure(&n->config, n->is_linux);
	return 0;
}

static int tear_down(void **state)
{
	struct run *run = *state;
	struct net *n = run->n;

	for (size_t i = 0; i < n->queue_len; i++)
		free(n->queue[(n->queue_head + i) % NET_QUEUE]);
	hf_trace_free(n->trace);
	hf_trace_free(n->verbose);
	if (n->block)
		munmap(n->block, BLOCK_SIZE);
	free(n);
	return 0;
}

/* ---- all -------------------------------------------------------------- */

static bool applies(const struct net_case *test, const struct variant *variant)
{
	if (variant->v6 && !(test->flags & NET_FAMILIES))
		return false;
	if (test->flags & NET_RFC)
		return !variant->is_linux;
	return !(test->flags & NET_LINUX) || variant->is_linux;
}

int net_main(const char *group, const struct net_case *cases, size_t count,
	     int argc, char **argv)
{
	struct CMUnitTest *units = calloc(count * VARIANTS, sizeof *units);
	struct run *runs = calloc(count * VARIANTS, sizeof *runs);
	size_t made = 0;
	int failed;

	for (size_t i = 0; i < count; i++)
		for (size_t v = 0; v < VARIANTS; v++) {
			struct run *run = &runs[made];

			if (!applies(&cases[i], &variants[v]))
				continue;
			run->test = &cases[i];
			run->variant = &variants[v];
			snprintf(run->name, sizeof run->name, "%s/%s",
				 cases[i].name, variants[v].name);
			units[made++] = (struct CMUnitTest){ run->name, run_one,
							     set_up, tear_down,
							     run };
		}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = _cmocka_run_group_tests(group, units, made, NULL, NULL);
	free(units);
	free(runs);
	return failed;
}
