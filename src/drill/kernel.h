/* SPDX-License-Identifier: MIT */
/*
 * The parts of the stack that is the running kernel: its network, the tap
 * through which datagrams come and go, and the thread that makes the calls
 * that block.
 */
#ifndef DRILL_KERNEL_H
#define DRILL_KERNEL_H

#include "stack.h"

#include <pthread.h>
#include <stdatomic.h>

/* Writes the failure, cut to its room. */
__attribute__((format(printf, 2, 3))) void kernel_tell(char *failure,
						       const char *format, ...);

/* ---- the network (kernel_net.c, kernel_route.c) ------------------------ */

#define KERNEL_DEVICE "tun0" /* as scripts know it */

struct kernel_net {
	int before; /* the namespace that the thread was in */
	int tun; /* this end of the device */
};

/*
 * Enters a new network namespace and makes in it what a script expects: a TUN
 * device with the local address, and a route to the peer. False: `failure`
 * tells why, and nothing is left of it.
 */
bool kernel_net_open(struct kernel_net *net,
		     const struct drill_network *network, char *failure);
/* Returns to where the thread was; the namespace ends with its sockets. */
void kernel_net_close(struct kernel_net *net);

/* Writes a setting of this namespace, and of nothing else. */
enum drill_setting_result kernel_net_set(const char *name, const char *value);

/* Brings a device up, with this MTU unless that is 0. False: see errno. */
bool kernel_route_up(unsigned device, uint32_t mtu);
bool kernel_route_address(unsigned device, struct hf_addr addr,
			  unsigned prefix_len);
bool kernel_route_add(unsigned device, struct hf_addr prefix,
		      unsigned prefix_len, struct hf_addr gateway);
/* True once what comes for this address is for this kernel. */
bool kernel_route_is_local(struct hf_addr addr);

/* ---- the tap (kernel_tap.c) -------------------------------------------- */

struct kernel_datagram;

struct kernel_tap {
	int tun, packet; /* the device, and a socket that hears it */
	struct kernel_datagram *first, **last; /* came out, not taken */
	struct kernel_datagram *lent;
};

bool kernel_tap_open(struct kernel_tap *tap, int tun, char *failure);
void kernel_tap_close(struct kernel_tap *tap);

/* Sees what came out, and tells the stack's sight; true if anything did. */
bool kernel_tap_look(struct kernel_tap *tap, struct drill_stack *stack);
bool kernel_tap_take(struct kernel_tap *tap, struct drill_sent *sent);
/* 0, or an errno value. */
int kernel_tap_inject(struct kernel_tap *tap, const struct hf_frame *frame);

/* ---- calls that block (kernel_call.c) ---------------------------------- */

enum kernel_stage {
	KERNEL_IDLE,
	KERNEL_ASKED, /* the thread is to make a call */
	KERNEL_RUNNING, /* it does, or sleeps in it */
	KERNEL_QUIT,
};

struct kernel_caller {
	pthread_t thread;
	bool is_started;
	_Atomic int stage; /* enum kernel_stage */
	_Atomic int id; /* of the thread, as the kernel knows it */
	int wake; /* an eventfd: a call was asked for */
	int ended; /* an eventfd: a call has ended */
	void (*run)(void *context);
	void *context;
};

bool kernel_caller_open(struct kernel_caller *caller, char *failure);
void kernel_caller_close(struct kernel_caller *caller);
/* Returns when the call has ended or sleeps. */
void kernel_caller_begin(struct kernel_caller *caller,
			 void (*run)(void *context), void *context);
bool kernel_caller_is_busy(const struct kernel_caller *caller);
/* True on the thread itself. */
bool kernel_caller_is_self(const struct kernel_caller *caller);

/*
 * A script's times are within some milliseconds: the calling thread goes
 * first, if it may, and sleeps no longer than it says. What it starts does
 * not.
 */
void kernel_be_punctual(void);

/*
 * The signal that gets a thread out of a call; kernel_guard() has it sent to
 * the calling thread some seconds from now, kernel_unguard() not any more.
 */
#define KERNEL_SIGNAL SIGUSR2
void kernel_guard(void);
void kernel_unguard(void);
void kernel_guard_end(void);

#endif
