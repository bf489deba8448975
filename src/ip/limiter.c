/* SPDX-License-Identifier: MIT */
#include "ip.h"

/*
 * Each token taken moves the time at which the bucket is full again by its
 * cost; more than a second away, it is empty.
 */
static bool take(struct limiter *l, hf_time now, hf_time cost)
{
	if (l->full_at < now)
		l->full_at = now;
	if (l->full_at + cost > now + HF_SECOND)
		return false;
	l->full_at += cost;
	return true;
}

bool limiter_allows(struct limiter *l, hf_time now)
{
	return l->per_second != 0 && take(l, now, HF_SECOND / l->per_second);
}

bool challenge_is_allowed(struct turn *t)
{
	struct limiter *l = &t->ip->challenges;
	uint32_t cost;

	if (l->per_second == 0)
		return false;
	cost = (uint32_t)(HF_SECOND / l->per_second);
	return take(l, t->now,
		    cost / 2 + random_below(&t->ip->random, cost + 1));
}
