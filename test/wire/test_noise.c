/* SPDX-License-Identifier: MIT */
/* Noise: no octets of any kind may harm the host. */
#include "script.h"
#include <string.h>

static uint8_t frame[PACKET_MAX + 100];

/* ---- noise ------------------------------------------------------------ */

static uint32_t noise;

static uint32_t next_noise(void)
{
	noise ^= noise << 13;
	noise ^= noise >> 17;
	noise ^= noise << 5;
	return noise;
}

/* Octets without sense. */
static void random_octets(struct script *t)
{
	noise = 2463534242u;
	start(t);
	user_listen(t);
	t->lax = true;
	for (int i = 0; i < 3000; i++) {
		uint32_t len = next_noise() % 120;

		for (uint32_t k = 0; k < len; k++)
			frame[k] = (uint8_t)next_noise();
		frame[0] = (uint8_t)(t->v6 ? 0x60 : 0x45);
		script_raw_in(t, frame, len);
		script_skip(t);
	}
	t->lax = false;
	flow(t, 1);
	passive(t, "mss 1460");
}

/* Good segments with a few octets changed and the checksums made right. */
static void mutated_segments(struct script *t)
{
	struct hf_addr all;
	static const char *const seeds[] = {
		"S 0:0(0) <mss 1460,sackOK,ts,nop,wscale 7>",
		"P. 1:101(100) ack 1 <nop,nop,ts>",
		". 1:1(0) ack 1 <nop,nop,ts,nop,nop,sack 1:20 30:40>",
		"FP. 101:201(100) ack 1 <nop,nop,ts>",
		"R 5:5(0)",
		"PU. 50:150(100) ack 1 urg 7",
	};

	noise = 88172645u;
	start(t);
	user_listen(t);
	passive(t, "mss 1460,sackOK,ts,nop,wscale 7");
	user_send(t, 20000);
	skip(t);
	flow(t, 1);
	in(t, "S 0:0(0) <mss 1460,sackOK,ts,nop,wscale 7>");
	skip(t);
	memset(&all, 0, sizeof all);
	ok(t, hf_route_add(t->host, t->v6 ? all : hf_ipv4(0, 0, 0, 0), 0,
			   t->link, all));
	t->lax = true;
	for (int i = 0; i < 4000; i++) {
		uint32_t len;

		script_flow_use(t, (int)(next_noise() % 3));
		len = script_craft(t, frame, "%s", seeds[next_noise() % 6]);
		for (uint32_t k = next_noise() % 4; k > 0; k--)
			frame[next_noise() % len] = (uint8_t)next_noise();
		packet_seal(frame, len);
		script_raw_in(t, frame, len);
		if (i % 16 == 0)
			script_after(t, MS(next_noise() % 300));
		script_skip(t);
	}
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(random_octets),
	SCRIPT(mutated_segments),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("noise", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
