/* SPDX-License-Identifier: MIT */
/*
 * The inside of a net: descriptors, and the files that they stand for.
 *
 * Results are as of the public calls: 0 or more, or an errno value made
 * negative. A call takes a reference to its file, so that whatever happens
 * while it waits, the file stays; all else is looked at again after a wait.
 */
#ifndef SOCKET_NET_H
#define SOCKET_NET_H

#include <handfast/socket.h>
#include <errno.h>
#include <fcntl.h>

#define PORT_CHAINS 256u

struct file;
struct socket;
struct vector;
struct watch;

struct descriptor {
	struct file *file; /* NULL: free */
	bool is_cloexec;
};

struct hf_net {
	struct hf_host *host;
	struct hf_net_driver driver;
	struct hf_net_options options;
	struct descriptor *table; /* options.descriptors of them */
	int lowest; /* all before this one are taken */
	int open; /* so many are */
	struct socket *ports[PORT_CHAINS]; /* who holds a port, by number */
	uint64_t random; /* for the ports that bind() picks */
};

/* ---- files ------------------------------------------------------------- */

struct file_ops {
	/* POLLIN and the others, as they are now. */
	unsigned (*poll)(struct file *file);
	ssize_t (*read)(struct file *file, struct vector *to);
	ssize_t (*write)(struct file *file, struct vector *from);
	int (*ioctl)(struct file *file, unsigned long request, int *argument);
	/* The last descriptor is closed; may wait. Frees the file. */
	int (*close)(struct file *file);
};

struct file {
	const struct file_ops *ops;
	struct hf_net *net;
	struct watch *watches; /* of epoll instances */
	uint32_t references; /* descriptors, and calls that are at it */
	int flags; /* O_NONBLOCK, and how it was opened */
};

void file_init(struct file *file, struct hf_net *net,
	       const struct file_ops *ops, int flags);
static inline bool file_is_nonblocking(const struct file *file)
{
	return file->flags & O_NONBLOCK;
}

/* descriptor.c: a descriptor for a file, whose first reference it takes. */
int descriptor_open(struct file *file, bool is_cloexec);
/* Is there a number left for another? */
bool descriptor_is_free(const struct hf_net *net);
/* The file of a descriptor, with a reference more; NULL: -EBADF. */
struct file *descriptor_get(struct hf_net *net, int fd);
/* Gives a reference back; the last one closes the file. */
int file_put(struct file *file);

/* epoll.c */
/* These of POLLIN ... may be new; 0: any. */
void file_wake(struct file *file, unsigned events);
void file_forget_watches(struct file *file);

/* ---- waiting: wait.c ---------------------------------------------------- */

hf_time net_now(const struct hf_net *net);
void net_kick(struct hf_net *net);
/* When `after` from now is; HF_NEVER if that is for ever. */
hf_time net_deadline(const struct hf_net *net, hf_time after);
/* Waits, at most until then. 0: look again; -EAGAIN: it is past `until`. */
int net_wait(struct hf_net *net, hf_time until);
/* A timeout of poll(). */
hf_time net_poll_deadline(const struct hf_net *net, int milliseconds);

#define NET_AT_ONCE 0u /* a deadline: do not wait */

/* ---- octets of a program: vector.c --------------------------------------- */

struct vector {
	const struct iovec *iov;
	size_t count; /* of iov that are left */
	size_t offset; /* in the first */
	size_t left; /* octets */
};

/* -EINVAL, -EFAULT; count past 1024: `too_many`. */
int vector_init(struct vector *v, const struct iovec *iov, size_t count,
		int too_many);
/* The contiguous octets that come next, *len > 0; NULL: none is left. */
void *vector_next(const struct vector *v, size_t *len);
void vector_skip(struct vector *v, size_t len);
/* Copies in, and skips; not more than is left. */
void vector_put(struct vector *v, const void *data, size_t len);

/* ---- errors: error.c ------------------------------------------------------
 */

/* What a call about the host got, as a negative errno value. */
int error_of_call(enum hf_error error);
/* Why a connection has ended, as SO_ERROR; 0: orderly. */
int error_of_connection(enum hf_error error);

#endif
