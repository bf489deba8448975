/* SPDX-License-Identifier: MIT */
/* The options that there are. */
#include "socket_option.h"
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75
#endif
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

/* What a row begins with. */
#define SOCKET_(name) SOL_SOCKET, name
#define TCP_(name) IPPROTO_TCP, name
#define IP_(name) IPPROTO_IP, name
#define V6_(name) IPPROTO_IPV6, name

#define FLAG(slot) OPTION_FLAG, slot, 0, 0
#define RANGE(slot, least, most) OPTION_RANGE, slot, least, most
#define ANY(slot) OPTION_RANGE, slot, INT_MIN, INT_MAX
#define READ_ONLY OPTION_READ_ONLY, SLOTS, 0, 0

#define NONE NO_HOST_OPTION

/* clang-format off */
const struct option_row option_rows[] = {
	/* option, rule, default, of the host, set, get */
	{ SOCKET_(SO_DEBUG), FLAG(SLOT_DEBUG), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_REUSEADDR), FLAG(SLOT_REUSEADDR), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_REUSEPORT), FLAG(SLOT_REUSEPORT), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_DONTROUTE), FLAG(SLOT_DONTROUTE), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_BROADCAST), FLAG(SLOT_BROADCAST), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_OOBINLINE), FLAG(SLOT_OOBINLINE), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_NO_CHECK), FLAG(SLOT_NO_CHECK), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_TIMESTAMP), FLAG(SLOT_TIMESTAMP), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_TIMESTAMPNS), FLAG(SLOT_TIMESTAMPNS), 0,
		NONE, NULL, NULL },
	{ SOCKET_(SO_RXQ_OVFL), FLAG(SLOT_RXQ_OVFL), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_KEEPALIVE), FLAG(SLOT_KEEPALIVE), 0,
		HF_OPTION_KEEPALIVE, NULL, NULL },
	{ SOCKET_(SO_PRIORITY), ANY(SLOT_PRIORITY), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_MARK), ANY(SLOT_MARK), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_TIMESTAMPING), ANY(SLOT_TIMESTAMPS), 0, NONE, NULL, NULL },
	{ SOCKET_(SO_BUSY_POLL), RANGE(SLOT_BUSY_POLL, 0, INT_MAX), 0,
		NONE, NULL, NULL },
	{ SOCKET_(SO_ZEROCOPY), RANGE(SLOT_ZEROCOPY, 0, 1), 0,
		NONE, NULL, NULL },
	{ SOCKET_(SO_SNDBUF), ANY(SLOT_SNDBUF), 0,
		HF_OPTION_SEND_BUFFER, option_set_send_buffer, NULL },
	{ SOCKET_(SO_RCVBUF), ANY(SLOT_RCVBUF), 0,
		HF_OPTION_RECEIVE_BUFFER, option_set_receive_buffer, NULL },
	{ SOCKET_(SO_RCVLOWAT), ANY(SLOT_RCVLOWAT), 1,
		NONE, option_set_low_water, NULL },
	{ SOCKET_(SO_SNDLOWAT), READ_ONLY, 1, NONE, NULL, NULL },
	{ SOCKET_(SO_TYPE), READ_ONLY, 0, NONE, NULL, option_get_type },
	{ SOCKET_(SO_PROTOCOL), READ_ONLY, 0, NONE, NULL, option_get_protocol },
	{ SOCKET_(SO_DOMAIN), READ_ONLY, 0, NONE, NULL, option_get_domain },
	{ SOCKET_(SO_ACCEPTCONN), READ_ONLY, 0,
		NONE, NULL, option_get_accepts },
	{ SOCKET_(SO_ERROR), READ_ONLY, 0, NONE, NULL, option_get_error },
	{ SOCKET_(SO_INCOMING_CPU), READ_ONLY, -1, NONE, NULL, NULL },

	{ TCP_(TCP_NODELAY), FLAG(SLOT_NODELAY), 0,
		HF_OPTION_NODELAY, NULL, NULL },
	{ TCP_(TCP_CORK), FLAG(SLOT_CORK), 0, HF_OPTION_CORK, NULL, NULL },
	{ TCP_(TCP_MAXSEG), RANGE(SLOT_MAXSEG, 0, 32767), 0,
		HF_OPTION_MSS, option_set_mss, option_get_mss },
	{ TCP_(TCP_KEEPIDLE), RANGE(SLOT_KEEPIDLE, 1, 32767), 0,
		HF_OPTION_KEEPALIVE_IDLE, NULL, NULL },
	{ TCP_(TCP_KEEPINTVL), RANGE(SLOT_KEEPINTVL, 1, 32767), 0,
		HF_OPTION_KEEPALIVE_INTERVAL, NULL, NULL },
	{ TCP_(TCP_KEEPCNT), RANGE(SLOT_KEEPCNT, 1, 127), 0,
		HF_OPTION_KEEPALIVE_PROBES, NULL, NULL },
	{ TCP_(TCP_SYNCNT), RANGE(SLOT_SYNCNT, 1, 127), 6,
		HF_OPTION_OPEN_RETRIES, NULL, NULL },
	{ TCP_(TCP_LINGER2), ANY(SLOT_LINGER2), 60,
		HF_OPTION_FIN_WAIT_2, option_set_linger2, NULL },
	{ TCP_(TCP_DEFER_ACCEPT), ANY(SLOT_DEFER_ACCEPT), 0,
		HF_OPTION_DEFER_ACCEPT, option_set_defer, NULL },
	{ TCP_(TCP_WINDOW_CLAMP), ANY(SLOT_WINDOW_CLAMP), 0,
		HF_OPTION_WINDOW_CLAMP, option_set_clamp, NULL },
	{ TCP_(TCP_QUICKACK), ANY(SLOT_QUICKACK), 1,
		HF_OPTION_QUICK_ACK, option_set_quick_ack, NULL },
	{ TCP_(TCP_USER_TIMEOUT), RANGE(SLOT_USER_TIMEOUT, 0, INT_MAX), 0,
		HF_OPTION_USER_TIMEOUT, NULL, NULL },
	{ TCP_(TCP_NOTSENT_LOWAT), ANY(SLOT_NOTSENT_LOWAT), 0,
		NONE, NULL, NULL },
	{ TCP_(TCP_FASTOPEN), RANGE(SLOT_FASTOPEN, 0, INT_MAX), 0,
		NONE, option_set_when_new, NULL },
	{ TCP_(TCP_FASTOPEN_CONNECT), RANGE(SLOT_FASTOPEN_CONNECT, 0, 1), 0,
		NONE, option_refuse, NULL },
	{ TCP_(TCP_FASTOPEN_NO_COOKIE), RANGE(SLOT_FASTOPEN_NO_COOKIE, 0, 1), 0,
		NONE, option_set_when_new, NULL },
	{ TCP_(TCP_SAVE_SYN), RANGE(SLOT_SAVE_SYN, 0, 2), 0, NONE, NULL, NULL },
	{ TCP_(TCP_THIN_LINEAR_TIMEOUTS), RANGE(SLOT_THIN_LINEAR, 0, 1), 0,
		NONE, NULL, NULL },
	{ TCP_(TCP_THIN_DUPACK), RANGE(SLOT_THIN_DUPACK, 0, 1), 0,
		NONE, NULL, NULL },
	{ TCP_(TCP_INQ), RANGE(SLOT_INQ, 0, 1), 0, NONE, NULL, NULL },
	{ TCP_(TCP_TIMESTAMP), ANY(SLOT_TIMESTAMP_CLOCK), 0,
		NONE, NULL, option_get_clock },

	{ IP_(IP_TOS), ANY(SLOT_TOS), 0, HF_OPTION_TOS, option_set_tos, NULL },
	{ IP_(IP_TTL), RANGE(SLOT_TTL, -1, 255), -1,
		HF_OPTION_TTL, option_set_ttl, option_get_ttl },
	{ IP_(IP_MTU_DISCOVER), RANGE(SLOT_MTU_DISCOVER, 0, 5), 1,
		HF_OPTION_FRAGMENT, NULL, NULL },
	{ IP_(IP_MTU), READ_ONLY, 0, NONE, NULL, option_get_mtu },
	{ IP_(IP_RECVERR), FLAG(SLOT_RECVERR), 0, NONE, NULL, NULL },
	{ IP_(IP_RECVTOS), FLAG(SLOT_RECVTOS), 0, NONE, NULL, NULL },
	{ IP_(IP_RECVTTL), FLAG(SLOT_RECVTTL), 0, NONE, NULL, NULL },
	{ IP_(IP_PKTINFO), FLAG(SLOT_PKTINFO), 0, NONE, NULL, NULL },
	{ IP_(IP_FREEBIND), FLAG(SLOT_FREEBIND), 0, NONE, NULL, NULL },
	{ IP_(IP_TRANSPARENT), FLAG(SLOT_TRANSPARENT), 0, NONE, NULL, NULL },
	{ IP_(IP_BIND_ADDRESS_NO_PORT), FLAG(SLOT_BIND_NO_PORT), 0,
		NONE, NULL, NULL },

	{ V6_(IPV6_V6ONLY), FLAG(SLOT_V6ONLY), 0,
		NONE, option_set_v6only, NULL },
	{ V6_(IPV6_TCLASS), RANGE(SLOT_TCLASS, -1, 255), 0,
		HF_OPTION_TOS, option_set_tclass, NULL },
	{ V6_(IPV6_UNICAST_HOPS), RANGE(SLOT_HOPS, -1, 255), -1,
		HF_OPTION_TTL, NULL, option_get_ttl },
	{ V6_(IPV6_MTU_DISCOVER), RANGE(SLOT_V6_MTU_DISCOVER, 0, 5), 1,
		HF_OPTION_FRAGMENT, NULL, NULL },
	{ V6_(IPV6_MTU), READ_ONLY, 0, NONE, NULL, option_get_mtu },
	{ V6_(IPV6_RECVERR), FLAG(SLOT_V6_RECVERR), 0, NONE, NULL, NULL },
	{ V6_(IPV6_RECVTCLASS), FLAG(SLOT_RECVTCLASS), 0, NONE, NULL, NULL },
	{ V6_(IPV6_RECVHOPLIMIT), FLAG(SLOT_RECVHOPS), 0, NONE, NULL, NULL },
	{ V6_(IPV6_RECVPKTINFO), FLAG(SLOT_RECVPKTINFO), 0, NONE, NULL, NULL },
	{ V6_(IPV6_FREEBIND), FLAG(SLOT_FREEBIND), 0, NONE, NULL, NULL },
	{ V6_(IPV6_TRANSPARENT), FLAG(SLOT_TRANSPARENT), 0, NONE, NULL, NULL },
};

const struct option_whole option_wholes[] = {
	{ SOCKET_(SO_LINGER), option_set_linger, option_get_linger },
	{ SOCKET_(SO_RCVTIMEO), option_set_receive_timeout,
		option_get_receive_timeout },
	{ SOCKET_(SO_SNDTIMEO), option_set_send_timeout,
		option_get_send_timeout },
	{ SOCKET_(SO_BINDTODEVICE), option_set_device, option_get_device },
	{ SOCKET_(SO_MEMINFO), NULL, option_get_memory },
	{ SOCKET_(SO_PEERNAME), NULL, option_get_peer },
	{ TCP_(TCP_INFO), NULL, option_get_info },
	{ TCP_(TCP_CC_INFO), NULL, option_get_nothing },
	{ TCP_(TCP_SAVED_SYN), NULL, option_get_nothing },
	{ TCP_(TCP_CONGESTION), option_set_congestion, option_get_congestion },
	{ IP_(IP_OPTIONS), NULL, option_get_nothing },
};
/* clang-format on */

const size_t option_row_count = sizeof option_rows / sizeof option_rows[0];
const size_t option_whole_count =
	sizeof option_wholes / sizeof option_wholes[0];
