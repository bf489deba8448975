/* SPDX-License-Identifier: MIT */
/* One end of a connection as the recorder knows it, or a listener. */
#ifndef LAB_SEAT_H
#define LAB_SEAT_H

#include "story.h"

#include <handfast/sim.h>

struct seat {
	uint32_t host;
	struct hf_addr local, remote;
	uint16_t local_port, remote_port; /* remote_port 0: a listener */
	struct hf_handle handle; /* index 0: none is known */
	uint32_t connection; /* of the story */
	struct story_tcb last;
};

/* The seats of all hosts; a pointer is good until the next is added. */
struct seats {
	struct seat *seat;
	size_t count;
};

void seats_free(struct seats *seats);
struct seat *seats_by_handle(const struct seats *seats, uint32_t host,
			     struct hf_handle handle);
/* Found, or new. */
struct seat *seats_by_pair(struct seats *seats, const struct seat *like);

/* Asks the host; what it does not tell stays as it was. */
void seat_ask(struct seat *seat, const struct hf_host *host);
/* True if all that a segment of this end has was sent before. */
bool seat_is_again(const struct seat *seat, const struct wire_tcp *tcp);
/* Learns of a segment that this end has sent, or has accepted. */
void seat_sent(struct seat *seat, const struct wire_tcp *tcp);
void seat_heard(struct seat *seat, const struct wire_tcp *tcp);
/* Learns of a report: states, the handle, and which timer runs. */
void seat_report(struct seat *seat, const struct hf_host *host,
		 const struct hf_report *report, hf_time now);
/* TIME_WAIT has begun, or begins again. */
void seat_time_wait(struct seat *seat, const struct hf_host *host, hf_time now);

#endif
