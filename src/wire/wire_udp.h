/* SPDX-License-Identifier: MIT */
/* UDP (RFC 768), which the host does not speak: enough to refuse it. */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

#include "wire_ip.h"

#define WIRE_UDP_HEADER 8u

/*
 * True if the length and the checksum (not looked at if `verified`) of a
 * datagram's payload are right; no checksum is right in IPv4 only (RFC 8200
 * 8.1). What is broken is nobody's datagram, and must not be answered.
 */
bool wire_udp_is_good(const struct wire_ip *ip, bool verified);

#endif
