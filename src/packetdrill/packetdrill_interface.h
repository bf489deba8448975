/* SPDX-License-Identifier: MIT */
/*
 * What packetdrill expects of a shared object: it looks up the one function
 * below, which fills in the table; from then on all that a script does, time
 * and datagrams included, goes through the table. Calls are as in POSIX, with
 * `userdata` before the other arguments. The order of the members is the
 * interface.
 */
#ifndef PACKETDRILL_INTERFACE_H
#define PACKETDRILL_INTERFACE_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

struct epoll_event;

struct packetdrill_interface {
	void *userdata;
	void (*free)(void *userdata);
	int (*socket)(void *userdata, int domain, int type, int protocol);
	int (*bind)(void *userdata, int fd, const struct sockaddr *addr,
		    socklen_t len);
	int (*listen)(void *userdata, int fd, int backlog);
	int (*accept)(void *userdata, int fd, struct sockaddr *addr,
		      socklen_t *len);
	int (*connect)(void *userdata, int fd, const struct sockaddr *addr,
		       socklen_t len);
	ssize_t (*read)(void *userdata, int fd, void *buf, size_t len);
	ssize_t (*readv)(void *userdata, int fd, const struct iovec *iov,
			 int count);
	ssize_t (*recv)(void *userdata, int fd, void *buf, size_t len,
			int flags);
	ssize_t (*recvfrom)(void *userdata, int fd, void *buf, size_t len,
			    int flags, struct sockaddr *addr,
			    socklen_t *addr_len);
	ssize_t (*recvmsg)(void *userdata, int fd, struct msghdr *message,
			   int flags);
	ssize_t (*write)(void *userdata, int fd, const void *buf, size_t len);
	ssize_t (*writev)(void *userdata, int fd, const struct iovec *iov,
			  int count);
	ssize_t (*send)(void *userdata, int fd, const void *buf, size_t len,
			int flags);
	ssize_t (*sendto)(void *userdata, int fd, const void *buf, size_t len,
			  int flags, const struct sockaddr *addr,
			  socklen_t addr_len);
	ssize_t (*sendmsg)(void *userdata, int fd, const struct msghdr *message,
			   int flags);
	int (*fcntl)(void *userdata, int fd, int command, ...);
	int (*ioctl)(void *userdata, int fd, unsigned long request, ...);
	int (*close)(void *userdata, int fd);
	int (*shutdown)(void *userdata, int fd, int how);
	int (*getsockopt)(void *userdata, int fd, int level, int name,
			  void *value, socklen_t *len);
	int (*setsockopt)(void *userdata, int fd, int level, int name,
			  const void *value, socklen_t len);
	int (*poll)(void *userdata, struct pollfd *fds, nfds_t count,
		    int timeout);

	/* One datagram for the stack. */
	int (*netdev_send)(void *userdata, const void *buf, size_t count);
	/*
	 * The next datagram that the stack has sent, or will have: *count is
	 * the room before and its octets after, 0 if none ever comes.
	 */
	int (*netdev_receive)(void *userdata, void *buf, size_t *count,
			      long long *time_usecs);
	int (*usleep)(void *userdata, useconds_t usec);
	int (*gettimeofday)(void *userdata, struct timeval *tv,
			    struct timezone *tz);

	int (*epoll_create)(void *userdata, int size);
	int (*epoll_ctl)(void *userdata, int epoll, int operation, int fd,
			 struct epoll_event *event);
	int (*epoll_wait)(void *userdata, int epoll, struct epoll_event *events,
			  int most, int timeout);
	int (*pipe)(void *userdata, int fds[2]);
	ssize_t (*splice)(void *userdata, int fd_in, loff_t *off_in, int fd_out,
			  loff_t *off_out, size_t len, unsigned flags);
};

/* `flags` is what --so_flags says, or NULL. */
void packetdrill_interface_init(const char *flags,
				struct packetdrill_interface *interface);

#endif
