/* SPDX-License-Identifier: MIT */
/*
 * The sysctl settings of Linux and FreeBSD, as far as scripts use them, told
 * as what they mean for a handfast host: a member of its configuration or a
 * default of its sockets, or nothing, with the reason. stack.h has how one is
 * applied.
 */
#ifndef DRILL_SYSCTL_H
#define DRILL_SYSCTL_H

#include "stack.h"

/*
 * The configuration that a script's host begins with: the profile's, and with
 * the Linux profile what a 6.18 kernel that nobody has tuned makes of it.
 */
void drill_setting_defaults(struct hf_config *config,
			    struct drill_sockets_defaults *sockets,
			    enum hf_profile profile);

/*
 * What such a kernel answers to `sysctl -n NAME`; NULL if that is not known
 * here.
 */
const char *drill_setting_first(const char *name);

/*
 * Why a setting is ignored, or its value refused: a few words for people;
 * NULL if there is nothing to say.
 */
const char *drill_setting_why(const char *name);

#endif
