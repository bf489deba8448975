/* SPDX-License-Identifier: MIT */
/* All of the internet layer, as the rooms above see it. */
#ifndef IP_IP_H
#define IP_IP_H

#include "address.h"
#include "discovery.h"
#include "icmp.h"
#include "link.h"
#include "mld.h"
#include "neighbour.h"
#include "reassembly.h"
#include "reply.h"
#include "route.h"
#include "router.h"
#include "source_route.h"

#endif
