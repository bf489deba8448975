/* SPDX-License-Identifier: MIT */
/* The experiment `handshake`: three segments open a connection. */
#include "kit.h"

enum {
	PASSIVE,
	ACTIVE,
	NUMBERS,
	OPTIONS,
	THREE,
	NEXT,
	BOTH,
	TEXTS
};

static const struct story_text text[] = {
	[PASSIVE] = {
		.en = "The server opens passively: its port listens.",
		.zh = "服务器被动打开：端口处于监听状态。",
	},
	[ACTIVE] = {
		.en = "The client opens actively: its SYN says where its "
		      "numbers begin.",
		.zh = "客户端主动打开：它的 SYN 说明其序号从何处开始。",
	},
	[NUMBERS] = {
		.en = "A SYN takes a sequence number of its own, so that it "
		      "can be acknowledged: the answer to SYN {0} "
		      "acknowledges {1}, and the answer to that SYN, {2}, "
		      "acknowledges {3}. Each end has then heard that the "
		      "other has its number (RFC 9293 3.5).",
		.zh = "SYN 自身占用一个序号，因此可以被确认：对 SYN {0} "
		      "的回答确认 {1}，对回来的 SYN {2} 的回答确认 "
		      "{3}。这样两端都知道对方收到了自己的序号"
		      "（RFC 9293 3.5）。",
	},
	[OPTIONS] = {
		.en = "What both ends must agree on is in the SYNs and nowhere "
		      "else: maximum segment size {0}, window scale {1} "
		      "(RFC 9293 3.7.1, RFC 7323 2.2).",
		.zh = "双方须商定的内容只在 SYN 中出现：最大报文段长度 "
		      "{0}，窗口扩大因子 {1}（RFC 9293 3.7.1，"
		      "RFC 7323 2.2）。",
	},
	[THREE] = {
		.en = "three segments open the connection",
		.zh = "三个报文段打开了连接",
	},
	[NEXT] = {
		.en = "each acknowledgement is the other's initial sequence "
		      "number and one",
		.zh = "每个确认号都是对方的初始序号加一",
	},
	[BOTH] = {
		.en = "both ends are ESTABLISHED",
		.zh = "两端都处于 ESTABLISHED",
	},
};

/* What the three segments said, as they were recorded. */
static void explain(struct kit *kit, const struct wire_tcp *syn,
		    const struct wire_tcp *syn_ack, const struct wire_tcp *ack)
{
	kit_explain(kit, &text[NUMBERS],
		    STORY_VALUES(kit_number(kit, syn->seq.n),
				 kit_number(kit, syn_ack->ack.n),
				 kit_number(kit, syn_ack->seq.n),
				 kit_number(kit, ack->ack.n)));
	kit_explain(kit, &text[OPTIONS],
		    STORY_VALUES(kit_number(kit, syn->mss),
				 kit_number(kit, syn->wscale)));
	kit_claim(kit,
		  syn_ack->ack.n == syn->seq.n + 1 &&
			  ack->ack.n == syn_ack->seq.n + 1,
		  &text[NEXT], NULL);
}

static void play(struct kit *kit)
{
	uint32_t client = kit_host(kit, "client", NULL);
	uint32_t server = kit_host(kit, "server", NULL);
	struct kit_socket listener, ours, theirs;

	kit_cable(kit, client, server, NULL);
	kit_note(kit, &text[PASSIVE], NULL);
	listener = kit_listen(kit, server, LAB_PORT);
	kit_note(kit, &text[ACTIVE], NULL);
	ours = kit_connect(kit, client, server, LAB_PORT);
	kit_run(kit, HF_SECOND);
	theirs = kit_accept(kit, listener);

	kit_claim(kit,
		  kit_sent_count(kit, client) == 2 &&
			  kit_sent_count(kit, server) == 1,
		  &text[THREE], NULL);
	kit_claim(kit,
		  kit_state(kit, ours) == HF_ESTABLISHED &&
			  kit_state(kit, theirs) == HF_ESTABLISHED,
		  &text[BOTH], NULL);
	if (kit_sent_count(kit, client) == 2 &&
	    kit_sent_count(kit, server) == 1)
		explain(kit, &kit_sent(kit, client, 1)->segment.tcp,
			&kit_sent(kit, server, 1)->segment.tcp,
			&kit_sent(kit, client, 2)->segment.tcp);
}

const struct lab_experiment lab_handshake = {
	.name = "handshake",
	.about = {
		.en = "three segments open a connection, and what they carry",
		.zh = "三个报文段打开一条连接，以及它们携带什么",
	},
	.play = play,
	.text = text,
	.texts = TEXTS,
};
