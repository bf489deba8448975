/* SPDX-License-Identifier: MIT */
/* Routing in low-power and lossy networks: RFC 6550 6. */
#include "trace_icmp.h"

#define SECURE 0x80u
#define BODY 4u
#define DIO_LEN 24u /* of the body */

enum rpl_code {
	SOLICITATION = 0,
	INFORMATION = 1,
	DESTINATION = 2,
	DESTINATION_ACK = 3,
};

/* RFC 6550 6.3.1 */
static void tell_information(const struct reader *r, const struct payload *p)
{
	static const char *const modes[] = { "nonstoring", "storing",
					     "nonstoring-multicast",
					     "storing-multicast" };
	uint8_t flags;
	unsigned mode;

	if (p->len < BODY + DIO_LEN) {
		text_add(r->text, " [length %u < %u] (invalid)", p->len - BODY,
			 DIO_LEN);
		return;
	}
	if (!reader_needs(r, BODY, DIO_LEN))
		return;
	flags = read8(r, 8);
	mode = flags >> 3 & 7;
	text_add(r->text, " [dagid:");
	reader_tell_ipv6(r, 12);
	text_add(r->text, ",seq:%u,instance:%u,rank:%u,%smop:", read8(r, 9),
		 read8(r, 4), read16(r, 6), flags & 0x80 ? "grounded," : "");
	if (mode < COUNT(modes))
		text_add(r->text, "%s", modes[mode]);
	else
		text_add(r->text, "mop%u", mode);
	text_add(r->text, ",prf:%u]", flags & 7);
}

static void tell_root(const struct reader *r, bool is_told)
{
	text_add(r->text, " [dagid:");
	if (is_told)
		reader_tell_ipv6(r, 8);
	else
		text_add(r->text, "<elided>");
}

/* RFC 6550 6.4.1 */
static void tell_destination(const struct reader *r)
{
	uint8_t flags;

	if (!reader_needs(r, BODY, 20))
		return;
	flags = read8(r, 5);
	tell_root(r, flags & 0x40);
	text_add(r->text, ",seq:%u,instance:%u%s%s,%02x]", read8(r, 7),
		 read8(r, 4), flags & 0x80 ? ",acK" : "",
		 flags & 0x40 ? ",Dagid" : "", flags);
}

/* RFC 6550 6.5.1 */
static void tell_destination_ack(const struct reader *r)
{
	bool has_root;

	if (!reader_needs(r, BODY, 4))
		return;
	has_root = read8(r, 5) & 0x80;
	if (!reader_needs(r, BODY, has_root ? 20 : 4))
		return;
	tell_root(r, has_root);
	text_add(r->text, ",seq:%u,instance:%u,status:%u]", read8(r, 6),
		 read8(r, 4), read8(r, 7));
}

void line_rpl(const struct reader *r, const struct payload *p)
{
	static const char *const names[] = {
		[SOLICITATION] = "DODAG Information Solicitation",
		[INFORMATION] = "DODAG Information Object",
		[DESTINATION] = "Destination Advertisement Object",
		[DESTINATION_ACK] = "Destination Advertisement Object Ack",
	};
	uint8_t code = read8(r, 1);

	if (code & SECURE) {
		text_add(r->text, ", (SEC) [worktodo]");
		return;
	}
	if (code < COUNT(names))
		text_add(r->text, ", (CLR)%s", names[code]);
	else
		text_add(r->text, ", (CLR)RPL message, unknown code %u", code);
	if (!p->style->verbose)
		return;
	if (code == INFORMATION)
		tell_information(r, p);
	else if (code == DESTINATION)
		tell_destination(r);
	else if (code == DESTINATION_ACK)
		tell_destination_ack(r);
}
