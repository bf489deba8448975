/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "driver.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SPIN 20 /* microseconds */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEEP 0 /* refused by the sanitizers */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DEEP 0
#endif
#endif
#ifndef DEEP
#define DEEP RTLD_DEEPBIND
#endif

struct packetdrill_interface driver;

static int64_t start;

static int64_t clock_usecs(void)
{
	struct timeval tv;

	driver.gettimeofday(driver.userdata, &tv, NULL);
	return (int64_t)tv.tv_sec * 1000000 + tv.tv_usec;
}

void driver_begin(const char *flags)
{
	void (*init)(const char *text, struct packetdrill_interface *to);
	void *library = dlopen(SHARED_OBJECT,
			       RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | DEEP);
	void *symbol = library ? dlsym(library, "packetdrill_interface_init")
			       : NULL;

	if (!symbol) {
		fprintf(stderr, "%s\n", dlerror());
		exit(EXIT_FAILURE);
	}
	memset(&driver, 0, sizeof driver);
	memcpy(&init, &symbol, sizeof init);
	init(flags, &driver);
	start = clock_usecs();
}

void driver_end(void)
{
	driver.free(driver.userdata);
}

int64_t driver_now(void)
{
	return clock_usecs() - start;
}

void driver_wait_until(int64_t usecs)
{
	int64_t rest = usecs - driver_now() - SPIN;

	if (rest > 0)
		driver.usleep(driver.userdata, (useconds_t)rest);
	while (driver_now() < usecs)
		;
}

/* ---- the second thread --------------------------------------------------- */

static pthread_t thread;
static _Atomic int id;
static _Atomic bool is_over;
static ssize_t (*asked)(void *context);
static struct driver_result result;

static void *run(void *context)
{
	atomic_store(&id, gettid());
	result.result = asked(context);
	result.error = errno;
	result.when = driver_now();
	atomic_store(&is_over, true);
	return NULL;
}

static char state(void)
{
	char path[64], text[128], *end;
	size_t n;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", getpid(),
		 atomic_load(&id));
	file = fopen(path, "r");
	if (!file)
		return '?';
	n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	end = strrchr(text, ')');
	return end ? end[2] : '?';
}

void driver_begin_call(ssize_t (*call)(void *context), void *context)
{
	const struct timespec moment = { .tv_nsec = 50000 };

	asked = call;
	atomic_store(&id, 0);
	atomic_store(&is_over, false);
	if (pthread_create(&thread, NULL, run, context) != 0)
		exit(EXIT_FAILURE);
	while (!atomic_load(&is_over) && (!atomic_load(&id) || state() != 'S'))
		nanosleep(&moment, NULL);
}

bool driver_call_is_over(void)
{
	return atomic_load(&is_over);
}

struct driver_result driver_end_call(void)
{
	pthread_join(thread, NULL);
	return result;
}
