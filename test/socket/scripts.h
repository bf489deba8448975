/* SPDX-License-Identifier: MIT */
/* Scripts that both sides answer alike; by what they are about. */
#ifndef TEST_SOCKET_SCRIPTS_H
#define TEST_SOCKET_SCRIPTS_H

/* A listener at port 1, a client 1 and its other end 2. */
#define PAIR                                                                   \
	"socket 0 4; bind 0 lo4 1; listen 0 5; socket 1 4; "                   \
	"connect 1 lo4 1; accept 2 0; "

static const struct {
	const char *name, *text;
} scripts[] = {
	{ "a new socket",
	  "socket 0 4; poll 0; name 0; peer 0; state 0; get 0 error; "
	  "recv 0 5 0; send 0 5 0; shutdown 0 2; poll 0; recv 0 5 0; "
	  "accept 1 0; read 0 5; ioctl 0 SIOCINQ; ioctl 0 SIOCOUTQ; "
	  "ioctl 0 SIOCATMARK; listen 0 1; poll 0; state 0; recv 0 5 0" },
};

#endif
