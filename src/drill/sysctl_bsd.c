/* SPDX-License-Identifier: MIT */
/* The settings of FreeBSD, whose times are milliseconds. */
#include "sysctl_table.h"

#define TOP INT32_MAX
#define TCP "net.inet.tcp."

#define SET(name, kind, member, least, most, limit)                            \
	{                                                                      \
		name, NULL, SYSCTL_##kind, SYSCTL_OF(member), least, most, 1,  \
			limit, NULL                                            \
	}
#define TIME(name, member)                                                     \
	{                                                                      \
		name, NULL, SYSCTL_TIME, SYSCTL_OF(member), 1, TOP,            \
			HF_MILLISECOND, 0, NULL                                \
	}
#define IGNORED(name, why)                                                     \
	{                                                                      \
		name, NULL, SYSCTL_IGNORED, 0, 0, 0, 0, 0, why                 \
	}

static const char no_rack[] = "losses are told by duplicate ACKs and timers";
static const char not_tcp[] = "it is not about TCP";

/* clang-format off */
const struct sysctl_row sysctl_bsd[] = {
	TIME(TCP "msl", config.msl),
	TIME(TCP "keepidle", config.keepalive_idle),
	TIME(TCP "keepintvl", config.keepalive_interval),
	TIME(TCP "finwait2_timeout", config.fin_wait_2),
	TIME(TCP "delacktime", config.delayed_ack),
	TIME(TCP "rexmit_min", config.rto_min),
	TIME(TCP "rexmit_initial", config.rto_initial),
	TIME(TCP "keepinit", config.r2_syn),
	SET(TCP "keepcnt", NUMBER, config.keepalive_probes, 1, 255, 0),
	SET(TCP "syncache.rexmtlimit", NUMBER, config.syn_ack_retries, 0, 255,
	    14),
	SET(TCP "rfc1323", RFC_1323, config.no_timestamps, 0, 4, 0),
	SET(TCP "initcwnd_segments", NUMBER, config.initial_window, 0, 10000,
	    0),
	SET(TCP "retries", NUMBER, config.retries, 1, 255, 0),
	SET(TCP "sendspace", NUMBER, config.send_buffer, 1, TOP, 0),
	SET(TCP "recvspace", NUMBER, config.receive_buffer, 1, TOP, 0),
	SET(TCP "sack.enable", NOT, config.no_sack, 0, 1, 0),
	SET(TCP "syncookies", SMALL, config.syn_cookies, 0, 1, 0),
	SET(TCP "path_mtu_discovery", NOT, sockets.no_path_mtu, 0, 1, 0),
	{ TCP "ecn.enable", NULL, SYSCTL_ECN_BSD, SYSCTL_OF(config.ecn), 0, 4,
	  1, 0, "no accurate ECN (RFC 9768)" },
	{ TCP "cc.algorithm", NULL, SYSCTL_CONGESTION, 0, 0, 0, 0, 0,
	  "New Reno is what there is" },
	SET("net.inet.ip.ttl", SMALL, config.ttl, 1, 255, 0),
	SET("net.inet6.ip6.hlim", SMALL, config.ttl, 1, 255, 0),
	SET("net.inet.icmp.icmplim", NUMBER, config.reset_per_second, 0, TOP,
	    0),
	SET("kern.ipc.somaxconn", NUMBER, sockets.backlog, 1, TOP, 0),
	SET("kern.ipc.soacceptqueue", NUMBER, sockets.backlog, 1, TOP, 0),
	IGNORED(TCP "fastopen.*", "no TCP Fast Open"),
	IGNORED(TCP "hostcache.*",
		"nothing is remembered of ended connections"),
	IGNORED(TCP "rexmit_slop", "no slop is added to the RTO"),
	IGNORED(TCP "rack.*", no_rack),
	IGNORED(TCP "sack.*", no_rack),
	IGNORED(TCP "do_prr*", no_rack),
	IGNORED(TCP "insecure_*", "RFC 5961 is always done"),
	IGNORED(TCP "functions_default", "there is one TCP"),
	IGNORED(TCP "*", "a handfast host has no such setting"),
	IGNORED("net.inet.udp*", not_tcp),
	IGNORED("net.inet.*", not_tcp),
	IGNORED("net.inet6.*", not_tcp),
	IGNORED("net.link.*", not_tcp),
	IGNORED("kern.*", not_tcp),
	{ 0 },
};
/* clang-format on */
