/* SPDX-License-Identifier: MIT */
/*
 * packetdrill asks the C library, and not the shared object, for TCP_INFO
 * before it runs a script's code, and to close what a script left open. With
 * LD_PRELOAD naming this library too, both come here: descriptors of the net
 * are its, all others the kernel's.
 */
#define _GNU_SOURCE
#include "packetdrill_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static bool is_ours(int fd)
{
	return packetdrill_current && fd >= PACKETDRILL_FIRST &&
	       fd < PACKETDRILL_FIRST + PACKETDRILL_DESCRIPTORS;
}

/*
 * A packetdrill that finds no congestion control to tell of itself gives up.
 * The others of the three are there.
 */
static bool is_about_congestion(int level, int name)
{
	return level == 6 && name == 26; /* TCP_CC_INFO */
}

EXPORTED int getsockopt(int fd, int level, int name, void *value,
			socklen_t *len)
{
	int result;

	if (!is_ours(fd))
		return (int)syscall(SYS_getsockopt, fd, level, name, value,
				    len);
	result = packetdrill_getsockopt(packetdrill_current, fd, level, name,
					value, len);
	if (result < 0 && errno == ENOPROTOOPT &&
	    is_about_congestion(level, name)) {
		*len = 0;
		return 0;
	}
	return result;
}

EXPORTED int close(int fd)
{
	if (!is_ours(fd))
		return (int)syscall(SYS_close, fd);
	return packetdrill_close(packetdrill_current, fd);
}

/* What packetdrill runs (sh, python) has no use for it. */
__attribute__((constructor)) static void be_alone(void)
{
	unsetenv("LD_PRELOAD");
}
