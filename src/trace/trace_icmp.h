/* SPDX-License-Identifier: MIT */
/* Messages of ICMP and ICMPv6; `r` reads from the type on. */
#ifndef TRACE_ICMP_H
#define TRACE_ICMP_H

#include "reader.h"

#define ICMP_HEADER 8u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_MLD_QUERY = 130,
	ICMP6_MLD_REPORT = 131,
	ICMP6_MLD_DONE = 132,
	ICMP6_ROUTER_SOLICITATION = 133,
	ICMP6_ROUTER_ADVERTISEMENT = 134,
	ICMP6_NEIGHBOR_SOLICITATION = 135,
	ICMP6_NEIGHBOR_ADVERTISEMENT = 136,
	ICMP6_ND_REDIRECT = 137,
	ICMP6_ROUTER_RENUMBERING = 138,
	ICMP6_NODE_QUERY = 139,
	ICMP6_NODE_REPLY = 140,
	ICMP6_INVERSE_SOLICITATION = 141,
	ICMP6_INVERSE_ADVERTISEMENT = 142,
	ICMP6_MLD_V2_REPORT = 143,
	ICMP6_HOME_AGENT_REQUEST = 144,
	ICMP6_HOME_AGENT_REPLY = 145,
	ICMP6_MOBILE_SOLICITATION = 146,
	ICMP6_MOBILE_ADVERTISEMENT = 147,
	ICMP6_RPL = 155,
	ICMP6_MTRACE_RESPONSE = 200,
	ICMP6_MTRACE = 201,
};

/* The extension of RFC 4884 in a message of `len` octets. */
void line_icmp_extension(const struct reader *r, uint32_t len);

/* Messages of ICMPv6, from after the name on. */
/* A known error, with a known code. */
void line_icmp6_error(const struct reader *r);
void line_nd(const struct reader *r, const struct payload *p);
void line_mld_query(const struct reader *r, const struct payload *p);
void line_mld_v1(const struct reader *r);
void line_mld_v2_report(const struct reader *r, const struct payload *p);
void line_node_information(const struct reader *r, const struct payload *p);
void line_router_renumbering(const struct reader *r, const struct payload *p);
void line_home_agent(const struct reader *r, const struct payload *p);
void line_rpl(const struct reader *r, const struct payload *p);

/* Options of neighbour discovery, from `at` to `len`. RFC 4861 4.6 */
void line_nd_options(const struct reader *r, uint32_t at, uint32_t len);

struct flag_name {
	uint8_t bit;
	const char *name;
};

/* "managed, home agent"; "none" */
void nd_tell_flags(const struct reader *r, uint8_t flags,
		   const struct flag_name *names, unsigned count);

/* RFC 4191 2.1 */
const char *nd_router_preference(uint8_t flags);

/*
 * A domain name (RFC 1035 4.1.4) in a message that begins at `start`; where
 * it ends, or 0 if it does not.
 */
uint32_t line_domain_name(const struct reader *r, uint32_t at, uint32_t start);

#endif
