/* SPDX-License-Identifier: MIT */
#include "packet.h"
#include <string.h>

void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

bool addr_is_v4(const struct hf_addr *a)
{
	for (int i = 0; i < 10; i++)
		if (a->octet[i] != 0)
			return false;
	return a->octet[10] == 0xff && a->octet[11] == 0xff;
}

/* ---- checksums: RFC 1071, octet by octet ------------------------------ */

static uint32_t sum_octets(uint32_t sum, const uint8_t *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static uint32_t sum_transport(uint8_t version, const uint8_t *ip, uint8_t proto,
			      const uint8_t *p, uint32_t len)
{
	uint8_t tail[8] = { 0 };
	uint32_t sum = 0;

	if (version == 4)
		sum = sum_octets(sum, ip + 12, 8);
	else
		sum = sum_octets(sum, ip + 8, 32);
	put32(tail, len);
	tail[7] = proto;
	sum = sum_octets(sum, tail, 8);
	return sum_octets(sum, p, len);
}

/* ---- taking apart ----------------------------------------------------- */

static void read_v4(struct hf_addr *a, const uint8_t *p)
{
	*a = hf_ipv4(p[0], p[1], p[2], p[3]);
}

/* One option at `o`, `len` octets of which one is its own; or a complaint. */
static const char *read_option(struct packet *p, const uint8_t *o, uint32_t len)
{
	struct packet_options *opt = &p->opt;

	switch (o[0]) {
	case 2:
		opt->has_mss = true;
		opt->mss = get16(o + 2);
		return len == 4 ? NULL : "MSS option of a wrong length";
	case 3:
		opt->has_scale = true;
		opt->scale = o[2];
		return len == 3 ? NULL : "window scale of a wrong length";
	case 4:
		opt->has_sackok = true;
		return len == 2 ? NULL : "SACK permitted of a wrong length";
	case 5:
		if (len < 10 || len > 34 || (len - 2) % 8 != 0)
			return "SACK option of a wrong length";
		opt->sacks = (len - 2) / 8;
		for (uint32_t i = 0; i < opt->sacks; i++) {
			opt->sack[i].left = get32(o + 2 + 8 * i);
			opt->sack[i].right = get32(o + 6 + 8 * i);
		}
		return NULL;
	case 8:
		opt->has_ts = true;
		opt->ts_val = get32(o + 2);
		opt->ts_ecr = get32(o + 6);
		return len == 10 ? NULL : "timestamps of a wrong length";
	default:
		return "an option that nobody asked for";
	}
}

static const char *read_options(struct packet *p, const uint8_t *o)
{
	uint32_t i = 0;

	while (i < p->opt_len) {
		const char *wrong;

		if (o[i] == 1) {
			i++;
			continue;
		}
		if (o[i] == 0)
			break;
		if (i + 1 >= p->opt_len || o[i + 1] < 2 ||
		    i + o[i + 1] > p->opt_len)
			return "an option past the end of the header (MUST-68)";
		wrong = read_option(p, o + i, o[i + 1]);
		if (wrong)
			return wrong;
		i += o[i + 1];
	}
	for (; i < p->opt_len; i++)
		if (o[i] != 0)
			return "padding that is not zero (MUST-69)";
	return NULL;
}

static const char *read_tcp(struct packet *p, const uint8_t *t, uint32_t len)
{
	uint32_t header;

	if (len < 20)
		return "TCP header is short";
	header = (uint32_t)(t[12] >> 4) * 4;
	if (header < 20 || header > len)
		return "TCP data offset lies";
	if (t[12] & 0x0f)
		return "reserved bits are set";
	p->sport = get16(t);
	p->dport = get16(t + 2);
	p->seq = get32(t + 4);
	p->ack = get32(t + 8);
	p->flags = t[13];
	p->wnd = get16(t + 14);
	p->urg = get16(t + 18);
	p->opt_len = header - 20;
	p->text = t + header;
	p->text_len = len - header;
	return read_options(p, t + 20);
}

static const char *read_icmp(struct packet *p, const uint8_t *t, uint32_t len)
{
	if (len < 8)
		return "ICMP header is short";
	p->icmp_type = t[0];
	p->icmp_code = t[1];
	p->icmp_value = get32(t + 4);
	p->text = t + 8;
	p->text_len = len - 8;
	return NULL;
}

static const char *read_transport(struct packet *p, const uint8_t *t,
				  uint32_t len)
{
	uint32_t sum;

	if (p->proto == PROTO_ICMP)
		sum = sum_octets(0, t, len);
	else
		sum = sum_transport(p->version, p->data, p->proto, t, len);
	if (sum != 0xffff)
		return "transport checksum is wrong (MUST-2)";
	if (p->proto == PROTO_TCP)
		return read_tcp(p, t, len);
	if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMP6)
		return read_icmp(p, t, len);
	return "protocol is neither TCP nor ICMP";
}

static const char *parse_v4(struct packet *p)
{
	const uint8_t *d = p->data;

	if (p->len < 20 || d[0] != 0x45)
		return "IPv4 header is not 20 octets";
	if (get16(d + 2) != p->len)
		return "IPv4 total length is not the frame's";
	if (sum_octets(0, d, 20) != 0xffff)
		return "IPv4 header checksum is wrong";
	if (get16(d + 6) & 0xbfff)
		return "a fragment, or the reserved flag";
	p->tos = d[1];
	p->ttl = d[8];
	p->proto = d[9];
	read_v4(&p->src, d + 12);
	read_v4(&p->dst, d + 16);
	return read_transport(p, d + 20, p->len - 20);
}

static const char *parse_v6(struct packet *p)
{
	const uint8_t *d = p->data;

	if (p->len < 40)
		return "IPv6 header is short";
	if (get16(d + 4) + 40u != p->len)
		return "IPv6 payload length is not the frame's";
	p->tos = (uint8_t)(get16(d) >> 4);
	p->proto = d[6];
	p->ttl = d[7];
	memcpy(p->src.octet, d + 8, 16);
	memcpy(p->dst.octet, d + 24, 16);
	return read_transport(p, d + 40, p->len - 40);
}

const char *packet_parse(struct packet *p)
{
	memset(&p->opt, 0, sizeof p->opt);
	p->version = p->data[0] >> 4;
	if (p->version == 4)
		return parse_v4(p);
	if (p->version == 6)
		return parse_v6(p);
	return "IP version is neither 4 nor 6";
}

/* ---- putting together ------------------------------------------------- */

void packet_seal(uint8_t *data, uint32_t len)
{
	bool is_v4 = data[0] >> 4 == 4;
	uint32_t header = is_v4 ? (data[0] & 15u) * 4u : 40u;
	uint8_t proto = is_v4 ? data[9] : data[6];
	uint8_t *t = data + header;
	uint32_t at = proto == PROTO_TCP ? 16 : 2;

	if (is_v4) {
		put16(data + 10, 0);
		put16(data + 10, ~sum_octets(0, data, header));
	}
	if (len < header + at + 2)
		return;
	len -= header;
	put16(t + at, 0);
	if (proto == PROTO_ICMP)
		put16(t + at, ~sum_octets(0, t, len));
	else
		put16(t + at,
		      ~sum_transport(is_v4 ? 4 : 6, data, proto, t, len));
}

static uint32_t write_v4(uint8_t *to, const struct hf_addr *src,
			 const struct hf_addr *dst, uint8_t proto, uint32_t len)
{
	static uint16_t id;

	memset(to, 0, 20);
	to[0] = 0x45;
	put16(to + 2, len + 20);
	put16(to + 4, ++id);
	to[6] = 0x40;
	to[8] = 64;
	to[9] = proto;
	memcpy(to + 12, src->octet + 12, 4);
	memcpy(to + 16, dst->octet + 12, 4);
	return 20;
}

static uint32_t write_v6(uint8_t *to, const struct hf_addr *src,
			 const struct hf_addr *dst, uint8_t proto, uint32_t len)
{
	memset(to, 0, 40);
	to[0] = 0x60;
	put16(to + 4, len);
	to[6] = proto;
	to[7] = 64;
	memcpy(to + 8, src->octet, 16);
	memcpy(to + 24, dst->octet, 16);
	return 40;
}

uint32_t packet_ip(uint8_t *to, const struct hf_addr *src,
		   const struct hf_addr *dst, uint8_t proto,
		   const uint8_t *payload, uint32_t len)
{
	uint32_t header;

	if (addr_is_v4(src))
		header = write_v4(to, src, dst, proto, len);
	else
		header = write_v6(to, src, dst, proto, len);
	memmove(to + header, payload, len);
	packet_seal(to, header + len);
	return header + len;
}

uint32_t packet_tcp(uint8_t *to, const struct packet_segment *s)
{
	uint8_t t[PACKET_MAX] = { 0 };
	uint32_t header = 20 + (s->opt_len + 3) / 4 * 4, len;

	put16(t, s->sport);
	put16(t + 2, s->dport);
	put32(t + 4, s->seq);
	put32(t + 8, s->ack);
	t[12] = (uint8_t)(header / 4 << 4);
	t[13] = s->flags;
	put16(t + 14, s->wnd);
	put16(t + 18, s->urg);
	memcpy(t + 20, s->opt, s->opt_len);
	if (s->text_len)
		memcpy(t + header, s->text, s->text_len);
	len = packet_ip(to, &s->src, &s->dst, PROTO_TCP, t,
			header + s->text_len);
	if (s->tos == 0)
		return len;
	put16(to, get16(to) | (uint32_t)s->tos << (to[0] >> 4 == 4 ? 0 : 4));
	packet_seal(to, len);
	return len;
}
