/* SPDX-License-Identifier: MIT */
/*
 * Hosts: the driver's loop of host.h in virtual time, and blocks that move.
 * A host that was touched is kicked: its events go to its program and its
 * frames to its links until it is quiet, and then its expiry is queued.
 */
#include "sim_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More rounds than this at one instant are a loop without end. */
#define ROUNDS 100000u
#define LOOPBACK_FRAMES 64u

/* ---- blocks ----------------------------------------------------------- */

static void *align(void *memory)
{
	uintptr_t at = (uintptr_t)memory;

	at += HF_BLOCK_ALIGN - 1;
	return (void *)(at - at % HF_BLOCK_ALIGN);
}

/* calloc(3): a large block that is hardly used costs hardly anything. */
static bool take_block(struct sim_host *h, size_t size)
{
	h->memory = calloc(1, size + HF_BLOCK_ALIGN);
	if (!h->memory)
		return false;
	h->block = align(h->memory);
	h->size = size;
	return true;
}

void sim_host_free(struct sim_host *host)
{
	free(host->memory);
	free(host->port);
}

static uint32_t enlist(struct hf_sim *sim, struct sim_host *h,
		       const struct hf_sim_app *app)
{
	if (app)
		h->app = *app;
	h->armed = HF_NEVER;
	sim->host = sim_memory(sim->host,
			       (sim->host_count + 1) * sizeof *sim->host);
	sim->host[sim->host_count] = *h;
	return sim->host_count++;
}

enum hf_error hf_sim_host_add(struct hf_sim *sim,
			      const struct hf_config *config, size_t size,
			      const struct hf_sim_app *app, uint32_t *host)
{
	struct sim_host h = { 0 };
	enum hf_error error;

	if (!take_block(&h, size))
		return HF_ERR_NO_MEMORY;
	error = hf_host_init(h.block, size, config, sim->now, &h.host);
	if (error) {
		free(h.memory);
		return error;
	}
	*host = enlist(sim, &h, app);
	return HF_OK;
}

struct hf_host *hf_sim_host(const struct hf_sim *sim, uint32_t host)
{
	return host < sim->host_count ? sim->host[host].host : NULL;
}

enum hf_error hf_sim_host_move(struct hf_sim *sim, uint32_t host)
{
	struct sim_host *h;
	struct sim_host to = { 0 };
	enum hf_error error;

	if (host >= sim->host_count)
		return HF_ERR_ARGUMENT;
	h = &sim->host[host];
	if (!take_block(&to, h->size))
		return HF_ERR_NO_MEMORY;
	memcpy(to.block, h->block, h->size);
	error = hf_host_attach(to.block, to.size, &to.host);
	if (error) {
		free(to.memory);
		return error;
	}
	memset(h->block, 0xa5, h->size);
	free(h->memory);
	h->memory = to.memory;
	h->block = to.block;
	h->host = to.host;
	return HF_OK;
}

void hf_sim_host_off(struct hf_sim *sim, uint32_t host)
{
	if (host < sim->host_count)
		sim->host[host].is_off = true;
}

/* The links and addresses that a host had, for the one in its place. */
static enum hf_error attach_again(struct hf_sim *sim, struct sim_host *h)
{
	enum hf_error error = HF_OK;

	for (uint32_t i = 0; i < h->port_count && !error; i++) {
		struct sim_end *e =
			sim_end_at(sim, h->port[i].link, h->port[i].end);

		error = hf_link_add(h->host, &e->options, sim->now, &e->id);
		for (uint32_t a = 0; a < e->addr_count && !error; a++)
			error = hf_address_add(h->host, e->id, e->addrs[a].addr,
					       e->addrs[a].prefix_len,
					       sim->now);
	}
	return error;
}

enum hf_error hf_sim_host_on(struct hf_sim *sim, uint32_t host,
			     const struct hf_config *config)
{
	struct sim_host *h;
	enum hf_error error;

	if (host >= sim->host_count)
		return HF_ERR_ARGUMENT;
	h = &sim->host[host];
	memset(h->block, 0, h->size);
	error = hf_host_init(h->block, h->size, config, sim->now, &h->host);
	if (!error)
		error = attach_again(sim, h);
	if (error)
		return error;
	h->is_off = false;
	h->armed = HF_NEVER;
	hf_sim_kick(sim, host);
	return HF_OK;
}

enum hf_error hf_sim_host_save(const struct hf_sim *sim, uint32_t host,
			       const char *path)
{
	const struct sim_host *h;
	FILE *file;
	bool is_written;

	if (host >= sim->host_count)
		return HF_ERR_ARGUMENT;
	h = &sim->host[host];
	file = fopen(path, "wb");
	if (!file)
		return HF_ERR_ARGUMENT;
	is_written = fwrite(h->block, h->size, 1, file) == 1;
	if (fclose(file) != 0 || !is_written)
		return HF_ERR_ARGUMENT;
	return HF_OK;
}

static enum hf_error read_block(struct sim_host *h, FILE *file)
{
	long size;

	if (fseek(file, 0, SEEK_END) != 0)
		return HF_ERR_ARGUMENT;
	size = ftell(file);
	if (size <= 0 || fseek(file, 0, SEEK_SET) != 0)
		return HF_ERR_ARGUMENT;
	if (!take_block(h, (size_t)size))
		return HF_ERR_NO_MEMORY;
	if (fread(h->block, h->size, 1, file) != 1)
		return HF_ERR_ARGUMENT;
	return hf_host_attach(h->block, h->size, &h->host);
}

enum hf_error hf_sim_host_load(struct hf_sim *sim, const char *path,
			       const struct hf_sim_app *app, uint32_t *host)
{
	struct sim_host h = { 0 };
	FILE *file = fopen(path, "rb");
	enum hf_error error;

	if (!file)
		return HF_ERR_ARGUMENT;
	error = read_block(&h, file);
	fclose(file);
	if (error) {
		free(h.memory);
		return error;
	}
	*host = enlist(sim, &h, app);
	return HF_OK;
}

/* ---- driving ---------------------------------------------------------- */

static bool take_events(struct hf_sim *sim, uint32_t host)
{
	struct hf_sim_app app = sim->host[host].app;
	struct hf_event event;
	bool any = false;

	/* A callback may move hosts and add some: nothing is kept across it. */
	while (app.event && hf_event(sim->host[host].host, &event)) {
		app.event(sim, host, &event, app.context);
		any = true;
	}
	return any;
}

static bool send_frames(struct hf_sim *sim, uint32_t host, struct sim_port port)
{
	struct hf_host *hf = sim->host[host].host;
	struct sim_end *end = sim_end_at(sim, port.link, port.end);
	struct hf_report report;
	struct hf_report *reported = sim->tap_count ? &report : NULL;
	uint32_t id = end->id, most = end->frame_most;
	uint32_t count = 0;
	size_t len;

	while ((len = hf_output(hf, id, sim->buf, most, sim->now, NULL,
				reported)) != 0) {
		if (len > most) {
			sim->complaint = "hf_output() wrote more than fits";
			break;
		}
		if (++count > ROUNDS) {
			sim->complaint = "hf_output() does not end";
			break;
		}
		sim_offer(sim, port.link, port.end, sim->buf, (uint32_t)len,
			  reported);
	}
	return count > 0;
}

static bool send_all(struct hf_sim *sim, uint32_t host)
{
	bool any = false;
	size_t carried;

	do {
		carried = hf_loopback(sim->host[host].host, sim->buf,
				      sizeof sim->buf, LOOPBACK_FRAMES,
				      sim->now);
		any |= carried > 0;
	} while (carried == LOOPBACK_FRAMES);
	for (uint32_t i = 0; i < sim->host[host].port_count; i++)
		any |= send_frames(sim, host, sim->host[host].port[i]);
	return any;
}

/*
 * An expiry that has moved later is found out when the old one comes; one
 * that has moved earlier needs an entry of its own.
 */
static void arm(struct hf_sim *sim, uint32_t host)
{
	struct sim_host *h = &sim->host[host];
	struct sim_event event = { .kind = SIM_EVENT_EXPIRY, .host = host };

	event.when = hf_expiry(h->host);
	if (event.when == HF_NEVER || event.when >= h->armed)
		return;
	h->armed = event.when;
	if (event.when < sim->now)
		event.when = sim->now;
	sim_queue_push(&sim->queue, &event);
}

static void drive(struct hf_sim *sim, uint32_t host)
{
	uint32_t rounds = 0;
	bool is_busy = !sim->host[host].is_off;

	while (is_busy && !sim->complaint) {
		is_busy = take_events(sim, host);
		is_busy |= send_all(sim, host);
		/* What could not be sent may have an event, and no frame. */
		if (!is_busy)
			is_busy = take_events(sim, host);
		if (++rounds > ROUNDS)
			sim->complaint = "events do not end";
	}
	if (!sim->host[host].is_off)
		arm(sim, host);
}

void hf_sim_kick(struct hf_sim *sim, uint32_t host)
{
	if (host >= sim->host_count || sim->host[host].is_dirty)
		return;
	if (sim->dirty_count == sim->dirty_room) {
		sim->dirty_room = 2 * sim->dirty_room + 8;
		sim->dirty = sim_memory(sim->dirty,
					sim->dirty_room * sizeof *sim->dirty);
	}
	sim->host[host].is_dirty = true;
	sim->dirty[sim->dirty_count++] = host;
	if (sim->is_kicking)
		return;
	sim->is_kicking = true;
	for (uint32_t i = 0; i < sim->dirty_count; i++) {
		uint32_t next = sim->dirty[i];

		sim->host[next].is_dirty = false;
		drive(sim, next);
	}
	sim->dirty_count = 0;
	sim->is_kicking = false;
}

/* ---- what comes ------------------------------------------------------- */

static void show_burst(struct hf_sim *sim, uint32_t host,
		       struct sim_frame **frames, size_t n,
		       const struct hf_report *reports)
{
	for (size_t i = 0; i < n; i++) {
		struct hf_sim_sight sight = {
			.fate = HF_SIM_DELIVERED,
			.host = host,
			.link = frames[i]->link,
			.end = frames[i]->end,
			.data = frames[i]->data,
			.len = frames[i]->len,
			.report = &reports[i],
		};

		sim_show(sim, &sight);
	}
}

void sim_host_input(struct hf_sim *sim, struct sim_frame **frames, size_t n)
{
	struct sim_end *end = sim_end_at(sim, frames[0]->link, frames[0]->end);
	struct hf_report reports[SIM_BURST];
	struct hf_frame in[SIM_BURST] = { 0 };
	uint32_t host = end->host;
	bool is_seen = sim->tap_count > 0;

	for (size_t i = 0; i < n; i++) {
		in[i].data = frames[i]->data;
		in[i].len = frames[i]->len;
	}
	hf_input(sim->host[host].host, end->id, in, n, sim->now,
		 is_seen ? reports : NULL);
	if (is_seen)
		show_burst(sim, host, frames, n, reports);
	hf_sim_kick(sim, host);
}

static void advance_seen(struct hf_sim *sim, uint32_t host)
{
	struct hf_report report;
	struct hf_sim_sight sight = {
		.fate = HF_SIM_TIMER,
		.host = host,
		.link = HF_SIM_NOBODY,
		.end = HF_SIM_NOBODY,
		.report = &report,
	};
	uint32_t rounds = 0;
	bool more = true;

	while (more) {
		memset(&report, 0, sizeof report);
		more = hf_advance(sim->host[host].host, sim->now, &report);
		if (report.connection.index || report.steps)
			sim_show(sim, &sight);
		if (++rounds > ROUNDS) {
			sim->complaint = "hf_advance() does not end";
			break;
		}
	}
}

void sim_host_expire(struct hf_sim *sim, uint32_t host)
{
	struct sim_host *h = &sim->host[host];

	/* An entry that an earlier one has replaced comes too late. */
	if (h->armed > sim->now || h->is_off)
		return;
	h->armed = HF_NEVER;
	if (hf_expiry(h->host) > sim->now) {
		arm(sim, host);
		return;
	}
	if (sim->tap_count)
		advance_seen(sim, host);
	else
		hf_advance(h->host, sim->now, NULL);
	if (hf_expiry(sim->host[host].host) <= sim->now)
		sim->complaint = "hf_expiry() is not in the future "
				 "after hf_advance()";
	hf_sim_kick(sim, host);
}
