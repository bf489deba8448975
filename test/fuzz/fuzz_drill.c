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

static const char *const words[] = {
	"\n+0 ",
	"\n* ",
	"\n0.1~0.2 ",
	"\n+0...1 ",
	"< ",
	"> ",
	"S ",
	"S. ",
	". ",
	"0:0(0) ",
	"ack 1 ",
	"win 9 ",
	"<",
	">",
	",",
	"mss 1460",
	"nop",
	"sackOK",
	"sack 1:2",
	"TS val 1 ecr 2",
	"FO 0a",
	"ECN",
	"...",
	"[ce] ",
	"udp (9)",
	"icmp ",
	"echo_request ",
	"[1:2(1)]",
	"f(",
	") = ",
	"-1 ",
	"EAGAIN ",
	"(a)",
	"{",
	"}",
	"[",
	"]",
	"fd=",
	"\"a\"",
	"AF_INET",
	"|",
	"`ls`",
	"%{ a }%",
	"ipv4 1.2.3.4 > 1.2.3.4: ",
	"--define=A=",
	"A",
	"# a\n",
	"/* a */",
};

/* Tokens in any order; here and there an octet stays as it was. */
void fuzz_target_shape(uint8_t *data, uint64_t seed, struct sim_random *r)
{
	const uint64_t most = sizeof words / sizeof words[0];
	size_t at = 0;

	(void)seed;
	while (at < 380) {
		const char *word = words[sim_random_below(r, most)];
		size_t len = strlen(word);

		memcpy(data + at, word, len);
		at += len + !sim_random_below(r, 40);
	}
}
