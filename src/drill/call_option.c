/* SPDX-License-Identifier: MIT */
/* Calls that set and ask: getsockopt, setsockopt, fcntl, ioctl. */
#include "call.h"

#include <fcntl.h>
#include <string.h>

static struct drill_stack *stack_of(const struct drill_invocation *call)
{
	return call->run->stack;
}

/* ---- setsockopt ------------------------------------------------------- */

static bool prepare_setsockopt(struct drill_invocation *call)
{
	const struct drill_expr *value = call_argument(call, 3);
	size_t len = 0;
	int64_t said;

	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 1) ||
	    !call_take_number(call, 2))
		return false;
	if (!call_is_any(value) && !call_write_value(call, value, call->value,
						     sizeof call->value, &len))
		return false;
	if (!call_read_number(call, call_argument(call, 4), (int64_t)len,
			      &said))
		return false;
	if (said > (int64_t)sizeof call->value)
		return call_fail(call, "the value is too long");
	call->value_len = (socklen_t)said;
	return true;
}

static long perform_setsockopt(struct drill_invocation *call)
{
	return stack_of(call)->ops->setsockopt(
		stack_of(call), call->fd, (int)call->number[1],
		(int)call->number[2], call->value, call->value_len);
}

/* ---- getsockopt ------------------------------------------------------- */

static bool prepare_getsockopt(struct drill_invocation *call)
{
	int64_t room;

	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 1) ||
	    !call_take_number(call, 2) ||
	    !call_read_number(call, call_in_brackets(call_argument(call, 4)),
			      sizeof(int), &room))
		return false;
	if (room < 0 || room > (int64_t)sizeof call->value)
		return call_fail(call, "the value is too long");
	call->value_len = (socklen_t)room;
	return true;
}

static long perform_getsockopt(struct drill_invocation *call)
{
	return stack_of(call)->ops->getsockopt(
		stack_of(call), call->fd, (int)call->number[1],
		(int)call->number[2], call->value, &call->value_len);
}

static bool differs(struct drill_invocation *call,
		    const struct drill_expr *expr, const uint8_t *said)
{
	int came, wanted;

	if (expr->kind != DRILL_NUMBER)
		return call_fail_at(call, expr, "the value is another one");
	memcpy(&came, call->value, sizeof came);
	memcpy(&wanted, said, sizeof wanted);
	return call_fail_at(call, expr, "the value is %d instead of %d", came,
			    wanted);
}

static bool check_getsockopt(struct drill_invocation *call)
{
	const struct drill_expr *value =
		call_in_brackets(call_argument(call, 3));
	uint8_t said[sizeof call->value];
	size_t len;

	if (call->result < 0 || call_is_any(value))
		return true;
	if (!call_write_value(call, value, said, sizeof said, &len))
		return false;
	if (len > call->value_len)
		len = call->value_len;
	return memcmp(said, call->value, len) == 0 ||
	       differs(call, value, said);
}

/* ---- fcntl, ioctl ----------------------------------------------------- */

static bool prepare_fcntl(struct drill_invocation *call)
{
	return call_take_fd(call, 0, &call->fd) && call_take_number(call, 1) &&
	       call_take_number(call, 2);
}

static long perform_fcntl(struct drill_invocation *call)
{
	return stack_of(call)->ops->fcntl(stack_of(call), call->fd,
					  (int)call->number[1],
					  (int)call->number[2]);
}

static bool prepare_ioctl(struct drill_invocation *call)
{
	const struct drill_expr *value = call_argument(call, 2);
	int64_t word;

	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 1) ||
	    !call_read_number(call, call_in_brackets(value), 0, &word))
		return false;
	call->pair[0] = (int)word;
	call->items = value != NULL;
	return true;
}

static long perform_ioctl(struct drill_invocation *call)
{
	return stack_of(call)->ops->ioctl(stack_of(call), call->fd,
					  (unsigned long)call->number[1],
					  call->items ? call->pair : NULL);
}

static bool check_ioctl(struct drill_invocation *call)
{
	const struct drill_expr *said =
		call_in_brackets(call_argument(call, 2));

	if (call->result < 0 || call_is_any(said) ||
	    call->pair[0] == said->value)
		return true;
	return call_fail_at(call, said, "the value is %d instead of %lld",
			    call->pair[0], (long long)said->value);
}

/* clang-format off */
const struct call_row call_option_rows[] = {
	{ "setsockopt", 5, 5, false, prepare_setsockopt, perform_setsockopt, NULL },
	{ "getsockopt", 5, 5, false, prepare_getsockopt, perform_getsockopt, check_getsockopt },
	{ "fcntl",      2, 3, false, prepare_fcntl,      perform_fcntl,      NULL },
	{ "ioctl",      2, 3, false, prepare_ioctl,      perform_ioctl,      check_ioctl },
	{ NULL,         0, 0, false, NULL,               NULL,               NULL },
};
/* clang-format on */
