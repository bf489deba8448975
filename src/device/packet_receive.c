/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "packet.h"

#include <string.h>
#include <sys/socket.h>

/*
 * A block that is not full comes after this many milliseconds, the least that
 * the kernel offers: it is what a lonely frame waits. So many blocks are a
 * few tens of milliseconds of lonely frames while the program is busy.
 */
#define RETIRE 1
#define BLOCK_SIZE (1u << 17) /* holds PACKET_FRAME_MOST and its header */
#define BLOCKS 48u

#define VLAN_TAG 4u

size_t packet_in_request(const struct packet *packet)
{
	struct tpacket_req3 request = {
		.tp_block_size = BLOCK_SIZE,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = BLOCK_SIZE,
		.tp_frame_nr = BLOCKS,
		.tp_retire_blk_tov = RETIRE,
	};

	if (setsockopt(packet->device.fd, SOL_PACKET, PACKET_RX_RING, &request,
		       sizeof request) != 0)
		return 0;
	return (size_t)BLOCK_SIZE * BLOCKS;
}

static struct tpacket_hdr_v1 *header_of(const struct packet *packet)
{
	void *block = packet->in.blocks + (size_t)packet->in.block * BLOCK_SIZE;

	return &((struct tpacket_block_desc *)block)->hdr.bh1;
}

static void *octets_at(void *start, size_t offset)
{
	return (uint8_t *)start + offset;
}

/* True if the kernel has given us the block, with frames left to read. */
static bool begin_block(struct packet *packet)
{
	struct tpacket_hdr_v1 *header = header_of(packet);
	struct packet_in *in = &packet->in;
	uint8_t *block = in->blocks + (size_t)in->block * BLOCK_SIZE;

	if (!(__atomic_load_n(&header->block_status, __ATOMIC_ACQUIRE) &
	      TP_STATUS_USER))
		return false;
	in->left = header->num_pkts;
	in->frame = octets_at(block, header->offset_to_first_pkt);
	in->is_lent = in->left == 0;
	return true;
}

static void give_back(struct packet *packet)
{
	__atomic_store_n(&header_of(packet)->block_status, TP_STATUS_KERNEL,
			 __ATOMIC_RELEASE);
	packet->in.block = (packet->in.block + 1) % BLOCKS;
	packet->in.is_lent = false;
}

/* The kernel keeps a VLAN tag beside the frame: puts it back where it was. */
static void restore_tag(struct hf_frame *frame, uint8_t *data,
			const struct tpacket3_hdr *header)
{
	uint16_t type = 0x8100, tag = (uint16_t)header->hv1.tp_vlan_tci;

	if (header->tp_status & TP_STATUS_VLAN_TPID_VALID)
		type = header->hv1.tp_vlan_tpid;
	memmove(data - VLAN_TAG, data, 12);
	data -= VLAN_TAG;
	data[12] = (uint8_t)(type >> 8);
	data[13] = (uint8_t)type;
	data[14] = (uint8_t)(tag >> 8);
	data[15] = (uint8_t)tag;
	frame->data = data;
	frame->len += VLAN_TAG;
}

static void read_info(const struct packet *packet, struct hf_frame_info *info,
		      const struct tpacket3_hdr *header, const uint8_t *data)
{
	struct virtio_net_hdr told;

	if (header->tp_status & TP_STATUS_CSUMNOTREADY)
		info->csum = HF_CSUM_PARTIAL;
	else if (header->tp_status & TP_STATUS_CSUM_VALID)
		info->csum = HF_CSUM_VERIFIED;
	if (!packet->has_info)
		return;
	memcpy(&told, data - sizeof told, sizeof told);
	info->gso_type = told.gso_type;
	info->gso_size = told.gso_size;
}

/* Asking for the count resets it. */
static void count_overrun(struct packet *packet)
{
	struct tpacket_stats_v3 stats = { 0 };
	socklen_t len = sizeof stats;

	if (getsockopt(packet->device.fd, SOL_PACKET, PACKET_STATISTICS, &stats,
		       &len) == 0)
		packet->losses.overrun += stats.tp_drops;
}

/* False: the frame is lost. */
static bool take(struct packet *packet, struct tpacket3_hdr *header,
		 struct hf_frame *frame)
{
	uint8_t *data = octets_at(header, header->tp_mac);
	size_t start = (size_t)(data - packet->in.blocks) % BLOCK_SIZE;

	if (header->tp_status & TP_STATUS_LOSING)
		count_overrun(packet);
	if (header->tp_snaplen < header->tp_len ||
	    start + header->tp_snaplen > BLOCK_SIZE ||
	    header->tp_snaplen > PACKET_FRAME_MOST - VLAN_TAG) {
		packet->losses.too_long++;
		return false;
	}
	*frame = (struct hf_frame){ .data = data, .len = header->tp_snaplen };
	read_info(packet, &frame->info, header, data);
	if (header->tp_status & TP_STATUS_VLAN_VALID && frame->len >= 12)
		restore_tag(frame, data, header);
	return true;
}

size_t packet_take(struct packet *packet, struct hf_frame *frames, size_t n)
{
	struct packet_in *in = &packet->in;
	size_t i = 0;

	if (in->is_lent)
		give_back(packet);
	if (!in->left && !begin_block(packet))
		return 0;
	while (i < n && in->left) {
		struct tpacket3_hdr *header = in->frame;

		in->frame = octets_at(header, header->tp_next_offset);
		in->is_lent = --in->left == 0;
		if (take(packet, header, &frames[i]))
			i++;
	}
	return i;
}
