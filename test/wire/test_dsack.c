/* SPDX-License-Identifier: MIT */
/* What came twice is told: RFC 2883; and in what order SACK tells: RFC 2018. */
#include "script.h"

/* 4: once, before all ranges, by the ACK that it causes. */
static void told_once(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	in(t, ". 1:11(10) ack 1");
	due_within(t, 0, 201, ". 1:1(0) ack 11 <>");
	in(t, ". 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 11 <nop,nop,sack 1:11>");
	used(t, HF_POOL_SIDE, 0);
	in(t, ". 11:21(10) ack 1");
	due_within(t, 0, 201, ". 1:1(0) ack 21 <>");
	user_receive(t, 20);
}

/* 4.1.2 and 4.2: in a segment with new text, and of what is out of order. */
static void told_in_part(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	in(t, ". 21:31(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 21:31>");
	in(t, ". 26:36(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 26:31 21:36>");
	in(t, ". 16:26(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 21:26 16:36>");
	in(t, ". 1:16(15) ack 1");
	out(t, ". 1:1(0) ack 36 <>");
	user_receive(t, 35);
}

/* RFC 2018 4: "the most recently received", also if it came twice. */
static void latest_first(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	in(t, ". 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 11:21>");
	in(t, ". 31:41(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 31:41 11:21>");
	in(t, ". 11:21(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 11:21 11:21 31:41>");
	in(t, ". 51:61(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 51:61 11:21 31:41>");
}

/* More than options have room for. */
static void four_at_most(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	for (uint32_t i = 1; i < 6; i++) {
		in(t, ". %u:%u(10) ack 1", 1 + i * 20, 11 + i * 20);
		skip(t);
	}
	require(t, t->last.opt.sacks == 4);
	in(t, ". 121:131(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 121:131 101:111 81:91 61:71>");
	in(t, ". 21:31(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 21:31 21:31 121:131 101:111>");
}

/* A hole that is filled joins what is on both sides of it. */
static void holes_between(struct script *t)
{
	start(t);
	passive(t, "mss 1460,sackOK");
	in(t, ". 41:51(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 41:51>");
	in(t, ". 21:31(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 21:31 41:51>");
	in(t, ". 61:71(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 61:71 21:31 41:51>");
	in(t, ". 31:41(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 21:51 61:71>");
	in(t, ". 51:61(10) ack 1");
	out(t, ". 1:1(0) ack 1 <nop,nop,sack 21:71>");
	in(t, ". 1:21(20) ack 1");
	out(t, ". 1:1(0) ack 71 <>");
	used(t, HF_POOL_SIDE, 0);
	user_receive(t, 70);
}

static void not_told(struct script *t)
{
	t->config.no_dsack = true;
	start(t);
	passive(t, "mss 1460,sackOK");
	in(t, ". 1:11(10) ack 1");
	due_within(t, 0, 201, ". 1:1(0) ack 11 <>");
	in(t, ". 1:11(10) ack 1");
	out(t, ". 1:1(0) ack 11 <>");
	flow(t, 1);
	passive(t, "mss 1460");
	in(t, ". 1:11(10) ack 1");
	due_within(t, 0, 201, ". 1:1(0) ack 11 <>");
	in(t, ". 1:11(10) ack 1");
	used(t, HF_POOL_SIDE, 0);
	out(t, ". 1:1(0) ack 11 <>");
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(told_once),
	SCRIPT(told_in_part),
	SCRIPT(latest_first),
	SCRIPT(four_at_most),
	SCRIPT(holes_between),
	SCRIPT(not_told),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("dsack", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
