/* SPDX-License-Identifier: MIT */
/*
 * The calls of scripts, to the sockets of the net: under the lock, and with
 * errno instead of a negative result.
 */
#define _GNU_SOURCE
#include "packetdrill_call.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct packetdrill *enter(void *userdata)
{
	struct packetdrill *p = userdata;

	pthread_mutex_lock(&p->lock);
	return p;
}

/* What a call has done shows at once, on the wire and to others. */
static ssize_t leave(struct packetdrill *p, ssize_t result)
{
	clock_settle(p);
	pthread_mutex_unlock(&p->lock);
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

/* Makes a call of the net's, and returns what it did. */
#define CALL(type, userdata, call, ...)                                        \
	do {                                                                   \
		struct packetdrill *p_ = enter(userdata);                      \
                                                                               \
		return (type)leave(p_, hf_net_##call(p_->net, __VA_ARGS__));   \
	} while (0)

/* ---- sockets ------------------------------------------------------------ */

/* What sysctl settings say of new sockets. */
static void begin_socket(struct packetdrill *p, int fd, int domain)
{
	const int on = 1, dont = 0; /* IP_PMTUDISC_DONT, and that of IPv6 */

	if (domain == AF_INET6 && p->flags.sockets.ipv6_only)
		hf_net_setsockopt(p->net, fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				  sizeof on);
	if (p->flags.sockets.no_path_mtu)
		hf_net_setsockopt(p->net, fd, IPPROTO_IP, IP_MTU_DISCOVER,
				  &dont, sizeof dont);
}

static int call_socket(void *userdata, int domain, int type, int protocol)
{
	struct packetdrill *p = enter(userdata);
	int fd = hf_net_socket(p->net, domain, type, protocol);

	if (fd >= 0)
		begin_socket(p, fd, domain);
	return (int)leave(p, fd);
}

static void learn(struct packetdrill *p, const struct sockaddr *addr,
		  socklen_t len)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;
	struct hf_addr local = hf_ipv4(0, 0, 0, 0);

	if (addr && len >= sizeof v4 && addr->sa_family == AF_INET) {
		memcpy(&v4, addr, sizeof v4);
		memcpy(local.octet + 12, &v4.sin_addr, 4);
	} else if (addr && len >= sizeof v6 && addr->sa_family == AF_INET6) {
		memcpy(&v6, addr, sizeof v6);
		memcpy(local.octet, &v6.sin6_addr, 16);
	}
	traffic_learn(p, local);
}

static int call_bind(void *userdata, int fd, const struct sockaddr *addr,
		     socklen_t len)
{
	struct packetdrill *p = enter(userdata);

	learn(p, addr, len);
	return (int)leave(p, hf_net_bind(p->net, fd, addr, len));
}

static int call_listen(void *userdata, int fd, int backlog)
{
	CALL(int, userdata, listen, fd, backlog);
}

static int call_accept(void *userdata, int fd, struct sockaddr *addr,
		       socklen_t *len)
{
	CALL(int, userdata, accept, fd, addr, len);
}

static int call_connect(void *userdata, int fd, const struct sockaddr *addr,
			socklen_t len)
{
	CALL(int, userdata, connect, fd, addr, len);
}

static int call_shutdown(void *userdata, int fd, int how)
{
	CALL(int, userdata, shutdown, fd, how);
}

int packetdrill_close(void *userdata, int fd)
{
	CALL(int, userdata, close, fd);
}

/* ---- octets ------------------------------------------------------------- */

static ssize_t call_read(void *userdata, int fd, void *buf, size_t len)
{
	CALL(ssize_t, userdata, read, fd, buf, len);
}

static ssize_t call_readv(void *userdata, int fd, const struct iovec *iov,
			  int count)
{
	CALL(ssize_t, userdata, readv, fd, iov, count);
}

static ssize_t call_recv(void *userdata, int fd, void *buf, size_t len,
			 int flags)
{
	CALL(ssize_t, userdata, recv, fd, buf, len, flags);
}

static ssize_t call_recvfrom(void *userdata, int fd, void *buf, size_t len,
			     int flags, struct sockaddr *addr,
			     socklen_t *addr_len)
{
	CALL(ssize_t, userdata, recvfrom, fd, buf, len, flags, addr, addr_len);
}

static ssize_t call_recvmsg(void *userdata, int fd, struct msghdr *message,
			    int flags)
{
	CALL(ssize_t, userdata, recvmsg, fd, message, flags);
}

static ssize_t call_write(void *userdata, int fd, const void *buf, size_t len)
{
	CALL(ssize_t, userdata, write, fd, buf, len);
}

static ssize_t call_writev(void *userdata, int fd, const struct iovec *iov,
			   int count)
{
	CALL(ssize_t, userdata, writev, fd, iov, count);
}

static ssize_t call_send(void *userdata, int fd, const void *buf, size_t len,
			 int flags)
{
	CALL(ssize_t, userdata, send, fd, buf, len, flags);
}

static ssize_t call_sendto(void *userdata, int fd, const void *buf, size_t len,
			   int flags, const struct sockaddr *addr,
			   socklen_t addr_len)
{
	CALL(ssize_t, userdata, sendto, fd, buf, len, flags, addr, addr_len);
}

static ssize_t call_sendmsg(void *userdata, int fd,
			    const struct msghdr *message, int flags)
{
	CALL(ssize_t, userdata, sendmsg, fd, message, flags);
}

static ssize_t call_splice(void *userdata, int fd_in, loff_t *off_in,
			   int fd_out, loff_t *off_out, size_t len,
			   unsigned flags)
{
	CALL(ssize_t, userdata, splice, fd_in, off_in, fd_out, off_out, len,
	     flags);
}

/* ---- options ------------------------------------------------------------ */

/* packetdrill's third argument is an int, or there is none. */
static int call_fcntl(void *userdata, int fd, int command, ...)
{
	va_list arguments;
	int argument;

	va_start(arguments, command);
	argument = va_arg(arguments, int);
	va_end(arguments);
	CALL(int, userdata, fcntl, fd, command, argument);
}

static int call_ioctl(void *userdata, int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	CALL(int, userdata, ioctl, fd, request, argument);
}

int packetdrill_getsockopt(void *userdata, int fd, int level, int name,
			   void *value, socklen_t *len)
{
	CALL(int, userdata, getsockopt, fd, level, name, value, len);
}

static int call_setsockopt(void *userdata, int fd, int level, int name,
			   const void *value, socklen_t len)
{
	CALL(int, userdata, setsockopt, fd, level, name, value, len);
}

/* ---- readiness, pipes --------------------------------------------------- */

static int call_poll(void *userdata, struct pollfd *fds, nfds_t count,
		     int timeout)
{
	CALL(int, userdata, poll, fds, count, timeout);
}

static int call_epoll_create(void *userdata, int size)
{
	CALL(int, userdata, epoll_create, size);
}

static int call_epoll_ctl(void *userdata, int epoll, int operation, int fd,
			  struct epoll_event *event)
{
	CALL(int, userdata, epoll_ctl, epoll, operation, fd, event);
}

static int call_epoll_wait(void *userdata, int epoll,
			   struct epoll_event *events, int most, int timeout)
{
	CALL(int, userdata, epoll_wait, epoll, events, most, timeout);
}

static int call_pipe(void *userdata, int fds[2])
{
	CALL(int, userdata, pipe, fds);
}

/* ---- time and datagrams ------------------------------------------------- */

/* The clock begins on 9 September 2001, at 01:46:40 UTC, and some. */
#define EPOCH (1000000000 * HF_SECOND)

static int call_netdev_send(void *userdata, const void *buf, size_t count)
{
	struct packetdrill *p = enter(userdata);

	traffic_input(p, buf, count);
	return (int)leave(p, 0);
}

static int call_netdev_receive(void *userdata, void *buf, size_t *count,
			       long long *time_usecs)
{
	struct packetdrill *p = enter(userdata);
	struct packetdrill_datagram *datagram = traffic_take(p);
	size_t len = datagram ? datagram->len : 0;
	hf_time when = datagram ? datagram->when : p->now;

	if (*count > len)
		*count = len;
	if (datagram)
		memcpy(buf, datagram->data, *count);
	*time_usecs = (long long)((EPOCH + when) / HF_MICROSECOND);
	free(datagram);
	return (int)leave(p, 0);
}

static int call_usleep(void *userdata, useconds_t usec)
{
	struct packetdrill *p = enter(userdata);

	clock_advance(p, p->now + usec * HF_MICROSECOND);
	return (int)leave(p, 0);
}

static int call_gettimeofday(void *userdata, struct timeval *tv,
			     struct timezone *tz)
{
	struct packetdrill *p = userdata;
	hf_time now;

	(void)tz;
	pthread_mutex_lock(&p->lock);
	now = EPOCH + clock_read(p);
	pthread_mutex_unlock(&p->lock);
	tv->tv_sec = (time_t)(now / HF_SECOND);
	tv->tv_usec = (suseconds_t)(now % HF_SECOND / HF_MICROSECOND);
	return 0;
}

/* ------------------------------------------------------------------------- */

void packetdrill_table(struct packetdrill_interface *interface)
{
	interface->socket = call_socket;
	interface->bind = call_bind;
	interface->listen = call_listen;
	interface->accept = call_accept;
	interface->connect = call_connect;
	interface->read = call_read;
	interface->readv = call_readv;
	interface->recv = call_recv;
	interface->recvfrom = call_recvfrom;
	interface->recvmsg = call_recvmsg;
	interface->write = call_write;
	interface->writev = call_writev;
	interface->send = call_send;
	interface->sendto = call_sendto;
	interface->sendmsg = call_sendmsg;
	interface->fcntl = call_fcntl;
	interface->ioctl = call_ioctl;
	interface->close = packetdrill_close;
	interface->shutdown = call_shutdown;
	interface->getsockopt = packetdrill_getsockopt;
	interface->setsockopt = call_setsockopt;
	interface->poll = call_poll;
	interface->netdev_send = call_netdev_send;
	interface->netdev_receive = call_netdev_receive;
	interface->usleep = call_usleep;
	interface->gettimeofday = call_gettimeofday;
	interface->epoll_create = call_epoll_create;
	interface->epoll_ctl = call_epoll_ctl;
	interface->epoll_wait = call_epoll_wait;
	interface->pipe = call_pipe;
	interface->splice = call_splice;
}
