/* SPDX-License-Identifier: MIT */
/* Pipes: a ring of octets and two ends. */
#include "pipe.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define READABLE (POLLIN | POLLRDNORM)
#define WRITABLE (POLLOUT | POLLWRNORM)
#define ATOMIC 4096u /* PIPE_BUF: such a write is not torn apart */

struct end {
	struct file file; /* first */
	struct pipe *pipe;
};

static const struct file_ops read_ops, write_ops;

static struct pipe *pipe_of(struct file *file)
{
	return ((struct end *)file)->pipe;
}

struct pipe *pipe_of_reader(struct file *file)
{
	return file->ops == &read_ops ? pipe_of(file) : NULL;
}

struct pipe *pipe_of_writer(struct file *file)
{
	return file->ops == &write_ops ? pipe_of(file) : NULL;
}

/* ---- the ring ---------------------------------------------------------- */

uint8_t *pipe_octets(struct pipe *pipe, size_t *len)
{
	uint32_t to_edge = PIPE_ROOM - pipe->first;

	*len = pipe->len < to_edge ? pipe->len : to_edge;
	return pipe->octets + pipe->first;
}

uint8_t *pipe_room(struct pipe *pipe, size_t *len)
{
	uint32_t at = (pipe->first + pipe->len) % PIPE_ROOM;
	uint32_t room = PIPE_ROOM - pipe->len;

	*len = room < PIPE_ROOM - at ? room : PIPE_ROOM - at;
	return pipe->octets + at;
}

void pipe_consume(struct pipe *pipe, size_t len)
{
	pipe->first = (pipe->first + (uint32_t)len) % PIPE_ROOM;
	pipe->len -= (uint32_t)len;
	if (pipe->writer != NULL)
		file_wake(pipe->writer, WRITABLE);
}

void pipe_commit(struct pipe *pipe, size_t len)
{
	pipe->len += (uint32_t)len;
	if (pipe->reader != NULL)
		file_wake(pipe->reader, READABLE);
}

/* ---- reading and writing ----------------------------------------------- */

static hf_time deadline(const struct file *file)
{
	return file_is_nonblocking(file) ? NET_AT_ONCE : HF_NEVER;
}

static ssize_t read_pipe(struct file *file, struct vector *to)
{
	struct pipe *pipe = pipe_of(file);
	size_t whole = to->left;

	while (whole > 0 && pipe->len == 0) {
		int error;

		if (pipe->writer == NULL)
			return 0;
		error = net_wait(file->net, deadline(file));
		if (error != 0)
			return error;
	}
	while (to->left > 0 && pipe->len > 0) {
		size_t len;
		const uint8_t *data = pipe_octets(pipe, &len);

		if (len > to->left)
			len = to->left;
		vector_put(to, data, len);
		pipe_consume(pipe, len);
	}
	return (ssize_t)(whole - to->left);
}

static void fill(struct pipe *pipe, struct vector *from)
{
	while (from->left > 0 && pipe->len < PIPE_ROOM) {
		size_t len, room;
		const void *data = vector_next(from, &len);
		uint8_t *to = pipe_room(pipe, &room);

		if (len > room)
			len = room;
		memcpy(to, data, len);
		vector_skip(from, len);
		pipe_commit(pipe, len);
	}
}

static ssize_t write_pipe(struct file *file, struct vector *from)
{
	struct pipe *pipe = pipe_of(file);
	size_t whole = from->left;
	int error = 0;

	while (error == 0) {
		if (pipe->reader == NULL) {
			error = -EPIPE;
			break;
		}
		if (whole > ATOMIC || from->left <= PIPE_ROOM - pipe->len)
			fill(pipe, from);
		if (from->left == 0)
			break;
		error = net_wait(file->net, deadline(file));
	}
	return whole > from->left || error == 0 ? (ssize_t)(whole - from->left)
						: error;
}

static ssize_t no_octets(struct file *file, struct vector *v)
{
	(void)file;
	(void)v;
	return -EBADF; /* this end is for the other direction */
}

/* ---- readiness --------------------------------------------------------- */

static unsigned poll_reader(struct file *file)
{
	const struct pipe *pipe = pipe_of(file);

	return (pipe->len > 0 ? (unsigned)READABLE : 0) |
	       (pipe->writer == NULL ? (unsigned)POLLHUP : 0);
}

static unsigned poll_writer(struct file *file)
{
	const struct pipe *pipe = pipe_of(file);

	return (PIPE_ROOM - pipe->len >= ATOMIC ? (unsigned)WRITABLE : 0) |
	       (pipe->reader == NULL ? (unsigned)POLLERR : 0);
}

static int ioctl_pipe(struct file *file, unsigned long request, int *argument)
{
	if (request != FIONREAD)
		return -ENOTTY;
	if (argument == NULL)
		return -EFAULT;
	*argument = (int)pipe_of(file)->len;
	return 0;
}

/* ---- ends -------------------------------------------------------------- */

static int close_end(struct file *file)
{
	struct pipe *pipe = pipe_of(file);
	struct file *other;

	if (file == pipe->reader)
		pipe->reader = NULL;
	else
		pipe->writer = NULL;
	other = pipe->reader != NULL ? pipe->reader : pipe->writer;
	if (other != NULL)
		file_wake(other, 0);
	else
		free(pipe);
	free(file);
	return 0;
}

static const struct file_ops read_ops = {
	.poll = poll_reader,
	.read = read_pipe,
	.write = no_octets,
	.ioctl = ioctl_pipe,
	.close = close_end,
};

static const struct file_ops write_ops = {
	.poll = poll_writer,
	.read = no_octets,
	.write = write_pipe,
	.ioctl = ioctl_pipe,
	.close = close_end,
};

static struct file *make_end(struct hf_net *net, struct pipe *pipe,
			     const struct file_ops *ops, int flags)
{
	struct end *end = calloc(1, sizeof *end);

	if (end == NULL)
		return NULL;
	file_init(&end->file, net, ops, flags);
	end->pipe = pipe;
	return &end->file;
}

static bool make_ends(struct hf_net *net, struct pipe *pipe)
{
	pipe->reader = make_end(net, pipe, &read_ops, O_RDONLY);
	pipe->writer = make_end(net, pipe, &write_ops, O_WRONLY);
	if (pipe->reader != NULL && pipe->writer != NULL)
		return true;
	free(pipe->reader);
	free(pipe->writer);
	return false;
}

int hf_net_pipe(struct hf_net *net, int fds[2])
{
	struct pipe *pipe = calloc(1, sizeof *pipe);
	struct file *writer;

	if (pipe == NULL || !make_ends(net, pipe)) {
		free(pipe);
		return -ENOMEM;
	}
	writer = pipe->writer;
	fds[0] = descriptor_open(pipe->reader, false);
	if (fds[0] < 0) {
		file_put(writer);
		return -EMFILE;
	}
	fds[1] = descriptor_open(writer, false);
	if (fds[1] >= 0)
		return 0;
	hf_net_close(net, fds[0]);
	return -EMFILE;
}
