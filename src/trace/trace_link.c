/* SPDX-License-Identifier: MIT */
/* Ethernet, with VLAN tags, and BSD loopback. */
#include "bytes.h"
#include "trace_lines.h"

#define MAC 6u
#define ETHERNET_HEADER 14u
#define TAG 4u
#define FAMILY 4u
#define JUMBO_LLC 0x8870u
#define LENGTH_MOST 1500u /* above it, an ethertype */

void text_mac(struct text *text, const uint8_t *mac)
{
	for (unsigned i = 0; i < MAC; i++)
		text_add(text, "%s%02x", i ? ":" : "", mac[i]);
}

void line_macs(struct text *text, const uint8_t *header)
{
	text_mac(text, header + MAC);
	text_add(text, " > ");
	text_mac(text, header);
}

static bool is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 ||
	       type == 0x9200;
}

void line_tag(struct text *text, uint16_t tag)
{
	text_add(text, "vlan %u, p %u%s, ", tag & 0xfffu, tag >> 13,
		 tag & 0x1000 ? ", DEI" : "");
}

static void line_type(struct text *text, uint16_t type)
{
	text_add(text, "ethertype %s (0x%04x)", ethertype_name(type), type);
}

/* Goes past VLAN tags to the type after them; false: cut short. */
static bool skip_tags(struct text *text, struct payload *p, uint16_t *type,
		      bool *told)
{
	while (is_tag(*type)) {
		if (p->have < TAG || p->len < TAG) {
			text_cut(text, "vlan");
			return false;
		}
		if (p->style->link_header) {
			line_type(text, *type);
			text_add(text, ", ");
			if (!*told)
				text_add(text, "length %u: ",
					 p->len + ETHERNET_HEADER);
			*told = true;
			line_tag(text, get_be16(p->data));
		}
		*type = get_be16(p->data + 2);
		payload_skip(p, TAG);
	}
	return true;
}

static void line_802_3(struct text *text, struct payload *p,
		       const uint8_t *header, uint16_t len, bool told)
{
	p->len = least(p->len, len);
	if (p->style->link_header) {
		text_add(text, "802.3");
		if (!told)
			text_add(text, ", length %u: ", p->len);
	}
	p->have = least(p->have, p->len);
	line_llc(text, p, header);
}

void line_ethernet(struct text *text, struct payload *p)
{
	const uint8_t *header = p->data;
	uint32_t whole = p->len;
	bool told = false;
	uint16_t type;

	if (p->have < ETHERNET_HEADER) {
		text_cut(text, "ether");
		return;
	}
	if (p->style->link_header) {
		line_macs(text, header);
		text_add(text, ", ");
	}
	type = get_be16(header + 2 * MAC);
	payload_skip(p, ETHERNET_HEADER);
	if (!skip_tags(text, p, &type, &told))
		return;
	if (type <= LENGTH_MOST) {
		line_802_3(text, p, header, type, told);
		return;
	}
	if (type == JUMBO_LLC) {
		line_llc(text, p, header);
		return;
	}
	if (p->style->link_header) {
		line_type(text, type);
		text_add(text, told ? ", " : ", length %u: ", whole);
	}
	if (line_ethertype(text, p, type))
		return;
	if (!p->style->link_header) {
		line_macs(text, header);
		text_add(text, ", ");
		line_type(text, type);
		text_add(text, ", length %u: ", whole);
	}
	text_dump(text, p->data, p->have);
}

static const struct {
	uint32_t family;
	const char *name;
} families[] = {
	{ 2, "IPv4" }, { 6, "NS" },    { 7, "ISO" },   { 16, "Appletalk" },
	{ 23, "IPX" }, { 24, "IPv6" }, { 28, "IPv6" }, { 30, "IPv6" },
};

static void line_family(struct text *text, uint32_t family, uint32_t len)
{
	const char *name = "Unknown";

	for (unsigned i = 0; i < sizeof families / sizeof families[0]; i++)
		if (families[i].family == family)
			name = families[i].name;
	text_add(text, "AF %s (%u), length %u: ", name, family, len);
}

/* In the byte order of who wrote it, a family is a small number. */
static uint32_t read_family(const uint8_t *data)
{
	if (data[2] || data[3])
		return get_be32(data);
	return data[0] | (uint32_t)data[1] << 8;
}

void line_null(struct text *text, struct payload *p)
{
	uint32_t family, whole = p->len;
	bool with_header = p->style->link_header;

	if (p->have < FAMILY) {
		text_cut(text, "null");
		return;
	}
	family = read_family(p->data);
	if (with_header)
		line_family(text, family, whole);
	payload_skip(p, FAMILY);
	if (family == 2) {
		line_ipv4(text, p);
		return;
	}
	if (family == 24 || family == 28 || family == 30) {
		line_ipv6(text, p);
		return;
	}
	if (!with_header)
		line_family(text, family, whole);
	text_dump(text, p->data, p->have);
}
