/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool drill_report_open(struct drill_report *report, FILE *out, bool verbose)
{
	const struct hf_trace_style style = { 0 };

	memset(report, 0, sizeof *report);
	report->out = out;
	report->verbose = verbose;
	report->trace = hf_trace_new(&style);
	report->log = open_memstream(&report->text, &report->len);
	return report->trace && report->log;
}

void drill_report_close(struct drill_report *report)
{
	if (report->log)
		fclose(report->log);
	free(report->text);
	if (report->trace)
		hf_trace_free(report->trace);
}

/* ---- the trace -------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
tell(struct drill_report *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(report->log, format, args);
	va_end(args);
	if (!report->verbose)
		return;
	va_start(args, format);
	vfprintf(report->out, format, args);
	va_end(args);
}

static int print_time(const struct drill_report *report, hf_time when, char *to,
		      size_t cap)
{
	hf_time since = when - report->origin;
	const char *sign = "";

	if (when < report->origin) {
		since = report->origin - when;
		sign = "-";
	}
	return snprintf(to, cap, "%s%llu.%06llu", sign,
			(unsigned long long)(since / HF_SECOND),
			(unsigned long long)(since % HF_SECOND / 1000));
}

void drill_report_sight(struct drill_report *report,
			const struct hf_sight *sight)
{
	static const char *const marks[] = {
		[HF_DIRECTION_IN] = "<",
		[HF_DIRECTION_OUT] = ">",
		[HF_DIRECTION_TIMER] = "@",
	};
	char when[32], line[HF_TRACE_LINE] = "timer", note[256] = "";

	if (sight->direction != HF_DIRECTION_TIMER)
		hf_trace_line(report->trace, sight->frame.data,
			      sight->frame.len, line, sizeof line);
	if (sight->report)
		hf_trace_note(report->trace, sight, note, sizeof note);
	if (sight->direction == HF_DIRECTION_TIMER && !note[0])
		return;
	print_time(report, sight->now, when, sizeof when);
	tell(report, "  %10s %s %s%s%s\n", when, marks[sight->direction], line,
	     note[0] ? " ; " : "", note);
}

void drill_report_note(struct drill_report *report, hf_time when,
		       const char *text)
{
	char stamp[32];

	print_time(report, when, stamp, sizeof stamp);
	tell(report, "  %10s   %s\n", stamp, text);
}

void drill_report_packet(struct drill_report *report, hf_time when,
			 const void *data, uint32_t len, char *to)
{
	int n = print_time(report, when, to, DRILL_LINE);

	to[n] = ' ';
	hf_trace_line(report->trace, data, len, to + n + 1,
		      DRILL_LINE - (size_t)n - 1);
}

/* ---- failures --------------------------------------------------------- */

bool drill_report_fail(struct drill_report *report, const char *file,
		       struct drill_place at, const char *format, ...)
{
	va_list args;
	int n;

	if (report->failed)
		return false;
	report->failed = true;
	n = snprintf(report->why, sizeof report->why, "%s:%u: ", file, at.line);
	if (n < 0 || (size_t)n >= sizeof report->why)
		return false;
	va_start(args, format);
	vsnprintf(report->why + n, sizeof report->why - (size_t)n, format,
		  args);
	va_end(args);
	return false;
}

bool drill_report_fail_at(struct drill_report *report, const char *text)
{
	if (report->failed)
		return false;
	report->failed = true;
	snprintf(report->why, sizeof report->why, "%s", text);
	return false;
}

void drill_report_print(struct drill_report *report, FILE *to)
{
	fprintf(to, "%s\n", report->why);
	if (report->expected[0])
		fprintf(to, "  expected: %s\n", report->expected);
	if (report->came[0])
		fprintf(to, "  came:     %s\n", report->came);
	fflush(report->log);
	if (!report->verbose && report->len)
		fprintf(to, "  until then:\n%s", report->text);
}

/* ---- what is ignored -------------------------------------------------- */

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += len)
		if ((p == list || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

void drill_ignored_add(char *ignored, const char *name)
{
	size_t used = strlen(ignored);

	if (used + strlen(name) + 2 > DRILL_IGNORED || has_word(ignored, name))
		return;
	snprintf(ignored + used, DRILL_IGNORED - used, "%s%s", used ? " " : "",
		 name);
}

void drill_report_ignore(struct drill_report *report, const char *name)
{
	if (report->ignored)
		drill_ignored_add(report->ignored, name);
}
