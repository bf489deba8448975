/* SPDX-License-Identifier: MIT */
/* The table of calls, which packetdrill_interface_init() hands out. */
#ifndef PACKETDRILL_CALL_H
#define PACKETDRILL_CALL_H

#include "packetdrill_interface.h"
#include "packetdrill.h"

/* Fills in all but `userdata` and `free`. */
void packetdrill_table(struct packetdrill_interface *interface);

/* Also of preload.c. */
int packetdrill_close(void *userdata, int fd);
int packetdrill_getsockopt(void *userdata, int fd, int level, int name,
			   void *value, socklen_t *len);

#endif
