/* SPDX-License-Identifier: MIT */
/* Frames come in; stories of connections come out. */
#include "infer_parts.h"

#include "checksum.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096u
#define NONE UINT32_MAX
#define FRAME_MOST (262144u + 64u) /* the largest snap length of libpcap */

struct infer {
	enum hf_trace_link link;
	struct infer_connection *connection;
	size_t count, room;
	uint32_t bucket[BUCKETS]; /* the latest of each hash */
	uint64_t kept, left_out;
	struct hf_trace *trace;
	uint8_t padded[FRAME_MOST];
};

static void check(const void *memory)
{
	if (!memory)
		abort();
}

struct infer *infer_new(enum hf_trace_link link)
{
	const struct hf_trace_style style = { .link = link };
	struct infer *infer = calloc(1, sizeof *infer);

	check(infer);
	infer->link = link;
	infer->trace = hf_trace_new(&style);
	check(infer->trace);
	memset(infer->bucket, 0xff, sizeof infer->bucket);
	return infer;
}

void infer_free(struct infer *infer)
{
	if (!infer)
		return;
	for (size_t i = 0; i < infer->count; i++)
		story_free(infer->connection[i].story);
	free(infer->connection);
	hf_trace_free(infer->trace);
	free(infer);
}

size_t infer_count(const struct infer *infer)
{
	return infer->count;
}

struct story *infer_story(const struct infer *infer, size_t number)
{
	return number < infer->count ? infer->connection[number].story : NULL;
}

uint64_t infer_left_out(const struct infer *infer)
{
	return infer->left_out;
}

/* ---- connections ------------------------------------------------------ */

/* The same in both directions. */
static uint32_t hash(const struct story_segment *segment)
{
	uint32_t sum = (uint32_t)segment->tcp.src_port + segment->tcp.dst_port;

	for (unsigned i = 0; i < 16; i++)
		sum += (uint32_t)(segment->ip.src.octet[i] +
				  segment->ip.dst.octet[i])
		       << i;
	return sum % BUCKETS;
}

static bool is_side(const struct infer_connection *c, unsigned side,
		    const struct story_segment *segment)
{
	return c->port[side] == segment->tcp.src_port &&
	       c->port[!side] == segment->tcp.dst_port &&
	       addr_eq(&c->addr[side], &segment->ip.src) &&
	       addr_eq(&c->addr[!side], &segment->ip.dst);
}

/* A SYN where the last incarnation has ended: RFC 9293 3.10.7.4, RFC 6191. */
static bool is_incarnation(const struct infer_connection *c, unsigned side,
			   const struct wire_tcp *tcp)
{
	const struct infer_side *s = &c->side[side];
	bool is_over = s->state == HF_CLOSED || s->state == HF_TIME_WAIT ||
		       c->side[!side].state == HF_TIME_WAIT ||
		       c->side[!side].state == HF_CLOSED;

	return (tcp->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN &&
	       is_over && s->has_sent && !seq_eq(tcp->seq, s->first);
}

static const char *name_end(struct story *story, const struct hf_addr *addr,
			    uint16_t port)
{
	char text[64];

	hf_trace_address(addr, text, sizeof text);
	return story_printf(story, "%s.%u", text, port);
}

/* The left end is who opened; if that was not seen, who was heard first. */
static struct infer_connection *add_connection(struct infer *infer,
					       const struct story_moment *m)
{
	const struct story_segment *segment = &m->segment;
	static const struct story_text untitled = { "", "" };
	bool is_answer = (segment->tcp.flags & (TCP_SYN | TCP_ACK)) ==
			 (TCP_SYN | TCP_ACK);
	struct infer_connection *c;
	struct story *story;

	if (infer->count == infer->room) {
		infer->room = 2 * infer->room + 16;
		infer->connection =
			realloc(infer->connection, infer->room * sizeof *c);
		check(infer->connection);
	}
	c = &infer->connection[infer->count];
	memset(c, 0, sizeof *c);
	c->side[0].state = c->side[1].state = STORY_UNKNOWN;
	c->addr[is_answer] = segment->ip.src;
	c->addr[!is_answer] = segment->ip.dst;
	c->port[is_answer] = segment->tcp.src_port;
	c->port[!is_answer] = segment->tcp.dst_port;
	c->is_whole = segment->tcp.flags & TCP_SYN;
	c->next = infer->bucket[hash(segment)];
	infer->bucket[hash(segment)] = (uint32_t)infer->count++;
	story = c->story = story_new(&untitled, infer->link);
	story->is_capture = true;
	story->begin = m->when;
	for (unsigned i = 0; i < 2; i++)
		story_end_add(story, name_end(story, &c->addr[i], c->port[i]),
			      &c->addr[i]);
	return c;
}

static struct infer_connection *find_connection(struct infer *infer,
						const struct story_moment *m,
						unsigned *side)
{
	uint32_t number = infer->bucket[hash(&m->segment)];
	struct infer_connection *c;

	*side = 0;
	for (; number != NONE; number = c->next) {
		c = &infer->connection[number];
		if (is_side(c, 0, &m->segment))
			*side = 0;
		else if (is_side(c, 1, &m->segment))
			*side = 1;
		else
			continue;
		if (is_incarnation(c, *side, &m->segment.tcp))
			break;
		return c;
	}
	c = add_connection(infer, m);
	*side = !is_side(c, 0, &m->segment);
	return c;
}

/* ---- frames ----------------------------------------------------------- */

/* Checksums of 0 and of the pseudo header alone are the device's to fill. */
static void check_sum(struct infer_turn *t)
{
	const struct wire_ip *ip = &t->moment->segment.ip;
	uint64_t pseudo = wire_sum_pseudo(&ip->src, &ip->dst, WIRE_PROTOCOL_TCP,
					  ip->payload_len);
	uint16_t field, partial = wire_sum_fold(pseudo);

	if (t->is_cut || t->repairs & INFER_REPAIRED_TCP)
		return;
	memcpy(&field, ip->payload + 16, sizeof field);
	t->is_offloaded = field == partial;
	t->is_bad = !t->is_offloaded &&
		    !wire_sum_is_good(pseudo +
				      wire_sum(ip->payload, ip->payload_len));
}

static void keep_line(struct infer *infer, struct infer_turn *t)
{
	struct story_segment *segment = &t->moment->segment;
	char line[HF_TRACE_LINE];

	hf_trace_line(infer->trace, segment->frame, segment->len, line,
		      sizeof line);
	segment->line = story_keep(t->c->story, line);
}

static bool is_nothing_new(const struct infer_turn *t)
{
	const struct infer_side *s = turn_from(t);
	const struct wire_tcp *tcp = turn_tcp(t);

	return s->has_sent && wire_tcp_len(tcp) && !(tcp->flags & TCP_RST) &&
	       (!(tcp->flags & TCP_SYN) || s->has_syn) &&
	       seq_upto(seq_add(tcp->seq, wire_tcp_len(tcp)), s->nxt);
}

static void connect_moment(struct infer_turn *t)
{
	struct infer_connection *c = t->c;
	const struct story_connection connection = {
		.end = { 0, 1 },
		.addr = { c->addr[0], c->addr[1] },
		.port = { c->port[0], c->port[1] },
	};

	t->moment->connection = story_connection_add(c->story, &connection);
	t->moment->end = (uint8_t)t->from;
	t->moment->to = (uint8_t)!t->from;
}

static void look_at(struct infer *infer, const struct story_moment *parsed,
		    bool is_cut, unsigned repairs)
{
	struct infer_turn t = { .now = parsed->when,
				.is_cut = is_cut,
				.repairs = repairs };
	const struct story_segment *segment = &parsed->segment;

	t.c = find_connection(infer, parsed, &t.from);
	if (t.now < t.c->story->begin)
		t.c->story->begin = t.now;
	t.number = (uint32_t)t.c->story->moments;
	t.moment = story_moment_add(t.c->story, STORY_SEGMENT, t.now, 0);
	story_segment_set(t.c->story, t.moment, segment->frame, segment->len);
	connect_moment(&t);
	keep_line(infer, &t);
	check_sum(&t);
	t.is_again = is_nothing_new(&t);
	t.moment->segment.is_again = t.is_again;
	t.moment->segment.is_cut = t.is_cut;
	t.moment->segment.is_bad = t.is_bad;
	infer_find(&t);
	/* RFC 9293 3.1: what fails its checksum is not received. */
	if (t.is_bad) {
		t.moment->segment.drop = HF_DROP_TCP_CHECKSUM;
		infer_stay(&t);
	} else {
		infer_states(&t);
	}
}

void infer_frame(struct infer *infer, hf_time when, const void *data,
		 uint32_t caplen, uint32_t len)
{
	static const struct story_text untitled = { "", "" };
	bool is_cut = caplen < len;
	struct story_moment *moment;
	struct story *scratch;
	unsigned repairs = 0;

	if (!caplen || len > FRAME_MOST || caplen > FRAME_MOST)
		return;
	memcpy(infer->padded, data, caplen);
	if (is_cut)
		memset(infer->padded + caplen, 0, len - caplen);
	else
		len = caplen;
	repairs = infer_repair(infer->link, infer->padded, len);
	scratch = story_new(&untitled, infer->link);
	moment = story_moment_add(scratch, STORY_SEGMENT, when, 0);
	story_segment_set(scratch, moment, infer->padded, len);
	if (moment->segment.is_tcp && infer->kept == INFER_SEGMENTS_MOST) {
		infer->left_out++;
	} else if (moment->segment.is_tcp) {
		infer->kept++;
		look_at(infer, moment, is_cut, repairs);
	}
	story_free(scratch);
}

/* ---- the end ---------------------------------------------------------- */

static const struct story_text title = { "{0} and {1}", "{0} 与 {1}" };
static const struct story_text from_middle = {
	"The capture begins in the middle of the connection: its window scales "
	"and options are not known.",
	"捕获从连接中途开始：窗口扩大因子与选项未知。",
};
static const struct story_text nothing_found = {
	"Nothing in it breaks the RFCs that were checked.",
	"未发现违反所检查的 RFC 之处。",
};
static const struct story_text found = {
	"{0} findings; each stands under its segment, with \"!\".",
	"发现 {0} 处问题；各在其报文段之下，以“!”标出。",
};
static const struct story_text inferred = {
	"The states are inferred from the wire by RFC 9293 3.10, as if each "
	"segment had arrived where it was captured.",
	"状态根据线路上的报文按 RFC 9293 3.10 推断，假定每个报文段"
	"在捕获处即已到达。",
};

static void finish(struct infer_connection *c)
{
	struct story *story = c->story;

	story->title = story_fill(
		story, &title,
		STORY_VALUES(story->end[0].name, story->end[1].name));
	story_explain(story, &inferred, NULL);
	if (!c->is_whole)
		story_explain(story, &from_middle, NULL);
	if (!story->findings)
		story_explain(story, &nothing_found, NULL);
	else
		story_explain(story, &found,
			      STORY_VALUES(story_printf(story, "%zu",
							story->findings)));
}

void infer_finish(struct infer *infer)
{
	for (size_t i = 0; i < infer->count; i++)
		finish(&infer->connection[i]);
}
