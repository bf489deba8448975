/* SPDX-License-Identifier: MIT */
/* Multicast listener discovery for IPv6: version 2, RFC 3810; 1, RFC 2710. */
#ifndef WIRE_MLD_H
#define WIRE_MLD_H

#include "wire_ip.h"

#define WIRE_MLD_QUERY 130u /* the ICMPv6 type */
#define WIRE_MLD_LEN_MAX 36u /* that wire_mld_emit() writes */

struct wire_mld_query {
	struct hf_addr group; /* unspecified: all of them */
	uint32_t delay; /* milliseconds within which to answer */
	bool is_v1;
};

/*
 * Parses and validates a query (RFC 3810 5.1, 6.2: a link-local source, a hop
 * limit of 1): HF_ACCEPTED, HF_DROP_TRUNCATED, HF_DROP_ICMP_CHECKSUM (not
 * looked at if `verified`) or HF_DROP_ICMP_TYPE.
 */
enum hf_drop wire_mld_parse(struct wire_mld_query *query,
			    const struct wire_ip *ip, bool verified);

/* What is said of a group, RFC 3810 5.2.12; of any source, or of none. */
enum wire_mld_record {
	MLD_IS_MEMBER = 2, /* MODE_IS_EXCLUDE */
	MLD_LEAVES = 3, /* CHANGE_TO_INCLUDE_MODE */
	MLD_JOINS = 4, /* CHANGE_TO_EXCLUDE_MODE */
};

struct wire_mld_report {
	struct hf_addr group;
	uint8_t record; /* enum wire_mld_record */
	bool is_v1;
};

/* Where a report goes. */
struct hf_addr wire_mld_destination(const struct wire_mld_report *report);

/*
 * Writes the hop-by-hop options with the router alert that all MLD messages
 * have (RFC 2711), and the report behind them; returns the octets. The IPv6
 * header that belongs before them names HOP_BY_HOP.
 */
uint32_t wire_mld_emit(const struct wire_mld_report *report,
		       const struct hf_addr *src, uint8_t *to);

#endif
