/* SPDX-License-Identifier: MIT */
/* connect(), and the names of both ends. */
#include "socket_option.h"
#include "socket.h"
#include <string.h>

/* ---- where to ---------------------------------------------------------- */

static struct hf_addr loopback(bool is_ipv4)
{
	struct hf_addr addr = hf_ipv4(127, 0, 0, 1);

	if (!is_ipv4)
		addr = (struct hf_addr){ .octet = { [15] = 1 } };
	return addr;
}

/* The unspecified address is this host. */
static void resolve(const struct socket *s, struct hf_addr *addr)
{
	if (!addr_is_any(addr))
		return;
	if (s->has_local && s->domain == AF_INET)
		*addr = s->local;
	else
		*addr = loopback(addr_is_mapped(addr) ||
				 addr_is_mapped(&s->local));
}

/* An IPv6 socket may have an IPv4 peer, unless it is bound against it. */
static int check_version(const struct socket *s, const struct hf_addr *to)
{
	if (s->domain == AF_INET)
		return 0;
	if (!addr_is_mapped(to))
		return s->holds_port && addr_is_mapped(&s->local)
			       ? -EAFNOSUPPORT
			       : 0;
	if (socket_option(s, SLOT_V6ONLY) ||
	    (s->has_local && !addr_is_mapped(&s->local)))
		return -ENETUNREACH;
	return 0;
}

/* ---- the host's part --------------------------------------------------- */

static int error_of_open(const struct socket *s, enum hf_error error)
{
	if (error == HF_ERR_ARGUMENT)
		return -ENETUNREACH; /* no unicast address: MUST-46 */
	if (error == HF_ERR_ADDRESS_IN_USE)
		return -EADDRNOTAVAIL;
	if (error == HF_ERR_ADDRESS_NOT_AVAILABLE)
		return s->has_local ? -EINVAL : -ENETUNREACH;
	return error_of_call(error);
}

/* Left to the host, but for what is within it: then it is 127.0.0.1. */
static struct hf_addr source(const struct socket *s, const struct hf_addr *to)
{
	if (s->has_local)
		return s->local;
	if (addr_is_mapped(to) && to->octet[12] == 127)
		return loopback(true);
	return addr_any;
}

/* What the connection and its events start from. */
static void begin(struct socket *s, const struct hf_status *status)
{
	s->association = ASSOCIATION_OPENING;
	s->began = net_now(s->file.net);
	s->error = 0;
	s->is_done = false;
	s->has_ended = false;
	s->wants_room = false;
	s->soft_error = 0;
	s->position = 0;
	s->urgent = (struct urgent){ .is_known = false };
	s->local = status->local;
	s->port = status->local_port;
	s->remote = status->remote;
	s->remote_port = status->remote_port;
	port_hold(s);
	option_apply(s);
}

static int open_connection(struct socket *s, const struct endpoint *to)
{
	struct hf_host *host = socket_host(s);
	struct hf_open options = {
		.local = source(s, &to->addr),
		.local_port = s->holds_port ? s->port : 0,
		.remote = to->addr,
		.remote_port = to->port,
		.reuse = true, /* bind() has seen to it */
		.send_buffer = option_send_buffer(s),
		.receive_buffer = option_receive_buffer(s),
		.user = (uint64_t)(uintptr_t)s,
	};
	struct hf_status status;
	enum hf_error error;

	if (to->port == 0)
		return -ECONNREFUSED; /* nobody can listen there */
	error = hf_open(host, &options, net_now(s->file.net), &s->handle);
	if (error != HF_OK) {
		s->handle = (struct hf_handle){ 0, 0 };
		return error_of_open(s, error);
	}
	hf_status(host, s->handle, &status);
	begin(s, &status);
	return 0;
}

static int start(struct socket *s, const struct sockaddr *addr, socklen_t len)
{
	struct endpoint to;
	int error;

	if (socket_state(s, NULL) != HF_CLOSED)
		return -EISCONN;
	if (addr == NULL)
		return -EINVAL;
	error = address_read(s, addr, len, &to);
	if (error != 0)
		return error;
	resolve(s, &to.addr);
	error = check_version(s, &to.addr);
	return error != 0 ? error : open_connection(s, &to);
}

/* ---- waiting for it ---------------------------------------------------- */

static bool is_opening(const struct socket *s)
{
	enum hf_state state = socket_state(s, NULL);

	return state == HF_SYN_SENT || state == HF_SYN_RECEIVED;
}

static int finish(struct socket *s, hf_time until, int meanwhile)
{
	while (is_opening(s)) {
		int error = net_wait(s->file.net, until);

		if (error != 0)
			return error == -EAGAIN ? meanwhile : error;
	}
	if (socket_state(s, NULL) == HF_CLOSED) {
		int error = socket_take_error(s);

		socket_disconnect(s);
		return error != 0 ? -error : -ECONNABORTED;
	}
	s->association = ASSOCIATION_DONE;
	return 0;
}

/* ---- connect() --------------------------------------------------------- */

static bool dissolves(const struct sockaddr *addr)
{
	sa_family_t family;

	memcpy(&family, addr, sizeof family);
	return family == AF_UNSPEC;
}

int connect_to(struct socket *s, const struct sockaddr *addr, socklen_t len,
	       int flags)
{
	int error = -EALREADY;

	if (addr != NULL && len < sizeof(sa_family_t))
		return -EINVAL;
	if (addr != NULL && dissolves(addr)) {
		socket_disconnect(s);
		return 0;
	}
	if (s->association == ASSOCIATION_LOST)
		return -EINVAL;
	if (s->association == ASSOCIATION_DONE)
		return -EISCONN;
	if (s->association == ASSOCIATION_NONE) {
		error = start(s, addr, len);
		if (error != 0)
			return error;
		net_kick(s->file.net);
		error = -EINPROGRESS;
	}
	return finish(s, socket_deadline(s, flags, s->options.send_timeout),
		      error);
}

int hf_net_connect(struct hf_net *net, int fd, const struct sockaddr *addr,
		   socklen_t len)
{
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	error = addr != NULL ? connect_to(s, addr, len, 0) : -EFAULT;
	return (int)socket_leave(s, error);
}

/* ---- names ------------------------------------------------------------- */

int hf_net_getsockname(struct hf_net *net, int fd, struct sockaddr *addr,
		       socklen_t *len)
{
	struct endpoint local;
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	local = (struct endpoint){ s->local, s->port };
	return (int)socket_leave(s, address_write(s, &local, addr, len));
}

int hf_net_getpeername(struct hf_net *net, int fd, struct sockaddr *addr,
		       socklen_t *len)
{
	struct endpoint remote;
	enum hf_state state;
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	state = socket_state(s, NULL);
	if (s->remote_port == 0 || state == HF_CLOSED || state == HF_SYN_SENT)
		return (int)socket_leave(s, -ENOTCONN);
	remote = (struct endpoint){ s->remote, s->remote_port };
	return (int)socket_leave(s, address_write(s, &remote, addr, len));
}
