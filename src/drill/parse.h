/* SPDX-License-Identifier: MIT */
/*
 * The parts of the parser, one for each part of a script. Each begins at the
 * present token and leaves the token behind what it has read.
 */
#ifndef DRILL_PARSE_H
#define DRILL_PARSE_H

#include "scan.h"

void parse_options(struct parser *parser);
void parse_event(struct parser *parser, struct drill_event *event);
void parse_packet(struct parser *parser, struct drill_packet *packet);
void parse_call(struct parser *parser, struct drill_call *call);
struct drill_expr *parse_expr(struct parser *parser);
/* "abc", and "abc"... */
struct drill_expr *parse_string(struct parser *parser);
/* At the place of the present token. */
struct drill_expr *parse_expr_new(struct parser *parser,
				  enum drill_expr_kind kind);

/* ---- of packets ------------------------------------------------------- */

/* Fails if this is the second time that the present word is said. */
void parse_refuse_twice(struct parser *parser, bool again);
/* The present word is the name: it is passed, and the number behind it. */
uint32_t parse_named_number(struct parser *parser, bool *has, uint32_t max,
			    const char *name);

/* [ect0] or [tos 0x10, ttl 64] or (flowlabel 0x1), if there is any. */
void parse_ip(struct parser *parser, struct drill_ip *ip, bool inbound);
/* 8080 > 36840; false: there is none. */
bool parse_ports(struct parser *parser, uint16_t *source,
		 uint16_t *destination);
/* ipv4 192.0.2.1 > 10.0.0.1: gre: and so on, as many as there are. */
void parse_headers(struct parser *parser, struct drill_packet *packet);
/* From the flags on. */
void parse_tcp(struct parser *parser, struct drill_packet *packet);
void parse_tcp_flags(struct parser *parser, struct drill_tcp *tcp);
/* 1:1001(1000) */
void parse_tcp_seq(struct parser *parser, struct drill_tcp *tcp);
/* From the < on. */
void parse_tcp_options(struct parser *parser, struct drill_tcp *tcp);
/* How many octets they take. */
size_t parse_tcp_options_length(const struct drill_tcp *tcp);
/* From what follows udp or udplite on. */
void parse_udp(struct parser *parser, enum drill_protocol protocol,
	       struct drill_udp *udp);
/* From the type on. */
void parse_icmp(struct parser *parser, struct drill_packet *packet);

#endif
