/* SPDX-License-Identifier: MIT */
/* From a seed to what will be tried. */
#include "torture.h"
#include <stdio.h>
#include <string.h>

static uint32_t below(struct sim_random *r, uint32_t bound)
{
	return (uint32_t)sim_random_below(r, bound);
}

static uint32_t between(struct sim_random *r, uint32_t low, uint32_t high)
{
	return low + below(r, high - low + 1);
}

static bool one_in(struct sim_random *r, uint32_t n)
{
	return below(r, n) == 0;
}

/* Small values are as likely as large ones: uniform in its binary digits. */
static uint32_t scaled(struct sim_random *r, uint32_t low, uint32_t high)
{
	uint32_t bits_low = 31u - (uint32_t)__builtin_clz(low | 1);
	uint32_t bits_high = 31u - (uint32_t)__builtin_clz(high | 1);
	uint32_t bits = between(r, bits_low, bits_high);
	uint32_t value = (1u << bits) + below(r, 1u << bits);

	if (value < low)
		return low;
	return value > high ? high : value;
}

/* ---- wires ------------------------------------------------------------ */

static void make_faults(struct sim_random *r, struct hf_sim_wire *w)
{
	if (one_in(r, 2))
		w->loss = scaled(r, 1000, 300000);
	if (one_in(r, 3))
		w->duplicate = scaled(r, 1000, 300000);
	if (one_in(r, 3)) {
		w->reorder = scaled(r, 1000, 300000);
		w->reorder_delay = scaled(r, 1000, 500000) * HF_MICROSECOND;
	}
	if (one_in(r, 4))
		w->corrupt = scaled(r, 1000, 100000);
	if (one_in(r, 8))
		w->truncate = scaled(r, 1000, 50000);
	if (one_in(r, 8))
		w->drop_mask = sim_random_next(r) & sim_random_next(r);
}

static void make_wire(struct sim_random *r, struct hf_sim_wire *w)
{
	*w = (struct hf_sim_wire){ 0 };
	w->delay = one_in(r, 8) ? 0 : scaled(r, 10, 300000) * HF_MICROSECOND;
	if (one_in(r, 2))
		w->jitter = scaled(r, 1, 50000) * HF_MICROSECOND;
	if (one_in(r, 2)) {
		w->rate = scaled(r, 256000, 1000000000);
		if (one_in(r, 2))
			w->queue_frames = scaled(r, 2, 200);
		if (one_in(r, 4))
			w->queue_octets = scaled(r, 2000, 200000);
	}
	if (one_in(r, 2))
		w->burst = between(r, 2, 32);
	if (!one_in(r, 4))
		make_faults(r, w);
}

/* Mild enough that giving up would be wrong. */
static bool is_mild(const struct hf_sim_wire *w)
{
	return w->loss + w->corrupt + w->truncate <= 50000 &&
	       w->drop_mask == 0 &&
	       (w->queue_frames == 0 || w->queue_frames >= 16) &&
	       (w->queue_octets == 0 || w->queue_octets >= 60000);
}

/* ---- hosts ------------------------------------------------------------ */

static void make_times(struct sim_random *r, struct hf_config *c)
{
	if (one_in(r, 2))
		c->msl = between(r, 1, 60) * HF_SECOND;
	if (one_in(r, 4))
		c->delayed_ack = between(r, 1, 490) * HF_MILLISECOND;
	if (one_in(r, 4))
		c->rto_min = between(r, 20, 1000) * HF_MILLISECOND;
	if (one_in(r, 4))
		c->initial_window = between(r, 1, 10);
	if (one_in(r, 4))
		c->fin_wait_2 = between(r, 1, 120) * HF_SECOND;
	c->keepalive_idle = between(r, 10, 120) * HF_SECOND;
	c->keepalive_interval = between(r, 5, 75) * HF_SECOND;
}

static void make_host(struct sim_random *r, struct hf_config *c)
{
	hf_config_default(c, one_in(r, 2) ? HF_PROFILE_RFC : HF_PROFILE_LINUX);
	for (size_t i = 0; i < sizeof c->secret; i++)
		c->secret[i] = (uint8_t)sim_random_next(r);
	c->links = 4;
	c->addresses = 8;
	c->routes = 8;
	c->listeners = 4;
	c->connections = 64;
	c->half_open = 64;
	c->time_wait = 64;
	c->replies = 64;
	c->send_buffer = scaled(r, 2048, 262144);
	c->receive_buffer = scaled(r, 2048, 262144);
	c->window_scale = (uint8_t)below(r, 15);
	c->no_window_scale = one_in(r, 4);
	c->no_timestamps = one_in(r, 4);
	c->no_sack = one_in(r, 4);
	c->no_header_prediction = one_in(r, 3);
	make_times(r, c);
}

/* Limits so small that they are met. */
static void make_tight(struct sim_random *r, struct plan *plan, uint32_t i)
{
	struct hf_config *c = &plan->config[i];

	plan->is_strict = false;
	if (one_in(r, 2))
		c->connections = between(r, 1, 6);
	if (one_in(r, 2))
		c->half_open = between(r, 1, 3);
	if (one_in(r, 2))
		c->time_wait = between(r, 1, 3);
	if (one_in(r, 2))
		c->replies = between(r, 1, 4);
	if (one_in(r, 2))
		c->reset_per_second = between(r, 1, 10);
	if (one_in(r, 2))
		c->challenge_per_second = between(r, 1, 10);
	if (one_in(r, 2))
		plan->size[i] = scaled(r, 32768, 524288) & ~4095u;
}

static void make_listen(struct sim_random *r, struct plan *plan, uint32_t i)
{
	struct hf_listen *l = &plan->listen[i];

	l->port = TORTURE_PORT;
	if (one_in(r, 2))
		l->local = world_addr(plan, i);
	l->ask = one_in(r, 8);
	if (one_in(r, 8)) {
		l->half_open = between(r, 1, 3);
		plan->is_strict = false;
	}
	if (one_in(r, 4)) {
		l->send_buffer = scaled(r, 2048, 65536);
		l->receive_buffer = scaled(r, 2048, 65536);
	}
}

static void make_hosts(struct sim_random *r, struct plan *plan)
{
	uint32_t low = plan->is_ipv6 ? 1280 : 576;
	bool is_tight = one_in(r, 4);

	plan->mtu[0] = one_in(r, 2) ? 1500 : between(r, low, 9000);
	plan->mtu[1] = one_in(r, 4) ? between(r, low, 9000) : plan->mtu[0];
	for (uint32_t i = 0; i < 2; i++) {
		make_host(r, &plan->config[i]);
		plan->size[i] = 8u << 20;
		if (is_tight)
			make_tight(r, plan, i);
		make_listen(r, plan, i);
	}
	if (one_in(r, 4)) {
		plan->refusals = one_in(r, 2) ? 300000 : 0;
		plan->is_strict &= plan->refusals == 0;
	}
}

/* ---- pairs ------------------------------------------------------------ */

static enum manner make_manner(struct sim_random *r)
{
	static const enum manner wild[] = { MANNER_HASTY, MANNER_DEAF,
					    MANNER_ABORT };

	if (one_in(r, 4))
		return wild[below(r, 3)];
	return one_in(r, 3) ? MANNER_LINGER : MANNER_ORDERLY;
}

static void make_end(struct sim_random *r, struct end_plan *e, uint32_t most)
{
	e->manner = make_manner(r);
	e->octets = one_in(r, 6) ? 0 : scaled(r, 1, most);
	e->after = scaled(r, 1, 65536);
	e->chunk = one_in(r, 2) ? 65536 : scaled(r, 64, 16384);
	e->in_place = one_in(r, 3);
	e->nodelay = one_in(r, 3);
	e->keepalive = one_in(r, 3);
	if (one_in(r, 6)) {
		/* At most some hundred pauses of at most a second. */
		e->pause = scaled(r, 1, 1000) * HF_MILLISECOND;
		if (e->chunk < 1024)
			e->chunk = 1024;
	}
}

static void make_pair(struct sim_random *r, struct pair_plan *p, uint32_t most)
{
	p->kind = PAIR_CLIENT_SERVER;
	if (one_in(r, 8))
		p->kind = PAIR_SIMULTANEOUS;
	else if (one_in(r, 16))
		p->kind = PAIR_LOOPBACK;
	else if (one_in(r, 24))
		p->kind = PAIR_REFUSED;
	p->opener = below(r, 2);
	p->start = one_in(r, 2) ? 0 : scaled(r, 1, 4000) * HF_MILLISECOND;
	make_end(r, &p->end[0], most);
	make_end(r, &p->end[1], most);
	if (one_in(r, 6))
		p->end[below(r, 2)].manner = MANNER_PATIENT;
}

/* ---- Ethernet and noise ----------------------------------------------- */

/* Long enough that addresses are ready, where they are not used before. */
#define LEAD (10 * HF_SECOND)

/* A strict plan's outage is one that every connection must live through. */
static void make_outage(struct sim_random *r, struct plan *plan)
{
	plan->outage_start = plan->lead + scaled(r, 1, 20000) * HF_MILLISECOND;
	plan->outage =
		scaled(r, 100, plan->is_strict ? 8000 : 60000) * HF_MILLISECOND;
}

/* Of streams of their own, so that all else of a seed is as it was before. */
static void make_link(struct plan *plan)
{
	struct sim_random r = sim_random_stream(plan->seed, 4);

	plan->is_ethernet = one_in(&r, 3);
	if (one_in(&r, 6))
		plan->noise = scaled(&r, 1, 120);
	if (!plan->is_ethernet)
		return;
	if (!plan->config[0].optimistic || !plan->config[1].optimistic ||
	    one_in(&r, 2))
		plan->lead = LEAD;
	if (one_in(&r, 3))
		make_outage(&r, plan);
}

/* Mechanisms that both ends must want; again a stream of their own. */
static void make_mechanisms(struct plan *plan)
{
	struct sim_random r = sim_random_stream(plan->seed, 6);

	for (uint32_t i = 0; i < 2; i++) {
		plan->config[i].ecn =
			(uint8_t)(one_in(&r, 4) ? below(&r, 3) : HF_ECN_ASK);
		plan->config[i].time_wait_reuse = (uint8_t)below(&r, 3);
		plan->config[i].rfc1337 = one_in(&r, 2);
		if (one_in(&r, 2))
			plan->wire[i].mark = scaled(&r, 1000, 300000);
		if (one_in(&r, 6))
			plan->config[i].syn_cookies =
				one_in(&r, 4) ? HF_COOKIES_OFF
					      : HF_COOKIES_ALWAYS;
		/* A lost ACK leaves a peer alone that waits to be spoken to. */
		if (plan->config[i].syn_cookies == HF_COOKIES_ALWAYS)
			plan->is_strict = false;
	}
}

/* What fragments may take; the defaults are more than the noise needs. */
static void make_tight_fragments(struct plan *plan)
{
	struct sim_random r = sim_random_stream(plan->seed, 5);

	for (uint32_t i = 0; i < 2; i++) {
		struct hf_config *c = &plan->config[i];

		if (one_in(&r, 2))
			c->datagrams = below(&r, 5);
		if (one_in(&r, 2))
			c->held = scaled(&r, 1024, 65536);
		if (one_in(&r, 2))
			c->neighbours = between(&r, 2, 4);
	}
}

/* Programs that use more than SEND and RECEIVE. */
static void make_busy(struct plan *plan)
{
	struct sim_random r = sim_random_stream(plan->seed, 7);

	for (uint32_t i = 0; i < 2 * plan->pairs; i++)
		plan->pair[i / 2].end[i % 2].is_busy = one_in(&r, 3);
}

void plan_make(struct plan *plan, uint64_t seed)
{
	struct sim_random r = sim_random_stream(seed, 0);
	uint32_t most;

	memset(plan, 0, sizeof *plan);
	plan->seed = seed;
	plan->is_ipv6 = one_in(&r, 2);
	make_wire(&r, &plan->wire[0]);
	if (one_in(&r, 2))
		plan->wire[1] = plan->wire[0];
	else
		make_wire(&r, &plan->wire[1]);
	plan->is_strict = is_mild(&plan->wire[0]) && is_mild(&plan->wire[1]);
	make_hosts(&r, plan);
	plan->moves = one_in(&r, 16);
	plan->twice = plan->moves || one_in(&r, 8);
	plan->check_every = one_in(&r, 4) ? 1 : 16;
	plan->pairs = one_in(&r, 2) ? 1 : between(&r, 1, TORTURE_PAIRS);
	/* A seed has a budget of octets, so that all take about as long. */
	most = one_in(&r, 6) ? 200000 : 20000 / plan->pairs;
	for (uint32_t i = 0; i < plan->pairs; i++)
		make_pair(&r, &plan->pair[i], most);
	make_link(plan);
	make_mechanisms(plan);
	make_busy(plan);
	if (!plan->is_strict)
		make_tight_fragments(plan);
}

/* ---- printing --------------------------------------------------------- */

const char *manner_name(enum manner manner)
{
	static const char *const name[MANNERS] = {
		[MANNER_ORDERLY] = "orderly", [MANNER_LINGER] = "linger",
		[MANNER_PATIENT] = "patient", [MANNER_HASTY] = "hasty",
		[MANNER_DEAF] = "deaf",	      [MANNER_ABORT] = "abort",
	};

	return name[manner];
}

static void print_host(const struct plan *plan, uint32_t i)
{
	const struct hf_config *c = &plan->config[i];
	const struct hf_sim_wire *w = &plan->wire[i];

	printf("host %u: %s block %zu mtu %u buffers %u/%u scale %d ts %d "
	       "sack %d prediction %d limits %u/%u/%u%s\n",
	       i, c->profile == HF_PROFILE_RFC ? "rfc" : "linux", plan->size[i],
	       plan->mtu[i], c->send_buffer, c->receive_buffer,
	       c->no_window_scale ? -1 : c->window_scale, !c->no_timestamps,
	       !c->no_sack, !c->no_header_prediction, c->connections,
	       c->half_open, c->time_wait, plan->listen[i].ask ? " asks" : "");
	printf("wire %u: delay %llu us jitter %llu us rate %llu queue %u/%u "
	       "loss %u mark %u dup %u reorder %u corrupt %u cut %u mask %llx "
	       "burst %u\n",
	       i, (unsigned long long)(w->delay / 1000),
	       (unsigned long long)(w->jitter / 1000),
	       (unsigned long long)w->rate, w->queue_frames, w->queue_octets,
	       w->loss, w->mark, w->duplicate, w->reorder, w->corrupt,
	       w->truncate, (unsigned long long)w->drop_mask, w->burst);
}

void plan_print(const struct plan *plan)
{
	static const char *const kind[] = {
		[PAIR_CLIENT_SERVER] = "client-server",
		[PAIR_SIMULTANEOUS] = "simultaneous",
		[PAIR_LOOPBACK] = "loopback",
		[PAIR_REFUSED] = "refused",
	};

	printf("seed %llu: IPv%d%s%s%s\n", (unsigned long long)plan->seed,
	       plan->is_ipv6 ? 6 : 4, plan->is_ethernet ? " Ethernet" : "",
	       plan->is_strict ? " strict" : "", plan->moves ? " moves" : "");
	printf("lead %llu ms outage at %llu ms for %llu ms noise %u\n",
	       (unsigned long long)(plan->lead / HF_MILLISECOND),
	       (unsigned long long)(plan->outage_start / HF_MILLISECOND),
	       (unsigned long long)(plan->outage / HF_MILLISECOND),
	       plan->noise);
	print_host(plan, 0);
	print_host(plan, 1);
	for (uint32_t i = 0; i < plan->pairs; i++) {
		const struct pair_plan *p = &plan->pair[i];

		printf("pair %u: %s by host %u at %llu ms;", i, kind[p->kind],
		       p->opener, (unsigned long long)(p->start / 1000000));
		for (uint32_t e = 0; e < 2; e++)
			printf(" %s %u octets after %u chunk %u pause %llu "
			       "ms%s%s%s;",
			       manner_name(p->end[e].manner), p->end[e].octets,
			       p->end[e].after, p->end[e].chunk,
			       (unsigned long long)(p->end[e].pause / 1000000),
			       p->end[e].in_place ? " in place" : "",
			       p->end[e].keepalive ? " keepalive" : "",
			       p->end[e].is_busy ? " busy" : "");
		printf("\n");
	}
}
