/* SPDX-License-Identifier: MIT */
/* One script file, run as often as its variants ask for. */
#ifndef DRILL_JOB_H
#define DRILL_JOB_H

#include "report.h"
#include "rules.h"

/* An option of packetdrill's on the command line. */
struct drill_setting {
	const char *name, *value; /* NULL: no value */
};

/* The same for all scripts. */
struct drill_setup {
	const struct drill_setting *setting;
	size_t settings;
	const struct drill_define *define; /* the last has no name */
	bool has_profile; /* else a script may choose one */
	enum hf_profile profile;
	bool kernel, allow_long, allow_shell, verbose;
	bool all_variants; /* else only `variant` */
	struct drill_variant variant;
};

struct drill_result {
	unsigned passed, failed;
	unsigned differ; /* not run: they declare that Linux does otherwise */
	unsigned took_long; /* not run without allow_long */
	char ignored[DRILL_IGNORED];
};

/* Runs the script and adds to the result; failures are told on `out`. */
void drill_job_run(const struct drill_setup *setup, const char *path, FILE *out,
		   struct drill_result *result);

#endif
