/* SPDX-License-Identifier: MIT */
/* The words of a script that stand for numbers. */
#ifndef TEST_SOCKET_SIDE_NAMES_H
#define TEST_SOCKET_SIDE_NAMES_H

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct name {
	const char *name;
	int a, b;
};

#define NAME(x)                                                                \
	{                                                                      \
#x, x, 0                                                       \
	}

static const struct name message_flags[] = {
	{ "0", 0, 0 },
	{ "peek", MSG_PEEK, 0 },
	{ "all", MSG_WAITALL, 0 },
	{ "oob", MSG_OOB, 0 },
	{ "trunc", MSG_TRUNC, 0 },
	{ "more", MSG_MORE, 0 },
	{ "nosig", MSG_NOSIGNAL, 0 },
	{ "errq", MSG_ERRQUEUE, 0 },
	{ "fast", MSG_FASTOPEN, 0 },
};

static const struct name poll_flags[] = {
	{ "0", 0, 0 },
	{ "in", EPOLLIN, 0 },
	{ "out", EPOLLOUT, 0 },
	{ "rdhup", EPOLLRDHUP, 0 },
	{ "pri", EPOLLPRI, 0 },
	{ "et", (int)EPOLLET, 0 },
	{ "one", EPOLLONESHOT, 0 },
	{ "excl", EPOLLEXCLUSIVE, 0 },
};

static const struct name options[] = {
	{ "reuseaddr", SOL_SOCKET, SO_REUSEADDR },
	{ "reuseport", SOL_SOCKET, SO_REUSEPORT },
	{ "keepalive", SOL_SOCKET, SO_KEEPALIVE },
	{ "oobinline", SOL_SOCKET, SO_OOBINLINE },
	{ "broadcast", SOL_SOCKET, SO_BROADCAST },
	{ "priority", SOL_SOCKET, SO_PRIORITY },
	{ "mark", SOL_SOCKET, SO_MARK },
	{ "sndbuf", SOL_SOCKET, SO_SNDBUF },
	{ "rcvbuf", SOL_SOCKET, SO_RCVBUF },
	{ "rcvlowat", SOL_SOCKET, SO_RCVLOWAT },
	{ "sndlowat", SOL_SOCKET, SO_SNDLOWAT },
	{ "error", SOL_SOCKET, SO_ERROR },
	{ "type", SOL_SOCKET, SO_TYPE },
	{ "protocol", SOL_SOCKET, SO_PROTOCOL },
	{ "domain", SOL_SOCKET, SO_DOMAIN },
	{ "accepts", SOL_SOCKET, SO_ACCEPTCONN },
	{ "zerocopy", SOL_SOCKET, SO_ZEROCOPY },
	{ "peername", SOL_SOCKET, SO_PEERNAME },
	{ "nosuch", SOL_SOCKET, 9999 },
	{ "nodelay", IPPROTO_TCP, TCP_NODELAY },
	{ "cork", IPPROTO_TCP, TCP_CORK },
	{ "maxseg", IPPROTO_TCP, TCP_MAXSEG },
	{ "keepidle", IPPROTO_TCP, TCP_KEEPIDLE },
	{ "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL },
	{ "keepcnt", IPPROTO_TCP, TCP_KEEPCNT },
	{ "syncnt", IPPROTO_TCP, TCP_SYNCNT },
	{ "linger2", IPPROTO_TCP, TCP_LINGER2 },
	{ "defer", IPPROTO_TCP, TCP_DEFER_ACCEPT },
	{ "clamp", IPPROTO_TCP, TCP_WINDOW_CLAMP },
	{ "usertimeout", IPPROTO_TCP, TCP_USER_TIMEOUT },
	{ "notsent", IPPROTO_TCP, TCP_NOTSENT_LOWAT },
	{ "inq", IPPROTO_TCP, TCP_INQ },
	{ "fastopen", IPPROTO_TCP, TCP_FASTOPEN },
	{ "savesyn", IPPROTO_TCP, TCP_SAVE_SYN },
	{ "nosuchtcp", IPPROTO_TCP, 9999 },
	{ "tos", IPPROTO_IP, IP_TOS },
	{ "ttl", IPPROTO_IP, IP_TTL },
	{ "mtudisc", IPPROTO_IP, IP_MTU_DISCOVER },
	{ "recverr", IPPROTO_IP, IP_RECVERR },
	{ "recvtos", IPPROTO_IP, IP_RECVTOS },
	{ "recvttl", IPPROTO_IP, IP_RECVTTL },
	{ "nosuchip", IPPROTO_IP, 9999 },
	{ "v6only", IPPROTO_IPV6, IPV6_V6ONLY },
	{ "tclass", IPPROTO_IPV6, IPV6_TCLASS },
	{ "hops", IPPROTO_IPV6, IPV6_UNICAST_HOPS },
	{ "mtudisc6", IPPROTO_IPV6, IPV6_MTU_DISCOVER },
	{ "recverr6", IPPROTO_IPV6, IPV6_RECVERR },
	{ "nosuch6", IPPROTO_IPV6, 9999 },
};

static const struct name requests[] = {
	NAME(SIOCINQ),	  NAME(SIOCOUTQ), NAME(SIOCOUTQNSD),
	NAME(SIOCATMARK), NAME(FIONBIO),  { "nosuch", 0x5499, 0 },
};

#endif
