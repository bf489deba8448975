/* SPDX-License-Identifier: MIT */
/* The experiments, and what serves in them. */
#ifndef LAB_H
#define LAB_H

#include "story.h"

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
	enum story_lang lang;
	unsigned width; /* columns; 0: what the terminal has */
	bool absolute; /* sequence numbers, as tcpdump -S */
	/* files to write; NULL: do not */
	const char *pcap; /* pcapng, with what the hosts knew as comments */
	FILE *out;
};

struct kit;

/* A row of the list; each file of an experiment has one. */
struct lab_experiment {
	const char *name;
	struct story_text about;
	void (*play)(struct kit *kit); /* see kit.h */
	/* NULL, or what runs it without a kit; the exit status */
	int (*run)(const struct lab_options *options);
	const struct story_text *text; /* all that it says, for a test */
	size_t texts;
};

/* Those that there are; the last is NULL. */
extern const struct lab_experiment *const lab_experiments[];

extern const struct lab_experiment lab_handshake, lab_echo;

/*
 * Plays an experiment, draws it on options->out and writes the files that are
 * asked for. Exit status: 0, or 1 if it failed, told on stderr.
 */
int lab_run(const struct lab_experiment *experiment,
	    const struct lab_options *options);

#endif
