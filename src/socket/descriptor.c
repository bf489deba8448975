/* SPDX-License-Identifier: MIT */
/* The table of descriptors, and fcntl. */
#include "net.h"
#include <sys/ioctl.h>
#include <sys/uio.h>

/* ---- files ------------------------------------------------------------- */

void file_init(struct file *file, struct hf_net *net,
	       const struct file_ops *ops, int flags)
{
	*file = (struct file){
		.ops = ops, .net = net, .references = 1, .flags = flags
	};
}

int file_put(struct file *file)
{
	if (--file->references > 0)
		return 0;
	file_forget_watches(file);
	return file->ops->close(file);
}

/* ---- the table --------------------------------------------------------- */

static struct descriptor *find(struct hf_net *net, int fd)
{
	int i = fd - net->options.first;

	if (fd < net->options.first || i >= net->options.descriptors ||
	    net->table[i].file == NULL)
		return NULL;
	return &net->table[i];
}

/* The lowest free one that is not below `least`. */
static int install(struct file *file, int least, bool is_cloexec)
{
	struct hf_net *net = file->net;
	int first = net->options.first;
	int start = least - first, i;

	if (start < net->lowest)
		start = net->lowest;
	for (i = start; i < net->options.descriptors; i++) {
		if (net->table[i].file == NULL)
			break;
	}
	if (i == net->options.descriptors)
		return -EMFILE;
	net->table[i] = (struct descriptor){ file, is_cloexec };
	net->open++;
	if (start == net->lowest)
		net->lowest = i + 1;
	return first + i;
}

bool descriptor_is_free(const struct hf_net *net)
{
	return net->open < net->options.descriptors;
}

int descriptor_open(struct file *file, bool is_cloexec)
{
	int fd = install(file, file->net->options.first, is_cloexec);

	if (fd < 0)
		file_put(file);
	return fd;
}

struct file *descriptor_get(struct hf_net *net, int fd)
{
	struct descriptor *d;

	hf_net_update(net);
	d = find(net, fd);
	if (d == NULL)
		return NULL;
	d->file->references++;
	return d->file;
}

int hf_net_close(struct hf_net *net, int fd)
{
	struct descriptor *d;
	struct file *file;
	int error;

	hf_net_update(net);
	d = find(net, fd);
	if (d == NULL)
		return -EBADF;
	file = d->file;
	*d = (struct descriptor){ .file = NULL };
	net->open--;
	if (d - net->table < net->lowest)
		net->lowest = (int)(d - net->table);
	error = file_put(file);
	net_kick(net);
	return error;
}

/* ---- fcntl ------------------------------------------------------------- */

static int duplicate(struct hf_net *net, const struct descriptor *d, int least,
		     bool is_cloexec)
{
	int fd;

	if (least < 0 || least >= net->options.first + net->options.descriptors)
		return -EINVAL;
	fd = install(d->file, least, is_cloexec);
	if (fd >= 0)
		d->file->references++;
	return fd;
}

int hf_net_fcntl(struct hf_net *net, int fd, int command, int argument)
{
	struct descriptor *d = find(net, fd);

	if (d == NULL)
		return -EBADF;
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return duplicate(net, d, argument, command != F_DUPFD);
	case F_GETFD:
		return d->is_cloexec ? FD_CLOEXEC : 0;
	case F_SETFD:
		d->is_cloexec = argument & FD_CLOEXEC;
		return 0;
	case F_GETFL:
		return d->file->flags;
	case F_SETFL:
		d->file->flags = (d->file->flags & ~O_NONBLOCK) |
				 (argument & O_NONBLOCK);
		return 0;
	default:
		return -EINVAL;
	}
}

static int set_cloexec(struct hf_net *net, int fd, bool is_cloexec)
{
	struct descriptor *d = find(net, fd);

	if (d == NULL)
		return -EBADF;
	d->is_cloexec = is_cloexec;
	return 0;
}

static int set_nonblocking(struct file *file, const int *on)
{
	if (on == NULL)
		return -EFAULT;
	file->flags = (file->flags & ~O_NONBLOCK) | (*on ? O_NONBLOCK : 0);
	return 0;
}

int hf_net_ioctl(struct hf_net *net, int fd, unsigned long request,
		 void *argument)
{
	struct file *file;
	int result;

	if (request == FIOCLEX || request == FIONCLEX)
		return set_cloexec(net, fd, request == FIOCLEX);
	file = descriptor_get(net, fd);
	if (file == NULL)
		return -EBADF;
	result = request == FIONBIO ? set_nonblocking(file, argument)
				    : file->ops->ioctl(file, request, argument);
	file_put(file);
	return result;
}

/* ---- read and write: any file ------------------------------------------ */

ssize_t hf_net_readv(struct hf_net *net, int fd, const struct iovec *iov,
		     int count)
{
	struct file *file = descriptor_get(net, fd);
	struct vector to;
	ssize_t result;

	if (file == NULL)
		return -EBADF;
	result = vector_init(&to, iov, (size_t)(unsigned)count, EINVAL);
	if (result == 0)
		result = file->ops->read(file, &to);
	file_put(file);
	net_kick(net);
	return result;
}

ssize_t hf_net_writev(struct hf_net *net, int fd, const struct iovec *iov,
		      int count)
{
	struct file *file = descriptor_get(net, fd);
	struct vector from;
	ssize_t result;

	if (file == NULL)
		return -EBADF;
	result = vector_init(&from, iov, (size_t)(unsigned)count, EINVAL);
	if (result == 0)
		result = file->ops->write(file, &from);
	if (result == -EPIPE && net->driver.broken_pipe != NULL)
		net->driver.broken_pipe(net->driver.context, fd);
	file_put(file);
	net_kick(net);
	return result;
}

ssize_t hf_net_read(struct hf_net *net, int fd, void *buf, size_t len)
{
	struct iovec iov = { buf, len };

	return hf_net_readv(net, fd, &iov, 1);
}

ssize_t hf_net_write(struct hf_net *net, int fd, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	return hf_net_writev(net, fd, &iov, 1);
}
