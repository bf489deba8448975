/* SPDX-License-Identifier: MIT */
/*
 * libhandfast-packetdrill.so, as packetdrill uses it: loaded twice, by
 * LD_PRELOAD and by dlopen().
 */
#define _GNU_SOURCE
#include "driver.h"
#include "segment.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define SECOND 1000000 /* in microseconds */
#define TCP_INFO_NUMBER 11
#define TCP_CC_INFO_NUMBER 26
#define SO_MEMINFO_NUMBER 55
#define STATE_ESTABLISHED 1

static struct hf_addr local, remote;
static uint32_t their_seq, our_ack;

static int begin(void **state)
{
	(void)state;
	local = hf_ipv4(192, 168, 0, 1);
	remote = hf_ipv4(192, 0, 2, 1);
	driver_begin(NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	driver_end();
	return 0;
}

/* ---- datagrams --------------------------------------------------------- */

static void inject(uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	const struct segment segment = {
		.local = local,
		.remote = remote,
		.flags = flags,
		.seq = seq,
		.ack = ack,
		.len = len,
	};
	uint8_t octets[SEGMENT_MOST];

	assert_int_equal(driver.netdev_send(driver.userdata, octets,
					    segment_write(octets, &segment)),
			 0);
}

/* The next that comes out, and when; the room is as packetdrill's. */
static struct segment_view sniff(int64_t *when)
{
	static uint8_t octets[65536];
	size_t count = sizeof octets;
	long long usecs = 0;
	struct timeval tv;
	int64_t now = driver_now(), wall;

	driver.gettimeofday(driver.userdata, &tv, NULL);
	wall = (int64_t)tv.tv_sec * SECOND + tv.tv_usec;
	assert_int_equal(
		driver.netdev_receive(driver.userdata, octets, &count, &usecs),
		0);
	if (count == 0)
		return (struct segment_view){ 0 };
	*when = usecs - (wall - now) + 1;
	return segment_read(octets, count);
}

static struct segment_view expect(uint8_t flags)
{
	int64_t when;
	struct segment_view view = sniff(&when);

	assert_int_equal(view.flags, flags);
	return view;
}

/* ---- sockets ------------------------------------------------------------- */

static int listen_at(void)
{
	const struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(8080),
	};
	int fd = driver.socket(driver.userdata, AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 1000);
	assert_int_equal(driver.bind(driver.userdata, fd,
				     (const struct sockaddr *)&addr,
				     sizeof addr),
			 0);
	assert_int_equal(driver.listen(driver.userdata, fd, 1), 0);
	return fd;
}

static void handshake(void)
{
	inject(SEGMENT_SYN, 100, 0, 0);
	our_ack = expect(SEGMENT_SYN | SEGMENT_ACK).seq + 1;
	their_seq = 101;
	inject(SEGMENT_ACK, their_seq, our_ack, 0);
}

static int accepted(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	int result = driver.accept(driver.userdata, fd,
				   (struct sockaddr *)&from, &len);

	assert_true(result >= 1000);
	assert_int_equal(from.sin_port, htons(40000));
	assert_memory_equal(&from.sin_addr, remote.octet + 12, 4);
	return result;
}

static void a_connection_from_syn_to_fin(void **state)
{
	int listener = listen_at(), fd;
	char text[16];

	(void)state;
	handshake();
	fd = accepted(listener);
	inject(SEGMENT_ACK | SEGMENT_PSH, their_seq, our_ack, 10);
	(void)expect(SEGMENT_ACK);
	assert_int_equal(driver.read(driver.userdata, fd, text, sizeof text),
			 10);
	assert_int_equal(driver.write(driver.userdata, fd, "abc", 3), 3);
	assert_int_equal(expect(SEGMENT_ACK | SEGMENT_PSH).len, 3);
	inject(SEGMENT_ACK, their_seq + 10, our_ack + 3, 0);
	assert_int_equal(driver.close(driver.userdata, fd), 0);
	(void)expect(SEGMENT_ACK | SEGMENT_FIN);
	assert_int_equal(driver.close(driver.userdata, fd), -1);
	assert_int_equal(errno, EBADF);
}

static ssize_t call_accept(void *context)
{
	return driver.accept(driver.userdata, *(int *)context, NULL, NULL);
}

/* 0.2 accept() from the second thread, as +0...0.2 in a script. */
static void a_blocking_accept_ends_when_its_cause_comes(void **state)
{
	int listener = listen_at();
	struct driver_result result;

	(void)state;
	driver_begin_call(call_accept, &listener);
	assert_false(driver_call_is_over());
	driver_wait_until(SECOND / 10);
	inject(SEGMENT_SYN, 100, 0, 0);
	our_ack = expect(SEGMENT_SYN | SEGMENT_ACK).seq + 1;
	assert_false(driver_call_is_over());
	driver_wait_until(SECOND / 5);
	inject(SEGMENT_ACK, 101, our_ack, 0);
	driver_wait_until(3600ll * SECOND);
	result = driver_end_call();
	assert_true(result.result >= 1000);
	assert_in_range(result.when, SECOND / 5, SECOND / 5 + 10);
}

struct poll_call {
	int fd, timeout;
};

static ssize_t call_poll(void *context)
{
	const struct poll_call *call = context;
	struct pollfd one = { .fd = call->fd, .events = POLLIN };

	return driver.poll(driver.userdata, &one, 1, call->timeout);
}

/* Its end is a moment of its own, which the main thread must not pass. */
static void a_timeout_ends_at_its_time(void **state)
{
	struct poll_call call = { listen_at(), 250 };
	int64_t began = driver_now();
	struct driver_result result;

	(void)state;
	driver_begin_call(call_poll, &call);
	driver_wait_until(10 * SECOND);
	result = driver_end_call();
	assert_int_equal(result.result, 0);
	assert_in_range(result.when, began + SECOND / 4,
			began + SECOND / 4 + 10);
}

/* A read that wakes without getting what it wants sleeps again. */
static ssize_t call_read_all(void *context)
{
	char text[30];

	return driver.recv(driver.userdata, *(int *)context, text, sizeof text,
			   MSG_WAITALL);
}

static void a_call_may_wake_more_than_once(void **state)
{
	int listener = listen_at(), fd;
	struct driver_result result;

	(void)state;
	handshake();
	fd = accepted(listener);
	driver_begin_call(call_read_all, &fd);
	for (uint32_t i = 0; i < 3; i++) {
		assert_false(driver_call_is_over());
		driver_wait_until((i + 1) * SECOND);
		inject(SEGMENT_ACK | SEGMENT_PSH, their_seq + 10 * i, our_ack,
		       10);
	}
	driver_wait_until(4 * SECOND);
	result = driver_end_call();
	assert_int_equal(result.result, 30);
	assert_in_range(result.when, 3 * SECOND, 3 * SECOND + 10);
}

/* ---- time --------------------------------------------------------------- */

static void an_hour_takes_no_time(void **state)
{
	struct timespec before, after;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	driver_wait_until(3600ll * SECOND);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(driver_now(), 3600ll * SECOND, 3600ll * SECOND + 5);
	assert_true(after.tv_sec - before.tv_sec < 5);
}

static void retransmissions_have_their_times(void **state)
{
	static const int64_t due[] = { 1, 3, 7 };
	int64_t began, when;

	(void)state;
	(void)listen_at();
	inject(SEGMENT_SYN, 100, 0, 0);
	began = driver_now();
	(void)expect(SEGMENT_SYN | SEGMENT_ACK);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(sniff(&when).flags, SEGMENT_SYN | SEGMENT_ACK);
		assert_in_range(when - began, due[i] * SECOND - 10,
				due[i] * SECOND + 10);
	}
}

/* They are still there, with their times, when packetdrill looks late. */
static void what_came_out_waits(void **state)
{
	int64_t when;

	(void)state;
	(void)listen_at();
	inject(SEGMENT_SYN, 100, 0, 0);
	driver_wait_until(10 * SECOND);
	assert_int_equal(sniff(&when).flags, SEGMENT_SYN | SEGMENT_ACK);
	assert_in_range(when, 0, 100);
	(void)sniff(&when);
	assert_in_range(when, SECOND, SECOND + 100);
}

static void nothing_to_come_is_told(void **state)
{
	int64_t when;

	(void)state;
	assert_int_equal(sniff(&when).flags, 0);
}

/* A call that the script does not expect to block must not hang. */
static void a_call_that_cannot_end_fails(void **state)
{
	(void)state;
	assert_int_equal(
		driver.accept(driver.userdata, listen_at(), NULL, NULL), -1);
	assert_int_equal(errno, EDEADLK);
}

/* ---- what goes around the interface -------------------------------------- */

static void code_finds_tcp_info_with_the_c_library(void **state)
{
	int listener = listen_at(), fd;
	uint8_t info[280] = { 0 }, congestion[20];
	uint32_t memory[9];
	socklen_t len = sizeof info;

	(void)state;
	handshake();
	fd = accepted(listener);
	assert_int_equal(
		getsockopt(fd, IPPROTO_TCP, TCP_INFO_NUMBER, info, &len), 0);
	assert_int_equal(len, 280);
	assert_int_equal(info[0], STATE_ESTABLISHED);
	len = sizeof congestion;
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_CC_INFO_NUMBER,
				    congestion, &len),
			 0);
	len = sizeof memory;
	assert_int_equal(
		getsockopt(fd, SOL_SOCKET, SO_MEMINFO_NUMBER, memory, &len), 0);
	assert_int_equal(close(fd), 0);
	(void)expect(SEGMENT_ACK | SEGMENT_FIN);
	assert_int_equal(close(fd), -1);
	assert_int_equal(errno, EBADF);
}

static void other_descriptors_are_the_kernels(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), type = 0;
	socklen_t len = sizeof type;

	(void)state;
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len), 0);
	assert_int_equal(type, SOCK_STREAM);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(fd), -1);
	assert_int_equal(errno, EBADF);
	assert_null(getenv("LD_PRELOAD"));
}

/* ---- so_flags ------------------------------------------------------------ */

static int begin_with_flags(void **state)
{
	(void)state;
	local = hf_ipv4(10, 1, 2, 3);
	remote = hf_ipv4(192, 0, 2, 1);
	driver_begin("local=10.1.2.3,local=2001:db8::7,mtu=1000,"
		     "net.ipv4.tcp_synack_retries=1,"
		     "net.ipv4.tcp_rmem=4096 8192 16384");
	return 0;
}

static int bind_at(const char *name)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = driver.socket(driver.userdata, AF_INET, SOCK_STREAM, 0);

	assert_int_equal(inet_pton(AF_INET, name, &addr.sin_addr), 1);
	if (driver.bind(driver.userdata, fd, (struct sockaddr *)&addr,
			sizeof addr) == 0)
		return 0;
	return errno;
}

static void flags_say_what_the_host_is(void **state)
{
	int64_t when;

	(void)state;
	assert_int_equal(bind_at("10.1.2.3"), 0);
	assert_int_equal(bind_at("192.168.0.1"), EADDRNOTAVAIL);
	(void)listen_at();
	inject(SEGMENT_SYN, 100, 0, 0);
	(void)expect(SEGMENT_SYN | SEGMENT_ACK);
	(void)expect(SEGMENT_SYN | SEGMENT_ACK);
	assert_int_equal(sniff(&when).flags, 0); /* once again, and no more */
}

static void an_address_is_learned(void **state)
{
	(void)state;
	assert_int_equal(bind_at("10.9.8.7"), 0);
	local = hf_ipv4(192, 168, 230, 74);
	(void)listen_at();
	inject(SEGMENT_SYN, 100, 0, 0);
	(void)expect(SEGMENT_SYN | SEGMENT_ACK);
}

/* What a process that begins with these flags says, and how it ends. */
static int status_with(const char *flags, char *said, size_t size)
{
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 2);
		driver_begin(flags);
		_exit(0);
	}
	close(fds[1]);
	n = read(fds[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void bad_flags_are_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "locale=1.2.3.4", "'locale'" },
		{ "local=1.2.3", "'1.2.3'" },
		{ "mtu=100", "'100'" },
		{ "mtu=65536", "'65536'" },
		{ "net.ipv4.tcp_sack=x", "tcp_sack" },
		{ "profile=bsd", "'bsd'" },
		{ "mtu=1500,word", "'word'" },
	};
	char said[256];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(status_with(bad[i][0], said, sizeof said), 1);
		assert_non_null(strstr(said, bad[i][1]));
	}
	assert_int_equal(
		status_with("net.ipv4.tcp_fastopen=1", said, sizeof said), 0);
	assert_non_null(strstr(said, "ignored"));
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_connection_from_syn_to_fin,
						begin, end),
		cmocka_unit_test_setup_teardown(
			a_blocking_accept_ends_when_its_cause_comes, begin,
			end),
		cmocka_unit_test_setup_teardown(a_timeout_ends_at_its_time,
						begin, end),
		cmocka_unit_test_setup_teardown(a_call_may_wake_more_than_once,
						begin, end),
		cmocka_unit_test_setup_teardown(an_hour_takes_no_time, begin,
						end),
		cmocka_unit_test_setup_teardown(
			retransmissions_have_their_times, begin, end),
		cmocka_unit_test_setup_teardown(what_came_out_waits, begin,
						end),
		cmocka_unit_test_setup_teardown(nothing_to_come_is_told, begin,
						end),
		cmocka_unit_test_setup_teardown(a_call_that_cannot_end_fails,
						begin, end),
		cmocka_unit_test_setup_teardown(
			code_finds_tcp_info_with_the_c_library, begin, end),
		cmocka_unit_test_setup_teardown(
			other_descriptors_are_the_kernels, begin, end),
		cmocka_unit_test_setup_teardown(flags_say_what_the_host_is,
						begin_with_flags, end),
		cmocka_unit_test_setup_teardown(an_address_is_learned, begin,
						end),
		cmocka_unit_test(bad_flags_are_refused),
	};

	(void)count;
	if (!getenv("HF_IS_PRELOADED")) {
		setenv("HF_IS_PRELOADED", "1", 1);
		setenv("LD_PRELOAD", SHARED_OBJECT, 1);
		execv("/proc/self/exe", arguments);
		perror("execv");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
