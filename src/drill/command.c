/* SPDX-License-Identifier: MIT */
/*
 * What stands in backticks. Settings are understood and applied to the stack,
 * whoever writes them: sysctl, echo into a file below /proc/sys, or the helper
 * scripts of the public suites, which are read and not run. Commands about
 * devices have no meaning here. A shell is run only if that is allowed.
 */
#define _GNU_SOURCE
#include "command.h"
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROC_SYS "/proc/sys/"
#define DEPTH 8u /* files that read files */

struct shell {
	struct drill_run *run;
	struct drill_place at;
	bool is_file; /* what is not understood in it is passed over */
	unsigned depth;
};

static bool perform_text(struct shell *shell, const char *text);

__attribute__((format(printf, 2, 3))) static bool
refuse(struct shell *shell, const char *format, ...)
{
	char text[DRILL_FAILURE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return drill_report_fail(&shell->run->report, shell->run->file,
				 shell->at, "%s", text);
}

/* ---- settings --------------------------------------------------------- */

/* The name of a file below /proc/sys is told with dots too. */
static bool apply(struct shell *shell, const char *file, const char *value)
{
	struct drill_stack *stack = shell->run->stack;
	bool is_path = strncmp(file, PROC_SYS, sizeof PROC_SYS - 1) == 0;
	char name[256];

	snprintf(name, sizeof name, "%s",
		 file + (is_path ? sizeof PROC_SYS - 1 : 0));
	for (char *c = name; is_path && *c; c++)
		*c = *c == '/' ? '.' : *c;
	switch (stack->ops->set(stack, name, value)) {
	case DRILL_SETTING_DONE:
		return true;
	case DRILL_SETTING_IGNORED:
		drill_report_ignore(&shell->run->report, name);
		return true;
	case DRILL_SETTING_UNKNOWN:
		if (shell->is_file) {
			drill_report_ignore(&shell->run->report, name);
			return true;
		}
		return refuse(shell, "no setting \"%s\" is known", name);
	case DRILL_SETTING_VALUE:
		break;
	}
	return refuse(shell, "%s cannot be \"%s\"", name, value);
}

/* NAME=VALUE, without blanks around the value. */
static bool apply_word(struct shell *shell, const char *word)
{
	const char *equals = strchr(word, '=');
	char name[256], value[256];
	size_t len;

	if (!equals || (size_t)(equals - word) >= sizeof name)
		return refuse(shell, "not NAME=VALUE: %s", word);
	memcpy(name, word, (size_t)(equals - word));
	name[equals - word] = '\0';
	name[strcspn(name, " \t")] = '\0';
	equals += 1 + strspn(equals + 1, " \t");
	snprintf(value, sizeof value, "%s", equals);
	len = strlen(value);
	while (len && strchr(" \t\n\r", value[len - 1]))
		value[--len] = '\0';
	return apply(shell, name, value);
}

static bool perform_sysctl(struct shell *shell, const struct command *command)
{
	for (size_t i = 1; i < command->words; i++)
		if (command->word[i][0] != '-' &&
		    !apply_word(shell, command->word[i]))
			return false;
	return true;
}

static bool perform_echo(struct shell *shell, const struct command *command)
{
	char value[256] = "";

	if (!command->target ||
	    strncmp(command->target, PROC_SYS, sizeof PROC_SYS - 1) != 0)
		return true; /* it tells something to somebody */
	for (size_t i = 1; i < command->words; i++) {
		size_t used = strlen(value);

		if (strcmp(command->word[i], "-n") != 0)
			snprintf(value + used, sizeof value - used, "%s%s",
				 used ? " " : "", command->word[i]);
	}
	return apply(shell, command->target, value);
}

/* ---- helper scripts --------------------------------------------------- */

/* Beside the script that names it; the caller frees it. NULL: none. */
static char *read_beside(const struct drill_run *run, const char *name)
{
	const char *slash = strrchr(run->file, '/');
	int folder = slash && name[0] != '/' ? (int)(slash + 1 - run->file) : 0;
	char path[4096], *text = NULL;
	size_t room = 0;
	ssize_t len;
	FILE *file;

	snprintf(path, sizeof path, "%.*s%s", folder, run->file, name);
	file = fopen(path, "r");
	if (!file)
		return NULL;
	len = getdelim(&text, &room, '\0', file);
	fclose(file);
	if (len < 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* What the public suites begin with, as far as it is not the default here. */
static const char defaults[] =
	"sysctl net.ipv4.tcp_rmem='4096 540000 15728640'\n"
	"sysctl net.ipv4.tcp_wmem='4096 262144 4194304'\n"
	"sysctl net.ipv4.tcp_ecn=0 net.ipv4.tcp_timestamps=1\n"
	"sysctl net.ipv4.tcp_sack=1 net.ipv4.tcp_window_scaling=1\n";

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/*
 * The settings that a helper makes are those that its file has. A script that
 * was copied without the helpers of its suite means their defaults.sh.
 */
static bool perform_file(struct shell *shell, const char *name)
{
	struct shell inner = *shell;
	char *text = read_beside(shell->run, name);
	bool good;

	if (!text && ends_with(name, "/defaults.sh"))
		text = strdup(defaults);
	if (!text) {
		drill_report_ignore(&shell->run->report, name);
		return true;
	}
	inner.is_file = true;
	inner.depth++;
	good = inner.depth < DEPTH
		       ? perform_text(&inner, text)
		       : refuse(shell, "%s: scripts call each other", name);
	free(text);
	return good;
}

/* ---- other commands --------------------------------------------------- */

static bool perform_sleep(struct shell *shell, const struct command *command)
{
	const char *word = command->words > 1 ? command->word[1] : "0";
	struct drill_run *run = shell->run;
	int64_t until = drill_run_now(run) +
			(int64_t)(strtod(word, NULL) * (double)HF_SECOND);

	while (drill_run_now(run) < until)
		if (!drill_run_pass(run, until))
			return false;
	return true;
}

static bool is_one_of(const char *const *names, const char *name)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* What concerns devices, or looks at counters. */
static bool is_without_meaning(const char *name)
{
	static const char *const names[] = {
		"tc",	    "ip",	 "ifconfig", "ethtool",
		"iptables", "ip6tables", "nft",	     "nstat",
		"ss",	    "modprobe",	 "netstat",  "route",
		"kldload",  "kldunload", "kldstat",  NULL,
	};

	return is_one_of(names, name);
}

/* What concerns the shell itself. */
static bool does_nothing(const char *name)
{
	static const char *const names[] = {
		"true",	  ":",	    "set",  "exit", "cd",
		"export", "ulimit", "sync", NULL,
	};

	return is_one_of(names, name);
}

/* By sh, in the script's folder. */
static bool perform_shell(struct shell *shell, const char *text)
{
	const char *slash = strrchr(shell->run->file, '/');
	size_t room = strlen(text) + strlen(shell->run->file) + 16;
	char *line = malloc(room);
	int status;

	if (!line)
		return refuse(shell, "no memory");
	snprintf(line, room, "cd '%.*s' && %s",
		 slash ? (int)(slash - shell->run->file) : 1,
		 slash ? shell->run->file : ".", text);
	fflush(NULL);
	status = system(line);
	free(line);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return refuse(shell, "the command failed: %s", text);
}

static bool perform_unknown(struct shell *shell, const char *name)
{
	if (shell->is_file)
		return true;
	return refuse(shell,
		      "\"%s\" is no setting, and no shell is run without "
		      "--allow-shell",
		      name);
}

static bool perform_command(struct shell *shell, const struct command *command)
{
	const char *path = command->word[0];
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strcmp(name, "sysctl") == 0 || strcmp(name, "set_sysctls.py") == 0)
		return perform_sysctl(shell, command);
	if (strcmp(name, "echo") == 0 || strcmp(name, "printf") == 0)
		return perform_echo(shell, command);
	if (strcmp(name, "sleep") == 0)
		return perform_sleep(shell, command);
	if (ends_with(name, ".sh"))
		return perform_file(shell, path);
	if ((strcmp(name, ".") == 0 || strcmp(name, "source") == 0 ||
	     strcmp(name, "sh") == 0 || strcmp(name, "bash") == 0) &&
	    command->words > 1)
		return perform_file(shell, command->word[1]);
	if (does_nothing(name))
		return true;
	if (!is_without_meaning(name))
		return perform_unknown(shell, name);
	drill_report_ignore(&shell->run->report, name);
	return true;
}

/* ---- a whole text ----------------------------------------------------- */

static bool perform_text(struct shell *shell, const char *text)
{
	struct command command;

	while (command_next(&text, &command))
		if (!perform_command(shell, &command))
			return false;
	return true;
}

static bool is_understood(const char *text)
{
	static const char *const names[] = { "sysctl", "set_sysctls.py", "echo",
					     "sleep", NULL };
	struct command command;

	while (command_next(&text, &command)) {
		const char *slash = strrchr(command.word[0], '/');
		const char *name = slash ? slash + 1 : command.word[0];

		if (!is_one_of(names, name) && !ends_with(name, ".sh") &&
		    !does_nothing(name) && !is_without_meaning(name))
			return false;
	}
	return true;
}

bool drill_run_command(struct drill_run *run, struct drill_text text,
		       struct drill_place at)
{
	struct shell shell = { run, at, false, 0 };

	if (run->rules->allow_shell && !is_understood(text.data))
		return perform_shell(&shell, text.data);
	return perform_text(&shell, text.data);
}

bool drill_run_init_scripts(struct drill_run *run, const char *files)
{
	struct shell shell = { run, { 0, 0 }, false, 0 };
	char name[1024];

	while (*files) {
		size_t len = strcspn(files, ", ");

		snprintf(name, sizeof name, "%.*s", (int)len, files);
		files += len + strspn(files + len, ", ");
		if (len && !perform_file(&shell, name))
			return false;
	}
	return true;
}
