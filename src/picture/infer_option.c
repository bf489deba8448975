/* SPDX-License-Identifier: MIT */
/* What breaks an RFC in the header's options and reserved bits. */
#include "infer_find.h"

#define KIND_END 0u
#define KIND_NOP 1u
#define KIND_MSS 2u
#define KIND_SCALE 3u
#define KIND_SACK_PERMITTED 4u
#define KIND_SACK 5u
#define KIND_TIMESTAMPS 8u

static const struct find_rule no_timestamp = {
	STORY_MUST,
	"RFC 7323 3.2",
	{ "no timestamp, though both SYNs agreed on them",
	  "双方 SYN 已商定使用时间戳，此处却没有" }
};
static const struct find_rule only_in_syn = {
	STORY_MUST,
	"RFC 9293 3.7.1, MUST-65",
	{ "an option of kind {0} outside of a SYN",
	  "类型 {0} 的选项出现在 SYN 之外" }
};
static const struct find_rule wrong_len = {
	STORY_MUST,
	"RFC 9293 3.2",
	{ "an option of kind {0} with a length of {1}, not {2}",
	  "类型 {0} 的选项长度为 {1}，而不是 {2}" }
};
static const struct find_rule scale_unasked = {
	STORY_MUST,
	"RFC 7323 2.2",
	{ "a window scale in the SYN-ACK, and the SYN had none",
	  "SYN-ACK 带有窗口扩大选项，而 SYN 没有" }
};
static const struct find_rule scale_too_large = {
	STORY_MUST,
	"RFC 7323 2.3",
	{ "a window scale of {0}: 14 is the most",
	  "窗口扩大因子为 {0}：最大为 14" }
};
static const struct find_rule timestamps_unasked = {
	STORY_MUST,
	"RFC 7323 3.2",
	{ "timestamps in the SYN-ACK, and the SYN had none",
	  "SYN-ACK 带有时间戳，而 SYN 没有" }
};
static const struct find_rule sack_unasked = {
	STORY_MUST,
	"RFC 2018 3",
	{ "selective acknowledgements, and the peer's SYN did not permit them",
	  "选择确认，而对方的 SYN 没有允许" }
};
static const struct find_rule reserved = {
	STORY_MUST,
	"RFC 9293 3.1",
	{ "reserved bits of the header that are not 0",
	  "首部的保留位不为 0" }
};

/* The length that a kind has always; 0: it may vary, or is not known. */
static uint32_t len_of(uint8_t kind)
{
	switch (kind) {
	case KIND_MSS:
		return 4;
	case KIND_SCALE:
		return 3;
	case KIND_SACK_PERMITTED:
		return 2;
	case KIND_TIMESTAMPS:
		return 10;
	default:
		return 0;
	}
}

static void find_option(struct infer_turn *t, uint8_t kind, uint8_t len)
{
	bool is_syn = turn_tcp(t)->flags & TCP_SYN;

	if (len_of(kind) && len != len_of(kind))
		find_add(t, &wrong_len,
			 STORY_VALUES(find_number(t, kind), find_number(t, len),
				      find_number(t, len_of(kind))));
	if (!is_syn && (kind == KIND_MSS || kind == KIND_SCALE ||
			kind == KIND_SACK_PERMITTED))
		find_add(t, &only_in_syn, STORY_VALUES(find_number(t, kind)));
	if (kind == KIND_SACK && turn_to(t)->has_syn &&
	    !turn_to(t)->offers_sack)
		find_add(t, &sack_unasked, NULL);
}

/* The header was parsed: lengths are in order (MUST-7). */
static void walk_options(struct infer_turn *t)
{
	const struct story_segment *segment = &t->moment->segment;
	const uint8_t *header = segment->ip.payload;
	uint32_t end = segment->ip.payload_len - segment->tcp.text_len;
	uint32_t at = WIRE_TCP_HEADER;

	while (at < end && header[at] != KIND_END) {
		if (header[at] == KIND_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= end || header[at + 1] < 2)
			return;
		find_option(t, header[at], header[at + 1]);
		at += header[at + 1];
	}
}

static void find_agreement(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *from = turn_from(t), *to = turn_to(t);

	if (tcp->flags & TCP_SYN) {
		bool is_answer = tcp->flags & TCP_ACK && to->has_syn;

		if (is_answer && tcp->has_wscale && !to->offers_scale)
			find_add(t, &scale_unasked, NULL);
		if (is_answer && tcp->has_ts && !to->offers_ts)
			find_add(t, &timestamps_unasked, NULL);
		if (tcp->has_wscale && tcp->wscale > 14)
			find_add(t, &scale_too_large,
				 STORY_VALUES(find_number(t, tcp->wscale)));
	} else if (from->has_syn && to->has_syn && from->offers_ts &&
		   to->offers_ts && !tcp->has_ts && !(tcp->flags & TCP_RST)) {
		find_add(t, &no_timestamp, NULL);
	}
}

void infer_find_options(struct infer_turn *t)
{
	const uint8_t *header = t->moment->segment.ip.payload;

	/* The last of them was the nonce of RFC 3540, now historic. */
	if (header[12] & 0x0e)
		find_add(t, &reserved, NULL);
	walk_options(t);
	find_agreement(t);
}
