/* SPDX-License-Identifier: MIT */
/* What the commands of the program share. */
#ifndef CLI_H
#define CLI_H

#include "lab.h"

#include <handfast/device.h>
#include <handfast/trace.h>

/* Exit statuses. */
#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

/* ---- the command line ------------------------------------------------- */

#define CLI_ADDRESSES 8u
#define CLI_ARGUMENTS 4u

/* Which commands an option belongs to. */
enum cli_command {
	CLI_SERVE = 1,
	CLI_CONNECT = 2,
	CLI_LAB = 4,
	CLI_CRR = 8,
	CLI_STREAM = 16,
};

struct cli_address {
	struct hf_addr addr;
	uint8_t prefix_len;
};

struct cli_options {
	const char *tun; /* NULL: not given */
	struct cli_address address[CLI_ADDRESSES];
	unsigned addresses;
	uint16_t port;
	const char *pcap;
	bool trace, absolute, verbose, json, help;
	enum hf_profile profile;
	uint64_t memory;
	uint32_t connections; /* 0: not given */
	uint32_t concurrent;
	uint32_t megabytes;
	uint32_t mtu;
	uint32_t timeout; /* seconds; 0: none */
	uint64_t count, octets; /* 0: no limit */
	const char *argument[CLI_ARGUMENTS];
	unsigned arguments;
};

/* A command, for messages and help. */
struct cli_about {
	enum cli_command command;
	const char *name; /* "serve" */
	const char *usage; /* "serve echo|discard|chargen [OPTION...]" */
	const char *text; /* what it does, and an example */
};

/*
 * Reads a command line past the command's name. 0: go on. Else the command is
 * to end: -1 after help was printed, CLI_USAGE after a line on stderr.
 */
int cli_parse(struct cli_options *options, const struct cli_about *about,
	      char **argv);

/* One line on stderr: "handfast NAME: ...". Returns CLI_USAGE, CLI_FAILED. */
__attribute__((format(printf, 2, 3))) int
cli_misuse(const struct cli_about *about, const char *format, ...);
__attribute__((format(printf, 2, 3))) int
cli_fail(const struct cli_about *about, const char *format, ...);

/* An address, with or without "/LEN". */
bool cli_read_address(const char *text, struct cli_address *address);
bool cli_read_number(const char *text, uint64_t least, uint64_t most,
		     uint64_t *number);

/* The word for an error of a connection: "connection refused". */
const char *cli_error_text(enum hf_error error);

/* ---- a host on a device ----------------------------------------------- */

struct station {
	void *block;
	size_t size;
	struct hf_host *host;
	struct hf_loop loop;
	struct hf_trace *trace;
	hf_time epoch;
	int signals; /* a signalfd */
};

/* CLI_OK, or CLI_FAILED after a line on stderr. */
int station_open(struct station *station, const struct cli_options *options,
		 const struct cli_about *about);
void station_close(struct station *station);

/* Signals that came: SIGINT (for SIGTERM too), SIGUSR1; 0: none. */
int station_signal(struct station *station);

/* True if no connection is left but in TIME_WAIT. */
bool station_is_quiet(const struct station *station);

/* To stderr: the counters of drops that are not 0; the use of each pool. */
void station_print_drops(const struct station *station);
void station_print_pools(const struct station *station);

/* ---- the commands ----------------------------------------------------- */

/* argv past the name, ended by NULL; the exit status. */
int cmd_serve(char **argv);
int cmd_connect(char **argv);
int cmd_lab(char **argv);
int cmd_bench(char **argv);

/* `handfast lab echo --tun` is a traced server for one connection. */
int serve_run(const struct cli_options *options, const struct cli_about *about,
	      enum lab_service service);

int bench_crr(const struct cli_options *options, const struct cli_about *about);
int bench_stream(const struct cli_options *options,
		 const struct cli_about *about);

#endif
