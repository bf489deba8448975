/* SPDX-License-Identifier: MIT */
/* What is told of a run: the trace, and why it failed. */
#ifndef DRILL_REPORT_H
#define DRILL_REPORT_H

#include "script.h"
#include "stack.h"

#include <handfast/trace.h>
#include <stdio.h>

#define DRILL_LINE (HF_TRACE_LINE + 64u)

struct drill_report {
	FILE *out; /* where a verbose run tells its trace at once */
	bool verbose;
	struct hf_trace *trace;
	hf_time origin; /* when the script began */
	FILE *log; /* into `text` */
	char *text;
	size_t len;
	bool failed;
	char why[2 * DRILL_FAILURE]; /* "FILE:LINE: ..." */
	char expected[DRILL_LINE], came[DRILL_LINE]; /* empty: neither */
	char *ignored; /* DRILL_IGNORED: names of what has no meaning; or NULL
			*/
};

#define DRILL_IGNORED 2048u

/* False: no memory. */
bool drill_report_open(struct drill_report *report, FILE *out, bool verbose);
void drill_report_close(struct drill_report *report);

/* A datagram or timer; what struct drill_stack calls. */
void drill_report_sight(struct drill_report *report,
			const struct hf_sight *sight);

/* A datagram in words, for `expected` and `came`. */
void drill_report_packet(struct drill_report *report, hf_time when,
			 const void *data, uint32_t len, char *to);

/* The trace gets a line of what is no packet. */
void drill_report_note(struct drill_report *report, hf_time when,
		       const char *text);

/* Only the first failure counts; always returns false. */
__attribute__((format(printf, 4, 5))) bool
drill_report_fail(struct drill_report *report, const char *file,
		  struct drill_place at, const char *format, ...);

/* A setting or command has no meaning: it is named once. */
void drill_report_ignore(struct drill_report *report, const char *name);
void drill_ignored_add(char *ignored, const char *name);

/* The same where the text says the place itself; always returns false. */
bool drill_report_fail_at(struct drill_report *report, const char *text);

/* Prints the failure, and the trace until then. */
void drill_report_print(struct drill_report *report, FILE *to);

#endif
