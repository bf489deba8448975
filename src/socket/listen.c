/* SPDX-License-Identifier: MIT */
/*
 * listen() and accept(). Connections are taken from the host as soon as they
 * are complete, so that one that is reset before accept() is still accepted,
 * as on Linux, and so that a SO_REUSEPORT group can share them; the host is
 * told how many more may come.
 */
#include "listen.h"
#include "socket_option.h"
#include <poll.h>
#include <stdlib.h>

/* ---- how many more ----------------------------------------------------- */

static uint32_t room(const struct socket *s)
{
	uint32_t most = (uint32_t)s->backlog + 1;

	return s->waiting_count < most ? most - s->waiting_count : 0;
}

static void tell_room(const struct listening *l)
{
	uint32_t all = 0;

	for (const struct socket *s = l->members; s; s = s->next_listening)
		all += room(s);
	hf_backlog(l->net->host, l->handle, all);
}

/* ---- completed connections --------------------------------------------- */

/* By the peer's address and port, one of the group, with room if one has. */
static struct socket *choose_member(const struct listening *l,
				    const struct hf_status *status)
{
	uint32_t count = 0, hash = status->remote_port;
	struct socket *s;

	if (l->members->next_listening == NULL)
		return l->members;
	for (s = l->members; s; s = s->next_listening)
		count += room(s) > 0;
	for (size_t i = 0; i < sizeof status->remote.octet; i++)
		hash = (hash ^ status->remote.octet[i]) * UINT32_C(0x01000193);
	hash = (hash ^ hash >> 15) % (count > 0 ? count : 1);
	for (s = l->members; s->next_listening; s = s->next_listening) {
		if (room(s) > 0 && hash-- == 0)
			break;
	}
	return s;
}

static struct socket *make_child(struct socket *listener,
				 struct hf_handle handle,
				 const struct hf_status *status)
{
	struct hf_net *net = listener->file.net;
	struct socket *s = socket_new(net, listener->domain);

	if (s == NULL)
		return NULL;
	s->handle = handle;
	s->began = net_now(net);
	s->association = ASSOCIATION_DONE;
	s->options = listener->options;
	s->local = status->local;
	s->has_local = listener->has_local;
	s->port = status->local_port;
	s->remote = status->remote;
	s->remote_port = status->remote_port;
	port_hold(s);
	hf_set(net->host, handle, HF_OPTION_USER, (uint64_t)(uintptr_t)s);
	option_apply(s);
	return s;
}

static void enqueue(struct socket *listener, struct socket *child)
{
	if (listener->last_waiting != NULL)
		listener->last_waiting->next_waiting = child;
	else
		listener->waiting = child;
	listener->last_waiting = child;
	listener->waiting_count++;
	file_wake(&listener->file, POLLIN | POLLRDNORM);
}

static struct socket *dequeue(struct socket *listener)
{
	struct socket *child = listener->waiting;

	if (child == NULL)
		return NULL;
	listener->waiting = child->next_waiting;
	if (listener->waiting == NULL)
		listener->last_waiting = NULL;
	child->next_waiting = NULL;
	listener->waiting_count--;
	return child;
}

void listen_completed(struct listening *l)
{
	struct hf_net *net = l->net;
	struct hf_handle handle;
	struct hf_status status;

	while (hf_accept(net->host, l->handle, &handle) == HF_OK) {
		struct socket *member, *child;

		hf_status(net->host, handle, &status);
		member = choose_member(l, &status);
		child = make_child(member, handle, &status);
		if (child != NULL)
			enqueue(member, child);
		else
			hf_abort(net->host, handle, net_now(net));
	}
	tell_room(l);
}

/* ---- listen() ---------------------------------------------------------- */

struct hf_handle listen_handle(const struct socket *s)
{
	return s->listen->handle;
}

/* The group that listens where this socket is about to; NULL. */
static struct listening *find_group(const struct socket *s)
{
	const struct socket *other = s->file.net->ports[s->port % PORT_CHAINS];

	for (; other != NULL; other = other->next_at_port) {
		if (other->listen != NULL && other->port == s->port &&
		    addr_is_equal(&other->local, &s->local) &&
		    socket_option(other, SLOT_V6ONLY) ==
			    socket_option(s, SLOT_V6ONLY))
			return other->listen;
	}
	return NULL;
}

static int open_listener(struct socket *s, struct listening **opened)
{
	struct hf_net *net = s->file.net;
	struct listening *l = calloc(1, sizeof *l);
	struct hf_listen options = {
		.local = s->local,
		.port = s->port,
		.reuse = true, /* bind() has seen to it */
		.ipv6_only = socket_option(s, SLOT_V6ONLY),
		.completed = (uint32_t)s->backlog + 1,
		.send_buffer = option_send_buffer(s),
		.receive_buffer = option_receive_buffer(s),
		.user = (uint64_t)(uintptr_t)l,
	};
	enum hf_error error;

	if (l == NULL)
		return -ENOMEM;
	error = hf_listen(net->host, &options, &l->handle);
	if (error != HF_OK) {
		free(l);
		return error_of_call(error);
	}
	l->net = net;
	*opened = l;
	return 0;
}

static int start(struct socket *s, int backlog)
{
	struct listening *l;
	int error = 0;

	if (!s->holds_port)
		error = bind_any(s);
	else
		error = port_check(s, &s->local, s->port);
	if (error != 0)
		return error;
	s->backlog = backlog;
	l = find_group(s);
	if (l == NULL)
		error = open_listener(s, &l);
	if (error != 0)
		return error;
	s->next_listening = l->members;
	l->members = s;
	s->listen = l;
	option_apply(s);
	return 0;
}

static int listen_with(struct socket *s, int backlog)
{
	enum hf_state state = socket_state(s, NULL);
	int error = 0;

	if (backlog < 0 || backlog > s->file.net->options.backlog)
		backlog = s->file.net->options.backlog;
	if (s->association != ASSOCIATION_NONE ||
	    (state != HF_CLOSED && state != HF_LISTEN))
		return -EINVAL;
	if (state == HF_LISTEN)
		s->backlog = backlog;
	else
		error = start(s, backlog);
	if (error == 0)
		tell_room(s->listen);
	return error;
}

int hf_net_listen(struct hf_net *net, int fd, int backlog)
{
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	return (int)socket_leave(s, listen_with(s, backlog));
}

void listen_stop(struct socket *s)
{
	struct listening *l = s->listen;
	struct hf_net *net = s->file.net;
	struct socket **at = &l->members, *child;

	while (*at != s)
		at = &(*at)->next_listening;
	*at = s->next_listening;
	s->listen = NULL;
	s->next_listening = NULL;
	while ((child = dequeue(s)) != NULL) {
		hf_abort(net->host, child->handle, net_now(net));
		socket_free(child);
	}
	if (l->members != NULL) {
		tell_room(l);
		return;
	}
	hf_close(net->host, l->handle, net_now(net));
	free(l);
}

/* ---- accept() ---------------------------------------------------------- */

static int accept_waiting(struct socket *s, struct socket **child)
{
	hf_time until = socket_deadline(s, 0, s->options.receive_timeout);

	for (;;) {
		int error;

		if (s->listen == NULL)
			return -EINVAL;
		*child = dequeue(s);
		if (*child != NULL) {
			tell_room(s->listen);
			return 0;
		}
		error = net_wait(s->file.net, until);
		if (error != 0)
			return error;
	}
}

static int deliver(struct socket *child, struct sockaddr *addr, socklen_t *len,
		   int flags)
{
	struct endpoint peer = { child->remote, child->remote_port };
	int error = 0;

	child->file.flags |= flags & SOCK_NONBLOCK;
	if (addr != NULL)
		error = address_write(child, &peer, addr, len);
	if (error != 0) {
		file_put(&child->file);
		return error;
	}
	return descriptor_open(&child->file, flags & SOCK_CLOEXEC);
}

int hf_net_accept4(struct hf_net *net, int fd, struct sockaddr *addr,
		   socklen_t *len, int flags)
{
	struct socket *s, *child;
	int error;

	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	error = socket_get(net, fd, &s);
	if (error != 0)
		return error;
	/* First, so that no connection is lost for it. */
	error = descriptor_is_free(net) ? accept_waiting(s, &child) : -EMFILE;
	if (error == 0)
		error = deliver(child, addr, len, flags);
	return (int)socket_leave(s, error);
}

int hf_net_accept(struct hf_net *net, int fd, struct sockaddr *addr,
		  socklen_t *len)
{
	return hf_net_accept4(net, fd, addr, len, 0);
}
