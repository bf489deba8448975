/* SPDX-License-Identifier: MIT */
/*
 * System calls of a script. Each is prepared (the script's arguments become
 * C's), performed (only this may wait, and on the kernel it is done by a
 * second thread) and, if its result is as the script says, checked (what
 * the call has written into its arguments).
 */
#ifndef DRILL_CALL_H
#define DRILL_CALL_H

#include "run.h"

#define DRILL_ARGUMENTS 6u

struct call_row;

/* One call. What is allocated is the arena's. */
struct drill_invocation {
	struct drill_run *run;
	const struct drill_event *event;
	const struct drill_call *call;
	const struct call_row *row;
	int64_t start, end; /* when it begins and, if it blocks, returns */
	int64_t returned; /* when it did */
	long result;

	/* Arguments, as far as the call has them. */
	int fd, other_fd; /* the stack's; -1: one that the script closed */
	long number[DRILL_ARGUMENTS]; /* those that are plain numbers */
	void *data;
	size_t len;
	struct sockaddr_storage addr;
	socklen_t addr_len;
	bool has_addr;
	struct msghdr message;
	void *list; /* struct pollfd, struct epoll_event */
	size_t items;
	int pair[2];
	socklen_t value_len;
	uint8_t value[512]; /* of an option */
	struct drill_flow *flow; /* that it begins */
};

struct call_row {
	const char *name;
	unsigned least, most; /* arguments */
	bool returns_fd;
	bool (*prepare)(struct drill_invocation *call);
	long (*perform)(struct drill_invocation *call);
	bool (*check)(struct drill_invocation *call); /* or NULL */
};

/* By room: call_socket.c, call_data.c, call_option.c, call_ready.c. */
extern const struct call_row call_socket_rows[], call_data_rows[],
	call_option_rows[], call_ready_rows[];

/* ---- what they share: call.c, value.c --------------------------------- */

/* A failure of this call; always false. */
__attribute__((format(printf, 2, 3))) bool
call_fail(struct drill_invocation *call, const char *format, ...);

/* The same about a value of the script. */
__attribute__((format(printf, 3, 4))) bool
call_fail_at(struct drill_invocation *call, const struct drill_expr *expr,
	     const char *format, ...);

/* NULL if there are fewer. */
const struct drill_expr *call_argument(const struct drill_invocation *call,
				       size_t i);

/* Zeroed; NULL: a failure. */
void *call_alloc(struct drill_invocation *call, size_t size);

/* The flow and the row of the call's descriptor; NULL: none. */
struct drill_descriptor *call_descriptor(const struct drill_invocation *call);
struct drill_flow *call_flow(const struct drill_invocation *call);

/* The argument `i` is a descriptor. */
bool call_take_fd(struct drill_invocation *call, size_t i, int *live);

/* The argument `i` is a number, and goes to call->number[i]. */
bool call_take_number(struct drill_invocation *call, size_t i);

/* A number; "..." is `otherwise`. */
bool call_read_number(struct drill_invocation *call,
		      const struct drill_expr *expr, int64_t otherwise,
		      int64_t *number);

/* The argument is "...", or not there. */
bool call_is_any(const struct drill_expr *expr);

/* [N] or N: the number in it; NULL: it is another thing. */
const struct drill_expr *call_in_brackets(const struct drill_expr *expr);

/*
 * An address: a struct of the script, or "...": `addr` and `port` in the
 * family of the script's sockets.
 */
bool call_take_address(struct drill_invocation *call, size_t i,
		       const struct hf_addr *addr, uint16_t port);
void call_set_address(struct drill_invocation *call, const struct hf_addr *addr,
		      uint16_t port);

/* A call that opens a connection to call->addr; false: a failure. */
bool call_begin_flow(struct drill_invocation *call);

/* The address in call->addr. */
void call_get_address(const struct drill_invocation *call, struct hf_addr *addr,
		      uint16_t *port);

/* [{..., 1000}, {..., 20}] as a list of buffers; adds up to call->len. */
struct iovec *call_read_vector(struct drill_invocation *call,
			       const struct drill_expr *expr, size_t *count);

/* Octets of an option, of any shape. False: a failure. */
bool call_write_value(struct drill_invocation *call,
		      const struct drill_expr *expr, void *to, size_t cap,
		      size_t *len);

/* What the program writes next into the connection, and has read. */
void call_fill(const struct drill_flow *flow, uint32_t from, uint8_t *data,
	       size_t len);
bool call_is_next(const struct drill_flow *flow, uint32_t from,
		  const uint8_t *data, size_t len);

/* call_message.c: struct msghdr and its control messages. */
bool call_read_message(struct drill_invocation *call,
		       const struct drill_expr *expr, bool receives);
bool call_check_message(struct drill_invocation *call,
			const struct drill_expr *expr);

#endif
