/* SPDX-License-Identifier: MIT */
/* shutdown(), close(), and dissolving an association. */
#include "listen.h"
#include "socket.h"

/* ---- dissolving -------------------------------------------------------- */

/* True if the peer is to hear of it: as Linux's connect(AF_UNSPEC). */
static bool wants_reset(enum hf_state state)
{
	switch (state) {
	case HF_SYN_SENT:
	case HF_SYN_RECEIVED:
	case HF_ESTABLISHED:
	case HF_FIN_WAIT_1:
	case HF_FIN_WAIT_2:
	case HF_CLOSE_WAIT:
		return true;
	case HF_CLOSED:
	case HF_LISTEN:
	case HF_CLOSING:
	case HF_LAST_ACK:
	case HF_TIME_WAIT:
	case HF_STATES:
		break;
	}
	return false;
}

static void drop_connection(struct socket *s)
{
	hf_time now = net_now(s->file.net);

	if (wants_reset(socket_state(s, NULL))) {
		s->error = ECONNRESET;
		hf_abort(socket_host(s), s->handle, now);
	} else {
		hf_close(socket_host(s), s->handle, now);
	}
	s->handle = (struct hf_handle){ 0, 0 };
}

/* What bind() has chosen stays. */
static void forget_names(struct socket *s)
{
	if (!s->has_port)
		port_release(s); /* but getsockname() still knows it */
	if (!s->has_local)
		s->local = s->domain == AF_INET ? hf_ipv4(0, 0, 0, 0)
						: addr_any;
	s->remote_port = 0;
}

void socket_disconnect(struct socket *s)
{
	if (s->listen != NULL)
		listen_stop(s);
	else if (s->handle.index != 0)
		drop_connection(s);
	s->association = ASSOCIATION_NONE;
	s->shut = 0;
	s->is_done = false;
	s->urgent.is_known = false;
	forget_names(s);
	file_wake(&s->file, 0);
}

/* ---- shutdown() -------------------------------------------------------- */

/* What connect() is to say of it from now on. */
static void settle_association(struct socket *s, enum hf_state state)
{
	if (s->association != ASSOCIATION_OPENING)
		return;
	s->association = state == HF_SYN_SENT || state == HF_SYN_RECEIVED ||
					 state == HF_CLOSED
				 ? ASSOCIATION_LOST
				 : ASSOCIATION_DONE;
}

static int shut_down(struct socket *s, unsigned how)
{
	enum hf_state state = socket_state(s, NULL);

	settle_association(s, state);
	if (state == HF_LISTEN && !(how & SHUT_RECEIVE)) {
		s->shut |= how;
		return 0;
	}
	if (state == HF_LISTEN || state == HF_SYN_SENT) {
		socket_disconnect(s);
		return 0;
	}
	s->shut |= how;
	if (state == HF_CLOSED)
		return -ENOTCONN;
	if (how & SHUT_SEND)
		hf_shutdown(socket_host(s), s->handle); /* or it was before */
	return 0;
}

int hf_net_shutdown(struct hf_net *net, int fd, int how)
{
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	if (how < SHUT_RD || how > SHUT_RDWR)
		return (int)socket_leave(s, -EINVAL);
	error = shut_down(s, (unsigned)how + 1);
	file_wake(&s->file, 0);
	return (int)socket_leave(s, error);
}

/* ---- close() ----------------------------------------------------------- */

static bool is_draining(const struct socket *s)
{
	enum hf_state state = socket_state(s, NULL);

	return state == HF_FIN_WAIT_1 || state == HF_CLOSING ||
	       state == HF_LAST_ACK;
}

/* SO_LINGER: what was sent is acknowledged, or it takes too long. */
static void linger(struct socket *s)
{
	struct hf_net *net = s->file.net;
	hf_time until =
		net_deadline(net, (hf_time)s->options.linger * HF_SECOND);

	hf_shutdown(socket_host(s), s->handle);
	while (is_draining(s) && net_wait(net, until) == 0)
		;
}

static void release(struct socket *s)
{
	struct hf_host *host = socket_host(s);
	hf_time now = net_now(s->file.net);
	struct hf_status status;
	enum hf_state state = socket_state(s, &status);

	if (state == HF_FIN_WAIT_2 && s->options.value[SLOT_LINGER2] < 0)
		hf_abort(host, s->handle, now);
	else if (state == HF_CLOSED || status.receive_queue > 0 ||
		 !s->options.lingers)
		hf_close(host, s->handle, now);
	else if (s->options.linger == 0)
		hf_abort(host, s->handle, now);
	else {
		linger(s);
		hf_close(socket_host(s), s->handle, net_now(s->file.net));
	}
}

int socket_close(struct file *file)
{
	struct socket *s = (struct socket *)file;

	if (s->listen != NULL)
		listen_stop(s);
	else if (s->handle.index != 0)
		release(s);
	socket_free(s);
	return 0;
}
