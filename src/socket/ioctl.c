/* SPDX-License-Identifier: MIT */
/* ioctl() of a socket: what waits in its queues. */
#include "socket.h"
#include <linux/sockios.h>
#include <sys/ioctl.h>

static int is_at_mark(const struct socket *s)
{
	return s->urgent.is_known && s->urgent.at == s->position;
}

/* Our FIN, as long as it is not acknowledged, counts for an octet. */
static uint32_t unacknowledged(enum hf_state state,
			       const struct hf_status *status)
{
	bool has_fin = state == HF_FIN_WAIT_1 || state == HF_CLOSING ||
		       state == HF_LAST_ACK;

	return status->send_queue + has_fin;
}

static bool is_established(enum hf_state state)
{
	return state != HF_SYN_SENT && state != HF_SYN_RECEIVED;
}

int socket_ioctl(struct file *file, unsigned long request, int *argument)
{
	const struct socket *s = (struct socket *)file;
	struct hf_status status;
	enum hf_state state = socket_state(s, &status);

	if (request != SIOCATMARK && request != SIOCINQ &&
	    request != SIOCOUTQ && request != SIOCOUTQNSD)
		return -ENOTTY;
	if (request != SIOCATMARK && state == HF_LISTEN)
		return -EINVAL;
	if (argument == NULL)
		return -EFAULT;
	if (request == SIOCATMARK)
		*argument = is_at_mark(s);
	else if (!is_established(state))
		*argument = 0;
	else if (request == SIOCINQ)
		*argument = (int)receive_pending(s, &status);
	else if (request == SIOCOUTQ)
		*argument = (int)unacknowledged(state, &status);
	else
		*argument = (int)(status.send_queue - status.in_flight);
	return 0;
}
