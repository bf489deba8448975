/* SPDX-License-Identifier: MIT */
/*
 * A stack: what a script runs against. There are two kinds, a handfast host
 * in virtual time (stack_handfast.c) and the running kernel (stack_kernel.c),
 * and one engine (engine.c) that knows neither.
 *
 * Time. The engine never sleeps: it looks at now(), and calls pass() to let
 * time go on until a moment, or until something came out, whichever is first.
 * In virtual time that takes no time; on the kernel it is a poll().
 *
 * Waiting. A call that the script says blocks is handed to begin(). In
 * virtual time it runs at once, in the same thread: where it would sleep, the
 * stack calls meanwhile(), in which the engine takes one step through the
 * script, and then looks again whether the call can go on. On the kernel a
 * second thread makes the call, and begin() returns when that has ended or
 * sleeps. Either way the engine goes on with the script, and asks busy()
 * before it looks at the result.
 */
#ifndef DRILL_STACK_H
#define DRILL_STACK_H

#include <handfast/device.h>
#include <handfast/host.h>
#include <sys/socket.h>
#include <sys/types.h>

struct epoll_event;
struct iovec;
struct pollfd;
struct drill_stack;

/* ---- what a stack is made of ------------------------------------------ */

enum drill_ip_version {
	DRILL_IPV4,
	DRILL_IPV4_MAPPED_IPV6, /* sockets of IPv6, datagrams of IPv4 */
	DRILL_IPV6,
};

/* The stack's address and the peer's, of the version of the datagrams. */
struct drill_network {
	enum drill_ip_version ip_version;
	struct hf_addr local, remote, gateway;
	unsigned prefix_len; /* of the local address */
	unsigned remote_prefix_len; /* what is routed to the gateway */
	uint32_t mtu;
};

/* True if the datagrams are of IPv6. */
static inline bool drill_network_is_ipv6(const struct drill_network *network)
{
	return network->ip_version == DRILL_IPV6;
}

/* ---- settings (sysctl.c) ---------------------------------------------- */

enum drill_setting_result {
	DRILL_SETTING_DONE,
	DRILL_SETTING_IGNORED, /* known, and without meaning for this stack */
	DRILL_SETTING_UNKNOWN, /* no such name */
	DRILL_SETTING_VALUE, /* the value has no meaning */
};

/* What settings say of sockets rather than of the host; 0: as it comes. */
struct drill_sockets_defaults {
	uint32_t backlog; /* net.core.somaxconn */
	uint32_t send_most, receive_most; /* wmem_max, rmem_max */
	uint32_t receive_growth; /* the last of tcp_rmem */
	bool ipv6_only; /* net.ipv6.bindv6only */
	bool no_path_mtu; /* ip_no_pmtu_disc: they may be fragmented */
};

/*
 * Applies a sysctl, such as "net.ipv4.tcp_sack" or, the same,
 * "net/ipv4/tcp_sack", to the configuration of a host that is to be made or
 * (hf_config_set) changed. `value` is as written, without blanks around.
 */
enum drill_setting_result
drill_setting_apply(struct hf_config *config,
		    struct drill_sockets_defaults *sockets, const char *name,
		    const char *value);

/* ---- operations ------------------------------------------------------- */

/* Octets of the largest datagram that comes out. */
#define DRILL_PACKET 65535u

/* A datagram that came out. */
struct drill_sent {
	const uint8_t *data; /* the stack's, until the next take() */
	uint32_t len;
	hf_time when; /* it came out, by the stack's clock */
	/*
	 * The segment size, if the stack left the segmenting to a device that
	 * does it (GSO); 0: it is one segment.
	 */
	uint16_t gso_size;
};

struct drill_stack_ops {
	const char *name; /* "handfast", "kernel" */
	bool is_virtual; /* a call that sleeps takes no real time */

	/*
	 * The calls of the script: 0 or more, or an errno value made
	 * negative. Descriptors are the stack's own. A call of which the
	 * script does not say that it blocks may still sleep (poll() with a
	 * timeout); then time passes in it, but not the script.
	 */
	int (*socket)(struct drill_stack *stack, int domain, int type,
		      int protocol);
	int (*bind)(struct drill_stack *stack, int fd,
		    const struct sockaddr *addr, socklen_t len);
	int (*listen)(struct drill_stack *stack, int fd, int backlog);
	int (*accept)(struct drill_stack *stack, int fd, struct sockaddr *addr,
		      socklen_t *len, int flags);
	int (*connect)(struct drill_stack *stack, int fd,
		       const struct sockaddr *addr, socklen_t len);
	int (*shutdown)(struct drill_stack *stack, int fd, int how);
	int (*close)(struct drill_stack *stack, int fd);

	ssize_t (*read)(struct drill_stack *stack, int fd, void *buf,
			size_t len);
	ssize_t (*readv)(struct drill_stack *stack, int fd,
			 const struct iovec *iov, int count);
	ssize_t (*recvfrom)(struct drill_stack *stack, int fd, void *buf,
			    size_t len, int flags, struct sockaddr *addr,
			    socklen_t *addr_len); /* and recv() */
	ssize_t (*recvmsg)(struct drill_stack *stack, int fd,
			   struct msghdr *message, int flags);
	ssize_t (*write)(struct drill_stack *stack, int fd, const void *buf,
			 size_t len);
	ssize_t (*writev)(struct drill_stack *stack, int fd,
			  const struct iovec *iov, int count);
	ssize_t (*sendto)(struct drill_stack *stack, int fd, const void *buf,
			  size_t len, int flags, const struct sockaddr *addr,
			  socklen_t addr_len); /* and send() */
	ssize_t (*sendmsg)(struct drill_stack *stack, int fd,
			   const struct msghdr *message, int flags);

	int (*getsockopt)(struct drill_stack *stack, int fd, int level,
			  int name, void *value, socklen_t *len);
	int (*setsockopt)(struct drill_stack *stack, int fd, int level,
			  int name, const void *value, socklen_t len);
	int (*fcntl)(struct drill_stack *stack, int fd, int command,
		     int argument);
	int (*ioctl)(struct drill_stack *stack, int fd, unsigned long request,
		     int *argument); /* NULL: none */

	int (*poll)(struct drill_stack *stack, struct pollfd *fds, size_t count,
		    int timeout);
	int (*epoll_create)(struct drill_stack *stack, int size);
	int (*epoll_ctl)(struct drill_stack *stack, int epoll, int operation,
			 int fd, struct epoll_event *event);
	int (*epoll_wait)(struct drill_stack *stack, int epoll,
			  struct epoll_event *events, int most, int timeout);
	int (*pipe)(struct drill_stack *stack, int fds[2]);
	ssize_t (*splice)(struct drill_stack *stack, int fd_in, off_t *off_in,
			  int fd_out, off_t *off_out, size_t len,
			  unsigned flags);
	/* To read a file, and to send what is in it. */
	int (*open)(struct drill_stack *stack, const char *path, int flags);
	ssize_t (*sendfile)(struct drill_stack *stack, int out_fd, int in_fd,
			    off_t *offset, size_t len);

	/* Time, in nanoseconds since whenever. */
	hf_time (*now)(struct drill_stack *stack);
	/*
	 * Lets time go on until `until`, or until a datagram is there for
	 * take() that was not there before, or what was begun has ended; may
	 * return early, but not without any progress. False: the stack has
	 * failed, and `failure` tells why.
	 */
	bool (*pass)(struct drill_stack *stack, hf_time until);

	/*
	 * Hands datagrams to the stack, as one burst. Checksums and lengths
	 * are complete. False: as pass().
	 */
	bool (*inject)(struct drill_stack *stack, const struct hf_frame *frames,
		       size_t n);
	/* The next datagram that came out, in their order; false: none yet. */
	bool (*take)(struct drill_stack *stack, struct drill_sent *sent);

	/* Calls run(context), which makes a call that may sleep: see above. */
	void (*begin)(struct drill_stack *stack, void (*run)(void *context),
		      void *context);
	/* True if what was begun has not returned yet. */
	bool (*busy)(struct drill_stack *stack);

	/* A sysctl. It may come at any time; before socket() it costs least. */
	enum drill_setting_result (*set)(struct drill_stack *stack,
					 const char *name, const char *value);

	/* Ends the stack, with all its sockets, and what was begun. */
	void (*free)(struct drill_stack *stack);
};

#define DRILL_FAILURE 256u

/* The beginning of each kind of stack. */
struct drill_stack {
	const struct drill_stack_ops *ops;
	struct drill_network network;
	char failure[DRILL_FAILURE]; /* empty: it has not failed */

	/*
	 * Set by the engine, called by the stack. meanwhile(): see above;
	 * `until` is when the call that sleeps wakes up by itself; false: the
	 * script has failed or ended, so the call gives up with -EINTR. It is
	 * not called from a second thread.
	 */
	bool (*meanwhile)(void *context, hf_time until);
	/*
	 * Hears of each datagram in and out, in the order of time, and of
	 * each timer that did something; the report is NULL where the stack
	 * has none.
	 */
	void (*sight)(void *context, const struct hf_sight *sight);
	void *context; /* of both */
};

/* ---- the kinds of stack ----------------------------------------------- */

struct drill_handfast {
	enum hf_profile profile;
	bool no_header_prediction;
};

/* NULL: `failure` (DRILL_FAILURE octets) tells why. */
struct drill_stack *drill_stack_handfast(const struct drill_network *network,
					 const struct drill_handfast *options,
					 char *failure);

/*
 * The running kernel, behind a TUN device in a network namespace of its own,
 * which the process enters. NULL: as above.
 */
struct drill_stack *drill_stack_kernel(const struct drill_network *network,
				       char *failure);

/* ---- %{ code }% (code.c) ---------------------------------------------- */

struct drill_event;
struct drill_code;

/*
 * What a script's code asserts. Each piece runs with the TCP_INFO of its
 * moment; python3 is called once, at the end.
 */
struct drill_code *drill_code_new(void);
void drill_code_free(struct drill_code *code);

/*
 * Notes a piece of code with what getsockopt() says of the stack's socket
 * `fd`; -1: there is none yet. False: `failure` tells why.
 */
bool drill_code_add(struct drill_code *code, struct drill_stack *stack, int fd,
		    const struct drill_event *event, const char *file,
		    char *failure);

/* Runs what was noted; nothing if nothing was. False: what failed. */
bool drill_code_run(struct drill_code *code, char *failure);

#endif
