/* SPDX-License-Identifier: MIT */
#include "ip.h"

/* What an error quotes: RFC 1812 4.3.2.3, RFC 4443 3. */
#define QUOTE_IPV4 548u /* 576 less two headers */
#define QUOTE_IPV6 1232u /* 1280 less two headers */

static bool is_icmp_error(enum wire_icmp_kind kind)
{
	return kind != ICMP_ECHO && kind != ICMP_ECHO_REPLY &&
	       kind != ICMP_OTHER;
}

/* RFC 1122 3.2.2, RFC 4443 2.4 (e): never an error about these. */
static bool deserves_error(const struct turn *t, const struct wire_ip *ip)
{
	struct wire_icmp icmp;

	if (!addr_is_unicast(&ip->src) || ip_is_broadcast(t, &ip->src))
		return false;
	if (!addr_is_unicast(&ip->dst) || ip_is_broadcast(t, &ip->dst))
		return false;
	if (ip->is_fragment)
		return false;
	if (ip->protocol == WIRE_PROTOCOL_ICMP ||
	    ip->protocol == WIRE_PROTOCOL_ICMPV6)
		return wire_icmp_parse(&icmp, ip, true) == HF_ACCEPTED &&
		       !is_icmp_error(icmp.kind) && icmp.kind != ICMP_OTHER;
	return true;
}

static struct reply *push(struct turn *t, const struct wire_icmp *icmp,
			  const struct wire_ip *ip)
{
	struct reply *r;

	if (!limiter_allows(&t->ip->icmp, t->now))
		return NULL;
	r = reply_push(t, &ip->src);
	if (r == NULL)
		return NULL;
	r->local = ip->dst;
	r->u.icmp.kind = (uint8_t)icmp->kind;
	r->u.icmp.code = icmp->code;
	r->u.icmp.value = icmp->value;
	return r;
}

void icmp_send_error(struct turn *t, const struct wire_icmp *error,
		     const struct wire_ip *ip, const void *datagram)
{
	uint32_t most = ip->version == 4 ? QUOTE_IPV4 : QUOTE_IPV6;
	uint32_t len = ip->total_len < most ? ip->total_len : most;
	struct reply *r;

	if (!deserves_error(t, ip))
		return;
	r = push(t, error, ip);
	if (r == NULL)
		return;
	r->why = HF_WHY_ICMP_ERROR;
	queue_append(t->b, &t->ip->buffers, &r->u.icmp.body, datagram, len,
		     QUEUE_ORDINARY);
}

enum hf_drop icmp_answer_echo(struct turn *t, const struct wire_icmp *echo,
			      const struct wire_ip *ip)
{
	struct wire_icmp answer = *echo;
	struct reply *r;

	answer.kind = ICMP_ECHO_REPLY;
	r = push(t, &answer, ip);
	if (r == NULL)
		return HF_DROP_NO_MEMORY;
	r->why = HF_WHY_ECHO_REPLY;
	if (queue_append(t->b, &t->ip->buffers, &r->u.icmp.body, echo->body,
			 echo->body_len, QUEUE_ORDINARY) < echo->body_len) {
		queue_clear(t->b, &t->ip->buffers, &r->u.icmp.body);
		r->why = HF_WHY_NONE; /* not worth sending without its data */
		return HF_DROP_NO_MEMORY;
	}
	return HF_ACCEPTED;
}

static void gather(struct turn *t, struct queue *body, uint8_t *to)
{
	while (body->len > 0) {
		uint32_t n;
		const uint8_t *from = queue_peek(t->b, body, &n);

		memcpy(to, from, n);
		to += n;
		queue_consume(t->b, &t->ip->buffers, body, n);
	}
}

size_t icmp_write(struct turn *t, struct reply *reply, uint8_t *to, size_t cap)
{
	struct queue *body = &reply->u.icmp.body;
	struct wire_icmp icmp = {
		.kind = (enum wire_icmp_kind)reply->u.icmp.kind,
		.code = reply->u.icmp.code,
		.value = reply->u.icmp.value,
		.body_len = body->len,
	};
	struct wire_ip ip = {
		.src = reply->local,
		.dst = reply->remote,
		.ttl = t->ip->config.ttl,
		.id = t->ip->id,
	};
	bool is_ipv4 = addr_is_ipv4(&ip.dst);
	uint32_t header = is_ipv4 ? WIRE_IPV4_HEADER : WIRE_IPV6_HEADER;
	uint32_t len = WIRE_ICMP_HEADER + body->len;

	ip.protocol = is_ipv4 ? WIRE_PROTOCOL_ICMP : WIRE_PROTOCOL_ICMPV6;
	if (reply->why == HF_WHY_NONE || header + len > cap) {
		queue_clear(t->b, &t->ip->buffers, body);
		return 0;
	}
	t->ip->id++;
	/* Emitted in place: the body already stands where it belongs. */
	gather(t, body, to + header + WIRE_ICMP_HEADER);
	icmp.body = to + header + WIRE_ICMP_HEADER;
	wire_icmp_emit(&icmp, &ip.src, &ip.dst, to + header);
	return wire_ip_emit(&ip, len, to) + len;
}
