/* SPDX-License-Identifier: MIT */
/* Every invariant of every object of a host. */
#include "internal.h"

#define CHECK(invariant) CHECK_IN(6, invariant)

/* What a walk over the table has seen. */
struct census {
	uint32_t connections, half_open, time_wait, reopening;
};

static int check_flow(const struct turn *t, uint32_t ref, struct census *seen)
{
	const struct flow *flow = block_at(t->b, ref);

	CHECK(flow->local != 0);
	CHECK(ip_address_at(t, flow->local)->uses > 0);
	switch (flow_kind(flow)) {
	case FLOW_CONNECTION:
		seen->connections++;
		CHECK(tcb_at(t, ref)->state != HF_CLOSED);
		return tcb_check(t, tcb_at(t, ref));
	case FLOW_HALF_OPEN:
		seen->half_open++;
		/* It waits for its SYN-ACK to be sent, or for a timer. */
		CHECK(list_has(&flow->record) ||
		      flow->record.deadline != HF_NEVER);
		return 0;
	case FLOW_TIME_WAIT:
		seen->time_wait++;
		seen->reopening += flow->record.value != 0;
		/* What would follow it has the same ends. */
		CHECK(flow->record.value == 0 ||
		      reopen_old(t, flow->record.value) == ref);
		CHECK(flow->record.deadline != HF_NEVER);
		return 0;
	case FLOW_NONE:
	case FLOW_LISTENER:
	case FLOW_ASK:
		break;
	}
	return __LINE__;
}

static int check_flows(const struct turn *t)
{
	struct census seen = { 0 };
	const struct tcp *tcp = t->tcp;

	for (uint32_t i = 0; i < tcp->flows.buckets; i++) {
		uint32_t ref = *table_chain(t->b, &tcp->flows, i);

		for (; ref != 0; ref = record_at(t->b, ref)->chain) {
			int line = check_flow(t, ref, &seen);

			if (line != 0)
				return line;
		}
	}
	CHECK(seen.connections <= tcp->connections.used);
	CHECK(seen.half_open == tcp->half_open.used);
	CHECK(seen.time_wait == tcp->time_wait.used);
	CHECK(seen.reopening == tcp->reopening);
	CHECK(seen.connections + seen.half_open + seen.time_wait ==
	      tcp->flows.entries);
	return 0;
}

/* As many uses of addresses as there are users. */
static int check_uses(const struct turn *t)
{
	const struct table *table = &t->ip->address_table;
	const struct tcp *tcp = t->tcp;
	uint32_t uses = 0, users = tcp->flows.entries;

	for (uint32_t i = 0; i < table->buckets; i++) {
		uint32_t ref = *table_chain(t->b, table, i);

		for (; ref != 0; ref = record_at(t->b, ref)->chain) {
			uses += ip_address_at(t, ref)->uses;
			users += ip_address_at(t, ref)->is_own;
		}
	}
	for (uint32_t i = 0; i < tcp->bound.buckets; i++) {
		uint32_t ref = *table_chain(t->b, &tcp->bound, i);

		for (; ref != 0; ref = record_at(t->b, ref)->chain)
			users += ((const struct flow *)block_at(t->b, ref))
					 ->local != 0;
	}
	/* A connection that has ended is in no table, but has its address. */
	users += tcp->connections.used + tcp->half_open.used +
		 tcp->time_wait.used - tcp->flows.entries;
	CHECK(uses == users);
	return 0;
}

static int check_notices(const struct turn *t)
{
	uint32_t before = 0;

	for (uint32_t ref = t->tcp->first_notice; ref != 0;
	     ref = notice_of(t, ref)->next) {
		CHECK(notice_of(t, ref)->is_listed);
		CHECK(notice_of(t, ref)->prev == before);
		before = ref;
	}
	CHECK(t->tcp->last_notice == before);
	return 0;
}

/* A circle, all of whose members say where they stand. */
static int check_list(const struct turn *t, uint32_t head)
{
	uint32_t before = head, ref = ready_at(t->b, head)->next;

	for (; ref != head; ref = ready_at(t->b, ref)->next) {
		CHECK(ready_at(t->b, ref)->prev == before);
		CHECK(flow_kind(block_at(t->b, ref)) == FLOW_CONNECTION);
		before = ref;
	}
	CHECK(ready_at(t->b, head)->prev == before);
	return 0;
}

static int check_neighbours(const struct turn *t)
{
	const struct ends *const lists[] = { &t->ip->unproven, &t->ip->proven };
	uint32_t count[2] = { 0 }, waiting = 0;

	for (unsigned i = 0; i < 2; i++) {
		uint32_t ref = lists[i]->first, before = 0;

		for (; ref != 0; ref = neighbour_at(t, ref)->next) {
			const struct neighbour *n = neighbour_at(t, ref);
			int line = check_list(t, ref);

			CHECK(line == 0);
			CHECK(n->prev == before);
			CHECK(n->is_proven == (i == 1));
			CHECK(n->record.deadline != HF_NEVER ||
			      n->state == HF_NEIGHBOUR_INCOMPLETE);
			/* Nobody waits for what is known. */
			CHECK(n->state == HF_NEIGHBOUR_INCOMPLETE ||
			      (ready_first(t->b, ref) == 0 &&
			       n->first_reply == 0));
			before = ref;
			waiting += n->reply_count;
			count[i]++;
		}
		CHECK(lists[i]->last == before);
	}
	CHECK(waiting == t->ip->waiting_replies);
	CHECK(count[0] == t->ip->unproven_count);
	CHECK(count[0] + count[1] == t->ip->neighbours.used);
	CHECK(t->ip->neighbours.used == t->ip->neighbour_table.entries);
	return 0;
}

static int check_ready(const struct turn *t)
{
	for (uint32_t i = 0; i < t->ip->link_count; i++) {
		int line = check_list(t, ip_link_ref(t, i));

		if (line != 0)
			return line;
	}
	return 0;
}

static int check_pools(const struct turn *t)
{
	const struct pool *const pools[] = {
		&t->tcp->connections,  &t->tcp->half_open,
		&t->tcp->time_wait,    &t->tcp->listeners,
		&t->tcp->asks,	       &t->tcp->sides,
		&t->ip->addresses,     &t->ip->replies,
		&t->ip->buffers.small, &t->ip->neighbours,
		&t->ip->learned,       &t->ip->datagrams,
		&t->ip->source_routes,
	};

	for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
		int line = pool_check(t->b, pools[i]);

		if (line != 0)
			return line;
	}
	return 0;
}

int hf_host_check(const struct hf_host *host)
{
	struct turn t = turn_of(host, 0, NULL);
	int line = check_flows(&t);

	if (line == 0)
		line = check_uses(&t);
	if (line == 0)
		line = check_notices(&t);
	if (line == 0)
		line = check_ready(&t);
	if (line == 0)
		line = check_neighbours(&t);
	if (line == 0)
		line = fragment_check(&t);
	if (line == 0)
		line = check_pools(&t);
	return line != 0 ? line : wheel_check(t.b, &t.ip->wheel);
}
