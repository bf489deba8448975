/* SPDX-License-Identifier: MIT */
/*
 * sim_torture --seeds FIRST-LAST [--jobs N] [--verbose] [--pcap FILE]
 *
 * Exit status 0 if every seed passed, 1 if one did not, 2 for wrong usage.
 */
#define _DEFAULT_SOURCE
#include "torture.h"
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS 64u
/* A seed takes milliseconds, or some seconds under a sanitizer. */
#define SEED_SECONDS 120u
/* After so many failures the rest would not tell more. */
#define ENOUGH_FAILURES 10u

struct options {
	uint64_t first, last;
	unsigned jobs;
	bool is_verbose;
	const char *pcap;
};

/* Shared by the processes: where each stands. */
struct job {
	uint64_t seed; /* being run */
	hf_time now;
	struct totals totals;
};

static struct job *current; /* for the signal handler */

/* ---- one seed --------------------------------------------------------- */

static void print_failure(const struct world *world)
{
	uint64_t seed = world->plan->seed;

	printf("seed %" PRIu64 ": at %" PRIu64 ".%09" PRIu64 " s: %s\n"
	       "  replay: sim_torture --seeds %" PRIu64 "-%" PRIu64
	       " --verbose\n",
	       seed, world->failed_at / HF_SECOND, world->failed_at % HF_SECOND,
	       world->failure, seed, seed);
	fflush(stdout);
}

static void run_seed(uint64_t seed, const struct options *options,
		     struct totals *totals)
{
	static struct world world, again;
	const struct world *shown = &world;
	struct plan plan;

	alarm(SEED_SECONDS);
	plan_make(&plan, seed);
	if (options->is_verbose)
		plan_print(&plan);
	world_run(&world, &plan, options->is_verbose, options->pcap);
	if (!world.failure[0] && plan.twice) {
		world_repeat(&again, &world);
		shown = again.failure[0] ? &again : &world;
	}
	if (shown->failure[0])
		print_failure(shown);
	world_count(shown, totals);
	free(world.trail);
	alarm(0);
}

/* ---- many seeds ------------------------------------------------------- */

static void die(int number)
{
	char text[256];
	int len = snprintf(text, sizeof text,
			   "seed %" PRIu64 ": %s\n  replay: sim_torture "
			   "--seeds %" PRIu64 "-%" PRIu64 " --verbose\n",
			   current->seed,
			   number == SIGALRM ? "takes too long" : "crashed",
			   current->seed, current->seed);

	if (write(STDOUT_FILENO, text, (size_t)len) < 0)
		_exit(3);
	signal(number, SIG_DFL);
	raise(number);
	_exit(3);
}

static void catch_crashes(void)
{
	signal(SIGALRM, die);
	signal(SIGABRT, die);
#ifndef __SANITIZE_ADDRESS__
	signal(SIGSEGV, die);
	signal(SIGBUS, die);
	signal(SIGFPE, die);
#endif
}

/* Seeds from, from + jobs, ... in this process. */
static void run_seeds(const struct options *options, uint64_t from,
		      struct job *job)
{
	current = job;
	catch_crashes();
	for (uint64_t seed = from; seed <= options->last;
	     seed += options->jobs) {
		job->seed = seed;
		run_seed(seed, options, &job->totals);
		if (job->totals.failed >= ENOUGH_FAILURES)
			return;
	}
}

static pid_t start(const struct options *options, uint64_t from,
		   struct job *job)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run_seeds(options, from, job);
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	return pid;
}

/* A process that died is counted, and another goes on after its seed. */
static void supervise(const struct options *options, struct job *jobs)
{
	pid_t pid[JOBS];
	unsigned running = options->jobs;
	int status;

	for (unsigned i = 0; i < options->jobs; i++)
		pid[i] = start(options, options->first + i, &jobs[i]);
	while (running > 0) {
		pid_t ended = wait(&status);
		unsigned i = 0;

		if (ended < 0)
			break;
		while (i < options->jobs && pid[i] != ended)
			i++;
		if (i == options->jobs)
			continue;
		running--;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		jobs[i].totals.seeds++;
		if (++jobs[i].totals.failed < ENOUGH_FAILURES &&
		    jobs[i].seed + options->jobs <= options->last) {
			pid[i] = start(options, jobs[i].seed + options->jobs,
				       &jobs[i]);
			running++;
		}
	}
}

static void add(struct totals *sum, const struct totals *t)
{
	sum->seeds += t->seeds;
	sum->failed += t->failed;
	sum->strict += t->strict;
	sum->ethernet += t->ethernet;
	sum->connections += t->connections;
	sum->whole += t->whole;
	sum->octets += t->octets;
	sum->frames += t->frames;
	sum->steps += t->steps;
	for (unsigned i = 0; i < HF_ERRORS; i++)
		sum->error[i] += t->error[i];
	for (unsigned i = 0; i < HF_DROPS; i++)
		sum->drops[i] += t->drops[i];
}

static void print_drops(const struct totals *t)
{
	for (unsigned i = 1; i < HF_DROPS; i++) {
		if (t->drops[i])
			printf("%s %" PRIu64 "\n",
			       hf_drop_name((enum hf_drop)i), t->drops[i]);
	}
}

static void print_totals(const struct totals *t)
{
	printf("%" PRIu64 " steps, %" PRIu64 " connections, %" PRIu64
	       " to the end both ways, %" PRIu64 " octets;",
	       t->steps, t->connections, t->whole, t->octets);
	for (unsigned i = 1; i < HF_ERRORS; i++) {
		if (t->error[i])
			printf(" %" PRIu64 " %s", t->error[i],
			       hf_error_name((enum hf_error)i));
	}
	printf("\n%" PRIu64 " seeds passed (%" PRIu64 " strict, %" PRIu64
	       " on Ethernet), %" PRIu64 " failed\n",
	       t->seeds - t->failed, t->strict, t->ethernet, t->failed);
}

/* ---- the command ------------------------------------------------------ */

static int usage(void)
{
	fprintf(stderr, "usage: sim_torture --seeds FIRST-LAST [--jobs N] "
			"[--verbose] [--pcap FILE]\n");
	return 2;
}

static bool number(const char *text, const char **end, uint64_t *value)
{
	char *stop;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &stop, 10);
	*end = stop;
	return errno == 0;
}

static bool parse_seeds(const char *text, struct options *options)
{
	if (!number(text, &text, &options->first))
		return false;
	options->last = options->first;
	if (*text == '-' && !number(text + 1, &text, &options->last))
		return false;
	return *text == '\0' && options->last >= options->first;
}

static bool parse(int argc, char **argv, struct options *options)
{
	bool has_seeds = false;
	uint64_t jobs;
	const char *end;

	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "--verbose") == 0) {
			options->is_verbose = true;
			continue;
		}
		if (strcmp(argv[i], "--seeds") == 0)
			has_seeds = parse_seeds(value, options);
		else if (strcmp(argv[i], "--pcap") == 0 && *value)
			options->pcap = value;
		else if (strcmp(argv[i], "--jobs") == 0 &&
			 number(value, &end, &jobs) && *end == '\0' &&
			 jobs >= 1 && jobs <= JOBS)
			options->jobs = (unsigned)jobs;
		else
			return false;
		i++;
	}
	return has_seeds;
}

int main(int argc, char **argv)
{
	struct options options = { .jobs = 1 };
	struct totals sum = { 0 };
	struct job *jobs;

	if (!parse(argc, argv, &options))
		return usage();
	/* Large blocks stay fresh mappings, which cost only what is used. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	jobs = mmap(NULL, JOBS * sizeof *jobs, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (jobs == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	/* In one process a debugger and a capture make sense. */
	if (options.is_verbose || options.pcap) {
		options.jobs = 1;
		run_seeds(&options, options.first, &jobs[0]);
	} else {
		supervise(&options, jobs);
	}
	for (unsigned i = 0; i < options.jobs; i++)
		add(&sum, &jobs[i].totals);
	if (options.is_verbose)
		print_drops(&sum);
	print_totals(&sum);
	return sum.failed ? 1 : 0;
}
