/* SPDX-License-Identifier: MIT */
#include "flow.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 16384u
#define NONE UINT32_MAX

/* The end with the smaller address and port is `low`. */
struct flow {
	struct flow_end low, high;
	uint32_t low_base, high_base;
	bool has_base;
	uint8_t low_state, high_state;
	uint32_t next; /* in its bucket */
};

struct flows {
	struct flow *flow;
	uint32_t room, count;
	uint32_t oldest; /* the next to be forgotten, once count is full */
	uint32_t bucket[BUCKETS];
};

static int compare(const struct flow_end *a, const struct flow_end *b)
{
	int order = memcmp(a->address, b->address, sizeof a->address);

	if (!order)
		order = (int)a->port - (int)b->port;
	return order ? order : (int)a->version - (int)b->version;
}

/* FNV-1a: the lines of a person's own capture need no keyed hash. */
static uint32_t hash(const struct flow_end *low, const struct flow_end *high)
{
	const struct flow_end *ends[2] = { low, high };
	uint32_t h = 2166136261u;

	for (unsigned e = 0; e < 2; e++) {
		for (unsigned i = 0; i < sizeof low->address; i++)
			h = (h ^ ends[e]->address[i]) * 16777619u;
		h = (h ^ (ends[e]->port & 0xffu)) * 16777619u;
		h = (h ^ (uint32_t)(ends[e]->port >> 8)) * 16777619u;
	}
	return (h ^ h >> 16) % BUCKETS;
}

static struct flow *find(const struct flows *flows, const struct flow_end *low,
			 const struct flow_end *high)
{
	uint32_t i = flows->bucket[hash(low, high)];

	while (i != NONE && (compare(&flows->flow[i].low, low) ||
			     compare(&flows->flow[i].high, high)))
		i = flows->flow[i].next;
	return i == NONE ? NULL : &flows->flow[i];
}

static void forget(struct flows *flows, uint32_t victim)
{
	struct flow *flow = &flows->flow[victim];
	uint32_t *link = &flows->bucket[hash(&flow->low, &flow->high)];

	while (*link != victim)
		link = &flows->flow[*link].next;
	*link = flow->next;
}

static bool grow(struct flows *flows)
{
	uint32_t room = flows->room ? flows->room * 2 : 16;
	struct flow *flow = realloc(flows->flow, room * sizeof *flow);

	if (!flow)
		return false;
	flows->flow = flow;
	flows->room = room;
	return true;
}

static struct flow *add(struct flows *flows, const struct flow_end *low,
			const struct flow_end *high)
{
	uint32_t *bucket = &flows->bucket[hash(low, high)];
	uint32_t i;

	if (flows->count == flows->room && flows->room < FLOWS_MOST &&
	    !grow(flows) && !flows->room)
		return NULL;
	if (flows->count < flows->room) {
		i = flows->count++;
	} else {
		i = flows->oldest++ % flows->room;
		forget(flows, i);
	}
	flows->flow[i] = (struct flow){
		.low = *low,
		.high = *high,
		.low_state = FLOW_STATE_UNKNOWN,
		.high_state = FLOW_STATE_UNKNOWN,
		.next = *bucket,
	};
	*bucket = i;
	return &flows->flow[i];
}

struct flows *flows_new(void)
{
	struct flows *flows = calloc(1, sizeof *flows);

	if (flows)
		memset(flows->bucket, 0xff, sizeof flows->bucket);
	return flows;
}

void flows_free(struct flows *flows)
{
	if (flows)
		free(flows->flow);
	free(flows);
}

static bool is_turned(const struct flow_end *src, const struct flow_end *dst)
{
	return compare(src, dst) > 0;
}

static struct flow *look_up(const struct flows *flows,
			    const struct flow_end *src,
			    const struct flow_end *dst)
{
	return is_turned(src, dst) ? find(flows, dst, src)
				   : find(flows, src, dst);
}

/* NULL: no memory. */
static struct flow *look_up_or_add(struct flows *flows,
				   const struct flow_end *src,
				   const struct flow_end *dst)
{
	struct flow *flow = look_up(flows, src, dst);

	if (flow)
		return flow;
	return is_turned(src, dst) ? add(flows, dst, src)
				   : add(flows, src, dst);
}

bool flows_find(const struct flows *flows, const struct flow_end *src,
		const struct flow_end *dst, struct flow_base *base)
{
	const struct flow *flow = look_up(flows, src, dst);
	bool turned = is_turned(src, dst);

	if (!flow || !flow->has_base)
		return false;
	base->mine = turned ? flow->high_base : flow->low_base;
	base->peer = turned ? flow->low_base : flow->high_base;
	return true;
}

void flows_set(struct flows *flows, const struct flow_end *src,
	       const struct flow_end *dst, const struct flow_base *base)
{
	struct flow *flow = look_up_or_add(flows, src, dst);
	bool turned = is_turned(src, dst);

	if (!flow)
		return;
	flow->has_base = true;
	flow->low_base = turned ? base->peer : base->mine;
	flow->high_base = turned ? base->mine : base->peer;
}

uint8_t flows_state(const struct flows *flows, const struct flow_end *local,
		    const struct flow_end *remote)
{
	const struct flow *flow = look_up(flows, local, remote);

	if (!flow)
		return FLOW_STATE_UNKNOWN;
	return is_turned(local, remote) ? flow->high_state : flow->low_state;
}

void flows_set_state(struct flows *flows, const struct flow_end *local,
		     const struct flow_end *remote, uint8_t state)
{
	struct flow *flow = look_up_or_add(flows, local, remote);

	if (!flow)
		return;
	if (is_turned(local, remote))
		flow->high_state = state;
	else
		flow->low_state = state;
}
