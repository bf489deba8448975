/* SPDX-License-Identifier: MIT */
/*
 * A handfast host and its sockets behind packetdrill's shared-object
 * interface, in virtual time.
 *
 * Time goes on only in calls of packetdrill's main thread: usleep() and
 * netdev_receive() let it, and each gettimeofday() takes a microsecond, as
 * packetdrill spins on it for the last of them. A call that blocks is made by
 * a second thread, which really sleeps while it waits, for packetdrill looks
 * into /proc for that. When something happens that it may wait for, the main
 * thread stands still until the call sleeps again, or has returned and asked
 * for the time: so its end has the time of its cause.
 */
#ifndef PACKETDRILL_H
#define PACKETDRILL_H

#include "so_flags.h"

#include <handfast/host.h>
#include <handfast/socket.h>
#include <pthread.h>

/* What descriptors begin with: none that the process may have of its own. */
#define PACKETDRILL_FIRST 1000
#define PACKETDRILL_DESCRIPTORS 1024

#define PACKETDRILL_MOST 65535u /* octets of a datagram */

struct packetdrill_datagram {
	struct packetdrill_datagram *next;
	hf_time when;
	uint32_t len;
	uint8_t data[];
};

/* A call of a second thread that sleeps. */
struct packetdrill_waiter {
	struct packetdrill_waiter *next;
	pthread_cond_t woken;
	bool is_woken;
	hf_time until;
};

struct packetdrill {
	pthread_mutex_t lock; /* around all below */
	pthread_t main;
	struct so_flags flags;

	void *block;
	struct hf_host *host;
	struct hf_net *net;
	uint32_t link;

	/* clock.c */
	hf_time now;
	struct packetdrill_waiter *waiters;
	unsigned awake; /* woken, and not heard of since */
	pthread_cond_t heard;

	/* traffic.c */
	struct packetdrill_datagram *first, **last; /* sent, not taken */
	uint8_t buffer[PACKETDRILL_MOST];
};

/* The one that there is; NULL: none. */
extern struct packetdrill *packetdrill_current;

/* ---- clock.c: with the lock held ---------------------------------------- */

void clock_init(struct packetdrill *p);
void clock_end(struct packetdrill *p);
/* Of hf_net_driver. */
hf_time clock_now(void *context);
int clock_wait(void *context, hf_time until);
/* The time as this thread should see it. */
hf_time clock_read(struct packetdrill *p);
/* Lets time go on; timers run, each at its time. */
void clock_advance(struct packetdrill *p, hf_time until);
/* When something will happen next; HF_NEVER: nothing does by itself. */
hf_time clock_next(const struct packetdrill *p);
/* Something has happened: sends what is to be sent, and wakes who waits. */
void clock_settle(struct packetdrill *p);

/* ---- traffic.c: with the lock held -----------------------------------------
 */

void traffic_init(struct packetdrill *p);
void traffic_end(struct packetdrill *p);
/* Takes from the host what it has to send now. */
void traffic_collect(struct packetdrill *p);
void traffic_input(struct packetdrill *p, const void *data, size_t len);
/* The next datagram, and lets time go on to it; NULL: none ever comes. */
struct packetdrill_datagram *traffic_take(struct packetdrill *p);
/* The host is at this address from now on, unless its addresses were told. */
void traffic_learn(struct packetdrill *p, struct hf_addr addr);

#endif
