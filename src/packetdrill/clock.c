/* SPDX-License-Identifier: MIT */
/* Virtual time, and the calls that sleep in it. */
#define _GNU_SOURCE
#include "packetdrill.h"

#include <errno.h>
#include <time.h>

/*
 * How long in real time the main thread stands still for a call that was
 * woken, in case it never asks for the time: nanoseconds.
 */
#define PATIENCE 100000000

/* Of a second thread that was woken, until it asks for the time. */
static _Thread_local bool is_awake;
static _Thread_local hf_time woken_at;

void clock_init(struct packetdrill *p)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&p->heard, &attributes);
	pthread_condattr_destroy(&attributes);
	p->now = HF_SECOND;
	p->waiters = NULL;
	p->awake = 0;
}

void clock_end(struct packetdrill *p)
{
	pthread_cond_destroy(&p->heard);
}

hf_time clock_now(void *context)
{
	const struct packetdrill *p = context;

	return p->now;
}

static bool is_main(const struct packetdrill *p)
{
	return pthread_equal(p->main, pthread_self());
}

/* ---- second threads ----------------------------------------------------- */

/* This thread was woken, and has got as far as it gets. */
static void be_heard(struct packetdrill *p)
{
	if (!is_awake)
		return;
	is_awake = false;
	if (p->awake && --p->awake == 0)
		pthread_cond_signal(&p->heard);
}

static void unlist(struct packetdrill *p, struct packetdrill_waiter *waiter)
{
	struct packetdrill_waiter **link = &p->waiters;

	while (*link != waiter)
		link = &(*link)->next;
	*link = waiter->next;
}

static int sleep_on(struct packetdrill *p, hf_time until)
{
	struct packetdrill_waiter waiter = {
		.next = p->waiters,
		.until = until,
	};

	pthread_cond_init(&waiter.woken, NULL);
	p->waiters = &waiter;
	be_heard(p);
	while (!waiter.is_woken)
		pthread_cond_wait(&waiter.woken, &p->lock);
	unlist(p, &waiter);
	pthread_cond_destroy(&waiter.woken);
	is_awake = true;
	woken_at = p->now;
	return 0;
}

static struct timespec patience(void)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += PATIENCE;
	if (end.tv_nsec >= (long)HF_SECOND) {
		end.tv_nsec -= (long)HF_SECOND;
		end.tv_sec++;
	}
	return end;
}

/* Only the main thread waits for others: else two might for each other. */
static void wake(struct packetdrill *p)
{
	struct packetdrill_waiter *waiter;
	struct timespec end;

	if (!is_main(p) || !p->waiters)
		return;
	for (waiter = p->waiters; waiter; waiter = waiter->next) {
		if (waiter->is_woken)
			continue;
		waiter->is_woken = true;
		pthread_cond_signal(&waiter->woken);
		p->awake++;
	}
	end = patience();
	while (p->awake)
		if (pthread_cond_timedwait(&p->heard, &p->lock, &end) ==
		    ETIMEDOUT)
			p->awake = 0;
}

hf_time clock_read(struct packetdrill *p)
{
	bool was_awake = is_awake;

	if (is_main(p)) {
		clock_advance(p, p->now + HF_MICROSECOND);
		return p->now;
	}
	be_heard(p);
	return was_awake ? woken_at : p->now;
}

/* ---- time --------------------------------------------------------------- */

hf_time clock_next(const struct packetdrill *p)
{
	const struct packetdrill_waiter *waiter;
	hf_time next = hf_expiry(p->host);

	for (waiter = p->waiters; waiter; waiter = waiter->next)
		if (!waiter->is_woken && waiter->until < next)
			next = waiter->until;
	return next;
}

void clock_settle(struct packetdrill *p)
{
	hf_net_update(p->net);
	traffic_collect(p);
	wake(p);
	traffic_collect(p); /* what the woken call has said */
}

static void step(struct packetdrill *p, hf_time to)
{
	if (to > p->now)
		p->now = to;
	hf_advance(p->host, p->now, NULL);
	clock_settle(p);
}

void clock_advance(struct packetdrill *p, hf_time until)
{
	hf_time next;

	while ((next = clock_next(p)) <= until)
		step(p, next);
	p->now = until;
}

/*
 * A call of the main thread that would sleep although the script does not say
 * that it blocks: time goes on, but nothing comes in meanwhile. If nothing
 * can happen any more, it ends.
 */
static int run_on(struct packetdrill *p, hf_time until)
{
	hf_time next = clock_next(p);

	if (next > until)
		next = until;
	if (next == HF_NEVER)
		return EDEADLK;
	step(p, next);
	return 0;
}

int clock_wait(void *context, hf_time until)
{
	struct packetdrill *p = context;

	traffic_collect(p);
	return is_main(p) ? run_on(p, until) : sleep_on(p, until);
}
