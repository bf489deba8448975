/* SPDX-License-Identifier: MIT */
/*
 * Urgent data as sockets have it: one octet, the last before the urgent
 * pointer (RFC 9293 3.8.5, RFC 6093), which is kept out of the stream and read
 * with MSG_OOB, or stays in it with SO_OOBINLINE. Where it stands is the mark:
 * a read that has octets stops there.
 */
#include "socket.h"
#include <poll.h>

/* The octet that was urgent before is next, and nobody wanted it. */
static void skip_former(struct socket *s)
{
	if (!urgent_is_at(s, s->position) || !s->urgent.has_come)
		return;
	hf_consume(socket_host(s), s->handle, 1);
	s->position++;
}

/* A later one takes the place of what was urgent before. */
static void announce(struct socket *s)
{
	struct hf_status status;
	uint64_t at;

	socket_state(s, &status);
	if (!status.has_urgent)
		return;
	at = s->position + status.urgent - 1;
	if (s->urgent.is_known && at <= s->urgent.at)
		return;
	skip_former(s);
	s->urgent = (struct urgent){ .at = at, .is_known = true };
}

void urgent_event(struct socket *s)
{
	uint32_t offset;
	const void *data;
	size_t len;

	announce(s);
	if (!s->urgent.is_known || s->urgent.has_come ||
	    s->urgent.at < s->position)
		return;
	offset = (uint32_t)(s->urgent.at - s->position);
	if (hf_peek_at(socket_host(s), s->handle, offset, &data, &len) !=
		    HF_OK ||
	    len == 0)
		return;
	s->urgent.has_come = true;
	s->urgent.octet = *(const uint8_t *)data;
	file_wake(&s->file, POLLIN | POLLPRI);
}

bool urgent_is_at(const struct socket *s, uint64_t position)
{
	return s->urgent.is_known && s->urgent.at == position &&
	       !socket_option(s, SLOT_OOBINLINE);
}

void urgent_passed(struct socket *s)
{
	if (s->urgent.at < s->position)
		s->urgent.is_known = false;
}

bool urgent_is_pending(const struct socket *s)
{
	return s->urgent.is_known && s->urgent.has_come && !s->urgent.is_taken;
}

static ssize_t take(struct socket *s, struct vector *to, int flags,
		    int *out_flags)
{
	*out_flags |= MSG_OOB;
	if (!(flags & MSG_PEEK))
		s->urgent.is_taken = true;
	if (to->left == 0) {
		*out_flags |= MSG_TRUNC;
		return 0;
	}
	if (!(flags & MSG_TRUNC))
		vector_put(to, &s->urgent.octet, 1);
	return 1;
}

ssize_t urgent_receive(struct socket *s, struct vector *to, int flags,
		       int *out_flags)
{
	enum hf_state state = socket_state(s, NULL);

	if (socket_option(s, SLOT_OOBINLINE) || !s->urgent.is_known ||
	    s->urgent.is_taken)
		return -EINVAL;
	if (state == HF_CLOSED && !s->is_done)
		return -ENOTCONN;
	if (s->urgent.has_come)
		return take(s, to, flags, out_flags);
	return state == HF_CLOSED || s->shut & SHUT_RECEIVE ? 0 : -EAGAIN;
}
