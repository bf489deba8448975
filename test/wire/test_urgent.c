/* SPDX-License-Identifier: MIT */
/* Urgent data: RFC 9293 3.8.5, RFC 6093. It stays in the stream. */
#include "script.h"

/* ---- urgent: taken as text -------------------------------------------- */

static void urgent_in_order(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "PU. 1:11(10) ack 1 urg 5");
	after(t, 499);
	out_last(t, ". 1:1(0) ack 11");
	user_receive(t, 10);
	in(t, "U. 11:11(0) ack 1 urg 100");
	in(t, "PU. 11:21(10) ack 1 urg 65535");
	in(t, "PU. 21:31(10) ack 1 urg 0");
	after(t, 499);
	out_last(t, ". 1:1(0) ack 31");
	user_receive(t, 20);
	in(t, "FPU. 31:41(10) ack 1 urg 10");
	out(t, ". 1:1(0) ack 42");
	user_receive(t, 10);
	user_eof(t);
	in(t, "U. 42:42(0) ack 1 urg 7");
	silence(t);
	state(t, HF_CLOSE_WAIT);
}

static void urgent_out_of_order(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "PU. 11:21(10) ack 1 urg 3");
	out(t, ". 1:1(0) ack 1");
	in(t, "PU. 1:11(10) ack 1 urg 15");
	out(t, ". 1:1(0) ack 21");
	user_receive(t, 20);
}

static void urgent_with_syn(struct script *t)
{
	start(t);
	user_listen(t);
	in(t, "SU 0:0(0) urg 9 <mss 1460>");
	out(t, "S. 0:0(0) ack 1");
	in(t, "U. 1:1(0) ack 1 urg 9");
	user_accept(t);
	silence(t);
	state(t, HF_ESTABLISHED);
}

/* ---- urgent: received ------------------------------------------------- */

static void ahead(struct script *t, bool has_urgent, uint32_t octets)
{
	struct hf_status status = script_status(t);

	require(t, status.has_urgent == has_urgent);
	require(t, status.urgent == octets);
}

/* MUST-30, MUST-32, MUST-33: told at once, and how far it is. */
static void urgent_is_told(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:101(100) ack 1");
	no_event(t, HF_EVENT_URGENT);
	MARK(t);
	ahead(t, false, 0);
	in(t, "PU. 101:111(10) ack 1 urg 5");
	event(t, HF_EVENT_URGENT);
	MARK(t);
	ahead(t, true, 105);
	user_receive(t, 100);
	ahead(t, true, 5);
	user_receive(t, 4);
	ahead(t, true, 1);
	user_receive(t, 1);
	ahead(t, false, 0);
	user_receive(t, 5);
	after(t, 499);
	skip(t);
}

/* Told again when the pointer advances, and only then: 3.10.7.4, sixth. */
static void urgent_advances(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "U. 1:11(10) ack 1 urg 10");
	event(t, HF_EVENT_URGENT);
	in(t, "U. 11:21(10) ack 1 urg 0");
	in(t, "U. 1:11(10) ack 1 urg 5");
	no_event(t, HF_EVENT_URGENT);
	in(t, "U. 21:31(10) ack 1 urg 10");
	event(t, HF_EVENT_URGENT);
	MARK(t);
	ahead(t, true, 30);
	user_receive(t, 30);
	ahead(t, false, 0);
	after(t, 499);
	skip(t);
}

/* MUST-31: its end may be 65535 octets past the segment. */
static void urgent_of_any_length(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, "U. 1:1(0) ack 1 urg 65535");
	event(t, HF_EVENT_URGENT);
	MARK(t);
	ahead(t, true, 65535);
	in(t, ". 1:1001(1000) ack 1");
	user_receive(t, 1000);
	ahead(t, true, 64535);
	after(t, 499);
	skip(t);
}

/* MUST-66: heard although the window is closed. */
static void urgent_through_a_closed_window(struct script *t)
{
	t->config.receive_buffer = 1000;
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1001(1000) ack 1");
	after(t, 499);
	out_last(t, ". 1:1(0) ack 1001 win 0");
	in(t, "U. 1001:1011(10) ack 1 urg 10");
	out(t, ". 1:1(0) ack 1001 win 0");
	event(t, HF_EVENT_URGENT);
	MARK(t);
	ahead(t, true, 1010);
	user_receive(t, 1000);
	skip(t);
}

/* ---- urgent: sent ----------------------------------------------------- */

/* MUST-30, MUST-62: the pointer is to the octet after them. */
static void urgent_is_sent(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send_as(t, 5, HF_SEND_URGENT);
	out(t, "PU. 1:6(5) ack 1 urg 5");
	in(t, ". 1:1(0) ack 6");
	user_send(t, 5);
	out(t, "P. 6:11(5) ack 1");
	require(t, !(t->last.flags & 0x20));
	in(t, ". 1:1(0) ack 11");
}

/* Nagle waits for nothing while something is urgent, as on Linux. */
static void urgent_does_not_wait(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	user_send(t, 10);
	out(t, "P. 1:11(10) ack 1");
	user_send(t, 10);
	silence(t);
	user_send_as(t, 1, HF_SEND_URGENT);
	out(t, "PU. 11:22(11) ack 1 urg 11");
	/* sent again with the same end; and behind it nothing is urgent */
	in(t, ". 1:1(0) ack 11");
	user_send(t, 7);
	skip(t);
	due_within(t, 100, 1100,
		   "PU. 11:22(11) ack 1 urg 11 | PU. 11:29(18) ack 1 urg 11");
	in(t, ". 1:1(0) ack 29");
	require(t, script_status(t).send_queue == 0);
}

/* Farther than 16 bits reach: all that can be pointed to is urgent. */
static void urgent_far_away(struct script *t)
{
	t->config.initial_window = 2;
	t->config.send_buffer = 100000;
	start(t);
	passive(t, "mss 1460");
	user_send_as(t, 70000, HF_SEND_URGENT);
	out(t, "U. 1:1461(1460) ack 1 urg 65535");
	out(t, "U. 1461:2921(1460) ack 1 urg 65535");
	in(t, ". 1:1(0) ack 2921");
	for (uint32_t seq = 2921; seq < 2921 + 3 * 1460; seq += 1460)
		out(t, "U. %u:%u(1460) ack 1", seq, seq + 1460);
	in(t, ". 1:1(0) ack 7301");
	out(t, "U. 7301:8761(1460) ack 1 urg 62700");
	skip(t);
}

/* On pure ACKs too, as long as it is not acknowledged. */
static void urgent_on_acknowledgements(struct script *t)
{
	start(t);
	passive(t, "mss 1460");
	in(t, ". 1:1(0) ack 1 win 0");
	user_send_as(t, 3, HF_SEND_URGENT);
	silence(t);
	in(t, ". 2:3(1) ack 1 win 0");
	out(t, "U. 1:1(0) ack 1 urg 3");
	in(t, ". 1:2(1) ack 1 win 0");
	out(t, "U. 1:1(0) ack 3 urg 3");
	in(t, ". 3:3(0) ack 1 win 100");
	out(t, "PU. 1:4(3) ack 3 urg 3");
	in(t, ". 3:3(0) ack 4 win 100");
	user_receive(t, 2);
}

/* Queued before the connection is open. */
static void urgent_while_opening(struct script *t)
{
	start(t);
	user_open(t);
	out(t, "S 0:0(0)");
	user_send_as(t, 3, HF_SEND_URGENT);
	in(t, "S. 0:0(0) ack 1 <mss 1460>");
	out_last(t, "PU. 1:4(3) ack 1 urg 3");
	in(t, ". 1:1(0) ack 4");
}

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(urgent_in_order),
	ROBUST(urgent_out_of_order),
	ROBUST(urgent_with_syn),
	SCRIPT(urgent_is_told),
	SCRIPT(urgent_advances),
	SCRIPT(urgent_of_any_length),
	SCRIPT(urgent_through_a_closed_window),
	ROBUST(urgent_is_sent),
	SCRIPT(urgent_does_not_wait),
	SCRIPT(urgent_far_away),
	SCRIPT(urgent_on_acknowledgements),
	SCRIPT(urgent_while_opening),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("urgent", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
