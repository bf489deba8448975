/* SPDX-License-Identifier: MIT */
#include "wire_mld.h"
#include "checksum.h"
#include "extension.h"

enum type {
	REPORT_V1 = 131,
	DONE_V1 = 132,
	REPORT_V2 = 143,
};

#define HEADER 8u
#define QUERY_V1 24u
#define QUERY_V2 28u
#define AT_GROUP 8u

#define NEXT_HEADER 6u /* where the IPv6 header says it */
#define ROUTER_ALERT 5u

/* ---- queries ---------------------------------------------------------- */

/* RFC 3810 5.1.3: from 32768 on, a float of 3 and 12 bits. */
static uint32_t delay_of(uint16_t code)
{
	if (code < 0x8000)
		return code;
	return ((code & 0x0fffu) | 0x1000u) << ((code >> 12 & 7u) + 3);
}

/* RFC 3810 6.2, RFC 2711 2.1: among the hop-by-hop options. */
static bool has_router_alert(const struct wire_ip *ip)
{
	const uint8_t *p = ip->payload - ip->header_len;
	uint32_t at = WIRE_IPV6_HEADER + 2, end;

	if (ip->header_len == WIRE_IPV6_HEADER || p[NEXT_HEADER] != HOP_BY_HOP)
		return false;
	end = WIRE_IPV6_HEADER + (p[WIRE_IPV6_HEADER + 1] + 1u) * 8;
	while (at + 1 < end && p[at] != ROUTER_ALERT)
		at += p[at] == 0 ? 1 : 2u + p[at + 1];
	return at + 3 < end && get_be16(p + at + 2) == 0;
}

static bool is_trustworthy(const struct wire_ip *ip)
{
	return has_router_alert(ip) && ip->ttl == 1 &&
	       ip->src.octet[0] == 0xfe && (ip->src.octet[1] & 0xc0) == 0x80 &&
	       ip->dst.octet[0] == 0xff;
}

enum hf_drop wire_mld_parse(struct wire_mld_query *query,
			    const struct wire_ip *ip, bool verified)
{
	const uint8_t *p = ip->payload;

	if (ip->payload_len < QUERY_V1)
		return HF_DROP_TRUNCATED;
	if (!verified && !wire_sum_is_good(wire_sum(p, ip->payload_len) +
					   wire_sum_pseudo(&ip->src, &ip->dst,
							   WIRE_PROTOCOL_ICMPV6,
							   ip->payload_len)))
		return HF_DROP_ICMP_CHECKSUM;
	/* RFC 3810 8.1: a length between the two versions' is neither. */
	if (p[0] != WIRE_MLD_QUERY || !is_trustworthy(ip) ||
	    (ip->payload_len > QUERY_V1 && ip->payload_len < QUERY_V2))
		return HF_DROP_ICMP_TYPE;
	query->is_v1 = ip->payload_len == QUERY_V1;
	query->delay = query->is_v1 ? get_be16(p + 4)
				    : delay_of(get_be16(p + 4));
	memcpy(&query->group, p + AT_GROUP, sizeof query->group);
	return HF_ACCEPTED;
}

/* ---- reports ---------------------------------------------------------- */

struct hf_addr wire_mld_destination(const struct wire_mld_report *report)
{
	static const struct hf_addr routers = { { 0xff, 0x02, [15] = 2 } };
	static const struct hf_addr v2_routers = { { 0xff,
						     0x02, [15] = 0x16 } };

	if (!report->is_v1)
		return v2_routers;
	return report->record == MLD_LEAVES ? routers : report->group;
}

static uint32_t emit_v1(const struct wire_mld_report *report, uint8_t *to)
{
	memset(to, 0, HEADER);
	to[0] = report->record == MLD_LEAVES ? DONE_V1 : REPORT_V1;
	memcpy(to + HEADER, &report->group, sizeof report->group);
	return QUERY_V1;
}

/* One record without sources. */
static uint32_t emit_v2(const struct wire_mld_report *report, uint8_t *to)
{
	memset(to, 0, HEADER + 4);
	to[0] = REPORT_V2;
	to[7] = 1;
	to[8] = report->record;
	memcpy(to + HEADER + 4, &report->group, sizeof report->group);
	return QUERY_V2;
}

uint32_t wire_mld_emit(const struct wire_mld_report *report,
		       const struct hf_addr *src, uint8_t *to)
{
	static const uint8_t router_alert[HEADER] = {
		WIRE_PROTOCOL_ICMPV6, 0, 5, 2, 0, 0, 1, 0, /* and PadN */
	};
	struct hf_addr dst = wire_mld_destination(report);
	uint8_t *message = to + HEADER;
	uint32_t len = report->is_v1 ? emit_v1(report, message)
				     : emit_v2(report, message);
	uint16_t checksum = wire_checksum(
		wire_sum(message, len) +
		wire_sum_pseudo(src, &dst, WIRE_PROTOCOL_ICMPV6, len));

	memcpy(to, router_alert, HEADER);
	memcpy(message + 2, &checksum, sizeof checksum);
	return HEADER + len;
}
