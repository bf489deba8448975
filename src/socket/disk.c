/* SPDX-License-Identifier: MIT */
/* Files of the system, to read and to send from. */
#include "socket.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FLAGS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* What is read at a time. */
#define PIECE 16384u

struct disk {
	struct file file;
	int fd; /* the system's */
};

static const struct file_ops disk_ops;

static int system_fd(const struct file *file)
{
	return ((const struct disk *)file)->fd;
}

/* What the system says is returned; the program's errno stays as it was. */
static int error_since(int before)
{
	int error = errno;

	errno = before;
	return -error;
}

static unsigned poll_disk(struct file *file)
{
	(void)file;
	return POLLIN | POLLRDNORM; /* and at the end too */
}

static ssize_t read_disk(struct file *file, struct vector *to)
{
	size_t whole = to->left;
	int before = errno;

	while (to->left > 0) {
		size_t len;
		void *at = vector_next(to, &len);
		ssize_t got = read(system_fd(file), at, len);

		if (got < 0) {
			int error = error_since(before);

			return whole == to->left ? error
						 : (ssize_t)(whole - to->left);
		}
		if (got == 0)
			break;
		vector_skip(to, (size_t)got);
	}
	return (ssize_t)(whole - to->left);
}

static ssize_t no_writing(struct file *file, struct vector *from)
{
	(void)file;
	(void)from;
	return -EBADF; /* it is open for reading */
}

static int ioctl_disk(struct file *file, unsigned long request, int *argument)
{
	(void)file;
	(void)request;
	(void)argument;
	return -ENOTTY;
}

static int close_disk(struct file *file)
{
	int before = errno;
	int result = close(system_fd(file)) == 0 ? 0 : error_since(before);

	free(file);
	return result;
}

static const struct file_ops disk_ops = {
	.poll = poll_disk,
	.read = read_disk,
	.write = no_writing,
	.ioctl = ioctl_disk,
	.close = close_disk,
};

/* Nothing that would keep a program waiting, or that acts when it is read. */
static int open_regular(const char *path, int flags)
{
	int before = errno;
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK);
	struct stat about;

	if (fd < 0)
		return error_since(before);
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

int hf_net_open(struct hf_net *net, const char *path, int flags)
{
	struct disk *disk;
	int fd;

	if ((flags & O_ACCMODE) != O_RDONLY || flags & ~FLAGS)
		return -EACCES;
	fd = open_regular(path, flags);
	if (fd < 0)
		return fd;
	disk = calloc(1, sizeof *disk);
	if (disk == NULL) {
		close(fd);
		return -ENOMEM;
	}
	disk->fd = fd;
	file_init(&disk->file, net, &disk_ops, flags & O_NONBLOCK);
	fd = descriptor_open(&disk->file, flags & O_CLOEXEC);
	return fd;
}

/* ---- sendfile() -------------------------------------------------------- */

/* One call: from where to where, and what has moved. */
struct sending {
	struct socket *to;
	int from; /* the system's */
	off_t at;
	size_t left;
};

/* A piece. 0: all of it went; 1: no more comes, or goes. */
static int send_piece(struct sending *c, size_t *moved)
{
	uint8_t octets[PIECE];
	size_t len = c->left < sizeof octets ? c->left : sizeof octets;
	int before = errno;
	ssize_t got = pread(c->from, octets, len, c->at);
	struct iovec iov = { octets, got > 0 ? (size_t)got : 0 };
	struct vector v;
	ssize_t sent;

	if (got <= 0)
		return got < 0 ? error_since(before) : 1;
	vector_init(&v, &iov, 1, EINVAL);
	sent = send_vector(c->to, &v, (size_t)got < c->left ? MSG_MORE : 0);
	if (sent < 0)
		return (int)sent;
	*moved += (size_t)sent;
	c->left -= (size_t)sent;
	c->at += sent;
	return sent < got;
}

/* No more than is there: nothing is to wait for octets that do not come. */
static void settle(struct sending *c)
{
	struct stat about;
	off_t there = fstat(c->from, &about) == 0 ? about.st_size - c->at : 0;

	if (there < 0)
		there = 0;
	if ((uintmax_t)there < c->left)
		c->left = (size_t)there;
}

static ssize_t send_file(struct sending *c)
{
	size_t moved = 0;
	int error = 0;

	settle(c);

	while (error == 0 && c->left > 0)
		error = send_piece(c, &moved);
	return moved > 0 || error > 0 ? (ssize_t)moved : error;
}

/* Without `offset` the file's own is where it begins, and moves. */
static ssize_t send_from(struct file *in, struct file *out, off_t *offset,
			 size_t len)
{
	struct sending c = { .to = (struct socket *)out,
			     .from = system_fd(in),
			     .left = len };
	ssize_t result;

	c.at = offset != NULL ? *offset : lseek(c.from, 0, SEEK_CUR);
	if (c.at < 0)
		return -EINVAL;
	result = send_file(&c);
	if (offset != NULL)
		*offset = c.at;
	else
		lseek(c.from, c.at, SEEK_SET);
	return result;
}

static ssize_t choose(struct file *in, struct file *out, off_t *offset,
		      size_t len)
{
	if (in->ops != &disk_ops && offset != NULL)
		return -ESPIPE;
	if (out->ops == &disk_ops)
		return -EBADF; /* it is open for reading */
	if (in->ops != &disk_ops || out->ops != &socket_ops)
		return -EINVAL;
	return send_from(in, out, offset, len);
}

ssize_t hf_net_sendfile(struct hf_net *net, int out_fd, int in_fd,
			off_t *offset, size_t len)
{
	struct file *out = descriptor_get(net, out_fd);
	struct file *in = descriptor_get(net, in_fd);
	ssize_t result = -EBADF;

	if (out != NULL && in != NULL)
		result = choose(in, out, offset, len);
	if (result == -EPIPE && net->driver.broken_pipe != NULL)
		net->driver.broken_pipe(net->driver.context, out_fd);
	if (out != NULL)
		file_put(out);
	if (in != NULL)
		file_put(in);
	net_kick(net);
	return result;
}
