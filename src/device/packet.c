/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "packet.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_AGAIN (50 * HF_MILLISECOND)

/*
 * The datagram of a received frame begins at a multiple of 16 octets past
 * what the kernel reserves for itself; the info before the frame would shift
 * it without these.
 */
#define RESERVE (16u - (unsigned)sizeof(struct virtio_net_hdr))

#define SEND_BUFFER (1 << 22)

/* ---- the interface's comings and goings ------------------------------- */

void packet_went_down(struct packet *packet)
{
	packet->is_down = true;
	packet->look_again = 0;
}

/* The kernel takes the socket off an interface that is deleted. */
static bool is_gone(const struct packet *packet)
{
	struct sockaddr_ll address;
	socklen_t len = sizeof address;

	return getsockname(packet->device.fd, (void *)&address, &len) != 0 ||
	       address.sll_ifindex <= 0;
}

/* While it is down: is it up again, or gone for ever? */
static void look(struct packet *packet, hf_time now)
{
	packet->look_again = now + LOOK_AGAIN;
	if (is_gone(packet)) {
		packet->has_vanished = true;
		failure_tell(&packet->failure, "interface %s has vanished",
			     packet->name);
	} else if (interface_is_up(packet->name)) {
		packet->is_down = false;
	}
}

/* An error waits at the socket, and wakes poll(), until it is asked for. */
static bool has_error(const struct packet *packet)
{
	int error = 0;
	socklen_t len = sizeof error;

	return getsockopt(packet->device.fd, SOL_SOCKET, SO_ERROR, &error,
			  &len) != 0 ||
	       error != 0;
}

/* ---- the device's calls ----------------------------------------------- */

static int receive(struct hf_device *device, struct hf_frame *frames, size_t n,
		   hf_time now)
{
	struct packet *packet = (struct packet *)device;
	size_t got = packet_take(packet, frames, n);

	if (got)
		return (int)got;
	if (has_error(packet))
		packet_went_down(packet);
	if (packet->is_down && now >= packet->look_again)
		look(packet, now);
	return packet->has_vanished ? -1 : 0;
}

static hf_time expiry(const struct hf_device *device)
{
	const struct packet *packet = (const struct packet *)device;

	return packet->is_down ? packet->look_again : HF_NEVER;
}

static void close_packet(struct hf_device *device)
{
	struct packet *packet = (struct packet *)device;

	if (packet->map)
		munmap(packet->map, packet->map_size);
	if (device->fd >= 0)
		close(device->fd);
	free(packet->out.kept);
	free(packet);
}

static const struct hf_device_ops ops = {
	.receive = receive,
	.ready = packet_ready,
	.send = packet_send,
	.expiry = expiry,
	.flush = packet_flush,
	.close = close_packet,
};

/* ---- opening ---------------------------------------------------------- */

static bool open_socket(struct packet *packet, struct hf_failure *failure)
{
	int *fd = &packet->device.fd;

	/* protocol 0: nothing comes before bind() says from where */
	*fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd >= 0)
		return true;
	if (errno == EPERM || errno == EACCES)
		failure_tell(failure,
			     "not permitted to use interface %s: run as root, "
			     "or with CAP_NET_RAW",
			     packet->name);
	else
		failure_tell(failure, "cannot open a packet socket: %s",
			     strerror(errno));
	return false;
}

/* The interface's number, if it is one that we can use; or 0. */
static int find(struct packet *packet, struct hf_failure *failure)
{
	struct ifreq request;

	if (!interface_ask(packet->name, SIOCGIFHWADDR, &request)) {
		failure_tell(failure, "interface %s: %s", packet->name,
			     errno == ENODEV ? "there is none of this name"
					     : strerror(errno));
		return 0;
	}
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER &&
	    request.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK) {
		failure_tell(failure, "interface %s is not Ethernet",
			     packet->name);
		return 0;
	}
	memcpy(packet->device.mac.octet, request.ifr_hwaddr.sa_data,
	       sizeof packet->device.mac.octet);
	packet->device.mtu = interface_mtu(packet->name);
	packet->device.room = PACKET_FRAME_MOST;
	if (!interface_ask(packet->name, SIOCGIFINDEX, &request)) {
		failure_tell(failure, "interface %s: %s", packet->name,
			     strerror(errno));
		return 0;
	}
	return request.ifr_ifindex;
}

static bool set(const struct packet *packet, int option, int value)
{
	return setsockopt(packet->device.fd, SOL_PACKET, option, &value,
			  sizeof value) == 0;
}

/*
 * All but the version is help that an old kernel may refuse: frames come
 * without their segment size, what we send comes back to us and is ignored.
 */
static bool choose(struct packet *packet)
{
	int size = SEND_BUFFER;

	packet->has_info = set(packet, PACKET_VNET_HDR, 1);
	set(packet, PACKET_IGNORE_OUTGOING, 1);
	set(packet, PACKET_LOSS, 1); /* a frame that cannot be sent is lost */
	if (setsockopt(packet->device.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size,
		       sizeof size) != 0)
		setsockopt(packet->device.fd, SOL_SOCKET, SO_SNDBUF, &size,
			   sizeof size);
	return set(packet, PACKET_VERSION, TPACKET_V3) &&
	       (!packet->has_info || set(packet, PACKET_RESERVE, RESERVE));
}

static bool make_rings(struct packet *packet)
{
	size_t in = packet_in_request(packet);
	size_t out = in ? packet_out_request(packet) : 0;
	void *map;

	if (!in)
		return false;
	packet->map_size = in + out;
	map = mmap(NULL, packet->map_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   packet->device.fd, 0);
	if (map == MAP_FAILED)
		return false;
	packet->map = map;
	packet->in.blocks = map;
	if (out) {
		packet->out.slots = packet->map + in;
		return true;
	}
	packet->out.kept = malloc(packet->device.mtu + HF_ETHERNET_MOST);
	return packet->out.kept != NULL;
}

/* Lets in what the interface would filter out by its own MAC. */
static bool join(const struct packet *packet, int number, unsigned short type)
{
	struct packet_mreq request = { .mr_ifindex = number, .mr_type = type };

	return setsockopt(packet->device.fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
			  &request, sizeof request) == 0;
}

/* Multicast: every IPv6 address has a group that it is asked for by. */
static bool bind_to(struct packet *packet, int number, bool is_other_mac)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = number,
	};

	return bind(packet->device.fd, (void *)&address, sizeof address) == 0 &&
	       join(packet, number, PACKET_MR_ALLMULTI) &&
	       (!is_other_mac || join(packet, number, PACKET_MR_PROMISC));
}

/* As a loopback's. */
static bool is_no_mac(const struct hf_mac *mac)
{
	static const struct hf_mac none;

	return memcmp(mac, &none, sizeof none) == 0;
}

static bool set_up(struct packet *packet, const struct hf_mac *mac,
		   struct hf_failure *failure)
{
	int number;
	bool is_other_mac;

	if (!open_socket(packet, failure))
		return false;
	number = find(packet, failure);
	if (!number)
		return false;
	is_other_mac = mac && memcmp(mac, &packet->device.mac, sizeof *mac);
	if (mac)
		packet->device.mac = *mac;
	if (is_no_mac(&packet->device.mac)) {
		failure_tell(failure, "interface %s has no MAC for the host",
			     packet->name);
		return false;
	}
	if (choose(packet) && make_rings(packet) &&
	    bind_to(packet, number, is_other_mac))
		return true;
	failure_tell(failure, "cannot use interface %s: %s", packet->name,
		     strerror(errno));
	return false;
}

struct hf_device *hf_packet_open(const char *name, const struct hf_mac *mac,
				 struct hf_failure *failure)
{
	struct packet *packet;

	if (!interface_name_is_good(name, failure))
		return NULL;
	packet = calloc(1, sizeof *packet);
	if (!packet) {
		failure_tell(failure, "no memory for interface %s", name);
		return NULL;
	}
	memcpy(packet->name, name, strlen(name));
	packet->device.ops = &ops;
	packet->device.failure = &packet->failure;
	packet->device.losses = &packet->losses;
	packet->device.fd = -1;
	packet->device.kind = HF_LINK_ETHERNET;
	if (!set_up(packet, mac, failure)) {
		close_packet(&packet->device);
		return NULL;
	}
	return &packet->device;
}
