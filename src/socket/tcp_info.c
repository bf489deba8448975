/* SPDX-License-Identifier: MIT */
/*
 * TCP_INFO: struct tcp_info of Linux 6.18, whatever the headers of the system
 * that this is compiled on know of it. Times are in microseconds or, where
 * marked, in milliseconds; what the host does not measure is 0.
 */
#include "option.h"
#include <limits.h>
#include <linux/tcp.h>

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

static uint8_t least_of_octet(uint32_t n)
{
	return n < UINT8_MAX ? (uint8_t)n : UINT8_MAX;
}

/* Octets as segments, the last of which may be short. */
static uint32_t segments(uint32_t octets, uint32_t mss)
{
	return mss > 0 ? (octets + mss - 1) / mss : octets > 0;
}

static void fill_state(struct info *info, const struct hf_status *status)
{
	info->retransmits = least_of_octet(status->retransmissions);
	info->options = (status->timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
			(status->sack ? TCPI_OPT_SACK : 0) |
			(status->send_scale + status->receive_scale > 0
				 ? TCPI_OPT_WSCALE
				 : 0);
	info->scales =
		(uint8_t)(status->send_scale | status->receive_scale << 4);
}

static void fill_sending(struct info *info, const struct hf_status *status)
{
	uint32_t mss = status->mss;

	info->rto = microseconds(status->rto);
	info->snd_mss = mss;
	info->unacked = segments(status->in_flight, mss);
	info->rtt = microseconds(status->srtt);
	info->rttvar = microseconds(status->rttvar);
	info->snd_cwnd = mss > 0 ? status->cwnd / mss : 0;
	info->snd_ssthresh = status->ssthresh == UINT32_MAX || mss == 0
				     ? INT_MAX
				     : status->ssthresh / mss;
	info->notsent_bytes = status->send_queue - status->in_flight;
	info->snd_wnd = status->send_window;
	info->rcv_wnd = status->receive_window;
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
	return option_write(value, len, &info, sizeof info);
}
