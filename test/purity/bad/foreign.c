/* SPDX-License-Identifier: MIT */
/* What the core must not have: a call of something that is not given. */
long read_clock(long *where);
extern long time(long *where);

long read_clock(long *where)
{
	return time(where);
}
