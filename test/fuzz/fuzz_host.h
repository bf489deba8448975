/* SPDX-License-Identifier: MIT */
/*
 * A host under fuzzing, and the peer that talks to it. The peer reads what
 * the host sends and so can answer correctly, which is how the host is
 * brought into a state, or nearly correctly, which is how it is tried.
 */
#ifndef FUZZ_HOST_H
#define FUZZ_HOST_H

#include <handfast/host.h>
#include "sim_random.h"
#include "wire_ethernet.h"
#include "wire_tcp.h"

#define FUZZ_BLOCK (256u << 10)
#define FUZZ_BLOCK_LARGE (1u << 20)
#define FUZZ_MTU 1500u
#define FUZZ_FRAME (FUZZ_MTU + WIRE_ETHERNET_HEADER + WIRE_VLAN_TAG)
#define FUZZ_HANDLES 16u
#define FUZZ_PORT 7u /* of the listener */
#define FUZZ_PEER_PORT 4000u

/* The bytes of the fuzzer; past their end come zeros. */
struct input {
	const uint8_t *data;
	size_t left;
};

uint8_t input_u8(struct input *in);
uint16_t input_u16(struct input *in);
uint32_t input_u32(struct input *in);

/* Whom the peer answers for, when the host looks for a neighbour. */
enum fuzz_answers {
	ANSWERS_ITSELF,
	ANSWERS_NOBODY,
	ANSWERS_ALL,
};

struct fuzz {
	struct hf_host *host;
	void *block;
	size_t block_size;
	struct hf_config config;
	hf_time now;
	uint32_t link;
	bool is_ipv6, is_tight;
	bool is_changing; /* addresses come and go: what is left is not told */
	struct hf_usage at_start;
	struct hf_handle handle[FUZZ_HANDLES]; /* held, and some stale */
	bool is_held[FUZZ_HANDLES];
	uint32_t handles;
	struct hf_handle syn; /* the last that asked */

	/* The connection in question, as the peer sees it. */
	struct hf_addr local, remote;
	uint16_t local_port, remote_port;
	bool has_heard; /* anything of it yet */
	struct hf_seq iss; /* the peer's */
	struct hf_seq snd_nxt; /* the peer's */
	struct hf_seq rcv_nxt; /* past what the host has sent */
	struct hf_seq heard; /* seq of the last segment */
	struct hf_seq acked; /* by the host */
	uint32_t ts_host; /* of the last segment */
	bool has_ts;
	uint8_t last[FUZZ_MTU]; /* the last segment, for ICMP to quote */
	uint32_t last_len;

	/* Ethernet */
	bool is_ethernet;
	struct hf_mac mac, peer_mac;
	uint16_t vlan;
	enum fuzz_answers answers;
	uint8_t last_frame[FUZZ_FRAME]; /* of whatever kind, to be sent back */
	uint32_t last_frame_len;

	/* If not NULL, is shown each ICMP message, or fragment, that is sent.
	 */
	void (*hears_icmp)(struct fuzz *f, const struct wire_ip *ip);
};

#define FUZZ_CHECK(f, condition)                                               \
	((condition) ? (void)0 : fuzz_broken(f, __FILE__, __LINE__, #condition))

_Noreturn void fuzz_broken(const struct fuzz *f, const char *file, int line,
			   const char *what);

/* hf_host_check(), which must find nothing. */
void fuzz_check_host(const struct fuzz *f);

/*
 * Fills in all of *f but the host: `choice` picks profile, family, options,
 * sizes. f->config and f->block_size may then be changed.
 */
void fuzz_configure(struct fuzz *f, uint16_t choice);
/* Makes the host, with one link and the address f->local. */
void fuzz_make(struct fuzz *f, const struct hf_link *link);
/* Lets go of everything, runs time to its end, checks that nothing is left. */
void fuzz_end(struct fuzz *f);

/* Takes events and frames until there are none; checks all. */
void fuzz_settle(struct fuzz *f);
void fuzz_hold(struct fuzz *f, struct hf_handle handle);
void fuzz_drop(struct fuzz *f, uint32_t index);
void fuzz_pass_time(struct fuzz *f, hf_time how_much);

/* ---- frames to the host ----------------------------------------------- */

/* A datagram; on Ethernet in a frame from the peer. */
void fuzz_frame(struct fuzz *f, const void *data, uint32_t len);
/* A frame of any octets, link's header and all. */
void fuzz_raw_frame(struct fuzz *f, const void *data, uint32_t len);

/* A segment of the connection; the rest of *t is the caller's. */
void fuzz_segment(struct fuzz *f, struct wire_tcp *t,
		  const struct wire_tcp_options *options);
/* What a correct peer says: flags and text at snd_nxt, which moves on. */
void fuzz_say(struct fuzz *f, uint8_t flags, uint32_t text_len);
/* Fixes lengths and checksums of a datagram with a TCP or ICMP payload. */
void fuzz_repair(uint8_t *data, uint32_t len);

/* Reads a datagram that the host has sent. */
void fuzz_read_datagram(struct fuzz *f, const uint8_t *data, uint32_t len);

/* ---- Ethernet --------------------------------------------------------- */

/* Adds to fuzz_configure(): limits, a link of Ethernet. */
void fuzz_make_ethernet(struct fuzz *f, bool is_small, bool has_vlan);
/* A frame with this header, and this behind it. */
void fuzz_ethernet_frame(struct fuzz *f, const struct wire_ethernet *e,
			 const void *payload, uint32_t len);
/* A frame that the host has sent; may be answered. */
void fuzz_read_ethernet(struct fuzz *f, const uint8_t *data, uint32_t len);
/* The MAC that a neighbour has, unless he lies. */
struct hf_mac fuzz_mac_of(const struct fuzz *f, const struct hf_addr *addr);

/* ---- states ----------------------------------------------------------- */

#define FUZZ_PATHS 24u

/* Brings the host to a state by path number 0 .. FUZZ_PATHS - 1. */
void fuzz_reach(struct fuzz *f, uint32_t path);
const char *fuzz_path_name(uint32_t path);

/* One action that the input asks for: frames, time or a call. */
void fuzz_act(struct fuzz *f, struct input *in);

/* ---- a target, of which each program has one -------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* The program's name, for the command that replays an input. */
extern const char fuzz_target_name[];
/* Makes octets that are random into an input that starts sensibly. */
void fuzz_target_shape(uint8_t *data, uint64_t seed, struct sim_random *r);
/* Where an input starts, in a few words. */
const char *fuzz_target_start(const uint8_t *data);

#endif
