/* SPDX-License-Identifier: MIT */
/* The experiments, and what serves in them. */
#ifndef LAB_H
#define LAB_H

#include <handfast/host.h>
#include <stdio.h>

#define LAB_PORT 9877u

/* ---- services --------------------------------------------------------- */

enum lab_service {
	LAB_ECHO, /* RFC 862 */
	LAB_DISCARD, /* RFC 863 */
	LAB_CHARGEN, /* RFC 864 */
};

/* One connection of a service. */
struct lab_session {
	struct hf_handle connection;
	enum lab_service service;
	uint64_t in, out; /* octets of text */
	uint64_t limit; /* chargen: octets to send, then it closes; 0: none */
};

/*
 * Does all that can be done now without waiting. True: the service is over,
 * close the connection. False: call again after its next event.
 */
bool lab_serve(struct hf_host *host, struct lab_session *session);

/* ---- experiments ------------------------------------------------------ */

struct lab_options {
	enum hf_profile profile;
	bool absolute; /* sequence numbers, as tcpdump -S */
	const char *pcap; /* record to this file; NULL: do not */
	FILE *out;
};

struct lab_experiment {
	const char *name;
	const char *about;
	/* Exit status: 0, or 1 if it failed, told on stderr. */
	int (*run)(const struct lab_options *options);
};

/* Those that there are; the last has no name. */
extern const struct lab_experiment lab_experiments[];

int lab_echo(const struct lab_options *options);

#endif
