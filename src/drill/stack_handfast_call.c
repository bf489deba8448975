/* SPDX-License-Identifier: MIT */
/* The calls of a script, made to a net. */
#include "stack_handfast.h"

#include <errno.h>

/* Makes a call to the net, or fails if there can be none. */
#define CALL(type, call)                                                       \
	struct handfast *handfast = handfast_of(stack);                        \
	struct hf_net *net = handfast_enter(handfast);                         \
                                                                               \
	return net ? (type)handfast_leave(handfast, (long)(call)) : -ENOMEM

static int make_socket(struct drill_stack *stack, int domain, int type,
		       int protocol)
{
	CALL(int, hf_net_socket(net, domain, type, protocol));
}

static int make_bind(struct drill_stack *stack, int fd,
		     const struct sockaddr *addr, socklen_t len)
{
	CALL(int, hf_net_bind(net, fd, addr, len));
}

static int make_listen(struct drill_stack *stack, int fd, int backlog)
{
	CALL(int, hf_net_listen(net, fd, backlog));
}

static int make_accept(struct drill_stack *stack, int fd, struct sockaddr *addr,
		       socklen_t *len, int flags)
{
	CALL(int, hf_net_accept4(net, fd, addr, len, flags));
}

static int make_connect(struct drill_stack *stack, int fd,
			const struct sockaddr *addr, socklen_t len)
{
	CALL(int, hf_net_connect(net, fd, addr, len));
}

static int make_shutdown(struct drill_stack *stack, int fd, int how)
{
	CALL(int, hf_net_shutdown(net, fd, how));
}

static int make_close(struct drill_stack *stack, int fd)
{
	CALL(int, hf_net_close(net, fd));
}

static ssize_t make_read(struct drill_stack *stack, int fd, void *buf,
			 size_t len)
{
	CALL(ssize_t, hf_net_read(net, fd, buf, len));
}

static ssize_t make_readv(struct drill_stack *stack, int fd,
			  const struct iovec *iov, int count)
{
	CALL(ssize_t, hf_net_readv(net, fd, iov, count));
}

static ssize_t make_recvfrom(struct drill_stack *stack, int fd, void *buf,
			     size_t len, int flags, struct sockaddr *addr,
			     socklen_t *addr_len)
{
	CALL(ssize_t,
	     hf_net_recvfrom(net, fd, buf, len, flags, addr, addr_len));
}

static ssize_t make_recvmsg(struct drill_stack *stack, int fd,
			    struct msghdr *message, int flags)
{
	CALL(ssize_t, hf_net_recvmsg(net, fd, message, flags));
}

static ssize_t make_write(struct drill_stack *stack, int fd, const void *buf,
			  size_t len)
{
	CALL(ssize_t, hf_net_write(net, fd, buf, len));
}

static ssize_t make_writev(struct drill_stack *stack, int fd,
			   const struct iovec *iov, int count)
{
	CALL(ssize_t, hf_net_writev(net, fd, iov, count));
}

static ssize_t make_sendto(struct drill_stack *stack, int fd, const void *buf,
			   size_t len, int flags, const struct sockaddr *addr,
			   socklen_t addr_len)
{
	CALL(ssize_t, hf_net_sendto(net, fd, buf, len, flags, addr, addr_len));
}

static ssize_t make_sendmsg(struct drill_stack *stack, int fd,
			    const struct msghdr *message, int flags)
{
	CALL(ssize_t, hf_net_sendmsg(net, fd, message, flags));
}

static int make_getsockopt(struct drill_stack *stack, int fd, int level,
			   int name, void *value, socklen_t *len)
{
	CALL(int, hf_net_getsockopt(net, fd, level, name, value, len));
}

static int make_setsockopt(struct drill_stack *stack, int fd, int level,
			   int name, const void *value, socklen_t len)
{
	CALL(int, hf_net_setsockopt(net, fd, level, name, value, len));
}

static int make_fcntl(struct drill_stack *stack, int fd, int command,
		      int argument)
{
	CALL(int, hf_net_fcntl(net, fd, command, argument));
}

static int make_ioctl(struct drill_stack *stack, int fd, unsigned long request,
		      int *argument)
{
	CALL(int, hf_net_ioctl(net, fd, request, argument));
}

static int make_poll(struct drill_stack *stack, struct pollfd *fds,
		     size_t count, int timeout)
{
	CALL(int, hf_net_poll(net, fds, count, timeout));
}

static int make_epoll_create(struct drill_stack *stack, int size)
{
	CALL(int, hf_net_epoll_create(net, size));
}

static int make_epoll_ctl(struct drill_stack *stack, int epoll, int operation,
			  int fd, struct epoll_event *event)
{
	CALL(int, hf_net_epoll_ctl(net, epoll, operation, fd, event));
}

static int make_epoll_wait(struct drill_stack *stack, int epoll,
			   struct epoll_event *events, int most, int timeout)
{
	CALL(int, hf_net_epoll_wait(net, epoll, events, most, timeout));
}

static int make_pipe(struct drill_stack *stack, int fds[2])
{
	CALL(int, hf_net_pipe(net, fds));
}

static ssize_t make_splice(struct drill_stack *stack, int fd_in, off_t *off_in,
			   int fd_out, off_t *off_out, size_t len,
			   unsigned flags)
{
	CALL(ssize_t,
	     hf_net_splice(net, fd_in, off_in, fd_out, off_out, len, flags));
}

static int make_open(struct drill_stack *stack, const char *path, int flags)
{
	CALL(int, hf_net_open(net, path, flags));
}

static ssize_t make_sendfile(struct drill_stack *stack, int out_fd, int in_fd,
			     off_t *offset, size_t len)
{
	CALL(ssize_t, hf_net_sendfile(net, out_fd, in_fd, offset, len));
}

void handfast_set_calls(struct drill_stack_ops *ops)
{
	ops->socket = make_socket;
	ops->bind = make_bind;
	ops->listen = make_listen;
	ops->accept = make_accept;
	ops->connect = make_connect;
	ops->shutdown = make_shutdown;
	ops->close = make_close;
	ops->read = make_read;
	ops->readv = make_readv;
	ops->recvfrom = make_recvfrom;
	ops->recvmsg = make_recvmsg;
	ops->write = make_write;
	ops->writev = make_writev;
	ops->sendto = make_sendto;
	ops->sendmsg = make_sendmsg;
	ops->getsockopt = make_getsockopt;
	ops->setsockopt = make_setsockopt;
	ops->fcntl = make_fcntl;
	ops->ioctl = make_ioctl;
	ops->poll = make_poll;
	ops->epoll_create = make_epoll_create;
	ops->epoll_ctl = make_epoll_ctl;
	ops->epoll_wait = make_epoll_wait;
	ops->pipe = make_pipe;
	ops->splice = make_splice;
	ops->open = make_open;
	ops->sendfile = make_sendfile;
}
