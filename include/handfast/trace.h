/* SPDX-License-Identifier: MIT */
/*
 * Datagrams as text: one line each, as `tcpdump -n` (4.99.3) prints it. A
 * trace remembers the first sequence numbers of each connection, so that the
 * later ones can be told relative to them.
 */
#ifndef HANDFAST_TRACE_H
#define HANDFAST_TRACE_H

#include <handfast/device.h>

/* Octets that hold any line, its end included. */
#define HF_TRACE_LINE 2048u

struct hf_trace;

/*
 * Makes a trace: `absolute` as tcpdump's -S. It remembers at most 65,536
 * connections; past that the first seen is forgotten. NULL: no memory.
 */
HF_PUBLIC struct hf_trace *hf_trace_new(bool absolute);
HF_PUBLIC void hf_trace_free(struct hf_trace *trace);

/*
 * Writes the line of a datagram, without its time and without a newline, and
 * returns its length. Each of these cuts what does not fit into `cap`.
 */
HF_PUBLIC size_t hf_trace_line(struct hf_trace *trace, const void *datagram,
			       size_t len, char *to, size_t cap);

/* A time since 1970 as tcpdump prints it: local time, HH:MM:SS.uuuuuu */
HF_PUBLIC size_t hf_trace_time(hf_time since_1970, char *to, size_t cap);

/* "LISTEN -> SYN_RECEIVED"; empty if the state did not change. */
HF_PUBLIC size_t hf_trace_states(const struct hf_report *report, char *to,
				 size_t cap);

/*
 * All that the host told of a frame or timer, in a word: why it was sent or
 * dropped, and the states; such as "FIN, CLOSE_WAIT -> LAST_ACK". Empty if
 * there is nothing. What a call of the program changed has no report of its
 * own: it is told with the next frame, by the memory of the trace.
 */
HF_PUBLIC size_t hf_trace_note(struct hf_trace *trace,
			       const struct hf_sight *sight, char *to,
			       size_t cap);

/* An address as text. */
HF_PUBLIC size_t hf_trace_address(const struct hf_addr *addr, char *to,
				  size_t cap);

#endif
