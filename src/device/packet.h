/* SPDX-License-Identifier: MIT */
/*
 * An interface by AF_PACKET, with rings in memory that kernel and program
 * share (TPACKET_V3): packet_receive.c and packet_send.c have one each,
 * packet.c the socket and the interface's comings and goings.
 *
 * Received frames lie in blocks. The kernel fills a block and gives it to us
 * when the next frame has no room in it, or a millisecond has passed; we give
 * it back when its frames are read. Frames to send lie in slots: we fill some,
 * and one system call sends them all.
 */
#ifndef DEVICE_PACKET_H
#define DEVICE_PACKET_H

#include "interface.h"

#include <linux/if_packet.h>
#include <linux/virtio_net.h>

/* Holds what coalesced segments may come to, their headers included. */
#define PACKET_FRAME_MOST (65535u + HF_ETHERNET_MOST)

struct packet_in {
	uint8_t *blocks;
	unsigned block; /* the one that is read, or will be next */
	uint32_t left; /* frames of it to hand out; 0: not begun */
	bool is_lent; /* all of it is handed out, and still read */
	struct tpacket3_hdr *frame; /* the next of it */
};

struct packet_out {
	uint8_t *slots; /* NULL: the kernel refused the ring */
	unsigned count; /* slots */
	unsigned per_block;
	size_t stride; /* octets of a slot */
	unsigned next; /* the slot to fill next */
	unsigned filled; /* and not yet asked to be sent */
	uint8_t *kept; /* without a ring: a frame that waits */
	uint32_t kept_len;
};

struct packet {
	struct hf_device device;
	struct hf_failure failure;
	struct hf_device_losses losses;
	char name[IFNAMSIZ];
	bool has_info; /* a struct virtio_net_hdr stands before each frame */
	bool is_down, has_vanished;
	hf_time look_again; /* while it is down */
	uint8_t *map;
	size_t map_size;
	struct packet_in in;
	struct packet_out out;
};

/* The kernel said that the interface is down, or gone. */
void packet_went_down(struct packet *packet);

/* Octets of the ring, asked of the kernel; 0: it refuses, errno tells why. */
size_t packet_in_request(const struct packet *packet);
size_t packet_out_request(struct packet *packet);

/* Up to n frames of one block; 0: there are none now. */
size_t packet_take(struct packet *packet, struct hf_frame *frames, size_t n);

/* As the device's calls say. */
bool packet_ready(struct hf_device *device, hf_time now);
bool packet_send(struct hf_device *device, const struct hf_frame *frame,
		 hf_time now);
void packet_flush(struct hf_device *device);

#endif
