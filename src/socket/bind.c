/* SPDX-License-Identifier: MIT */
/*
 * Who holds which port. The host knows the ports of connections and of
 * listeners; a socket that is bound and neither is known only here, and so
 * are SO_REUSEADDR and SO_REUSEPORT.
 */
#include "socket.h"
#include <netinet/in.h>
#include <string.h>

/* ---- the table --------------------------------------------------------- */

static struct socket **chain(const struct socket *s, uint16_t port)
{
	return &s->file.net->ports[port % PORT_CHAINS];
}

void port_hold(struct socket *s)
{
	struct socket **first = chain(s, s->port);

	if (s->holds_port)
		return;
	s->next_at_port = *first;
	if (*first != NULL)
		(*first)->at_port = &s->next_at_port;
	s->at_port = first;
	*first = s;
	s->holds_port = true;
}

void port_release(struct socket *s)
{
	if (!s->holds_port)
		return;
	*s->at_port = s->next_at_port;
	if (s->next_at_port != NULL)
		s->next_at_port->at_port = s->at_port;
	s->holds_port = false;
}

/* ---- conflicts --------------------------------------------------------- */

/* Which versions a socket with this local address gets. */
static void versions(const struct socket *s, const struct hf_addr *local,
		     bool *ipv4, bool *ipv6)
{
	bool is_mapped = addr_is_mapped(local);

	*ipv6 = !is_mapped;
	*ipv4 = is_mapped ||
		(addr_is_any(local) && !socket_option(s, SLOT_V6ONLY));
}

static bool addresses_overlap(const struct socket *a, const struct hf_addr *at,
			      const struct socket *b)
{
	bool a_ipv4, a_ipv6, b_ipv4, b_ipv6;

	versions(a, at, &a_ipv4, &a_ipv6);
	versions(b, &b->local, &b_ipv4, &b_ipv6);
	if (!(a_ipv4 && b_ipv4) && !(a_ipv6 && b_ipv6))
		return false;
	return addr_is_any(at) || addr_is_any(&b->local) ||
	       addr_is_equal(at, &b->local);
}

static bool may_share(const struct socket *a, const struct socket *b)
{
	if (socket_option(a, SLOT_REUSEADDR) &&
	    socket_option(b, SLOT_REUSEADDR) && b->listen == NULL)
		return true;
	return socket_option(a, SLOT_REUSEPORT) &&
	       socket_option(b, SLOT_REUSEPORT);
}

static bool conflicts(const struct socket *s, const struct hf_addr *local,
		      uint16_t port)
{
	const struct socket *other = *chain(s, port);

	for (; other != NULL; other = other->next_at_port) {
		if (other != s && other->port == port &&
		    strcmp(other->options.device, s->options.device) == 0 &&
		    addresses_overlap(s, local, other) && !may_share(s, other))
			return true;
	}
	return false;
}

/*
 * What the host says: is it an address of its own, and does a connection
 * linger at the port whose socket is closed? A listener that is gone at once
 * finds out.
 */
static int ask_host(const struct socket *s, const struct hf_addr *local,
		    uint16_t port)
{
	bool reuse = socket_option(s, SLOT_REUSEADDR) ||
		     socket_option(s, SLOT_REUSEPORT);
	struct hf_listen options = {
		.local = *local,
		.port = port,
		.reuse = reuse,
		.ipv6_only = socket_option(s, SLOT_V6ONLY),
	};
	struct hf_handle listener;
	enum hf_error error = hf_listen(socket_host(s), &options, &listener);

	if (error == HF_OK)
		hf_close(socket_host(s), listener, net_now(s->file.net));
	else if (error == HF_ERR_ADDRESS_IN_USE && reuse)
		error = HF_OK;
	return error_of_call(error);
}

int port_check(const struct socket *s, const struct hf_addr *local,
	       uint16_t port)
{
	if (conflicts(s, local, port))
		return -EADDRINUSE;
	return ask_host(s, local, port);
}

/* ---- any port ---------------------------------------------------------- */

/* splitmix64: a sequence, not a secret. */
static uint64_t next_random(struct hf_net *net)
{
	uint64_t x = net->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static int choose_port(struct socket *s, const struct hf_addr *local,
		       uint16_t *port)
{
	struct hf_config config;
	uint32_t count, start;

	hf_config_get(socket_host(s), &config);
	count = (uint32_t)config.port_high - config.port_low + 1;
	start = (uint32_t)(next_random(s->file.net) % count);
	for (uint32_t i = 0; i < count; i++) {
		int error;

		*port = (uint16_t)(config.port_low + (start + i) % count);
		error = port_check(s, local, *port);
		if (error != -EADDRINUSE)
			return error;
	}
	return -EADDRINUSE;
}

int bind_any(struct socket *s)
{
	int error = choose_port(s, &s->local, &s->port);

	if (error != 0) {
		s->port = 0;
		return error;
	}
	port_hold(s);
	return 0;
}

/* ---- bind() ------------------------------------------------------------ */

/* An old program's bind() to no family is to any IPv4 address. */
static int read_address(const struct socket *s, const struct sockaddr *addr,
			socklen_t len, struct endpoint *to)
{
	int error = address_read(s, addr, len, to);
	struct sockaddr_in in;

	if (error != -EAFNOSUPPORT || s->domain != AF_INET)
		return error;
	memcpy(&in, addr, sizeof in);
	if (in.sin_family != AF_UNSPEC || in.sin_addr.s_addr != 0)
		return error;
	in.sin_family = AF_INET;
	return address_read(s, (struct sockaddr *)&in, sizeof in, to);
}

static int check_address(const struct socket *s, const struct hf_addr *addr)
{
	if (s->domain == AF_INET6 &&
	    (addr->octet[0] == 0xff ||
	     (addr_is_mapped(addr) && socket_option(s, SLOT_V6ONLY))))
		return -EINVAL;
	if (addr_is_any(addr))
		return 0;
	/* Whoever lingers there, the address is the host's. */
	return ask_host(s, addr, 1) == -EADDRNOTAVAIL ? -EADDRNOTAVAIL : 0;
}

static int bind_to(struct socket *s, struct endpoint *to)
{
	int error = check_address(s, &to->addr);

	if (error != 0)
		return error;
	if (s->holds_port || socket_state(s, NULL) != HF_CLOSED)
		return -EINVAL;
	if (to->port != 0)
		error = port_check(s, &to->addr, to->port);
	else
		error = choose_port(s, &to->addr, &to->port);
	return error;
}

int hf_net_bind(struct hf_net *net, int fd, const struct sockaddr *addr,
		socklen_t len)
{
	struct endpoint to = { .port = 0 };
	bool is_given;
	struct socket *s;
	int error = socket_get(net, fd, &s);

	if (error != 0)
		return error;
	error = read_address(s, addr, len, &to);
	is_given = to.port != 0;
	if (error == 0)
		error = bind_to(s, &to);
	if (error == 0) {
		s->local = to.addr;
		s->port = to.port;
		s->has_local = !addr_is_any(&to.addr);
		s->has_port = is_given;
		port_hold(s);
	}
	return (int)socket_leave(s, error);
}
