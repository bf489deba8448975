/* SPDX-License-Identifier: MIT */
#include "wire_arp.h"

#define HARDWARE_ETHERNET 1u
#define HARDWARE_IEEE_802 6u /* RFC 1042: the same addresses */

#define MAC_LEN 6u
#define IPV4_LEN 4u

/* Where the fields are: RFC 826, with the lengths above. */
enum {
	AT_HARDWARE = 0,
	AT_PROTOCOL = 2,
	AT_LENGTHS = 4,
	AT_OPERATION = 6,
	AT_SENDER_MAC = 8,
	AT_SENDER = 14,
	AT_TARGET_MAC = 18,
	AT_TARGET = 24,
};

static bool is_ipv4_over_ethernet(const uint8_t *p)
{
	uint16_t hardware = get_be16(p + AT_HARDWARE);

	return (hardware == HARDWARE_ETHERNET ||
		hardware == HARDWARE_IEEE_802) &&
	       get_be16(p + AT_PROTOCOL) == WIRE_ETHERTYPE_IPV4 &&
	       p[AT_LENGTHS] == MAC_LEN && p[AT_LENGTHS + 1] == IPV4_LEN;
}

static struct hf_addr read_ipv4(const uint8_t *p)
{
	return hf_ipv4(p[0], p[1], p[2], p[3]);
}

enum hf_drop wire_arp_parse(struct wire_arp *arp, const uint8_t *data,
			    uint32_t len)
{
	*arp = (struct wire_arp){ 0 };
	if (len < WIRE_ARP_LEN)
		return HF_DROP_TRUNCATED;
	if (!is_ipv4_over_ethernet(data))
		return HF_DROP_ARP;
	arp->op = get_be16(data + AT_OPERATION);
	memcpy(&arp->sender_mac, data + AT_SENDER_MAC, MAC_LEN);
	memcpy(&arp->target_mac, data + AT_TARGET_MAC, MAC_LEN);
	arp->sender = read_ipv4(data + AT_SENDER);
	arp->target = read_ipv4(data + AT_TARGET);
	if (arp->op != ARP_REQUEST && arp->op != ARP_REPLY)
		return HF_DROP_ARP;
	/* Frames to such an address would not reach one neighbour. */
	if (mac_is_multicast(&arp->sender_mac) || mac_is_zero(&arp->sender_mac))
		return HF_DROP_ARP;
	return HF_ACCEPTED;
}

uint32_t wire_arp_emit(const struct wire_arp *arp, uint8_t *to)
{
	put_be16(to + AT_HARDWARE, HARDWARE_ETHERNET);
	put_be16(to + AT_PROTOCOL, WIRE_ETHERTYPE_IPV4);
	to[AT_LENGTHS] = MAC_LEN;
	to[AT_LENGTHS + 1] = IPV4_LEN;
	put_be16(to + AT_OPERATION, arp->op);
	memcpy(to + AT_SENDER_MAC, &arp->sender_mac, MAC_LEN);
	memcpy(to + AT_SENDER, arp->sender.octet + 12, IPV4_LEN);
	memcpy(to + AT_TARGET_MAC, &arp->target_mac, MAC_LEN);
	memcpy(to + AT_TARGET, arp->target.octet + 12, IPV4_LEN);
	return WIRE_ARP_LEN;
}
