/* SPDX-License-Identifier: MIT */
/* The code of scripts, against a stack that has no more than a TCP_INFO. */
#include "script.h"
#include "stack.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint8_t info[280];
static uint32_t memory[9];
static int info_error;
static char failure[DRILL_FAILURE];
static struct drill_code *code;

static int get(struct drill_stack *stack, int fd, int level, int name,
	       void *value, socklen_t *len)
{
	const void *from = level == 1 ? (const void *)memory : info;
	socklen_t have = level == 1 ? sizeof memory : sizeof info;

	(void)stack;
	assert_int_equal(fd, 5);
	if (level == 6 && name == 26)
		return -ENOENT;
	if (level == 6 && info_error)
		return info_error;
	*len = *len < have ? *len : have;
	memcpy(value, from, *len);
	return 0;
}

static const struct drill_stack_ops ops = { .getsockopt = get };
static struct drill_stack stack = { .ops = &ops };

static int begin(void **state)
{
	(void)state;
	memset(info, 0, sizeof info);
	info_error = 0;
	memset(failure, 'x', sizeof failure);
	code = drill_code_new();
	return code ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	drill_code_free(code);
	return 0;
}

static bool add_at(unsigned line, const char *text)
{
	struct drill_event event = {
		.kind = DRILL_EVENT_CODE,
		.action = { line, 1 },
		.text = { text, strlen(text) },
	};

	return drill_code_add(code, &stack, 5, &event, "a.pkt", failure);
}

static void put_32(size_t offset, uint32_t value)
{
	memcpy(info + offset, &value, sizeof value);
}

static void no_code_needs_no_python(void **state)
{
	(void)state;
	assert_true(drill_code_run(code, failure));
}

static void each_piece_sees_its_moment(void **state)
{
	(void)state;
	put_32(80, 10);
	assert_true(add_at(1, " assert tcpi_snd_cwnd == 10 "));
	put_32(80, 11);
	assert_true(add_at(2, " assert tcpi_snd_cwnd == 11 "));
	put_32(80, 12);
	if (!drill_code_run(code, failure))
		fail_msg("%s", failure);
}

static void variables_and_constants_have_their_names(void **state)
{
	const uint64_t acked = UINT64_C(0xfedcba9876543210);

	(void)state;
	info[0] = 1;
	info[1] = 3;
	info[5] = 0x7;
	info[6] = 0xa7;
	info[7] = 0x5;
	memcpy(info + 120, &acked, 8);
	put_32(228, 4000000000u);
	info[278] = 2;
	memory[8] = 17;
	assert_true(add_at(1, "assert tcpi_state == TCP_ESTABLISHED\n"
			      "assert tcpi_ca_state == TCP_CA_Recovery\n"
			      "assert tcpi_options == TCPI_OPT_TIMESTAMPS | "
			      "TCPI_OPT_SACK | TCPI_OPT_WSCALE\n"
			      "assert tcpi_snd_wscale == 7\n"
			      "assert tcpi_rcv_wscale == 10\n"
			      "assert tcpi_delivery_rate_app_limited == 1\n"
			      "assert tcpi_fastopen_client_fail == 2\n"
			      "assert tcpi_bytes_acked == 0xfedcba9876543210\n"
			      "assert tcpi_snd_wnd == 4000000000\n"
			      "assert tcpi_accecn_opt_seen == 2\n"
			      "assert SK_MEMINFO_DROPS == 17\n"));
	if (!drill_code_run(code, failure))
		fail_msg("%s", failure);
}

static void pieces_share_what_they_set(void **state)
{
	(void)state;
	put_32(68, 100);
	assert_true(add_at(1, "\nimport math\nrtt = tcpi_rtt\n"));
	put_32(68, 200);
	assert_true(add_at(9, "\nassert math.floor(tcpi_rtt / rtt) == 2\n"));
	assert_true(drill_code_run(code, failure));
}

static void indentation_of_a_script_is_no_error(void **state)
{
	(void)state;
	assert_true(add_at(1, "\n\t\ta = 1\n\t\tif a:\n\t\t\ta = 2\n\t"));
	assert_true(add_at(5, " b = 3\n    c = 4\n"));
	assert_true(add_at(9, "assert (a, b, c) == (2, 3, 4), (a, b, c)"));
	if (!drill_code_run(code, failure))
		fail_msg("%s", failure);
}

static void a_failure_has_line_and_values(void **state)
{
	(void)state;
	put_32(80, 7);
	assert_true(add_at(40, "\nok = 1\nassert tcpi_snd_cwnd == 8, 'no'\n"));
	assert_true(add_at(50, "assert False"));
	assert_false(drill_code_run(code, failure));
	assert_string_equal(failure, "a.pkt:42: AssertionError: no\n"
				     "assert tcpi_snd_cwnd == 8, 'no'\n"
				     "tcpi_snd_cwnd = 7");
}

static void what_is_not_python_is_told(void **state)
{
	(void)state;
	assert_true(add_at(3, "\nassert tcpi_snd_cwnd = 8\n"));
	assert_false(drill_code_run(code, failure));
	assert_memory_equal(failure, "a.pkt:4: SyntaxError", 20);
}

static void an_unknown_name_is_told(void **state)
{
	(void)state;
	assert_true(add_at(3, " assert tcpi_snd_wind == 8 "));
	assert_false(drill_code_run(code, failure));
	assert_memory_equal(failure, "a.pkt:3: NameError", 18);
}

static void no_tcp_info_is_told(void **state)
{
	(void)state;
	info_error = -EBADF;
	assert_false(add_at(3, "pass"));
	assert_non_null(strstr(failure, "Bad file descriptor"));
}

static void a_long_failure_is_cut(void **state)
{
	(void)state;
	assert_true(add_at(3, "raise Exception('y' * 100000)"));
	assert_false(drill_code_run(code, failure));
	assert_int_equal(strlen(failure), DRILL_FAILURE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_code_needs_no_python, begin,
						end),
		cmocka_unit_test_setup_teardown(each_piece_sees_its_moment,
						begin, end),
		cmocka_unit_test_setup_teardown(
			variables_and_constants_have_their_names, begin, end),
		cmocka_unit_test_setup_teardown(pieces_share_what_they_set,
						begin, end),
		cmocka_unit_test_setup_teardown(
			indentation_of_a_script_is_no_error, begin, end),
		cmocka_unit_test_setup_teardown(a_failure_has_line_and_values,
						begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_python_is_told,
						begin, end),
		cmocka_unit_test_setup_teardown(an_unknown_name_is_told, begin,
						end),
		cmocka_unit_test_setup_teardown(no_tcp_info_is_told, begin,
						end),
		cmocka_unit_test_setup_teardown(a_long_failure_is_cut, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
