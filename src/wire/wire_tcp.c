/* SPDX-License-Identifier: MIT */
#include "wire_tcp.h"
#include "bytes.h"

/* Option kinds. */
enum {
	END = 0, /* RFC 9293 3.2 */
	NOP = 1, /* RFC 9293 3.2 */
	MSS = 2, /* RFC 9293 3.2 */
	WSCALE = 3, /* RFC 7323 2.2 */
	SACK_PERMITTED = 4, /* RFC 2018 2 */
	SACK = 5, /* RFC 2018 3 */
	TS = 8, /* RFC 7323 3.2 */
};

/* The options of nearly every segment: NOP NOP TS (RFC 7323 appendix A). */
#define NOP_NOP_TS 0x0101080au
#define NOP_NOP_TS_LEN 12u
#define SACK_BLOCK_LEN 8u

/* The option space of 40 octets has no room for more than four blocks. */
static void parse_sack(struct wire_tcp *t, const uint8_t *p, uint32_t len)
{
	uint32_t count = (len - 2) / SACK_BLOCK_LEN, i;

	if (count == 0 || len != 2 + count * SACK_BLOCK_LEN)
		return;
	t->sack_count = (uint8_t)count;
	for (i = 0; i < count; i++) {
		const uint8_t *block = p + 2 + (size_t)i * SACK_BLOCK_LEN;

		t->sack[i].left.n = get_be32(block);
		t->sack[i].right.n = get_be32(block + 4);
	}
}

/*
 * One option of `len` octets, kind and length included, in any segment
 * (MUST-5). MUST-4: MSS; END and NOP are the caller's. MUST-6: what matches
 * no line here is ignored without error.
 */
static void parse_option(struct wire_tcp *t, const uint8_t *p, uint32_t len)
{
	bool syn = t->flags & TCP_SYN;

	if (p[0] == TS && len == 10) {
		t->has_ts = true;
		t->ts_val = get_be32(p + 2);
		t->ts_ecr = get_be32(p + 6);
	} else if (p[0] == SACK) {
		parse_sack(t, p, len);
	} else if (p[0] == MSS && len == 4 && syn) { /* MUST-65 */
		t->has_mss = true;
		t->mss = get_be16(p + 2);
	} else if (p[0] == WSCALE && len == 3 && syn) { /* RFC 7323 2.2 */
		t->has_wscale = true;
		t->wscale = p[2];
	} else if (p[0] == SACK_PERMITTED && len == 2 && syn) {
		t->has_sack_permitted = true;
	}
}

/*
 * MUST-64: nothing is taken to be aligned. MUST-68: every kind but END and
 * NOP has a length. MUST-7: a length that is illegal ends it here.
 */
static enum hf_drop parse_options(struct wire_tcp *t, const uint8_t *p,
				  uint32_t len)
{
	while (len > 0) {
		uint32_t size = 1;

		if (p[0] == END)
			break;
		if (p[0] != NOP) {
			if (len < 2 || p[1] < 2 || p[1] > len)
				return HF_DROP_TCP_OPTION;
			size = p[1];
			parse_option(t, p, size);
		}
		p += size;
		len -= size;
	}
	return HF_ACCEPTED;
}

enum hf_drop wire_tcp_parse(struct wire_tcp *t, const uint8_t *data,
			    uint32_t len)
{
	uint32_t header;

	*t = (struct wire_tcp){ 0 };
	if (len < WIRE_TCP_HEADER)
		return HF_DROP_TCP_HEADER;
	/* The four reserved bits beside the data offset are ignored. */
	header = (uint32_t)(data[12] >> 4) * 4;
	if (header < WIRE_TCP_HEADER || header > len)
		return HF_DROP_TCP_HEADER;
	t->src_port = get_be16(data);
	t->dst_port = get_be16(data + 2);
	t->seq.n = get_be32(data + 4);
	t->ack.n = get_be32(data + 8);
	t->flags = data[13];
	t->wnd = get_be16(data + 14);
	t->urgent = get_be16(data + 18);
	t->text = data + header;
	t->text_len = len - header;
	if (header == WIRE_TCP_HEADER)
		return HF_ACCEPTED;
	data += WIRE_TCP_HEADER;
	header -= WIRE_TCP_HEADER;
	if (header == NOP_NOP_TS_LEN && get_be32(data) == NOP_NOP_TS) {
		t->has_ts = true;
		t->ts_val = get_be32(data + 4);
		t->ts_ecr = get_be32(data + 8);
		return HF_ACCEPTED;
	}
	return parse_options(t, data, header);
}

/*
 * What follows fills whole words by NOPs in front, so that there is nothing
 * to pad with zeros behind an END (MUST-69). All kinds but NOP carry their
 * length (MUST-68).
 */
static void add_word(struct wire_tcp_options *o, uint32_t word)
{
	put_be32(o->octet + o->len, word);
	o->len = (uint8_t)(o->len + 4);
}

static void add_ts(struct wire_tcp_options *o, const struct wire_tcp *t,
		   uint32_t first)
{
	add_word(o, first);
	add_word(o, t->ts_val);
	add_word(o, t->ts_ecr);
}

static void add_sack(struct wire_tcp_options *o, const struct wire_tcp *t)
{
	uint32_t room =
		((uint32_t)sizeof o->octet - o->len - 4) / SACK_BLOCK_LEN;
	uint32_t count = t->sack_count, i;

	if (count > WIRE_SACK_BLOCKS)
		count = WIRE_SACK_BLOCKS;
	if (count > room)
		count = room;
	add_word(o, 0x01010500u | (2 + count * SACK_BLOCK_LEN));
	for (i = 0; i < count; i++) {
		add_word(o, t->sack[i].left.n);
		add_word(o, t->sack[i].right.n);
	}
}

/* MUST-65: MSS is here and nowhere else. */
static void add_syn_options(struct wire_tcp_options *o,
			    const struct wire_tcp *t)
{
	if (t->has_mss)
		add_word(o, 0x02040000u | t->mss);
	if (t->has_ts)
		add_ts(o, t, t->has_sack_permitted ? 0x0402080au : NOP_NOP_TS);
	else if (t->has_sack_permitted)
		add_word(o, 0x01010402u);
	if (t->has_wscale)
		add_word(o, 0x01030300u | t->wscale);
}

void wire_tcp_options(struct wire_tcp_options *options,
		      const struct wire_tcp *t)
{
	options->len = 0;
	if (t->flags & TCP_SYN) {
		add_syn_options(options, t);
		return;
	}
	if (t->has_ts)
		add_ts(options, t, NOP_NOP_TS);
	if (t->sack_count)
		add_sack(options, t);
}

uint32_t wire_tcp_emit(const struct wire_tcp *t,
		       const struct wire_tcp_options *options, uint8_t *to)
{
	uint32_t header = WIRE_TCP_HEADER + options->len;

	assert(options->len % 4 == 0 && header <= WIRE_TCP_HEADER_MAX);
	put_be16(to, t->src_port);
	put_be16(to + 2, t->dst_port);
	put_be32(to + 4, t->seq.n);
	put_be32(to + 8, t->ack.n);
	to[12] = (uint8_t)(header / 4 << 4);
	to[13] = t->flags;
	put_be16(to + 14, t->wnd);
	put_be16(to + 16, 0);
	put_be16(to + 18, t->urgent);
	to += WIRE_TCP_HEADER;
	if (options->len == NOP_NOP_TS_LEN) /* a copy of known length */
		memcpy(to, options->octet, NOP_NOP_TS_LEN);
	else if (options->len)
		memcpy(to, options->octet, options->len);
	return header;
}
