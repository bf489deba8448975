/* SPDX-License-Identifier: MIT */
/* Making a net, and taking the host's events. */
#include "socket.h"
#include "listen.h"
#include <stdlib.h>
#include <string.h>

#define DESCRIPTORS 1024
#define BACKLOG 4096
#define BUFFER (UINT32_C(4) << 20)

static void set_defaults(struct hf_net_options *options)
{
	if (options->descriptors <= 0)
		options->descriptors = DESCRIPTORS;
	if (options->backlog <= 0)
		options->backlog = BACKLOG;
	if (options->send_buffer == 0)
		options->send_buffer = BUFFER;
	if (options->receive_buffer == 0)
		options->receive_buffer = BUFFER;
}

/* An older caller's struct is shorter: what it lacks is 0. */
static void copy_sized(void *to, size_t size, const void *from,
		       size_t from_size)
{
	memcpy(to, from, from_size < size ? from_size : size);
}

struct hf_net *hf_net_new(struct hf_host *host,
			  const struct hf_net_driver *driver,
			  const struct hf_net_options *options)
{
	struct hf_net *net = calloc(1, sizeof *net);

	if (net == NULL)
		return NULL;
	copy_sized(&net->driver, sizeof net->driver, driver, driver->size);
	if (options != NULL)
		copy_sized(&net->options, sizeof net->options, options,
			   options->size);
	set_defaults(&net->options);
	net->table =
		calloc((size_t)net->options.descriptors, sizeof *net->table);
	if (net->table == NULL) {
		free(net);
		return NULL;
	}
	net->host = host;
	net->random = net->options.seed;
	return net;
}

void hf_net_free(struct hf_net *net)
{
	if (net == NULL)
		return;
	net->driver.wait = NULL; /* nobody lingers */
	for (int i = 0; i < net->options.descriptors; i++) {
		if (net->table[i].file != NULL)
			hf_net_close(net, net->options.first + i);
	}
	free(net->table);
	free(net);
}

void hf_net_attach(struct hf_net *net, struct hf_host *host)
{
	net->host = host;
}

void hf_net_update(struct hf_net *net)
{
	struct hf_event event;

	while (hf_event(net->host, &event)) {
		void *user = (void *)(uintptr_t)event.user;

		if (user == NULL)
			continue; /* an address's */
		if (event.flags & HF_EVENT_ACCEPT)
			listen_completed(user);
		else
			socket_event(user, &event);
	}
}

struct hf_handle hf_net_handle(struct hf_net *net, int fd)
{
	struct hf_handle handle = { 0, 0 };
	struct socket *s;

	if (socket_get(net, fd, &s) != 0)
		return handle;
	handle = s->listen != NULL ? listen_handle(s) : s->handle;
	socket_leave(s, 0);
	return handle;
}
