/* SPDX-License-Identifier: MIT */
/*
 * One process for each script: one that crashes has failed and the others go
 * on, and on the kernel each enters a network namespace of its own. What they
 * print comes in the order of the files.
 */
#define _GNU_SOURCE
#include "drill_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANGS_AFTER 300u /* real seconds */

/* A script that is being run, or was. */
struct worker {
	pid_t pid; /* 0: none */
	FILE *out; /* what it prints */
	struct drill_result *result; /* shared with it */
};

struct batch {
	const struct drill_batch *about;
	struct worker *workers;
	struct drill_result *results, *sum;
	bool *again; /* files to run once more, alone */
};

/* ---- one script ------------------------------------------------------- */

/* The child's part. */
static _Noreturn void work(const struct drill_batch *about, const char *path,
			   const struct worker *worker)
{
	if (!about->setup->allow_long)
		alarm(HANGS_AFTER);
	drill_job_run(about->setup, path, worker->out, worker->result);
	fflush(worker->out);
	_exit(0);
}

static const char *start(const struct batch *batch, size_t file,
			 struct worker *worker)
{
	memset(worker->result, 0, sizeof *worker->result);
	worker->out = tmpfile();
	if (!worker->out)
		return "no temporary file";
	fflush(NULL);
	worker->pid = fork();
	if (worker->pid < 0)
		return "no process";
	if (!worker->pid)
		work(batch->about, batch->about->file[file], worker);
	return NULL;
}

static void copy(FILE *from)
{
	char buf[8192];
	size_t n;

	rewind(from);
	while ((n = fread(buf, 1, sizeof buf, from)))
		fwrite(buf, 1, n, stdout);
}

static void add_words(char *to, const char *words)
{
	char copy_of[DRILL_IGNORED], *save = NULL;

	snprintf(copy_of, sizeof copy_of, "%s", words);
	for (char *word = strtok_r(copy_of, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		drill_ignored_add(to, word);
}

static void add(struct drill_result *sum, const struct drill_result *result)
{
	sum->passed += result->passed;
	sum->failed += result->failed;
	sum->differ += result->differ;
	sum->took_long += result->took_long;
	add_words(sum->ignored, result->ignored);
}

/* A script that did not end by itself has failed. */
static void await(const char *path, struct worker *worker)
{
	int status = 0;

	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	worker->pid = 0;
	if (!status)
		return;
	fseek(worker->out, 0, SEEK_END);
	fprintf(worker->out, "%s: the runner itself failed (%s)\n", path,
		WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
				    : "it exited");
	worker->result->failed++;
}

/*
 * Real time is only kept by those that are not in each other's way: what has
 * failed beside others has not failed yet.
 */
static void finish(struct batch *batch, size_t file, struct worker *worker,
		   bool alone)
{
	await(batch->about->file[file], worker);
	if (worker->result->failed && batch->about->setup->kernel && !alone) {
		batch->again[file] = true;
	} else {
		copy(worker->out);
		add(batch->sum, worker->result);
	}
	fclose(worker->out);
}

/* ---- all -------------------------------------------------------------- */

/* The file of number i is run by the worker of number i % jobs. */
static const char *run_all(struct batch *batch)
{
	size_t files = batch->about->files, jobs = batch->about->jobs;
	const char *wrong = NULL;
	size_t started = 0;

	for (size_t i = 0; i < files && !wrong; i++) {
		while (!wrong && started < files && started < i + jobs) {
			wrong = start(batch, started,
				      &batch->workers[started % jobs]);
			started++;
		}
		if (!wrong)
			finish(batch, i, &batch->workers[i % jobs], jobs == 1);
	}
	return wrong;
}

static const char *run_again(struct batch *batch)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < batch->about->files && !wrong; i++) {
		if (!batch->again[i])
			continue;
		wrong = start(batch, i, batch->workers);
		if (!wrong)
			finish(batch, i, batch->workers, true);
	}
	return wrong;
}

const char *drill_batch_run(const struct drill_batch *about,
			    struct drill_result *sum)
{
	size_t size = about->jobs * sizeof(struct drill_result);
	struct batch batch = { .about = about, .sum = sum };
	const char *wrong = "no memory";

	batch.workers = calloc(about->jobs, sizeof *batch.workers);
	batch.again = calloc(about->files, sizeof *batch.again);
	batch.results = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (batch.workers && batch.again && batch.results != MAP_FAILED) {
		for (unsigned i = 0; i < about->jobs; i++)
			batch.workers[i].result = &batch.results[i];
		wrong = run_all(&batch);
		if (!wrong)
			wrong = run_again(&batch);
	}
	if (batch.results != MAP_FAILED)
		munmap(batch.results, size);
	free(batch.again);
	free(batch.workers);
	return wrong;
}
