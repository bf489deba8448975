/* SPDX-License-Identifier: MIT */
#ifndef DEVICE_FAILURE_H
#define DEVICE_FAILURE_H

#include <handfast/device.h>

/* Writes the line of a failure, cut to its room. */
__attribute__((format(printf, 2, 3))) void
failure_tell(struct hf_failure *failure, const char *format, ...);

#endif
