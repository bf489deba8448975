/* SPDX-License-Identifier: MIT */
/* ARP over ATM, in which each address has a length: RFC 2225 8.2. */
#include "trace_arp.h"

#define HEADER 12u
#define LEN_MASK 0x3fu /* the other bits tell what kind of number it is */

/* Where an address is. */
struct place {
	uint32_t at, len;
};

struct atm_arp {
	uint16_t protocol;
	struct place sender_number, sender_subaddress, sender;
	struct place target_number, target_subaddress, target;
};

static void place_after(struct place *place, const struct place *before,
			uint8_t len)
{
	place->at = before->at + before->len;
	place->len = len;
}

static struct atm_arp atm_arp_read(const struct reader *r)
{
	struct atm_arp a = { .protocol = read16(r, 2),
			     .sender_number = { HEADER,
						read8(r, 4) & LEN_MASK } };

	place_after(&a.sender_subaddress, &a.sender_number,
		    read8(r, 5) & LEN_MASK);
	place_after(&a.sender, &a.sender_subaddress, read8(r, 8));
	place_after(&a.target_number, &a.sender, read8(r, 9) & LEN_MASK);
	place_after(&a.target_subaddress, &a.target_number,
		    read8(r, 10) & LEN_MASK);
	place_after(&a.target, &a.target_subaddress, read8(r, 11));
	return a;
}

static void tell_address(const struct reader *r, const struct atm_arp *a,
			 const struct place *place)
{
	if (!arp_is_of_ip(a->protocol))
		text_add(r->text, "<wrong proto type>");
	else if (place->len != 4)
		text_add(r->text, "<wrong %cplen>",
			 place == &a->sender ? 's' : 't');
	else
		reader_tell_ipv4(r, place->at);
}

static void tell_number(const struct reader *r, const struct place *number,
			const struct place *subaddress)
{
	if (!number->len) {
		text_add(r->text, "<No address>");
		return;
	}
	reader_tell_octets(r, number->at, number->len);
	if (!subaddress->len)
		return;
	text_add(r->text, ",");
	reader_tell_octets(r, subaddress->at, subaddress->len);
}

static void tell_sender_number(const struct reader *r, const struct atm_arp *a)
{
	tell_number(r, &a->sender_number, &a->sender_subaddress);
}

static void tell_target_number(const struct reader *r, const struct atm_arp *a)
{
	tell_number(r, &a->target_number, &a->target_subaddress);
}

static void tell_request(const struct reader *r, const struct atm_arp *a)
{
	text_add(r->text, "who-has ");
	tell_address(r, a, &a->target);
	if (a->target_number.len) {
		text_add(r->text, " (");
		tell_target_number(r, a);
		text_add(r->text, ")");
	}
	text_add(r->text, " tell ");
	tell_address(r, a, &a->sender);
}

/* False: the operation is not known. */
static bool tell_operation(const struct reader *r, const struct atm_arp *a,
			   uint16_t operation)
{
	switch (operation) {
	case ARP_REQUEST:
		tell_request(r, a);
		return true;
	case ARP_REPLY:
		tell_address(r, a, &a->sender);
		text_add(r->text, " is-at ");
		tell_sender_number(r, a);
		return true;
	case ARP_INVERSE_REQUEST:
		text_add(r->text, "who-is ");
		tell_target_number(r, a);
		text_add(r->text, " tell ");
		tell_sender_number(r, a);
		return true;
	case ARP_INVERSE_REPLY:
		tell_sender_number(r, a);
		text_add(r->text, "at ");
		tell_address(r, a, &a->sender);
		return true;
	case ARP_NACK:
		text_add(r->text, "for ");
		tell_address(r, a, &a->sender);
		return true;
	default:
		return false;
	}
}

static bool is_usual(const struct atm_arp *a)
{
	return arp_is_of_ip(a->protocol) && a->sender.len == 4 &&
	       a->target.len == 4;
}

bool line_atm_arp(const struct reader *r, const struct hf_trace_style *style)
{
	struct atm_arp a;
	uint16_t operation;

	if (!reader_needs(r, 0, HEADER))
		return true;
	a = atm_arp_read(r);
	if (!reader_needs(r, 0, a.target.at + a.target.len))
		return true;
	operation = read16(r, 6);
	if (!style->link_header)
		text_add(r->text, "ARP, ");
	if (style->verbose || !is_usual(&a)) {
		text_add(r->text, "ATM, ");
		arp_tell_protocol(r, a.protocol);
		text_add(r->text, " (len %u/%u)", a.sender.len, a.target.len);
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
