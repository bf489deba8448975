/* SPDX-License-Identifier: MIT */
/* ICMP (RFC 792) and ICMPv6 (RFC 4443) in a line. */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_ip.h"

#define ICMP_HEADER 8u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The datagram that an error quotes. */
struct quote {
	const uint8_t *data;
	uint32_t have;
	uint32_t header; /* octets of its IP header */
	const uint8_t *dst;
	uint8_t version, protocol;
};

/* Hop-by-hop options, a routing header or destination options. */
static bool is_extension(uint8_t protocol)
{
	return protocol == 0 || protocol == 43 || protocol == 60;
}

static void quote_skip(struct quote *q)
{
	while (is_extension(q->protocol) && q->have >= q->header + 8) {
		q->protocol = q->data[q->header];
		q->header += (q->data[q->header + 1] + 1u) * 8;
	}
}

/* False if its header is not all there. */
static bool quote_read(struct quote *q, const struct payload *p)
{
	uint32_t least = p->version == 4 ? WIRE_IPV4_HEADER : WIRE_IPV6_HEADER;

	q->data = p->data + ICMP_HEADER;
	q->have = p->have - ICMP_HEADER;
	if (q->have < least)
		return false;
	q->version = p->version;
	q->header = p->version == 4 ? (q->data[0] & 0xfu) * 4 : least;
	q->dst = q->data + (p->version == 4 ? 16 : 24);
	q->protocol = q->data[p->version == 4 ? 9 : 6];
	if (p->version == 6)
		quote_skip(q);
	return true;
}

static void text_quoted_dst(struct text *text, const struct quote *q)
{
	if (q->version == 4)
		text_ipv4(text, q->dst);
	else
		text_ipv6(text, q->dst);
}

/* "10.0.0.1 tcp port 80"; false: the ports are not there. */
static bool text_quoted_port(struct text *text, const struct quote *q)
{
	unsigned port;

	if (q->have < q->header + 4 ||
	    (q->version == 6 && is_extension(q->protocol)))
		return false;
	port = get_be16(q->data + q->header + 2);
	text_quoted_dst(text, q);
	if (q->protocol == WIRE_PROTOCOL_TCP)
		text_add(text, " tcp port %u", port);
	else if (q->protocol == WIRE_PROTOCOL_UDP)
		text_add(text, " udp port %u", port);
	else
		text_add(text, " protocol %u port %u", q->protocol, port);
	return true;
}

/* What stands before and after the address in an unreachable message. */
static const struct {
	const char *before, *after;
} unreachables[] = {
	{ "net ", "" },
	{ "host ", "" },
	{ "", "" }, /* protocol: told apart */
	{ "", "" }, /* port: told apart */
	{ "", "" }, /* need to fragment: told apart */
	{ "", " - source route failed" },
	{ "net ", " - unknown" },
	{ "host ", " - unknown" },
	{ "", " - source host isolated" },
	{ "net ", " - admin prohibited" },
	{ "host ", " - admin prohibited" },
	{ "net ", " - tos prohibited" },
	{ "host ", " - tos prohibited" },
	{ "host ", " - admin prohibited filter" },
	{ "host ", " - host precedence violation" },
	{ "host ", " - precedence cutoff" },
};

static void line_fragment_needed(struct text *text, const struct payload *p,
				 const struct quote *q)
{
	unsigned mtu = get_be16(p->data + 6);

	text_quoted_dst(text, q);
	text_add(text, " unreachable - need to frag");
	if (mtu)
		text_add(text, " (mtu %u)", mtu);
}

static bool line_unreachable(struct text *text, const struct payload *p)
{
	uint8_t code = p->data[1];
	struct quote q;

	if (!quote_read(&q, p))
		return false;
	if (code == 4) {
		line_fragment_needed(text, p, &q);
		return true;
	}
	if (code == 3) {
		if (!text_quoted_port(text, &q))
			return false;
		text_add(text, " unreachable");
		return true;
	}
	if (code < COUNT(unreachables))
		text_add(text, "%s", unreachables[code].before);
	text_quoted_dst(text, &q);
	if (code == 2)
		text_add(text, " protocol %u", q.protocol);
	text_add(text, " unreachable");
	if (code < COUNT(unreachables))
		text_add(text, "%s", unreachables[code].after);
	else
		text_add(text, " - #%u", code);
	return true;
}

static bool line_redirect(struct text *text, const struct payload *p)
{
	static const char *const what[] = { "", "", "-tos", "-tos" };
	uint8_t code = p->data[1];
	struct quote q;

	if (!quote_read(&q, p))
		return false;
	text_add(text, "redirect");
	if (code < COUNT(what))
		text_add(text, "%s ", what[code]);
	else
		text_add(text, "-#%u ", code);
	text_quoted_dst(text, &q);
	text_add(text, " to ");
	if (code < COUNT(what))
		text_add(text, code % 2 ? "host " : "net ");
	text_ipv4(text, p->data + 4);
	return true;
}

static void line_echo(struct text *text, const struct payload *p,
		      bool is_request)
{
	text_add(text, "echo %s, id %u, seq %u",
		 is_request ? "request" : "reply", get_be16(p->data + 4),
		 get_be16(p->data + 6));
}

static bool line_time_exceeded(struct text *text, const struct payload *p)
{
	uint8_t code = p->data[1];
	struct quote q;

	if (!quote_read(&q, p))
		return false;
	if (code == 0)
		text_add(text, "time exceeded in-transit");
	else if (code == 1)
		text_add(text, "ip reassembly time exceeded");
	else
		text_add(text, "time exceeded-#%u", code);
	return true;
}

/* False: cut short. */
static bool line_icmp_body(struct text *text, const struct payload *p)
{
	uint8_t code = p->data[1];

	switch (p->data[0]) {
	case 0:
	case 8:
		line_echo(text, p, p->data[0] == 8);
		return true;
	case 3:
		return line_unreachable(text, p);
	case 4:
		text_add(text, "source quench");
		return true;
	case 5:
		return line_redirect(text, p);
	case 11:
		return line_time_exceeded(text, p);
	case 12:
		if (code)
			text_add(text, "parameter problem - code %u", code);
		else
			text_add(text, "parameter problem - octet %u",
				 p->data[4]);
		return true;
	default:
		text_add(text, "type-#%u", p->data[0]);
		return true;
	}
}

void line_icmp(struct text *text, struct payload *p)
{
	size_t start = text->len;

	if (p->have >= ICMP_HEADER) {
		text_add(text, "ICMP ");
		if (line_icmp_body(text, p)) {
			text_add(text, ", length %u", p->len);
			return;
		}
	}
	text->len = start;
	text_add(text, " [|icmp]");
}

static bool line_unreachable6(struct text *text, const struct payload *p)
{
	struct quote q;
	bool is_whole = quote_read(&q, p);
	size_t mark;

	text_add(text, "destination unreachable, ");
	switch (p->data[1]) {
	case 0:
		text_add(text, "unreachable route");
		break;
	case 1:
		text_add(text, " unreachable prohibited");
		break;
	case 2:
		text_add(text, "beyond scope");
		break;
	case 3:
		text_add(text, "unreachable address");
		break;
	case 4:
		text_add(text, "unreachable port");
		mark = text->len;
		text_add(text, ", ");
		if (is_whole && text_quoted_port(text, &q))
			return true;
		text->len = mark;
		return false;
	default:
		text_add(text, "unknown unreach code (%u)", p->data[1]);
		return true;
	}
	if (!is_whole)
		return false;
	text_add(text, " ");
	text_quoted_dst(text, &q);
	if (p->data[1] == 2) {
		text_add(text, ", source address ");
		text_ipv6(text, q.data + 8);
	}
	return true;
}

static bool line_time_exceeded6(struct text *text, const struct payload *p)
{
	struct quote q;

	text_add(text, "time exceeded in-transit");
	if (p->data[1] == 1) {
		text_add(text, " (reassembly)");
	} else if (p->data[1] > 1) {
		text_add(text, ", unknown code (%u)", p->data[1]);
	} else {
		if (!quote_read(&q, p))
			return false;
		text_add(text, " for ");
		text_quoted_dst(text, &q);
	}
	return true;
}

static bool line_parameter6(struct text *text, const struct payload *p)
{
	static const char *const what[] = { "erroneous", "next header",
					    "option",
					    "incomplete header chain" };

	struct quote q;

	text_add(text, "parameter problem");
	if (!quote_read(&q, p))
		return false;
	text_add(text, ", ");
	if (p->data[1] < COUNT(what))
		text_add(text, "%s - octet %u", what[p->data[1]],
			 get_be32(p->data + 4));
	else
		text_add(text, "code-#%u", p->data[1]);
	return true;
}

static bool line_neighbour(struct text *text, const struct payload *p)
{
	text_add(text, p->data[0] == 135 ? "neighbor solicitation, who has "
					 : "neighbor advertisement, tgt is ");
	if (p->have < 24)
		return false;
	text_ipv6(text, p->data + 8);
	return true;
}

/* False: cut short. */
static bool line_icmp6_body(struct text *text, const struct payload *p)
{
	switch (p->data[0]) {
	case 1:
		return line_unreachable6(text, p);
	case 2:
		text_add(text, "packet too big, mtu %u", get_be32(p->data + 4));
		return true;
	case 3:
		return line_time_exceeded6(text, p);
	case 4:
		return line_parameter6(text, p);
	case 128:
	case 129:
		line_echo(text, p, p->data[0] == 128);
		return true;
	case 133:
		text_add(text, "router solicitation");
		return true;
	case 134:
		text_add(text, "router advertisement");
		return true;
	case 135:
	case 136:
		return line_neighbour(text, p);
	case 143:
		text_add(text,
			 "multicast listener report v2, %u group record(s)",
			 get_be16(p->data + 6));
		return true;
	default:
		text_add(text, "unknown icmp6 type (%u)", p->data[0]);
		return true;
	}
}

void line_icmp6(struct text *text, struct payload *p)
{
	text_add(text, "ICMP6, ");
	if (!p->len)
		text_add(text, "length 0 (invalid)");
	else if (p->have < ICMP_HEADER || !line_icmp6_body(text, p))
		text_add(text, " [|icmp6]");
	else
		text_add(text, ", length %u", p->len);
}
