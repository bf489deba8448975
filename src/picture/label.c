/* SPDX-License-Identifier: MIT */
#include "label.h"
#include "row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number that is told as 0, of the octets that each side sends. */
struct label_base {
	struct hf_seq first[2];
	bool is_known[2], has_syn[2];
};

void labels_start(struct labels *labels, const struct story *story,
		  enum story_lang lang)
{
	labels->lang = lang;
	labels->count = story->connections;
	labels->base = calloc(story->connections + 1, sizeof *labels->base);
	if (!labels->base)
		abort();
}

void labels_end(struct labels *labels)
{
	free(labels->base);
	labels->base = NULL;
}

static void add_flags(char *to, size_t cap, uint8_t flags)
{
	static const struct {
		uint8_t flag;
		const char *name;
	} names[] = {
		{ TCP_SYN, "SYN" }, { TCP_FIN, "FIN" }, { TCP_RST, "RST" },
		{ TCP_PSH, "PSH" }, { TCP_URG, "URG" }, { TCP_ECE, "ECE" },
		{ TCP_CWR, "CWR" }, { TCP_ACK, "ACK" },
	};
	size_t len = 0;

	to[0] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (flags & names[i].flag && len < cap)
			len += (size_t)snprintf(to + len, cap - len, "%s%s",
						len ? "+" : "", names[i].name);
	if (!len)
		snprintf(to, cap, "no flags");
}

/* Which side has sent it: by port and address. */
static unsigned side_of(const struct story_moment *moment)
{
	return moment->segment.tcp.src_port > moment->segment.tcp.dst_port ||
	       (moment->segment.tcp.src_port == moment->segment.tcp.dst_port &&
		memcmp(&moment->segment.ip.src, &moment->segment.ip.dst,
		       sizeof(struct hf_addr)) > 0);
}

/* A SYN is number 0; what comes first without one is told from 1. */
static void learn(struct label_base *base, unsigned side,
		  const struct wire_tcp *tcp)
{
	bool is_first = tcp->flags & (TCP_SYN | TCP_RST);

	if ((tcp->flags & TCP_SYN && !base->has_syn[side]) ||
	    !base->is_known[side]) {
		base->first[side] =
			seq_add(tcp->seq, is_first ? 0 : UINT32_MAX);
		base->is_known[side] = true;
		base->has_syn[side] = tcp->flags & TCP_SYN;
	}
	if (tcp->flags & TCP_ACK && !base->is_known[!side]) {
		base->first[!side] = seq_add(tcp->ack, UINT32_MAX);
		base->is_known[!side] = true;
	}
}

/* The parts of a label, by how much they say. */
enum {
	FLAGS,
	SEQ,
	ACK,
	AGAIN,
	WINDOW,
	PARTS
};

static const struct story_text again = { " again", " 重发" };

static void write_parts(const struct wire_tcp *tcp,
			const struct label_base *base, unsigned side,
			char part[PARTS][64])
{
	uint32_t seq = tcp->seq.n - base->first[side].n;

	add_flags(part[FLAGS], sizeof part[FLAGS], tcp->flags);
	if (tcp->text_len)
		snprintf(part[SEQ], sizeof part[SEQ], " %u:%u", seq,
			 seq + tcp->text_len);
	else if (tcp->flags & (TCP_SYN | TCP_FIN | TCP_RST))
		snprintf(part[SEQ], sizeof part[SEQ], " %u", seq);
	if (tcp->flags & TCP_ACK)
		snprintf(part[ACK], sizeof part[ACK], " ack %u",
			 tcp->ack.n - base->first[!side].n);
	if (!(tcp->flags & TCP_RST))
		snprintf(part[WINDOW], sizeof part[WINDOW], " win %u",
			 tcp->wnd);
}

void label_segment(struct labels *labels, const struct story_moment *moment,
		   size_t columns, char to[LABEL_MOST])
{
	char part[PARTS][64] = { { 0 } };
	struct label_base nothing = { .is_known = { false } };
	struct label_base *base = &nothing;
	unsigned side;
	size_t len = 0;

	if (!moment->segment.is_tcp) {
		snprintf(to, LABEL_MOST, "%s", moment->segment.line);
		return;
	}
	if (moment->connection < labels->count)
		base = &labels->base[moment->connection];
	side = side_of(moment);
	learn(base, side, &moment->segment.tcp);
	write_parts(&moment->segment.tcp, base, side, part);
	if (moment->segment.is_again)
		snprintf(part[AGAIN], sizeof part[AGAIN], "%s",
			 story_pick(&again, labels->lang));
	to[0] = '\0';
	for (unsigned i = 0; i < PARTS; i++) {
		if (i && len + row_columns(part[i]) > columns)
			break;
		len += (size_t)snprintf(to + len, LABEL_MOST - len, "%s",
					part[i]);
	}
}
