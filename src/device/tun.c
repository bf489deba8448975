/* SPDX-License-Identifier: MIT */
/*
 * Linux TUN and TAP: interfaces whose other end is a file descriptor. A read
 * gives one frame, a write takes one: an IPv4 or IPv6 datagram of TUN, an
 * Ethernet frame of TAP.
 */
#define _GNU_SOURCE
#include "interface.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BURST 32u
#define CARRIER_WAIT 300u /* milliseconds at most */

struct tun {
	struct hf_device device;
	struct hf_failure failure;
	char name[IFNAMSIZ];
	size_t stride; /* octets from one received frame to the next */
	uint8_t *frames;
	uint8_t *kept; /* a frame that waits to be written */
	size_t kept_len;
};

static const char clone_device[] = "/dev/net/tun";

static void tell_open(struct hf_failure *failure, int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		failure_tell(failure, "this system has no %s", clone_device);
		break;
	case EACCES:
	case EPERM:
		failure_tell(failure, "not permitted to open %s: run as root",
			     clone_device);
		break;
	default:
		failure_tell(failure, "cannot open %s: %s", clone_device,
			     strerror(error));
	}
}

static void tell_attach(struct hf_failure *failure, const char *name,
			bool is_tap, int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		failure_tell(failure,
			     "not permitted to use interface %s: run as root, "
			     "or with CAP_NET_ADMIN",
			     name);
		break;
	case EBUSY:
		failure_tell(failure,
			     "interface %s is in use by another program", name);
		break;
	case EINVAL:
		failure_tell(failure,
			     "%s is not a %s interface, or not a name for one",
			     name, is_tap ? "TAP" : "TUN");
		break;
	default:
		failure_tell(failure, "cannot use interface %s: %s", name,
			     strerror(error));
	}
}

/* Errors of reading and writing that do not go away. */
static void tell_lost(struct tun *tun, int error)
{
	if (error == EBADFD || error == EFAULT || error == ENODEV)
		failure_tell(&tun->failure, "interface %s has vanished",
			     tun->name);
	else
		failure_tell(&tun->failure, "interface %s failed: %s",
			     tun->name, strerror(error));
}

static bool is_passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS ||
	       error == ENOMEM || error == EINTR;
}

static int receive(struct hf_device *device, struct hf_frame *frames, size_t n,
		   hf_time now)
{
	struct tun *tun = (struct tun *)device;
	size_t i;

	(void)now;
	for (i = 0; i < n && i < BURST; i++) {
		uint8_t *to = tun->frames + i * tun->stride;
		ssize_t len = read(device->fd, to, tun->stride);

		if (len < 0 && is_passing(errno))
			break;
		if (len <= 0 && i == 0) {
			tell_lost(tun, len ? errno : ENODEV);
			return -1;
		}
		if (len <= 0)
			break; /* the next call will tell */
		frames[i] =
			(struct hf_frame){ .data = to, .len = (uint32_t)len };
	}
	return (int)i;
}

/* 1: gone, sent or lost; 0: the device is busy; -1: it has failed. */
static int put(struct tun *tun, const void *data, size_t len)
{
	ssize_t n;

	do
		n = write(tun->device.fd, data, len);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 1;
	if (is_passing(errno))
		return 0;
	/* An interface that is down loses frames as an unplugged cable. */
	if (errno == EIO || errno == EINVAL || errno == ENETDOWN)
		return 1;
	tell_lost(tun, errno);
	return -1;
}

/* A failure shows in the next send. */
static bool ready(struct hf_device *device, hf_time now)
{
	struct tun *tun = (struct tun *)device;

	(void)now;
	if (tun->kept_len && put(tun, tun->kept, tun->kept_len) != 0)
		tun->kept_len = 0;
	return tun->kept_len == 0;
}

static bool send_frame(struct hf_device *device, const struct hf_frame *frame,
		       hf_time now)
{
	struct tun *tun = (struct tun *)device;
	int done = put(tun, frame->data, frame->len);

	(void)now;
	if (done == 0 && frame->len <= tun->stride) {
		memcpy(tun->kept, frame->data, frame->len);
		tun->kept_len = frame->len;
	}
	return done >= 0;
}

static void close_tun(struct hf_device *device)
{
	struct tun *tun = (struct tun *)device;

	if (device->fd >= 0)
		close(device->fd);
	free(tun->frames);
	free(tun);
}

static const struct hf_device_ops ops = {
	.receive = receive,
	.ready = ready,
	.send = send_frame,
	.close = close_tun,
};

static bool is_tap(const struct tun *tun)
{
	return tun->device.kind == HF_LINK_ETHERNET;
}

static bool attach(struct tun *tun, const char *name,
		   struct hf_failure *failure)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	memcpy(request.ifr_name, name, strlen(name));
	request.ifr_flags =
		(short)((is_tap(tun) ? IFF_TAP : IFF_TUN) | IFF_NO_PI);
	tun->device.fd = open(clone_device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tun->device.fd < 0) {
		tell_open(failure, errno);
		return false;
	}
	if (ioctl(tun->device.fd, TUNSETIFF, &request) != 0) {
		tell_attach(failure, name, is_tap(tun), errno);
		return false;
	}
	memcpy(tun->name, request.ifr_name, sizeof tun->name);
	return true;
}

/*
 * The MAC of the host's end: the kernel's with another last octet, so that it
 * is the same each time, and locally administered, as nobody assigned it.
 */
static struct hf_mac make_mac(const struct tun *tun)
{
	struct hf_mac mac = { { 2, 0, 0, 0, 0, 0 } };
	struct ifreq request;

	if (interface_ask(tun->name, SIOCGIFHWADDR, &request))
		memcpy(mac.octet, request.ifr_hwaddr.sa_data, sizeof mac.octet);
	mac.octet[0] |= 2;
	mac.octet[5] ^= 1;
	return mac;
}

/*
 * The kernel takes a moment to see that the interface has a carrier now, and
 * until then loses what it would send by it: a SYN that went out at once
 * would wait a second for its answer.
 */
static void wait_for_carrier(const struct tun *tun)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	struct ifreq request;

	for (unsigned i = 0; i < CARRIER_WAIT; i++) {
		if (!interface_ask(tun->name, SIOCGIFFLAGS, &request) ||
		    !(request.ifr_flags & IFF_UP))
			return;
		nanosleep(&moment, NULL);
		if (request.ifr_flags & IFF_RUNNING)
			return;
	}
}

/*
 * The stride is no multiple of a page, so that the headers of a burst do not
 * all fall into the same cache sets.
 */
static bool allocate(struct tun *tun)
{
	tun->stride = ((size_t)tun->device.room + 63) / 64 * 64;
	if (tun->stride % 4096 == 0)
		tun->stride += 64;
	tun->frames = malloc((BURST + 1) * tun->stride);
	if (!tun->frames)
		return false;
	tun->kept = tun->frames + BURST * tun->stride;
	return true;
}

static bool set_up(struct tun *tun, const char *name,
		   struct hf_failure *failure)
{
	struct hf_device *device = &tun->device;

	if (!attach(tun, name, failure))
		return false;
	device->mtu = device->room = interface_mtu(tun->name);
	if (is_tap(tun))
		device->room += HF_ETHERNET_MOST;
	if (allocate(tun))
		return true;
	failure_tell(failure, "no memory for interface %s", name);
	return false;
}

static struct hf_device *open_kind(const char *name, enum hf_link_kind kind,
				   struct hf_failure *failure)
{
	struct tun *tun;

	if (!interface_name_is_good(name, failure))
		return NULL;
	tun = calloc(1, sizeof *tun);
	if (!tun) {
		failure_tell(failure, "no memory for interface %s", name);
		return NULL;
	}
	tun->device.ops = &ops;
	tun->device.failure = &tun->failure;
	tun->device.fd = -1;
	tun->device.kind = (uint8_t)kind;
	if (!set_up(tun, name, failure)) {
		close_tun(&tun->device);
		return NULL;
	}
	wait_for_carrier(tun);
	return &tun->device;
}

struct hf_device *hf_tun_open(const char *name, struct hf_failure *failure)
{
	return open_kind(name, HF_LINK_IP, failure);
}

struct hf_device *hf_tap_open(const char *name, const struct hf_mac *mac,
			      struct hf_failure *failure)
{
	struct hf_device *device = open_kind(name, HF_LINK_ETHERNET, failure);

	if (device)
		device->mac = mac ? *mac : make_mac((struct tun *)device);
	return device;
}
