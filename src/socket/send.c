/* SPDX-License-Identifier: MIT */
/* Sending: write(), send() and their family. */
#include "socket.h"
#include <sys/uio.h>

static bool may_send(enum hf_state state)
{
	return state == HF_ESTABLISHED || state == HF_CLOSE_WAIT;
}

static bool is_opening(enum hf_state state)
{
	return state == HF_SYN_SENT || state == HF_SYN_RECEIVED;
}

/* -EPIPE, unless the connection has an error to tell. */
static int why_not(struct socket *s)
{
	int error = socket_take_error(s);

	return error != 0 ? -error : -EPIPE;
}

/* They are about the end of what the program sends. */
static unsigned host_flags(const struct vector *from, size_t len, int flags)
{
	unsigned result = flags & MSG_MORE ? HF_SEND_MORE : 0;

	if (len < from->left)
		return 0;
	return flags & MSG_OOB ? result | HF_SEND_URGENT : result;
}

/* Queues what fits. -EAGAIN: no more for now. */
static int queue(struct socket *s, struct vector *from, int flags)
{
	while (from->left > 0) {
		size_t len, sent = 0;
		const void *data = vector_next(from, &len);
		enum hf_error error =
			hf_send_as(socket_host(s), s->handle, data, len,
				   host_flags(from, len, flags), &sent);

		vector_skip(from, sent);
		if (error == HF_OK && sent == len)
			continue;
		s->wants_room = true;
		/* The host has no memory just now: as if the queue was full. */
		if (error == HF_OK || error == HF_ERR_NO_MEMORY)
			return -EAGAIN;
		return error_of_call(error);
	}
	return 0;
}

/* One attempt. 0: all is queued; -EAGAIN: not yet. */
static int try(struct socket *s, struct vector *from, int flags)
{
	enum hf_state state = socket_state(s, NULL);

	if (s->error == 0 && !(s->shut & SHUT_SEND)) {
		if (is_opening(state))
			return -EAGAIN;
		if (may_send(state))
			return queue(s, from, flags);
	}
	return why_not(s);
}

ssize_t send_vector(struct socket *s, struct vector *from, int flags)
{
	hf_time until = socket_deadline(s, flags, s->options.send_timeout);
	size_t whole = from->left;
	int error;

	if (s->listen != NULL)
		return why_not(s);
	while ((error = try(s, from, flags)) == -EAGAIN) {
		error = net_wait(s->file.net, until);
		if (error != 0)
			break;
	}
	return whole > from->left || error == 0 ? (ssize_t)(whole - from->left)
						: error;
}

static ssize_t send_message(struct socket *s, const struct msghdr *message,
			    int flags)
{
	struct vector from;
	int error = vector_init(&from, message->msg_iov,
				(size_t)message->msg_iovlen, EMSGSIZE);

	/* Without Fast Open the octets follow the handshake. */
	if (error == 0 && flags & MSG_FASTOPEN)
		error = connect_to(s, message->msg_name, message->msg_namelen,
				   flags);
	return error != 0 ? error : send_vector(s, &from, flags);
}

ssize_t hf_net_sendmsg(struct hf_net *net, int fd, const struct msghdr *message,
		       int flags)
{
	struct socket *s;
	ssize_t result = socket_get(net, fd, &s);

	if (result != 0)
		return result;
	result = message != NULL ? send_message(s, message, flags) : -EFAULT;
	if (result == -EPIPE && !(flags & MSG_NOSIGNAL) &&
	    net->driver.broken_pipe != NULL)
		net->driver.broken_pipe(net->driver.context, fd);
	return socket_leave(s, result);
}

ssize_t hf_net_sendto(struct hf_net *net, int fd, const void *buf, size_t len,
		      int flags, const struct sockaddr *addr,
		      socklen_t addr_len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };
	struct msghdr message = {
		.msg_name = (void *)(uintptr_t)addr,
		.msg_namelen = addr_len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};

	return hf_net_sendmsg(net, fd, &message, flags);
}

ssize_t hf_net_send(struct hf_net *net, int fd, const void *buf, size_t len,
		    int flags)
{
	return hf_net_sendto(net, fd, buf, len, flags, NULL, 0);
}
