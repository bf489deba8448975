/* SPDX-License-Identifier: MIT */
/*
 * What --so_flags says: words between commas.
 *
 *	local=ADDRESS	an address of the host; may come again
 *	mtu=OCTETS	of the link
 *	profile=NAME	linux (at first) or rfc
 *	NAME=VALUE	a sysctl: net.ipv4.tcp_sack=0
 *
 * Without `local` the host has packetdrill's usual addresses, and learns
 * others from bind() and from what is sent to it.
 */
#ifndef PACKETDRILL_SO_FLAGS_H
#define PACKETDRILL_SO_FLAGS_H

#include "stack.h"

#define SO_FLAGS_ADDRESSES 8u

struct so_flags {
	struct hf_config config;
	struct drill_sockets_defaults sockets;
	uint32_t mtu;
	struct hf_addr local[SO_FLAGS_ADDRESSES];
	unsigned locals; /* 0: they are learned */
};

/* False: `failure` (DRILL_FAILURE octets) tells why. NULL is no word. */
bool so_flags_read(struct so_flags *flags, const char *text, char *failure);

#endif
