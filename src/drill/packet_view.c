/* SPDX-License-Identifier: MIT */
/* What came out, from octets to a plain struct. Checksums are looked at. */
#include "packets.h"

#include "bytes.h"
#include "checksum.h"

#include <netinet/in.h>

#define ICMP_HEADER 8u

/* What follows the IP header. */
struct rest {
	const uint8_t *data;
	uint32_t len;
};

static const char *read_ipv4(struct drill_view *view, const uint8_t *data,
			     uint32_t len, struct rest *rest)
{
	uint32_t header = (data[0] & 0xfu) * 4;
	uint16_t fragment;

	if (len < 20 || header < 20 || header > len ||
	    get_be16(data + 2) != len)
		return "bad IPv4 length";
	if (!wire_sum_is_good(wire_sum(data, header)))
		return "bad IPv4 checksum";
	fragment = get_be16(data + 6);
	view->tos = data[1];
	view->id = get_be16(data + 4);
	view->df = fragment & 0x4000;
	view->is_fragment = fragment & 0x3fff;
	view->ttl = data[8];
	view->protocol = data[9];
	view->source = hf_ipv4(data[12], data[13], data[14], data[15]);
	view->destination = hf_ipv4(data[16], data[17], data[18], data[19]);
	rest->data = data + header;
	rest->len = len - header;
	return NULL;
}

static const char *read_ipv6(struct drill_view *view, const uint8_t *data,
			     uint32_t len, struct rest *rest)
{
	if (len < 40 || get_be16(data + 4) != len - 40)
		return "bad IPv6 length";
	view->tos = (uint8_t)(get_be16(data) >> 4);
	view->flow_label = get_be32(data) & 0xfffff;
	view->protocol = data[6];
	view->ttl = data[7];
	view->df = true;
	memcpy(&view->source, data + 8, 16);
	memcpy(&view->destination, data + 24, 16);
	rest->data = data + 40;
	rest->len = len - 40;
	return NULL;
}

static bool sum_is_good(const struct drill_view *view, const struct rest *rest)
{
	uint64_t sum = wire_sum(rest->data, rest->len);

	if (view->protocol != IPPROTO_ICMP)
		sum += wire_sum_pseudo(&view->source, &view->destination,
				       view->protocol, rest->len);
	return wire_sum_is_good(sum);
}

static const char *read_tcp(struct drill_view *view, const struct rest *rest)
{
	const uint8_t *data = rest->data;
	uint32_t header = rest->len < 20 ? 0 : (data[12] >> 4) * 4u;

	if (header < 20 || header > rest->len)
		return "bad TCP header length";
	view->source_port = get_be16(data);
	view->destination_port = get_be16(data + 2);
	view->seq = get_be32(data + 4);
	view->ack = get_be32(data + 8);
	view->flags = get_be16(data + 12) & 0xfff;
	view->win = get_be16(data + 14);
	view->urg = get_be16(data + 18);
	view->option = data + 20;
	view->options = header - 20;
	view->text = data + header;
	view->len = rest->len - header;
	return sum_is_good(view, rest) ? NULL : "bad TCP checksum";
}

static const char *read_udp(struct drill_view *view, const struct rest *rest)
{
	if (rest->len < 8)
		return "bad UDP length";
	view->source_port = get_be16(rest->data);
	view->destination_port = get_be16(rest->data + 2);
	view->text = rest->data + 8;
	view->len = rest->len - 8;
	return NULL;
}

static const char *read_icmp(struct drill_view *view, const struct rest *rest)
{
	if (rest->len < ICMP_HEADER)
		return "bad ICMP length";
	view->type = rest->data[0];
	view->code = rest->data[1];
	view->value = get_be32(rest->data + 4);
	view->text = rest->data + ICMP_HEADER;
	view->len = rest->len - ICMP_HEADER;
	return sum_is_good(view, rest) ? NULL : "bad ICMP checksum";
}

const char *drill_view_read(struct drill_view *view, const uint8_t *data,
			    uint32_t len)
{
	struct rest rest = { NULL, 0 };
	const char *wrong;

	memset(view, 0, sizeof *view);
	view->version = len ? data[0] >> 4 : 0;
	if (view->version == 4)
		wrong = read_ipv4(view, data, len, &rest);
	else if (view->version == 6)
		wrong = read_ipv6(view, data, len, &rest);
	else
		wrong = "neither IPv4 nor IPv6";
	if (wrong || view->is_fragment)
		return wrong;
	if (view->protocol == IPPROTO_TCP)
		return read_tcp(view, &rest);
	if (view->protocol == IPPROTO_UDP)
		return read_udp(view, &rest);
	if (view->protocol == IPPROTO_ICMP || view->protocol == IPPROTO_ICMPV6)
		return read_icmp(view, &rest);
	return NULL;
}

bool drill_view_is_pure_ack(const struct drill_view *view)
{
	return view->protocol == IPPROTO_TCP && view->len == 0 &&
	       (view->flags & ~(DRILL_ECE | DRILL_CWR | DRILL_AE)) == DRILL_ACK;
}

bool drill_packet_is_pure_ack(const struct drill_packet *packet)
{
	uint16_t flags = packet->tcp.flags;

	return packet->protocol == DRILL_TCP && packet->tcp.len == 0 &&
	       (flags & ~(DRILL_ECE | DRILL_CWR | DRILL_AE)) == DRILL_ACK;
}
