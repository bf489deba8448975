/* SPDX-License-Identifier: MIT */
#include "tcp.h"

/* A keyed hash of addresses and, unless they are 0, ports. */
static uint64_t hash_of(const struct siphash_key *key, const struct turn *t,
			const struct flow *flow, uint64_t ports)
{
	uint64_t words[5];

	memcpy(words, flow_local(t, flow), 16);
	memcpy(words + 2, &flow->remote, 16);
	words[4] = ports;
	/* The first and third words of a mapped IPv4 address are nothing. */
	if (addr_is_ipv4(&flow->remote)) {
		words[0] = words[1] >> 32 | (words[3] >> 32) << 32;
		words[1] = ports;
		return siphash_2_4_words(key, words, 2);
	}
	return siphash_2_4_words(key, words, 5);
}

uint64_t flow_hash(const struct turn *t, const struct siphash_key *key,
		   const struct flow *flow)
{
	return hash_of(key, t, flow,
		       (uint64_t)flow->local_port << 16 | flow->remote_port);
}

uint32_t iss_offset(const struct turn *t, const struct flow *flow)
{
	return (uint32_t)flow_hash(t, &t->tcp->iss_key, flow);
}

/*
 * RFC 9293 3.4.1: ISN = M + F(localip, localport, remoteip, remoteport,
 * secretkey), M a clock of 4 microseconds (MUST-8), F a keyed hash that
 * nobody outside can compute (MUST-9, SHLD-1).
 */
struct hf_seq iss_choose(const struct turn *t, const struct flow *flow)
{
	uint64_t m = t->now / (4 * HF_MICROSECOND);

	if (t->ip->config.fixed_numbers)
		return (struct hf_seq){ t->ip->config.fixed_iss };
	return (struct hf_seq){ (uint32_t)m + iss_offset(t, flow) };
}

/*
 * By addresses alone, so that the timestamps of one peer go on from one
 * connection to the next (RFC 6191 2).
 */
uint32_t ts_offset(const struct turn *t, const struct flow *flow)
{
	if (t->ip->config.fixed_numbers)
		return t->ip->config.fixed_ts;
	return (uint32_t)hash_of(&t->tcp->ts_key, t, flow, 0);
}
