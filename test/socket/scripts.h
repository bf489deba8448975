/* SPDX-License-Identifier: MIT */
/* Scripts that both sides answer alike, named by what they are about. */
#ifndef TEST_SOCKET_SCRIPTS_H
#define TEST_SOCKET_SCRIPTS_H

/* clang-format off */
/* A listener 0 at port 1, a client 1 and its other end 2. */
#define PAIR \
	"socket 0 4; bind 0 lo4 1; listen 0 5; socket 1 4; " \
	"connect 1 lo4 1; accept 2 0; "

/* Sets an option of socket 0 to each value and reads it back. */
#define TRY(option, a, b, c) \
	"get 0 " option "; set 0 " option " " a "; get 0 " option "; " \
	"set 0 " option " " b "; get 0 " option "; " \
	"set 0 " option " " c "; get 0 " option "; "

static const struct {
	const char *name, *text;
} scripts[] = {
	/* ---- states, one after the other ---- */
	{ "a new socket",
	  "socket 0 4; poll 0; name 0; peer 0; state 0; get 0 error; "
	  "recv 0 5 0; send 0 5 0; shutdown 0 2; poll 0; recv 0 5 0; "
	  "accept 1 0; read 0 5; ioctl 0 SIOCINQ; ioctl 0 SIOCOUTQ; "
	  "ioctl 0 SIOCATMARK; listen 0 1; poll 0; state 0; recv 0 5 0" },
	{ "a new socket of IPv6",
	  "socket 0 6; poll 0; name 0; peer 0; state 0; recv 0 5 0; "
	  "send 0 5 0; shutdown 0 0; recv 0 5 0; close 0; close 0" },
	{ "no such descriptor",
	  "bind 0 lo4 1; listen 0 1; accept 1 0; connect 0 lo4 1; send 0 1 0; "
	  "recv 0 1 0; shutdown 0 0; close 0; name 0; peer 0; get 0 error; "
	  "set 0 nodelay 1; ioctl 0 SIOCINQ; flags 0; dup 1 0; poll 0" },
	{ "no socket",
	  "epoll 0; bind 0 lo4 1; listen 0 1; accept 1 0; connect 0 lo4 1; "
	  "send 0 1 0; recv 0 1 0; shutdown 0 0; name 0; get 0 error; "
	  "set 0 nodelay 1; ioctl 0 SIOCINQ; read 0 5; write 0" },
	{ "a listener",
	  "socket 0 4; bind 0 lo4 1; listen 0 1; poll 0; name 0; peer 0; "
	  "state 0; get 0 accepts; recv 0 5 0; send 0 5 0; get 0 error; "
	  "ioctl 0 SIOCINQ; ioctl 0 SIOCOUTQ; ioctl 0 SIOCATMARK; "
	  "connect 0 lo4 2; bind 0 lo4 2; accept 1 0; shutdown 0 1; poll 0; "
	  "state 0; shutdown 0 0; poll 0; state 0; accept 1 0; name 0; "
	  "listen 0 1; state 0" },
	{ "a connection",
	  PAIR "poll 1; poll 2; name 1; peer 1; name 2; peer 2; state 1; "
	  "connect 1 lo4 1; bind 1 lo4 2; listen 1 1; accept 3 1; recv 1 5 0; "
	  "get 1 error; ioctl 1 SIOCINQ; ioctl 1 SIOCOUTQ; ioctl 1 SIOCOUTQNSD"
	},
	{ "refused",
	  "socket 0 4; connect 0 lo4 1; poll 0; state 0; name 0; peer 0; "
	  "get 0 error; get 0 error; poll 0; connect 0 lo4 1; send 0 1 0; "
	  "connect 0 lo4 1; connect 0 lo4 1; recv 0 5 0; recv 0 5 0; name 0" },
	{ "refused, and told by send",
	  "socket 0 4; connect 0 lo4 1; send 0 1 0; send 0 1 0; poll 0" },
	{ "refused, and told by recv",
	  "socket 0 4; connect 0 lo4 1; recv 0 1 0; recv 0 1 0; poll 0" },
	{ "refused, and then not",
	  "socket 0 4; socket 1 4; bind 1 lo4 1; connect 0 lo4 1; listen 1 1; "
	  "connect 0 lo4 1; connect 0 lo4 1; connect 0 lo4 1; poll 0; "
	  "connect 0 lo4 1" },

	/* ---- closing ---- */
	{ "the peer closes",
	  PAIR "close 2; poll 1; state 1; recv 1 5 0; recv 1 5 peek; "
	  "send 1 5 0; "
	  "poll 1; state 1; send 1 5 0; recv 1 5 0; get 1 error; poll 1" },
	{ "the peer closes with octets unread",
	  PAIR "send 1 5 0; close 2; poll 1; get 1 error; poll 1; recv 1 5 0; "
	  "send 1 5 0; shutdown 1 1; peer 1; name 1; state 1" },
	{ "octets before a reset are read first",
	  PAIR "send 2 5 0; linger 2 1 0; close 2; poll 1; recv 1 3 0; "
	  "recv 1 5 0; recv 1 5 0; recv 1 5 0; poll 1" },
	{ "half closed",
	  PAIR "shutdown 1 1; poll 1; poll 2; send 1 5 0; recv 2 5 0; "
	  "send 2 5 0; recv 1 5 0; poll 1; shutdown 1 1; shutdown 2 1; "
	  "poll 1; poll 2; state 1; peer 1; recv 1 5 0; send 1 5 0" },
	{ "reading shut",
	  PAIR "shutdown 1 0; poll 1; send 2 5 0; recv 1 5 0; recv 1 5 0; "
	  "poll 1; send 1 5 0; recv 2 9 0; shutdown 1 1; poll 1; poll 2" },
	{ "both shut, and the peer goes on",
	  PAIR "shutdown 1 2; poll 1; send 2 5 0; poll 1; poll 2; state 1; "
	  "get 1 error; get 2 error; send 2 5 0; recv 2 5 0" },
	{ "a reset",
	  PAIR "linger 1 1 0; close 1; poll 2; recv 2 5 0; recv 2 5 0; "
	  "send 2 5 0; poll 2; connect 2 lo4 1; shutdown 2 2; peer 2" },
	{ "shut down and up again",
	  PAIR "connect 1 none 0; poll 1; state 1; get 1 error; name 1; "
	  "peer 1; poll 2; get 2 error; connect 1 lo4 1; connect 1 lo4 1; "
	  "poll 1" },
	{ "what is dissolved keeps what was bound",
	  PAIR "connect 2 none 0; name 2; name 1; connect 1 none 0; name 1; "
	  "bind 1 lo4 2; connect 1 lo4 1; connect 1 none 0; name 1" },
	{ "a shutdown that makes no sense",
	  PAIR "shutdown 1 3; shutdown 1 -1; poll 1" },
	{ "shut down while opening",
	  "socket 0 4; connect 0 lo4 1; shutdown 0 1; connect 0 lo4 1; poll 0; "
	  "connect 0 none 0; connect 0 lo4 1" },
	{ "a copy keeps the connection",
	  PAIR "dup 3 1; close 1; poll 2; send 3 5 0; recv 2 5 0; close 3; "
	  "poll 2" },

	/* ---- bind() ---- */
	{ "two at a port",
	  "socket 0 4; socket 1 4; bind 0 lo4 1; bind 1 lo4 1; bind 1 any4 1; "
	  "bind 1 two4 1; bind 1 lo4 2; name 1" },
	{ "two with SO_REUSEADDR",
	  "socket 0 4; socket 1 4; set 0 reuseaddr 1; set 1 reuseaddr 1; "
	  "bind 0 lo4 1; bind 1 any4 1; listen 0 1; listen 1 1; close 0; "
	  "listen 1 1; socket 2 4; set 2 reuseaddr 1; bind 2 lo4 1" },
	{ "one with SO_REUSEADDR",
	  "socket 0 4; socket 1 4; set 1 reuseaddr 1; bind 0 lo4 1; "
	  "bind 1 lo4 1" },
	{ "two with SO_REUSEPORT",
	  "socket 0 4; socket 1 4; set 0 reuseport 1; set 1 reuseport 1; "
	  "bind 0 lo4 1; listen 0 1; bind 1 lo4 1; listen 1 1; socket 2 4; "
	  "bind 2 lo4 1; set 2 reuseport 1; bind 2 lo4 1; bind 2 lo4 1" },
	{ "the port of a connection",
	  PAIR "close 0; socket 0 4; bind 0 lo4 1; set 0 reuseaddr 1; "
	  "bind 0 lo4 1; close 1; close 2; close 0; socket 0 4; bind 0 lo4 1" },
	{ "both versions at a port",
	  "socket 0 6; bind 0 any6 1; socket 1 4; bind 1 any4 1; bind 1 lo4 1; "
	  "close 0; bind 1 any4 1; socket 2 6; bind 2 any6 1; set 2 v6only 1; "
	  "bind 2 any6 1; set 2 v6only 0; get 2 v6only" },
	{ "mapped addresses",
	  "socket 0 6; bind 0 map4 1; name 0; socket 1 4; bind 1 lo4 1; "
	  "bind 1 two4 1; socket 2 6; set 2 v6only 1; bind 2 map4 2; "
	  "bind 2 lo6 1; socket 3 6; bind 3 mapany 3; name 3; listen 3 1; "
	  "socket 4 4; connect 4 lo4 3; accept 5 3; name 5" },
	{ "addresses that are not ours",
	  "socket 0 4; bind 0 far4 1; connect 0 far4 1; socket 1 6; "
	  "bind 1 far6 1; connect 1 far6 1; bind 1 lo4 1; bind 0 lo6 1; "
	  "connect 0 lo6 1; connect 1 lo4 1; bind 1 group6 1; "
	  "connect 1 group6 1" },
	{ "bound to the other version",
	  "socket 0 6; bind 0 lo6 1; connect 0 map4 2; connect 0 mapany 2; "
	  "socket 1 6; bind 1 map4 1; connect 1 lo6 2; connect 1 any6 2; "
	  "socket 2 6; bind 2 mapany 3; connect 2 lo6 2" },
	{ "a group is no peer", "socket 0 4; connect 0 group4 1" },
	{ "any port",
	  "socket 0 4; bind 0 lo4 0; name 0; bind 0 lo4 0; socket 1 4; "
	  "listen 1 1; name 1; socket 2 4; bind 2 none 0; name 2" },
	{ "a connection from a port of one's own",
	  "socket 0 4; bind 0 lo4 1; listen 0 3; socket 1 4; bind 1 lo4 2; "
	  "connect 1 lo4 1; accept 2 0; peer 2; socket 3 4; "
	  "set 3 reuseaddr 1; bind 3 lo4 2; close 1; close 2; name 3" },
	{ "the same pair twice",
	  "socket 0 4; bind 0 lo4 1; listen 0 3; socket 1 4; socket 3 4; "
	  "set 1 reuseaddr 1; set 3 reuseaddr 1; bind 1 lo4 2; bind 3 lo4 2; "
	  "connect 1 lo4 1; connect 3 lo4 1; poll 3" },
	{ "to itself",
	  "socket 0 4; bind 0 lo4 1; connect 0 lo4 1; connect 0 lo4 1; "
	  "name 0; peer 0; poll 0; send 0 5 0; recv 0 9 0; shutdown 0 1; "
	  "recv 0 9 0; state 0; poll 0" },
	{ "to any address",
	  "socket 0 4; bind 0 any4 1; listen 0 3; socket 1 4; "
	  "connect 1 any4 1; peer 1; name 1; socket 2 6; connect 2 mapany 1; "
	  "peer 2; socket 3 6; connect 3 any6 1; get 3 error" },
	{ "IPv6 only",
	  "socket 0 6; set 0 v6only 1; bind 0 any6 1; listen 0 1; socket 1 4; "
	  "connect 1 lo4 1; get 1 error; socket 2 6; connect 2 lo6 1; "
	  "accept 3 0; peer 3; set 2 v6only 1; socket 4 6; set 4 v6only 1; "
	  "connect 4 map4 1" },
	{ "both versions at one listener",
	  "socket 0 6; bind 0 any6 1; listen 0 2; socket 1 4; connect 1 lo4 1; "
	  "accept 2 0; name 2; peer 2; socket 3 6; connect 3 map4 1; name 3; "
	  "accept 4 0; get 4 domain; send 1 5 0; recv 2 5 0" },

	/* ---- listen() ---- */
	{ "a backlog",
	  "socket 0 4; bind 0 lo4 1; listen 0 1; socket 1 4; connect 1 lo4 1; "
	  "socket 2 4; connect 2 lo4 1; socket 3 4; connect 3 lo4 1; poll 1; "
	  "poll 2; poll 3; state 3; accept 4 0; accept 5 0; accept 6 0" },
	{ "a backlog of none",
	  "socket 0 4; bind 0 lo4 1; listen 0 0; socket 1 4; connect 1 lo4 1; "
	  "socket 2 4; connect 2 lo4 1; state 1; state 2; listen 0 3; "
	  "socket 3 4; connect 3 lo4 1; state 3; accept 4 0; accept 5 0" },
	{ "reset before it is accepted",
	  "socket 0 4; bind 0 lo4 1; listen 0 1; socket 1 4; connect 1 lo4 1; "
	  "send 1 4 0; linger 1 1 0; close 1; poll 0; accept 2 0; poll 2; "
	  "recv 2 9 0; recv 2 9 0; peer 2" },
	{ "closed before it is accepted",
	  "socket 0 4; bind 0 lo4 1; listen 0 1; socket 1 4; connect 1 lo4 1; "
	  "send 1 4 0; close 1; accept 2 0; poll 2; recv 2 9 0; recv 2 9 0" },
	{ "nobody accepts",
	  "socket 0 4; bind 0 lo4 1; listen 0 1; socket 1 4; connect 1 lo4 1; "
	  "close 0; poll 1; get 1 error; recv 1 9 0" },
	{ "what is accepted inherits",
	  "socket 0 4; set 0 nodelay 1; set 0 keepalive 1; set 0 keepidle 77; "
	  "set 0 oobinline 1; set 0 rcvlowat 3; set 0 tos 16; set 0 ttl 9; "
	  "linger 0 1 0; bind 0 lo4 1; listen 0 1; socket 1 4; "
	  "connect 1 lo4 1; accept 2 0; get 2 nodelay; get 2 keepalive; "
	  "get 2 keepidle; get 2 oobinline; get 2 rcvlowat; get 2 tos; "
	  "get 2 ttl; flags 2; get 2 accepts; get 2 reuseaddr" },

	/* ---- octets ---- */
	{ "looking and taking",
	  PAIR "send 1 20 0; recv 2 5 peek; recv 2 5 0; recv 2 5 trunc; "
	  "recv 2 20 peek; recvmsg 2 5 trunc; recv 2 0 0; recv 2 20 all; "
	  "recv 2 5 0; recv 2 5 errq; recv 2 0 0; read 2 0; send 1 0 0" },
	{ "more than a buffer of the queue",
	  PAIR "send 1 30000 0; ioctl 2 SIOCINQ; recv 2 30000 peek; "
	  "recv 2 30000 all|peek; recv 2 29999 0; ioctl 2 SIOCINQ; "
	  "recv 2 5 0" },
	{ "RCVLOWAT",
	  PAIR "set 2 rcvlowat 10; send 1 5 0; poll 2; recv 2 3 0; send 1 9 0; "
	  "poll 2; recv 2 20 0; send 1 5 0; recv 2 20 0; recv 2 5 0" },
	{ "TCP_INQ",
	  PAIR "set 2 inq 1; send 1 9 0; recvmsg 2 4 0; recvmsg 2 4 peek; "
	  "recvmsg 2 9 0; close 1; recvmsg 2 9 0; set 2 inq 2" },
	{ "control messages are for those who ask",
	  PAIR "send 1 9 0; recvmsg 2 4 0; recvmsg 2 4 oob; recvmsg 2 9 0" },
	{ "Fast Open without it",
	  "socket 0 4; bind 0 lo4 1; listen 0 1; socket 1 4; "
	  "connect 1 lo4 1; send 1 5 fast; send 1 5 0; accept 2 0; "
	  "recv 2 9 0" },

	/* ---- urgent data ---- */
	{ "out of line",
	  PAIR "send 1 3 oob; poll 2; ioctl 2 SIOCATMARK; ioctl 2 SIOCINQ; "
	  "recv 2 9 0; ioctl 2 SIOCATMARK; poll 2; recv 2 1 oob|peek; "
	  "recv 2 1 oob; recv 2 1 oob; poll 2; send 1 3 0; recv 2 9 0; "
	  "poll 2" },
	{ "in line",
	  PAIR "set 2 oobinline 1; send 1 3 oob; poll 2; recv 2 1 oob; "
	  "send 1 2 0; recv 2 9 0; ioctl 2 SIOCATMARK; recv 2 9 0; poll 2" },
	{ "reads stop at the mark",
	  PAIR "send 1 4 0; send 1 3 oob; send 1 5 0; ioctl 2 SIOCINQ; "
	  "recv 2 20 0; ioctl 2 SIOCATMARK; recv 2 20 0; recv 2 1 oob; "
	  "poll 2" },
	{ "looking stops at the mark",
	  PAIR "send 1 4 oob; send 1 5 0; recv 2 20 peek; recv 2 3 0; "
	  "recv 2 20 peek; recv 2 20 0" },
	{ "urgent again",
	  PAIR "send 1 2 oob; send 1 2 oob; recv 2 1 oob; recv 2 9 0; "
	  "recv 2 9 0; recv 2 9 0; poll 2; send 1 1 oob; poll 2; recv 2 5 0; "
	  "recv 2 1 oob; recv 2 1 oob" },
	{ "urgent and at an end",
	  PAIR "send 1 2 oob; close 1; poll 2; recv 2 0 oob; recv 2 9 0; "
	  "recv 2 9 0; recv 2 1 oob" },
	{ "nothing urgent",
	  "socket 3 4; recv 3 1 oob; " PAIR "recv 2 1 oob; send 1 5 0; "
	  "recv 2 1 oob; ioctl 2 SIOCATMARK" },

	/* ---- options ---- */
	{ "options of sockets",
	  "socket 0 4; " TRY("reuseaddr", "1", "7", "0")
	  TRY("reuseport", "1", "-1", "0") TRY("keepalive", "1", "5", "0")
	  TRY("oobinline", "1", "5", "0") TRY("broadcast", "1", "5", "0")
	  TRY("priority", "3", "6", "0") TRY("mark", "1", "-5", "0")
	  TRY("rcvlowat", "5", "0", "9") TRY("zerocopy", "1", "2", "0")
	  TRY("type", "5", "0", "1") TRY("protocol", "5", "0", "1")
	  TRY("domain", "5", "0", "1") TRY("accepts", "5", "0", "1")
	  TRY("error", "5", "0", "1") TRY("nosuch", "5", "0", "1")
	  "get 0 sndlowat; set 0 sndlowat 5; get 0 peername" },
	{ "buffers of sockets",
	  "socket 0 4; set 0 sndbuf 10000; get 0 sndbuf; set 0 sndbuf 1; "
	  "get 0 sndbuf; set 0 sndbuf 0x7fffffff; get 0 sndbuf; "
	  "set 0 rcvbuf 10000; get 0 rcvbuf; set 0 rcvbuf 1; get 0 rcvbuf; "
	  "set 0 rcvbuf 0x7fffffff; get 0 rcvbuf" },
	{ "options of TCP",
	  "socket 0 4; " TRY("nodelay", "1", "5", "0")
	  TRY("cork", "1", "5", "0")
	  TRY("keepidle", "1", "32767", "32768") TRY("keepidle", "0", "-1", "9")
	  TRY("keepintvl", "1", "32767", "32768")
	  TRY("keepintvl", "0", "-1", "9")
	  TRY("keepcnt", "1", "127", "128") TRY("keepcnt", "0", "-1", "9")
	  TRY("syncnt", "1", "127", "128") TRY("syncnt", "0", "-1", "9")
	  TRY("linger2", "-5", "7", "500") TRY("defer", "5", "1", "0")
	  TRY("usertimeout", "5", "-1", "0") TRY("inq", "1", "2", "0")
	  TRY("notsent", "5", "9", "0") TRY("savesyn", "1", "2", "3")
	  TRY("nosuchtcp", "5", "-1", "0") "set 0 linger2 0; set 0 defer -1; "
	  "get 0 defer; set 0 maxseg 87; set 0 maxseg 88; get 0 maxseg; "
	  "set 0 maxseg 32767; get 0 maxseg; set 0 maxseg 32768; "
	  "set 0 maxseg 0; get 0 maxseg; set 0 clamp 5; get 0 clamp; "
	  "set 0 clamp 70000; get 0 clamp; set 0 clamp 0; get 0 clamp; "
	  "set 0 fastopen -1" },
	{ "options of IP",
	  "socket 0 4; " TRY("tos", "16", "19", "-1")
	  TRY("tos", "256", "255", "0")
	  TRY("ttl", "1", "255", "256") TRY("ttl", "0", "-1", "9")
	  TRY("mtudisc", "0", "2", "6") TRY("recverr", "1", "5", "0")
	  TRY("recvtos", "1", "5", "0") TRY("recvttl", "1", "5", "0")
	  TRY("nosuchip", "1", "5", "0") "get 0 v6only; set 0 hops 5" },
	{ "options of IPv6",
	  "socket 0 6; " TRY("tclass", "16", "19", "-1")
	  TRY("tclass", "-2", "256", "0")
	  TRY("hops", "1", "255", "256") TRY("hops", "0", "-1", "9")
	  TRY("mtudisc6", "0", "2", "6") TRY("recverr6", "1", "5", "0")
	  TRY("v6only", "1", "5", "0") TRY("nosuch6", "1", "5", "0")
	  TRY("tos", "16", "19", "0") TRY("ttl", "1", "0", "-1") },
	{ "options of what is connected",
	  PAIR "set 1 keepidle 5; get 1 keepidle; set 1 ttl 7; get 1 ttl; "
	  "set 1 tos 8; get 1 tos; get 1 peername; set 1 clamp 0; "
	  "set 1 fastopen 1; get 1 accepts; get 1 error" },
	{ "flags of descriptors",
	  "socket 0 4; flags 0; ioctl 0 FIONBIO; ioctl 0 nosuch; epoll 1; "
	  "flags 1; ioctl 1 nosuch; pipe 2 3; flags 2; flags 3" },

	/* ---- epoll ---- */
	{ "level-triggered",
	  PAIR "epoll 8; eadd 8 2 in; ewait 8; send 1 5 0; ewait 8; ewait 8; "
	  "recv 2 3 0; ewait 8; recv 2 3 0; ewait 8; close 1; ewait 8" },
	{ "edge-triggered",
	  PAIR "epoll 8; eadd 8 2 in|out|rdhup|et; ewait 8; ewait 8; "
	  "send 1 5 0; ewait 8; ewait 8; recv 2 3 0; ewait 8; send 1 5 0; "
	  "ewait 8; shutdown 1 1; ewait 8; ewait 8; shutdown 2 1; ewait 8; "
	  "ewait 8" },
	{ "edges of a new socket and its connection",
	  "socket 0 4; bind 0 lo4 1; listen 0 5; socket 1 4; epoll 8; "
	  "eadd 8 1 in|out|et; ewait 8; ewait 8; connect 1 lo4 1; ewait 8; "
	  "ewait 8" },
	{ "edges of a refused connection",
	  "socket 1 4; epoll 8; eadd 8 1 in|out|et; ewait 8; "
	  "connect 1 lo4 1; ewait 8; ewait 8; connect 1 lo4 1; ewait 8" },
	{ "edges of a listener",
	  "socket 0 4; epoll 8; eadd 8 0 in|et; ewait 8; bind 0 lo4 1; "
	  "listen 0 5; ewait 8; socket 1 4; connect 1 lo4 1; ewait 8; ewait 8; "
	  "socket 2 4; connect 2 lo4 1; ewait 8; accept 3 0; ewait 8" },
	{ "once",
	  PAIR "epoll 8; eadd 8 2 in|one; send 1 5 0; ewait 8; send 1 5 0; "
	  "ewait 8; emod 8 2 in|one; ewait 8; ewait 8" },
	{ "changing a watch",
	  PAIR "epoll 8; eadd 8 2 0; ewait 8; emod 8 2 out; ewait 8; "
	  "emod 8 2 in; ewait 8; eadd 8 2 in; edel 8 2; edel 8 2; emod 8 2 in; "
	  "eadd 8 8 in; eadd 2 8 in; eadd 8 9 in; eadd 8 2 in|excl; "
	  "emod 8 2 in; edel 8 2; eadd 8 2 pri|excl" },
	{ "urgent data to a watch",
	  PAIR "epoll 8; eadd 8 2 pri|et; send 1 1 oob; ewait 8; ewait 8; "
	  "eadd 8 1 in|pri; recv 2 1 oob; send 2 3 oob; ewait 8" },
	{ "instances in instances",
	  PAIR "epoll 8; epoll 9; eadd 9 8 in; eadd 8 2 in; ewait 9; poll 8; "
	  "send 1 5 0; ewait 9; poll 9; ewait 8; recv 2 5 0; ewait 9; "
	  "eadd 8 9 in; close 2; ewait 8" },
	{ "instances too deep",
	  "epoll 0; epoll 1; epoll 2; epoll 3; epoll 4; epoll 5; epoll 6; "
	  "eadd 1 0 in; eadd 2 1 in; eadd 3 2 in; eadd 4 3 in; eadd 5 4 in; "
	  "eadd 6 5 in" },
	{ "a closed descriptor is watched no more",
	  PAIR "epoll 8; eadd 8 2 out; ewait 8; dup 3 2; close 2; ewait 8; "
	  "close 3; ewait 8" },
	{ "the room that an edge tells of",
	  PAIR "epoll 8; eadd 8 1 out|et; ewait 8; shutdown 1 1; ewait 8; "
	  "poll 1" },

	/* ---- pipes ---- */
	{ "a pipe",
	  "pipe 0 1; poll 0; poll 1; read 0 5; write 1; poll 0; read 0 4; "
	  "ioctl 0 SIOCINQ; read 1 5; write 0; close 1; read 0 9; read 0 9; "
	  "poll 0" },
	{ "a pipe without reader",
	  "pipe 0 1; close 0; poll 1; write 1" },
	{ "splice",
	  PAIR "pipe 3 4; send 1 9 0; splice 2 4 5; splice 2 4 50; read 3 3; "
	  "splice 3 2 50; recv 1 20 0; splice 2 4 5; splice 3 2 5; "
	  "splice 1 2 5; splice 4 2 5; splice 2 3 5; splice 3 4 5; close 1; "
	  "splice 2 4 5; splice 2 4 0" },
	{ "splice between pipes",
	  "pipe 0 1; pipe 2 3; write 1; splice 0 3 4; read 2 9; splice 0 3 9; "
	  "splice 0 3 9; close 1; splice 0 3 9; close 2; splice 0 3 1" },
};
/* clang-format on */

#endif
