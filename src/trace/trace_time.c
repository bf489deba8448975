/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "text.h"

#include <handfast/trace.h>
#include <time.h>

#define MICROS 1000000

/* tcpdump converts no time before 1970, or that looks so in 32 bits. */
static bool is_told(struct text *text, const struct hf_trace_moment *m)
{
	if (!((uint64_t)m->seconds & 0x80000000u))
		return true;
	text_add(text, "[Error converting time]");
	return false;
}

static void add_clock(struct text *text, const struct hf_trace_moment *m,
		      bool is_local, bool is_dated)
{
	time_t seconds = (time_t)m->seconds;
	char date[64];
	struct tm tm;

	if (!is_told(text, m) ||
	    !(is_local ? localtime_r(&seconds, &tm) : gmtime_r(&seconds, &tm)))
		return;
	strftime(date, sizeof date, is_dated ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S",
		 &tm);
	text_add(text, "%s.%06u", date, (unsigned)m->micro);
}

/* The time from `m` to `to`; a negative one has a sign of its own. */
static struct hf_trace_moment difference(const struct hf_trace_moment *m,
					 const struct hf_trace_moment *to,
					 bool *is_negative)
{
	const struct hf_trace_moment *first = m, *last = to;
	struct hf_trace_moment d;

	*is_negative = to->seconds < m->seconds ||
		       (to->seconds == m->seconds && to->micro < m->micro);
	if (*is_negative) {
		first = to;
		last = m;
	}
	d.seconds = last->seconds - first->seconds;
	d.micro = last->micro - first->micro;
	if (d.micro < 0) {
		d.seconds--;
		d.micro += MICROS;
	}
	return d;
}

static void add_since(struct text *text, const struct hf_trace_moment *m,
		      const struct hf_trace_moment *from)
{
	bool is_negative;
	struct hf_trace_moment d = difference(from, m, &is_negative);

	text_add(text, is_negative ? "-" : " ");
	add_clock(text, &d, false, false);
}

size_t hf_trace_stamp(struct hf_trace_clock *clock,
		      const struct hf_trace_moment *m, char *to, size_t cap)
{
	struct text text = { .to = to, .cap = cap };

	if (cap)
		to[0] = '\0';
	if (!clock->is_running)
		clock->since = *m;
	clock->is_running = true;
	switch (clock->form) {
	case HF_TRACE_TIME_OF_DAY:
		add_clock(&text, m, true, false);
		break;
	case HF_TRACE_NO_TIME:
		break;
	case HF_TRACE_SECONDS:
		if (is_told(&text, m))
			text_add(&text, "%lld.%06u", (long long)m->seconds,
				 (unsigned)m->micro);
		break;
	case HF_TRACE_SINCE_LAST:
	case HF_TRACE_SINCE_FIRST:
		add_since(&text, m, &clock->since);
		if (clock->form == HF_TRACE_SINCE_LAST)
			clock->since = *m;
		break;
	case HF_TRACE_DATE:
		add_clock(&text, m, true, true);
		break;
	}
	return text.len;
}

size_t hf_trace_time(hf_time since_1970, char *to, size_t cap)
{
	struct hf_trace_clock clock = { .form = HF_TRACE_TIME_OF_DAY };
	struct hf_trace_moment m = {
		.seconds = (int64_t)(since_1970 / HF_SECOND),
		.micro = (int64_t)(since_1970 % HF_SECOND / HF_MICROSECOND),
	};

	return hf_trace_stamp(&clock, &m, to, cap);
}
