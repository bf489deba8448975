/* SPDX-License-Identifier: MIT */
/* Messages of ICMP and ICMPv6; `r` reads from the type on. */
#ifndef TRACE_ICMP_H
#define TRACE_ICMP_H

#include "reader.h"

#define ICMP_HEADER 8u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The extension of RFC 4884 in a message of `len` octets. */
void line_icmp_extension(const struct reader *r, uint32_t len);

/* Where a group of messages has all it tells after the name. */
void line_nd(const struct reader *r, const struct payload *p);
void line_mld_query(const struct reader *r, const struct payload *p);
void line_mld_v1(const struct reader *r);
void line_mld_v2_report(const struct reader *r, const struct payload *p);
void line_node_information(const struct reader *r, const struct payload *p);
void line_router_renumbering(const struct reader *r, const struct payload *p);
void line_rpl(const struct reader *r, const struct payload *p);

/* Options of neighbour discovery, from `at` to `len`. RFC 4861 4.6 */
void line_nd_options(const struct reader *r, uint32_t at, uint32_t len);

struct flag_name {
	uint8_t bit;
	const char *name;
};

/* "managed, home agent"; "none" */
void tell_flags(const struct reader *r, uint8_t flags,
		const struct flag_name *names, unsigned count);

/* RFC 4191 2.1 */
const char *router_preference(uint8_t flags);

/*
 * A domain name (RFC 1035 4.1.4) in a message that begins at `start`; where
 * it ends, or 0 if it does not.
 */
uint32_t line_domain_name(const struct reader *r, uint32_t at, uint32_t start);

#endif
