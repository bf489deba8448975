/* SPDX-License-Identifier: MIT */
/*
 * Urgent segments do no harm: their text is text. RFC 9293 3.8.5 (MUST-30 in
 * full, MUST-32 and MUST-33 are not claimed here).
 */
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

/* clang-format off */
static const struct script_test tests[] = {
	ROBUST(urgent_in_order),
	ROBUST(urgent_out_of_order),
	ROBUST(urgent_with_syn),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("urgent", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
