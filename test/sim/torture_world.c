/* SPDX-License-Identifier: MIT */
/* Builds what a plan says, lets it run step by step, and checks the hosts. */
#include "torture.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS 3000000u
#define MOST_BLOCK (64u << 20)

void world_fail(struct world *world, const char *format, ...)
{
	va_list args;

	if (world->failure[0])
		return;
	va_start(args, format);
	vsnprintf(world->failure, sizeof world->failure, format, args);
	va_end(args);
	world->failed_at = hf_sim_now(world->sim);
}

struct hf_addr world_addr(const struct plan *plan, uint32_t host)
{
	struct hf_addr addr = { { 0xfd } };

	if (!plan->is_ipv6)
		return hf_ipv4(10, 0, 0, (uint8_t)(1 + host));
	addr.octet[15] = (uint8_t)(1 + host);
	return addr;
}

struct hf_mac world_mac(uint32_t host)
{
	return (struct hf_mac){ { 2, 0, 0, 0, 0, (uint8_t)(1 + host) } };
}

/* ---- watching --------------------------------------------------------- */

static void mix(uint64_t *hash, uint64_t word)
{
	*hash = (*hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	*hash ^= *hash >> 29;
}

static void mix_frame(uint64_t *hash, const struct hf_sim_sight *sight)
{
	const uint8_t *data = sight->data;
	uint64_t word;
	uint32_t i;

	mix(hash, sight->when);
	mix(hash, (uint64_t)sight->end << 32 | sight->len);
	for (i = 0; i + 8 <= sight->len; i += 8) {
		memcpy(&word, data + i, 8);
		mix(hash, word);
	}
	word = 0;
	memcpy(&word, data + i, sight->len - i);
	mix(hash, word);
}

static void remember(struct world *world)
{
	if ((world->frames & (world->frames - 1)) == 0)
		world->trail =
			realloc(world->trail,
				2 * (world->frames + 1) * sizeof *world->trail);
	if (!world->trail)
		abort();
	world->trail[world->frames] = world->hash;
	world->trail_len = world->frames + 1;
}

static void hash_tap(const struct hf_sim_sight *sight, void *context)
{
	struct world *world = context;

	if (sight->fate != HF_SIM_SENT)
		return;
	mix_frame(&world->hash, sight);
	if (!world->is_second)
		remember(world);
	else if (world->frames >= world->trail_len ||
		 world->trail[world->frames] != world->hash)
		world_fail(world,
			   "frame %llu is not the same in the second run%s",
			   (unsigned long long)world->frames,
			   world->plan->moves ? ", without moves" : "");
	world->frames++;
}

static uint32_t word_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Only what is surely a segment is read as one. */
static void print_segment(const uint8_t *ip, uint32_t len)
{
	static const char letter[] = "FSRP.UEW";
	bool is_ipv6 = len >= 40 && ip[0] >> 4 == 6;
	uint32_t header = is_ipv6 ? 40 : (len >= 20 ? (ip[0] & 15u) * 4 : 0);
	const uint8_t *tcp = ip + header;
	uint32_t text;

	if (len < header + 20 || ip[is_ipv6 ? 6 : 9] != 6) {
		printf("%u octets, protocol %d", len,
		       len < 20 ? -1 : ip[is_ipv6 ? 6 : 9]);
		return;
	}
	text = len - header - (tcp[12] >> 4) * 4u;
	printf("%u > %u ", word_at(tcp) >> 16, word_at(tcp) & 0xffff);
	for (uint32_t i = 0; i < 8; i++) {
		if (tcp[13] >> i & 1)
			putchar(letter[i]);
	}
	printf(" seq %u ack %u wnd %u len %u", word_at(tcp + 4),
	       word_at(tcp + 8), word_at(tcp + 14) >> 16, text);
}

static void print_report(const struct hf_report *r)
{
	if (r->drop)
		printf(" %s", hf_drop_name(r->drop));
	if (r->why)
		printf(" %s", hf_why_name(r->why));
	for (uint32_t i = 0; i < r->steps && i < HF_REPORT_STEPS; i++)
		printf(" %s -> %s", hf_state_name(r->path[i]),
		       hf_state_name(r->path[i + 1]));
}

static void print_frame(const struct plan *plan, const uint8_t *data,
			uint32_t len)
{
	if (!plan->is_ethernet)
		print_segment(data, len);
	else if (len < 14 || (data[12] == 8 && data[13] == 6))
		printf("ARP %u octets", len);
	else
		print_segment(data + 14, len - 14);
}

static void print_tap(const struct hf_sim_sight *sight, void *context)
{
	const struct world *world = context;
	static const char *const name[HF_SIM_FATES] = {
		[HF_SIM_SENT] = "sends",
		[HF_SIM_DELIVERED] = "gets",
		[HF_SIM_LOST_QUEUE] = "LOST queue",
		[HF_SIM_LOST_MASK] = "LOST mask",
		[HF_SIM_LOST_CHANCE] = "LOST",
		[HF_SIM_LOST_NOBODY] = "LOST nobody",
		[HF_SIM_LOST_DOWN] = "LOST down",
		[HF_SIM_LOST_OFF] = "LOST off",
		[HF_SIM_TIMER] = "timer",
	};

	printf("%llu.%09llu host %u %s ",
	       (unsigned long long)(sight->when / HF_SECOND),
	       (unsigned long long)(sight->when % HF_SECOND), sight->host,
	       name[sight->fate]);
	if (sight->data)
		print_frame(world->plan, sight->data, sight->len);
	if (sight->report)
		print_report(sight->report);
	putchar('\n');
}

/* ---- building --------------------------------------------------------- */

/* A block too small for its tables is doubled until it is not. */
static bool make_host(struct world *world, uint32_t i)
{
	const struct plan *plan = world->plan;
	struct hf_sim_app app = { app_event, world };
	size_t size = plan->size[i];
	enum hf_error error;

	while ((error = hf_sim_host_add(world->sim, &plan->config[i], size,
					&app, &world->host[i])) ==
		       HF_ERR_NO_MEMORY &&
	       size < MOST_BLOCK)
		size *= 2;
	if (error)
		world_fail(world, "hf_host_init of %zu octets: %s", size,
			   hf_error_name(error));
	return !error;
}

static void make_network(struct world *world)
{
	const struct plan *plan = world->plan;
	uint32_t link;

	hf_sim_link_add(world->sim, NULL, &link);
	world->link = link;
	for (uint32_t i = 0; i < 2; i++) {
		struct hf_link options = { .mtu = plan->mtu[i] };
		enum hf_error error;

		if (plan->is_ethernet) {
			options.kind = HF_LINK_ETHERNET;
			options.mac = world_mac(i);
		}

		if (!make_host(world, i))
			return;
		error = hf_sim_attach(world->sim, link, world->host[i],
				      &options, &world->sim_end[i]);
		if (!error)
			error = hf_sim_address(
				world->sim, link, world->sim_end[i],
				world_addr(plan, i), plan->is_ipv6 ? 64 : 24);
		if (!error)
			error = hf_sim_wire_set(world->sim, link,
						world->sim_end[i],
						&plan->wire[i]);
		if (error)
			world_fail(world, "attaching: %s",
				   hf_error_name(error));
		hf_host_used(hf_sim_host(world->sim, world->host[i]),
			     &world->at_start[i]);
		hf_sim_kick(world->sim, world->host[i]);
	}
}

static void unplug(struct hf_sim *sim, void *context)
{
	hf_sim_link_set(sim, ((struct world *)context)->link, false);
}

static void plug(struct hf_sim *sim, void *context)
{
	hf_sim_link_set(sim, ((struct world *)context)->link, true);
}

static void make_outage(struct world *world)
{
	const struct plan *plan = world->plan;
	hf_time start = hf_sim_now(world->sim) + plan->outage_start;

	if (plan->outage == 0)
		return;
	hf_sim_timer(world->sim, HF_SIM_NOBODY, start, unplug, world);
	hf_sim_timer(world->sim, HF_SIM_NOBODY, start + plan->outage, plug,
		     world);
}

static void make_listeners(struct hf_sim *sim, void *context)
{
	struct world *world = context;

	(void)sim;
	for (uint32_t i = 0; i < 2 && !world->failure[0]; i++) {
		enum hf_error error =
			hf_listen(hf_sim_host(world->sim, world->host[i]),
				  &world->plan->listen[i], &world->listener[i]);

		if (error)
			world_fail(world, "hf_listen: %s",
				   hf_error_name(error));
	}
	world->is_listening = true;
}

static void make_pairs(struct world *world)
{
	for (uint32_t i = 0; i < world->plan->pairs; i++) {
		struct pair *p = &world->pair[i];

		p->plan = &world->plan->pair[i];
		for (uint32_t e = 0; e < 2; e++) {
			p->end[e].world = world;
			p->end[e].plan = &p->plan->end[e];
			p->end[e].user = 2 * i + e + 1;
			p->end[e].host = p->plan->opener ^ e;
		}
		if (p->plan->kind == PAIR_LOOPBACK)
			p->end[1].host = p->plan->opener;
		hf_sim_timer(world->sim, world->host[p->plan->opener],
			     hf_sim_now(world->sim) + world->plan->lead +
				     p->plan->start,
			     app_start, p);
	}
	hf_sim_timer(world->sim, HF_SIM_NOBODY,
		     hf_sim_now(world->sim) + TORTURE_PATIENCE, app_give_up,
		     world);
}

/* ---- stepping --------------------------------------------------------- */

static void check(struct world *world)
{
	for (uint32_t i = 0; i < 2; i++) {
		int line =
			hf_host_check(hf_sim_host(world->sim, world->host[i]));

		if (line)
			world_fail(world, "hf_host_check of host %u: line %d",
				   i, line);
	}
	app_check(world);
	if (hf_sim_complaint(world->sim))
		world_fail(world, "%s", hf_sim_complaint(world->sim));
}

/* Its choices are of a stream of their own: the programs have the other. */
static void move_one(struct world *world, struct sim_random *moving)
{
	uint32_t i = (uint32_t)sim_random_below(moving, 2);
	enum hf_error error = hf_sim_host_move(world->sim, world->host[i]);

	if (error)
		world_fail(world, "moving host %u: %s", i,
			   hf_error_name(error));
}

static void close_listeners(struct world *world)
{
	for (uint32_t i = 0; i < 2; i++) {
		enum hf_error error =
			hf_close(hf_sim_host(world->sim, world->host[i]),
				 world->listener[i], hf_sim_now(world->sim));

		if (error)
			world_fail(world, "closing a listener: %s",
				   hf_error_name(error));
		hf_sim_kick(world->sim, world->host[i]);
	}
	world->is_listening = false;
}

static void step_all(struct world *world, bool moves)
{
	struct sim_random moving = sim_random_stream(world->plan->seed, 2);

	while (!world->failure[0] && hf_sim_step(world->sim)) {
		if (++world->steps % world->plan->check_every == 0)
			check(world);
		if (moves && sim_random_chance(&moving, 20000))
			move_one(world, &moving);
		if (world->is_listening && app_is_done(world))
			close_listeners(world);
		if (world->steps > MOST_STEPS)
			world_fail(world, "too many steps");
		if (hf_sim_now(world->sim) > TORTURE_END)
			world_fail(world, "something still goes on");
	}
}

/* Every pool is back where it started. */
static void check_pools(struct world *world)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct hf_usage now;

		hf_host_used(hf_sim_host(world->sim, world->host[i]), &now);
		for (uint32_t p = 0; p < HF_POOLS; p++) {
			uint32_t was = world->at_start[i].pool[p].used;

			if (now.pool[p].used != was)
				world_fail(world,
					   "host %u: pool %s: %u in use, "
					   "%u at the start",
					   i, hf_pool_name(p), now.pool[p].used,
					   was);
		}
		if (now.replies || now.held)
			world_fail(world, "host %u: %u replies, %u octets", i,
				   now.replies, now.held);
	}
}

static uint64_t drops(const struct world *world, enum hf_drop drop)
{
	return hf_drops(hf_sim_host(world->sim, world->host[0]), drop) +
	       hf_drops(hf_sim_host(world->sim, world->host[1]), drop);
}

static void run(struct world *world, bool moves)
{
	if (!world->failure[0]) {
		hf_sim_timer(world->sim, HF_SIM_NOBODY,
			     hf_sim_now(world->sim) + world->plan->lead,
			     make_listeners, world);
		make_pairs(world);
		make_outage(world);
		noise_start(world);
		step_all(world, moves);
	}
	if (!world->failure[0])
		check(world);
	if (!world->failure[0])
		app_judge(world);
	if (!world->failure[0])
		check_pools(world);
	for (uint32_t i = 0; i < HF_DROPS; i++)
		world->drops[i] = drops(world, (enum hf_drop)i);
}

static void start(struct world *world, const struct plan *plan)
{
	world->plan = plan;
	world->sim = hf_sim_new(plan->seed, HF_SECOND);
	world->random = sim_random_stream(plan->seed, 1);
	world->whims = sim_random_stream(plan->seed, 8);
	if (plan->twice)
		hf_sim_tap_add(world->sim, hash_tap, world);
}

static void finish(struct world *world)
{
	hf_sim_free(world->sim);
	world->sim = NULL;
}

void world_run(struct world *world, const struct plan *plan, bool is_verbose,
	       const char *capture)
{
	struct hf_sim_capture *file = NULL;
	char error[256];

	memset(world, 0, sizeof *world);
	start(world, plan);
	if (is_verbose)
		hf_sim_tap_add(world->sim, print_tap, world);
	make_network(world);
	if (capture) {
		file = hf_sim_capture_open(world->sim, capture, HF_SIM_NOBODY,
					   error, sizeof error);
		if (!file)
			world_fail(world, "%s: %s", capture, error);
	}
	if (!world->failure[0])
		run(world, plan->moves);
	hf_sim_capture_close(file);
	finish(world);
}

void world_repeat(struct world *again, const struct world *world)
{
	memset(again, 0, sizeof *again);
	again->is_second = true;
	again->trail = world->trail;
	again->trail_len = world->trail_len;
	start(again, world->plan);
	make_network(again);
	run(again, false);
	if (again->frames != world->frames || again->steps != world->steps)
		world_fail(again, "the second run ends otherwise");
	finish(again);
}

void world_count(const struct world *world, struct totals *totals)
{
	totals->seeds++;
	totals->strict += world->plan->is_strict;
	totals->ethernet += world->plan->is_ethernet;
	for (uint32_t i = 0; i < HF_DROPS; i++)
		totals->drops[i] += world->drops[i];
	totals->failed += world->failure[0] != '\0';
	totals->steps += world->steps;
	totals->frames += world->frames;
	for (uint32_t i = 0; i < world->plan->pairs; i++) {
		const struct pair *p = &world->pair[i];

		totals->connections += p->end[0].was_held;
		totals->whole += p->end[0].is_eof && p->end[1].is_eof;
		for (uint32_t e = 0; e < 2; e++) {
			totals->octets += p->end[e].received;
			totals->error[p->end[e].error]++;
		}
	}
}
