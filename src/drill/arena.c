/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define CHUNK 16384u

struct chunk {
	struct chunk *next;
	size_t used, size; /* octets of data */
	alignas(max_align_t) unsigned char data[];
};

struct drill_arena {
	struct chunk *chunk; /* the newest first */
};

struct drill_arena *drill_arena_new(void)
{
	return calloc(1, sizeof(struct drill_arena));
}

void drill_arena_free(struct drill_arena *arena)
{
	struct chunk *chunk, *next;

	if (!arena)
		return;
	for (chunk = arena->chunk; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

static struct chunk *chunk_new(struct drill_arena *arena, size_t size)
{
	struct chunk *chunk = calloc(1, sizeof *chunk + size);

	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->next = arena->chunk;
	arena->chunk = chunk;
	return chunk;
}

void *drill_arena_alloc(struct drill_arena *arena, size_t size)
{
	const size_t unit = alignof(max_align_t);
	struct chunk *chunk = arena->chunk;
	void *data;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + unit - 1) / unit * unit;
	if (!chunk || chunk->size - chunk->used < size)
		chunk = chunk_new(arena, size > CHUNK ? size : CHUNK);
	if (!chunk)
		return NULL;
	data = chunk->data + chunk->used;
	chunk->used += size;
	return data;
}
