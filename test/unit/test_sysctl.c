/* SPDX-License-Identifier: MIT */
#include "sysctl.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct hf_config config;
static struct drill_sockets_defaults sockets;

static int begin(void **state)
{
	(void)state;
	drill_setting_defaults(&config, &sockets, HF_PROFILE_LINUX);
	return 0;
}

static enum drill_setting_result set(const char *name, const char *value)
{
	return drill_setting_apply(&config, &sockets, name, value);
}

static void done(const char *name, const char *value)
{
	assert_int_equal(set(name, value), DRILL_SETTING_DONE);
}

static void a_setting_changes_the_configuration(void **state)
{
	(void)state;
	done("net.ipv4.tcp_timestamps", "0");
	done("net.ipv4.tcp_sack", "0");
	done("net.ipv4.tcp_window_scaling", "0");
	assert_true(config.no_timestamps && config.no_sack);
	assert_true(config.no_window_scale);
	done("net.ipv4.tcp_sack", "1");
	assert_false(config.no_sack);
	done("net.ipv4.tcp_fin_timeout", "7");
	assert_int_equal(config.fin_wait_2, 7 * HF_SECOND);
	done("net.ipv4.tcp_rto_min_us", "5000");
	assert_int_equal(config.rto_min, 5 * HF_MILLISECOND);
	done("net.ipv4.tcp_syn_retries", "1");
	assert_int_equal(config.syn_retries, 1);
	done("net.ipv4.tcp_syncookies", "2");
	assert_int_equal(config.syn_cookies, HF_COOKIES_ALWAYS);
	assert_int_equal(config.time_wait_reuse, HF_REUSE_LOOPBACK);
	done("net.ipv4.tcp_tw_reuse", "1");
	assert_int_equal(config.time_wait_reuse, HF_REUSE_ON);
	done("net.ipv4.tcp_rfc1337", "1");
	assert_true(config.rfc1337);
	done("net.ipv4.tcp_retries2", "2");
	assert_int_equal(config.retries, 2);
	done("net.ipv4.ip_default_ttl", "77");
	assert_int_equal(config.ttl, 77);
	done("net.ipv4.ip_local_port_range", "40000\t40001");
	assert_int_equal(config.port_low, 40000);
	assert_int_equal(config.port_high, 40001);
}

static void names_have_three_forms(void **state)
{
	(void)state;
	done("net/ipv4/tcp_retries1", "5");
	assert_int_equal(config.r1, 5);
	done("/proc/sys/net/ipv4/tcp_retries1", "6");
	assert_int_equal(config.r1, 6);
	done("net.ipv6.conf.tun0.hop_limit", "9");
	assert_int_equal(config.ttl, 9);
}

static void the_scale_is_that_of_the_largest_queue(void **state)
{
	(void)state;
	assert_int_equal(config.window_scale, 10); /* of 32 MiB */
	done("net.ipv4.tcp_rmem", "4096 131072 6291456");
	assert_int_equal(config.window_scale, 7);
	assert_int_equal(config.receive_buffer, 65536);
	done("net.ipv4.tcp_rmem", "4096 540000 15728640");
	assert_int_equal(config.window_scale, 8);
	assert_int_equal(config.receive_buffer, 270000);
	done("net.core.rmem_max", "16777216");
	assert_int_equal(config.window_scale, 9);
	done("net.core.rmem_max", "212992");
	assert_int_equal(config.window_scale, 8);
	done("net.ipv4.tcp_rmem", "4096 16384 65535");
	assert_int_equal(config.window_scale, 2); /* of 212992 */
}

static void ecn_has_the_meanings_of_its_system(void **state)
{
	(void)state;
	assert_int_equal(config.ecn, HF_ECN_ANSWER);
	done("net.ipv4.tcp_ecn", "1");
	assert_int_equal(config.ecn, HF_ECN_ASK);
	done("net.ipv4.tcp_ecn", "5");
	assert_int_equal(config.ecn, HF_ECN_ANSWER);
	assert_int_equal(set("net.ipv4.tcp_ecn", "3"), DRILL_SETTING_VALUE);
	assert_non_null(drill_setting_why("net.ipv4.tcp_ecn"));
	done("net.inet.tcp.ecn.enable", "0");
	assert_int_equal(config.ecn, HF_ECN_OFF);
	assert_int_equal(set("net.inet.tcp.ecn.enable", "3"),
			 DRILL_SETTING_VALUE);
}

static void freebsd_counts_in_milliseconds(void **state)
{
	(void)state;
	done("net.inet.tcp.msl", "2500");
	assert_int_equal(config.msl, 2500 * HF_MILLISECOND);
	done("net.inet.tcp.rfc1323", "2");
	assert_true(config.no_timestamps);
	assert_false(config.no_window_scale);
	done("kern.ipc.soacceptqueue", "3");
	assert_int_equal(sockets.backlog, 3);
}

static void a_bad_value_changes_nothing(void **state)
{
	static const char *const bad[][2] = {
		{ "net.ipv4.tcp_sack", "" },
		{ "net.ipv4.tcp_sack", "1 1" },
		{ "net.ipv4.tcp_sack", "yes" },
		{ "net.ipv4.tcp_sack", "256" },
		{ "net.ipv4.tcp_sack", "-1" },
		{ "net.ipv4.tcp_fin_timeout", "99999999999999999999" },
		{ "net.ipv4.tcp_fin_timeout", "2147484" },
		{ "net.ipv4.tcp_rmem", "4096 131072" },
		{ "net.ipv4.tcp_rmem", "4096 131072 0" },
		{ "net.ipv4.tcp_rmem", "1 2 3 4" },
		{ "net.ipv4.ip_local_port_range", "2000 1000" },
		{ "net.ipv4.ip_local_port_range", "0 1000" },
		{ "net.ipv4.ip_default_ttl", "0" },
	};
	const struct hf_config before = config;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(set(bad[i][0], bad[i][1]),
				 DRILL_SETTING_VALUE);
		assert_memory_equal(&before, &config, sizeof config);
	}
}

static void what_means_nothing_says_why(void **state)
{
	static const char *const ignored[] = {
		"net.ipv4.tcp_fastopen",
		"net.ipv4.tcp_fastopen_key",
		"net.ipv4.tcp_comp_sack_nr",
		"net.ipv4.tcp_pacing_ss_ratio",
		"net.ipv4.tcp_no_metrics_save",
		"net.ipv4.tcp_no_ssthresh_metrics_save",
		"net.ipv4.route.flush",
		"net.ipv4.conf.all.rp_filter",
		"net.core.default_qdisc",
		"net.inet.tcp.hostcache.purgenow",
		"kern.timecounter.alloweddeviation",
	};
	const struct hf_config before = config;

	(void)state;
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
		assert_int_equal(set(ignored[i], "1"), DRILL_SETTING_IGNORED);
		assert_non_null(drill_setting_why(ignored[i]));
	}
	assert_memory_equal(&before, &config, sizeof config);
	assert_int_equal(set("net.ipv4.tcp_congestion_control", "cubic"),
			 DRILL_SETTING_IGNORED);
	done("net.ipv4.tcp_congestion_control", "reno");
}

static void what_is_not_known_is_told(void **state)
{
	char name[300];

	(void)state;
	assert_int_equal(set("net.ipv4.tcp_sacks", "1"), DRILL_SETTING_UNKNOWN);
	assert_int_equal(set("tcp_sack", "1"), DRILL_SETTING_UNKNOWN);
	assert_int_equal(set("", "1"), DRILL_SETTING_UNKNOWN);
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = 0;
	assert_int_equal(set(name, "1"), DRILL_SETTING_UNKNOWN);
	assert_null(drill_setting_why(name));
	assert_null(drill_setting_first(name));
	assert_string_equal(drill_setting_first("net.ipv4.tcp_syn_retries"),
			    "6");
}

/* A host takes what the first values make of its configuration. */
static void a_host_takes_both_profiles(void **state)
{
	static _Alignas(64) uint8_t block[2][1 << 20];
	struct hf_host *host;

	(void)state;
	for (int profile = 0; profile < 2; profile++) {
		drill_setting_defaults(&config, &sockets,
				       (enum hf_profile)profile);
		config.listeners = config.connections = 16;
		config.half_open = config.time_wait = config.addresses = 16;
		assert_int_equal(hf_host_init(block[profile], sizeof block[0],
					      &config, 0, &host),
				 HF_OK);
	}
	assert_int_equal(config.msl, 120 * HF_SECOND);
	assert_int_equal(config.send_buffer, 256 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_setting_changes_the_configuration,
				       begin),
		cmocka_unit_test_setup(names_have_three_forms, begin),
		cmocka_unit_test_setup(the_scale_is_that_of_the_largest_queue,
				       begin),
		cmocka_unit_test_setup(ecn_has_the_meanings_of_its_system,
				       begin),
		cmocka_unit_test_setup(freebsd_counts_in_milliseconds, begin),
		cmocka_unit_test_setup(a_bad_value_changes_nothing, begin),
		cmocka_unit_test_setup(what_means_nothing_says_why, begin),
		cmocka_unit_test_setup(what_is_not_known_is_told, begin),
		cmocka_unit_test_setup(a_host_takes_both_profiles, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
