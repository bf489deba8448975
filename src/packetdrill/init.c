/* SPDX-License-Identifier: MIT */
/* The beginning and the end of a stack for packetdrill. */
#define _GNU_SOURCE
#include "packetdrill_call.h"

#include <handfast/device.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)256 << 20) /* octets; what is not used costs nothing */

struct packetdrill *packetdrill_current;

/* packetdrill's own, if it is not told others. */
static const struct {
	struct hf_addr addr;
	unsigned prefix_len;
} usual[] = {
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 0, 1 } },
	  16 },
	{ { { 0xfd, 0x3d, 0xfa, 0x7b, 0xd1, 0x7d, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	      1 } },
	  48 },
};

static enum hf_error add_addresses(struct packetdrill *p)
{
	enum hf_error error = HF_OK;

	for (unsigned i = 0; !error && i < p->flags.locals; i++) {
		struct hf_addr addr = p->flags.local[i];
		bool is_ipv4 = addr.octet[0] == 0 && addr.octet[10] == 0xff;

		error = hf_address_add(p->host, p->link, addr,
				       is_ipv4 ? 32 : 128, p->now);
	}
	for (unsigned i = 0; !error && !p->flags.locals && i < 2; i++)
		error = hf_address_add(p->host, p->link, usual[i].addr,
				       usual[i].prefix_len, p->now);
	return error;
}

/* All that is not its own is behind the link. */
static enum hf_error make_host(struct packetdrill *p)
{
	const struct hf_link link = { .mtu = p->flags.mtu };
	const struct hf_addr any = { { 0 } };
	enum hf_error error;

	error = hf_host_init(p->block, BLOCK, &p->flags.config, p->now,
			     &p->host);
	if (!error)
		error = hf_link_add(p->host, &link, p->now, &p->link);
	if (!error)
		error = add_addresses(p);
	if (!error)
		error = hf_route_add(p->host, hf_ipv4(0, 0, 0, 0), 0, p->link,
				     any);
	if (!error)
		error = hf_route_add(p->host, any, 0, p->link, any);
	return error;
}

static enum hf_error make_net(struct packetdrill *p)
{
	const struct hf_net_driver driver = {
		.size = sizeof driver,
		.context = p,
		.now = clock_now,
		.wait = clock_wait,
	};
	const struct hf_net_options options = {
		.size = sizeof options,
		.first = PACKETDRILL_FIRST,
		.descriptors = PACKETDRILL_DESCRIPTORS,
		.backlog = (int)p->flags.sockets.backlog,
		.send_buffer = p->flags.sockets.send_most,
		.receive_buffer = p->flags.sockets.receive_most,
		.seed = 1, /* the same script, the same ports */
	};

	p->net = hf_net_new(p->host, &driver, &options);
	return p->net ? HF_OK : HF_ERR_NO_MEMORY;
}

static void end(void *userdata)
{
	struct packetdrill *p = userdata;

	packetdrill_current = NULL;
	if (p->net)
		hf_net_free(p->net);
	hf_block_unmap(p->block, BLOCK);
	traffic_end(p);
	clock_end(p);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static enum hf_error begin(struct packetdrill *p)
{
	enum hf_error error;

	pthread_mutex_init(&p->lock, NULL);
	p->main = pthread_self();
	clock_init(p);
	traffic_init(p);
	p->block = hf_block_map(BLOCK);
	if (!p->block)
		return HF_ERR_NO_MEMORY;
	error = make_host(p);
	return error ? error : make_net(p);
}

/* The interface has no way to say no; to go on would be to test nothing. */
_Noreturn static void give_up(const char *why)
{
	fprintf(stderr, "libhandfast-packetdrill.so: %s\n", why);
	exit(EXIT_FAILURE);
}

__attribute__((visibility("default"))) void
packetdrill_interface_init(const char *flags,
			   struct packetdrill_interface *interface)
{
	struct packetdrill *p = calloc(1, sizeof *p);
	char failure[DRILL_FAILURE];
	enum hf_error error;

	if (!p)
		give_up("no memory");
	if (!so_flags_read(&p->flags, flags, failure))
		give_up(failure);
	error = begin(p);
	if (error)
		give_up(hf_error_name(error));
	packetdrill_table(interface);
	interface->userdata = p;
	interface->free = end;
	packetdrill_current = p;
}
