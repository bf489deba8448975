/* SPDX-License-Identifier: MIT */
/* The configuration: its defaults by profile, its meaning, its change. */
#include "internal.h"

/* ---- configuration ---------------------------------------------------- */

static void set_limits(struct hf_config *config)
{
	config->links = 8;
	config->addresses = 65536;
	config->routes = 32;
	config->replies = 256;
	config->neighbours = 1024;
	config->learned = 16;
	config->datagrams = 64;
	config->held = 1024 * 1024;
	config->listeners = 65536;
	config->connections = 10000000;
	config->half_open = 65536;
	config->time_wait = 10000000;
	config->send_buffer = 256 * 1024;
	config->receive_buffer = 256 * 1024;
	config->icmp_per_second = 1000;
	config->reset_per_second = 1000;
	config->challenge_per_second = 1000;
	config->ttl = 64;
	config->window_scale = 7;
	config->syn_cookies = HF_COOKIES_PRESSURE;
}

/* What both profiles agree on. */
static void set_times(struct hf_config *config)
{
	config->rto_max = 120 * HF_SECOND;
	config->rto_initial = HF_SECOND; /* RFC 6298 (2.1) */
	config->fin_wait_2 = 60 * HF_SECOND;
	config->ts_tick = HF_MILLISECOND;
	config->keepalive_idle = 7200 * HF_SECOND; /* MUST-28 */
	config->keepalive_interval = 75 * HF_SECOND;
	config->keepalive_probes = 9;
	config->r1 = 3; /* SHLD-10 */
	config->neighbour_reachable = 30 * HF_SECOND; /* RFC 4861 10 */
	config->neighbour_retrans = HF_SECOND;
	config->neighbour_stale = 1200 * HF_SECOND; /* RFC 1122 2.3.2.1 */
	config->dad_transmits = 1; /* RFC 4862 5.1 */
	config->r2_syn = 180 * HF_SECOND; /* MUST-23; Linux: 127 s */
}

static void set_profile(struct hf_config *config)
{
	bool is_rfc = config->profile == HF_PROFILE_RFC;

	config->msl = (is_rfc ? 120 : 30) * HF_SECOND;
	config->rto_min = is_rfc ? HF_SECOND : 200 * HF_MILLISECOND;
	config->delayed_ack = (is_rfc ? 200 : 40) * HF_MILLISECOND;
	config->r2 = (is_rfc ? 100 : 924) * HF_SECOND; /* SHLD-11 */
	config->syn_ack_retries = is_rfc ? 7 : 5;
	config->initial_window = is_rfc ? 0 : 10;
	config->slow_start_limit = is_rfc ? 1 : UINT8_MAX;
	config->quick_acks = is_rfc ? 0 : 16;
	config->strict_timestamps = is_rfc;
	config->challenge_interval = is_rfc ? 0 : 500 * HF_MILLISECOND;
	config->reopen_step = is_rfc ? 0 : 65537;
	config->nagle_for_small = !is_rfc;
	config->reply_delays_acks = !is_rfc;
	config->rto_min_is_variance = !is_rfc;
	config->whole_first_window = !is_rfc;
	config->updates_when_doubled = !is_rfc;
	config->bare_probes = !is_rfc;
	config->resend_past_edge = !is_rfc;
	config->acks_syn_ack = !is_rfc;
	config->ecn = is_rfc ? HF_ECN_ASK : HF_ECN_ANSWER;
	config->rfc1337 = is_rfc;
	config->time_wait_reuse = is_rfc ? HF_REUSE_OFF : HF_REUSE_LOOPBACK;
	config->reassembly = (is_rfc ? 60 : 30) * HF_SECOND;
	config->arp_probes = is_rfc ? 3 : 1; /* RFC 5227 1.1 */
	config->optimistic = !is_rfc;
	config->port_low = is_rfc ? 1024 : 32768;
	config->port_high = is_rfc ? 65535 : 60999;
}

void hf_config_default(struct hf_config *config, enum hf_profile profile)
{
	*config = (struct hf_config){
		.size = sizeof *config,
		.profile = profile,
	};
	set_limits(config);
	set_times(config);
	set_profile(config);
}

/* ---- what has a meaning ------------------------------------------------ */

/* Far enough from the end of time that it can be added to any `now`. */
static bool time_is_valid(hf_time wait)
{
	return wait == HF_NEVER || wait < HF_NEVER / 4;
}

static bool times_are_valid(const struct hf_config *config)
{
	return config->rto_min <= config->rto_max &&
	       config->rto_initial >= HF_MILLISECOND &&
	       config->rto_initial <= config->rto_max &&
	       config->rto_max < HF_NEVER >> 16 && config->msl < HF_NEVER / 4 &&
	       config->quiet_time < HF_NEVER / 4 &&
	       config->delayed_ack < 500 * HF_MILLISECOND && /* MUST-40 */
	       config->challenge_interval < HF_NEVER / 4 &&
	       config->ts_tick >= HF_MILLISECOND &&
	       config->ts_tick <= HF_SECOND &&
	       config->reassembly >= HF_MILLISECOND &&
	       config->reassembly < HF_NEVER / 4 &&
	       config->neighbour_reachable >= HF_MILLISECOND &&
	       config->neighbour_reachable < HF_NEVER / 4 &&
	       config->neighbour_retrans >= HF_MILLISECOND &&
	       config->neighbour_retrans <= 3600 * HF_SECOND &&
	       config->neighbour_stale >= HF_MILLISECOND &&
	       config->neighbour_stale < HF_NEVER / 4 &&
	       config->keepalive_idle < HF_NEVER / 4 &&
	       config->keepalive_interval >= HF_MILLISECOND &&
	       config->keepalive_interval < HF_NEVER / 4 &&
	       time_is_valid(config->fin_wait_2) && time_is_valid(config->r2) &&
	       time_is_valid(config->r2_syn);
}

bool config_is_valid(const struct hf_config *config)
{
	return config->size == sizeof *config &&
	       (unsigned)config->profile <= HF_PROFILE_RFC &&
	       config->links >= 1 && config->links <= 256 &&
	       config->routes >= 2 && config->routes <= 65536 &&
	       config->addresses >= 2 && config->replies >= 1 &&
	       config->neighbours >= 2 && config->learned >= 1 &&
	       config->arp_probes <= 16 && config->dad_transmits <= 16 &&
	       config->datagrams <= 1024 && /* each is looked at */
	       config->unserved <= HF_UNSERVED_SILENCE &&
	       config->ecn <= HF_ECN_ANSWER &&
	       config->time_wait_reuse <= HF_REUSE_LOOPBACK &&
	       config->syn_cookies <= HF_COOKIES_ALWAYS &&
	       config->listeners >= 1 && config->connections >= 1 &&
	       config->send_buffer >= 1 && config->send_buffer <= BUFFER_MOST &&
	       config->receive_buffer >= 1 &&
	       config->receive_buffer <= BUFFER_MOST &&
	       config->syn_ack_retries <= 14 && config->keepalive_probes >= 1 &&
	       config->keepalive_probes <= UINT8_MAX &&
	       config->initial_window <= 10000 &&
	       config->retries <= UINT8_MAX &&
	       config->syn_retries <= INT8_MAX &&
	       config->syn_linear_timeouts <= INT8_MAX &&
	       config->slow_start_limit >= 1 && config->port_low >= 1 &&
	       config->port_low <= config->port_high && config->ttl >= 1 &&
	       config->window_scale <= 14 && times_are_valid(config);
}

/* ---- another one, later ------------------------------------------------ */

/* What cannot change: tables and keys were made by it. */
static bool is_same_shape(const struct hf_config *a, const struct hf_config *b)
{
	return a->links == b->links && a->addresses == b->addresses &&
	       a->routes == b->routes && a->replies == b->replies &&
	       a->neighbours == b->neighbours && a->learned == b->learned &&
	       a->datagrams == b->datagrams &&
	       a->source_routes == b->source_routes &&
	       a->listeners == b->listeners &&
	       a->connections == b->connections &&
	       a->half_open == b->half_open && a->time_wait == b->time_wait &&
	       memcmp(a->secret, b->secret, sizeof a->secret) == 0;
}

void config_apply_rates(struct ip *ip)
{
	ip->icmp.per_second = ip->config.icmp_per_second;
	ip->resets.per_second = ip->config.reset_per_second;
	ip->challenges.per_second = ip->config.challenge_per_second;
}

void hf_config_get(const struct hf_host *host, struct hf_config *config)
{
	*config = host->ip.config;
}

enum hf_error hf_config_set(struct hf_host *host,
			    const struct hf_config *config)
{
	if (config == NULL || !config_is_valid(config) ||
	    !is_same_shape(config, &host->ip.config))
		return HF_ERR_ARGUMENT;
	host->ip.config = *config;
	config_apply_rates(&host->ip);
	return HF_OK;
}
