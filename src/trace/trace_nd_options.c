/* SPDX-License-Identifier: MIT */
/* The options of neighbour discovery. */
#include "trace_icmp.h"

enum nd_option {
	SOURCE_LINK_ADDRESS = 1, /* RFC 4861 4.6.1 */
	TARGET_LINK_ADDRESS = 2,
	PREFIX = 3, /* RFC 4861 4.6.2 */
	REDIRECTED_HEADER = 4, /* RFC 4861 4.6.3 */
	MTU = 5, /* RFC 4861 4.6.4 */
	ADVERTISEMENT_INTERVAL = 7, /* RFC 6275 7.3 */
	HOME_AGENT = 8, /* RFC 6275 7.4 */
	ROUTE = 24, /* RFC 4191 2.3 */
	NAME_SERVER = 25, /* RFC 8106 5.1 */
	SEARCH_LIST = 31, /* RFC 8106 5.2 */
};

/* Where an option is. */
struct option {
	uint32_t at, len;
	uint32_t first; /* where all options start */
};

static const char *option_name(uint8_t kind)
{
	static const char *const names[] = {
		[SOURCE_LINK_ADDRESS] = "source link-address",
		[TARGET_LINK_ADDRESS] = "destination link-address",
		[PREFIX] = "prefix info",
		[REDIRECTED_HEADER] = "redirected header",
		[MTU] = "mtu",
		[ADVERTISEMENT_INTERVAL] = "advertisement interval",
		[HOME_AGENT] = "homeagent information",
		[ROUTE] = "route info",
		[NAME_SERVER] = "rdnss",
		[SEARCH_LIST] = "dnssl",
	};

	if (kind < COUNT(names) && names[kind])
		return names[kind];
	return "unknown";
}

void nd_tell_flags(const struct reader *r, uint8_t flags,
		   const struct flag_name *names, unsigned count)
{
	bool is_first = true;

	for (unsigned i = 0; i < count; i++) {
		if (!(flags & names[i].bit))
			continue;
		text_add(r->text, "%s%s", is_first ? "" : ", ", names[i].name);
		is_first = false;
	}
	if (is_first)
		text_add(r->text, "none");
}

const char *nd_router_preference(uint8_t flags)
{
	static const char *const names[] = { "medium", "high", "rsv", "low" };

	return names[flags >> 3 & 3];
}

static void tell_lifetime(const struct reader *r, uint32_t at)
{
	uint32_t seconds = read32(r, at);

	if (seconds == UINT32_MAX)
		text_add(r->text, "infinity");
	else
		text_add(r->text, "%us", seconds);
}

static void tell_prefix(const struct reader *r, const struct option *o)
{
	static const struct flag_name names[] = { { 0x80, "onlink" },
						  { 0x40, "auto" },
						  { 0x20, "router" } };

	if (!reader_needs(r, o->at, 32))
		return;
	reader_tell_ipv6(r, o->at + 16);
	text_add(r->text, "/%u%s, Flags [", read8(r, o->at + 2),
		 o->len == 32 ? "" : "badlen");
	nd_tell_flags(r, read8(r, o->at + 3), names, COUNT(names));
	text_add(r->text, "], valid time ");
	tell_lifetime(r, o->at + 4);
	text_add(r->text, ", pref. time ");
	tell_lifetime(r, o->at + 8);
}

static void tell_route(const struct reader *r, const struct option *o)
{
	uint8_t prefix[16] = { 0 };

	if (o->len > 24) {
		text_cut(r->text, r->protocol);
		return;
	}
	memcpy(prefix, r->data + o->at + 8, o->len - 8);
	text_add(r->text, " ");
	text_ipv6(r->text, prefix);
	text_add(r->text, "/%u, pref=%s, lifetime=", read8(r, o->at + 2),
		 nd_router_preference(read8(r, o->at + 3)));
	tell_lifetime(r, o->at + 4);
}

static void tell_name_servers(const struct reader *r, const struct option *o)
{
	text_add(r->text, " lifetime %us,", read32(r, o->at + 4));
	for (uint32_t i = 8; i + 16 <= o->len; i += 16) {
		text_add(r->text, " addr: ");
		reader_tell_ipv6(r, o->at + i);
	}
}

static void tell_search_list(const struct reader *r, const struct option *o)
{
	uint32_t at = o->at + 8;

	text_add(r->text, " lifetime %us, domain(s):", read32(r, o->at + 4));
	while (at < o->at + o->len && read8(r, at)) {
		text_add(r->text, " ");
		at = line_domain_name(r, at, o->first);
		if (at)
			continue;
		text_cut(r->text, r->protocol);
		return;
	}
}

/* False: it is not known, and tcpdump stops here. */
static bool tell_option(const struct reader *r, const struct option *o)
{
	switch (r->data[o->at]) {
	case SOURCE_LINK_ADDRESS:
	case TARGET_LINK_ADDRESS:
		reader_tell_octets(r, o->at + 2, o->len - 2);
		break;
	case PREFIX:
		tell_prefix(r, o);
		break;
	case REDIRECTED_HEADER: /* tcpdump shows the first options instead */
		reader_tell_hex(r, o->first, o->len, "\n\t    ");
		break;
	case MTU:
		text_add(r->text, " %u%s", read32(r, o->at + 4),
			 o->len == 8 ? "" : "bad option length");
		break;
	case ADVERTISEMENT_INTERVAL:
		text_add(r->text, " %ums", read32(r, o->at + 4));
		break;
	case HOME_AGENT:
		text_add(r->text, " preference %u, lifetime %u",
			 read16(r, o->at + 4), read16(r, o->at + 6));
		break;
	case ROUTE:
		tell_route(r, o);
		break;
	case NAME_SERVER:
		tell_name_servers(r, o);
		break;
	case SEARCH_LIST:
		tell_search_list(r, o);
		break;
	default:
		reader_tell_hex(r, o->at + 2, o->len - 2, "\n\t  ");
		return false;
	}
	return true;
}

/* False: it lies about its length, or is not all there. */
static bool find_option(const struct reader *r, struct option *o, uint32_t len)
{
	if (len - o->at < 2 || !reader_has(r, o->at, 2))
		return false;
	o->len = r->data[o->at + 1] * 8u;
	return o->len && o->len <= len - o->at && reader_has(r, o->at, o->len);
}

void line_nd_options(const struct reader *r, uint32_t at, uint32_t len)
{
	struct option o = { .at = at, .first = at };

	for (; o.at < len && o.at < r->have && !r->text->ended; o.at += o.len) {
		if (!find_option(r, &o, len)) {
			text_cut(r->text, r->protocol);
			return;
		}
		text_add(r->text, "\n\t  %s option (%u), length %u (%u): ",
			 option_name(r->data[o.at]), r->data[o.at], o.len,
			 o.len / 8);
		if (!tell_option(r, &o))
			return;
	}
}
