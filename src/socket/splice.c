/* SPDX-License-Identifier: MIT */
/* splice(): from a socket into a pipe, out of a pipe, or between pipes. */
#include "pipe.h"
#include "socket.h"
#include <string.h>
#include <sys/uio.h>

#define FLAGS                                                                  \
	(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

/* One call: two files and what moves between them. */
struct splice {
	struct file *in, *out;
	size_t len;
	unsigned flags;
};

static hf_time deadline(const struct splice *c, const struct file *pipe)
{
	return c->flags & SPLICE_F_NONBLOCK || file_is_nonblocking(pipe)
		       ? NET_AT_ONCE
		       : HF_NEVER;
}

/* Waits for octets. 0: there are some, or -- the pipe is empty -- the end. */
static int wait_for_octets(const struct splice *c, const struct pipe *pipe)
{
	while (pipe->len == 0 && pipe->writer != NULL) {
		int error = net_wait(c->in->net, deadline(c, c->in));

		if (error != 0)
			return error;
	}
	return 0;
}

static int wait_for_room(const struct splice *c, const struct pipe *pipe)
{
	while (pipe->reader != NULL && pipe->len == PIPE_ROOM) {
		int error = net_wait(c->out->net, deadline(c, c->out));

		if (error != 0)
			return error;
	}
	return pipe->reader != NULL ? 0 : -EPIPE;
}

/*
 * Linux lets nothing urgent into a pipe: what is in front of it goes, and then
 * nothing until a read has passed it.
 */
static bool is_at_mark(const struct socket *s)
{
	return s->urgent.is_known && s->urgent.has_come &&
	       s->urgent.at == s->position && s->error == 0;
}

/*
 * A ring may turn while a call waits, so that nothing that waits is told where
 * in it the octets are: the socket is asked for what goes at once.
 */
static ssize_t receive_at_once(const struct splice *c, struct pipe *to)
{
	struct iovec iov;
	struct vector v;
	ssize_t got;

	if (is_at_mark((const struct socket *)c->in))
		return -EAGAIN;
	iov.iov_base = pipe_room(to, &iov.iov_len);
	if (iov.iov_len > c->len)
		iov.iov_len = c->len;
	vector_init(&v, &iov, 1, EINVAL);
	got = receive_vector((struct socket *)c->in, &v, MSG_DONTWAIT,
			     &(int){ 0 });
	if (got > 0)
		pipe_commit(to, (size_t)got);
	return got;
}

static ssize_t send_at_once(const struct splice *c, struct pipe *from,
			    size_t most)
{
	int flags = MSG_DONTWAIT | (c->flags & SPLICE_F_MORE ? MSG_MORE : 0);
	struct iovec iov;
	struct vector v;
	ssize_t sent;

	iov.iov_base = pipe_octets(from, &iov.iov_len);
	if (iov.iov_len > most)
		iov.iov_len = most;
	vector_init(&v, &iov, 1, EINVAL);
	sent = send_vector((struct socket *)c->out, &v, flags);
	if (sent > 0)
		pipe_consume(from, (size_t)sent);
	return sent;
}

/* How long the socket may keep the call waiting. */
static hf_time socket_patience(const struct splice *c, const struct file *file,
			       hf_time timeout)
{
	return socket_deadline((const struct socket *)file,
			       c->flags & SPLICE_F_NONBLOCK ? MSG_DONTWAIT : 0,
			       timeout);
}

/* What is there, into what room there is. */
static ssize_t socket_to_pipe(const struct splice *c, struct pipe *to)
{
	const struct socket *s = (const struct socket *)c->in;
	hf_time until = socket_patience(c, c->in, s->options.receive_timeout);

	for (;;) {
		int error = wait_for_room(c, to);
		ssize_t got = error != 0 ? error : receive_at_once(c, to);

		if (error != 0 || got != -EAGAIN)
			return got;
		if (until != NET_AT_ONCE && is_at_mark(s))
			return 0;
		error = net_wait(c->in->net, until);
		if (error != 0)
			return error;
	}
}

static ssize_t pipe_to_socket(const struct splice *c, struct pipe *from)
{
	const struct socket *s = (const struct socket *)c->out;
	hf_time until = socket_patience(c, c->out, s->options.send_timeout);
	int error = wait_for_octets(c, from);
	size_t moved = 0;

	while (error == 0 && moved < c->len && from->len > 0) {
		ssize_t sent = send_at_once(c, from, c->len - moved);

		if (sent > 0)
			moved += (size_t)sent;
		else if (sent == -EAGAIN)
			error = net_wait(c->out->net, until);
		else
			error = (int)sent;
	}
	return moved > 0 || error == 0 ? (ssize_t)moved : error;
}

static ssize_t pipe_to_pipe(const struct splice *c, struct pipe *from,
			    struct pipe *to)
{
	int error = wait_for_octets(c, from);
	size_t moved = 0;

	if (error == 0)
		error = wait_for_room(c, to);
	while (error == 0 && moved < c->len && from->len > 0 &&
	       to->len < PIPE_ROOM) {
		struct iovec iov;
		struct vector v;
		size_t room;
		uint8_t *at = pipe_room(to, &room);

		iov.iov_base = pipe_octets(from, &iov.iov_len);
		vector_init(&v, &iov, 1, EINVAL);
		if (room > iov.iov_len)
			room = iov.iov_len;
		if (room > c->len - moved)
			room = c->len - moved;
		memcpy(at, iov.iov_base, room);
		pipe_consume(from, room);
		pipe_commit(to, room);
		moved += room;
	}
	return moved > 0 ? (ssize_t)moved : error;
}

static ssize_t move(const struct splice *c)
{
	struct pipe *from = pipe_of_reader(c->in);
	struct pipe *to = pipe_of_writer(c->out);
	bool in_is_socket = c->in->ops == &socket_ops;
	bool out_is_socket = c->out->ops == &socket_ops;

	if (c->len == 0)
		return 0;
	if (from != NULL && to != NULL)
		return from != to ? pipe_to_pipe(c, from, to) : -EINVAL;
	if (from != NULL && out_is_socket)
		return pipe_to_socket(c, from);
	if (in_is_socket && to != NULL)
		return socket_to_pipe(c, to);
	/* The wrong end of a pipe, or no pipe at all. */
	return pipe_of_writer(c->in) || pipe_of_reader(c->out) ? -EBADF
							       : -EINVAL;
}

ssize_t hf_net_splice(struct hf_net *net, int fd_in, off_t *off_in, int fd_out,
		      off_t *off_out, size_t len, unsigned flags)
{
	struct splice c = { .in = descriptor_get(net, fd_in),
			    .out = descriptor_get(net, fd_out),
			    .len = len,
			    .flags = flags };
	ssize_t result = -EBADF;

	if (flags & ~(unsigned)FLAGS)
		result = -EINVAL;
	else if (c.in != NULL && c.out != NULL)
		result = off_in == NULL && off_out == NULL ? move(&c) : -ESPIPE;
	if (result == -EPIPE && net->driver.broken_pipe != NULL)
		net->driver.broken_pipe(net->driver.context, fd_out);
	if (c.in != NULL)
		file_put(c.in);
	if (c.out != NULL)
		file_put(c.out);
	net_kick(net);
	return result;
}
