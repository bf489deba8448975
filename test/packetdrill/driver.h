/* SPDX-License-Identifier: MIT */
/*
 * The part of packetdrill that a shared object sees: it is loaded as
 * packetdrill does, asked for the time as often, spun on for the last
 * microseconds before an event, and called from a second thread where a
 * script's call blocks, whose state is then looked for in /proc.
 */
#ifndef TEST_DRIVER_H
#define TEST_DRIVER_H

#include "packetdrill_interface.h"

#include <stdbool.h>
#include <stdint.h>

extern struct packetdrill_interface driver;

/* Loads SHARED_OBJECT; exits if that is refused. */
void driver_begin(const char *flags);
void driver_end(void);

/* Microseconds since driver_begin(). */
int64_t driver_now(void);
/* As before an event: sleeps until shortly before it, and spins. */
void driver_wait_until(int64_t usecs);

/* A call on the second thread; returns when that sleeps in it, or is done. */
void driver_begin_call(ssize_t (*call)(void *context), void *context);
bool driver_call_is_over(void);
/* What it returned, errno, and when by its own look at the clock. */
struct driver_result {
	ssize_t result;
	int error;
	int64_t when;
};
/* Waits for its end, in real time. */
struct driver_result driver_end_call(void);

#endif
