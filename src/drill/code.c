/* SPDX-License-Identifier: MIT */
/*
 * The code of a script, %{ ... }%: what it asserts of TCP_INFO. Each piece is
 * noted with the socket's variables as they are at its moment, one line for
 * each; at the end of the script python3 runs them all (code.py), so that a
 * script costs one start of it, and pieces see what earlier ones have set.
 */
#define _GNU_SOURCE /* pipe2 */
#include "code_variables.h"
#include "script.h"
#include "stack.h"
#include "code_py.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define REPORT_FD 3 /* where code.py tells what failed */

struct drill_code {
	FILE *pieces; /* NULL: none yet */
};

struct drill_code *drill_code_new(void)
{
	return calloc(1, sizeof(struct drill_code));
}

void drill_code_free(struct drill_code *code)
{
	if (code && code->pieces)
		fclose(code->pieces);
	free(code);
}

/* ---- noting ------------------------------------------------------------ */

static void write_hex(FILE *to, const char *text, size_t len)
{
	fputc('\t', to);
	for (size_t i = 0; i < len; i++)
		fprintf(to, "%02x", (unsigned)(unsigned char)text[i]);
}

/* Of the three only TCP_INFO must be there. */
static int write_variables(FILE *to, struct drill_stack *stack, int fd)
{
	_Alignas(8) uint8_t data[CODE_MOST];

	for (size_t i = 0; i < CODE_OPTIONS; i++) {
		const struct code_option *option = code_options + i;
		socklen_t len = (socklen_t)option->len;
		int error = stack->ops->getsockopt(stack, fd, option->level,
						   option->name, data, &len);

		if (error < 0 && i == 0)
			return error;
		if (error >= 0)
			code_variables_write(to, i, data, len);
	}
	return 0;
}

bool drill_code_add(struct drill_code *code, struct drill_stack *stack, int fd,
		    const struct drill_event *event, const char *file,
		    char *failure)
{
	int error = 0;

	if (!code->pieces)
		code->pieces = tmpfile();
	if (!code->pieces) {
		snprintf(failure, DRILL_FAILURE, "no room for code: %s",
			 strerror(errno));
		return false;
	}
	fprintf(code->pieces, "%u", (unsigned)event->action.line);
	write_hex(code->pieces, file, strlen(file));
	write_hex(code->pieces, event->text.data, event->text.len);
	if (fd >= 0)
		error = write_variables(code->pieces, stack, fd);
	fputc('\n', code->pieces);
	if (error < 0)
		snprintf(failure, DRILL_FAILURE,
			 "code cannot be run: getsockopt(TCP_INFO): %s",
			 strerror(-error));
	return error == 0;
}

/* ---- running ----------------------------------------------------------- */

/*
 * The system's own first: what a script asserts needs no modules, and one
 * that a version manager puts in front takes its time to start.
 */
static int spawn(pid_t *pid, const posix_spawn_file_actions_t *actions)
{
	char name[] = "python3", option[] = "-c";
	char program[sizeof code_py];
	char *const arguments[] = { name, option, program, NULL };
	int error;

	memcpy(program, code_py, sizeof code_py);
	error = posix_spawn(pid, "/usr/bin/python3", actions, NULL, arguments,
			    environ);
	if (error == ENOENT)
		error = posix_spawnp(pid, "python3", actions, NULL, arguments,
				     environ);
	return error;
}

static int start(pid_t *pid, int pieces, int report)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, pieces, 0);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, report,
							 REPORT_FD);
	if (!error)
		error = spawn(pid, &actions);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* The report to its end, as much of it as has room. */
static void read_report(int fd, char *failure)
{
	char rest[DRILL_FAILURE];
	size_t len = 0;
	ssize_t n;

	for (;;) {
		bool is_full = len == DRILL_FAILURE - 1;

		n = is_full ? read(fd, rest, sizeof rest)
			    : read(fd, failure + len, DRILL_FAILURE - 1 - len);
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		if (n > 0 && !is_full)
			len += (size_t)n;
	}
	failure[len] = '\0';
}

static bool went_well(pid_t pid, char *failure)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (!*failure && WIFSIGNALED(status))
		snprintf(failure, DRILL_FAILURE, "python3 ended by signal %d",
			 WTERMSIG(status));
	else if (!*failure)
		snprintf(failure, DRILL_FAILURE,
			 "python3 ended with exit status %d",
			 WEXITSTATUS(status));
	return false;
}

static void tell_start(char *failure, int error)
{
	if (error == ENOENT)
		snprintf(failure, DRILL_FAILURE,
			 "%%{ code }%% needs python3, which is not installed");
	else
		snprintf(failure, DRILL_FAILURE, "cannot run python3: %s",
			 strerror(error));
}

static bool run(int pieces, char *failure)
{
	int report[2], error;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) != 0) {
		tell_start(failure, errno);
		return false;
	}
	error = start(&pid, pieces, report[1]);
	close(report[1]);
	if (error)
		tell_start(failure, error);
	else
		read_report(report[0], failure);
	close(report[0]);
	return !error && went_well(pid, failure);
}

bool drill_code_run(struct drill_code *code, char *failure)
{
	int pieces;

	if (!code->pieces)
		return true;
	pieces = fileno(code->pieces);
	if (fflush(code->pieces) != 0 || lseek(pieces, 0, SEEK_SET) != 0) {
		snprintf(failure, DRILL_FAILURE, "no room for code: %s",
			 strerror(errno));
		return false;
	}
	*failure = '\0';
	return run(pieces, failure);
}
