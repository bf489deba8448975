/* SPDX-License-Identifier: MIT */
/*
 * How a script is run and judged: the options at the top of the script and
 * those of the command line, which win, with packetdrill's names and defaults.
 */
#ifndef DRILL_RULES_H
#define DRILL_RULES_H

#include "script.h"
#include "stack.h"

/* What a variant of a script changes; all false: as it is written. */
struct drill_variant {
	bool no_prediction;
	bool split; /* text that comes in is cut in two */
	bool duplicate; /* what comes in comes twice */
};

struct drill_rules {
	struct drill_network network;
	bool has_local, has_remote, has_gateway; /* said, not by default */
	uint16_t bind_port, connect_port;
	int64_t tolerance; /* nanoseconds */
	uint32_t tolerance_permille; /* of the time since the event before */
	int64_t ts_tick; /* nanoseconds of a TS clock's tick; 0: not looked at
			  */
	bool strict_segments;
	bool dry_run;
	const char *init_scripts; /* NULL: none */
	/* Ours. */
	enum hf_profile profile;
	bool kernel, allow_shell, verbose;
	struct drill_variant variant;
};

void drill_rules_default(struct drill_rules *rules);

/*
 * Takes an option of packetdrill's, such as ("mtu", "1500"), whose value is
 * kept, not copied. NULL, or what is wrong with it, in at most DRILL_FAILURE
 * octets of `why`.
 */
const char *drill_rules_set(struct drill_rules *rules, const char *name,
			    const char *value, char *why);

/* Settles what was not said by what was. NULL, or what is wrong: as above. */
const char *drill_rules_finish(struct drill_rules *rules, char *why);

#endif
