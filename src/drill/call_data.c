/* SPDX-License-Identifier: MIT */
/*
 * Calls that carry octets. Which octets a program writes is told by their
 * place in the stream, so that what comes out, and what is read, can be
 * compared, unless the script writes octets of its own.
 */
#include "call.h"

#include <string.h>
#include <sys/uio.h>

static struct drill_stack *stack_of(const struct drill_invocation *call)
{
	return call->run->stack;
}

/* ---- reading ---------------------------------------------------------- */

/* Octets that are read but not taken, or taken but not read. */
static bool is_plain(long flags)
{
	return !(flags & (MSG_PEEK | MSG_OOB | MSG_TRUNC | MSG_ERRQUEUE));
}

static bool check_octets(struct drill_invocation *call, const struct iovec *iov,
			 size_t count)
{
	struct drill_flow *flow = call_flow(call);
	size_t left = (size_t)(call->result > 0 ? call->result : 0);

	for (size_t i = 0; flow && i < count && left; i++) {
		size_t n = left < iov[i].iov_len ? left : iov[i].iov_len;

		if (!call_is_next(flow, flow->read, iov[i].iov_base, n))
			return call_fail(call, "other octets than were sent");
		flow->read += (uint32_t)n;
		left -= n;
	}
	return true;
}

static bool check_read(struct drill_invocation *call)
{
	const struct drill_expr *said = call_argument(call, 1);
	const struct iovec iov = { call->data, call->len };
	struct drill_flow *flow = call_flow(call);
	long flags = call->number[3];

	if (said->kind == DRILL_STRING && call->result >= 0 &&
	    memcmp(said->text.data, call->data,
		   said->text.len < (size_t)call->result
			   ? said->text.len
			   : (size_t)call->result) != 0)
		return call_fail_at(call, said, "other octets were read");
	if (flow && (flags & MSG_OOB))
		flow->read_unknown = true;
	if (flow && (flags & MSG_TRUNC) && !(flags & MSG_PEEK) &&
	    call->result > 0)
		flow->read += (uint32_t)call->result;
	return !is_plain(flags) || check_octets(call, &iov, 1);
}

/* fd, buffer, length; further arguments are flags and an address. */
static bool prepare_read(struct drill_invocation *call)
{
	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 2) ||
	    !call_take_number(call, 3))
		return false;
	call->len = (size_t)call->number[2];
	call->data = call_alloc(call, call->len);
	call->addr_len = sizeof call->addr;
	return call->data != NULL;
}

static long perform_read(struct drill_invocation *call)
{
	return stack_of(call)->ops->read(stack_of(call), call->fd, call->data,
					 call->len);
}

static long perform_recv(struct drill_invocation *call)
{
	return stack_of(call)->ops->recvfrom(stack_of(call), call->fd,
					     call->data, call->len,
					     (int)call->number[3], NULL, NULL);
}

static long perform_recvfrom(struct drill_invocation *call)
{
	return stack_of(call)->ops->recvfrom(
		stack_of(call), call->fd, call->data, call->len,
		(int)call->number[3], (struct sockaddr *)(void *)&call->addr,
		&call->addr_len);
}

/* ---- writing ---------------------------------------------------------- */

static void fill(struct drill_invocation *call, const struct iovec *iov,
		 size_t count)
{
	const struct drill_flow *flow = call_flow(call);
	uint32_t at = flow ? flow->written : 0;

	for (size_t i = 0; i < count; i++) {
		call_fill(flow, at, iov[i].iov_base, iov[i].iov_len);
		at += (uint32_t)iov[i].iov_len;
	}
}

/* "abc" itself is written, as much of it as there is. */
static void fill_from_script(struct drill_invocation *call,
			     const struct drill_expr *said)
{
	struct drill_flow *flow = call_flow(call);
	size_t n = said->text.len;

	memcpy(call->data, said->text.data, n < call->len ? n : call->len);
	if (flow)
		flow->written_unknown = true;
}

static bool prepare_write(struct drill_invocation *call)
{
	const struct drill_expr *said = call_argument(call, 1);
	struct iovec iov;

	if (!prepare_read(call))
		return false;
	iov.iov_base = call->data;
	iov.iov_len = call->len;
	if (said->kind == DRILL_STRING)
		fill_from_script(call, said);
	else
		fill(call, &iov, 1);
	return true;
}

static bool check_write(struct drill_invocation *call)
{
	struct drill_flow *flow = call_flow(call);

	if (flow && call->result > 0)
		flow->written += (uint32_t)call->result;
	return true;
}

static long perform_write(struct drill_invocation *call)
{
	return stack_of(call)->ops->write(stack_of(call), call->fd, call->data,
					  call->len);
}

static long perform_send(struct drill_invocation *call)
{
	return stack_of(call)->ops->sendto(stack_of(call), call->fd, call->data,
					   call->len, (int)call->number[3],
					   NULL, 0);
}

/* The peer's address matters only to what opens a connection. */
static bool prepare_sendto(struct drill_invocation *call)
{
	const struct drill_rules *rules = call->run->rules;

	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 3) ||
	    !call_take_address(call, 4, &rules->network.remote,
			       rules->connect_port))
		return false;
	if ((call->number[3] & MSG_FASTOPEN) && !call_begin_flow(call))
		return false;
	call->number[4] = (long)call->addr_len;
	if (!prepare_write(call))
		return false;
	call->addr_len = (socklen_t)call->number[4];
	return true;
}

static long perform_sendto(struct drill_invocation *call)
{
	const struct sockaddr *addr = (void *)&call->addr;

	return stack_of(call)->ops->sendto(stack_of(call), call->fd, call->data,
					   call->len, (int)call->number[3],
					   call->has_addr ? addr : NULL,
					   call->has_addr ? call->addr_len : 0);
}

/* ---- vectors ---------------------------------------------------------- */

static bool prepare_readv(struct drill_invocation *call)
{
	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 2))
		return false;
	call->message.msg_iov =
		call_read_vector(call, call_argument(call, 1), &call->items);
	return call->message.msg_iov != NULL;
}

static bool prepare_writev(struct drill_invocation *call)
{
	if (!prepare_readv(call))
		return false;
	fill(call, call->message.msg_iov, call->items);
	return true;
}

static int vectors(const struct drill_invocation *call)
{
	return (int)call->number[2];
}

static long perform_readv(struct drill_invocation *call)
{
	return stack_of(call)->ops->readv(stack_of(call), call->fd,
					  call->message.msg_iov, vectors(call));
}

static long perform_writev(struct drill_invocation *call)
{
	return stack_of(call)->ops->writev(
		stack_of(call), call->fd, call->message.msg_iov, vectors(call));
}

static bool check_readv(struct drill_invocation *call)
{
	return check_octets(call, call->message.msg_iov, call->items);
}

/* ---- messages --------------------------------------------------------- */

static bool prepare_recvmsg(struct drill_invocation *call)
{
	return call_take_fd(call, 0, &call->fd) && call_take_number(call, 2) &&
	       call_read_message(call, call_argument(call, 1), true);
}

static bool prepare_sendmsg(struct drill_invocation *call)
{
	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 2) ||
	    !call_read_message(call, call_argument(call, 1), false))
		return false;
	if ((call->number[2] & MSG_FASTOPEN) && !call_begin_flow(call))
		return false;
	fill(call, call->message.msg_iov, call->message.msg_iovlen);
	return true;
}

static long perform_recvmsg(struct drill_invocation *call)
{
	return stack_of(call)->ops->recvmsg(
		stack_of(call), call->fd, &call->message, (int)call->number[2]);
}

static long perform_sendmsg(struct drill_invocation *call)
{
	return stack_of(call)->ops->sendmsg(
		stack_of(call), call->fd, &call->message, (int)call->number[2]);
}

static bool check_recvmsg(struct drill_invocation *call)
{
	if (call->result < 0)
		return true;
	if (is_plain(call->number[2]) &&
	    !check_octets(call, call->message.msg_iov,
			  call->message.msg_iovlen))
		return false;
	return call_check_message(call, call_argument(call, 1));
}

/* ---- splice ----------------------------------------------------------- */

/* fd, NULL, fd, NULL, length, flags */
static bool prepare_splice(struct drill_invocation *call)
{
	struct drill_flow *flow;

	if (!call_take_fd(call, 0, &call->fd) ||
	    !call_take_fd(call, 2, &call->other_fd) ||
	    !call_take_number(call, 4) || !call_take_number(call, 5))
		return false;
	flow = call_flow(call);
	if (flow)
		flow->read_unknown = true;
	if (call->other_fd >= 0) {
		flow = drill_descriptor_of(call->run, call->other_fd)->flow;
		if (flow)
			flow->written_unknown = true;
	}
	return true;
}

static long perform_splice(struct drill_invocation *call)
{
	return stack_of(call)->ops->splice(
		stack_of(call), call->fd, NULL, call->other_fd, NULL,
		(size_t)call->number[4], (unsigned)call->number[5]);
}

/* ---- sendfile --------------------------------------------------------- */

/* socket, file, [offset] or NULL, length: what goes is what is in the file */
static bool prepare_sendfile(struct drill_invocation *call)
{
	const struct drill_expr *offset = call_argument(call, 2);
	struct drill_flow *flow;

	if (!call_take_fd(call, 0, &call->fd) ||
	    !call_take_fd(call, 1, &call->other_fd) ||
	    !call_take_number(call, 3))
		return false;
	call->number[2] = -1;
	if (offset->kind == DRILL_ARRAY) {
		int64_t number;

		if (!call_read_number(call, call_in_brackets(offset), 0,
				      &number))
			return false;
		call->number[2] = (long)number;
	}
	flow = call_flow(call);
	if (flow)
		flow->written_unknown = true;
	return true;
}

static long perform_sendfile(struct drill_invocation *call)
{
	off_t offset = call->number[2];

	return stack_of(call)->ops->sendfile(
		stack_of(call), call->fd, call->other_fd,
		call_argument(call, 2)->kind == DRILL_ARRAY ? &offset : NULL,
		(size_t)call->number[3]);
}

/* clang-format off */
const struct call_row call_data_rows[] = {
	{ "read",     3, 3, false, prepare_read,    perform_read,     check_read },
	{ "readv",    3, 3, false, prepare_readv,   perform_readv,    check_readv },
	{ "recv",     4, 4, false, prepare_read,    perform_recv,     check_read },
	{ "recvfrom", 6, 6, false, prepare_read,    perform_recvfrom, check_read },
	{ "recvmsg",  3, 3, false, prepare_recvmsg, perform_recvmsg,  check_recvmsg },
	{ "write",    3, 3, false, prepare_write,   perform_write,    check_write },
	{ "writev",   3, 3, false, prepare_writev,  perform_writev,   check_write },
	{ "send",     4, 4, false, prepare_write,   perform_send,     check_write },
	{ "sendto",   6, 6, false, prepare_sendto,  perform_sendto,   check_write },
	{ "sendmsg",  3, 3, false, prepare_sendmsg, perform_sendmsg,  check_write },
	{ "splice",   6, 6, false, prepare_splice,  perform_splice,   NULL },
	{ "sendfile", 4, 4, false, prepare_sendfile, perform_sendfile, NULL },
	{ NULL,       0, 0, false, NULL,            NULL,             NULL },
};
/* clang-format on */
