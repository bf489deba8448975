/* SPDX-License-Identifier: MIT */
/* Queries for node information: RFC 4620. */
#include "trace_icmp.h"

#define HEADER 16u
#define OLD_QUERY_LEN 12u /* "who are you", as it was before the RFC */

/* RFC 4620 5, by the code of a query. */
enum subject {
	SUBJECT_IPV6 = 0,
	SUBJECT_NAME = 1,
	SUBJECT_IPV4 = 2,
};

/* RFC 4620 4, by the code of a reply. */
enum outcome {
	SUCCESS = 0,
	REFUSED = 1,
	UNKNOWN_QTYPE = 2,
};

enum qtype {
	NOOP = 0,
	SUPPORTED_QTYPES = 1,
	NODE_NAME = 2,
	NODE_ADDRESSES = 3,
};

static const char *qtype_name(uint16_t qtype)
{
	static const char *const names[] = { "noop", "supported qtypes",
					     "DNS name", "node addresses" };

	return qtype < COUNT(names) ? names[qtype] : "unknown";
}

static void tell_qtype_flags(const struct reader *r)
{
	uint16_t flags = read16(r, 6);

	if (flags)
		text_add(r->text, " [%s]", flags & 1 ? "C" : "");
}

/* RFC 4620 6.4 */
static void tell_address_flags(const struct reader *r, bool is_reply)
{
	uint16_t flags = read16(r, 6);

	if (!flags)
		return;
	text_add(r->text, " [%s%s%s%s%s%s%s]", flags & 0x40 ? "a" : "",
		 flags & 0x20 ? "G" : "", flags & 0x10 ? "S" : "",
		 flags & 0x08 ? "L" : "", flags & 0x04 ? "C" : "",
		 flags & 0x02 ? "A" : "", is_reply && flags & 1 ? "T" : "");
}

static void tell_characters(const struct reader *r, uint32_t *at, uint8_t count)
{
	for (; count; count--, (*at)++)
		reader_tell_character(r, r->data[*at]);
}

/* What follows the octet 0 that ends a name at the end of the message. */
static void tell_name_end(const struct reader *r, uint32_t at)
{
	if (at == r->have)
		text_add(r->text, "."); /* all of the name is told */
	else if (at + 1 != r->have || r->data[at])
		text_add(r->text, "???");
}

/* Labels up to the end of the message; they are not compressed. */
static void tell_labels(const struct reader *r, uint32_t at)
{
	uint8_t len;

	while (at < r->have) {
		len = r->data[at++];
		if (!len) {
			tell_name_end(r, at);
			return;
		}
		if (len > r->have - at) {
			text_add(r->text, "???");
			return;
		}
		tell_characters(r, &at, len);
		if (at + 1 < r->have && r->data[at])
			text_add(r->text, ".");
	}
}

/* An early draft had one label that fills the message. */
static void tell_name(const struct reader *r, const struct payload *p,
		      uint32_t at)
{
	uint8_t len = read8(r, at);

	if (r->text->ended)
		return;
	if (len != r->have - at - 1) {
		text_add(r->text, ", \"");
		tell_labels(r, at);
	} else {
		at++;
		text_add(r->text, "%s, \"",
			 p->style->verbose ? ", 03 draft" : "");
		tell_characters(r, &at, len);
	}
	text_add(r->text, "\"");
}

/* Nothing is told of an address that is cut. */
static bool has_address(const struct reader *r, const struct payload *p,
			uint32_t octets)
{
	if (r->have > HEADER + octets && p->style->verbose)
		text_add(r->text, ", invalid subject len");
	return r->have == HEADER + octets;
}

static void tell_subject(const struct reader *r, const struct payload *p)
{
	switch (read8(r, 1)) {
	case SUBJECT_IPV6:
		if (!has_address(r, p, 16))
			return;
		text_add(r->text, ", subject=");
		reader_tell_ipv6(r, HEADER);
		return;
	case SUBJECT_NAME:
		text_add(r->text, ", subject=DNS name");
		tell_name(r, p, HEADER);
		return;
	case SUBJECT_IPV4:
		if (!has_address(r, p, 4))
			return;
		text_add(r->text, ", subject=");
		reader_tell_ipv4(r, HEADER);
		return;
	default:
		text_add(r->text, ", unknown subject");
	}
}

static void tell_query(const struct reader *r, const struct payload *p)
{
	uint16_t qtype;

	if (r->have == OLD_QUERY_LEN) {
		text_add(r->text, " who-are-you request");
		return;
	}
	text_add(r->text, " node information query");
	if (r->have < HEADER) {
		text_add(r->text, " [|icmp6]");
		return;
	}
	qtype = read16(r, 4);
	text_add(r->text, " (%s", qtype_name(qtype));
	if (qtype == SUPPORTED_QTYPES)
		tell_qtype_flags(r);
	else if (qtype == NODE_ADDRESSES)
		tell_address_flags(r, false);
	if (qtype > SUPPORTED_QTYPES && r->have == HEADER)
		text_add(r->text, ", 03 draft");
	else if (qtype > SUPPORTED_QTYPES)
		tell_subject(r, p);
	else if (r->have != HEADER && p->style->verbose)
		text_add(r->text, ", invalid len");
	text_add(r->text, ")");
}

/* RFC 4620 6.3 */
static void tell_node_name(const struct reader *r, const struct payload *p)
{
	tell_name(r, p, HEADER + 4);
	if (read16(r, 6) & 1)
		text_add(r->text, " [TTL=%u]", read32(r, HEADER));
}

/* RFC 4620 6.4 */
static void tell_node_addresses(const struct reader *r)
{
	for (uint32_t at = HEADER; at + 20 <= r->have; at += 20) {
		text_add(r->text, " ");
		reader_tell_ipv6(r, at + 4);
		text_add(r->text, "(%u)", read32(r, at));
	}
	tell_address_flags(r, true);
}

static void tell_answer(const struct reader *r, const struct payload *p)
{
	uint16_t qtype = read16(r, 4);

	text_add(r->text, "%s%s", p->style->verbose ? "success, " : "",
		 qtype_name(qtype));
	if (qtype == NOOP && r->have != HEADER && p->style->verbose)
		text_add(r->text, ", invalid length");
	else if (qtype == SUPPORTED_QTYPES)
		tell_qtype_flags(r);
	else if (qtype == NODE_NAME)
		tell_node_name(r, p);
	else if (qtype == NODE_ADDRESSES)
		tell_node_addresses(r);
}

static void tell_reply(const struct reader *r, const struct payload *p)
{
	uint8_t code = read8(r, 1);

	if (r->have < p->len || r->have < HEADER) {
		text_add(r->text, " [|icmp6]");
		return;
	}
	text_add(r->text, " node information reply (");
	if (code == SUCCESS)
		tell_answer(r, p);
	else if (code == REFUSED || code == UNKNOWN_QTYPE)
		text_add(r->text, "%s%s",
			 code == REFUSED ? "refused" : "unknown",
			 p->style->verbose && r->have != HEADER
				 ? ", invalid length"
				 : "");
	text_add(r->text, ")");
}

void line_node_information(const struct reader *r, const struct payload *p)
{
	if (read8(r, 0) == ICMP6_NODE_QUERY)
		tell_query(r, p);
	else
		tell_reply(r, p);
}
