/* SPDX-License-Identifier: MIT */
/* Receiving: read(), recv() and their family. */
#include "control.h"
#include "socket.h"
#include <sys/uio.h>

/* One call, as far as it has come. */
struct reception {
	struct vector *to;
	int flags;
	size_t target; /* octets that end the wait */
	size_t copied;
	uint64_t position; /* of the next octet, ahead of the socket's if
			      they are only looked at */
	bool is_at_mark; /* stops there: what follows is for the next call */
};

/* ---- octets ------------------------------------------------------------ */

/* Leaves `len` octets behind. */
static void pass(struct socket *s, struct reception *r, size_t len)
{
	r->position += len;
	if (r->flags & MSG_PEEK)
		return;
	hf_consume(socket_host(s), s->handle, len);
	s->position += len;
	urgent_passed(s);
}

/* What is there to copy before the mark; 0: nothing. */
static size_t look(struct socket *s, struct reception *r, const void **data)
{
	uint32_t offset = (uint32_t)(r->position - s->position);
	uint64_t to_mark;
	size_t len;

	if (hf_peek_at(socket_host(s), s->handle, offset, data, &len) != HF_OK)
		return 0;
	if (len > r->to->left)
		len = r->to->left;
	if (!s->urgent.is_known || s->urgent.at < r->position)
		return len;
	to_mark = s->urgent.at - r->position;
	if (to_mark == 0)
		r->is_at_mark = r->copied > 0;
	return to_mark > 0 && to_mark < len ? (size_t)to_mark : len;
}

static void take(struct socket *s, struct reception *r)
{
	const void *data;
	size_t len;

	while ((len = look(s, r, &data)) > 0 && !r->is_at_mark) {
		if (urgent_is_at(s, r->position)) {
			pass(s, r, 1); /* it is read with MSG_OOB, or never */
			continue;
		}
		if (r->flags & MSG_TRUNC)
			vector_skip(r->to, len);
		else
			vector_put(r->to, data, len);
		r->copied += len;
		pass(s, r, len);
	}
}

/* ---- the call ---------------------------------------------------------- */

/* Nothing is copied: 1 if it is to wait, else what to return. */
static int verdict(struct socket *s)
{
	enum hf_state state = socket_state(s, NULL);
	int error;

	if (s->is_done)
		return 0;
	error = socket_take_error(s);
	if (error != 0)
		return -error;
	if (s->shut & SHUT_RECEIVE)
		return 0;
	return state == HF_CLOSED || state == HF_LISTEN ? -ENOTCONN : 1;
}

/* Something is copied: is that all there will be? */
static bool is_over(const struct socket *s)
{
	return s->error != 0 || s->shut & SHUT_RECEIVE ||
	       socket_state(s, NULL) == HF_CLOSED;
}

static size_t target_of(const struct socket *s, size_t len, int flags)
{
	size_t least = (size_t)s->options.value[SLOT_RCVLOWAT];

	if (flags & MSG_WAITALL || least > len)
		least = len;
	return least > 0 ? least : 1;
}

static bool is_readable(struct socket *s, struct reception *r)
{
	const void *data;

	return look(s, r, &data) > 0 ||
	       (r->to->left == 0 &&
		hf_peek_at(socket_host(s), s->handle, 0, &data,
			   &(size_t){ 0 }) == HF_OK &&
		data != NULL);
}

static ssize_t receive_stream(struct socket *s, struct reception *r)
{
	hf_time until =
		socket_deadline(s, r->flags, s->options.receive_timeout);

	for (;;) {
		int error;

		if (r->to->left == 0 && is_readable(s, r))
			return (ssize_t)r->copied;
		take(s, r);
		if (r->copied >= r->target || r->is_at_mark ||
		    (r->copied > 0 && is_over(s)))
			return (ssize_t)r->copied;
		error = r->copied > 0 ? 1 : verdict(s);
		if (error <= 0)
			return error;
		error = net_wait(s->file.net, until);
		if (error != 0)
			return r->copied > 0 ? (ssize_t)r->copied : error;
		if (!(r->flags & MSG_PEEK) || r->position < s->position)
			r->position = s->position; /* others have read */
	}
}

ssize_t receive_vector(struct socket *s, struct vector *to, int flags,
		       int *out_flags)
{
	struct reception r = { .to = to,
			       .flags = flags,
			       .position = s->position,
			       .target = target_of(s, to->left, flags) };

	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	if (s->listen != NULL)
		return -ENOTCONN;
	if (flags & MSG_OOB)
		return urgent_receive(s, to, flags, out_flags);
	return receive_stream(s, &r);
}

/* ---- readiness --------------------------------------------------------- */

uint32_t receive_pending(const struct socket *s, const struct hf_status *status)
{
	uint32_t all = status->receive_queue;

	if (socket_option(s, SLOT_OOBINLINE) || !s->urgent.is_known ||
	    s->urgent.at < s->position || s->urgent.at - s->position >= all)
		return all;
	return (uint32_t)(s->urgent.at - s->position);
}

bool receive_is_due(const struct socket *s, const struct hf_status *status)
{
	uint32_t least = (uint32_t)s->options.value[SLOT_RCVLOWAT];

	if (urgent_is_at(s, s->position))
		least++; /* it is not counted */
	/* More than the window will never wait to be read. */
	if (least > (uint32_t)s->options.value[SLOT_RCVBUF] / 2)
		least = (uint32_t)s->options.value[SLOT_RCVBUF] / 2;
	return status->receive_queue > 0 && status->receive_queue >= least;
}

/* ---- calls ------------------------------------------------------------- */

/* What recvmsg() says beside the octets. */
static void describe(const struct socket *s, struct msghdr *message, int flags)
{
	message->msg_namelen = 0; /* a stream has no sender */
	message->msg_flags = flags;
	control_write(s, message);
}

static ssize_t receive_message(struct socket *s, struct msghdr *message,
			       int flags)
{
	int out_flags = 0;
	struct vector to;
	ssize_t result = vector_init(&to, message->msg_iov,
				     (size_t)message->msg_iovlen, EMSGSIZE);

	if (result != 0)
		return result;
	result = receive_vector(s, &to, flags, &out_flags);
	if (result >= 0)
		describe(s, message, out_flags);
	return result;
}

ssize_t hf_net_recvmsg(struct hf_net *net, int fd, struct msghdr *message,
		       int flags)
{
	struct socket *s;
	ssize_t result = socket_get(net, fd, &s);

	if (result != 0)
		return result;
	result = message != NULL ? receive_message(s, message, flags) : -EFAULT;
	return socket_leave(s, result);
}

ssize_t hf_net_recvfrom(struct hf_net *net, int fd, void *buf, size_t len,
			int flags, struct sockaddr *addr, socklen_t *addr_len)
{
	struct iovec iov = { buf, len };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t result = hf_net_recvmsg(net, fd, &message, flags);

	if (result >= 0 && addr != NULL && addr_len != NULL)
		*addr_len = 0;
	return result;
}

ssize_t hf_net_recv(struct hf_net *net, int fd, void *buf, size_t len,
		    int flags)
{
	return hf_net_recvfrom(net, fd, buf, len, flags, NULL, NULL);
}
