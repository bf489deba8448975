/* SPDX-License-Identifier: MIT */
/* What the core must not have: something that outlives a call. */
unsigned count_calls(void);

unsigned count_calls(void)
{
	static unsigned calls;
	static unsigned first = 1;

	calls += first;
	return calls;
}
