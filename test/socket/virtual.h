/* SPDX-License-Identifier: MIT */
/*
 * A net over one host in virtual time, whose peers are its own sockets, by
 * the loopback link.
 */
#ifndef TEST_SOCKET_VIRTUAL_H
#define TEST_SOCKET_VIRTUAL_H

#include <handfast/socket.h>

#define VIRTUAL_BLOCK ((size_t)32 << 20)

struct virtual_net {
	struct hf_net *net;
	struct hf_host *host;
	void *block;
	hf_time now;
	bool is_cut; /* what is sent on the loopback link is lost */
	unsigned broken_pipes; /* times that SIGPIPE was due */
	/* Once it is `due`, a wait calls this: what others do meanwhile. */
	void (*meanwhile)(struct virtual_net *v);
	hf_time due;
	int interrupt; /* the next wait returns it */
	uint8_t frame[65600];
};

/* Changes the configuration, or the net's options, before they are used. */
struct virtual_plan {
	void (*configure)(struct hf_config *config);
	struct hf_net_options options;
	bool never_waits; /* a driver without `wait` */
};

void virtual_start(struct virtual_net *v, const struct virtual_plan *plan);
void virtual_end(struct virtual_net *v);

/* Carries frames until none is left; time stands still. */
void virtual_settle(struct virtual_net *v);
/* Lets so much time pass. */
void virtual_pass(struct virtual_net *v, hf_time time);

#endif
