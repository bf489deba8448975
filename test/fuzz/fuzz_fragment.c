/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target of fragments: the first octet chooses what the host is
 * like, the others make datagrams and say which parts of them arrive, in
 * what order, how often, and with what lies. Whatever it is, the invariants
 * hold after each step and no limit is passed; an echo reply has the data of
 * its request; a datagram all of whose parts came is answered; and once the
 * time for reassembly has passed nothing is held.
 */
#include "fuzz_host.h"
#include "bytes.h"
#include "checksum.h"
#include "wire_icmp.h"
#include <string.h>

#define MOST_ACTIONS 200u
#define MOST_PIECES 48u /* of one action */
#define SERIALS 256u
#define ECHO_ID 0x4242u
#define OPTIONS 8u /* octets of destination options, or IPv4 options */

enum choice {
	CHOICE_IPV6 = 1,
	CHOICE_SMALL = 2,
	CHOICE_RFC = 4,
	CHOICE_ETHERNET = 8,
	CHOICE_TIGHT = 16,
};

const char fuzz_target_name[] = "fuzz_fragment_replay";

/* A datagram before it is fragmented. */
struct whole {
	struct wire_ip ip;
	bool is_optional; /* with options, which each fragment has too */
	uint32_t len; /* of the payload */
	uint8_t payload[65536];
};

static struct scene {
	struct fuzz fuzz;
	bool is_small;
	bool has_lied; /* data of several datagrams may have been mixed */
	bool is_fresh; /* the host has seen no fragment yet */
	uint32_t made; /* datagrams */
	uint32_t echo_len[SERIALS]; /* of the data; 0: it was no echo */
	uint32_t echoed; /* replies */
	struct whole whole; /* the one that is being sent */
	uint8_t reply[65536 + WIRE_IPV6_HEADER]; /* its fragments, united */
	uint32_t reply_len;
} s;

static uint8_t pattern(uint32_t serial, uint32_t at)
{
	return (uint8_t)(serial * 31 + at * 7 + (at >> 8));
}

/* ---- datagrams -------------------------------------------------------- */

static uint32_t some_len(struct input *in)
{
	uint8_t how = input_u8(in);

	if (how < 64)
		return how;
	if (how < 192)
		return (how - 63u) * 24;
	if (how < 250)
		return (how - 191u) * 1000;
	return 65515 - input_u16(in) % 2000;
}

static void make_echo(struct fuzz *f, struct whole *w, uint32_t len)
{
	uint32_t serial = s.made % SERIALS;
	struct wire_icmp icmp = {
		.kind = ICMP_ECHO,
		.value = ECHO_ID << 16 | serial,
		.body = w->payload + WIRE_ICMP_HEADER,
		.body_len = len,
	};

	w->ip.protocol = f->is_ipv6 ? WIRE_PROTOCOL_ICMPV6 : WIRE_PROTOCOL_ICMP;
	for (uint32_t i = 0; i < len; i++)
		w->payload[WIRE_ICMP_HEADER + i] = pattern(serial, i);
	w->len = wire_icmp_emit_header(&icmp, &w->ip.src, &w->ip.dst,
				       wire_sum(icmp.body, len), w->payload) +
		 len;
	s.echo_len[serial] = len + 1;
}

/* A SYN, or a segment of nothing, with text. */
static void make_segment(struct whole *w, uint32_t len)
{
	struct wire_tcp t = { .src_port = (uint16_t)(4000 + s.made % 8),
			      .dst_port = FUZZ_PORT,
			      .flags = s.made & 1 ? TCP_SYN : TCP_ACK,
			      .wnd = 1000 };
	struct wire_tcp_options none = { 0 };
	uint16_t sum;

	w->ip.protocol = WIRE_PROTOCOL_TCP;
	w->len = wire_tcp_emit(&t, &none, w->payload) + len;
	memset(w->payload + WIRE_TCP_HEADER, 0x33, len);
	memset(w->payload + 16, 0, 2);
	sum = wire_checksum(wire_sum_pseudo(&w->ip.src, &w->ip.dst,
					    WIRE_PROTOCOL_TCP, w->len) +
			    wire_sum(w->payload, w->len));
	memcpy(w->payload + 16, &sum, sizeof sum);
}

static void make_whole(struct fuzz *f, struct input *in)
{
	struct whole *w = &s.whole;
	uint8_t how = input_u8(in);
	uint32_t len = some_len(in);

	s.made++;
	w->ip = (struct wire_ip){
		.src = f->remote, .dst = f->local, .ttl = 64, .id = s.made
	};
	s.echo_len[s.made % SERIALS] = 0;
	if ((how & 3) == 0) {
		w->ip.protocol = how & 4 ? WIRE_PROTOCOL_UDP : input_u8(in);
		w->len = len;
		memset(w->payload, 0x11, len);
	} else if ((how & 3) == 1) {
		make_segment(w, len % 60000);
	} else {
		make_echo(f, w, len % 65400);
	}
	w->is_optional = (how & 24) == 24;
	if ((how & 96) == 96) { /* from another; who may be a neighbour */
		w->ip.src.octet[15] = input_u8(in);
		s.has_lied = true; /* not all may be answered */
	}
	if (how & 128)
		w->ip.tos = input_u8(in) & 3;
}

/* ---- fragments -------------------------------------------------------- */

/* IPv4: no-operations; IPv6: destination options that are padding. */
static uint32_t put_options(const struct whole *w, const struct wire_ip *ip,
			    uint32_t at, uint32_t payload_len, uint8_t *to)
{
	static const uint8_t padding[OPTIONS] = { 0, 0, 1, 4 };
	uint32_t behind = at - WIRE_IPV6_HEADER;

	if (!w->is_optional || addr_is_ipv4(&ip->dst))
		return at;
	memmove(to + WIRE_IPV6_HEADER + OPTIONS, to + WIRE_IPV6_HEADER, behind);
	memcpy(to + WIRE_IPV6_HEADER, padding, OPTIONS);
	to[WIRE_IPV6_HEADER] = to[6];
	to[6] = 60;
	put_be16(to + 4, (uint16_t)(behind + OPTIONS + payload_len));
	return at + OPTIONS;
}

/* One part of the datagram; `ip` may differ from the datagram's own. */
static void send_part(struct fuzz *f, struct wire_ip ip, uint32_t offset,
		      uint32_t len)
{
	static const uint8_t no_operation[OPTIONS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	static uint8_t frame[WIRE_IPV6_HEADER + 16 + 65536];
	const struct whole *w = &s.whole;
	uint32_t at;

	ip.is_fragment = ip.more_fragments || offset > 0;
	ip.fragment_offset = offset;
	if (w->is_optional && addr_is_ipv4(&ip.dst)) {
		ip.options = no_operation;
		ip.options_len = OPTIONS;
	}
	at = wire_ip_emit(&ip, len, frame);
	at = put_options(w, &ip, at, len, frame);
	memcpy(frame + at, w->payload + offset, len);
	fuzz_frame(f, frame, at + len);
}

/* The true parts of at most `size` octets. */
static void send_true(struct fuzz *f, uint32_t number, uint32_t size)
{
	const struct whole *w = &s.whole;
	struct wire_ip ip = w->ip;
	uint32_t offset = number * size;
	uint32_t len = w->len - offset < size ? w->len - offset : size;

	ip.more_fragments = offset + len < w->len;
	send_part(f, ip, offset, len);
}

static bool is_answered(const struct whole *w, uint32_t size)
{
	return s.is_fresh && !s.is_small && !s.has_lied && !s.fuzz.is_tight &&
	       (w->ip.protocol == WIRE_PROTOCOL_ICMP ||
		w->ip.protocol == WIRE_PROTOCOL_ICMPV6) &&
	       s.echo_len[s.made % SERIALS] != 0 && size >= 64 &&
	       w->len <= 32768;
}

/* Everything that there is, in one of several orders. */
static void send_all(struct fuzz *f, struct input *in)
{
	const struct whole *w = &s.whole;
	uint8_t how = input_u8(in);
	uint32_t size = 8u + input_u8(in) * (how & 128 ? 8u : 5u) / 8 * 8;
	uint32_t parts, step, first = input_u8(in);
	uint32_t before = s.echoed;
	bool must = is_answered(w, size);

	if (w->len == 0)
		return;
	if (w->len / size >= MOST_PIECES)
		size = (w->len / MOST_PIECES + 8) / 8 * 8;
	parts = (w->len + size - 1) / size;
	/* A step without a common divisor comes by all of them. */
	step = how & 1 ? 1 : parts - 1;
	if (how & 2)
		step = parts % 7 ? 7 : 11;
	if (step == 0 || parts % 11 == 0)
		step = 1;
	for (uint32_t i = 0; i < parts; i++) {
		if ((how & 12) == 12 && i == parts / 2) {
			must = false; /* it never comes, for now */
			continue;
		}
		send_true(f, (first + i * step) % parts, size);
		if ((how & 48) == 48)
			send_true(f, (first + i * step) % parts, size);
	}
	s.is_fresh = false;
	if (!(how & 64))
		fuzz_settle(f);
	FUZZ_CHECK(f, !must || how & 64 || s.echoed > before);
}

/* Any part, with any of its marks wrong. */
static void send_any(struct fuzz *f, struct input *in)
{
	struct whole *w = &s.whole;
	struct wire_ip ip = w->ip;
	uint8_t how = input_u8(in), lies = input_u8(in);
	uint32_t offset = input_u8(in) * (how & 1 ? 8u : 64u);
	uint32_t len = input_u8(in) * (how & 2 ? 8u : 1u);

	if (offset > w->len)
		offset = w->len / 8 * 8;
	if (len > w->len - offset)
		len = w->len - offset;
	ip.more_fragments = offset + len < w->len;
	if (lies & 1)
		ip.more_fragments = !ip.more_fragments;
	if (lies & 2)
		ip.id = ip.id - input_u8(in) % 4;
	if (lies & 4)
		ip.tos = input_u8(in);
	if (lies & 8)
		ip.protocol = input_u8(in);
	if (lies & 16)
		ip.src.octet[15] = input_u8(in);
	if (lies & 32 && w->len > 0)
		w->payload[offset % w->len] ^= 0x55;
	if ((lies & 192) == 192) { /* beyond the end of all datagrams */
		offset = 65528;
		len = len < 16 ? len : 16;
	}
	s.has_lied |= lies != 0;
	send_part(f, ip, offset, len);
	s.is_fresh = false;
}

/* Many that never become whole. */
static void send_beginnings(struct fuzz *f, struct input *in)
{
	uint8_t count = input_u8(in) % MOST_PIECES;
	uint32_t len = 8 + input_u8(in) / 8 * 8u;
	uint8_t sources = input_u8(in);

	if (s.whole.len <= len)
		return;
	for (uint8_t i = 0; i < count; i++) {
		struct wire_ip ip = s.whole.ip;

		ip.id = 0x8000u + i;
		ip.more_fragments = true;
		if (sources & 1)
			ip.src.octet[15] = (uint8_t)(i + sources);
		send_part(f, ip, 0, len);
	}
	s.is_fresh = false;
}

/* Unfragmented, if it fits. */
static void send_whole(struct fuzz *f)
{
	if (s.whole.len <= 1400)
		send_part(f, s.whole.ip, 0, s.whole.len);
}

static void wait_for_end(struct fuzz *f)
{
	struct hf_usage used;

	fuzz_settle(f);
	fuzz_pass_time(f, f->config.reassembly + HF_MICROSECOND);
	hf_host_used(f->host, &used);
	FUZZ_CHECK(f, used.pool[HF_POOL_DATAGRAM].used == 0);
	/* On Ethernet a reply may still wait for its neighbour. */
	FUZZ_CHECK(f, used.held == 0 || f->is_ethernet);
	s.is_fresh = false;
}

/* ---- what the host says ----------------------------------------------- */

static void check_reply(struct fuzz *f, const struct wire_ip *ip)
{
	struct wire_icmp icmp;
	uint32_t serial;

	FUZZ_CHECK(f, wire_icmp_parse(&icmp, ip, false) == HF_ACCEPTED);
	if (icmp.kind != ICMP_ECHO_REPLY || icmp.value >> 16 != ECHO_ID)
		return;
	s.echoed++;
	serial = icmp.value & 0xffff;
	if (s.has_lied)
		return;
	FUZZ_CHECK(f, serial < SERIALS);
	FUZZ_CHECK(f, s.echo_len[serial] == icmp.body_len + 1);
	for (uint32_t i = 0; i < icmp.body_len; i++)
		FUZZ_CHECK(f, icmp.body[i] == pattern(serial, i));
}

/* The host sends its own fragments in order, one datagram after another. */
static void hear(struct fuzz *f, const struct wire_ip *ip)
{
	struct wire_ip whole = *ip;

	if (!ip->is_fragment) {
		check_reply(f, ip);
		return;
	}
	if (ip->fragment_offset == 0)
		s.reply_len = 0;
	FUZZ_CHECK(f, ip->fragment_offset == s.reply_len);
	FUZZ_CHECK(f, !ip->more_fragments || ip->payload_len % 8 == 0);
	FUZZ_CHECK(f, s.reply_len + ip->payload_len <= sizeof s.reply);
	memcpy(s.reply + s.reply_len, ip->payload, ip->payload_len);
	s.reply_len += ip->payload_len;
	if (ip->more_fragments)
		return;
	whole.payload = s.reply;
	whole.payload_len = s.reply_len;
	whole.is_fragment = false;
	check_reply(f, &whole);
}

/* ---- the target ------------------------------------------------------- */

static void act(struct fuzz *f, struct input *in)
{
	switch (input_u8(in) % 16) {
	case 0:
	case 1:
	case 2:
		make_whole(f, in);
		return;
	case 3:
		send_whole(f);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		send_all(f, in);
		break;
	case 8:
		send_beginnings(f, in);
		break;
	case 9:
		fuzz_settle(f);
		break;
	case 10:
		wait_for_end(f);
		break;
	case 11:
		fuzz_act(f, in);
		s.is_fresh = false;
		s.has_lied = true; /* it may send the same datagrams */
		break;
	default:
		send_any(f, in);
		break;
	}
	fuzz_check_host(f);
}

static void start(struct fuzz *f, uint8_t choice)
{
	const struct hf_link link = { .mtu = FUZZ_MTU };
	uint16_t general = 0;

	general |= choice & CHOICE_IPV6 ? 2 : 0;
	general |= choice & CHOICE_RFC ? 1 : 0;
	general |= choice & CHOICE_TIGHT ? 64 : 0;
	fuzz_configure(f, general);
	f->config.icmp_per_second = 1000000;
	s.is_small = choice & CHOICE_SMALL;
	f->config.datagrams = s.is_small ? 4 : 64;
	f->config.held = s.is_small ? 16384 : 1 << 18;
	f->block_size = s.is_small ? FUZZ_BLOCK : FUZZ_BLOCK_LARGE;
	if (choice & CHOICE_ETHERNET) {
		fuzz_make_ethernet(f, s.is_small, false);
		fuzz_pass_time(f, 15 * HF_SECOND);
	} else {
		fuzz_make(f, &link);
	}
	f->hears_icmp = hear;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hf_listen listen = { .port = FUZZ_PORT };
	struct fuzz *f = &s.fuzz;
	struct input in = { data, size };
	struct hf_handle listener;
	uint32_t actions = 0;

	memset(&s, 0, offsetof(struct scene, whole));
	start(f, input_u8(&in));
	s.is_fresh = true;
	FUZZ_CHECK(f, hf_listen(f->host, &listen, &listener) == HF_OK);
	fuzz_hold(f, listener);
	make_whole(f, &in);
	while (in.left > 0 && actions++ < MOST_ACTIONS)
		act(f, &in);
	wait_for_end(f);
	fuzz_end(f);
	return 0;
}

void fuzz_target_shape(uint8_t *data, uint64_t seed, struct sim_random *r)
{
	data[0] = (uint8_t)(seed % 32);
	data[1] = (uint8_t)sim_random_below(r, 4); /* mostly echoes */
}

const char *fuzz_target_start(const uint8_t *data)
{
	static const char *const name[] = {
		"IPv4",
		"IPv6",
		"IPv4, small",
		"IPv6, small",
	};

	return name[data[0] & 3];
}
