/* SPDX-License-Identifier: MIT */
/* The extension headers of IPv6 (RFC 8200 4) that are walked past. */
#ifndef WIRE_EXTENSION_H
#define WIRE_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

/* By their next-header values. */
enum extension {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51, /* RFC 4302 */
	DESTINATION_OPTIONS = 60,
};

/* None is shorter: so many octets may be looked at before its length. */
#define EXTENSION_LEN_MIN 8u

/*
 * Octets of the extension header `next` that starts at p, or 0 if `next` is
 * not one of them; then p is not looked at.
 */
static inline uint32_t extension_len(uint8_t next, const uint8_t *p)
{
	switch (next) {
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION_OPTIONS:
		return (p[1] + 1u) * 8;
	case FRAGMENT:
		return 8;
	case AUTHENTICATION:
		return (p[1] + 2u) * 4;
	default:
		return 0;
	}
}

static inline bool is_extension(uint8_t next)
{
	static const uint8_t shortest[2] = { 0, 0 };

	return extension_len(next, shortest) != 0;
}

#endif
