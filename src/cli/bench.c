/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static enum hf_error open_end(struct bench *bench, struct bench_end *end,
			      uint8_t number, struct hf_config config)
{
	struct hf_link link = { .mtu = bench->mtu };
	enum hf_error error;

	memset(config.secret, number, sizeof config.secret);
	end->block = hf_block_map(bench->block_size);
	if (!end->block)
		return HF_ERR_NO_MEMORY;
	error = hf_host_init(end->block, bench->block_size, &config, bench->now,
			     &end->host);
	if (!error)
		error = hf_link_add(end->host, &link, bench->now, &end->link);
	if (!error)
		error = hf_address_add(end->host, end->link,
				       hf_ipv4(10, 9, 0, number), 24,
				       bench->now);
	return error;
}

int bench_open(struct bench *bench, const struct cli_options *options,
	       const struct cli_about *about, const struct hf_config *config)
{
	enum hf_error error;

	memset(bench, 0, sizeof *bench);
	bench->block_size = (size_t)options->memory;
	bench->mtu = options->mtu;
	bench->now = HF_SECOND;
	bench->tick = 10 * HF_MICROSECOND;
	/* no multiple of a page: headers would share their cache sets */
	bench->stride = ((size_t)options->mtu + 63) / 64 * 64 + 64;
	bench->frames = malloc(BENCH_BURST * bench->stride);
	error = bench->frames ? HF_OK : HF_ERR_NO_MEMORY;
	if (!error)
		error = open_end(bench, &bench->client, 1, *config);
	if (!error)
		error = open_end(bench, &bench->server, 2, *config);
	if (!error)
		return CLI_OK;
	bench_close(bench);
	return cli_fail(about, "cannot make the hosts: %s",
			cli_error_text(error));
}

void bench_close(struct bench *bench)
{
	hf_block_unmap(bench->client.block, bench->block_size);
	hf_block_unmap(bench->server.block, bench->block_size);
	free(bench->frames);
}

/* One burst from one end to the other; returns its frames. */
static size_t carry(struct bench *bench, const struct bench_end *from,
		    const struct bench_end *to)
{
	struct hf_frame frames[BENCH_BURST];
	uint8_t *octets = bench->frames;
	size_t n;

	for (n = 0; n < BENCH_BURST; n++, octets += bench->stride) {
		frames[n].data = octets;
		frames[n].len = (uint32_t)hf_output(
			from->host, from->link, octets, bench->mtu, bench->now,
			&frames[n].info, NULL);
		if (!frames[n].len)
			break;
	}
	if (n)
		hf_input(to->host, to->link, frames, n, bench->now, NULL);
	bench->carried += n;
	return n;
}

static void carry_all(struct bench *bench, const struct bench_end *from,
		      const struct bench_end *to)
{
	while (carry(bench, from, to) == BENCH_BURST)
		;
	bench->now += bench->tick;
}

void bench_to_server(struct bench *bench)
{
	carry_all(bench, &bench->client, &bench->server);
}

void bench_to_client(struct bench *bench)
{
	carry_all(bench, &bench->server, &bench->client);
}

void bench_timers(struct bench *bench)
{
	if (hf_expiry(bench->client.host) <= bench->now)
		hf_advance(bench->client.host, bench->now, NULL);
	if (hf_expiry(bench->server.host) <= bench->now)
		hf_advance(bench->server.host, bench->now, NULL);
}

void bench_skip(struct bench *bench)
{
	hf_time a = hf_expiry(bench->client.host);
	hf_time b = hf_expiry(bench->server.host);
	hf_time next = a < b ? a : b;

	if (next != HF_NEVER && next > bench->now)
		bench->now = next;
}
