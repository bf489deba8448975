/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <stdio.h>

struct drill_stack *drill_stack_kernel(const struct drill_network *network,
				       char *failure)
{
	(void)network;
	snprintf(failure, DRILL_FAILURE, "no kernel here");
	return NULL;
}
