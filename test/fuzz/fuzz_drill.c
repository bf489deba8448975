/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target of the parser of scripts. Whatever the octets are, it
 * either says where they are wrong or makes a script of them; and what is
 * printed of that script is understood as the same script.
 */
#include "fuzz_host.h"
#include "script.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char fuzz_target_name[] = "fuzz_drill_replay";

/* ---- the check -------------------------------------------------------- */

static void add(struct text *all, const struct drill_event *event)
{
	size_t room = all->cap - all->len;

	all->len += drill_event_text(event, all->buf + all->len, room);
	if (all->len < all->cap)
		all->buf[all->len] = '\n';
	all->len++;
}

static void print(const struct drill_script *script, struct text *all)
{
	const struct drill_text newline = { .data = "\n", .len = 1 };
	size_t i;

	if (script->init.data) {
		text_add(all, "`");
		text_add_text(all, script->init);
		text_add(all, "`");
		text_add_text(all, newline);
	}
	for (i = 0; i < script->events && all->len < all->cap; i++)
		add(all, &script->event[i]);
}

/* Escapes make a text longer than the script was, but not without bound. */
static struct text print_new(const struct drill_script *script, size_t len)
{
	struct text all = { .cap = 16 * len + 4096 };

	all.buf = malloc(all.cap);
	if (!all.buf)
		abort();
	print(script, &all);
	if (all.len >= all.cap)
		abort();
	return all;
}

static void check_again(const struct drill_script *script, size_t len)
{
	struct text first = print_new(script, len), second;
	struct drill_error error;
	struct drill_script *again;

	again = drill_parse("again", first.buf, first.len, &error);
	if (!again) {
		fprintf(stderr, "%s\n%.*s", error.text, (int)first.len,
			first.buf);
		abort();
	}
	second = print_new(again, len);
	if (second.len != first.len ||
	    memcmp(first.buf, second.buf, first.len) != 0)
		abort();
	drill_script_free(again);
	free(first.buf);
	free(second.buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct drill_error error;
	struct drill_script *script;

	script = drill_parse("fuzz", (const char *)data, len, &error);
	if (!script) {
		if (!error.text[0])
			abort();
		return 0;
	}
	check_again(script, len);
	drill_script_free(script);
	return 0;
}

/* ---- random inputs ---------------------------------------------------- */

const char *fuzz_target_start(const uint8_t *data)
{
	(void)data;
	return "a script";
}

/* clang-format off */
static const char *const lines[] = {
	"+0 < S 0:0(0) win 9 <mss 1460,sackOK,nop,wscale 7,nop,nop>\n",
	"* > [ce] P. 1:3(2) ack 1 urg 1 <...>\n",
	"0.1~0.2 > . 1:1(0) <nop,nop,sack 1:2,TS val 1 ecr 2,nop,nop>\n",
	"> S 0:0(0) <FO 0a0b,ECN e0b 1 ceb 2>\n",
	"+.1 < ipv4 1.2.3.4 > 2.3.4.5: gre key 1: udp 1 > 2 (9)\n",
	"> mpls (label 1, tc 2, [S], ttl 3): ipv6 ::1 > ::2: udplite (9, 8)\n",
	"+0 < icmp unreachable frag_needed mtu 9 [1:2(1)]\n",
	"+0 < icmpv6 echo_request id 1 seq 2 (9)\n",
	"+0...1 accept(3, ..., ...) = -1 EAGAIN (Try (again))\n",
	"f({sa_family=AF_INET, sin_port=htons(80)}, [1, -2|3]) = 0x1f\n",
	"f({msg_name(...)=..., msg_iov(1)=[{\"a\\n\\x00\"..., 5}]}) = ...\n",
	"f({sa_family=AF_INET6, inet_pton(1, \"::\", &sin6_addr)}) = 010\n",
	"`ls -l` # a comment\n",
	"%{ assert a }% /* and one more */\n",
	"--define=win=ack\n",
};
/* clang-format on */

/* A few lines and blanks, with some octets that are not as they should be. */
void fuzz_target_shape(uint8_t *data, uint64_t seed, struct sim_random *r)
{
	const uint64_t most = sizeof lines / sizeof lines[0];
	uint64_t wrong = sim_random_below(r, 3);
	size_t at = 0, n = 1 + (size_t)sim_random_below(r, 4);

	(void)seed;
	memset(data, ' ', 404);
	for (; n; n--) {
		const char *line = lines[sim_random_below(r, most)];

		memcpy(data + at, line, strlen(line));
		at += strlen(line);
	}
	for (; wrong; wrong--) {
		size_t to = (size_t)sim_random_below(r, at);

		data[to] = data[sim_random_below(r, at)];
	}
}
