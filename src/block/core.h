/* SPDX-License-Identifier: MIT */
/*
 * All that the core takes from a C library: memcpy, memmove, memset, memcmp
 * and assert. Where there is no library (cc -ffreestanding) the compiler
 * still emits calls of the four, which the surroundings then provide, and a
 * failed assert traps. Every room of the core includes this in place of
 * <string.h> and <assert.h>, which such targets need not have.
 */
#ifndef BLOCK_CORE_H
#define BLOCK_CORE_H

#if __STDC_HOSTED__

#include <assert.h>
#include <string.h>

#else

#define memcpy(to, from, n) __builtin_memcpy(to, from, n)
#define memmove(to, from, n) __builtin_memmove(to, from, n)
#define memset(to, octet, n) __builtin_memset(to, octet, n)
#define memcmp(a, b, n) __builtin_memcmp(a, b, n)

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __builtin_trap())
#endif

#endif

/*
 * Ends a function that checks invariants and found one broken, telling the
 * number of the source file and the line: 40123 is line 123 of file 4.
 */
#define CHECK_IN(file, invariant)                                              \
	do {                                                                   \
		if (!(invariant))                                              \
			return (file)*10000 + __LINE__;                        \
	} while (0)

#endif
