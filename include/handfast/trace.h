/* SPDX-License-Identifier: MIT */
/*
 * Frames as text, as `tcpdump -n` (4.99.3) prints them. A trace remembers the
 * first sequence numbers of each connection, so that the later ones can be
 * told relative to them.
 */
#ifndef HANDFAST_TRACE_H
#define HANDFAST_TRACE_H

#include <handfast/device.h>

/* Octets that hold the text of nearly any frame, its end included. */
#define HF_TRACE_LINE 2048u

struct hf_trace;

/* What a frame begins with: link types of pcap. */
enum hf_trace_link {
	HF_TRACE_IP = 0, /* RAW, IPV4, IPV6: the datagram itself */
	HF_TRACE_ETHERNET,
	HF_TRACE_LINUX_SLL, /* Linux cooked */
	HF_TRACE_LINUX_SLL2, /* Linux cooked, version 2 */
	HF_TRACE_NULL, /* BSD loopback, family in the writer's byte order */
	HF_TRACE_LOOP, /* the same in network byte order */
	HF_TRACE_OCTETS, /* any other: octets are printed */
	HF_TRACE_LINKS
};

/* How to print; all zero is plain `tcpdump -n` of raw IP. */
struct hf_trace_style {
	enum hf_trace_link link;
	bool absolute; /* -S: sequence numbers as they are */
	bool link_header; /* -e */
	uint8_t verbose; /* 1: -v; text may have several lines */
};

/*
 * Makes a trace. It remembers at most 65,536 connections; past that the first
 * seen is forgotten. NULL: no memory.
 */
HF_PUBLIC struct hf_trace *hf_trace_new(const struct hf_trace_style *style);
HF_PUBLIC void hf_trace_free(struct hf_trace *trace);

/*
 * Writes the text of a whole frame, without its time and without a newline at
 * the end, and returns its length. Each of these cuts what does not fit into
 * `cap`.
 */
HF_PUBLIC size_t hf_trace_line(struct hf_trace *trace, const void *frame,
			       size_t len, char *to, size_t cap);

/*
 * The same of a frame of `len` octets of which `caplen` were captured. If they
 * are not sound, the text says so; tcpdump prints no time with it.
 */
HF_PUBLIC size_t hf_trace_capture(struct hf_trace *trace, const void *frame,
				  size_t caplen, size_t len, char *to,
				  size_t cap);

/* True if these can be the lengths of a frame. */
HF_PUBLIC bool hf_trace_is_sound(size_t caplen, size_t len);

/* The times that tcpdump can print. */
enum hf_trace_time_form {
	HF_TRACE_TIME_OF_DAY = 0, /* local time, HH:MM:SS.uuuuuu */
	HF_TRACE_NO_TIME, /* -t */
	HF_TRACE_SECONDS, /* -tt: since 1970 */
	HF_TRACE_SINCE_LAST, /* -ttt */
	HF_TRACE_DATE, /* -tttt: and the time of day */
	HF_TRACE_SINCE_FIRST, /* -ttttt */
};

/* As a capture has it: seconds since 1970, and microseconds. */
struct hf_trace_moment {
	int64_t seconds, micro;
};

/* How to print times, and since when; `form` is the caller's to set. */
struct hf_trace_clock {
	enum hf_trace_time_form form;
	struct hf_trace_moment since;
	bool is_running;
};

/* Writes a time; empty if the form is HF_TRACE_NO_TIME. */
HF_PUBLIC size_t hf_trace_stamp(struct hf_trace_clock *clock,
				const struct hf_trace_moment *moment, char *to,
				size_t cap);

/* A time of day of nanoseconds since 1970. */
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
