/* SPDX-License-Identifier: MIT */
/* ARP (RFC 826) and its relatives, but for those of ATM, in a line. */
#include "trace_arp.h"

#define HEADER 8u

enum hardware {
	FRAME_RELAY = 15,
	ATM = 19,
};

static const struct {
	uint16_t type;
	const char *name;
} hardware_names[] = {
	{ 1, "Ethernet" },    { 6, "TokenRing" }, { 7, "ArcNet" },
	{ 15, "FrameRelay" }, { 23, "Strip" },	  { 24, "IEEE 1394" },
	{ 32, "InfiniBand" },
};

/* An ARP of other than ATM, in its fields. */
struct arp {
	uint16_t hardware, protocol;
	uint8_t hardware_len, protocol_len;
	uint32_t sender_hardware, sender, target_hardware, target;
};

void arp_tell_protocol(const struct reader *r, uint16_t protocol)
{
	const char *name = ethertype_name(protocol);

	if (strcmp(name, "Unknown") == 0)
		text_add(r->text, "Unknown Protocol (0x%04x)", protocol);
	else
		text_add(r->text, "%s", name);
}

void arp_tell_operation(const struct reader *r, uint16_t operation)
{
	static const char *const names[] = {
		[ARP_REQUEST] = "Request",
		[ARP_REPLY] = "Reply",
		[ARP_REVERSE_REQUEST] = "Reverse Request",
		[ARP_REVERSE_REPLY] = "Reverse Reply",
		[ARP_INVERSE_REQUEST] = "Inverse Request",
		[ARP_INVERSE_REPLY] = "Inverse Reply",
		[ARP_NACK] = "NACK Reply",
	};

	if (operation < COUNT(names) && names[operation])
		text_add(r->text, "%s ", names[operation]);
	else
		text_add(r->text, "Unknown (%u) ", operation);
}

static void tell_hardware_type(const struct reader *r, uint16_t type)
{
	for (unsigned i = 0; i < COUNT(hardware_names); i++) {
		if (hardware_names[i].type == type) {
			text_add(r->text, "%s", hardware_names[i].name);
			return;
		}
	}
	text_add(r->text, "Unknown Hardware (%u)", type);
}

static struct arp arp_read(const struct reader *r)
{
	struct arp a = { .hardware = read16(r, 0),
			 .protocol = read16(r, 2),
			 .hardware_len = read8(r, 4),
			 .protocol_len = read8(r, 5) };

	a.sender_hardware = HEADER;
	a.sender = a.sender_hardware + a.hardware_len;
	a.target_hardware = a.sender + a.protocol_len;
	a.target = a.target_hardware + a.hardware_len;
	return a;
}

static void tell_address(const struct reader *r, const struct arp *a,
			 uint32_t at)
{
	if (!arp_is_of_ip(a->protocol))
		text_add(r->text, "<wrong proto type>");
	else if (a->protocol_len != 4)
		text_add(r->text, "<wrong len>");
	else
		reader_tell_ipv4(r, at);
}

/*
 * The number of a frame relay circuit (Q.922), in two to four octets, of which
 * the last has its lowest bit set.
 */
static void tell_circuit(const struct reader *r, const uint8_t *p, uint8_t len)
{
	unsigned number, last = 2;

	if (p[0] & 1)
		goto invalid;
	if (len < 2)
		goto truncated;
	number = (p[0] & 0xfcu) << 2 | p[1] >> 4;
	if (!(p[1] & 1)) {
		if (len < 3)
			goto truncated;
		if (!(p[2] & 1)) {
			if (len < 4)
				goto truncated;
			number = number << 7 | p[2] >> 1;
			last = 3;
		}
		if (!(p[last] & 1))
			goto invalid;
		number = number << 6 | p[last] >> 2;
	}
	text_add(r->text, "DLCI %u", number);
	return;
invalid:
	text_add(r->text, "<Invalid DLCI>");
	return;
truncated:
	text_add(r->text, "<Truncated>");
}

static void tell_hardware(const struct reader *r, const struct arp *a,
			  uint32_t at)
{
	if (!a->hardware_len)
		text_add(r->text, "<empty>");
	else if (a->hardware == FRAME_RELAY)
		tell_circuit(r, r->data + at, a->hardware_len);
	else
		reader_tell_octets(r, at, a->hardware_len);
}

static bool knows_target(const struct reader *r, const struct arp *a)
{
	for (unsigned i = 0; i < a->hardware_len; i++)
		if (r->data[a->target_hardware + i])
			return true;
	return false;
}

static void tell_request(const struct reader *r, const struct arp *a)
{
	text_add(r->text, "who-has ");
	tell_address(r, a, a->target);
	if (knows_target(r, a)) {
		text_add(r->text, " (");
		tell_hardware(r, a, a->target_hardware);
		text_add(r->text, ")");
	}
	text_add(r->text, " tell ");
	tell_address(r, a, a->sender);
}

/* RFC 903, RFC 2390 */
static void tell_inverse_request(const struct reader *r, const struct arp *a)
{
	text_add(r->text, "who-is ");
	tell_hardware(r, a, a->target_hardware);
	text_add(r->text, " tell ");
	tell_hardware(r, a, a->sender_hardware);
}

/* False: the operation is not known. */
static bool tell_operation(const struct reader *r, const struct arp *a,
			   uint16_t operation)
{
	switch (operation) {
	case ARP_REQUEST:
		tell_request(r, a);
		return true;
	case ARP_REPLY:
		tell_address(r, a, a->sender);
		text_add(r->text, " is-at ");
		tell_hardware(r, a, a->sender_hardware);
		return true;
	case ARP_REVERSE_REQUEST:
	case ARP_INVERSE_REQUEST:
		tell_inverse_request(r, a);
		return true;
	case ARP_REVERSE_REPLY:
		tell_hardware(r, a, a->target_hardware);
		text_add(r->text, " at ");
		tell_address(r, a, a->target);
		return true;
	case ARP_INVERSE_REPLY:
		tell_hardware(r, a, a->sender_hardware);
		text_add(r->text, " at ");
		tell_address(r, a, a->sender);
		return true;
	default:
		return false;
	}
}

static bool is_usual(const struct arp *a)
{
	return arp_is_of_ip(a->protocol) && a->protocol_len == 4 &&
	       a->hardware_len;
}

static void tell_types(const struct reader *r, const struct arp *a)
{
	tell_hardware_type(r, a->hardware);
	text_add(r->text, " (len %u), ", a->hardware_len);
	arp_tell_protocol(r, a->protocol);
	text_add(r->text, " (len %u)", a->protocol_len);
}

/* False: it has been shown as it is. */
static bool tell_arp(const struct reader *r, const struct hf_trace_style *style)
{
	struct arp a = arp_read(r);
	uint16_t operation;

	if (!reader_needs(r, 0, a.target + a.protocol_len))
		return true;
	operation = read16(r, 6);
	if (!style->link_header)
		text_add(r->text, "ARP, ");
	if (style->verbose || !is_usual(&a)) {
		tell_types(r, &a);
		if (!style->verbose)
			return true;
		text_add(r->text, ", ");
	}
	arp_tell_operation(r, operation);
	if (tell_operation(r, &a, operation))
		return true;
	text_dump(r->text, r->data, r->have);
	return false;
}

void line_arp(struct text *text, const struct hf_trace_style *style,
	      const uint8_t *data, uint32_t len, uint32_t have)
{
	struct reader r = { text, data, have, "arp" };
	bool is_told;

	if (reader_needs(&r, 0, HEADER) && read16(&r, 0) == ATM)
		is_told = line_atm_arp(&r, style);
	else
		is_told = tell_arp(&r, style);
	if (is_told)
		text_add(text, ", length %u", len);
}
