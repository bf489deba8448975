/* SPDX-License-Identifier: MIT */
/*
 * Two hosts in one process and on one core, joined by nothing: what one puts
 * out goes straight into the other, in bursts. The hosts live in virtual
 * time, which passes as fast as the work is done.
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "cli.h"

#define BENCH_BURST 32u
#define BENCH_PORT 9877u

struct bench_end {
	void *block;
	struct hf_host *host;
	uint32_t link;
};

struct bench {
	struct bench_end client, server;
	size_t block_size;
	uint32_t mtu;
	uint8_t *frames; /* of one burst */
	size_t stride;
	hf_time now;
	hf_time tick; /* that a burst takes from one end to the other */
	uint64_t carried; /* frames */
};

/* CLI_OK, or CLI_FAILED after a line on stderr. */
int bench_open(struct bench *bench, const struct cli_options *options,
	       const struct cli_about *about, const struct hf_config *config);
void bench_close(struct bench *bench);

/* What one end has to send arrives at the other, a tick later. */
void bench_to_server(struct bench *bench);
void bench_to_client(struct bench *bench);

/* Runs the timers that are due. */
void bench_timers(struct bench *bench);

/* Goes to the next timer, if a round had nothing to carry. */
void bench_skip(struct bench *bench);

#endif
