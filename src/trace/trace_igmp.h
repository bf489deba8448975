/* SPDX-License-Identifier: MIT */
/* What IGMP carries for others. */
#ifndef TRACE_IGMP_H
#define TRACE_IGMP_H

#include "reader.h"

/* From after the names on. */
void line_dvmrp(struct text *text, const struct payload *p);
void line_pim_v1(struct text *text, const struct payload *p);

/* "1w2h3s" */
void igmp_tell_duration(const struct reader *r, uint32_t seconds);

#endif
