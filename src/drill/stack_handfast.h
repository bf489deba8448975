/* SPDX-License-Identifier: MIT */
/* A handfast host in virtual time, as its two files share it. */
#ifndef DRILL_STACK_HANDFAST_H
#define DRILL_STACK_HANDFAST_H

#include "stack.h"

#include <handfast/socket.h>

/* A datagram that waits for take(). */
struct handfast_frame {
	struct handfast_frame *next;
	hf_time when;
	uint32_t len;
	uint8_t data[];
};

struct handfast {
	struct drill_stack stack;
	struct hf_config config;
	struct drill_sockets_defaults sockets;
	void *block; /* NULL: the host is not made yet */
	struct hf_host *host;
	struct hf_net *net;
	uint32_t link;
	hf_time now;
	hf_time entered; /* when the call that is being made began */
	bool blocks; /* and the script says that it does */
	bool is_meanwhile; /* the script goes on while a call waits */
	struct handfast_frame *first, **last, *taken;
};

static inline struct handfast *handfast_of(struct drill_stack *stack)
{
	return (struct handfast *)(void *)stack;
}

/*
 * The net to make a call about; the host is made at the first. NULL: it
 * cannot be, and stack.failure tells why.
 */
struct hf_net *handfast_enter(struct handfast *handfast);

/* After a call: what it made the host send is sent. Returns `result`. */
long handfast_leave(struct handfast *handfast, long result);

/* Fills in the operations that are calls. */
void handfast_set_calls(struct drill_stack_ops *ops);

#endif
