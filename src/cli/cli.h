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
#define CLI_GATEWAYS 2u /* one for each IP version */
#define CLI_ARGUMENTS 4u

/* Which commands an option belongs to. */
enum cli_command {
	CLI_SERVE = 1,
	CLI_CONNECT = 2,
	CLI_LAB = 4,
	CLI_CRR = 8,
	CLI_STREAM = 16,
	CLI_DUMP = 32,
	CLI_DRILL = 64,
	CLI_DIAGRAM = 128,
};

struct cli_address {
	struct hf_addr addr;
	uint8_t prefix_len;
};

struct cli_options {
	/* at most one of these is given; NULL: not */
	const char *tun, *tap, *interface;
	struct hf_mac mac;
	bool has_mac, accept_routers;
	uint16_t vlan; /* 0: none */
	struct cli_address address[CLI_ADDRESSES];
	unsigned addresses;
	struct cli_address gateway[CLI_GATEWAYS];
	unsigned gateways;
	uint16_t port;
	const char *pcap, *output;
	enum story_lang lang;
	uint32_t width; /* columns; 0: not given */
	uint32_t connection; /* from 1; 0: not given */
	bool trace, absolute, verbose, json, help;
	enum hf_profile profile;
	uint64_t memory;
	uint32_t connections; /* 0: not given */
	uint32_t concurrent;
	uint32_t megabytes;
	uint32_t mtu; /* 0: not given */
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

/* An address of 10.9.0.2 has the IP version 4, be it mapped. */
bool cli_is_ipv4(const struct hf_addr *addr);

/* True if a person may have meant the other word by this one. */
bool cli_is_near(const char *word, const char *other);

/* The interface to use, be it by default. */
const char *cli_interface(const struct cli_options *options);

/* The word for an error of a connection: "connection refused". */
const char *cli_error_text(enum hf_error error);

/* ---- a host on a device ----------------------------------------------- */

struct station {
	const struct cli_options *options;
	void *block;
	size_t size;
	struct hf_host *host;
	struct hf_loop loop;
	struct hf_trace *trace;
	hf_time epoch;
	int signals; /* a signalfd */
	bool is_told[CLI_ADDRESSES]; /* that another host has it */
};

/* CLI_OK, or CLI_FAILED after a line on stderr. */
int station_open(struct station *station, const struct cli_options *options,
		 const struct cli_about *about);
void station_close(struct station *station);

/*
 * Hears of HF_EVENT_ADDRESS: says on stderr which address another host has.
 * False: the host has no address left to use.
 */
bool station_keeps_address(struct station *station);

/*
 * Runs until an address of the version of `remote` may be used; the profile
 * linux uses them at once. False: the device has failed.
 */
bool station_await_address(struct station *station,
			   const struct hf_addr *remote);

/* Signals that came: SIGINT (for SIGTERM too), SIGUSR1; 0: none. */
int station_signal(struct station *station);

/* True if no connection is left but in TIME_WAIT. */
bool station_is_quiet(const struct station *station);

/*
 * To stderr: what was lost, by counters that are not 0; the use of each pool;
 * and the neighbours.
 */
void station_print_drops(const struct station *station);
void station_print_pools(const struct station *station);
void station_print_neighbours(const struct station *station);

/* ---- the commands ----------------------------------------------------- */

/* argv past the name, ended by NULL; the exit status. */
int cmd_serve(char **argv);
int cmd_connect(char **argv);
int cmd_lab(char **argv);
int cmd_bench(char **argv);
int cmd_dump(char **argv);
int cmd_drill(char **argv);
int cmd_diagram(char **argv);

/* `handfast lab echo --tun` is a traced server for one connection. */
int serve_run(const struct cli_options *options, const struct cli_about *about,
	      enum lab_service service);

int bench_crr(const struct cli_options *options, const struct cli_about *about);
int bench_stream(const struct cli_options *options,
		 const struct cli_about *about);

#endif
