/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include "option.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE (4 * (int64_t)HF_MILLISECOND)
#define TOLERANCE_PERMILLE 125u
#define PORT 8080u

void drill_rules_default(struct drill_rules *rules)
{
	memset(rules, 0, sizeof *rules);
	rules->network.mtu = 1500;
	rules->bind_port = PORT;
	rules->connect_port = PORT;
	rules->tolerance = TOLERANCE;
	rules->tolerance_permille = TOLERANCE_PERMILLE;
}

/* ---- values ----------------------------------------------------------- */

static bool read_address(const char *text, struct hf_addr *addr)
{
	struct in_addr in;

	if (inet_pton(AF_INET6, text, addr->octet) == 1)
		return true;
	if (inet_pton(AF_INET, text, &in) != 1)
		return false;
	*addr = hf_ipv4(0, 0, 0, 0);
	memcpy(addr->octet + 12, &in, sizeof in);
	return true;
}

/* 255.255.0.0 has 16. */
static bool read_netmask(const char *text, unsigned *len)
{
	struct in_addr mask;

	if (inet_pton(AF_INET, text, &mask) != 1)
		return false;
	*len = (unsigned)__builtin_popcount(mask.s_addr);
	return true;
}

static bool read_version(const char *text, enum drill_ip_version *version)
{
	static const struct {
		const char *name;
		enum drill_ip_version version;
	} names[] = {
		{ "ipv4", DRILL_IPV4 },
		{ "ipv4-mapped-ipv6", DRILL_IPV4_MAPPED_IPV6 },
		{ "ipv6", DRILL_IPV6 },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i].name, text) == 0) {
			*version = names[i].version;
			return true;
		}
	}
	return false;
}

/* 12.5 is 125 thousandths of a hundred. */
static uint32_t read_permille(const char *text)
{
	char *end;
	unsigned long whole = strtoul(text, &end, 10);
	uint32_t tenth = 0;

	if (*end == '.' && end[1] >= '0' && end[1] <= '9')
		tenth = (uint32_t)(end[1] - '0');
	return (uint32_t)whole * 10 + tenth;
}

static bool is_true(const char *value)
{
	return !value || !*value || strcmp(value, "0") != 0;
}

/* ---- options ---------------------------------------------------------- */

/* What is for a device, a machine or a program that is not here. */
static const char *const without_meaning[] = {
	"speed",
	"persistent_tun_dev",
	"tun_dev",
	"code_command",
	"code_format",
	"code_sockopt",
	"non_fatal",
	"send_omit_free",
	"is_anyip",
	"debug",
	"mss",
	"define",
	"tcp_ts_ecr_scaled",
	NULL,
};

static bool is_without_meaning(const char *name)
{
	for (const char *const *p = without_meaning; *p; p++)
		if (strcmp(*p, name) == 0)
			return true;
	return false;
}

static bool set_address(struct drill_rules *rules, const char *name,
			const char *value, bool *known)
{
	struct drill_network *network = &rules->network;

	*known = true;
	if (strcmp(name, "ip_version") == 0)
		return read_version(value, &network->ip_version);
	if (strcmp(name, "local_ip") == 0)
		return rules->has_local = read_address(value, &network->local);
	if (strcmp(name, "remote_ip") == 0)
		return rules->has_remote =
			       read_address(value, &network->remote);
	if (strcmp(name, "gateway_ip") == 0)
		return rules->has_gateway =
			       read_address(value, &network->gateway);
	if (strcmp(name, "netmask_ip") == 0)
		return read_netmask(value, &network->prefix_len);
	*known = false;
	return true;
}

static void set_number(struct drill_rules *rules, const char *name,
		       const char *value, bool *known)
{
	unsigned long number = value ? strtoul(value, NULL, 0) : 0;

	*known = true;
	if (strcmp(name, "mtu") == 0)
		rules->network.mtu = (uint32_t)number;
	else if (strcmp(name, "bind_port") == 0)
		rules->bind_port = (uint16_t)number;
	else if (strcmp(name, "connect_port") == 0)
		rules->connect_port = (uint16_t)number;
	else if (strcmp(name, "tolerance_usecs") == 0)
		rules->tolerance = (int64_t)number * 1000;
	else if (strcmp(name, "tcp_ts_tick_usecs") == 0)
		rules->ts_tick = (int64_t)number * 1000;
	else if (strcmp(name, "tolerance_percent") == 0)
		rules->tolerance_permille = read_permille(value ? value : "");
	else
		*known = false;
}

static bool set_other(struct drill_rules *rules, const char *name,
		      const char *value)
{
	if (strcmp(name, "strict_segments") == 0)
		rules->strict_segments = is_true(value);
	else if (strcmp(name, "dry_run") == 0)
		rules->dry_run = is_true(value);
	else if (strcmp(name, "verbose") == 0)
		rules->verbose = is_true(value);
	else if (strcmp(name, "init_scripts") == 0)
		rules->init_scripts = value;
	else
		return is_without_meaning(name);
	return true;
}

const char *drill_rules_set(struct drill_rules *rules, const char *name,
			    const char *value, char *why)
{
	const struct drill_option_row *row = drill_option_find(name);
	const char *wants = row ? drill_option_wants(row, value) : NULL;
	bool known, good;

	if (!row) {
		snprintf(why, DRILL_FAILURE, "no option --%s", name);
		return why;
	}
	if (wants) {
		snprintf(why, DRILL_FAILURE, "--%s wants %s", name, wants);
		return why;
	}
	good = set_address(rules, name, value, &known);
	if (!known)
		set_number(rules, name, value, &known);
	if (!known && !set_other(rules, name, value)) {
		snprintf(why, DRILL_FAILURE, "--%s means nothing here", name);
		return why;
	}
	if (good)
		return NULL;
	snprintf(why, DRILL_FAILURE, "--%s: \"%s\" is no value for it", name,
		 value);
	return why;
}

/* ---- defaults that depend on others ----------------------------------- */

/* Another address of the same network: of ...1 it is ...2. */
static struct hf_addr neighbour_of(struct hf_addr addr)
{
	addr.octet[15] ^= (addr.octet[15] & 3) == 3 ? 1 : 3;
	return addr;
}

static void default_addresses(struct drill_rules *rules)
{
	bool six = drill_network_is_ipv6(&rules->network);
	struct drill_network *network = &rules->network;

	if (!rules->has_local)
		read_address(six ? "fd3d:fa7b:d17d::1" : "192.168.0.1",
			     &network->local);
	if (!rules->has_remote)
		read_address(six ? "2001:db8::1" : "192.0.2.1",
			     &network->remote);
	if (!rules->has_gateway)
		network->gateway = neighbour_of(network->local);
	if (!network->prefix_len)
		network->prefix_len = six ? 48 : 16;
	if (!network->remote_prefix_len)
		network->remote_prefix_len = six ? 32 : 24;
}

static bool is_ipv4(const struct hf_addr *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(addr->octet, mapped, sizeof mapped) == 0;
}

/*
 * Options that were said for one version of IP mean nothing to the other, be
 * it that a script says its addresses and the command line the version.
 */
static void forget_other_version(struct drill_rules *rules)
{
	bool six = drill_network_is_ipv6(&rules->network);
	struct drill_network *network = &rules->network;

	if (rules->has_local && is_ipv4(&network->local) == six) {
		rules->has_local = false;
		network->prefix_len = 0;
	}
	if (rules->has_remote && is_ipv4(&network->remote) == six) {
		rules->has_remote = false;
		network->remote_prefix_len = 0;
	}
	if (rules->has_gateway && is_ipv4(&network->gateway) == six)
		rules->has_gateway = false;
}

const char *drill_rules_finish(struct drill_rules *rules, char *why)
{
	unsigned most = drill_network_is_ipv6(&rules->network) ? 128 : 32;

	forget_other_version(rules);
	default_addresses(rules);
	if (rules->network.prefix_len > most ||
	    rules->network.remote_prefix_len > most) {
		snprintf(why, DRILL_FAILURE, "a prefix is longer than %u bits",
			 most);
		return why;
	}
	if (rules->network.mtu < 576 || rules->network.mtu > 65535) {
		snprintf(why, DRILL_FAILURE, "an MTU is 576 to 65535, not %u",
			 rules->network.mtu);
		return why;
	}
	return NULL;
}
