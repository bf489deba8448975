/* SPDX-License-Identifier: MIT */
/*
 * What is chosen so that nobody can guess it, and that nothing old is taken
 * for new: sequence numbers (RFC 6528), timestamps (RFC 6191), ports (RFC
 * 6056), identifications (RFC 6864).
 */
#include "script.h"
#include <string.h>

/* ---- sequence numbers and timestamps ----------------------------------- */

/* One more address for each side, in another prefix. */
static void add_prefix(struct script *t, struct hf_addr *local,
		       struct hf_addr *peer)
{
	int i = t->v6 ? 7 : 14;

	*local = t->local;
	*peer = t->peer;
	local->octet[i] ^= 1;
	peer->octet[i] ^= 1;
	script_expect(t, HF_OK,
		      hf_address_add(t->host, t->link, *local, t->v6 ? 64 : 24,
				     t->now));
	hf_host_used(t->host, &t->before);
}

struct numbers {
	uint32_t iss, ts;
};

/* Of a SYN between the script's addresses and these ports. */
static struct numbers numbers_of(struct script *t, uint16_t local_port,
				 uint16_t remote_port)
{
	struct hf_open options = open_options(t);

	options.local = t->local;
	t->f->peer_port = options.remote_port = remote_port;
	t->f->local_port = options.local_port = local_port;
	t->f->iss_known = t->f->ts_seen = false;
	options.reuse = true;
	script_expect(t, HF_OK, hf_open(t->host, &options, t->now, &t->f->h));
	script_out(t, "S 0:0(0)");
	script_abort(t);
	script_silence(t);
	return (struct numbers){ t->f->iss, t->last.opt.ts_val };
}

static bool is_far(uint32_t a, uint32_t b)
{
	return a - b + 10000 > 20000;
}

/* MUST-9: F() of both addresses and both ports; RFC 6191 2: of addresses. */
static void each_end_counts(struct script *t)
{
	struct hf_addr locals[2], peers[2];
	struct numbers n[16];

	start(t);
	locals[0] = t->local;
	peers[0] = t->peer;
	add_prefix(t, &locals[1], &peers[1]);
	MARK(t);
	for (int i = 0; i < 16; i++) {
		t->local = locals[i & 1];
		t->peer = peers[i >> 1 & 1];
		n[i] = numbers_of(t, i & 4 ? 9001 : 9000, i & 8 ? 801 : 800);
	}
	for (int i = 0; i < 16; i++)
		for (int k = 0; k < i; k++) {
			require(t, is_far(n[i].iss, n[k].iss));
			require(t, is_far(n[i].ts, n[k].ts) ==
					   ((i & 3) != (k & 3)));
		}
}

/* RFC 6864 4.3: what may be fragmented has another one each time. */
static void identification(struct script *t)
{
	uint16_t id[3];

	start(t);
	passive(t, "mss 1460");
	for (int i = 0; i < 3; i++) {
		user_send(t, 10);
		out(t, "P. %d:%d(10) ack 1", 1 + i * 10, 11 + i * 10);
		require(t, get16(t->last.data + 4) == 0);
		in(t, ". 1:1(0) ack %d", 11 + i * 10);
	}
	user_set(t, HF_OPTION_FRAGMENT, 1);
	for (int i = 3; i < 6; i++) {
		user_send(t, 10);
		out(t, "P. %d:%d(10) ack 1", 1 + i * 10, 11 + i * 10);
		id[i - 3] = get16(t->last.data + 4);
		in(t, ". 1:1(0) ack %d", 11 + i * 10);
	}
	require(t, id[0] != id[1] && id[1] != id[2] && id[0] != id[2]);
}

/* ---- ports -------------------------------------------------------------- */

/* RFC 6056 3.3.4: each port of the range is tried, the last one too. */
static void last_free_port(struct script *t)
{
	struct hf_open options;
	struct hf_handle h[10], none;

	t->config.port_low = 50000;
	t->config.port_high = 50009;
	start(t);
	options = open_options(t);
	for (int i = 0; i < 10; i++)
		ok(t, hf_open(t->host, &options, t->now, &h[i]));
	error(t, HF_ERR_ADDRESS_IN_USE,
	      hf_open(t->host, &options, t->now, &none));
	for (int i = 9; i >= 0; i--) {
		ok(t, hf_abort(t->host, h[i], t->now));
		ok(t, hf_open(t->host, &options, t->now, &h[i]));
		error(t, HF_ERR_ADDRESS_IN_USE,
		      hf_open(t->host, &options, t->now, &none));
	}
	for (int i = 0; i < 10; i++)
		ok(t, hf_abort(t->host, h[i], t->now));
	skip(t);
}

/* MUST-42: a port is used at the address of its connection, or at any. */
static void port_of_an_address(struct script *t)
{
	struct hf_listen options;
	struct hf_handle listener;
	struct hf_addr local, peer;

	start(t);
	MARK(t);
	add_prefix(t, &local, &peer);
	user_open(t);
	out(t, "S 0:0(0)");
	options = listen_options(t);
	error(t, HF_ERR_ADDRESS_IN_USE,
	      hf_listen(t->host, &options, &listener));
	memset(&options.local, 0, sizeof options.local);
	error(t, HF_ERR_ADDRESS_IN_USE,
	      hf_listen(t->host, &options, &listener));
	options.local = local;
	ok(t, hf_listen(t->host, &options, &t->listener));
}

/* Wherever in the table its connection stands. */
static void each_used_port(struct script *t)
{
	struct hf_listen options;
	struct hf_handle listener;

	start(t);
	for (uint16_t port = 1; port <= 300; port++) {
		MARK(t);
		t->f->local_port = port;
		t->f->iss_known = t->f->ts_seen = false;
		options = listen_options(t);
		ok(t, hf_listen(t->host, &options, &t->listener));
		in(t, "S 0:0(0) <mss 1460>");
		out(t, "S. 0:0(0) ack 1");
		in(t, ". 1:1(0) ack 1");
		user_accept(t);
		ok(t, hf_close(t->host, t->listener, t->now));
		error(t, HF_ERR_ADDRESS_IN_USE,
		      hf_listen(t->host, &options, &listener));
		in(t, "R 1:1(0)");
		ok(t, hf_abort(t->host, t->f->h, t->now));
	}
	t->listener = (struct hf_handle){ 0, 0 };
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(each_end_counts),
	SCRIPT_V4(identification),
	SCRIPT(last_free_port),
	SCRIPT(port_of_an_address),
	SCRIPT(each_used_port),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("numbers", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
