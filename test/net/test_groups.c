/* SPDX-License-Identifier: MIT */
/*
 * The multicast groups of our addresses, and who is told of them: RFC 3810,
 * RFC 2710, RFC 4861 7.2.1; and what else begins and ends with an address.
 */
#include "address_fixture.h"

#define REPORT(from)                                                           \
	"IP6 " from " > ff02::16: HBH ICMP6, multicast listener report v2, 1 " \
	"group record(s), length 28"
#define OLD_REPORT "*multicast listener report*addr: ff02::1:ff00:9*"

/* A host whose link-local address is settled, and fd00::9 too. */
static void with_nine(struct net *n)
{
	settle(n);
	add(n, "fd00::9");
	pass(n, 5000);
	n->shows_groups = true;
}

/* A query of a router: to all nodes, with the router alert of RFC 2711. */
static void in_query(struct net *n, unsigned delay, uint32_t len)
{
	static const uint8_t alert[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	uint8_t message[28] = {
		130, [4] = (uint8_t)(delay >> 8), [5] = (uint8_t)delay
	};
	const struct net_datagram d = {
		.from = 0xfe,
		.src = "fe80::fe",
		.dst = "ff02::1",
		.protocol = 58,
		.ttl = 1,
		.options = alert,
		.options_len = sizeof alert,
	};

	in_ip(n, &d, message, len);
}

/* RFC 3810 6.1: CHANGE_TO_EXCLUDE, and again, by now from an address. */
static void group_of_an_address_is_told_twice(struct net *n)
{
	settle(n);
	n->shows_groups = true;
	add(n, "fd00::9");
	due(n, 0, 1000, MULTICAST, REPORT(LOCAL));
	verbose(n, "*hlim 1,*[gaddr ff02::1:ff00:9 to_ex*");
	due(n, 0, 1000, MULTICAST, "*solicitation, who has fd00::9,*");
	due(n, 1000, 1001, MULTICAST, "*advertisement, tgt is fd00::9,*");
	due(n, 0, 1, MULTICAST, REPORT(LOCAL));
	verbose(n, "*[gaddr ff02::1:ff00:9 to_ex*");
	quiet(n, 5000);
}

/* RFC 3810 6.1: CHANGE_TO_INCLUDE of nothing is to leave. */
static void group_is_left_with_its_address(struct net *n)
{
	with_nine(n);
	ok(n, hf_address_remove(n->host, addr("fd00::9")));
	due(n, 0, 1, MULTICAST, REPORT(LOCAL));
	verbose(n, "*[gaddr ff02::1:ff00:9 to_in*");
	quiet(n, 5000);
}

/* fe80::ff:fe00:1 and fd00::1 are of one group. */
static void group_of_two_addresses_is_not_left_with_one(struct net *n)
{
	with_nine(n);
	add(n, "fd00::1");
	pass(n, 5000);
	ok(n, hf_address_remove(n->host, addr("fd00::1")));
	quiet(n, 5000);
	ok(n, hf_address_remove(n->host, addr("fd00::9")));
	due(n, 0, 1, MULTICAST, REPORT(LOCAL)); /* nobody shares this */
	verbose(n, "*[gaddr ff02::1:ff00:9 to_in*");
}

/* IPv4 addresses have no group that anybody is told of. */
static void ipv4_address_has_no_group(struct net *n)
{
	with_nine(n);
	add(n, "10.0.0.1");
	for (int i = 0; i < 20; i++)
		if (net_take(n, SEC(1)))
			require(n, !net_matches("*listener*", n->last.text));
	ok(n, hf_address_remove(n->host, addr("10.0.0.1")));
	quiet(n, 5000);
}

/* RFC 3810 6.2: MODE_IS_EXCLUDE of each, within the delay that is asked. */
static void query_is_answered_for_each_group(struct net *n)
{
	with_nine(n);
	in_query(n, 2000, 28);
	dropped(n, HF_ACCEPTED);
	due(n, 0, 2001, MULTICAST, REPORT(LOCAL));
	verbose(n, "*[gaddr ff02::1:ff00:1 is_ex*");
	due(n, 0, 1, MULTICAST, REPORT(LOCAL));
	verbose(n, "*[gaddr ff02::1:ff00:9 is_ex*");
	quiet(n, 10000);
}

/* One that is pending stands for all that come meanwhile. */
static void queries_have_one_answer(struct net *n)
{
	with_nine(n);
	for (int i = 0; i < 10; i++)
		in_query(n, 5000, 28);
	due(n, 0, 5001, MULTICAST, REPORT(LOCAL));
	due(n, 0, 1, MULTICAST, REPORT(LOCAL));
	quiet(n, 10000);
}

/* RFC 3810 8.2.1, RFC 2710 4: an old router is answered in its own way. */
static void old_query_is_answered_in_its_way(struct net *n)
{
	with_nine(n);
	in_query(n, 1000, 24);
	due(n, 0, 1001, MULTICAST, "*listener report*ff02::1:ff00:1*");
	due(n, 0, 1, MULTICAST, OLD_REPORT);
	require(n, net_matches("IP6 " LOCAL " > ff02::1:ff00:9: HBH *",
			       n->last.text));
	verbose(n, "*hlim 1,*");
	quiet(n, 5000);
}

/* RFC 3810 6.2: not from beyond the link, and not in other shapes. */
static void bad_query_is_not_answered(struct net *n)
{
	with_nine(n);
	in_query(n, 0, 26);
	require(n, n->in_report.drop != HF_ACCEPTED);
	quiet(n, 5000);
}

/* RFC 4861 7.2.6, RFC 5227 2.3: who is new says so, when it is sure. */
static void new_address_is_announced(struct net *n)
{
	settle(n);
	add(n, "fd00::1");
	due(n, 0, 1000, MULTICAST, PROBE6);
	due(n, 1000, 1001, MULTICAST, ADVERTISED6);
	verbose(n, "*Flags [override]*");
	require(n, address_state(n, "fd00::1") == HF_ADDRESS_READY);
	quiet(n, 5000);
}

/* clang-format off */
static const struct net_case cases[] = {
	CASE(group_of_an_address_is_told_twice),
	CASE(group_is_left_with_its_address),
	CASE(group_of_two_addresses_is_not_left_with_one),
	CASE(ipv4_address_has_no_group),
	CASE(query_is_answered_for_each_group),
	CASE(queries_have_one_answer),
	CASE(old_query_is_answered_in_its_way),
	CASE(bad_query_is_not_answered),
	CASE(new_address_is_announced),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return net_main("groups", cases, sizeof cases / sizeof *cases, argc,
			argv);
}
