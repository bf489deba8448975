/* SPDX-License-Identifier: MIT */
/* The way in: from a frame to the room that it is for. */
#include "checksum.h"
#include "internal.h"
#include "wire_udp.h"

#define ECHO_REQUEST 128u /* of ICMPv6 */

/*
 * The way back of a datagram that came by a source route; count 0: there is
 * none. MUST-50: what is not understood is passed over. Routes are refused
 * unless they are configured, for they lead around what firewalls and
 * ingress filters rely on: RFC 7126 4.3, 4.4.
 */
static enum hf_drop read_source_route(const struct turn *t,
				      const struct wire_ip *ip,
				      struct wire_source_route *route)
{
	enum hf_drop drop = wire_source_route_parse(route, ip);

	if (drop == HF_ACCEPTED && route->count != 0 &&
	    t->ip->config.source_routes == 0)
		return HF_DROP_SOURCE_ROUTE;
	return drop;
}

static enum hf_drop input_tcp(struct turn *t, const struct wire_ip *ip,
			      bool is_verified, uint32_t link)
{
	struct wire_source_route route;
	struct arrival a;
	enum hf_drop drop;

	/* MUST-3; before anything in it is believed. */
	if (!is_verified &&
	    !wire_sum_is_good(wire_sum(ip->payload, ip->payload_len) +
			      wire_sum_pseudo(&ip->src, &ip->dst,
					      WIRE_PROTOCOL_TCP,
					      ip->payload_len)))
		return HF_DROP_TCP_CHECKSUM;
	drop = wire_tcp_parse(&a.seg, ip->payload, ip->payload_len);
	if (drop != HF_ACCEPTED)
		return drop;
	if (addr_is_loopback(&ip->src) && link != HF_LINK_LOOPBACK)
		return HF_DROP_SOURCE;
	a.route = NULL;
	if (ip->options_len != 0) {
		drop = read_source_route(t, ip, &route);
		if (drop != HF_ACCEPTED)
			return drop;
		if (route.count != 0)
			a.route = &route;
	}
	a.ip = ip;
	a.link = link;
	a.len = a.len_sent = wire_tcp_len(&a.seg);
	return tcp_arrive(t, &a);
}

static enum hf_drop input_icmp_error(struct turn *t, const struct wire_ip *ip,
				     const struct wire_icmp *icmp)
{
	struct wire_icmp_quote quote;

	if (!wire_icmp_quote(&quote, icmp->body, icmp->body_len))
		return HF_DROP_TRUNCATED;
	if (quote.protocol != WIRE_PROTOCOL_TCP ||
	    addr_is_ipv4(&quote.src) != (ip->version == 4) ||
	    !addr_eq(&quote.src, &ip->dst))
		return HF_DROP_ICMP_UNMATCHED;
	return tcp_icmp_error(t, icmp, &quote);
}

static enum hf_drop input_icmp(struct turn *t, const struct wire_ip *ip,
			       bool is_verified, uint32_t link)
{
	struct wire_icmp icmp;
	enum hf_drop drop = wire_icmp_parse(&icmp, ip, is_verified);

	if (drop != HF_ACCEPTED)
		return drop;
	if (icmp.kind == ICMP_ECHO)
		return icmp_answer_echo(t, link, &icmp, ip);
	if (!wire_icmp_is_error(icmp.kind))
		return HF_DROP_ICMP_TYPE;
	return input_icmp_error(t, ip, &icmp);
}

/* The first octet of an ICMPv6 message on Ethernet; 0: it is none. */
static uint8_t link_message(const struct turn *t, const struct wire_ip *ip,
			    uint32_t link)
{
	if (ip->version != 6 || ip->protocol != WIRE_PROTOCOL_ICMPV6 ||
	    ip->payload_len == 0 || ip->is_fragment ||
	    ip_link_at(t, link)->kind != HF_LINK_ETHERNET)
		return 0;
	return ip->payload[0];
}

/* Some things may be said of what went to all nodes: RFC 4443 2.4, 4.2. */
static enum hf_drop is_for_us(const struct turn *t, const struct wire_ip *ip,
			      uint32_t link)
{
	enum hf_drop drop = ip_may_talk(t, ip, link);

	if (drop == HF_DROP_DESTINATION && addr_is_all_nodes(&ip->dst) &&
	    ip_link_at(t, link)->kind == HF_LINK_ETHERNET)
		return HF_ACCEPTED;
	return drop;
}

/* A header that asks for it is answered: RFC 1122 3.2.2.5, RFC 8200 4.2. */
static void report_problem(struct turn *t, const struct wire_ip *ip,
			   uint32_t link, const void *datagram)
{
	const struct wire_icmp problem = {
		.kind = ICMP_PARAMETER_PROBLEM,
		.code = ip->version == 6 ? ip->problem_code : 0,
		.value = ip->problem_offset,
	};

	if (ip->problem && is_for_us(t, ip, link) == HF_ACCEPTED)
		icmp_send_error(t, link, &problem, ip, datagram);
}

/* What a frame holds. */
struct datagram {
	const uint8_t *data;
	uint32_t len;
	bool is_verified; /* by the device: checksums above IP */
	bool is_to_all; /* its frame was for more than us */
	bool was_fragmented;
};

static enum hf_drop input_datagram(struct turn *t, uint32_t link,
				   const struct datagram *d);

static enum hf_drop input_fragment(struct turn *t, uint32_t link,
				   const struct wire_ip *ip,
				   const struct datagram *d)
{
	struct datagram whole = { .was_fragmented = true };
	enum hf_drop drop =
		fragment_arrived(t, link, ip, d->data, &whole.data, &whole.len);

	if (drop != HF_ACCEPTED || whole.data == NULL)
		return drop;
	return input_datagram(t, link, &whole);
}

/* All that TCP does not look at first, because it comes seldom. */
static enum hf_drop input_other(struct turn *t, const struct wire_ip *ip,
				uint32_t link, const struct datagram *d)
{
	bool is_icmp =
		ip->protocol ==
		(ip->version == 4 ? WIRE_PROTOCOL_ICMP : WIRE_PROTOCOL_ICMPV6);
	struct wire_source_route route;
	uint8_t type = link_message(t, ip, link);
	enum hf_drop drop;

	/* Heard whoever they are for: they are checked by their own rules. */
	if (wire_nd_is(type)) /* RFC 6980 5: never in fragments */
		return d->was_fragmented
			       ? HF_DROP_ND
			       : nd_arrived(t, link, ip, d->is_verified);
	if (type == WIRE_MLD_QUERY)
		return mld_arrived(t, link, ip, d->is_verified);
	drop = type == ECHO_REQUEST ? is_for_us(t, ip, link)
				    : ip_may_talk(t, ip, link);
	if (drop == HF_ACCEPTED && ip->options_len != 0)
		drop = read_source_route(t, ip, &route);
	if (drop != HF_ACCEPTED)
		return drop;
	if (ip->is_fragment)
		return input_fragment(t, link, ip, d);
	if (is_icmp)
		return input_icmp(t, ip, d->is_verified, link);
	if (ip->protocol != WIRE_PROTOCOL_UDP ||
	    wire_udp_is_good(ip, d->is_verified))
		icmp_refuse_protocol(t, link, ip, d->data);
	return HF_DROP_NOT_OURS;
}

static enum hf_drop input_datagram(struct turn *t, uint32_t link,
				   const struct datagram *d)
{
	struct wire_ip ip;
	enum hf_drop drop = wire_ip_parse(&ip, d->data, d->len);

	if (drop == HF_ACCEPTED && d->is_to_all && addr_is_unicast(&ip.dst))
		return HF_DROP_LINK_ADDRESS; /* RFC 1122 3.3.6 */
	if (drop != HF_ACCEPTED) {
		if (!d->is_to_all || addr_is_all_nodes(&ip.dst))
			report_problem(t, &ip, link, d->data);
		return drop;
	}
	if (ip.protocol == WIRE_PROTOCOL_TCP && !ip.is_fragment)
		return input_tcp(t, &ip, d->is_verified, link);
	return input_other(t, &ip, link, d);
}

/* What version a datagram is tells its first octet; the type must agree. */
static bool is_version(const struct wire_ethernet *e, unsigned version)
{
	return e->payload_len > 0 && e->payload[0] >> 4 == version;
}

static enum hf_drop input_ethernet(struct turn *t, uint32_t id,
				   const struct hf_frame *frame)
{
	const struct ip_link *link = ip_link_at(t, id);
	struct datagram d = { .is_verified = frame->info.csum != HF_CSUM_NONE };
	struct wire_ethernet e;
	enum hf_drop drop = wire_ethernet_parse(&e, frame->data, frame->len);

	if (drop != HF_ACCEPTED)
		return drop;
	if (e.vlan != link->vlan)
		return HF_DROP_VLAN;
	d.data = e.payload;
	d.len = e.payload_len;
	d.is_to_all = mac_is_multicast(&e.dst);
	if (!d.is_to_all && !mac_eq(&e.dst, &link->mac))
		return HF_DROP_LINK_ADDRESS;
	switch (e.type) {
	case WIRE_ETHERTYPE_ARP:
		return arp_arrived(t, id, e.payload, e.payload_len);
	case WIRE_ETHERTYPE_IPV4:
		return is_version(&e, 4) ? input_datagram(t, id, &d)
					 : HF_DROP_VERSION;
	case WIRE_ETHERTYPE_IPV6:
		return is_version(&e, 6) ? input_datagram(t, id, &d)
					 : HF_DROP_VERSION;
	default:
		return HF_DROP_LINK_TYPE;
	}
}

static enum hf_drop input_frame(struct turn *t, uint32_t link,
				const struct hf_frame *frame)
{
	const struct datagram d = {
		.data = frame->data,
		.len = frame->len,
		.is_verified = frame->info.csum != HF_CSUM_NONE,
	};

	if (ip_link_at(t, link)->kind == HF_LINK_ETHERNET)
		return input_ethernet(t, link, frame);
	return input_datagram(t, link, &d);
}

void hf_input(struct hf_host *host, uint32_t link,
	      const struct hf_frame *frames, size_t n, hf_time now,
	      struct hf_report *reports)
{
	struct turn t = turn_of(host, now, NULL);

	/* MUST-59: all of them; what is owed for it is hf_output()'s. */
	for (size_t i = 0; i < n; i++) {
		enum hf_drop drop;

		if (reports != NULL) {
			t.report = &reports[i];
			*t.report = (struct hf_report){ .deadline = HF_NEVER };
		}
		drop = link < host->ip.link_count
			       ? input_frame(&t, link, &frames[i])
			       : HF_DROP_DESTINATION;
		host->ip.drops[drop]++;
		if (reports != NULL)
			t.report->drop = (uint8_t)drop;
	}
}

uint64_t hf_drops(const struct hf_host *host, enum hf_drop drop)
{
	return (unsigned)drop < HF_DROPS ? host->ip.drops[drop] : 0;
}
