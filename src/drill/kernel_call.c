/* SPDX-License-Identifier: MIT */
/*
 * Calls that block, on a thread of their own. That the thread sleeps in its
 * call is seen in /proc: the script may only go on then, as what comes next
 * in it is what the call waits for.
 */
#define _GNU_SOURCE
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 10 /* seconds for a call that the script says returns */

static const struct timespec moment = { .tv_nsec = 20000 };

/* ---- getting out of a call --------------------------------------------- */

static void interrupt(int number)
{
	(void)number; /* the call ends with EINTR, that is all */
}

static void listen_to_signal(void)
{
	struct sigaction action = { .sa_handler = interrupt };

	sigemptyset(&action.sa_mask);
	sigaction(KERNEL_SIGNAL, &action, NULL);
}

static _Thread_local timer_t guard;
static _Thread_local bool has_guard;

static void set_guard(time_t first, long again)
{
	const struct itimerspec when = {
		.it_value = { .tv_sec = first },
		.it_interval = { .tv_nsec = again },
	};

	timer_settime(guard, 0, &when, NULL);
}

void kernel_guard(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = KERNEL_SIGNAL,
	};

	if (!has_guard) {
		event._sigev_un._tid = gettid();
		has_guard = timer_create(CLOCK_MONOTONIC, &event, &guard) == 0;
	}
	if (has_guard)
		set_guard(PATIENCE, 100000000);
}

void kernel_unguard(void)
{
	if (has_guard)
		set_guard(0, 0);
}

void kernel_guard_end(void)
{
	if (has_guard)
		timer_delete(guard);
	has_guard = false;
}

void kernel_be_punctual(void)
{
	const struct sched_param first = {
		.sched_priority = sched_get_priority_min(SCHED_RR),
	};

	(void)prctl(PR_SET_TIMERSLACK, 1);
	(void)sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &first);
}

/* ---- the thread -------------------------------------------------------- */

static void signal_event(int fd)
{
	const uint64_t one = 1;

	while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

static void wait_event(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
		;
}

static void *serve(void *argument)
{
	struct kernel_caller *caller = argument;

	kernel_be_punctual();
	atomic_store(&caller->id, gettid());
	for (;;) {
		wait_event(caller->wake);
		if (atomic_load(&caller->stage) == KERNEL_QUIT)
			return NULL;
		atomic_store(&caller->stage, KERNEL_RUNNING);
		caller->run(caller->context);
		atomic_store(&caller->stage, KERNEL_IDLE);
		signal_event(caller->ended);
	}
}

bool kernel_caller_open(struct kernel_caller *caller, char *failure)
{
	listen_to_signal();
	caller->is_started = false;
	atomic_init(&caller->stage, KERNEL_IDLE);
	atomic_init(&caller->id, 0);
	caller->wake = eventfd(0, EFD_CLOEXEC);
	caller->ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (caller->wake >= 0 && caller->ended >= 0)
		return true;
	kernel_tell(failure, "no descriptors are left: %s", strerror(errno));
	kernel_caller_close(caller);
	return false;
}

bool kernel_caller_is_busy(const struct kernel_caller *caller)
{
	return atomic_load(&caller->stage) != KERNEL_IDLE;
}

bool kernel_caller_is_self(const struct kernel_caller *caller)
{
	return atomic_load(&caller->id) == gettid();
}

/* The signal is lost on a thread that is just about to sleep: again, then. */
static void stop(struct kernel_caller *caller)
{
	while (kernel_caller_is_busy(caller)) {
		pthread_kill(caller->thread, KERNEL_SIGNAL);
		nanosleep(&moment, NULL);
	}
	atomic_store(&caller->stage, KERNEL_QUIT);
	signal_event(caller->wake);
	pthread_join(caller->thread, NULL);
}

void kernel_caller_close(struct kernel_caller *caller)
{
	if (caller->is_started)
		stop(caller);
	if (caller->wake >= 0)
		close(caller->wake);
	if (caller->ended >= 0)
		close(caller->ended);
}

/* "TID (NAME) S ...", where the name may have anything in it. */
static bool sleeps(const struct kernel_caller *caller)
{
	char path[64], text[128];
	const char *state;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/self/task/%d/stat",
		 atomic_load(&caller->id));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true; /* no way to tell: go on */
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return true;
	text[n] = '\0';
	state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'S';
}

void kernel_caller_begin(struct kernel_caller *caller,
			 void (*run)(void *context), void *context)
{
	uint64_t count;

	(void)!read(caller->ended, &count, sizeof count);
	caller->run = run;
	caller->context = context;
	if (!caller->is_started)
		caller->is_started = pthread_create(&caller->thread, NULL,
						    serve, caller) == 0;
	if (!caller->is_started) {
		run(context); /* the guard gets it out again */
		return;
	}
	atomic_store(&caller->stage, KERNEL_ASKED);
	signal_event(caller->wake);
	while (atomic_load(&caller->stage) == KERNEL_ASKED ||
	       (kernel_caller_is_busy(caller) && !sleeps(caller)))
		nanosleep(&moment, NULL);
}
