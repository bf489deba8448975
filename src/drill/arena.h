/* SPDX-License-Identifier: MIT */
/* Memory that is freed all at once. */
#ifndef DRILL_ARENA_H
#define DRILL_ARENA_H

#include <stddef.h>

struct drill_arena;

struct drill_arena *drill_arena_new(void);
void drill_arena_free(struct drill_arena *arena);

/* Zeroed, and aligned for anything; NULL: there is no memory. */
void *drill_arena_alloc(struct drill_arena *arena, size_t size);

#endif
