/* SPDX-License-Identifier: MIT */
#include "tcp.h"

/* Pools of TCP and what their records are. */
enum hf_error tcp_init(struct turn *t)
{
	const struct hf_config *config = &t->ip->config;
	struct tcp *tcp = t->tcp;
	enum hf_error error;

	tcp->quiet_until = t->now + config->quiet_time;
	pool_init(&tcp->connections, HF_POOL_CONNECTION + 1, sizeof(struct tcb),
		  config->connections, true);
	pool_init(&tcp->half_open, HF_POOL_HALF_OPEN + 1,
		  sizeof(struct half_open), config->half_open, false);
	pool_init(&tcp->time_wait, HF_POOL_TIME_WAIT + 1,
		  sizeof(struct time_wait), config->time_wait, false);
	pool_init(&tcp->listeners, HF_POOL_LISTENER + 1, LISTENER_OCTETS,
		  config->listeners, true);
	pool_init(&tcp->sides, HF_POOL_SIDE + 1, SIDE_OCTETS, UINT32_MAX,
		  false);
	pool_init(&tcp->asks, IP_POOL_ASK, sizeof(struct ask),
		  config->half_open, true);
	tcp->stashed = block_carve(t->b, BLOCK_UNIT);
	if (tcp->stashed == 0)
		return HF_ERR_NO_MEMORY;
	list_init(t->b, tcp->stashed);
	error = table_init(t->b, &tcp->flows);
	return error == HF_OK ? table_init(t->b, &tcp->bound) : error;
}
