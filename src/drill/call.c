/* SPDX-License-Identifier: MIT */
/* System calls: choosing, performing, comparing the result. */
#define _GNU_SOURCE
#include "call.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool call_fail_at(struct drill_invocation *call, const struct drill_expr *expr,
		  const char *format, ...)
{
	char text[DRILL_FAILURE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return drill_report_fail(&call->run->report, call->run->file,
				 expr ? expr->at : call->event->action,
				 "%s(): %s", call->call->name.data, text);
}

bool call_fail(struct drill_invocation *call, const char *format, ...)
{
	char text[DRILL_FAILURE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return call_fail_at(call, NULL, "%s", text);
}

void *call_alloc(struct drill_invocation *call, size_t size)
{
	void *data = drill_arena_alloc(call->run->arena, size ? size : 1);

	if (!data)
		call_fail(call, "no memory");
	return data;
}

const struct drill_expr *call_argument(const struct drill_invocation *call,
				       size_t i)
{
	return i < call->call->arguments ? call->call->argument[i] : NULL;
}

struct drill_descriptor *call_descriptor(const struct drill_invocation *call)
{
	return call->fd < 0 ? NULL : drill_descriptor_of(call->run, call->fd);
}

struct drill_flow *call_flow(const struct drill_invocation *call)
{
	const struct drill_descriptor *row = call_descriptor(call);

	return row ? row->flow : NULL;
}

/* ---- which call ------------------------------------------------------- */

static const struct call_row *find_in(const struct call_row *rows,
				      const char *name)
{
	for (; rows->name; rows++)
		if (strcmp(rows->name, name) == 0)
			return rows;
	return NULL;
}

static const struct call_row *find(const char *name)
{
	const struct call_row *const tables[] = {
		call_socket_rows,
		call_data_rows,
		call_option_rows,
		call_ready_rows,
	};

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		const struct call_row *row = find_in(tables[i], name);

		if (row)
			return row;
	}
	return NULL;
}

static bool choose(struct drill_invocation *call)
{
	const char *name = call->call->name.data;
	size_t n = call->call->arguments;

	call->row = find(name);
	if (!call->row)
		return call_fail(call, "there is no such call");
	if (n < call->row->least || n > call->row->most)
		return call_fail(call, "wants %u to %u arguments, not %zu",
				 call->row->least, call->row->most, n);
	return true;
}

/* ---- its result ------------------------------------------------------- */

/* "-1 EPIPE" or "10". */
static const char *describe(long result, char *to, size_t cap)
{
	const char *name = result < 0 ? strerrorname_np((int)-result) : NULL;

	if (result >= 0)
		snprintf(to, cap, "%ld", result);
	else if (name)
		snprintf(to, cap, "-1 %s", name);
	else
		snprintf(to, cap, "-1 with errno %ld", -result);
	return to;
}

static bool wrong_result(struct drill_invocation *call, int64_t expected)
{
	char came[40], said[64];

	if (expected < 0 && call->call->error_name.data)
		snprintf(said, sizeof said, "-1 %s",
			 call->call->error_name.data);
	else
		snprintf(said, sizeof said, "%lld", (long long)expected);
	return call_fail(call, "returned %s instead of %s",
			 describe(call->result, came, sizeof came), said);
}

/* Of a descriptor the number is the script's to choose. */
static bool compare_result(struct drill_invocation *call)
{
	const struct drill_expr *said = call->call->result;
	long came = call->result < 0 ? -1 : call->result;

	if (call_is_any(said))
		return true;
	if (said->kind != DRILL_NUMBER)
		return call_fail_at(call, said, "the result is not a number");
	if (call->row->returns_fd && said->value >= 0 && came >= 0)
		return true;
	if (came != said->value)
		return wrong_result(call, said->value);
	if (call->call->error && came < 0 &&
	    call->call->error != (int)-call->result)
		return wrong_result(call, said->value);
	return true;
}

/*
 * The script goes on in a call that waits, so `before`, which the tolerance
 * counts from, is no more what it was.
 */
static bool check_end(struct drill_invocation *call)
{
	struct drill_run *run = call->run;
	int64_t start = run->start, before = run->before;
	bool in_time;

	if (!call->call->blocks)
		return true;
	run->start = call->end;
	run->before = call->start;
	in_time = drill_run_check_moment(run, call->event->action,
					 "system call returned", call->end,
					 call->returned);
	run->start = start;
	run->before = before;
	return in_time;
}

static bool conclude(struct drill_invocation *call)
{
	if (call->run->report.failed)
		return false;
	if (call->run->stack->failure[0])
		return call_fail(call, "%s", call->run->stack->failure);
	if (!compare_result(call) || !check_end(call))
		return false;
	return !call->row->check || call->row->check(call);
}

/* ---- performing ------------------------------------------------------- */

static void perform(void *context)
{
	struct drill_invocation *call = context;

	call->result = call->row->perform(call);
	call->returned = drill_run_now(call->run);
}

static void note(struct drill_invocation *call)
{
	char text[DRILL_LINE];

	snprintf(text, sizeof text, "%s",
		 call->event->source.data ? call->event->source.data
					  : call->call->name.data);
	drill_report_note(&call->run->report,
			  call->run->origin + (hf_time)drill_run_now(call->run),
			  text);
}

bool drill_run_call(struct drill_run *run)
{
	const struct drill_event *event = drill_run_event(run);
	struct drill_invocation *call =
		drill_arena_alloc(run->arena, sizeof *call);

	if (!call)
		return drill_run_fail(run, "no memory");
	call->run = run;
	call->event = event;
	call->call = &event->call;
	call->start = run->start;
	call->end = run->end;
	note(call);
	if (!choose(call) || !call->row->prepare(call))
		return false;
	drill_run_done(run);
	if (!call->call->blocks) {
		perform(call);
		return conclude(call);
	}
	run->blocked = call;
	run->stack->ops->begin(run->stack, perform, call);
	return run->stack->ops->busy(run->stack) ||
	       drill_run_call_returned(run);
}

bool drill_run_call_returned(struct drill_run *run)
{
	struct drill_invocation *call = run->blocked;

	run->blocked = NULL;
	return conclude(call);
}

int64_t drill_run_blocked_until(const struct drill_run *run)
{
	return run->blocked ? run->blocked->end : 0;
}

struct drill_place drill_run_blocked_at(const struct drill_run *run)
{
	const struct drill_place nowhere = { 0, 0 };

	return run->blocked ? run->blocked->event->action : nowhere;
}
