/* SPDX-License-Identifier: MIT */
/* Scenes, hosts, cables, time. */
#include "kit_parts.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 << 20)
#define MTU 1500u
#define SEED 1u

void kit_give_up(const struct kit *kit, const char *what, const char *why)
{
	fprintf(stderr, "handfast lab %s: %s: %s\n", kit->experiment, what,
		why);
	exit(1);
}

/* ---- scenes ----------------------------------------------------------- */

static void end_scene(struct kit *kit)
{
	for (uint32_t i = 0; i < kit->hosts; i++)
		free(kit->host[i].heard);
	memset(kit->host, 0, sizeof kit->host);
	kit->hosts = 0;
	hf_sim_free(kit->sim);
	record_free(kit->record);
}

static void begin_scene(struct kit *kit, const struct story_text *title)
{
	kit->story = story_book_add(kit->book, title, HF_TRACE_IP);
	kit->sim = hf_sim_new(SEED, 0);
	kit->record = record_new(kit->sim, kit->story);
}

void kit_scene(struct kit *kit, const struct story_text *title)
{
	/* The scene that every experiment begins with may not be needed. */
	if (!kit->hosts && !kit->story->moments) {
		kit->story->title = *title;
		return;
	}
	end_scene(kit);
	begin_scene(kit, title);
}

struct kit *kit_new(const struct lab_experiment *experiment,
		    const struct lab_options *options)
{
	static const struct story_text untitled = { "", "" };
	struct kit *kit = calloc(1, sizeof *kit);

	if (!kit)
		abort();
	kit->options = options;
	kit->experiment = experiment->name;
	kit->book = story_book_new(experiment->name, &experiment->about);
	begin_scene(kit, &untitled);
	return kit;
}

void kit_free(struct kit *kit)
{
	end_scene(kit);
	free(kit);
}

struct hf_sim *kit_sim(struct kit *kit)
{
	return kit->sim;
}

struct story *kit_story(struct kit *kit)
{
	return kit->story;
}

hf_time kit_now(const struct kit *kit)
{
	return hf_sim_now(kit->sim);
}

/* ---- hosts and cables ------------------------------------------------- */

void kit_config(const struct kit *kit, struct hf_config *config)
{
	hf_config_default(config, kit->options->profile);
	/* An experiment repeats itself to the octet; no two hosts agree. */
	memset(config->secret, (int)kit->hosts + 1, sizeof config->secret);
}

static void take_event(struct hf_sim *sim, uint32_t number,
		       const struct hf_event *event, void *context)
{
	struct kit_host *host = context;
	struct kit *kit = host->kit;

	(void)sim;
	record_event(kit->record, number, event);
	kit_hear(kit, number, event);
	if (host->program)
		host->program(kit, number, event, host->context);
}

uint32_t kit_host(struct kit *kit, const char *name,
		  const struct hf_config *config)
{
	struct kit_host *host = &kit->host[kit->hosts];
	struct hf_sim_app app = { take_event, host };
	enum hf_error error;
	uint32_t number;

	if (kit->hosts == KIT_HOSTS)
		kit_give_up(kit, name, "too many hosts");
	kit_config(kit, &host->config);
	if (config)
		host->config = *config;
	host->kit = kit;
	host->name = name;
	host->addr = hf_ipv4(10, 9, 0, (uint8_t)(kit->hosts + 1));
	error = hf_sim_host_add(kit->sim, &host->config, BLOCK_SIZE, &app,
				&number);
	if (error)
		kit_give_up(kit, name, hf_error_name(error));
	record_host(kit->record, number, name, &host->addr);
	kit->hosts++;
	return number;
}

struct hf_host *kit_hf(struct kit *kit, uint32_t host)
{
	return hf_sim_host(kit->sim, host);
}

struct hf_addr kit_address(const struct kit *kit, uint32_t host)
{
	return kit->host[host].addr;
}

static bool is_lost(struct hf_sim *sim, uint32_t link, uint32_t end,
		    const void *data, uint32_t len, void *context)
{
	struct kit_host *host = context;
	const struct story *story = host->kit->story;
	const struct story_segment *sent =
		&story->moment[story->moments - 1].segment;

	(void)sim, (void)link, (void)end, (void)data, (void)len;
	/* The record has seen the frame already: it is the last. */
	for (unsigned i = 0; i < KIT_LOSSES && sent->is_tcp; i++) {
		struct kit_loss *loss = &host->loss[i];

		if (!loss->count ||
		    (sent->tcp.flags & loss->flags) != loss->flags)
			continue;
		if (loss->skip) {
			loss->skip--;
			continue;
		}
		loss->count--;
		return true;
	}
	return false;
}

uint32_t kit_attach(struct kit *kit, uint32_t link, uint32_t number,
		    const struct hf_link *options, struct hf_addr addr,
		    unsigned prefix_len)
{
	struct kit_host *host = &kit->host[number];
	enum hf_error error;
	uint32_t end;

	error = hf_sim_attach(kit->sim, link, number, options, &end);
	if (!error)
		error = hf_sim_address(kit->sim, link, end, addr, prefix_len);
	if (error)
		kit_give_up(kit, host->name, hf_error_name(error));
	hf_sim_judge_set(kit->sim, link, end, is_lost, host);
	if (options->kind == HF_LINK_ETHERNET)
		kit->story->link = HF_TRACE_ETHERNET;
	if (!host->is_attached) {
		host->link = link;
		host->end = end;
		host->addr = addr;
		host->is_attached = true;
		kit->story->end[record_end(kit->record, number)].addr = addr;
	}
	return end;
}

uint32_t kit_cable(struct kit *kit, uint32_t a, uint32_t b,
		   const struct kit_cable *cable)
{
	static const struct kit_cable usual = { .wire.delay = KIT_DELAY };
	struct hf_link options = { .mtu = MTU };
	uint32_t link, hosts[2] = { a, b };

	if (!cable)
		cable = &usual;
	if (cable->mtu)
		options.mtu = cable->mtu;
	options.kind = cable->kind;
	hf_sim_link_add(kit->sim, &cable->wire, &link);
	for (unsigned i = 0; i < 2; i++) {
		options.mac = (struct hf_mac){ { 2, 0, 0, 0, 0,
						 (uint8_t)(hosts[i] + 1) } };
		kit_attach(kit, link, hosts[i], &options,
			   kit->host[hosts[i]].addr, 24);
	}
	return link;
}

void kit_program_set(struct kit *kit, uint32_t host, kit_program *program,
		     void *context)
{
	kit->host[host].program = program;
	kit->host[host].context = context;
}

/* ---- time ------------------------------------------------------------- */

/* A host that breaks its promises is no experiment. */
static void check(const struct kit *kit)
{
	const char *complaint = hf_sim_complaint(kit->sim);

	if (complaint)
		kit_give_up(kit, "the simulation failed", complaint);
}

void kit_run_until(struct kit *kit, hf_time when)
{
	hf_sim_run_until(kit->sim, when);
	check(kit);
}

void kit_run(struct kit *kit, hf_time time)
{
	kit_run_until(kit, kit_now(kit) + time);
}

bool kit_await(struct kit *kit, struct kit_socket socket, enum hf_state state,
	       hf_time patience)
{
	hf_time end = kit_now(kit) + patience;

	while (kit_state(kit, socket) != state) {
		if (hf_sim_next(kit->sim) > end) {
			kit_run_until(kit, end);
			return false;
		}
		hf_sim_step(kit->sim);
		check(kit);
	}
	return true;
}

static bool is_quiet(struct kit *kit)
{
	struct hf_usage used;

	for (uint32_t i = 0; i < kit->hosts; i++) {
		hf_host_used(kit_hf(kit, i), &used);
		if (used.pool[HF_POOL_CONNECTION].used ||
		    used.pool[HF_POOL_HALF_OPEN].used ||
		    used.pool[HF_POOL_TIME_WAIT].used)
			return false;
	}
	return true;
}

bool kit_run_quiet(struct kit *kit, hf_time patience)
{
	hf_time end = kit_now(kit) + patience;

	while (!is_quiet(kit)) {
		if (hf_sim_next(kit->sim) > end) {
			kit_run_until(kit, end);
			return is_quiet(kit);
		}
		hf_sim_step(kit->sim);
		check(kit);
	}
	return true;
}
