/* SPDX-License-Identifier: MIT */
/* The rows of the tables of settings, and how they are told. */
#ifndef DRILL_SYSCTL_TABLE_H
#define DRILL_SYSCTL_TABLE_H

#include "sysctl.h"

/* What settings are applied to. */
struct sysctl_target {
	struct hf_config config;
	struct drill_sockets_defaults sockets;
};

enum sysctl_kind {
	SYSCTL_IGNORED,
	SYSCTL_NUMBER, /* uint32_t */
	SYSCTL_SMALL, /* uint8_t */
	SYSCTL_FLAG, /* bool: not 0 */
	SYSCTL_NOT, /* bool: 0 */
	SYSCTL_TIME, /* hf_time, in units of `unit` */
	SYSCTL_SEND_BUFFER, /* its least, first and most */
	SYSCTL_RECEIVE_BUFFER,
	SYSCTL_RECEIVE_MOST,
	SYSCTL_PORTS, /* port_low and port_high */
	SYSCTL_CONGESTION, /* a name */
	SYSCTL_ECN,
	SYSCTL_ECN_BSD,
	SYSCTL_RFC_1323, /* of FreeBSD: scales and timestamps */
};

struct sysctl_row {
	const char *name; /* a pattern of fnmatch(3) */
	const char *first; /* the value it has at first, or NULL */
	enum sysctl_kind kind;
	uint16_t offset; /* in struct sysctl_target */
	int64_t least, most; /* what the other system takes */
	hf_time unit;
	uint32_t limit; /* the most that a handfast host takes; 0: `most` */
	const char *why; /* IGNORED: the reason */
};

/* Both end with a row without a name. */
extern const struct sysctl_row sysctl_linux[], sysctl_bsd[];

#define SYSCTL_OF(member) (uint16_t) offsetof(struct sysctl_target, member)

#endif
