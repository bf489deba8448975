/* SPDX-License-Identifier: MIT */
/* What is written on the arrow of a segment, in relative numbers. */
#ifndef PICTURE_LABEL_H
#define PICTURE_LABEL_H

#include "story.h"

#define LABEL_MOST 256u

/* Where the numbers of each connection begin. */
struct labels {
	struct label_base *base; /* of each connection */
	size_t count;
	enum story_lang lang;
};

void labels_start(struct labels *labels, const struct story *story,
		  enum story_lang lang);
void labels_end(struct labels *labels);

/*
 * "PSH+ACK 1:11 ack 1 win 229", of at most `columns`: what says least is left
 * out first. To be called for segments in their order. Of what is not TCP,
 * what tcpdump prints.
 */
void label_segment(struct labels *labels, const struct story_moment *moment,
		   size_t columns, char to[LABEL_MOST]);

#endif
