/* SPDX-License-Identifier: MIT */
/* Options: packetdrill's names, defaults, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules.h"

#include <string.h>

static struct drill_rules rules;
static char why[DRILL_FAILURE];

static int setup(void **state)
{
	(void)state;
	drill_rules_default(&rules);
	memset(why, 0, sizeof why);
	return 0;
}

static void is_set(const char *name, const char *value)
{
	assert_null(drill_rules_set(&rules, name, value, why));
}

static void is_refused(const char *name, const char *value, const char *text)
{
	assert_non_null(drill_rules_set(&rules, name, value, why));
	assert_string_equal(why, text);
}

static void is_address(const struct hf_addr *addr, struct hf_addr expected)
{
	assert_memory_equal(addr, &expected, sizeof expected);
}

static void defaults_are_packetdrills(void **state)
{
	(void)state;
	assert_null(drill_rules_finish(&rules, why));
	assert_int_equal(rules.tolerance, 4000000);
	assert_int_equal(rules.tolerance_permille, 125);
	assert_int_equal(rules.bind_port, 8080);
	assert_int_equal(rules.connect_port, 8080);
	assert_int_equal(rules.network.mtu, 1500);
	assert_int_equal(rules.network.ip_version, DRILL_IPV4);
	is_address(&rules.network.local, hf_ipv4(192, 168, 0, 1));
	is_address(&rules.network.remote, hf_ipv4(192, 0, 2, 1));
	assert_int_equal(rules.network.remote_prefix_len, 24);
	assert_false(rules.strict_segments);
}

static void options_are_understood(void **state)
{
	(void)state;
	is_set("mtu", "1400");
	is_set("bind_port", "9");
	is_set("connect_port", "10");
	is_set("tolerance_usecs", "100");
	is_set("tolerance_percent", "7.5");
	is_set("tcp_ts_tick_usecs", "1000");
	is_set("strict_segments", NULL);
	is_set("local_ip", "10.0.0.5");
	is_set("remote_ip", "10.9.0.1");
	is_set("netmask_ip", "255.255.255.0");
	is_set("speed", "1000");
	assert_null(drill_rules_finish(&rules, why));
	assert_int_equal(rules.network.mtu, 1400);
	assert_int_equal(rules.bind_port, 9);
	assert_int_equal(rules.connect_port, 10);
	assert_int_equal(rules.tolerance, 100000);
	assert_int_equal(rules.tolerance_permille, 75);
	assert_int_equal(rules.ts_tick, 1000000);
	assert_true(rules.strict_segments);
	is_address(&rules.network.local, hf_ipv4(10, 0, 0, 5));
	is_address(&rules.network.gateway, hf_ipv4(10, 0, 0, 6));
	is_address(&rules.network.remote, hf_ipv4(10, 9, 0, 1));
	assert_int_equal(rules.network.prefix_len, 24);
}

static void others_are_refused_by_name(void **state)
{
	(void)state;
	is_refused("dance", "1", "no option --dance");
	is_refused("wire_client", NULL, "--wire_client means nothing here");
	is_refused("so_filename", "x.so", "--so_filename means nothing here");
	assert_non_null(drill_rules_set(&rules, "mtu", "big", why));
	assert_non_null(strstr(why, "--mtu wants"));
	assert_non_null(drill_rules_set(&rules, "ip_version", "ipv5", why));
	assert_non_null(drill_rules_set(&rules, "local_ip", "10.0.0", why));
	is_set("mtu", "575");
	assert_non_null(drill_rules_finish(&rules, why));
}

/* The command line may say another version than the script's addresses. */
static void addresses_of_the_other_version_are_forgotten(void **state)
{
	(void)state;
	is_set("local_ip", "10.0.0.5");
	is_set("remote_ip", "2001:db8::7");
	is_set("ip_version", "ipv6");
	assert_null(drill_rules_finish(&rules, why));
	assert_int_equal(rules.network.local.octet[0], 0xfd);
	assert_int_equal(rules.network.remote.octet[15], 7);
	assert_int_equal(rules.network.prefix_len, 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(defaults_are_packetdrills, setup),
		cmocka_unit_test_setup(options_are_understood, setup),
		cmocka_unit_test_setup(others_are_refused_by_name, setup),
		cmocka_unit_test_setup(
			addresses_of_the_other_version_are_forgotten, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
