/* SPDX-License-Identifier: MIT */
#include "cli.h"
int cmd_diagram(char **argv)
{
	(void)argv;
	return CLI_FAILED;
}
