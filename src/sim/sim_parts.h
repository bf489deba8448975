/* SPDX-License-Identifier: MIT */
/* What the files of the simulator share. */
#ifndef SIM_PARTS_H
#define SIM_PARTS_H

#include "sim_queue.h"
#include "sim_random.h"

#define SIM_ETHERNET_HEADER 14u
#define SIM_LINK_HEADER_MOST 18u /* with a VLAN tag */
#define SIM_FRAME_MOST (65535u + SIM_LINK_HEADER_MOST)

/* A frame that its sender has not finished sending. */
struct sim_slot {
	hf_time leaves;
	uint32_t len;
};

/* An address of an end's. */
struct sim_address {
	struct hf_addr addr;
	uint8_t prefix_len;
};

/* One end of a link, and the wire that starts there. */
struct sim_end {
	uint32_t host; /* HF_SIM_NOBODY: raw */
	uint32_t id; /* the link's number in the host */
	uint32_t frame_most; /* octets, the link's header included */
	hf_sim_receiver *frame; /* of a raw end */
	void *context;
	struct hf_link options; /* of the host's link */
	hf_sim_judge *judge;
	void *judge_context;
	struct sim_address *addrs;
	uint32_t addr_count;

	struct hf_sim_wire wire;
	struct sim_random random;
	uint64_t offered; /* frames */
	hf_time idle; /* when the last one queued will have left */
	hf_time arrival; /* of the last one not reordered */
	struct sim_slot *slot; /* ring of those queued */
	uint32_t slot_first, slot_count, slot_room;
	uint32_t slot_octets;
};

struct sim_link {
	struct hf_sim_wire wire; /* for ends to come */
	struct sim_end *end;
	uint32_t end_count;
	uint8_t kind; /* enum hf_link_kind, once a host is attached */
	bool has_host;
	bool is_down;
};

/* Where a host is attached. */
struct sim_port {
	uint32_t link, end;
};

struct sim_host {
	struct hf_host *host;
	void *memory; /* as allocated; the block in it is aligned */
	void *block;
	size_t size;
	struct hf_sim_app app;
	struct sim_port *port;
	uint32_t port_count;
	hf_time armed; /* the earliest expiry in the queue; HF_NEVER */
	bool is_off;
	bool is_dirty; /* in the list of those to be kicked */
};

struct sim_tap {
	hf_sim_tap *tap;
	void *context;
};

struct hf_sim {
	uint64_t seed;
	hf_time now;
	const char *complaint;
	struct sim_queue queue;
	struct sim_host *host;
	uint32_t host_count;
	struct sim_link *link;
	uint32_t link_count;
	struct sim_tap *tap;
	uint32_t tap_count;
	uint32_t *dirty; /* hosts to kick, in order */
	uint32_t dirty_count, dirty_room;
	bool is_kicking;
	uint8_t buf[SIM_FRAME_MOST];
};

#define SIM_BURST 64u

/* Shows a sight to all taps; fills in the time. */
void sim_show(struct hf_sim *sim, struct hf_sim_sight *sight);

/* Offers a frame to the wire that starts at an end. */
void sim_offer(struct hf_sim *sim, uint32_t link, uint32_t end,
	       const void *data, uint32_t len, const struct hf_report *report);

/* NULL if there is no such end. */
struct sim_end *sim_end_at(const struct hf_sim *sim, uint32_t link,
			   uint32_t end);
void sim_link_free(struct sim_link *link);

/* Hands a burst that has arrived at one end to its host. */
void sim_host_input(struct hf_sim *sim, struct sim_frame **frames, size_t n);
/* The expiry that was queued has come. */
void sim_host_expire(struct hf_sim *sim, uint32_t host);
void sim_host_free(struct sim_host *host);

#endif
