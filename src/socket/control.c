/* SPDX-License-Identifier: MIT */
/* Control messages: TCP_CM_INQ, what is left to read. */
#include "control.h"
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>

/* Appends one with an int; `used` octets of the buffer are. */
static void append(struct msghdr *message, size_t most, int level, int type,
		   int value)
{
	struct cmsghdr header = { .cmsg_len = CMSG_LEN(sizeof value),
				  .cmsg_level = level,
				  .cmsg_type = type };
	size_t left = most - message->msg_controllen;
	char *to;

	if (message->msg_control == NULL || left < header.cmsg_len) {
		message->msg_flags |= MSG_CTRUNC;
		return;
	}
	to = (char *)message->msg_control + message->msg_controllen;
	memcpy(to, &header, sizeof header);
	memcpy(to + CMSG_LEN(0), &value, sizeof value);
	message->msg_controllen += left < CMSG_SPACE(sizeof value)
					   ? left
					   : CMSG_SPACE(sizeof value);
}

/* 1 at the end, so that the program goes on and reads it. */
static int inq(const struct socket *s)
{
	struct hf_status status;

	socket_state(s, &status);
	if (status.receive_queue == 0 && s->is_done)
		return 1;
	return (int)status.receive_queue;
}

void control_write(const struct socket *s, struct msghdr *message)
{
	size_t most = message->msg_controllen;

	message->msg_controllen = 0;
	if (socket_option(s, SLOT_INQ))
		append(message, most, IPPROTO_TCP, TCP_CM_INQ, inq(s));
}
