/* SPDX-License-Identifier: MIT */
/*
 * What busy programs ask for beside SEND and RECEIVE: options, flags of SEND,
 * FLUSH, corks, and other configurations while all goes on.
 */
#include "torture.h"

static bool one_in(struct end *e, uint32_t n)
{
	return sim_random_below(&e->world->whims, n) == 0;
}

static uint32_t between(struct end *e, uint32_t low, uint32_t high)
{
	return low +
	       (uint32_t)sim_random_below(&e->world->whims, high - low + 1);
}

/* False if there is no memory, which may be. */
static bool set(struct end *e, enum hf_option option, uint64_t value)
{
	enum hf_error error = hf_set(end_host(e), e->handle, option, value);

	if (error && error != HF_ERR_NOT_CONNECTED &&
	    (error != HF_ERR_NO_MEMORY || e->world->plan->is_strict))
		end_fail(e, "hf_set of a wish", error);
	return !error;
}

/* Patience stays such that giving up would be wrong where it was. */
static const struct {
	enum hf_option option;
	uint32_t low, high;
} wish[] = {
	{ HF_OPTION_KEEPALIVE_OCTET, 0, 1 },
	{ HF_OPTION_KEEPALIVE_PROBES, 9, 255 },
	{ HF_OPTION_USER_TIMEOUT, 900000, 2000000 },
	{ HF_OPTION_MSS, 200, 9000 },
	{ HF_OPTION_WINDOW_CLAMP, 300, 20000 },
	{ HF_OPTION_FIN_WAIT_2, 1, 100 },
	{ HF_OPTION_QUICK_ACK, 0, 1 },
	{ HF_OPTION_FRAGMENT, 0, 1 },
	{ HF_OPTION_CORK, 0, 1 },
	{ HF_OPTION_SEND_BUFFER, 2048, 65536 },
	{ HF_OPTION_RECEIVE_BUFFER, 2048, 65536 },
};

static void wish_for_one(struct end *e)
{
	uint32_t i = between(e, 0, sizeof wish / sizeof *wish - 1);

	set(e, wish[i].option, between(e, wish[i].low, wish[i].high));
}

void wish_options(struct end *e)
{
	if (!e->plan->is_busy)
		return;
	/* Who was accepted may have received before he could count. */
	if (one_in(e, 2) && set(e, HF_OPTION_COUNT, 1))
		e->is_counted = !e->is_connected;
	for (uint32_t n = between(e, 0, 5); n > 0; n--)
		wish_for_one(e);
}

unsigned wish_flags(struct end *e)
{
	if (!e->plan->is_busy || one_in(e, 2))
		return 0;
	return between(e, 0, HF_SEND_PUSH | HF_SEND_URGENT | HF_SEND_MORE);
}

/* What was never sent is sent again, and now it may be. */
static void flush(struct end *e)
{
	size_t dropped;
	enum hf_error error = hf_flush(end_host(e), e->handle, &dropped);

	if (error && error != HF_ERR_NOT_CONNECTED)
		end_fail(e, "hf_flush", error);
	if (dropped > e->sent)
		end_fail(e, "more is flushed than was sent", HF_OK);
	else
		e->sent -= (uint32_t)dropped;
}

static void configure(struct end *e)
{
	struct hf_config config;
	enum hf_error error;

	hf_config_get(end_host(e), &config);
	config.nagle_for_small = one_in(e, 2);
	config.reply_delays_acks = one_in(e, 2);
	config.rto_min_is_variance = one_in(e, 2);
	config.bare_probes = one_in(e, 2);
	config.resend_past_edge = one_in(e, 2);
	config.acks_syn_ack = one_in(e, 2);
	config.no_dsack = one_in(e, 2);
	config.whole_first_window = one_in(e, 2);
	config.updates_when_doubled = one_in(e, 2);
	config.no_header_prediction = one_in(e, 2);
	config.challenge_interval = one_in(e, 2) ? 0 : HF_SECOND;
	config.quick_acks = (uint8_t)between(e, 0, 20);
	config.retries = one_in(e, 2) ? 0 : 15;
	error = hf_config_set(end_host(e), &config);
	if (error)
		end_fail(e, "hf_config_set", error);
}

void wish_something(struct end *e)
{
	if (!e->plan->is_busy)
		return;
	if (one_in(e, 16))
		flush(e);
	if (one_in(e, 8))
		set(e, HF_OPTION_CORK, between(e, 0, 1));
	if (one_in(e, 32))
		configure(e);
	if (one_in(e, 32))
		wish_for_one(e);
}
