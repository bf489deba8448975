/* SPDX-License-Identifier: MIT */
/* Listening sockets, alone or in groups, and what waits to be accepted. */
#ifndef SOCKET_LISTEN_H
#define SOCKET_LISTEN_H

#include "socket.h"

/* A listener of the host, and the sockets that share what it accepts. */
struct listening {
	struct hf_net *net;
	struct hf_handle handle;
	struct socket *members; /* by next_listening; never none */
};

/* Connections of this listener are complete. */
void listen_completed(struct listening *l);
struct hf_handle listen_handle(const struct socket *s);
/* Leaves the group; what waits at this socket is reset. */
void listen_stop(struct socket *s);

#endif
