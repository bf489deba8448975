/* SPDX-License-Identifier: MIT */
/* Datagrams from packetdrill to the host, and those that wait for it. */
#include "packetdrill.h"

#include <stdlib.h>
#include <string.h>

/*
 * How far time goes on in the hope for a datagram: past the longest silence
 * after which a host may have something to say, a keepalive probe.
 */
#define HORIZON (4 * 3600 * HF_SECOND)

void traffic_init(struct packetdrill *p)
{
	p->first = NULL;
	p->last = &p->first;
}

void traffic_end(struct packetdrill *p)
{
	while (p->first) {
		struct packetdrill_datagram *next = p->first->next;

		free(p->first);
		p->first = next;
	}
}

/* Without memory it is lost, as on a wire. */
static void append(struct packetdrill *p, size_t len)
{
	struct packetdrill_datagram *datagram = malloc(sizeof *datagram + len);

	if (!datagram)
		return;
	datagram->next = NULL;
	datagram->when = p->now;
	datagram->len = (uint32_t)len;
	memcpy(datagram->data, p->buffer, len);
	*p->last = datagram;
	p->last = &datagram->next;
}

void traffic_collect(struct packetdrill *p)
{
	size_t len;

	while (hf_loopback(p->host, p->buffer, sizeof p->buffer, 32, p->now))
		hf_net_update(p->net);
	while ((len = hf_output(p->host, p->link, p->buffer, sizeof p->buffer,
				p->now, NULL, NULL)))
		append(p, len);
}

struct packetdrill_datagram *traffic_take(struct packetdrill *p)
{
	struct packetdrill_datagram *datagram;
	hf_time end = p->now + HORIZON, next;

	while (!p->first && (next = clock_next(p)) <= end)
		clock_advance(p, next);
	datagram = p->first;
	if (!datagram)
		return NULL;
	p->first = datagram->next;
	if (!p->first)
		p->last = &p->first;
	return datagram;
}

/* ---- addresses ---------------------------------------------------------- */

static bool is_multicast(struct hf_addr addr)
{
	return addr.octet[0] == 0xff ||
	       (addr.octet[0] == 0 && addr.octet[12] >= 0xe0);
}

void traffic_learn(struct packetdrill *p, struct hf_addr addr)
{
	static const struct hf_addr any = { { 0 } };
	const struct hf_addr any_4 = hf_ipv4(0, 0, 0, 0);
	bool is_ipv4 = memcmp(addr.octet, any_4.octet, 12) == 0;

	if (p->flags.locals || is_multicast(addr) ||
	    memcmp(&addr, &any, sizeof any) == 0 ||
	    memcmp(&addr, &any_4, sizeof any_4) == 0 ||
	    (is_ipv4 && addr.octet[12] == 127) ||
	    hf_address_state(p->host, addr) != HF_ADDRESS_NONE)
		return;
	(void)hf_address_add(p->host, p->link, addr, is_ipv4 ? 32 : 128,
			     p->now); /* else it is not available */
}

static void learn_destination(struct packetdrill *p, const uint8_t *data,
			      size_t len)
{
	struct hf_addr addr = hf_ipv4(0, 0, 0, 0);

	if (len >= 20 && data[0] >> 4 == 4)
		memcpy(addr.octet + 12, data + 16, 4);
	else if (len >= 40 && data[0] >> 4 == 6)
		memcpy(addr.octet, data + 24, 16);
	traffic_learn(p, addr);
}

void traffic_input(struct packetdrill *p, const void *data, size_t len)
{
	const struct hf_frame frame = { .data = data, .len = (uint32_t)len };

	learn_destination(p, data, len);
	hf_input(p->host, p->link, &frame, 1, p->now, NULL);
	clock_settle(p);
}
