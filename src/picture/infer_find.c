/* SPDX-License-Identifier: MIT */
/* What breaks an RFC, by numbers, windows, times and octets. */
#include "infer_find.h"

#include "checksum.h"

#include <stdio.h>
#include <string.h>

#define LOOK_BACK 512u /* moments that are searched for the same octets */
#define LEAST_RTO (200 * HF_MILLISECOND) /* under it it was no timeout */
#define DEFAULT_MSS_4 536u
#define DEFAULT_MSS_6 1220u

void find_add(struct infer_turn *t, const struct find_rule *rule,
	      const char *const *values)
{
	story_find(t->c->story, t->number, rule->weight, rule->cite,
		   &rule->text, values);
}

const char *find_number(struct infer_turn *t, uint32_t number)
{
	return story_printf(t->c->story, "%u", number);
}

/* A number as the ladder tells it, from the side's first. */
static const char *relative(struct infer_turn *t, const struct infer_side *s,
			    struct hf_seq seq)
{
	uint32_t origin = s->has_syn ? s->first.n : s->first.n - 1;

	return find_number(t, seq.n - origin);
}

/* ---- opening ---------------------------------------------------------- */

static const struct find_rule syn_ack_of_other = {
	STORY_MUST,
	"RFC 9293 3.10.7.3",
	{ "the SYN-ACK acknowledges {0}, not the SYN, which is {1}",
	  "SYN-ACK 确认的是 {0}，而 SYN 应由 {1} 确认" }
};
static const struct find_rule syn_and_fin = {
	STORY_ODD,
	"RFC 9293 3.10.7.2",
	{ "SYN and FIN in one segment", "同一报文段中既有 SYN 又有 FIN" }
};
static const struct find_rule syn_and_rst = {
	STORY_ODD,
	"RFC 9293 3.1",
	{ "SYN and RST in one segment", "同一报文段中既有 SYN 又有 RST" }
};
static const struct find_rule syn_in_open = {
	STORY_ODD,
	"RFC 5961 4.2",
	{ "a SYN in a connection that is open: it is to be answered with a "
	  "challenge ACK",
	  "连接已建立时收到 SYN：应以挑战 ACK 回答" }
};

static void find_opening(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *to = turn_to(t);

	if (!(tcp->flags & TCP_SYN))
		return;
	if (tcp->flags & TCP_FIN)
		find_add(t, &syn_and_fin, NULL);
	if (tcp->flags & TCP_RST)
		find_add(t, &syn_and_rst, NULL);
	if (tcp->flags & TCP_ACK && to->has_syn && to->state == HF_SYN_SENT &&
	    !seq_eq(tcp->ack, seq_add(to->first, 1)))
		find_add(t, &syn_ack_of_other,
			 STORY_VALUES(find_number(t, tcp->ack.n),
				      find_number(t, to->first.n + 1)));
	if (!(tcp->flags & TCP_ACK) && turn_from(t)->state == HF_ESTABLISHED)
		find_add(t, &syn_in_open, NULL);
}

/* ---- acknowledgements ------------------------------------------------- */

static const struct find_rule ack_of_nothing = {
	STORY_MUST,
	"RFC 9293 3.10.7.4",
	{ "acknowledges {0}, and the peer has sent no more than up to {1}",
	  "确认到 {0}，而对方只发送到 {1}" }
};
static const struct find_rule no_ack = {
	STORY_MUST,
	"RFC 9293 3.1",
	{ "no ACK bit, though the connection has begun",
	  "连接已经开始，却没有 ACK 位" }
};
static const struct find_rule shrunk = {
	STORY_SHOULD,
	"RFC 9293 3.8.6, SHLD-14",
	{ "the window shrinks: its right edge moves back by {0} octets",
	  "窗口收缩：右边界后退了 {0} 个字节" }
};

static void find_shrunk(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *from = turn_from(t);
	struct hf_seq edge =
		seq_add(tcp->ack, infer_window(t->c, t->from, tcp));
	int32_t back;

	/* What scaling rounds off is not counted; nor is an old segment. */
	if (!from->has_edge || t->is_again ||
	    (turn_to(t)->has_una && seq_before(tcp->ack, turn_to(t)->una)) ||
	    seq_before(tcp->seq, from->whole))
		return;
	back = seq_diff(from->edge, edge);
	if (back >= 1 << (from->offers_scale ? from->scale : 0))
		find_add(t, &shrunk,
			 STORY_VALUES(find_number(t, (uint32_t)back)));
}

static void find_ack(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *to = turn_to(t);

	if (tcp->flags & TCP_RST)
		return;
	if (!(tcp->flags & (TCP_ACK | TCP_SYN))) {
		find_add(t, &no_ack, NULL);
		return;
	}
	if (!(tcp->flags & TCP_ACK))
		return;
	if (to->has_sent && seq_before(to->nxt, tcp->ack) &&
	    !(tcp->flags & TCP_SYN))
		find_add(t, &ack_of_nothing,
			 STORY_VALUES(relative(t, to, tcp->ack),
				      relative(t, to, to->nxt)));
	if (t->c->is_whole && !(tcp->flags & TCP_SYN))
		find_shrunk(t);
}

/* ---- text ------------------------------------------------------------- */

static const struct find_rule beyond = {
	STORY_MUST,
	"RFC 9293 3.8.6",
	{ "{0} octets beyond the window, which ends at {1}",
	  "超出窗口 {0} 个字节，窗口止于 {1}" }
};
static const struct find_rule too_long = {
	STORY_MUST,
	"RFC 9293 3.7.1, MUST-16",
	{ "{0} octets of text and options, and the peer takes {1}",
	  "数据与选项共 {0} 字节，而对方只接受 {1}" }
};
static const struct find_rule too_long_by_default = {
	STORY_MUST,
	"RFC 9293 3.7.1, MUST-15",
	{ "{0} octets of text and options; without an MSS option the peer "
	  "takes {1}",
	  "数据与选项共 {0} 字节；没有 MSS 选项时对方只接受 {1}" }
};
static const struct find_rule past_fin = { STORY_MUST,
					   "RFC 9293 3.10.4",
					   { "octets past its own FIN",
					     "在自己的 FIN 之后还有数据" } };
static const struct find_rule changed = {
	STORY_MUST,
	"RFC 9293 3.4",
	{ "octet {0} was another when it was sent first: the number of an "
	  "octet names one content",
	  "第 {0} 个字节与首次发送时不同：一个序号只对应一个内容" }
};

/* A closed window may be probed with an octet (RFC 9293 3.8.6.1). */
static void find_beyond(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *to = turn_to(t);
	struct hf_seq end = seq_add(tcp->seq, tcp->text_len);
	int32_t over;

	if (!t->c->is_whole || !to->has_edge || tcp->flags & TCP_SYN)
		return;
	over = seq_diff(end, to->edge);
	if (over > (to->wnd ? 0 : 1))
		find_add(t, &beyond,
			 STORY_VALUES(find_number(t, (uint32_t)over),
				      relative(t, turn_from(t), to->edge)));
}

static void find_too_long(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *to = turn_to(t);
	uint32_t options = t->moment->segment.ip.payload_len - tcp->text_len -
			   WIRE_TCP_HEADER;
	uint32_t most = t->moment->segment.ip.version == 4 ? DEFAULT_MSS_4
							   : DEFAULT_MSS_6;

	/* A segment that the device is to cut is not what the wire gets. */
	if (!to->has_syn || t->is_offloaded || !tcp->text_len ||
	    tcp->flags & TCP_SYN)
		return;
	if (to->mss)
		most = to->mss;
	if (tcp->text_len + options > most)
		find_add(t, to->mss ? &too_long : &too_long_by_default,
			 STORY_VALUES(find_number(t, tcp->text_len + options),
				      find_number(t, most)));
}

/* The first octet that both segments have and that differs, from `seq`. */
static bool differ(const struct wire_tcp *a, const struct wire_tcp *b,
		   struct hf_seq *at)
{
	struct hf_seq left = seq_max(a->seq, b->seq);
	struct hf_seq right = seq_min(seq_add(a->seq, a->text_len),
				      seq_add(b->seq, b->text_len));

	for (; seq_before(left, right); left = seq_add(left, 1)) {
		uint32_t i = left.n - a->seq.n, j = left.n - b->seq.n;

		if (i >= a->text_len || j >= b->text_len)
			return false;
		if (a->text[i] != b->text[j]) {
			*at = left;
			return true;
		}
	}
	return false;
}

static void find_changed(struct infer_turn *t)
{
	const struct story *story = t->c->story;
	const struct wire_tcp *tcp = turn_tcp(t);
	uint32_t first = t->number > LOOK_BACK ? t->number - LOOK_BACK : 0;
	struct hf_seq at;

	/* What fails its checksum is no octet of the connection. */
	if (!tcp->text_len || t->is_cut || t->is_bad ||
	    !turn_from(t)->has_sent || !seq_before(tcp->seq, turn_from(t)->nxt))
		return;
	for (uint32_t i = t->number; i-- > first;) {
		const struct story_moment *m = &story->moment[i];

		if (m->end != t->moment->end || m->segment.is_cut ||
		    m->segment.is_bad || m->segment.tcp.flags & TCP_SYN ||
		    !differ(&m->segment.tcp, tcp, &at))
			continue;
		find_add(t, &changed,
			 STORY_VALUES(relative(t, turn_from(t), at)));
		return;
	}
}

static void find_text(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *from = turn_from(t);

	if (tcp->flags & TCP_RST)
		return;
	find_beyond(t);
	find_too_long(t);
	find_changed(t);
	if (from->has_fin && tcp->text_len &&
	    seq_before(from->fin, seq_add(tcp->seq, tcp->text_len)))
		find_add(t, &past_fin, NULL);
}

/* ---- resets ----------------------------------------------------------- */

static const struct find_rule rst_for_rst = { STORY_MUST,
					      "RFC 9293 3.10.7.1",
					      { "a reset in answer to a reset",
						"以复位回答复位" } };
static const struct find_rule rst_in_open = {
	STORY_ODD,
	"RFC 9293 3.5.2",
	{ "a reset without need: nothing wrong was received; the program "
	  "has aborted",
	  "没有必要的复位：并未收到任何错误；是程序中止了连接" }
};
static const struct find_rule rst_elsewhere = {
	STORY_ODD,
	"RFC 5961 3.2",
	{ "a reset with number {0}, where {1} is next: it is not to be "
	  "obeyed",
	  "复位的序号为 {0}，而下一个应为 {1}：不应服从" }
};
static const struct find_rule rst_of_syn = {
	STORY_MUST,
	"RFC 9293 3.10.7.1",
	{ "a reset for a SYN, and it does not acknowledge {0}",
	  "针对 SYN 的复位，却没有确认 {0}" }
};

static void find_reset(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);
	const struct infer_side *from = turn_from(t), *to = turn_to(t);
	uint8_t state = from->state;

	if (!(tcp->flags & TCP_RST))
		return;
	if (to->has_sent_rst && !from->has_sent_rst)
		find_add(t, &rst_for_rst, NULL);
	else if (to->state == HF_SYN_SENT &&
		 (!(tcp->flags & TCP_ACK) || !seq_eq(tcp->ack, to->nxt)))
		find_add(t, &rst_of_syn,
			 STORY_VALUES(find_number(t, to->nxt.n)));
	else if (from->has_sent && to->state != HF_SYN_SENT &&
		 !seq_eq(tcp->seq, from->whole))
		find_add(t, &rst_elsewhere,
			 STORY_VALUES(relative(t, from, tcp->seq),
				      relative(t, from, from->whole)));
	else if (state == HF_ESTABLISHED || state == HF_CLOSE_WAIT)
		find_add(t, &rst_in_open, NULL);
}

/* ---- times ------------------------------------------------------------ */

static const struct find_rule no_back_off = {
	STORY_MUST,
	"RFC 6298 (5.5)",
	{ "sent again after {0} ms, and the time before after {1} ms: the "
	  "timeout is to double",
	  "{0} 毫秒后重发，而上一次是 {1} 毫秒后：超时应加倍" }
};

static const char *milliseconds(struct infer_turn *t, hf_time time)
{
	return story_printf(t->c->story, "%llu",
			    (unsigned long long)(time / HF_MILLISECOND));
}

static void find_back_off(struct infer_turn *t)
{
	const struct infer_side *from = turn_from(t);
	const struct wire_tcp *tcp = turn_tcp(t);
	hf_time after;

	if (!from->has_again || !wire_tcp_len(tcp) || tcp->flags & TCP_RST ||
	    !seq_eq(from->again, tcp->seq))
		return;
	after = t->now - from->again_at;
	/* RFC 6298 (2.5): it may have reached its limit, of 60 s or more. */
	if (from->again_after >= LEAST_RTO && after >= LEAST_RTO &&
	    after < from->again_after * 3 / 2 && after < 60 * HF_SECOND)
		find_add(t, &no_back_off,
			 STORY_VALUES(milliseconds(t, after),
				      milliseconds(t, from->again_after)));
}

/* ---- urgent ----------------------------------------------------------- */

static const struct find_rule urgent_zero = {
	STORY_ODD,
	"RFC 9293 3.8.5",
	{ "URG with an urgent pointer of 0: nothing is urgent",
	  "URG 置位而紧急指针为 0：没有紧急数据" }
};
static const struct find_rule urgent_alone = {
	STORY_ODD,
	"RFC 9293 3.1",
	{ "an urgent pointer of {0} without URG: it means nothing",
	  "紧急指针为 {0} 却没有 URG：没有意义" }
};
static const struct find_rule urgent_used = {
	STORY_SHOULD,
	"RFC 9293 3.8.5, SHLD-13",
	{ "urgent data: new programs should not use it",
	  "紧急数据：新程序不应使用" }
};

static void find_urgent(struct infer_turn *t)
{
	const struct wire_tcp *tcp = turn_tcp(t);

	if (tcp->flags & TCP_URG && !tcp->urgent)
		find_add(t, &urgent_zero, NULL);
	else if (tcp->flags & TCP_URG)
		find_add(t, &urgent_used, NULL);
	else if (tcp->urgent)
		find_add(t, &urgent_alone,
			 STORY_VALUES(find_number(t, tcp->urgent)));
}

/* ---- the whole -------------------------------------------------------- */

static const struct find_rule bad_checksum = {
	STORY_MUST,
	"RFC 9293 3.1, MUST-2",
	{ "the checksum is wrong: the segment is to be dropped",
	  "校验和错误：该报文段应被丢弃" }
};

static const struct find_rule bad_ip_checksum = {
	STORY_MUST,
	"RFC 9293 3.1, RFC 791 3.1",
	{ "the checksum of the IP header is wrong: the datagram is to be "
	  "dropped",
	  "IP 首部校验和错误：该数据报应被丢弃" }
};
static const struct find_rule bad_offset = {
	STORY_MUST,
	"RFC 9293 3.1",
	{ "the data offset is wrong: the header does not end there",
	  "数据偏移错误：首部不可能止于该处" }
};
static const struct find_rule bad_options = {
	STORY_MUST,
	"RFC 9293 3.2, MUST-7",
	{ "an option has a length that cannot be", "某选项的长度不合法" }
};

static void find_repairs(struct infer_turn *t)
{
	if (t->repairs & INFER_REPAIRED_IP)
		find_add(t, &bad_ip_checksum, NULL);
	if (t->repairs & INFER_REPAIRED_OFFSET)
		find_add(t, &bad_offset, NULL);
	if (t->repairs & INFER_REPAIRED_OPTIONS)
		find_add(t, &bad_options, NULL);
}

void infer_find(struct infer_turn *t)
{
	find_repairs(t);
	if (t->is_bad) {
		find_add(t, &bad_checksum, NULL);
		return; /* nothing else in it can be relied on */
	}
	find_opening(t);
	find_reset(t);
	find_ack(t);
	find_text(t);
	find_back_off(t);
	find_urgent(t);
	infer_find_options(t);
}
