/* SPDX-License-Identifier: MIT */
/* Faults, what was seen, and prose. */
#include "kit_parts.h"

#include "checksum.h"
#include "wire_ethernet.h"

#include <string.h>

/* ---- faults ----------------------------------------------------------- */

static const struct story_text unplugged = { "the cable is pulled",
					     "网线被拔掉" };
static const struct story_text plugged = { "the cable is plugged in again",
					   "网线重新插上" };
static const struct story_text crashed = { "{0} crashes", "{0} 崩溃" };
static const struct story_text restarted = { "{0} is on again, and has "
					     "forgotten everything",
					     "{0} 重新启动，忘记了一切" };

static void fault(struct kit *kit, uint8_t end, const struct story_text *text,
		  const char *name)
{
	struct story_moment *moment =
		story_moment_add(kit->story, STORY_FAULT, kit_now(kit), end);

	moment->text = story_fill(kit->story, text, STORY_VALUES(name));
}

static void order_loss(struct kit *kit, uint32_t from,
		       const struct kit_loss *loss)
{
	struct kit_loss *slot = kit->host[from].loss;

	for (unsigned i = 0; i < KIT_LOSSES; i++) {
		if (slot[i].count)
			continue;
		slot[i] = *loss;
		return;
	}
	kit_give_up(kit, "lose", "too many losses are ordered");
}

void kit_lose(struct kit *kit, uint32_t from, unsigned n)
{
	order_loss(kit, from, &(struct kit_loss){ 0, n - 1, 1 });
}

void kit_lose_flags(struct kit *kit, uint32_t from, uint8_t flags, unsigned n)
{
	order_loss(kit, from, &(struct kit_loss){ flags, 0, n });
}

void kit_unplug(struct kit *kit, uint32_t link)
{
	hf_sim_link_set(kit->sim, link, false);
	fault(kit, STORY_NOBODY, &unplugged, "");
}

void kit_plug(struct kit *kit, uint32_t link)
{
	hf_sim_link_set(kit->sim, link, true);
	fault(kit, STORY_NOBODY, &plugged, "");
}

/* The column of a host shows that nothing is known there any more. */
static void forget(struct kit *kit)
{
	struct story_side *side =
		&kit->story->moment[kit->story->moments - 1].side;

	side->after.state = HF_CLOSED;
}

void kit_crash(struct kit *kit, uint32_t host)
{
	hf_sim_host_off(kit->sim, host);
	record_off(kit->record, host);
	fault(kit, record_end(kit->record, host), &crashed,
	      kit->host[host].name);
	forget(kit);
}

void kit_restart(struct kit *kit, uint32_t number)
{
	struct kit_host *host = &kit->host[number];
	enum hf_error error;

	fault(kit, record_end(kit->record, number), &restarted, host->name);
	error = hf_sim_host_on(kit->sim, number, &host->config);
	if (error)
		kit_give_up(kit, host->name, hf_error_name(error));
}

/* The host that has this column. */
static struct kit_host *host_at(struct kit *kit, uint8_t end, uint32_t *number)
{
	for (*number = 0; *number < kit->hosts; ++*number)
		if (record_end(kit->record, *number) == end)
			return &kit->host[*number];
	kit_give_up(kit, "repeat", "no host has sent it");
}

void kit_repeat(struct kit *kit, const struct story_moment *moment)
{
	/* Kept by the story, though its moments move. */
	const uint8_t *frame = moment->segment.frame;
	uint32_t len = moment->segment.len, number;
	struct kit_host *host = host_at(kit, moment->end, &number);

	record_forge(kit->record, number, true);
	hf_sim_send(kit->sim, host->link, host->end, frame, len);
}

static uint32_t write_text(uint8_t *to, const struct wire_tcp *segment)
{
	struct wire_tcp_options options;
	uint32_t len;

	wire_tcp_options(&options, segment);
	len = wire_tcp_emit(segment, &options, to);
	if (segment->text_len)
		memcpy(to + len, segment->text, segment->text_len);
	return len + segment->text_len;
}

void kit_forge(struct kit *kit, uint32_t from, uint32_t to,
	       const struct wire_tcp *segment)
{
	const struct wire_ip ip = {
		.src = kit_address(kit, from),
		.dst = kit_address(kit, to),
		.version = addr_is_ipv4(&kit->host[from].addr) ? 4 : 6,
		.protocol = WIRE_PROTOCOL_TCP,
		.ttl = 64,
	};
	uint8_t tcp[1600], frame[1700];
	uint32_t len = write_text(tcp, segment), at = 0;
	uint16_t sum = wire_checksum(
		wire_sum(tcp, len) +
		wire_sum_pseudo(&ip.src, &ip.dst, WIRE_PROTOCOL_TCP, len));

	if (kit->story->link != HF_TRACE_IP)
		kit_give_up(kit, "forge", "only on a cable of raw IP");
	memcpy(tcp + 16, &sum, sizeof sum);
	at = wire_ip_emit(&ip, len, frame);
	memcpy(frame + at, tcp, len);
	record_forge(kit->record, from, false);
	hf_sim_send(kit->sim, kit->host[from].link, kit->host[from].end, frame,
		    at + len);
}

/* ---- what was seen ---------------------------------------------------- */

static bool is_sent_by(const struct kit *kit, const struct story_moment *moment,
		       uint32_t from)
{
	return moment->kind == STORY_SEGMENT && moment->segment.is_tcp &&
	       !moment->segment.is_forged && !moment->segment.is_copy &&
	       moment->end == record_end(kit->record, from);
}

const struct story_moment *kit_sent(const struct kit *kit, uint32_t from,
				    unsigned n)
{
	for (size_t i = 0; i < kit->story->moments; i++)
		if (is_sent_by(kit, &kit->story->moment[i], from) && !--n)
			return &kit->story->moment[i];
	return NULL;
}

unsigned kit_sent_count(const struct kit *kit, uint32_t from)
{
	unsigned count = 0;

	for (size_t i = 0; i < kit->story->moments; i++)
		count += is_sent_by(kit, &kit->story->moment[i], from);
	return count;
}

const struct story_moment *kit_sent_last(const struct kit *kit, uint32_t from,
					 uint8_t flags)
{
	for (size_t i = kit->story->moments; i-- > 0;) {
		const struct story_moment *moment = &kit->story->moment[i];

		if (is_sent_by(kit, moment, from) &&
		    (moment->segment.tcp.flags & flags) == flags)
			return moment;
	}
	return NULL;
}

/* ---- prose ------------------------------------------------------------ */

void kit_note(struct kit *kit, const struct story_text *text,
	      const char *const *values)
{
	struct story_moment *moment = story_moment_add(
		kit->story, STORY_NOTE, kit_now(kit), STORY_NOBODY);

	moment->text = story_fill(kit->story, text, values);
}

void kit_explain(struct kit *kit, const struct story_text *text,
		 const char *const *values)
{
	story_explain(kit->story, text, values);
}

void kit_claim(struct kit *kit, bool holds, const struct story_text *text,
	       const char *const *values)
{
	struct story_paragraph *claim;

	story_claim(kit->story, holds, text, values);
	if (holds)
		return;
	claim = &kit->story->paragraph[kit->story->paragraphs - 1];
	fprintf(stderr, "handfast lab %s: does not hold: %s\n", kit->experiment,
		story_pick(&claim->text, kit->options->lang));
	kit->failed++;
}

const char *kit_number(struct kit *kit, uint64_t number)
{
	return story_printf(kit->story, "%llu", (unsigned long long)number);
}

const char *kit_time(struct kit *kit, hf_time time)
{
	static const struct {
		hf_time unit;
		const char *name;
	} units[] = {
		{ HF_SECOND, "s" },
		{ HF_MILLISECOND, "ms" },
		{ HF_MICROSECOND, "us" },
	};
	size_t i = 0;
	hf_time rest;

	while (i < 2 && time < units[i].unit)
		i++;
	rest = time % units[i].unit / (units[i].unit / 1000);
	if (!rest)
		return story_printf(kit->story, "%llu %s",
				    (unsigned long long)(time / units[i].unit),
				    units[i].name);
	return story_printf(kit->story, "%.6g %s",
			    (double)time / (double)units[i].unit,
			    units[i].name);
}

const char *kit_addr_text(struct kit *kit, struct hf_addr addr)
{
	char text[64];

	hf_trace_address(&addr, text, sizeof text);
	return story_keep(kit->story, text);
}
