/* SPDX-License-Identifier: MIT */
/*
 * Runs the events of a script in their order. One step either does what the
 * next event says, if it is due, or lets time go on, so that a call that
 * blocks can have the script go on while it waits: see stack.h.
 */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How long a call that blocks may be late before the script gives up. */
#define PATIENCE ((int64_t)HF_SECOND)
#define NEVER INT64_MAX

const struct drill_event *drill_run_event(const struct drill_run *run)
{
	size_t last = run->script->events - 1;

	return &run->script->event[run->next < last ? run->next : last];
}

bool drill_run_fail(struct drill_run *run, const char *format, ...)
{
	char text[DRILL_FAILURE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return drill_report_fail(&run->report, run->file,
				 drill_run_event(run)->at, "%s", text);
}

bool drill_run_pass(struct drill_run *run, int64_t until)
{
	hf_time when = until == NEVER ? HF_NEVER : run->origin + (hf_time)until;

	if (run->stack->ops->pass(run->stack, when))
		return true;
	return drill_run_fail(run, "%s", run->stack->failure);
}

void drill_run_done(struct drill_run *run)
{
	run->before = run->start;
	run->is_settled = false;
	run->next++;
}

/* ---- one event -------------------------------------------------------- */

static const char *describe(const struct drill_event *event)
{
	switch (event->kind) {
	case DRILL_EVENT_PACKET:
		return "incoming packet";
	case DRILL_EVENT_CALL:
		return "system call";
	case DRILL_EVENT_COMMAND:
		return "command";
	case DRILL_EVENT_CODE:
		break;
	}
	return "code";
}

static int tested_descriptor(const struct drill_run *run)
{
	const struct drill_descriptors *descriptors = &run->descriptors;

	for (size_t i = descriptors->count; i-- > 0;)
		if (run->flows.tested &&
		    descriptors->row[i].flow == run->flows.tested)
			return descriptors->row[i].live;
	return descriptors->count
		       ? descriptors->row[descriptors->count - 1].live
		       : -1;
}

static bool add_code(struct drill_run *run, const struct drill_event *event)
{
	char why[DRILL_FAILURE];

	if (drill_code_add(run->code, run->stack, tested_descriptor(run), event,
			   run->file, why))
		return true;
	return drill_run_fail(run, "%s", why);
}

static bool perform(struct drill_run *run, const struct drill_event *event)
{
	switch (event->kind) {
	case DRILL_EVENT_PACKET:
		if (!drill_run_inbound(run))
			return false;
		break;
	case DRILL_EVENT_CALL:
		/* It may run what follows, so it is over before it begins. */
		return drill_run_call(run);
	case DRILL_EVENT_COMMAND:
		if (!drill_run_command(run, event->text, event->action))
			return false;
		break;
	case DRILL_EVENT_CODE:
		if (!add_code(run, event))
			return false;
		break;
	}
	drill_run_done(run);
	return true;
}

/* ---- one step --------------------------------------------------------- */

static bool is_outbound(const struct drill_event *event)
{
	return event->kind == DRILL_EVENT_PACKET && !event->packet.inbound;
}

/* Only one call can block at a time: the next waits for it, but not long. */
static bool is_held_up(const struct drill_run *run,
		       const struct drill_event *event)
{
	return run->blocked && event->kind == DRILL_EVENT_CALL &&
	       event->call.blocks;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Nothing of the script is to be done before the call has returned. */
static bool await(struct drill_run *run, int64_t until)
{
	int64_t limit = drill_run_blocked_until(run) + PATIENCE;

	if (drill_run_now(run) < limit)
		return drill_run_pass(run, earlier(until, limit));
	return drill_report_fail(&run->report, run->file,
				 drill_run_blocked_at(run),
				 "the call has not returned");
}

static bool step(struct drill_run *run, int64_t until)
{
	const struct drill_event *event = drill_run_event(run);

	if (run->next == run->script->events || is_held_up(run, event))
		return await(run, until);
	if (!run->is_settled)
		drill_run_settle(run);
	if (is_outbound(event))
		return drill_run_outbound(run, until);
	if (drill_run_now(run) < run->start)
		return drill_run_pass(run, earlier(until, run->start));
	return drill_run_check_time(run, describe(event), drill_run_now(run)) &&
	       perform(run, event);
}

/* A call waits: what struct drill_stack calls. */
static bool meanwhile(void *context, hf_time until)
{
	struct drill_run *run = context;
	int64_t limit = NEVER;

	if (until - run->origin < (hf_time)NEVER)
		limit = (int64_t)(until - run->origin);
	return !run->report.failed && step(run, limit);
}

static void sight(void *context, const struct hf_sight *what)
{
	struct drill_run *run = context;

	drill_report_sight(&run->report, what);
}

/* ---- what cannot be run ----------------------------------------------- */

/* Says so before anything is done. */
static bool is_possible(struct drill_run *run, const struct drill_event *event)
{
	const struct drill_packet *packet = &event->packet;
	bool six = drill_network_is_ipv6(&run->rules->network);
	const struct drill_icmp *icmp = &packet->icmp;

	if (event->kind != DRILL_EVENT_PACKET)
		return true;
	if (packet->headers)
		return drill_report_fail(&run->report, run->file, event->at,
					 "encapsulation is not supported: a "
					 "handfast host has no tunnels");
	if ((packet->protocol == DRILL_ICMP ||
	     packet->protocol == DRILL_ICMPV6) &&
	    !(six ? icmp->v6.known : icmp->v4.known))
		return drill_report_fail(&run->report, run->file, event->at,
					 "IPv%d has no such ICMP message",
					 six ? 6 : 4);
	return true;
}

static bool all_are_possible(struct drill_run *run)
{
	for (size_t i = 0; i < run->script->events; i++)
		if (!is_possible(run, &run->script->event[i]))
			return false;
	return true;
}

/* ---- all -------------------------------------------------------------- */

static bool run_events(struct drill_run *run)
{
	while (run->next < run->script->events || run->blocked) {
		if (run->report.failed || !step(run, NEVER))
			return false;
		if (run->blocked && !run->stack->ops->busy(run->stack) &&
		    !drill_run_call_returned(run))
			return false;
	}
	return !run->report.failed;
}

static bool run_code(struct drill_run *run)
{
	char why[DRILL_FAILURE];

	if (drill_code_run(run->code, why))
		return true;
	/* An assertion tells where it stands. */
	if (strncmp(why, run->file, strlen(run->file)) == 0)
		return drill_report_fail_at(&run->report, why);
	return drill_run_fail(run, "%s", why);
}

bool drill_run_all(struct drill_run *run)
{
	run->stack->meanwhile = meanwhile;
	run->stack->sight = sight;
	run->stack->context = run;
	run->origin = run->stack->ops->now(run->stack);
	run->report.origin = run->origin;
	if (!all_are_possible(run))
		return false;
	if (run->rules->init_scripts &&
	    !drill_run_init_scripts(run, run->rules->init_scripts))
		return false;
	if (run->script->init.data &&
	    !drill_run_command(run, run->script->init, run->script->init_at))
		return false;
	if (!run->script->events)
		return true;
	run->origin = run->stack->ops->now(run->stack);
	run->report.origin = run->origin;
	if (!run_events(run))
		return false;
	if (run->is_silent_at_end &&
	    !drill_run_silence(run, drill_run_now(run) + PATIENCE))
		return false;
	return run_code(run);
}
