/* SPDX-License-Identifier: MIT */
/* Calls that ask what is ready: poll and epoll. */
#include "call.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

static struct drill_stack *stack_of(const struct drill_invocation *call)
{
	return call->run->stack;
}

static const struct drill_expr *list_item(const struct drill_expr *list,
					  size_t i)
{
	if (list->kind != DRILL_ARRAY)
		return i ? NULL : list;
	return i < list->items ? list->item[i] : NULL;
}

/* ---- poll ------------------------------------------------------------- */

static bool read_pollfd(struct drill_invocation *call,
			const struct drill_expr *expr, struct pollfd *poll)
{
	const struct drill_descriptor *row;
	int64_t fd, events;

	if (expr->kind != DRILL_STRUCT || expr->shape != DRILL_POLLFD)
		return call_fail_at(call, expr,
				    "{fd=N, events=...} is wanted here");
	if (!call_read_number(call, drill_expr_member(expr, "fd"), -1, &fd) ||
	    !call_read_number(call, drill_expr_member(expr, "events"), 0,
			      &events))
		return false;
	row = drill_descriptor_find(call->run, (int)fd);
	poll->fd = row ? row->live : (int)fd;
	poll->events = (short)events;
	return true;
}

static bool prepare_poll(struct drill_invocation *call)
{
	const struct drill_expr *list = call_argument(call, 0);
	struct pollfd *poll;

	if (list->kind != DRILL_ARRAY)
		return call_fail_at(call, list,
				    "[{fd=N, events=...}] is wanted here");
	poll = call->list = call_alloc(call, list->items * sizeof *poll);
	call->items = list->items;
	for (size_t i = 0; poll && i < call->items; i++)
		if (!read_pollfd(call, list->item[i], &poll[i]))
			return false;
	return poll && call_take_number(call, 1) && call_take_number(call, 2);
}

static long perform_poll(struct drill_invocation *call)
{
	return stack_of(call)->ops->poll(stack_of(call), call->list,
					 (size_t)call->number[1],
					 (int)call->number[2]);
}

static bool check_poll(struct drill_invocation *call)
{
	const struct drill_expr *list = call_argument(call, 0);
	const struct pollfd *poll = call->list;

	for (size_t i = 0; call->result >= 0 && i < call->items; i++) {
		const struct drill_expr *said =
			drill_expr_member(list->item[i], "revents");
		int64_t revents;

		if (call_is_any(said))
			continue;
		if (!call_read_number(call, said, 0, &revents))
			return false;
		if (revents != poll[i].revents)
			return call_fail_at(call, said,
					    "revents is 0x%x instead of 0x%llx",
					    (unsigned)poll[i].revents,
					    (unsigned long long)revents);
	}
	return true;
}

/* ---- epoll ------------------------------------------------------------ */

static bool prepare_epoll_create(struct drill_invocation *call)
{
	return call_take_number(call, 0);
}

static long perform_epoll_create(struct drill_invocation *call)
{
	return stack_of(call)->ops->epoll_create(stack_of(call),
						 (int)call->number[0]);
}

static bool check_epoll_create(struct drill_invocation *call)
{
	const struct drill_expr *said = call->call->result;

	return call->result < 0 || call_is_any(said) ||
	       drill_descriptor_add(call->run, (int)said->value,
				    (int)call->result);
}

/* The user's data is the script's: a descriptor of its own, perhaps. */
static bool read_event(struct drill_invocation *call,
		       const struct drill_expr *expr, int64_t *events,
		       int64_t *data, bool *has_data)
{
	static const char *const names[] = { "fd", "u32", "u64", "ptr",
					     "data" };
	const struct drill_expr *value = NULL;

	if (expr->kind != DRILL_STRUCT || expr->shape != DRILL_EPOLL_EVENT)
		return call_fail_at(call, expr,
				    "{events=..., fd=N} is wanted here");
	for (size_t i = 0; !value && i < sizeof names / sizeof names[0]; i++)
		value = drill_expr_member(expr, names[i]);
	*has_data = !call_is_any(value);
	return call_read_number(call, drill_expr_member(expr, "events"), 0,
				events) &&
	       call_read_number(call, value, 0, data);
}

static bool prepare_epoll_ctl(struct drill_invocation *call)
{
	const struct drill_expr *expr = call_argument(call, 3);
	struct epoll_event *event = call_alloc(call, sizeof *event);
	int64_t events = 0, data = 0;
	bool has_data;

	if (!event || !call_take_fd(call, 0, &call->fd) ||
	    !call_take_number(call, 1) ||
	    !call_take_fd(call, 2, &call->other_fd))
		return false;
	if (expr->kind == DRILL_STRUCT &&
	    !read_event(call, expr, &events, &data, &has_data))
		return false;
	event->events = (uint32_t)events;
	event->data.u64 = (uint64_t)data;
	call->list = event;
	return true;
}

static long perform_epoll_ctl(struct drill_invocation *call)
{
	return stack_of(call)->ops->epoll_ctl(stack_of(call), call->fd,
					      (int)call->number[1],
					      call->other_fd, call->list);
}

static bool prepare_epoll_wait(struct drill_invocation *call)
{
	if (!call_take_fd(call, 0, &call->fd) || !call_take_number(call, 2) ||
	    !call_take_number(call, 3))
		return false;
	if (call->number[2] > 1024)
		return call_fail(call, "too many events are asked for");
	call->items = (size_t)(call->number[2] > 0 ? call->number[2] : 0);
	call->list = call_alloc(call, call->items * sizeof(struct epoll_event));
	return call->list != NULL;
}

static long perform_epoll_wait(struct drill_invocation *call)
{
	return stack_of(call)->ops->epoll_wait(stack_of(call), call->fd,
					       call->list, (int)call->number[2],
					       (int)call->number[3]);
}

static bool same_event(struct drill_invocation *call,
		       const struct drill_expr *said,
		       const struct epoll_event *came)
{
	int64_t events, data;
	bool has_data;

	if (!read_event(call, said, &events, &data, &has_data))
		return false;
	if (came->events != (uint32_t)events)
		return call_fail_at(call, said,
				    "events is 0x%x instead of 0x%x",
				    came->events, (unsigned)events);
	if (has_data && came->data.u64 != (uint64_t)data)
		return call_fail_at(call, said,
				    "the data is %llu instead of %llu",
				    (unsigned long long)came->data.u64,
				    (unsigned long long)data);
	return true;
}

static bool check_epoll_wait(struct drill_invocation *call)
{
	const struct drill_expr *list = call_argument(call, 1);
	const struct epoll_event *came = call->list;

	for (long i = 0; i < call->result; i++) {
		const struct drill_expr *said = list_item(list, (size_t)i);

		if (!call_is_any(said) && !same_event(call, said, &came[i]))
			return false;
	}
	return true;
}

/* clang-format off */
const struct call_row call_ready_rows[] = {
	{ "poll",          3, 3, false, prepare_poll,         perform_poll,         check_poll },
	{ "epoll_create",  1, 1, true,  prepare_epoll_create, perform_epoll_create, check_epoll_create },
	{ "epoll_create1", 1, 1, true,  prepare_epoll_create, perform_epoll_create, check_epoll_create },
	{ "epoll_ctl",     4, 4, false, prepare_epoll_ctl,    perform_epoll_ctl,    NULL },
	{ "epoll_wait",    4, 4, false, prepare_epoll_wait,   perform_epoll_wait,   check_epoll_wait },
	{ NULL,            0, 0, false, NULL,                 NULL,                 NULL },
};
/* clang-format on */
