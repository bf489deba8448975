/* SPDX-License-Identifier: MIT */
/* What the system says of its network interfaces. */
#ifndef DEVICE_INTERFACE_H
#define DEVICE_INTERFACE_H

#include "failure.h"

#include <net/if.h>

/* False: no interface can have this name, and `failure` tells so. */
bool interface_name_is_good(const char *name, struct hf_failure *failure);

/* One of the SIOCGIF... questions of netdevice(7). False: errno tells why. */
bool interface_ask(const char *name, unsigned long what, struct ifreq *request);

/* Octets of the largest datagram, at most 65535. */
uint32_t interface_mtu(const char *name);

bool interface_is_up(const char *name);

#endif
