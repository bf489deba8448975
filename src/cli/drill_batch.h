/* SPDX-License-Identifier: MIT */
/* Many scripts, several at a time, each run by a process of its own. */
#ifndef CLI_DRILL_BATCH_H
#define CLI_DRILL_BATCH_H

#include "job.h"

struct drill_batch {
	const struct drill_setup *setup;
	char *const *file;
	size_t files;
	unsigned jobs;
};

/* NULL, or what went wrong that is no script's fault; see errno. */
const char *drill_batch_run(const struct drill_batch *batch,
			    struct drill_result *sum);

#endif
