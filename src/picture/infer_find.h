/* SPDX-License-Identifier: MIT */
/* What the files that find breaches share. */
#ifndef PICTURE_INFER_FIND_H
#define PICTURE_INFER_FIND_H

#include "infer_parts.h"

struct find_rule {
	enum story_weight weight;
	const char *cite;
	struct story_text text;
};

void find_add(struct infer_turn *t, const struct find_rule *rule,
	      const char *const *values);
/* A value for a text. */
const char *find_number(struct infer_turn *t, uint32_t number);

#endif
