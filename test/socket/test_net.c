/* SPDX-License-Identifier: MIT */
/* Descriptors, groups of listeners, edges: what a kernel is not asked here. */
#include "fixture.h"
#include <fcntl.h>
#include <limits.h>
#include <linux/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

/* ---- descriptors ------------------------------------------------------- */

static void numbers_begin_where_told(void **state)
{
	const struct virtual_plan plan = { .options = { .first = 1000,
							.descriptors = 3 } };
	struct fixture *f = *state;
	int fds[2];

	fixture_restart(f, &plan);
	assert_int_equal(make_socket(f), 1000);
	assert_int_equal(make_socket(f), 1001);
	assert_int_equal(hf_net_pipe(f->net, fds), -EMFILE);
	assert_int_equal(make_socket(f), 1002);
	assert_int_equal(hf_net_socket(f->net, AF_INET, SOCK_STREAM, 0),
			 -EMFILE);
	assert_int_equal(hf_net_epoll_create(f->net, 1), -EMFILE);
	assert_int_equal(hf_net_fcntl(f->net, 1000, F_DUPFD, 0), -EMFILE);
	assert_int_equal(hf_net_close(f->net, 1001), 0);
	assert_int_equal(hf_net_close(f->net, 1001), -EBADF);
	assert_int_equal(hf_net_close(f->net, 999), -EBADF);
	assert_int_equal(hf_net_close(f->net, 1003), -EBADF);
	assert_int_equal(hf_net_close(f->net, -1), -EBADF);
	assert_int_equal(make_socket(f), 1001);
}

/* The lowest that is free, whatever the order. */
static void numbers_are_the_lowest(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 6; i++)
		assert_int_equal(make_socket(f), i);
	assert_int_equal(hf_net_close(f->net, 4), 0);
	assert_int_equal(hf_net_close(f->net, 1), 0);
	assert_int_equal(hf_net_fcntl(f->net, 0, F_DUPFD, 3), 4);
	assert_int_equal(hf_net_fcntl(f->net, 0, F_DUPFD, 3), 6);
	assert_int_equal(make_socket(f), 1);
	assert_int_equal(make_socket(f), 7);
	for (int i = 7; i >= 0; i--)
		assert_int_equal(hf_net_close(f->net, i), 0);
	assert_int_equal(make_socket(f), 0);
}

static void accept_needs_a_number(void **state)
{
	const struct virtual_plan plan = { .options = { .descriptors = 3 } };
	struct fixture *f = *state;
	int one;

	fixture_restart(f, &plan);
	f->listener = make_listener(f, 5);
	f->client = make_socket(f);
	one = make_socket(f);
	assert_int_equal(connect_port(f, f->client, PORT), 0);
	assert_int_equal(hf_net_accept(f->net, f->listener, NULL, NULL),
			 -EMFILE);
	assert_int_equal(hf_net_close(f->net, one), 0);
	/* It is still there. */
	assert_int_equal(hf_net_accept(f->net, f->listener, NULL, NULL), one);
}

static void kinds_of_sockets(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hf_net_socket(f->net, AF_UNIX, SOCK_STREAM, 0),
			 -EAFNOSUPPORT);
	assert_int_equal(hf_net_socket(f->net, AF_INET, SOCK_DGRAM, 0),
			 -ESOCKTNOSUPPORT);
	assert_int_equal(
		hf_net_socket(f->net, AF_INET, SOCK_STREAM, IPPROTO_UDP),
		-EPROTONOSUPPORT);
	assert_int_equal(hf_net_socket(f->net, AF_INET, 0x40000000, 0),
			 -EINVAL);
	assert_true(hf_net_socket(f->net, AF_INET6,
				  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				  IPPROTO_TCP) >= 0);
}

static void flags_are_of_the_descriptor_or_the_file(void **state)
{
	struct fixture *f = *state;
	int fd = hf_net_socket(f->net, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int copy = hf_net_fcntl(f->net, fd, F_DUPFD, 10), on = 1;

	assert_int_equal(copy, 10);
	assert_int_equal(hf_net_fcntl(f->net, fd, F_GETFD, 0), FD_CLOEXEC);
	assert_int_equal(hf_net_fcntl(f->net, copy, F_GETFD, 0), 0);
	assert_int_equal(hf_net_ioctl(f->net, copy, FIOCLEX, NULL), 0);
	assert_int_equal(hf_net_fcntl(f->net, copy, F_GETFD, 0), FD_CLOEXEC);
	assert_int_equal(hf_net_ioctl(f->net, copy, FIONBIO, &on), 0);
	assert_int_equal(hf_net_fcntl(f->net, fd, F_GETFL, 0),
			 O_RDWR | O_NONBLOCK);
	assert_int_equal(hf_net_fcntl(f->net, fd, F_DUPFD, -1), -EINVAL);
	assert_int_equal(hf_net_fcntl(f->net, fd, 9999, 0), -EINVAL);
	fd = hf_net_fcntl(f->net, fd, F_DUPFD_CLOEXEC, 0);
	assert_int_equal(hf_net_fcntl(f->net, fd, F_GETFD, 0), FD_CLOEXEC);
}

static void accepted_flags(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->listener = make_listener(f, 5);
	assert_int_equal(connect_port(f, make_socket(f), PORT), 0);
	assert_int_equal(hf_net_accept4(f->net, f->listener, NULL, NULL, 1),
			 -EINVAL);
	fd = hf_net_accept4(f->net, f->listener, NULL, NULL,
			    SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_int_equal(hf_net_fcntl(f->net, fd, F_GETFL, 0),
			 O_RDWR | O_NONBLOCK);
	assert_int_equal(hf_net_fcntl(f->net, fd, F_GETFD, 0), FD_CLOEXEC);
}

/* ---- mistakes with memory ---------------------------------------------- */

static void addresses_of_any_length(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in in = loopback_port(PORT);
	socklen_t len = 4;
	uint8_t octets[5] = { [4] = 0xaa };

	pair_up(f);
	assert_int_equal(
		hf_net_getsockname(f->net, f->listener, (void *)octets, &len),
		0);
	assert_int_equal(len, sizeof in);
	assert_memory_equal(octets, &in, 4);
	assert_int_equal(octets[4], 0xaa);
	len = (socklen_t)-1;
	assert_int_equal(hf_net_getpeername(f->net, f->client,
					    (struct sockaddr *)&in, &len),
			 -EINVAL);
	assert_int_equal(hf_net_getpeername(f->net, f->client, NULL, &len),
			 -EFAULT);
	assert_int_equal(hf_net_bind(f->net, make_socket(f), NULL, 16),
			 -EFAULT);
	assert_int_equal(
		hf_net_bind(f->net, make_socket(f), (struct sockaddr *)&in, 15),
		-EINVAL);
	assert_int_equal(hf_net_connect(f->net, make_socket(f),
					(struct sockaddr *)&in, 1),
			 -EINVAL);
}

static void vectors(void **state)
{
	static struct iovec many[1025];
	struct fixture *f = *state;
	char a[3], b[10];
	struct iovec iov[3] = { { a, 3 }, { NULL, 0 }, { b, 10 } };
	struct msghdr message = { .msg_iov = many, .msg_iovlen = 1025 };

	pair_up(f);
	assert_int_equal(hf_net_write(f->net, f->client, "abcdefgh", 8), 8);
	assert_int_equal(hf_net_readv(f->net, f->server, iov, 3), 8);
	assert_memory_equal(a, "abc", 3);
	assert_memory_equal(b, "defgh", 5);
	assert_int_equal(hf_net_writev(f->net, f->server, iov, 3), 13);
	assert_int_equal(hf_net_readv(f->net, f->client, many, 1025), -EINVAL);
	assert_int_equal(hf_net_readv(f->net, f->client, many, -1), -EINVAL);
	assert_int_equal(hf_net_readv(f->net, f->client, NULL, 1), -EFAULT);
	assert_int_equal(hf_net_sendmsg(f->net, f->client, &message, 0),
			 -EMSGSIZE);
	assert_int_equal(hf_net_recvmsg(f->net, f->client, &message, 0),
			 -EMSGSIZE);
	assert_int_equal(hf_net_recvmsg(f->net, f->client, NULL, 0), -EFAULT);
	assert_int_equal(hf_net_write(f->net, f->client, NULL, 5), -EFAULT);
	many[0].iov_len = many[1].iov_len = (size_t)SSIZE_MAX;
	many[0].iov_base = many[1].iov_base = a;
	assert_int_equal(hf_net_readv(f->net, f->client, many, 2), -EINVAL);
	memset(many, 0, sizeof many);
}

static void sigpipe_is_told(void **state)
{
	struct fixture *f = *state;

	pair_up(f);
	assert_int_equal(hf_net_shutdown(f->net, f->client, SHUT_WR), 0);
	assert_int_equal(hf_net_send(f->net, f->client, "x", 1, MSG_NOSIGNAL),
			 -EPIPE);
	assert_int_equal(f->v.broken_pipes, 0);
	assert_int_equal(hf_net_send(f->net, f->client, "x", 1, 0), -EPIPE);
	assert_int_equal(f->v.broken_pipes, 1);
	assert_int_equal(hf_net_write(f->net, f->client, "x", 1), -EPIPE);
	assert_int_equal(f->v.broken_pipes, 2);
}

static void fast_open_connects(void **state)
{
	struct sockaddr_in in = loopback_port(PORT);
	struct fixture *f = *state;
	char buf[8];

	f->listener = make_listener(f, 1);
	f->client = make_socket(f);
	assert_int_equal(hf_net_sendto(f->net, f->client, "hello", 5,
				       MSG_FASTOPEN, (struct sockaddr *)&in,
				       sizeof in),
			 5);
	f->server = hf_net_accept(f->net, f->listener, NULL, NULL);
	assert_int_equal(hf_net_read(f->net, f->server, buf, sizeof buf), 5);
}

/* ---- groups ------------------------------------------------------------ */

#define CLIENTS 64

/* All get some, and what one has waiting goes with it. */
static void a_group_shares(void **state)
{
	struct fixture *f = *state;
	int listeners[3], clients[CLIENTS], accepted[3] = { 0 };

	for (int i = 0; i < 3; i++) {
		listeners[i] = make_socket(f);
		set_nonblocking(f, listeners[i], true);
		set_int(f, listeners[i], SOL_SOCKET, SO_REUSEPORT, 1);
		assert_int_equal(bind_port(f, listeners[i], PORT), 0);
		assert_int_equal(hf_net_listen(f->net, listeners[i], CLIENTS),
				 0);
	}
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = make_socket(f);
		assert_int_equal(connect_port(f, clients[i], PORT), 0);
	}
	virtual_settle(&f->v);
	assert_int_equal(hf_net_close(f->net, listeners[1]), 0);
	virtual_settle(&f->v);
	for (int i = 0; i < 3; i += 2) {
		while (hf_net_accept(f->net, listeners[i], NULL, NULL) >= 0)
			accepted[i]++;
	}
	for (int i = 0; i < CLIENTS; i++)
		accepted[1] += !!(poll_now(f, clients[i]) & POLLERR);
	assert_int_equal(accepted[0] + accepted[1] + accepted[2], CLIENTS);
	for (int i = 0; i < 3; i++)
		assert_true(accepted[i] > CLIENTS / 10);
}

/* A member that is full is passed over; all full, and none comes in. */
static void a_group_has_the_room_of_its_members(void **state)
{
	struct fixture *f = *state;
	int listeners[2], open = 0;

	for (int i = 0; i < 2; i++) {
		listeners[i] = make_socket(f);
		set_int(f, listeners[i], SOL_SOCKET, SO_REUSEPORT, 1);
		assert_int_equal(bind_port(f, listeners[i], PORT), 0);
		assert_int_equal(hf_net_listen(f->net, listeners[i], 2), 0);
	}
	for (int i = 0; i < 8; i++) {
		int fd = make_socket(f);

		set_nonblocking(f, fd, true);
		connect_port(f, fd, PORT);
		virtual_settle(&f->v);
		open += poll_now(f, fd) == POLLOUT;
	}
	assert_int_equal(open, 6);
}

/* ---- edges of writing -------------------------------------------------- */

static int watch(struct fixture *f, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };
	int e = hf_net_epoll_create1(f->net, EPOLL_CLOEXEC);

	assert_int_equal(hf_net_epoll_ctl(f->net, e, EPOLL_CTL_ADD, fd, &event),
			 0);
	return e;
}

static unsigned events_of(struct fixture *f, int e)
{
	struct epoll_event event = { .events = 0 };

	hf_net_epoll_wait(f->net, e, &event, 1, 0);
	return event.events;
}

static void drain(struct fixture *f, int fd)
{
	static char buf[65536];

	while (hf_net_recv(f->net, fd, buf, sizeof buf, MSG_DONTWAIT) > 0)
		virtual_settle(&f->v);
}

/* An edge for each time that there is room again, and none before. */
static void room_is_an_edge(void **state)
{
	static char data[1 << 20];
	struct fixture *f = *state;
	int e;

	pair_up(f);
	set_nonblocking(f, f->client, true);
	e = watch(f, f->client, EPOLLOUT | EPOLLET);
	assert_int_equal(events_of(f, e), EPOLLOUT);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(events_of(f, e), 0);
		while (hf_net_write(f->net, f->client, data, sizeof data) > 0)
			virtual_settle(&f->v);
		assert_int_equal(events_of(f, e), 0);
		assert_int_equal(poll_now(f, f->client), 0);
		drain(f, f->server);
		virtual_pass(&f->v, HF_SECOND);
		drain(f, f->server);
		assert_int_equal(events_of(f, e), EPOLLOUT);
	}
}

/* Written to the brim, without ever being refused. */
static void room_after_the_brim(void **state)
{
	static char data[1 << 20];
	struct fixture *f = *state;
	struct hf_status status;
	int e;

	pair_up(f);
	f->v.is_cut = true;
	assert_int_equal(
		hf_status(f->v.host, hf_net_handle(f->net, f->client), &status),
		HF_OK);
	assert_int_equal(
		hf_net_write(f->net, f->client, data, status.send_room),
		status.send_room);
	e = watch(f, f->client, EPOLLOUT);
	assert_int_equal(events_of(f, e), 0);
	f->v.is_cut = false;
	virtual_pass(&f->v, 2 * HF_SECOND);
	drain(f, f->server);
	virtual_pass(&f->v, 2 * HF_SECOND);
	drain(f, f->server);
	assert_int_equal(events_of(f, e), EPOLLOUT);
}

static void notsent_lowat_limits_what_waits(void **state)
{
	static char data[1 << 16];
	struct fixture *f = *state;

	pair_up(f);
	f->v.is_cut = true;
	set_int(f, f->client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1000);
	assert_int_equal(hf_net_write(f->net, f->client, data, 900), 900);
	assert_int_equal(poll_now(f, f->client), POLLOUT);
	assert_int_equal(hf_net_write(f->net, f->client, data, 65000), 65000);
	assert_int_equal(poll_now(f, f->client), 0);
	f->v.is_cut = false;
}

/* Each in its turn, though there is room for one at a time only. */
static void nobody_starves(void **state)
{
	struct fixture *f = *state;
	struct epoll_event event = { .events = EPOLLOUT };
	int e = hf_net_epoll_create1(f->net, 0);
	bool seen[3] = { false };
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = make_socket(f);
		event.data.u32 = (uint32_t)i;
		assert_int_equal(hf_net_epoll_ctl(f->net, e, EPOLL_CTL_ADD,
						  fds[i], &event),
				 0);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(hf_net_epoll_wait(f->net, e, &event, 1, 0), 1);
		seen[event.data.u32] = true;
	}
	assert_true(seen[0] && seen[1] && seen[2]);
}

/* ---- a host that moves ------------------------------------------------- */

static void a_host_may_move(void **state)
{
	struct fixture *f = *state;
	const size_t size = VIRTUAL_BLOCK;
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char buf[8];

	pair_up(f);
	assert_int_equal(hf_net_write(f->net, f->client, "hello", 5), 5);
	assert_ptr_not_equal(copy, MAP_FAILED);
	memcpy(copy, f->v.block, size);
	munmap(f->v.block, size);
	f->v.block = copy;
	assert_int_equal(hf_host_attach(copy, size, &f->v.host), HF_OK);
	hf_net_attach(f->net, f->v.host);
	assert_int_equal(hf_net_read(f->net, f->server, buf, sizeof buf), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(numbers_begin_where_told),
		NET_TEST(numbers_are_the_lowest),
		NET_TEST(accept_needs_a_number),
		NET_TEST(kinds_of_sockets),
		NET_TEST(flags_are_of_the_descriptor_or_the_file),
		NET_TEST(accepted_flags),
		NET_TEST(addresses_of_any_length),
		NET_TEST(vectors),
		NET_TEST(sigpipe_is_told),
		NET_TEST(fast_open_connects),
		NET_TEST(a_group_shares),
		NET_TEST(a_group_has_the_room_of_its_members),
		NET_TEST(room_is_an_edge),
		NET_TEST(room_after_the_brim),
		NET_TEST(notsent_lowat_limits_what_waits),
		NET_TEST(nobody_starves),
		NET_TEST(a_host_may_move),
	};

	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
