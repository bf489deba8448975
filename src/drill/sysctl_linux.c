/* SPDX-License-Identifier: MIT */
/*
 * The settings of Linux. Names, ranges and first values are those of a 6.18
 * kernel, read from /proc/sys/net of a fresh network namespace; the names
 * that it has no more are those of the kernels that scripts were written for.
 * The first row that fits a name counts.
 */
#include "sysctl_table.h"

#define TOP INT32_MAX
#define IPV4 "net.ipv4."
#define CORE "net.core."

/* Rows that mean something: name, first value, kind, member, range. */
#define SET(name, first, kind, member, least, most)                            \
	{                                                                      \
		name, first, SYSCTL_##kind, SYSCTL_OF(member), least, most, 1, \
			0, NULL                                                \
	}
/* With the most that a handfast host takes. */
#define SET_TO(name, first, kind, member, least, most, limit)                  \
	{                                                                      \
		name, first, SYSCTL_##kind, SYSCTL_OF(member), least, most, 1, \
			limit, NULL                                            \
	}
#define TIME(name, first, unit, member, least, most)                           \
	{                                                                      \
		name, first, SYSCTL_TIME, SYSCTL_OF(member), least, most,      \
			unit, 0, NULL                                          \
	}
#define IGNORED(name, first, why)                                              \
	{                                                                      \
		name, first, SYSCTL_IGNORED, 0, 0, 0, 0, 0, why                \
	}

static const char no_fast_open[] = "no TCP Fast Open";
static const char no_offload[] = "segments leave one at a time";
static const char no_pacing[] = "nothing is paced";
static const char no_plb[] = "there is one path";
static const char no_probing[] = "ICMP alone tells of the path's MTU";
static const char no_rack[] = "losses are told by duplicate ACKs and timers";
static const char no_undo[] = "a window that was reduced stays so";
static const char no_sack_delay[] = "each segment out of order has its ACK";
static const char no_metrics[] = "nothing is remembered of ended connections";
static const char no_accecn[] = "ECN is that of RFC 3168";
static const char no_label[] = "flow labels are of the hash of the connection";
static const char fixed_limit[] = "limits are given when a host is made";
static const char its_own_memory[] = "a host's memory is its block";
static const char not_tcp[] = "it is not about TCP";
static const char one_host[] = "a host neither forwards nor filters";
static const char one_reno[] = "New Reno is what there is";

/* clang-format off */
const struct sysctl_row sysctl_linux[] = {
	/* Opening and ending. */
	SET(IPV4 "tcp_syn_retries", "6", NUMBER, config.syn_retries, 1, 127),
	SET(IPV4 "tcp_syn_linear_timeouts", "4", NUMBER,
	    config.syn_linear_timeouts, 0, 127),
	SET_TO(IPV4 "tcp_synack_retries", "5", NUMBER, config.syn_ack_retries,
	       0, 255, 14),
	SET(IPV4 "tcp_syncookies", "1", SMALL, config.syn_cookies, 0, 2),
	SET(IPV4 "tcp_abort_on_overflow", "0", FLAG, config.abort_on_overflow,
	    0, 255),
	SET(IPV4 "tcp_tw_reuse", "2", SMALL, config.time_wait_reuse, 0, 2),
	SET(IPV4 "tcp_rfc1337", "0", FLAG, config.rfc1337, 0, 255),
	TIME(IPV4 "tcp_fin_timeout", "60", HF_SECOND, config.fin_wait_2, 0,
	     TOP / 1000),
	SET(IPV4 "tcp_retries1", "3", NUMBER, config.r1, 0, 255),
	SET(IPV4 "tcp_retries2", "15", NUMBER, config.retries, 0, 255),
	IGNORED(IPV4 "tcp_orphan_retries", "0", "R2 is the same for all"),
	IGNORED(IPV4 "tcp_max_orphans", NULL, fixed_limit),
	IGNORED(IPV4 "tcp_max_tw_buckets", "131072", fixed_limit),
	IGNORED(IPV4 "tcp_max_syn_backlog", "2048", fixed_limit),
	IGNORED(IPV4 "tcp_tw_recycle", NULL, "Linux has dropped it"),
	IGNORED(IPV4 "tcp_tw_reuse_delay", "1000", "it is a second"),
	IGNORED(IPV4 "tcp_migrate_req", "0", fixed_limit),

	/* Options of segments. */
	SET(IPV4 "tcp_timestamps", "1", NOT, config.no_timestamps, 0, 2),
	SET(IPV4 "tcp_sack", "1", NOT, config.no_sack, 0, 255),
	SET(IPV4 "tcp_window_scaling", "1", NOT, config.no_window_scale, 0,
	    255),
	{ IPV4 "tcp_ecn", "2", SYSCTL_ECN, SYSCTL_OF(config.ecn), 0, 5, 1, 0,
	  "no accurate ECN (RFC 9768)" },
	IGNORED(IPV4 "tcp_ecn_*", NULL, no_accecn),
	SET(IPV4 "tcp_dsack", "1", NOT, config.no_dsack, 0, 255),
	IGNORED(IPV4 "tcp_fastopen*", "1", no_fast_open),
	IGNORED(IPV4 "tcp_comp_sack_*", NULL, no_sack_delay),
	IGNORED(IPV4 "tcp_backlog_ack_defer", "1", no_sack_delay),
	IGNORED(IPV4 "tcp_reflect_tos", "0", "sockets say what TOS they have"),

	/* Timers. */
	TIME(IPV4 "tcp_keepalive_time", "7200", HF_SECOND,
	     config.keepalive_idle, 1, TOP / 1000),
	TIME(IPV4 "tcp_keepalive_intvl", "75", HF_SECOND,
	     config.keepalive_interval, 1, TOP / 1000),
	SET(IPV4 "tcp_keepalive_probes", "9", NUMBER, config.keepalive_probes,
	    1, 255),
	TIME(IPV4 "tcp_rto_min_us", "200000", HF_MICROSECOND, config.rto_min,
	     1, 120000000),
	TIME(IPV4 "tcp_rto_max_ms", "120000", HF_MILLISECOND, config.rto_max,
	     1000, 120000),
	IGNORED(IPV4 "tcp_thin_*", "0", "timeouts back off alike"),
	IGNORED(IPV4 "tcp_pingpong_thresh", "1", "one answer is enough"),

	/* Windows and queues. */
	SET(IPV4 "tcp_rmem", "4096 131072 33554432", RECEIVE_BUFFER,
	    config.receive_buffer, 1, TOP),
	SET(IPV4 "tcp_wmem", "4096 16384 4194304", SEND_BUFFER,
	    config.send_buffer, 1, TOP),
	SET(CORE "rmem_max", "4194304", RECEIVE_MOST, sockets.receive_most,
	    2304, TOP),
	SET(CORE "wmem_max", "4194304", NUMBER, sockets.send_most, 4608, TOP),
	SET(CORE "somaxconn", "4096", NUMBER, sockets.backlog, 0, TOP),
	IGNORED(CORE "rmem_default", "212992", not_tcp),
	IGNORED(CORE "wmem_default", "212992", not_tcp),
	IGNORED(IPV4 "tcp_mem", NULL, its_own_memory),
	IGNORED(IPV4 "tcp_moderate_rcvbuf*", "1", "receive queues do not grow"),
	IGNORED(IPV4 "tcp_rcvbuf_low_rtt", NULL, "receive queues do not grow"),
	IGNORED(IPV4 "tcp_adv_win_scale", "1", "a queue's octets are octets"),
	IGNORED(IPV4 "tcp_app_win", "31", "a queue's octets are octets"),
	IGNORED(IPV4 "tcp_shrink_window", "0", "no window shrinks: SHLD-14"),
	IGNORED(IPV4 "tcp_workaround_signed_windows", "0", "windows have signs "
		"nowhere"),
	IGNORED(IPV4 "tcp_notsent_lowat", "4294967295", "sockets say it"),
	IGNORED(IPV4 "tcp_stdurg", "0", "the urgent pointer is the RFC's"),

	/* Congestion and loss. */
	{ IPV4 "tcp_congestion_control", "reno", SYSCTL_CONGESTION, 0, 0, 0, 0,
	  0, one_reno },
	IGNORED(IPV4 "tcp_allowed_congestion_control", "reno", one_reno),
	IGNORED(IPV4 "tcp_available_congestion_control", "reno", one_reno),
	IGNORED(IPV4 "tcp_slow_start_after_idle", "1", "RFC 5681 4.1 is done"),
	IGNORED(IPV4 "tcp_reordering", "3", "the third duplicate ACK counts"),
	IGNORED(IPV4 "tcp_max_reordering", "300", no_rack),
	IGNORED(IPV4 "tcp_early_retrans", "3", no_rack),
	IGNORED(IPV4 "tcp_recovery", "1", no_rack),
	IGNORED(IPV4 "tcp_fack", "0", no_rack),
	IGNORED(IPV4 "tcp_min_rtt_wlen", "300", no_rack),
	IGNORED(IPV4 "tcp_frto*", "2", no_undo),
	IGNORED(IPV4 "tcp_abc", NULL, "appropriate octet counting is on"),
	IGNORED(IPV4 "tcp_retrans_collapse", "1", "segments may be merged"),
	IGNORED(IPV4 "tcp_max_ssthresh", NULL, "slow start is standard"),
	IGNORED(IPV4 "tcp_no_*metrics_save", "0", no_metrics),
	IGNORED(IPV4 "tcp_pacing_*", NULL, no_pacing),
	IGNORED(IPV4 "tcp_plb_*", NULL, no_plb),

	/* Segments and MTU. */
	SET(IPV4 "ip_no_pmtu_disc", "0", FLAG, sockets.no_path_mtu, 0, 3),
	IGNORED(IPV4 "tcp_base_mss", "1024", no_probing),
	IGNORED(IPV4 "tcp_mtu_prob*", "0", no_probing),
	IGNORED(IPV4 "tcp_probe_*", NULL, no_probing),
	IGNORED(IPV4 "tcp_min_snd_mss", "48", "64 octets are the least"),
	IGNORED(IPV4 "tcp_min_tso_segs", "2", no_offload),
	IGNORED(IPV4 "tcp_tso_*", NULL, no_offload),
	IGNORED(IPV4 "tcp_limit_output_bytes", "4194304", no_offload),
	IGNORED(IPV4 "tcp_gso*", NULL, no_offload),
	IGNORED(IPV4 "tcp_autocorking", "1", "no queue is behind the host"),
	IGNORED(IPV4 "tcp_low_latency", NULL, "there is no prequeue"),

	/* What strangers may ask for. */
	SET(IPV4 "tcp_challenge_ack_limit", "2147483647", NUMBER,
	    config.challenge_per_second, 0, TOP),
	TIME(IPV4 "tcp_invalid_ratelimit", "500", HF_MILLISECOND,
	     config.challenge_interval, 0, TOP),
	SET(IPV4 "icmp_msgs_per_sec", "1000", NUMBER, config.icmp_per_second,
	    0, TOP),
	IGNORED(IPV4 "icmp_*", NULL, "ICMP errors are limited together"),

	/* IP. */
	SET(IPV4 "ip_default_ttl", "64", SMALL, config.ttl, 1, 255),
	{ IPV4 "ip_local_port_range", "32768 60999", SYSCTL_PORTS, 0, 1, 65535,
	  1, 0, NULL },
	TIME(IPV4 "ipfrag_time", "30", HF_SECOND, config.reassembly, 1,
	     TOP / 1000),
	TIME("net.ipv6.ip6frag_time", NULL, HF_SECOND, config.reassembly, 1,
	     TOP / 1000),
	SET("net.ipv6.conf.*.hop_limit", NULL, SMALL, config.ttl, 1, 255),
	SET("net.ipv6.bindv6only", "0", FLAG, sockets.ipv6_only, 0, 1),
	IGNORED("net.ipv6.auto_flowlabels", "1", no_label),
	IGNORED("net.ipv6.flowlabel_*", NULL, no_label),
	IGNORED(CORE "txrehash", "1", no_label),
	IGNORED(IPV4 "ip_forward*", "0", one_host),
	IGNORED(IPV4 "ip_*", NULL, "addresses and ports are as RFC 6056 has "
		"them"),
	IGNORED(IPV4 "route.*", NULL, no_metrics),
	IGNORED("net.ipv6.route.*", NULL, no_metrics),
	IGNORED("net.ipv[46].conf.*", NULL, one_host),
	IGNORED("net.ipv[46].neigh.*", NULL, "there are no neighbours"),
	IGNORED("net.ipv[46].fib_*", NULL, one_host),
	IGNORED("net.ipv[46].*l3mdev_accept", NULL, one_host),
	IGNORED("net.ipv[46].*early_demux", NULL, one_host),
	IGNORED("net.ipv[46].*fwmark_*", NULL, one_host),
	IGNORED(IPV4 "udp_*", NULL, not_tcp),
	IGNORED("net.ipv6.icmp.*", NULL, "ICMP errors are limited together"),
	IGNORED("net.mptcp.*", NULL, "no Multipath TCP"),
	IGNORED("net.netfilter.*", NULL, one_host),
	IGNORED("net.bridge.*", NULL, one_host),
	IGNORED(CORE "*", NULL, its_own_memory),

	/* The rest of a machine. */
	IGNORED("kernel.*", NULL, not_tcp),
	IGNORED("vm.*", NULL, not_tcp),
	IGNORED("fs.*", NULL, not_tcp),
	{ 0 },
};
/* clang-format on */
