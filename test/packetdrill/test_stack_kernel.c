/* SPDX-License-Identifier: MIT */
/*
 * The running kernel as a stack. Needs what makes a network namespace; run
 * without, its cases are skipped.
 */
#define _POSIX_C_SOURCE 200809L /* readlink */
#include "segment.h"
#include "stack.h"
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static struct drill_stack *stack;
static char failure[DRILL_FAILURE];
static char namespace_before[64];
static unsigned seen_in, seen_out;

static void read_namespace(char *name, size_t size)
{
	ssize_t n = readlink("/proc/self/ns/net", name, size - 1);

	assert_true(n > 0);
	name[n] = '\0';
}

static void see(void *context, const struct hf_sight *sight)
{
	(void)context;
	assert_null(sight->report);
	if (sight->direction == HF_DIRECTION_IN)
		seen_in++;
	else
		seen_out++;
}

static struct hf_addr ipv6(uint16_t first, uint8_t last)
{
	struct hf_addr addr = { { (uint8_t)(first >> 8), (uint8_t)first } };

	addr.octet[15] = last;
	return addr;
}

static int begin_with(const struct drill_network *network)
{
	if (geteuid() != 0)
		return 0; /* each case skips itself */
	read_namespace(namespace_before, sizeof namespace_before);
	stack = drill_stack_kernel(network, failure);
	if (!stack) {
		fprintf(stderr, "%s\n", failure);
		return strstr(failure, "root") ? 0 : -1;
	}
	stack->sight = see;
	seen_in = seen_out = 0;
	return 0;
}

static int begin(void **state)
{
	const struct drill_network network = {
		.ip_version = DRILL_IPV4,
		.local = hf_ipv4(192, 168, 0, 1),
		.remote = hf_ipv4(192, 0, 2, 1),
		.gateway = hf_ipv4(192, 168, 0, 2),
		.prefix_len = 16,
		.remote_prefix_len = 24,
		.mtu = 1400,
	};

	(void)state;
	return begin_with(&network);
}

static int begin_6(void **state)
{
	const struct drill_network network = {
		.ip_version = DRILL_IPV6,
		.local = ipv6(0xfd3d, 1),
		.remote = ipv6(0x2001, 1),
		.gateway = ipv6(0xfd3d, 2),
		.prefix_len = 48,
		.remote_prefix_len = 32,
		.mtu = 1400,
	};

	(void)state;
	return begin_with(&network);
}

static int end(void **state)
{
	char name[64];

	(void)state;
	if (!stack)
		return 0;
	stack->ops->free(stack);
	stack = NULL;
	read_namespace(name, sizeof name);
	return strcmp(name, namespace_before);
}

static void need(void)
{
	if (!stack)
		skip();
}

/* ---- datagrams --------------------------------------------------------- */

static void inject(uint8_t flags, uint32_t seq, uint32_t ack)
{
	const struct segment segment = {
		.local = stack->network.local,
		.remote = stack->network.remote,
		.flags = flags,
		.seq = seq,
		.ack = ack,
	};
	uint8_t octets[SEGMENT_MOST];
	struct hf_frame frame = {
		.data = octets,
		.len = (uint32_t)segment_write(octets, &segment),
	};

	assert_true(stack->ops->inject(stack, &frame, 1));
}

/* What comes out within a second. */
static struct segment_view expect(uint8_t flags)
{
	hf_time until = stack->ops->now(stack) + HF_SECOND;
	struct drill_sent sent;
	struct segment_view view;

	while (!stack->ops->take(stack, &sent)) {
		assert_true(stack->ops->now(stack) < until);
		assert_true(stack->ops->pass(stack, until));
	}
	assert_true(sent.when <= stack->ops->now(stack));
	assert_true(sent.when + HF_SECOND > stack->ops->now(stack));
	view = segment_read(sent.data, sent.len);
	assert_int_equal(view.flags, flags);
	return view;
}

/* ---- sockets ----------------------------------------------------------- */

static int listen_at(void)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(8080),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(8080),
	};
	bool is_6 = drill_network_is_ipv6(&stack->network);
	int fd = stack->ops->socket(stack, is_6 ? AF_INET6 : AF_INET,
				    SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(
		is_6 ? stack->ops->bind(stack, fd, (struct sockaddr *)&v6,
					sizeof v6)
		     : stack->ops->bind(stack, fd, (struct sockaddr *)&v4,
					sizeof v4),
		0);
	assert_int_equal(stack->ops->listen(stack, fd, 1), 0);
	return fd;
}

struct accepting {
	int fd, result;
};

static void run_accept(void *context)
{
	struct accepting *accepting = context;

	accepting->result =
		stack->ops->accept(stack, accepting->fd, NULL, NULL, 0);
}

static void begin_accept(struct accepting *accepting)
{
	accepting->fd = listen_at();
	accepting->result = -1000;
	stack->ops->begin(stack, run_accept, accepting);
	assert_true(stack->ops->busy(stack));
}

static void handshake(void)
{
	uint32_t iss;

	inject(SEGMENT_SYN, 100, 0);
	iss = expect(SEGMENT_SYN | SEGMENT_ACK).seq;
	inject(SEGMENT_ACK, 101, iss + 1);
}

static void a_blocking_call_ends_when_the_script_lets_it(void)
{
	struct accepting accepting;
	hf_time until;

	need();
	begin_accept(&accepting);
	handshake();
	until = stack->ops->now(stack) + HF_SECOND;
	while (stack->ops->busy(stack) && stack->ops->now(stack) < until)
		assert_true(stack->ops->pass(stack, until));
	assert_false(stack->ops->busy(stack));
	assert_true(accepting.result >= 0);
	assert_int_equal(stack->ops->close(stack, accepting.result), 0);
	(void)expect(SEGMENT_ACK | SEGMENT_FIN);
	assert_int_equal(seen_in, 2);
	assert_int_equal(seen_out, 2);
}

static void works_with_ipv4(void **state)
{
	(void)state;
	a_blocking_call_ends_when_the_script_lets_it();
}

static void works_with_ipv6(void **state)
{
	(void)state;
	a_blocking_call_ends_when_the_script_lets_it();
}

static void a_call_that_never_ends_goes_with_the_stack(void **state)
{
	static struct accepting accepting;

	(void)state;
	need();
	begin_accept(&accepting);
	assert_int_equal(end(NULL), 0);
	assert_int_equal(accepting.result, -EINTR);
}

static void time_passes_until_a_moment(void **state)
{
	struct drill_sent sent;
	hf_time until;

	(void)state;
	need();
	until = stack->ops->now(stack) + 30 * HF_MILLISECOND;
	while (stack->ops->now(stack) < until)
		assert_true(stack->ops->pass(stack, until));
	assert_true(stack->ops->now(stack) < until + 20 * HF_MILLISECOND);
	assert_false(stack->ops->take(stack, &sent));
}

static void a_stranger_is_reset(void **state)
{
	(void)state;
	need();
	inject(SEGMENT_SYN, 1, 0);
	(void)expect(SEGMENT_RST | SEGMENT_ACK);
}

static void settings_are_those_of_the_namespace(void **state)
{
	(void)state;
	need();
	assert_int_equal(
		stack->ops->set(stack, "net.ipv4.tcp_syn_retries", "2"),
		DRILL_SETTING_DONE);
	assert_int_equal(stack->ops->set(stack, "net/ipv4/tcp_sack", "0"),
			 DRILL_SETTING_DONE);
	assert_int_equal(
		stack->ops->set(stack, "net.ipv4.tcp_syn_retries", "many"),
		DRILL_SETTING_VALUE);
	assert_int_equal(stack->ops->set(stack, "net.ipv4.tcp_nothing", "1"),
			 DRILL_SETTING_UNKNOWN);
	assert_int_equal(stack->ops->set(stack, "net.ipv4.tcp_tw_recycle", "1"),
			 DRILL_SETTING_IGNORED);
	assert_int_equal(stack->ops->set(stack, "kernel.hostname", "x"),
			 DRILL_SETTING_IGNORED);
	assert_int_equal(
		stack->ops->set(stack, "net.ipv4.../../kernel/sysrq", "1"),
		DRILL_SETTING_UNKNOWN);
}

/* The program's own descriptors are not for scripts. */
static void what_is_not_the_scripts_is_no_descriptor(void **state)
{
	char octet;

	(void)state;
	need();
	assert_int_equal(stack->ops->read(stack, 0, &octet, 1), -EBADF);
	assert_int_equal(stack->ops->close(stack, 2), -EBADF);
	assert_int_equal(stack->ops->close(stack, -1), -EBADF);
	assert_int_equal(stack->ops->close(stack, 100000), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(works_with_ipv4, begin, end),
		cmocka_unit_test_setup_teardown(works_with_ipv6, begin_6, end),
		cmocka_unit_test_setup_teardown(
			a_call_that_never_ends_goes_with_the_stack, begin, end),
		cmocka_unit_test_setup_teardown(time_passes_until_a_moment,
						begin, end),
		cmocka_unit_test_setup_teardown(a_stranger_is_reset, begin,
						end),
		cmocka_unit_test_setup_teardown(
			settings_are_those_of_the_namespace, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_not_the_scripts_is_no_descriptor, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
