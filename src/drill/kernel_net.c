/* SPDX-License-Identifier: MIT */
/*
 * A network namespace of its own for each script, with one TUN device. It
 * ends with the last descriptor that refers to it, so that nothing is left
 * behind even if the process is killed.
 */
#define _GNU_SOURCE
#include "kernel.h"
#include "sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

void kernel_tell(char *failure, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(failure, DRILL_FAILURE, format, arguments);
	va_end(arguments);
}

/* ---- settings ---------------------------------------------------------- */

#define PATH 192u

static bool make_path(char *path, const char *name)
{
	static const char folder[] = "/proc/sys/";
	bool has_slashes = strchr(name, '/') != NULL;
	size_t len;

	if (strncmp(name, folder, sizeof folder - 1) == 0)
		name += sizeof folder - 1;
	len = strlen(name);
	if (len + sizeof folder > PATH || strstr(name, ".."))
		return false;
	memcpy(path, folder, sizeof folder);
	for (size_t i = 0; i <= len; i++)
		path[sizeof folder - 1 + i] =
			name[i] == '.' && !has_slashes ? '/' : name[i];
	return strncmp(path + sizeof folder - 1, "net/", 4) == 0;
}

static enum drill_setting_result write_value(int fd, const char *value)
{
	ssize_t n = write(fd, value, strlen(value));

	if (n >= 0)
		return DRILL_SETTING_DONE;
	return errno == EPERM || errno == EACCES ? DRILL_SETTING_IGNORED
						 : DRILL_SETTING_VALUE;
}

/*
 * Only what is of the network, and so of this namespace: what is not, is not
 * writable in it. A name that scripts may use but this kernel does not have
 * any more is ignored.
 */
enum drill_setting_result kernel_net_set(const char *name, const char *value)
{
	enum drill_setting_result result;
	char path[PATH];
	int fd;

	if (!make_path(path, name))
		return drill_setting_why(name) ? DRILL_SETTING_IGNORED
					       : DRILL_SETTING_UNKNOWN;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && (errno == EPERM || errno == EACCES))
		return DRILL_SETTING_IGNORED;
	if (fd < 0)
		return drill_setting_why(name) ? DRILL_SETTING_IGNORED
					       : DRILL_SETTING_UNKNOWN;
	result = write_value(fd, value);
	close(fd);
	return result;
}

/*
 * What a new namespace takes over from a machine that somebody has tuned;
 * scripts expect what everybody has. Neither does the device say of itself
 * what no script waits for.
 */
static void set_first(void)
{
	static const char *const settings[][2] = {
		{ "net.ipv4.tcp_congestion_control", "reno" },
		{ "net.ipv6.conf.all.disable_ipv6", "0" },
		{ "net.ipv6.conf.default.disable_ipv6", "0" },
		{ "net.ipv6.conf.default.accept_dad", "0" },
		{ "net.ipv6.conf.default.router_solicitations", "0" },
		{ "net.ipv6.conf.default.addr_gen_mode", "1" },
	};

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		(void)kernel_net_set(settings[i][0], settings[i][1]);
}

/* ---- the device -------------------------------------------------------- */

static bool open_tun(struct kernel_net *net, char *failure)
{
	struct ifreq request = { .ifr_name = KERNEL_DEVICE };

	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	net->tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (net->tun < 0) {
		kernel_tell(failure, "cannot open /dev/net/tun: %s",
			    strerror(errno));
		return false;
	}
	if (ioctl(net->tun, TUNSETIFF, &request) == 0)
		return true;
	kernel_tell(failure, "cannot make a TUN device: %s", strerror(errno));
	close(net->tun);
	return false;
}

/* The routed prefix: the peer's address without the bits of its host. */
static struct hf_addr prefix_of(struct hf_addr addr, unsigned len)
{
	unsigned keep =
		len + (addr.octet[10] == 0xff && addr.octet[11] == 0xff &&
				       addr.octet[0] == 0
			       ? 96
			       : 0);

	for (unsigned i = 0; i < 16; i++) {
		unsigned bits = keep > 8 * i ? keep - 8 * i : 0;

		if (bits < 8)
			addr.octet[i] &= (uint8_t)(0xff00u >> bits);
	}
	return addr;
}

#define SETTLE 5000 /* looks, at most */

/* A new IPv6 address is not there at once. */
static bool settle(const struct drill_network *network)
{
	const struct timespec moment = { .tv_nsec = 200000 };

	for (int i = 0; i < SETTLE; i++) {
		if (kernel_route_is_local(network->local))
			return true;
		nanosleep(&moment, NULL);
	}
	errno = ETIMEDOUT;
	return false;
}

static bool set_up(const struct drill_network *network, char *failure)
{
	unsigned device = if_nametoindex(KERNEL_DEVICE);
	unsigned loopback = if_nametoindex("lo");

	if (kernel_route_up(loopback, 0) &&
	    kernel_route_up(device, network->mtu) &&
	    kernel_route_address(device, network->local, network->prefix_len) &&
	    kernel_route_add(
		    device,
		    prefix_of(network->remote, network->remote_prefix_len),
		    network->remote_prefix_len, network->gateway) &&
	    settle(network))
		return true;
	kernel_tell(failure, "cannot set up the network of the script: %s",
		    strerror(errno));
	return false;
}

/* ---- the namespace ----------------------------------------------------- */

static bool enter(struct kernel_net *net, char *failure)
{
	net->before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (net->before < 0) {
		kernel_tell(failure, "cannot look at /proc: %s",
			    strerror(errno));
		return false;
	}
	if (unshare(CLONE_NEWNET) == 0)
		return true;
	if (errno == EPERM)
		kernel_tell(failure, "--kernel makes a network namespace: "
				     "run it as root");
	else
		kernel_tell(failure, "cannot make a network namespace: %s",
			    strerror(errno));
	close(net->before);
	return false;
}

static void leave(struct kernel_net *net)
{
	(void)setns(net->before, CLONE_NEWNET);
	close(net->before);
}

bool kernel_net_open(struct kernel_net *net,
		     const struct drill_network *network, char *failure)
{
	if (!enter(net, failure))
		return false;
	set_first();
	if (!open_tun(net, failure)) {
		leave(net);
		return false;
	}
	if (!set_up(network, failure)) {
		kernel_net_close(net);
		return false;
	}
	return true;
}

void kernel_net_close(struct kernel_net *net)
{
	close(net->tun);
	leave(net);
}
