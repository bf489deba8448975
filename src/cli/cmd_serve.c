/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

static const struct cli_about about = {
	CLI_SERVE,
	"serve",
	"serve echo|discard|chargen [OPTION...]",
	"A server on an interface: echo (RFC 862), discard (RFC 863) or "
	"chargen\n"
	"(RFC 864). With --tun or --tap the running kernel is at the other "
	"end\n"
	"of the interface; with --interface what is on the wire, and the "
	"kernel\n"
	"should have no address there. Needs the right to use the interface: "
	"run\n"
	"it as root. Ctrl-C closes the connections and prints a summary. It "
	"fails\n"
	"if the interface is deleted, or another host has each of its "
	"addresses.\n\n"
	"Example, with another terminal for the kernel's end:\n"
	"  handfast serve echo --trace\n"
	"  ip address add 10.9.0.1/24 dev hf0; ip link set hf0 up\n"
	"  nc 10.9.0.2 9877\n"
	"Example, on a network of Ethernet:\n"
	"  handfast serve echo --interface eth1 --address 192.0.2.7/24 \\\n"
	"      --gateway 192.0.2.1\n",
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
