/* SPDX-License-Identifier: MIT */
/* What packets tell of the connection: its numbers and its TS clock. */
#include "run.h"

#include "bytes.h"

#define OPTION_TIMESTAMP 8u

void drill_run_learn_received(struct drill_flow *flow,
			      const struct drill_packet *packet)
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

void drill_run_learn_isn(struct drill_flow *flow,
			 const struct drill_packet *packet,
			 const struct drill_view *view)
{
	bool again = flow->has_next_received && view->seq != flow->sent.live &&
		     packet->tcp.seq.start == flow->sent.script;

	if (!(view->flags & DRILL_SYN) || !(packet->tcp.flags & DRILL_SYN))
		return;
	if (!flow->local_port) {
		flow->local = view->source;
		flow->local_port = view->source_port;
	}
	if (flow->sent.is_known && !again)
		return;
	flow->sent.is_known = true;
	flow->sent.script = packet->tcp.seq.start;
	flow->sent.live = view->seq;
	if (again) {
		flow->received.script = flow->next_received;
		flow->received.live = flow->next_received;
		flow->has_next_received = false;
	}
}

static const struct drill_tcp_option *
timestamp_of(const struct drill_packet *packet)
{
	for (size_t i = 0; i < packet->tcp.options; i++)
		if (packet->tcp.option[i].kind == DRILL_OPT_TIMESTAMP)
			return &packet->tcp.option[i];
	return NULL;
}

/*
 * With --tcp_ts_tick_usecs the values that are sent must go on as the
 * script's do, within the tolerance.
 */
static bool check_tick(struct drill_run *run, const struct drill_flow *flow,
		       uint32_t script, uint32_t live)
{
	int64_t off = (int32_t)(live - flow->stamp_live -
				(script - flow->stamp_script));
	int64_t tolerance = drill_run_tolerance(run);

	if (!run->rules->ts_tick)
		return true;
	if (off * run->rules->ts_tick <= tolerance + run->rules->ts_tick &&
	    off * run->rules->ts_tick >= -tolerance - run->rules->ts_tick)
		return true;
	return drill_run_fail(run, "TS val is %lld ticks off the script's",
			      (long long)off);
}

bool drill_run_learn_timestamp(struct drill_run *run, struct drill_flow *flow,
			       const struct drill_packet *packet,
			       const struct drill_view *view)
{
	const struct drill_tcp_option *said = timestamp_of(packet);
	const uint8_t *came = drill_view_option(view, OPTION_TIMESTAMP, 8);
	uint32_t live;

	if (!said || !came)
		return true;
	live = get_be32(came);
	if (!flow->stamps) {
		flow->stamp_script = said->ts_val;
		flow->stamp_live = live;
	}
	drill_flow_stamp(flow, said->ts_val, live);
	return check_tick(run, flow, said->ts_val, live);
}
