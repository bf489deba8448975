/* SPDX-License-Identifier: MIT */
/* The option of Multipath TCP (RFC 6824, RFC 8684) in a line. */
#include "bytes.h"
#include "trace_lines.h"
#include "wire_tcp.h"

enum subtype {
	SUBTYPE_CAPABLE,
	SUBTYPE_JOIN,
	SUBTYPE_DSS,
	SUBTYPE_ADD_ADDRESS,
	SUBTYPE_REMOVE_ADDRESS,
	SUBTYPE_PRIORITY,
	SUBTYPE_FAIL,
	SUBTYPE_FAST_CLOSE,
};

/* The whole option; `low` is the half octet beside the subtype. */
struct mptcp {
	const uint8_t *data;
	uint32_t len;
	uint8_t low;
	uint8_t flags; /* of the segment */
};

static uint64_t get_be64(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

/* A key or hash of 8 octets, without the zeros in front. */
static void add_key(struct text *text, const char *name, const uint8_t *data)
{
	text_add(text, "%s0x%llx", name, (unsigned long long)get_be64(data));
}

/* Each of these is false if the option is none of its subtype. */

static bool line_capable(struct text *text, const struct mptcp *m)
{
	bool is_syn = m->flags & TCP_SYN;

	if (!(is_syn && (m->len == 4 || m->len == 12)) &&
	    !(!is_syn && m->flags & TCP_ACK && (m->len == 20 || m->len == 22)))
		return false;
	if (m->low > 1) {
		text_add(text, " Unknown Version (%u)", m->low);
		return true;
	}
	text_add(text, " v%u", m->low);
	if (m->data[3] & 0x80)
		text_add(text, " csum");
	if (m->len >= 12)
		add_key(text, " {", m->data + 4);
	if (m->len >= 20)
		add_key(text, ",", m->data + 12);
	if (m->len >= 12)
		text_add(text, "}");
	return true;
}

static bool line_join(struct text *text, const struct mptcp *m)
{
	const uint8_t *data = m->data;

	bool syn = m->flags & TCP_SYN, ack = m->flags & TCP_ACK;

	if (!(syn && m->len == 12) && !(syn && ack && m->len == 16) &&
	    !(ack && m->len == 24))
		return false;
	if (m->len != 24) {
		if (m->low & 1)
			text_add(text, " backup");
		text_add(text, " id %u", data[3]);
	}
	if (m->len == 12)
		text_add(text, " token 0x%x nonce 0x%x", get_be32(data + 4),
			 get_be32(data + 8));
	else if (m->len == 16)
		text_add(text, " hmac 0x%llx nonce 0x%x",
			 (unsigned long long)get_be64(data + 4),
			 get_be32(data + 12));
	else {
		text_add(text, " hmac 0x");
		text_hex(text, data + 4, 20);
	}
	return true;
}

/* A number of 4 or 8 octets; false: it is not there. */
static bool add_number(struct text *text, const char *name,
		       const struct mptcp *m, uint32_t *at, bool is_long)
{
	uint32_t octets = is_long ? 8 : 4;
	const uint8_t *data = m->data + *at;

	text_add(text, " %s ", name);
	if (m->len - *at < octets)
		return false;
	*at += octets;
	text_add(text, "%llu",
		 is_long ? (unsigned long long)get_be64(data)
			 : (unsigned long long)get_be32(data));
	return true;
}

/* The mapping of data sequence numbers to those of the subflow. */
static bool line_mapping(struct text *text, const struct mptcp *m, uint32_t *at,
			 bool is_long)
{
	if (!add_number(text, "seq", m, at, is_long) || m->len - *at < 4)
		return false;
	add_number(text, "subseq", m, at, false);
	if (m->len - *at < 2)
		return false;
	text_add(text, " len %u", get_be16(m->data + *at));
	*at += 2;
	if (m->len - *at < 2)
		return true;
	text_add(text, " csum 0x%x", get_be16(m->data + *at));
	*at += 2;
	return true;
}

static bool line_dss(struct text *text, const struct mptcp *m)
{
	uint32_t at = 4;
	uint8_t flags;

	if (m->len < 4)
		return false;
	flags = m->data[3];
	if (m->flags & TCP_SYN)
		return false;
	if (flags & 0x10)
		text_add(text, " fin");
	if (flags & 0x01 && !add_number(text, "ack", m, &at, flags & 0x02))
		return false;
	if (flags & 0x04 && !line_mapping(text, m, &at, flags & 0x08))
		return false;
	return at == m->len;
}

/* In version 0 the half octet is the IP version, in 1 it has a flag. */
static const char *add_address_kind(uint8_t low)
{
	switch (low) {
	case 0:
		return "v1";
	case 1:
		return "v1-echo";
	case 4:
		return "v0-ip4";
	case 6:
		return "v0-ip6";
	default:
		return "[bad version/echo]";
	}
}

/* An address, a port or none, and a hash of 8 octets or none. */
static bool line_add_address(struct text *text, const struct mptcp *m)
{
	uint32_t address = m->len < 20 ? 4 : 16, after = 4 + address, rest;
	const uint8_t *data = m->data;

	if (m->len < after)
		return false;
	rest = m->len - after;
	if (rest != 0 && rest != 2 && rest != 8 && rest != 10)
		return false;
	text_add(text, " %s id %u ", add_address_kind(m->low), data[3]);
	if (address == 4)
		text_ipv4(text, data + 4);
	else
		text_ipv6(text, data + 4);
	if (rest % 8)
		text_add(text, ":%u", get_be16(data + after));
	if (rest >= 8)
		add_key(text, " hmac ", data + m->len - 8);
	return true;
}

static bool line_remove_address(struct text *text, const struct mptcp *m)
{
	if (m->len < 4)
		return false;
	text_add(text, " id");
	for (uint32_t i = 3; i < m->len; i++)
		text_add(text, " %u", m->data[i]);
	return true;
}

static bool line_priority(struct text *text, const struct mptcp *m)
{
	if (m->len != 3 && m->len != 4)
		return false;
	text_add(text, m->low & 1 ? " backup" : " non-backup");
	if (m->len == 4)
		text_add(text, " id %u", m->data[3]);
	return true;
}

static bool line_fail(struct text *text, const struct mptcp *m)
{
	if (m->len != 12)
		return false;
	text_add(text, " seq %llu", (unsigned long long)get_be64(m->data + 4));
	return true;
}

static bool line_fast_close(struct text *text, const struct mptcp *m)
{
	if (m->len != 12)
		return false;
	add_key(text, " key ", m->data + 4);
	return true;
}

static const struct {
	const char *name;
	bool (*line)(struct text *text, const struct mptcp *m);
} subtypes[] = {
	[SUBTYPE_CAPABLE] = { "capable", line_capable },
	[SUBTYPE_JOIN] = { "join", line_join },
	[SUBTYPE_DSS] = { "dss", line_dss },
	[SUBTYPE_ADD_ADDRESS] = { "add-addr", line_add_address },
	[SUBTYPE_REMOVE_ADDRESS] = { "rem-addr", line_remove_address },
	[SUBTYPE_PRIORITY] = { "prio", line_priority },
	[SUBTYPE_FAIL] = { "fail", line_fail },
	[SUBTYPE_FAST_CLOSE] = { "fast-close", line_fast_close },
};

bool line_mptcp(struct text *text, const uint8_t *option, uint32_t len,
		uint8_t flags)
{
	struct mptcp m = { .data = option, .len = len, .flags = flags };
	unsigned subtype;

	if (len < 3)
		return false;
	subtype = option[2] >> 4;
	m.low = option[2] & 0xf;
	if (subtype >= sizeof subtypes / sizeof subtypes[0]) {
		text_add(text, " %u unknown", len);
		return true;
	}
	text_add(text, " %u %s", len, subtypes[subtype].name);
	return subtypes[subtype].line(text, &m);
}
