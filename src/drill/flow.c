/* SPDX-License-Identifier: MIT */
#include "flows.h"

#include <stdlib.h>
#include <string.h>

uint32_t drill_flow_seq(const struct drill_isn *isn, uint32_t script,
			bool is_syn)
{
	if (!isn->is_known)
		return script;
	return script + isn->live - (is_syn ? isn->script : 0);
}

void drill_flow_stamp(struct drill_flow *flow, uint32_t script, uint32_t live)
{
	struct drill_stamp *stamp = &flow->stamp[flow->stamps % DRILL_STAMPS];

	stamp->script = script;
	stamp->live = live;
	flow->stamps++;
}

bool drill_flow_find_stamp(const struct drill_flow *flow, uint32_t script,
			   uint32_t *live)
{
	uint32_t kept = flow->stamps < DRILL_STAMPS ? flow->stamps
						    : DRILL_STAMPS;

	for (uint32_t back = 1; back <= kept; back++) {
		uint32_t i = (flow->stamps - back) % DRILL_STAMPS;

		if (flow->stamp[i].script == script) {
			*live = flow->stamp[i].live;
			return true;
		}
	}
	return false;
}

struct drill_flow *drill_flows_add(struct drill_flows *flows)
{
	struct drill_flow *flow;

	if (flows->count == DRILL_FLOWS)
		return NULL;
	flow = calloc(1, sizeof *flow);
	if (flow)
		flows->flow[flows->count++] = flow;
	return flow;
}

void drill_flows_free(struct drill_flows *flows)
{
	for (size_t i = 0; i < flows->count; i++)
		free(flows->flow[i]);
	flows->count = 0;
}

struct drill_flow *drill_flows_find(struct drill_flows *flows,
				    const struct hf_addr *remote,
				    uint16_t remote_port)
{
	for (size_t i = flows->count; i-- > 0;) {
		struct drill_flow *flow = flows->flow[i];

		if (flow->remote_port == remote_port &&
		    memcmp(&flow->remote, remote, sizeof *remote) == 0)
			return flow;
	}
	return NULL;
}

struct drill_flow *drill_flows_find_script(struct drill_flows *flows,
					   uint16_t script_port)
{
	for (size_t i = flows->count; i-- > 0;)
		if (flows->flow[i]->script_port == script_port)
			return flows->flow[i];
	return NULL;
}
