/* SPDX-License-Identifier: MIT */
/* Pipes, for splice(). */
#ifndef SOCKET_PIPE_H
#define SOCKET_PIPE_H

#include "net.h"

#define PIPE_ROOM 65536u

struct pipe {
	struct file *reader, *writer; /* NULL: closed */
	uint32_t first, len; /* octets; a ring */
	uint8_t octets[PIPE_ROOM];
};

/* The pipe of one of its ends; NULL: another file. */
struct pipe *pipe_of_reader(struct file *file);
struct pipe *pipe_of_writer(struct file *file);

/* The contiguous octets, or room, that come next; *len 0: none. */
uint8_t *pipe_octets(struct pipe *pipe, size_t *len);
uint8_t *pipe_room(struct pipe *pipe, size_t *len);
void pipe_consume(struct pipe *pipe, size_t len);
void pipe_commit(struct pipe *pipe, size_t len);

#endif
