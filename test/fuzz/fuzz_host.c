/* SPDX-License-Identifier: MIT */
/* The host under fuzzing and the peer's ears and mouth. */
#include "fuzz_host.h"
#include "bytes.h"
#include "checksum.h"
#include "wire_icmp.h"
#include "wire_ip.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FRAMES 20000u /* at one instant: more is a loop without end */
#define MOST_TIMERS 200000u

_Noreturn void fuzz_broken(const struct fuzz *f, const char *file, int line,
			   const char *what)
{
	fprintf(stderr, "%s:%d: at %llu ns: not so: %s\n", file, line,
		(unsigned long long)f->now, what);
	abort();
}

uint8_t input_u8(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->data++;
}

uint16_t input_u16(struct input *in)
{
	uint16_t high = input_u8(in);

	return (uint16_t)(high << 8 | input_u8(in));
}

uint32_t input_u32(struct input *in)
{
	uint32_t high = input_u16(in);

	return high << 16 | input_u16(in);
}

/* ---- making and ending ------------------------------------------------ */

static void configure(struct fuzz *f, struct hf_config *c, uint16_t choice)
{
	hf_config_default(c, choice & 1 ? HF_PROFILE_RFC : HF_PROFILE_LINUX);
	memset(c->secret, 0x5a, sizeof c->secret);
	f->is_ipv6 = choice & 2;
	c->no_timestamps = choice & 4;
	c->no_sack = choice & 8;
	c->no_window_scale = choice & 16;
	c->no_header_prediction = choice & 32;
	f->is_tight = choice & 64;
	c->links = 2;
	c->addresses = 8;
	c->routes = 4;
	c->replies = f->is_tight ? 2 : 16;
	c->listeners = 4;
	c->connections = f->is_tight ? 2 : 16;
	c->half_open = f->is_tight ? 2 : 16;
	c->time_wait = f->is_tight ? 1 : 16;
	c->ecn = (uint8_t)((choice >> 9) % 3);
	if (f->is_tight)
		c->syn_cookies = (uint8_t)((choice >> 11) % 3);
	c->send_buffer = choice & 128 ? 2048 : 32768;
	c->receive_buffer = choice & 256 ? 2048 : 32768;
}

static void set_addresses(struct fuzz *f)
{
	struct hf_addr local = { { 0xfd, [15] = 1 } };
	struct hf_addr remote = { { 0xfd, [15] = 2 } };

	f->local = f->is_ipv6 ? local : hf_ipv4(10, 0, 0, 1);
	f->remote = f->is_ipv6 ? remote : hf_ipv4(10, 0, 0, 2);
	f->local_port = FUZZ_PORT;
	f->remote_port = FUZZ_PEER_PORT;
}

void fuzz_configure(struct fuzz *f, uint16_t choice)
{
	memset(f, 0, sizeof *f);
	f->now = HF_SECOND;
	f->block_size = FUZZ_BLOCK;
	configure(f, &f->config, choice);
	set_addresses(f);
	f->iss.n = 0xfffffff0; /* so that it soon wraps */
	f->snd_nxt = f->iss;
}

void fuzz_make(struct fuzz *f, const struct hf_link *link)
{
	f->block = aligned_alloc(HF_BLOCK_ALIGN, f->block_size);
	FUZZ_CHECK(f, f->block);
	memset(f->block, 0, f->block_size);
	FUZZ_CHECK(f, hf_host_init(f->block, f->block_size, &f->config, f->now,
				   &f->host) == HF_OK);
	FUZZ_CHECK(f, hf_link_add(f->host, link, f->now, &f->link) == HF_OK);
	FUZZ_CHECK(f, hf_address_add(f->host, f->link, f->local,
				     f->is_ipv6 ? 64 : 24, f->now) == HF_OK);
	hf_host_used(f->host, &f->at_start);
}

void fuzz_hold(struct fuzz *f, struct hf_handle handle)
{
	if (f->handles == FUZZ_HANDLES) {
		hf_close(f->host, handle, f->now);
		return;
	}
	f->is_held[f->handles] = true;
	f->handle[f->handles++] = handle;
}

void fuzz_drop(struct fuzz *f, uint32_t index)
{
	if (!f->is_held[index])
		return;
	f->is_held[index] = false;
	FUZZ_CHECK(f, hf_close(f->host, f->handle[index], f->now) == HF_OK);
	FUZZ_CHECK(f, hf_close(f->host, f->handle[index], f->now) ==
			      HF_ERR_HANDLE);
}

static void run_out(struct fuzz *f)
{
	uint32_t rounds = 0;

	fuzz_settle(f);
	while (hf_expiry(f->host) != HF_NEVER) {
		FUZZ_CHECK(f, ++rounds < MOST_TIMERS);
		if (hf_expiry(f->host) > f->now)
			f->now = hf_expiry(f->host);
		hf_advance(f->host, f->now, NULL);
		FUZZ_CHECK(f, hf_expiry(f->host) > f->now);
		fuzz_settle(f);
	}
}

#define ANY UINT32_MAX

/* How many records of a pool there must be in the end. */
static uint32_t left_at_end(const struct fuzz *f, enum hf_pool pool)
{
	if (f->is_changing && pool == HF_POOL_ADDRESS)
		return (uint32_t)hf_addresses(f->host, NULL, 0);
	if (f->is_changing && pool == HF_POOL_LEARNED)
		return ANY; /* a prefix may be for ever */
	return f->at_start.pool[pool].used;
}

void fuzz_end(struct fuzz *f)
{
	struct hf_usage used;

	/* Connections half by close, half by abort, then the listeners. */
	for (uint32_t i = f->handles; i-- > 0;) {
		if (i % 2 == 0 && f->is_held[i] &&
		    hf_abort(f->host, f->handle[i], f->now) == HF_OK)
			f->is_held[i] = false;
		fuzz_drop(f, i);
	}
	run_out(f);
	hf_host_used(f->host, &used);
	for (uint32_t p = 0; p < HF_POOLS; p++) {
		uint32_t left = left_at_end(f, (enum hf_pool)p);

		if (left == ANY || used.pool[p].used == left)
			continue;
		fprintf(stderr, "pool %s: %u, not %u\n",
			hf_pool_name((enum hf_pool)p), used.pool[p].used, left);
		FUZZ_CHECK(f, used.pool[p].used == left);
	}
	FUZZ_CHECK(f, used.replies == 0 && used.held == 0);
	free(f->block);
}

static void check_limits(const struct fuzz *f)
{
	const struct hf_config *c = &f->config;
	struct hf_usage used;

	hf_host_used(f->host, &used);
	FUZZ_CHECK(f, used.pool[HF_POOL_NEIGHBOUR].used <= c->neighbours);
	FUZZ_CHECK(f, used.pool[HF_POOL_LEARNED].used <= c->learned);
	FUZZ_CHECK(f, used.pool[HF_POOL_DATAGRAM].used <= c->datagrams);
	FUZZ_CHECK(f, used.pool[HF_POOL_ADDRESS].used <= c->addresses);
	FUZZ_CHECK(f, used.held <= c->held);
	FUZZ_CHECK(f, used.replies <= c->replies);
	FUZZ_CHECK(f, hf_neighbours(f->host, NULL, 0) ==
			      used.pool[HF_POOL_NEIGHBOUR].used);
	FUZZ_CHECK(f, used.pages + used.tables <= used.touched &&
			      used.touched <= used.block);
}

void fuzz_check_host(const struct fuzz *f)
{
	int line = hf_host_check(f->host);

	if (line)
		fuzz_broken(f, "hf_host_check", line, "an invariant");
	check_limits(f);
}

/* ---- what the host says ----------------------------------------------- */

static void listen_to(struct fuzz *f, const struct wire_ip *ip,
		      const struct wire_tcp *t)
{
	struct hf_seq end = seq_add(t->seq, wire_tcp_len(t));

	if (t->src_port != f->local_port || t->dst_port != f->remote_port ||
	    memcmp(&ip->dst, &f->remote, sizeof ip->dst) != 0)
		return;
	if (!f->has_heard || t->flags & TCP_SYN || seq_before(f->rcv_nxt, end))
		f->rcv_nxt = end;
	f->has_heard = true;
	f->heard = t->seq;
	if (t->flags & TCP_ACK)
		f->acked = t->ack;
	f->has_ts = t->has_ts;
	if (t->has_ts)
		f->ts_host = t->ts_val;
}

static void read_icmp(struct fuzz *f, const struct wire_ip *ip)
{
	struct wire_icmp icmp;

	FUZZ_CHECK(f, ip->is_fragment ||
			      wire_icmp_parse(&icmp, ip, false) == HF_ACCEPTED);
	if (f->hears_icmp)
		f->hears_icmp(f, ip);
}

/* The last entry of a source route, RFC 791 3.1: the checksum is for it. */
static struct hf_addr last_destination(const struct fuzz *f,
				       const struct wire_ip *ip)
{
	const uint8_t *route = ip->options;

	if (ip->options_len == 0)
		return ip->dst;
	FUZZ_CHECK(f, route[1] == 131 || route[1] == 137);
	FUZZ_CHECK(f, route[0] == 1 && route[3] == 4);
	FUZZ_CHECK(f, ip->options_len == 1u + route[2]);
	route += ip->options_len - 4;
	return hf_ipv4(route[0], route[1], route[2], route[3]);
}

/* A host's own datagrams are always well formed. */
void fuzz_read_datagram(struct fuzz *f, const uint8_t *data, uint32_t len)
{
	struct wire_ip ip;
	struct wire_tcp t;

	FUZZ_CHECK(f, len <= FUZZ_MTU);
	FUZZ_CHECK(f, wire_ip_parse(&ip, data, len) == HF_ACCEPTED);
	FUZZ_CHECK(f, ip.total_len == len);
	if (ip.protocol != WIRE_PROTOCOL_TCP) {
		FUZZ_CHECK(f, ip.protocol == (ip.version == 4
						      ? WIRE_PROTOCOL_ICMP
						      : WIRE_PROTOCOL_ICMPV6));
		read_icmp(f, &ip);
		return;
	}
	FUZZ_CHECK(f, !ip.is_fragment);
	ip.dst = last_destination(f, &ip);
	FUZZ_CHECK(f, wire_sum_is_good(wire_sum_pseudo(&ip.src, &ip.dst,
						       WIRE_PROTOCOL_TCP,
						       ip.payload_len) +
				       wire_sum(ip.payload, ip.payload_len)));
	FUZZ_CHECK(f, wire_tcp_parse(&t, ip.payload, ip.payload_len) ==
			      HF_ACCEPTED);
	memcpy(f->last, data, len);
	f->last_len = len;
	listen_to(f, &ip, &t);
}

static void read_frame(struct fuzz *f, const uint8_t *data, uint32_t len)
{
	memcpy(f->last_frame, data, len);
	f->last_frame_len = len;
	if (f->is_ethernet)
		fuzz_read_ethernet(f, data, len);
	else
		fuzz_read_datagram(f, data, len);
}

static void take_event(struct fuzz *f, const struct hf_event *event)
{
	if (event->flags & HF_EVENT_SYN)
		f->syn = event->handle;
}

void fuzz_settle(struct fuzz *f)
{
	uint8_t buf[FUZZ_FRAME];
	struct hf_event event;
	struct hf_report report;
	uint32_t frames = 0;
	size_t len;

	do {
		while (hf_event(f->host, &event)) {
			take_event(f, &event);
			FUZZ_CHECK(f, ++frames < MOST_FRAMES);
		}
		while (hf_loopback(f->host, buf, sizeof buf, 16, f->now) == 16)
			FUZZ_CHECK(f, ++frames < MOST_FRAMES);
		len = hf_output(f->host, f->link, buf, sizeof buf, f->now, NULL,
				frames % 2 ? &report : NULL);
		FUZZ_CHECK(f, len <= sizeof buf && ++frames < MOST_FRAMES);
		if (len)
			read_frame(f, buf, (uint32_t)len);
	} while (len);
	while (hf_event(f->host, &event))
		take_event(f, &event);
	fuzz_check_host(f);
}

void fuzz_pass_time(struct fuzz *f, hf_time how_much)
{
	hf_time until = f->now + how_much;
	uint32_t rounds = 0;

	while (hf_expiry(f->host) <= until && ++rounds < 1000) {
		if (hf_expiry(f->host) > f->now)
			f->now = hf_expiry(f->host);
		hf_advance(f->host, f->now, NULL);
		FUZZ_CHECK(f, hf_expiry(f->host) > f->now);
		fuzz_settle(f);
	}
	f->now = until;
	hf_advance(f->host, f->now, NULL);
	fuzz_settle(f);
}

/* ---- what the peer says ----------------------------------------------- */

void fuzz_raw_frame(struct fuzz *f, const void *data, uint32_t len)
{
	/* Exactly as large as it says, so that a read past it is caught. */
	uint8_t *copy = malloc(len ? len : 1);
	struct hf_frame frame = { .data = copy, .len = len };
	struct hf_report report;

	FUZZ_CHECK(f, copy);
	if (len)
		memcpy(copy, data, len);
	hf_input(f->host, f->link, &frame, 1, f->now, &report);
	FUZZ_CHECK(f, report.drop < HF_DROPS);
	FUZZ_CHECK(f, report.steps <= HF_REPORT_STEPS);
	free(copy);
	fuzz_check_host(f);
}

void fuzz_frame(struct fuzz *f, const void *data, uint32_t len)
{
	const uint8_t *octets = data;
	struct wire_ethernet e = {
		.dst = f->mac,
		.src = f->peer_mac,
		.type = len > 0 && octets[0] >> 4 == 6 ? WIRE_ETHERTYPE_IPV6
						       : WIRE_ETHERTYPE_IPV4,
		.vlan = f->vlan,
	};

	if (f->is_ethernet)
		fuzz_ethernet_frame(f, &e, data, len);
	else
		fuzz_raw_frame(f, data, len);
}

void fuzz_segment(struct fuzz *f, struct wire_tcp *t,
		  const struct wire_tcp_options *options)
{
	uint8_t frame[WIRE_IPV6_HEADER + WIRE_TCP_HEADER_MAX + FUZZ_MTU];
	struct wire_ip ip = { .src = f->remote,
			      .dst = f->local,
			      .protocol = WIRE_PROTOCOL_TCP,
			      .ttl = 64,
			      .tos = t->wnd & 3, /* as likely as not */
			      .version = f->is_ipv6 ? 6 : 4 };
	uint32_t tcp_len, ip_len, header;
	uint16_t sum;

	tcp_len = WIRE_TCP_HEADER + options->len + t->text_len;
	ip_len = wire_ip_emit(&ip, tcp_len, frame);
	header = wire_tcp_emit(t, options, frame + ip_len);
	for (uint32_t i = 0; i < t->text_len; i++)
		frame[ip_len + header + i] = (uint8_t)(t->seq.n + i);
	memset(frame + ip_len + 16, 0, 2);
	sum = wire_checksum(
		wire_sum_pseudo(&ip.src, &ip.dst, WIRE_PROTOCOL_TCP, tcp_len) +
		wire_sum(frame + ip_len, tcp_len));
	memcpy(frame + ip_len + 16, &sum, sizeof sum);
	fuzz_frame(f, frame, ip_len + tcp_len);
}

void fuzz_say(struct fuzz *f, uint8_t flags, uint32_t text_len)
{
	struct wire_tcp t = { .src_port = f->remote_port,
			      .dst_port = f->local_port,
			      .seq = f->snd_nxt,
			      .wnd = 65535,
			      .flags = flags,
			      .text_len = text_len };
	struct wire_tcp_options options;

	if (flags & TCP_ACK)
		t.ack = f->rcv_nxt;
	t.has_mss = flags & TCP_SYN;
	t.mss = 1400;
	if (flags & TCP_SYN)
		t.flags |= flags & TCP_ACK ? TCP_ECE : TCP_ECE | TCP_CWR;
	t.has_sack_permitted = flags & TCP_SYN;
	/* A SYN offers timestamps; later segments have what was agreed. */
	t.has_ts = flags & TCP_SYN && !(flags & TCP_ACK && !f->has_ts)
			   ? true
			   : f->has_ts;
	t.ts_val = (uint32_t)(f->now / HF_MILLISECOND);
	t.ts_ecr = f->has_heard ? f->ts_host : 0;
	wire_tcp_options(&options, &t);
	f->snd_nxt = seq_add(f->snd_nxt, wire_tcp_len(&t));
	fuzz_segment(f, &t, &options);
	fuzz_settle(f);
}

static void repair_payload(uint8_t *at, uint32_t len, uint8_t protocol,
			   const struct wire_ip *ip)
{
	uint32_t offset = protocol == WIRE_PROTOCOL_TCP ? 16 : 2;
	uint64_t pseudo = 0;
	uint16_t sum;

	if (len < offset + 2)
		return;
	if (protocol != WIRE_PROTOCOL_ICMP)
		pseudo = wire_sum_pseudo(&ip->src, &ip->dst, protocol, len);
	memset(at + offset, 0, 2);
	sum = wire_checksum(pseudo + wire_sum(at, len));
	memcpy(at + offset, &sum, 2);
}

static void repair_ipv4(uint8_t *data, uint32_t len)
{
	uint32_t header = (data[0] & 15u) * 4;
	struct wire_ip ip = {
		.src = hf_ipv4(data[12], data[13], data[14], data[15]),
		.dst = hf_ipv4(data[16], data[17], data[18], data[19])
	};
	uint16_t sum;

	if (header < 20 || header > len)
		return;
	put_be16(data + 2, (uint16_t)len);
	memset(data + 10, 0, 2);
	sum = wire_checksum(wire_sum(data, header));
	memcpy(data + 10, &sum, 2);
	if (data[9] == WIRE_PROTOCOL_TCP || data[9] == WIRE_PROTOCOL_ICMP)
		repair_payload(data + header, len - header, data[9], &ip);
}

static void repair_ipv6(uint8_t *data, uint32_t len)
{
	struct wire_ip ip = { .protocol = data[6] };

	memcpy(&ip.src, data + 8, 16);
	memcpy(&ip.dst, data + 24, 16);
	put_be16(data + 4, (uint16_t)(len - 40));
	if (data[6] == WIRE_PROTOCOL_TCP || data[6] == WIRE_PROTOCOL_ICMPV6)
		repair_payload(data + 40, len - 40, data[6], &ip);
}

void fuzz_repair(uint8_t *data, uint32_t len)
{
	if (len >= 20 && data[0] >> 4 == 4)
		repair_ipv4(data, len);
	else if (len >= 40 && data[0] >> 4 == 6)
		repair_ipv6(data, len);
}
