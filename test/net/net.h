/* SPDX-License-Identifier: MIT */
/*
 * A host on Ethernet in virtual time, and a test that is all of its
 * neighbours. A test reads like what tcpdump would print on that wire:
 *
 *	in_arp(n, 2, BROADCAST, "who-has 10.0.0.1 tell 10.0.0.2");
 *	out(n, 2, "ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:01, length 28");
 *	silence(n);
 *
 * MAC addresses are told by a number: 2 is 02:00:00:00:00:02. The host's own
 * is 1; its addresses are 10.0.0.1/24, fd00::1/64 and the link-local
 * fe80::ff:fe00:1. Neighbour 2 is 10.0.0.2, fd00::2, fe80::2, and so on.
 *
 * Every frame must be asked for, at the moment it comes: one that nobody
 * expected makes the next out(), silence() or the end fail. (Only the reports
 * of multicast groups are passed over, unless a test wants them.) In each frame
 * that comes out the source MAC and all checksums are looked at; after each
 * step hf_host_check() is asserted. In the end all is let go of, and time
 * must leave nothing in the pools.
 *
 * Each case runs under the profiles rfc and linux, and if it says so also for
 * IPv4 and IPv6.
 */
#ifndef TEST_NET_H
#define TEST_NET_H

#include <handfast/host.h>
#include <handfast/trace.h>

#define NET_FRAME_MAX 2048u
#define NET_QUEUE 512u
#define NET_LINKS 2
#define NET_LOG 64

#define BROADCAST (-1)
/* That of the destination address of the datagram in the frame: RFC 2464 7. */
#define MULTICAST (-2)

struct net_frame {
	hf_time at;
	int link; /* 0 or 1: index of net.link */
	uint32_t len;
	struct hf_report report;
	uint8_t data[NET_FRAME_MAX];
	char text[HF_TRACE_LINE], verbose[HF_TRACE_LINE];
};

struct net_link {
	struct hf_link options;
	uint32_t id;
};

struct net {
	/* to be changed before start() */
	struct hf_config config;
	bool bare; /* no addresses but the link-local one; nothing awaited */
	bool accept_routers;
	bool two_links; /* the second: MAC 02:00:00:00:00:11, 10.0.1.1/24 */
	bool keeps_learned; /* what was learned has no end */
	bool shows_groups; /* do not pass over MLD reports */
	uint16_t vlan;
	uint32_t mtu;
	/* the variant */
	bool v6, is_linux;

	void *block;
	struct hf_host *host;
	struct net_link link[NET_LINKS];
	int link_count;
	int at; /* index of the link that in...() and out() speak of */
	hf_time start, now;
	struct hf_handle handle[64]; /* let go of at the end */
	size_t handles;

	struct net_frame *queue[NET_QUEUE];
	size_t queue_head, queue_len;
	struct net_frame last; /* what out() matched */
	struct hf_report in_report; /* of the last frame in */
	struct hf_event event[64]; /* not yet asked for */
	size_t events;
	struct hf_usage before;
	struct hf_trace *trace, *verbose;

	const char *file;
	int line;
	char log[NET_LOG][512];
	size_t logged;
};

#define MS(n) ((hf_time)(n)*HF_MILLISECOND)
#define SEC(n) ((hf_time)(n)*HF_SECOND)

#define MARK(n) net_mark(n, __FILE__, __LINE__)

/* ---- the wire and the clock (net.c) ----------------------------------- */

/* Makes the host by n->config, and unless `bare` awaits its addresses. */
#define start(n) (MARK(n), net_start(n))
/*
 * Takes the next frame, which must have come at this very moment, go to this
 * MAC, and be as tcpdump says; "*" stands for anything.
 */
#define out(n, to, ...) (MARK(n), net_out(n, to, __VA_ARGS__))
/* Lets time pass until a frame comes, which must be within [lo, hi] ms. */
#define due(n, lo, hi, to, ...)                                                \
	(MARK(n), net_due(n, MS(lo), MS(hi), to, __VA_ARGS__))
/* The frame that out() matched, as `tcpdump -v` has it. */
#define verbose(n, ...) (MARK(n), net_verbose(n, __VA_ARGS__))
#define silence(n) (MARK(n), net_silence(n))
/* Time passes, and nothing may be sent in it. */
#define quiet(n, ms) (MARK(n), net_quiet(n, MS(ms)))
/* Time passes; what is sent in it is thrown away. Says how many frames. */
#define pass(n, ms) (MARK(n), net_pass(n, MS(ms)))
/* What became of the last frame in. */
#define dropped(n, why) (MARK(n), net_dropped(n, why))
#define require(n, cond)                                                       \
	(MARK(n), (cond) ? (void)0 : net_fail(n, "not so: %s", #cond))
#define ok(n, call) (MARK(n), net_expect(n, HF_OK, call))
#define error(n, e, call) (MARK(n), net_expect(n, e, call))

void net_mark(struct net *n, const char *file, int line);
_Noreturn void net_fail(struct net *n, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void net_log(struct net *n, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void net_check(struct net *n);
void net_start(struct net *n);
void net_out(struct net *n, int to, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void net_due(struct net *n, hf_time lo, hf_time hi, int to, const char *format,
	     ...) __attribute__((format(printf, 5, 6)));
void net_verbose(struct net *n, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Takes the next frame, whatever it is, within `span`; false: none. */
bool net_take(struct net *n, hf_time span);
/* "*" in the pattern stands for anything. */
bool net_matches(const char *pattern, const char *text);
void net_silence(struct net *n);
void net_quiet(struct net *n, hf_time span);
size_t net_pass(struct net *n, hf_time span);
void net_step_to(struct net *n, hf_time target);
void net_collect(struct net *n);
void net_raw_in(struct net *n, const void *data, uint32_t len);
void net_dropped(struct net *n, enum hf_drop why);
void net_expect(struct net *n, enum hf_error want, enum hf_error got);

/* ---- frames in (frame.c) ---------------------------------------------- */

struct hf_addr addr(const char *text);
struct hf_mac mac_of(int number);
/* A text that lives for the next 15 calls. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A frame in the making; it is padded to 60 octets as Ethernet does. */
struct net_builder {
	uint8_t data[NET_FRAME_MAX];
	uint32_t len;
	int tag; /* the TCI of a VLAN tag, or -1: what the link has */
	bool unpadded;
};

void build_ethernet(struct net *n, struct net_builder *b, int from, int to,
		    uint16_t type);
void build_octets(struct net_builder *b, const void *data, uint32_t len);
void build_zeros(struct net_builder *b, uint32_t len);
void build_be16(struct net_builder *b, uint32_t value);
void build_be32(struct net_builder *b, uint32_t value);
/* `to` as an Ethernet address for a datagram: multicast is known by dst. */
void net_in(struct net *n, struct net_builder *b);

/* "who-has A tell B", or "A is-at B" with B a MAC: sender A. */
#define in_arp(n, from, to, ...) (MARK(n), net_arp(n, from, to, __VA_ARGS__))
void net_arp(struct net *n, int from, int to, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

struct net_arp_packet {
	uint16_t hardware, protocol;
	uint8_t hardware_len, protocol_len;
	uint16_t op;
	int sender_mac, target_mac;
	const char *sender, *target;
};

/* A request for `target` from `sender` of MAC number `mac`, to be spoilt. */
struct net_arp_packet arp_request(const char *target, const char *sender,
				  int mac);
struct net_arp_packet arp_reply(const char *sender, int mac, const char *target,
				int target_mac);
#define in_arp_packet(n, from, to, p) (MARK(n), net_arp_packet(n, from, to, p))
void net_arp_packet(struct net *n, int from, int to,
		    const struct net_arp_packet *packet);

/* A datagram around `payload`; zero members mean what is usual. */
struct net_datagram {
	int from, to; /* MACs; to 0: by dst */
	const char *src, *dst;
	uint8_t protocol, ttl, tos;
	uint16_t id, fragment; /* IPv4, as the header has it */
	const uint8_t *options; /* IPv4 options; IPv6: a whole header */
	uint32_t options_len;
	uint8_t options_type; /* IPv6: number of that header */
	bool no_checksum; /* of ICMP, UDP and TCP: leave it as it is */
	bool bad_checksum;
};
#define in_ip(n, d, payload, len) (MARK(n), net_ip(n, d, payload, len))
void net_ip(struct net *n, const struct net_datagram *d, const void *payload,
	    uint32_t len);

/* Puts the checksum where it belongs, for what is then sent in pieces. */
void net_seal(const struct net_datagram *d, uint8_t *payload, uint32_t len);

/* An echo request with 56 octets of data, id 7. */
#define in_echo(n, from, src, dst, seq)                                        \
	(MARK(n), net_echo(n, from, src, dst, seq))
void net_echo(struct net *n, int from, const char *src, const char *dst,
	      unsigned seq);
#define in_udp(n, d, port, len) (MARK(n), net_udp(n, d, port, len))
void net_udp(struct net *n, const struct net_datagram *d, unsigned port,
	     uint32_t len);

/* A message of neighbour discovery, to be spoilt. */
struct net_nd {
	struct net_datagram d;
	uint8_t type, code;
	uint8_t head[36]; /* what follows the checksum, up to options */
	uint32_t head_len;
	uint8_t option[512];
	uint32_t option_len;
	uint32_t cut; /* octets to leave out at the end */
};

#define ND_R 0x80u
#define ND_S 0x40u
#define ND_O 0x20u

/* With a MAC of 0 there is no link-layer address option. */
struct net_nd nd_solicitation(const char *src, const char *target, int mac);
struct net_nd nd_advertisement(const char *src, const char *dst,
			       const char *target, unsigned flags, int mac);
struct net_nd nd_router(const char *src, unsigned lifetime, int mac);
/* Adds an option of `len` octets, of which the first two are type, length. */
void nd_option(struct net_nd *nd, uint8_t type, const void *data, uint32_t len);
void nd_prefix(struct net_nd *nd, const char *prefix, unsigned bits,
	       unsigned flags, uint32_t valid, uint32_t preferred);
#define PREFIX_L 0x80u
#define PREFIX_A 0x40u
#define in_nd(n, nd) (MARK(n), net_nd(n, nd))
void net_nd(struct net *n, const struct net_nd *nd);

/* ---- neighbours of either family, and TCP (peer.c) -------------------- */

const char *self(const struct net *n); /* 10.0.0.1 or fd00::1 */
const char *peer(const struct net *n, int i); /* 10.0.0.i or fd00::i */

/* The host asks all for neighbour i's MAC, or (probe) MAC `mac` alone. */
#define out_query(n, i) (MARK(n), net_query(n, 0, 0, i))
#define due_query(n, lo, hi, i) (MARK(n), net_query(n, MS(lo), MS(hi), i))
#define out_probe(n, i, mac) (MARK(n), net_probe(n, 0, 0, i, mac))
#define due_probe(n, lo, hi, i, mac)                                           \
	(MARK(n), net_probe(n, MS(lo), MS(hi), i, mac))
void net_query(struct net *n, hf_time lo, hf_time hi, int i);
void net_probe(struct net *n, hf_time lo, hf_time hi, int i, int mac);
/* Neighbour i answers that it has this MAC. */
#define in_answer(n, i, mac) (MARK(n), net_answer(n, i, mac))
void net_answer(struct net *n, int i, int mac);
/* Neighbour i asks for the host, by a request to all, and is answered. */
#define in_asks(n, i) (MARK(n), net_asks(n, i))
void net_asks(struct net *n, int i);
/* Neighbour i announces another MAC, unasked. */
#define in_moves(n, i, mac) (MARK(n), net_moves(n, i, mac))
void net_moves(struct net *n, int i, int mac);
/* Neighbour i pings, is asked for, and answers: its entry is REACHABLE. */
#define in_reachable(n, i) (MARK(n), net_reachable(n, i))
void net_reachable(struct net *n, int i);
/* An echo request of neighbour i's, and the reply to it. */
#define in_ping(n, i, seq) (MARK(n), net_ping(n, i, i, seq))
#define out_pong(n, i, seq) (MARK(n), net_pong(n, i, i, seq))
void net_ping(struct net *n, int i, int mac, unsigned seq);
void net_pong(struct net *n, int i, int mac, unsigned seq);

/* The state of an address's neighbour entry, or -1. */
int neighbour_state(struct net *n, const char *address);
bool neighbour_get(struct net *n, const char *address,
		   struct hf_neighbour *neighbour);
/* The number of its MAC, or 0. */
int neighbour_mac(struct net *n, const char *address);
bool neighbour_is_router(struct net *n, const char *address);
size_t neighbour_count(struct net *n);
enum hf_address_state address_state(struct net *n, const char *address);
/* Takes the flags of an event if they have come; the event's error. */
#define event(n, h, flags) (MARK(n), net_event(n, h, flags))
#define no_event(n, h, flags) (MARK(n), net_no_event(n, h, flags))
enum hf_error net_event(struct net *n, struct hf_handle h, uint32_t flags);
void net_no_event(struct net *n, struct hf_handle h, uint32_t flags);
#define NOBODY ((struct hf_handle){ 0, 0 })

#define FIN 0x01u
#define SYN 0x02u
#define RST 0x04u
#define PSH 0x08u
#define ACK 0x10u

/* A connection, as the peer sees it. */
struct net_flow {
	struct hf_handle h;
	char local[40], peer[40];
	int mac; /* the peer's, or its router's */
	uint16_t local_port, peer_port;
	uint32_t next, want; /* the peer's: SND.NXT, RCV.NXT */
};

/* The user opens a connection to an address at this MAC. */
#define user_open(n, f, address, mac) (MARK(n), net_open(n, f, address, mac))
void net_open(struct net *n, struct net_flow *f, const char *address, int mac);
/* A segment from the peer, whose text is zeros. */
#define in_tcp(n, f, flags, len) (MARK(n), net_tcp(n, f, flags, len))
void net_tcp(struct net *n, struct net_flow *f, unsigned flags, uint32_t len);
/* A segment to the peer; PSH is free. Returns the octets of text. */
#define out_tcp(n, f, flags) (MARK(n), net_segment(n, 0, 0, f, flags))
#define due_tcp(n, lo, hi, f, flags)                                           \
	(MARK(n), net_segment(n, MS(lo), MS(hi), f, flags))
uint32_t net_segment(struct net *n, hf_time lo, hf_time hi, struct net_flow *f,
		     unsigned flags);
/* A whole handshake with neighbour i, whose MAC is not known before. */
#define connect_to(n, f, i) (MARK(n), net_connect(n, f, i))
void net_connect(struct net *n, struct net_flow *f, int i);
#define user_send(n, f, len) (MARK(n), net_send(n, f, len))
void net_send(struct net *n, struct net_flow *f, size_t len);

/* ---- running (run.c) -------------------------------------------------- */

#define NET_FAMILIES 1u
#define NET_RFC 2u /* this profile alone */
#define NET_LINUX 4u

struct net_case {
	const char *name;
	void (*run)(struct net *n);
	unsigned flags;
};

/* clang-format off */
#define CASE(f) { #f, f, 0 }
#define CASE_FAMILIES(f) { #f, f, NET_FAMILIES }
#define CASE_RFC(f) { #f, f, NET_RFC }
#define CASE_LINUX(f) { #f, f, NET_LINUX }
/* clang-format on */

/* Runs all variants of all; argv[1] may be a pattern of names. */
int net_main(const char *group, const struct net_case *cases, size_t count,
	     int argc, char **argv);

#define NET_MAIN(group, cases)                                                 \
	int main(int argc, char **argv)                                        \
	{                                                                      \
		return net_main(group, cases, sizeof cases / sizeof *(cases),  \
				argc, argv);                                   \
	}

#endif
