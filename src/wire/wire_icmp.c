/* SPDX-License-Identifier: MIT */
#include "wire_icmp.h"
#include "bytes.h"
#include "checksum.h"
#include "extension.h"
#include "wire_source_route.h"

/* What stands in the second word of the header. */
enum shape {
	NONE, /* there is no such message */
	ZERO,
	WORD, /* value as it is */
	LOW, /* value in the lower 16 bits: RFC 1191 4 */
	HIGH, /* value in the upper 8 bits: RFC 792, parameter problem */
};

struct form {
	uint8_t type, code, shape;
};

/* clang-format off */

/* RFC 792, RFC 1122 3.2.2, RFC 1812 5.2.7.1. */
static const struct form ipv4_form[] = {
	/*				type	code	shape */
	[ICMP_ECHO] =			{ 8,	0,	WORD },
	[ICMP_ECHO_REPLY] =		{ 0,	0,	WORD },
	[ICMP_NET_UNREACHABLE] =	{ 3,	0,	ZERO },
	[ICMP_HOST_UNREACHABLE] =	{ 3,	1,	ZERO },
	[ICMP_PROTOCOL_UNREACHABLE] =	{ 3,	2,	ZERO },
	[ICMP_PORT_UNREACHABLE] =	{ 3,	3,	ZERO },
	[ICMP_ADMIN_PROHIBITED] =	{ 3,	13,	ZERO },
	[ICMP_PACKET_TOO_BIG] =		{ 3,	4,	LOW },
	[ICMP_TIME_EXCEEDED] =		{ 11,	0,	ZERO },
	[ICMP_REASSEMBLY_EXCEEDED] =	{ 11,	1,	ZERO },
	[ICMP_PARAMETER_PROBLEM] =	{ 12,	0,	HIGH },
};

/*
 * RFC 4443 3 and 4. It has no "protocol unreachable": an unrecognized next
 * header is a parameter problem of code 1.
 */
static const struct form ipv6_form[] = {
	/*				type	code	shape */
	[ICMP_ECHO] =			{ 128,	0,	WORD },
	[ICMP_ECHO_REPLY] =		{ 129,	0,	WORD },
	[ICMP_NET_UNREACHABLE] =	{ 1,	0,	ZERO },
	[ICMP_HOST_UNREACHABLE] =	{ 1,	3,	ZERO },
	[ICMP_PROTOCOL_UNREACHABLE] =	{ 4,	1,	WORD },
	[ICMP_PORT_UNREACHABLE] =	{ 1,	4,	ZERO },
	[ICMP_ADMIN_PROHIBITED] =	{ 1,	1,	ZERO },
	[ICMP_PACKET_TOO_BIG] =		{ 2,	0,	WORD },
	[ICMP_TIME_EXCEEDED] =		{ 3,	0,	ZERO },
	[ICMP_REASSEMBLY_EXCEEDED] =	{ 3,	1,	ZERO },
	[ICMP_PARAMETER_PROBLEM] =	{ 4,	0,	WORD },
};

/* clang-format on */

/* ---- parsing ---------------------------------------------------------- */

static enum wire_icmp_kind ipv4_unreachable(uint8_t code)
{
	static const uint8_t kind[] = {
		[0] = ICMP_NET_UNREACHABLE,	 [1] = ICMP_HOST_UNREACHABLE,
		[2] = ICMP_PROTOCOL_UNREACHABLE, [3] = ICMP_PORT_UNREACHABLE,
		[4] = ICMP_PACKET_TOO_BIG,	 [5] = ICMP_SOURCE_ROUTE_FAILED,
		[6] = ICMP_NET_UNREACHABLE, /* unknown */
		[7] = ICMP_HOST_UNREACHABLE, /* unknown */
		[8] = ICMP_NET_UNREACHABLE, /* source host isolated */
		[9] = ICMP_ADMIN_PROHIBITED, /* network */
		[10] = ICMP_ADMIN_PROHIBITED, /* host */
		[11] = ICMP_NET_UNREACHABLE, /* for this type of service */
		[12] = ICMP_HOST_UNREACHABLE, /* for this type of service */
		[13] = ICMP_ADMIN_PROHIBITED,
	};

	if (code >= sizeof kind)
		return ICMP_OTHER_UNREACHABLE;
	return (enum wire_icmp_kind)kind[code];
}

static enum wire_icmp_kind ipv6_unreachable(uint8_t code)
{
	switch (code) {
	case 0:
		return ICMP_NET_UNREACHABLE;
	case 1:
	case 5: /* source address failed ingress or egress policy */
	case 6: /* reject route */
		return ICMP_ADMIN_PROHIBITED;
	case 3:
		return ICMP_HOST_UNREACHABLE;
	case 4:
		return ICMP_PORT_UNREACHABLE;
	default:
		return ICMP_OTHER_UNREACHABLE;
	}
}

static enum wire_icmp_kind time_exceeded(uint8_t code)
{
	if (code == 0)
		return ICMP_TIME_EXCEEDED;
	return code == 1 ? ICMP_REASSEMBLY_EXCEEDED : ICMP_OTHER;
}

static enum wire_icmp_kind ipv4_kind(uint8_t type, uint8_t code)
{
	switch (type) {
	case 0:
		return ICMP_ECHO_REPLY;
	case 3:
		return ipv4_unreachable(code);
	case 4:
		return ICMP_SOURCE_QUENCH;
	case 8:
		return ICMP_ECHO;
	case 11:
		return time_exceeded(code);
	case 12:
		return ICMP_PARAMETER_PROBLEM;
	default:
		return ICMP_OTHER;
	}
}

static enum wire_icmp_kind ipv6_kind(uint8_t type, uint8_t code)
{
	switch (type) {
	case 1:
		return ipv6_unreachable(code);
	case 2:
		return ICMP_PACKET_TOO_BIG;
	case 3:
		return time_exceeded(code);
	case 4:
		return ICMP_PARAMETER_PROBLEM;
	case 128:
		return ICMP_ECHO;
	case 129:
		return ICMP_ECHO_REPLY;
	default:
		return ICMP_OTHER;
	}
}

static bool checksum_is_good(const struct wire_ip *ip)
{
	uint64_t sum = wire_sum(ip->payload, ip->payload_len);

	if (ip->version == 6)
		sum += wire_sum_pseudo(&ip->src, &ip->dst, WIRE_PROTOCOL_ICMPV6,
				       ip->payload_len);
	return wire_sum_is_good(sum);
}

enum hf_drop wire_icmp_parse(struct wire_icmp *icmp, const struct wire_ip *ip,
			     bool verified)
{
	const uint8_t *p = ip->payload;
	uint32_t value;

	*icmp = (struct wire_icmp){ 0 };
	if (ip->payload_len < WIRE_ICMP_HEADER)
		return HF_DROP_TRUNCATED;
	if (!verified && !checksum_is_good(ip))
		return HF_DROP_ICMP_CHECKSUM;
	value = get_be32(p + 4);
	icmp->kind = ip->version == 6 ? ipv6_kind(p[0], p[1])
				      : ipv4_kind(p[0], p[1]);
	if (ip->version == 4 && icmp->kind == ICMP_PACKET_TOO_BIG)
		value &= 0xffff;
	if (ip->version == 4 && icmp->kind == ICMP_PARAMETER_PROBLEM)
		value >>= 24;
	if (icmp->kind == ICMP_PARAMETER_PROBLEM)
		icmp->code = p[1];
	icmp->value = value;
	icmp->body = p + WIRE_ICMP_HEADER;
	icmp->body_len = ip->payload_len - WIRE_ICMP_HEADER;
	return HF_ACCEPTED;
}

bool wire_icmp_is_error(enum wire_icmp_kind kind)
{
	return kind != ICMP_ECHO && kind != ICMP_ECHO_REPLY &&
	       kind != ICMP_OTHER;
}

/* ---- what an error quotes --------------------------------------------- */

/*
 * What every error quotes of the payload at least: RFC 792. No extension
 * header is shorter either.
 */
#define QUOTE_LEN EXTENSION_LEN_MIN

static bool quote_payload(struct wire_icmp_quote *q, const uint8_t *p)
{
	bool is_tcp = q->protocol == WIRE_PROTOCOL_TCP;

	if (q->is_fragment || (!is_tcp && q->protocol != WIRE_PROTOCOL_UDP))
		return true;
	q->src_port = get_be16(p);
	q->dst_port = get_be16(p + 2);
	if (is_tcp)
		q->seq.n = get_be32(p + 4);
	return true;
}

static bool quote_ipv4(struct wire_icmp_quote *q, const uint8_t *p,
		       uint32_t len)
{
	uint32_t header;

	if (len < WIRE_IPV4_HEADER)
		return false;
	header = (p[0] & 15u) * 4;
	if (header < WIRE_IPV4_HEADER || len < header + QUOTE_LEN)
		return false;
	q->src = hf_ipv4(p[12], p[13], p[14], p[15]);
	q->dst = hf_ipv4(p[16], p[17], p[18], p[19]);
	if (header > WIRE_IPV4_HEADER)
		wire_source_route_end(&q->dst, p + WIRE_IPV4_HEADER,
				      header - WIRE_IPV4_HEADER);
	q->protocol = p[9];
	q->is_fragment = (get_be16(p + 6) & 0x1fff) != 0;
	return quote_payload(q, p + header);
}

static bool quote_ipv6(struct wire_icmp_quote *q, const uint8_t *p,
		       uint32_t len)
{
	uint32_t at = WIRE_IPV6_HEADER, size;

	if (len < WIRE_IPV6_HEADER)
		return false;
	q->protocol = p[6];
	memcpy(&q->src, p + 8, sizeof q->src);
	memcpy(&q->dst, p + 24, sizeof q->dst);
	/* These would pass for IPv4 addresses, which we did not send. */
	if (addr_is_ipv4(&q->src) || addr_is_ipv4(&q->dst))
		return false;
	/* Each turn takes at least 8 octets of what is there. */
	while (len - at >= QUOTE_LEN && !q->is_fragment) {
		size = extension_len(q->protocol, p + at);
		if (size == 0)
			return quote_payload(q, p + at);
		if (size > len - at)
			return false;
		if (q->protocol == FRAGMENT)
			q->is_fragment = get_be16(p + at + 2) >> 3 != 0;
		q->protocol = p[at];
		at += size;
	}
	return q->is_fragment && len - at >= QUOTE_LEN;
}

bool wire_icmp_quote(struct wire_icmp_quote *quote, const uint8_t *body,
		     uint32_t len)
{
	*quote = (struct wire_icmp_quote){ 0 };
	if (len == 0)
		return false;
	if (body[0] >> 4 == 4)
		return quote_ipv4(quote, body, len);
	if (body[0] >> 4 == 6)
		return quote_ipv6(quote, body, len);
	return false;
}

/* ---- emission --------------------------------------------------------- */

static struct form find_form(enum wire_icmp_kind kind, bool is_ipv4)
{
	static const struct form none = { 0, 0, NONE };

	_Static_assert(sizeof ipv4_form == sizeof ipv6_form,
		       "the same kinds in both");
	if ((size_t)kind >= sizeof ipv4_form / sizeof *ipv4_form)
		return none;
	return is_ipv4 ? ipv4_form[kind] : ipv6_form[kind];
}

static uint32_t shape_value(uint8_t shape, uint32_t value)
{
	switch (shape) {
	case WORD:
		return value;
	case LOW:
		return value < 0xffff ? value : 0xffff;
	case HIGH:
		return value << 24;
	default:
		return 0;
	}
}

uint32_t wire_icmp_emit_header(const struct wire_icmp *icmp,
			       const struct hf_addr *src,
			       const struct hf_addr *dst, uint64_t body_sum,
			       uint8_t *to)
{
	bool is_ipv4 = addr_is_ipv4(dst);
	struct form form = find_form(icmp->kind, is_ipv4);
	uint16_t checksum;
	uint64_t sum;

	assert(form.shape != NONE);
	to[0] = form.type;
	to[1] = icmp->kind == ICMP_PARAMETER_PROBLEM ? icmp->code : form.code;
	put_be16(to + 2, 0);
	put_be32(to + 4, shape_value(form.shape, icmp->value));
	sum = wire_sum_header(to, WIRE_ICMP_HEADER) + body_sum;
	if (!is_ipv4)
		sum += wire_sum_pseudo(src, dst, WIRE_PROTOCOL_ICMPV6,
				       WIRE_ICMP_HEADER + icmp->body_len);
	checksum = wire_checksum(sum);
	memcpy(to + 2, &checksum, sizeof checksum);
	return WIRE_ICMP_HEADER;
}

uint32_t wire_icmp_emit(const struct wire_icmp *icmp, const struct hf_addr *src,
			const struct hf_addr *dst, uint8_t *to)
{
	uint64_t sum = wire_copy_sum(to + WIRE_ICMP_HEADER, icmp->body,
				     icmp->body_len);

	return wire_icmp_emit_header(icmp, src, dst, sum, to) + icmp->body_len;
}
