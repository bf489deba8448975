/* SPDX-License-Identifier: MIT */
/* The octets of a program, wherever they lie. */
#include "net.h"
#include <limits.h>
#include <string.h>
#include <sys/uio.h>

#define IOV_MOST 1024u

int vector_init(struct vector *v, const struct iovec *iov, size_t count,
		int too_many)
{
	*v = (struct vector){ .iov = iov, .count = count };
	if (count > IOV_MOST)
		return -too_many;
	if (iov == NULL && count > 0)
		return -EFAULT;
	for (size_t i = 0; i < count; i++) {
		if (iov[i].iov_len > (size_t)SSIZE_MAX - v->left)
			return -EINVAL;
		if (iov[i].iov_base == NULL && iov[i].iov_len > 0)
			return -EFAULT;
		v->left += iov[i].iov_len;
	}
	return 0;
}

/* Leaves behind what has no octets left. */
static void settle(struct vector *v)
{
	while (v->count > 0 && v->offset == v->iov->iov_len) {
		v->iov++;
		v->count--;
		v->offset = 0;
	}
}

void *vector_next(const struct vector *v, size_t *len)
{
	struct vector at = *v;

	settle(&at);
	*len = at.count > 0 ? at.iov->iov_len - at.offset : 0;
	return *len > 0 ? (char *)at.iov->iov_base + at.offset : NULL;
}

void vector_skip(struct vector *v, size_t len)
{
	while (len > 0) {
		size_t n;

		settle(v);
		n = v->iov->iov_len - v->offset;
		if (n > len)
			n = len;
		v->offset += n;
		v->left -= n;
		len -= n;
	}
}

void vector_put(struct vector *v, const void *data, size_t len)
{
	const char *from = data;

	while (len > 0) {
		size_t n;
		void *to = vector_next(v, &n);

		if (n > len)
			n = len;
		memcpy(to, from, n);
		vector_skip(v, n);
		from += n;
		len -= n;
	}
}
