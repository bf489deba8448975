/* SPDX-License-Identifier: MIT */
/*
 * What goes into the kernel is written to the TUN device. What comes out is
 * heard by a packet socket, whose datagrams have the time at which the kernel
 * let go of them, however late this process looks; what can be read from the
 * device is the same, and thrown away.
 */
#define _GNU_SOURCE
#include "kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROOM 4194304 /* octets of the socket's queue */

struct kernel_datagram {
	struct kernel_datagram *next;
	hf_time when;
	uint32_t len;
	uint8_t data[];
};

static bool open_packet(struct kernel_tap *tap)
{
	const int on = 1, room = ROOM;
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(KERNEL_DEVICE),
	};

	tap->packet =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return tap->packet >= 0 &&
	       setsockopt(tap->packet, SOL_SOCKET, SO_RCVBUFFORCE, &room,
			  sizeof room) == 0 &&
	       setsockopt(tap->packet, SOL_SOCKET, SO_TIMESTAMPNS, &on,
			  sizeof on) == 0 &&
	       bind(tap->packet, (struct sockaddr *)&addr, sizeof addr) == 0;
}

bool kernel_tap_open(struct kernel_tap *tap, int tun, char *failure)
{
	tap->tun = tun;
	tap->first = tap->lent = NULL;
	tap->last = &tap->first;
	if (open_packet(tap))
		return true;
	kernel_tell(failure, "cannot hear what the kernel sends: %s",
		    strerror(errno));
	if (tap->packet >= 0)
		close(tap->packet);
	return false;
}

void kernel_tap_close(struct kernel_tap *tap)
{
	struct drill_sent sent;

	while (kernel_tap_take(tap, &sent))
		;
	free(tap->lent);
	close(tap->packet);
}

/* ---- what comes out ---------------------------------------------------- */

static hf_time clock_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (hf_time)now.tv_sec * HF_SECOND + (hf_time)now.tv_nsec;
}

/* The socket's time is CLOCK_REALTIME; everything else here is not. */
static hf_time time_of(struct msghdr *message)
{
	hf_time now = clock_of(CLOCK_MONOTONIC), age;
	hf_time real = clock_of(CLOCK_REALTIME);
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct timespec when;

	if (!control || control->cmsg_type != SCM_TIMESTAMPNS)
		return now;
	memcpy(&when, CMSG_DATA(control), sizeof when);
	age = real - ((hf_time)when.tv_sec * HF_SECOND + (hf_time)when.tv_nsec);
	return age < now ? now - age : now;
}

/*
 * Multicast is what IPv6 says of itself, about neighbours and groups; no
 * script asks for it.
 */
static bool is_wanted(const struct sockaddr_ll *from, const uint8_t *data,
		      size_t len)
{
	if (from->sll_pkttype != PACKET_OUTGOING || len < 20)
		return false;
	return data[0] >> 4 == 6 ? len >= 40 && data[24] != 0xff
				 : (data[16] & 0xf0) != 0xe0;
}

static bool keep(struct kernel_tap *tap, const uint8_t *data, size_t len,
		 hf_time when)
{
	struct kernel_datagram *datagram = malloc(sizeof *datagram + len);

	if (!datagram)
		return false;
	datagram->next = NULL;
	datagram->when = when;
	datagram->len = (uint32_t)len;
	memcpy(datagram->data, data, len);
	*tap->last = datagram;
	tap->last = &datagram->next;
	return true;
}

static void tell_sight(struct drill_stack *stack, enum hf_direction direction,
		       const uint8_t *data, size_t len, hf_time when)
{
	const struct hf_sight sight = {
		.direction = direction,
		.frame = { .data = data, .len = (uint32_t)len },
		.now = when,
	};

	if (stack->sight)
		stack->sight(stack->context, &sight);
}

/* 1: one that was wanted; 0: another; -1: none. */
static int hear(struct kernel_tap *tap, struct drill_stack *stack)
{
	static _Thread_local uint8_t data[DRILL_PACKET + 1];
	_Alignas(struct cmsghdr) char control[64];
	struct sockaddr_ll from = { .sll_family = AF_PACKET };
	struct iovec part = { .iov_base = data, .iov_len = sizeof data };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof from,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control,
	};
	ssize_t len = recvmsg(tap->packet, &message, 0);
	hf_time when;

	if (len < 0)
		return errno == EINTR ? 0 : -1;
	if (!is_wanted(&from, data, (size_t)len))
		return 0;
	when = time_of(&message);
	if (!keep(tap, data, (size_t)len, when))
		return 0;
	tell_sight(stack, HF_DIRECTION_OUT, data, (size_t)len, when);
	return 1;
}

/* Its queue is full otherwise, and the kernel's datagrams get lost. */
static void empty_device(const struct kernel_tap *tap)
{
	uint8_t octet;

	while (read(tap->tun, &octet, sizeof octet) > 0)
		;
}

bool kernel_tap_look(struct kernel_tap *tap, struct drill_stack *stack)
{
	bool any = false;
	int heard;

	while ((heard = hear(tap, stack)) >= 0)
		any |= heard;
	empty_device(tap);
	return any;
}

bool kernel_tap_take(struct kernel_tap *tap, struct drill_sent *sent)
{
	struct kernel_datagram *datagram = tap->first;

	free(tap->lent);
	tap->lent = datagram;
	if (!datagram)
		return false;
	tap->first = datagram->next;
	if (!tap->first)
		tap->last = &tap->first;
	*sent = (struct drill_sent){
		.data = datagram->data,
		.len = datagram->len,
		.when = datagram->when,
	};
	return true;
}

/* ---- what goes in ------------------------------------------------------ */

int kernel_tap_inject(struct kernel_tap *tap, const struct hf_frame *frame)
{
	ssize_t n;

	do
		n = write(tap->tun, frame->data, frame->len);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)frame->len ? 0 : n < 0 ? errno : EMSGSIZE;
}
