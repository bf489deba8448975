/* SPDX-License-Identifier: MIT */
/* IEEE 802.2, in frames that have a length and no ethertype, and SNAP. */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_ip.h"

#define MAC 6u
#define SNAP_HEADER 5u

enum access_point {
	ACCESS_IP = 0x06,
	ACCESS_SNAP = 0xaa,
};

enum control {
	CONTROL_UI = 0x03,
	CONTROL_XID = 0xaf,
	CONTROL_POLL = 0x10, /* of an unnumbered frame */
};

#define XID_FORMAT 0x81u

/* The header; `is_group` and `is_response` are the low bits of the points. */
struct llc {
	const uint8_t *macs; /* NULL: none */
	uint32_t len; /* from the header on */
	uint32_t header; /* octets */
	uint16_t control;
	uint8_t dsap, ssap;
	bool is_group, is_response;
};

static const char *access_name(uint8_t point)
{
	static const struct {
		uint8_t point;
		const char *name;
	} names[] = {
		{ 0x00, "Null" },      { 0x02, "802.1B I" },
		{ 0x04, "SNA" },       { ACCESS_IP, "IP" },
		{ 0x0e, "ProWay NM" }, { 0x42, "STP" },
		{ 0x4e, "RS511" },     { 0x7e, "ISO8208" },
		{ 0x8e, "ProWay" },    { ACCESS_SNAP, "SNAP" },
		{ 0xe0, "IPX" },       { 0xf0, "NetBeui" },
		{ 0xfe, "OSI" },
	};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].point == point)
			return names[i].name;
	return NULL;
}

static void add_access(struct text *text, const char *kind, uint8_t point)
{
	const char *name = access_name(point);

	if (name)
		text_add(text, "%s", name);
	else
		text_add(text, "Unknown %s 0x%02x", kind, point);
}

/* "LLC, dsap SNAP (0xaa) Individual, ..., ctrl 0x03: ", as -e tells it. */
static void line_header(struct text *text, const struct llc *llc)
{
	const char *dsap = access_name(llc->dsap);
	const char *ssap = access_name(llc->ssap);

	text_add(text, "LLC, dsap %s (0x%02x) %s", dsap ? dsap : "Unknown",
		 llc->dsap, llc->is_group ? "Group" : "Individual");
	text_add(text, ", ssap %s (0x%02x) %s", ssap ? ssap : "Unknown",
		 llc->ssap, llc->is_response ? "Response" : "Command");
	text_add(text, llc->header == 3 ? ", ctrl 0x%02x: " : ", ctrl 0x%04x: ",
		 llc->control);
}

/* Without -e, only of what is not told in other words. */
static void line_ends(struct text *text, const struct llc *llc)
{
	if (llc->macs) {
		text_mac(text, llc->macs + MAC);
		text_add(text, " ");
	}
	if (llc->ssap != llc->dsap) {
		add_access(text, "SSAP", llc->ssap);
		text_add(text, " > ");
	} else if (llc->macs) {
		text_add(text, "> ");
	}
	if (llc->macs) {
		text_mac(text, llc->macs);
		text_add(text, " ");
	}
	add_access(text, "DSAP", llc->dsap);
	text_add(text, " ");
}

/* ", Flags [Poll], length 6" */
static void line_flags(struct text *text, const struct llc *llc, bool poll)
{
	static const char *const names[] = { "Command", "Response", "Poll",
					     "Final" };

	text_add(text, ", Flags [%s], length %u",
		 names[(poll ? 2 : 0) + llc->is_response], llc->len);
}

/* True if all is told. */
static bool line_xid(struct text *text, const struct payload *p)
{
	if (!p->len)
		return true;
	if (!p->have) {
		text_cut(text, "llc");
		return true;
	}
	if (p->data[0] != XID_FORMAT)
		return false;
	if (p->have < 3) {
		text_add(text, " [|llc]");
		text_dump(text, p->data, p->have);
	} else {
		text_add(text, ": %02x %02x", p->data[1], p->data[2]);
	}
	return true;
}

static bool line_unnumbered(struct text *text, const struct llc *llc,
			    const struct payload *p)
{
	static const struct {
		uint8_t control;
		const char *name;
	} names[] = {
		{ CONTROL_UI, "ui" },	{ 0x0f, "dm" },	   { 0x43, "disc" },
		{ 0x63, "ua" },		{ 0x6f, "sabme" }, { 0x87, "frmr" },
		{ CONTROL_XID, "xid" }, { 0xe3, "test" },
	};
	unsigned control = llc->control & ~(unsigned)CONTROL_POLL;
	const char *name = NULL;

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].control == control)
			name = names[i].name;
	text_add(text, "Unnumbered, ");
	if (name)
		text_add(text, "%s", name);
	else
		text_add(text, "%02x", control);
	line_flags(text, llc, llc->control & CONTROL_POLL);
	return control == CONTROL_XID && line_xid(text, p);
}

/* Frames with a number; true if all is told. */
static bool line_numbered(struct text *text, const struct llc *llc)
{
	static const char *const names[] = { "Receiver Ready",
					     "Receiver not Ready", "Reject",
					     "?" };
	unsigned control = llc->control;
	bool is_supervisory = control & 1;

	if (is_supervisory)
		text_add(text, "Supervisory, %s", names[control >> 2 & 3]);
	else
		text_add(text, "Information, send seq %u", control >> 1 & 0x7f);
	text_add(text, ", rcv seq %u", control >> 9);
	line_flags(text, llc, control & 0x100);
	return is_supervisory;
}

/* ---- SNAP ------------------------------------------------------------- */

#define OUI_ETHERNET 0x000000u
#define OUI_CISCO_BRIDGED 0x0000f8u

static const char *oui_name(uint32_t oui)
{
	static const struct {
		uint32_t oui;
		const char *name;
	} names[] = {
		{ OUI_ETHERNET, "Ethernet" },
		{ 0x00000c, "Cisco" },
		{ OUI_CISCO_BRIDGED, "Cisco bridged" },
		{ 0x0080c2, "Ethernet bridged" },
		{ 0x080007, "Appletalk" },
	};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].oui == oui)
			return names[i].name;
	return "Unknown";
}

static void line_snap_header(struct text *text, uint32_t oui, uint16_t type,
			     uint32_t len)
{
	bool is_ethertype = oui == OUI_ETHERNET || oui == OUI_CISCO_BRIDGED;

	if (oui == OUI_ETHERNET)
		text_add(text, "ethertype ");
	else
		text_add(text, "oui %s (0x%06x), pid ", oui_name(oui), oui);
	text_add(text, "%s (0x%04x), length %u: ",
		 is_ethertype ? ethertype_name(type) : "Unknown", type, len);
}

/* True if all is told. */
static bool line_snap(struct text *text, struct payload *p,
		      const struct llc *llc)
{
	uint32_t oui;
	uint16_t type;

	if (p->have < SNAP_HEADER) {
		text_cut(text, "snap");
		return true;
	}
	oui = get_be32(p->data) >> 8;
	type = get_be16(p->data + 3);
	payload_skip(p, SNAP_HEADER);
	if (p->style->link_header) {
		if (oui == OUI_ETHERNET)
			text_add(text, "oui Ethernet (0x000000), ");
		line_snap_header(text, oui, type, p->len);
	}
	if ((oui == OUI_ETHERNET || oui == OUI_CISCO_BRIDGED) &&
	    line_ethertype(text, p, type))
		return true;
	if (p->style->link_header)
		return false;
	if (llc->macs) {
		line_macs(text, llc->macs);
		text_add(text, " ");
	}
	text_add(text, "SNAP, ");
	line_snap_header(text, oui, type, p->len);
	return false;
}

/* ---- any -------------------------------------------------------------- */

/* False: cut short. */
static bool read_header(struct llc *llc, const struct payload *p)
{
	const uint8_t *data = p->data;

	if (p->have < 3)
		return false;
	llc->len = p->len;
	llc->dsap = data[0] & 0xfe;
	llc->is_group = data[0] & 1;
	llc->ssap = data[1] & 0xfe;
	llc->is_response = data[1] & 1;
	llc->control = data[2];
	llc->header = 3;
	if ((data[2] & 3) == 3)
		return true;
	if (p->have < 4)
		return false;
	llc->control |= (uint16_t)(data[3] << 8);
	llc->header = 4;
	return true;
}

/* True if all is told. */
static bool line_body(struct text *text, struct payload *p,
		      const struct llc *llc)
{
	if (llc->dsap == llc->ssap && llc->control == CONTROL_UI) {
		if (llc->dsap == ACCESS_SNAP)
			return line_snap(text, p, llc);
		if (llc->dsap == ACCESS_IP) {
			line_ipv4(text, p);
			return true;
		}
	}
	if (!p->style->link_header)
		line_ends(text, llc);
	return llc->header == 3 ? line_unnumbered(text, llc, p)
				: line_numbered(text, llc);
}

void line_llc(struct text *text, struct payload *p, const uint8_t *macs)
{
	struct llc llc = { .macs = macs };
	const uint8_t *data = p->data;
	uint32_t have = p->have;

	if (!read_header(&llc, p)) {
		text_add(text, " [|llc]");
		text_dump(text, data, have);
		return;
	}
	if (p->style->link_header)
		line_header(text, &llc);
	payload_skip(p, llc.header);
	if (!line_body(text, p, &llc))
		text_dump(text, data, have);
}
