/* SPDX-License-Identifier: MIT */
/* Whether what came out is what the script says. */
#include "packets.h"

#include "bytes.h"

#include <netinet/in.h>
#include <stdio.h>

#define OPTION_TIMESTAMP 8u
#define RESERVED 0xe00u /* of what stands with the flags */

/* One comparison; the first difference is the one that is told. */
struct match {
	const struct drill_packet *packet;
	const struct drill_view *expected, *came;
	char *why;
	bool differs;
};

static void same_number(struct match *match, const char *what,
			uint32_t expected, uint32_t came)
{
	if (match->differs || expected == came)
		return;
	match->differs = true;
	snprintf(match->why, DRILL_FAILURE, "%s is %u instead of %u", what,
		 came, expected);
}

static void same(struct match *match, bool is_same, const char *difference)
{
	if (match->differs || is_same)
		return;
	match->differs = true;
	snprintf(match->why, DRILL_FAILURE, "%s", difference);
}

/* ---- IP --------------------------------------------------------------- */

static void match_ecn(struct match *match)
{
	static const char *const names[] = { "noecn", "ect1", "ect0", "ce" };
	enum drill_ecn ecn = match->packet->ip.ecn;
	unsigned expected = match->expected->tos & 3u;
	unsigned came = match->came->tos & 3u;

	if (ecn == DRILL_ECN_UNSAID || expected == came || match->differs ||
	    (ecn == DRILL_ECN_ECT01 && (came == 1 || came == 2)))
		return;
	match->differs = true;
	snprintf(match->why, DRILL_FAILURE, "ECN is %s instead of %s",
		 names[came],
		 ecn == DRILL_ECN_ECT01 ? "ect01" : names[expected]);
}

static void match_ip(struct match *match)
{
	const struct drill_view *expected = match->expected;
	const struct drill_view *came = match->came;
	const struct drill_ip *ip = &match->packet->ip;

	same_number(match, "IP version", expected->version, came->version);
	same_number(match, "IP protocol", expected->protocol, came->protocol);
	if (ip->has_tos)
		same_number(match, "TOS",
			    ip->ecn ? expected->tos & 0xfcu : expected->tos,
			    ip->ecn ? came->tos & 0xfcu : came->tos);
	match_ecn(match);
	if (ip->has_ttl)
		same_number(match, "TTL", expected->ttl, came->ttl);
	if (ip->has_id && came->version == 4)
		same_number(match, "IP ID", expected->id, came->id);
	if (ip->has_flow_label && came->version == 6)
		same_number(match, "flow label", expected->flow_label,
			    came->flow_label);
	if (ip->has_df && came->version == 4)
		same(match, ip->df == came->df,
		     ip->df ? "DF is not set" : "DF is set");
}

/* ---- TCP -------------------------------------------------------------- */

static void match_flags(struct match *match)
{
	static const char letters[] = "FSRP.UEWA";
	uint16_t expected = match->expected->flags, came = match->came->flags;
	char text[2][sizeof letters] = { "", "" };

	if (expected == came || match->differs)
		return;
	for (unsigned i = 0, n[2] = { 0, 0 }; letters[i]; i++) {
		if (came & 1u << i)
			text[0][n[0]++] = letters[i];
		if (expected & 1u << i)
			text[1][n[1]++] = letters[i];
	}
	match->differs = true;
	snprintf(match->why, DRILL_FAILURE, "flags are %s instead of %s%s",
		 text[0][0] ? text[0] : "-", text[1][0] ? text[1] : "-",
		 came & RESERVED ? ", and reserved bits are set" : "");
}

/* The value that is sent is the stack's own affair: see the engine. */
static void forget_timestamp(const struct drill_view *view, uint8_t *options)
{
	const uint8_t *stamp = drill_view_option(view, OPTION_TIMESTAMP, 8);

	if (stamp)
		memset(options + (stamp - view->option), 0, 4);
}

static void match_options(struct match *match)
{
	const struct drill_view *expected = match->expected;
	const struct drill_view *came = match->came;
	uint8_t a[40], b[40];

	if (match->packet->tcp.any_options)
		return;
	same(match, expected->options == came->options,
	     "the TCP options are other ones");
	if (match->differs)
		return;
	memcpy(a, expected->option, expected->options);
	memcpy(b, came->option, came->options);
	forget_timestamp(expected, a);
	forget_timestamp(came, b);
	same(match, memcmp(a, b, came->options) == 0, "the TCP options differ");
}

static void match_tcp(struct match *match)
{
	const struct drill_view *expected = match->expected;
	const struct drill_view *came = match->came;

	match_flags(match);
	same_number(match, "seq", expected->seq, came->seq);
	same_number(match, "ack", expected->ack, came->ack);
	same_number(match, "length", expected->len, came->len);
	if (match->packet->tcp.has_win)
		same_number(match, "window", expected->win, came->win);
	same_number(match, "urgent pointer", expected->urg, came->urg);
	match_options(match);
}

/* ---- the rest --------------------------------------------------------- */

static void match_ports(struct match *match)
{
	const struct drill_view *expected = match->expected;
	const struct drill_view *came = match->came;

	same_number(match, "source port", expected->source_port,
		    came->source_port);
	same_number(match, "destination port", expected->destination_port,
		    came->destination_port);
}

/*
 * What is quoted is what came in: its addresses, and behind its IP header
 * ports and sequence number, or the length of UDP. Routers may have changed
 * the rest of the IP header.
 */
static void match_quoted(struct match *match)
{
	const struct drill_echoed *echoed = match->packet->icmp.echoed;
	const struct drill_view *expected = match->expected;
	const struct drill_view *came = match->came;
	uint32_t ip = expected->version == 6 ? 40 : 20;
	uint32_t addresses = expected->version == 6 ? 32 : 8;
	uint32_t len = echoed->protocol == DRILL_TCP ? 8 : 6;

	same(match,
	     came->len >= ip + (echoed->has_flags ? 14 : 8) &&
		     expected->len >= ip + len,
	     "the datagram is quoted too short");
	if (match->differs)
		return;
	same(match,
	     memcmp(came->text + ip - addresses,
		    expected->text + ip - addresses, addresses + len) == 0,
	     "another datagram is quoted");
	if (echoed->has_flags && !match->differs)
		same(match,
		     (came->text[ip + 13] & 0x3f) ==
			     (expected->text[ip + 13] & 0x3f),
		     "a datagram with other flags is quoted");
}

static void match_icmp(struct match *match)
{
	const struct drill_icmp *icmp = &match->packet->icmp;
	const struct drill_view *expected = match->expected;
	const struct drill_view *came = match->came;

	same_number(match, "ICMP type", expected->type, came->type);
	same_number(match, "ICMP code", expected->code, came->code);
	if (icmp->has_mtu)
		same_number(match, "MTU", expected->value, came->value);
	if (icmp->has_id)
		same_number(match, "ICMP id", expected->value >> 16,
			    came->value >> 16);
	if (icmp->has_seq)
		same_number(match, "ICMP sequence number",
			    expected->value & 0xffff, came->value & 0xffff);
	if (icmp->echoed)
		match_quoted(match);
	else if (icmp->len)
		same_number(match, "length", expected->len, came->len);
}

const char *drill_packet_differs(const struct drill_packet *packet,
				 const struct drill_view *expected,
				 const struct drill_view *came, char *why)
{
	struct match match = { packet, expected, came, why, false };

	match_ip(&match);
	if (match.differs)
		return why;
	switch (packet->protocol) {
	case DRILL_TCP:
		match_tcp(&match);
		break;
	case DRILL_UDP:
	case DRILL_UDPLITE:
		if (packet->has_ports)
			match_ports(&match);
		same_number(&match, "length", expected->len, came->len);
		break;
	case DRILL_ICMP:
	case DRILL_ICMPV6:
		match_icmp(&match);
		break;
	}
	return match.differs ? why : NULL;
}
