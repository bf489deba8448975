/* SPDX-License-Identifier: MIT */
/* Loopback addresses: RFC 1122 3.2.1.3 (g), RFC 4291 2.5.3. */
#include "script.h"
#include <string.h>

static struct hf_addr loopback(const struct script *t, uint8_t last)
{
	struct hf_addr a = { { 0 } };

	if (!t->v6)
		return hf_ipv4(127, 0, 0, last);
	a.octet[15] = 1;
	return a;
}

/* "MUST NOT appear outside a host." */
static void stays_within_the_host(struct script *t)
{
	struct hf_open options;
	struct hf_handle h;

	start(t);
	options = open_options(t);
	options.local = loopback(t, 1);
	error(t, HF_ERR_ADDRESS_NOT_AVAILABLE,
	      hf_open(t->host, &options, t->now, &h));
	if (!t->v6) {
		options.local = loopback(t, 77);
		error(t, HF_ERR_ADDRESS_NOT_AVAILABLE,
		      hf_open(t->host, &options, t->now, &h));
	}
	used(t, HF_POOL_CONNECTION, 0);
	quiet(t, 5000);
}

static void run_loopback(struct script *t)
{
	uint8_t buf[PACKET_MAX];
	unsigned guard = 0;

	while (hf_loopback(t->host, buf, sizeof buf, 4, t->now)) {
		script_check(t);
		if (++guard > 1000)
			script_fail(t, "the loopback never rests");
	}
}

static struct hf_handle connect_to(struct script *t, struct hf_addr to)
{
	struct hf_open options = { .remote = to, .remote_port = 80 };
	struct hf_handle h;

	script_expect(t, HF_OK, hf_open(t->host, &options, t->now, &h));
	run_loopback(t);
	return h;
}

/*
 * host.h, hf_listen(): "HF_ERR_ADDRESS_IN_USE: another listener has address
 * and port"; any address and one of its own are two, and the closer gets it.
 */
static void listener_beside_any_address(struct script *t)
{
	struct hf_listen options = { .port = 80 };
	struct hf_handle any, one, from, to, none;
	uint8_t last = t->v6 ? 1 : 2;

	start(t);
	ok(t, hf_listen(t->host, &options, &any));
	options.local = loopback(t, last);
	ok(t, hf_listen(t->host, &options, &one));
	error(t, HF_ERR_ADDRESS_IN_USE, hf_listen(t->host, &options, &none));
	MARK(t);
	from = connect_to(t, options.local);
	error(t, HF_ERR_WOULD_BLOCK, hf_accept(t->host, any, &none));
	ok(t, hf_accept(t->host, one, &to));
	ok(t, hf_abort(t->host, from, t->now));
	MARK(t);
	run_loopback(t);
	ok(t, hf_abort(t->host, to, t->now));
	ok(t, hf_close(t->host, one, t->now));
	ok(t, hf_close(t->host, any, t->now));
}

/* The other way round, and a refused one leaves nothing behind. */
static void any_address_beside_listener(struct script *t)
{
	struct hf_listen options = { .port = 80 };
	struct hf_usage before, after;
	struct hf_handle any, one, none;

	start(t);
	options.local = loopback(t, t->v6 ? 1 : 2);
	ok(t, hf_listen(t->host, &options, &one));
	memset(&options.local, 0, sizeof options.local);
	ok(t, hf_listen(t->host, &options, &any));
	hf_host_used(t->host, &before);
	error(t, HF_ERR_ADDRESS_IN_USE, hf_listen(t->host, &options, &none));
	options.local = loopback(t, t->v6 ? 1 : 2);
	error(t, HF_ERR_ADDRESS_IN_USE, hf_listen(t->host, &options, &none));
	hf_host_used(t->host, &after);
	require(t, before.pages == after.pages);
	for (int i = 0; i < HF_POOLS; i++)
		require(t, before.pool[i].used == after.pool[i].used);
	ok(t, hf_close(t->host, one, t->now));
	ok(t, hf_listen(t->host, &options, &one));
	ok(t, hf_close(t->host, one, t->now));
	ok(t, hf_close(t->host, any, t->now));
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(stays_within_the_host),
	SCRIPT(listener_beside_any_address),
	SCRIPT(any_address_beside_listener),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("loopback", tests, sizeof tests / sizeof tests[0],
			   argc, argv);
}
