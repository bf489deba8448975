/* SPDX-License-Identifier: MIT */
/* The peer on Ethernet: it answers for itself, for all, or for nobody. */
#include "fuzz_host.h"
#include "wire_arp.h"
#include "wire_nd.h"
#include <string.h>

/* ---- making ----------------------------------------------------------- */

static void add_other_family(struct fuzz *f)
{
	struct hf_addr ipv6 = { { 0xfd, [15] = 1 } };
	struct hf_addr other = f->is_ipv6 ? hf_ipv4(10, 0, 0, 1) : ipv6;

	FUZZ_CHECK(f, hf_address_add(f->host, f->link, other,
				     f->is_ipv6 ? 24 : 64, f->now) == HF_OK);
}

/* Two for IPv4, one for IPv6: none of them is there unless all are. */
static void add_gateways(struct fuzz *f)
{
	static const struct hf_addr any6;
	const struct hf_addr gateway6 = { { 0xfd, [15] = 0xfe } };
	const struct hf_addr any4 = hf_ipv4(0, 0, 0, 0);

	FUZZ_CHECK(f, hf_route_add(f->host, any4, 0, f->link,
				   hf_ipv4(10, 0, 0, 254)) == HF_OK);
	FUZZ_CHECK(f, hf_route_add(f->host, any4, 0, f->link,
				   hf_ipv4(10, 0, 0, 253)) == HF_OK);
	FUZZ_CHECK(f,
		   hf_route_add(f->host, any6, 0, f->link, gateway6) == HF_OK);
}

void fuzz_make_ethernet(struct fuzz *f, bool is_small, bool has_vlan)
{
	const struct hf_mac mac = { { 2, 0, 0, 0, 0, 1 } };
	struct hf_link link = {
		.mtu = FUZZ_MTU,
		.kind = HF_LINK_ETHERNET,
		.mac = mac,
		.vlan = has_vlan ? 5 : 0,
		.accept_routers = true,
	};

	f->is_ethernet = true;
	f->is_changing = true;
	f->mac = mac;
	f->peer_mac = mac;
	f->peer_mac.octet[5] = 2;
	f->vlan = link.vlan;
	f->config.routes = 16;
	f->config.source_routes = 2;
	f->config.addresses = 16;
	f->config.learned = is_small ? 3 : 16;
	if (is_small) {
		f->config.neighbours = 8;
		f->config.datagrams = 4;
		f->config.held = 16384;
	} else {
		f->block_size = FUZZ_BLOCK_LARGE;
	}
	fuzz_make(f, &link);
	add_other_family(f);
	add_gateways(f);
}

/* ---- frames to the host ----------------------------------------------- */

struct hf_mac fuzz_mac_of(const struct fuzz *f, const struct hf_addr *addr)
{
	struct hf_mac mac = { { 2, 0, 1, 0, addr->octet[14],
				addr->octet[15] } };

	return addr_eq(addr, &f->remote) ? f->peer_mac : mac;
}

void fuzz_ethernet_frame(struct fuzz *f, const struct wire_ethernet *e,
			 const void *payload, uint32_t len)
{
	uint8_t frame[FUZZ_FRAME + FUZZ_MTU];
	uint32_t header = wire_ethernet_emit(e, frame);

	if (len > sizeof frame - header)
		len = (uint32_t)sizeof frame - header;
	if (len > 0)
		memcpy(frame + header, payload, len);
	fuzz_raw_frame(f, frame, header + len);
}

/* ---- frames of the host's --------------------------------------------- */

static bool answers(const struct fuzz *f, const struct hf_addr *addr)
{
	if (f->answers == ANSWERS_ALL)
		return true;
	return f->answers == ANSWERS_ITSELF && addr_eq(addr, &f->remote);
}

static void read_arp(struct fuzz *f, const struct wire_ethernet *e)
{
	struct wire_ethernet back = { .dst = f->mac,
				      .type = WIRE_ETHERTYPE_ARP,
				      .vlan = f->vlan };
	struct wire_arp arp, answer = { .op = ARP_REPLY };
	uint8_t octets[WIRE_ARP_LEN];

	FUZZ_CHECK(f, wire_arp_parse(&arp, e->payload, e->payload_len) ==
			      HF_ACCEPTED);
	FUZZ_CHECK(f, mac_eq(&arp.sender_mac, &f->mac));
	/* A probe, which says no address, is never an answer. */
	FUZZ_CHECK(f, arp.op == ARP_REQUEST || arp.sender.octet[12] != 0);
	if (arp.op != ARP_REQUEST || arp.sender.octet[12] == 0 ||
	    addr_eq(&arp.sender, &arp.target) || !answers(f, &arp.target))
		return;
	answer.sender = arp.target;
	answer.target = arp.sender;
	answer.target_mac = f->mac;
	answer.sender_mac = back.src = fuzz_mac_of(f, &arp.target);
	fuzz_ethernet_frame(f, &back, octets, wire_arp_emit(&answer, octets));
}

static void answer_solicitation(struct fuzz *f, const struct wire_ip *ip,
				const struct wire_nd *nd)
{
	uint8_t octets[WIRE_IPV6_HEADER + WIRE_ND_LEN_MAX];
	struct wire_nd answer = { .type = ND_NEIGHBOUR_ADVERTISEMENT,
				  .target = nd->target,
				  .is_solicited = true,
				  .is_override = true,
				  .has_mac = true };
	struct wire_ethernet back = { .dst = f->mac,
				      .type = WIRE_ETHERTYPE_IPV6,
				      .vlan = f->vlan };
	struct wire_ip header = { .src = nd->target,
				  .dst = ip->src,
				  .protocol = WIRE_PROTOCOL_ICMPV6,
				  .ttl = WIRE_ND_HOP_LIMIT };
	uint32_t len;

	answer.mac = back.src = fuzz_mac_of(f, &nd->target);
	len = wire_nd_emit(&answer, &header.src, &header.dst,
			   octets + WIRE_IPV6_HEADER);
	len += wire_ip_emit(&header, len, octets);
	fuzz_ethernet_frame(f, &back, octets, len);
}

static bool is_nd(const struct wire_ip *ip)
{
	return ip->protocol == WIRE_PROTOCOL_ICMPV6 && !ip->is_fragment &&
	       ip->payload_len > 0 && wire_nd_is(ip->payload[0]);
}

static bool is_multicast(const struct hf_addr *a)
{
	return a->octet[0] == 0xff;
}

/* What is no neighbour discovery is read as it is on any other link. */
static void read_ip(struct fuzz *f, const struct wire_ethernet *e)
{
	static const struct hf_addr nobody;
	struct wire_ip ip;
	struct wire_nd nd;

	FUZZ_CHECK(f, wire_ip_parse(&ip, e->payload, e->payload_len) ==
			      HF_ACCEPTED);
	FUZZ_CHECK(f, ip.version == (e->type == WIRE_ETHERTYPE_IPV6 ? 6 : 4));
	if (!is_nd(&ip)) {
		FUZZ_CHECK(f,
			   mac_is_multicast(&e->dst) == is_multicast(&ip.dst));
		fuzz_read_datagram(f, e->payload, e->payload_len);
		return;
	}
	FUZZ_CHECK(f, ip.total_len == e->payload_len);
	FUZZ_CHECK(f, wire_nd_parse(&nd, &ip, false) == HF_ACCEPTED);
	FUZZ_CHECK(f, !nd.has_mac || mac_eq(&nd.mac, &f->mac));
	if (nd.type == ND_NEIGHBOUR_SOLICITATION &&
	    !addr_eq(&ip.src, &nobody) && answers(f, &nd.target))
		answer_solicitation(f, &ip, &nd);
}

void fuzz_read_ethernet(struct fuzz *f, const uint8_t *data, uint32_t len)
{
	struct wire_ethernet e;

	FUZZ_CHECK(f, wire_ethernet_parse(&e, data, len) == HF_ACCEPTED);
	FUZZ_CHECK(f, mac_eq(&e.src, &f->mac) && e.vlan == f->vlan);
	FUZZ_CHECK(f, !mac_is_zero(&e.dst) && !mac_eq(&e.dst, &f->mac));
	if (e.type == WIRE_ETHERTYPE_ARP) {
		read_arp(f, &e);
		return;
	}
	FUZZ_CHECK(f, e.type == WIRE_ETHERTYPE_IPV4 ||
			      e.type == WIRE_ETHERTYPE_IPV6);
	read_ip(f, &e);
}
