/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

static const struct cli_about about = {
	CLI_SERVE,
	"serve",
	"serve echo|discard|chargen [OPTION...]",
	"A server on a TUN interface: echo (RFC 862), discard (RFC 863) or\n"
	"chargen (RFC 864). Needs the right to use the interface: run it as "
	"root.\n"
	"Ctrl-C closes the connections and prints a summary.\n\n"
	"Example, with another terminal for the kernel's end:\n"
	"  handfast serve echo --trace\n"
	"  ip address add 10.9.0.1/24 dev hf0; ip link set hf0 up\n"
	"  nc 10.9.0.2 9877\n",
};

int cmd_serve(char **argv)
{
	static const struct {
		const char *name;
		enum lab_service service;
	} services[] = {
		{ "echo", LAB_ECHO },
		{ "discard", LAB_DISCARD },
		{ "chargen", LAB_CHARGEN },
	};
	struct cli_options options;
	int status = cli_parse(&options, &about, argv);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (options.arguments != 1)
		return cli_misuse(&about,
				  "name one service: echo, discard or chargen");
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (strcmp(options.argument[0], services[i].name) == 0)
			return serve_run(&options, &about, services[i].service);
	return cli_misuse(&about, "no service \"%s\"", options.argument[0]);
}
