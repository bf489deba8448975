/* SPDX-License-Identifier: MIT */
/* The program `handfast`: finds the command and runs it. */
#define _GNU_SOURCE
#include "cli.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	int (*run)(char **argv);
	const char *about;
} commands[] = {
	{ "serve", cmd_serve, "an echo, discard or chargen server" },
	{ "connect", cmd_connect, "connect to a server: a netcat" },
	{ "lab", cmd_lab, "experiments that show TCP at work" },
	{ "diagram", cmd_diagram,
	  "draw a capture, and say what breaks the RFC" },
	{ "dump", cmd_dump, "print a capture as tcpdump does" },
	{ "drill", cmd_drill, "run packetdrill scripts" },
	{ "bench", cmd_bench, "measure connections and throughput" },
};

/*
 * If standard input, output or error is closed, what is opened next would
 * take its number, and be read or written for it.
 */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

static void print_help(void)
{
	puts("Usage: handfast COMMAND [OPTION...]\n"
	     "A TCP/IP host in one block of memory.\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].about);
	puts("\n  --help     print this; after a command, about the command\n"
	     "  --version  print the version\n\n"
	     "Example: handfast lab echo\n\n"
	     "Exit status: 0 it worked, 1 it failed, 2 wrong command line.");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	open_standard_files();
	if (!name) {
		fputs("handfast: a command is missing; try handfast --help\n",
		      stderr);
		return CLI_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_help();
		return CLI_OK;
	}
	if (strcmp(name, "--version") == 0) {
		puts("handfast " HF_VERSION);
		return CLI_OK;
	}
	for (size_t i = 0; i < COUNT(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argv + 2);
	fprintf(stderr, "handfast: no command \"%s\"; try handfast --help\n",
		name);
	return CLI_USAGE;
}
