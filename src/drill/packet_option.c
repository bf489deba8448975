/* SPDX-License-Identifier: MIT */
/* The options of TCP, from the words of a script to octets. */
#include "packets.h"

#include "bytes.h"

#define ROOM 40u
#define ACC_ECN_0 172u /* RFC 9768 3.2.3: e0b comes first */
#define ACC_ECN_1 174u
#define EXPERIMENT 254u
#define EXPERIMENT_FAST_OPEN 0xf989u /* RFC 7413 appendix B */

struct writer {
	uint8_t *to;
	uint32_t len;
	const struct drill_path *path;
	bool inbound, is_syn;
};

static void put(struct writer *writer, uint8_t octet)
{
	if (writer->len < ROOM)
		writer->to[writer->len++] = octet;
}

static void put16(struct writer *writer, uint32_t value)
{
	put(writer, (uint8_t)(value >> 8));
	put(writer, (uint8_t)value);
}

static void put32(struct writer *writer, uint32_t value)
{
	put16(writer, value >> 16);
	put16(writer, value);
}

static void put_head(struct writer *writer, uint8_t kind, size_t len)
{
	put(writer, kind);
	put(writer, (uint8_t)(2 + len));
}

static void put_octets(struct writer *writer, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put(writer, data ? data[i] : 0);
}

/* The blocks are of what the other end sent. */
static void put_sack(struct writer *writer, const struct drill_tcp_option *opt)
{
	const struct drill_flow *flow = writer->path->flow;
	const struct drill_isn *isn = writer->inbound ? &flow->sent
						      : &flow->received;

	put_head(writer, 5, 8 * opt->sacks);
	for (size_t i = 0; i < opt->sacks; i++) {
		put32(writer,
		      drill_flow_seq(isn, opt->sack[i].start, writer->is_syn));
		put32(writer,
		      drill_flow_seq(isn, opt->sack[i].end, writer->is_syn));
	}
}

/* What comes in echoes what the stack sent for that value of the script. */
static void put_timestamp(struct writer *writer,
			  const struct drill_tcp_option *opt)
{
	const struct drill_flow *flow = writer->path->flow;
	uint32_t echo = opt->ts_ecr;

	if (writer->inbound &&
	    !drill_flow_find_stamp(flow, opt->ts_ecr, &echo) && flow->stamps &&
	    flow->is_lenient)
		echo = flow->stamp[(flow->stamps - 1) % DRILL_STAMPS].live;
	put_head(writer, 8, 8);
	put32(writer, opt->ts_val);
	put32(writer, echo);
}

static void put_acc_ecn(struct writer *writer,
			const struct drill_tcp_option *opt)
{
	bool first_is_ect1 = opt->counters && opt->counter[0] == DRILL_E1B;

	put_head(writer, first_is_ect1 ? ACC_ECN_1 : ACC_ECN_0,
		 3 * opt->counters);
	for (size_t i = 0; i < opt->counters; i++) {
		put(writer, (uint8_t)(opt->count[i] >> 16));
		put16(writer, opt->count[i]);
	}
}

static void put_option(struct writer *writer,
		       const struct drill_tcp_option *opt)
{
	switch (opt->kind) {
	case DRILL_OPT_EOL:
		put(writer, 0);
		break;
	case DRILL_OPT_NOP:
		put(writer, 1);
		break;
	case DRILL_OPT_MSS:
		put_head(writer, 2, 2);
		put16(writer, opt->number);
		break;
	case DRILL_OPT_WSCALE:
		put_head(writer, 3, 1);
		put(writer, (uint8_t)opt->number);
		break;
	case DRILL_OPT_SACK_OK:
		put_head(writer, 4, 0);
		break;
	case DRILL_OPT_SACK:
		put_sack(writer, opt);
		break;
	case DRILL_OPT_TIMESTAMP:
		put_timestamp(writer, opt);
		break;
	case DRILL_OPT_MD5:
		put_head(writer, 19, 16);
		put_octets(writer, opt->data, 16);
		break;
	case DRILL_OPT_FAST_OPEN:
		put_head(writer, 34, opt->len);
		put_octets(writer, opt->data, opt->len);
		break;
	case DRILL_OPT_FAST_OPEN_EXP:
		put_head(writer, EXPERIMENT, 2 + opt->len);
		put16(writer, EXPERIMENT_FAST_OPEN);
		put_octets(writer, opt->data, opt->len);
		break;
	case DRILL_OPT_ACC_ECN:
		put_acc_ecn(writer, opt);
		break;
	case DRILL_OPT_OTHER:
		put_head(writer, (uint8_t)opt->number, opt->len);
		put_octets(writer, opt->data, opt->len);
		break;
	}
}

uint32_t drill_packet_options(const struct drill_path *path,
			      const struct drill_packet *packet, uint8_t *to)
{
	struct writer writer = { to, 0, path, packet->inbound,
				 packet->tcp.flags & DRILL_SYN };

	for (size_t i = 0; i < packet->tcp.options; i++)
		put_option(&writer, &packet->tcp.option[i]);
	while (writer.len % 4)
		put(&writer, 0);
	return writer.len;
}

const uint8_t *drill_view_option(const struct drill_view *view, uint8_t kind,
				 uint32_t len)
{
	uint32_t i = 0;

	while (i < view->options && view->option[i]) {
		uint32_t left = view->options - i;
		uint32_t size = left > 1 ? view->option[i + 1] : 0;

		if (view->option[i] == 1) {
			i++;
			continue;
		}
		if (size < 2 || size > left)
			return NULL;
		if (view->option[i] == kind && size == len + 2)
			return view->option + i + 2;
		i += size;
	}
	return NULL;
}
