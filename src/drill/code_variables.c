/* SPDX-License-Identifier: MIT */
/*
 * The members of Linux's struct tcp_info of 6.18, of what the congestion
 * controls tell of themselves, and of SO_MEMINFO, as offsets: what an older
 * kernel does not tell is past the end of what it returned.
 */
#include "code_variables.h"

#include <inttypes.h>
#include <string.h>

#define TCP_LEVEL 6
#define SOCKET_LEVEL 1

const struct code_option code_options[CODE_OPTIONS] = {
	{ TCP_LEVEL, 11, 280 }, /* TCP_INFO */
	{ TCP_LEVEL, 26, 20 }, /* TCP_CC_INFO */
	{ SOCKET_LEVEL, 55, 36 }, /* SO_MEMINFO */
};

struct variable {
	const char *name;
	uint16_t offset;
	uint8_t size; /* octets */
	uint8_t shift, bits; /* of an octet; bits 0: all of it */
};

/* clang-format off */
static const struct variable tcp_info[] = {
	{ "tcpi_state", 0, 1, 0, 0 },
	{ "tcpi_ca_state", 1, 1, 0, 0 },
	{ "tcpi_retransmits", 2, 1, 0, 0 },
	{ "tcpi_probes", 3, 1, 0, 0 },
	{ "tcpi_backoff", 4, 1, 0, 0 },
	{ "tcpi_options", 5, 1, 0, 0 },
	{ "tcpi_snd_wscale", 6, 1, 0, 4 },
	{ "tcpi_rcv_wscale", 6, 1, 4, 4 },
	{ "tcpi_delivery_rate_app_limited", 7, 1, 0, 1 },
	{ "tcpi_fastopen_client_fail", 7, 1, 1, 2 },
	{ "tcpi_rto", 8, 4, 0, 0 },
	{ "tcpi_ato", 12, 4, 0, 0 },
	{ "tcpi_snd_mss", 16, 4, 0, 0 },
	{ "tcpi_rcv_mss", 20, 4, 0, 0 },
	{ "tcpi_unacked", 24, 4, 0, 0 },
	{ "tcpi_sacked", 28, 4, 0, 0 },
	{ "tcpi_lost", 32, 4, 0, 0 },
	{ "tcpi_retrans", 36, 4, 0, 0 },
	{ "tcpi_fackets", 40, 4, 0, 0 },
	{ "tcpi_last_data_sent", 44, 4, 0, 0 },
	{ "tcpi_last_ack_sent", 48, 4, 0, 0 },
	{ "tcpi_last_data_recv", 52, 4, 0, 0 },
	{ "tcpi_last_ack_recv", 56, 4, 0, 0 },
	{ "tcpi_pmtu", 60, 4, 0, 0 },
	{ "tcpi_rcv_ssthresh", 64, 4, 0, 0 },
	{ "tcpi_rtt", 68, 4, 0, 0 },
	{ "tcpi_rttvar", 72, 4, 0, 0 },
	{ "tcpi_snd_ssthresh", 76, 4, 0, 0 },
	{ "tcpi_snd_cwnd", 80, 4, 0, 0 },
	{ "tcpi_advmss", 84, 4, 0, 0 },
	{ "tcpi_reordering", 88, 4, 0, 0 },
	{ "tcpi_rcv_rtt", 92, 4, 0, 0 },
	{ "tcpi_rcv_space", 96, 4, 0, 0 },
	{ "tcpi_total_retrans", 100, 4, 0, 0 },
	{ "tcpi_pacing_rate", 104, 8, 0, 0 },
	{ "tcpi_max_pacing_rate", 112, 8, 0, 0 },
	{ "tcpi_bytes_acked", 120, 8, 0, 0 },
	{ "tcpi_bytes_received", 128, 8, 0, 0 },
	{ "tcpi_segs_out", 136, 4, 0, 0 },
	{ "tcpi_segs_in", 140, 4, 0, 0 },
	{ "tcpi_notsent_bytes", 144, 4, 0, 0 },
	{ "tcpi_min_rtt", 148, 4, 0, 0 },
	{ "tcpi_data_segs_in", 152, 4, 0, 0 },
	{ "tcpi_data_segs_out", 156, 4, 0, 0 },
	{ "tcpi_delivery_rate", 160, 8, 0, 0 },
	{ "tcpi_busy_time", 168, 8, 0, 0 },
	{ "tcpi_rwnd_limited", 176, 8, 0, 0 },
	{ "tcpi_sndbuf_limited", 184, 8, 0, 0 },
	{ "tcpi_delivered", 192, 4, 0, 0 },
	{ "tcpi_delivered_ce", 196, 4, 0, 0 },
	{ "tcpi_bytes_sent", 200, 8, 0, 0 },
	{ "tcpi_bytes_retrans", 208, 8, 0, 0 },
	{ "tcpi_dsack_dups", 216, 4, 0, 0 },
	{ "tcpi_reord_seen", 220, 4, 0, 0 },
	{ "tcpi_rcv_ooopack", 224, 4, 0, 0 },
	{ "tcpi_snd_wnd", 228, 4, 0, 0 },
	{ "tcpi_rcv_wnd", 232, 4, 0, 0 },
	{ "tcpi_rehash", 236, 4, 0, 0 },
	{ "tcpi_total_rto", 240, 2, 0, 0 },
	{ "tcpi_total_rto_recoveries", 242, 2, 0, 0 },
	{ "tcpi_total_rto_time", 244, 4, 0, 0 },
	{ "tcpi_received_ce", 248, 4, 0, 0 },
	{ "tcpi_delivered_e1_bytes", 252, 4, 0, 0 },
	{ "tcpi_delivered_e0_bytes", 256, 4, 0, 0 },
	{ "tcpi_delivered_ce_bytes", 260, 4, 0, 0 },
	{ "tcpi_received_e1_bytes", 264, 4, 0, 0 },
	{ "tcpi_received_e0_bytes", 268, 4, 0, 0 },
	{ "tcpi_received_ce_bytes", 272, 4, 0, 0 },
	{ "tcpi_accecn_fail_mode", 276, 2, 0, 0 },
	{ "tcpi_accecn_opt_seen", 278, 2, 0, 0 },
	{ 0 },
};

/* The same octets by each of the three that tell: scripts know which it is. */
static const struct variable congestion[] = {
	{ "tcpv_enabled", 0, 4, 0, 0 },
	{ "tcpv_rttcnt", 4, 4, 0, 0 },
	{ "tcpv_rtt", 8, 4, 0, 0 },
	{ "tcpv_minrtt", 12, 4, 0, 0 },
	{ "dctcp_enabled", 0, 2, 0, 0 },
	{ "dctcp_ce_state", 2, 2, 0, 0 },
	{ "dctcp_alpha", 4, 4, 0, 0 },
	{ "dctcp_ab_ecn", 8, 4, 0, 0 },
	{ "dctcp_ab_tot", 12, 4, 0, 0 },
	{ "bbr_bw_lo", 0, 4, 0, 0 },
	{ "bbr_bw_hi", 4, 4, 0, 0 },
	{ "bbr_min_rtt", 8, 4, 0, 0 },
	{ "bbr_pacing_gain", 12, 4, 0, 0 },
	{ "bbr_cwnd_gain", 16, 4, 0, 0 },
	{ 0 },
};

static const struct variable memory[] = {
	{ "SK_MEMINFO_RMEM_ALLOC", 0, 4, 0, 0 },
	{ "SK_MEMINFO_RCVBUF", 4, 4, 0, 0 },
	{ "SK_MEMINFO_WMEM_ALLOC", 8, 4, 0, 0 },
	{ "SK_MEMINFO_SNDBUF", 12, 4, 0, 0 },
	{ "SK_MEMINFO_FWD_ALLOC", 16, 4, 0, 0 },
	{ "SK_MEMINFO_WMEM_QUEUED", 20, 4, 0, 0 },
	{ "SK_MEMINFO_OPTMEM", 24, 4, 0, 0 },
	{ "SK_MEMINFO_BACKLOG", 28, 4, 0, 0 },
	{ "SK_MEMINFO_DROPS", 32, 4, 0, 0 },
	{ 0 },
};
/* clang-format on */

static const struct variable *const variables[CODE_OPTIONS] = {
	tcp_info,
	congestion,
	memory,
};

/* The members are in the byte order of the machine. */
static uint64_t value_of(const struct variable *variable, const uint8_t *at)
{
	uint32_t word;
	uint16_t half;
	uint64_t twice;

	switch (variable->size) {
	case 8:
		memcpy(&twice, at, sizeof twice);
		return twice;
	case 4:
		memcpy(&word, at, sizeof word);
		return word;
	case 2:
		memcpy(&half, at, sizeof half);
		return half;
	default:
		if (!variable->bits)
			return *at;
		return (unsigned)*at >> variable->shift &
		       ((1u << variable->bits) - 1);
	}
}

void code_variables_write(FILE *to, size_t which, const uint8_t *data,
			  size_t len)
{
	const struct variable *variable = variables[which];

	for (; variable->name; variable++)
		if ((size_t)variable->offset + variable->size <= len)
			fprintf(to, "\t%s=%" PRIu64, variable->name,
				value_of(variable, data + variable->offset));
}
