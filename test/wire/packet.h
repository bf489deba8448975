/* SPDX-License-Identifier: MIT */
/*
 * Datagrams as a tester sees them: built, taken apart and printed by code
 * that shares nothing with the host under test, so that a mistake cannot
 * hide by being made twice.
 */
#ifndef TEST_PACKET_H
#define TEST_PACKET_H

#include <handfast/host.h>

#define PACKET_MAX 10240u

#define F_FIN 0x01u
#define F_SYN 0x02u
#define F_RST 0x04u
#define F_PSH 0x08u
#define F_ACK 0x10u
#define F_URG 0x20u
#define F_ECE 0x40u
#define F_CWR 0x80u

#define PROTO_ICMP 1u
#define PROTO_TCP 6u
#define PROTO_ICMP6 58u

struct packet_options {
	bool has_mss, has_scale, has_sackok, has_ts;
	uint16_t mss;
	uint8_t scale;
	uint32_t ts_val, ts_ecr;
	uint32_t sacks;
	struct {
		uint32_t left, right;
	} sack[4];
};

/* One datagram: `data` and `len` in, all the rest by packet_parse(). */
struct packet {
	hf_time at;
	uint32_t len;
	uint8_t version, proto, ttl, tos;
	struct hf_addr src, dst;
	/* TCP */
	uint16_t sport, dport, wnd, urg;
	uint32_t seq, ack;
	uint8_t flags;
	uint32_t opt_len;
	struct packet_options opt;
	/* ICMP */
	uint8_t icmp_type, icmp_code;
	uint32_t icmp_value;
	/* TCP text, or what follows the first 8 octets of ICMP */
	const uint8_t *text;
	uint32_t text_len;
	struct hf_report report;
	uint8_t data[PACKET_MAX];
};

/*
 * Takes a datagram apart and checks every length and checksum in it. NULL,
 * or what is wrong with it.
 */
const char *packet_parse(struct packet *p);

/* What a segment should be; numbers are absolute here. */
struct packet_segment {
	struct hf_addr src, dst;
	uint16_t sport, dport, wnd, urg;
	uint32_t seq, ack;
	uint8_t flags, ttl, tos;
	uint32_t opt_len;
	uint8_t opt[40];
	const uint8_t *text;
	uint32_t text_len;
};

/* Writes a whole datagram to `to`; returns its octets. */
uint32_t packet_tcp(uint8_t *to, const struct packet_segment *s);

/* An IPv4 (both mapped) or IPv6 datagram of any protocol, sealed. */
uint32_t packet_ip(uint8_t *to, const struct hf_addr *src,
		   const struct hf_addr *dst, uint8_t proto,
		   const uint8_t *payload, uint32_t len);

/* Computes the checksums of a built datagram again: IP, TCP, ICMP. */
void packet_seal(uint8_t *data, uint32_t len);

bool addr_is_v4(const struct hf_addr *a);
void put16(uint8_t *p, uint32_t v);
void put32(uint8_t *p, uint32_t v);
uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);

#endif
