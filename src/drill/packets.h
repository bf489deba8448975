/* SPDX-License-Identifier: MIT */
/*
 * Packets of a script as octets, octets as plain structs, and whether the two
 * agree. What the peer sends is built here, not by src/wire: a script may want
 * what no host would send.
 */
#ifndef DRILL_PACKETS_H
#define DRILL_PACKETS_H

#include "flows.h"

/* A datagram as it came out; pointers are into it. */
struct drill_view {
	struct hf_addr source, destination;
	uint8_t version, tos, ttl, protocol;
	uint16_t id;
	uint32_t flow_label;
	bool df, is_fragment;
	uint16_t source_port, destination_port; /* TCP and UDP */
	/* TCP */
	uint32_t seq, ack;
	uint16_t flags; /* enum drill_tcp_flag */
	uint16_t win, urg;
	const uint8_t *option;
	uint32_t options; /* octets */
	/* ICMP */
	uint8_t type, code;
	uint32_t value; /* the second word of the header */
	/* what is behind the header of TCP, UDP or ICMP */
	const uint8_t *text;
	uint32_t len;
};

/* Reads a datagram; NULL, or what is wrong with it: "bad TCP checksum". */
const char *drill_view_read(struct drill_view *view, const uint8_t *data,
			    uint32_t len);

/* The octet of a stream at a relative sequence number, if nobody says else. */
static inline uint8_t drill_octet(uint32_t seq)
{
	return (uint8_t)((seq * UINT32_C(2654435761)) >> 24);
}

/* Of an option within `view`: behind its kind and length; NULL: not there. */
const uint8_t *drill_view_option(const struct drill_view *view, uint8_t kind,
				 uint32_t len);

/* Where a packet goes. */
struct drill_path {
	const struct drill_network *network;
	const struct drill_flow *flow;
};

/*
 * Writes the datagram of `packet` into `to`, which has room for it
 * (DRILL_PACKET), and returns its octets; 0: `why` (DRILL_FAILURE) tells why
 * it cannot be.
 */
uint32_t drill_packet_build(const struct drill_path *path,
			    const struct drill_packet *packet, uint8_t *to,
			    char *why);

/* The addresses of a datagram. */
struct drill_ends {
	struct hf_addr source, destination;
	uint16_t source_port, destination_port;
};

struct drill_ends drill_packet_ends(const struct drill_path *path,
				    const struct drill_packet *packet);

/* Writes an IP header for `len` octets behind it; returns its own. */
uint32_t drill_packet_ip(const struct drill_ends *ends,
			 const struct drill_ip *ip, uint8_t protocol,
			 uint32_t len, uint8_t *to);

/* Writes header, options and text, with the checksum; returns the octets. */
uint32_t drill_packet_tcp(const struct drill_path *path,
			  const struct drill_packet *packet, uint8_t *to);
uint32_t drill_packet_icmp(const struct drill_path *path,
			   const struct drill_packet *packet, uint8_t *to);

/* Options of TCP as octets, 0 to 40, from script or to the wire. */
uint32_t drill_packet_options(const struct drill_path *path,
			      const struct drill_packet *packet, uint8_t *to);

/* Fills in the checksum at `at` of what follows the IP header. */
void drill_packet_sum(const struct drill_ends *ends, uint8_t protocol,
		      uint8_t *data, uint32_t len, uint32_t at);

/*
 * What differs between what came out and what the script says: `expected` is
 * the same as drill_packet_build() makes it. NULL, or the difference in
 * `why`.
 */
const char *drill_packet_differs(const struct drill_packet *packet,
				 const struct drill_view *expected,
				 const struct drill_view *came, char *why);

/* True of a segment that says nothing but what it acknowledges. */
bool drill_view_is_pure_ack(const struct drill_view *view);
bool drill_packet_is_pure_ack(const struct drill_packet *packet);

#endif
