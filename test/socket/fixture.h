/* SPDX-License-Identifier: MIT */
/* What the tests of sockets begin with: a net, and a connection in it. */
#ifndef TEST_SOCKET_FIXTURE_H
#define TEST_SOCKET_FIXTURE_H

#include "virtual.h"
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PORT 9877

struct fixture {
	struct virtual_net v; /* first */
	struct hf_net *net; /* v's */
	int listener, client, server; /* pair_up() */
	unsigned times; /* what a test counts */
};

/* A cmocka test with a net that waits in virtual time. */
#define NET_TEST(test)                                                         \
	cmocka_unit_test_setup_teardown(test, fixture_start, fixture_end)

int fixture_start(void **state);
int fixture_end(void **state);
/* A net made by this plan instead. */
void fixture_restart(struct fixture *f, const struct virtual_plan *plan);

struct sockaddr_in loopback_port(uint16_t port);

int make_socket(struct fixture *f);
int bind_port(struct fixture *f, int fd, uint16_t port);
int connect_port(struct fixture *f, int fd, uint16_t port);
/* A listener at PORT. */
int make_listener(struct fixture *f, int backlog);
/* Connects `client` to `server`, which `listener` accepted; all block. */
void pair_up(struct fixture *f);

int set_int(struct fixture *f, int fd, int level, int name, int value);
/* The value, or what went wrong. */
int get_int(struct fixture *f, int fd, int level, int name);
void set_nonblocking(struct fixture *f, int fd, bool is_on);
/* SO_RCVTIMEO or SO_SNDTIMEO. */
void set_timeout(struct fixture *f, int fd, int name, unsigned milliseconds);
void set_linger(struct fixture *f, int fd, int seconds);
/* What poll() says, asked for everything. */
unsigned poll_now(struct fixture *f, int fd);

/* Calls `call` while some call waits, so much later. */
void meanwhile(struct fixture *f, hf_time after,
	       void (*call)(struct virtual_net *v));
static inline struct fixture *fixture_of(struct virtual_net *v)
{
	return (struct fixture *)v;
}

#endif
