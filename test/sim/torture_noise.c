/* SPDX-License-Identifier: MIT */
/*
 * Noise: fragments of echo requests that each host gets as if from the other,
 * in order, with some left out, some doubled, and some that overlap. What is
 * whole is answered, and nobody waits for the answer.
 */
#include "torture.h"
#include "checksum.h"
#include "wire_ethernet.h"
#include "wire_icmp.h"
#include <string.h>

#define ECHO_MOST 6000u /* octets of its data */

static uint32_t below(struct noise *n, uint32_t bound)
{
	return (uint32_t)sim_random_below(&n->random, bound);
}

static void begin_datagram(struct noise *n)
{
	n->from = below(n, 2);
	n->id++;
	n->len = WIRE_ICMP_HEADER + below(n, ECHO_MOST);
	n->unit = 8 + 8 * below(n, 180);
	n->next = 0;
}

static uint32_t emit_header(const struct world *world, const struct wire_ip *ip,
			    uint32_t len, uint8_t *to)
{
	const struct wire_ethernet e = {
		.src = world_mac(world->noise.from),
		.dst = world_mac(1 - world->noise.from),
		.type = world->plan->is_ipv6 ? WIRE_ETHERTYPE_IPV6
					     : WIRE_ETHERTYPE_IPV4,
	};
	uint32_t header = 0;

	if (world->plan->is_ethernet)
		header = wire_ethernet_emit(&e, to);
	return header + wire_ip_emit(ip, len, to + header);
}

/* All data is zero, so that its sum is. */
static void emit_part(struct world *world, uint32_t offset, uint32_t len)
{
	const struct noise *n = &world->noise;
	const struct wire_icmp icmp = {
		.kind = ICMP_ECHO,
		.value = n->id,
		.body_len = n->len - WIRE_ICMP_HEADER,
	};
	struct wire_ip ip = {
		.src = world_addr(world->plan, n->from),
		.dst = world_addr(world->plan, 1 - n->from),
		.protocol = world->plan->is_ipv6 ? WIRE_PROTOCOL_ICMPV6
						 : WIRE_PROTOCOL_ICMP,
		.ttl = 64,
		.id = n->id & 0xffff,
		.fragment_offset = offset,
		.more_fragments = offset + len < n->len,
	};
	uint8_t frame[2048] = { 0 };
	uint32_t at;

	ip.is_fragment = ip.more_fragments || offset > 0;
	at = emit_header(world, &ip, len, frame);
	if (offset == 0)
		wire_icmp_emit_header(&icmp, &ip.src, &ip.dst, 0, frame + at);
	hf_sim_send(world->sim, world->link, world->sim_end[n->from], frame,
		    at + len);
}

static void send_part(struct world *world)
{
	struct noise *n = &world->noise;
	uint32_t offset = n->next;
	uint32_t len;

	if (n->next >= n->len)
		begin_datagram(n);
	offset = n->next;
	n->next += n->unit;
	switch (below(n, 32)) {
	case 0:
		return; /* it never comes */
	case 1:
		n->next = offset; /* it comes again */
		break;
	case 2:
		offset -= offset > 8 ? 8 : 0; /* it overlaps the one before */
		break;
	default:
		break;
	}
	len = n->len - offset < n->unit ? n->len - offset : n->unit;
	emit_part(world, offset, len);
}

static void make_noise(struct hf_sim *sim, void *context)
{
	struct world *world = context;
	struct noise *n = &world->noise;
	hf_time gap = below(n, 16) == 0 ? 2 * HF_SECOND : 5 * HF_MILLISECOND;

	if (world->failure[0] || n->left == 0)
		return;
	n->left--;
	send_part(world);
	gap = sim_random_below(&n->random, gap);
	hf_sim_timer(sim, HF_SIM_NOBODY, hf_sim_now(sim) + gap, make_noise,
		     world);
}

void noise_start(struct world *world)
{
	struct noise *n = &world->noise;

	n->random = sim_random_stream(world->plan->seed, 6);
	n->left = world->plan->noise;
	begin_datagram(n);
	hf_sim_timer(world->sim, HF_SIM_NOBODY,
		     hf_sim_now(world->sim) + world->plan->lead, make_noise,
		     world);
}
