/* SPDX-License-Identifier: MIT */
/*
 * The lines of an experiment, as tcpdump would print them at the server's
 * interface; beside each stands what it did at both ends. A line that the
 * server sends is held back until the client has told its part.
 */
#ifndef LAB_LINES_H
#define LAB_LINES_H

#include <handfast/device.h>
#include <handfast/trace.h>
#include <stdio.h>

struct lab_lines;

/* NULL: no memory. */
struct lab_lines *lab_lines_new(FILE *out, bool absolute);
void lab_lines_free(struct lab_lines *lines);

/* Prints what is held back still. */
void lab_lines_finish(struct lab_lines *lines);

/* What each end saw; frames arrive in the order in which they were sent. */
void lab_lines_client(struct lab_lines *lines, const struct hf_sight *sight);
void lab_lines_server(struct lab_lines *lines, const struct hf_sight *sight);

#endif
