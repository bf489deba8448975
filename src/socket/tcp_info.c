/* SPDX-License-Identifier: MIT */
/*
 * TCP_INFO: struct tcp_info of Linux 6.18, whatever the headers of the system
 * that this is compiled on know of it. Times are in microseconds or, where
 * marked, in milliseconds; what the host does not measure is 0.
 */
#include "socket_option.h"
#include <linux/tcp.h>

#define DUPLICATES 3 /* RFC 5681: so far may segments be reordered */

struct info {
	uint8_t state, ca_state, retransmits, probes, backoff, options;
	uint8_t scales; /* of sending in the lower four bits */
	uint8_t limits;
	uint32_t rto, ato, snd_mss, rcv_mss;
	uint32_t unacked, sacked, lost, retrans, fackets; /* segments */
	uint32_t last_data_sent, last_ack_sent; /* ms ago */
	uint32_t last_data_recv, last_ack_recv;
	uint32_t pmtu, rcv_ssthresh, rtt, rttvar;
	uint32_t snd_ssthresh, snd_cwnd; /* segments */
	uint32_t advmss, reordering, rcv_rtt, rcv_space, total_retrans;
	uint64_t pacing_rate, max_pacing_rate;
	uint64_t bytes_acked, bytes_received;
	uint32_t segs_out, segs_in, notsent_bytes, min_rtt;
	uint32_t data_segs_in, data_segs_out;
	uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
	uint32_t delivered, delivered_ce;
	uint64_t bytes_sent, bytes_retrans;
	uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd, rehash;
	uint16_t total_rto, total_rto_recoveries;
	uint32_t total_rto_time, received_ce;
	uint32_t e1_bytes[3], received_e1_bytes[3]; /* of accurate ECN */
	uint16_t accecn_fail_mode, accecn_opt_seen;
};

_Static_assert(sizeof(struct info) == 280, "as Linux has it");
_Static_assert(offsetof(struct info, rto) ==
		       offsetof(struct tcp_info, tcpi_rto),
	       "as Linux has it");
_Static_assert(offsetof(struct info, total_retrans) ==
		       offsetof(struct tcp_info, tcpi_total_retrans),
	       "as Linux has it");
_Static_assert(offsetof(struct info, bytes_sent) ==
		       offsetof(struct tcp_info, tcpi_bytes_sent),
	       "as Linux has it");
_Static_assert(offsetof(struct info, snd_wnd) ==
		       offsetof(struct tcp_info, tcpi_snd_wnd),
	       "as Linux has it");

/* Linux's numbers of the states, which packetdrill's scripts know by name. */
static const uint8_t state_number[HF_STATES] = {
	[HF_ESTABLISHED] = 1, [HF_SYN_SENT] = 2,   [HF_SYN_RECEIVED] = 3,
	[HF_FIN_WAIT_1] = 4,  [HF_FIN_WAIT_2] = 5, [HF_TIME_WAIT] = 6,
	[HF_CLOSED] = 7,      [HF_CLOSE_WAIT] = 8, [HF_LAST_ACK] = 9,
	[HF_LISTEN] = 10,     [HF_CLOSING] = 11,
};

static uint32_t microseconds(hf_time time)
{
	return (uint32_t)(time / HF_MICROSECOND);
}

static uint32_t milliseconds(hf_time time)
{
	return (uint32_t)(time / HF_MILLISECOND);
}

static uint8_t least_of_octet(uint32_t n)
{
	return n < UINT8_MAX ? (uint8_t)n : UINT8_MAX;
}

/* Octets as segments, the last of which may be short. */
static uint32_t segments(uint32_t octets, uint32_t mss)
{
	return mss > 0 ? (octets + mss - 1) / mss : octets > 0;
}

/* The option bits, for which there are names, in the order of Linux. */
static uint8_t option_bits(const struct hf_status *status)
{
	bool has_scale = status->send_scale > 0 || status->receive_scale > 0;

	return (uint8_t)((status->timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
			 (status->sack ? TCPI_OPT_SACK : 0) |
			 (has_scale ? TCPI_OPT_WSCALE : 0) |
			 (status->ecn ? TCPI_OPT_ECN : 0) |
			 (status->ecn_seen ? TCPI_OPT_ECN_SEEN : 0));
}

static void fill_state(struct info *info, const struct hf_status *status)
{
	info->ca_state = (uint8_t)status->recovery;
	info->retransmits = least_of_octet(status->retransmissions);
	info->backoff = least_of_octet(status->retransmissions);
	info->probes = least_of_octet(status->probes);
	info->options = option_bits(status);
	info->scales =
		(uint8_t)(status->send_scale | status->receive_scale << 4);
	info->rto = microseconds(status->rto);
	info->rtt = microseconds(status->srtt);
	info->rttvar = microseconds(status->rttvar);
	info->min_rtt = status->min_rtt != 0 ? microseconds(status->min_rtt)
					     : UINT32_MAX;
	info->pmtu = status->mtu;
}

static void fill_sending(struct info *info, const struct hf_status *status)
{
	uint32_t mss = status->mss;

	info->snd_mss = mss;
	info->unacked = segments(status->in_flight, mss);
	info->lost = segments(status->lost, mss);
	info->retrans = segments(status->resent, mss);
	info->snd_cwnd = mss > 0 ? status->cwnd / mss : 0;
	info->snd_ssthresh = status->ssthresh > INT32_MAX || mss == 0
				     ? INT32_MAX
				     : status->ssthresh / mss;
	info->reordering = DUPLICATES;
	info->notsent_bytes = status->unsent;
	info->snd_wnd = status->send_window;
	info->max_pacing_rate = UINT64_MAX; /* none */
}

static void fill_receiving(const struct socket *s, struct info *info,
			   const struct hf_status *status)
{
	struct hf_config config;

	hf_config_get(socket_host(s), &config);
	info->ato = microseconds(config.delayed_ack);
	info->rcv_mss = status->receive_mss;
	info->advmss = status->advertised_mss;
	info->rcv_wnd = status->receive_window;
	info->rcv_ssthresh = status->receive_window;
	info->rcv_space = status->receive_window;
}

/* Each delivered segment was sent once, and is not under way any more. */
static uint32_t delivered(const struct info *info)
{
	uint32_t gone = info->total_retrans + info->unacked;

	return info->data_segs_out > gone ? info->data_segs_out - gone : 0;
}

/* How long ago it was; nothing has come since the connection began. */
static uint32_t age(const struct socket *s, hf_time when)
{
	if (s->began == 0)
		return 0; /* there was never one */
	return milliseconds(net_now(s->file.net) -
			    (when != 0 ? when : s->began));
}

static void fill_counts(const struct socket *s, struct info *info,
			const struct hf_counts *counts)
{
	info->last_data_sent = age(s, counts->last_sent);
	info->last_data_recv = age(s, counts->last_received);
	info->last_ack_recv = age(s, counts->last_acked);
	info->total_retrans = counts->retransmissions;
	info->segs_out = (uint32_t)counts->segments_out;
	info->segs_in = (uint32_t)counts->segments_in;
	info->data_segs_out = (uint32_t)counts->data_segments_out;
	info->data_segs_in = (uint32_t)counts->data_segments_in;
	info->bytes_sent = counts->octets_sent;
	info->bytes_retrans = counts->octets_retransmitted;
	info->bytes_acked = counts->octets_acked;
	info->bytes_received = counts->octets_received;
	info->delivered = delivered(info);
}

int option_get_info(struct socket *s, void *value, socklen_t *len)
{
	struct info info = { 0 };
	struct hf_status status;
	enum hf_state state = socket_state(s, &status);

	info.state = state_number[state];
	if (state == HF_LISTEN) {
		info.unacked = s->waiting_count; /* of the backlog: */
		info.sacked = (uint32_t)s->backlog;
		return option_write(value, len, &info, sizeof info);
	}
	fill_state(&info, &status);
	fill_sending(&info, &status);
	fill_receiving(s, &info, &status);
	fill_counts(s, &info, &status.counts);
	return option_write(value, len, &info, sizeof info);
}
