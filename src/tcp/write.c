/* SPDX-License-Identifier: MIT */
/* The writer of segments: headers, options and text into the caller's buffer.
 */
#include "checksum.h"
#include "tcp.h"

/* Copies text behind where the headers will be; returns its sum. */
static uint64_t copy_text(struct turn *t, const struct outgoing_text *text,
			  uint8_t *to)
{
	uint64_t sum = 0;
	uint32_t done = 0;

	if (text->queue == NULL) {
		memset(to, 0, text->len);
		return 0;
	}
	while (done < text->len) {
		uint32_t n;
		const uint8_t *from = queue_at(t->b, text->queue, text->cursor,
					       text->offset + done, &n);
		uint64_t part;

		if (n > text->len - done)
			n = text->len - done;
		part = wire_copy_sum(to + done, from, n);
		sum += done & 1 ? wire_sum_swap(part) : part;
		done += n;
	}
	return sum;
}

/* By the first gateway, with the rest of the way: RFC 791 3.1. */
static void put_route(const struct outgoing *out, struct wire_ip *ip,
		      uint8_t *options)
{
	const uint8_t *hop = out->route->hop[0];

	ip->options_len =
		wire_source_route_emit(out->route, out->remote, options);
	ip->options = options;
	ip->dst = hf_ipv4(hop[0], hop[1], hop[2], hop[3]);
}

size_t write_text(struct turn *t, const struct outgoing *out,
		  const struct outgoing_text *text, uint8_t *to, size_t cap)
{
	uint32_t header = ip_header_len(out->remote);
	struct wire_ip ip = {
		.src = *out->local,
		.dst = *out->remote,
		.protocol = WIRE_PROTOCOL_TCP,
		.ttl = out->ttl,
		.tos = out->tos,
		/* Nobody looks for the MTU of a path by gateways. */
		.dont_fragment = !out->may_fragment && out->route == NULL,
	};
	uint8_t route[WIRE_SOURCE_ROUTE_LEN_MAX];
	struct wire_tcp_options options;
	uint32_t tcp_len, segment_len;
	uint64_t sum;
	uint16_t checksum;

	if (!ip.dont_fragment) /* else it is 0, each time: MAY-4 */
		ip.id = random_below(&t->ip->random, 1u << 16); /* RFC 6864 */
	if (out->route != NULL) {
		put_route(out, &ip, route);
		header += ip.options_len;
	}
	wire_tcp_options(&options, &out->seg);
	tcp_len = WIRE_TCP_HEADER + options.len;
	segment_len = tcp_len + text->len;
	if (header + segment_len > cap)
		return 0;
	sum = copy_text(t, text, to + header + tcp_len);
	wire_tcp_emit(&out->seg, &options, to + header);
	sum += wire_sum_header(to + header, tcp_len);
	sum += wire_sum_pseudo(out->local, out->remote, WIRE_PROTOCOL_TCP,
			       segment_len);
	checksum = wire_checksum(sum); /* MUST-2 */
	memcpy(to + header + 16, &checksum, sizeof checksum);
	wire_ip_emit(&ip, segment_len, to);
	return header + segment_len;
}

size_t write_segment(struct turn *t, const struct outgoing *out, uint8_t *to,
		     size_t cap)
{
	const struct outgoing_text none = { .len = 0 };

	return write_text(t, out, &none, to, cap);
}

/* A SYN-ACK is made of what every one of ours says: half_open.c. */
static void complete_syn(const struct turn *t, uint32_t link,
			 const struct reply *reply, struct wire_tcp *seg)
{
	uint32_t headers = ip_header_len(&reply->remote) + WIRE_TCP_HEADER;

	seg->has_mss = true;
	seg->mss = (uint16_t)(ip_mtu(t, link, &reply->remote) - headers);
	seg->has_wscale = reply->u.tcp.has_scale;
	seg->wscale = t->ip->config.window_scale;
	seg->has_sack_permitted = reply->u.tcp.has_sack;
}

size_t write_reply(struct turn *t, uint32_t link, const struct reply *reply,
		   uint8_t *to, size_t cap)
{
	struct outgoing out = {
		.local = &reply->local,
		.remote = &reply->remote,
		.ttl = reply->ttl != 0 ? reply->ttl
				       : ip_ttl(t, link, &reply->remote),
		.tos = reply->tos,
		.seg = {
			.src_port = reply->u.tcp.local_port,
			.dst_port = reply->u.tcp.remote_port,
			.seq = { reply->u.tcp.seq },
			.ack = { reply->u.tcp.ack },
			.flags = reply->u.tcp.flags,
			.wnd = reply->u.tcp.wnd,
			.has_ts = reply->u.tcp.has_ts,
			.ts_val = reply->u.tcp.ts_val,
			.ts_ecr = reply->u.tcp.ts_ecr,
		},
	};

	if (reply->u.tcp.flags & TCP_SYN)
		complete_syn(t, link, reply, &out.seg);
	return write_segment(t, &out, to, cap);
}
