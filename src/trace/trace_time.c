/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "text.h"

#include <handfast/trace.h>
#include <time.h>

#define MICROS 1000000

struct broken {
	struct tm tm;
	bool good;
};

static struct broken break_up(int64_t seconds, bool is_local)
{
	time_t t = (time_t)seconds;
	struct broken b = { .good = false };

	b.good = is_local ? localtime_r(&t, &b.tm) : gmtime_r(&t, &b.tm);
	return b;
}

static void add_clock(struct text *text, const struct hf_trace_moment *m,
		      bool is_local, bool dated)
{
	struct broken b = break_up(m->seconds, is_local);
	char date[64];

	if (!b.good) {
		text_add(text, "[Error converting time]");
		return;
	}
	if (dated) {
		strftime(date, sizeof date, "%Y-%m-%d ", &b.tm);
		text_add(text, "%s", date);
	}
	text_add(text, "%02d:%02d:%02d.%06u", b.tm.tm_hour, b.tm.tm_min,
		 b.tm.tm_sec, (unsigned)m->micro);
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
