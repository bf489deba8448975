/* SPDX-License-Identifier: MIT */
/* Links: what happens to a frame between two hosts. */
#include "sim_parts.h"
#include <stdlib.h>
#include <string.h>

/* ---- ends ------------------------------------------------------------- */

struct sim_end *sim_end_at(const struct hf_sim *sim, uint32_t link,
			   uint32_t end)
{
	if (link >= sim->link_count || end >= sim->link[link].end_count)
		return NULL;
	return &sim->link[link].end[end];
}

void sim_link_free(struct sim_link *link)
{
	for (uint32_t i = 0; i < link->end_count; i++) {
		free(link->end[i].addrs);
		free(link->end[i].slot);
	}
	free(link->end);
}

void hf_sim_link_add(struct hf_sim *sim, const struct hf_sim_wire *wire,
		     uint32_t *link)
{
	struct sim_link fresh = { 0 };

	if (wire)
		fresh.wire = *wire;
	sim->link = sim_memory(sim->link,
			       (sim->link_count + 1) * sizeof *sim->link);
	sim->link[sim->link_count] = fresh;
	*link = sim->link_count++;
}

/* A stream of random numbers for each direction of each link. */
static struct sim_end *end_add(struct hf_sim *sim, uint32_t link, uint32_t *id)
{
	struct sim_link *l = &sim->link[link];
	struct sim_end *end;

	l->end = sim_memory(l->end, (l->end_count + 1) * sizeof *l->end);
	end = &l->end[l->end_count];
	memset(end, 0, sizeof *end);
	end->host = HF_SIM_NOBODY;
	end->wire = l->wire;
	end->random = sim_random_stream(sim->seed, ((uint64_t)link << 32) +
							   l->end_count + 1);
	*id = l->end_count++;
	return end;
}

/* True if a host with these options may be attached. */
static bool is_fit(const struct hf_sim *sim, uint32_t link, uint32_t host,
		   const struct hf_link *options)
{
	if (link >= sim->link_count || host >= sim->host_count ||
	    options->mtu > 65535)
		return false;
	return !sim->link[link].has_host ||
	       sim->link[link].kind == options->kind;
}

enum hf_error hf_sim_adopt(struct hf_sim *sim, uint32_t link, uint32_t host,
			   uint32_t id, const struct hf_link *options,
			   uint32_t *end)
{
	struct sim_host *h;
	struct sim_end *e;

	if (!is_fit(sim, link, host, options))
		return HF_ERR_ARGUMENT;
	sim->link[link].has_host = true;
	sim->link[link].kind = options->kind;
	e = end_add(sim, link, end);
	e->host = host;
	e->id = id;
	e->options = *options;
	e->frame_most = options->mtu;
	if (options->kind == HF_LINK_ETHERNET)
		e->frame_most += SIM_LINK_HEADER_MOST;
	h = &sim->host[host];
	h->port = sim_memory(h->port, (h->port_count + 1) * sizeof *h->port);
	h->port[h->port_count++] = (struct sim_port){ link, *end };
	return HF_OK;
}

enum hf_error hf_sim_attach(struct hf_sim *sim, uint32_t link, uint32_t host,
			    const struct hf_link *options, uint32_t *end)
{
	enum hf_error error;
	uint32_t id;

	if (!is_fit(sim, link, host, options))
		return HF_ERR_ARGUMENT;
	error = hf_link_add(sim->host[host].host, options, hf_sim_now(sim),
			    &id);
	if (error)
		return error;
	return hf_sim_adopt(sim, link, host, id, options, end);
}

enum hf_error hf_sim_attach_raw(struct hf_sim *sim, uint32_t link,
				hf_sim_receiver *frame, void *context,
				uint32_t *end)
{
	struct sim_end *e;

	if (link >= sim->link_count)
		return HF_ERR_ARGUMENT;
	e = end_add(sim, link, end);
	e->frame = frame;
	e->context = context;
	return HF_OK;
}

enum hf_error hf_sim_address(struct hf_sim *sim, uint32_t link, uint32_t end,
			     struct hf_addr addr, unsigned prefix_len)
{
	struct sim_end *e = sim_end_at(sim, link, end);
	enum hf_error error = HF_OK;

	if (!e)
		return HF_ERR_ARGUMENT;
	if (e->host != HF_SIM_NOBODY)
		error = hf_address_add(sim->host[e->host].host, e->id, addr,
				       prefix_len, hf_sim_now(sim));
	if (error)
		return error;
	e->addrs = sim_memory(e->addrs, (e->addr_count + 1) * sizeof *e->addrs);
	e->addrs[e->addr_count++] =
		(struct sim_address){ addr, (uint8_t)prefix_len };
	return HF_OK;
}

enum hf_error hf_sim_wire_set(struct hf_sim *sim, uint32_t link, uint32_t end,
			      const struct hf_sim_wire *wire)
{
	struct sim_end *e = sim_end_at(sim, link, end);

	if (!e)
		return HF_ERR_ARGUMENT;
	e->wire = *wire;
	return HF_OK;
}

enum hf_error hf_sim_judge_set(struct hf_sim *sim, uint32_t link, uint32_t end,
			       hf_sim_judge *judge, void *context)
{
	struct sim_end *e = sim_end_at(sim, link, end);

	if (!e)
		return HF_ERR_ARGUMENT;
	e->judge = judge;
	e->judge_context = context;
	return HF_OK;
}

enum hf_error hf_sim_link_set(struct hf_sim *sim, uint32_t link, bool is_up)
{
	if (link >= sim->link_count)
		return HF_ERR_ARGUMENT;
	sim->link[link].is_down = !is_up;
	return HF_OK;
}

/* ---- whose it is ------------------------------------------------------ */

/* The destination address of a datagram; false if there is none. */
static bool destination(const uint8_t *data, uint32_t len, struct hf_addr *addr)
{
	if (len >= 20 && data[0] >> 4 == 4) {
		*addr = hf_ipv4(data[16], data[17], data[18], data[19]);
		return true;
	}
	if (len >= 40 && data[0] >> 4 == 6) {
		memcpy(addr->octet, data + 24, 16);
		return true;
	}
	return false;
}

static bool has_address(const struct sim_end *end, const struct hf_addr *addr)
{
	for (uint32_t i = 0; i < end->addr_count; i++) {
		if (memcmp(&end->addrs[i].addr, addr, sizeof *addr) == 0)
			return true;
	}
	return false;
}

/* The only end that a frame goes to, or HF_SIM_NOBODY. */
static uint32_t receiver(const struct sim_link *link, uint32_t from,
			 const uint8_t *data, uint32_t len)
{
	struct hf_addr addr;

	if (link->end_count == 2)
		return 1 - from;
	if (link->kind == HF_LINK_ETHERNET || !destination(data, len, &addr))
		return HF_SIM_NOBODY;
	for (uint32_t i = 0; i < link->end_count; i++) {
		if (i != from && has_address(&link->end[i], &addr))
			return i;
	}
	return HF_SIM_NOBODY;
}

/* ---- the queue -------------------------------------------------------- */

static void forget_sent(struct sim_end *e, hf_time now)
{
	while (e->slot_count > 0 && e->slot[e->slot_first].leaves <= now) {
		e->slot_octets -= e->slot[e->slot_first].len;
		e->slot_first = (e->slot_first + 1) % e->slot_room;
		e->slot_count--;
	}
}

static void enlarge(struct sim_end *e)
{
	uint32_t room = e->slot_room ? 2 * e->slot_room : 16;
	struct sim_slot *slot = sim_memory(NULL, room * sizeof *slot);

	for (uint32_t i = 0; i < e->slot_count; i++)
		slot[i] = e->slot[(e->slot_first + i) % e->slot_room];
	free(e->slot);
	e->slot = slot;
	e->slot_first = 0;
	e->slot_room = room;
}

/*
 * Queues a frame: when its last bit has left, or HF_NEVER if it is dropped
 * for want of room. A queue of any size takes one frame.
 */
static hf_time enqueue(struct sim_end *e, uint32_t len, hf_time now)
{
	const struct hf_sim_wire *w = &e->wire;

	if (w->rate == 0)
		return now;
	forget_sent(e, now);
	if (e->slot_count > 0 &&
	    ((w->queue_frames && e->slot_count >= w->queue_frames) ||
	     (w->queue_octets && e->slot_octets + len > w->queue_octets)))
		return HF_NEVER;
	if (e->slot_count == e->slot_room)
		enlarge(e);
	if (e->idle < now)
		e->idle = now;
	e->idle += len * 8 * HF_SECOND / w->rate;
	e->slot[(e->slot_first + e->slot_count++) % e->slot_room] =
		(struct sim_slot){ e->idle, len };
	e->slot_octets += len;
	return e->idle;
}

/* ---- the wire --------------------------------------------------------- */

/* Leading octets that a check sequence guards: of ARP all there are. */
static uint32_t guarded(const struct sim_link *link,
			const struct sim_frame *frame)
{
	const uint8_t *data = frame->data;

	if (link->kind != HF_LINK_ETHERNET)
		return 0;
	if (frame->len < SIM_LINK_HEADER_MOST)
		return frame->len;
	if (data[12] == 0x81 && data[13] == 0)
		data += SIM_LINK_HEADER_MOST - SIM_ETHERNET_HEADER;
	if (data[12] == 8 && data[13] == 6)
		return frame->len;
	return (uint32_t)(data - frame->data) + SIM_ETHERNET_HEADER;
}

/* Neighbours: the Internet checksum detects any burst of 15 bits or fewer. */
static void flip_bits(struct sim_end *e, struct sim_frame *frame, uint32_t from)
{
	uint32_t bits = e->wire.corrupt_bits ? e->wire.corrupt_bits : 1;
	uint64_t total = (uint64_t)(frame->len - from) * 8;
	uint64_t at;

	if (total == 0)
		return;
	at = sim_random_below(&e->random, total);
	for (uint32_t i = 0; i < bits && i < total; i++) {
		frame->data[from + at / 8] ^= (uint8_t)(1u << at % 8);
		at = (at + 1) % total;
	}
}

static void add_to_checksum(uint8_t *at, uint32_t more)
{
	uint32_t sum = (~((uint32_t)at[0] << 8 | at[1]) & 0xffff) + more;

	sum = ~((sum & 0xffff) + (sum >> 16));
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

/* RFC 3168 5: congestion, said to who has said that he listens. */
static void mark(const struct sim_link *link, struct sim_frame *frame)
{
	uint8_t *ip = frame->data + guarded(link, frame);
	uint32_t len = frame->len - guarded(link, frame);

	if (len < 2)
		return;
	if (ip[0] >> 4 == 6 && ip[1] & 0x30)
		ip[1] |= 0x30;
	if (ip[0] >> 4 != 4 || len < 20 || !(ip[1] & 3) || (ip[1] & 3) == 3)
		return;
	/* RFC 1624: the checksum's complement grows as the header does. */
	add_to_checksum(ip + 10, 3u - (ip[1] & 3u));
	ip[1] |= 3;
}

static hf_time arrival(struct sim_end *e, hf_time left)
{
	const struct hf_sim_wire *w = &e->wire;
	hf_time when = left + w->delay;

	if (w->jitter)
		when += sim_random_below(&e->random, w->jitter + 1);
	if (w->reorder_delay && sim_random_chance(&e->random, w->reorder))
		return when + 1 +
		       sim_random_below(&e->random, w->reorder_delay);
	if (when < e->arrival)
		when = e->arrival;
	e->arrival = when;
	return when;
}

/* One copy of a frame on its way. */
static void carry(struct hf_sim *sim, struct sim_end *e,
		  const struct sim_frame *like, const void *data, hf_time left)
{
	struct sim_event event = { .kind = SIM_EVENT_FRAME };
	struct sim_frame *frame;

	frame = sim_memory(NULL, sizeof *frame + like->len);
	*frame = *like;
	memcpy(frame->data, data, like->len);
	if (sim_random_chance(&e->random, e->wire.mark))
		mark(&sim->link[like->link], frame);
	if (sim_random_chance(&e->random, e->wire.corrupt))
		flip_bits(e, frame, guarded(&sim->link[like->link], frame));
	if (frame->len > 1 && sim_random_chance(&e->random, e->wire.truncate))
		frame->len -= 1 + (uint32_t)sim_random_below(&e->random,
							     frame->len - 1);
	event.when = arrival(e, left);
	event.u.frame = frame;
	sim_queue_push(&sim->queue, &event);
}

/* To one end, or to all but that which has sent it. */
static void carry_to(struct hf_sim *sim, uint32_t from, struct sim_frame *like,
		     const void *data, hf_time left)
{
	const struct sim_link *link = &sim->link[like->link];
	struct sim_end *e = &link->end[from];

	if (like->end != HF_SIM_NOBODY) {
		carry(sim, e, like, data, left);
		return;
	}
	for (uint32_t i = 0; i < link->end_count; i++) {
		struct sim_frame to = { .link = like->link,
					.end = i,
					.len = like->len };

		if (i != from)
			carry(sim, e, &to, data, left);
	}
}

/* What becomes of a frame that was given to the wire. */
static enum hf_sim_fate fate_of(struct sim_link *link, struct sim_end *e,
				const struct sim_frame *like, hf_time left)
{
	uint64_t number = e->offered++;
	bool is_hub = link->kind == HF_LINK_ETHERNET && link->end_count > 1;

	if (left == HF_NEVER)
		return HF_SIM_LOST_QUEUE;
	if (link->is_down)
		return HF_SIM_LOST_DOWN;
	if (number < 64 && e->wire.drop_mask >> number & 1)
		return HF_SIM_LOST_MASK;
	if (sim_random_chance(&e->random, e->wire.loss))
		return HF_SIM_LOST_CHANCE;
	if (like->end == HF_SIM_NOBODY && !is_hub)
		return HF_SIM_LOST_NOBODY;
	return HF_SIM_DELIVERED;
}

void sim_offer(struct hf_sim *sim, uint32_t link, uint32_t end,
	       const void *data, uint32_t len, const struct hf_report *report)
{
	struct sim_end *e = sim_end_at(sim, link, end);
	struct hf_sim_sight sight = {
		.fate = HF_SIM_SENT,
		.host = e->host,
		.link = link,
		.end = end,
		.data = data,
		.len = len,
		.report = report,
	};
	struct sim_frame like = { .link = link, .len = len };
	hf_time left;

	sim_show(sim, &sight);
	like.end = receiver(&sim->link[link], end, data, len);
	left = enqueue(e, len, sim->now);
	sight.fate = fate_of(&sim->link[link], e, &like, left);
	if (sight.fate == HF_SIM_DELIVERED && e->judge &&
	    e->judge(sim, link, end, data, len, e->judge_context))
		sight.fate = HF_SIM_LOST_MASK;
	if (sight.fate != HF_SIM_DELIVERED) {
		sim_show(sim, &sight);
		return;
	}
	carry_to(sim, end, &like, data, left);
	if (sim_random_chance(&e->random, e->wire.duplicate))
		carry_to(sim, end, &like, data, left);
}

enum hf_error hf_sim_send(struct hf_sim *sim, uint32_t link, uint32_t end,
			  const void *data, uint32_t len)
{
	if (!sim_end_at(sim, link, end) || len > SIM_FRAME_MOST)
		return HF_ERR_ARGUMENT;
	sim_offer(sim, link, end, data, len, NULL);
	return HF_OK;
}
