/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "interface.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MTU_MOST 65535 /* octets of an IP datagram without jumbo options */

bool interface_name_is_good(const char *name, struct hf_failure *failure)
{
	if (*name && strlen(name) < IFNAMSIZ)
		return true;
	failure_tell(failure, "an interface name has 1 to %d letters",
		     IFNAMSIZ - 1);
	return false;
}

bool interface_ask(const char *name, unsigned long what, struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error;
	bool is_told;

	if (fd < 0)
		return false;
	memset(request, 0, sizeof *request);
	memcpy(request->ifr_name, name, strlen(name));
	is_told = ioctl(fd, what, request) == 0;
	error = errno;
	close(fd);
	errno = error;
	return is_told;
}

uint32_t interface_mtu(const char *name)
{
	struct ifreq request;

	if (!interface_ask(name, SIOCGIFMTU, &request))
		return 1500;
	if (request.ifr_mtu > MTU_MOST)
		return MTU_MOST;
	return (uint32_t)request.ifr_mtu;
}

bool interface_is_up(const char *name)
{
	struct ifreq request;

	return interface_ask(name, SIOCGIFFLAGS, &request) &&
	       request.ifr_flags & IFF_UP;
}
