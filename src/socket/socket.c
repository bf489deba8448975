/* SPDX-License-Identifier: MIT */
/* What a socket is, and what becomes of it by the host's events. */
#include "socket.h"
#include "socket_option.h"
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>

#define TYPE_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

/* ---- making one -------------------------------------------------------- */

struct socket *socket_new(struct hf_net *net, int domain)
{
	struct socket *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	file_init(&s->file, net, &socket_ops, O_RDWR);
	s->domain = domain;
	if (domain == AF_INET)
		s->local = s->remote = hf_ipv4(0, 0, 0, 0);
	option_set_defaults(s);
	return s;
}

void socket_free(struct socket *s)
{
	port_release(s);
	free(s);
}

/* Linux looks at the type first, then the family, then the protocol. */
static int check_kind(int domain, int type, int protocol)
{
	int kind = type & ~TYPE_FLAGS;

	if (kind & ~0xf)
		return -EINVAL;
	if (domain != AF_INET && domain != AF_INET6)
		return -EAFNOSUPPORT;
	if (kind != SOCK_STREAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != 0 && protocol != IPPROTO_TCP)
		return -EPROTONOSUPPORT;
	return 0;
}

int hf_net_socket(struct hf_net *net, int domain, int type, int protocol)
{
	int error = check_kind(domain, type, protocol);
	struct socket *s;

	if (error != 0)
		return error;
	hf_net_update(net);
	s = socket_new(net, domain);
	if (s == NULL)
		return -ENOMEM;
	s->file.flags |= type & SOCK_NONBLOCK;
	return descriptor_open(&s->file, type & SOCK_CLOEXEC);
}

/* ---- a call about one -------------------------------------------------- */

int socket_get(struct hf_net *net, int fd, struct socket **s)
{
	struct file *file = descriptor_get(net, fd);

	if (file == NULL)
		return -EBADF;
	if (file->ops != &socket_ops) {
		file_put(file);
		return -ENOTSOCK;
	}
	*s = (struct socket *)file;
	return 0;
}

ssize_t socket_leave(struct socket *s, ssize_t result)
{
	struct hf_net *net = s->file.net;

	file_put(&s->file);
	net_kick(net);
	return result;
}

enum hf_state socket_state(const struct socket *s, struct hf_status *status)
{
	struct hf_status unwanted;

	if (status == NULL)
		status = &unwanted;
	*status = (struct hf_status){ .state = HF_CLOSED };
	if (s->listen != NULL)
		return HF_LISTEN;
	if (s->handle.index == 0 ||
	    hf_status(socket_host(s), s->handle, status) != HF_OK ||
	    status->state == HF_TIME_WAIT)
		return HF_CLOSED;
	return status->state;
}

int socket_take_error(struct socket *s)
{
	int error = s->error;

	s->error = 0;
	return error;
}

hf_time socket_deadline(const struct socket *s, int flags, hf_time timeout)
{
	if (flags & MSG_DONTWAIT || file_is_nonblocking(&s->file))
		return NET_AT_ONCE;
	return timeout == 0 ? HF_NEVER : net_deadline(s->file.net, timeout);
}

/*
 * A quarter of the buffer is free, which is also when the host says
 * HF_EVENT_WRITABLE; and not too much waits to be sent.
 */
bool socket_is_writable(const struct socket *s, const struct hf_status *status)
{
	uint32_t whole = status->send_queue + status->send_room;
	uint32_t most = (uint32_t)s->options.value[SLOT_NOTSENT_LOWAT];

	if (most != 0 && status->send_queue - status->in_flight >= most)
		return false;
	return status->send_room > 0 && status->send_room >= whole / 4;
}

/* ---- events ------------------------------------------------------------ */

/* RFC 9293 3.10.7.4: a reset finds us closing, or not. */
static void fail(struct socket *s, enum hf_error error)
{
	bool peer_is_done = s->shut == SHUT_RECEIVE && s->is_done;

	s->error = error_of_connection(error);
	if (error == HF_ERR_TIMED_OUT && s->soft_error != 0)
		s->error = s->soft_error;
	if (error == HF_ERR_RESET && peer_is_done)
		s->error = EPIPE;
}

static void ended(struct socket *s, enum hf_error error)
{
	if (error != HF_OK)
		fail(s, error);
	else
		s->is_done = true;
	s->has_ended = true;
	s->shut = SHUT_BOTH;
	if (!s->has_port)
		port_release(s);
}

static void soft_error(struct socket *s, enum hf_error error)
{
	enum slot slot = s->domain == AF_INET ? SLOT_RECVERR : SLOT_V6_RECVERR;

	if (error == HF_ERR_TIMED_OUT)
		return; /* R1: the host goes on until R2, and so do we */
	s->soft_error = error_of_connection(error);
	if (!socket_option(s, slot))
		return;
	s->error = s->soft_error;
	file_wake(&s->file, POLLERR);
}

/*
 * Both directions are shut, and the peer goes on: Linux resets it then. What
 * was not read by now goes with it.
 */
static bool refuses_text(const struct socket *s)
{
	enum hf_state state = socket_state(s, NULL);

	return s->shut == SHUT_BOTH &&
	       (state == HF_FIN_WAIT_1 || state == HF_FIN_WAIT_2);
}

static void reset(struct socket *s)
{
	hf_abort(socket_host(s), s->handle, net_now(s->file.net));
	s->handle = (struct hf_handle){ 0, 0 };
	ended(s, HF_ERR_RESET);
	file_wake(&s->file, 0);
}

/* Acknowledgements, or text: there is room, or something to read. */
static void progressed(struct socket *s, uint32_t flags)
{
	struct hf_status status;

	s->soft_error = 0;
	if (flags & HF_EVENT_READABLE && refuses_text(s)) {
		reset(s);
		return;
	}
	if (flags & HF_EVENT_READABLE)
		file_wake(&s->file, POLLIN | POLLRDNORM);
	if (!s->wants_room || !(flags & (HF_EVENT_WRITABLE | HF_EVENT_DRAINED)))
		return;
	socket_state(s, &status);
	if (!socket_is_writable(s, &status))
		return;
	s->wants_room = false;
	file_wake(&s->file, POLLOUT | POLLWRNORM);
}

void socket_event(struct socket *s, const struct hf_event *event)
{
	struct hf_status status;
	uint32_t changes = HF_EVENT_CONNECTED | HF_EVENT_EOF | HF_EVENT_CLOSED;

	if (event->flags & HF_EVENT_SOFT_ERROR)
		soft_error(s, event->error);
	urgent_event(s);
	if (event->flags &
	    (HF_EVENT_READABLE | HF_EVENT_WRITABLE | HF_EVENT_DRAINED))
		progressed(s, event->flags);
	if (event->flags & HF_EVENT_EOF) {
		s->shut |= SHUT_RECEIVE;
		s->is_done = true;
	}
	if (event->flags & HF_EVENT_CLOSED)
		ended(s, event->error);
	if (socket_state(s, &status) == HF_CLOSED &&
	    status.state == HF_TIME_WAIT && !s->has_ended) {
		ended(s, HF_OK);
		changes |= event->flags;
	}
	if (event->flags & changes)
		file_wake(&s->file, 0);
}
