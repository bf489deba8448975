/* SPDX-License-Identifier: MIT */
/*
 * Captures in pcapng (IETF draft-ietf-opsawg-pcapng) in which each packet
 * carries a comment. A file is one section or several, one after another,
 * each with one interface whose times are in nanoseconds.
 */
#ifndef TRACE_PCAPNG_H
#define TRACE_PCAPNG_H

#include <handfast/trace.h>
#include <stdio.h>

/* Each is false if it could not be written. */

/* Begins a section: frames of this link, seen at an interface called so. */
bool pcapng_section(FILE *out, enum hf_trace_link link, const char *interface);

/* A frame of which all octets are here; `comment` may be empty. */
bool pcapng_packet(FILE *out, hf_time when, const void *frame, uint32_t len,
		   const char *comment);

#endif
