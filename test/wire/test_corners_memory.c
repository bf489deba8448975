/* SPDX-License-Identifier: MIT */
/* A block that is full: who gives up what, and who goes on all the same. */
#include "script.h"

#define FEW_PAGES ((size_t)128 << 10)

/* Starts the script's host anew, in a block of few pages. */
static void start_small(struct script *t)
{
	struct hf_link link = { 0 };

	script_start(t);
	script_stop(t);
	t->block_size = FEW_PAGES;
	t->block = block_new(t->block_size);
	script_expect(t, HF_OK,
		      hf_host_init(t->block, t->block_size, &t->config, t->now,
				   &t->host));
	link.mtu = t->mtu;
	script_expect(t, HF_OK, hf_link_add(t->host, &link, t->now, &t->link));
	script_expect(t, HF_OK,
		      hf_address_add(t->host, t->link, t->local,
				     t->v6 ? 64 : 24, t->now));
	hf_host_used(t->host, &t->before);
}

/* The peer of connection i fills its window from segment `first` on. */
static bool fill(struct script *t, int i, uint32_t first)
{
	script_flow_use(t, i);
	for (uint32_t at = 1 + first * MSS; at + MSS < 65535; at += MSS) {
		script_in(t, ". %u:%u(1460) ack 1", at, at + MSS);
		script_skip(t);
		if (t->in_report.drop == HF_DROP_NO_MEMORY)
			return true;
		script_dropped(t, HF_ACCEPTED);
	}
	return false;
}

static uint32_t pages(struct script *t)
{
	struct hf_usage usage;

	hf_host_used(t->host, &usage);
	return usage.pool[HF_POOL_PAGE].used;
}

static uint32_t sides(struct script *t)
{
	struct hf_usage usage;

	hf_host_used(t->host, &usage);
	return usage.pool[HF_POOL_SIDE].used;
}

/* Two segments in order that nobody reads: a third needs one more page. */
static void two_unread(struct script *t, int i)
{
	script_flow_use(t, i);
	script_in(t, ". 1:1461(1460) ack 1");
	script_in(t, ". 1461:2921(1460) ack 1");
	script_out(t, ". 1:1(0) ack 2921");
}

/* The third in order is taken in, whatever had to go for it. */
static void third_is_accepted(struct script *t, int i, const char *options)
{
	script_flow_use(t, i);
	script_in(t, ". 2921:4381(1460) ack 1");
	script_dropped(t, HF_ACCEPTED);
	script_due(t, 0, MS(201), ". 1:1(0) ack 4381 %s", options);
}

static void hold_one(struct script *t, int i, uint32_t at, uint32_t ack)
{
	script_flow_use(t, i);
	script_in(t, ". %u:%u(1460) ack 1", at, at + MSS);
	script_out(t, ". 1:1(0) ack %u <nop,nop,sack %u:%u>", ack, at,
		   at + MSS);
}

/* Connection `first` is the first to hold what is out of order. */
static void own_before_others(struct script *t, int first)
{
	uint32_t right, held;

	script_passive(t, "mss 1460,sackOK");
	script_flow_use(t, 1);
	script_passive(t, "mss 1460,sackOK");
	two_unread(t, 0);
	if (first == 0)
		hold_one(t, 0, 5841, 2921);
	hold_one(t, 1, 1461, 1);
	if (first == 1)
		hold_one(t, 0, 5841, 2921);
	for (uint32_t at = 7301; at < 40000; at += MSS) {
		script_flow_use(t, 0);
		script_in(t, ". %u:%u(1460) ack 1", at, at + MSS);
		script_skip(t);
	}
	require(t, fill(t, 1, 2));
	require(t, t->last.opt.sacks == 1);
	right = t->last.opt.sack[0].right;
	held = pages(t);
	third_is_accepted(t, 0, "<>");
	require(t, pages(t) < held);
	script_flow_use(t, 1);
	script_in(t, ". 1:1461(1460) ack 1");
	script_out(t, ". 1:1(0) <>");
	require(t, t->last.ack == right);
}

/*
 * SHLD-31; RFC 2018 8: what was not acknowledged may be given up for what
 * comes in order; the connection's own before that of others, whoever came
 * to hold some first.
 */
static void own_ranges_go_first(struct script *t)
{
	start_small(t);
	MARK(t);
	own_before_others(t, 0);
}

static void own_ranges_go_first_if_later(struct script *t)
{
	start_small(t);
	MARK(t);
	own_before_others(t, 1);
}

/* The same; with none of its own, another's go. */
static void ranges_of_others_go_then(struct script *t)
{
	uint32_t had;

	start_small(t);
	passive(t, "mss 1460,sackOK");
	flow(t, 1);
	passive(t, "mss 1460,sackOK");
	flow(t, 2);
	passive(t, "mss 1460,sackOK");
	MARK(t);
	two_unread(t, 0);
	if (!fill(t, 1, 1))
		require(t, fill(t, 2, 1));
	had = sides(t);
	MARK(t);
	third_is_accepted(t, 0, "<>");
	require(t, sides(t) == had - 1);
	used(t, HF_POOL_CONNECTION, 3);
	flow(t, 0);
	user_receive(t, 4380);
	skip(t);
}

/*
 * RFC 9293 3.8.6.2.2, SHLD-14: what was promised as window is not taken back.
 * One MSS in order finds room, also when the rest of the block is full of
 * what cannot be given up, so that each connection goes on as it is read.
 */
static void one_segment_in_order_finds_room(struct script *t)
{
	start_small(t);
	for (int i = 0; i < 3; i++) {
		flow(t, i);
		passive(t, "mss 1460");
	}
	MARK(t);
	two_unread(t, 1);
	if (!fill(t, 0, 0))
		require(t, fill(t, 1, 2));
	used(t, HF_POOL_SIDE, 0);
	flow(t, 2);
	in(t, ". 1:1461(1460) ack 1");
	dropped(t, HF_ACCEPTED);
	due_within(t, 0, 201, ". 1:1(0) ack 1461");
	user_receive(t, 1460);
	in(t, ". 1461:2921(1460) ack 1");
	dropped(t, HF_ACCEPTED);
	due_within(t, 0, 201, ". 1:1(0) ack 2921");
	user_receive(t, 1460);
	skip(t);
}

/* What is held goes for what is sent, but not what is said of that. */
static void urgent_though_memory_is_short(struct script *t)
{
	t->sends_urgent = true;
	start_small(t);
	passive(t, "mss 1460,sackOK");
	flow(t, 1);
	passive(t, "mss 1460");
	MARK(t);
	hold_one(t, 0, 1461, 1);
	if (!fill(t, 1, 0))
		require(t, fill(t, 0, 2));
	flow(t, 0);
	user_send_as(t, 8000, HF_SEND_URGENT);
	out(t, ".U 1:1461(1460) ack 1 urg 8000 <>"); /* no SACK: it is gone */
	skip(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(own_ranges_go_first),
	SCRIPT(own_ranges_go_first_if_later),
	SCRIPT(ranges_of_others_go_then),
	SCRIPT(one_segment_in_order_finds_room),
	SCRIPT(urgent_though_memory_is_short),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("corners_memory", tests,
			   sizeof tests / sizeof tests[0], argc, argv);
}
