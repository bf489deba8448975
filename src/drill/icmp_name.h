/* SPDX-License-Identifier: MIT */
/* What scripts call the types and codes of ICMP. */
#ifndef DRILL_ICMP_NAME_H
#define DRILL_ICMP_NAME_H

#include "scan.h"

struct icmp_name {
	const char *type, *code; /* code NULL: the type alone */
	uint8_t type_number, code_number;
};

/* The last has no type. */
extern const struct icmp_name icmp_names4[];
extern const struct icmp_name icmp_names6[];

bool icmp_name_is_type(const struct icmp_name *names,
		       const struct scan_token *type);

/* Either may be a number; a number need not have a name. */
struct drill_icmp_type icmp_name_resolve(const struct icmp_name *name,
					 const struct scan_token *type,
					 const struct scan_token *code);

/* NULL: these numbers have no name. */
const struct icmp_name *icmp_name_of(const struct icmp_name *name,
				     const struct drill_icmp_type *icmp);

#endif
