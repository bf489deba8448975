/* SPDX-License-Identifier: MIT */
/*
 * The running kernel as the stack of a script: its calls are system calls,
 * its clock is the system's. What comes out is seen at the time that the
 * kernel gives it, so that a busy machine is late only in what it injects.
 */
#define _GNU_SOURCE
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 1024

struct kernel_stack {
	struct drill_stack stack;
	struct kernel_net net;
	struct kernel_tap tap;
	struct kernel_caller caller;
	bool is_open[DESCRIPTORS]; /* the script's */
};

static struct kernel_stack *kernel_of(struct drill_stack *stack)
{
	return (struct kernel_stack *)stack;
}

/* ---- calls ------------------------------------------------------------- */

/*
 * A call that the script takes for one that returns, and that does not, ends
 * with EINTR. The thread for those that block is not in such a hurry.
 */
static void guard(struct drill_stack *stack)
{
	if (!kernel_caller_is_self(&kernel_of(stack)->caller))
		kernel_guard();
}

/* errno is that of the call until then. */
static ssize_t unguard(struct drill_stack *stack, ssize_t result)
{
	int error = errno;

	if (!kernel_caller_is_self(&kernel_of(stack)->caller))
		kernel_unguard();
	return result < 0 ? -error : result;
}

#define GUARDED(type, stack, call) (guard(stack), (type)unguard(stack, call))

static int result_of(int result)
{
	return result < 0 ? -errno : result;
}

/* A descriptor of the script's, to be closed with the stack. */
static int note(struct drill_stack *stack, int fd)
{
	if (fd >= 0 && fd < DESCRIPTORS)
		kernel_of(stack)->is_open[fd] = true;
	return fd;
}

/*
 * Descriptors that the program itself has open are none of the script's.
 * What it gets wrong, such as -1, is the kernel's to say.
 */
static int mine(struct drill_stack *stack, int fd)
{
	if (fd >= 0 && (fd >= DESCRIPTORS || !kernel_of(stack)->is_open[fd]))
		return -1;
	return fd;
}

static int call_socket(struct drill_stack *stack, int domain, int type,
		       int protocol)
{
	return note(stack,
		    result_of(socket(domain, type | SOCK_CLOEXEC, protocol)));
}

static int call_bind(struct drill_stack *stack, int fd,
		     const struct sockaddr *addr, socklen_t len)
{
	return result_of(bind(mine(stack, fd), addr, len));
}

static int call_listen(struct drill_stack *stack, int fd, int backlog)
{
	return result_of(listen(mine(stack, fd), backlog));
}

static int call_accept(struct drill_stack *stack, int fd, struct sockaddr *addr,
		       socklen_t *len, int flags)
{
	return note(stack, GUARDED(int, stack,
				   accept4(mine(stack, fd), addr, len,
					   flags | SOCK_CLOEXEC)));
}

static int call_connect(struct drill_stack *stack, int fd,
			const struct sockaddr *addr, socklen_t len)
{
	return GUARDED(int, stack, connect(mine(stack, fd), addr, len));
}

static int call_shutdown(struct drill_stack *stack, int fd, int how)
{
	return result_of(shutdown(mine(stack, fd), how));
}

static int call_close(struct drill_stack *stack, int fd)
{
	int result = GUARDED(int, stack, close(mine(stack, fd)));

	if (fd >= 0 && fd < DESCRIPTORS)
		kernel_of(stack)->is_open[fd] = false;
	return result;
}

static ssize_t call_read(struct drill_stack *stack, int fd, void *buf,
			 size_t len)
{
	return GUARDED(ssize_t, stack, read(mine(stack, fd), buf, len));
}

static ssize_t call_readv(struct drill_stack *stack, int fd,
			  const struct iovec *iov, int count)
{
	return GUARDED(ssize_t, stack, readv(mine(stack, fd), iov, count));
}

static ssize_t call_recvfrom(struct drill_stack *stack, int fd, void *buf,
			     size_t len, int flags, struct sockaddr *addr,
			     socklen_t *addr_len)
{
	return GUARDED(
		ssize_t, stack,
		recvfrom(mine(stack, fd), buf, len, flags, addr, addr_len));
}

static ssize_t call_recvmsg(struct drill_stack *stack, int fd,
			    struct msghdr *message, int flags)
{
	return GUARDED(ssize_t, stack,
		       recvmsg(mine(stack, fd), message, flags));
}

static ssize_t call_write(struct drill_stack *stack, int fd, const void *buf,
			  size_t len)
{
	return GUARDED(ssize_t, stack, write(mine(stack, fd), buf, len));
}

static ssize_t call_writev(struct drill_stack *stack, int fd,
			   const struct iovec *iov, int count)
{
	return GUARDED(ssize_t, stack, writev(mine(stack, fd), iov, count));
}

static ssize_t call_sendto(struct drill_stack *stack, int fd, const void *buf,
			   size_t len, int flags, const struct sockaddr *addr,
			   socklen_t addr_len)
{
	return GUARDED(
		ssize_t, stack,
		sendto(mine(stack, fd), buf, len, flags, addr, addr_len));
}

static ssize_t call_sendmsg(struct drill_stack *stack, int fd,
			    const struct msghdr *message, int flags)
{
	return GUARDED(ssize_t, stack,
		       sendmsg(mine(stack, fd), message, flags));
}

static int call_getsockopt(struct drill_stack *stack, int fd, int level,
			   int name, void *value, socklen_t *len)
{
	return result_of(getsockopt(mine(stack, fd), level, name, value, len));
}

static int call_setsockopt(struct drill_stack *stack, int fd, int level,
			   int name, const void *value, socklen_t len)
{
	return result_of(setsockopt(mine(stack, fd), level, name, value, len));
}

static int call_fcntl(struct drill_stack *stack, int fd, int command,
		      int argument)
{
	int result = result_of(fcntl(mine(stack, fd), command, argument));

	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		return note(stack, result);
	return result;
}

static int call_ioctl(struct drill_stack *stack, int fd, unsigned long request,
		      int *argument)
{
	return result_of(ioctl(mine(stack, fd), request, argument));
}

/* Of the descriptors only the script's count. */
static int call_poll(struct drill_stack *stack, struct pollfd *fds,
		     size_t count, int timeout)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i].fd != mine(stack, fds[i].fd))
			return -EBADF;
	return GUARDED(int, stack, poll(fds, count, timeout));
}

static int call_epoll_create(struct drill_stack *stack, int size)
{
	if (size <= 0)
		return -EINVAL;
	return note(stack, result_of(epoll_create1(EPOLL_CLOEXEC)));
}

static int call_epoll_ctl(struct drill_stack *stack, int epoll, int operation,
			  int fd, struct epoll_event *event)
{
	return result_of(epoll_ctl(mine(stack, epoll), operation,
				   mine(stack, fd), event));
}

static int call_epoll_wait(struct drill_stack *stack, int epoll,
			   struct epoll_event *events, int most, int timeout)
{
	return GUARDED(int, stack,
		       epoll_wait(mine(stack, epoll), events, most, timeout));
}

static int call_pipe(struct drill_stack *stack, int fds[2])
{
	int result = result_of(pipe2(fds, O_CLOEXEC));

	if (result < 0)
		return result;
	note(stack, fds[0]);
	note(stack, fds[1]);
	return 0;
}

static ssize_t call_splice(struct drill_stack *stack, int fd_in, off_t *off_in,
			   int fd_out, off_t *off_out, size_t len,
			   unsigned flags)
{
	return GUARDED(ssize_t, stack,
		       splice(mine(stack, fd_in), off_in, mine(stack, fd_out),
			      off_out, len, flags));
}

/* To read: a script is often another's, and this may be root. */
static int call_open(struct drill_stack *stack, const char *path, int flags)
{
	if ((flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC))
		return -EACCES;
	return note(stack, result_of(open(path, flags | O_CLOEXEC)));
}

static ssize_t call_sendfile(struct drill_stack *stack, int out_fd, int in_fd,
			     off_t *offset, size_t len)
{
	return GUARDED(
		ssize_t, stack,
		sendfile(mine(stack, out_fd), mine(stack, in_fd), offset, len));
}

/* ---- time and datagrams ------------------------------------------------ */

static hf_time kernel_now(struct drill_stack *stack)
{
	(void)stack;
	return hf_clock();
}

static int sleep_until(struct kernel_stack *kernel, hf_time now, hf_time until)
{
	struct pollfd fds[] = {
		{ .fd = kernel->tap.packet, .events = POLLIN },
		{ .fd = kernel->caller.ended, .events = POLLIN },
	};
	hf_time rest = until > now ? until - now : 0;
	struct timespec wait = {
		.tv_sec = (time_t)(rest / HF_SECOND),
		.tv_nsec = (long)(rest % HF_SECOND),
	};
	uint64_t count;
	int n = ppoll(fds, 2, until == HF_NEVER ? NULL : &wait, NULL);

	if (n > 0 && fds[1].revents)
		(void)!read(kernel->caller.ended, &count, sizeof count);
	return n < 0 && errno != EINTR ? errno : 0;
}

static bool kernel_pass(struct drill_stack *stack, hf_time until)
{
	struct kernel_stack *kernel = kernel_of(stack);
	bool was_busy = kernel_caller_is_busy(&kernel->caller);
	hf_time now = hf_clock();
	int error;

	while (!kernel_tap_look(&kernel->tap, stack) && now < until &&
	       was_busy == kernel_caller_is_busy(&kernel->caller)) {
		error = sleep_until(kernel, now, until);
		if (error) {
			kernel_tell(stack->failure, "cannot wait: %s",
				    strerror(error));
			return false;
		}
		now = hf_clock();
	}
	return true;
}

/*
 * What had come out before is told before. The kernel answers EINVAL to what
 * it does not take for a datagram: that is lost, as on a wire.
 */
static bool kernel_inject(struct drill_stack *stack,
			  const struct hf_frame *frames, size_t n)
{
	struct kernel_stack *kernel = kernel_of(stack);

	(void)kernel_tap_look(&kernel->tap, stack);
	for (size_t i = 0; i < n; i++) {
		const struct hf_sight sight = {
			.direction = HF_DIRECTION_IN,
			.frame = frames[i],
			.now = hf_clock(),
		};
		int error;

		if (stack->sight)
			stack->sight(stack->context, &sight);
		error = kernel_tap_inject(&kernel->tap, frames + i);
		if (error && error != EINVAL) {
			kernel_tell(stack->failure, "cannot inject: %s",
				    strerror(error));
			return false;
		}
	}
	return true;
}

static bool kernel_take(struct drill_stack *stack, struct drill_sent *sent)
{
	struct kernel_tap *tap = &kernel_of(stack)->tap;

	if (!tap->first)
		(void)kernel_tap_look(tap, stack);
	return kernel_tap_take(tap, sent);
}

static void kernel_begin(struct drill_stack *stack, void (*run)(void *context),
			 void *context)
{
	kernel_caller_begin(&kernel_of(stack)->caller, run, context);
}

static bool kernel_busy(struct drill_stack *stack)
{
	return kernel_caller_is_busy(&kernel_of(stack)->caller);
}

static enum drill_setting_result kernel_set(struct drill_stack *stack,
					    const char *name, const char *value)
{
	(void)stack;
	return kernel_net_set(name, value);
}

/* ---- the beginning and the end ----------------------------------------- */

/*
 * What is open is reset, so that no connection outlives the script: the
 * kernel would keep it, and with it the namespace.
 */
static void close_all(struct kernel_stack *kernel)
{
	const struct linger now = { .l_onoff = 1 };

	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		if (!kernel->is_open[fd])
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		close(fd);
	}
}

static void kernel_free(struct drill_stack *stack)
{
	struct kernel_stack *kernel = kernel_of(stack);

	kernel_caller_close(&kernel->caller);
	close_all(kernel);
	kernel_tap_close(&kernel->tap);
	kernel_net_close(&kernel->net);
	kernel_guard_end();
	free(kernel);
}

static const struct drill_stack_ops ops = {
	.name = "kernel",
	.socket = call_socket,
	.bind = call_bind,
	.listen = call_listen,
	.accept = call_accept,
	.connect = call_connect,
	.shutdown = call_shutdown,
	.close = call_close,
	.read = call_read,
	.readv = call_readv,
	.recvfrom = call_recvfrom,
	.recvmsg = call_recvmsg,
	.write = call_write,
	.writev = call_writev,
	.sendto = call_sendto,
	.sendmsg = call_sendmsg,
	.getsockopt = call_getsockopt,
	.setsockopt = call_setsockopt,
	.fcntl = call_fcntl,
	.ioctl = call_ioctl,
	.poll = call_poll,
	.epoll_create = call_epoll_create,
	.epoll_ctl = call_epoll_ctl,
	.epoll_wait = call_epoll_wait,
	.pipe = call_pipe,
	.splice = call_splice,
	.open = call_open,
	.sendfile = call_sendfile,
	.now = kernel_now,
	.pass = kernel_pass,
	.inject = kernel_inject,
	.take = kernel_take,
	.begin = kernel_begin,
	.busy = kernel_busy,
	.set = kernel_set,
	.free = kernel_free,
};

static bool open_parts(struct kernel_stack *kernel, char *failure)
{
	if (!kernel_net_open(&kernel->net, &kernel->stack.network, failure))
		return false;
	if (!kernel_tap_open(&kernel->tap, kernel->net.tun, failure)) {
		kernel_net_close(&kernel->net);
		return false;
	}
	if (!kernel_caller_open(&kernel->caller, failure)) {
		kernel_tap_close(&kernel->tap);
		kernel_net_close(&kernel->net);
		return false;
	}
	return true;
}

struct drill_stack *drill_stack_kernel(const struct drill_network *network,
				       char *failure)
{
	struct kernel_stack *kernel = calloc(1, sizeof *kernel);

	if (!kernel) {
		kernel_tell(failure, "no memory for a stack");
		return NULL;
	}
	kernel->stack.ops = &ops;
	kernel->stack.network = *network;
	if (!open_parts(kernel, failure)) {
		free(kernel);
		return NULL;
	}
	signal(SIGPIPE, SIG_IGN); /* writes say EPIPE */
	kernel_be_punctual();
	return &kernel->stack;
}
