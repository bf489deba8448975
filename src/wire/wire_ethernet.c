/* SPDX-License-Identifier: MIT */
#include "wire_ethernet.h"

/* Below it the field is a length: IEEE 802.3 3.2.6. */
#define ETHERTYPE_MIN 0x0600u
#define LENGTH_MAX 1500u
#define VLAN_ID 0x0fffu
#define PRIORITY_SHIFT 13

#define SNAP_HEADER 8u

static const struct hf_mac broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff,
					   0xff } };

bool mac_is_zero(const struct hf_mac *a)
{
	static const struct hf_mac zero;

	return mac_eq(a, &zero);
}

struct hf_mac mac_of_multicast(const struct hf_addr *addr)
{
	const uint8_t *a = addr->octet;

	/* RFC 2464 7: the last four octets. */
	if (!addr_is_ipv4(addr))
		return (struct hf_mac){ { 0x33, 0x33, a[12], a[13], a[14],
					  a[15] } };
	/* RFC 1112 6.4: the last 23 bits. */
	if (a[12] >> 4 == 0xe)
		return (struct hf_mac){ { 0x01, 0x00, 0x5e, a[13] & 0x7f, a[14],
					  a[15] } };
	return broadcast;
}

/*
 * The payload behind a length; what the length leaves over is padding. RFC
 * 1122 2.3.3: a host SHOULD understand RFC 1042 among RFC 894.
 */
static enum hf_drop parse_snap(struct wire_ethernet *e, uint32_t len)
{
	/* Both SAPs 170, unnumbered information, organization 0: RFC 1042. */
	static const uint8_t snap[] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };

	if (len > LENGTH_MAX)
		return HF_DROP_LINK_TYPE;
	if (len > e->payload_len)
		return HF_DROP_TRUNCATED;
	if (len < SNAP_HEADER || memcmp(e->payload, snap, sizeof snap) != 0)
		return HF_DROP_LINK_TYPE;
	e->type = get_be16(e->payload + sizeof snap);
	e->payload += SNAP_HEADER;
	e->payload_len = len - SNAP_HEADER;
	return HF_ACCEPTED;
}

enum hf_drop wire_ethernet_parse(struct wire_ethernet *e, const void *data,
				 uint32_t len)
{
	const uint8_t *p = data;
	uint32_t header = WIRE_ETHERNET_HEADER;

	*e = (struct wire_ethernet){ 0 };
	if (len < header)
		return HF_DROP_TRUNCATED;
	memcpy(&e->dst, p, sizeof e->dst);
	memcpy(&e->src, p + 6, sizeof e->src);
	e->type = get_be16(p + 12);
	if (e->type == WIRE_ETHERTYPE_VLAN) {
		header += WIRE_VLAN_TAG;
		if (len < header)
			return HF_DROP_TRUNCATED;
		e->vlan = get_be16(p + 14) & VLAN_ID;
		e->priority = p[14] >> 5;
		e->type = get_be16(p + 16);
		if (e->type == WIRE_ETHERTYPE_VLAN)
			return HF_DROP_VLAN;
	}
	e->payload = p + header;
	e->payload_len = len - header;
	return e->type < ETHERTYPE_MIN ? parse_snap(e, e->type) : HF_ACCEPTED;
}

uint32_t wire_ethernet_emit(const struct wire_ethernet *e, uint8_t *to)
{
	uint32_t header = wire_ethernet_len(e);

	assert(e->vlan <= VLAN_ID && e->priority < 8);
	memcpy(to, &e->dst, sizeof e->dst);
	memcpy(to + 6, &e->src, sizeof e->src);
	if (e->vlan != 0) {
		put_be16(to + 12, WIRE_ETHERTYPE_VLAN);
		put_be16(to + 14,
			 (uint16_t)((uint32_t)e->priority << PRIORITY_SHIFT |
				    e->vlan));
	}
	put_be16(to + header - 2, e->type);
	return header;
}
