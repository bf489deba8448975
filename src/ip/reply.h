/* SPDX-License-Identifier: MIT */
/* Small datagrams that no connection stands behind, queued by link. */
#ifndef IP_REPLY_H
#define IP_REPLY_H

#include "link.h"
#include "wire_ethernet.h"

enum reply_kind {
	REPLY_TCP,
	REPLY_ICMP,
	REPLY_ARP,
	REPLY_ND,
	REPLY_MLD,
};

/*
 * A small answer or question that no connection stands behind: a reset, the
 * ACK of TIME_WAIT, an echo reply, an ICMP error, ARP, ND. It overlays its
 * record's start.
 */
struct reply {
	uint32_t next; /* in its link's queue, or its neighbour's */
	union {
		struct {
			uint32_t seq, ack, ts_val, ts_ecr;
			uint16_t local_port, remote_port, wnd;
			uint8_t flags;
			bool has_ts : 1, has_scale : 1, has_sack : 1;
		} tcp;
		struct {
			struct queue body;
			uint32_t value;
			uint32_t id; /* of its fragments */
			uint16_t sent; /* octets of it, in fragments */
			uint8_t kind; /* enum wire_icmp_kind */
			uint8_t code;
		} icmp;
		struct {
			struct hf_mac to; /* zero: by the neighbour */
			struct hf_mac target; /* ARP */
			uint8_t op; /* enum wire_arp_op, or wire_nd_type */
			bool has_mac, is_solicited, is_override;
			uint8_t nonce[6];
		} link;
		struct {
			struct hf_addr group;
			uint8_t record; /* enum wire_mld_record */
			bool is_v1;
		} mld;
	} u;
	struct hf_addr local, remote; /* ARP, ND: who asks, who is asked for */
	uint8_t why; /* enum hf_why */
	uint8_t kind; /* enum reply_kind */
	uint8_t ttl, tos; /* ttl 0: as configured */
};

_Static_assert(sizeof(struct reply) <= BLOCK_UNIT, "one unit");

/*
 * A reply to fill in, queued for the link towards `remote`; NULL if too many
 * are queued or there is no way there.
 */
struct reply *reply_push(struct turn *t, enum reply_kind kind,
			 const struct hf_addr *remote);
/* The same for a link that is known. */
struct reply *reply_push_on(struct turn *t, uint32_t link, enum reply_kind kind,
			    const struct hf_addr *remote);

/* The first reply of a link; NULL. reply_take() takes it out of the queue. */
static inline struct reply *reply_first(const struct turn *t, uint32_t link)
{
	uint32_t ref = ip_link_at(t, link)->first_reply;

	return ref != 0 ? block_at(t->b, ref) : NULL;
}
struct reply *reply_take(struct turn *t, uint32_t link);
/* Puts one that was taken out behind the others again. */
void reply_requeue(struct turn *t, uint32_t link, struct reply *reply);
/* Is done with one that was taken out, and with its body. */
void reply_free(struct turn *t, struct reply *reply);

#endif
