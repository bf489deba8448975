/* SPDX-License-Identifier: MIT */
/*
 * The same calls, made to the running kernel over its loopback interface and
 * to a net over its host's, and what both answer as text. A script is a list
 * of calls between semicolons, about sockets of number 0 to 9:
 *
 *	socket 0 4		socket 0 of IPv4; nonblocking, as all are
 *	bind 0 lo4 1		to an address and a port of the script's own
 *	listen 0 2
 *
 * differential.c has the table of calls.
 */
#ifndef TEST_SOCKET_DIFFERENTIAL_H
#define TEST_SOCKET_DIFFERENTIAL_H

#include <handfast/socket.h>
#include <stdbool.h>

#define SLOTS_OF_SCRIPT 10
#define PORTS_OF_SCRIPT 16

struct virtual_net;

/* Who answers: the kernel if v is NULL. */
struct side {
	struct virtual_net *v;
	int fd[SLOTS_OF_SCRIPT]; /* -1: closed */
	uint16_t base; /* of the script's ports */
	unsigned patience; /* microseconds after each call */
};

void side_start(struct side *s, struct virtual_net *v, uint16_t base);
void side_end(struct side *s);

/* Makes one call; writes what it answered. False: it cannot be read. */
bool side_call(struct side *s, const char *call, char *answer, size_t len);

#endif
