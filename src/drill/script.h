/* SPDX-License-Identifier: MIT */
/*
 * A script in the language of packetdrill, as the parser leaves it: plain
 * structs in an arena which goes with the script. Every list is an array with
 * its length beside it; every text ends with a NUL that its length leaves out.
 * Nothing here is changed after the parser is done.
 */
#ifndef DRILL_SCRIPT_H
#define DRILL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From 1; in a macro's value it is the place where the macro is used. */
struct drill_place {
	uint32_t line, column;
};

struct drill_text {
	const char *data; /* NULL: there is none */
	size_t len;
};

/* ---- expressions ------------------------------------------------------ */

enum drill_expr_kind {
	DRILL_ANY, /* ... */
	DRILL_NUMBER, /* 8080, -1, 0x2, AF_INET, POLLIN | POLLOUT: see value */
	DRILL_FOREIGN, /* a constant that another system has: see text */
	DRILL_STRING, /* "abc", its escapes resolved: see text */
	DRILL_ARRAY, /* [1, 2]: see item */
	DRILL_STRUCT, /* {onoff=1, linger=0}: see shape and field */
	DRILL_CALL, /* htons(8080): text is the name, item the arguments */
	DRILL_ADDRESS, /* &sin6_addr: text is the name */
};

/* What a struct is meant to be, told by the names of its members. */
enum drill_shape {
	DRILL_PLAIN, /* none of those below */
	DRILL_SOCKADDR_IN, /* sa_family, sin_port, sin_addr */
	DRILL_SOCKADDR_IN6, /* sa_family, sin6_port, sin6_addr, ... */
	DRILL_SOCKADDR, /* sa_family alone, or with a family not of these */
	DRILL_LINGER, /* onoff, linger */
	DRILL_IOVEC, /* {..., 1000}: no names; base and length */
	DRILL_MSGHDR, /* msg_name, msg_iov, msg_control, msg_flags */
	DRILL_CMSG, /* cmsg_len, cmsg_level, cmsg_type, cmsg_data */
	DRILL_POLLFD, /* fd, events, revents */
	DRILL_EPOLL_EVENT, /* events, then one of fd, ptr, u32, u64 */
	DRILL_TIMEVAL, /* tv_sec, tv_usec (or tv_nsec) */
	DRILL_TIMESTAMPING, /* scm_sec, scm_nsec */
	DRILL_EXTENDED_ERR, /* ee_errno, ee_origin, ee_type, ee_code, ... */
	DRILL_FUNCTION_SET, /* FreeBSD: function_set_name, pcbcnt */
};

struct drill_field;

struct drill_expr {
	enum drill_expr_kind kind;
	struct drill_place at;
	int64_t value; /* NUMBER; an unsigned 64-bit one wraps around */
	struct drill_text text; /* NUMBER: as written, AF_INET */
	bool more; /* STRING: "abc"..., the rest is not looked at */
	enum drill_shape shape;
	struct drill_expr *const *item;
	const struct drill_field *field;
	size_t items, fields;
};

/* name = value, name(count) = value, or a value alone. */
struct drill_field {
	struct drill_place at;
	struct drill_text name; /* none: a value alone */
	const struct drill_expr *count; /* msg_iov(2) = ...; NULL: none */
	const struct drill_expr *value;
};

/* The value of the member of that name; NULL if there is none. */
const struct drill_expr *drill_expr_member(const struct drill_expr *expr,
					   const char *name);

/* ---- packets ---------------------------------------------------------- */

enum drill_ecn {
	DRILL_ECN_UNSAID,
	DRILL_ECN_NONE, /* [noecn] */
	DRILL_ECN_ECT0,
	DRILL_ECN_ECT1,
	DRILL_ECN_ECT01, /* either of the two; only of what is sent */
	DRILL_ECN_CE,
};

/*
 * What a packet says of its IP header; the rest is not looked at. If both a TOS
 * and an ECN mark are said, the mark is the last two bits.
 */
struct drill_ip {
	enum drill_ecn ecn;
	bool has_tos, has_ttl, has_flow_label, has_id, has_df;
	bool df; /* [df] or [nodf] */
	uint8_t tos, ttl;
	uint16_t id;
	uint32_t flow_label;
};

enum drill_tcp_flag {
	DRILL_FIN = 0x001,
	DRILL_SYN = 0x002,
	DRILL_RST = 0x004,
	DRILL_PSH = 0x008,
	DRILL_ACK = 0x010, /* . */
	DRILL_URG = 0x020,
	DRILL_ECE = 0x040, /* E */
	DRILL_CWR = 0x080, /* W, or C */
	DRILL_AE = 0x100, /* A, RFC 9768 */
};

enum drill_option_kind {
	DRILL_OPT_EOL,
	DRILL_OPT_NOP,
	DRILL_OPT_MSS,
	DRILL_OPT_WSCALE,
	DRILL_OPT_SACK_OK,
	DRILL_OPT_SACK,
	DRILL_OPT_TIMESTAMP,
	DRILL_OPT_MD5, /* data: the digest; none if only "md5" is said */
	DRILL_OPT_FAST_OPEN, /* FO; data: the cookie, none if a request */
	DRILL_OPT_FAST_OPEN_EXP, /* FOEXP, kind 254 with 0xf989 */
	DRILL_OPT_ACC_ECN, /* ECN e1b 1 ceb 0 e0b 1: kind 174 or 172 */
	DRILL_OPT_OTHER, /* kind N HEX: number and data */
};

/* Relative to the initial sequence number, as the script writes it. */
struct drill_range {
	uint32_t start, end;
};

enum drill_counter {
	DRILL_E0B,
	DRILL_CEB,
	DRILL_E1B,
};

struct drill_tcp_option {
	enum drill_option_kind kind;
	struct drill_place at;
	uint32_t number; /* mss, shift count of wscale, kind of OTHER */
	uint32_t ts_val, ts_ecr;
	const struct drill_range *sack;
	size_t sacks;
	const uint8_t *data;
	size_t len;
	enum drill_counter counter[3]; /* ECN: which, in this order */
	uint32_t count[3]; /* and how many octets */
	size_t counters;
};

struct drill_tcp {
	uint16_t flags; /* of enum drill_tcp_flag */
	struct drill_range seq;
	uint32_t len; /* of the payload, as the parentheses say */
	bool has_ack, has_win, has_urg;
	uint32_t ack;
	uint16_t win, urg;
	bool any_options; /* <...> */
	const struct drill_tcp_option *option;
	size_t options; /* none: there must be none */
};

/* UDP, and UDP-Lite with its coverage. */
struct drill_udp {
	uint32_t len; /* of the payload */
	bool has_coverage;
	uint16_t coverage;
};

enum drill_protocol {
	DRILL_TCP,
	DRILL_UDP,
	DRILL_UDPLITE,
	DRILL_ICMP, /* of the IP version that the script runs with */
	DRILL_ICMPV6, /* of IPv6 only */
};

/* The packet that an ICMP error echoes; TCP: seq and, if said, flags. */
struct drill_echoed {
	struct drill_place at;
	enum drill_protocol protocol; /* DRILL_TCP, UDP or UDPLITE */
	bool has_flags;
	struct drill_tcp tcp;
	struct drill_udp udp;
};

struct drill_icmp_type {
	bool known; /* the names mean something in that version */
	uint8_t type, code;
};

struct drill_icmp {
	struct drill_icmp_type v4, v6; /* at least one is known */
	bool has_mtu, has_id, has_seq;
	uint32_t mtu;
	uint16_t id, seq; /* of echo_request and echo_reply */
	uint32_t len; /* of the payload, echoes only */
	const struct drill_echoed *echoed; /* NULL: none */
};

enum drill_header_kind {
	DRILL_HEADER_IPV4,
	DRILL_HEADER_IPV6,
	DRILL_HEADER_GRE,
	DRILL_HEADER_MPLS,
};

struct drill_label {
	uint32_t label;
	uint8_t traffic_class, ttl;
	bool bottom;
};

/* A header around the packet, outermost first. */
struct drill_header {
	enum drill_header_kind kind;
	struct drill_place at;
	struct drill_text source, destination; /* addresses, as written */
	struct drill_ip ip;
	bool has_gre_flags, has_gre_protocol, has_gre_sum, has_gre_key,
		has_gre_seq;
	uint16_t gre_flags, gre_protocol, gre_sum, gre_off;
	uint32_t gre_key, gre_seq;
	const struct drill_label *label;
	size_t labels;
};

struct drill_packet {
	bool inbound; /* < : to the host under test */
	const struct drill_header *header; /* encapsulation, if any */
	size_t headers;
	struct drill_ip ip;
	bool has_ports;
	uint16_t source_port, destination_port;
	enum drill_protocol protocol;
	struct drill_tcp tcp;
	struct drill_udp udp;
	struct drill_icmp icmp;
};

/* ---- system calls ----------------------------------------------------- */

struct drill_call {
	struct drill_text name;
	struct drill_expr *const *argument;
	size_t arguments;
	const struct drill_expr *result;
	bool blocks; /* +0...0.200: it returns at event->end */
	int error; /* errno's value on this system; 0: none is told */
	struct drill_text error_name;
	struct drill_text note; /* what stands in parentheses */
};

/* ---- events ----------------------------------------------------------- */

enum drill_time_kind {
	DRILL_TIME_NONE, /* not given: at once, like +0 */
	DRILL_TIME_ABSOLUTE, /* since the start of the script */
	DRILL_TIME_RELATIVE, /* +: since the event before */
	DRILL_TIME_ANY, /* * */
	DRILL_TIME_ABSOLUTE_RANGE, /* 0.1~0.2: from start to end */
	DRILL_TIME_RELATIVE_RANGE, /* +0.1~+0.2 */
};

enum drill_event_kind {
	DRILL_EVENT_PACKET,
	DRILL_EVENT_CALL,
	DRILL_EVENT_COMMAND, /* `shell` */
	DRILL_EVENT_CODE, /* %{ python }% */
};

/* Times are nanoseconds; the end counts from where the start counts from. */
struct drill_event {
	enum drill_event_kind kind;
	enum drill_time_kind time;
	struct drill_place at; /* of its time */
	struct drill_place action; /* of what it does */
	int64_t start, end; /* end: of ranges, and of calls that block */
	struct drill_packet packet;
	struct drill_call call;
	struct drill_text text; /* COMMAND, CODE: what is between the marks */
	struct drill_text source; /* as written, without its time */
};

/* ---- scripts ---------------------------------------------------------- */

/* --name=value at the top; known by name, and its value fits the kind. */
struct drill_option {
	struct drill_place at;
	struct drill_text name, value; /* --define: NAME=value */
};

struct drill_arena;

struct drill_script {
	const char *name; /* of the file */
	const struct drill_option *option;
	size_t options;
	struct drill_text init; /* the command before the first event */
	struct drill_place init_at;
	const struct drill_event *event;
	size_t events;
	struct drill_arena *arena;
};

/* The value of the last option of that name; NULL if there is none. */
const char *drill_script_option(const struct drill_script *script,
				const char *name);

/* ---- the parser ------------------------------------------------------- */

#define DRILL_ERROR 256u

/* "foo.pkt:12:17: unknown TCP option 'xyz'", cut if it is too long. */
struct drill_error {
	struct drill_place at; /* line 0: the file as a whole */
	char text[DRILL_ERROR];
};

/* -D NAME=value of the command line; the script's own do not change it. */
struct drill_define {
	const char *name, *value;
};

/*
 * NULL: it was not understood, or there is no memory; the error says why. The
 * last of the defines has no name; NULL: there are none.
 */
struct drill_script *drill_parse(const char *name, const char *text, size_t len,
				 struct drill_error *error);
struct drill_script *drill_parse_with(const char *name, const char *text,
				      size_t len,
				      const struct drill_define *define,
				      struct drill_error *error);
struct drill_script *drill_parse_file(const char *name,
				      const struct drill_define *define,
				      struct drill_error *error);
void drill_script_free(struct drill_script *script);

#endif
