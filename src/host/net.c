/* SPDX-License-Identifier: MIT */
/* Links, addresses, routes and neighbours, as the caller sees them. */
#include "internal.h"

enum hf_error hf_link_add(struct hf_host *host, const struct hf_link *link,
			  hf_time now, uint32_t *id)
{
	struct turn t = turn_of(host, now, NULL);

	return ip_link_add(&t, link, id);
}

enum hf_error hf_address_add(struct hf_host *host, uint32_t link,
			     struct hf_addr addr, unsigned prefix_len,
			     hf_time now)
{
	struct turn t = turn_of(host, now, NULL);

	return ip_address_add(&t, link, &addr, prefix_len);
}

enum hf_error hf_address_remove(struct hf_host *host, struct hf_addr addr)
{
	struct turn t = turn_of(host, 0, NULL);

	return ip_address_remove(&t, &addr);
}

enum hf_error hf_route_add(struct hf_host *host, struct hf_addr prefix,
			   unsigned prefix_len, uint32_t link,
			   struct hf_addr gateway)
{
	struct turn t = turn_of(host, 0, NULL);
	bool is_ipv4 = addr_is_ipv4(&prefix);
	unsigned bits = is_ipv4 ? prefix_len + 96 : prefix_len;
	const struct ip_route route = {
		.prefix = prefix,
		.gateway = gateway,
		.link = link,
		.bits = (uint8_t)bits,
		.is_ipv4 = is_ipv4,
	};

	if (prefix_len > 128 || bits > 128)
		return HF_ERR_ARGUMENT;
	return ip_route_add(&t, &route);
}

/* ---- what is known ---------------------------------------------------- */

enum hf_address_state hf_address_state(const struct hf_host *host,
				       struct hf_addr addr)
{
	struct turn t = turn_of(host, 0, NULL);
	uint32_t ref = ip_address_find(&t, &addr);

	if (ref == 0 || !ip_address_at(&t, ref)->is_own)
		return HF_ADDRESS_NONE;
	return (enum hf_address_state)ip_address_at(&t, ref)->state;
}

size_t hf_addresses(const struct hf_host *host, struct hf_address *addresses,
		    size_t most)
{
	struct turn t = turn_of(host, 0, NULL);
	size_t n = 0;

	for (uint32_t ref = host->ip.first_own; ref != 0;
	     ref = ip_address_at(&t, ref)->next) {
		const struct ip_address *a = ip_address_at(&t, ref);

		if (n < most)
			addresses[n] = (struct hf_address){
				.addr = a->addr,
				.link = a->link,
				.state = (enum hf_address_state)a->state,
				.is_learned = a->is_learned,
				.valid_until = address_valid_until(&t, a),
			};
		n++;
	}
	return n;
}

/* Those of one list, behind the `n` that were found before. */
static size_t list_neighbours(const struct turn *t, uint32_t ref,
			      struct hf_neighbour *neighbours, size_t most,
			      size_t n)
{
	for (; ref != 0; ref = neighbour_at(t, ref)->next) {
		const struct neighbour *from = neighbour_at(t, ref);

		if (n < most)
			neighbours[n] = (struct hf_neighbour){
				.addr = from->addr,
				.link = from->link,
				.mac = from->mac,
				.state = (enum hf_neighbour_state)from->state,
				.is_router = from->is_router,
			};
		n++;
	}
	return n;
}

size_t hf_neighbours(const struct hf_host *host,
		     struct hf_neighbour *neighbours, size_t most)
{
	struct turn t = turn_of(host, 0, NULL);
	size_t n =
		list_neighbours(&t, host->ip.proven.first, neighbours, most, 0);

	return list_neighbours(&t, host->ip.unproven.first, neighbours, most,
			       n);
}
