/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target of links, neighbours and routers: a host on Ethernet, with
 * addresses of both versions, that obeys routers. The first octet chooses the
 * state of a connection, the next two a configuration as for fuzz_input, the
 * fourth what the link is like; the others are frames, time and calls.
 * Whatever it is, the invariants hold after each step, no limit is passed,
 * each frame of the host's is well formed, and in the end nothing is left.
 */
#include "fuzz_link.h"
#include <string.h>

#define MOST_ACTIONS 300u
#define PROBING (15 * HF_SECOND) /* by then no address is probed any more */

enum link_choice {
	CHOICE_SMALL = 1,
	CHOICE_VLAN = 2,
	CHOICE_AT_ONCE = 4, /* do not wait until addresses are ready */
	CHOICE_WAITER = 8, /* a connection waits for a neighbour meanwhile */
	CHOICE_NO_PROBES = 16,
	CHOICE_ANSWERS_ALL = 32,
	CHOICE_SERVES = 64, /* the caller speaks other protocols */
};

const char fuzz_target_name[] = "fuzz_link_replay";

/* ---- calls ------------------------------------------------------------ */

static void open_by(struct fuzz *f, struct hf_addr remote, unsigned hops)
{
	const struct hf_addr hop[] = { f->remote, hf_ipv4(10, 0, 0, 77),
				       hf_ipv4(192, 0, 2, 1) };
	const struct hf_open open = {
		.remote = remote,
		.remote_port = 9,
		.hops = hop,
		.hop_count = hops,
	};
	struct hf_handle handle;

	if (hf_open(f->host, &open, f->now, &handle) == HF_OK)
		fuzz_hold(f, handle);
}

static void open_to(struct fuzz *f, struct hf_addr remote)
{
	open_by(f, remote, 0);
}

static void open_somewhere(struct fuzz *f, struct input *in)
{
	uint8_t how = input_u8(in);

	if (how & 1)
		open_to(f, link_addr(f, in, how & 2));
	else if (how & 2)
		open_by(f, hf_ipv4(192, 0, 2, input_u8(in)), how >> 2 & 3);
	else /* beyond a gateway */
		open_to(f, hf_ipv4(192, 0, 2, input_u8(in)));
}

static void change_address(struct fuzz *f, struct input *in)
{
	uint8_t how = input_u8(in);
	struct hf_addr addr = link_addr(f, in, how & 1);

	if (how & 2)
		hf_address_remove(f->host, addr);
	else
		hf_address_add(f->host, f->link, addr, how & 4 ? 24 : 32,
			       f->now);
}

static void look(struct fuzz *f)
{
	struct hf_neighbour neighbours[16];
	struct hf_address addresses[16];
	size_t count = hf_neighbours(f->host, neighbours, 16);

	for (size_t i = 0; i < count && i < 16; i++) {
		const struct hf_neighbour *n = &neighbours[i];

		FUZZ_CHECK(f, n->link == f->link);
		FUZZ_CHECK(f, n->state <= HF_NEIGHBOUR_PROBE);
		FUZZ_CHECK(f, mac_is_zero(&n->mac) ==
				      (n->state == HF_NEIGHBOUR_INCOMPLETE));
		FUZZ_CHECK(f, !mac_is_multicast(&n->mac) &&
				      !mac_eq(&n->mac, &f->mac));
	}
	count = hf_addresses(f->host, addresses, 16);
	for (size_t i = 0; i < count && i < 16; i++)
		FUZZ_CHECK(f, hf_address_state(f->host, addresses[i].addr) ==
				      addresses[i].state);
}

/* The peer is replaced: the new one tells, or does not. */
static void change_peer(struct fuzz *f, struct input *in)
{
	f->peer_mac.octet[4] = input_u8(in) & 3;
	f->answers = (enum fuzz_answers)(input_u8(in) % 3);
}

static void act(struct fuzz *f, struct input *in)
{
	uint8_t what = input_u8(in);

	switch (what & 15) {
	case 0:
		open_somewhere(f, in);
		break;
	case 1:
		change_address(f, in);
		break;
	case 2:
		change_peer(f, in);
		break;
	case 3:
		look(f);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		fuzz_act(f, in);
		return;
	default:
		link_frame(f, in);
		break;
	}
	/* Without this, several frames meet the host before it answers. */
	if (!(what & 16))
		fuzz_settle(f);
	fuzz_check_host(f);
}

/* ---- the target ------------------------------------------------------- */

static void start(struct fuzz *f, uint16_t choice, uint8_t link)
{
	fuzz_configure(f, choice);
	if (link & CHOICE_NO_PROBES) {
		f->config.arp_probes = 0;
		f->config.dad_transmits = 0;
	}
	if (link & CHOICE_SERVES)
		f->config.unserved = HF_UNSERVED_SILENCE;
	fuzz_make_ethernet(f, link & CHOICE_SMALL, link & CHOICE_VLAN);
	f->answers = link & CHOICE_ANSWERS_ALL ? ANSWERS_ALL : ANSWERS_ITSELF;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz f;
	struct input in = { data, size };
	uint32_t path = input_u8(&in) % FUZZ_PATHS, actions = 0;
	uint16_t choice = input_u16(&in);
	uint8_t link = input_u8(&in);

	start(&f, choice, link);
	if (!(link & CHOICE_AT_ONCE)) {
		fuzz_pass_time(&f, PROBING);
		if (link & CHOICE_WAITER && !f.is_tight)
			open_to(&f, hf_ipv4(10, 0, 0, 99));
		fuzz_reach(&f, path);
	}
	while (in.left > 0 && actions++ < MOST_ACTIONS)
		act(&f, &in);
	look(&f);
	fuzz_end(&f);
	return 0;
}

/* Three in four are not tight, and wait until addresses are ready. */
void fuzz_target_shape(uint8_t *data, uint64_t seed, struct sim_random *r)
{
	data[0] = (uint8_t)(seed % FUZZ_PATHS);
	if (sim_random_below(r, 4))
		data[2] &= (uint8_t)~64;
	if (sim_random_below(r, 4))
		data[3] &= (uint8_t)~CHOICE_AT_ONCE;
}

const char *fuzz_target_start(const uint8_t *data)
{
	return data[3] & CHOICE_AT_ONCE ? "nothing"
					: fuzz_path_name(data[0] % FUZZ_PATHS);
}
