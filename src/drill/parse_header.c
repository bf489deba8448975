/* SPDX-License-Identifier: MIT */
/* Encapsulation: ipv4 192.0.2.1 > 10.0.0.1: gre: mpls (label 1, ...): */
#include "parse.h"

#include <arpa/inet.h>
#include <string.h>

#define ADDRESS 64u

static bool is_address(int family, const char *text)
{
	struct in6_addr address; /* the larger of the two */

	return inet_pton(family, text, &address) == 1;
}

/*
 * Both 10.0.0.1: and 10.0.0.1 : are written, and IPv6 addresses may end with
 * a colon themselves; so the whole is tried first. True: the colon was read.
 */
static bool parse_address(struct parser *parser, int family,
			  struct drill_text *address)
{
	struct scan_token token = scan_letters(parser, "[(");
	char text[ADDRESS] = "";
	bool colon = false;

	if (token.len < sizeof text)
		memcpy(text, token.text, token.len);
	if (!is_address(family, text) && token.len && token.len < sizeof text) {
		colon = text[token.len - 1] == ':';
		text[token.len - 1] = colon ? '\0' : text[token.len - 1];
	}
	if (!is_address(family, text))
		scan_fail(parser, token.from.at, "not an IPv%c address: %.*s",
			  family == AF_INET ? '4' : '6',
			  token.len < ADDRESS ? (int)token.len : (int)ADDRESS,
			  token.text);
	*address = scan_copy(parser, text, strlen(text));
	return colon;
}

static void parse_ip_header(struct parser *parser, struct drill_header *header,
			    bool inbound)
{
	int family = header->kind == DRILL_HEADER_IPV4 ? AF_INET : AF_INET6;
	struct drill_place at = parser->token.from.at;

	if (parse_address(parser, family, &header->source))
		scan_fail(parser, at, "the header has no destination");
	scan_expect(parser, '>');
	if (parse_address(parser, family, &header->destination))
		return;
	parse_ip(parser, &header->ip, inbound);
	scan_expect(parser, ':');
}

/* ---- GRE -------------------------------------------------------------- */

static uint16_t parse_gre_protocol(struct parser *parser)
{
	static const struct {
		const char *name;
		uint16_t type;
	} names[] = {
		{ "ip", 0x0800 },   { "ipv4", 0x0800 }, { "ip6", 0x86dd },
		{ "ipv6", 0x86dd }, { "mpls", 0x8847 },
	};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (scan_take_word(parser, names[i].name))
			return names[i].type;
	return (uint16_t)scan_number(parser, UINT16_MAX, "protocol");
}

static void parse_gre_field(struct parser *parser, struct drill_header *header)
{
	if (scan_take_word(parser, "flags")) {
		header->has_gre_flags = true;
		header->gre_flags =
			(uint16_t)scan_number(parser, UINT16_MAX, "flags");
	} else if (scan_take_word(parser, "proto")) {
		header->has_gre_protocol = true;
		header->gre_protocol = parse_gre_protocol(parser);
	} else if (scan_take_word(parser, "sum")) {
		header->has_gre_sum = true;
		header->gre_sum =
			(uint16_t)scan_number(parser, UINT16_MAX, "sum");
	} else if (scan_take_word(parser, "off")) {
		header->gre_off =
			(uint16_t)scan_number(parser, UINT16_MAX, "off");
	} else if (scan_take_word(parser, "key")) {
		header->has_gre_key = true;
		header->gre_key = scan_number(parser, UINT32_MAX, "key");
	} else if (scan_take_word(parser, "seq")) {
		header->has_gre_seq = true;
		header->gre_seq = scan_number(parser, UINT32_MAX, "seq");
	} else {
		scan_fail_unknown(parser, "field of GRE", &parser->token);
	}
}

static void parse_gre(struct parser *parser, struct drill_header *header,
		      bool inbound)
{
	(void)inbound;
	while (!scan_take(parser, ':')) {
		parse_gre_field(parser, header);
		scan_take(parser, ',');
	}
}

/* ---- MPLS ------------------------------------------------------------- */

/* (label 16, tc 0, [S], ttl 64) */
static void parse_label(struct parser *parser, struct drill_label *label)
{
	memset(label, 0, sizeof *label);
	scan_expect(parser, '(');
	scan_expect_word(parser, "label");
	label->label = scan_number(parser, 0xfffff, "label");
	scan_expect(parser, ',');
	scan_expect_word(parser, "tc");
	label->traffic_class = (uint8_t)scan_number(parser, 7, "tc");
	scan_expect(parser, ',');
	if (scan_take(parser, '[')) {
		scan_expect_word(parser, "S");
		scan_expect(parser, ']');
		scan_expect(parser, ',');
		label->bottom = true;
	}
	scan_expect_word(parser, "ttl");
	label->ttl = (uint8_t)scan_number(parser, UINT8_MAX, "ttl");
	scan_expect(parser, ')');
}

static void parse_mpls(struct parser *parser, struct drill_header *header,
		       bool inbound)
{
	struct drill_label *label = NULL;

	(void)inbound;
	do {
		label = scan_grow(parser, label, header->labels, sizeof *label);
		parse_label(parser, &label[header->labels++]);
		scan_take(parser, ',');
	} while (!scan_take(parser, ':'));
	header->label = label;
}

/* ---- headers ---------------------------------------------------------- */

static const struct form {
	const char *name;
	enum drill_header_kind kind;
	void (*parse)(struct parser *parser, struct drill_header *header,
		      bool inbound);
} forms[] = {
	{ "ipv4", DRILL_HEADER_IPV4, parse_ip_header },
	{ "ipv6", DRILL_HEADER_IPV6, parse_ip_header },
	{ "gre", DRILL_HEADER_GRE, parse_gre },
	{ "mpls", DRILL_HEADER_MPLS, parse_mpls },
	{ NULL, DRILL_HEADER_IPV4, NULL },
};

static const struct form *find_form(const struct parser *parser)
{
	const struct form *form;

	for (form = forms; form->name; form++)
		if (scan_is_word(parser, form->name))
			return form;
	return NULL;
}

void parse_headers(struct parser *parser, struct drill_packet *packet)
{
	struct drill_header *header = NULL;
	const struct form *form;

	while ((form = find_form(parser))) {
		struct drill_header *next;

		header = scan_grow(parser, header, packet->headers,
				   sizeof *header);
		next = &header[packet->headers++];
		memset(next, 0, sizeof *next);
		next->kind = form->kind;
		next->at = parser->token.from.at;
		scan_next(parser);
		form->parse(parser, next, packet->inbound);
	}
	packet->header = header;
}
