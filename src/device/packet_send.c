/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define RING_SIZE (1u << 22)
#define SLOTS_MOST 512u
#define BLOCK_LEAST (1u << 17)
#define FILLED_MOST 64u /* slots, before the kernel is asked to send them */

/* Where the kernel looks for the frame in a slot: packet_mmap's tp_mac. */
#define SLOT_HEADER ((sizeof(struct tpacket3_hdr) + 15) / 16 * 16)

/* All zero: the frame is complete as it is. */
static const struct virtio_net_hdr no_info;

static size_t info_len(const struct packet *packet)
{
	return packet->has_info ? sizeof no_info : 0;
}

size_t packet_out_request(struct packet *packet)
{
	struct packet_out *out = &packet->out;
	struct tpacket_req3 request = { .tp_block_size = BLOCK_LEAST };
	size_t need = SLOT_HEADER + info_len(packet) + packet->device.mtu +
		      HF_ETHERNET_MOST;

	/* no multiple of a page: headers would share their cache sets */
	out->stride = (need + 63) / 64 * 64 + 64;
	out->per_block = (unsigned)(request.tp_block_size / out->stride);
	request.tp_block_nr = RING_SIZE / BLOCK_LEAST;
	if (request.tp_block_nr * out->per_block > SLOTS_MOST)
		request.tp_block_nr = SLOTS_MOST / out->per_block;
	out->count = request.tp_block_nr * out->per_block;
	request.tp_frame_size = (unsigned)out->stride;
	request.tp_frame_nr = out->count;
	if (setsockopt(packet->device.fd, SOL_PACKET, PACKET_TX_RING, &request,
		       sizeof request) != 0)
		return 0;
	return (size_t)request.tp_block_size * request.tp_block_nr;
}

static struct tpacket3_hdr *slot_at(const struct packet *packet, unsigned i)
{
	const struct packet_out *out = &packet->out;
	size_t block = (size_t)(i / out->per_block) * BLOCK_LEAST;
	void *slot = out->slots + block + i % out->per_block * out->stride;

	return slot;
}

static uint32_t status_of(const struct tpacket3_hdr *slot)
{
	return __atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE);
}

static void set_status(struct tpacket3_hdr *slot, uint32_t status)
{
	__atomic_store_n(&slot->tp_status, status, __ATOMIC_RELEASE);
}

/* The slot before the next one. */
static unsigned last_slot(const struct packet_out *out)
{
	return (out->next ? out->next : out->count) - 1;
}

/* True if the kernel has yet to look at what was filled last. */
static bool is_waiting(const struct packet *packet)
{
	const struct tpacket3_hdr *slot =
		slot_at(packet, last_slot(&packet->out));

	return status_of(slot) == TP_STATUS_SEND_REQUEST;
}

/* Takes back what the kernel has not looked at: lost, the cable is out. */
static void lose_waiting(struct packet *packet)
{
	struct packet_out *out = &packet->out;

	while (is_waiting(packet)) {
		out->next = last_slot(out);
		set_status(slot_at(packet, out->next), TP_STATUS_AVAILABLE);
	}
}

/* What the kernel does not take now, stays and is asked for again. */
static void kick(struct packet *packet)
{
	ssize_t n;

	packet->out.filled = 0;
	do
		n = sendto(packet->device.fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
	while (n < 0 && errno == EINTR);
	if (n >= 0 || errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
		return;
	packet_went_down(packet);
	lose_waiting(packet);
}

static bool slot_is_free(struct packet *packet)
{
	return status_of(slot_at(packet, packet->out.next)) ==
	       TP_STATUS_AVAILABLE;
}

static void fill(struct packet *packet, const struct hf_frame *frame)
{
	struct packet_out *out = &packet->out;
	struct tpacket3_hdr *slot = slot_at(packet, out->next);
	size_t before = info_len(packet);
	uint8_t *to = (uint8_t *)slot + SLOT_HEADER;

	if (SLOT_HEADER + before + frame->len > out->stride)
		return; /* longer than the link allows */
	memcpy(to, &no_info, before);
	memcpy(to + before, frame->data, frame->len);
	slot->tp_len = frame->len + (uint32_t)before;
	slot->tp_next_offset = 0;
	set_status(slot, TP_STATUS_SEND_REQUEST);
	out->next = (out->next + 1) % out->count;
	if (++out->filled == FILLED_MOST)
		kick(packet);
}

/* ---- without a ring --------------------------------------------------- */

/* True: sent or lost; false: the kernel is busy. */
static bool put(struct packet *packet, const void *data, size_t len)
{
	struct virtio_net_hdr info = no_info;
	struct iovec parts[] = {
		{ .iov_base = &info, .iov_len = info_len(packet) },
		{ .iov_base = (void *)(uintptr_t)data, .iov_len = len },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	do
		n = sendmsg(packet->device.fd, &message, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM))
		return false;
	if (n < 0 && errno != EMSGSIZE)
		packet_went_down(packet);
	return true;
}

static bool put_kept(struct packet *packet)
{
	struct packet_out *out = &packet->out;

	if (out->kept_len && put(packet, out->kept, out->kept_len))
		out->kept_len = 0;
	return out->kept_len == 0;
}

static void put_or_keep(struct packet *packet, const struct hf_frame *frame)
{
	if (frame->len > packet->device.mtu + HF_ETHERNET_MOST ||
	    put(packet, frame->data, frame->len))
		return;
	memcpy(packet->out.kept, frame->data, frame->len);
	packet->out.kept_len = frame->len;
}

/* ---- the device's calls ----------------------------------------------- */

bool packet_ready(struct hf_device *device, hf_time now)
{
	struct packet *packet = (struct packet *)device;

	(void)now;
	if (!packet->out.slots)
		return put_kept(packet);
	if (!slot_is_free(packet) ||
	    (!packet->out.filled && is_waiting(packet)))
		kick(packet);
	return slot_is_free(packet) &&
	       (packet->out.filled || !is_waiting(packet));
}

bool packet_send(struct hf_device *device, const struct hf_frame *frame,
		 hf_time now)
{
	struct packet *packet = (struct packet *)device;

	(void)now;
	if (packet->out.slots)
		fill(packet, frame);
	else
		put_or_keep(packet, frame);
	return true; /* receive tells of failures */
}

void packet_flush(struct hf_device *device)
{
	struct packet *packet = (struct packet *)device;

	if (packet->out.slots && packet->out.filled)
		kick(packet);
}
