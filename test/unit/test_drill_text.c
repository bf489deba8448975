/* SPDX-License-Identifier: MIT */
/*
 * Events as text, and all scripts of test/drill/parse: each is understood,
 * and what is printed of it is understood as the same.
 */
#include "drill_case.h"
#include "text.h"

#include <dirent.h>
#include <stdlib.h>

#ifndef DRILL_SCRIPTS
#error "the build says where the scripts are"
#endif

/* ---- single events ---------------------------------------------------- */

static void prints(const char *text, const char *expected)
{
	char buf[1024];

	parse(text);
	assert_int_equal(script->events, 1);
	assert_int_equal(drill_event_text(&script->event[0], buf, sizeof buf),
			 strlen(expected));
	assert_string_equal(buf, expected);
}

static void events_are_printed(void **state)
{
	static const char *const same[] = {
		"+0 close(3) = 0",
		"* `ls -l`",
		"1.5 %{ assert 50 % 3 == 2 }%",
		"0.1~0.25 > . 1:1(0)",
		"+0.1~+0.2 > S 0:0(0) win 5 urg 6 <...>",
		"+0...0.2 accept(3, ..., ...) = -1 EAGAIN (Try again)",
		"+0 < [ce ttl 3] FS.A 1:3(2) win 1 <mss 9,sackOK,nop,nop>",
		"+0 > - 0:0(0) <sack 1:2 3:4,nop,nop,FO 0a0b>",
		"+0 > . 0:0(0) <TS val 1 ecr 2,ECN e0b 1 ceb 2,nop,nop>",
		"+0 > udp (8)",
		"+0 > [nodf] udplite 1 > 2 (8, 4)",
		"+0 > icmp unreachable frag_needed mtu 9 [1:2(1)]",
		"+0 > icmp 3 3 [udp (5)]",
		"+0 > icmpv6 echo_request id 1 seq 2 (56)",
		"+0 > ipv4 1.2.3.4 > 2.3.4.5 : gre key 0x7: . 1:1(0)",
		"+0 f(\"a\\n\\x00\\\"\"..., [1, -2], {fd=3, events=POLLIN|4}) "
		"= ...",
		"+0 f({msg_name(...)=..., msg_iov(1)=[{..., 5}]}, &x) = 0x2",
		"+0 f({sa_family=AF_INET6, inet_pton(AF_INET6, \"::\", "
		"&sin6_addr)}) = 0",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof same / sizeof same[0]; i++)
		prints(same[i], same[i]);
}

static void what_does_not_fit_is_cut(void **state)
{
	char buf[8];

	(void)state;
	parse("+0 `a long command`");
	assert_int_equal(drill_event_text(&script->event[0], buf, 8), 19);
	assert_string_equal(buf, "+0 `a l");
	parse("+0 close(3) = 0");
	assert_int_equal(drill_event_text(&script->event[0], buf, 8), 15);
	assert_string_equal(buf, "+0 clos");
	assert_int_equal(drill_event_text(&script->event[0], NULL, 0), 15);
}

/* ---- whole scripts ---------------------------------------------------- */

#define ROOM 65536u

/* Init command and events, one a line. */
static void print(char text[ROOM])
{
	size_t i, n = 0;

	text[0] = '\0';
	if (script->init.data)
		n += (size_t)snprintf(text, ROOM, "`%s`\n", script->init.data);
	for (i = 0; i < script->events; i++) {
		n += drill_event_text(&script->event[i], text + n, ROOM - n);
		assert_true(n + 2 < ROOM);
		text[n++] = '\n';
		text[n] = '\0';
	}
}

static void check_file(const char *name)
{
	static char first[ROOM], second[ROOM];
	struct drill_error error;
	char path[512];

	snprintf(path, sizeof path, "%s/%s", DRILL_SCRIPTS, name);
	drill_script_free(script);
	script = drill_parse_file(path, NULL, &error);
	if (!script)
		fail_msg("%s", error.text);
	assert_true(script->events);
	print(first);
	parse(first);
	print(second);
	assert_string_equal(first, second);
}

static void all_scripts_are_understood(void **state)
{
	DIR *dir = opendir(DRILL_SCRIPTS);
	const struct dirent *entry;
	unsigned files = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".pkt"))
			continue;
		check_file(entry->d_name);
		files++;
	}
	closedir(dir);
	assert_true(files >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(events_are_printed),
		CASE(what_does_not_fit_is_cut),
		CASE(all_scripts_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
