/* SPDX-License-Identifier: MIT */
/*
 * Frames of any octets: each is a counted drop at worst. RFC 791, RFC 8200,
 * RFC 1122 3.2.1, RFC 9293 3.1 and 3.9.2.3.
 */
#include "script.h"
#include <string.h>

static uint8_t frame[PACKET_MAX + 100];

/* A SYN that a listener would answer. */
static uint32_t good_syn(struct script *t)
{
	return script_craft(t, frame, "S 0:0(0) <mss 1460>");
}

static void refuse(struct script *t, uint32_t len, enum hf_drop why)
{
	uint64_t before = hf_drops(t->host, why);

	script_raw_in(t, frame, len);
	script_dropped(t, why);
	if (hf_drops(t->host, why) != before + 1)
		script_fail(t, "%s was counted %d times", hf_drop_name(why),
			    (int)(hf_drops(t->host, why) - before));
	script_silence(t);
	script_used(t, HF_POOL_HALF_OPEN, 0);
}

static void listening(struct script *t)
{
	script_start(t);
	script_listen(t);
	script_mark(t, __FILE__, __LINE__);
}

/* ---- IP headers ------------------------------------------------------- */

static void truncated(struct script *t)
{
	uint32_t len, header = t->v6 ? 40 : 20;

	listening(t);
	MARK(t);
	len = good_syn(t);
	refuse(t, 0, HF_DROP_TRUNCATED);
	for (uint32_t i = 1; i < header; i++)
		refuse(t, i, HF_DROP_TRUNCATED);
	MARK(t);
	for (uint32_t i = header; i < len; i++)
		refuse(t, i, HF_DROP_TRUNCATED);
	raw_in(t, frame, len);
	out(t, "S. 0:0(0) ack 1");
}

static void wrong_version(struct script *t)
{
	uint32_t len;

	listening(t);
	MARK(t);
	for (unsigned v = 0; v < 16; v++) {
		len = good_syn(t);
		if (v == 4 || v == 6)
			continue;
		frame[0] = (uint8_t)(v << 4 | (frame[0] & 15));
		refuse(t, len, HF_DROP_VERSION);
	}
}

/* What the link pads does not count. */
static void padded(struct script *t)
{
	uint32_t len;

	listening(t);
	len = good_syn(t);
	memset(frame + len, 0x55, 18);
	raw_in(t, frame, len + 18);
	out(t, "S. 0:0(0) ack 1");
}

static void header_length(struct script *t)
{
	uint32_t len;

	listening(t);
	MARK(t);
	for (unsigned words = 0; words < 5; words++) {
		len = good_syn(t);
		frame[0] = (uint8_t)(0x40 | words);
		refuse(t, len, HF_DROP_IP_HEADER);
	}
	len = good_syn(t);
	put16(frame + 2, 19);
	packet_seal(frame, len);
	MARK(t);
	refuse(t, len, HF_DROP_IP_HEADER);
}

static void header_checksum(struct script *t)
{
	uint32_t len;

	listening(t);
	MARK(t);
	for (uint32_t i = 1; i < 20; i++) {
		len = good_syn(t);
		if (i == 2 || i == 3)
			continue; /* the length is looked at before */
		frame[i] ^= 0x10;
		refuse(t, len, HF_DROP_IP_CHECKSUM);
	}
}

/* MUST-50: options that are not understood are ignored. */
static void ip_options(struct script *t)
{
	static const uint8_t options[] = { 1, 0x94, 4, 0, 0, 1, 1, 0 };
	uint8_t tail[100];
	uint32_t len;

	listening(t);
	len = good_syn(t);
	memcpy(tail, frame + 20, len - 20);
	memcpy(frame + 20, options, 8);
	memcpy(frame + 28, tail, len - 20);
	frame[0] = 0x47;
	put16(frame + 2, len + 8);
	packet_seal(frame, len + 8);
	raw_in(t, frame, len + 8);
	out(t, "S. 0:0(0) ack 1");
}

/* MAY-10, MAY-11: not supported: no harm done, and not to be seen in answers.
 */
static void timestamp_and_record_route(struct script *t)
{
	static const uint8_t options[] = { 68, 8, 5, 0, 0, 0, 0, 0,
					   7,  7, 4, 0, 0, 0, 0, 0 };
	uint8_t tail[100];
	uint32_t len;

	listening(t);
	len = good_syn(t);
	memcpy(tail, frame + 20, len - 20);
	memcpy(frame + 20, options, sizeof options);
	memcpy(frame + 20 + sizeof options, tail, len - 20);
	frame[0] = 0x49;
	put16(frame + 2, len + 16);
	packet_seal(frame, len + 16);
	raw_in(t, frame, len + 16);
	out(t, "S. 0:0(0) ack 1");
	require(t, t->last.data[0] == 0x45);
}

static void bad_ip_options(struct script *t)
{
	static const uint8_t bad[][4] = {
		{ 0x94, 0, 0, 0 },
		{ 0x94, 1, 0, 0 },
		{ 0x94, 5, 0, 0 },
		{ 1, 1, 1, 0x94 },
	};
	uint8_t tail[100];
	uint32_t len;

	listening(t);
	for (int i = 0; i < 4; i++) {
		len = good_syn(t);
		memcpy(tail, frame + 20, len - 20);
		memcpy(frame + 20, bad[i], 4);
		memcpy(frame + 24, tail, len - 20);
		frame[0] = 0x46;
		put16(frame + 2, len + 4);
		packet_seal(frame, len + 4);
		raw_in(t, frame, len + 4);
		dropped(t, HF_DROP_IP_OPTION);
		/* a parameter problem may be sent: RFC 1122 3.2.2.5 */
		skip(t);
		used(t, HF_POOL_HALF_OPEN, 0);
	}
}

/* Puts an extension header before TCP; it says what comes next. */
static uint32_t with_extension(struct script *t, uint8_t kind,
			       const uint8_t ext[8])
{
	uint8_t tail[100];
	uint32_t len = good_syn(t);

	memcpy(tail, frame + 40, len - 40);
	memcpy(frame + 40, ext, 8);
	memcpy(frame + 48, tail, len - 40);
	frame[6] = kind;
	put16(frame + 4, len - 40 + 8);
	return len + 8;
}

/* RFC 8200 4: those that a host must know and may pass over. */
static void extension_headers(struct script *t)
{
	static const uint8_t padn[8] = { 6, 0, 1, 4, 0, 0, 0, 0 };
	static const uint8_t unknown[8] = { 6, 0, 0x1e, 4, 1, 2, 3, 4 };
	static const uint8_t routed[8] = { 6, 0, 4, 0, 0, 0, 0, 0 };
	static const uint8_t atomic[8] = { 6, 0, 0, 0, 1, 2, 3, 4 };
	static const struct {
		uint8_t kind;
		const uint8_t *ext;
	} all[] = { { 0, padn },     { 60, padn },   { 0, unknown },
		    { 60, unknown }, { 43, routed }, { 44, atomic } };

	listening(t);
	for (int i = 0; i < 6; i++) {
		uint32_t len;

		flow(t, i);
		len = with_extension(t, all[i].kind, all[i].ext);
		raw_in(t, frame, len);
		out(t, "S. 0:0(0) ack 1");
	}
}

/* RFC 8200 4.2: an option whose type says to discard. */
static void discarding_option(struct script *t)
{
	static const uint8_t discard[8] = { 6, 0, 0x5e, 4, 1, 2, 3, 4 };
	static const uint8_t problem[8] = { 6, 0, 0x9e, 4, 1, 2, 3, 4 };
	uint32_t len;

	listening(t);
	MARK(t);
	len = with_extension(t, 60, discard);
	refuse(t, len, HF_DROP_IP_OPTION);
	len = with_extension(t, 60, problem);
	raw_in(t, frame, len);
	require(t, t->in_report.drop != HF_ACCEPTED);
	out_icmp(t, 0, 0, 4, 2);
	require(t, t->last.icmp_value == 42);
	silence(t);
}

/* ---- addresses -------------------------------------------------------- */

static void from_address(struct script *t, struct hf_addr source)
{
	struct hf_addr peer = t->peer;
	uint32_t len;

	t->peer = source;
	len = good_syn(t);
	t->peer = peer;
	refuse(t, len, HF_DROP_SOURCE);
}

/* MUST-63, RFC 1122 3.2.1.3, RFC 4291 2.5.2, 2.5.3, 2.7. */
static void bad_sources(struct script *t)
{
	static const struct hf_addr six[] = {
		{ { 0xff, 2, [15] = 1 } },
		{ { 0xff, 0x0e, [15] = 1 } },
		{ { 0 } },
		{ { [15] = 1 } },
	};

	listening(t);
	MARK(t);
	if (t->v6) {
		for (int i = 0; i < 4; i++)
			from_address(t, six[i]);
		return;
	}
	from_address(t, hf_ipv4(224, 0, 0, 1));
	from_address(t, hf_ipv4(239, 255, 255, 255));
	MARK(t);
	from_address(t, hf_ipv4(255, 255, 255, 255));
	MARK(t);
	from_address(t, hf_ipv4(127, 0, 0, 1));
	MARK(t);
	from_address(t, hf_ipv4(0, 0, 0, 0));
	MARK(t);
	from_address(t, hf_ipv4(192, 168, 0, 255));
}

/* The host's own address from outside: at best a forgery. */
static void own_source(struct script *t)
{
	struct hf_addr peer;
	uint32_t len;

	listening(t);
	peer = t->peer;
	t->peer = t->local;
	t->f->peer_port = t->f->local_port;
	len = good_syn(t);
	t->peer = peer;
	raw_in(t, frame, len);
	require(t, t->in_report.drop != HF_ACCEPTED);
	silence(t);
	used(t, HF_POOL_HALF_OPEN, 0);
}

/* To where nothing can be answered: nothing is kept for long. */
static void unroutable_source(struct script *t)
{
	struct hf_addr peer;
	uint32_t len;

	listening(t);
	peer = t->peer;
	t->peer.octet[5] = 0x62;
	if (!t->v6)
		t->peer = hf_ipv4(198, 51, 100, 7);
	len = good_syn(t);
	t->peer = peer;
	raw_in(t, frame, len);
	quiet(t, 100000);
	used(t, HF_POOL_HALF_OPEN, 0);
}

static void to_address(struct script *t, struct hf_addr destination)
{
	struct hf_addr local = t->local;
	uint32_t len;

	t->local = destination;
	len = good_syn(t);
	t->local = local;
	refuse(t, len, HF_DROP_DESTINATION);
}

/* MUST-57: to broadcast or multicast; or to nobody here. */
static void bad_destinations(struct script *t)
{
	struct hf_addr other, all_nodes = { { 0xff, 2, [15] = 1 } };

	listening(t);
	other = t->local;
	other.octet[15] = 200;
	MARK(t);
	to_address(t, other);
	if (t->v6) {
		to_address(t, all_nodes);
		return;
	}
	to_address(t, hf_ipv4(224, 0, 0, 1));
	MARK(t);
	to_address(t, hf_ipv4(255, 255, 255, 255));
	to_address(t, hf_ipv4(192, 168, 0, 255));
	MARK(t);
	to_address(t, hf_ipv4(127, 0, 0, 1));
}

/* To a broadcast address with a wildcard listener, and on a closed port. */
static void broadcast_to_anybody(struct script *t)
{
	struct hf_listen options = { .port = 9877 };

	start(t);
	ok(t, hf_listen(t->host, &options, &t->listener));
	MARK(t);
	to_address(t, hf_ipv4(255, 255, 255, 255));
	to_address(t, hf_ipv4(224, 0, 0, 1));
	t->f->local_port = 1;
	to_address(t, hf_ipv4(192, 168, 0, 255));
}

/* ---- fragments and other protocols ------------------------------------ */

/* host.h, hf_config.datagrams: "0: no fragments" */
static void fragments(struct script *t)
{
	static const uint8_t first[8] = { 6, 0, 0, 1, 1, 2, 3, 4 };
	static const uint8_t later[8] = { 6, 0, 0, 8, 1, 2, 3, 4 };
	uint32_t len;

	t->config.datagrams = 0;
	listening(t);
	MARK(t);
	if (t->v6) {
		len = with_extension(t, 44, first);
		refuse(t, len, HF_DROP_FRAGMENT);
		len = with_extension(t, 44, later);
		refuse(t, len, HF_DROP_FRAGMENT);
		return;
	}
	len = good_syn(t);
	put16(frame + 6, 0x2000);
	packet_seal(frame, len);
	refuse(t, len, HF_DROP_FRAGMENT);
	len = good_syn(t);
	put16(frame + 6, 0x0003);
	packet_seal(frame, len);
	refuse(t, len, HF_DROP_FRAGMENT);
}

static void not_ours(struct script *t)
{
	static const uint8_t protocols[] = { 17, 2, 47, 132, 253 };
	uint8_t payload[8] = { 0, 53, 0, 53, 0, 8, 0, 0 };
	uint32_t len;

	t->config.unserved = HF_UNSERVED_SILENCE;
	listening(t);
	MARK(t);
	for (int i = 0; i < 5; i++) {
		len = packet_ip(frame, &t->peer, &t->local, protocols[i],
				payload, 8);
		refuse(t, len, HF_DROP_NOT_OURS);
	}
}

/* ---- TCP headers ------------------------------------------------------ */

/* MUST-3; each bit of it. */
static void tcp_checksum(struct script *t)
{
	uint32_t len, header = t->v6 ? 40 : 20;

	listening(t);
	MARK(t);
	len = good_syn(t);
	for (uint32_t i = header; i < len; i++) {
		good_syn(t);
		if (i == header + 12)
			continue; /* the data offset may be looked at before */
		frame[i] ^= 0x04;
		refuse(t, len, HF_DROP_TCP_CHECKSUM);
	}
}

/* A checksum field of zero is no exemption in TCP. */
static void tcp_checksum_zero(struct script *t)
{
	uint32_t len, header = t->v6 ? 40 : 20;

	listening(t);
	MARK(t);
	len = good_syn(t);
	put16(frame + header + 16, 0);
	refuse(t, len, HF_DROP_TCP_CHECKSUM);
}

static void data_offset(struct script *t)
{
	uint32_t len, header = t->v6 ? 40 : 20;

	listening(t);
	MARK(t);
	for (unsigned words = 0; words < 16; words++) {
		len = good_syn(t);
		if (words == 5 || words == 6)
			continue;
		frame[header + 12] = (uint8_t)(words << 4);
		packet_seal(frame, len);
		refuse(t, len, HF_DROP_TCP_HEADER);
	}
}

/* The datagram ends within the TCP header. */
static void short_tcp(struct script *t)
{
	uint32_t len, header = t->v6 ? 40 : 20;

	listening(t);
	MARK(t);
	for (uint32_t octets = 0; octets < 20; octets++) {
		good_syn(t);
		len = header + octets;
		if (t->v6)
			put16(frame + 4, octets);
		else
			put16(frame + 2, len);
		packet_seal(frame, len);
		raw_in(t, frame, len);
		require(t, t->in_report.drop == HF_DROP_TCP_HEADER ||
				   t->in_report.drop == HF_DROP_TCP_CHECKSUM ||
				   t->in_report.drop == HF_DROP_TRUNCATED);
		silence(t);
	}
}

/* RFC 9293 3.1: ports of any number, reserved bits ignored. */
static void reserved_bits(struct script *t)
{
	uint32_t len, header = t->v6 ? 40 : 20;

	listening(t);
	len = good_syn(t);
	frame[header + 12] |= 0x0f;
	packet_seal(frame, len);
	raw_in(t, frame, len);
	out(t, "S. 0:0(0) ack 1");
	flow(t, 1);
	t->f->peer_port = 0;
	len = good_syn(t);
	raw_in(t, frame, len);
	skip(t);
}

/* Every combination of flags, in each of some states: never a crash. */
static void all_flags(struct script *t)
{
	start(t);
	user_listen(t);
	for (unsigned set = 0; set < 4; set++) {
		for (unsigned flags = 0; flags < 256; flags++) {
			uint32_t len;

			flow(t, (int)set);
			if (set == 0)
				t->f->local_port = 1;
			if (set >= 2 && flags == 0)
				passive(t, "mss 1460");
			if (set == 3 && flags == 0) {
				user_shutdown(t);
				out(t, "F. 1:1(0) ack 1");
			}
			if (flags & F_RST)
				continue;
			t->lax = true;
			len = craft(t, frame, ". %u:%u(0) ack 1", 5000u, 5000u);
			frame[(t->v6 ? 40 : 20) + 13] = (uint8_t)flags;
			packet_seal(frame, len);
			raw_in(t, frame, len);
			skip(t);
		}
		t->lax = false;
	}
	flow(t, 2);
	state(t, HF_ESTABLISHED);
	t->lax = true;
	after(t, 100000);
	skip(t);
}

/* ---- offloads --------------------------------------------------------- */

/* host.h: a device that has checked the sum is believed. */
static void checksum_verified(struct script *t)
{
	struct hf_frame f = { .data = frame };

	listening(t);
	f.len = good_syn(t);
	frame[(t->v6 ? 40 : 20) + 16] ^= 0xff;
	f.info.csum = HF_CSUM_VERIFIED;
	hf_input(t->host, t->link, &f, 1, t->now, NULL);
	out(t, "S. 0:0(0) ack 1");
	flow(t, 1);
	f.len = good_syn(t);
	frame[(t->v6 ? 40 : 20) + 16] ^= 0xff;
	f.info.csum = HF_CSUM_NONE;
	hf_input(t->host, t->link, &f, 1, t->now, NULL);
	silence(t);
}

static void empty_burst(struct script *t)
{
	start(t);
	hf_input(t->host, t->link, NULL, 0, t->now, NULL);
	silence(t);
	passive(t, "mss 1460");
}

/* host.h: "A frame is never an error: it is accepted or a counted drop." */
static void link_that_is_not_there(struct script *t)
{
	struct hf_frame f[2] = { { .data = frame } };
	struct hf_report reports[2];

	start(t);
	f[0].len = good_syn(t);
	f[1] = f[0];
	memset(reports, 0x55, sizeof reports);
	hf_input(t->host, 99, f, 2, t->now, reports);
	require(t, reports[0].drop == HF_DROP_DESTINATION);
	require(t, reports[1].drop == HF_DROP_DESTINATION);
	require(t, reports[1].connection.index == 0);
	require(t, hf_drops(t->host, HF_DROP_DESTINATION) == 2);
	silence(t);
}

/* clang-format off */
static const struct script_test tests[] = {
	SCRIPT(truncated),
	SCRIPT(wrong_version),
	SCRIPT(padded),
	SCRIPT_V4(header_length),
	SCRIPT_V4(header_checksum),
	SCRIPT_V4(ip_options),
	SCRIPT_V4(timestamp_and_record_route),
	SCRIPT_V4(bad_ip_options),
	SCRIPT_V6(extension_headers),
	SCRIPT_V6(discarding_option),
	SCRIPT(bad_sources),
	SCRIPT(own_source),
	SCRIPT(unroutable_source),
	SCRIPT(bad_destinations),
	SCRIPT_V4(broadcast_to_anybody),
	SCRIPT(fragments),
	SCRIPT(not_ours),
	SCRIPT(tcp_checksum),
	SCRIPT(tcp_checksum_zero),
	SCRIPT(data_offset),
	SCRIPT(short_tcp),
	SCRIPT(reserved_bits),
	SCRIPT(all_flags),
	SCRIPT(checksum_verified),
	SCRIPT(empty_burst),
	SCRIPT(link_that_is_not_there),
};
/* clang-format on */

int main(int argc, char **argv)
{
	return script_main("input", tests, sizeof tests / sizeof tests[0], argc,
			   argv);
}
