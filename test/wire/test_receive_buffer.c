/* SPDX-License-Identifier: MIT */
/* Receive buffers: what they promise, and what they cost. */
#include "script.h"

/* ---- changed by the program ------------------------------------------- */

/*
 * host.h, HF_OPTION_RECEIVE_BUFFER: "the window never shrinks"; SHLD-14: nor
 * what the SYN has said of it.
 */
static void smaller_than_the_syn_said(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0) win 65535");
	user_set(t, HF_OPTION_RECEIVE_BUFFER, 1000);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out(t, ". 1:1(0) ack 1 win 65535");
	require(t, script_status(t).receive_window == 65535);
	in(t, ". 1001:1501(500) ack 1");
	dropped(t, HF_ACCEPTED);
	out(t, ". 1:1(0) ack 1");
	in(t, "P. 1:1001(1000) ack 1");
	out(t, ". 1:1(0) ack 1501");
	user_receive(t, 1500);
	skip(t);
}

/* Nor does a SYN sent again say less. */
static void smaller_than_the_first_syn_said(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0) win 65535");
	user_set(t, HF_OPTION_RECEIVE_BUFFER, 1000);
	due(t, 1000, "S 0:0(0) win 65535");
	in(t, "S 0:0(0) <mss 1460>");
	out(t, "S. 0:0(0) ack 1 win 65535");
	in(t, ". 1:1(0) ack 1");
	in(t, "P. 2001:3001(1000) ack 1");
	dropped(t, HF_ACCEPTED);
	skip(t);
}

/* RFC 9293 3.8.6.2.2: a window that has opened by an MSS is told. */
static void larger_with_closed_window(struct script *t)
{
	t->config.receive_buffer = 2000;
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1461(1460) ack 1");
	in(t, "P. 1461:2001(540) ack 1");
	after(t, 500);
	out_last(t, ". 1:1(0) ack 2001 win 0");
	user_set(t, HF_OPTION_RECEIVE_BUFFER, 60000);
	out(t, ". 1:1(0) ack 2001 win 58000");
	in(t, "P. 2001:2011(10) ack 1");
	dropped(t, HF_ACCEPTED);
	user_receive(t, 2010);
	after(t, 500);
	skip(t);
}

/* ---- memory ----------------------------------------------------------- */

static uint64_t octets_held(struct script *t)
{
	struct hf_usage usage;

	hf_host_used(t->host, &usage);
	return (uint64_t)usage.pool[HF_POOL_SMALL].used * 256 +
	       (uint64_t)usage.pool[HF_POOL_PAGE].used * 4096;
}

/*
 * Crumbs, each before its right neighbour that came first, must not cost a
 * buffer each: receive_buffer is the "octets of each receive queue".
 */
static void crumbs_share_buffers(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	for (unsigned i = 1; i < 8001; i += 2) {
		in(t, ". %u:%u(1) ack 1", i + 1, i + 2);
		in(t, ". %u:%u(1) ack 1", i, i + 1);
		skip(t);
	}
	require(t, script_status(t).receive_queue == 8000);
	require(t, octets_held(t) < 2 * 8000 + 2 * 4096);
	user_receive(t, 8000);
	after(t, 500);
	skip(t);
	require(t, octets_held(t) == 0);
}

/* The same out of order, where ranges grow together behind a hole. */
static void crumbs_behind_a_hole_share_buffers(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	for (unsigned i = 11; i < 4011; i += 2) {
		in(t, ". %u:%u(1) ack 1", i + 1, i + 2);
		in(t, ". %u:%u(1) ack 1", i, i + 1);
		skip(t);
	}
	require(t, octets_held(t) < 2 * 4000 + 2 * 4096);
	in(t, "P. 1:11(10) ack 1");
	skip(t);
	user_receive(t, 4010);
	after(t, 500);
	skip(t);
	require(t, octets_held(t) == 0);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(smaller_than_the_syn_said),
	SCRIPT(smaller_than_the_first_syn_said),
	SCRIPT(larger_with_closed_window),
	SCRIPT(crumbs_share_buffers),
	SCRIPT(crumbs_behind_a_hole_share_buffers),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("receive_buffer", tests,
			   sizeof tests / sizeof tests[0], argc, argv);
}
