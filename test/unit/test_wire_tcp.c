/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "wire_tcp.h"
#include "fence.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static uint8_t *fence;

static int make_fence(void **state)
{
	(void)state;
	fence = fence_make();
	return fence ? 0 : -1;
}

/* A header with `len` octets of options, a multiple of 4, and text "text". */
static uint32_t build(uint8_t *to, uint8_t flags, const uint8_t *options,
		      uint32_t len)
{
	static const uint8_t header[20] = {
		0x12, 0x34, 0x56, 0x78, /* ports */
		0x01, 0x02, 0x03, 0x04, /* sequence number */
		0x0a, 0x0b, 0x0c, 0x0d, /* acknowledgement */
		0x00, 0x00, 0xfe, 0xdc, /* data offset, flags, window */
		0xab, 0xcd, 0x00, 0x07, /* checksum, urgent pointer */
	};

	memcpy(to, header, sizeof header);
	to[12] = (uint8_t)((20 + len) / 4 << 4);
	to[13] = flags;
	if (len)
		memcpy(to + 20, options, len);
	memcpy(to + 20 + len, "text", 4);
	return 24 + len;
}

/* Parses a segment with these options. */
static enum hf_drop parse_with(struct wire_tcp *t, uint8_t flags,
			       const uint8_t *options, uint32_t len)
{
	uint8_t octets[64];
	uint32_t size = build(octets, flags, options, len);

	return wire_tcp_parse(t, fence_copy(fence, octets, size), size);
}

#define PARSE(t, flags, ...)                                                   \
	parse_with(t, flags, (const uint8_t[]){ __VA_ARGS__ },                 \
		   sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* ---- the header ------------------------------------------------------- */

static void reads_every_field(void **state)
{
	struct wire_tcp t;

	(void)state;
	assert_int_equal(parse_with(&t, 0xff, NULL, 0), HF_ACCEPTED);
	assert_int_equal(t.src_port, 0x1234);
	assert_int_equal(t.dst_port, 0x5678);
	assert_int_equal(t.seq.n, 0x01020304);
	assert_int_equal(t.ack.n, 0x0a0b0c0d);
	assert_int_equal(t.flags, 0xff);
	assert_int_equal(t.wnd, 0xfedc);
	assert_int_equal(t.urgent, 7);
	assert_int_equal(t.text_len, 4);
	assert_memory_equal(t.text, "text", 4);
	assert_int_equal(wire_tcp_len(&t), 6); /* SYN and FIN count */
	assert_false(t.has_mss || t.has_wscale || t.has_ts);
	assert_false(t.has_sack_permitted);
	assert_int_equal(t.sack_count, 0);
}

static void reserved_bits_are_ignored(void **state)
{
	uint8_t octets[64];
	struct wire_tcp t;

	(void)state;
	build(octets, TCP_ACK, NULL, 0);
	octets[12] |= 0x0f;
	assert_int_equal(wire_tcp_parse(&t, octets, 24), HF_ACCEPTED);
	assert_int_equal(t.flags, TCP_ACK);
	assert_int_equal(t.text_len, 4);
}

static void drop_tcp_header_shorter_than_20_octets(void **state)
{
	uint8_t octets[64];
	struct wire_tcp t;
	uint32_t len;

	(void)state;
	build(octets, TCP_ACK, NULL, 0);
	for (len = 0; len < 20; len++) {
		uint8_t *p = fence_copy(fence, octets, len);

		assert_int_equal(wire_tcp_parse(&t, p, len),
				 HF_DROP_TCP_HEADER);
	}
	assert_int_equal(wire_tcp_parse(&t, octets, 20), HF_ACCEPTED);
	assert_int_equal(t.text_len, 0);
}

static void drop_tcp_header_with_data_offset_under_5(void **state)
{
	uint8_t octets[64];
	struct wire_tcp t;
	uint8_t offset;

	(void)state;
	for (offset = 0; offset < 5; offset++) {
		build(octets, TCP_ACK, NULL, 0);
		octets[12] = (uint8_t)(offset << 4);
		assert_int_equal(wire_tcp_parse(&t, octets, 24),
				 HF_DROP_TCP_HEADER);
	}
}

static void drop_tcp_header_with_data_offset_past_the_end(void **state)
{
	uint8_t octets[64], offset;
	struct wire_tcp t;

	(void)state;
	for (offset = 7; offset < 16; offset++) {
		uint8_t *p;

		build(octets, TCP_ACK, NULL, 0);
		octets[12] = (uint8_t)(offset << 4);
		p = fence_copy(fence, octets, 24);
		assert_int_equal(wire_tcp_parse(&t, p, 24), HF_DROP_TCP_HEADER);
	}
}

/* ---- options ---------------------------------------------------------- */

/* MUST-4: END, NOP and MSS. */
static void knows_end_nop_and_mss(void **state)
{
	struct wire_tcp t;

	(void)state;
	assert_int_equal(PARSE(&t, TCP_SYN, 1, 1, 2, 4, 0x05, 0xb4, 1, 0),
			 HF_ACCEPTED);
	assert_true(t.has_mss);
	assert_int_equal(t.mss, 1460);
	/* What is behind the END is not looked at: length 0 would be wrong. */
	assert_int_equal(PARSE(&t, TCP_SYN, 0, 2, 4, 1, 1, 8, 0, 0),
			 HF_ACCEPTED);
	assert_false(t.has_mss);
}

/* MUST-5: in every kind of segment, with text or without. */
static void takes_options_in_any_segment(void **state)
{
	static const uint8_t ts[] = { 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1 };
	struct wire_tcp t;
	uint32_t flags;

	(void)state;
	for (flags = 0; flags < 256; flags++) {
		assert_int_equal(parse_with(&t, (uint8_t)flags, ts, sizeof ts),
				 HF_ACCEPTED);
		assert_true(t.has_ts);
		assert_int_equal(t.ts_val, 0x01020304);
		assert_int_equal(t.ts_ecr, 0x05060708);
		assert_int_equal(t.text_len, 4);
	}
}

/* MUST-6: every kind that is not known, of every length. */
static void skips_unknown_options(void **state)
{
	uint8_t options[40];
	struct wire_tcp t;
	uint32_t kind, len;

	(void)state;
	for (kind = 9; kind < 256; kind++) {
		for (len = 2; len <= 36; len++) {
			memset(options, 1, sizeof options);
			options[0] = (uint8_t)kind;
			options[1] = (uint8_t)len;
			memcpy(options + len, "\2\4\2\30", 4);
			assert_int_equal(parse_with(&t, TCP_SYN, options, 40),
					 HF_ACCEPTED);
			assert_true(t.has_mss);
			assert_int_equal(t.mss, 536);
		}
	}
}

/* MUST-7: length 0 or 1, for every kind that has a length. */
static void drop_tcp_option_of_length_0_or_1(void **state)
{
	uint8_t options[8] = { 1, 1, 0, 0, 1, 1, 1, 1 };
	struct wire_tcp t;
	uint32_t kind, len;

	(void)state;
	for (kind = 2; kind < 256; kind++) {
		for (len = 0; len < 2; len++) {
			options[2] = (uint8_t)kind;
			options[3] = (uint8_t)len;
			assert_int_equal(parse_with(&t, TCP_ACK, options, 8),
					 HF_DROP_TCP_OPTION);
		}
	}
}

/* MUST-7: the length leads past the header, or is itself past it. */
static void drop_tcp_option_past_the_end_of_the_header(void **state)
{
	struct wire_tcp t;

	(void)state;
	assert_int_equal(PARSE(&t, TCP_SYN, 1, 1, 1, 2), HF_DROP_TCP_OPTION);
	assert_int_equal(PARSE(&t, TCP_SYN, 2, 5, 0, 0), HF_DROP_TCP_OPTION);
	assert_int_equal(PARSE(&t, TCP_SYN, 1, 2, 4, 0), HF_DROP_TCP_OPTION);
	assert_int_equal(PARSE(&t, TCP_ACK, 1, 99, 255, 0), HF_DROP_TCP_OPTION);
	assert_int_equal(PARSE(&t, TCP_ACK, 1, 1, 8, 10, 0, 0, 0, 0),
			 HF_DROP_TCP_OPTION);
	/* The same octets as text would do no harm: the header is shorter. */
	assert_int_equal(PARSE(&t, TCP_ACK, 1, 99, 3, 0), HF_ACCEPTED);
}

/* MUST-64: each known option at each of the four offsets in a word. */
static void options_need_not_be_aligned(void **state)
{
	static const uint8_t all[] = {
		2, 4, 0x05, 0xb4, 3, 3,	 7, 4, 2, 8, 10, 0, 0, 0, 9,
		0, 0, 0,    8,	  5, 10, 0, 0, 0, 1, 0,	 0, 0, 2,
	};
	uint8_t options[40];
	struct wire_tcp t;
	uint32_t at;

	(void)state;
	for (at = 0; at < 4; at++) {
		memset(options, 1, sizeof options);
		memcpy(options + at, all, sizeof all);
		assert_int_equal(parse_with(&t, TCP_SYN, options, 40),
				 HF_ACCEPTED);
		assert_true(t.has_mss && t.mss == 1460);
		assert_true(t.has_wscale && t.wscale == 7);
		assert_true(t.has_sack_permitted);
		assert_true(t.has_ts && t.ts_val == 9 && t.ts_ecr == 8);
		assert_int_equal(t.sack_count, 1);
		assert_int_equal(t.sack[0].left.n, 1);
		assert_int_equal(t.sack[0].right.n, 2);
	}
}

/* MUST-65: it must not be sent without SYN, so there it means nothing. */
static void mss_wscale_and_sack_permitted_count_only_with_syn(void **state)
{
	struct wire_tcp t;

	(void)state;
	assert_int_equal(
		PARSE(&t, TCP_ACK, 2, 4, 5, 0xb4, 1, 3, 3, 7, 1, 1, 4, 2),
		HF_ACCEPTED);
	assert_false(t.has_mss || t.has_wscale || t.has_sack_permitted);
	assert_int_equal(PARSE(&t, TCP_SYN | TCP_ACK, 2, 4, 5, 0xb4, 1, 3, 3, 7,
			       1, 1, 4, 2),
			 HF_ACCEPTED);
	assert_true(t.has_mss && t.has_wscale && t.has_sack_permitted);
}

/* MUST-6: its length says that it is another option than the known one. */
static void a_known_kind_of_another_length_is_skipped(void **state)
{
	static const uint8_t kinds[][2] = {
		{ 2, 4 }, { 3, 3 }, { 4, 2 }, { 5, 10 }, { 8, 10 },
	};
	uint8_t options[40];
	struct wire_tcp t;
	uint32_t i, len;

	(void)state;
	for (i = 0; i < 5; i++) {
		for (len = 2; len <= 30; len++) {
			bool is_sack = kinds[i][0] == 5;

			if (len == kinds[i][1] ||
			    (is_sack && len % 8 == 2 && len > 2))
				continue;
			/* Behind it, one that must still be found. */
			memset(options, 1, sizeof options);
			options[0] = kinds[i][0];
			options[1] = (uint8_t)len;
			memcpy(options + len, i ? "\2\4\2\30" : "\3\3\7",
			       i ? 4 : 3);
			assert_int_equal(parse_with(&t, TCP_SYN, options, 40),
					 HF_ACCEPTED);
			assert_int_equal(t.has_mss, i != 0);
			assert_int_equal(t.has_wscale, i == 0);
			assert_false(t.has_sack_permitted || t.has_ts);
			assert_int_equal(t.sack_count, 0);
		}
	}
}

static void of_several_options_the_last_counts(void **state)
{
	struct wire_tcp t;

	(void)state;
	assert_int_equal(PARSE(&t, TCP_SYN, 2, 4, 0, 1, 2, 4, 0, 2, 3, 3, 1, 3,
			       3, 2, 1, 1),
			 HF_ACCEPTED);
	assert_int_equal(t.mss, 2);
	assert_int_equal(t.wscale, 2);
}

static void reads_one_to_four_sack_blocks(void **state)
{
	uint8_t options[40];
	struct wire_tcp t;
	uint32_t count, i;

	(void)state;
	for (count = 1; count <= 4; count++) {
		memset(options, 1, sizeof options);
		options[2] = 5;
		options[3] = (uint8_t)(2 + 8 * count);
		for (i = 0; i < 8 * count; i++)
			options[4 + i] = (uint8_t)i;
		assert_int_equal(parse_with(&t, TCP_ACK, options, 36),
				 HF_ACCEPTED);
		assert_int_equal(t.sack_count, count);
		assert_int_equal(t.sack[count - 1].left.n,
				 0x00010203u + 0x08080808u * (count - 1));
		assert_int_equal(t.sack[count - 1].right.n,
				 0x04050607u + 0x08080808u * (count - 1));
	}
}

/* "NOP NOP TS" has a path of its own; it must do what the long one does. */
static void the_common_timestamp_is_read_as_any_other(void **state)
{
	struct wire_tcp fast, slow;

	(void)state;
	assert_int_equal(
		PARSE(&fast, TCP_ACK, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8),
		HF_ACCEPTED);
	assert_int_equal(
		PARSE(&slow, TCP_ACK, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1),
		HF_ACCEPTED);
	assert_true(fast.has_ts && slow.has_ts);
	assert_int_equal(fast.ts_val, 0x01020304);
	assert_int_equal(fast.ts_ecr, 0x05060708);
	assert_int_equal(slow.ts_val, fast.ts_val);
	assert_int_equal(slow.ts_ecr, fast.ts_ecr);
	assert_int_equal(slow.text_len, fast.text_len);
}

/* ---- emission --------------------------------------------------------- */

static void expect_options(const struct wire_tcp *t, const uint8_t *want,
			   uint32_t len)
{
	struct wire_tcp_options o;

	wire_tcp_options(&o, t);
	assert_int_equal(o.len, len);
	assert_memory_equal(o.octet, want, len);
}

#define EXPECT(t, ...)                                                         \
	expect_options(t, (const uint8_t[]){ __VA_ARGS__ },                    \
		       sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* What Linux sends; a SYN of its own is in the test after this. */
static void a_syn_has_its_options_as_linux_has_them(void **state)
{
	struct wire_tcp t = { .flags = TCP_SYN, .has_mss = true, .mss = 1460 };

	(void)state;
	t.ts_val = 0x01020304;
	t.ts_ecr = 0x05060708;
	t.wscale = 7;
	EXPECT(&t, 2, 4, 5, 0xb4);
	t.has_wscale = true;
	EXPECT(&t, 2, 4, 5, 0xb4, 1, 3, 3, 7);
	t.has_sack_permitted = true;
	EXPECT(&t, 2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7);
	t.has_ts = true;
	EXPECT(&t, 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3,
	       7);
	t.has_sack_permitted = false;
	EXPECT(&t, 2, 4, 5, 0xb4, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3,
	       7);
}

static const uint8_t linux_syn[] = {
	0xa1, 0xe2, 0x26, 0x95, 0xf3, 0x97, 0xdc, 0x66, 0x00, 0x00,
	0x00, 0x00, 0xa0, 0x02, 0xfa, 0xf0, 0x62, 0xd4, 0x00, 0x00,
	0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a, 0x21, 0x21,
	0x1c, 0x8c, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x0a,
};

static void a_syn_of_linux_is_written_as_it_was_read(void **state)
{
	struct wire_tcp_options options;
	struct wire_tcp t;
	uint8_t to[60];

	(void)state;
	assert_int_equal(wire_tcp_parse(&t, linux_syn, sizeof linux_syn),
			 HF_ACCEPTED);
	assert_int_equal(t.mss, 1460);
	assert_int_equal(t.wscale, 10);
	assert_true(t.has_ts && t.has_sack_permitted);
	wire_tcp_options(&options, &t);
	assert_int_equal(wire_tcp_emit(&t, &options, to), sizeof linux_syn);
	assert_int_equal(to[16], 0); /* the checksum is the caller's */
	assert_int_equal(to[17], 0);
	memcpy(to + 16, linux_syn + 16, 2);
	assert_memory_equal(to, linux_syn, sizeof linux_syn);
}

/* MUST-65 */
static void no_mss_is_sent_without_syn(void **state)
{
	struct wire_tcp t = { .flags = TCP_ACK,
			      .has_mss = true,
			      .has_wscale = true,
			      .has_sack_permitted = true,
			      .mss = 1460 };
	struct wire_tcp_options options;

	(void)state;
	wire_tcp_options(&options, &t);
	assert_int_equal(options.len, 0);
	t.has_ts = true;
	EXPECT(&t, 1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0);
}

static void as_many_sack_blocks_are_sent_as_fit(void **state)
{
	struct wire_tcp t = { .flags = TCP_ACK, .sack_count = 1 };
	struct wire_tcp_options options;

	(void)state;
	t.sack[0].left.n = 0x01020304;
	t.sack[0].right.n = 0x05060708;
	EXPECT(&t, 1, 1, 5, 10, 1, 2, 3, 4, 5, 6, 7, 8);
	t.sack_count = 4;
	wire_tcp_options(&options, &t);
	assert_int_equal(options.len, 36);
	assert_int_equal(options.octet[3], 34);
	t.has_ts = true;
	wire_tcp_options(&options, &t);
	assert_int_equal(options.len, 40);
	assert_int_equal(options.octet[15], 26); /* three */
	t.sack_count = 255;
	wire_tcp_options(&options, &t);
	assert_int_equal(options.len, 40);
}

static void random_tcp(struct dice *d, struct wire_tcp *t)
{
	uint32_t i;

	*t = (struct wire_tcp){ 0 };
	t->src_port = (uint16_t)dice_roll(d);
	t->dst_port = (uint16_t)dice_roll(d);
	t->seq.n = (uint32_t)dice_roll(d);
	t->ack.n = (uint32_t)dice_roll(d);
	t->wnd = (uint16_t)dice_roll(d);
	t->urgent = (uint16_t)dice_roll(d);
	t->flags = (uint8_t)dice_below(d, 256);
	t->has_ts = dice_below(d, 2);
	if (t->has_ts) {
		t->ts_val = (uint32_t)dice_roll(d);
		t->ts_ecr = (uint32_t)dice_roll(d);
	}
	if (t->flags & TCP_SYN) {
		t->has_mss = dice_below(d, 2);
		t->mss = t->has_mss ? (uint16_t)dice_roll(d) : 0;
		t->has_wscale = dice_below(d, 2);
		t->wscale = t->has_wscale ? (uint8_t)dice_roll(d) : 0;
		t->has_sack_permitted = dice_below(d, 2);
		return;
	}
	t->sack_count = (uint8_t)dice_below(d, t->has_ts ? 4 : 5);
	for (i = 0; i < t->sack_count; i++) {
		t->sack[i].left.n = (uint32_t)dice_roll(d);
		t->sack[i].right.n = (uint32_t)dice_roll(d);
	}
}

/* MUST-69: a list of options fills its words without END or padding. */
static void check_options_fill_words(const struct wire_tcp_options *o)
{
	uint32_t at = 0;

	assert_int_equal(o->len % 4, 0);
	while (at < o->len) {
		assert_int_not_equal(o->octet[at], 0);
		at += o->octet[at] == 1 ? 1 : o->octet[at + 1]; /* MUST-68 */
	}
	assert_int_equal(at, o->len);
}

static void assert_same(const struct wire_tcp *a, const struct wire_tcp *b)
{
	assert_int_equal(a->src_port, b->src_port);
	assert_int_equal(a->dst_port, b->dst_port);
	assert_int_equal(a->seq.n, b->seq.n);
	assert_int_equal(a->ack.n, b->ack.n);
	assert_int_equal(a->wnd, b->wnd);
	assert_int_equal(a->urgent, b->urgent);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->has_ts, b->has_ts);
	assert_int_equal(a->ts_val, b->ts_val);
	assert_int_equal(a->ts_ecr, b->ts_ecr);
	assert_int_equal(a->has_mss, b->has_mss);
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->has_wscale, b->has_wscale);
	assert_int_equal(a->wscale, b->wscale);
	assert_int_equal(a->has_sack_permitted, b->has_sack_permitted);
	assert_int_equal(a->sack_count, b->sack_count);
	assert_memory_equal(a->sack, b->sack, sizeof a->sack);
}

static void what_is_written_is_read_again(void **state)
{
	struct dice dice = { 6 };
	struct wire_tcp_options options;
	struct wire_tcp t, back;
	uint8_t to[60];
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		uint32_t header;

		random_tcp(&dice, &t);
		memset(to, 0xff, sizeof to);
		wire_tcp_options(&options, &t);
		check_options_fill_words(&options);
		header = wire_tcp_emit(&t, &options, to);
		assert_int_equal(header, 20 + options.len);
		assert_int_equal(wire_tcp_parse(&back,
						fence_copy(fence, to, header),
						header),
				 HF_ACCEPTED);
		assert_ptr_equal(back.text, fence);
		assert_int_equal(back.text_len, 0);
		assert_same(&t, &back);
	}
}

/* ---- bad input -------------------------------------------------------- */

/* What must hold of any octets: the fence does the rest. */
static void parse_anything(const uint8_t *octets, uint32_t len)
{
	uint8_t *p = fence_copy(fence, octets, len);
	struct wire_tcp t;
	enum hf_drop drop = wire_tcp_parse(&t, p, len);

	if (drop == HF_ACCEPTED) {
		assert_true(t.text >= p + 20 && t.text <= fence);
		assert_ptr_equal(t.text + t.text_len, fence);
		assert_true(t.sack_count <= WIRE_SACK_BLOCKS);
	} else {
		assert_true(drop == HF_DROP_TCP_HEADER ||
			    drop == HF_DROP_TCP_OPTION);
	}
}

static void any_truncation_is_safe(void **state)
{
	struct dice dice = { 7 };
	struct wire_tcp_options options;
	struct wire_tcp t;
	uint8_t to[64];
	uint32_t len, header;
	int i;

	(void)state;
	for (i = 0; i < 500; i++) {
		random_tcp(&dice, &t);
		wire_tcp_options(&options, &t);
		header = wire_tcp_emit(&t, &options, to);
		for (len = 0; len <= header; len++) {
			parse_anything(to, len);
			if (len < 20)
				continue;
			/* And with a data offset that fits what is left. */
			to[12] = (uint8_t)(len / 4 << 4);
			parse_anything(to, len);
			to[12] = (uint8_t)(header / 4 << 4);
		}
	}
}

static void any_mutation_is_safe(void **state)
{
	struct dice dice = { 8 };
	struct wire_tcp_options options;
	struct wire_tcp t;
	uint8_t to[64];
	uint32_t len;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		random_tcp(&dice, &t);
		wire_tcp_options(&options, &t);
		len = wire_tcp_emit(&t, &options, to);
		dice_mutate(&dice, to, len);
		parse_anything(to, len);
		/* Nothing but noise, in the options too. */
		dice_fill(&dice, to + 20, 40);
		to[12] = (uint8_t)(dice_below(&dice, 16) << 4);
		parse_anything(to, 60);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(reserved_bits_are_ignored),
		cmocka_unit_test(drop_tcp_header_shorter_than_20_octets),
		cmocka_unit_test(drop_tcp_header_with_data_offset_under_5),
		cmocka_unit_test(drop_tcp_header_with_data_offset_past_the_end),
		cmocka_unit_test(knows_end_nop_and_mss),
		cmocka_unit_test(takes_options_in_any_segment),
		cmocka_unit_test(skips_unknown_options),
		cmocka_unit_test(drop_tcp_option_of_length_0_or_1),
		cmocka_unit_test(drop_tcp_option_past_the_end_of_the_header),
		cmocka_unit_test(options_need_not_be_aligned),
		cmocka_unit_test(
			mss_wscale_and_sack_permitted_count_only_with_syn),
		cmocka_unit_test(a_known_kind_of_another_length_is_skipped),
		cmocka_unit_test(of_several_options_the_last_counts),
		cmocka_unit_test(reads_one_to_four_sack_blocks),
		cmocka_unit_test(the_common_timestamp_is_read_as_any_other),
		cmocka_unit_test(a_syn_has_its_options_as_linux_has_them),
		cmocka_unit_test(a_syn_of_linux_is_written_as_it_was_read),
		cmocka_unit_test(no_mss_is_sent_without_syn),
		cmocka_unit_test(as_many_sack_blocks_are_sent_as_fit),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(any_truncation_is_safe),
		cmocka_unit_test(any_mutation_is_safe),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
