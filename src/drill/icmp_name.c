/* SPDX-License-Identifier: MIT */
#include "icmp_name.h"

const struct icmp_name icmp_names4[] = {
	{ "echo_reply", NULL, 0, 0 },
	{ "unreachable", NULL, 3, 0 },
	{ "unreachable", "net_unreachable", 3, 0 },
	{ "unreachable", "host_unreachable", 3, 1 },
	{ "unreachable", "protocol_unreachable", 3, 2 },
	{ "unreachable", "port_unreachable", 3, 3 },
	{ "unreachable", "frag_needed", 3, 4 },
	{ "unreachable", "source_route_failed", 3, 5 },
	{ "unreachable", "net_unknown", 3, 6 },
	{ "unreachable", "host_unknown", 3, 7 },
	{ "unreachable", "source_host_isolated", 3, 8 },
	{ "unreachable", "net_prohibited", 3, 9 },
	{ "unreachable", "host_prohibited", 3, 10 },
	{ "unreachable", "net_unreachable_for_tos", 3, 11 },
	{ "unreachable", "host_unreachable_for_tos", 3, 12 },
	{ "unreachable", "packet_filtered", 3, 13 },
	{ "unreachable", "precedence_violation", 3, 14 },
	{ "unreachable", "precedence_cutoff", 3, 15 },
	{ "source_quench", NULL, 4, 0 },
	{ "redirect", NULL, 5, 0 },
	{ "redirect", "net", 5, 0 },
	{ "redirect", "host", 5, 1 },
	{ "redirect", "net_for_tos", 5, 2 },
	{ "redirect", "host_for_tos", 5, 3 },
	{ "echo_request", NULL, 8, 0 },
	{ "time_exceeded", NULL, 11, 0 },
	{ "time_exceeded", "ttl", 11, 0 },
	{ "time_exceeded", "reassembly", 11, 1 },
	{ "parameter_problem", NULL, 12, 0 },
	{ "timestamp_request", NULL, 13, 0 },
	{ "timestamp_reply", NULL, 14, 0 },
	{ "information_request", NULL, 15, 0 },
	{ "information_reply", NULL, 16, 0 },
	{ "address_mask_request", NULL, 17, 0 },
	{ "address_mask_reply", NULL, 18, 0 },
	{ NULL, NULL, 0, 0 },
};

const struct icmp_name icmp_names6[] = {
	{ "unreachable", NULL, 1, 0 },
	{ "unreachable", "no_route", 1, 0 },
	{ "unreachable", "admin_prohibited", 1, 1 },
	{ "unreachable", "not_neighbour", 1, 2 },
	{ "unreachable", "beyond_scope", 1, 2 },
	{ "unreachable", "address_unreachable", 1, 3 },
	{ "unreachable", "port_unreachable", 1, 4 },
	{ "unreachable", "policy_failed", 1, 5 },
	{ "unreachable", "reject_route", 1, 6 },
	{ "packet_too_big", NULL, 2, 0 },
	{ "time_exceeded", NULL, 3, 0 },
	{ "time_exceeded", "ttl", 3, 0 },
	{ "time_exceeded", "reassembly", 3, 1 },
	{ "parameter_problem", NULL, 4, 0 },
	{ "parameter_problem", "header_field", 4, 0 },
	{ "parameter_problem", "next_header", 4, 1 },
	{ "parameter_problem", "option", 4, 2 },
	{ "echo_request", NULL, 128, 0 },
	{ "echo_reply", NULL, 129, 0 },
	{ NULL, NULL, 0, 0 },
};

static bool type_is(const struct icmp_name *name, const struct scan_token *type)
{
	uint64_t number;

	if (type->kind == SCAN_NUMBER)
		return scan_integer(type, 10, &number) &&
		       number == name->type_number;
	return scan_token_equals(type, name->type);
}

bool icmp_name_is_type(const struct icmp_name *names,
		       const struct scan_token *type)
{
	for (; names->type; names++)
		if (type_is(names, type))
			return true;
	return false;
}

struct drill_icmp_type icmp_name_resolve(const struct icmp_name *name,
					 const struct scan_token *type,
					 const struct scan_token *code)
{
	struct drill_icmp_type found = { 0 };
	uint64_t number = 0, n;

	if (code->kind == SCAN_NUMBER && scan_integer(code, 10, &n))
		found.code = (uint8_t)n;
	if (type->kind == SCAN_NUMBER && scan_integer(type, 10, &number)) {
		found.type = (uint8_t)number;
		found.known = code->kind != SCAN_WORD;
	}
	for (; name->type && !found.known; name++) {
		if (!type_is(name, type))
			continue;
		found.type = name->type_number;
		if (code->kind != SCAN_WORD) {
			found.known = true;
		} else if (name->code && scan_token_equals(code, name->code)) {
			found.code = name->code_number;
			found.known = true;
		}
	}
	return found;
}

const struct icmp_name *icmp_name_of(const struct icmp_name *name,
				     const struct drill_icmp_type *icmp)
{
	for (; name->type; name++)
		if (name->type_number == icmp->type &&
		    name->code_number == icmp->code)
			return name;
	return NULL;
}
