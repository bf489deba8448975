/* SPDX-License-Identifier: MIT */
/* The cooked captures of Linux, versions 1 and 2. */
#define _GNU_SOURCE
#include "bytes.h"
#include "trace_lines.h"

#include <net/if.h>

#define MAC 6u
#define SLL_HEADER 16u
#define SLL2_HEADER 20u
#define TAG 4u
#define LENGTH_MOST 1500u

/* Types that are no ethertypes. */
#define TYPE_802_3 1u
#define TYPE_802_2 4u

/* What both versions have, apart from where. */
struct cooked {
	uint32_t header; /* octets */
	uint32_t interface; /* version 2 */
	uint16_t type;
	uint16_t direction;
	unsigned address_len;
	const uint8_t *address;
};

static const char *direction_name(uint16_t direction)
{
	static const char *const names[] = { "In", "B", "M", "P", "Out" };

	return direction < 5 ? names[direction] : "?";
}

static const char *type_name(uint16_t type)
{
	return type <= LENGTH_MOST ? "Unknown" : ethertype_name(type);
}

/* " In 02:00:00:00:00:01 ethertype IPv4 (0x0800), length 60: " */
static void line_header(struct text *text, const struct cooked *c, uint32_t len)
{
	if (c->header == SLL_HEADER)
		text_add(text, "%3s ", direction_name(c->direction));
	else
		text_add(text, "ifindex %u ", c->interface);
	if (c->address_len == MAC) {
		text_mac(text, c->address);
		text_add(text, " ");
	}
	if (c->type == TYPE_802_3)
		text_add(text, "802.3");
	else if (c->type == TYPE_802_2)
		text_add(text, "802.2");
	else
		text_add(text, "ethertype %s (0x%04x)", type_name(c->type),
			 c->type);
	text_add(text, ", length %u: ", len);
}

/* False: cut short. */
static bool skip_tag(struct text *text, struct payload *p, uint16_t *type)
{
	if (p->have < TAG) {
		text_cut(text, "vlan");
		return false;
	}
	if (p->style->link_header)
		line_tag(text, get_be16(p->data));
	*type = get_be16(p->data + 2);
	text_add(text, "ethertype %s, ", type_name(*type));
	if (*type <= LENGTH_MOST)
		*type = TYPE_802_2;
	payload_skip(p, TAG);
	return true;
}

static void line_cooked(struct text *text, struct payload *p,
			const struct cooked *c)
{
	bool with_header = p->style->link_header;
	uint16_t type = c->type;

	if (with_header)
		line_header(text, c, p->len);
	payload_skip(p, c->header);
	while (type == 0x8100)
		if (!skip_tag(text, p, &type))
			return;
	if (type == TYPE_802_2) {
		line_llc(text, p, NULL);
		return;
	}
	if (type > LENGTH_MOST && line_ethertype(text, p, type))
		return;
	if (!with_header && type > LENGTH_MOST)
		line_header(text, c, p->len + c->header);
	text_dump(text, p->data, p->have);
}

void line_sll(struct text *text, struct payload *p)
{
	struct cooked c = { .header = SLL_HEADER };

	if (p->have < SLL_HEADER) {
		text_cut(text, "sll");
		return;
	}
	c.direction = get_be16(p->data);
	c.address_len = get_be16(p->data + 4);
	c.address = p->data + 6;
	c.type = get_be16(p->data + 14);
	line_cooked(text, p, &c);
}

/* As tcpdump does: by the interfaces of the machine that prints. */
static void line_interface(struct text *text, uint32_t interface)
{
	char name[IF_NAMESIZE];

	text_add(text, "%-5s ", if_indextoname(interface, name) ? name : "?");
}

void line_sll2(struct text *text, struct payload *p)
{
	struct cooked c = { .header = SLL2_HEADER };

	if (p->have < SLL2_HEADER) {
		text_cut(text, "sll2");
		return;
	}
	c.type = get_be16(p->data);
	c.interface = get_be32(p->data + 4);
	c.direction = p->data[10];
	c.address_len = p->data[11];
	c.address = p->data + 12;
	line_interface(text, c.interface);
	text_add(text, "%-3s ", direction_name(c.direction));
	line_cooked(text, p, &c);
}
