/* SPDX-License-Identifier: MIT */
/* Sockets in virtual time: what a single thread sees of them. */
#include "virtual.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PORT 9877

struct fixture {
	struct virtual v;
	int listener, client, server;
};

static struct sockaddr_in address(uint32_t host, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(host) };
}

static int bind_to(struct virtual *v, int fd, uint16_t port)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, port);

	return hf_net_bind(v->net, fd, (struct sockaddr *)&in, sizeof in);
}

static int connect_to(struct virtual *v, int fd, uint16_t port)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, port);

	return hf_net_connect(v->net, fd, (struct sockaddr *)&in, sizeof in);
}

static void pair(struct fixture *f)
{
	struct hf_net *net = f->v.net;

	f->listener = hf_net_socket(net, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind_to(&f->v, f->listener, PORT), 0);
	assert_int_equal(hf_net_listen(net, f->listener, 5), 0);
	f->client = hf_net_socket(net, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect_to(&f->v, f->client, PORT), 0);
	f->server = hf_net_accept(net, f->listener, NULL, NULL);
	assert_true(f->server > 0);
}

static int start(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	virtual_start(&f->v, NULL);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	virtual_end(&f->v);
	free(f);
	return 0;
}

static void talks(void **state)
{
	struct fixture *f = *state;
	struct hf_net *net = f->v.net;
	char buf[16];

	pair(f);
	assert_int_equal(hf_net_write(net, f->client, "hello", 5), 5);
	assert_int_equal(hf_net_read(net, f->server, buf, sizeof buf), 5);
	assert_memory_equal(buf, "hello", 5);
	assert_int_equal(hf_net_close(net, f->client), 0);
	assert_int_equal(hf_net_read(net, f->server, buf, sizeof buf), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(talks, start, end),
	};

	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
