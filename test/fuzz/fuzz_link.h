/* SPDX-License-Identifier: MIT */
/* What the files of the target for links and neighbours share. */
#ifndef FUZZ_LINK_H
#define FUZZ_LINK_H

#include "fuzz_host.h"

/* The host's own, that its MAC makes. */
extern const struct hf_addr link_local;

/* One of the addresses that matter on the link, or near one. */
struct hf_addr link_ipv4(struct input *in);
struct hf_addr link_ipv6(struct input *in);
/* The same, or rather one of the connection's. */
struct hf_addr link_addr(const struct fuzz *f, struct input *in, bool is_ipv6);
struct hf_mac link_mac(const struct fuzz *f, struct input *in);
/* The header of a frame from `src`: mostly a good one. */
struct wire_ethernet link_header(const struct fuzz *f, struct input *in,
				 uint16_t type, const struct hf_mac *src);

/* A message of neighbour discovery of this type. */
void link_send_nd(struct fuzz *f, struct input *in, uint8_t type);
/* A query of either version, RFC 2710 3 and RFC 3810 5.1. */
void link_send_query(struct fuzz *f, struct input *in);

/* One frame that the input asks for; some kinds send several. */
void link_frame(struct fuzz *f, struct input *in);

#endif
