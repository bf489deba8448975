/* SPDX-License-Identifier: MIT */
/*
 * POSIX sockets over a handfast host.
 *
 * A net is a table of descriptors: TCP sockets of one host, epoll instances,
 * pipes, and files to send. Each call is that of its name in POSIX or Linux
 * with three differences: it takes the net, it knows only this net's
 * descriptors, and it returns what the kernel would, 0 or more, or an errno
 * value made negative; `errno` is left alone. What Linux does is what a net
 * does, in results, errors and readiness.
 *
 *	net = hf_net_new(host, &driver, NULL);
 *	fd = hf_net_socket(net, AF_INET, SOCK_STREAM, 0);
 *	hf_net_connect(net, fd, (struct sockaddr *)&peer, sizeof peer);
 *	hf_net_write(net, fd, "hello\n", 6);
 *
 * A net has no clock and never sleeps: both are its driver's. In virtual time
 * a call that blocks runs the simulation, in a program it sleeps, and without
 * a `wait` no call blocks.
 *
 * A net is not locked: one thread at a time is in it, and in its host. But
 * while a call waits in the driver's `wait`, others may be made, by another
 * thread or by the driver itself; so a driver with threads takes its lock
 * around each call and lets go of it in `wait`. A descriptor that is closed
 * while a call waits on it is closed when that call returns, as on Linux.
 */
#ifndef HANDFAST_SOCKET_H
#define HANDFAST_SOCKET_H

#include <handfast/host.h>
#include <sys/socket.h>
#include <sys/types.h>

struct epoll_event;
struct hf_net;
struct iovec;
struct pollfd;

struct hf_net_driver {
	size_t size; /* of this struct */
	void *context; /* given to each of its calls */
	/* The time, as the host is told it. */
	hf_time (*now)(void *context);
	/*
	 * Lets frames and time pass until something may have changed, or it
	 * is `until` (HF_NEVER: however long); may return early. 0, or an
	 * errno value such as EINTR that ends the call that waits. NULL: what
	 * would wait returns -EAGAIN (connect: -EINPROGRESS) instead.
	 */
	int (*wait)(void *context, hf_time until);
	/* The host may have something to send, or another deadline; or NULL. */
	void (*kick)(void *context);
	/* A write got EPIPE without MSG_NOSIGNAL: SIGPIPE is due; or NULL. */
	void (*broken_pipe)(void *context, int fd);
};

/* Limits and defaults; members that are 0 have the value in brackets. */
struct hf_net_options {
	size_t size; /* of this struct */
	int first; /* the lowest descriptor [0] */
	int descriptors; /* most that are open at once [1024] */
	int backlog; /* most that listen() grants, net.core.somaxconn [4096] */
	uint32_t send_buffer; /* most of SO_SNDBUF, net.core.wmem_max [4 MiB] */
	uint32_t receive_buffer; /* of SO_RCVBUF, net.core.rmem_max [4 MiB] */
	bool no_counts; /* TCP_INFO counts nothing: connections stay small */
	uint64_t seed; /* of the ports that bind() picks; random on a network */
};

/*
 * Makes a net over `host`, which must stay until hf_net_free(). The events of
 * the host are then the net's: nobody else calls hf_event(). `driver` is
 * copied; `options` may be NULL. NULL: no memory.
 */
HF_PUBLIC struct hf_net *hf_net_new(struct hf_host *host,
				    const struct hf_net_driver *driver,
				    const struct hf_net_options *options);

/*
 * Closes all descriptors, without lingering, and frees the net. No call may
 * be waiting in it.
 */
HF_PUBLIC void hf_net_free(struct hf_net *net);

/* The host has moved: hf_host_attach(). */
HF_PUBLIC void hf_net_attach(struct hf_net *net, struct hf_host *host);

/*
 * Takes the host's events. To be called after hf_input() and hf_advance(), so
 * that connections are accepted and edges are seen as they happen; every call
 * does it too.
 */
HF_PUBLIC void hf_net_update(struct hf_net *net);

/* The connection or listener of a socket; index 0 if it has none. */
HF_PUBLIC struct hf_handle hf_net_handle(struct hf_net *net, int fd);

/* ---- errors ------------------------------------------------------------
 *
 * Any call may return -EBADF (not a descriptor of this net), -EFAULT (a
 * pointer is NULL that must not be), -EINVAL (an argument without meaning)
 * and, if it waits, what the driver's `wait` returned. Calls about sockets:
 * -ENOTSOCK. -EMFILE: `descriptors` are open. -ENOMEM, -ENOBUFS: this
 * process, or the host's block or limits, have no room for it. -EAGAIN: it
 * would wait and may not, or SO_RCVTIMEO or SO_SNDTIMEO has passed.
 *
 * The error of a connection (SO_ERROR) is returned once, by the next call
 * that fails for it: -ECONNREFUSED, -ECONNRESET, -EPIPE, -ETIMEDOUT,
 * -EHOSTUNREACH, -ENETUNREACH, -ENOPROTOOPT, -EMSGSIZE, -ECONNABORTED.
 */

/* ---- sockets ----------------------------------------------------------- */

/*
 * AF_INET or AF_INET6; SOCK_STREAM, with SOCK_NONBLOCK and SOCK_CLOEXEC; 0 or
 * IPPROTO_TCP. -EAFNOSUPPORT, -ESOCKTNOSUPPORT, -EPROTONOSUPPORT.
 */
HF_PUBLIC int hf_net_socket(struct hf_net *net, int domain, int type,
			    int protocol);

/*
 * -EADDRINUSE by the rules of SO_REUSEADDR and SO_REUSEPORT, or no port is
 * free. -EADDRNOTAVAIL: not an address of the host. -EAFNOSUPPORT. -EINVAL:
 * bound already.
 */
HF_PUBLIC int hf_net_bind(struct hf_net *net, int fd,
			  const struct sockaddr *addr, socklen_t len);

/*
 * backlog + 1 connections may wait to be accepted; a further call changes the
 * backlog. Sockets with SO_REUSEPORT that listen at the same address and port
 * share what comes in, by a hash of the peer's. -EADDRINUSE; -EINVAL:
 * connected.
 */
HF_PUBLIC int hf_net_listen(struct hf_net *net, int fd, int backlog);

/*
 * `addr` and `len` may be NULL. A connection that the peer has reset in the
 * meantime is accepted too. -EAGAIN; -EINVAL: not listening, or (accept4) a
 * flag that is neither SOCK_NONBLOCK nor SOCK_CLOEXEC.
 */
HF_PUBLIC int hf_net_accept(struct hf_net *net, int fd, struct sockaddr *addr,
			    socklen_t *len);
HF_PUBLIC int hf_net_accept4(struct hf_net *net, int fd, struct sockaddr *addr,
			     socklen_t *len, int flags);

/*
 * AF_UNSPEC dissolves the association. -EINPROGRESS: it goes on; -EALREADY:
 * still; -EISCONN; -EADDRNOTAVAIL: no port is free, or the pair exists;
 * -ENETUNREACH: no route, or not a unicast address; -EAFNOSUPPORT; -EINVAL: a
 * loopback address as the source of what leaves the host; and the errors of a
 * connection.
 */
HF_PUBLIC int hf_net_connect(struct hf_net *net, int fd,
			     const struct sockaddr *addr, socklen_t len);

/* -ENOTCONN. An unbound socket has the unspecified address and port 0. */
HF_PUBLIC int hf_net_getsockname(struct hf_net *net, int fd,
				 struct sockaddr *addr, socklen_t *len);
HF_PUBLIC int hf_net_getpeername(struct hf_net *net, int fd,
				 struct sockaddr *addr, socklen_t *len);

/* SHUT_RD, SHUT_WR, SHUT_RDWR. -ENOTCONN: it is not connected any more. */
HF_PUBLIC int hf_net_shutdown(struct hf_net *net, int fd, int how);

/*
 * With octets unread the connection is reset. SO_LINGER of 0 seconds resets
 * it too; of more, waits so long until what was sent is acknowledged.
 */
HF_PUBLIC int hf_net_close(struct hf_net *net, int fd);

/* ---- octets ------------------------------------------------------------ */

/*
 * Flags: MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_OOB, MSG_TRUNC (throws the
 * octets away), MSG_ERRQUEUE (always -EAGAIN). 0: the end. recvmsg() gives
 * the control messages of TCP_INQ. read() serves pipes too. -ENOTCONN: never
 * connected. -EINVAL: MSG_OOB with nothing urgent, or with SO_OOBINLINE.
 */
HF_PUBLIC ssize_t hf_net_read(struct hf_net *net, int fd, void *buf,
			      size_t len);
HF_PUBLIC ssize_t hf_net_readv(struct hf_net *net, int fd,
			       const struct iovec *iov, int count);
HF_PUBLIC ssize_t hf_net_recv(struct hf_net *net, int fd, void *buf, size_t len,
			      int flags);
HF_PUBLIC ssize_t hf_net_recvfrom(struct hf_net *net, int fd, void *buf,
				  size_t len, int flags, struct sockaddr *addr,
				  socklen_t *addr_len);
HF_PUBLIC ssize_t hf_net_recvmsg(struct hf_net *net, int fd,
				 struct msghdr *message, int flags);

/*
 * Flags: MSG_DONTWAIT, MSG_NOSIGNAL, MSG_MORE, MSG_OOB (the last octet is
 * urgent), MSG_EOR, and MSG_FASTOPEN, which connects first, without Fast
 * Open. Addresses are ignored but for that one. -EPIPE: shut down, or never
 * connected; see `broken_pipe`.
 */
HF_PUBLIC ssize_t hf_net_write(struct hf_net *net, int fd, const void *buf,
			       size_t len);
HF_PUBLIC ssize_t hf_net_writev(struct hf_net *net, int fd,
				const struct iovec *iov, int count);
HF_PUBLIC ssize_t hf_net_send(struct hf_net *net, int fd, const void *buf,
			      size_t len, int flags);
HF_PUBLIC ssize_t hf_net_sendto(struct hf_net *net, int fd, const void *buf,
				size_t len, int flags,
				const struct sockaddr *addr,
				socklen_t addr_len);
HF_PUBLIC ssize_t hf_net_sendmsg(struct hf_net *net, int fd,
				 const struct msghdr *message, int flags);

/* ---- options ----------------------------------------------------------- */

/*
 * The options of socket(7), tcp(7), ip(7) and ipv6(7) that mean something to
 * a TCP host; src/socket/option_table.c lists them. Some are kept and given
 * back without doing anything. -ENOPROTOOPT: none of them. -EINVAL: too
 * short, or out of range. -EDOM (timeouts), -ENOENT (TCP_CONGESTION),
 * -EISCONN and -ENOTCONN as on Linux.
 */
HF_PUBLIC int hf_net_setsockopt(struct hf_net *net, int fd, int level, int name,
				const void *value, socklen_t len);
HF_PUBLIC int hf_net_getsockopt(struct hf_net *net, int fd, int level, int name,
				void *value, socklen_t *len);

/*
 * F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL (O_NONBLOCK).
 * `argument` is ignored by those that take none.
 */
HF_PUBLIC int hf_net_fcntl(struct hf_net *net, int fd, int command,
			   int argument);

/*
 * FIONBIO, FIOCLEX, FIONCLEX; SIOCINQ (FIONREAD), SIOCOUTQ (TIOCOUTQ),
 * SIOCOUTQNSD, SIOCATMARK. `argument` points to an int. -ENOTTY.
 */
HF_PUBLIC int hf_net_ioctl(struct hf_net *net, int fd, unsigned long request,
			   void *argument);

/* ---- readiness --------------------------------------------------------- */

/* As poll(2): `timeout` in milliseconds, negative for ever. */
HF_PUBLIC int hf_net_poll(struct hf_net *net, struct pollfd *fds,
			  unsigned long count, int timeout);

/*
 * As epoll(7), with EPOLLET, EPOLLONESHOT and EPOLLEXCLUSIVE; an instance can
 * watch another. -EEXIST, -ENOENT, -EPERM, -ELOOP (instances in a circle, or
 * more than five deep).
 */
HF_PUBLIC int hf_net_epoll_create(struct hf_net *net, int size);
HF_PUBLIC int hf_net_epoll_create1(struct hf_net *net, int flags);
HF_PUBLIC int hf_net_epoll_ctl(struct hf_net *net, int epoll, int operation,
			       int fd, struct epoll_event *event);
HF_PUBLIC int hf_net_epoll_wait(struct hf_net *net, int epoll,
				struct epoll_event *events, int most,
				int timeout);

/* ---- pipes ------------------------------------------------------------- */

/* fds[0] to read from, fds[1] to write to; it holds 65536 octets. */
HF_PUBLIC int hf_net_pipe(struct hf_net *net, int fds[2]);

/*
 * Moves octets between a pipe and a socket, or between pipes; the offsets
 * must be NULL. Flags: SPLICE_F_NONBLOCK (of the pipe), SPLICE_F_MORE,
 * SPLICE_F_MOVE, SPLICE_F_GIFT. -EINVAL: neither is a pipe, or both are the
 * same. -ESPIPE: an offset.
 */
HF_PUBLIC ssize_t hf_net_splice(struct hf_net *net, int fd_in, off_t *off_in,
				int fd_out, off_t *off_out, size_t len,
				unsigned flags);

/* ---- files ------------------------------------------------------------- */

/*
 * A regular file of the system, for read() and sendfile(). -EACCES: flags
 * other than O_RDONLY, O_CLOEXEC, O_NONBLOCK and O_NOCTTY.
 */
HF_PUBLIC int hf_net_open(struct hf_net *net, const char *path, int flags);

/*
 * Sends from such a file to a socket. `offset` is where it begins, and is
 * moved on; NULL: the file's own is. -ESPIPE: an offset, but not of a file.
 * -EINVAL: not from a file to a socket.
 */
HF_PUBLIC ssize_t hf_net_sendfile(struct hf_net *net, int out_fd, int in_fd,
				  off_t *offset, size_t len);

#endif
