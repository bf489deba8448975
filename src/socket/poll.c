/* SPDX-License-Identifier: MIT */
/* Readiness of a socket, and poll(). */
#include "socket.h"
#include <poll.h>

#define READABLE (POLLIN | POLLRDNORM)
#define WRITABLE (POLLOUT | POLLWRNORM)
#define NVAL_OR_ERROR (POLLERR | POLLHUP | POLLNVAL)

/* ---- sockets ----------------------------------------------------------- */

static bool can_write(struct socket *s, enum hf_state state,
		      const struct hf_status *status)
{
	if (s->shut & SHUT_SEND || state == HF_CLOSED)
		return true; /* and will be told why not */
	if (socket_is_writable(s, status))
		return true;
	s->wants_room = true;
	/* The host tells of room to those only that it has refused some. */
	hf_reserve(socket_host(s), s->handle, &(void *){ NULL },
		   &(size_t){ 0 });
	return false;
}

static unsigned poll_connection(struct socket *s, enum hf_state state,
				const struct hf_status *status)
{
	unsigned events = 0;

	if (s->shut == SHUT_BOTH || state == HF_CLOSED)
		events |= POLLHUP;
	if (s->shut & SHUT_RECEIVE)
		events |= READABLE | POLLRDHUP;
	if (state != HF_SYN_SENT && state != HF_SYN_RECEIVED) {
		if (receive_is_due(s, status))
			events |= READABLE;
		if (can_write(s, state, status))
			events |= WRITABLE;
		if (urgent_is_pending(s))
			events |= POLLPRI;
	}
	if (s->error != 0)
		events |= POLLERR;
	return events;
}

static unsigned poll_socket(struct file *file)
{
	struct socket *s = (struct socket *)file;
	struct hf_status status;
	enum hf_state state = socket_state(s, &status);

	if (state == HF_LISTEN)
		return s->waiting != NULL ? READABLE : 0;
	return poll_connection(s, state, &status);
}

static ssize_t read_socket(struct file *file, struct vector *to)
{
	int flags = 0;

	if (to->left == 0)
		return 0;
	return receive_vector((struct socket *)file, to, 0, &flags);
}

static ssize_t write_socket(struct file *file, struct vector *from)
{
	return send_vector((struct socket *)file, from, 0);
}

const struct file_ops socket_ops = {
	.poll = poll_socket,
	.read = read_socket,
	.write = write_socket,
	.ioctl = socket_ioctl,
	.close = socket_close,
};

/* ---- poll() ------------------------------------------------------------ */

static short look(struct hf_net *net, const struct pollfd *p)
{
	struct file *file;
	unsigned events;

	if (p->fd < 0)
		return 0;
	file = descriptor_get(net, p->fd);
	if (file == NULL)
		return POLLNVAL;
	events = file->ops->poll(file) &
		 ((unsigned short)p->events | NVAL_OR_ERROR);
	file_put(file);
	return (short)events;
}

static int look_at_all(struct hf_net *net, struct pollfd *fds,
		       unsigned long count)
{
	int ready = 0;

	for (unsigned long i = 0; i < count; i++) {
		fds[i].revents = look(net, &fds[i]);
		ready += fds[i].revents != 0;
	}
	return ready;
}

int hf_net_poll(struct hf_net *net, struct pollfd *fds, unsigned long count,
		int timeout)
{
	hf_time until = net_poll_deadline(net, timeout);

	if (fds == NULL && count > 0)
		return -EFAULT;
	for (;;) {
		int ready = look_at_all(net, fds, count);
		int error = ready > 0 ? 0 : net_wait(net, until);

		if (ready > 0 || error == -EAGAIN)
			return ready;
		if (error != 0)
			return error;
	}
}
