/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>

int fixture_start(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	virtual_start(&f->v, NULL);
	f->net = f->v.net;
	*state = f;
	return 0;
}

int fixture_end(void **state)
{
	struct fixture *f = *state;

	virtual_end(&f->v);
	free(f);
	return 0;
}

void fixture_restart(struct fixture *f, const struct virtual_plan *plan)
{
	virtual_end(&f->v);
	virtual_start(&f->v, plan);
	f->net = f->v.net;
}

struct sockaddr_in loopback_port(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr =
					     htonl(INADDR_LOOPBACK) };
}

int make_socket(struct fixture *f)
{
	int fd = hf_net_socket(f->net, AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	return fd;
}

int bind_port(struct fixture *f, int fd, uint16_t port)
{
	struct sockaddr_in in = loopback_port(port);

	return hf_net_bind(f->net, fd, (struct sockaddr *)&in, sizeof in);
}

int connect_port(struct fixture *f, int fd, uint16_t port)
{
	struct sockaddr_in in = loopback_port(port);

	return hf_net_connect(f->net, fd, (struct sockaddr *)&in, sizeof in);
}

int make_listener(struct fixture *f, int backlog)
{
	int fd = make_socket(f);

	assert_int_equal(bind_port(f, fd, PORT), 0);
	assert_int_equal(hf_net_listen(f->net, fd, backlog), 0);
	return fd;
}

void pair_up(struct fixture *f)
{
	f->listener = make_listener(f, 5);
	f->client = make_socket(f);
	assert_int_equal(connect_port(f, f->client, PORT), 0);
	f->server = hf_net_accept(f->net, f->listener, NULL, NULL);
	assert_true(f->server > f->client);
}

int set_int(struct fixture *f, int fd, int level, int name, int value)
{
	return hf_net_setsockopt(f->net, fd, level, name, &value, sizeof value);
}

int get_int(struct fixture *f, int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof value;
	int error = hf_net_getsockopt(f->net, fd, level, name, &value, &len);

	if (error != 0)
		return error;
	assert_int_equal(len, sizeof value);
	return value;
}

void set_nonblocking(struct fixture *f, int fd, bool is_on)
{
	assert_int_equal(
		hf_net_fcntl(f->net, fd, F_SETFL, is_on ? O_NONBLOCK : 0), 0);
}

void set_timeout(struct fixture *f, int fd, int name, unsigned milliseconds)
{
	struct timeval tv = { milliseconds / 1000, milliseconds % 1000 * 1000 };

	assert_int_equal(
		hf_net_setsockopt(f->net, fd, SOL_SOCKET, name, &tv, sizeof tv),
		0);
}

void set_linger(struct fixture *f, int fd, int seconds)
{
	struct linger linger = { 1, seconds };

	assert_int_equal(hf_net_setsockopt(f->net, fd, SOL_SOCKET, SO_LINGER,
					   &linger, sizeof linger),
			 0);
}

unsigned poll_now(struct fixture *f, int fd)
{
	struct pollfd p = { .fd = fd,
			    .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP };

	assert_true(hf_net_poll(f->net, &p, 1, 0) >= 0);
	return (unsigned short)p.revents;
}

void meanwhile(struct fixture *f, hf_time after,
	       void (*call)(struct virtual_net *v))
{
	f->v.meanwhile = call;
	f->v.due = f->v.now + after;
}
