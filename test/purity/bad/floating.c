/* SPDX-License-Identifier: MIT */
/* What the core must not have: floating point. */
unsigned smooth(unsigned rtt, unsigned sample);

unsigned smooth(unsigned rtt, unsigned sample)
{
	return (unsigned)(0.875 * rtt + 0.125 * sample);
}
