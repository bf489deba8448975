/* SPDX-License-Identifier: MIT */
/* Calls that make, join and end sockets. */
#include "call.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static struct drill_stack *stack_of(const struct drill_invocation *call)
{
	return call->run->stack;
}

/* The result is a descriptor, whose number the script chose. */
static struct drill_descriptor *name_result(struct drill_invocation *call)
{
	const struct drill_expr *said = call->call->result;

	if (call->result < 0 || said->kind != DRILL_NUMBER)
		return NULL;
	return drill_descriptor_add(call->run, (int)said->value,
				    (int)call->result);
}

static bool check_new(struct drill_invocation *call)
{
	return call->result < 0 || call_is_any(call->call->result) ||
	       name_result(call);
}

/* ---- socket ----------------------------------------------------------- */

#define TYPE_MASK 0xf /* what SOCK_NONBLOCK and SOCK_CLOEXEC leave */

static bool wants_descriptor(const struct drill_invocation *call)
{
	const struct drill_expr *said = call->call->result;

	return said->kind == DRILL_NUMBER && said->value >= 0;
}

static bool prepare_socket(struct drill_invocation *call)
{
	bool four = call->run->rules->network.ip_version == DRILL_IPV4;
	int64_t domain;

	if (!call_read_number(call, call_argument(call, 0),
			      four ? AF_INET : AF_INET6, &domain))
		return false;
	call->number[0] = (long)domain;
	if (!call_take_number(call, 1) || !call_take_number(call, 2))
		return false;
	if (stack_of(call)->ops->is_virtual &&
	    (call->number[1] & TYPE_MASK) == SOCK_DGRAM &&
	    wants_descriptor(call))
		return call_fail(call, "a handfast host has no UDP");
	return true;
}

static long perform_socket(struct drill_invocation *call)
{
	return stack_of(call)->ops->socket(stack_of(call), (int)call->number[0],
					   (int)call->number[1],
					   (int)call->number[2]);
}

/* ---- bind, listen ----------------------------------------------------- */

static bool prepare_bind(struct drill_invocation *call)
{
	const struct drill_rules *rules = call->run->rules;

	return call_take_fd(call, 0, &call->fd) &&
	       call_take_address(call, 1, &rules->network.local,
				 rules->bind_port);
}

static const struct sockaddr *addr_of(const struct drill_invocation *call)
{
	return call->has_addr
		       ? (const struct sockaddr *)(const void *)&call->addr
		       : NULL;
}

static long perform_bind(struct drill_invocation *call)
{
	return stack_of(call)->ops->bind(stack_of(call), call->fd,
					 addr_of(call), call->addr_len);
}

static bool check_bind(struct drill_invocation *call)
{
	struct drill_descriptor *row = call_descriptor(call);
	struct hf_addr addr;

	if (row && call->result == 0)
		call_get_address(call, &addr, &row->port);
	return true;
}

static bool prepare_listen(struct drill_invocation *call)
{
	return call_take_fd(call, 0, &call->fd) && call_take_number(call, 1);
}

static long perform_listen(struct drill_invocation *call)
{
	return stack_of(call)->ops->listen(stack_of(call), call->fd,
					   (int)call->number[1]);
}

static bool check_listen(struct drill_invocation *call)
{
	struct drill_descriptor *row = call_descriptor(call);
	struct drill_flows *flows = &call->run->flows;

	if (call->result || !row)
		return true;
	row->listens = true;
	flows->listens = true;
	flows->listened = true;
	if (row->port)
		flows->local_port = row->port;
	return true;
}

/* ---- accept ----------------------------------------------------------- */

static bool prepare_accept(struct drill_invocation *call)
{
	call->addr_len = sizeof call->addr;
	return call_take_fd(call, 0, &call->fd) && call_take_number(call, 3);
}

static long perform_accept(struct drill_invocation *call)
{
	return stack_of(call)->ops->accept(
		stack_of(call), call->fd,
		(struct sockaddr *)(void *)&call->addr, &call->addr_len,
		(int)call->number[3]);
}

/* Its other end must be one that the script sent a SYN from. */
static bool check_accept(struct drill_invocation *call)
{
	struct drill_descriptor *row;
	struct hf_addr addr;
	uint16_t port;

	if (call->result < 0 || call_is_any(call->call->result))
		return true;
	row = name_result(call);
	if (!row)
		return false;
	call_get_address(call, &addr, &port);
	row->flow = drill_flows_find(&call->run->flows, &addr, port);
	if (row->flow)
		return true;
	return call_fail(call,
			 "a connection from port %u, which the script "
			 "did not open",
			 port);
}

/* ---- connect ---------------------------------------------------------- */

bool call_begin_flow(struct drill_invocation *call)
{
	struct drill_descriptor *row = call_descriptor(call);
	struct drill_flow *flow;

	if (!row || row->flow || !call->has_addr ||
	    call->addr.ss_family == AF_UNSPEC)
		return true;
	flow = drill_run_flow(call->run, 0);
	if (!flow)
		return false;
	call_get_address(call, &flow->remote, &flow->remote_port);
	flow->local_port = 0; /* the SYN will tell */
	flow->is_active = true;
	row->flow = flow;
	return true;
}

static bool prepare_connect(struct drill_invocation *call)
{
	const struct drill_rules *rules = call->run->rules;

	return call_take_fd(call, 0, &call->fd) &&
	       call_take_address(call, 1, &rules->network.remote,
				 rules->connect_port) &&
	       call_begin_flow(call);
}

static long perform_connect(struct drill_invocation *call)
{
	return stack_of(call)->ops->connect(stack_of(call), call->fd,
					    addr_of(call), call->addr_len);
}

/* A socket whose connection has failed may begin another. */
static bool check_connect(struct drill_invocation *call)
{
	struct drill_descriptor *row = call_descriptor(call);

	if (!row || call->result == 0 || call->result == -EINPROGRESS ||
	    call->result == -EALREADY || call->result == -EISCONN)
		return true;
	row->flow = NULL;
	return true;
}

/* ---- shutdown, close -------------------------------------------------- */

static bool prepare_shutdown(struct drill_invocation *call)
{
	return call_take_fd(call, 0, &call->fd) && call_take_number(call, 1);
}

static long perform_shutdown(struct drill_invocation *call)
{
	return stack_of(call)->ops->shutdown(stack_of(call), call->fd,
					     (int)call->number[1]);
}

static bool prepare_close(struct drill_invocation *call)
{
	return call_take_fd(call, 0, &call->fd);
}

static long perform_close(struct drill_invocation *call)
{
	return stack_of(call)->ops->close(stack_of(call), call->fd);
}

static bool check_close(struct drill_invocation *call)
{
	const struct drill_descriptor *row = call_descriptor(call);
	struct drill_flows *flows = &call->run->flows;

	if (call->result || !row)
		return true;
	if (row->listens)
		flows->listens = flows->listened = false;
	drill_descriptor_remove(call->run, row->script);
	return true;
}

/* ---- pipe ------------------------------------------------------------- */

static bool prepare_pipe(struct drill_invocation *call)
{
	const struct drill_expr *expr = call_argument(call, 0);

	if (expr->kind == DRILL_ARRAY && expr->items == 2 &&
	    expr->item[0]->kind == DRILL_NUMBER &&
	    expr->item[1]->kind == DRILL_NUMBER)
		return true;
	return call_fail_at(call, expr, "two descriptors are wanted here");
}

static long perform_pipe(struct drill_invocation *call)
{
	return stack_of(call)->ops->pipe(stack_of(call), call->pair);
}

static bool check_pipe(struct drill_invocation *call)
{
	const struct drill_expr *expr = call_argument(call, 0);

	for (size_t i = 0; call->result == 0 && i < 2; i++)
		if (!drill_descriptor_add(call->run, (int)expr->item[i]->value,
					  call->pair[i]))
			return false;
	return true;
}

/* ---- open ------------------------------------------------------------- */

/* "/a/path", flags */
static bool prepare_open(struct drill_invocation *call)
{
	const struct drill_expr *path = call_argument(call, 0);

	if (path->kind != DRILL_STRING)
		return call_fail_at(call, path, "a path is wanted here");
	call->len = path->text.len + 1;
	call->data = call_alloc(call, call->len);
	if (!call->data)
		return false;
	memcpy(call->data, path->text.data, path->text.len);
	return call_take_number(call, 1);
}

static long perform_open(struct drill_invocation *call)
{
	return stack_of(call)->ops->open(stack_of(call), call->data,
					 (int)call->number[1]);
}

static bool check_open(struct drill_invocation *call)
{
	return call->result < 0 || call_is_any(call->call->result) ||
	       drill_descriptor_add(call->run, (int)call->call->result->value,
				    (int)call->result);
}

/* clang-format off */
const struct call_row call_socket_rows[] = {
	{ "socket",   3, 3, true,  prepare_socket,   perform_socket,   check_new },
	{ "bind",     3, 3, false, prepare_bind,     perform_bind,     check_bind },
	{ "listen",   2, 2, false, prepare_listen,   perform_listen,   check_listen },
	{ "accept",   3, 3, true,  prepare_accept,   perform_accept,   check_accept },
	{ "accept4",  4, 4, true,  prepare_accept,   perform_accept,   check_accept },
	{ "connect",  3, 3, false, prepare_connect,  perform_connect,  check_connect },
	{ "shutdown", 2, 2, false, prepare_shutdown, perform_shutdown, NULL },
	{ "close",    1, 1, false, prepare_close,    perform_close,    check_close },
	{ "pipe",     1, 1, false, prepare_pipe,     perform_pipe,     check_pipe },
	{ "open",     2, 3, true,  prepare_open,     perform_open,     check_open },
	{ NULL,       0, 0, false, NULL,             NULL,             NULL },
};
/* clang-format on */
