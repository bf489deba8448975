/* SPDX-License-Identifier: MIT */
/* When events are due, and whether they happened then. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>

int64_t drill_run_now(const struct drill_run *run)
{
	return (int64_t)(run->stack->ops->now(run->stack) - run->origin);
}

void drill_run_settle(struct drill_run *run)
{
	const struct drill_event *event = drill_run_event(run);
	int64_t now = drill_run_now(run);

	run->start = event->start;
	run->end = event->end;
	switch (event->time) {
	case DRILL_TIME_ABSOLUTE:
	case DRILL_TIME_ABSOLUTE_RANGE:
		break;
	case DRILL_TIME_NONE:
	case DRILL_TIME_ANY:
	case DRILL_TIME_RELATIVE:
	case DRILL_TIME_RELATIVE_RANGE:
		run->start += now;
		run->end += now;
		break;
	}
	run->is_settled = true;
}

int64_t drill_run_tolerance(const struct drill_run *run)
{
	int64_t gap = run->start - run->before;
	int64_t share = gap / 1000 * (int64_t)run->rules->tolerance_permille;

	return share > run->rules->tolerance ? share : run->rules->tolerance;
}

/* A time since the script began, such as 0.004000, in one of four texts. */
static const char *seconds(int64_t ns)
{
	static char text[4][32];
	static unsigned next;
	char *to = text[next++ % 4];

	snprintf(to, sizeof text[0], "%s%lld.%06lld", ns < 0 ? "-" : "",
		 llabs((long long)ns) / 1000000000,
		 llabs((long long)ns) / 1000 % 1000000);
	return to;
}

static bool is_range(const struct drill_event *event)
{
	return event->time == DRILL_TIME_ABSOLUTE_RANGE ||
	       event->time == DRILL_TIME_RELATIVE_RANGE;
}

bool drill_run_is_in_time(const struct drill_run *run, int64_t when)
{
	const struct drill_event *event = drill_run_event(run);
	int64_t last = is_range(event) ? run->end : run->start;
	int64_t tolerance = drill_run_tolerance(run);

	return event->time == DRILL_TIME_ANY ||
	       (when >= run->start - tolerance && when <= last + tolerance);
}

bool drill_run_check_time(struct drill_run *run, const char *what, int64_t when)
{
	const struct drill_event *event = drill_run_event(run);
	int64_t tolerance = drill_run_tolerance(run);

	if (drill_run_is_in_time(run, when))
		return true;
	if (!is_range(event))
		return drill_run_check_moment(run, event->at, what, run->start,
					      when);
	return drill_run_fail(run,
			      "%s at %s s instead of %s to %s s, with a "
			      "tolerance of %s s",
			      what, seconds(when), seconds(run->start),
			      seconds(run->end), seconds(tolerance));
}

bool drill_run_check_moment(struct drill_run *run, struct drill_place at,
			    const char *what, int64_t expected, int64_t when)
{
	int64_t tolerance = drill_run_tolerance(run);

	if (when >= expected - tolerance && when <= expected + tolerance)
		return true;
	return drill_report_fail(&run->report, run->file, at,
				 "%s at %s s instead of %s s, with a tolerance "
				 "of %s s",
				 what, seconds(when), seconds(expected),
				 seconds(tolerance));
}
