/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

static const struct cli_about about = {
	CLI_LAB,
	"lab",
	"lab [NAME [OPTION...]]",
	"Runs the experiment NAME on a simulated wire in virtual time, or "
	"lists\n"
	"the experiments. With --tun the peer is the running kernel: handfast\n"
	"serves one connection on the interface and ends; this needs root.\n\n"
	"Example:\n"
	"  handfast lab echo --pcap echo.pcap\n",
};

static int list(void)
{
	const struct lab_experiment *e;

	for (e = lab_experiments; e->name; e++)
		printf("%-10s %s\n", e->name, e->about);
	return CLI_OK;
}

/* Against the kernel: a traced server, for one connection if not told else. */
static int run_on_tun(struct cli_options *options)
{
	options->trace = true;
	if (!options->count)
		options->count = 1;
	return serve_run(options, &about, LAB_ECHO);
}

int cmd_lab(char **argv)
{
	const struct lab_experiment *e;
	struct lab_options lab;
	struct cli_options options;
	int status = cli_parse(&options, &about, argv);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (!options.arguments)
		return list();
	if (options.arguments > 1)
		return cli_misuse(&about, "name one experiment");
	lab = (struct lab_options){
		.profile = options.profile,
		.absolute = options.absolute,
		.pcap = options.pcap,
		.out = stdout,
	};
	for (e = lab_experiments; e->name; e++)
		if (strcmp(e->name, options.argument[0]) == 0)
			return options.tun ? run_on_tun(&options)
					   : e->run(&lab);
	return cli_misuse(&about, "no experiment \"%s\"", options.argument[0]);
}
