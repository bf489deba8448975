/* SPDX-License-Identifier: MIT */
#include "virtual.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void fail(const char *why)
{
	fprintf(stderr, "FAILED virtual net: %s\n", why);
	abort();
}

static size_t carry(struct virtual_net *v)
{
	size_t count = 0;

	if (!v->is_cut)
		return hf_loopback(v->host, v->frame, sizeof v->frame, 16,
				   v->now);
	while (hf_output(v->host, HF_LINK_LOOPBACK, v->frame, sizeof v->frame,
			 v->now, NULL, NULL))
		count++;
	return count;
}

void virtual_settle(struct virtual_net *v)
{
	for (unsigned i = 0; carry(v) > 0; i++) {
		hf_net_update(v->net);
		if (i > 100000)
			fail("the loopback link never rests");
	}
	hf_net_update(v->net);
	if (hf_host_check(v->host) != 0)
		fail("an invariant of the host is broken");
}

/* To the next timer, or `until`; false: there is neither. */
static bool step(struct virtual_net *v, hf_time until)
{
	hf_time next = hf_expiry(v->host);

	if (v->meanwhile != NULL && v->due < next)
		next = v->due;
	if (until < next)
		next = until;
	if (next == HF_NEVER)
		return false;
	if (next > v->now)
		v->now = next;
	hf_advance(v->host, v->now, NULL);
	return true;
}

void virtual_pass(struct virtual_net *v, hf_time time)
{
	hf_time until = v->now + time;

	for (;;) {
		virtual_settle(v);
		if (v->now >= until)
			return;
		step(v, until);
	}
}

static hf_time now(void *context)
{
	return ((struct virtual_net *)context)->now;
}

static int wait_for(void *context, hf_time until)
{
	struct virtual_net *v = context;
	int error = v->interrupt;

	v->interrupt = 0;
	if (error != 0)
		return error;
	if (carry(v) > 0)
		return 0;
	if (!step(v, until))
		fail("a call waits for what never comes");
	if (v->meanwhile != NULL && v->due <= v->now) {
		void (*call)(struct virtual_net * v) = v->meanwhile;

		v->meanwhile = NULL;
		call(v);
	}
	return 0;
}

static void broken_pipe(void *context, int fd)
{
	(void)fd;
	((struct virtual_net *)context)->broken_pipes++;
}

void virtual_start(struct virtual_net *v, const struct virtual_plan *plan)
{
	static const struct virtual_plan plain = { .configure = NULL };
	struct hf_net_driver driver = { .size = sizeof driver,
					.context = v,
					.now = now,
					.wait = wait_for,
					.broken_pipe = broken_pipe };
	struct hf_net_options options;
	struct hf_config config;

	if (plan == NULL)
		plan = &plain;
	memset(v, 0, sizeof *v);
	v->now = HF_SECOND;
	options = plan->options;
	options.size = sizeof options;
	hf_config_default(&config, HF_PROFILE_LINUX);
	if (plan->configure != NULL)
		plan->configure(&config);
	if (plan->never_waits)
		driver.wait = NULL;
	v->block = mmap(NULL, VIRTUAL_BLOCK, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (v->block == MAP_FAILED)
		fail("no memory");
	if (hf_host_init(v->block, VIRTUAL_BLOCK, &config, v->now, &v->host) !=
	    HF_OK)
		fail("no host");
	v->net = hf_net_new(v->host, &driver, &options);
	if (v->net == NULL)
		fail("no net");
}

void virtual_end(struct virtual_net *v)
{
	struct hf_usage used;

	hf_net_free(v->net);
	hf_host_used(v->host, &used);
	if (used.pool[HF_POOL_LISTENER].used != 0)
		fail("a listener has outlived its sockets");
	munmap(v->block, VIRTUAL_BLOCK);
}
