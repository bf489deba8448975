/* SPDX-License-Identifier: MIT */
/* What a struct in braces is meant to be. */
#ifndef DRILL_SHAPE_H
#define DRILL_SHAPE_H

#include "scan.h"

/* By the names of its members; it fails if none has them all. */
enum drill_shape shape_find(struct parser *parser,
			    const struct drill_expr *expr);

#endif
