/* SPDX-License-Identifier: MIT */
#include "ip.h"

/*
 * Each token taken moves the time at which the bucket is full again by one
 * token's worth; more than a second away, it is empty.
 */
bool limiter_allows(struct limiter *l, hf_time now)
{
	hf_time cost;

	if (l->per_second == 0)
		return false;
	cost = HF_SECOND / l->per_second;
	if (l->full_at < now)
		l->full_at = now;
	if (l->full_at + cost > now + HF_SECOND)
		return false;
	l->full_at += cost;
	return true;
}
