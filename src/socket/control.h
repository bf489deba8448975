/* SPDX-License-Identifier: MIT */
/* Control messages of recvmsg(). */
#ifndef SOCKET_CONTROL_H
#define SOCKET_CONTROL_H

#include "socket.h"

/* Writes those that are asked for; MSG_CTRUNC if they do not fit. */
void control_write(const struct socket *s, struct msghdr *message);

#endif
