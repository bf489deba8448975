/* SPDX-License-Identifier: MIT */
/*
 * What the comments of a script tell the runner, one on a line of its own:
 *
 *	// profile: rfc
 *	// differs from Linux: REASON
 *	// long: 127 s
 *	// ipv4 only: REASON
 *	// ipv6 only: REASON
 *	// not split: REASON
 *	// not duplicated: REASON
 *	// silent at the end
 */
#ifndef DRILL_MARKER_H
#define DRILL_MARKER_H

#include <stdbool.h>
#include <stddef.h>

struct drill_markers {
	bool rfc, linux_profile; /* the profile that it is for */
	bool differs; /* from Linux, deliberately */
	bool is_long; /* it needs more than 10 s of real time */
	bool ipv4_only, ipv6_only;
	bool not_split, not_duplicated;
	bool silent_at_end; /* nothing more may come out for a second */
};

/* Of the whole text of a script, which ends with a NUL. */
void drill_markers_read(struct drill_markers *markers, const char *text);

#endif
