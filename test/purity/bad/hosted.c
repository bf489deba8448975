/* SPDX-License-Identifier: MIT */
/* What the core must not have: a header that only a hosted system has. */
#include <sys/socket.h>

int family(void);

int family(void)
{
	return AF_INET;
}
