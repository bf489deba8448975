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
#ifndef PACKETDRILL_FLAGS_H
#define PACKETDRILL_FLAGS_H

#include "stack.h"

#define PACKETDRILL_ADDRESSES 8u

struct packetdrill_flags {
	struct hf_config config;
	struct drill_sockets_defaults sockets;
	uint32_t mtu;
	struct hf_addr local[PACKETDRILL_ADDRESSES];
	unsigned locals; /* 0: they are learned */
};

/* False: `failure` (DRILL_FAILURE octets) tells why. NULL is no word. */
bool packetdrill_flags_read(struct packetdrill_flags *flags, const char *text,
			    char *failure);

#endif
