/* SPDX-License-Identifier: MIT */
/*
 * A TCP socket: what POSIX knows of it beside the host's connection or
 * listener, of which it has at most one at a time.
 *
 *	handle.index 0	  no connection: new, or it has been dissolved
 *	listen != NULL	  listening, alone or in a SO_REUSEPORT group
 *	else		  opening, open or ended: see socket_state()
 */
#ifndef SOCKET_SOCKET_H
#define SOCKET_SOCKET_H

#include "net.h"

/* Directions that are shut, by either side. */
#define SHUT_RECEIVE 1u
#define SHUT_SEND 2u
#define SHUT_BOTH 3u

/* The association, as connect() sees it. */
enum association {
	ASSOCIATION_NONE,
	ASSOCIATION_OPENING, /* connect() has not told how it ended */
	ASSOCIATION_DONE,
	ASSOCIATION_LOST, /* shut down before it was: dissolve it first */
};

/* Options with an integer: what is stored, and what has defaults. */
enum slot {
	/* SOL_SOCKET */
	SLOT_REUSEADDR,
	SLOT_REUSEPORT,
	SLOT_KEEPALIVE,
	SLOT_OOBINLINE,
	SLOT_DONTROUTE,
	SLOT_BROADCAST,
	SLOT_DEBUG,
	SLOT_PRIORITY,
	SLOT_MARK,
	SLOT_RCVLOWAT,
	SLOT_SNDBUF, /* as getsockopt() says: doubled */
	SLOT_RCVBUF,
	SLOT_TIMESTAMPS,
	SLOT_TIMESTAMP,
	SLOT_TIMESTAMPNS,
	SLOT_BUSY_POLL,
	SLOT_NO_CHECK,
	SLOT_ZEROCOPY,
	SLOT_RXQ_OVFL,
	/* IPPROTO_TCP */
	SLOT_NODELAY,
	SLOT_MAXSEG,
	SLOT_CORK,
	SLOT_KEEPIDLE,
	SLOT_KEEPINTVL,
	SLOT_KEEPCNT,
	SLOT_SYNCNT,
	SLOT_LINGER2,
	SLOT_DEFER_ACCEPT,
	SLOT_WINDOW_CLAMP,
	SLOT_QUICKACK,
	SLOT_USER_TIMEOUT,
	SLOT_NOTSENT_LOWAT,
	SLOT_FASTOPEN,
	SLOT_FASTOPEN_CONNECT,
	SLOT_FASTOPEN_NO_COOKIE,
	SLOT_SAVE_SYN,
	SLOT_THIN_LINEAR,
	SLOT_THIN_DUPACK,
	SLOT_INQ,
	SLOT_TX_DELAY,
	SLOT_TIMESTAMP_CLOCK,
	/* IPPROTO_IP, IPPROTO_IPV6 */
	SLOT_TOS,
	SLOT_TTL,
	SLOT_MTU_DISCOVER,
	SLOT_RECVERR,
	SLOT_RECVTOS,
	SLOT_RECVTTL,
	SLOT_PKTINFO,
	SLOT_FREEBIND,
	SLOT_TRANSPARENT,
	SLOT_BIND_NO_PORT,
	SLOT_V6ONLY,
	SLOT_TCLASS,
	SLOT_HOPS,
	SLOT_V6_MTU_DISCOVER,
	SLOT_V6_RECVERR,
	SLOT_RECVTCLASS,
	SLOT_RECVHOPS,
	SLOT_RECVPKTINFO,
	SLOT_AUTOFLOWLABEL,
	SLOTS
};

struct socket_options {
	int value[SLOTS];
	uint64_t changed; /* by the program: 1 << slot */
	bool lingers;
	int linger; /* seconds */
	hf_time receive_timeout, send_timeout; /* 0: none */
	char device[16]; /* SO_BINDTODEVICE */
};

struct urgent {
	uint64_t at; /* of the urgent octet, counted as `position` is */
	bool is_known; /* announced, and not passed */
	bool has_come; /* and this is it: */
	uint8_t octet;
	bool is_taken; /* by MSG_OOB */
};

struct listening;

struct socket {
	struct file file; /* first */
	int domain; /* AF_INET, AF_INET6 */
	struct hf_handle handle;
	enum association association;
	unsigned shut;
	int error; /* SO_ERROR, an errno value */
	int soft_error; /* what a timeout will be said to be */
	bool is_done; /* the peer's FIN has come: the end, not an error */
	bool has_ended; /* the connection, in whatever way */
	bool wants_room; /* was told that it cannot write */
	hf_time began; /* when it was opened or accepted */
	uint64_t position; /* octets received since it was opened */
	struct urgent urgent;

	/* what it is bound to, and what it has a connection to */
	struct hf_addr local, remote;
	uint16_t port, remote_port; /* 0: none */
	bool has_local; /* bind() chose the address */
	bool has_port; /* bind() chose the port */
	bool holds_port; /* is in net->ports */
	struct socket *next_at_port, **at_port; /* what points to it */

	struct listening *listen;
	int backlog;
	struct socket *next_listening; /* of a SO_REUSEPORT group */
	struct socket *waiting, *last_waiting; /* to be accepted */
	uint32_t waiting_count;
	struct socket *next_waiting;

	struct socket_options options;
};

static inline bool socket_option(const struct socket *s, enum slot slot)
{
	return s->options.value[slot] != 0;
}

static inline struct hf_host *socket_host(const struct socket *s)
{
	return s->file.net->host;
}

/* ---- socket.c ------------------------------------------------------------ */

extern const struct file_ops socket_ops;

/* A socket without descriptor; NULL: no memory. */
struct socket *socket_new(struct hf_net *net, int domain);
void socket_free(struct socket *s);

/* The socket of a descriptor, held. -EBADF, -ENOTSOCK. */
int socket_get(struct hf_net *net, int fd, struct socket **s);
/* Ends a call that began so: lets go, kicks, and returns `result`. */
ssize_t socket_leave(struct socket *s, ssize_t result);

/*
 * The state as Linux has it: HF_CLOSED also in TIME_WAIT, which a socket does
 * not stay in. `status` is filled in; may be NULL.
 */
enum hf_state socket_state(const struct socket *s, struct hf_status *status);

/* Takes the error of the connection; 0: none. Not negative. */
int socket_take_error(struct socket *s);

/* What the host says of it. */
void socket_event(struct socket *s, const struct hf_event *event);

/* Whether there is room to call it writable. */
bool socket_is_writable(const struct socket *s, const struct hf_status *status);

/* How long a call may wait; NET_AT_ONCE: not at all. */
hf_time socket_deadline(const struct socket *s, int flags, hf_time timeout);

/* ---- address.c ----------------------------------------------------------- */

struct endpoint {
	struct hf_addr addr;
	uint16_t port;
};

extern const struct hf_addr addr_any;
bool addr_is_any(const struct hf_addr *addr); /* of either version */
bool addr_is_mapped(const struct hf_addr *addr);
bool addr_is_equal(const struct hf_addr *a, const struct hf_addr *b);
/* Reads a sockaddr of the socket's family. -EFAULT, -EINVAL, -EAFNOSUPPORT. */
int address_read(const struct socket *s, const struct sockaddr *addr,
		 socklen_t len, struct endpoint *to);
/* Writes a sockaddr of the socket's family; not more than *len octets. */
int address_write(const struct socket *s, const struct endpoint *from,
		  struct sockaddr *addr, socklen_t *len);

/* ---- bind.c: who holds which port -----------------------------------------
 */

void port_hold(struct socket *s);
void port_release(struct socket *s);
/* May it have this address and port? -EADDRINUSE. */
int port_check(const struct socket *s, const struct hf_addr *local,
	       uint16_t port);
/* Binds an unbound socket to some port. -EADDRINUSE. */
int bind_any(struct socket *s);

/* ---- listen.c, connect.c, close.c ------------------------------------------
 */

/* connect(), without waiting if MSG_DONTWAIT; NULL: go on with it. */
int connect_to(struct socket *s, const struct sockaddr *addr, socklen_t len,
	       int flags);

/* Gives up the connection, with a reset, or the listener. */
void socket_disconnect(struct socket *s);
int socket_close(struct file *file);

/* ---- send.c, receive.c, urgent.c -------------------------------------------
 */

ssize_t send_vector(struct socket *s, struct vector *from, int flags);
ssize_t receive_vector(struct socket *s, struct vector *to, int flags,
		       int *out_flags);
/* Octets that a read would give at once, and those before the mark only. */
uint32_t receive_pending(const struct socket *s,
			 const struct hf_status *status);
bool receive_is_due(const struct socket *s, const struct hf_status *status);

void urgent_event(struct socket *s);
/* Is the urgent octet, out of line, the one at this offset? */
bool urgent_is_at(const struct socket *s, uint64_t position);
void urgent_passed(struct socket *s);
/* MSG_OOB of recv(). */
ssize_t urgent_receive(struct socket *s, struct vector *to, int flags,
		       int *out_flags);
bool urgent_is_pending(const struct socket *s);

/* ---- ioctl.c ------------------------------------------------------------- */

int socket_ioctl(struct file *file, unsigned long request, int *argument);

#endif
