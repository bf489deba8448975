/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

static const struct cli_about crr = {
	CLI_CRR,
	"bench crr",
	"bench crr [OPTION...]",
	"Measures whole connections between two hosts in memory, both on one\n"
	"core: connect, request and response of 64 octets, close, close.\n\n"
	"Example:\n"
	"  handfast bench crr --connections 1000000 --json\n",
};

static const struct cli_about stream = {
	CLI_STREAM,
	"bench stream",
	"bench stream [OPTION...]",
	"Measures one connection that moves octets one way between two hosts "
	"in\n"
	"memory, both on one core.\n\n"
	"Example:\n"
	"  handfast bench stream --megabytes 10000 --json\n",
};

static const struct cli_about bench = {
	CLI_CRR | CLI_STREAM,
	"bench",
	"bench crr|stream [OPTION...]",
	"Measures two hosts in memory, both on one core: crr for whole\n"
	"connections, stream for throughput.\n\n"
	"Example:\n"
	"  handfast bench crr\n",
};

static int measure(char **argv, const struct cli_about *about,
		   int (*run)(const struct cli_options *,
			      const struct cli_about *))
{
	struct cli_options options;
	int status = cli_parse(&options, about, argv);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (options.arguments)
		return cli_misuse(about, "unexpected \"%s\"",
				  options.argument[0]);
	return run(&options, about);
}

int cmd_bench(char **argv)
{
	struct cli_options options;
	int status;

	if (*argv && strcmp(*argv, "crr") == 0)
		return measure(argv + 1, &crr, bench_crr);
	if (*argv && strcmp(*argv, "stream") == 0)
		return measure(argv + 1, &stream, bench_stream);
	status = cli_parse(&options, &bench, argv);
	if (status)
		return status < 0 ? CLI_OK : status;
	return cli_misuse(&bench, "name a measurement: crr or stream");
}
