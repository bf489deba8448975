/* SPDX-License-Identifier: MIT */
/* Beginning, end and variants of scripts. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "script.h"
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
	bool v6, slow, dup, split;
};

/* clang-format off */
static const struct variant variants[] = {
	/*                 v6     slow   dup    split */
	{ "v4",            false, false, false, false },
	{ "v4-slow",       false, true,  false, false },
	{ "v6",            true,  false, false, false },
	{ "v6-slow",       true,  true,  false, false },
	{ "v4-dup",        false, false, true,  false },
	{ "v6-slow-dup",   true,  true,  true,  false },
	{ "v6-split",      true,  false, false, true },
	{ "v4-slow-split", false, true,  false, true },
};
/* clang-format on */

#define VARIANTS (sizeof variants / sizeof variants[0])
#define PLAIN_VARIANTS 4

struct run {
	const struct script_test *test;
	const struct variant *variant;
	struct script *t;
	char name[120];
};

/* ---- beginning -------------------------------------------------------- */

static void limit(struct hf_config *c)
{
	for (size_t i = 0; i < sizeof c->secret; i++)
		c->secret[i] = (uint8_t)(i * 37 + 11);
	c->connections = 64;
	c->half_open = 32;
	c->time_wait = 64;
	c->ecn = 0; /* test_ecn.c */
	c->syn_cookies = 0; /* test_cookie.c */
	c->rfc1337 = false; /* test_reopen.c */
}

void script_profile(struct script *t, enum hf_profile profile)
{
	bool slow = t->config.no_header_prediction;

	hf_config_default(&t->config, profile);
	limit(&t->config);
	t->config.no_header_prediction = slow;
}

/* Exact times for scripts; otherwise the profile's. */
static void configure(struct hf_config *c)
{
	hf_config_default(c, HF_PROFILE_RFC);
	c->msl = SEC(30);
	c->fin_wait_2 = SEC(60);
	c->rto_min = SEC(1);
	c->rto_max = SEC(60);
	c->rto_initial = SEC(1);
	c->delayed_ack = MS(200);
	c->r2 = SEC(100);
	c->r2_syn = SEC(180);
	c->r1 = 3;
	c->syn_ack_retries = 5;
	c->send_buffer = 65536;
	c->receive_buffer = 65535;
	c->initial_window = 4;
	c->icmp_per_second = 1000;
	c->reset_per_second = 1000;
	c->challenge_per_second = 1000;
	c->window_scale = 7;
	limit(c);
}

void script_flow_reset(struct script *t)
{
	struct script_flow *f = t->f;
	uint16_t local_port = f->local_port, peer_port = f->peer_port;
	uint32_t irs = f->irs;

	memset(f, 0, sizeof *f);
	f->local_port = local_port;
	f->peer_port = peer_port;
	f->irs = irs;
	f->win = 65535;
	f->peer_mss = t->v6 ? 1220 : 536;
}

void script_flow_use(struct script *t, int i)
{
	t->f = &t->flow[i];
}

/* The peer's numbers wrap around within the first octets, for IPv6. */
static void number_flows(struct script *t)
{
	for (int i = SCRIPT_FLOWS - 1; i >= 0; i--) {
		t->f = &t->flow[i];
		t->f->local_port = 9877;
		t->f->peer_port = (uint16_t)(40000 + i);
		t->f->irs = (t->v6 ? 0xffffffdau : 1000u) + (uint32_t)i;
		script_flow_reset(t);
	}
}

static void set_addresses(struct script *t)
{
	t->local = hf_ipv4(192, 168, 0, 1);
	t->peer = hf_ipv4(192, 168, 0, 2);
	if (!t->v6)
		return;
	memset(&t->local, 0, sizeof t->local);
	t->local.octet[0] = 0xfd;
	t->local.octet[15] = 1;
	t->peer = t->local;
	t->peer.octet[15] = 2;
}

static void add_link(struct script *t)
{
	struct hf_link link = { .accept_any = t->accept_any };

	if (t->mtu == 0)
		t->mtu = t->v6 ? 1520 : 1500;
	link.mtu = t->mtu;
	script_expect(t, HF_OK, hf_link_add(t->host, &link, t->now, &t->link));
	if (t->no_address)
		return;
	script_expect(t, HF_OK,
		      hf_address_add(t->host, t->link, t->local,
				     t->v6 ? 64 : 24, t->now));
}

/* Zeroed; what is not touched costs nothing. */
void *block_new(size_t size)
{
	void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (block == MAP_FAILED)
		abort();
	return block;
}

void block_free(void *block, size_t size)
{
	if (block)
		munmap(block, size);
}

void script_start(struct script *t)
{
	enum hf_error e;

	set_addresses(t);
	number_flows(t);
	t->start = t->now = SEC(5000);
	t->block_size = BLOCK_SIZE;
	t->block = block_new(t->block_size);
	e = hf_host_init(t->block, t->block_size, &t->config, t->now, &t->host);
	if (e != HF_OK)
		script_fail(t, "hf_host_init() says %s", hf_error_name(e));
	add_link(t);
	hf_host_used(t->host, &t->before);
}

void script_stop(struct script *t)
{
	script_silence(t);
	block_free(t->block, t->block_size);
	t->block = NULL;
	t->host = NULL;
	t->listener = (struct hf_handle){ 0, 0 };
}

/* ---- end -------------------------------------------------------------- */

static void release_all(struct script *t)
{
	for (int i = 0; i < SCRIPT_FLOWS; i++) {
		enum hf_error e;

		if (t->flow[i].h.index == 0)
			continue;
		e = hf_abort(t->host, t->flow[i].h, t->now);
		if (e != HF_OK && e != HF_ERR_HANDLE)
			script_fail(t, "hf_abort() says %s at the end",
				    hf_error_name(e));
		script_check(t);
	}
	if (t->listener.index)
		hf_close(t->host, t->listener, t->now);
	script_check(t);
	script_skip(t);
}

static bool is_empty(struct script *t, struct hf_usage *usage)
{
	hf_host_used(t->host, usage);
	for (int i = 0; i < HF_POOLS; i++)
		if (usage->pool[i].used != t->before.pool[i].used)
			return false;
	return usage->replies == 0;
}

/* What is released ends in its own time; two hours are enough for all. */
static void run_out(struct script *t)
{
	hf_time limit = t->now + SEC(7200);
	uint8_t buf[PACKET_MAX];
	struct hf_usage usage;

	while (!is_empty(t, &usage) && hf_expiry(t->host) < limit) {
		script_step_to(t, hf_expiry(t->host));
		script_skip(t);
		while (hf_loopback(t->host, buf, sizeof buf, 8, t->now))
			;
	}
	if (is_empty(t, &usage))
		return;
	for (int i = 0; i < HF_POOLS; i++)
		if (usage.pool[i].used != t->before.pool[i].used)
			script_fail(t, "%u records of pool %s are left over",
				    usage.pool[i].used,
				    hf_pool_name((enum hf_pool)i));
	script_fail(t, "replies are left over");
}

static void run_one(void **state)
{
	struct run *run = *state;
	struct script *t = run->t;

	run->test->run(t);
	t->file = __FILE__;
	t->line = __LINE__;
	if (!t->host)
		script_fail(t, "the test never started");
	script_silence(t);
	release_all(t);
	run_out(t);
}

static int set_up(void **state)
{
	struct run *run = *state;
	struct script *t = calloc(1, sizeof *t);

	run->t = t;
	t->about = run->test->about;
	t->v6 = run->variant->v6;
	t->dup = run->variant->dup;
	t->split = run->variant->split;
	t->file = __FILE__;
	configure(&t->config);
	t->config.no_header_prediction = run->variant->slow;
	return 0;
}

static int tear_down(void **state)
{
	struct run *run = *state;
	struct script *t = run->t;

	for (size_t i = 0; i < t->queue_len; i++)
		free(t->queue[(t->queue_head + i) % 1024]);
	block_free(t->block, t->block_size);
	free(t);
	run->t = NULL;
	return 0;
}

/* ---- all -------------------------------------------------------------- */

static bool applies(const struct script_test *test, size_t variant)
{
	if (variant >= PLAIN_VARIANTS && !(test->flags & ROBUST_TEST))
		return false;
	if (test->flags & V4_TEST && variants[variant].v6)
		return false;
	return !(test->flags & V6_TEST && !variants[variant].v6);
}

int script_main(const char *group, const struct script_test *tests, size_t n,
		int argc, char **argv)
{
	struct CMUnitTest *units = calloc(n * VARIANTS, sizeof *units);
	struct run *runs = calloc(n * VARIANTS, sizeof *runs);
	size_t count = 0;
	int failed;

	for (size_t i = 0; i < n; i++)
		for (size_t v = 0; v < VARIANTS; v++) {
			struct run *run = &runs[count];

			if (!applies(&tests[i], v))
				continue;
			run->test = &tests[i];
			run->variant = &variants[v];
			snprintf(run->name, sizeof run->name, "%s/%s",
				 tests[i].name, variants[v].name);
			units[count++] = (struct CMUnitTest){ run->name,
							      run_one, set_up,
							      tear_down, run };
		}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = _cmocka_run_group_tests(group, units, count, NULL, NULL);
	free(units);
	free(runs);
	return failed;
}
