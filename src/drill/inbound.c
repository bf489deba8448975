/* SPDX-License-Identifier: MIT */
/* Packets that the script sends to the stack. */
#include "run.h"

#include <string.h>

#define FIRST_PORT 40000u /* of the peer's, unless the script says one */

struct drill_flow *drill_run_flow(struct drill_run *run, uint16_t script_port)
{
	struct drill_flow *flow = drill_flows_add(&run->flows);

	if (!flow) {
		drill_run_fail(run, "too many connections, or no memory");
		return NULL;
	}
	flow->local = run->rules->network.local;
	flow->remote = run->rules->network.remote;
	flow->local_port = run->flows.local_port;
	flow->script_port = script_port;
	flow->remote_port = script_port;
	if (!script_port)
		flow->remote_port =
			(uint16_t)(FIRST_PORT + run->flows.next_port++);
	flow->is_lenient = run->rules->variant.split ||
			   run->rules->variant.duplicate;
	run->flows.tested = flow;
	return flow;
}

static bool is_first_syn(const struct drill_packet *packet)
{
	return packet->protocol == DRILL_TCP &&
	       (packet->tcp.flags & (DRILL_SYN | DRILL_ACK)) == DRILL_SYN;
}

static struct drill_flow *named_flow(struct drill_run *run,
				     const struct drill_packet *packet)
{
	struct drill_flow *flow =
		drill_flows_find_script(&run->flows, packet->source_port);

	if (!flow) {
		flow = drill_run_flow(run, packet->source_port);
		if (flow)
			flow->is_stray = !run->flows.listened ||
					 packet->destination_port !=
						 run->flows.local_port;
	}
	if (flow)
		flow->local_port = packet->destination_port;
	run->flows.tested = flow;
	return flow;
}

/* A SYN to a listener begins a connection; packets are of that from now on. */
static struct drill_flow *choose_flow(struct drill_run *run,
				      const struct drill_packet *packet)
{
	bool begins = is_first_syn(packet) && run->flows.listens;
	struct drill_flow *flow;

	if (packet->has_ports)
		return named_flow(run, packet);
	if (run->flows.tested && !begins)
		return run->flows.tested;
	flow = drill_run_flow(run, 0);
	if (flow)
		flow->is_stray = !begins;
	run->flows.listens &= !begins;
	return flow;
}

static void learn(struct drill_flow *flow, const struct drill_packet *packet)
{
	uint32_t seq = packet->tcp.seq.start;

	if (packet->protocol != DRILL_TCP)
		return;
	if (packet->tcp.flags & DRILL_URG) /* an octet may leave the stream */
		flow->read_unknown = true;
	if (!(packet->tcp.flags & DRILL_SYN) || flow->is_stray)
		return;
	if (!flow->received.is_known) {
		flow->received.is_known = true;
		flow->received.script = seq;
		flow->received.live = seq;
	} else if (seq != flow->received.script) {
		flow->next_received = seq;
		flow->has_next_received = true;
	}
}

/* ---- variants --------------------------------------------------------- */

/* The first half of the text, and the second with all that ends a segment. */
static void halve(const struct drill_packet *packet, struct drill_packet *first,
		  struct drill_packet *second)
{
	uint32_t half = packet->tcp.len / 2;

	*first = *packet;
	*second = *packet;
	first->tcp.flags &= (uint16_t) ~(DRILL_FIN | DRILL_PSH);
	first->tcp.len = half;
	second->tcp.len -= half;
	second->tcp.seq.start += half;
	if (second->tcp.urg >= half)
		second->tcp.urg = (uint16_t)(second->tcp.urg - half);
	second->tcp.flags &= (uint16_t)~DRILL_CWR;
}

/* What no connection stands behind is answered each time. */
static bool is_varied(const struct drill_flow *flow,
		      const struct drill_packet *packet)
{
	return packet->protocol == DRILL_TCP && !flow->is_stray &&
	       !(packet->tcp.flags & (DRILL_SYN | DRILL_RST));
}

static bool inject(struct drill_run *run, const struct drill_packet *packets,
		   size_t n)
{
	const struct drill_path path = { &run->rules->network,
					 run->flows.tested };
	struct hf_frame frames[2] = { { 0 } };
	char why[DRILL_FAILURE];

	for (size_t i = 0; i < n; i++) {
		frames[i].data = run->octets[i];
		frames[i].len = drill_packet_build(&path, &packets[i],
						   run->octets[i], why);
		if (!frames[i].len)
			return drill_run_fail(run, "%s", why);
	}
	if (run->stack->ops->inject(run->stack, frames, n))
		return true;
	return drill_run_fail(run, "%s", run->stack->failure);
}

bool drill_run_inbound(struct drill_run *run)
{
	const struct drill_packet *packet = &drill_run_event(run)->packet;
	const struct drill_variant *variant = &run->rules->variant;
	struct drill_flow *flow = choose_flow(run, packet);
	struct drill_packet part[2];
	size_t parts = 1;

	if (!flow)
		return false;
	if (!flow->local_port)
		return drill_run_fail(run, "the connection's own port is not "
					   "known: no SYN came out yet");
	learn(flow, packet);
	part[0] = *packet;
	if (variant->split && is_varied(flow, packet) && packet->tcp.len > 1) {
		halve(packet, &part[0], &part[1]);
		parts = 2;
	}
	if (!inject(run, part, parts))
		return false;
	return !variant->duplicate || !is_varied(flow, packet) ||
	       inject(run, part, parts);
}
